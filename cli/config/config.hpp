// The configuration as a value: what the file says, after defaults. Compared by operator==, acted on by
// bgpd/config/differences. Defaults are written here and nowhere else.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rib/export_profile.hpp"
#include "rib/ip_address.hpp"
#include "rib/messages.hpp"
#include "rib/path_attributes.hpp"
#include "rib/policy/policy.hpp"
#include "rib/prefix.hpp"

namespace cli {

/// "remote-as 64512", "remote-as internal", "remote-as external", or "remote-as auto": the peer's OPEN tells.
struct RemoteAs {
  enum class Kind : std::uint8_t { Number, Internal, External, Auto };
  Kind kind = Kind::Number;
  rib::AsNumber number = 0;
  bool operator==(const RemoteAs&) const = default;
};

/// What stands between us and a neighbor in one direction: names of what `rib/policy` knows.
struct NeighborPolicy {
  std::optional<std::string> distribute_list;  // access list
  std::optional<std::string> prefix_list;
  std::optional<std::string> filter_list;  // AS path access list
  std::optional<std::string> route_map;
  /// As policy is asked; of a resolved neighbor.
  rib::PolicyChain chain() const {
    return {distribute_list.value_or(""), prefix_list.value_or(""), filter_list.value_or(""),
            route_map.value_or("")};
  }
  bool operator==(const NeighborPolicy&) const = default;
};

/// `allowas-in [N|origin]`
struct AllowOwnAs {
  std::uint8_t count = 0;  // occurrences of our AS
  bool as_origin = false;  // any number, when the route began in our AS
  bool operator==(const AllowOwnAs&) const = default;
};

/// `maximum-prefix N [threshold] [warning-only|restart M] [force]`
struct MaximumPrefix {
  std::uint32_t number = 0;           // 0: no limit
  std::uint8_t threshold = 75;        // percent that are told
  bool warning_only = false;          // the session goes on
  std::uint16_t restart_minutes = 0;  // 0: the session stays down until it is cleared
  bool counts_denied = false;         // `force`: routes that policy denies count
  bool operator==(const MaximumPrefix&) const = default;
};

/// `neighbor X local-as N [no-prepend [replace-as]]`
struct LocalAs {
  rib::AsNumber as = 0;
  bool no_prepend = false;  // what the neighbor sends stays without it
  bool replace_as = false;  // what it is sent has it instead of our AS, not before it
  bool operator==(const LocalAs&) const = default;
};

/// `neighbor X local-role … [strict-mode]`, RFC 9234.
struct LocalRole {
  rib::Role role = rib::Role::Peer;
  bool strict = false;  // a neighbor without a role is refused
  bool operator==(const LocalRole&) const = default;
};

/// `bgp graceful-restart …` and `neighbor X graceful-restart…`, RFC 4724. FRR's modes and default.
enum class GracefulRestartMode : std::uint8_t { Disabled, Helper, Restarter };

/// What holds for all neighbors.
struct GracefulRestart {
  GracefulRestartMode mode = GracefulRestartMode::Helper;
  std::uint16_t restart_seconds = 120;       // that the neighbors wait for us
  std::uint16_t stalepath_seconds = 360;     // for the table of one that is back
  std::uint16_t select_defer_seconds = 360;  // for the neighbors' tables when we are back
  std::uint16_t rib_stale_seconds = 500;     // that the kernel keeps routes of our former life
  std::uint32_t long_lived_seconds = 0;      // RFC 9494: after the restart time, at most; 0: nothing stays
  bool preserve_forwarding = false;          // the F bit, whatever we know
  bool notification = true;                  // RFC 8538
  bool hard_administrative_reset = true;     // RFC 8538: `clear` ends it
  bool operator==(const GracefulRestart&) const = default;
};

/// Per neighbor and family. Absent members inherit: neighbor, then its peer group, then the default beside.
struct NeighborFamily {
  std::optional<bool> activate;                   // IPv4: `bgp default ipv4-unicast` (true); IPv6: false
  std::optional<bool> route_reflector_client;     // false
  std::optional<rib::NextHopMode> next_hop_mode;  // Standard
  std::optional<AllowOwnAs> allow_own_as;         // none
  std::optional<std::uint32_t> weight;            // 0
  std::optional<MaximumPrefix> maximum_prefix;    // none
  std::optional<bool> soft_reconfiguration;       // accepted, always on
  std::optional<bool> send_standard, send_extended, send_large;  // communities: true
  std::optional<bool> default_originate;                         // false
  std::optional<std::string> default_originate_map;              // "": always; belongs to the line above
  NeighborPolicy policy_in, policy_out;                          // none
  std::optional<std::string> unsuppress_map;                     // none
  std::optional<rib::AddPathSelection> add_path;                 // none: the best path only
  std::optional<bool> disable_add_path_receive;                  // false
  std::optional<bool> as_override;                               // false
  std::optional<rib::RemovePrivateAs> remove_private_as;         // No
  std::optional<bool> as_path_unchanged, med_unchanged;          // attribute-unchanged: false
  bool operator==(const NeighborFamily&) const = default;
};

/// `neighbor X …`: an address, or the name of a peer group. Absent members inherit as above.
struct Neighbor {
  std::optional<RemoteAs> remote_as;
  std::optional<std::string> peer_group;
  std::optional<std::string> description;
  std::optional<bool> passive;
  std::optional<bool> shutdown;
  std::optional<std::string> shutdown_message;                   // RFC 9003
  std::optional<std::uint16_t> port;                             // 179
  std::optional<std::string> update_source;                      // address or interface name
  std::optional<std::uint8_t> ebgp_multihop;                     // TTL; 1
  std::optional<std::uint8_t> ttl_security_hops;                 // RFC 5082
  std::optional<std::string> password;                           // RFC 2385
  std::optional<std::uint16_t> keepalive_seconds, hold_seconds;  // Bgp's
  std::optional<std::uint16_t> connect_retry_seconds;            // Bgp's
  std::optional<std::uint16_t> advertisement_interval;           // seconds; 0
  std::optional<std::uint32_t> user_timeout;                     // milliseconds; 8 minutes
  std::optional<bool> disable_connected_check;                   // false
  std::optional<bool> enforce_first_as;                          // true
  std::optional<GracefulRestartMode> graceful_restart;           // Bgp's
  std::optional<LocalAs> local_as;                               // none: Bgp's
  std::optional<LocalRole> local_role;                           // none
  std::optional<bool> capability_dynamic;                        // accepted, without effect
  std::optional<bool> capability_extended_nexthop;               // RFC 8950; link-local neighbors: true
  std::optional<bool> dont_capability_negotiate;                 // false
  std::optional<bool> extended_optional_parameters;              // false
  std::optional<bool> override_capability;                       // false
  std::optional<bool> strict_capability_match;                   // false
  std::optional<std::uint16_t> delay_open_seconds;               // DelayOpenTime, RFC 4271 §8; 0: off
  bool v6_only = false;  // of an interface neighbor: `neighbor eth0 interface v6only`
  NeighborFamily families[rib::kFamilyCount];
  bool operator==(const Neighbor&) const = default;
};

/// `network P [route-map M] [backdoor]` under an address family.
struct Network {
  std::optional<std::string> route_map;
  bool is_backdoor = false;  // not announced: another protocol's route is better than an external neighbor's
  bool operator==(const Network&) const = default;
};

/// `discovery …`: the managed mesh's source of peers.
struct Discovery {
  bool multicast = false;               // `discovery multicast`
  std::vector<std::string> interfaces;  // `discovery interface PATTERN`; empty: the uplinks
  std::uint16_t port = 7179;            // UDP; `discovery port N`
  std::vector<rib::Prefix> pools;       // `discovery pool P`; empty: RFC 1918 and fd00::/8
  std::uint32_t maximum_prefix = 64;    // `discovery maximum-prefix N`: per node and family
  bool operator==(const Discovery&) const = default;
};

struct Bgp {
  rib::AsNumber as = 0;
  std::optional<rib::BgpIdentifier> router_id;  // absent: kept in the state directory
  std::optional<rib::BgpIdentifier> cluster_id;
  std::uint16_t keepalive_seconds = 60, hold_seconds = 180;
  std::uint16_t connect_retry_seconds = 120;
  bool default_ipv4_unicast = true;
  bool ebgp_requires_policy = true;  // RFC 8212
  bool log_neighbor_changes = true;
  GracefulRestart graceful_restart;
  bool network_import_check = false;
  bool suppress_fib_pending = false;
  bool always_compare_med = false, med_missing_as_worst = false, deterministic_med = true;
  bool compare_router_id = true;  // decision 0006
  bool med_confederation = true, ignore_as_path_length = false, count_member_ases = false;
  bool multipath_relax = false;
  rib::BandwidthUse link_bandwidth = rib::BandwidthUse::Used;
  std::array<rib::FamilyRules, rib::kFamilyCount> family_rules;  // maximum-paths, distance
  bool client_to_client_reflection = true;
  bool graceful_shutdown = false;  // RFC 8326
  bool reject_as_sets = false;     // RFC 6472
  std::uint32_t default_local_preference = 100;
  std::optional<rib::AsNumber> confederation_id;  // RFC 5065
  std::set<rib::AsNumber> confederation_peers;    // the other member ASes
  std::map<std::string, Neighbor> peer_groups;
  std::map<rib::IpAddress, Neighbor> neighbors;
  std::map<std::string, Neighbor> interface_neighbors;  // `neighbor eth0 interface …`: who is on that link
  std::map<rib::Prefix, std::string> listen_ranges;     // `bgp listen range P peer-group G`
  std::uint16_t listen_limit = 100;                     // `bgp listen limit N`: neighbors out of ranges
  std::map<rib::Prefix, Network> networks;
  std::array<std::map<rib::RouteSource, rib::RedistributionRule>, rib::kFamilyCount> redistributed;
  std::map<rib::Prefix, rib::AggregateRule> aggregates;
  std::vector<std::string> advertised_interfaces;  // `advertise interface docker0 br-*`: patterns, in order
  Discovery discovery;
  bool operator==(const Bgp&) const = default;
};

/// `ip route P …`: what stands behind the prefix names the line, what follows is about it.
struct StaticNextHop {
  enum class Discard : std::uint8_t { No, Null0, Blackhole, Reject };  // the first two are one
  Discard discard = Discard::No;
  std::optional<rib::IpAddress> gateway;
  std::string interface_name;
  auto operator<=>(const StaticNextHop&) const = default;
};
struct StaticRoute {
  std::uint8_t distance = 1;
  std::uint32_t tag = 0;  // 0: none
  bool onlink = false;    // the gateway is on the link, whatever the addresses say
  bool operator==(const StaticRoute&) const = default;
};

using StaticLines = std::map<rib::Prefix, std::map<StaticNextHop, StaticRoute>>;

/// Which table `ip route` lines are for: the daemon's own, another by number (`table N`), or a VRF's.
struct StaticPlace {
  std::uint32_t table = 0;  // 0: not said
  std::string vrf;          // "": not said
  bool is_own() const { return table == 0 && vrf.empty(); }
  auto operator<=>(const StaticPlace&) const = default;
};

/// What `debug …` may tell of, in FRR's words and order.
enum class DebugTopic : std::uint8_t {
  BestPath,
  Keepalives,
  NeighborEvents,
  NextHops,
  UpdatesIn,
  UpdatesOut,
  UpdatesOfPrefix,  // both ways
  BgpZebra,         // from BGP to the kernel's table
  ZebraEvents,      // links and addresses
  ZebraKernel,      // what is written, the kernel's answers, others' routes
  ZebraNextHops,
  ZebraRib,
};

/// One line `debug …`.
struct DebugSwitch {
  DebugTopic topic = DebugTopic::BestPath;
  std::string neighbor = {};               // its address or interface; "": all
  std::optional<rib::Prefix> prefix = {};  // absent: all
  auto operator<=>(const DebugSwitch&) const = default;
};
using DebugSwitches = std::set<DebugSwitch>;

/// The line without "debug ": "bgp updates in 192.168.1.2".
std::string to_text(const DebugSwitch& debug);
/// What is told with it, as `show debugging` says it: "BGP updates debugging is on (inbound) for
/// 192.168.1.2".
std::string describe(const DebugSwitch& debug);

struct Config {
  std::optional<std::string> hostname;
  std::optional<Bgp> bgp;
  Bgp initial_bgp;             // what `router bgp` starts from: `frr defaults`, `frr version`; never written
  bool ip_forwarding = false;  // `ip forwarding`: turn it on; absent: leave it as it is
  bool ipv6_forwarding = false;
  bool resolve_via_default = true;                   // `ip nht resolve-via-default`
  std::uint32_t fib_metric = 20;                     // `fib metric N`: priority of our kernel routes
  std::uint32_t fib_table = 254;                     // `fib table N`
  std::string fib_vrf;                               // `fib vrf NAME`: this daemon lives in it; "": in none
  bool fib_next_hop_objects = false;                 // `fib nexthop-objects`
  std::uint32_t fib_audit_seconds = 30;              // `fib audit interval N`; 0: only when asked
  std::uint32_t history_mib = 16;                    // `history size N`; 0: no history
  std::optional<std::uint32_t> io_threads;           // `io-threads N`; absent: as many as suit the machine
  std::map<StaticPlace, StaticLines> static_routes;  // `ip route`, `ipv6 route`; none is empty
  std::array<std::string, rib::kFamilyCount> install_maps;  // `ip protocol bgp route-map NAME`; "": none
  std::optional<std::string> log_file, log_level;
  std::map<std::string, std::string> log_levels;  // `log level SUBSYSTEM LEVEL`
  DebugSwitches debug;                            // `debug …`
  rib::PolicyDefinitions policy;                  // prefix lists, route maps and their like
  /// Lines of other daemons' files that kulan does not have: kept in order with the block they stood in,
  /// warned about once, written back.
  struct UnknownLine {
    std::string block;  // "" or e.g. "router bgp 64512"
    std::string text;
    bool operator==(const UnknownLine&) const = default;
  };
  std::vector<UnknownLine> unknown_lines;
  bool operator==(const Config&) const = default;
};

/// The built-in configuration of a node without a file: a member of the managed mesh. As text it is what
/// `show running-config` prints and `write memory` writes.
Config built_in_config();
inline constexpr rib::AsNumber kMeshAs = 4200007179;  // private, RFC 6996; one for all nodes: iBGP

/// A neighbor's settings with peer group and instance defaults filled in. `name` is for errors only.
/// remote_as may still be absent (the neighbor is then not usable).
Neighbor resolved(const Bgp& bgp, const Neighbor& neighbor);

/// The policy as it is asked. A clause with a kept line that begins with `match` never holds: what it would
/// say is not known, and a filter must not let more pass than the operator wrote.
rib::PolicyDefinitions policy_in_force(const Config& config);

/// Forgets what neighbors and groups have explicitly off where nothing would mean off too (`no neighbor X
/// passive` of a neighbor that never was). The meaning stays; the text becomes the shortest.
void drop_redundant(Bgp& bgp);

}  // namespace cli
