#include "fib/cleanup.hpp"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <iterator>

#include "fib/netlink_socket.hpp"
#include "fib/route_message.hpp"

namespace fib {

namespace {

constexpr int kDumpBuffer = 1 << 20;
constexpr int kAttempts = 5;
constexpr int kPatience = 5000;  // milliseconds for the kernel's next answer

/// Sends a request and visits what is answered, to the end. 0 or an errno; EINTR: something changed amid a
/// dump.
int ask(NetlinkSocket& socket, std::span<const std::byte> request,
        const std::function<void(const nlmsghdr&)>& visit) {
  if (const int error = socket.send(request); error != 0) return error;
  bool is_interrupted = false;
  for (;;) {
    pollfd descriptor{socket.file_descriptor(), POLLIN, 0};
    if (::poll(&descriptor, 1, kPatience) <= 0) return ETIMEDOUT;
    switch (socket.receive()) {
      case NetlinkSocket::Received::Nothing:
        continue;
      case NetlinkSocket::Received::Overrun:
        return ENOBUFS;
      case NetlinkSocket::Received::Failed:
        return socket.error();
      case NetlinkSocket::Received::Datagram:
        break;
    }
    MessageRange messages(socket.messages());
    while (const auto* header = messages.next()) {
      is_interrupted |= (header->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
      if (header->nlmsg_type == NLMSG_DONE) return is_interrupted ? EINTR : parse_done(*header);
      if (header->nlmsg_type == NLMSG_ERROR) return parse_acknowledgement(*header).error;
      visit(*header);
    }
  }
}

std::vector<std::byte> copy_of(const nlmsghdr& header) {
  const auto* first = reinterpret_cast<const std::byte*>(&header);
  return {first, first + header.nlmsg_len};
}

struct Found {
  std::string text;
  std::vector<std::byte> removal;
};

void note_route(const nlmsghdr& header, std::uint8_t protocol, std::vector<Found>& found) {
  RouteMessage message;
  if (!parse_route(header, message) || message.protocol != protocol || message.is_cache_entry) return;
  const RouteLocation place{.table = message.table, .metric = message.metric, .protocol = protocol};
  Found one;
  one.text = "route " + message.prefix.to_string() + " table " + std::to_string(message.table) + " metric " +
             std::to_string(message.metric);
  add_route(one.removal, encode_removal(message.prefix.afi(), place), message.prefix, NLM_F_ACK, 1);
  found.push_back(std::move(one));
}

/// A rule is removed by what it was told as.
void note_rule(const nlmsghdr& header, std::uint8_t protocol, std::vector<Found>& found) {
  std::array<nlattr*, FRA_MAX + 1> attributes{};
  if (nlmsg_parse(const_cast<nlmsghdr*>(&header), sizeof(fib_rule_hdr), attributes.data(), FRA_MAX, nullptr) <
      0)
    return;
  if (attributes[FRA_PROTOCOL] == nullptr || nla_get_u8(attributes[FRA_PROTOCOL]) != protocol) return;
  const auto priority = attributes[FRA_PRIORITY] != nullptr ? nla_get_u32(attributes[FRA_PRIORITY]) : 0;
  const auto table = attributes[FRA_TABLE] != nullptr ? nla_get_u32(attributes[FRA_TABLE]) : 0;
  Found one;
  one.text = "rule " + std::to_string(priority) + " lookup " + std::to_string(table);
  one.removal = copy_of(header);
  auto& removal = *reinterpret_cast<nlmsghdr*>(one.removal.data());
  removal.nlmsg_type = RTM_DELRULE;
  removal.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  found.push_back(std::move(one));
}

void note_next_hop(const nlmsghdr& header, std::uint8_t protocol, std::vector<Found>& found) {
  NextHopMessage message;
  if (!parse_next_hop(header, message) || message.protocol != protocol) return;
  Found one;
  one.text = "nexthop id " + std::to_string(message.id);
  add_next_hop_removal(one.removal, message.id, 1);
  reinterpret_cast<nlmsghdr*>(one.removal.data())->nlmsg_flags |= NLM_F_ACK;
  found.push_back(std::move(one));
}

std::vector<std::byte> rule_dump_request(int family) {
  struct {
    nlmsghdr header;
    fib_rule_hdr body;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = RTM_GETRULE;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.family = static_cast<std::uint8_t>(family);
  const auto* first = reinterpret_cast<const std::byte*>(&request);
  return {first, first + sizeof request};
}

/// All that `note` finds; again when something changed meanwhile.
int dump(NetlinkSocket& socket, std::span<const std::byte> request, std::uint8_t protocol,
         void (*note)(const nlmsghdr&, std::uint8_t, std::vector<Found>&), std::vector<Found>& found) {
  int error = EINTR;
  for (int attempts = 0; attempts < kAttempts && error == EINTR; ++attempts) {
    std::vector<Found> these;
    error = ask(socket, request, [&](const nlmsghdr& header) { note(header, protocol, these); });
    if (error == 0) std::ranges::move(these, std::back_inserter(found));
  }
  return error;
}

}  // namespace

std::expected<std::vector<std::string>, std::string> clean_up(std::uint8_t protocol, bool remove) {
  auto socket = NetlinkSocket::open(kDumpBuffer);
  if (!socket) return std::unexpected(socket.error());
  const auto failed = [](const std::string& what, int error) {
    return std::unexpected(what + ": " + std::strerror(error));
  };
  std::vector<Found> found;
  for (const auto afi : {rib::Afi::Ipv4, rib::Afi::Ipv6}) {
    const int error = dump(*socket, route_dump_request({.afi = afi, .table = 0, .protocol = protocol}, 1),
                           protocol, note_route, found);
    if (error != 0) return failed("reading routes", error);
  }
  for (const int family : {AF_INET, AF_INET6}) {
    const int error = dump(*socket, rule_dump_request(family), protocol, note_rule, found);
    if (error != 0) return failed("reading rules", error);
  }
  // After the routes that name them.
  if (const int error = dump(*socket, next_hop_dump_request(1), protocol, note_next_hop, found);
      error != 0 && error != EOPNOTSUPP)
    return failed("reading next-hop objects", error);
  std::vector<std::string> lines;
  for (const auto& one : found) {
    lines.push_back(one.text);
    if (!remove) continue;
    const int error = ask(*socket, one.removal, [](const nlmsghdr&) {});
    if (error != 0 && error != ESRCH && error != ENOENT) return failed("removing " + one.text, error);
  }
  return lines;
}

}  // namespace fib
