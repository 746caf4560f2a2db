// The engine's questions: copies out, nothing changes.
#include <algorithm>
#include <array>

#include "rib/engine_impl.hpp"
#include "rib/first_prefixes.hpp"

namespace rib {
namespace {

/// The first `limit` live prefixes after `after` that `accept` takes, sorted. One pass over the table.
template <typename Accept>
std::vector<Prefix> page(const Table& table, const std::optional<Prefix>& after, std::size_t limit,
                         Accept accept) {
  FirstPrefixes first(after, limit, table.size());
  table.for_each([&](Table::Id id, const Destination& destination) {
    if (first.wants(destination.prefix) && !destination.empty() && accept(id, destination))
      first.offer(destination.prefix);
  });
  return first.take();
}

NextHopView view_of(const NextHopTable::Entry& entry) {
  return {entry.address, entry.interface_index, entry.resolved,         entry.metric,
          entry.through, entry.source,          entry.kernel_next_hops, entry.references};
}

/// Who denied a route, in the words of the configuration.
std::string denier(const PolicyVerdict& verdict, const PolicyChain& chain) {
  using Decider = PolicyVerdict::Decider;
  std::string text;
  switch (verdict.decider) {
    case Decider::DistributeList:
      text = "distribute-list " + chain.distribute_list;
      break;
    case Decider::PrefixList:
      text = "prefix-list " + chain.prefix_list;
      break;
    case Decider::FilterList:
      text = "filter-list " + chain.filter_list;
      break;
    case Decider::RouteMap:
      text = "route-map " + chain.route_map;
      break;
    case Decider::None:
      return text;
  }
  return text + (verdict.sequence != 0 ? ", sequence " + std::to_string(verdict.sequence) : ", no match");
}

bool has_path_from(const Destination& destination, std::uint32_t peer) {
  const auto paths = destination.paths();
  return std::any_of(paths.begin(), paths.end(), [&](auto& path) { return path.peer == peer; });
}

}  // namespace

void Engine::Impl::show(const Destination& destination, DestinationView& view) const {
  const auto& e = *this;
  const auto& prefix = destination.prefix;
  view.prefix = prefix;
  view.version = e.loc_rib.version_of(destination);
  view.reason = destination.reason;
  view.fib = destination.fib;
  view.paths.clear();
  const auto lost_at = e.loc_rib.lost_at(destination);
  for (const auto* path : e.loc_rib.ranked(destination)) {
    auto& shown = view.paths.emplace_back();
    shown.attributes = path->attributes;
    shown.received = path->attributes.received();
    shown.path_id = path->path_id;
    shown.state = path->state;
    shown.lost_at = lost_at[static_cast<std::size_t>(path - destination.paths().data())];
    shown.is_best = path == destination.best();
    shown.is_multipath = path->has(Path::Multipath);
    shown.is_suppressed = path == destination.best() && destination.has(Destination::Suppressed);
    shown.igp_metric = e.loc_rib.interior_cost(*path);
    shown.learned = TimePoint(std::chrono::seconds(path->learned));
    if (path->is_local()) {
      shown.weight = path->attributes->weight != 0 ? path->attributes->weight : kLocalWeight;
      shown.peer_identifier = e.speaker.identifier;
    } else {
      const auto& up = e.peers[path->peer].up;
      shown.weight = path->attributes->weight;
      if (path->state == PathState::PolicyDenied)
        shown.denied_by =
            denier(e.adj_rib_in.explain(*path, prefix), up.imports[index_of(prefix.family())].policy);
      shown.peer = e.peers.handle(path->peer);
      shown.peer_address = up.address;
      shown.peer_identifier = up.identifier;
      shown.peer_type = up.type;
      const auto& generations = e.peers[path->peer].of(prefix.family()).generations;
      shown.is_stale = generations.is_stale(path->generation());
      shown.is_long_lived_stale = generations.is_long_lived(path->generation());
    }
  }
}

std::optional<DestinationView> Engine::destination(const Prefix& prefix) const {
  const auto& table = impl_->loc_rib.table(prefix.family());
  const auto id = table.find(prefix);
  if (!id || table[*id].empty()) return std::nullopt;
  DestinationView view;
  impl_->show(table[*id], view);
  return view;
}

void Engine::visit_destinations(std::span<const Prefix> prefixes,
                                const std::function<bool(const DestinationView&)>& visit) const {
  constexpr std::size_t kIndexAhead = 24, kDestinationAhead = 16, kAttributesAhead = 8;
  const auto table_of = [&](std::size_t i) -> const Table& {
    return impl_->loc_rib.table(prefixes[i].family());
  };
  std::array<const Destination*, kAttributesAhead> found{};  // of the prefixes from here on
  const auto look_up = [&](std::size_t i) {
    if (i >= prefixes.size()) return;
    const auto id = table_of(i).find(prefixes[i]);
    const auto* destination = id && !table_of(i)[*id].empty() ? &table_of(i)[*id] : nullptr;
    found[i % kAttributesAhead] = destination;
    if (destination) __builtin_prefetch(destination->paths().front().attributes.set());
  };
  for (std::size_t i = 0; i < std::min(kIndexAhead, prefixes.size()); ++i) table_of(i).prefetch(prefixes[i]);
  for (std::size_t i = 0; i < kAttributesAhead; ++i) look_up(i);
  DestinationView view;
  for (std::size_t i = 0; i < prefixes.size(); ++i) {
    if (const auto next = i + kIndexAhead; next < prefixes.size()) table_of(next).prefetch(prefixes[next]);
    if (const auto next = i + kDestinationAhead; next < prefixes.size())
      table_of(next).prefetch_destination(prefixes[next]);
    const auto* destination = found[i % kAttributesAhead];
    look_up(i + kAttributesAhead);
    if (!destination) continue;
    impl_->show(*destination, view);
    if (!visit(view)) return;
  }
}

std::optional<Prefix> Engine::longest_match(const IpAddress& address) const {
  const auto& table = impl_->loc_rib.table(address.family());
  const auto id = table.longest_match(address, [&](Table::Id i) { return !table[i].empty(); });
  return id ? std::optional(table[*id].prefix) : std::nullopt;
}

std::vector<Prefix> Engine::prefixes(Family family, std::optional<Prefix> after, std::size_t limit) const {
  return page(impl_->loc_rib.table(family), after, limit, [](auto, auto&) { return true; });
}

TablePart Engine::table_part(Family family, std::uint32_t from, std::uint32_t places) const {
  TablePart part;
  const auto& table = impl_->loc_rib.table(family);
  const auto end = std::min(std::uint64_t{from} + places, std::uint64_t{table.end_id()});
  for (auto id = from; id < end; ++id)
    if (table.is_live(id) && !table[id].empty()) part.prefixes.push_back(table[id].prefix);
  if (end < table.end_id()) part.next = static_cast<std::uint32_t>(end);
  return part;
}

std::vector<Prefix> Engine::prefixes_from(PeerHandle handle, Family family, std::optional<Prefix> after,
                                          std::size_t limit) const {
  const auto& e = *impl_;
  const auto* peer = e.peers.find(handle);
  if (!peer) return {};
  const auto& chunks = peer->of(family).chunks;
  return page(e.loc_rib.table(family), after, limit, [&](Table::Id id, const Destination& destination) {
    return chunks.test(id / Table::kChunkSize) && has_path_from(destination, handle.index);
  });
}

std::vector<Prefix> Engine::prefixes_to(PeerHandle handle, Family family, std::optional<Prefix> after,
                                        std::size_t limit) const {
  const auto& e = *impl_;
  const auto* peer = e.peers.find(handle);
  const auto* group = peer ? peer->of(family).group : nullptr;
  if (!group || limit == 0) return {};
  const auto default_route = Prefix::default_route(afi_of(family));
  const bool has_default = (!after || *after < default_route) && e.groups.default_of(*group);
  auto prefixes = page(e.loc_rib.table(family), after, limit - (has_default ? 1 : 0),
                       [&](Table::Id id, const Destination& destination) {
                         return group->has_sent(id) && destination.best() &&
                                (group->sends_paths() || destination.best()->peer != handle.index);
                       });
  if (has_default) prefixes.insert(prefixes.begin(), default_route);
  return prefixes;
}

std::vector<AdvertisedRoute> Engine::sent_to(PeerHandle handle, const Prefix& prefix) const {
  const auto& e = *impl_;
  const auto family = prefix.family();
  const auto* peer = e.peers.find(handle);
  const auto* group = peer ? peer->of(family).group : nullptr;
  std::vector<AdvertisedRoute> routes;
  if (!group) return routes;
  if (prefix.is_default())
    if (auto made_up = e.groups.default_of(*group)) routes.push_back({prefix, 0, *std::move(made_up)});
  if (const auto id = e.loc_rib.table(family).find(prefix); id && routes.empty())
    for (auto& route : e.groups.sent_to(handle.index, family, *id))
      routes.push_back({prefix, route.path_id, std::move(route.attributes)});
  return routes;
}

Exported Engine::exported_to(PeerHandle handle, const Prefix& prefix) const {
  const auto& e = *impl_;
  const auto* peer = e.peers.find(handle);
  const auto* group = peer ? peer->of(prefix.family()).group : nullptr;
  if (!group) return {};
  if (group->profile().default_originate && prefix.is_default()) {
    auto made_up = e.groups.default_of(*group);
    if (!made_up) return {ExportState::PolicyDenied, {}, {}};
    return {ExportState::Sent, {}, *std::move(made_up)};
  }
  const auto id = e.loc_rib.table(prefix.family()).find(prefix);
  return id ? e.groups.exported_to(handle.index, prefix.family(), *id) : Exported{};
}

std::string Engine::export_denied_by(PeerHandle handle, const Prefix& prefix) const {
  const auto exported = exported_to(handle, prefix);
  const auto profile = export_profile(handle, prefix.family());
  return exported.state == ExportState::PolicyDenied && profile ? denier(exported.policy, profile->policy)
                                                                : std::string();
}

std::vector<PeerHandle> Engine::advertised_to(const Prefix& prefix) const {
  std::vector<PeerHandle> result;
  for (const auto& path : advertised_paths(prefix))
    if (result.empty() || result.back() != path.to) result.push_back(path.to);
  return result;
}

std::vector<AdvertisedPath> Engine::advertised_paths(const Prefix& prefix) const {
  const auto& e = *impl_;
  std::vector<AdvertisedPath> result;
  const auto& table = e.loc_rib.table(prefix.family());
  const auto id = table.find(prefix);
  const Path* best = id ? table[*id].best() : nullptr;
  if (!best) return result;
  const auto source = [&](std::uint32_t index) {
    return index == kLocalPeer ? std::nullopt : std::optional(e.peers.handle(index));
  };
  for (std::uint32_t index = 0; index < e.peers.end_index(); ++index) {
    const auto* group = e.peers[index].of(prefix.family()).group;
    if (!group || !group->has_sent(*id)) continue;
    const auto to = e.peers.handle(index);
    if (!group->sends_paths()) {
      if (best->peer != index) result.push_back({to, source(best->peer), best->path_id, 0, {}});
      continue;
    }
    for (const auto& route : e.groups.sent_to(index, prefix.family(), *id))
      result.push_back(
          {to, source(route.source), route.received_id, route.path_id, group->profile().add_path});
  }
  return result;
}

std::vector<RouteView> Engine::routes(Family family, std::optional<Prefix> after, std::size_t limit) const {
  return impl_->routing_table.routes(family, after, limit);
}

std::vector<Prefix> Engine::route_prefixes(Family family, std::optional<Prefix> after,
                                           std::size_t limit) const {
  return impl_->routing_table.prefixes(family, after, limit);
}

std::vector<RouteView> Engine::routes_for(const Prefix& prefix) const {
  return impl_->routing_table.routes_for(prefix);
}

std::optional<Prefix> Engine::route_match(const IpAddress& address) const {
  return impl_->routing_table.longest_match(address);
}

std::vector<KernelRoute> Engine::kernel_routes() const {
  std::vector<KernelRoute> result;
  impl_->kernel_routes.for_each([&](const Prefix&, const KernelRoutes::Routes& routes) {
    for (const auto& route : routes)
      if (route.static_distance == 0) result.push_back(route);
  });
  return result;
}

std::optional<PeerUp> Engine::peer(PeerHandle handle) const {
  const auto* peer = impl_->peers.find(handle);
  if (!peer) peer = impl_->peers.find_retained(handle);
  return peer ? std::optional(peer->up) : std::nullopt;
}

PeerCounters Engine::counters(PeerHandle handle) const {
  PeerCounters result;
  const auto* peer = impl_->peers.find(handle);
  if (!peer) return result;
  for (const auto family : kFamilies) {
    const auto i = index_of(family);
    const auto& mine = peer->of(family);
    result.received[i] = mine.received;
    result.accepted[i] = mine.accepted;
    result.denied[i] = mine.denied;
    if (!mine.group) continue;
    result.sent[i] = mine.group->sent_count_to(handle.index);
    result.group[i] = mine.group->id();
  }
  return result;
}

std::vector<UpdateGroupView> Engine::update_groups(Family family) const {
  const auto& e = *impl_;
  std::vector<UpdateGroupView> views;
  for (const auto& group : e.groups.groups(family)) {
    views.push_back({group->id(), group->profile(), {}, group->sent_count(), group->is_walking()});
    for (std::uint32_t index = 0; index < e.peers.end_index(); ++index)
      if (e.peers[index].of(family).group == group.get())
        views.back().members.push_back(e.peers.handle(index));
  }
  return views;
}

std::optional<ExportProfile> Engine::export_profile(PeerHandle handle, Family family) const {
  const auto* peer = impl_->peers.find(handle);
  const auto* group = peer ? peer->of(family).group : nullptr;
  return group ? std::optional(group->profile()) : std::nullopt;
}

Totals Engine::totals() const {
  const auto& e = *impl_;
  Totals totals;
  totals.attribute_sets = e.attributes.size();
  totals.memory.attributes = e.attributes.memory_bytes();
  totals.memory.adj_ribs_out = e.groups.memory_bytes();
  totals.memory.history = e.history.memory_bytes();
  e.loc_rib.count_memory(totals.memory.destinations, totals.memory.index, totals.memory.changes);
  for (const auto family : kFamilies) {
    const auto i = index_of(family);
    totals.destinations[i] = e.loc_rib.table(family).size();
    totals.table_version[i] = e.loc_rib.version(family);
    totals.paths[i] = totals.listed_paths[i] = e.local_routes.count(family);
    for (std::uint32_t index = 0; index < e.peers.end_index(); ++index) {
      const auto& counts = e.peers[index].of(family);
      totals.paths[i] += counts.received;
      totals.listed_paths[i] += counts.accepted + counts.stranded;
    }
    // Paths beyond the first of a destination are on the heap, with some room to grow.
    if (totals.paths[i] > totals.destinations[i]) {
      totals.memory.paths += (totals.paths[i] - totals.destinations[i]) * sizeof(Path) * 5 / 4;
    }
  }
  return totals;
}

std::vector<NextHopView> Engine::next_hops(Family family) const {
  std::vector<NextHopView> views;
  impl_->next_hops.for_each([&](const NextHopTable::Entry& entry) {
    if (entry.address.family() != family) return;
    views.push_back(view_of(entry));
  });
  std::sort(views.begin(), views.end(), [](auto& a, auto& b) { return a.address < b.address; });
  return views;
}

std::optional<NextHopView> Engine::next_hop_of(const PathView& path) const {
  const auto& e = *impl_;
  if (!path.peer || !path.attributes) return std::nullopt;
  const auto id = e.next_hops.find(path.attributes, e.peers[path.peer->index].up.interface_index);
  return id != 0 ? std::optional(view_of(e.next_hops[id])) : std::nullopt;
}

const History& Engine::history() const { return impl_->history; }

const Speaker& Engine::speaker() const { return impl_->speaker; }

}  // namespace rib
