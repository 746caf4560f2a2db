#include "rib/routing_table.hpp"

#include <algorithm>
#include <tuple>

#include "rib/first_prefixes.hpp"

namespace rib {

std::uint8_t distance_of(RouteSource source) { return source == RouteSource::Static ? 1 : 0; }

FibState loser_state(RouteSource winner) {
  switch (winner) {
    case RouteSource::Connected:
      return FibState::LosesToConnected;
    case RouteSource::Static:
      return FibState::LosesToStatic;
    case RouteSource::Kernel:
      return FibState::LosesToKernel;
    case RouteSource::Bgp:
      break;
  }
  return FibState::LosesToBgp;
}

namespace {

/// Packets for our own routes find their way without us; what an aggregate stands for and nobody has, must
/// not follow a default route back to where it came from. RFC 4632 §5.1.
bool is_for_kernel(const Path& best) { return !best.is_local() || best.is_aggregate(); }

/// How much of the traffic each of equal paths gets, in percent of their bandwidths; 1 for all when they do
/// not say, 0: none. draft-ietf-idr-link-bandwidth §3.
std::vector<std::uint8_t> weights_of(const std::vector<const Path*>& paths, BandwidthUse use) {
  std::vector<std::uint8_t> weights(paths.size(), 1);
  if (use == BandwidthUse::Ignored) return weights;
  std::vector<std::optional<double>> bandwidths;
  double total = 0;
  std::size_t known = 0;
  for (const auto* path : paths) {
    const auto bandwidth = link_bandwidth(*path->attributes);
    bandwidths.push_back(bandwidth);
    total += bandwidth.value_or(0);
    known += bandwidth.has_value();
  }
  if (known == 0 || (use == BandwidthUse::Used && known < paths.size())) return weights;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (bandwidths[i]) {
      weights[i] = static_cast<std::uint8_t>(std::clamp(*bandwidths[i] / total * 100, 1.0, 100.0));
    } else {
      weights[i] = use == BandwidthUse::SkipMissing ? 0 : 1;
    }
  }
  return weights;
}

}  // namespace

std::uint8_t RoutingTable::distance_of_best(const Prefix& prefix, const Path& best) const {
  const auto& rules = speaker_.families[index_of(prefix.family())];
  if (best.attributes->distance != 0) return best.attributes->distance;
  if (best.is_local()) return rules.distance_local;
  if (!backdoors_.empty() && peers_[best.peer].is_external() && backdoors_.contains(prefix))
    return rules.distance_local;
  return peers_[best.peer].is_external() ? rules.distance_external : rules.distance_internal;
}

std::vector<Prefix> RoutingTable::set_backdoors(std::set<Prefix> backdoors) {
  std::vector<Prefix> changed;
  std::set_symmetric_difference(backdoors.begin(), backdoors.end(), backdoors_.begin(), backdoors_.end(),
                                std::back_inserter(changed));
  backdoors_ = std::move(backdoors);
  return changed;
}

// A foreign route counts even when its link has no carrier: the kernel still prefers its lower metric.
const KernelRoute* RoutingTable::stronger_foreign(const Prefix& prefix, std::uint8_t ours) const {
  const auto* routes = kernel_routes_.find(prefix);
  if (!routes) return nullptr;
  const KernelRoute* best = nullptr;
  for (const auto& route : *routes) {
    if (route.static_distance != 0) continue;  // a static route of ours contends by itself
    if (!best || distance_of(route.source) < distance_of(best->source)) best = &route;
  }
  return best && distance_of(best->source) <= ours ? best : nullptr;
}

FibRoutes::Id RoutingTable::merge_multipath(const Destination& destination) {
  std::vector<const Path*> paths;
  for (const auto& path : destination.paths()) {
    if (path.has(Path::Multipath)) paths.push_back(&path);
  }
  const auto weights = weights_of(paths, speaker_.link_bandwidth);
  FibRoute route;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (weights[i] == 0) continue;
    for (auto next_hop : next_hops_[loc_rib_.next_hop_of(*paths[i])].kernel_next_hops) {
      if (weights[i] > 1) next_hop.weight = weights[i];
      const auto same =
          std::find_if(route.next_hops.begin(), route.next_hops.end(), [&](const NextHop& other) {
            return other.gateway == next_hop.gateway && other.interface_index == next_hop.interface_index;
          });
      if (same == route.next_hops.end()) route.next_hops.push_back(next_hop);
    }
  }
  // One order for one set, so that a change of order is no change.
  std::sort(route.next_hops.begin(), route.next_hops.end(), [](const NextHop& a, const NextHop& b) {
    return std::tie(a.gateway, a.interface_index) < std::tie(b.gateway, b.interface_index);
  });
  return fib_routes_.intern(route);
}

