// The shell's end of the API: a blocking client of the daemon's Unix socket. One thread.
//
// Connects when it is first needed and again when the daemon was restarted between two calls. Every wait has
// an end.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <expected>
#include <functional>
#include <string>

#include "cli/proto/kulan.pb.h"

namespace cli {

struct ClientError {
  enum class Kind : std::uint8_t {
    Unreachable,  // no daemon, or no permission to talk to it
    Lost,         // the connection broke, or went silent, in the middle of a call
    Refused,      // the daemon answered with a code
  };
  Kind kind = Kind::Unreachable;
  kulan::api::Done::Code code = kulan::api::Done::OK;  // Refused
  std::string message;                                 // for a person, without "% "
};

class Client {
 public:
  using Reply = std::function<void(const kulan::api::Response&)>;

  explicit Client(std::string socket_path, std::chrono::milliseconds timeout = std::chrono::seconds(30));
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends the request (its id is set here) and calls `reply` for each response before Done.
  std::expected<void, ClientError> call(kulan::api::Request request, const Reply& reply);
  /// The same where one response is expected; an empty one when the daemon sent none.
  std::expected<kulan::api::Response, ClientError> call(kulan::api::Request request);

  /// The daemon as this process may name it; 0: not connected, or out of sight in another PID namespace.
  pid_t daemon_process() const;
  const std::string& socket_path() const { return socket_path_; }

 private:
  std::expected<void, ClientError> connect();
  std::expected<void, ClientError> send(const std::string& frame);
  std::expected<kulan::api::Response, ClientError> receive();
  std::expected<void, ClientError> read(char* to, std::size_t size);
  std::expected<void, ClientError> wait(short events);
  ClientError lost(const std::string& why);
  void close();

  std::string socket_path_;
  std::chrono::milliseconds timeout_;
  int socket_ = -1;
  std::uint64_t last_id_ = 0;
};

}  // namespace cli
