// `show ip bgp A.B.C.D[/M]`: everything about one destination and why its best path is best.
#pragma once

#include <string>

#include "cli/show/format.hpp"

namespace cli::show {

std::string route_detail_text(const api::Routes& routes, WallClock now);
std::string route_detail_json(const api::Routes& routes, WallClock now);

}  // namespace cli::show