RoutingTable::Verdict RoutingTable::route_of(const Path& best, const Destination& destination) {
  if (best.is_aggregate()) return {FibState::Pending, fib_routes_.intern({RouteType::Blackhole, {}}), true};
  if (best.has(Path::Multipath)) return {FibState::Pending, merge_multipath(destination), true};
  return {FibState::Pending, next_hops_[loc_rib_.next_hop_of(best)].fib_route};
}

RoutingTable::Verdict RoutingTable::decide(const Destination& destination) {
  if (destination.has(Destination::Conflict)) return {FibState::Suppressed};
  const Path* best = destination.best();
  if (!best || !is_for_kernel(*best)) return {};
  const auto distance = distance_of_best(destination.prefix, *best);
  if (const auto* foreign = stronger_foreign(destination.prefix, distance))
    return {loser_state(foreign->source)};
  if (distance == kDistanceNotForUse) return {FibState::NotForUse};
  if (const auto* active = static_routes_.find(destination.prefix); active && active->distance <= distance)
    return {FibState::LosesToStatic};
  return decide_by_policy(destination, route_of(*best, destination));
}

void RoutingTable::flush(Family family, std::span<const Change> changes, TimePoint now, Output& output) {
  batch_.clear();
  for (const auto& change : changes) {
    auto& destination = loc_rib_.at(family, change.id);
    const auto verdict = decide(destination);
    if (!static_routes_.empty() || !told_statics_.empty()) contest(destination.prefix);
    if (verdict.route == destination.fib_route) {
      if (verdict.route == 0) destination.fib = verdict.state;
      if (verdict.owned) fib_routes_.release(verdict.route);
      continue;
    }
    if (!verdict.owned) fib_routes_.add_reference(verdict.route);
    fib_routes_.release(destination.fib_route);
    destination.fib_route = verdict.route;
    destination.fib = verdict.state;
    if (!failures_.empty()) failures_.erase(destination.prefix);
    auto& told = batch_.emplace_back(FibChange{destination.prefix, std::nullopt});
    if (verdict.route != 0) {
      told.route = fib_routes_[verdict.route];
      told_statics_.erase(destination.prefix);
    } else if (const auto* winner = winning_static(destination.prefix)) {
      told.route = winner->route;  // it takes the place without a gap
      told_statics_.insert_or_assign(destination.prefix, ToldStatic{winner->route, FibState::Pending, now});
    }
  }
  if (!batch_.empty()) output.fib_changes(batch_);
  constexpr std::size_t kWorthKeeping = 4096;
  if (batch_.capacity() > kWorthKeeping) batch_ = std::vector<FibChange>();
}

std::optional<Table::Id> RoutingTable::result(const FibResult& result) {
  if (const auto told = told_statics_.find(result.prefix); told != told_statics_.end()) {
    told->second.state = result.error != 0  ? FibState::Failed
                         : result.installed ? FibState::Installed
                                            : FibState::Pending;
    failures_.erase(result.prefix);
    if (result.error != 0) failures_[result.prefix] = {result.error, result.text};
    return std::nullopt;
  }
  auto& table = loc_rib_.table(result.prefix.family());
  const auto id = table.find(result.prefix);
  if (!id || table[*id].fib_route == 0) return std::nullopt;  // meanwhile it is wanted no more
  auto& destination = table[*id];
  if (result.error != 0) {
    destination.fib = FibState::Failed;
    failures_[result.prefix] = {result.error, result.text};
  } else {
    destination.fib = result.installed ? FibState::Installed : FibState::Pending;
    failures_.erase(result.prefix);
  }
  return id;
}

