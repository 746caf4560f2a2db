// `redistribute connected|kernel|static`: the kernel's own routes as routes of ours. What BGP itself has put
// into the kernel never comes this way, because the kernel's monitor does not report it.
#pragma once

#include <optional>
#include <vector>

#include "rib/kernel_routes.hpp"
#include "rib/local_routes.hpp"

namespace rib {

class Redistribution {
 public:
  Redistribution(const KernelRoutes& kernel_routes, LocalRoutes& local_routes)
      : kernel_routes_(kernel_routes), local_routes_(local_routes) {}

  /// Nothing: routes of this source are not, or no more, announced. What that changes is done by run().
  void set_rule(Family family, RouteSource source, std::optional<RedistributionRule> rule);
  /// The kernel's routes for the prefix changed.
  void kernel_changed(const Prefix& prefix, TimePoint now);

  bool has_work() const { return !waiting_.empty(); }
  /// Looks at `budget` prefixes that a changed rule concerns.
  void run(std::size_t budget, TimePoint now);

 private:
  using Rules = std::optional<RedistributionRule>[kRouteSourceCount];
  void look_at(const Prefix& prefix, TimePoint now);

  const KernelRoutes& kernel_routes_;
  LocalRoutes& local_routes_;
  Rules rules_[kFamilyCount];
  bool is_on_[kFamilyCount] = {};
  std::vector<Prefix> waiting_;
};

}  // namespace rib
