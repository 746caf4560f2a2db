// `ip route` lines and the links that are there, as the routing engine takes them. Pure.
#pragma once

#include "cli/config/config.hpp"
#include "fib/links.hpp"
#include "rib/static_routes.hpp"

namespace bgpd {

rib::StaticRouteTable static_routes(const cli::Config& config, const fib::Links& links);

}  // namespace bgpd