std::optional<RouteView> RoutingTable::bgp_route(const Destination& destination) const {
  const Path* best = destination.best();
  if (!best || !is_for_kernel(*best)) return std::nullopt;
  RouteView view;
  view.prefix = destination.prefix;
  view.source = RouteSource::Bgp;
  view.distance = distance_of_best(destination.prefix, *best);
  view.metric = best->attributes->med.value_or(0);
  view.tag = best->attributes->rare->tag;
  view.is_internal_bgp = !best->is_local() && !peers_[best->peer].is_external();
  view.fib = destination.fib;
  view.selected = destination.fib_route != 0;
  view.installed = destination.fib == FibState::Installed;
  if (const auto failure = failures_.find(destination.prefix); failure != failures_.end()) {
    view.error = failure->second.error;
    view.error_text = failure->second.text;
  }
  view.changed = TimePoint(std::chrono::seconds(best->learned));
  if (best->is_aggregate()) {
    view.type = RouteType::Blackhole;
    return view;
  }
  const auto& next_hop = next_hops_[loc_rib_.next_hop_of(*best)];
  view.next_hops =
      destination.fib_route != 0 ? fib_routes_[destination.fib_route].next_hops : next_hop.kernel_next_hops;
  const bool is_direct = view.next_hops.size() == 1 && view.next_hops[0].gateway == next_hop.address;
  if (!is_direct && !best->has(Path::Multipath)) view.recursive_next_hop = next_hop.address;
  return view;
}

std::vector<RouteView> RoutingTable::routes_for(const Prefix& prefix) const {
  std::vector<RouteView> views;
  const auto* foreign = kernel_routes_.find(prefix);
  const auto& table = loc_rib_.table(prefix.family());
  const auto id = table.find(prefix);
  std::optional<RouteView> ours = id ? bgp_route(table[*id]) : std::nullopt;
  std::optional<RouteView> fixed = static_route(prefix);
  if (foreign) {
    // Lowest distance, then lowest metric (the order of the list): as the kernel and FRR's zebra choose.
    const auto winner = std::min_element(foreign->begin(), foreign->end(), [](auto& a, auto& b) {
      return std::tuple(!a.usable, distance_of(a.source)) < std::tuple(!b.usable, distance_of(b.source));
    });
    const bool is_beaten = (ours && ours->selected) || (fixed && fixed->selected);
    for (const auto& route : *foreign) {
      if (route.static_distance != 0) continue;
      RouteView view;
      view.prefix = prefix;
      view.source = route.source;
      view.type = route.type;
      view.distance = distance_of(route.source);
      view.metric = route.metric;
      view.selected = &route == &*winner && route.usable && !is_beaten;
      view.installed = true;
      view.fib = FibState::Installed;
      view.next_hops = route.next_hops;
      views.push_back(std::move(view));
    }
  }
  if (fixed) views.push_back(std::move(*fixed));
  if (ours) views.push_back(std::move(*ours));
  return views;
}

std::vector<Prefix> RoutingTable::prefixes(Family family, const std::optional<Prefix>& after,
                                           std::size_t limit) const {
  const auto& table = loc_rib_.table(family);
  FirstPrefixes first(after, limit, table.size());
  const auto is_in_table = [&](const Prefix& prefix) {
    const auto id = table.find(prefix);
    const Path* best = id ? table[*id].best() : nullptr;
    return best && is_for_kernel(*best);
  };
  const auto consider = [&](const Prefix& prefix) {
    if (prefix.family() == family && first.wants(prefix) && !is_in_table(prefix)) first.offer(prefix);
  };
  kernel_routes_.for_each([&](const Prefix& prefix, auto&) { consider(prefix); });
  for (const auto& [prefix, lines] : static_routes_.lines())
    if (!kernel_routes_.find(prefix)) consider(prefix);
  table.for_each([&](Table::Id, const Destination& destination) {
    if (!first.wants(destination.prefix)) return;
    const Path* best = destination.best();
    if (best && is_for_kernel(*best)) first.offer(destination.prefix);
  });
  return first.take();
}

std::vector<RouteView> RoutingTable::routes(Family family, std::optional<Prefix> after,
                                            std::size_t limit) const {
  std::vector<RouteView> views;
  for (const auto& prefix : prefixes(family, after, limit)) {
    if (views.size() >= limit) break;
    for (auto& view : routes_for(prefix)) views.push_back(std::move(view));
  }
  return views;
}

std::optional<Prefix> RoutingTable::longest_match(const IpAddress& address) const {
  const auto& table = loc_rib_.table(address.family());
  const auto id = table.longest_match(address, [&](Table::Id i) { return table[i].fib_route != 0; });
  const auto* foreign = kernel_routes_.longest_match(address);
  if (!id && !foreign) return std::nullopt;
  if (!id) return foreign->front().prefix;
  if (!foreign) return table[*id].prefix;
  return std::max(table[*id].prefix.length(), foreign->front().prefix.length()) ==
                 foreign->front().prefix.length()
             ? foreign->front().prefix
             : table[*id].prefix;
}

}  // namespace rib
