// What goes into the routing engine and what comes out of it: plain values, no behaviour.
// Everything that may one day cross a thread is declared here and holds no reference to engine state.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rib/export_profile.hpp"
#include "rib/path_attributes.hpp"
#include "rib/prefix.hpp"

namespace rib {

/// Monotonic. The engine never reads a clock; every input carries the time.
using TimePoint = std::chrono::steady_clock::time_point;

/// As Path::learned has it.
inline std::uint32_t seconds_of(TimePoint time) {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

/// Names a peer that is (or was) Established. An old handle of a reused slot is recognised by its generation
/// and ignored.
struct PeerHandle {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;
  auto operator<=>(const PeerHandle&) const = default;
};

/// What the weights of equal-cost next hops are made of, draft-ietf-idr-link-bandwidth.
enum class BandwidthUse : std::uint8_t {
  Used,               // when all paths have the community; else all next hops weigh the same
  Ignored,            // `bgp bestpath bandwidth ignore`
  SkipMissing,        // paths without it get no traffic
  DefaultForMissing,  // paths without it get the least weight there is
};

/// What choice and routing table do differently in each family.
struct FamilyRules {
  std::uint8_t maximum_paths_external = 1, maximum_paths_internal = 1;
  bool equal_cluster_length = false;  // internal paths share traffic only when CLUSTER_LISTs are as long
  std::uint8_t distance_external = 20, distance_internal = 200, distance_local = 200;
  bool operator==(const FamilyRules&) const = default;
};

/// The speaker itself. A change is applied by Engine::set_speaker.
struct Speaker {
  AsNumber as = 0;
  BgpIdentifier identifier = 0;
  BgpIdentifier cluster_id = 0;   // 0: the identifier serves, RFC 4456 §7
  AsNumber confederation_id = 0;  // RFC 5065: `as` is then our member AS; 0: no confederation
  std::uint32_t default_local_pref = 100;
  bool always_compare_med = false;
  bool med_missing_as_worst = false;
  bool med_confederation = true;       // RFC 5065 §5.3: paths from inside the confederation compare MED
  bool compare_router_id = true;       // false: of equal external paths the older one stays
  bool ignore_as_path_length = false;  // `bgp bestpath as-path ignore`
  bool count_member_ases = false;      // `bgp bestpath as-path confed`: RFC 5065 §5.3 counts none
  bool multipath_relax = false;        // paths of equal length, not of equal AS_PATH, share traffic
  BandwidthUse link_bandwidth = BandwidthUse::Used;
  bool client_to_client_reflection = true;
  bool graceful_shutdown = false;     // RFC 8326: our routes shall be the last choice of everybody
  bool suppress_fib_pending = false;  // only what the kernel has acknowledged is told to peers
  bool reject_as_sets = false;        // routes with AS_SET or AS_CONFED_SET neither come in nor go out
  FamilyRules families[kFamilyCount] = {};
  /// What the paths of one peer may take in one family, each counted with its whole attribute set. Several
  /// full internet tables are below it; RFC 4486 §4, Out of Resources.
  std::uint64_t maximum_peer_octets = std::uint64_t{4} << 30;
  bool resolve_via_default = true;  // may a BGP next hop resolve through a default route?
  bool operator==(const Speaker&) const = default;
};

/// What a peer may send us in one family. Part of the session, not of any group.
struct ImportProfile {
  std::uint8_t allow_own_as = 0;        // allowas-in: occurrences of our AS that are tolerated
  bool allow_own_as_as_origin = false;  // allowas-in origin: any number, when the route began in our AS
  bool requires_policy = false;         // RFC 8212: external peer without import policy; nothing is accepted
  std::uint32_t weight = 0;             // of all its routes, before policy
  PolicyChain policy;
  std::uint32_t maximum_prefix = 0;            // 0: no limit
  std::uint8_t maximum_prefix_threshold = 75;  // percent of it that are told
  bool maximum_prefix_warning_only = false;
  bool maximum_prefix_counts_denied = false;  // `force`: what policy denies and what is looped counts, too
  AsNumber prepend_as = 0;         // `local-as` without no-prepend: put before what the peer sends; 0: none
  std::optional<Role> local_role;  // RFC 9234 §5: what OTC means in routes of this peer
  bool operator==(const ImportProfile&) const = default;
};

/// The managed mesh's guard over a peer, whatever the family; only applied when is_mesh_member.
struct MeshGuard {
  bool is_mesh_member = false;
  std::vector<Prefix> pools;    // accept only prefixes inside one of these (empty: any)
  std::vector<Prefix> refused;  // never a prefix that overlaps one of these (the node networks)
  bool operator==(const MeshGuard&) const = default;
};

/// A session reached Established.
struct PeerUp {
  IpAddress address;        // the peer's end
  IpAddress local_address;  // our end
  std::uint32_t interface_index =
      0;                           // of the session's link; gives link-local next hops their zone; 0 unknown
  std::string interface_name;      // of that link, "" unknown
  bool is_interface_peer = false;  // configured by that name
  AsNumber as = 0;
  BgpIdentifier identifier = 0;
  PeerType type = PeerType::Internal;
  bool is_confederation_peer = false;  // External, another member AS of our confederation, RFC 5065 §4
  AsNumber local_as = 0;               // what our OPEN to this peer said
  bool add_path_receive[kFamilyCount] = {};
  FamilySet families;  // negotiated
  MeshGuard guard;
  ImportProfile imports[kFamilyCount];
  std::optional<ExportProfile> exports[kFamilyCount];  // one per negotiated family
  std::string name;                                    // for logs and explain: "192.168.1.2"
};

/// One prefix of an UPDATE; `path_id` is 0 unless ADD-PATH (RFC 7911) was negotiated.
struct Nlri {
  Prefix prefix;
  std::uint32_t path_id = 0;
  bool operator==(const Nlri&) const = default;
};

/// A decoded and validated UPDATE of one family. Spans are borrowed for the call.
/// Treat-as-withdraw (RFC 7606) arrives as `withdrawn`.
struct Update {
  Family family = Family::Ipv4Unicast;
  std::span<const Nlri> withdrawn;
  const PathAttributes* attributes = nullptr;  // set when `announced` is not empty
  std::span<const Nlri> announced;
};

/// Why this speaker announces a prefix of its own; several may hold at once.
enum class LocalSource : std::uint8_t {
  Network = 1,              // `network P`
  AdvertisedInterface = 2,  // `advertise interface docker0`
  Redistributed = 4,        // `redistribute connected|kernel|static`
  Aggregated = 8,           // `aggregate-address P`
};

/// `redistribute … [metric N] [route-map M]`
struct RedistributionRule {
  std::optional<std::uint32_t> metric;  // MED; absent: the kernel's metric
  std::string route_map;
  bool operator==(const RedistributionRule&) const = default;
};

/// `aggregate-address P …`
struct AggregateRule {
  bool as_set = false;             // AS_PATH and communities of all that it stands for
  bool summary_only = false;       // what it stands for is not told
  bool matching_med_only = false;  // only while all have one MED
  std::optional<Origin> origin;    // absent: the least reliable one
  std::string route_map, suppress_map;
  bool operator==(const AggregateRule&) const = default;
};

/// A next hop as the kernel takes it.
struct NextHop {
  std::optional<IpAddress> gateway;  // nothing: directly connected
  std::uint32_t interface_index = 0;
  std::uint8_t weight = 1;
  bool onlink = false;
  bool operator==(const NextHop&) const = default;
};

enum class RouteSource : std::uint8_t { Connected, Kernel, Static, Bgp };
inline constexpr std::size_t kRouteSourceCount = 4;
enum class RouteType : std::uint8_t { Unicast, Blackhole, Unreachable, Prohibit };

/// What a source says about a prefix of ours.
struct LocalRoute {
  PathAttributes attributes;
  std::string route_map = {};                    // may change the attributes or deny the route; "": none
  std::string interface_name = {};               // of the kernel's route, for the route map
  RouteSource kernel_source = RouteSource::Bgp;  // where a redistributed one is from
  bool operator==(const LocalRoute&) const = default;
};

/// A route in the kernel that is not ours: what next hops resolve through and what BGP contends with.
struct KernelRoute {
  Prefix prefix;
  RouteSource source = RouteSource::Kernel;  // Connected: protocol `kernel`, scope link
  RouteType type = RouteType::Unicast;
  std::uint32_t metric = 0;
  std::uint8_t protocol = 0;  // rtnetlink's number, for `show`
  bool usable = true;         // some next hop's link is up
  std::vector<NextHop> next_hops;
  std::string interface_name = {};   // of the first next hop's link, for policy
  std::uint8_t static_distance = 0;  // of a static route of ours; 0: it is another's
  std::uint32_t tag = 0;             // likewise
  bool operator==(const KernelRoute&) const = default;
};

inline constexpr std::uint8_t kDistanceNotForUse = 255;  // such a route is known and never forwards

/// One line of `ip route P …`: a next hop, or a route without.
struct StaticNextHop {
  RouteType type = RouteType::Unicast;
  std::optional<IpAddress> gateway;
  /// `ip route P eth0`: a link that is up; 0: none was named, the gateway is looked up.
  std::uint32_t interface_index = 0;
  std::string interface_name = {};  // as written
  bool is_usable = true;            // false: that link is down or not there
  bool onlink = false;
  std::uint8_t distance = 1;
  std::uint32_t tag = 0;
  bool operator==(const StaticNextHop&) const = default;
};

/// What the kernel shall hold for one prefix. No route: nothing of ours.
struct FibRoute {
  RouteType type = RouteType::Unicast;
  std::vector<NextHop> next_hops;
  std::optional<IpAddress> source = {};  // preferred for packets of this host
  bool operator==(const FibRoute&) const = default;
};
struct FibChange {
  Prefix prefix;
  std::optional<FibRoute> route;
};
/// All that goes by `from` shall go by `to`: the one next hop behind it is reached otherwise now. A FibChange
/// for each prefix follows all the same; who can do it at once may.
struct FibMove {
  FibRoute from, to;
  bool operator==(const FibMove&) const = default;
};

/// The kernel's answer to one FibChange. error is 0 or an errno; text is the extended-ack message.
struct FibResult {
  Prefix prefix;
  bool installed = false;
  int error = 0;
  std::string text;
};

/// Something an operator should read once; the daemon logs it.
struct Notice {
  enum class Kind : std::uint8_t {
    DuplicateSubnet,  // prefix, peer: another node claims a subnet that is also claimed elsewhere
    DuplicateSubnetGone,
    MaximumPrefixReached,  // peer, value: the daemon closes the session with Cease/1
    MaximumMemoryReached,  // peer, value (MiB): ... with Cease/8
    MaximumPrefixWarning,
    MaximumPrefixThreshold,  // peer, value: that many percent of the limit are there
    GuardRefused,            // prefix, peer: the mesh guard refused it
    DuplicateIdentifier,     // peer: two peers, or a peer and we, have one BGP Identifier
  };
  Kind kind;
  Prefix prefix;
  std::optional<PeerHandle> peer;
  std::uint32_t value = 0;
  std::string text;  // who else, in words for a person
};

using GroupId = std::uint32_t;
using CohortId = std::uint32_t;

/// Who of an update group gets a message.
struct Audience {
  enum class Kind : std::uint8_t {
    Group,   // every member, except the peer `except` if set
    Only,    // the peer `only`
    Cohort,  // members that joined as `cohort` (their initial or repeated table), except `except`
  };
  static constexpr std::uint32_t kNobody = UINT32_MAX;
  Kind kind = Kind::Group;
  CohortId cohort = 0;
  std::uint32_t except = kNobody;  // PeerHandle::index
  std::uint32_t only = kNobody;    // PeerHandle::index
  bool operator==(const Audience&) const = default;
};

/// Whether a cohort's members take more of the table now.
enum class WalkDemand : std::uint8_t {
  Ready,
  Enough,  // all have much to read yet
  Nobody,  // none is left, or none kept up
};

/// Where the engine's results go; called synchronously from the engine's own calls, on its thread.
///
/// Messages of one group must reach each member in call order: announcements of a cohort's walk and of later
/// changes stand in one sequence, so order alone makes the last word right.
class Output {
 public:
  virtual ~Output() = default;

  virtual void group_opened(GroupId group, const ExportProfile& profile) = 0;
  virtual void group_closed(GroupId group) = 0;
  /// From here on the member reads the group's sequence, and those of `cohort`.
  virtual void member_joined(GroupId group, PeerHandle peer, CohortId cohort) = 0;
  virtual void member_left(GroupId group, PeerHandle peer) = 0;
  /// Like member_left of the one and member_joined of the other, but what `from` has said so far is still for
  /// the member: it stands before what `to` says from here on.
  virtual void member_moved(GroupId from, GroupId to, PeerHandle peer, CohortId cohort) = 0;

  virtual void withdraw(GroupId group, const Audience& audience, std::span<const Nlri> prefixes) = 0;
  /// `attributes` are ready to encode for this group; borrowed for the call.
  virtual void announce(GroupId group, const Audience& audience, const PathAttributes& attributes,
                        std::span<const Nlri> prefixes) = 0;
  /// The cohort's walk is complete: End-of-RIB (RFC 4724 §2) goes to its members.
  virtual void end_of_rib(GroupId group, CohortId cohort) = 0;
  /// The same for members that moved here and have had their End-of-RIB: no more will come for this cohort.
  virtual void cohort_done(GroupId group, CohortId cohort) = 0;
  /// Asked between the slices of the cohort's walk. While it is Enough the walk waits, unless others wait for
  /// its end, and Engine::has_work does not count it.
  virtual WalkDemand walk_demand(GroupId, CohortId) const { return WalkDemand::Ready; }

  virtual void fib_changes(std::span<const FibChange> changes) = 0;
  virtual void fib_moved(const FibMove&) {}
  virtual void notice(const Notice& notice) = 0;
};

}  // namespace rib
