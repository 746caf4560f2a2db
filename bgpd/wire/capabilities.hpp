// Capabilities of the OPEN message, RFC 5492: what each side offers, as one value. Whether both offered it,
// and what follows from that, is the session's business (bgpd/session/negotiation).
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "bgpd/wire/byte_writer.hpp"
#include "bgpd/wire/notification.hpp"
#include "rib/as_path.hpp"
#include "rib/export_profile.hpp"
#include "rib/family.hpp"

namespace bgpd::wire {

enum class CapabilityCode : std::uint8_t {
  Multiprotocol = 1,              // RFC 4760
  RouteRefresh = 2,               // RFC 2918
  ExtendedNextHop = 5,            // RFC 8950
  ExtendedMessage = 6,            // RFC 8654
  Role = 9,                       // RFC 9234
  GracefulRestart = 64,           // RFC 4724, 8538
  FourOctetAs = 65,               // RFC 6793
  AddPath = 69,                   // RFC 7911
  EnhancedRouteRefresh = 70,      // RFC 7313
  LongLivedGracefulRestart = 71,  // RFC 9494
  Fqdn = 73,                      // draft-walton-bgp-hostname-capability
};

/// Code points of a family, known to kulan or not.
struct AfiSafi {
  std::uint16_t afi = 0;
  std::uint8_t safi = 0;
  AfiSafi() = default;
  AfiSafi(std::uint16_t a, std::uint8_t s) : afi(a), safi(s) {}
  AfiSafi(rib::Family family) : afi(static_cast<std::uint16_t>(rib::afi_of(family))), safi(1) {}
  std::optional<rib::Family> family() const { return rib::family_from(afi, safi); }
  bool operator==(const AfiSafi&) const = default;
};

/// IPv4 prefixes may come with next hops of another family. RFC 8950 §4.
struct ExtendedNextHop {
  AfiSafi nlri;
  std::uint16_t next_hop_afi = 0;
  bool operator==(const ExtendedNextHop&) const = default;
};

struct GracefulRestart {
  struct FamilyState {
    AfiSafi family;
    bool forwarding_preserved = false;  // the F bit
    bool operator==(const FamilyState&) const = default;
  };
  bool restarting = false;         // the R bit
  bool notification = false;       // the N bit, RFC 8538
  std::uint16_t restart_time = 0;  // seconds, 12 bits
  std::vector<FamilyState> families;
  bool operator==(const GracefulRestart&) const = default;
};

/// One family of the long-lived graceful restart capability. RFC 9494 §3.
struct LongLivedFamily {
  AfiSafi family;
  bool forwarding_preserved = false;
  std::uint32_t stale_time = 0;  // seconds, 24 bits
  bool operator==(const LongLivedFamily&) const = default;
};

/// RFC 7911 §4. Entries with a value other than these are ignored.
struct AddPathFamily {
  enum class Direction : std::uint8_t { Receive = 1, Send = 2, Both = 3 };
  AfiSafi family;
  Direction direction = Direction::Receive;
  bool receives() const { return direction != Direction::Send; }
  bool sends() const { return direction != Direction::Receive; }
  bool operator==(const AddPathFamily&) const = default;
};

using rib::Role;  // RFC 9234 §4.1, the sender's own

struct Fqdn {
  std::string host, domain;
  bool operator==(const Fqdn&) const = default;
};

struct UnknownCapability {
  std::uint8_t code = 0;
  std::vector<std::uint8_t> value;
  bool operator==(const UnknownCapability&) const = default;
};

struct Capabilities {
  std::vector<AfiSafi> multiprotocol;  // in the order received, no duplicates
  bool route_refresh = false;
  bool enhanced_route_refresh = false;
  bool extended_message = false;
  std::optional<rib::AsNumber> four_octet_as;
  std::vector<ExtendedNextHop> extended_next_hop;
  std::optional<std::uint8_t> role;  // a Role, or a number of the future
  std::optional<GracefulRestart> graceful_restart;
  std::optional<std::vector<LongLivedFamily>> long_lived;
  std::vector<AddPathFamily> add_path;
  std::optional<Fqdn> fqdn;
  std::vector<UnknownCapability> unknown;

  bool has(rib::Family family) const;
  bool operator==(const Capabilities&) const = default;
};

/// Adds the capabilities of one optional parameter (type 2) to `capabilities`.
///
/// Errors: OPEN Message Error, Unspecific, for a known capability of impossible length (RFC 4271 §6.2,
/// "recognized but malformed"); Role Mismatch for two different roles (RFC 9234 §4.2). A malformed FQDN is
/// not worth a session.
std::optional<Notification> decode_capabilities(Octets parameter, Capabilities& capabilities);

/// Writes all of them, each as code, length, value, in ascending order of code, unknown ones last.
/// One that exceeds 255 octets fails the writer.
void encode_capabilities(const Capabilities& capabilities, ByteWriter& writer);

std::string_view name_of(CapabilityCode code);  // "Multiprotocol Extensions"
std::string_view name_of(Role role);            // "provider"

}  // namespace bgpd::wire
