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

Candidate LocRib::candidate(const Path& path, std::uint32_t position) const {
  static const IpAddress kNoAddress;
  const auto& attributes = *path.attributes;
  Candidate c;
  c.attributes = path.attributes.set();
  c.local_pref = attributes.local_pref.value_or(speaker_.default_local_pref);
  c.med = attributes.med.value_or(speaker_.med_missing_as_worst ? UINT32_MAX : 0);
  c.learned = path.learned;
  c.path_id = path.path_id;
  c.position = position;
  c.is_local = path.is_local();
  if (c.is_local) {
    c.peer_address = &kNoAddress;
    c.weight = kLocalWeight;
    c.router_id = speaker_.identifier;
  } else {
    const auto& peer = peers_[path.peer];
    c.peer_address = &peer.up.address;
    c.router_id = attributes.originator_id.value_or(peer.up.identifier);
    c.is_external = !peer.is_internal();
    c.interior_cost = interior_cost(path).value_or(UINT32_MAX);
  }
  return c;
}

// The winner and those that are equal to it up to the interior cost, have its AS_PATH and another next hop;
// the first `maximum` of them in the order of the later steps, so that the choice does not depend on the
// order of arrival.
bool LocRib::mark_multipath(Destination& destination, std::span<Candidate> equal_cost) {
  const auto& winner = equal_cost[0];
  std::size_t room = winner.is_external ? speaker_.maximum_paths_external : speaker_.maximum_paths_internal;
  std::sort(equal_cost.begin() + 1, equal_cost.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.router_id, *a.peer_address, a.path_id) <
           std::tie(b.router_id, *b.peer_address, b.path_id);
  });
  std::vector<NextHopTable::Id> next_hops;
  std::vector<std::uint32_t> positions;
  for (const auto& candidate : equal_cost) {
    if (winner.is_local || room < 2 || positions.size() >= room) break;
    const auto next_hop = next_hop_of(destination.paths()[candidate.position]);
    if (std::find(next_hops.begin(), next_hops.end(), next_hop) != next_hops.end()) continue;
    if (candidate.attributes->get().as_path != winner.attributes->get().as_path) continue;
    next_hops.push_back(next_hop);
    positions.push_back(candidate.position);
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
  for (const auto& path : destination.paths()) {
    if (path.is_feasible()) candidates_.push_back(candidate(path, position));
    ++position;
  }
  if (candidates_.empty()) {
    destination.clear_best();
    destination.reason = BestReason::None;
    return false;
  }
  const auto best = select_best_path(candidates_, rules());
  bool changed = false;
  if (speaker_.maximum_paths_external > 1 || speaker_.maximum_paths_internal > 1) {
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
  if (!is_same || kernel_differs) append(family, id, before);
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

std::span<const Change> LocRib::oldest(Family family, std::size_t limit) const {
  const auto& changes = log(family).changes;
  const auto done = log(family).done;
  return std::span(changes).subspan(done, std::min(limit, changes.size() - done));
}

void LocRib::forget(Family family, std::size_t count) {
  auto& [changes, done] = log(family);
  for (std::size_t i = done; i < done + count; ++i) {
    const auto id = changes[i].id;
    changes[i].before = {};
    auto& destination = at(family, id);
    destination.set(Destination::Changed, false);
    destination.set(Destination::Resend, false);
    if (destination.empty()) table(family).erase(id);
  }
  done += count;
  if (done < changes.size()) return;
  done = 0;
  constexpr std::size_t kWorthKeeping = 4096;
  if (changes.capacity() > kWorthKeeping) {
    changes = std::vector<Change>();
  } else {
    changes.clear();
  }
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

std::size_t LocRib::memory_bytes() const {
  std::size_t bytes = 0;
  for (const auto family : kFamilies) {
    bytes += table(family).memory_bytes() + log(family).changes.capacity() * sizeof(Change);
  }
  return bytes;
}

}  // namespace rib
