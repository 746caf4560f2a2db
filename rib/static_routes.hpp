// `ip route P …`: static routes as the operator wrote them, and what becomes of them on the links that are
// there. A gateway is looked up in the kernel's own routes and, recursively, in other static routes; of the
// lines to one prefix those of the lowest distance with a usable next hop count, all of them together.
//
// Whether the route then wins over BGP's and others' is for the routing table to say.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "rib/fib_routes.hpp"
#include "rib/kernel_routes.hpp"

namespace rib {

/// Lines by prefix, in the order written.
using StaticRouteTable = std::map<Prefix, std::vector<StaticNextHop>>;

class StaticRoutes {
 public:
  /// The lines to one prefix that are in use now.
  struct Active {
    FibRoute route;
    std::uint8_t distance = 1;
    std::uint32_t tag = 0;
    std::string interface_name = {};  // of the first next hop, for policy
    bool operator==(const Active&) const = default;
  };

  /// What of `kernel_routes` is ours: these very routes, or those of another table than theirs.
  enum class Ours : std::uint8_t { These, OfAnotherTable };

  explicit StaticRoutes(const KernelRoutes& kernel_routes, Ours ours = Ours::These)
      : kernel_routes_(kernel_routes), ours_(ours) {}

  void set(StaticRouteTable lines);
  void set_resolve_via_default(bool on);
  /// Another kernel route to the prefix: gateways in it may be reached otherwise.
  void surroundings_changed(const Prefix& prefix);
  bool needs_refresh() const { return is_dirty_; }
  /// Looks every gateway up again. The prefixes whose answer changed.
  std::vector<Prefix> refresh();

  /// nullptr: no line, or none that can be used.
  const Active* find(const Prefix& prefix) const;
  const StaticRouteTable& lines() const { return lines_; }
  bool empty() const { return lines_.empty() && active_.empty(); }

 private:
  using ActiveRoutes = std::map<Prefix, Active>;
  std::optional<Active> resolve(const Prefix& prefix, const std::vector<StaticNextHop>& lines,
                                const ActiveRoutes& known) const;
  bool add_next_hops(const Prefix& prefix, const StaticNextHop& line, const ActiveRoutes& known,
                     Active& active) const;

  const KernelRoutes& kernel_routes_;
  const Ours ours_;
  StaticRouteTable lines_;
  std::set<IpAddress> gateways_;  // of lines that name no link
  ActiveRoutes active_;
  bool resolve_via_default_ = true;
  bool is_dirty_ = false;
};

}  // namespace rib
