// What `explain` concludes: pure, from facts that others have stored.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "bgpd/api/backend.hpp"
#include "cli/proto/kulan.pb.h"

namespace bgpd::api {

/// What is known of one prefix, from neighbors to kernel. Borrowed.
struct ExplainFacts {
  const std::optional<rib::DestinationView>& destination;
  const std::vector<rib::RouteView>& routes;        // of the routing table, to the very prefix
  const std::optional<rib::RouteView>& covered_by;  // the selected route of the longest prefix around it
  const fib::FoundRoute& kernel;
  bool writes_kernel = true;
  bool forwarding = true;
  bool has_established_neighbor = false;
};

struct ExplainVerdict {
  kulan::api::Explanation::Verdict code = kulan::api::Explanation::NOT_ANNOUNCED;
  /// Packets get there: from this host, and from those behind it. A default route alone counts only when the
  /// question is about it.
  bool reachable = false;
  bool operator==(const ExplainVerdict&) const = default;
};

ExplainVerdict explain_verdict(const ExplainFacts& facts);

}  // namespace bgpd::api
