#include "fib/route_message.hpp"

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <tuple>

#include "fib/netlink_message.hpp"

namespace fib {

namespace {

using rib::Afi;

constexpr std::size_t kDestinationOffset = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(rtmsg)) + NLA_HDRLEN;

std::uint8_t address_family(Afi afi) { return afi == Afi::Ipv4 ? AF_INET : AF_INET6; }

std::size_t address_size(Afi afi) { return afi == Afi::Ipv4 ? 4 : 16; }

std::uint8_t kernel_type(rib::RouteType type) {
  switch (type) {
    case rib::RouteType::Unicast:
      return RTN_UNICAST;
    case rib::RouteType::Blackhole:
      return RTN_BLACKHOLE;
    case rib::RouteType::Unreachable:
      return RTN_UNREACHABLE;
    case rib::RouteType::Prohibit:
      return RTN_PROHIBIT;
  }
  return RTN_UNICAST;
}

rib::RouteType route_type(std::uint8_t kernel) {
  switch (kernel) {
    case RTN_BLACKHOLE:
      return rib::RouteType::Blackhole;
    case RTN_UNREACHABLE:
      return rib::RouteType::Unreachable;
    case RTN_PROHIBIT:
      return rib::RouteType::Prohibit;
    default:
      return rib::RouteType::Unicast;
  }
}

std::optional<rib::IpAddress> address_from(const nlattr* attribute) {
  const auto* bytes = static_cast<const std::uint8_t*>(nla_data(attribute));
  return rib::IpAddress::from_bytes({bytes, static_cast<std::size_t>(nla_len(attribute))});
}

/// RTA_VIA: a gateway of another family than the prefix's (RFC 8950 in use).
std::optional<rib::IpAddress> via_from(const nlattr* attribute) {
  const auto length = static_cast<std::size_t>(nla_len(attribute));
  if (length < sizeof(std::uint16_t)) return std::nullopt;
  const auto* bytes = static_cast<const std::uint8_t*>(nla_data(attribute));
  return rib::IpAddress::from_bytes({bytes + sizeof(std::uint16_t), length - sizeof(std::uint16_t)});
}

std::optional<rib::IpAddress> gateway_from(const nlattr* gateway, const nlattr* via) {
  if (gateway != nullptr) return address_from(gateway);
  return via != nullptr ? via_from(via) : std::nullopt;
}

void parse_multipath(const nlattr* attribute, std::vector<rib::NextHop>& next_hops) {
  std::span left(static_cast<const std::byte*>(nla_data(attribute)),
                 static_cast<std::size_t>(nla_len(attribute)));
  while (left.size() >= sizeof(rtnexthop)) {
    const auto* entry = reinterpret_cast<const rtnexthop*>(left.data());
    const std::size_t length = entry->rtnh_len;
    if (length < sizeof(rtnexthop) || length > left.size()) return;
    const auto* first = reinterpret_cast<const nlattr*>(left.data() + sizeof(rtnexthop));
    const int size = static_cast<int>(length - sizeof(rtnexthop));
    rib::NextHop hop;
    hop.interface_index = static_cast<std::uint32_t>(entry->rtnh_ifindex);
    hop.weight = static_cast<std::uint8_t>(std::min(entry->rtnh_hops + 1, 255));
    hop.onlink = (entry->rtnh_flags & RTNH_F_ONLINK) != 0;
    hop.gateway = gateway_from(nla_find(first, size, RTA_GATEWAY), nla_find(first, size, RTA_VIA));
    next_hops.push_back(hop);
    left = left.subspan(std::min(left.size(), std::size_t{RTNH_ALIGN(length)}));
  }
}

void put_gateway(nl_msg* message, Afi afi, const rib::IpAddress& gateway) {
  const auto bytes = gateway.bytes();
  if (gateway.afi() == afi) {
    nla_put(message, RTA_GATEWAY, static_cast<int>(bytes.size()), bytes.data());
    return;
  }
  std::array<std::uint8_t, sizeof(std::uint16_t) + 16> via{};
  const std::uint16_t family = address_family(gateway.afi());
  std::memcpy(via.data(), &family, sizeof family);
  std::memcpy(via.data() + sizeof family, bytes.data(), bytes.size());
  nla_put(message, RTA_VIA, static_cast<int>(sizeof family + bytes.size()), via.data());
}

void put_multipath(nl_msg* message, Afi afi, const std::vector<rib::NextHop>& next_hops) {
  nlattr* nest = nla_nest_start(message, RTA_MULTIPATH);
  for (const auto& hop : next_hops) {
    auto* entry = static_cast<rtnexthop*>(nlmsg_reserve(message, sizeof(rtnexthop), NLMSG_ALIGNTO));
    *entry = {};
    entry->rtnh_ifindex = static_cast<int>(hop.interface_index);
    entry->rtnh_hops = static_cast<std::uint8_t>(hop.weight > 0 ? hop.weight - 1 : 0);
    entry->rtnh_flags = hop.onlink ? RTNH_F_ONLINK : 0;
    if (hop.gateway) put_gateway(message, afi, *hop.gateway);
    const auto* end = static_cast<const char*>(nlmsg_tail(nlmsg_hdr(message)));
    entry->rtnh_len = static_cast<std::uint16_t>(end - reinterpret_cast<const char*>(entry));
  }
  nla_nest_end(message, nest);
}

std::vector<std::byte> bytes_of(nl_msg* message) {
  const auto* header = nlmsg_hdr(message);
  const auto* first = reinterpret_cast<const std::byte*>(header);
  return {first, first + header->nlmsg_len};
}

rtmsg& body_of(std::byte* message) { return *reinterpret_cast<rtmsg*>(message + NLMSG_HDRLEN); }

void put_destination(std::byte* message, const rib::Prefix& prefix) {
  const auto bytes = prefix.address().bytes();
  body_of(message).rtm_dst_len = static_cast<std::uint8_t>(prefix.length());
  std::memcpy(message + kDestinationOffset, bytes.data(), bytes.size());
}

/// Header, rtmsg and an empty RTA_DST, RTA_PRIORITY and RTA_TABLE: what every route of ours begins with.
Message begin_route(Afi afi, std::uint16_t type, const RouteLocation& place, std::size_t room) {
  Message message(nlmsg_alloc_size(128 + room));
  nlmsg_put(message.get(), 0, 0, type, 0, 0);
  rtmsg body{};
  body.rtm_family = address_family(afi);
  body.rtm_protocol = place.protocol;
  body.rtm_table = static_cast<std::uint8_t>(place.table < 256 ? place.table : RT_TABLE_COMPAT);
  nlmsg_append(message.get(), &body, sizeof body, NLMSG_ALIGNTO);
  const std::array<std::uint8_t, 16> open{};
  nla_put(message.get(), RTA_DST, static_cast<int>(address_size(afi)), open.data());
  if (const auto metric = place.metric_of(afi); metric != 0) nla_put_u32(message.get(), RTA_PRIORITY, metric);
  if (place.table >= 256) nla_put_u32(message.get(), RTA_TABLE, place.table);
  return message;
}

}  // namespace

