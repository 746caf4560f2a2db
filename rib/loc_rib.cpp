#include "rib/loc_rib.hpp"

#include <algorithm>
#include <tuple>

namespace rib {

NextHopTable::Id LocRib::next_hop_of(const Path& path) const {
  return path.is_local() ? 0 : next_hops_.find(path.attributes, peers_[path.peer].up.interface_index);
}

std::optional<std::uint32_t> LocRib::interior_cost(const Path& path) const {
  if (path.is_local()) return 0;
  const auto& entry = next_hops_[next_hop_of(path)];
  return entry.resolved ? std::optional(entry.metric) : std::nullopt;
}

ResolvedNextHop LocRib::resolved(const PathAttributes& attributes, const PeerUp& from) const {
  const auto& entry = next_hops_[next_hops_.find(attributes, from.interface_index)];
  if (!entry.resolved) return {};
  return {entry.through ? std::string_view(entry.interface_name) : from.interface_name, entry.metric};
}

// RFC 4271 §9.1.2.2 (c): the AS that the route was learned from by the first router of ours; our own AS when
// one of ours made it, that is when AS_PATH is empty or begins with an AS_SET. RFC 5065 §5.3: confederation
// segments do not count, and a path of nothing else is of our own AS.
std::uint64_t LocRib::neighbor_as(const Path& path) const {
  constexpr std::uint64_t kMemberAs = std::uint64_t{1} << 32;  // keeps them apart from real neighbors
  const auto& set = *path.attributes.set();
  if (const auto as = set.neighbor_as()) return *as;
  const bool begins_with_set = set.as_path_length() > 0;
  if (begins_with_set && !path.is_local() && peers_[path.peer].is_external()) return peers_[path.peer].up.as;
  if (speaker_.med_confederation || begins_with_set || path.attributes->as_path.empty()) return speaker_.as;
  return kMemberAs | path.attributes->as_path.segments().front().as_numbers.front();
}

Candidate LocRib::candidate(const Path& path, std::uint32_t position) const {
  static const IpAddress kNoAddress;
  const auto& attributes = *path.attributes;
  Candidate c;
  c.attributes = path.attributes.set();
  c.weight = attributes.weight;
  c.local_pref = attributes.local_pref.value_or(speaker_.default_local_pref);
  if (!speaker_.ignore_as_path_length) {
    c.as_path_length = path.attributes.set()->as_path_length();
    if (speaker_.count_member_ases) c.as_path_length += attributes.as_path.confederation_length();
  }
  c.neighbor_as = neighbor_as(path);
  c.med = attributes.med.value_or(speaker_.med_missing_as_worst ? UINT32_MAX : 0);
  c.learned = path.learned;
  c.path_id = path.path_id;
  c.position = position;
  c.is_local = path.is_local();
  if (c.is_local) {
    c.peer_address = &kNoAddress;
    if (c.weight == 0) c.weight = kLocalWeight;
    c.router_id = speaker_.identifier;
  } else {
    const auto& peer = peers_[path.peer];
    c.peer_address = &peer.up.address;
    c.router_id = attributes.rare->originator_id.value_or(peer.up.identifier);
    c.is_external = peer.is_external();
    c.interior_cost = interior_cost(path).value_or(UINT32_MAX);
  }
  return c;
}

// The winner and those that are equal to it up to the interior cost, may share traffic with it and have
// another next hop; the first `room` of them in the order of the later steps, so that the choice does not
// depend on the order of arrival.
bool LocRib::mark_multipath(Destination& destination, std::span<Candidate> equal_cost) {
  const auto& winner = equal_cost[0];
  const auto& rules = speaker_.families[index_of(destination.prefix.family())];
  const std::size_t room = winner.is_external ? rules.maximum_paths_external : rules.maximum_paths_internal;
  const auto cluster_length = [](const Candidate& c) {
    return c.attributes->get().rare->cluster_list.size();
  };
  const auto may_share = [&](const Candidate& c) {
    if (!speaker_.multipath_relax && c.attributes->get().as_path != winner.attributes->get().as_path)
      return false;
    const bool compares_clusters = rules.equal_cluster_length && !winner.is_external;
    return !compares_clusters || cluster_length(c) == cluster_length(winner);
  };
  std::vector<NextHopTable::Id> next_hops;
  std::vector<std::uint32_t> positions;
  if (!winner.is_local && room > 1) {
    std::sort(equal_cost.begin() + 1, equal_cost.end(), [&](const Candidate& a, const Candidate& b) {
      return std::tuple(a.router_id, cluster_length(a), *a.peer_address, a.path_id) <
             std::tuple(b.router_id, cluster_length(b), *b.peer_address, b.path_id);
    });
    for (const auto& candidate : equal_cost) {
      if (positions.size() >= room) break;
      const auto next_hop = next_hop_of(destination.paths()[candidate.position]);
      if (std::find(next_hops.begin(), next_hops.end(), next_hop) != next_hops.end()) continue;
      if (!may_share(candidate)) continue;
      next_hops.push_back(next_hop);
      positions.push_back(candidate.position);
    }
  }
  if (positions.size() < 2) positions.clear();
  bool changed = false;
  std::uint32_t position = 0;
  for (auto& path : destination.paths()) {
    const bool on = std::find(positions.begin(), positions.end(), position++) != positions.end();
    changed |= on != path.has(Path::Multipath);
    path.set(Path::Multipath, on);
  }
  return changed;
}

bool LocRib::select_among_many(Destination& destination) {
  candidates_.clear();
  std::uint32_t position = 0;
  bool was_multipath = false;
  for (const auto& path : destination.paths()) {
    if (path.is_feasible()) candidates_.push_back(candidate(path, position));
    was_multipath |= path.has(Path::Multipath);
    ++position;
  }
  if (candidates_.empty()) {
    destination.clear_best();
    destination.reason = BestReason::None;
    return false;
  }
  const auto best = select_best_path(candidates_, rules());
  bool changed = false;
  const auto& family = speaker_.families[index_of(destination.prefix.family())];
  if (was_multipath || family.maximum_paths_external > 1 || family.maximum_paths_internal > 1) {
    changed = mark_multipath(destination, std::span(candidates_).first(best.equal_cost));
  }
  destination.reason = best.reason;
  destination.set_best(candidates_[0].position);
  return changed;
}

void LocRib::select(Family family, Table::Id id, const Winner& before) {
  auto& destination = at(family, id);
  bool kernel_differs = conflicts_.evaluate(destination);
  const auto paths = destination.paths();
  if (paths.size() == 1) {
    const bool is_feasible = paths[0].is_feasible();
    if (is_feasible) {
      destination.set_best(0);
    } else {
      destination.clear_best();
    }
    destination.reason = is_feasible ? BestReason::OnlyPath : BestReason::None;
    kernel_differs |= paths[0].has(Path::Multipath);
    paths[0].set(Path::Multipath, false);
  } else {
    kernel_differs |= select_among_many(destination);
  }
  const Path* best = destination.best();
  const bool is_same = best ? before.attributes == best->attributes && before.peer == best->peer : !before;
  if (!is_same) destination.version = static_cast<std::uint32_t>(++versions_[index_of(family)]);
  if (!is_same || kernel_differs || logs_every_path_[index_of(family)]) append(family, id, before);
}

void LocRib::append(Family family, Table::Id id, const Winner& before) {
  auto& destination = at(family, id);
  if (destination.has(Destination::Changed)) return;  // the older `before` is what was told
  destination.set(Destination::Changed, true);
  log(family).changes.push_back({id, before.peer, before.attributes});
}

void LocRib::touch(Family family, Table::Id id, bool resend) {
  auto& destination = at(family, id);
  if (resend) destination.set(Destination::Resend, true);
  append(family, id, destination.winner());
}

void LocRib::next_hop_moved(Family family, Table::Id id) {
  at(family, id).set(Destination::NextHopMoved, true);
  touch(family, id);
}

std::span<const Change> LocRib::oldest(Family family, std::size_t limit) const {
  const auto& changes = log(family).changes;
  const auto done = log(family).done;
  return std::span(changes).subspan(done, std::min(limit, changes.size() - done));
}

void LocRib::forget(Family family, std::size_t count) {
  auto& [changes, done] = log(family);
  constexpr std::size_t kAhead = 8;
  for (std::size_t i = done; i < done + count; ++i) {
    if (i + kAhead < done + count) table(family).prefetch_erase(changes[i + kAhead].id);
    const auto id = changes[i].id;
    changes[i].before = {};
    auto& destination = at(family, id);
    destination.set(Destination::Changed, false);
    destination.set(Destination::Resend, false);
    destination.set(Destination::NextHopMoved, false);
    if (destination.empty()) table(family).erase(id);
  }
  done += count;
  if (done < changes.size() / 2) return;
  changes.erase(changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(done));
  done = 0;
  constexpr std::size_t kWorthKeeping = 4096;
  if (changes.empty() && changes.capacity() > kWorthKeeping) changes = std::vector<Change>();
}

void LocRib::erase_if_unused(Family family, Table::Id id) {
  const auto& destination = at(family, id);
  if (destination.empty() && !destination.has(Destination::Changed)) table(family).erase(id);
}

std::uint64_t LocRib::version_of(const Destination& destination) const {
  const auto now = version(destination.prefix.family());
  return now - static_cast<std::uint32_t>(static_cast<std::uint32_t>(now) - destination.version);
}

std::vector<const Path*> LocRib::ranked(const Destination& destination) const {
  if (destination.paths().size() == 1) return {destination.paths().data()};  // of most, in a full table
  std::vector<Candidate> candidates;
  std::vector<const Path*> order, rejected;
  std::uint32_t position = 0;
  for (const auto& path : destination.paths()) {
    if (path.is_feasible()) {
      candidates.push_back(candidate(path, position));
    } else {
      rejected.push_back(&path);
    }
    ++position;
  }
  for (auto rest = std::span(candidates); !rest.empty(); rest = rest.subspan(1)) {
    select_best_path(rest, rules());
    order.push_back(&destination.paths()[rest[0].position]);
  }
  order.insert(order.end(), rejected.begin(), rejected.end());
  return order;
}

std::vector<BestReason> LocRib::lost_at(const Destination& destination) const {
  std::vector<BestReason> result(destination.paths().size(), BestReason::None);
  if (result.size() == 1) return result;
  std::vector<Candidate> candidates;
  std::uint32_t position = 0;
  for (const auto& path : destination.paths()) {
    if (path.is_feasible()) candidates.push_back(candidate(path, position));
    ++position;
  }
  if (candidates.size() < 2) return result;
  const auto lost = contest(candidates, rules());
  for (std::size_t i = 0; i < lost.size(); ++i) result[candidates[i].position] = lost[i];
  return result;
}

void LocRib::count_memory(std::uint64_t& destinations, std::uint64_t& index, std::uint64_t& changes) const {
  for (const auto family : kFamilies) {
    destinations += table(family).memory_bytes();
    index += table(family).index_bytes();
    changes += log(family).changes.capacity() * sizeof(Change);
  }
}

}  // namespace rib
