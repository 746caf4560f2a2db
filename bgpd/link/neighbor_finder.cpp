#include "bgpd/link/neighbor_finder.hpp"

#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "bgpd/link/router_advertisement.hpp"

namespace bgpd::link {
namespace {

constexpr int kHopLimit = 255;        // RFC 4861 §6.1: nobody behind a router can send that
constexpr int kMessagesPerTurn = 32;  // sessions must not wait for a flood
constexpr std::size_t kRoom = 1500;   // longer advertisements are cut and refused
constexpr auto kAllNodes = "ff02::1";
constexpr auto kAllRouters = "ff02::2";

rib::TimePoint now() { return std::chrono::steady_clock::now(); }

bool set_int(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

bool change_membership(int fd, std::uint32_t interface_index, bool join) {
  ipv6_mreq request{};
  ::inet_pton(AF_INET6, kAllRouters, &request.ipv6mr_multiaddr);
  request.ipv6mr_interface = interface_index;
  return ::setsockopt(fd, IPPROTO_IPV6, join ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP, &request,
                      sizeof request) == 0;
}

}  // namespace

NeighborFinder::NeighborFinder(boost::asio::io_context& io, Callbacks callbacks)
    : io_(io), callbacks_(std::move(callbacks)), socket_(io), timer_(io), random_(std::random_device{}()) {}

NeighborFinder::~NeighborFinder() { close(); }

void NeighborFinder::set_links(const std::vector<std::uint32_t>& interfaces) {
  const auto is_wanted = [&](std::uint32_t index) {
    return std::ranges::find(interfaces, index) != interfaces.end();
  };
  std::vector<std::uint32_t> gone;
  for (const auto& [index, schedule] : links_)
    if (!is_wanted(index)) gone.push_back(index);
  for (const auto index : gone) {
    send(index, encode(RouterAdvertisement{}), kAllNodes);
    if (socket_.is_open()) change_membership(socket_.native_handle(), index, false);
    links_.erase(index);
    known_.erase(index);
  }
  if (interfaces.empty()) return close();
  if (!socket_.is_open() && !open()) return;
  for (const auto index : interfaces) {
    if (links_.contains(index)) continue;
    links_.emplace(index, now());
    change_membership(socket_.native_handle(), index, true);  // may fail: then nobody's question is heard
    send(index, encode_solicitation(), kAllRouters);
  }
  send_due();
}

bool NeighborFinder::open() {
  const auto fail = [&](const std::string& why) {
    if (why != problem_ && callbacks_.notice) callbacks_.notice(why);
    problem_ = why;
    return false;
  };
  const int fd = ::socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6);
  if (fd < 0) {
    if (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT)
      return fail("neighbors on interfaces need IPv6, which this kernel does not have");
    return fail(std::string("no router advertisements, so neighbors on interfaces are not found: ") +
                std::strerror(errno) + (errno == EPERM ? " (CAP_NET_RAW is needed)" : ""));
  }
  icmp6_filter filter;
  ICMP6_FILTER_SETBLOCKALL(&filter);
  ICMP6_FILTER_SETPASS(ND_ROUTER_SOLICIT, &filter);
  ICMP6_FILTER_SETPASS(ND_ROUTER_ADVERT, &filter);
  const bool ok = ::setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) == 0 &&
                  set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, kHopLimit) &&
                  set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, kHopLimit) &&
                  set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0) &&
                  set_int(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) &&
                  set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  if (!ok) {
    const auto why = std::string("no router advertisements: ") + std::strerror(errno);
    ::close(fd);
    return fail(why);
  }
  problem_.clear();
  socket_.assign(fd);
  listen();
  return true;
}

void NeighborFinder::close() {
  for (const auto& [index, schedule] : links_) send(index, encode(RouterAdvertisement{}), kAllNodes);
  links_.clear();
  known_.clear();
  timer_.cancel();
  boost::system::error_code ignored;
  if (socket_.is_open()) socket_.close(ignored);
}

void NeighborFinder::listen() {
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [this](const boost::system::error_code& error) {
                       if (error || !socket_.is_open()) return;
                       receive();
                       if (socket_.is_open()) listen();
                     });
}

void NeighborFinder::receive() {
  bool more = true;
  for (int i = 0; i < kMessagesPerTurn && more && socket_.is_open(); ++i) receive_one(more);
  if (socket_.is_open()) wait();
}

void NeighborFinder::receive_one(bool& more) {
  std::array<std::uint8_t, kRoom> octets;
  alignas(cmsghdr) std::array<char, 256> control;
  sockaddr_in6 from{};
  iovec vector{octets.data(), octets.size()};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const auto size = ::recvmsg(socket_.native_handle(), &message, MSG_DONTWAIT);
  more = size >= 0;
  if (size < 0 || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return;

  int hop_limit = 0;
  std::uint32_t interface_index = 0;
  for (auto* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != IPPROTO_IPV6) continue;
    if (header->cmsg_type == IPV6_HOPLIMIT) std::memcpy(&hop_limit, CMSG_DATA(header), sizeof hop_limit);
    if (header->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(header), sizeof info);
      interface_index = info.ipi6_ifindex;
    }
  }
  const auto link = links_.find(interface_index);
  if (link == links_.end() || hop_limit != kHopLimit) return;
  const auto received = decode(std::span(octets).first(static_cast<std::size_t>(size)));
  if (!received) return;
  if (!received->advertisement) return link->second.answer(now());
  const auto source = rib::IpAddress::from_bytes({from.sin6_addr.s6_addr, 16});
  // RFC 4861 §6.1.2: from a link-local address. One with lifetime 0 says goodbye (§6.2.5).
  if (!source || !source->is_link_local() || received->advertisement->lifetime.count() == 0) return;
  if (const auto [known, is_new] = known_.try_emplace(interface_index, *source);
      is_new || known->second != *source) {
    known->second = *source;
    link->second.answer(now());  // it may have begun after our last one
  }
  callbacks_.heard(interface_index, *source);
}

bool NeighborFinder::send(std::uint32_t interface_index, const std::vector<std::uint8_t>& message,
                          const char* group) {
  if (!socket_.is_open()) return false;
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_scope_id = interface_index;
  ::inet_pton(AF_INET6, group, &to.sin6_addr);
  return ::sendto(socket_.native_handle(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                  reinterpret_cast<const sockaddr*>(&to), sizeof to) >= 0;
}

void NeighborFinder::send_due() {
  const auto time = now();
  const auto message = encode(RouterAdvertisement{Schedule::kLifetime});
  std::uniform_real_distribution<double> jitter(0, 1);
  for (auto& [index, schedule] : links_) {
    if (schedule.next() > time) continue;
    if (send(index, message, kAllNodes))
      schedule.sent(time, jitter(random_));
    else
      schedule.failed(time);
  }
  wait();
}

void NeighborFinder::wait() {
  if (links_.empty()) return;
  const auto next = std::ranges::min_element(links_, {}, [](const auto& link) { return link.second.next(); });
  timer_.expires_at(next->second.next());
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && socket_.is_open()) send_due();
  });
}

}  // namespace bgpd::link
