#include "rib/import.hpp"

#include <algorithm>

namespace rib {
namespace {

/// RFC 8326 §4: what comes with this community is about to go; everything else is better.
bool is_shutting_down(const PeerUp& peer, const PathAttributes& attributes) {
  return peer.type == PeerType::External && attributes.has_community(kGracefulShutdown);
}

/// `allowas-in`: so often, or as the AS that the route began in.
bool is_own_as_tolerated(const ImportProfile& import, AsNumber as, const AsPath& path, unsigned count) {
  if (count <= import.allow_own_as) return true;
  return import.allow_own_as_as_origin && path.origin() == as;
}

}  // namespace

PathState check_received(const Speaker& speaker, const ImportProfile& import,
                         const PathAttributes& attributes) {
  const auto count = attributes.as_path.count_of(speaker.as);
  if (count > 0 && !is_own_as_tolerated(import, speaker.as, attributes.as_path, count))
    return PathState::AsLoop;
  if (attributes.originator_id == speaker.identifier) return PathState::OriginatorLoop;
  const auto cluster = speaker.cluster_id != 0 ? speaker.cluster_id : speaker.identifier;
  const auto& clusters = attributes.cluster_list;
  if (std::find(clusters.begin(), clusters.end(), cluster) != clusters.end()) return PathState::ClusterLoop;
  if (import.requires_policy) return PathState::PolicyRequired;
  return PathState::Accepted;
}

bool is_changed_by_import(const PeerUp& peer, const ImportProfile& import, const PathAttributes& attributes) {
  return !import.policy.empty() || import.weight != 0 || is_shutting_down(peer, attributes);
}

PolicyVerdict apply_import(const Policies& policies, const PeerUp& peer, const ImportProfile& import,
                           const Prefix& prefix, PathAttributes& attributes) {
  if (import.weight != 0) attributes.weight = import.weight;
  const PolicySubject subject{.prefix = prefix, .peer = &peer.address, .own_address = &peer.local_address};
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
