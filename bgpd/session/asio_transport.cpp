#include "bgpd/session/asio_transport.hpp"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/container/small_vector.hpp>
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

// --- AsioShared --------------------------------------------------------------------------------------------

/// Who has more to write then asks for a turn.
void AsioShared::write_all() {
  for (const auto& stream : writers) stream->waits_writable_ = false;
  write(writers);
  writers.clear();
}

void AsioShared::write(std::span<const std::shared_ptr<AsioStream>> streams) {
  const auto most = threads.count() == 0 ? std::size_t{1} : kSideBySide;
  while (!streams.empty()) {
    const auto count = std::min(most, streams.size());
    write_side_by_side(streams.first(count));
    streams = streams.subspan(count);
  }
}

struct AsioShared::Write {
  AsioStream* stream;
  Gathered gathered;
  std::size_t first_range, range_count;
  AsioStream::Sent sent;
};

/// Each step for all before the next one: what was gathered stays valid until all is sent, and nobody's turn
/// ends, which may close anything, while others' writes are not told.
void AsioShared::write_side_by_side(std::span<const std::shared_ptr<AsioStream>> streams) {
  boost::container::small_vector<Write, 1> writes;
  ranges_.clear();
  for (const auto& stream : streams) {
    if (stream->finishing_ && stream->socket_.is_open()) stream->send_last();
    if (!stream->socket_.is_open() || !stream->events_) continue;
    const auto first = ranges_.size();
    const auto gathered = stream->events_->on_writable(ranges_);
    writes.push_back({stream.get(), gathered, first, ranges_.size() - first, {}});
  }
  threads.each(writes.size(), [&](std::size_t i) {
    auto& write = writes[i];
    if (write.gathered.total() == 0) return;
    const auto ranges = std::span(ranges_).subspan(write.first_range, write.range_count);
    write.sent = AsioStream::send(write.stream->descriptor(), ranges);
  });
  const auto time = steady_now();
  for (const auto& [stream, gathered, first, count, sent] : writes)
    stream->events_->on_written(gathered, stream->note_sent(sent, gathered.total()), time);
  for (const auto& write : writes)
    if (write.stream->events_) write.stream->events_->on_write_ended(time);
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
  if (count > 0 && events_) tell_input(Octets(buffer).first(static_cast<std::size_t>(count)));
  wait_readable();
}

void AsioStream::tell_input(Octets input) {
  const auto time = steady_now();
  if (ack_delay_.after_read(input.size(), time)) delay_acks(descriptor());
  shared_->brings_little = input.size() < AsioShared::kLittle;
  events_->on_input(input, time);
  shared_->brings_little = false;
  if (const auto work = std::exchange(shared_->after_input, nullptr)) work();
}

std::size_t AsioStream::write(std::span<const Octets> ranges) {
  if (!socket_.is_open()) return 0;
  std::size_t wanted = 0;
  for (const auto range : ranges) wanted += range.size();
  return note_sent(send(descriptor(), ranges), wanted);
}

/// Touches nothing but its arguments, so that threads may do it beside each other.
AsioStream::Sent AsioStream::send(int descriptor, std::span<const Octets> ranges) {
  Sent result;
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
    const auto sent = ::sendmsg(descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && !would_block(errno)) result.error = errno;
    if (sent > 0) result.octets += static_cast<std::size_t>(sent);
    if (sent < 0 || static_cast<std::size_t>(sent) < wanted) break;
    ranges = ranges.subspan(count);
  }
  return result;
}

/// Returns the octets that left. After an error reading finds the connection gone and tells.
std::size_t AsioStream::note_sent(const Sent& sent, std::size_t wanted) {
  if (sent.error != 0)
    write_error_ = std::strerror(sent.error);
  else if (sent.octets < wanted)
    wait_writable();
  return sent.octets;
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
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
      self->waits_writable_ = false;
      self->writable();
    });
}

void AsioStream::writable() {
  const auto self = shared_from_this();
  shared_->write({&self, 1});
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
  if (events) events->on_closed(why, steady_now());
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

std::optional<std::string> AsioTransport::set_password(const std::string& password) {
  return set_md5_password(stream_->descriptor(), rib::Prefix::host(remote_.address), password);
}

}  // namespace bgpd::session