bool parse_route(const nlmsghdr& header, RouteMessage& message) {
  if (header.nlmsg_len < NLMSG_LENGTH(sizeof(rtmsg))) return false;
  const auto& body =
      *reinterpret_cast<const rtmsg*>(reinterpret_cast<const std::byte*>(&header) + NLMSG_HDRLEN);
  if (body.rtm_family != AF_INET && body.rtm_family != AF_INET6) return false;
  const Afi afi = body.rtm_family == AF_INET ? Afi::Ipv4 : Afi::Ipv6;
  std::array<nlattr*, RTA_MAX + 1> attributes{};
  if (nlmsg_parse(const_cast<nlmsghdr*>(&header), sizeof(rtmsg), attributes.data(), RTA_MAX, nullptr) < 0)
    return false;

  auto destination = rib::IpAddress::unspecified(afi);
  if (const auto* attribute = attributes[RTA_DST]) {
    const auto address = address_from(attribute);
    if (!address || address->afi() != afi) return false;
    destination = *address;
  }
  message.is_removal = header.nlmsg_type == RTM_DELROUTE;
  message.is_replacement = !message.is_removal && (header.nlmsg_flags & NLM_F_REPLACE) != 0;
  message.sender = header.nlmsg_pid;
  message.prefix = {destination, body.rtm_dst_len};
  message.table = attributes[RTA_TABLE] != nullptr ? number_from(attributes[RTA_TABLE]) : body.rtm_table;
  message.metric = number_from(attributes[RTA_PRIORITY]);
  message.protocol = body.rtm_protocol;
  message.scope = body.rtm_scope;
  message.type_of_service = body.rtm_tos;
  message.kernel_type = body.rtm_type;
  message.is_cache_entry = (body.rtm_flags & RTM_F_CLONED) != 0;
  message.object = number_from(attributes[RTA_NH_ID]);
  message.route.type = route_type(body.rtm_type);
  message.route.next_hops.clear();
  message.route.source =
      attributes[RTA_PREFSRC] != nullptr ? address_from(attributes[RTA_PREFSRC]) : std::nullopt;
  if (attributes[RTA_MULTIPATH] != nullptr) {
    parse_multipath(attributes[RTA_MULTIPATH], message.route.next_hops);
  } else if (attributes[RTA_OIF] != nullptr || attributes[RTA_GATEWAY] != nullptr ||
             attributes[RTA_VIA] != nullptr) {
    rib::NextHop hop;
    hop.interface_index = number_from(attributes[RTA_OIF]);
    hop.gateway = gateway_from(attributes[RTA_GATEWAY], attributes[RTA_VIA]);
    hop.onlink = (body.rtm_flags & RTNH_F_ONLINK) != 0;
    message.route.next_hops.push_back(hop);
  }
  return true;
}

