// Everything about a peer that may change what it is sent in one family: the key of its update group.
// The exporter sees nothing else of a peer, so a knob that matters must be a member here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "rib/as_path.hpp"
#include "rib/policy/policy.hpp"
#include "rib/prefix.hpp"

namespace rib {

enum class PeerType : std::uint8_t { Internal, External };

/// What we are to an external peer. RFC 9234 §4.1; the values are those of the capability.
enum class Role : std::uint8_t {
  Provider = 0,
  RouteServer = 1,
  RouteServerClient = 2,
  Customer = 3,
  Peer = 4
};

enum class NextHopMode : std::uint8_t {
  Standard,   // RFC 4271 §5.1.3: own address to external peers (third party allowed), unchanged to internal
              // ones
  Self,       // next-hop-self: own address for routes learned from external peers and own routes
  SelfForce,  // next-hop-self force: for reflected routes too
  Unchanged,  // next-hop-unchanged
};

/// Which paths of a destination a peer gets that takes several, RFC 7911.
struct AddPathSelection {
  enum class Kind : std::uint8_t {
    None,   // one path: the best
    All,    // addpath-tx-all-paths
    Best,   // addpath-tx-best-selected: the first `count` in the order of the decision process
    PerAs,  // addpath-tx-bestpath-per-AS: the best of each neighbor AS
  };
  Kind kind = Kind::None;
  std::uint8_t count = 0;
  bool operator==(const AddPathSelection&) const = default;
};

/// `remove-private-AS [all] [replace-AS]`, towards external peers.
enum class RemovePrivateAs : std::uint8_t {
  No,
  OfPrivatePaths,  // only when nothing but private ASes is in the path
  OfPrivatePathsReplaced,
  All,
  AllReplaced,  // our own AS stands where they were, so that the length stays
};

/// What a neighbor's lines change about AS_PATH and MED beyond what RFC 4271 asks for.
struct PathRewriting {
  AsNumber overridden_as = 0;  // as-override: the peer's own, which becomes ours; 0: off
  RemovePrivateAs remove_private_as = RemovePrivateAs::No;
  AsNumber kept_private_as = 0;    // ... but not the peer's own, or it would not find its loop
  bool as_path_unchanged = false;  // attribute-unchanged: not even our own AS
  bool med_unchanged = false;
  bool operator==(const PathRewriting&) const = default;
};

struct ExportProfile {
  Family family = Family::Ipv4Unicast;
  PeerType type = PeerType::Internal;
  AsNumber local_as = 0;  // prepended towards external peers; to those of a confederation our member AS
  AsNumber inner_as = 0;  // `local-as` without replace-as: our real AS, which stands behind it; 0: none
  bool is_confederation_peer = false;  // External, another member AS of our confederation, RFC 5065 §4
  std::optional<Role> local_role;      // RFC 9234 §5: what OTC does to routes that we send
  bool is_route_reflector_client = false;
  NextHopMode next_hop_mode = NextHopMode::Standard;
  IpAddress local_address;                    // next hop "self" in this family (IPv6: global or the only one)
  std::optional<IpAddress> local_link_local;  // sent beside it when the peer shares the link, RFC 2545 §3
  std::optional<Prefix> shared_subnet;  // the link's subnet when the peer is on it: third-party next hops
  bool requires_policy = false;         // RFC 8212: external peer without export policy; nothing is sent
  bool send_standard_communities = true;
  bool send_extended_communities = true;
  bool send_large_communities = true;
  bool takes_long_lived_stale = false;  // RFC 9494 §4.3: the peer has the capability
  bool default_originate = false;
  std::string default_originate_map;  // ... only while this route map permits some route; "": always
  AddPathSelection add_path;          // when add_path_send
  PathRewriting rewriting;
  /// MinRouteAdvertisementIntervalTimer, RFC 4271 §9.2.1.1: announcements are at least so far apart;
  /// withdraws never wait. 0: off.
  std::chrono::seconds advertisement_interval{};
  PolicyChain policy;
  std::string unsuppress_map;  // what an aggregate stands for passes by this route map instead of policy's
  /// `policy`, as it is for what an aggregate stands for.
  PolicyChain suppressed_policy() const {
    auto chain = policy;
    chain.route_map = unsuppress_map;
    return chain;
  }
  /// The peer, when `policy` asks who it is (Policies::depends_on_peer): the engine sets it.
  std::optional<IpAddress> policy_peer;
  std::string policy_peer_interface;  // likewise, of an interface peer

  // How messages are encoded; peers that differ here cannot share bytes.
  bool four_octet_as = true;                  // RFC 6793
  bool extended_next_hop = false;             // RFC 8950
  bool add_path_send = false;                 // RFC 7911
  std::uint16_t maximum_message_size = 4096;  // RFC 8654: 65535

  bool operator==(const ExportProfile&) const = default;
};

}  // namespace rib
