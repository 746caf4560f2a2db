// The API's socket: accepts clients, reads requests, writes responses. Main io_context, one coroutine a
// client.
//
// A client is served one request at a time: the next is read when the last response has left, so nothing
// queues up. Bounds: clients, frame length, the time a client may take to finish a frame or to read its
// answer.
#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <expected>
#include <memory>
#include <span>
#include <string>

#include "bgpd/api/backend.hpp"

namespace bgpd::api {

struct ServerSettings {
  std::size_t maximum_clients = 64;
  std::chrono::milliseconds frame_time = std::chrono::seconds(30);  // from a frame's first octet to its last
  std::chrono::milliseconds idle_time = std::chrono::minutes(10);   // between requests
  std::chrono::milliseconds candidate_time = std::chrono::hours(24);  // likewise, while a candidate is open
  std::chrono::milliseconds sign_of_life_time = std::chrono::seconds(5);  // while an answer takes long
  std::string group = "kulan";  // its members may use the socket, and change things
  unsigned mode = 0660;         // of the socket file: who may connect
};

/// Who is at the other end of a socket.
struct Credentials {
  uid_t user = 0;
  std::span<const gid_t> groups;
};

/// May they change anything? root, the daemon's own user, and members of the socket's group.
bool may_change(const Credentials& caller, uid_t daemon_user, gid_t socket_group);

class Server {
 public:
  Server(boost::asio::io_context& io, Backend& backend, ServerSettings settings = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Makes the socket file (its mode, its group if there is one) and its directory, and begins to accept. A
  /// file that a dead daemon left is replaced; when somebody answers on it, or it is no socket, that is the
  /// error.
  std::expected<void, std::string> listen(const std::string& path);
  /// Closes everything and removes the socket file if it is still ours. May be called twice.
  void stop();
  std::size_t client_count() const;

 private:
  struct Connection;
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the coroutines, which may end after the server
};

}  // namespace bgpd::api
