// What the state machine wants done, as plain structs, in order. The connection performs them; see
// connection.hpp.
#pragma once

#include <boost/container/small_vector.hpp>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "bgpd/wire/notification.hpp"

namespace bgpd::session {

/// RFC 4271 §8.1.3, and RFC 9687 §3 for the last.
enum class Timer : std::uint8_t { ConnectRetry, Hold, Keepalive, DelayOpen, IdleHold, SendHold };
inline constexpr std::size_t kTimerCount = 6;

/// Sets the timer's deadline, whether it ran or not. Whoever performs it adds the jitter of RFC 4271 §10.
struct StartTimer {
  Timer timer;
  std::chrono::milliseconds duration;
  bool operator==(const StartTimer&) const = default;
};
struct StopTimer {
  Timer timer;
  bool operator==(const StopTimer&) const = default;
};

struct StopAllTimers {
  bool operator==(const StopAllTimers&) const = default;
};
struct OpenTcp {  // initiate a connection to the peer; one under way is given up first
  bool operator==(const OpenTcp&) const = default;
};
struct DropTcp {  // close the connection, or give up the attempt
  bool operator==(const DropTcp&) const = default;
};
struct SendOpen {
  bool operator==(const SendOpen&) const = default;
};
struct SendKeepalive {
  bool operator==(const SendKeepalive&) const = default;
};
struct SendNotification {  // the last message: the connection closes behind it
  wire::Notification notification;
  bool operator==(const SendNotification&) const = default;
};
struct SessionUp {  // Established is reached; always the last action
  bool operator==(const SessionUp&) const = default;
};

/// Why a connection ended.
struct EndReason {
  enum class Kind : std::uint8_t {
    NotificationSent,      // `notification` went to the peer
    NotificationReceived,  // `notification` came from the peer
    TcpFailed,             // `text` says how
    LocalStop,             // stopped before anything could be said
    SendHoldTimerExpired,  // RFC 9687
  };
  Kind kind = Kind::LocalStop;
  wire::Notification notification;
  std::string text;
  bool operator==(const EndReason&) const = default;
};

/// The session's resources are to be released: the connection left a state beyond Connect and Active.
/// `was_established`: its routes go too. Always the last action.
struct SessionEnded {
  EndReason reason;
  bool was_established = false;
  bool operator==(const SessionEnded&) const = default;
};

using Action = std::variant<StartTimer, StopTimer, StopAllTimers, OpenTcp, DropTcp, SendOpen, SendKeepalive,
                            SendNotification, SessionUp, SessionEnded>;

/// A short list of actions; the one or two of an ordinary message need no allocation.
class Actions {
 public:
  using List = boost::container::small_vector<Action, 2>;
  using value_type = Action;
  using const_iterator = List::const_iterator;

  Actions() = default;
  template <typename... A>
  requires(sizeof...(A) > 0 && (std::constructible_from<Action, A> && ...)) Actions(A&&... actions) {
    (list_.emplace_back(std::forward<A>(actions)), ...);
  }
  template <typename A>
  requires std::constructible_from<Action, A>
  void add(A&& action) { list_.emplace_back(std::forward<A>(action)); }

  bool empty() const { return list_.empty(); }
  std::size_t size() const { return list_.size(); }
  const_iterator begin() const { return list_.begin(); }
  const_iterator end() const { return list_.end(); }
  List::iterator begin() { return list_.begin(); }
  List::iterator end() { return list_.end(); }

 private:
  List list_;
};

}  // namespace bgpd::session
