// The contest by administrative distance between BGP's winners and the kernel's own routes, and what the
// kernel shall hold of ours. A change is told only when it differs from what was told last.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rib/engine.hpp"
#include "rib/loc_rib.hpp"
#include "rib/policy/policy.hpp"
#include "rib/static_routes.hpp"

namespace rib {

/// Connected and kernel 0, static 1, as FRR has it.
std::uint8_t distance_of(RouteSource source);
/// Of a route that stands back behind one of `winner`.
FibState loser_state(RouteSource winner);

class RoutingTable {
 public:
  RoutingTable(const Speaker& speaker, const Policies& policies, const PeerTable& peers,
               const NextHopTable& next_hops, const KernelRoutes& kernel_routes,
               const StaticRoutes& static_routes, FibRoutes& fib_routes, LocRib& loc_rib)
      : speaker_(speaker),
        policies_(policies),
        peers_(peers),
        next_hops_(next_hops),
        kernel_routes_(kernel_routes),
        static_routes_(static_routes),
        fib_routes_(fib_routes),
        loc_rib_(loc_rib) {}

  /// Decides for these destinations what the kernel shall hold; what differs goes to `output`.
  void flush(Family family, std::span<const Change> changes, TimePoint now, Output& output);
  /// Distance `local` for these external routes. Those that were or are among them.
  std::vector<Prefix> set_backdoors(std::set<Prefix> backdoors);
  /// `ip protocol bgp route-map`: what of BGP's routes the kernel gets, with which source. "": all. True when
  /// it is another one.
  bool set_install_map(Family family, const std::string& route_map);
  /// Whether policies that changed may change what the kernel gets.
  bool depends_on_change(const Policies& before) const;
  /// The static route that wins at the prefix, nullptr: none. What that changes for the kernel goes to
  /// `changes`, unless BGP's route takes the place in flush().
  const StaticRoutes::Active* settle_static(const Prefix& prefix, TimePoint now,
                                            std::vector<FibChange>& changes);
  /// Prefixes with static routes whose BGP routes changed since the last call: settle_static() is due.
  std::vector<Prefix> take_contested() { return std::exchange(contested_, {}); }
  /// Another's route to the prefix came, changed or went; or, of all prefixes, BGP's first choice was made.
  void contest(const Prefix& prefix);
  void contest_all();
  bool has_contested() const { return !contested_.empty(); }
  /// The kernel's answer. The destination that it changed, if it is still wanted.
  std::optional<Table::Id> result(const FibResult& result);
  /// The last answer to what is wanted of us at the prefix was an error.
  /// Whether the kernel was told a static route by these next hops.
  bool has_static_by(const FibRoute& route) const;
  bool is_refused(const Prefix& prefix) const { return !failures_.empty() && failures_.contains(prefix); }

  /// Lines of `show ip route`, listing order, prefixes strictly after `after`, complete prefixes only.
  std::vector<RouteView> routes(Family family, std::optional<Prefix> after, std::size_t limit) const;
  /// Its prefixes, likewise.
  std::vector<Prefix> prefixes(Family family, const std::optional<Prefix>& after, std::size_t limit) const;
  std::vector<RouteView> routes_for(const Prefix& prefix) const;
  std::optional<Prefix> longest_match(const IpAddress& address) const;

 private:
  struct Verdict {
    FibState state = FibState::None;
    FibRoutes::Id route = 0;  // borrowed from a next hop, or owned when `owned`
    bool owned = false;
  };
  struct Failure {
    int error = 0;
    std::string text;
  };

  /// A static route that the kernel was told last for its prefix; the destination's fib_route then is 0.
  struct ToldStatic {
    FibRoute route;
    FibState state = FibState::Pending;
    TimePoint changed;
  };

  Verdict decide(const Destination& destination);
  /// What the kernel gets of the best path when nothing else is stronger.
  Verdict route_of(const Path& best, const Destination& destination);
  Verdict decide_by_policy(const Destination& destination, Verdict verdict);
  bool wants_bgp(const Prefix& prefix);
  /// The static route that the kernel shall hold; nullptr: none.
  const StaticRoutes::Active* winning_static(const Prefix& prefix);
  /// The kernel is told another's route than BGP's.
  void give_up(const Prefix& prefix);
  FibRoutes::Id merge_multipath(const Destination& destination);
  std::uint8_t distance_of_best(const Prefix& prefix, const Path& best) const;
  /// The foreign route that wins over distance `ours`, or nullptr.
  const KernelRoute* stronger_foreign(const Prefix& prefix, std::uint8_t ours) const;
  std::optional<RouteView> bgp_route(const Destination& destination) const;
  std::optional<RouteView> static_route(const Prefix& prefix) const;
  /// Of a static route that could be used and that the kernel was not told.
  FibState state_of_idle(const Prefix& prefix, const StaticRoutes::Active& active) const;

  const Speaker& speaker_;
  const Policies& policies_;
  const PeerTable& peers_;
  const NextHopTable& next_hops_;
  const KernelRoutes& kernel_routes_;
  const StaticRoutes& static_routes_;
  FibRoutes& fib_routes_;
  LocRib& loc_rib_;
  boost::unordered_flat_map<Prefix, Failure, std::hash<Prefix>> failures_;
  std::set<Prefix> backdoors_;
  std::string install_maps_[kFamilyCount];
  std::map<Prefix, ToldStatic> told_statics_;
  std::vector<Prefix> contested_;
  std::vector<FibChange> batch_;  // scratch of flush()
};

}  // namespace rib
