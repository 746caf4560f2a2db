#include "bgpd/api/server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <google/protobuf/stubs/logging.h>
#include <algorithm>
#include <boost/asio.hpp>
#include <cerrno>
#include <cstring>
#include <set>
#include <vector>

#include "bgpd/api/handlers.hpp"
#include "bgpd/api/socket_file.hpp"
#include "bgpd/log.hpp"
#include "cli/frame.hpp"

namespace bgpd::api {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;

namespace {

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadStep = 64 << 10;  // memory grows with what arrives, not with what is announced

/// Who connected, as the kernel says.
struct PeerCredentials {
  uid_t user;
  pid_t process;
  std::vector<gid_t> groups;
};

/// Nothing when the kernel does not tell, which then means: look only.
std::optional<PeerCredentials> credentials_of(int socket) {
  ucred peer{};
  socklen_t length = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return std::nullopt;
  std::vector<gid_t> groups(64);
  length = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &length) != 0) length = 0;
  groups.resize(length / sizeof(gid_t));
  groups.push_back(peer.gid);
  return PeerCredentials{peer.uid, peer.pid, std::move(groups)};
}

std::string frames_of(std::uint64_t id, const Replies& replies, const proto::Done& end) {
  std::string octets;
  bool whole = true;
  for (auto* response : replies.all()) {
    response->set_id(id);
    whole = cli::append_frame(octets, *response) && whole;
  }
  proto::Response last;
  last.set_id(id);
  *last.mutable_done() = whole ? end : done(proto::Done::FAILED, "The answer is too long for one frame");
  cli::append_frame(octets, last);
  return octets;
}

/// A response of nothing: whoever waits is told that it is being worked on.
std::string sign_of_life(std::uint64_t id) {
  std::string octets;
  proto::Response response;
  response.set_id(id);
  cli::append_frame(octets, response);
  return octets;
}

}  // namespace

bool may_change(const Credentials& caller, uid_t daemon_user, gid_t socket_group) {
  return caller.user == 0 || caller.user == daemon_user ||
         std::ranges::find(caller.groups, socket_group) != caller.groups.end();
}

struct Server::Impl {
  Impl(asio::io_context& context, Backend& daemon, ServerSettings wanted)
      : io(context), backend(daemon), settings(std::move(wanted)), acceptor(context) {}

  static asio::awaitable<void> accept(std::shared_ptr<Impl> self);
  static asio::awaitable<void> wait(std::shared_ptr<Impl> self, std::chrono::milliseconds time);

  asio::io_context& io;
  Backend& backend;
  ServerSettings settings;
  Protocol::acceptor acceptor;
  SocketFile file;
  std::string path;
  bool stopped = true;
  std::uint64_t last_connection = 0;
  std::set<std::shared_ptr<Connection>> connections;
};

struct Server::Connection : std::enable_shared_from_this<Connection> {
  Connection(std::shared_ptr<Impl> owner, Protocol::socket accepted)
      : impl(std::move(owner)), socket(std::move(accepted)), timer(socket.get_executor()) {
    caller.connection = ++impl->last_connection;
    caller.ahead = &ahead;
    caller.past_ahead = &past_ahead;
    caller.filter = &filter;
    const auto credentials = credentials_of(socket.native_handle());
    if (!credentials) return;
    caller.may_change = may_change({credentials->user, credentials->groups}, ::geteuid(), impl->file.group);
    caller.who = {user_name(credentials->user), credentials->user, credentials->process};
  }

  static asio::awaitable<void> serve(std::shared_ptr<Connection> self);
  /// One request's octets; false when the client is gone, too slow, or talks nonsense.
  static asio::awaitable<bool> read_frame(std::shared_ptr<Connection> self);
  enum class Work : std::uint8_t { Done, GivenUp, ClientIsGone };
  /// Does the work of a long answer between everybody else's. Who asks for something else meanwhile has given
  /// it up.
  static asio::awaitable<Work> work_on(std::shared_ptr<Connection> self, LongAnswer& answer,
                                       std::uint64_t id);
  /// Whether the client has sent something more, or hung up; Done: neither.
  Work look_at_client();

  /// The socket closes when `time` passes before the next call.
  void must_happen_within(std::chrono::milliseconds time) {
    timer.expires_after(time);
    timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      if (const auto self = weak.lock(); self && !error) self->close();
    });
  }
  void close() {
    timer.cancel();
    boost::system::error_code ignored;
    socket.close(ignored);
  }

  std::shared_ptr<Impl> impl;
  Protocol::socket socket;
  asio::steady_timer timer;
  Lookahead ahead;
  PastLookahead past_ahead;
  ListingFilter filter;
  Caller caller;
  std::string octets;
};

asio::awaitable<bool> Server::Connection::read_frame(std::shared_ptr<Connection> self) {
  std::array<std::uint8_t, cli::kFrameHeaderSize> header{};
  const auto& settings = self->impl->settings;
  const bool has_candidate = self->impl->backend.candidates().contains(self->caller.connection);
  self->must_happen_within(has_candidate ? settings.candidate_time : settings.idle_time);
  auto [error, count] = co_await self->socket.async_read_some(asio::buffer(header), kToken);
  if (error) co_return false;
  self->must_happen_within(self->impl->settings.frame_time);
  auto [header_error, rest] = co_await asio::async_read(self->socket, asio::buffer(header) + count, kToken);
  if (header_error) co_return false;
  const auto length = cli::frame_length(header);
  if (!length) {
    log::api().warn("a client announced a request beyond {} octets; closing it", cli::kMaximumFrameSize);
    co_return false;
  }
  self->octets.clear();
  while (self->octets.size() < *length) {
    const auto old_size = self->octets.size();
    self->octets.resize(std::min(*length, old_size + kReadStep));
    auto [body_error, n] = co_await asio::async_read(
        self->socket, asio::buffer(self->octets.data() + old_size, self->octets.size() - old_size), kToken);
    if (body_error) co_return false;
  }
  co_return true;
}

