#include "rib/import.hpp"

#include <algorithm>

namespace rib {
namespace {

/// RFC 8326 §4: what comes with this community is about to go; everything else is better.
bool is_shutting_down(const PeerUp& peer, const PathAttributes& attributes) {
  const bool is_external = peer.type == PeerType::External && !peer.is_confederation_peer;
  return is_external && attributes.has_community(kGracefulShutdown);
}

/// RFC 4271 §9.1.2; `allowas-in`: so often, or as the AS that the route began in.
bool is_loop(const ImportProfile& import, AsNumber as, const AsPath& path) {
  const auto count = path.count_of(as);
  if (count <= import.allow_own_as) return false;
  return !(import.allow_own_as_as_origin && path.origin() == as);
}

/// All that we are called: our AS, the confederation's (RFC 5065 §4), and what `local-as` says to this peer.
bool is_loop(const Speaker& speaker, const PeerUp& peer, const ImportProfile& import, const AsPath& path) {
  if (is_loop(import, speaker.as, path)) return true;
  const auto confederation = speaker.confederation_id;
  if (confederation != 0 && confederation != speaker.as && is_loop(import, confederation, path)) return true;
  const auto local = peer.local_as;
  return local != 0 && local != speaker.as && local != confederation && is_loop(import, local, path);
}

/// RFC 9234 §5, ingress 1 and 2: a route that was on its way down must not come up, nor from aside.
bool is_leak(const PeerUp& peer, const ImportProfile& import, const PathAttributes& attributes) {
  if (!import.local_role || !attributes.rare->only_to_customer) return false;
  switch (*import.local_role) {
    case Role::Provider:
    case Role::RouteServer:
      return true;
    case Role::Peer:
      return *attributes.rare->only_to_customer != peer.as;
    case Role::Customer:
    case Role::RouteServerClient:
      break;
  }
  return false;
}

/// RFC 9234 §5, ingress 3: from here on it may only go down.
bool needs_only_to_customer(const ImportProfile& import, const PathAttributes& attributes) {
  if (!import.local_role || attributes.rare->only_to_customer) return false;
  return *import.local_role != Role::Provider && *import.local_role != Role::RouteServer;
}

}  // namespace

PathState check_received(const Speaker& speaker, const PeerUp& peer, const ImportProfile& import,
                         const PathAttributes& attributes) {
  if (is_loop(speaker, peer, import, attributes.as_path)) return PathState::AsLoop;
  if (attributes.rare->originator_id == speaker.identifier) return PathState::OriginatorLoop;
  const auto cluster = speaker.cluster_id != 0 ? speaker.cluster_id : speaker.identifier;
  const auto& clusters = attributes.rare->cluster_list;
  if (std::find(clusters.begin(), clusters.end(), cluster) != clusters.end()) return PathState::ClusterLoop;
  if (is_leak(peer, import, attributes)) return PathState::RouteLeak;
  if (speaker.reject_as_sets && attributes.as_path.has_sets()) return PathState::AsSet;
  if (import.requires_policy) return PathState::PolicyRequired;
  return PathState::Accepted;
}

bool is_changed_by_import(const PeerUp& peer, const ImportProfile& import, const PathAttributes& attributes) {
  return !import.policy.empty() || import.weight != 0 || import.prepend_as != 0 ||
         needs_only_to_customer(import, attributes) || is_shutting_down(peer, attributes);
}

PolicyVerdict apply_import(const Policies& policies, const PeerUp& peer, const ImportProfile& import,
                           const Prefix& prefix, const ResolvedNextHop& next_hop,
                           PathAttributes& attributes) {
  if (import.prepend_as != 0) attributes.as_path = attributes.as_path.prepended(import.prepend_as);
  if (needs_only_to_customer(import, attributes)) attributes.rare.edit().only_to_customer = peer.as;
  if (import.weight != 0) attributes.weight = import.weight;
  const PolicySubject subject{
      .prefix = prefix,
      .peer = &peer.address,
      .next_hop = next_hop,
      .peer_interface = peer.is_interface_peer ? std::string_view(peer.interface_name) : std::string_view{},
      .own_as = peer.local_as,
      .source_protocol = SourceProtocol::Bgp};
  const auto verdict = policies.apply(import.policy, subject, attributes);
  if (verdict.permitted && is_shutting_down(peer, attributes)) attributes.local_pref = 0;
  return verdict;
}

PathState check_next_hop(const PeerUp& peer, const PathAttributes& attributes, bool resolved) {
  if (attributes.next_hop == peer.local_address) return PathState::NextHopIsSelf;
  return resolved ? PathState::Accepted : PathState::NextHopUnreachable;
}

PathState check_prefix(const MeshGuard& guard, const Prefix& prefix) {
  if (!guard.is_mesh_member) return PathState::Accepted;
  if (prefix.is_default()) return PathState::GuardDefaultRoute;
  if (std::any_of(guard.refused.begin(), guard.refused.end(), [&](auto& p) { return p.overlaps(prefix); })) {
    return PathState::GuardNodeNetwork;
  }
  const auto& pools = guard.pools;
  const bool is_inside =
      std::any_of(pools.begin(), pools.end(), [&](auto& pool) { return pool.contains(prefix); });
  return pools.empty() || is_inside ? PathState::Accepted : PathState::GuardPool;
}

}  // namespace rib
