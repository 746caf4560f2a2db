#include "bgpd/session/fsm.hpp"

#include <array>
#include <concepts>
#include <type_traits>
#include <utility>

#include "rib/overloaded.hpp"

namespace bgpd::session {
namespace {

template <typename E, typename... Events>
concept OneOf = (std::same_as<std::remove_cvref_t<E>, Events> || ...);

template <typename E>
concept AnyStart = OneOf<E, ManualStart, AutomaticStart, ManualStartPassive, AutomaticStartPassive,
                         AutomaticStartDamped, AutomaticStartDampedPassive>;  // 1, 3-7

template <typename E>
concept TcpComesIn = OneOf<E, TcpConnectionValid, TcpConnectionInvalid>;  // 14, 15
template <typename E>
concept TcpIsUp = OneOf<E, TcpConnectionAcked, TcpConnectionConfirmed>;  // 16, 17
template <typename E>
concept AnyTcpArrival = TcpComesIn<E> || TcpIsUp<E>;
template <typename E>
concept BadMessage = OneOf<E, HeaderInvalid, OpenInvalid>;  // 21, 22
template <typename E>
concept TimerOfAnotherState = OneOf<E, ConnectRetryTimerExpires, DelayOpenTimerExpires, IdleHoldTimerExpires>;
/// What cannot be in Connect and Active, 8, 10, 11, 13, 23, 26-29: it ends the attempt in silence.
template <typename E>
concept OutOfPlace = OneOf<E, AutomaticStop, HoldTimerExpires, KeepaliveTimerExpires, IdleHoldTimerExpires,
                           SendHoldTimerExpires, OpenCollisionDump, KeepaliveReceived, UpdateReceived,
                           UpdateInvalid, RouteRefreshReceived>;

EndReason sent(wire::Notification notification) {
  return {EndReason::Kind::NotificationSent, std::move(notification), {}};
}
EndReason received(wire::Notification notification) {
  return {EndReason::Kind::NotificationReceived, std::move(notification), {}};
}
EndReason tcp_failed(std::string why) { return {EndReason::Kind::TcpFailed, {}, std::move(why)}; }
EndReason stopped_here() { return {EndReason::Kind::LocalStop, {}, {}}; }

EndReason send_hold_timer_expired() { return {EndReason::Kind::SendHoldTimerExpired, {}, {}}; }

wire::Notification hold_timer_expired() { return {wire::ErrorCode::HoldTimerExpired, wire::kUnspecific}; }
wire::Notification lost_collision() { return wire::CeaseReason::ConnectionCollisionResolution; }

wire::MessageType type_of(const OpenReceived&) { return wire::MessageType::Open; }
wire::MessageType type_of(const KeepaliveReceived&) { return wire::MessageType::Keepalive; }
wire::MessageType type_of(const UpdateReceived&) { return wire::MessageType::Update; }
wire::MessageType type_of(const UpdateInvalid&) { return wire::MessageType::Update; }
wire::MessageType type_of(const RouteRefreshReceived&) { return wire::MessageType::RouteRefresh; }

}  // namespace

std::string_view name_of(State state) {
  static constexpr std::array<std::string_view, 6> kNames{"Idle",     "Connect",     "Active",
                                                          "OpenSent", "OpenConfirm", "Established"};
  return kNames[static_cast<std::size_t>(state)];
}

Fsm Fsm::accepting(const FsmTimes& times) {
  Fsm fsm(times);
  fsm.start(true);
  return fsm;
}

Actions Fsm::handle(const Event& event) {
  switch (state_) {
    case State::Idle:
      return idle(event);
    case State::Connect:
      return connect(event);
    case State::Active:
      return active(event);
    case State::OpenSent:
      return open_sent(event);
    case State::OpenConfirm:
      return open_confirm(event);
    case State::Established:
      return established(event);
  }
  return {};
}

// --- the states --------------------------------------------------------------------------------------------
// Comments give the event numbers of RFC 4271 §8.1.

Actions Fsm::idle(const Event& event) {
  return std::visit(
      rib::Overloaded{
          [&](const OneOf<ManualStart, AutomaticStart> auto&) { return start(false); },               // 1, 3
          [&](const OneOf<ManualStartPassive, AutomaticStartPassive> auto&) { return start(true); },  // 4, 5
          [&](const AutomaticStartDamped&) { return start_damped(false); },                           // 6
          [&](const AutomaticStartDampedPassive&) { return start_damped(true); },                     // 7
          [&](const IdleHoldTimerExpires&) { return start(passive_); },                               // 13
          [&](const ManualStop&) { return forget_start(); },                                          // 2
          // §8.2.2: "In this state, BGP FSM refuses all incoming BGP connections for this peer."
          [&](const TcpIsUp auto&) { return Actions{DropTcp{}}; },
          [&](const OneOf<AutomaticStop, ConnectRetryTimerExpires, HoldTimerExpires, KeepaliveTimerExpires,
                          DelayOpenTimerExpires, SendHoldTimerExpires, TcpConnectionValid,
                          TcpConnectionInvalid, TcpConnectionFails, OpenReceived, HeaderInvalid, OpenInvalid,
                          OpenCollisionDump, VersionRefused, NotificationReceived, KeepaliveReceived,
                          UpdateReceived, UpdateInvalid, RouteRefreshReceived> auto&) { return Actions{}; },
      },
      event);
}

Actions Fsm::connect(const Event& event) {
  return std::visit(
      rib::Overloaded{
          [&](const AnyStart auto&) { return Actions{}; },
          [&](const ManualStop& e) { return stop_by_operator(e.cease); },     // 2
          [&](const ConnectRetryTimerExpires&) { return try_to_connect(); },  // 9
          [&](const DelayOpenTimerExpires&) { return send_open(); },          // 12
          [&](const TcpComesIn auto&) { return Actions{}; },                  // 14, 15
          [&](const TcpIsUp auto&) { return tcp_is_up(); },                   // 16, 17
          // §8.2.2 goes to Active only while the DelayOpenTimer runs, else to Idle, which leaves it to the
          // peer when to begin again. All speakers in use go to Active; so does kulan, because a node that is
          // a little late to start is the common case and its neighbors shall find it within milliseconds.
          [&](const TcpConnectionFails& e) { return wait_in_active(e.why); },                  // 18
          [&](const OpenReceived& e) { return open_while_delayed(e); },                        // 19, 20
          [&](const BadMessage auto& e) { return refuse(e.answer); },                          // 21, 22
          [&](const VersionRefused& e) { return version_refused_while_delayed(e.received); },  // 24
          [&](const NotificationReceived& e) { return to_idle(received(e.received)); },        // 25
          [&](const OutOfPlace auto&) { return to_idle(stopped_here()); },
      },
      event);
}

Actions Fsm::active(const Event& event) {
  return std::visit(
      rib::Overloaded{
          [&](const AnyStart auto&) { return Actions{}; },
          [&](const ManualStop& e) { return stop_by_operator(e.cease); },                            // 2
          [&](const ConnectRetryTimerExpires&) { return passive_ ? Actions{} : try_to_connect(); },  // 9
          [&](const DelayOpenTimerExpires&) { return send_open(); },                                 // 12
          [&](const TcpComesIn auto&) { return Actions{}; },                                         // 14, 15
          [&](const TcpIsUp auto&) { return tcp_is_up(); },                                          // 16, 17
          [&](const TcpConnectionFails& e) { return to_idle(tcp_failed(e.why)); },                   // 18
          [&](const OpenReceived& e) { return open_while_delayed(e); },                              // 19, 20
          [&](const BadMessage auto& e) { return refuse(e.answer); },                                // 21, 22
          [&](const VersionRefused& e) { return version_refused_while_delayed(e.received); },        // 24
          [&](const NotificationReceived& e) { return to_idle(received(e.received)); },              // 25
          [&](const OutOfPlace auto&) { return to_idle(stopped_here()); },
      },
      event);
}

Actions Fsm::open_sent(const Event& event) {
  return std::visit(
      rib::Overloaded{
          [&](const AnyStart auto&) { return Actions{}; },
          [&](const ManualStop& e) { return stop_by_operator(e.cease); },         // 2
          [&](const AutomaticStop& e) { return refuse(e.cease); },                // 8
          [&](const HoldTimerExpires&) { return refuse(hold_timer_expired()); },  // 10
          // A second connection of this peer is a machine of its own; the peer resolves the collision, §6.8.
          [&](const AnyTcpArrival auto&) { return Actions{}; },                           // 14-17
          [&](const TcpConnectionFails& e) { return wait_in_active(e.why); },             // 18
          [&](const OpenReceived& e) { return accept_open(e, true); },                    // 19
          [&](const BadMessage auto& e) { return refuse(e.answer); },                     // 21, 22
          [&](const OpenCollisionDump&) { return refuse(lost_collision()); },             // 23
          [&](const VersionRefused& e) { return to_idle(received(e.received), false); },  // 24
          // §8.2.2 counts event 25 among those that send an FSM error; §6.4 forbids to answer a NOTIFICATION.
          [&](const NotificationReceived& e) { return to_idle(received(e.received)); },  // 25
          [&](const OneOf<KeepaliveReceived, UpdateReceived, UpdateInvalid, RouteRefreshReceived> auto& e) {
            return unexpected_message(type_of(e));  // 26-28
          },
          [&](const OneOf<ConnectRetryTimerExpires, KeepaliveTimerExpires, DelayOpenTimerExpires,
                          IdleHoldTimerExpires> auto&) { return unexpected_timer(); },
          [&](const SendHoldTimerExpires&) { return to_idle(send_hold_timer_expired()); },  // 29
      },
      event);
}

Actions Fsm::open_confirm(const Event& event) {
  return std::visit(
      rib::Overloaded{
          [&](const AnyStart auto&) { return Actions{}; },
          [&](const ManualStop& e) { return stop_by_operator(e.cease); },                 // 2
          [&](const AutomaticStop& e) { return refuse(e.cease); },                        // 8
          [&](const HoldTimerExpires&) { return refuse(hold_timer_expired()); },          // 10
          [&](const KeepaliveTimerExpires&) { return send_keepalive(); },                 // 11
          [&](const AnyTcpArrival auto&) { return Actions{}; },                           // 14-17
          [&](const TcpConnectionFails& e) { return to_idle(tcp_failed(e.why)); },        // 18
          [&](const BadMessage auto& e) { return refuse(e.answer); },                     // 21, 22
          [&](const OpenCollisionDump&) { return refuse(lost_collision()); },             // 23
          [&](const VersionRefused& e) { return to_idle(received(e.received), false); },  // 24
          [&](const NotificationReceived& e) { return to_idle(received(e.received)); },   // 25
          [&](const KeepaliveReceived&) { return become_established(); },                 // 26
          // A second OPEN (19) on one connection is no collision but a message out of turn, RFC 6608 §4.
          [&](const OneOf<OpenReceived, UpdateReceived, UpdateInvalid, RouteRefreshReceived> auto& e) {
            return unexpected_message(type_of(e));  // 19, 27, 28
          },
          [&](const TimerOfAnotherState auto&) { return unexpected_timer(); },              // 9, 12, 13
          [&](const SendHoldTimerExpires&) { return to_idle(send_hold_timer_expired()); },  // 29
      },
      event);
}

Actions Fsm::established(const Event& event) {
  return std::visit(
      rib::Overloaded{
          [&](const AnyStart auto&) { return Actions{}; },
          [&](const ManualStop& e) { return stop_by_operator(e.cease); },           // 2
          [&](const AutomaticStop& e) { return refuse(e.cease); },                  // 8
          [&](const HoldTimerExpires&) { return refuse(hold_timer_expired()); },    // 10
          [&](const KeepaliveTimerExpires&) { return send_keepalive(); },           // 11
          [&](const AnyTcpArrival auto&) { return Actions{}; },                     // 14-17
          [&](const TcpConnectionFails& e) { return to_idle(tcp_failed(e.why)); },  // 18
          [&](const OpenReceived& e) { return unexpected_message(type_of(e)); },    // 19
          // §8.2.2 wants an FSM error for 21; §6.1 says that a header error is told as one, and that helps
          // the other side's operator.
          [&](const BadMessage auto& e) { return refuse(e.answer); },                    // 21, 22
          [&](const OpenCollisionDump&) { return refuse(lost_collision()); },            // 23
          [&](const VersionRefused& e) { return to_idle(received(e.received)); },        // 24
          [&](const NotificationReceived& e) { return to_idle(received(e.received)); },  // 25
          [&](const OneOf<KeepaliveReceived, UpdateReceived, RouteRefreshReceived> auto&) {
            return restart_hold_timer();  // 26, 27
          },
          [&](const UpdateInvalid& e) { return refuse(e.answer); },                         // 28
          [&](const TimerOfAnotherState auto&) { return unexpected_timer(); },              // 9, 12, 13
          [&](const SendHoldTimerExpires&) { return to_idle(send_hold_timer_expired()); },  // 29
      },
      event);
}

// --- the steps they share ----------------------------------------------------------------------------------

Actions Fsm::start(bool passive) {
  passive_ = passive;
  if (passive) {  // waits for the peer; an attempt of our own is what the operator forbade
    state_ = State::Active;
    return {};
  }
  return try_to_connect();
}

Actions Fsm::start_damped(bool passive) {
  passive_ = passive;
  return {StartTimer{Timer::IdleHold, times_.idle_hold}};
}

Actions Fsm::try_to_connect() {
  state_ = State::Connect;
  Actions actions;
  if (std::exchange(delay_open_runs_, false)) actions.add(StopTimer{Timer::DelayOpen});
  actions.add(StartTimer{Timer::ConnectRetry, times_.connect_attempt});
  actions.add(OpenTcp{});
  return actions;
}

Actions Fsm::tcp_is_up() {
  if (delay_open_runs_) return {};
  if (times_.delay_open.count() == 0) return send_open();
  delay_open_runs_ = true;
  return {StopTimer{Timer::ConnectRetry}, StartTimer{Timer::DelayOpen, times_.delay_open}};
}

Actions Fsm::send_open() {
  delay_open_runs_ = false;
  state_ = State::OpenSent;
  return {StopAllTimers{}, SendOpen{}, StartTimer{Timer::Hold, kInitialHoldTime}};
}

Actions Fsm::accept_open(const OpenReceived& open, bool ours_was_sent) {
  hold_time_ = open.hold_time;
  keepalive_interval_ = open.keepalive_interval;
  delay_open_runs_ = false;
  state_ = State::OpenConfirm;

  Actions actions{StopAllTimers{}};
  if (!ours_was_sent) actions.add(SendOpen{});
  actions.add(SendKeepalive{});
  // RFC 4271 §4.2: with a hold time of zero neither timer runs.
  if (hold_time_.count() == 0) return actions;
  actions.add(StartTimer{Timer::Hold, hold_time_});
  actions.add(StartTimer{Timer::Keepalive, keepalive_interval_});
  return actions;
}

/// Not in Connect and Active unless the DelayOpenTimer runs, event 20.
Actions Fsm::open_while_delayed(const OpenReceived& open) {
  return delay_open_runs_ ? accept_open(open, false) : to_idle(stopped_here());
}

Actions Fsm::version_refused_while_delayed(const wire::Notification& notification) {
  return to_idle(received(notification), !delay_open_runs_);
}

Actions Fsm::become_established() {
  state_ = State::Established;
  auto actions = restart_hold_timer();
  actions.add(SessionUp{});
  return actions;
}

/// The connection, or the attempt at one, failed: the next attempt comes when the ConnectRetryTimer expires.
Actions Fsm::wait_in_active(const std::string& why) {
  const auto left = std::exchange(state_, State::Active);
  delay_open_runs_ = false;
  Actions actions{StopAllTimers{}, DropTcp{}};
  if (!passive_) actions.add(StartTimer{Timer::ConnectRetry, times_.connect_retry});
  if (left >= State::OpenSent) actions.add(SessionEnded{tcp_failed(why), false});
  return actions;
}

Actions Fsm::forget_start() {
  connect_retry_counter_ = 0;
  return {StopAllTimers{}};
}

Actions Fsm::stop_by_operator(const wire::Notification& cease) {
  auto actions = state_ >= State::OpenSent ? refuse(cease) : to_idle(stopped_here());
  connect_retry_counter_ = 0;
  return actions;
}

/// Tells the peer why, then closes. Where no OPEN was sent yet (Connect, Active) it closes in silence:
/// SendNOTIFICATIONwithoutOPEN is off, RFC 4271 §8.2.1.3.
Actions Fsm::refuse(const wire::Notification& answer) {
  if (state_ < State::OpenSent) return to_idle(stopped_here());
  Actions actions{SendNotification{answer}};
  for (auto& action : to_idle(sent(answer))) actions.add(std::move(action));
  return actions;
}

Actions Fsm::unexpected_message(wire::MessageType type) {
  const auto subcode = state_ == State::OpenSent      ? wire::FsmError::InOpenSent
                       : state_ == State::OpenConfirm ? wire::FsmError::InOpenConfirm
                                                      : wire::FsmError::InEstablished;
  const std::array data{static_cast<std::uint8_t>(type)};  // RFC 6608 §3
  return refuse({subcode, data});
}

Actions Fsm::unexpected_timer() { return refuse(wire::FsmError::Unspecified); }

Actions Fsm::to_idle(EndReason reason, bool counts) {
  const auto left = std::exchange(state_, State::Idle);
  const auto had_connection = left >= State::OpenSent || std::exchange(delay_open_runs_, false);
  if (counts) ++connect_retry_counter_;

  Actions actions{StopAllTimers{}, DropTcp{}};
  if (had_connection) actions.add(SessionEnded{std::move(reason), left == State::Established});
  return actions;
}

Actions Fsm::send_keepalive() const {
  if (hold_time_.count() == 0) return {};
  return {SendKeepalive{}, StartTimer{Timer::Keepalive, keepalive_interval_}};
}

Actions Fsm::restart_hold_timer() const {
  if (hold_time_.count() == 0) return {};
  return {StartTimer{Timer::Hold, hold_time_}};
}

}  // namespace bgpd::session
