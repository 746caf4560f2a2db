// The finite state machine of RFC 4271 §8.2.2, one per connection: pure, without a socket, a clock or
// randomness.
//
// Every event in every state has an answer; leaving one out does not compile. Durations it does not negotiate
// are read from `FsmTimes`, which the peer owns and keeps current: damping and quick retries make them grow.
//
// Where kulan differs from the letter of §8.2.2 (argued at its place in fsm.cpp):
//   - a failed attempt in Connect goes to Active and tries again soon, not to Idle;
//   - with PassiveTcpEstablishment no connection is ever opened, so the ConnectRetryTimer does not run;
//   - a NOTIFICATION is never answered by a NOTIFICATION (§6.4 forbids that, §8.2.2 asks for it in OpenSent);
//   - a header error in Established is reported as such (§6.1), not as an FSM error.
// DampPeerOscillations: an error leads to Idle and stops there; the peer then sends AutomaticStartDamped,
// which waits for the IdleHoldTimer.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "bgpd/session/actions.hpp"
#include "bgpd/session/events.hpp"

namespace bgpd::session {

enum class State : std::uint8_t { Idle, Connect, Active, OpenSent, OpenConfirm, Established };
std::string_view name_of(State state);  // "OpenSent"

inline constexpr std::chrono::minutes kInitialHoldTime{4};  // RFC 4271 §8.2.2 suggests it as a "large value"

struct FsmTimes {
  std::chrono::milliseconds connect_retry{120'000};    // from one attempt's failure to the next
  std::chrono::milliseconds connect_attempt{120'000};  // how long one attempt may take
  std::chrono::milliseconds idle_hold{0};              // how long a damped start waits
  std::chrono::milliseconds delay_open{0};             // zero: DelayOpen is off
};

class Fsm {
 public:
  /// times: borrowed for the machine's life.
  explicit Fsm(const FsmTimes& times) : times_(times) {}

  /// The machine of a connection that came in: it stands in Active and waits for TcpConnectionConfirmed.
  static Fsm accepting(const FsmTimes& times);

  State state() const { return state_; }
  /// ConnectRetryCounter, RFC 4271 §8.1.
  std::uint32_t connect_retry_counter() const { return connect_retry_counter_; }
  /// Negotiated; meaningful from OpenConfirm on. Zero: neither timer runs.
  std::chrono::seconds hold_time() const { return hold_time_; }
  std::chrono::seconds keepalive_interval() const { return keepalive_interval_; }

  Actions handle(const Event& event);

 private:
  Actions idle(const Event& event);
  Actions connect(const Event& event);
  Actions active(const Event& event);
  Actions open_sent(const Event& event);
  Actions open_confirm(const Event& event);
  Actions established(const Event& event);

  Actions start(bool passive);
  Actions start_damped(bool passive);
  Actions try_to_connect();
  Actions tcp_is_up();
  Actions send_open();
  Actions accept_open(const OpenReceived& open, bool ours_was_sent);
  Actions open_while_delayed(const OpenReceived& open);
  Actions version_refused_while_delayed(const wire::Notification& notification);
  Actions become_established();
  Actions wait_in_active(const std::string& why);
  Actions forget_start();
  Actions stop_by_operator(const wire::Notification& cease);
  Actions refuse(const wire::Notification& answer);
  Actions unexpected_message(wire::MessageType type);
  Actions unexpected_timer();
  Actions to_idle(EndReason reason, bool counts = true);
  Actions send_keepalive() const;
  Actions restart_hold_timer() const;

  const FsmTimes& times_;
  State state_ = State::Idle;
  bool passive_ = false;
  bool delay_open_runs_ = false;  // Connect and Active only: TCP is up, our OPEN waits
  std::uint32_t connect_retry_counter_ = 0;
  std::chrono::seconds hold_time_{};
  std::chrono::seconds keepalive_interval_{};
};

}  // namespace bgpd::session
