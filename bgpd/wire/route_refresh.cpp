#include "bgpd/wire/route_refresh.hpp"

namespace bgpd::wire {
std::expected<RouteRefresh, Notification> decode_route_refresh(Octets body) {
  ByteReader reader(body);
  RouteRefresh message;
  message.afi = reader.u16();
  message.subtype = reader.u8();
  message.safi = reader.u8();
  const bool marks =
      message.is(RouteRefresh::Subtype::BeginOfRib) || message.is(RouteRefresh::Subtype::EndOfRib);
  if (!reader.ok() || (marks && !reader.empty()))
    return std::unexpected(Notification(RouteRefreshError::InvalidMessageLength,
                                        whole_message(MessageType::RouteRefresh, body)));
  return message;
}

std::vector<std::uint8_t> encode_route_refresh(const RouteRefresh& message) {
  const std::uint8_t body[] = {static_cast<std::uint8_t>(message.afi >> 8),
                               static_cast<std::uint8_t>(message.afi), message.subtype, message.safi};
  return whole_message(MessageType::RouteRefresh, body);
}

}  // namespace bgpd::wire
