#include "bgpd/wire/header.hpp"

#include <algorithm>

namespace bgpd::wire {
namespace {

bool is_known(std::uint8_t type) { return type >= 1 && type <= 5; }

/// The smallest and largest length each type can have. RFC 4271 §6.1, RFC 8654 §4, RFC 2918 §3.
bool is_length_possible(std::uint8_t type, std::size_t length, std::size_t maximum_message_size) {
  if (!is_known(type)) return length >= kHeaderSize && length <= maximum_message_size;
  switch (static_cast<MessageType>(type)) {
    case MessageType::Open:
      return length >= 29 && length <= kMaximumMessageSize;
    case MessageType::Update:
      return length >= 23 && length <= maximum_message_size;
    case MessageType::Notification:
      return length >= 21 && length <= maximum_message_size;
    case MessageType::Keepalive:
      return length == kHeaderSize;
    case MessageType::RouteRefresh:
      return length >= 23 && length <= maximum_message_size;
  }
  return false;
}

}  // namespace

std::expected<Header, Notification> decode_header(std::span<const std::uint8_t, kHeaderSize> octets,
                                                  std::uint16_t maximum_message_size) {
  const auto marker = octets.first(kMarkerSize);
  if (!std::ranges::all_of(marker, [](std::uint8_t octet) { return octet == 0xff; }))
    return std::unexpected(Notification(HeaderError::ConnectionNotSynchronized));

  ByteReader reader(octets.subspan(kMarkerSize));
  const auto length = reader.u16();
  const auto type = reader.u8();
  if (!is_length_possible(type, length, maximum_message_size))
    return std::unexpected(Notification(HeaderError::BadMessageLength, octets.subspan(kMarkerSize, 2)));
  if (!is_known(type))
    return std::unexpected(Notification(HeaderError::BadMessageType, octets.subspan(kMarkerSize + 2, 1)));
  return Header{length, static_cast<MessageType>(type)};
}

void begin_message(ByteWriter& writer, MessageType type) {
  writer.fill(0xff, kMarkerSize);
  writer.u16(0);
  writer.u8(static_cast<std::uint8_t>(type));
}

void finish_message(ByteWriter& writer, std::size_t start) {
  writer.patch_u16(start + kMarkerSize, writer.size() - start);
}

std::vector<std::uint8_t> whole_message(MessageType type, Octets body) {
  std::vector<std::uint8_t> message(kHeaderSize + body.size());
  ByteWriter writer(message);
  begin_message(writer, type);
  writer.octets(body);
  finish_message(writer);
  return message;
}

std::string_view name_of(MessageType type) {
  switch (type) {
    case MessageType::Open:
      return "OPEN";
    case MessageType::Update:
      return "UPDATE";
    case MessageType::Notification:
      return "NOTIFICATION";
    case MessageType::Keepalive:
      return "KEEPALIVE";
    case MessageType::RouteRefresh:
      return "ROUTE-REFRESH";
  }
  return "unknown";
}

}  // namespace bgpd::wire
