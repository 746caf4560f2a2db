// The only door to the routes: Adj-RIB-In, decision, Loc-RIB, update groups, next hops, routing table.
//
// Pure: no socket, no clock, no log. One thread calls it. Inputs are cheap and never walk a table; what must
// visit many destinations (a peer went down, a member joined, a next hop moved) is queued and done by run()
// in slices. Results leave through Output, as calls made from run() and, for group membership, from
// peer_up/down.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "rib/export.hpp"
#include "rib/messages.hpp"
#include "rib/reason.hpp"

namespace rib {

class History;
class Observer;
struct SessionEvent;

/// A path as queries show it; copied out, so that it may outlive the engine's state.
struct PathView {
  std::optional<PeerHandle> peer;  // nothing: our own route
  IpAddress peer_address;
  BgpIdentifier peer_identifier = 0;
  PeerType peer_type = PeerType::Internal;
  std::uint32_t path_id = 0;
  Attributes attributes;
  PathState state = PathState::Accepted;
  BestReason lost_at = BestReason::None;  // the step at which it lost to the best path
  std::string denied_by;                  // when state is PolicyDenied: "route-map IN, sequence 10"
  Attributes received;                    // as the peer sent them, before import policy
  bool is_best = false, is_multipath = false, is_stale = false;
  bool is_long_lived_stale = false;  // kept by RFC 9494
  bool is_suppressed = false;        // best, and an aggregate stands for it
  std::uint32_t weight = 0;
  std::optional<std::uint32_t> igp_metric;  // of the next hop; nothing when unreachable
  TimePoint learned;
};

struct DestinationView {
  Prefix prefix;
  std::uint64_t version = 0;  // table version of its last change of best path
  BestReason reason = BestReason::None;
  FibState fib = FibState::None;
  std::vector<PathView> paths;  // best first, then by decision order, rejected last
};

/// A line of `show ip route`: one candidate for the kernel.
struct RouteView {
  Prefix prefix;
  RouteSource source = RouteSource::Kernel;
  RouteType type = RouteType::Unicast;
  std::uint8_t distance = 0;
  std::uint32_t metric = 0;
  std::uint32_t tag = 0;  // of `set tag` or `ip route`; 0: none
  bool is_internal_bgp = false;
  bool selected = false, installed = false;
  FibState fib = FibState::None;
  int error = 0;
  std::string error_text;
  std::vector<NextHop> next_hops;
  std::optional<IpAddress> recursive_next_hop;  // the BGP next hop, when the kernel's differs
  TimePoint changed;
};

/// Peers that are sent the same.
struct UpdateGroupView {
  GroupId id = 0;
  ExportProfile profile;
  std::vector<PeerHandle> members;
  std::uint32_t sent = 0;   // prefixes in the Adj-RIB-Out; paths, with ADD-PATH
  bool is_walking = false;  // members that joined have not got the whole table yet
};

struct PeerCounters {
  std::uint32_t received[kFamilyCount] = {};  // paths in Adj-RIB-In
  std::uint32_t accepted[kFamilyCount] = {};
  std::uint32_t denied[kFamilyCount] = {};  // by import policy
  std::uint32_t sent[kFamilyCount] = {};    // prefixes in Adj-RIB-Out
  std::optional<GroupId> group[kFamilyCount];
};

/// Octets, by what they are for; approximate.
struct MemoryUse {
  std::uint64_t destinations = 0;  // each with its first path
  std::uint64_t index = 0;         // of the destinations by prefix
  std::uint64_t paths = 0;         // but for the first of each destination
  std::uint64_t attributes = 0;
  std::uint64_t changes = 0;  // that groups and kernel were not told yet
  std::uint64_t adj_ribs_out = 0;
  std::uint64_t history = 0;
  std::uint64_t table() const { return destinations + index + paths + attributes + changes + adj_ribs_out; }
};

struct Totals {
  std::uint64_t destinations[kFamilyCount] = {};
  std::uint64_t paths[kFamilyCount] = {};
  std::uint64_t listed_paths[kFamilyCount] = {};  // ... without those that are kept out: what a listing shows
  std::uint64_t table_version[kFamilyCount] = {};
  std::uint64_t attribute_sets = 0;
  MemoryUse memory;
};

struct NextHopView {
  IpAddress address;
  std::uint32_t interface_index = 0;  // for link-local ones
  bool resolved = false;
  std::uint32_t metric = 0;
  std::optional<Prefix> through;
  RouteSource source = RouteSource::Connected;  // of the route through
  std::vector<NextHop> kernel_next_hops;
  std::uint32_t references = 0;
};

/// What a peer was sent.
struct AdvertisedRoute {
  Prefix prefix;
  std::uint32_t path_id = 0;  // RFC 7911
  PathAttributes attributes;
};

/// A path that a peer has from us.
struct AdvertisedPath {
  PeerHandle to;
  std::optional<PeerHandle> from;  // nothing: our own route
  std::uint32_t received_id = 0;   // by which its source told it, RFC 7911
  std::uint32_t path_id = 0;       // by which we tell it
  AddPathSelection selection;      // of what the peer gets
};

/// A part of one family's BGP table, in no order: for walks over all of it in slices.
struct TablePart {
  std::vector<Prefix> prefixes;
  std::optional<std::uint32_t> next;  // where the next part begins; nothing: this was the last
};

class Engine {
 public:
  /// `gateways_of`: static routes of this table find their gateways in that engine's, which outlives this
  /// one; nullptr: in their own.
  explicit Engine(Output& output, const Engine* gateways_of = nullptr);
  ~Engine();

