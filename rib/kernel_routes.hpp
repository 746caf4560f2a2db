// The kernel's routes that are not ours, as the kernel's monitor tells them: what next hops resolve through
// and what BGP contends with.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <vector>

#include "rib/messages.hpp"

namespace rib {

class KernelRoutes {
 public:
  /// Routes of one prefix, best for the kernel (lowest metric) first; at least one.
  using Routes = std::vector<KernelRoute>;

  /// Adds or replaces by (prefix, source, metric, protocol). True when that changed something.
  bool set(const KernelRoute& route);
  bool remove(const KernelRoute& route);

  /// nullptr when there are none.
  const Routes* find(const Prefix& prefix) const;
  /// The routes of the longest prefix that holds the address.
  const Routes* longest_match(const IpAddress& address) const;
  bool empty() const { return routes_.empty(); }

  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [prefix, routes] : routes_) visit(prefix, routes);
  }

 private:
  boost::unordered_flat_map<Prefix, Routes, std::hash<Prefix>> routes_;
  std::array<std::uint32_t, 129> count_by_length_[kFamilyCount]{};  // prefixes
};

}  // namespace rib
