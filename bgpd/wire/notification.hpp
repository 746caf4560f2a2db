// NOTIFICATION: error codes and subcodes of every RFC kulan speaks, and the message itself. RFC 4271 §4.5,
// §6.
//
// A Notification is also how a decoder says "this session must end": it is the value to send before closing.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bgpd/wire/byte_reader.hpp"

namespace bgpd::wire {

enum class ErrorCode : std::uint8_t {
  MessageHeader = 1,
  OpenMessage = 2,
  UpdateMessage = 3,
  HoldTimerExpired = 4,
  FiniteStateMachine = 5,
  Cease = 6,
  RouteRefreshMessage = 7,   // RFC 7313 §5
  SendHoldTimerExpired = 8,  // RFC 9687 §4
};

inline constexpr std::uint8_t kUnspecific = 0;

enum class HeaderError : std::uint8_t {  // RFC 4271 §6.1
  ConnectionNotSynchronized = 1,
  BadMessageLength = 2,
  BadMessageType = 3,
};
enum class OpenError : std::uint8_t {  // RFC 4271 §6.2
  UnsupportedVersion = 1,
  BadPeerAs = 2,
  BadBgpIdentifier = 3,
  UnsupportedOptionalParameter = 4,
  UnacceptableHoldTime = 6,
  UnsupportedCapability = 7,  // RFC 5492 §5
  RoleMismatch = 11,          // RFC 9234 §4.2
};
enum class UpdateError : std::uint8_t {  // RFC 4271 §6.3
  MalformedAttributeList = 1,
  UnrecognizedWellKnownAttribute = 2,
  MissingWellKnownAttribute = 3,
  AttributeFlags = 4,
  AttributeLength = 5,
  InvalidOrigin = 6,
  InvalidNextHop = 8,
  OptionalAttribute = 9,
  InvalidNetworkField = 10,
  MalformedAsPath = 11,
};
enum class FsmError : std::uint8_t {  // RFC 6608: the state in which the message was not expected
  Unspecified = 0,
  InOpenSent = 1,
  InOpenConfirm = 2,
  InEstablished = 3,
};
enum class CeaseReason : std::uint8_t {  // RFC 4486, 8538, 9384
  MaximumPrefixesReached = 1,
  AdministrativeShutdown = 2,
  PeerDeconfigured = 3,
  AdministrativeReset = 4,
  ConnectionRejected = 5,
  OtherConfigurationChange = 6,
  ConnectionCollisionResolution = 7,
  OutOfResources = 8,
  HardReset = 9,
  BfdDown = 10,
};
enum class RouteRefreshError : std::uint8_t { InvalidMessageLength = 1 };  // RFC 7313 §5

struct Notification {
  ErrorCode code = ErrorCode::Cease;
  std::uint8_t subcode = kUnspecific;
  std::vector<std::uint8_t> data;

  Notification() = default;
  Notification(ErrorCode c, std::uint8_t s, Octets d = {}) : code(c), subcode(s), data(d.begin(), d.end()) {}
  Notification(HeaderError s, Octets d = {}) : Notification(ErrorCode::MessageHeader, to_octet(s), d) {}
  Notification(OpenError s, Octets d = {}) : Notification(ErrorCode::OpenMessage, to_octet(s), d) {}
  Notification(UpdateError s, Octets d = {}) : Notification(ErrorCode::UpdateMessage, to_octet(s), d) {}
  Notification(FsmError s, Octets d = {}) : Notification(ErrorCode::FiniteStateMachine, to_octet(s), d) {}
  Notification(CeaseReason s, Octets d = {}) : Notification(ErrorCode::Cease, to_octet(s), d) {}
  Notification(RouteRefreshError s, Octets d = {})
      : Notification(ErrorCode::RouteRefreshMessage, to_octet(s), d) {}

  bool operator==(const Notification&) const = default;

 private:
  template <typename Subcode>
  static constexpr std::uint8_t to_octet(Subcode s) {
    return static_cast<std::uint8_t>(s);
  }
};

/// Cease with a text for the other side's operator, cut to 255 octets at a character's end. RFC 9003 §2.
/// reason: AdministrativeShutdown or AdministrativeReset; with an empty text there is no data.
Notification cease_with_text(CeaseReason reason, std::string_view text);
/// The text of a shutdown or reset; nothing when there is none or it is not well-formed UTF-8. RFC 9003 §2.
/// Line ends and other control characters come out as spaces, so that a log line stays one line.
std::optional<std::string> shutdown_text(const Notification& notification);

/// `inner` wrapped in a Hard Reset, which ends graceful restart's retention. RFC 8538 §3.
Notification hard_reset(const Notification& inner);
/// The wrapped notification of a Hard Reset; nothing for any other or when it wraps none.
std::optional<Notification> hard_reset_reason(const Notification& notification);

/// Whether graceful restart with the N-bit negotiated keeps the routes after it. RFC 8538 §4.
bool is_hard_reset(const Notification& notification);

/// Decodes the body (after the header); at least 2 octets, which decode_header has seen to.
Notification decode_notification(Octets body);
/// The whole message; data beyond the message size of 4096 is cut.
std::vector<std::uint8_t> encode_notification(const Notification& notification);

std::string_view name_of(ErrorCode code);  // "UPDATE Message Error"; "Unknown" for codes of no RFC
/// "Cease/Administrative Shutdown"; unknown subcodes as numbers.
std::string describe(const Notification& notification);

}  // namespace bgpd::wire
