// `show ip bgp neighbors [X]`.
#pragma once

#include <string>

#include "cli/show/format.hpp"

namespace cli::show {

std::string neighbors_text(const api::Neighbors& neighbors);
std::string neighbors_json(const api::Neighbors& neighbors, WallClock now);

/// For `neighbors X` when nobody is called X.
std::string no_such_neighbor_text();
std::string no_such_neighbor_json();

}  // namespace cli::show