  // --- inputs
  // -------------------------------------------------------------------------------------------------
  void set_speaker(const Speaker& speaker, TimePoint now);

  /// All policies by name. What they may change is looked at again, in slices.
  void set_policies(PolicyDefinitions definitions, TimePoint now);

  /// The peer joins the group of each family's profile; its table follows from run().
  PeerHandle peer_up(PeerUp peer, TimePoint now);
  /// Its paths go (in slices), it leaves its groups at once.
  void peer_down(PeerHandle peer, TimePoint now);
  /// The session is lost but the peer is expected back, RFC 4724 §4.2: it leaves its groups, the paths of
  /// `retained` stay and are stale, those of other families and those that were stale already go (in slices),
  /// but for long-lived ones.
  /// The handle is then good for peer_returned, sweep_stale and peer_down only.
  void peer_lost(PeerHandle peer, FamilySet retained, TimePoint now);
  /// A lost peer is back, like peer_up. What it does not announce again goes with sweep_stale; the stale
  /// paths of families out of `retained` go now. All do when the peer's place is another one than before.
  PeerHandle peer_returned(PeerHandle lost, PeerUp peer, FamilySet retained, TimePoint now);
  void received(PeerHandle peer, const Update& update, TimePoint now);
  /// Its End-of-RIB came: what it announces from here on is news, and noted as such.
  void table_received(PeerHandle peer, Family family);
  /// All paths of the family that the peer announced so far are stale: it begins a refresh, RFC 7313 §4.
  void mark_stale(PeerHandle peer, Family family);
  /// What is stale of the family is long-lived from here on: marked and the last choice, in slices; what has
  /// NO_LLGR goes. It outlives further losses. RFC 9494 §4.2.
  void begin_long_lived(PeerHandle peer, Family family);
  /// The long-lived routes' time is over: those that are still stale go, in slices.
  void sweep_long_lived(PeerHandle peer, Family family);
  /// What is stale still goes, in slices: the peer has announced everything again, or its time is over.
  void sweep_stale(PeerHandle peer, Family family);
  /// While selection is deferred nothing leaves the engine: neither to peers nor to the kernel. RFC 4724
  /// §4.1.
  void defer_selection(bool deferred);
  /// ROUTE-REFRESH, or a member that lost the group's sequence: sends the table again. RFC 2918.
  void refresh_requested(PeerHandle peer, Family family);
  void set_import_profile(PeerHandle peer, Family family, ImportProfile profile, TimePoint now);
  void set_mesh_guard(PeerHandle peer, MeshGuard guard, TimePoint now);
  /// What the peer is sent changed: it gets the difference, from run(). The members that say how messages are
  /// encoded are of its session and must stay.
  void set_export_profile(PeerHandle peer, const ExportProfile& profile, TimePoint now);

  /// Our own route. `source` bits accumulate; the route goes when the last source withdraws it.
  void originate(const Prefix& prefix, LocalSource source, const LocalRoute& route, TimePoint now);
  void withdraw_local(const Prefix& prefix, LocalSource source, TimePoint now);

  /// The kernel's own routes of this source become ours; nothing: not, or no more.
  void set_redistribution(Family family, RouteSource source, std::optional<RedistributionRule> rule,
                          TimePoint now);
  /// All aggregates, of both families.
  void set_aggregates(const std::map<Prefix, AggregateRule>& rules, TimePoint now);
  /// Prefixes to which another protocol's route is preferred over an external neighbor's (`network …
  /// backdoor`).
  void set_backdoors(std::set<Prefix> backdoors, TimePoint now);

  /// All static routes; what they resolve through is followed.
  void set_static_routes(std::map<Prefix, std::vector<StaticNextHop>> routes, TimePoint now);
  /// In the engine that gateways are found in a route to this prefix is another one, or gone.
  void gateways_moved(const Prefix& route);
  /// `ip protocol bgp route-map`: which of BGP's routes the kernel gets, and with which source; "": all.
  void set_install_map(Family family, const std::string& route_map, TimePoint now);

