// What a session needs to know of its neighbor and of ourselves: plain values made from the configuration or
// from discovery. bgpd/config makes them; bgpd/session compares old with new and decides whether a session
// must reset.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rib/messages.hpp"

namespace bgpd::session {

using namespace std::chrono_literals;

/// How long TCP waits for the acknowledgement of what it sent: RFC 9687's send hold time, also where no hold
/// time holds. The kernel counts the time of a closed window as well, so a shorter one ends slow readers.
inline constexpr std::chrono::milliseconds kUserTimeoutDefault = 8min;

/// Our side, common to all peers.
struct LocalSettings {
  rib::AsNumber as = 0;
  rib::BgpIdentifier identifier = 0;
  rib::AsNumber confederation_id = 0;                // RFC 5065: `as` is our member AS of it; 0: none
  std::vector<rib::AsNumber> confederation_peers{};  // the other member ASes, ascending
  std::string hostname;                              // FQDN capability (draft-walton), "" leaves it out
  std::uint16_t port = 179;                          // where we listen
  /// We have restarted and not chosen routes yet (the R bit); of these families the kernel still has what it
  /// had (the F bit). RFC 4724 §3. No reason to reset a session.
  bool is_restarting = false;
  rib::FamilySet forwarding_preserved{};
  bool operator==(const LocalSettings&) const = default;
};

/// RFC 4724 towards one peer, with the NOTIFICATIONs of RFC 8538 and the long lives of RFC 9494.
struct GracefulRestartSettings {
  enum class Mode : std::uint8_t {
    Disabled,
    Helper,     // we keep the routes of a peer that restarts
    Restarter,  // and it shall keep ours
  };
  Mode mode = Mode::Disabled;
  bool is_own_mode = false;                   // the neighbor has it itself, not from the instance; for `show`
  std::uint16_t restart_time = 120;           // seconds; how long the peer waits for us, 12 bits
  std::chrono::seconds stale_path_time{360};  // how long a peer that is back may take to announce all
  std::uint32_t long_lived_stale_time = 0;    // seconds, RFC 9494: what we ask for and at most grant; 0: none
  bool notification = true;                   // RFC 8538: NOTIFICATIONs do not end it
  bool hard_administrative_reset = true;      // ... `clear` does
  bool preserves_forwarding = false;          // `preserve-fw-state`: the F bit, whatever we know ourselves
  bool operator==(const GracefulRestartSettings&) const = default;
};

enum class PeerSource : std::uint8_t {
  Configured,
  Discovered,  // by the mesh
  Dynamic,     // it called from a listen range; goes with its session, or with the routes that outlast it
};

/// What a neighbor is sent in one family, beside policy and reflection.
struct ExportSettings {
  bool send_standard_communities = true, send_extended_communities = true, send_large_communities = true;
  rib::AddPathSelection add_path;  // RFC 7911; whether it is offered is negotiated, the rest is not
  bool as_override = false;
  rib::RemovePrivateAs remove_private_as = rib::RemovePrivateAs::No;
  bool as_path_unchanged = false, med_unchanged = false;
  std::string unsuppress_map;  // "": none

  bool offers_add_path() const { return add_path.kind != rib::AddPathSelection::Kind::None; }
  bool operator==(const ExportSettings&) const = default;
};

struct PeerSettings {
  rib::IpAddress address;             // of an interface peer: as heard on its link, :: before
  std::uint32_t interface_index = 0;  // zone of a link-local address; 0 otherwise
  std::string interface_name;         // of an interface peer: its name; the link need not be there
  std::string description;
  PeerSource source = PeerSource::Configured;
  /// The AS expected in the OPEN. Nothing: any AS but ours (`remote-as external`).
  std::optional<rib::AsNumber> remote_as;
  /// `remote-as auto`: any AS, ours too; `remote_as` is nothing. In a confederation: any AS of it.
  bool any_as = false;
  std::uint16_t port = 179;
  bool passive = false;                       // never connects
  bool shutdown = false;                      // administratively down
  std::string shutdown_message;               // RFC 9003
  std::chrono::seconds hold_time = 180s;      // proposed; 0 turns keepalives off
  std::chrono::seconds keepalive_time = 60s;  // at most a third of the negotiated hold time is used
  std::chrono::seconds connect_retry_time = 120s;
  std::chrono::seconds delay_open_time = 0s;  // RFC 4271 §8.2.1.3; 0: our OPEN does not wait
  std::chrono::milliseconds user_timeout = kUserTimeoutDefault;
  std::optional<rib::IpAddress> local_address;        // update-source
  std::string local_interface;                        // update-source by interface, resolved at each connect
  std::uint8_t ttl = 1;                               // external peers: 1 unless multihop; internal: 255
  std::uint8_t minimum_ttl = 0;                       // RFC 5082: 255 - hops + 1; 0 off
  std::string password;                               // RFC 2385
  rib::FamilySet families{rib::Family::Ipv4Unicast};  // offered
  GracefulRestartSettings graceful_restart;
  bool enforces_first_as = true;  // RFC 4271 §6.3: AS_PATH of an external peer begins with its AS
  std::string peer_group;         // for `show`, as the next
  std::optional<rib::Prefix> listen_range;

  /// What we are to this peer instead of LocalSettings::as; 0: that. `local-as` and its two switches.
  rib::AsNumber local_as = 0;
  bool local_as_no_prepend = false, local_as_replace_as = false;
  std::optional<rib::Role> local_role;       // RFC 9234, external peers only
  bool strict_role = false;                  // a peer without a role is refused
  bool offers_extended_next_hop = false;     // RFC 8950
  bool offers_capabilities = true;           // false: `dont-capability-negotiate`
  bool extends_open = false;                 // `extended-optional-parameters`, RFC 9072
  bool overrides_capabilities = false;       // our families hold, whatever the peer offers
  bool requires_equal_capabilities = false;  // `strict-capability-match`

  bool accepts_add_path[rib::kFamilyCount] = {true, true};  // RFC 7911: offered; `disable-addpath-rx`

  // Not part of the session, carried along for the routing engine: changing these never resets.
  bool is_route_reflector_client[rib::kFamilyCount] = {};
  rib::NextHopMode next_hop_mode[rib::kFamilyCount] = {};
  ExportSettings exports[rib::kFamilyCount];
  std::chrono::seconds advertisement_interval{};  // RFC 4271 §9.2.1.1, of announcements; 0: none
  bool default_originate[rib::kFamilyCount] = {};
  std::string default_originate_map[rib::kFamilyCount];
  rib::PolicyChain policy_out[rib::kFamilyCount];
  /// RFC 8212: no policy outbound, should the peer be external; what concerns inbound stands in `imports`.
  bool requires_policy_out[rib::kFamilyCount] = {};
  bool requires_policy = false;
  /// How long after too many prefixes of a family the session may come back; 0: not before it is cleared.
  std::chrono::minutes maximum_prefix_restart[rib::kFamilyCount] = {};
  rib::MeshGuard guard;
  rib::ImportProfile imports[rib::kFamilyCount];

  bool operator==(const PeerSettings&) const = default;
};

/// `bgp listen range`: who calls from `range` becomes a peer with these settings.
struct ListenRange {
  rib::Prefix range;
  PeerSettings settings;
  bool operator==(const ListenRange&) const = default;
};

}  // namespace bgpd::session
