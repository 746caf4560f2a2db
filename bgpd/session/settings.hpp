// What a session needs to know of its neighbor and of ourselves: plain values made from the configuration or
// from discovery. bgpd/config makes them; bgpd/session compares old with new and decides whether a session
// must reset.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "rib/messages.hpp"

namespace bgpd::session {

using namespace std::chrono_literals;

/// Our side, common to all peers.
struct LocalSettings {
  rib::AsNumber as = 0;
  rib::BgpIdentifier identifier = 0;
  std::string hostname;      // FQDN capability (draft-walton), "" leaves it out
  std::uint16_t port = 179;  // where we listen
  bool operator==(const LocalSettings&) const = default;
};

enum class PeerSource : std::uint8_t { Configured, Discovered };

/// What a neighbor is sent in one family, beside policy and reflection.
struct ExportSettings {
  bool send_standard_communities = true, send_extended_communities = true, send_large_communities = true;
  rib::AddPathSelection add_path;  // RFC 7911; whether it is offered is negotiated, the rest is not
  bool as_override = false;
  rib::RemovePrivateAs remove_private_as = rib::RemovePrivateAs::No;
  bool as_path_unchanged = false, med_unchanged = false;

  bool offers_add_path() const { return add_path.kind != rib::AddPathSelection::Kind::None; }
  bool operator==(const ExportSettings&) const = default;
};

struct PeerSettings {
  rib::IpAddress address;
  std::uint32_t interface_index = 0;  // zone of a link-local address; 0 otherwise
  std::string description;
  PeerSource source = PeerSource::Configured;
  /// The AS expected in the OPEN. Nothing: any AS but ours (`remote-as external`).
  std::optional<rib::AsNumber> remote_as;
  std::uint16_t port = 179;
  bool passive = false;                       // never connects
  bool shutdown = false;                      // administratively down
  std::string shutdown_message;               // RFC 9003
  std::chrono::seconds hold_time = 180s;      // proposed; 0 turns keepalives off
  std::chrono::seconds keepalive_time = 60s;  // at most a third of the negotiated hold time is used
  std::chrono::seconds connect_retry_time = 120s;
  std::optional<rib::IpAddress> local_address;        // update-source
  std::string local_interface;                        // update-source by interface, resolved at each connect
  std::uint8_t ttl = 1;                               // external peers: 1 unless multihop; internal: 255
  std::uint8_t minimum_ttl = 0;                       // RFC 5082: 255 - hops + 1; 0 off
  std::string password;                               // RFC 2385
  rib::FamilySet families{rib::Family::Ipv4Unicast};  // offered
  bool graceful_restart = false;
  bool enforces_first_as = true;  // RFC 4271 §6.3: AS_PATH of an external peer begins with its AS

  bool accepts_add_path[rib::kFamilyCount] = {true, true};  // RFC 7911: offered; `disable-addpath-rx`

  // Not part of the session, carried along for the routing engine: changing these never resets.
  bool is_route_reflector_client[rib::kFamilyCount] = {};
  rib::NextHopMode next_hop_mode[rib::kFamilyCount] = {};
  ExportSettings exports[rib::kFamilyCount];
  bool default_originate[rib::kFamilyCount] = {};
  rib::PolicyChain policy_out[rib::kFamilyCount];
  /// RFC 8212: an external peer and no policy outbound; what concerns inbound stands in `imports`.
  bool requires_policy_out[rib::kFamilyCount] = {};
  bool requires_policy = false;
  /// How long after too many prefixes of a family the session may come back; 0: not before it is cleared.
  std::chrono::minutes maximum_prefix_restart[rib::kFamilyCount] = {};
  rib::MeshGuard guard;
  rib::ImportProfile imports[rib::kFamilyCount];

  bool operator==(const PeerSettings&) const = default;
};

}  // namespace bgpd::session
