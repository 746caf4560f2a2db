#include "cli/client.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "cli/frame.hpp"

namespace cli {

using kulan::api::Done;
using kulan::api::Request;
using kulan::api::Response;

namespace {

constexpr std::size_t kArenaSize = 1 << 20;  // of what most pages need

google::protobuf::ArenaOptions arena_options(char* memory) {
  google::protobuf::ArenaOptions options;
  options.initial_block = memory;
  options.initial_block_size = kArenaSize;
  options.max_block_size = 256 << 10;
  return options;
}

}  // namespace

Client::Client(std::string socket_path, std::chrono::milliseconds timeout)
    : socket_path_(std::move(socket_path)),
      timeout_(timeout),
      memory_(std::make_unique_for_overwrite<char[]>(kArenaSize)),
      arena_(arena_options(memory_.get())) {}

Client::~Client() { close(); }

pid_t Client::daemon_process() const {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (socket_ < 0 || ::getsockopt(socket_, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return 0;
  return credentials.pid;
}

void Client::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  ahead_.reset();
  cancel_.reset();
}

ClientError Client::lost(const std::string& why) {
  close();
  return {ClientError::Kind::Lost, Done::OK, "The connection to kuland was lost (" + why + ")"};
}

std::string ClientError::help() const {
  if (kind != Kind::Unreachable) return "";
  return "% Without it, `show startup-config` shows the saved configuration, and `kulan -C` checks it\n";
}

std::expected<void, ClientError> Client::connect() {
  if (socket_ >= 0) {
    // A restarted daemon has closed its end: nothing may be readable between two calls.
    char octet;
    if (::recv(socket_, &octet, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return {};
    close();
  }
  const auto unreachable = [&](int error) {
    close();
    const std::string where = " (socket " + socket_path_ + ": " + std::strerror(error) + ")";
    const bool forbidden = error == EACCES || error == EPERM;
    return std::unexpected(
        ClientError{forbidden ? ClientError::Kind::Forbidden : ClientError::Kind::Unreachable, Done::OK,
                    (forbidden ? "This user may not talk to kuland" : "kuland is not running") + where});
  };

  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path_.size() >= sizeof address.sun_path) return unreachable(ENAMETOOLONG);
  std::memcpy(address.sun_path, socket_path_.data(), socket_path_.size());
  socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0) return unreachable(errno);
  // On a Unix socket, connect succeeds at once or, with a full backlog, fails with EAGAIN.
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
    return unreachable(errno);
  return {};
}

std::expected<void, ClientError> Client::wait(short events) {
  // A signal may come just before poll(): then the flag is seen when this has passed.
  constexpr std::chrono::milliseconds kLookAtFlag{100};
  pollfd descriptor{socket_, events, 0};
  for (auto left = timeout_;;) {
    const auto slice = interrupt_ ? std::min(left, kLookAtFlag) : left;
    const int ready = ::poll(&descriptor, 1, static_cast<int>(slice.count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return std::unexpected(lost(std::strerror(errno)));
    if (events == POLLIN) cancel_if_interrupted();
    if (ready == 0 && (left -= slice) <= std::chrono::milliseconds(0))
      return std::unexpected(lost("no answer for " + std::to_string(timeout_.count() / 1000) + " s"));
  }
}

/// The connection stays: a candidate goes with it.
void Client::cancel_if_interrupted() {
  if (!interrupt_ || !interrupt_->load() || cancel_) return;
  Request request;
  request.set_id(++last_id_);
  request.mutable_cancel();
  std::string frame;
  append_frame(frame, request);
  // So few octets go whole or not at all; who could not be told is waited for.
  if (::send(socket_, frame.data(), frame.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(frame.size()))
    cancel_ = last_id_;
}

std::expected<void, ClientError> Client::send(const std::string& frame) {
  for (std::size_t sent = 0; sent < frame.size();) {
    const auto count = ::send(socket_, frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (auto ready = wait(POLLOUT); !ready) return ready;
    } else if (errno == EPIPE) {
      return {};  // closed already, perhaps with a word about it (too many clients): receive() tells
    } else if (errno != EINTR) {
      return std::unexpected(lost(std::strerror(errno)));
    }
  }
  return {};
}

std::expected<void, ClientError> Client::read(char* to, std::size_t size) {
  while (size > 0) {
    const auto count = ::recv(socket_, to, size, 0);
    if (count > 0) {
      to += count;
      size -= static_cast<std::size_t>(count);
    } else if (count == 0) {
      return std::unexpected(lost("it closed the connection"));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (auto ready = wait(POLLIN); !ready) return ready;
    } else if (errno != EINTR) {
      return std::unexpected(lost(std::strerror(errno)));
    }
  }
  return {};
}

std::expected<const Response*, ClientError> Client::receive() {
  constexpr std::size_t kStep = 256 << 10;  // memory grows with what arrives, not with what is announced
  std::array<std::uint8_t, kFrameHeaderSize> header{};
  if (auto done = read(reinterpret_cast<char*>(header.data()), header.size()); !done)
    return std::unexpected(done.error());
  const auto length = frame_length(header);
  if (!length) return std::unexpected(lost("a frame beyond 16 MiB"));
  octets_.clear();
  while (octets_.size() < *length) {
    const auto old_size = octets_.size();
    octets_.resize(std::min(*length, old_size + kStep));
    if (auto done = read(octets_.data() + old_size, octets_.size() - old_size); !done)
      return std::unexpected(done.error());
  }
  arena_->Reset();
  auto* response = google::protobuf::Arena::CreateMessage<Response>(&*arena_);
  if (!response->ParseFromString(octets_)) return std::unexpected(lost("a frame that is no response"));
  return response;
}

std::expected<void, ClientError> Client::drop_until(std::uint64_t id) {
  for (;;) {
    const auto response = receive();
    if (!response) return std::unexpected(response.error());
    if (!(*response)->has_done()) continue;
    if (ahead_ && ahead_->id == (*response)->id()) ahead_.reset();
    if ((*response)->id() == id) return {};
  }
}

std::expected<std::uint64_t, ClientError> Client::begin(Request request) {
  request.clear_id();
  if (ahead_ && ahead_->request == request.SerializeAsString()) return std::exchange(ahead_, {})->id;
  // What is left of a connection that breaks here does not matter: the request goes over the next one.
  if (ahead_) static_cast<void>(drop_until(ahead_->id));
  request.set_id(++last_id_);
  std::string frame;
  if (!append_frame(frame, request))
    return std::unexpected(ClientError{ClientError::Kind::Refused, Done::INVALID, "The request is too long"});
  if (auto connected = connect(); !connected) return std::unexpected(connected.error());
  if (auto sent = send(frame); !sent) return std::unexpected(sent.error());
  return request.id();
}

void Client::ask_ahead(Request request) {
  if (socket_ < 0 || ahead_) return;
  request.clear_id();
  Ahead ahead{request.SerializeAsString(), ++last_id_};
  request.set_id(ahead.id);
  std::string frame;
  if (append_frame(frame, request) && send(frame)) ahead_ = std::move(ahead);
}

std::expected<void, ClientError> Client::call(Request request, const Reply& reply) {
  const auto id = begin(std::move(request));
  if (!id) return std::unexpected(id.error());
  for (;;) {
    const auto response = receive();
    if (!response) return std::unexpected(response.error());
    const auto& answer = **response;
    // A daemon that serves too many clients says so without having read the id.
    if (answer.id() != *id && !(answer.id() == 0 && answer.has_done())) continue;
    if (!answer.has_done()) {
      reply(answer);
      continue;
    }
    const auto done = answer.done();
    if (const auto cancel = std::exchange(cancel_, {}))
      if (auto dropped = drop_until(*cancel); !dropped) return dropped;
    if (done.code() == Done::OK) return {};
    return std::unexpected(ClientError{ClientError::Kind::Refused, done.code(), done.message()});
  }
}

std::expected<Response, ClientError> Client::call(Request request) {
  Response only;
  auto result = call(std::move(request), [&](const Response& response) { only = response; });
  if (!result) return std::unexpected(result.error());
  return only;
}

}  // namespace cli
