// Which of the machine's interfaces the mesh meets on: those the operator named, else fib::Links' uplinks.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "bgpd/mesh/node.hpp"
#include "fib/links.hpp"

namespace bgpd::mesh {

/// Interfaces that are up and can multicast, by index, with their usable addresses sorted. `patterns` as in
/// `discovery interface`; empty: the uplinks by default routes.
std::vector<Uplink> uplinks_of(const fib::Links& links, std::span<const std::string> patterns);

}  // namespace bgpd::mesh