void normalise(rib::FibRoute& route) {
  auto& hops = route.next_hops;
  if (route.type != rib::RouteType::Unicast) {  // IPv6 shows these with `dev lo`
    hops.clear();
    route.source.reset();
  }
  for (auto& hop : hops) hop.weight = std::max<std::uint8_t>(hop.weight, 1);
  if (hops.size() == 1) hops.front().weight = 1;
  if (hops.size() < 2) return;
  std::ranges::sort(hops, [](const rib::NextHop& a, const rib::NextHop& b) {
    return std::tie(a.gateway, a.interface_index, a.weight) <
           std::tie(b.gateway, b.interface_index, b.weight);
  });
}

std::vector<std::byte> encode_route(Afi afi, const rib::FibRoute& route, const RouteLocation& place,
                                    ObjectId object) {
  auto message = begin_route(afi, RTM_NEWROUTE, place, 40 + 48 * route.next_hops.size());
  auto& body = *static_cast<rtmsg*>(nlmsg_data(nlmsg_hdr(message.get())));
  body.rtm_type = kernel_type(route.type);
  body.rtm_scope = RT_SCOPE_UNIVERSE;
  if (route.type != rib::RouteType::Unicast) return bytes_of(message.get());
  if (route.source) {
    const auto bytes = route.source->bytes();
    nla_put(message.get(), RTA_PREFSRC, static_cast<int>(bytes.size()), bytes.data());
  }
  if (object != kNoObject) {
    nla_put_u32(message.get(), RTA_NH_ID, object);
    return bytes_of(message.get());
  }

  const bool is_direct =
      std::ranges::none_of(route.next_hops, [](auto& hop) { return hop.gateway.has_value(); });
  if (afi == Afi::Ipv4 && is_direct) body.rtm_scope = RT_SCOPE_LINK;
  if (route.next_hops.size() == 1) {
    const auto& hop = route.next_hops.front();
    if (hop.onlink) body.rtm_flags |= RTNH_F_ONLINK;
    if (hop.gateway) put_gateway(message.get(), afi, *hop.gateway);
    if (hop.interface_index != 0) nla_put_u32(message.get(), RTA_OIF, hop.interface_index);
  } else if (!route.next_hops.empty()) {
    put_multipath(message.get(), afi, route.next_hops);
  }
  return bytes_of(message.get());
}

std::vector<std::byte> encode_removal(Afi afi, const RouteLocation& place) {
  const auto message = begin_route(afi, RTM_DELROUTE, place, 0);
  // Of any scope; rtm_type 0: of any type.
  static_cast<rtmsg*>(nlmsg_data(nlmsg_hdr(message.get())))->rtm_scope = RT_SCOPE_NOWHERE;
  return bytes_of(message.get());
}

void add_route(std::vector<std::byte>& datagram, std::span<const std::byte> encoded,
               const rib::Prefix& prefix, std::uint16_t flags, std::uint32_t sequence) {
  const auto start = datagram.size();
  datagram.insert(datagram.end(), encoded.begin(), encoded.end());
  datagram.resize(NLMSG_ALIGN(datagram.size()));
  auto* message = datagram.data() + start;
  auto& header = *reinterpret_cast<nlmsghdr*>(message);
  header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  header.nlmsg_seq = sequence;
  put_destination(message, prefix);
}

std::vector<std::byte> route_dump_request(const RouteDump& dump, std::uint32_t sequence) {
  Message message(nlmsg_alloc_size(128));
  nlmsg_put(message.get(), 0, sequence, RTM_GETROUTE, 0, NLM_F_REQUEST | NLM_F_DUMP);
  rtmsg body{};
  body.rtm_family = address_family(dump.afi);
  body.rtm_protocol = dump.protocol;
  body.rtm_table = static_cast<std::uint8_t>(dump.table < 256 ? dump.table : RT_TABLE_COMPAT);
  nlmsg_append(message.get(), &body, sizeof body, NLMSG_ALIGNTO);
  if (dump.table != 0) nla_put_u32(message.get(), RTA_TABLE, dump.table);
  if (dump.interface_index != 0) nla_put_u32(message.get(), RTA_OIF, dump.interface_index);
  return bytes_of(message.get());
}

}  // namespace fib
