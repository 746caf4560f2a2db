// `show ip bgp A.B.C.D[/M]`: everything about one destination and why its best path is best.
#pragma once

#include <string>

#include "cli/show/format.hpp"

namespace cli::show {

/// Which paths are shown; all are counted.
enum class DetailPaths : std::uint8_t { All, Best, Multipath };

std::string route_detail_text(const api::Routes& routes, WallClock now, DetailPaths which = DetailPaths::All);
std::string route_detail_json(const api::Routes& routes, WallClock now, DetailPaths which = DetailPaths::All);

}  // namespace cli::show
