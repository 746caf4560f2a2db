// The engine's parts and how they are wired. Only engine*.cpp include this.
#pragma once

#include "rib/adj_rib_in.hpp"
#include "rib/aggregates.hpp"
#include "rib/attribute_store.hpp"
#include "rib/engine.hpp"
#include "rib/fib_gate.hpp"
#include "rib/history.hpp"
#include "rib/redistribution.hpp"
#include "rib/routing_table.hpp"
#include "rib/sweep.hpp"
#include "rib/update_group.hpp"

namespace rib {

struct Engine::Impl {
  Impl(Output& out, const KernelRoutes* gateways)
      : output(out),
        static_routes(gateways ? *gateways : kernel_routes,
                      gateways ? StaticRoutes::Ours::OfAnotherTable : StaticRoutes::Ours::These) {}

  void emit_notices();
  void flush(std::size_t budget, TimePoint now);
  void settle_statics(TimePoint now);
  void tell_shifts();
  void show_observer(Family family, std::span<const Change> changes) const;
  void kernel_changed(const Prefix& prefix, TimePoint now);
  void join_groups(std::uint32_t index);
  void leave_groups(std::uint32_t index);
  void doom_stale(std::uint32_t index, Family family);
  void tell_duplicate_identifier(PeerHandle handle);
  /// What a change of our own subnets means to others' prefixes.
  void own_subnet_changed(bool concerns_others);
  /// Fills the view, whose memory is used again.
  void show(const Destination& destination, DestinationView& view) const;

  Output& output;
  AttributeStore attributes;  // outlives every reference below
  Speaker speaker;
  Policies policies;
  PeerTable peers;
  KernelRoutes kernel_routes;
  FibRoutes fib_routes;
  NextHopTable next_hops{kernel_routes, fib_routes};
  Conflicts conflicts{peers, speaker};
  LocRib loc_rib{speaker, peers, next_hops, conflicts};
  LocalRoutes local_routes{policies, attributes, loc_rib};
  Redistribution redistribution{kernel_routes, local_routes};
  Aggregates aggregates{speaker, policies, loc_rib, local_routes};
  AdjRibIn adj_rib_in{speaker, policies, attributes, peers, next_hops, loc_rib};
  UpdateGroups groups{output, speaker, policies, peers, loc_rib, local_routes};
  StaticRoutes static_routes;
  RoutingTable routing_table{speaker,       policies,      peers,      next_hops,
                             kernel_routes, static_routes, fib_routes, loc_rib};
  FibGate fib_gate{speaker, loc_rib};
  Sweep sweep{peers, next_hops, loc_rib, adj_rib_in, conflicts};
  History history;
  std::vector<Notice> notices;
  std::uint64_t statics_version = 0;
  Observer* observer = nullptr;
  bool is_deferred = false;  // RFC 4724 §4.1
};

}  // namespace rib
