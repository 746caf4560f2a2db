#include "fib/netlink_socket.hpp"

#include <fcntl.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace fib {

namespace {

constexpr std::size_t kBufferSize = 1 << 16;  // the kernel fills at most 32 KiB of a dump's datagram
constexpr std::size_t kBufferLimit = 1 << 20;
constexpr int kSendBufferSize = 1 << 17;  // a datagram of 64 KiB must fit; libnl's choice is 32 KiB

std::string enlarge_receive_buffer(int descriptor, int size) {
  if (::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) == 0) return {};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  int granted = 0;
  socklen_t length = sizeof granted;
  ::getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &granted, &length);
  if (granted / 2 >= size) return {};
  return "netlink receive buffer is " + std::to_string(granted / 2048) + " KiB instead of " +
         std::to_string(size / 1024) + " KiB: CAP_NET_ADMIN is missing";
}

}  // namespace

void NetlinkSocket::Close::operator()(nl_sock* socket) const { nl_socket_free(socket); }

NetlinkSocket::NetlinkSocket(nl_sock* socket) : socket_(socket), buffer_(kBufferSize) {}

std::expected<NetlinkSocket, std::string> NetlinkSocket::open(int receive_buffer) {
  auto* raw = nl_socket_alloc();
  if (raw == nullptr) return std::unexpected("netlink socket: out of memory");
  NetlinkSocket self(raw);
  if (const int code = nl_connect(raw, NETLINK_ROUTE); code < 0)
    return std::unexpected(std::string("netlink socket: ") + nl_geterror(code));
  if (const int code = nl_socket_set_nonblocking(raw); code < 0)
    return std::unexpected(std::string("netlink socket: ") + nl_geterror(code));

  const int descriptor = self.file_descriptor();
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  self.warning_ = enlarge_receive_buffer(descriptor, receive_buffer);
  const int send_buffer = kSendBufferSize;
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
  // Older kernels lack some of these; nothing but comfort depends on them.
  const int one = 1;
  ::setsockopt(descriptor, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one);
  ::setsockopt(descriptor, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof one);
  ::setsockopt(descriptor, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof one);
  return self;
}

int NetlinkSocket::subscribe(std::initializer_list<int> groups) {
  for (const int group : groups)
    if (::setsockopt(file_descriptor(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0)
      return errno;
  return 0;
}

int NetlinkSocket::attach_filter(std::span<const sock_filter> program) {
  sock_fprog filter{};
  filter.len = static_cast<unsigned short>(program.size());
  filter.filter = const_cast<sock_filter*>(program.data());
  const int result = ::setsockopt(file_descriptor(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
  return result < 0 ? errno : 0;
}

int NetlinkSocket::send(std::span<const std::byte> datagram) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  iovec part{const_cast<std::byte*>(datagram.data()), datagram.size()};
  msghdr message{};
  message.msg_name = &kernel;
  message.msg_namelen = sizeof kernel;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  for (;;) {
    if (::sendmsg(file_descriptor(), &message, 0) >= 0) return 0;
    if (errno != EINTR) return errno;
  }
}

NetlinkSocket::Received NetlinkSocket::receive() {
  length_ = 0;
  for (;;) {
    sockaddr_nl sender{};
    iovec part{buffer_.data(), buffer_.size()};
    msghdr message{};
    message.msg_name = &sender;
    message.msg_namelen = sizeof sender;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    const auto length = ::recvmsg(file_descriptor(), &message, MSG_DONTWAIT);
    if (length < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return Received::Nothing;
      if (errno == ENOBUFS) return Received::Overrun;
      error_ = errno;
      return Received::Failed;
    }
    if (sender.nl_pid != 0) continue;  // only the kernel speaks to us
    if (message.msg_flags & MSG_TRUNC) {
      if (buffer_.size() < kBufferLimit) buffer_.resize(buffer_.size() * 2);
      return Received::Overrun;
    }
    length_ = static_cast<std::size_t>(length);
    return Received::Datagram;
  }
}

int NetlinkSocket::file_descriptor() const { return nl_socket_get_fd(socket_.get()); }

std::uint32_t NetlinkSocket::port() const { return nl_socket_get_local_port(socket_.get()); }

const nlmsghdr* MessageRange::next() {
  if (left_.size() < sizeof(nlmsghdr)) return nullptr;
  const auto* header = reinterpret_cast<const nlmsghdr*>(left_.data());
  if (header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > left_.size()) return nullptr;
  left_ = left_.subspan(std::min(left_.size(), std::size_t{NLMSG_ALIGN(header->nlmsg_len)}));
  return header;
}

int parse_done(const nlmsghdr& header) {
  int code = 0;
  if (header.nlmsg_len >= NLMSG_LENGTH(sizeof code))
    std::memcpy(&code, reinterpret_cast<const std::byte*>(&header) + NLMSG_HDRLEN, sizeof code);
  return -code;
}

Acknowledgement parse_acknowledgement(const nlmsghdr& header) {
  Acknowledgement result;
  if (header.nlmsg_len < NLMSG_LENGTH(sizeof(nlmsgerr))) return result;
  const auto* body =
      reinterpret_cast<const nlmsgerr*>(reinterpret_cast<const std::byte*>(&header) + NLMSG_HDRLEN);
  result.sequence = body->msg.nlmsg_seq;
  result.type = body->msg.nlmsg_type;
  result.error = -body->error;
  if ((header.nlmsg_flags & NLM_F_ACK_TLVS) == 0) return result;

  // The attributes follow the request's header, and its payload unless that was left out.
  std::size_t offset = NLMSG_HDRLEN + sizeof(nlmsgerr);
  if ((header.nlmsg_flags & NLM_F_CAPPED) == 0) offset += NLMSG_ALIGN(body->msg.nlmsg_len) - sizeof(nlmsghdr);
  if (offset >= header.nlmsg_len) return result;
  const auto* first = reinterpret_cast<const nlattr*>(reinterpret_cast<const std::byte*>(&header) + offset);
  const auto* text = nla_find(first, static_cast<int>(header.nlmsg_len - offset), NLMSGERR_ATTR_MSG);
  if (text == nullptr) return result;
  const auto* characters = static_cast<const char*>(nla_data(text));
  result.text.assign(characters, ::strnlen(characters, static_cast<std::size_t>(nla_len(text))));
  return result;
}

}  // namespace fib
