#include "rib/fib_routes.hpp"

#include "rib/hash.hpp"

namespace rib {

std::size_t FibRoutes::Hash::operator()(const FibRoute& route) const {
  auto hash = hash_mix(1, static_cast<std::uint64_t>(route.type));
  if (route.source) hash = hash_mix(hash, route.source->hash());
  for (const auto& next_hop : route.next_hops) {
    hash = hash_mix(hash, next_hop.gateway ? next_hop.gateway->hash() : 0);
    hash = hash_mix(hash, std::uint64_t{next_hop.interface_index} << 8 | next_hop.weight);
  }
  return hash;
}

FibRoutes::Id FibRoutes::intern(const FibRoute& route) {
  const auto [entry, is_new] = index_.try_emplace(route, 0);
  if (is_new) {
    if (free_.empty()) {
      slots_.emplace_back();
      free_.push_back(static_cast<Id>(slots_.size()));
    }
    entry->second = free_.back();
    free_.pop_back();
    slots_[entry->second - 1].route = route;
  }
  ++slots_[entry->second - 1].references;
  return entry->second;
}

void FibRoutes::release(Id id) {
  if (id == 0 || --slots_[id - 1].references > 0) return;
  index_.erase(slots_[id - 1].route);
  slots_[id - 1].route = {};
  free_.push_back(id);
}

}  // namespace rib
