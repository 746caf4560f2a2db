#include "bgpd/mesh/multicast_socket.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <cstring>
#include <map>
#include <set>

namespace bgpd::mesh {
namespace {

using boost::asio::ip::udp;

constexpr int kDatagramsPerTurn = 32;      // sessions must not wait for a flood
constexpr std::size_t kBufferSize = 1280;  // longer than any beacon; what is longer is truncated and refused

std::string system_error(int error) { return std::strerror(error); }

bool set_option(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

/// A bound, non-blocking socket that reports interface and hop limit of what it receives; or -1 and errno.
int open_socket(bool is_v4, std::uint16_t port, const std::string& vrf) {
  const int fd = ::socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  bool ok = vrf.empty() ||
            setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, vrf.c_str(), static_cast<socklen_t>(vrf.size())) == 0;
  if (is_v4) {
    // IP_MULTICAST_ALL off: only groups that this very socket joined, on the interfaces where it did.
    ok = ok && set_option(fd, IPPROTO_IP, IP_TTL, kBeaconHopLimit) &&
         set_option(fd, IPPROTO_IP, IP_MULTICAST_TTL, kBeaconHopLimit) &&
         set_option(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0) &&
         set_option(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0) && set_option(fd, IPPROTO_IP, IP_RECVTTL, 1) &&
         set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
    const sockaddr_in any{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {}, .sin_zero = {}};
    ok = ok && ::bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0;
  } else {
    ok = ok && set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) &&
         set_option(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, kBeaconHopLimit) &&
         set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, kBeaconHopLimit) &&
         set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0) &&
         set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0) &&
         set_option(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) &&
         set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_port = htons(port);
    ok = ok && ::bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0;
  }
  // Traffic class CS6, as routing protocols use it (RFC 4594 §3.1); best effort, so unchecked.
  is_v4 ? set_option(fd, IPPROTO_IP, IP_TOS, 0xc0) : set_option(fd, IPPROTO_IPV6, IPV6_TCLASS, 0xc0);
  if (ok) return fd;
  const int error = errno;
  ::close(fd);
  errno = error;
  return -1;
}

/// Joins or leaves the family's group on an interface; 0 or an errno.
int change_membership(int fd, bool is_v4, std::uint32_t interface_index, bool join) {
  if (is_v4) {
    ip_mreqn request{};
    inet_pton(AF_INET, kGroupIpv4, &request.imr_multiaddr);
    request.imr_ifindex = static_cast<int>(interface_index);
    return setsockopt(fd, IPPROTO_IP, join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &request, sizeof request)
               ? errno
               : 0;
  }
  ipv6_mreq request{};
  inet_pton(AF_INET6, kGroupIpv6, &request.ipv6mr_multiaddr);
  request.ipv6mr_interface = interface_index;
  return setsockopt(fd, IPPROTO_IPV6, join ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP, &request, sizeof request)
             ? errno
             : 0;
}

struct Destination {
  sockaddr_storage address{};
  socklen_t length = 0;
};

Destination destination_of(const rib::IpAddress& to, std::uint16_t port, std::uint32_t interface_index) {
  Destination destination;
  if (to.is_v4()) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    std::memcpy(&address.sin_addr, to.bytes().data(), 4);
    std::memcpy(&destination.address, &address, sizeof address);
    destination.length = sizeof address;
  } else {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_scope_id = interface_index;
    std::memcpy(&address.sin6_addr, to.bytes().data(), 16);
    std::memcpy(&destination.address, &address, sizeof address);
    destination.length = sizeof address;
  }
  return destination;
}

/// 0 or an errno. The interface is fixed by IP_PKTINFO, so nothing ever leaves elsewhere.
int send_datagram(int fd, const Destination& destination, bool is_v4, std::uint32_t interface_index,
                  std::span<const std::uint8_t> octets) {
  iovec part{const_cast<std::uint8_t*>(octets.data()), octets.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> control{};
  msghdr message{};
  message.msg_name = const_cast<sockaddr_storage*>(&destination.address);
  message.msg_namelen = destination.length;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = is_v4 ? CMSG_SPACE(sizeof(in_pktinfo)) : CMSG_SPACE(sizeof(in6_pktinfo));
  auto* header = CMSG_FIRSTHDR(&message);
  if (is_v4) {
    in_pktinfo info{};
    info.ipi_ifindex = static_cast<int>(interface_index);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(header), &info, sizeof info);
  } else {
    in6_pktinfo info{};
    info.ipi6_ifindex = interface_index;
    header->cmsg_level = IPPROTO_IPV6;
    header->cmsg_type = IPV6_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(header), &info, sizeof info);
  }
  return ::sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? errno : 0;
}

