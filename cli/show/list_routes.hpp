// What the rows that list BGP's paths share.
#pragma once

#include "cli/show/console.hpp"
#include "cli/show/routes.hpp"

namespace cli::show {

/// What is empty in JSON is said in words otherwise.
Status empty_or_report(const Console& console, const ClientError& error, bool json);

/// All pages of `list`.
Status list_routes(const Console& console, api::ListRoutes list, RouteListingKind kind, bool json);

}  // namespace cli::show