  /// Foreign kernel routes, keyed by (prefix, source, metric, protocol); resolve next hops, contend by
  /// distance.
  void kernel_route(const KernelRoute& route, TimePoint now);
  void kernel_route_gone(const KernelRoute& route, TimePoint now);
  void fib_result(const FibResult& result, TimePoint now);

  /// What history() keeps, in octets.
  void set_history_size(std::size_t octets, TimePoint now);
  void note_session(const SessionEvent& event, TimePoint now);
  /// Borrowed until another one is set; nullptr: nobody is told.
  void set_observer(Observer* observer);

  // --- work
  // ---------------------------------------------------------------------------------------------------
  bool has_work() const;
  /// Does at most about `budget` destinations' worth of queued work. Withdraws of a turn leave before
  /// announcements.
  void run(std::size_t budget, TimePoint now);
  /// When announcements that advertisement intervals hold back become work; nothing: there are none.
  std::optional<TimePoint> next_release() const;
  /// The time of next_release() may have come: has_work() knows.
  void release_held_back(TimePoint now);

  // --- queries (copies; never change anything)
  // ----------------------------------------------------------------
  /// Another number when another static route, or none, has won somewhere.
  std::uint64_t statics_version() const;
  std::optional<DestinationView> destination(const Prefix& prefix) const;
  /// The same for many, without those that are not there; `visit` says whether to go on. Much faster than one
  /// by one: memory is asked for some prefixes ahead.
  void visit_destinations(std::span<const Prefix> prefixes,
                          const std::function<bool(const DestinationView&)>& visit) const;
  /// The longest prefix of the BGP table that holds the address.
  std::optional<Prefix> longest_match(const IpAddress& address) const;
  /// Prefixes of the family's BGP table in listing order, strictly after `after`, at most `limit`.
  std::vector<Prefix> prefixes(Family family, std::optional<Prefix> after, std::size_t limit) const;
  /// The prefixes at so many places of the family's BGP table, from 0 on. What comes and goes between two
  /// parts may be missed, or met twice.
  TablePart table_part(Family family, std::uint32_t from, std::uint32_t places) const;
  /// Adj-RIB-In of one peer: prefixes it announced (accepted or not).
  std::vector<Prefix> prefixes_from(PeerHandle peer, Family family, std::optional<Prefix> after,
                                    std::size_t limit) const;
  /// Adj-RIB-Out of one peer.
  std::vector<Prefix> prefixes_to(PeerHandle peer, Family family, std::optional<Prefix> after,
                                  std::size_t limit) const;
  /// What it has of one prefix, with the attributes as they are sent. Several paths with ADD-PATH, RFC 7911.
  std::vector<AdvertisedRoute> sent_to(PeerHandle peer, const Prefix& prefix) const;
  /// The verdict of phase 3 for one prefix and one peer, with who of the policy decided and the attributes as
  /// they are sent.
  Exported exported_to(PeerHandle peer, const Prefix& prefix) const;
  /// Who of the policy gave that verdict, in the words of the configuration; "" when none did.
  std::string export_denied_by(PeerHandle peer, const Prefix& prefix) const;
  ExportState export_state(PeerHandle peer, const Prefix& prefix) const {
    return exported_to(peer, prefix).state;
  }
  /// Peers that have the prefix from us, in order of their indexes.
  std::vector<PeerHandle> advertised_to(const Prefix& prefix) const;
  /// The same, path by path.
  std::vector<AdvertisedPath> advertised_paths(const Prefix& prefix) const;

  /// The routing table: BGP winners and the kernel's own, listing order.
  std::vector<RouteView> routes(Family family, std::optional<Prefix> after, std::size_t limit) const;
  /// Its prefixes alone.
  std::vector<Prefix> route_prefixes(Family family, std::optional<Prefix> after, std::size_t limit) const;
  std::vector<RouteView> routes_for(const Prefix& prefix) const;
  /// Longest match over the routing table.
  std::optional<Prefix> route_match(const IpAddress& address) const;

  /// The kernel's own routes, without our static ones; in no order.
  std::vector<KernelRoute> kernel_routes() const;

  /// As it was told of, with what was set since; also of a lost peer whose paths are kept.
  std::optional<PeerUp> peer(PeerHandle peer) const;
  PeerCounters counters(PeerHandle peer) const;
  std::vector<UpdateGroupView> update_groups(Family family) const;
  /// Of the group the peer is in.
  std::optional<ExportProfile> export_profile(PeerHandle peer, Family family) const;
  Totals totals() const;
  std::vector<NextHopView> next_hops(Family family) const;
  /// Of a path that destination() has just told; nothing for our own routes.
  std::optional<NextHopView> next_hop_of(const PathView& path) const;
  const Speaker& speaker() const;
  const History& history() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rib
