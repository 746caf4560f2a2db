#include "rib/static_routes.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace rib {

void StaticRoutes::set(StaticRouteTable lines) {
  if (lines == lines_) return;
  lines_ = std::move(lines);
  gateways_.clear();
  for (const auto& [prefix, next_hops] : lines_)
    for (const auto& line : next_hops)
      if (line.gateway && line.interface_name.empty()) gateways_.insert(*line.gateway);
  is_dirty_ = true;
}

void StaticRoutes::set_resolve_via_default(bool on) {
  if (std::exchange(resolve_via_default_, on) != on) is_dirty_ |= !lines_.empty();
}

void StaticRoutes::surroundings_changed(const Prefix& prefix) {
  const auto first = gateways_.lower_bound(prefix.address());
  is_dirty_ |= first != gateways_.end() && prefix.contains(*first);
}

const StaticRoutes::Active* StaticRoutes::find(const Prefix& prefix) const {
  const auto found = active_.find(prefix);
  return found == active_.end() ? nullptr : &found->second;
}

/// Adds where packets for the line's gateway go. False: nowhere.
bool StaticRoutes::add_next_hops(const Prefix& prefix, const StaticNextHop& line, const ActiveRoutes& known,
                                 Active& active) const {
  const auto add = [&](NextHop next_hop, const std::string& interface_name) {
    if (active.route.next_hops.empty()) active.interface_name = interface_name;
    if (std::ranges::find(active.route.next_hops, next_hop) == active.route.next_hops.end())
      active.route.next_hops.push_back(std::move(next_hop));
    return true;
  };
  if (!line.interface_name.empty()) {
    if (!line.is_usable || line.interface_index == 0) return false;
    return add({.gateway = line.gateway, .interface_index = line.interface_index, .onlink = line.onlink},
               line.interface_name);
  }
  for (auto length = static_cast<int>(line.gateway->bit_count()); length >= 0; --length) {
    const Prefix through(*line.gateway, static_cast<unsigned>(length));
    const bool is_itself = through == prefix && ours_ == Ours::These;
    if (is_itself || (through.is_default() && !resolve_via_default_)) continue;
    const std::vector<NextHop>* next_hops = nullptr;
    std::string interface_name;
    if (const auto* routes = kernel_routes_.find(through)) {
      const auto usable = std::ranges::find_if(*routes, [this](const KernelRoute& route) {
        const bool is_in_known = route.static_distance != 0 && ours_ == Ours::These;
        return route.usable && !is_in_known;
      });
      if (usable != routes->end()) {
        if (usable->type != RouteType::Unicast) return false;
        next_hops = &usable->next_hops;
        interface_name = usable->interface_name;
      }
    }
    if (const auto other = known.find(through);
        !next_hops && other != known.end() && other->second.distance != kDistanceNotForUse) {
      if (other->second.route.type != RouteType::Unicast) return false;
      next_hops = &other->second.route.next_hops;
      interface_name = other->second.interface_name;
    }
    if (!next_hops) continue;
    for (auto next_hop : *next_hops) {
      if (!next_hop.gateway) next_hop.gateway = line.gateway;
      next_hop.onlink |= line.onlink;
      add(next_hop, interface_name);
    }
    return true;
  }
  return false;
}

std::optional<StaticRoutes::Active> StaticRoutes::resolve(const Prefix& prefix,
                                                          const std::vector<StaticNextHop>& lines,
                                                          const ActiveRoutes& known) const {
  std::set<std::uint8_t> distances;
  for (const auto& line : lines) distances.insert(line.distance);
  for (const auto distance : distances) {
    Active active;
    active.distance = distance;
    bool is_usable = false;
    for (const auto& line : lines) {
      if (line.distance != distance) continue;
      const bool counts = line.type != RouteType::Unicast || add_next_hops(prefix, line, known, active);
      if (!counts) continue;
      if (!std::exchange(is_usable, true)) active.tag = line.tag;
      if (line.type != RouteType::Unicast && active.route.next_hops.empty()) active.route.type = line.type;
    }
    if (!is_usable) continue;
    if (!active.route.next_hops.empty()) active.route.type = RouteType::Unicast;
    return active;
  }
  return std::nullopt;
}

// From nothing each time, so that two routes that resolve through one another are found to hang in the air.
std::vector<Prefix> StaticRoutes::refresh() {
  constexpr int kMaximumDepth = 8;  // of static routes through static routes
  is_dirty_ = false;
  ActiveRoutes now;
  for (int depth = 0; depth < kMaximumDepth; ++depth) {
    ActiveRoutes next;
    for (const auto& [prefix, lines] : lines_)
      if (auto active = resolve(prefix, lines, now)) next.emplace(prefix, std::move(*active));
    if (next == now) break;
    now = std::move(next);
  }
  std::vector<Prefix> changed;
  for (const auto& [prefix, active] : now)
    if (const auto* before = find(prefix); !before || !(*before == active)) changed.push_back(prefix);
  for (const auto& [prefix, active] : active_)
    if (!now.contains(prefix)) changed.push_back(prefix);
  active_ = std::move(now);
  return changed;
}

}  // namespace rib