Server::Connection::Work Server::Connection::look_at_client() {
  char next = 0;
  const auto count = ::recv(socket.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
  if (count > 0) return Work::GivenUp;
  return count < 0 && (errno == EAGAIN || errno == EINTR) ? Work::Done : Work::ClientIsGone;
}

asio::awaitable<Server::Connection::Work> Server::Connection::work_on(std::shared_ptr<Connection> self,
                                                                      LongAnswer& answer, std::uint64_t id) {
  using Clock = std::chrono::steady_clock;
  self->timer.cancel();
  auto last_sign = Clock::now();
  while (answer.step()) {
    co_await asio::post(asio::use_awaitable);
    if (self->impl->stopped) co_return Work::ClientIsGone;
    if (const auto seen = self->look_at_client(); seen != Work::Done) co_return seen;
    if (Clock::now() - last_sign < self->impl->settings.sign_of_life_time) continue;
    last_sign = Clock::now();
    const auto sign = sign_of_life(id);
    self->must_happen_within(self->impl->settings.frame_time);
    auto [error, count] = co_await asio::async_write(self->socket, asio::buffer(sign), kToken);
    if (error) co_return Work::ClientIsGone;
    self->timer.cancel();
  }
  co_return Work::Done;
}

asio::awaitable<void> Server::Connection::serve(std::shared_ptr<Connection> self) {
  const auto impl = self->impl;
  while (co_await read_frame(self)) {
    if (impl->stopped) break;
    proto::Request request;
    if (!request.ParseFromString(self->octets)) {
      log::api().warn("a client sent what is no request; closing it");
      break;
    }
    Replies replies;
    std::unique_ptr<LongAnswer> longer;
    auto end = handle(request, self->caller, impl->backend, replies, longer);
    if (impl->stopped) break;
    if (longer) {
      const auto work = co_await work_on(self, *longer, request.id());
      if (work == Work::ClientIsGone) break;
      end = work == Work::Done ? longer->finish(replies) : done(proto::Done::CANCELLED, "Interrupted");
      longer.reset();
    }
    self->octets = frames_of(request.id(), replies, end);
    self->must_happen_within(impl->settings.frame_time);
    auto [error, count] = co_await asio::async_write(self->socket, asio::buffer(self->octets), kToken);
    if (error) break;
    self->octets = {};  // a large page need not be kept while the client thinks
  }
  self->close();
  if (!impl->stopped) impl->backend.candidates().erase(self->caller.connection);
  impl->connections.erase(self);
}

asio::awaitable<void> Server::Impl::wait(std::shared_ptr<Impl> self, std::chrono::milliseconds time) {
  asio::steady_timer timer(self->io, time);
  co_await timer.async_wait(kToken);
}

asio::awaitable<void> Server::Impl::accept(std::shared_ptr<Impl> self) {
  using namespace std::chrono_literals;
  for (;;) {
    auto [error, socket] = co_await self->acceptor.async_accept(kToken);
    if (self->stopped) co_return;
    if (error) {  // no descriptors left, or the client changed its mind
      co_await wait(self, 100ms);
      if (self->stopped) co_return;
      continue;
    }
    if (self->connections.size() >= self->settings.maximum_clients) {
      const auto octets = frames_of(0, {}, done(proto::Done::BUSY, "kuland serves too many clients already"));
      ::send(socket.native_handle(), octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      continue;
    }
    auto connection = std::make_shared<Connection>(self, std::move(socket));
    self->connections.insert(connection);
    asio::co_spawn(self->io, Connection::serve(std::move(connection)), asio::detached);
  }
}

Server::Server(asio::io_context& io, Backend& backend, ServerSettings settings)
    : impl_(std::make_shared<Impl>(io, backend, std::move(settings))) {}

Server::~Server() { stop(); }

std::expected<void, std::string> Server::listen(const std::string& path) {
  google::protobuf::SetLogHandler(nullptr);  // a bad frame is logged here, once, not by the parser
  auto file = make_socket_file(path, impl_->settings.group, impl_->settings.mode);
  if (!file) return std::unexpected(file.error());
  impl_->file = *file;
  impl_->path = path;
  boost::system::error_code error;
  impl_->acceptor.assign(Protocol(), file->descriptor, error);
  if (!error) impl_->acceptor.listen(static_cast<int>(impl_->settings.maximum_clients), error);
  if (error) {
    remove_socket_file(path, *file);
    return std::unexpected("socket " + path + ": " + error.message());
  }
  impl_->stopped = false;
  asio::co_spawn(impl_->io, Impl::accept(impl_), asio::detached);
  return {};
}

void Server::stop() {
  if (impl_->stopped) return;
  impl_->stopped = true;
  boost::system::error_code ignored;
  impl_->acceptor.close(ignored);
  remove_socket_file(impl_->path, impl_->file);
  // The coroutines hold their connections until they have noticed.
  for (const auto& connection : std::exchange(impl_->connections, {})) connection->close();
}

std::size_t Server::client_count() const { return impl_->connections.size(); }

}  // namespace bgpd::api
