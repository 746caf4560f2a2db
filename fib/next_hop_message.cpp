#include "fib/next_hop_message.hpp"

#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "fib/netlink_message.hpp"

namespace fib {

namespace {

Message begin(std::uint16_t type, int flags, std::uint32_t sequence, const nhmsg& body, std::size_t room) {
  Message message(nlmsg_alloc_size(64 + room));
  nlmsg_put(message.get(), 0, sequence, type, 0, NLM_F_REQUEST | flags);
  nlmsg_append(message.get(), const_cast<nhmsg*>(&body), sizeof body, NLMSG_ALIGNTO);
  return message;
}

void append(std::vector<std::byte>& datagram, nl_msg* message) {
  const auto* header = nlmsg_hdr(message);
  const auto* first = reinterpret_cast<const std::byte*>(header);
  datagram.insert(datagram.end(), first, first + header->nlmsg_len);
  datagram.resize(NLMSG_ALIGN(datagram.size()));
}

std::vector<NextHopObject::Member> members_from(const nlattr* attribute) {
  std::span left(static_cast<const std::byte*>(nla_data(attribute)),
                 static_cast<std::size_t>(nla_len(attribute)));
  std::vector<NextHopObject::Member> members;
  for (; left.size() >= sizeof(nexthop_grp); left = left.subspan(sizeof(nexthop_grp))) {
    nexthop_grp entry;
    std::memcpy(&entry, left.data(), sizeof entry);
    members.push_back({entry.id, static_cast<std::uint8_t>(std::min(entry.weight + 1, 255))});
  }
  std::ranges::sort(members);
  return members;
}

}  // namespace

bool parse_next_hop(const nlmsghdr& header, NextHopMessage& message) {
  if (header.nlmsg_len < NLMSG_LENGTH(sizeof(nhmsg))) return false;
  const auto& body =
      *reinterpret_cast<const nhmsg*>(reinterpret_cast<const std::byte*>(&header) + NLMSG_HDRLEN);
  std::array<nlattr*, NHA_MAX + 1> attributes{};
  if (nlmsg_parse(const_cast<nlmsghdr*>(&header), sizeof(nhmsg), attributes.data(), NHA_MAX, nullptr) < 0)
    return false;
  const auto number = [&](int type) {
    const auto* attribute = attributes[static_cast<std::size_t>(type)];
    return attribute != nullptr && nla_len(attribute) >= 4 ? nla_get_u32(attribute) : 0;
  };
  message = {};
  message.is_removal = header.nlmsg_type == RTM_DELNEXTHOP;
  message.sender = header.nlmsg_pid;
  message.id = number(NHA_ID);
  message.protocol = body.nh_protocol;
  auto& hop = message.object.hop;
  if (const auto* group = attributes[NHA_GROUP]) {
    message.object.members = members_from(group);
  } else {
    hop.interface_index = number(NHA_OIF);
    hop.onlink = (body.nh_flags & RTNH_F_ONLINK) != 0;
    if (const auto* gateway = attributes[NHA_GATEWAY]) {
      const auto* bytes = static_cast<const std::uint8_t*>(nla_data(gateway));
      hop.gateway = rib::IpAddress::from_bytes({bytes, static_cast<std::size_t>(nla_len(gateway))});
    }
  }
  return message.id != kNoObject;
}

void add_next_hop(std::vector<std::byte>& datagram, ObjectId id, const NextHopObject& object,
                  std::uint8_t protocol, std::uint32_t sequence) {
  nhmsg body{};
  body.nh_protocol = protocol;
  if (object.hop.gateway) body.nh_family = object.hop.gateway->is_v4() ? AF_INET : AF_INET6;
  if (object.hop.onlink) body.nh_flags = RTNH_F_ONLINK;
  const auto message = begin(RTM_NEWNEXTHOP, NLM_F_CREATE | NLM_F_REPLACE, sequence, body,
                             64 + object.members.size() * sizeof(nexthop_grp));
  nla_put_u32(message.get(), NHA_ID, id);
  if (object.members.empty()) {
    nla_put_u32(message.get(), NHA_OIF, object.hop.interface_index);
    if (object.hop.gateway) {
      const auto bytes = object.hop.gateway->bytes();
      nla_put(message.get(), NHA_GATEWAY, static_cast<int>(bytes.size()), bytes.data());
    }
  } else {
    std::vector<nexthop_grp> entries;
    for (const auto& member : object.members) {
      auto& entry = entries.emplace_back();
      entry.id = member.id;
      entry.weight = static_cast<std::uint8_t>(member.weight - 1);
    }
    nla_put(message.get(), NHA_GROUP, static_cast<int>(entries.size() * sizeof(nexthop_grp)), entries.data());
  }
  append(datagram, message.get());
}

void add_next_hop_removal(std::vector<std::byte>& datagram, ObjectId id, std::uint32_t sequence) {
  const auto message = begin(RTM_DELNEXTHOP, 0, sequence, nhmsg{}, 16);
  nla_put_u32(message.get(), NHA_ID, id);
  append(datagram, message.get());
}

std::vector<std::byte> next_hop_dump_request(std::uint32_t sequence) {
  const auto message = begin(RTM_GETNEXTHOP, NLM_F_DUMP, sequence, nhmsg{}, 0);
  std::vector<std::byte> request;
  append(request, message.get());
  return request;
}

}  // namespace fib
