// From what both sides say in their OPENs to what holds in the session. Pure. RFC 4271 §4.2, §6.2; RFC 5492.
#pragma once

#include <chrono>
#include <expected>
#include <optional>

#include "bgpd/session/settings.hpp"
#include "bgpd/wire/decode_context.hpp"
#include "bgpd/wire/open.hpp"

namespace bgpd::session {

/// What a session agreed on. Fixed from OpenConfirm until it ends.
struct Negotiated {
  rib::AsNumber peer_as = 0;
  rib::BgpIdentifier peer_identifier = 0;
  rib::PeerType peer_type = rib::PeerType::Internal;
  bool is_confederation_peer = false;   // External, another member AS of our confederation, RFC 5065 §4
  rib::AsNumber local_as = 0;           // what our OPEN said
  std::optional<rib::Role> local_role;  // RFC 9234: ours, while the session is between two ASes

  std::chrono::seconds hold_time{};  // zero: no HoldTimer and no KEEPALIVEs
  std::chrono::seconds keepalive_interval{};
  rib::FamilySet families;
  bool four_octet_as = false;                     // RFC 6793
  bool route_refresh = false;                     // RFC 2918
  bool enhanced_route_refresh = false;            // RFC 7313
  bool extended_message = false;                  // RFC 8654
  bool extended_next_hop = false;                 // RFC 8950, IPv4 prefixes with IPv6 next hops
  bool add_path_receive[rib::kFamilyCount] = {};  // RFC 7911: prefixes come with path ids
  bool add_path_send[rib::kFamilyCount] = {};
  /// What the peer said, when both sides have the capability. RFC 4724.
  std::optional<wire::GracefulRestart> peer_graceful_restart;
  bool graceful_notification = false;  // RFC 8538 §2: both sides set the N bit
  bool peer_long_lived = false;        // RFC 9494 §3.1: the peer has the capability, beside graceful restart
  /// How long the peer's routes stay when its restart time is over: what it asks for, at most what we grant.
  std::chrono::seconds long_lived_stale_time[rib::kFamilyCount] = {};
  rib::FamilySet long_lived_preserved;  // the F bit in that capability

  wire::Open advertised, received;  // as sent, for `show bgp neighbors`

  std::uint16_t maximum_message_size() const {
    return extended_message ? wire::kMaximumExtendedMessageSize : wire::kMaximumMessageSize;
  }
  /// How UPDATEs of this session are read.
  wire::DecodeContext decode_context() const;
};

/// The AS that we are to this neighbor: `local-as`, the confederation towards those outside of it, else ours.
/// RFC 5065 §4.
rib::AsNumber local_as_for(const LocalSettings& local, const PeerSettings& peer);
/// Whether an AS is another member of our confederation.
bool is_confederation_member(const LocalSettings& local, rib::AsNumber as);
/// `remote-as external` is any AS but ours, and none that would have got another AS of ours in the OPEN. Nor
/// is that taken with `remote-as auto`: within a confederation our OPEN says the member AS, which stays
/// inside.
bool is_expected_as(const LocalSettings& local, const PeerSettings& peer, rib::AsNumber as);

/// Our OPEN to this neighbor.
wire::Open make_open(const LocalSettings& local, const PeerSettings& peer);

/// RFC 8950 §4: IPv4 unicast with IPv6 next hops.
bool offers_ipv6_next_hop_for_ipv4(const wire::Open& open);

/// Is the OPEN the expected neighbor's? Version, hold time and identifier 0 were checked by decode_open.
/// Errors: RFC 4271 §6.2 – Bad Peer AS; Bad BGP Identifier when an internal peer has ours (RFC 6286 §2.2);
/// Unsupported Capability when no family is common, with ours as data (RFC 5492 §5); Role Mismatch (RFC 9234
/// §4.2).
/// A capability that kulan does not know is never an error.
std::expected<Negotiated, wire::Notification> negotiate(const LocalSettings& local, const PeerSettings& peer,
                                                        const wire::Open& advertised,
                                                        const wire::Open& received);

/// RFC 4271 §6.8, RFC 6286 §2.3: of two connections between us and a peer, which stays?
/// True: the one we opened; false: the one they opened. `advertised`: our OPEN, `received`: theirs.
bool ours_survives_collision(const wire::Open& advertised, const wire::Open& received);

}  // namespace bgpd::session
