#include "cli/client.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "cli/frame.hpp"

namespace cli {

using kulan::api::Done;
using kulan::api::Request;
using kulan::api::Response;

Client::Client(std::string socket_path, std::chrono::milliseconds timeout)
    : socket_path_(std::move(socket_path)), timeout_(timeout) {}

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
}

ClientError Client::lost(const std::string& why) {
  close();
  return {ClientError::Kind::Lost, Done::OK, "The connection to kuland was lost (" + why + ")"};
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
        ClientError{ClientError::Kind::Unreachable, Done::OK,
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
  pollfd descriptor{socket_, events, 0};
  for (;;) {
    const int ready = ::poll(&descriptor, 1, static_cast<int>(timeout_.count()));
    if (ready > 0) return {};
    if (ready == 0)
      return std::unexpected(lost("no answer for " + std::to_string(timeout_.count() / 1000) + " s"));
    if (errno != EINTR) return std::unexpected(lost(std::strerror(errno)));
  }
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

std::expected<Response, ClientError> Client::receive() {
  constexpr std::size_t kStep = 256 << 10;  // memory grows with what arrives, not with what is announced
  std::array<std::uint8_t, kFrameHeaderSize> header{};
  if (auto done = read(reinterpret_cast<char*>(header.data()), header.size()); !done)
    return std::unexpected(done.error());
  const auto length = frame_length(header);
  if (!length) return std::unexpected(lost("a frame beyond 16 MiB"));
  std::string octets;
  while (octets.size() < *length) {
    const auto old_size = octets.size();
    octets.resize(std::min(*length, old_size + kStep));
    if (auto done = read(octets.data() + old_size, octets.size() - old_size); !done)
      return std::unexpected(done.error());
  }
  Response response;
  if (!response.ParseFromString(octets)) return std::unexpected(lost("a frame that is no response"));
  return response;
}

std::expected<void, ClientError> Client::call(Request request, const Reply& reply) {
  request.set_id(++last_id_);
  std::string frame;
  if (!append_frame(frame, request))
    return std::unexpected(ClientError{ClientError::Kind::Refused, Done::INVALID, "The request is too long"});
  if (auto connected = connect(); !connected) return connected;
  if (auto sent = send(frame); !sent) return sent;
  for (;;) {
    auto response = receive();
    if (!response) return std::unexpected(response.error());
    if (response->has_done()) {
      const auto& done = response->done();
      if (done.code() == Done::OK) return {};
      return std::unexpected(ClientError{ClientError::Kind::Refused, done.code(), done.message()});
    }
    if (response->id() == last_id_) reply(*response);
  }
}

std::expected<Response, ClientError> Client::call(Request request) {
  Response only;
  auto result = call(std::move(request), [&](const Response& response) { only = response; });
  if (!result) return std::unexpected(result.error());
  return only;
}

}  // namespace cli
