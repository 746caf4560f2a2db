// Routes as rtnetlink says them (rtnetlink(7)): messages to values and values to messages. Pure.
#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "fib/next_hop_message.hpp"
#include "rib/messages.hpp"

namespace fib {

inline constexpr std::uint32_t kNoTable = 0;  // RT_TABLE_UNSPEC: nowhere, while there is no such VRF

/// What makes a route ours, together with its prefix.
struct RouteLocation {
  std::uint32_t table = 254;
  std::uint32_t metric = 20;
  std::uint8_t protocol = 75;

  /// The metric as the kernel stores it: IPv6 has no metric 0, it becomes 1024 (IP6_RT_PRIO_USER).
  std::uint32_t metric_of(rib::Afi afi) const { return metric == 0 && afi == rib::Afi::Ipv6 ? 1024 : metric; }
  bool operator==(const RouteLocation&) const = default;
};

/// One RTM_NEWROUTE or RTM_DELROUTE.
struct RouteMessage {
  bool is_removal = false;
  bool is_replacement = false;  // NLM_F_REPLACE: it took another's place
  std::uint32_t sender = 0;     // port of the process that asked for it; 0: the kernel itself
  rib::Prefix prefix;
  std::uint32_t table = 0;
  std::uint32_t metric = 0;
  std::uint8_t protocol = 0;
  std::uint8_t scope = 0;
  std::uint8_t type_of_service = 0;
  std::uint8_t kernel_type = 0;  // RTN_*; route.type holds it when it is one of ours
  bool is_cache_entry = false;
  ObjectId object = kNoObject;  // the next-hop object it names
  rib::FibRoute route;          // a kernel that is told so says nothing more of the next hops than the object

  /// True for a route at this place, whoever made it.
  bool stands_at(const RouteLocation& place) const {
    return table == place.table && metric == place.metric_of(prefix.afi()) && type_of_service == 0;
  }
};

/// Decodes into `message`, whose memory is used again. False when it is not a route of IPv4 or IPv6.
bool parse_route(const nlmsghdr& header, RouteMessage& message);

/// Brings a route to the one form in which equal routes compare equal: next hops sorted, no next hops where
/// the type has none, no weight where there is no choice.
void normalise(rib::FibRoute& route);

/// RTM_NEWROUTE for `route` with the prefix left open; add_route() fills it in. It names `object` instead of
/// the next hops, when there is one.
std::vector<std::byte> encode_route(rib::Afi afi, const rib::FibRoute& route, const RouteLocation& place,
                                    ObjectId object = kNoObject);
/// RTM_DELROUTE that matches only a route of our protocol and metric; the prefix is left open.
std::vector<std::byte> encode_removal(rib::Afi afi, const RouteLocation& place);

/// Appends an encoded message with its prefix, NLM_F_* flags and sequence number.
void add_route(std::vector<std::byte>& datagram, std::span<const std::byte> encoded,
               const rib::Prefix& prefix, std::uint16_t flags, std::uint32_t sequence);

/// What a dump of routes shall show; zeros mean any.
struct RouteDump {
  rib::Afi afi = rib::Afi::Ipv4;
  std::uint32_t table = 0;
  std::uint8_t protocol = 0;
  std::uint32_t interface_index = 0;
};
std::vector<std::byte> route_dump_request(const RouteDump& dump, std::uint32_t sequence);

}  // namespace fib
