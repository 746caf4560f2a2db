#include "rib/adj_rib_in.hpp"

#include <algorithm>

namespace rib {
namespace {

bool is_guard(PathState state) {
  return state == PathState::GuardPool || state == PathState::GuardDefaultRoute ||
         state == PathState::GuardNodeNetwork;
}

std::uint32_t seconds_of(TimePoint time) {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

/// Asks for the memory of the next prefixes' destinations while the present one is worked on.
class Lookahead {
 public:
  Lookahead(const Table& table, std::span<const Nlri> prefixes) : table_(table), prefixes_(prefixes) {
    for (std::size_t i = 0; i < std::min(kSlots, prefixes.size()); ++i) table_.prefetch(prefixes_[i].prefix);
    for (std::size_t i = 0; i < std::min(kDestinations, prefixes.size()); ++i) {
      table_.prefetch_destination(prefixes_[i].prefix);
    }
  }
  void advance() {
    if (position_ + kSlots < prefixes_.size()) table_.prefetch(prefixes_[position_ + kSlots].prefix);
    if (position_ + kDestinations < prefixes_.size()) {
      table_.prefetch_destination(prefixes_[position_ + kDestinations].prefix);
    }
    ++position_;
  }

 private:
  static constexpr std::size_t kSlots = 12, kDestinations = 6;
  const Table& table_;
  std::span<const Nlri> prefixes_;
  std::size_t position_ = 0;
};

}  // namespace

PathState check_attributes(const Speaker& speaker, const PeerUp& peer, const ImportProfile& import,
                           const PathAttributes& attributes, bool next_hop_resolved) {
  if (attributes.as_path.count_of(speaker.as) > import.allow_own_as) return PathState::AsLoop;
  if (attributes.originator_id == speaker.identifier) return PathState::OriginatorLoop;
  const auto cluster = speaker.cluster_id != 0 ? speaker.cluster_id : speaker.identifier;
  const auto& clusters = attributes.cluster_list;
  if (std::find(clusters.begin(), clusters.end(), cluster) != clusters.end()) return PathState::ClusterLoop;
  if (import.requires_policy) return PathState::PolicyRequired;
  if (attributes.next_hop == peer.local_address) return PathState::NextHopIsSelf;
  if (!next_hop_resolved) return PathState::NextHopUnreachable;
  return PathState::Accepted;
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

PathState AdjRibIn::check(const Path& path, const Prefix& prefix) const {
  const auto& peer = peers_[path.peer];
  const auto resolved = next_hops_[loc_rib_.next_hop_of(path)].resolved;
  const auto state =
      check_attributes(speaker_, peer.up, peer.import(prefix.family()), *path.attributes, resolved);
  if (state != PathState::Accepted && state != PathState::NextHopUnreachable) return state;
  const auto guard = check_prefix(peer.up.guard, prefix);
  return guard != PathState::Accepted ? guard : state;
}

void AdjRibIn::set_state(Family family, Path& path, PathState state) {
  // DuplicateSubnet is Accepted that conflicts.cpp marked; it decides again after this.
  const bool was = path.is_feasible();
  path.state = state;
  auto& accepted = peers_[path.peer].of(family).accepted;
  accepted = accepted + path.is_feasible() - was;
}

void AdjRibIn::release(Family family, const Path& path) {
  auto& counts = peers_[path.peer].of(family);
  --counts.received;
  counts.accepted -= path.is_feasible();
  next_hops_.release(loc_rib_.next_hop_of(path));
}

void AdjRibIn::withdraw(std::uint32_t index, Family family, std::span<const Nlri> prefixes) {
  Lookahead lookahead(loc_rib_.table(family), prefixes);
  for (const auto& nlri : prefixes) {
    lookahead.advance();
    const auto id = loc_rib_.table(family).find(nlri.prefix);
    if (!id) continue;
    auto& destination = loc_rib_.at(family, *id);
    const Path* path = destination.find(index, nlri.path_id);
    if (!path) continue;
    const auto before = destination.winner();
    release(family, *path);
    destination.remove(static_cast<std::size_t>(path - destination.paths().data()));
    loc_rib_.select(family, *id, before);
    loc_rib_.erase_if_unused(family, *id);
  }
  auto& counts = peers_[index].of(family);
  if (counts.limit_told && counts.received <= peers_[index].import(family).maximum_prefix)
    counts.limit_told = false;
}

void AdjRibIn::announce(std::uint32_t index, Family family, const Attributes& attributes,
                        std::span<const Nlri> prefixes, TimePoint now) {
  auto& peer = peers_[index];
  auto& counts = peer.of(family);
  const auto next_hop = next_hops_.find_or_add(attributes, peer.up.interface_index);
  const auto common =
      check_attributes(speaker_, peer.up, peer.import(family), *attributes, next_hops_[next_hop].resolved);
  const bool guarded = peer.up.guard.is_mesh_member &&
                       (common == PathState::Accepted || common == PathState::NextHopUnreachable);
  const auto learned = seconds_of(now);

  Lookahead lookahead(loc_rib_.table(family), prefixes);
  for (const auto& nlri : prefixes) {
    lookahead.advance();
    const auto [id, is_new] = loc_rib_.table(family).find_or_insert(nlri.prefix);
    auto& destination = loc_rib_.at(family, id);
    Path* path = destination.find(index, nlri.path_id);
    if (path && path->attributes == attributes) {
      path->set(Path::Stale, false);
      continue;
    }
    auto state = common;
    if (guarded) {
      const auto guard = check_prefix(peer.up.guard, nlri.prefix);
      if (guard != PathState::Accepted) state = guard;
    }
    const auto before = destination.winner();
    if (path) {
      if (is_guard(state) && !is_guard(path->state)) tell_refused(index, nlri.prefix);
      next_hops_.release(loc_rib_.next_hop_of(*path));
      path->attributes = attributes;
      path->learned = learned;
      path->set(Path::Stale, false);
      set_state(family, *path, state);
    } else {
      if (is_guard(state)) tell_refused(index, nlri.prefix);
      path = &destination.add({.attributes = attributes,
                               .peer = index,
                               .path_id = nlri.path_id,
                               .learned = learned,
                               .state = state});
      ++counts.received;
      counts.accepted += path->is_feasible();
      counts.chunks.set(id / Table::kChunkSize);
    }
    next_hops_.add_reference(next_hop);
    loc_rib_.select(family, id, before);
  }
  check_limit(index, family);
}

bool AdjRibIn::revise(Family family, Table::Id id, bool all) {
  auto& destination = loc_rib_.at(family, id);
  bool select = false, touch = false;
  Winner before;
  auto begin = [&] {
    if (!select) before = destination.winner();
    select = true;
  };
  for (std::size_t i = 0; i < destination.paths().size();) {
    auto& path = destination.paths()[i];
    if (path.is_local()) {
      ++i;
      continue;
    }
    const auto& peer = peers_[path.peer];
    if (!peer.is_up()) {
      begin();
      release(family, path);
      destination.remove(i);
      continue;
    }
    const bool moved = next_hops_.has_moved() && next_hops_[loc_rib_.next_hop_of(path)].moved;
    if (all || moved || peer.of(family).needs_recheck) {
      begin();
      touch |= moved;
      const auto state = check(path, destination.prefix);
      if (state != (path.is_feasible() ? PathState::Accepted : path.state)) set_state(family, path, state);
    }
    ++i;
  }
  if (select) loc_rib_.select(family, id, before);
  if (touch && !destination.empty()) loc_rib_.touch(family, id);
  if (select) loc_rib_.erase_if_unused(family, id);
  return select;
}

void AdjRibIn::check_limit(std::uint32_t index, Family family) {
  auto& peer = peers_[index];
  auto& counts = peer.of(family);
  const auto& import = peer.import(family);
  const auto maximum = import.maximum_prefix;
  if (maximum == 0 || counts.limit_told || counts.received <= maximum) return;
  counts.limit_told = true;
  const auto kind = import.maximum_prefix_warning_only ? Notice::Kind::MaximumPrefixWarning
                                                       : Notice::Kind::MaximumPrefixReached;
  notices_.push_back({kind, Prefix::default_route(afi_of(family)), peers_.handle(index), counts.received,
                      peer.up.name + " announced " + std::to_string(counts.received) +
                          " prefixes, the limit is " + std::to_string(maximum)});
}

void AdjRibIn::tell_refused(std::uint32_t index, const Prefix& prefix) {
  constexpr unsigned kNoticesPerSession = 8;  // a peer must not fill the log
  auto& peer = peers_[index];
  if (peer.guard_notices == kNoticesPerSession) return;
  ++peer.guard_notices;
  notices_.push_back(
      {Notice::Kind::GuardRefused, prefix, peers_.handle(index), 0, "announced by " + peer.up.name});
}

}  // namespace rib
