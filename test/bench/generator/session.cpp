#include "test/bench/generator/session.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "bgpd/wire/open.hpp"

namespace bench {
namespace {

constexpr std::size_t kWriteAtMost = 1 << 20;  // a turn: the receivers' sockets have to be read, too

/// With a daemon whose queue of callers is full a connection may stand that it does not know of.
constexpr auto kPatience = std::chrono::seconds(5);

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress socket_address(const rib::IpAddress& address, std::uint16_t port) {
  SocketAddress result;
  if (address.is_v4()) {
    auto& v4 = *new (&result.storage) sockaddr_in{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(address.to_v4());
    result.size = sizeof v4;
  } else {
    auto& v6 = *new (&result.storage) sockaddr_in6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::ranges::copy(address.bytes(), v6.sin6_addr.s6_addr);
    result.size = sizeof v6;
  }
  return result;
}

std::vector<std::uint8_t> open_message(const SessionPlan& plan) {
  bgpd::wire::Open open;
  open.set_as(plan.local_as);
  open.hold_time = plan.hold_time;
  open.identifier = plan.identifier;
  open.capabilities.multiprotocol = {plan.local.is_v4() ? rib::Family::Ipv4Unicast
                                                        : rib::Family::Ipv6Unicast};
  open.capabilities.route_refresh = true;
  return bgpd::wire::encode_open(open);
}

}  // namespace

Session::~Session() { close(); }

bool Session::connect() {
  close();
  descriptor_ =
      ::socket(plan_.daemon.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0) return false;
  const int on = 1;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto from = socket_address(plan_.local, 0), to = socket_address(plan_.daemon, plan_.port);
  if (::bind(descriptor_, from.get(), from.size) != 0 ||
      (::connect(descriptor_, to.get(), to.size) != 0 && errno != EINPROGRESS)) {
    close();
    return false;
  }
  state_ = State::Connecting;
  last_heard_ = Clock::now();
  return true;
}

void Session::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  state_ = State::Idle;
  output_.clear();
  unparsed_.clear();
}

void Session::fail(const std::string& why) {
  close();
  listener_.closed(*this, why);
}

void Session::send(std::span<const std::uint8_t> messages) {
  if (!messages.empty()) output_.push_back(messages);
}

void Session::give_output() {
  std::size_t written = 0;
  while (!output_.empty() && written < kWriteAtMost) {
    auto& front = output_.front();
    const auto n = ::send(descriptor_, front.data(), std::min(front.size(), kWriteAtMost), MSG_NOSIGNAL);
    if (n < 0) {
      if (errno != EAGAIN && errno != EINTR) fail(std::string("write: ") + std::strerror(errno));
      return;
    }
    last_said_ = Clock::now();
    written += static_cast<std::size_t>(n);
    front = front.subspan(static_cast<std::size_t>(n));
    if (front.empty()) output_.pop_front();
  }
}

void Session::finish_connect() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return fail(std::string("connect: ") + std::strerror(error));
  state_ = State::OpenSent;
  last_heard_ = Clock::now();
  open_ = open_message(plan_);
  send(open_);
  give_output();
}

void Session::take_input(std::span<std::uint8_t> room) {
  std::copy(unparsed_.begin(), unparsed_.end(), room.begin());
  const auto kept = unparsed_.size();
  const auto n = ::recv(descriptor_, room.data() + kept, room.size() - kept, 0);
  if (n == 0) return fail("closed by the daemon");
  if (n < 0) {
    if (errno != EAGAIN && errno != EINTR) fail(std::string("read: ") + std::strerror(errno));
    return;
  }
  const auto now = Clock::now();
  if (is_established()) longest_silence_ = std::max(longest_silence_, now - last_heard_);
  last_heard_ = now;
  const auto octets = room.first(kept + static_cast<std::size_t>(n));
  const auto used = take_messages(octets);
  if (state_ != State::Idle)
    unparsed_.assign(octets.begin() + static_cast<std::ptrdiff_t>(used), octets.end());
}

/// Returns the octets of whole messages.
std::size_t Session::take_messages(std::span<const std::uint8_t> octets) {
  std::size_t used = 0;
  while (octets.size() - used >= bgpd::wire::kHeaderSize) {
    const auto message = octets.subspan(used);
    const auto header = bgpd::wire::decode_header(message.first<bgpd::wire::kHeaderSize>(), 4096);
    if (!header) {
      fail("not a BGP message: " + bgpd::wire::describe(header.error()));
      return used;
    }
    if (header->length > message.size()) break;
    used += header->length;
    take_message(static_cast<std::uint8_t>(header->type),
                 message.subspan(bgpd::wire::kHeaderSize, header->body_length()));
    if (state_ == State::Idle) break;
  }
  return used;
}

void Session::take_message(std::uint8_t type, std::span<const std::uint8_t> body) {
  switch (static_cast<bgpd::wire::MessageType>(type)) {
    case bgpd::wire::MessageType::Open:
      return take_open(body);
    case bgpd::wire::MessageType::Update:
      return listener_.updated(*this, body);
    case bgpd::wire::MessageType::Notification:
      return fail("NOTIFICATION " + bgpd::wire::describe(bgpd::wire::decode_notification(body)));
    case bgpd::wire::MessageType::Keepalive:
      if (state_ != State::OpenConfirm) return;
      state_ = State::Established;
      listener_.established(*this);
      return;
    case bgpd::wire::MessageType::RouteRefresh:
      return;
  }
}

void Session::take_open(std::span<const std::uint8_t> body) {
  const auto open = bgpd::wire::decode_open(body);
  if (!open || state_ != State::OpenSent) return fail("unexpected or bad OPEN");
  hold_time_ = std::chrono::seconds(std::min(open->hold_time, plan_.hold_time));
  state_ = State::OpenConfirm;
  send(bgpd::wire::kKeepaliveMessage);
  give_output();
}

void Session::tick(Clock::time_point now) {
  if (state_ == State::Idle) return;
  if (!is_established()) {
    if (now - last_heard_ > kPatience) fail("no answer");
    return;
  }
  if (hold_time_ == std::chrono::seconds(0)) return;
  longest_silence_ = std::max(longest_silence_, now - last_heard_);
  if (now - last_heard_ > hold_time_) return fail("hold time is over");
  if (now - last_said_ < hold_time_ / 3 || has_output()) return;
  send(bgpd::wire::kKeepaliveMessage);
  give_output();
}

}  // namespace bench