/// One datagram into `buffer`; nothing when there is none.
std::optional<Datagram> receive_datagram(int fd, std::span<std::uint8_t> buffer) {
  sockaddr_storage source{};
  alignas(cmsghdr) std::array<char, 256> control{};
  iovec part{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_name = &source;
  message.msg_namelen = sizeof source;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const auto size = ::recvmsg(fd, &message, MSG_DONTWAIT);
  if (size < 0) return std::nullopt;
  Datagram datagram;
  if (!(message.msg_flags & MSG_TRUNC)) datagram.octets = buffer.first(static_cast<std::size_t>(size));
  if (source.ss_family == AF_INET) {
    sockaddr_in address;
    std::memcpy(&address, &source, sizeof address);
    datagram.source = rib::IpAddress::v4(ntohl(address.sin_addr.s_addr));
  } else if (source.ss_family == AF_INET6) {
    sockaddr_in6 address;
    std::memcpy(&address, &source, sizeof address);
    rib::IpAddress::Bytes bytes;
    std::memcpy(bytes.data(), &address.sin6_addr, bytes.size());
    datagram.source = rib::IpAddress::v6(bytes);
  }
  for (auto* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    const auto is = [&](int level, int type) {
      return header->cmsg_level == level && header->cmsg_type == type;
    };
    if (is(IPPROTO_IP, IP_TTL) || is(IPPROTO_IPV6, IPV6_HOPLIMIT)) {
      std::memcpy(&datagram.hop_limit, CMSG_DATA(header), sizeof datagram.hop_limit);
    } else if (is(IPPROTO_IP, IP_PKTINFO)) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(header), sizeof info);
      datagram.interface_index = static_cast<std::uint32_t>(info.ipi_ifindex);
    } else if (is(IPPROTO_IPV6, IPV6_PKTINFO)) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(header), sizeof info);
      datagram.interface_index = info.ipi6_ifindex;
    }
  }
  return datagram;
}

bool wants(const Uplink& uplink, bool is_v4) {
  for (const auto& own : uplink.addresses)
    if (is_v4 ? own.address.is_v4() : own.address.is_v6() && own.address.is_link_local()) return true;
  return false;
}

}  // namespace

/// Shared with the wait handlers, which may run once more after the owner is gone.
struct MulticastSocket::State : std::enable_shared_from_this<State> {
  struct Endpoint {
    bool is_v4;
    udp::socket socket;
    std::set<std::uint32_t> joined;
    unsigned opened = 0;  // times; tells a wait on an earlier socket
  };

  State(boost::asio::io_context& io_context, DatagramHandler received_handler, ErrorHandler failed_handler)
      : endpoints{Endpoint{true, udp::socket(io_context), {}, 0},
                  Endpoint{false, udp::socket(io_context), {}, 0}},
        received(std::move(received_handler)),
        failed(std::move(failed_handler)),
        buffers(static_cast<std::size_t>(kDatagramsPerTurn) * kBufferSize) {}

  void update(Endpoint& endpoint);
  void wait(Endpoint& endpoint);
  void receive(Endpoint& endpoint);
  void report(const std::string& what, int error);

  std::array<Endpoint, 2> endpoints;
  DatagramHandler received;
  ErrorHandler failed;
  std::vector<Uplink> uplinks;
  std::uint16_t port = 0;
  std::string vrf;
  std::map<std::string, int> failing;  // what, and how it last failed
  std::vector<std::uint8_t> buffers;
};

