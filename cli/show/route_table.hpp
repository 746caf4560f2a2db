// `show ip route` and `show ipv6 route`: the kernel's routes and ours, and which of them win.
// Fed page by page, written as they come.
#pragma once

#include <memory>
#include <vector>

#include "cli/show/format.hpp"

namespace cli::show {

enum class RouteTableKind : std::uint8_t {
  List,
  Brief,    // a list, in JSON with less of each route
  Detail,   // of one prefix: `show ip route A.B.C.D`
  Summary,  // counts by source
};

class RouteTableListing {
 public:
  virtual ~RouteTableListing() = default;
  virtual void page(const api::RouteTable& table) = 0;
  virtual void finish() = 0;
};

/// What stands above the routes: the VRF unless it is the default one, each VRF, or the table's number as
/// well.
enum class RouteTableHead : std::uint8_t { OtherVrf, EachVrf, Table };

/// Pages of several VRFs may follow each other, one VRF after the other.
std::unique_ptr<RouteTableListing> text_route_table(RouteTableKind kind, Sink sink,
                                                    RouteTableHead head = RouteTableHead::OtherVrf);
/// List and Detail have one shape: prefix → array of entries. beside: pages of other VRFs; their entries
/// stand beside those to the same prefix, so that the whole is one object. nothing: the member, an empty
/// array, that stands where no route was found; "": none.
std::unique_ptr<RouteTableListing> json_route_table(RouteTableKind kind, Sink sink,
                                                    const std::vector<api::RouteTable>& beside = {},
                                                    std::string nothing = {});

}  // namespace cli::show
