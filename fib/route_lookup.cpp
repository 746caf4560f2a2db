#include "fib/route_lookup.hpp"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <span>
#include <vector>

#include "fib/route_message.hpp"

namespace fib {
namespace {

using Outcome = FoundRoute::Outcome;

constexpr int kLookupBuffer = 1 << 18;  // one answer at a time

void add_attribute(std::vector<std::byte>& message, std::uint16_t type, std::span<const std::uint8_t> value) {
  const rtattr head{.rta_len = static_cast<std::uint16_t>(RTA_LENGTH(value.size())), .rta_type = type};
  const auto head_bytes = std::as_bytes(std::span(&head, 1));
  const auto value_bytes = std::as_bytes(value);
  message.insert(message.end(), head_bytes.begin(), head_bytes.end());
  message.insert(message.end(), value_bytes.begin(), value_bytes.end());
  message.resize(NLMSG_ALIGN(message.size()));
}

/// RTM_GETROUTE for one address, rtnetlink(7). The VRF's table is looked into when its device is the way out.
std::vector<std::byte> question(const rib::IpAddress& to, std::uint32_t flags, std::uint32_t vrf,
                                std::uint32_t sequence) {
  std::vector<std::byte> message(NLMSG_LENGTH(sizeof(rtmsg)));
  add_attribute(message, RTA_DST, to.bytes());
  if (vrf != 0) {
    std::array<std::uint8_t, sizeof vrf> index;
    std::memcpy(index.data(), &vrf, sizeof vrf);
    add_attribute(message, RTA_OIF, index);
  }
  const nlmsghdr header{.nlmsg_len = static_cast<std::uint32_t>(message.size()),
                        .nlmsg_type = RTM_GETROUTE,
                        .nlmsg_flags = NLM_F_REQUEST,
                        .nlmsg_seq = sequence,
                        .nlmsg_pid = 0};
  rtmsg body{};
  body.rtm_family = to.is_v4() ? AF_INET : AF_INET6;
  body.rtm_dst_len = static_cast<std::uint8_t>(to.bit_count());
  body.rtm_flags = flags;
  std::memcpy(message.data(), &header, sizeof header);
  std::memcpy(message.data() + NLMSG_HDRLEN, &body, sizeof body);
  return message;
}

Outcome outcome_of(std::uint8_t kernel_type) {
  switch (kernel_type) {
    case RTN_UNICAST:
      return Outcome::Unicast;
    case RTN_BLACKHOLE:
      return Outcome::Blackhole;
    case RTN_UNREACHABLE:
      return Outcome::Unreachable;
    case RTN_PROHIBIT:
      return Outcome::Prohibit;
    default:
      return Outcome::Local;
  }
}

/// IPv4 answers with what a packet's sender would see; ip-route(8) has the table.
FoundRoute refusal(const Acknowledgement& answer) {
  FoundRoute found;
  switch (answer.error) {
    case EINVAL:
      found.outcome = Outcome::Blackhole;
      break;
    case EHOSTUNREACH:
      found.outcome = Outcome::Unreachable;
      break;
    case EACCES:
      found.outcome = Outcome::Prohibit;
      break;
    case ENETUNREACH:
      found.outcome = Outcome::NoRoute;
      break;
    default:
      found.problem = answer.text.empty() ? std::strerror(answer.error) : answer.text;
  }
  return found;
}

FoundRoute found_in(const RouteMessage& message, bool tells_route) {
  FoundRoute found{.outcome = outcome_of(message.kernel_type),
                   .table = message.table,
                   .metric = message.metric,
                   .protocol = message.protocol,
                   .next_hops = message.route.next_hops};
  if (tells_route) found.prefix = message.prefix;
  return found;
}

}  // namespace

std::expected<RouteLookup, std::string> RouteLookup::open() {
  auto socket = NetlinkSocket::open(kLookupBuffer);
  if (!socket) return std::unexpected(socket.error());
  return RouteLookup(std::move(*socket));
}

FoundRoute RouteLookup::ask(const rib::IpAddress& to, bool asks_route) {
  const auto sequence = ++sequence_;
  if (const int error = socket_.send(question(to, asks_route ? RTM_F_FIB_MATCH : 0, vrf_, sequence));
      error != 0)
    return FoundRoute::not_asked(std::strerror(error));
  while (socket_.receive() == NetlinkSocket::Received::Datagram) {
    MessageRange messages(socket_.messages());
    while (const auto* header = messages.next()) {
      if (header->nlmsg_seq != sequence) continue;
      if (header->nlmsg_type == NLMSG_ERROR) return refusal(parse_acknowledgement(*header));
      RouteMessage message;
      if (!parse_route(*header, message)) continue;
      auto found = found_in(message, asks_route);
      if (!asks_route) {
        found.source = message.route.source;
        if (!found.next_hops.empty()) found.taken = found.next_hops.front();
      }
      return found;
    }
  }
  return FoundRoute::not_asked("the kernel did not answer");
}

FoundRoute RouteLookup::route_for(const rib::IpAddress& to) { return ask(to, true); }

FoundRoute RouteLookup::way_to(const rib::IpAddress& to) {
  auto found = ask(to, true);
  const auto way = ask(to, false);
  if (found.outcome == Outcome::NotAsked) return way;  // kernels before 4.13 do not tell the route
  found.taken = way.taken;
  found.source = way.source;
  return found;
}

std::optional<unsigned> reverse_path_filter(const std::string& interface) {
  std::optional<unsigned> result;
  for (const auto& name : {std::string("all"), interface}) {
    std::ifstream file("/proc/sys/net/ipv4/conf/" + name + "/rp_filter");
    unsigned value = 0;
    if (!(file >> value)) return std::nullopt;
    result = std::max(result.value_or(0), value);
  }
  return result;
}

}  // namespace fib
