// ROUTE-REFRESH, RFC 2918 §3, with the subtypes of RFC 7313 that mark the beginning and the end of a refresh.
#pragma once

#include <expected>
#include <vector>

#include "bgpd/wire/header.hpp"

namespace bgpd::wire {

struct RouteRefresh {
  /// What the fourth octet of the body means; other values are to be ignored, RFC 7313 §5.
  enum class Subtype : std::uint8_t { Request = 0, BeginOfRib = 1, EndOfRib = 2 };

  std::uint16_t afi = 0;
  std::uint8_t subtype = 0;
  std::uint8_t safi = 0;

  bool is(Subtype wanted) const { return subtype == static_cast<std::uint8_t>(wanted); }
  bool operator==(const RouteRefresh&) const = default;
};

/// Decodes the body (after the header).
/// Errors: RFC 7313 §5, a begin or end of wrong length; the data is the whole message. A request may carry
/// more (RFC 5291 filters, which kulan does not offer): that is not read.
std::expected<RouteRefresh, Notification> decode_route_refresh(Octets body);
std::vector<std::uint8_t> encode_route_refresh(const RouteRefresh& message);

}  // namespace bgpd::wire
