// `ip route` lines and the links that are there, as the routing engine takes them. Pure.
#pragma once

#include "cli/config/config.hpp"
#include "fib/links.hpp"
#include "rib/static_routes.hpp"

namespace bgpd {

/// Whether lines for this place are for the daemon's own table; `own`: of that one.
bool is_own_place(const cli::StaticPlace& place, const fib::KernelOptions& own);

/// The lines of the daemon's own table: those that say nothing of a table, or name that one.
cli::StaticLines own_static_lines(const cli::Config& config);
/// The others by their place.
std::map<cli::StaticPlace, cli::StaticLines> other_static_lines(const cli::Config& config);

rib::StaticRouteTable static_routes(const cli::StaticLines& lines, const fib::Links& links);

}  // namespace bgpd
