#include "fib/route_pool.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace fib {

RoutePool::RoutePool(const RouteLocation& place, RouteId last)
    : last_id_(last), objects_(place.protocol), slots_(1) {
  set_location(place);
}

std::size_t RoutePool::hash_of(rib::Afi afi, const rib::FibRoute& route) {
  std::size_t hash = static_cast<std::size_t>(afi) * 8 + static_cast<std::size_t>(route.type);
  const auto mix = [&hash](std::size_t value) { hash = (hash ^ value) * 0x9e3779b97f4a7c15u; };
  if (route.source) mix(route.source->hash());
  for (const auto& hop : route.next_hops) {
    mix(hop.gateway ? hop.gateway->hash() : 1);
    mix(hop.interface_index * 512u + hop.weight * 2u + (hop.onlink ? 1u : 0u));
  }
  return hash;
}

RouteId RoutePool::acquire(rib::Afi afi, const rib::FibRoute& route) {
  const auto is_it = [&](RouteId id) { return slots_[id].afi == afi && slots_[id].route == route; };
  if (last_ != kNoRoute && is_it(last_)) {
    ++slots_[last_].references;
    return last_;
  }
  if (const auto known = find(afi, route); known != kNoRoute) {
    ++slots_[known].references;
    return last_ = known;
  }
  RouteId id = static_cast<RouteId>(slots_.size());
  if (free_.empty()) {
    if (id > last_id_) return kNoRoute;
    slots_.emplace_back();
  } else {
    id = free_.back();
    free_.pop_back();
  }
  auto& slot = slots_[id];
  slot = {.afi = afi, .route = route, .message = {}, .references = 1};
  if (use_objects_) slot.object = objects_.acquire(route.next_hops);
  encode(slot);
  index_.emplace(hash_of(afi, route), id);
  return last_ = id;
}

RouteId RoutePool::find(rib::Afi afi, const rib::FibRoute& route) const {
  const auto [first, end] = index_.equal_range(hash_of(afi, route));
  const auto found = std::find_if(first, end, [&](const auto& entry) {
    return slots_[entry.second].afi == afi && slots_[entry.second].route == route;
  });
  return found == end ? kNoRoute : found->second;
}

void RoutePool::drop_from_index(RouteId id) {
  const auto [first, end] = index_.equal_range(hash_of(slots_[id].afi, slots_[id].route));
  index_.erase(std::find_if(first, end, [id](const auto& entry) { return entry.second == id; }));
}

RouteId RoutePool::move(rib::Afi afi, const rib::FibRoute& from, const rib::FibRoute& to) {
  const auto id = find(afi, from);
  if (id == kNoRoute || find(afi, to) != kNoRoute || !objects_.change(slots_[id].object, to.next_hops))
    return kNoRoute;
  drop_from_index(id);
  slots_[id].route = to;
  index_.emplace(hash_of(afi, to), id);
  encode(slots_[id]);
  retain(id);
  return id;
}

void RoutePool::release(RouteId id) {
  if (id == kNoRoute || --slots_[id].references > 0) return;
  drop_from_index(id);
  objects_.release(slots_[id].object);
  slots_[id] = {};
  free_.push_back(id);
  if (last_ == id) last_ = kNoRoute;
}

bool RoutePool::uses(RouteId id, std::uint32_t interface_index) const {
  return std::ranges::find(slots_[id].route.next_hops, interface_index, &rib::NextHop::interface_index) !=
         slots_[id].route.next_hops.end();
}

bool RoutePool::any_uses(std::uint32_t interface_index) const {
  for (RouteId id = 1; id < slots_.size(); ++id)
    if (slots_[id].references > 0 && uses(id, interface_index)) return true;
  return false;
}

bool RoutePool::any_prefers(const rib::IpAddress& source) const {
  return std::ranges::any_of(
      slots_, [&](const auto& slot) { return slot.references > 0 && slot.route.source == source; });
}

void RoutePool::set_location(const RouteLocation& place) {
  place_ = place;
  for (const auto family : rib::kFamilies)
    removals_[rib::index_of(family)] = encode_removal(rib::afi_of(family), place_);
  for (auto& slot : slots_)
    if (slot.references > 0) encode(slot);
}

void RoutePool::encode(Slot& slot) const {
  slot.message = encode_route(slot.afi, slot.route, place_, slot.object);
}

void RoutePool::use_objects(bool use) {
  if (std::exchange(use_objects_, use) == use) return;
  for (auto& slot : slots_) {
    if (slot.references == 0) continue;
    objects_.release(std::exchange(slot.object, kNoObject));
    if (use) slot.object = objects_.acquire(slot.route.next_hops);
    encode(slot);
  }
}

}  // namespace fib
