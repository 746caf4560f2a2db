// Static routes and policy in the routing table: who wins against BGP, and what of BGP's goes to the kernel.
#include "rib/routing_table.hpp"

namespace rib {

// --- ip protocol bgp route-map

bool RoutingTable::set_install_map(Family family, const std::string& route_map) {
  return std::exchange(install_maps_[index_of(family)], route_map) != route_map;
}

bool RoutingTable::depends_on_change(const Policies& before) const {
  for (const auto& name : install_maps_)
    if (!name.empty() && before.differs({.route_map = name}, policies_)) return true;
  return false;
}

RoutingTable::Verdict RoutingTable::decide_by_policy(const Destination& destination, Verdict verdict) {
  const auto& name = install_maps_[index_of(destination.prefix.family())];
  if (name.empty() || verdict.route == 0) return verdict;
  const auto& best = *destination.best();
  auto attributes = *best.attributes;  // the kernel's part in them is the source address
  const auto* peer = best.is_local() ? nullptr : &peers_[best.peer].up;
  const auto answer =
      policies_.apply({.route_map = name},
                      {.prefix = destination.prefix,
                       .peer = peer ? &peer->address : nullptr,
                       .next_hop = peer ? loc_rib_.resolved(attributes, *peer) : ResolvedNextHop{},
                       .source_protocol = SourceProtocol::Bgp},
                      attributes);
  if (answer.permitted && !answer.source) return verdict;
  FibRoute route = fib_routes_[verdict.route];
  if (verdict.owned) fib_routes_.release(verdict.route);
  if (!answer.permitted) return {FibState::PolicyDenied};
  route.source = answer.source;
  return {verdict.state, fib_routes_.intern(route), true};
}

// --- static routes

bool RoutingTable::wants_bgp(const Prefix& prefix) {
  const auto& table = loc_rib_.table(prefix.family());
  const auto id = table.find(prefix);
  if (!id) return false;
  const auto verdict = decide(table[*id]);
  const bool wants = verdict.route != 0;
  if (verdict.owned) fib_routes_.release(verdict.route);
  return wants;
}

const StaticRoutes::Active* RoutingTable::winning_static(const Prefix& prefix) {
  const auto* active = static_routes_.find(prefix);
  if (!active || active->distance == kDistanceNotForUse || stronger_foreign(prefix, active->distance) ||
      wants_bgp(prefix))
    return nullptr;
  return active;
}

void RoutingTable::contest(const Prefix& prefix) {
  if (static_routes_.lines().contains(prefix) || told_statics_.contains(prefix)) contested_.push_back(prefix);
}

void RoutingTable::contest_all() {
  for (const auto& [prefix, lines] : static_routes_.lines()) contested_.push_back(prefix);
}

const StaticRoutes::Active* RoutingTable::settle_static(const Prefix& prefix, TimePoint now,
                                                        std::vector<FibChange>& changes) {
  const auto* winner = winning_static(prefix);
  const auto told = told_statics_.find(prefix);
  if (!winner) {
    if (told == told_statics_.end() || wants_bgp(prefix)) return nullptr;
    told_statics_.erase(told);
    failures_.erase(prefix);
    changes.push_back({prefix, std::nullopt});
    return nullptr;
  }
  if (told != told_statics_.end() && told->second.route == winner->route) return winner;
  give_up(prefix);
  failures_.erase(prefix);
  told_statics_.insert_or_assign(prefix, ToldStatic{winner->route, FibState::Pending, now});
  changes.push_back({prefix, winner->route});
  return winner;
}

void RoutingTable::give_up(const Prefix& prefix) {
  auto& table = loc_rib_.table(prefix.family());
  const auto id = table.find(prefix);
  if (!id || table[*id].fib_route == 0) return;
  auto& destination = table[*id];
  fib_routes_.release(std::exchange(destination.fib_route, 0));
  destination.fib = decide(destination).state;
}

FibState RoutingTable::state_of_idle(const Prefix& prefix, const StaticRoutes::Active& active) const {
  if (active.distance == kDistanceNotForUse) return FibState::NotForUse;
  if (const auto* foreign = stronger_foreign(prefix, active.distance)) return loser_state(foreign->source);
  const auto& table = loc_rib_.table(prefix.family());
  const auto id = table.find(prefix);
  return id && table[*id].fib_route != 0 ? FibState::LosesToBgp : FibState::None;
}

std::optional<RouteView> RoutingTable::static_route(const Prefix& prefix) const {
  const auto lines = static_routes_.lines().find(prefix);
  if (lines == static_routes_.lines().end()) return std::nullopt;
  RouteView view;
  view.prefix = prefix;
  view.source = RouteSource::Static;
  view.distance = lines->second.front().distance;
  view.tag = lines->second.front().tag;
  const auto* active = static_routes_.find(prefix);
  if (!active) {
    view.type = lines->second.front().type;
    view.recursive_next_hop = lines->second.front().gateway;
    return view;
  }
  view.type = active->route.type;
  view.distance = active->distance;
  view.tag = active->tag;
  view.next_hops = active->route.next_hops;
  const auto told = told_statics_.find(prefix);
  if (told == told_statics_.end()) {
    view.fib = state_of_idle(prefix, *active);
    return view;
  }
  view.selected = true;
  view.fib = told->second.state;
  view.installed = view.fib == FibState::Installed;
  view.changed = told->second.changed;
  if (const auto failure = failures_.find(prefix); failure != failures_.end()) {
    view.error = failure->second.error;
    view.error_text = failure->second.text;
  }
  return view;
}

bool RoutingTable::has_static_by(const FibRoute& route) const {
  return std::ranges::any_of(told_statics_, [&](const auto& told) { return told.second.route == route; });
}

}  // namespace rib
