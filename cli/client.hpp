// The shell's end of the API: a blocking client of the daemon's Unix socket. One thread.
//
// Connects when it is first needed and again when the daemon was restarted between two calls. Every wait has
// an end, and Ctrl-C brings it about.
#pragma once

#include <sys/types.h>

#include <google/protobuf/arena.h>

#include <atomic>
#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cli/proto/kulan.pb.h"

namespace cli {

struct ClientError {
  enum class Kind : std::uint8_t {
    Unreachable,  // no daemon
    Forbidden,    // this user may not talk to it
    Lost,         // the connection broke, or went silent, in the middle of a call
    Refused,      // the daemon answered with a code
  };
  Kind kind = Kind::Unreachable;
  kulan::api::Done::Code code = kulan::api::Done::OK;  // Refused
  std::string message;                                 // for a person, without "% "

  /// What was asked about is not there.
  bool is_not_found() const { return kind == Kind::Refused && code == kulan::api::Done::NOT_FOUND; }
  /// A line about what can be done without a daemon; empty when there is one.
  std::string help() const;
};

class Client {
 public:
  using Reply = std::function<void(const kulan::api::Response&)>;

  explicit Client(std::string socket_path, std::chrono::milliseconds timeout = std::chrono::seconds(30));
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends the request (its id is set here) and calls `reply` for each response before Done. A response is
  /// there until its reply() returns.
  std::expected<void, ClientError> call(kulan::api::Request request, const Reply& reply);
  /// The same where one response is expected; an empty one when the daemon sent none.
  std::expected<kulan::api::Response, ClientError> call(kulan::api::Request request);
  /// Sends now what call() will be asked for next, so that the daemon works while the caller does. Asking for
  /// something else then is no harm. May be called by a reply().
  void ask_ahead(kulan::api::Request request);
  /// While the flag is set, what is waited for is cancelled: the daemon drops it, the call ends as Refused.
  void set_interrupt(const std::atomic<bool>* flag) { interrupt_ = flag; }

  /// The daemon as this process may name it; 0: not connected, or out of sight in another PID namespace.
  pid_t daemon_process() const;
  const std::string& socket_path() const { return socket_path_; }

 private:
  std::expected<void, ClientError> connect();
  std::expected<void, ClientError> send(const std::string& frame);
  /// Sends the request, or finds that it was sent ahead; its id.
  std::expected<std::uint64_t, ClientError> begin(kulan::api::Request request);
  /// The response is there until the next one is received.
  std::expected<const kulan::api::Response*, ClientError> receive();
  /// Receives and drops up to the Done of the request `id`.
  std::expected<void, ClientError> drop_until(std::uint64_t id);
  std::expected<void, ClientError> read(char* to, std::size_t size);
  std::expected<void, ClientError> wait(short events);
  void cancel_if_interrupted();
  ClientError lost(const std::string& why);
  void close();

  struct Ahead {
    std::string request;  // without its id
    std::uint64_t id;
  };

  std::string socket_path_;
  std::chrono::milliseconds timeout_;
  int socket_ = -1;
  std::uint64_t last_id_ = 0;
  std::optional<Ahead> ahead_;
  const std::atomic<bool>* interrupt_ = nullptr;
  std::optional<std::uint64_t> cancel_;  // id of the Cancel of the present call
  std::string octets_;
  // Pages are thousands of small messages: they have a piece of memory that one after the other uses.
  std::unique_ptr<char[]> memory_;
  std::optional<google::protobuf::Arena> arena_;
};

}  // namespace cli