/// Brings one family's socket and memberships to what is wanted; errors are tried again at the next call.
void MulticastSocket::State::update(Endpoint& endpoint) {
  const std::string family = endpoint.is_v4 ? "IPv4" : "IPv6";
  std::map<std::uint32_t, std::string> wanted;
  for (const auto& uplink : uplinks)
    if (wants(uplink, endpoint.is_v4)) wanted.emplace(uplink.interface_index, uplink.name);

  boost::system::error_code ignored;
  if (wanted.empty()) {
    endpoint.socket.close(ignored);
    endpoint.joined.clear();
    return;
  }
  if (!endpoint.socket.is_open()) {
    const int fd = open_socket(endpoint.is_v4, port, vrf);
    report(family + " discovery, UDP port " + std::to_string(port), fd < 0 ? errno : 0);
    if (fd < 0) return;
    endpoint.socket.assign(endpoint.is_v4 ? udp::v4() : udp::v6(), fd, ignored);
    if (!endpoint.socket.is_open()) {
      ::close(fd);
      return;
    }
    ++endpoint.opened;
    wait(endpoint);
  }
  const int fd = endpoint.socket.native_handle();
  for (auto it = endpoint.joined.begin(); it != endpoint.joined.end();) {
    if (wanted.contains(*it)) {
      ++it;
      continue;
    }
    change_membership(fd, endpoint.is_v4, *it,
                      false);  // fails when the interface is gone, and so is the membership
    it = endpoint.joined.erase(it);
  }
  for (const auto& [index, name] : wanted) {
    if (endpoint.joined.contains(index)) continue;
    int error = change_membership(fd, endpoint.is_v4, index, true);
    if (error == EADDRINUSE) error = 0;  // still a member
    report(family + " discovery on " + name, error);
    if (error == 0) endpoint.joined.insert(index);
  }
}

void MulticastSocket::State::wait(Endpoint& endpoint) {
  endpoint.socket.async_wait(
      udp::socket::wait_read,
      [weak = weak_from_this(), &endpoint, opened = endpoint.opened](boost::system::error_code error) {
        const auto self = weak.lock();
        if (!self || error || !endpoint.socket.is_open()) return;
        if (opened != endpoint.opened) return;
        self->receive(endpoint);
      });
}

void MulticastSocket::State::receive(Endpoint& endpoint) {
  std::vector<Datagram> datagrams;
  for (std::size_t i = 0; i < kDatagramsPerTurn; ++i) {
    const auto datagram = receive_datagram(endpoint.socket.native_handle(),
                                           std::span(buffers).subspan(i * kBufferSize, kBufferSize));
    if (!datagram) break;  // nothing more, or an error of the socket that the next wait finds again
    if (endpoint.joined.contains(datagram->interface_index)) datagrams.push_back(*datagram);
  }
  wait(endpoint);
  if (!datagrams.empty() && received) received(datagrams);
}

void MulticastSocket::State::report(const std::string& what, int error) {
  auto& last = failing[what];
  if (last != error && error != 0 && failed) failed(what + ": " + system_error(error));
  last = error;
  if (error == 0) failing.erase(what);
}

MulticastSocket::MulticastSocket(boost::asio::io_context& io_context, DatagramHandler received,
                                 ErrorHandler failed)
    : state_(std::make_shared<State>(io_context, std::move(received), std::move(failed))) {}

MulticastSocket::~MulticastSocket() {
  state_->received = nullptr;
  state_->failed = nullptr;
  close();
}

void MulticastSocket::set_uplinks(const std::vector<Uplink>& uplinks, std::uint16_t port,
                                  const std::string& vrf) {
  if (port != state_->port || vrf != state_->vrf) close();
  state_->uplinks = uplinks;
  state_->port = port;
  state_->vrf = vrf;
  for (auto& endpoint : state_->endpoints) state_->update(endpoint);
}

void MulticastSocket::send(const OutgoingBeacon& beacon) {
  for (auto& endpoint : state_->endpoints) {
    if (beacon.destination && beacon.destination->is_v4() != endpoint.is_v4) continue;
    if (!beacon.destination) state_->update(endpoint);  // what could not be opened or joined is tried again
    if (!endpoint.socket.is_open()) continue;
    if (!endpoint.joined.contains(beacon.interface_index)) continue;
    static const auto kGroups =
        std::array{*rib::IpAddress::parse(kGroupIpv4), *rib::IpAddress::parse(kGroupIpv6)};
    const auto& to = beacon.destination ? *beacon.destination : kGroups[endpoint.is_v4 ? 0 : 1];
    const auto destination = destination_of(to, state_->port, beacon.interface_index);
    const int error = send_datagram(endpoint.socket.native_handle(), destination, endpoint.is_v4,
                                    beacon.interface_index, beacon.octets);
    if (error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS) continue;
    // An answer to somebody who is gone is nothing to report; a beacon that does not leave is.
    if (!beacon.destination)
      state_->report((endpoint.is_v4 ? "IPv4" : "IPv6") + std::string(" beacon on interface ") +
                         std::to_string(beacon.interface_index),
                     error);
  }
}

void MulticastSocket::close() {
  boost::system::error_code ignored;
  state_->uplinks.clear();
  for (auto& endpoint : state_->endpoints) {
    endpoint.socket.close(ignored);
    endpoint.joined.clear();
  }
}

}  // namespace bgpd::mesh
