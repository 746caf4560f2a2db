// Tables of BGP paths: `show ip bgp`, a neighbor's routes, received-routes and advertised-routes.
//
// A listing is fed page by page and writes as it goes, so that a full table costs the memory of one page.
#pragma once

#include <memory>

#include "cli/show/format.hpp"

namespace cli::show {

enum class RouteListingKind : std::uint8_t {
  Table,       // Loc-RIB; rejected paths are not listed
  Matching,    // what of it fits something
  Learned,     // `neighbors X routes`: the accepted paths of one neighbor
  Received,    // `neighbors X received-routes`: all it announced, rejected ones too
  Filtered,    // `neighbors X filtered-routes`: the rejected ones alone
  Advertised,  // `neighbors X advertised-routes`
};

/// What a path has, or shares with others of its page.
inline const api::PathAttributes& attributes_of(const api::Routes& routes, const api::Path& path) {
  const auto number = path.attributes_number();
  return number == 0 || number > static_cast<std::uint32_t>(routes.attributes_size())
             ? path.attributes()
             : routes.attributes(static_cast<int>(number - 1));
}

class RouteListing {
 public:
  virtual ~RouteListing() = default;
  virtual void page(const api::Routes& routes) = 0;
  /// After the last page; writes what closes the table.
  virtual void finish() = 0;
};

std::unique_ptr<RouteListing> text_listing(RouteListingKind kind, Sink sink);
std::unique_ptr<RouteListing> json_listing(RouteListingKind kind, Sink sink);

}  // namespace cli::show
