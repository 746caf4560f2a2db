// What the rows that list BGP's paths share.
#pragma once

#include <string_view>

#include "cli/show/console.hpp"
#include "cli/show/routes.hpp"

namespace cli::show {

/// What is empty in JSON is said in words otherwise.
Status empty_or_report(const Console& console, const ClientError& error, bool json);

/// No neighbor is called so, or it is no name at all: what commands about a neighbor's routes say.
Status no_such_neighbor(const Console& console, std::string_view name, bool json);

/// All pages of `list`.
Status list_routes(const Console& console, api::ListRoutes list, RouteListingKind kind, bool json);

}  // namespace cli::show
