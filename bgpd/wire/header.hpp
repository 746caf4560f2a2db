// The 19 octets before every message: marker, length, type. RFC 4271 §4.1, §6.1; RFC 8654 for the maximum.
#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <vector>

#include "bgpd/wire/byte_writer.hpp"
#include "bgpd/wire/notification.hpp"

namespace bgpd::wire {

inline constexpr std::size_t kHeaderSize = 19;
inline constexpr std::size_t kMarkerSize = 16;
inline constexpr std::uint16_t kMaximumMessageSize = 4096;           // RFC 4271 §4.1
inline constexpr std::uint16_t kMaximumExtendedMessageSize = 65535;  // RFC 8654 §3

enum class MessageType : std::uint8_t {
  Open = 1,
  Update = 2,
  Notification = 3,
  Keepalive = 4,
  RouteRefresh = 5
};

struct Header {
  std::uint16_t length = 0;  // of the whole message
  MessageType type = MessageType::Keepalive;
  std::size_t body_length() const { return length - kHeaderSize; }
  bool operator==(const Header&) const = default;
};

/// Checks marker, length (also per type) and type.
/// maximum_message_size: what this side may receive now, 4096 or 65535; OPEN and KEEPALIVE never exceed 4096.
/// Errors: RFC 4271 §6.1, with the offending length or type as data.
std::expected<Header, Notification> decode_header(std::span<const std::uint8_t, kHeaderSize> octets,
                                                  std::uint16_t maximum_message_size);

/// Writes marker, a length to be patched by finish_message, and type.
void begin_message(ByteWriter& writer, MessageType type);
/// Patches the length of the message that began at `start`.
void finish_message(ByteWriter& writer, std::size_t start = 0);

/// The message a body came in: headers are the same for all, so it can be made again.
std::vector<std::uint8_t> whole_message(MessageType type, Octets body);

/// KEEPALIVE is a header and nothing else. RFC 4271 §4.4.
inline constexpr std::array<std::uint8_t, kHeaderSize> kKeepaliveMessage{
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x13, 0x04};

std::string_view name_of(MessageType type);  // "UPDATE"

}  // namespace bgpd::wire
