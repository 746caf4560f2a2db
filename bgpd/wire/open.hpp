// OPEN: version, AS, hold time, BGP Identifier and capabilities. RFC 4271 §4.2, RFC 9072 for long parameters.
#pragma once

#include "bgpd/wire/capabilities.hpp"
#include "bgpd/wire/header.hpp"
#include "rib/path_attributes.hpp"

namespace bgpd::wire {

inline constexpr std::uint8_t kBgpVersion = 4;

struct Open {
  std::uint16_t my_as = 0;  // AS_TRANS when the AS needs four octets, RFC 6793 §9
  std::uint16_t hold_time = 0;
  rib::BgpIdentifier identifier = 0;
  Capabilities capabilities;
  bool extended_parameters = false;  // to be encoded so although short ones would do, RFC 9072 §2

  /// The AS of the sender: the capability's, else the field's. RFC 6793 §4.1.
  rib::AsNumber as() const { return capabilities.four_octet_as.value_or(my_as); }
  /// Sets the field and the capability.
  void set_as(rib::AsNumber as);
  bool operator==(const Open&) const = default;
};

/// Decodes the body (after the header).
///
/// Checks what the message alone can tell: version, AS 0 (RFC 7607), hold time of 1 or 2 seconds, identifier
/// 0 (RFC 6286), parameters. Whether AS and identifier are the ones expected is the session's to judge.
/// Errors: RFC 4271 §6.2.
std::expected<Open, Notification> decode_open(Octets body);

/// The whole message; the extended form of RFC 9072 when it is wanted or the parameters exceed 255 octets.
/// Empty when they exceed the message, which no set of capabilities kulan sends comes near to.
std::vector<std::uint8_t> encode_open(const Open& open);

}  // namespace bgpd::wire
