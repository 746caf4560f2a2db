#include "bgpd/wire/notification.hpp"

#include <algorithm>
#include <array>

#include "bgpd/wire/header.hpp"

namespace bgpd::wire {
namespace {

constexpr std::size_t kMaximumText = 255;  // RFC 9003 §2

bool carries_text(const Notification& n) {
  return n.code == ErrorCode::Cease &&
         (n.subcode == static_cast<std::uint8_t>(CeaseReason::AdministrativeShutdown) ||
          n.subcode == static_cast<std::uint8_t>(CeaseReason::AdministrativeReset));
}

bool is_continuation(std::uint8_t octet) { return (octet & 0xc0) == 0x80; }

/// Octets of the UTF-8 character at the front, 0 when it is none: overlong forms, surrogates and values
/// beyond U+10FFFF are none. RFC 3629 §4.
std::size_t character_size(Octets text) {
  const auto first = text[0];
  if (first < 0x80) return 1;
  std::size_t size = 0;
  std::uint8_t low = 0x80, high = 0xbf;  // bounds of the second octet
  if (first >= 0xc2 && first <= 0xdf) size = 2;
  if (first >= 0xe0 && first <= 0xef) size = 3;
  if (first >= 0xf0 && first <= 0xf4) size = 4;
  if (first == 0xe0) low = 0xa0;
  if (first == 0xed) high = 0x9f;
  if (first == 0xf0) low = 0x90;
  if (first == 0xf4) high = 0x8f;
  if (size == 0 || size > text.size() || text[1] < low || text[1] > high) return 0;
  return std::ranges::all_of(text.subspan(2, size - 2), is_continuation) ? size : 0;
}

bool is_utf8(Octets text) {
  while (!text.empty()) {
    const auto size = character_size(text);
    if (size == 0) return false;
    text = text.subspan(size);
  }
  return true;
}

struct SubcodeName {
  ErrorCode code;
  std::uint8_t subcode;
  std::string_view name;
};
template <typename Subcode>
constexpr SubcodeName row(ErrorCode code, Subcode subcode, std::string_view name) {
  return {code, static_cast<std::uint8_t>(subcode), name};
}

constexpr SubcodeName kSubcodeNames[] = {
    row(ErrorCode::MessageHeader, HeaderError::ConnectionNotSynchronized, "Connection Not Synchronized"),
    row(ErrorCode::MessageHeader, HeaderError::BadMessageLength, "Bad Message Length"),
    row(ErrorCode::MessageHeader, HeaderError::BadMessageType, "Bad Message Type"),
    row(ErrorCode::OpenMessage, OpenError::UnsupportedVersion, "Unsupported Version Number"),
    row(ErrorCode::OpenMessage, OpenError::BadPeerAs, "Bad Peer AS"),
    row(ErrorCode::OpenMessage, OpenError::BadBgpIdentifier, "Bad BGP Identifier"),
    row(ErrorCode::OpenMessage, OpenError::UnsupportedOptionalParameter, "Unsupported Optional Parameter"),
    row(ErrorCode::OpenMessage, OpenError::UnacceptableHoldTime, "Unacceptable Hold Time"),
    row(ErrorCode::OpenMessage, OpenError::UnsupportedCapability, "Unsupported Capability"),
    row(ErrorCode::OpenMessage, OpenError::RoleMismatch, "Role Mismatch"),
    row(ErrorCode::UpdateMessage, UpdateError::MalformedAttributeList, "Malformed Attribute List"),
    row(ErrorCode::UpdateMessage, UpdateError::UnrecognizedWellKnownAttribute,
        "Unrecognized Well-known Attribute"),
    row(ErrorCode::UpdateMessage, UpdateError::MissingWellKnownAttribute, "Missing Well-known Attribute"),
    row(ErrorCode::UpdateMessage, UpdateError::AttributeFlags, "Attribute Flags Error"),
    row(ErrorCode::UpdateMessage, UpdateError::AttributeLength, "Attribute Length Error"),
    row(ErrorCode::UpdateMessage, UpdateError::InvalidOrigin, "Invalid ORIGIN Attribute"),
    row(ErrorCode::UpdateMessage, 7, "AS Routing Loop"),  // deprecated by RFC 4271, still seen
    row(ErrorCode::UpdateMessage, UpdateError::InvalidNextHop, "Invalid NEXT_HOP Attribute"),
    row(ErrorCode::UpdateMessage, UpdateError::OptionalAttribute, "Optional Attribute Error"),
    row(ErrorCode::UpdateMessage, UpdateError::InvalidNetworkField, "Invalid Network Field"),
    row(ErrorCode::UpdateMessage, UpdateError::MalformedAsPath, "Malformed AS_PATH"),
    row(ErrorCode::FiniteStateMachine, FsmError::InOpenSent, "Unexpected Message in OpenSent State"),
    row(ErrorCode::FiniteStateMachine, FsmError::InOpenConfirm, "Unexpected Message in OpenConfirm State"),
    row(ErrorCode::FiniteStateMachine, FsmError::InEstablished, "Unexpected Message in Established State"),
    row(ErrorCode::Cease, CeaseReason::MaximumPrefixesReached, "Maximum Number of Prefixes Reached"),
    row(ErrorCode::Cease, CeaseReason::AdministrativeShutdown, "Administrative Shutdown"),
    row(ErrorCode::Cease, CeaseReason::PeerDeconfigured, "Peer De-configured"),
    row(ErrorCode::Cease, CeaseReason::AdministrativeReset, "Administrative Reset"),
    row(ErrorCode::Cease, CeaseReason::ConnectionRejected, "Connection Rejected"),
    row(ErrorCode::Cease, CeaseReason::OtherConfigurationChange, "Other Configuration Change"),
    row(ErrorCode::Cease, CeaseReason::ConnectionCollisionResolution, "Connection Collision Resolution"),
    row(ErrorCode::Cease, CeaseReason::OutOfResources, "Out of Resources"),
    row(ErrorCode::Cease, CeaseReason::HardReset, "Hard Reset"),
    row(ErrorCode::Cease, CeaseReason::BfdDown, "BFD Down"),
    row(ErrorCode::RouteRefreshMessage, RouteRefreshError::InvalidMessageLength, "Invalid Message Length"),
};

}  // namespace

Notification cease_with_text(CeaseReason reason, std::string_view text) {
  Notification notification(reason);
  if (text.empty()) return notification;
  auto size = std::min(text.size(), kMaximumText);
  while (size > 0 && size < text.size() && is_continuation(static_cast<std::uint8_t>(text[size]))) --size;
  notification.data.push_back(static_cast<std::uint8_t>(size));
  notification.data.insert(notification.data.end(), text.begin(),
                           text.begin() + static_cast<std::ptrdiff_t>(size));
  return notification;
}

std::optional<std::string> shutdown_text(const Notification& notification) {
  if (!carries_text(notification)) return std::nullopt;
  ByteReader reader(notification.data);
  const auto text = reader.take(reader.u8());
  if (!reader.ok() || text.empty() || !is_utf8(text)) return std::nullopt;
  std::string line(text.begin(), text.end());
  for (auto& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return line;
}

Notification hard_reset(const Notification& inner) {
  Notification notification(CeaseReason::HardReset);
  notification.data = {static_cast<std::uint8_t>(inner.code), inner.subcode};
  notification.data.insert(notification.data.end(), inner.data.begin(), inner.data.end());
  return notification;
}

std::optional<Notification> hard_reset_reason(const Notification& notification) {
  if (!is_hard_reset(notification) || notification.data.size() < 2) return std::nullopt;
  return decode_notification(notification.data);
}

bool is_hard_reset(const Notification& notification) {
  return notification.code == ErrorCode::Cease &&
         notification.subcode == static_cast<std::uint8_t>(CeaseReason::HardReset);
}

Notification decode_notification(Octets body) {
  ByteReader reader(body);
  const auto code = static_cast<ErrorCode>(reader.u8());
  const auto subcode = reader.u8();
  return {code, subcode, reader.take_rest()};
}

std::vector<std::uint8_t> encode_notification(const Notification& notification) {
  const auto room = kMaximumMessageSize - kHeaderSize - 2;
  const auto data = Octets(notification.data).first(std::min(notification.data.size(), room));
  std::vector<std::uint8_t> message(kHeaderSize + 2 + data.size());
  ByteWriter writer(message);
  begin_message(writer, MessageType::Notification);
  writer.u8(static_cast<std::uint8_t>(notification.code));
  writer.u8(notification.subcode);
  writer.octets(data);
  finish_message(writer);
  return message;
}

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::MessageHeader:
      return "Message Header Error";
    case ErrorCode::OpenMessage:
      return "OPEN Message Error";
    case ErrorCode::UpdateMessage:
      return "UPDATE Message Error";
    case ErrorCode::HoldTimerExpired:
      return "Hold Timer Expired";
    case ErrorCode::FiniteStateMachine:
      return "Finite State Machine Error";
    case ErrorCode::Cease:
      return "Cease";
    case ErrorCode::RouteRefreshMessage:
      return "ROUTE-REFRESH Message Error";
    case ErrorCode::SendHoldTimerExpired:
      return "Send Hold Timer Expired";
  }
  return "Unknown";
}

std::string describe(const Notification& notification) {
  std::string text(name_of(notification.code));
  if (text == "Unknown") text += ' ' + std::to_string(static_cast<unsigned>(notification.code));
  if (notification.subcode == kUnspecific) return text;
  if (const auto inner = hard_reset_reason(notification); inner && !is_hard_reset(*inner))
    return text + "/Hard Reset (" + describe(*inner) + ")";
  for (const auto& known : kSubcodeNames)
    if (known.code == notification.code && known.subcode == notification.subcode)
      return text + '/' + std::string(known.name);
  return text + '/' + std::to_string(notification.subcode);
}

}  // namespace bgpd::wire
