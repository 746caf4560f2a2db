#include "rib/adj_rib_in.hpp"

#include <algorithm>

namespace rib {
namespace {

bool is_guard(PathState state) {
  return state == PathState::GuardPool || state == PathState::GuardDefaultRoute ||
         state == PathState::GuardNodeNetwork;
}

/// Our own routes that come back.
bool is_loop(PathState state) {
  return state == PathState::AsLoop || state == PathState::OriginatorLoop || state == PathState::ClusterLoop;
}

/// RFC 9494 §3.3: whether the peer said so or import policy.
bool must_not_be_long_lived(const Path& path) {
  return path.attributes->has_community(kNoLlgr) || path.attributes.received()->has_community(kNoLlgr);
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

/// by: 1 or -1.
void count_state(Peer::PerFamily& counts, const Path& path, int by) {
  const auto add = [by](std::uint32_t& to, bool is_so) {
    if (is_so) to += static_cast<std::uint32_t>(by);
  };
  add(counts.accepted, path.is_feasible());
  add(counts.denied, path.state == PathState::PolicyDenied);
  add(counts.looped, is_loop(path.state));
  add(counts.stranded, path.state == PathState::NextHopUnreachable);
}

}  // namespace

PathState AdjRibIn::with_guard(const Peer& peer, PathState state, const Prefix& prefix) const {
  if (state != PathState::Accepted && state != PathState::NextHopUnreachable) return state;
  const auto guard = check_prefix(peer.up.guard, prefix);
  return guard != PathState::Accepted ? guard : state;
}

AdjRibIn::Outcome AdjRibIn::outcome_of(const Peer& peer, PathState state, Attributes attributes) {
  const auto next_hop = next_hops_.find_or_add(attributes, peer.up.interface_index);
  if (state == PathState::Accepted)
    state = check_next_hop(peer.up, *attributes, next_hops_[next_hop].resolved);
  return {std::move(attributes), state};
}

AdjRibIn::Outcome AdjRibIn::judge(const Peer& peer, const Attributes& received, const Prefix& prefix) {
  const auto& import = peer.import(prefix.family());
  const auto state = check_received(speaker_, peer.up, import, *received);
  if (state != PathState::Accepted || !is_changed_by_import(peer.up, import, *received))
    return outcome_of(peer, state, received);
  auto value = *received;
  const bool asks_next_hop = policies_.depends_on_next_hop(import.policy);
  if (asks_next_hop) next_hops_.find_or_add(received, peer.up.interface_index);
  const auto next_hop = asks_next_hop ? loc_rib_.resolved(*received, peer.up) : ResolvedNextHop{};
  const bool permitted = apply_import(policies_, peer.up, import, prefix, next_hop, value).permitted;
  auto outcome = permitted ? outcome_of(peer, PathState::Accepted, store_.intern(value, received))
                           : outcome_of(peer, PathState::PolicyDenied, received);
  outcome.policy_asks_next_hop = asks_next_hop;
  return outcome;
}

AdjRibIn::Outcome AdjRibIn::judge_long_lived(const Peer& peer, const Attributes& received,
                                             const Prefix& prefix) {
  auto outcome = judge(peer, received, prefix);
  if (outcome.attributes.set()->is_long_lived_stale()) return outcome;
  auto value = *outcome.attributes;
  value.communities = value.communities.prepended(kLlgrStale);
  outcome.attributes = store_.intern(value, received);
  return outcome;
}

ResolvedNextHop AdjRibIn::resolved_for_policy(const Peer& peer, const PathAttributes& received,
                                              Family family) const {
  if (!policies_.depends_on_next_hop(peer.import(family).policy)) return {};
  return loc_rib_.resolved(received, peer.up);
}

PolicyVerdict AdjRibIn::explain(const Path& path, const Prefix& prefix) const {
  const auto& peer = peers_[path.peer];
  auto value = *path.attributes.received();
  const auto next_hop = resolved_for_policy(peer, value, prefix.family());
  return apply_import(policies_, peer.up, peer.import(prefix.family()), prefix, next_hop, value);
}

NextHopTable::Id AdjRibIn::received_next_hop(const Path& path) const {
  if (!path.has(Path::WatchesReceived)) return 0;
  const auto received = path.attributes.received();
  const auto id = next_hops_.find(received, peers_[path.peer].up.interface_index);
  return id == loc_rib_.next_hop_of(path) ? 0 : id;
}

void AdjRibIn::hold_next_hops(Path& path, bool policy_asks_next_hop) {
  path.set(Path::WatchesReceived, policy_asks_next_hop && path.attributes.received() != path.attributes);
  next_hops_.add_reference(loc_rib_.next_hop_of(path));
  if (const auto id = received_next_hop(path)) next_hops_.add_reference(id);
}

void AdjRibIn::release_next_hops(const Path& path) {
  if (const auto id = received_next_hop(path)) next_hops_.release(id);
  next_hops_.release(loc_rib_.next_hop_of(path));
}

bool AdjRibIn::has_moved(const Path& path) const {
  if (!next_hops_.has_moved()) return false;
  return next_hops_[loc_rib_.next_hop_of(path)].moved || next_hops_[received_next_hop(path)].moved;
}

void AdjRibIn::replace_attributes(Family family, Table::Id id, Path& path, Outcome&& outcome) {
  if (path.has(Path::Multipath)) loc_rib_.touch(family, id);  // the kernel splits traffic anew
  release_next_hops(path);
  auto& octets = peers_[path.peer].of(family).octets;
  octets -= path.attributes.set()->octets();
  path.attributes = std::move(outcome.attributes);
  octets += path.attributes.set()->octets();
  hold_next_hops(path, outcome.policy_asks_next_hop);
}

void AdjRibIn::set_state(Family family, Path& path, PathState state) {
  // DuplicateSubnet is Accepted that conflicts.cpp marked; it decides again after this.
  auto& counts = peers_[path.peer].of(family);
  count_state(counts, path, -1);
  path.state = state;
  count_state(counts, path, 1);
}

void AdjRibIn::release(Family family, const Path& path) {
  auto& counts = peers_[path.peer].of(family);
  --counts.received;
  counts.octets -= sizeof(Path) + path.attributes.set()->octets();
  count_state(counts, path, -1);
  release_next_hops(path);
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
    if (path->has(Path::Multipath)) loc_rib_.touch(family, *id);
    release(family, *path);
    destination.remove(static_cast<std::size_t>(path - destination.paths().data()));
    loc_rib_.select(family, *id, before);
    loc_rib_.erase_if_unused(family, *id);
  }
  if (peers_[index].of(family).threshold_told) check_limit(index, family);
}

void AdjRibIn::announce(std::uint32_t index, Family family, const Attributes& received,
                        std::span<const Nlri> prefixes, TimePoint now) {
  auto& peer = peers_[index];
  auto& counts = peer.of(family);
  const auto& policy = peer.import(family).policy;
  const bool by_prefix = !policy.empty() && policies_.depends_on_prefix(policy);
  Outcome outcome;
  if (!by_prefix) outcome = judge(peer, received, prefixes[0].prefix);
  const auto learned = seconds_of(now);
  const auto generation = counts.generations.current();

  Lookahead lookahead(loc_rib_.table(family), prefixes);
  for (const auto& nlri : prefixes) {
    lookahead.advance();
    const auto [id, is_new] = loc_rib_.table(family).find_or_insert(nlri.prefix);
    auto& destination = loc_rib_.at(family, id);
    Path* path = destination.find(index, nlri.path_id);
    // Said again; import has looked at it, or will in the walk that a changed policy has asked for.
    const bool was_long_lived = path && counts.generations.is_long_lived(path->generation());
    if (path && !was_long_lived && path->attributes.is_made_of(received)) {
      path->set_generation(generation);
      continue;
    }
    if (by_prefix) outcome = judge(peer, received, nlri.prefix);
    const auto state = with_guard(peer, outcome.state, nlri.prefix);
    const auto before = destination.winner();
    if (is_guard(state) && !(path && is_guard(path->state))) tell_refused(index, nlri.prefix);
    if (path) {
      replace_attributes(family, id, *path, Outcome(outcome));
      path->learned = learned;
      path->set_generation(generation);
      set_state(family, *path, state);
    } else {
      path = &destination.add({.attributes = outcome.attributes,
                               .peer = index,
                               .path_id = nlri.path_id,
                               .learned = learned,
                               .state = state});
      hold_next_hops(*path, outcome.policy_asks_next_hop);
      path->set_generation(generation);
      ++counts.received;
      counts.octets += sizeof(Path) + path->attributes.set()->octets();
      count_state(counts, *path, 1);
      counts.chunks.set(id / Table::kChunkSize);
    }
    loc_rib_.select(family, id, before);
  }
  if (peer.import(family).maximum_prefix != 0) check_limit(index, family);
  if (counts.octets > speaker_.maximum_peer_octets) tell_memory(index, family);
}

void AdjRibIn::tell_memory(std::uint32_t index, Family family) {
  auto& counts = peers_[index].of(family);
  if (std::exchange(counts.memory_told, true)) return;
  const auto mebibytes = static_cast<std::uint32_t>(counts.octets >> 20);
  notices_.push_back({Notice::Kind::MaximumMemoryReached, Prefix::default_route(afi_of(family)),
                      peers_.handle(index), mebibytes,
                      peers_[index].up.name + ": " + std::to_string(counts.received) + " paths"});
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
    const auto& generations = peer.of(family).generations;
    const bool is_long_lived = generations.is_long_lived(path.generation());
    if (peer.is_leaving() || generations.is_doomed(path.generation()) ||
        (is_long_lived && must_not_be_long_lived(path))) {
      begin();
      if (path.has(Path::Multipath)) loc_rib_.touch(family, id);
      release(family, path);
      destination.remove(i);
      continue;
    }
    const bool moved = has_moved(path);
    if (all || moved || peer.of(family).needs_recheck) {
      begin();
      touch |= moved;
      const auto received = path.attributes.received();
      auto outcome = is_long_lived ? judge_long_lived(peer, received, destination.prefix)
                                   : judge(peer, received, destination.prefix);
      if (is_long_lived) path.set_generation(generations.merged_long_lived());
      const auto state = with_guard(peer, outcome.state, destination.prefix);
      if (outcome.attributes != path.attributes) {
        replace_attributes(family, id, path, std::move(outcome));
      } else {  // policy may look at something else
        release_next_hops(path);
        hold_next_hops(path, outcome.policy_asks_next_hop);
      }
      if (state != (path.is_feasible() ? PathState::Accepted : path.state)) set_state(family, path, state);
    }
    ++i;
  }
  if (select) loc_rib_.select(family, id, before);
  if (touch && !destination.empty()) loc_rib_.next_hop_moved(family, id);
  if (select) loc_rib_.erase_if_unused(family, id);
  return select;
}

void AdjRibIn::check_limit(std::uint32_t index, Family family) {
  auto& peer = peers_[index];
  auto& counts = peer.of(family);
  const auto& import = peer.import(family);
  const std::uint64_t maximum = import.maximum_prefix;
  const auto kept_out = counts.denied + counts.looped;
  const auto count = import.maximum_prefix_counts_denied ? counts.received : counts.received - kept_out;
  const bool reaches = maximum != 0 && count * std::uint64_t{100} > maximum * import.maximum_prefix_threshold;
  const bool exceeds = maximum != 0 && count > maximum;
  const auto tell = [&](Notice::Kind kind) {
    notices_.push_back({kind, Prefix::default_route(afi_of(family)), peers_.handle(index), count,
                        peer.up.name + " announced " + std::to_string(count) + " prefixes, the limit is " +
                            std::to_string(maximum)});
  };
  if (exceeds && !counts.limit_told) {
    tell(import.maximum_prefix_warning_only ? Notice::Kind::MaximumPrefixWarning
                                            : Notice::Kind::MaximumPrefixReached);
  } else if (reaches && !counts.threshold_told) {
    tell(Notice::Kind::MaximumPrefixThreshold);
  }
  counts.limit_told = exceeds;
  counts.threshold_told = reaches;
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
