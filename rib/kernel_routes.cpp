#include "rib/kernel_routes.hpp"

#include <algorithm>

namespace rib {
namespace {

bool is_same_route(const KernelRoute& a, const KernelRoute& b) {
  return a.source == b.source && a.metric == b.metric && a.protocol == b.protocol;
}

}  // namespace

bool KernelRoutes::set(const KernelRoute& route) {
  const auto [entry, is_new] = routes_.try_emplace(route.prefix);
  if (is_new) ++count_by_length_[index_of(route.prefix.family())][route.prefix.length()];
  auto& routes = entry->second;
  const auto same =
      std::find_if(routes.begin(), routes.end(), [&](auto& r) { return is_same_route(r, route); });
  if (same != routes.end()) {
    if (*same == route) return false;
    *same = route;
    return true;
  }
  const auto after =
      std::find_if(routes.begin(), routes.end(), [&](auto& r) { return r.metric > route.metric; });
  routes.insert(after, route);
  return true;
}

bool KernelRoutes::remove(const KernelRoute& route) {
  const auto entry = routes_.find(route.prefix);
  if (entry == routes_.end()) return false;
  auto& routes = entry->second;
  if (std::erase_if(routes, [&](auto& r) { return is_same_route(r, route); }) == 0) return false;
  if (routes.empty()) {
    routes_.erase(entry);
    --count_by_length_[index_of(route.prefix.family())][route.prefix.length()];
  }
  return true;
}

const KernelRoutes::Routes* KernelRoutes::find(const Prefix& prefix) const {
  if (count_by_length_[index_of(prefix.family())][prefix.length()] == 0) return nullptr;
  const auto entry = routes_.find(prefix);
  return entry == routes_.end() ? nullptr : &entry->second;
}

const KernelRoutes::Routes* KernelRoutes::longest_match(const IpAddress& address) const {
  for (auto length = static_cast<int>(address.bit_count()); length >= 0; --length) {
    if (const auto* routes = find(Prefix(address, static_cast<unsigned>(length)))) return routes;
  }
  return nullptr;
}

}  // namespace rib
