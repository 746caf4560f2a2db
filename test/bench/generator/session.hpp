// One BGP session of the generator: it dials from its own address, speaks the least that RFC 4271 asks for,
// and hands UPDATEs on. It has no timers but what SessionLoop asks of it. Owned by a SessionLoop.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "rib/as_path.hpp"
#include "rib/path_attributes.hpp"

namespace bench {

using Clock = std::chrono::steady_clock;

/// Both ends of a session.
struct SessionPlan {
  rib::IpAddress local, daemon;  // of one family, which is that of the routes, too
  std::uint16_t port = 179;
  rib::AsNumber local_as = 0;
  rib::BgpIdentifier identifier = 0;
  std::uint16_t hold_time = 240;  // seconds; the smaller of both sides' counts
};

class Session {
 public:
  enum class State : std::uint8_t { Idle, Connecting, OpenSent, OpenConfirm, Established };

  /// Called from take_input().
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void established(Session& session) = 0;
    /// The body of an UPDATE.
    virtual void updated(Session& session, std::span<const std::uint8_t> body) = 0;
    /// It was Connecting or more and is Idle. why: for a person.
    virtual void closed(Session& session, const std::string& why) = 0;
  };

  Session(std::uint32_t number, const SessionPlan& plan, Listener& listener)
      : number_(number), plan_(plan), listener_(listener) {}
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  std::uint32_t number() const { return number_; }
  const SessionPlan& plan() const { return plan_; }
  State state() const { return state_; }
  bool is_established() const { return state_ == State::Established; }
  int descriptor() const { return descriptor_; }

  /// Begins to connect; false when that failed at once.
  bool connect();
  /// Ends the TCP connection without a word to the listener.
  void close();

  /// `messages` are borrowed until they are written.
  void send(std::span<const std::uint8_t> messages);
  bool has_output() const { return !output_.empty(); }
  /// Writes what the socket takes.
  void give_output();
  /// The socket is readable, or has an error. room: where to read into.
  void take_input(std::span<std::uint8_t> room);
  /// The connection came up, or did not.
  void finish_connect();

  /// Sends a KEEPALIVE when one is due; closes when the daemon was silent for the hold time.
  void tick(Clock::time_point now);
  /// The longest time between two messages of the daemon since Established.
  Clock::duration longest_silence() const { return longest_silence_; }

 private:
  void fail(const std::string& why);
  std::size_t take_messages(std::span<const std::uint8_t> octets);
  void take_message(std::uint8_t type, std::span<const std::uint8_t> body);
  void take_open(std::span<const std::uint8_t> body);

  std::uint32_t number_;
  SessionPlan plan_;
  Listener& listener_;
  State state_ = State::Idle;
  int descriptor_ = -1;
  std::deque<std::span<const std::uint8_t>> output_;
  std::vector<std::uint8_t> open_;      // as it is sent
  std::vector<std::uint8_t> unparsed_;  // the begin of a message
  std::chrono::seconds hold_time_{};    // negotiated; 0: no timers
  Clock::time_point last_heard_, last_said_;
  Clock::duration longest_silence_{};
};

}  // namespace bench
