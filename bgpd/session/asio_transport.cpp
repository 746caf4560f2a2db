#include "bgpd/session/asio_transport.hpp"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <boost/asio/post.hpp>
#include <cstring>
#include <utility>

#include "bgpd/session/tcp_options.hpp"

namespace bgpd::session {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds kFinishTime{1};  // how long a NOTIFICATION may take to leave
constexpr std::size_t kMaximumRanges = 256;     // of one gather write

TimePoint now() { return std::chrono::steady_clock::now(); }

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

tcp::endpoint to_asio(const Endpoint& endpoint) {
  if (endpoint.address.is_v4()) return {asio::ip::address_v4(endpoint.address.to_v4()), endpoint.port};
  asio::ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), endpoint.address.bytes().data(), bytes.size());
  const auto zone = endpoint.address.is_link_local() ? endpoint.interface_index : 0;
  return {asio::ip::address_v6(bytes, zone), endpoint.port};
}

Endpoint from_asio(const tcp::endpoint& endpoint) {
  if (endpoint.address().is_v4())
    return {rib::IpAddress::v4(endpoint.address().to_v4().to_uint()), endpoint.port(), 0};
  const auto v6 = endpoint.address().to_v6();
  return {*rib::IpAddress::from_bytes(v6.to_bytes()), endpoint.port(),
          static_cast<std::uint32_t>(v6.scope_id())};
}

/// Who has more to write then asks for a turn.
void AsioShared::write_all() {
  for (const auto& stream : writers) stream->requested_write();
  writers.clear();
}

// --- AsioStream --------------------------------------------------------------------------------------------

AsioStream::AsioStream(tcp::socket socket, std::shared_ptr<AsioShared> shared)
    : socket_(std::move(socket)), shared_(std::move(shared)) {}

AsioStream::~AsioStream() {
  if (finishing_ && socket_.is_open()) --shared_->finishing;
}

void AsioStream::start(TransportEvents& events) {
  events_ = &events;
  wait_readable();
}

void AsioStream::release() {
  events_ = nullptr;
  if (!finishing_) close();
}

void AsioStream::wait_readable() {
  if (waits_readable_ || !socket_.is_open()) return;
  waits_readable_ = true;
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
    self->waits_readable_ = false;
    if (!error) self->read();
  });
}

/// One buffer's worth; what is left comes in the next turn.
void AsioStream::read() {
  if (!socket_.is_open()) return;
  auto& buffer = shared_->buffer;
  const auto count = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count == 0) return ended(write_error_.empty() ? "Connection closed by the peer" : write_error_);
  if (count < 0 && !would_block(errno)) return ended(std::strerror(errno));
  if (count > 0 && events_) events_->on_input(Octets(buffer).first(static_cast<std::size_t>(count)), now());
  wait_readable();
}

std::size_t AsioStream::write(std::span<const Octets> ranges) {
  if (!socket_.is_open()) return 0;
  std::size_t written = 0;
  while (!ranges.empty()) {
    std::array<iovec, kMaximumRanges> vectors;
    std::size_t count = 0, wanted = 0;
    for (; count < ranges.size() && count < kMaximumRanges; ++count) {
      vectors[count] = {const_cast<std::uint8_t*>(ranges[count].data()), ranges[count].size()};
      wanted += ranges[count].size();
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    const auto sent = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && !would_block(errno)) {
      write_error_ = std::strerror(errno);  // reading finds the connection gone and tells
      return written;
    }
    if (sent > 0) written += static_cast<std::size_t>(sent);
    if (sent < 0 || static_cast<std::size_t>(sent) < wanted) {
      wait_writable();
      return written;
    }
    ranges = ranges.subspan(count);
  }
  return written;
}

void AsioStream::wait_writable() {
  if (waits_writable_) return;
  waits_writable_ = true;
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const error_code& error) {
    self->waits_writable_ = false;
    if (!error) self->writable();
  });
}

void AsioStream::request_write() {
  if (waits_writable_ || !socket_.is_open()) return;
  waits_writable_ = true;
  if (shared_->writes_after_work)
    shared_->writers.push_back(shared_from_this());
  else
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->requested_write(); });
}

void AsioStream::requested_write() {
  waits_writable_ = false;
  writable();
}

void AsioStream::writable() {
  if (!socket_.is_open()) return;
  if (finishing_) return send_last();
  if (events_) events_->on_writable(now());
}

void AsioStream::finish(std::vector<std::uint8_t> last) {
  events_ = nullptr;
  if (finishing_ || !socket_.is_open()) return;
  if (shared_->finishing >=
      AsioShared::kFinishingLimit) {  // what the kernel takes at once leaves, the rest does not
    ::send(socket_.native_handle(), last.data(), last.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return close();
  }
  finishing_ = std::make_unique<Finishing>(socket_.get_executor());
  ++shared_->finishing;
  finishing_->last = std::move(last);
  finishing_->timer.expires_after(kFinishTime);
  finishing_->timer.async_wait([weak = weak_from_this()](const error_code& error) {
    if (const auto self = weak.lock(); self && !error) self->close();
  });
  send_last();
  wait_readable();  // a socket closed with unread input would reset the connection and lose what we sent
}

void AsioStream::send_last() {
  const auto left = Octets(finishing_->last).subspan(finishing_->sent);
  const auto sent = ::send(socket_.native_handle(), left.data(), left.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0 && !would_block(errno)) return close();
  if (sent > 0) finishing_->sent += static_cast<std::size_t>(sent);
  if (finishing_->sent < finishing_->last.size()) return wait_writable();
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void AsioStream::ended(const std::string& why) {
  auto* const events = std::exchange(events_, nullptr);
  close();
  if (events) events->on_closed(why, now());
}

void AsioStream::close() {
  if (!socket_.is_open()) return;
  if (finishing_) {
    --shared_->finishing;
    finishing_->timer.cancel();
  }
  error_code ignored;
  socket_.close(ignored);
}

// --- AsioTransport -----------------------------------------------------------------------------------------

AsioTransport::AsioTransport(tcp::socket socket, std::shared_ptr<AsioShared> shared) {
  error_code ignored;  // a connection that is gone already has no endpoints; reading will tell
  if (const auto local = socket.local_endpoint(ignored); !ignored) local_ = from_asio(local);
  if (const auto remote = socket.remote_endpoint(ignored); !ignored) remote_ = from_asio(remote);
  stream_ = std::make_shared<AsioStream>(std::move(socket), std::move(shared));
  set_common_options(stream_->descriptor(), remote_.address.afi());
}

AsioTransport::~AsioTransport() { stream_->release(); }

void AsioTransport::finish(std::vector<std::uint8_t> last) { stream_->finish(std::move(last)); }

bool AsioTransport::has_unread_input() const {
  int octets = 0;
  return ::ioctl(stream_->descriptor(), FIONREAD, &octets) == 0 && octets > 0;
}

std::optional<std::string> AsioTransport::apply(const TransportSettings& settings) {
  return apply_settings(stream_->descriptor(), remote_.address.afi(), settings);
}

}  // namespace bgpd::session
