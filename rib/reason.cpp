#include "rib/reason.hpp"

namespace rib {

std::string_view name_of(BestReason reason) {
  switch (reason) {
    case BestReason::None:
      return "None";
    case BestReason::OnlyPath:
      return "First path received";
    case BestReason::Weight:
      return "Weight";
    case BestReason::LocalPref:
      return "Local Pref";
    case BestReason::LocalRoute:
      return "Local Route";
    case BestReason::AsPathLength:
      return "AS Path";
    case BestReason::Origin:
      return "Origin";
    case BestReason::Med:
      return "MED";
    case BestReason::ExternalOverInternal:
      return "Peer Type";
    case BestReason::InteriorCost:
      return "IGP Metric";
    case BestReason::OlderPath:
      return "Older Path";
    case BestReason::RouterId:
      return "Router ID";
    case BestReason::ClusterListLength:
      return "Cluster length";
    case BestReason::PeerAddress:
      return "Neighbor IP";
    case BestReason::PathId:
      return "Path ID";
    case BestReason::LongLivedStale:
      return "Long-lived stale";
  }
  return "?";
}

std::string_view name_of(PathState state) {
  switch (state) {
    case PathState::Accepted:
      return "accepted";
    case PathState::AsLoop:
      return "AS loop";
    case PathState::OriginatorLoop:
      return "ORIGINATOR_ID is ours";
    case PathState::ClusterLoop:
      return "CLUSTER_LIST holds our cluster";
    case PathState::PolicyRequired:
      return "no import policy (RFC 8212)";
    case PathState::PolicyDenied:
      return "denied by policy";
    case PathState::GuardPool:
      return "outside the mesh pools";
    case PathState::GuardDefaultRoute:
      return "default route refused by the mesh guard";
    case PathState::GuardNodeNetwork:
      return "overlaps the node network";
    case PathState::NextHopUnreachable:
      return "next hop unreachable";
    case PathState::NextHopIsSelf:
      return "next hop is our own address";
    case PathState::DuplicateSubnet:
      return "duplicate subnet";
    case PathState::RouteLeak:
      return "route leak (OTC)";
    case PathState::AsSet:
      return "AS_SET in AS_PATH";
  }
  return "?";
}

std::string_view name_of(FibState state) {
  switch (state) {
    case FibState::None:
      return "none";
    case FibState::Pending:
      return "pending";
    case FibState::Installed:
      return "installed";
    case FibState::Failed:
      return "failed";
    case FibState::LosesToConnected:
      return "connected route preferred";
    case FibState::LosesToStatic:
      return "static route preferred";
    case FibState::LosesToKernel:
      return "kernel route preferred";
    case FibState::Suppressed:
      return "duplicate subnet";
    case FibState::PolicyDenied:
      return "denied by the route map between BGP and the kernel";
    case FibState::NotForUse:
      return "administrative distance 255";
    case FibState::LosesToBgp:
      return "BGP route preferred";
  }
  return "?";
}

std::string_view name_of(ExportState state) {
  switch (state) {
    case ExportState::Sent:
      return "sent";
    case ExportState::NoBestPath:
      return "no best path";
    case ExportState::FromSamePeer:
      return "learned from this peer";
    case ExportState::InternalToInternal:
      return "internal route, neither side a reflector client";
    case ExportState::NoExport:
      return "community no-export";
    case ExportState::NoAdvertise:
      return "community no-advertise";
    case ExportState::PolicyRequired:
      return "no export policy (RFC 8212)";
    case ExportState::PolicyDenied:
      return "denied by policy";
    case ExportState::NextHopUnusable:
      return "no usable next hop to offer";
    case ExportState::NotInKernel:
      return "not in the kernel (suppress-fib-pending)";
    case ExportState::RoleForbids:
      return "only to customers (OTC)";
    case ExportState::AsSet:
      return "AS_SET in AS_PATH";
    case ExportState::LongLivedStale:
      return "long-lived stale, and the peer has no long-lived graceful restart (RFC 9494)";
    case ExportState::DuplicateSubnet:
      return "duplicate subnet";
    case ExportState::Suppressed:
      return "suppressed by an aggregate";
  }
  return "?";
}

}  // namespace rib
