// The kernel's routes that are not ours, kept so that differences can be told: after an overrun by comparison
// with a dump, after a link's change by whether they are usable. Pure; owned by KernelMonitor.
//
// Several routes may share prefix, metric and protocol (an appended default route of a second uplink, IPv6
// routers by RA, another table). The owner is told of one per such name: the first that came.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "fib/kernel.hpp"
#include "fib/own_routes.hpp"
#include "fib/route_message.hpp"

namespace fib {

/// True for routes that next hops may resolve through: unicast destinations, no cache entries, no local or
/// broadcast or link-local ones, default type of service.
bool is_of_interest(const RouteMessage& message);

class ForeignRoutes {
 public:
  using IsRunning = std::function<bool(std::uint32_t interface_index)>;

  /// `is_running`: link up and with carrier. `own` learns what stands at our place. Both outlive this.
  ForeignRoutes(IsRunning is_running, OwnRoutes& own);

  void changed(const RouteMessage& message, std::vector<KernelEvent>& events);
  void removed(const RouteMessage& message, std::vector<KernelEvent>& events);
  /// The link's state changed or it went: routes through it may be (un)usable.
  void link_changed(std::uint32_t interface_index, std::vector<KernelEvent>& events);

  void begin_scan(const ScanScope& scope);
  void found(const RouteMessage& message, std::vector<KernelEvent>& events);
  void end_scan(std::vector<KernelEvent>& events);

  /// Forgets what stands in other tables.
  void keep_tables(const std::vector<std::uint32_t>& tables, std::vector<KernelEvent>& events);
  /// Tells OwnRoutes of all that stand at its (new) place.
  void tell_own_routes();
  bool uses(std::uint32_t interface_index) const;
  std::size_t size() const { return routes_.size(); }

 private:
  struct Route {
    std::uint32_t table = 0;
    std::uint32_t metric = 0;
    std::uint8_t protocol = 0;
    rib::RouteSource source = rib::RouteSource::Kernel;
    rib::RouteType type = rib::RouteType::Unicast;
    bool is_usable = true;
    bool is_seen = false;
    std::vector<rib::NextHop> next_hops;
  };
  using Routes = std::vector<Route>;  // of one prefix, in order of arrival
  struct Name {
    std::uint32_t metric;
    std::uint8_t protocol;
    bool operator==(const Name&) const = default;
  };

  static Route route_from(const RouteMessage& message);
  static Name name_of(const Route& route) { return {route.metric, route.protocol}; }
  static bool names_same(const Route& a, const Route& b);
  static std::optional<rib::KernelRoute> view(const rib::Prefix& prefix, const Routes& routes, Name name);
  static bool uses(const Route& route, std::uint32_t interface_index);
  bool is_usable(const Route& route) const;
  std::optional<std::uint8_t> standing_at_our_place(const rib::Prefix& prefix, const Routes& routes) const;
  bool is_in_scope(const rib::Prefix& prefix, const Route& route) const;
  /// Runs `change` on the prefix's routes and tells the difference it makes under `name`.
  void edit(const rib::Prefix& prefix, Name name, bool replaced, std::vector<KernelEvent>& events,
            const std::function<void(Routes&)>& change);

  IsRunning is_running_;
  OwnRoutes& own_;
  boost::unordered_flat_map<rib::Prefix, Routes, std::hash<rib::Prefix>> routes_;
  std::optional<ScanScope> scan_;
  boost::unordered_flat_set<rib::Prefix, std::hash<rib::Prefix>> touched_;  // by events since the scan began
};

}  // namespace fib
