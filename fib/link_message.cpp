#include "fib/link_message.hpp"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <string>

#include "fib/netlink_message.hpp"

#ifndef IFF_LOWER_UP
#define IFF_LOWER_UP (1 << 16)  // linux/if.h, which does not go together with net/if.h
#endif

namespace fib {

namespace {

constexpr std::uint32_t kSkipStatistics = 1u << 3;  // RTEXT_FILTER_SKIP_STATS

template <typename Body>
const Body* body_of(const nlmsghdr& header) {
  if (header.nlmsg_len < NLMSG_LENGTH(sizeof(Body))) return nullptr;
  return reinterpret_cast<const Body*>(reinterpret_cast<const std::byte*>(&header) + NLMSG_HDRLEN);
}

std::string text_from(const nlattr* attribute) {
  if (attribute == nullptr) return {};
  const auto* characters = static_cast<const char*>(nla_data(attribute));
  return {characters, ::strnlen(characters, static_cast<std::size_t>(nla_len(attribute)))};
}

template <typename Body>
std::vector<std::byte> request(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence, Body body,
                               const std::string& name = {}) {
  const Message message(nlmsg_alloc_size(256));
  nlmsg_put(message.get(), 0, sequence, type, 0, NLM_F_REQUEST | flags);
  nlmsg_append(message.get(), &body, sizeof body, NLMSG_ALIGNTO);
  if constexpr (std::is_same_v<Body, ifinfomsg>) nla_put_u32(message.get(), IFLA_EXT_MASK, kSkipStatistics);
  if (!name.empty()) nla_put_string(message.get(), IFLA_IFNAME, name.c_str());
  const auto* header = nlmsg_hdr(message.get());
  const auto* first = reinterpret_cast<const std::byte*>(header);
  return {first, first + header->nlmsg_len};
}

}  // namespace

std::optional<Link> parse_link(const nlmsghdr& header) {
  const auto* body = body_of<ifinfomsg>(header);
  if (body == nullptr || body->ifi_family != AF_UNSPEC) return std::nullopt;
  std::array<nlattr*, IFLA_MAX + 1> attributes{};
  if (nlmsg_parse(const_cast<nlmsghdr*>(&header), sizeof(ifinfomsg), attributes.data(), IFLA_MAX, nullptr) <
      0)
    return std::nullopt;

  Link link;
  link.index = static_cast<std::uint32_t>(body->ifi_index);
  link.name = text_from(attributes[IFLA_IFNAME]);
  if (const auto* information = attributes[IFLA_LINKINFO]) {
    const auto* first = static_cast<const nlattr*>(nla_data(information));
    link.kind = text_from(nla_find(first, nla_len(information), IFLA_INFO_KIND));
    if (link.kind == "vrf")
      if (const auto* data = nla_find(first, nla_len(information), IFLA_INFO_DATA))
        link.vrf_table =
            number_from(nla_find(static_cast<const nlattr*>(nla_data(data)), nla_len(data), IFLA_VRF_TABLE));
  }
  link.is_up = (body->ifi_flags & IFF_UP) != 0;
  link.is_running = (body->ifi_flags & IFF_LOWER_UP) != 0;
  link.is_loopback = (body->ifi_flags & IFF_LOOPBACK) != 0;
  link.is_multicast = (body->ifi_flags & IFF_MULTICAST) != 0;
  link.is_point_to_point = (body->ifi_flags & IFF_POINTOPOINT) != 0;
  link.master = number_from(attributes[IFLA_MASTER]);
  link.mtu = number_from(attributes[IFLA_MTU]);
  return link;
}

std::optional<InterfaceAddress> parse_address(const nlmsghdr& header) {
  const auto* body = body_of<ifaddrmsg>(header);
  if (body == nullptr || (body->ifa_family != AF_INET && body->ifa_family != AF_INET6)) return std::nullopt;
  std::array<nlattr*, IFA_MAX + 1> attributes{};
  if (nlmsg_parse(const_cast<nlmsghdr*>(&header), sizeof(ifaddrmsg), attributes.data(), IFA_MAX, nullptr) < 0)
    return std::nullopt;

  const auto* own = attributes[IFA_LOCAL] != nullptr ? attributes[IFA_LOCAL] : attributes[IFA_ADDRESS];
  if (own == nullptr) return std::nullopt;
  const auto* bytes = static_cast<const std::uint8_t*>(nla_data(own));
  const auto address = rib::IpAddress::from_bytes({bytes, static_cast<std::size_t>(nla_len(own))});
  if (!address) return std::nullopt;
  const auto flags = attributes[IFA_FLAGS] != nullptr ? number_from(attributes[IFA_FLAGS]) : body->ifa_flags;

  InterfaceAddress result;
  result.interface_index = body->ifa_index;
  result.address = *address;
  result.prefix_length = body->ifa_prefixlen;
  result.is_tentative = (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0 && (flags & IFA_F_OPTIMISTIC) == 0;
  return result;
}

std::vector<std::byte> link_dump_request(std::uint32_t sequence) {
  return request(RTM_GETLINK, NLM_F_DUMP, sequence, ifinfomsg{});
}

std::vector<std::byte> address_dump_request(std::uint32_t sequence) {
  return request(RTM_GETADDR, NLM_F_DUMP, sequence, ifaddrmsg{});
}

std::vector<std::byte> link_request(std::uint32_t interface_index, std::uint32_t sequence) {
  ifinfomsg body{};
  body.ifi_index = static_cast<int>(interface_index);
  return request(RTM_GETLINK, 0, sequence, body);
}

std::vector<std::byte> link_request(const std::string& name, std::uint32_t sequence) {
  return request(RTM_GETLINK, 0, sequence, ifinfomsg{}, name);
}

}  // namespace fib
