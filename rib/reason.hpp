// Why: every decision about a path returns one of these, stored with the path, shown as it is.
// Text for people is made in cli/show from the enumerator.
#pragma once

#include <cstdint>
#include <string_view>

namespace rib {

/// Why the best path won over the runner-up: the step of RFC 4271 §9.1.2.2 that decided.
enum class BestReason : std::uint8_t {
  None,  // there is no best path
  OnlyPath,
  Weight,
  LocalPref,
  LocalRoute,
  AsPathLength,
  Origin,
  Med,
  ExternalOverInternal,
  InteriorCost,
  OlderPath,          // external paths, unless compare-routerid
  RouterId,           // BGP Identifier, or ORIGINATOR_ID, RFC 4456 §9
  ClusterListLength,  // RFC 4456 §9
  PeerAddress,
  PathId,          // RFC 7911
  LongLivedStale,  // RFC 9494 §4.3, before all others
};

/// Why a path takes no part in the decision, or Accepted.
enum class PathState : std::uint8_t {
  Accepted,
  AsLoop,          // RFC 4271 §9.1.2
  OriginatorLoop,  // RFC 4456 §8: ORIGINATOR_ID is ours
  ClusterLoop,     // RFC 4456 §8: our CLUSTER_ID in CLUSTER_LIST
  PolicyRequired,  // RFC 8212
  PolicyDenied,
  GuardPool,           // mesh guard: outside the pools
  GuardDefaultRoute,   // mesh guard: a default route
  GuardNodeNetwork,    // mesh guard: the nodes' own network
  NextHopUnreachable,  // RFC 4271 §9.1.2.1
  NextHopIsSelf,       // RFC 4271 §5.1.3
  DuplicateSubnet,     // another node claims the same container subnet; see rib/conflicts.hpp
  RouteLeak,           // RFC 9234 §5: OTC says that it must not come from this neighbor
  AsSet,               // RFC 6472: AS_SET or AS_CONFED_SET in AS_PATH, when these are rejected
};

/// Why the winner is, or is not, in the kernel.
enum class FibState : std::uint8_t {
  None,       // nothing to install (no best path, or our own route)
  Pending,    // handed to the writer
  Installed,  // the kernel acknowledged it
  Failed,     // the kernel refused: errno and text stand beside
  LosesToConnected,
  LosesToStatic,
  LosesToKernel,  // administrative distance
  Suppressed,     // duplicate subnet
  PolicyDenied,   // by the route map of `ip protocol bgp`
  NotForUse,      // administrative distance 255
  LosesToBgp,     // a static route, by distance
};

/// Why a route is not sent to a peer's group, or Sent.
enum class ExportState : std::uint8_t {
  Sent,
  NoBestPath,
  FromSamePeer,        // split horizon
  InternalToInternal,  // RFC 4271 §9.2.1: not reflected
  NoExport,
  NoAdvertise,     // RFC 1997
  PolicyRequired,  // RFC 8212
  PolicyDenied,
  NextHopUnusable,  // no next hop of the right family to offer
  DuplicateSubnet,
  Suppressed,      // an aggregate stands for it
  RoleForbids,     // RFC 9234 §5: OTC is set and the peer is no customer of ours
  NotInKernel,     // suppress-fib-pending: the kernel has not, or not yet, taken it
  AsSet,           // RFC 6472, as PathState's
  LongLivedStale,  // RFC 9494 §4.3: the peer does not know what LLGR_STALE asks for
};

std::string_view name_of(BestReason reason);  // "AS Path", FRR's words
std::string_view name_of(PathState state);
std::string_view name_of(FibState state);
std::string_view name_of(ExportState state);

}  // namespace rib
