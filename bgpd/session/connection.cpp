#include "bgpd/session/connection.hpp"

#include <algorithm>
#include <utility>

#include "bgpd/session/session_handler.hpp"
#include "rib/overloaded.hpp"

namespace bgpd::session {
namespace {

constexpr std::chrono::minutes kSendHoldTimeMinimum{8};  // RFC 9687 §4: this or twice the hold time
constexpr std::chrono::milliseconds kPutOff{250};        // another connection of the peer is on its way
constexpr std::chrono::seconds kUnreadInputGrace{1};

Event event_of(Timer timer) {
  switch (timer) {
    case Timer::ConnectRetry:
      return ConnectRetryTimerExpires{};
    case Timer::Hold:
      return HoldTimerExpires{};
    case Timer::Keepalive:
      return KeepaliveTimerExpires{};
    case Timer::DelayOpen:
      return DelayOpenTimerExpires{};
    case Timer::IdleHold:
      return IdleHoldTimerExpires{};
    case Timer::SendHold:
      return SendHoldTimerExpires{};
  }
  std::unreachable();
}

}  // namespace

std::unique_ptr<Connection> Connection::accepting(ConnectionOwner& owner, const FsmTimes& times) {
  return std::unique_ptr<Connection>(new Connection(owner, Initiator::Them, times));
}

Connection::Connection(ConnectionOwner& owner, Initiator initiator, const FsmTimes& times)
    : owner_(owner),
      initiator_(initiator),
      fsm_(initiator == Initiator::Us ? Fsm(times) : Fsm::accepting(times)) {}

// --- events ------------------------------------------------------------------------------------------------

void Connection::take(std::unique_ptr<Transport> transport, TimePoint now) {
  adopt(std::move(transport), now);
  handle(TcpConnectionConfirmed{}, now);
}

void Connection::on_connected(std::unique_ptr<Transport> transport, TimePoint now) {
  attempt_.reset();
  owner_.statistics().last_error.clear();
  if (owner_.wants_connected(*this)) {
    adopt(std::move(transport), now);
    handle(TcpConnectionAcked{}, now);
  } else {
    handle(ManualStop{}, now);  // nothing was said on it: it closes in silence
  }
  owner_.turn_ended(now);
}

void Connection::on_connect_failed(const std::string& why, TimePoint now) {
  attempt_.reset();
  owner_.before_failure(*this, why, now);
  handle(TcpConnectionFails{why}, now);
  owner_.turn_ended(now);
}

void Connection::on_closed(const std::string& why, TimePoint now) {
  owner_.before_failure(*this, why, now);
  handle(TcpConnectionFails{why}, now);
  owner_.turn_ended(now);
}

void Connection::on_input(Octets octets, TimePoint now) {
  auto& statistics = owner_.statistics();
  statistics.last_read = now;
  statistics.octets_received += octets.size();
  while (transport_ && !octets.empty()) {
    const auto message = framer_.next(octets, maximum_message_size());
    if (!message) {
      handle(HeaderInvalid{message.error()}, now);
      break;
    }
    if (!*message) break;
    dispatch(**message, now);
  }
  owner_.turn_ended(now);
}

void Connection::on_time(TimePoint now) {
  while (const auto timer = timers_.take_expired(now)) timer_expired(*timer, now);
}

void Connection::timer_expired(Timer timer, TimePoint now) {
  const bool would_connect = timer == Timer::ConnectRetry || timer == Timer::IdleHold;
  if (would_connect && !owner_.may_connect(*this, now)) return timers_.start(timer, now + kPutOff);
  // What the peer sent and we did not come to read is a sign of life.
  if (timer == Timer::Hold && transport_ && transport_->has_unread_input())
    return timers_.start(timer, now + kUnreadInputGrace);
  if (timer == Timer::ConnectRetry && state() == State::Connect)
    owner_.before_failure(*this, "Connection timed out", now);
  handle(event_of(timer), now);
}

void Connection::hurry(TimePoint now) {
  for (const auto timer : {Timer::ConnectRetry, Timer::IdleHold})
    if (timers_.runs(timer) && state() != State::Connect) timers_.start(timer, now);
}

void Connection::handle(const Event& event, TimePoint now) {
  const auto before = state();
  const auto actions = fsm_.handle(event);
  if (state() != before) owner_.state_changed(*this, before, event);
  for (const auto& action : actions) perform(action, now);
  // UPDATEs ask for their turn themselves, once Established.
  if (output_.has_own_messages() || state() != before) flush(now);
}

// --- actions -----------------------------------------------------------------------------------------------

void Connection::perform(const Action& action, TimePoint now) {
  std::visit(rib::Overloaded{
                 [&](const StartTimer& a) { start_timer(a, now); },
                 [&](const StopTimer& a) { timers_.stop(a.timer); },
                 [&](const StopAllTimers&) { timers_.stop_all(); },
                 [&](const OpenTcp&) {
                   drop_tcp();
                   attempt_ = owner_.open_tcp(*this);
                 },
                 [&](const DropTcp&) { drop_tcp(); },
                 [&](const SendOpen&) { send_open(); },
                 [&](const SendKeepalive&) { send_keepalive(); },
                 [&](const SendNotification& a) { send_notification(a.notification); },
                 [&](const SessionUp&) { owner_.session_up(*this, now); },
                 [&](const SessionEnded& a) { owner_.session_ended(*this, a, now); },
             },
             action);
}

void Connection::start_timer(const StartTimer& action, TimePoint now) {
  // RFC 4271 §10: jitter for these; the others guard an agreement with the peer and are exact.
  const bool jitters = action.timer == Timer::ConnectRetry || action.timer == Timer::Keepalive ||
                       action.timer == Timer::IdleHold;
  const TimePoint::duration duration = action.duration;
  timers_.start(action.timer, now + (jitters ? owner_.jittered(duration) : duration));
}

void Connection::adopt(std::unique_ptr<Transport> transport, TimePoint now) {
  drop_tcp();
  framer_ = {};  // only now: when a connection is dropped, the message that led to it may still be in use
  transport_ = std::move(transport);
  local_ = transport_->local();
  remote_ = transport_->remote();
  connected_since_ = now;
  negotiated_.reset();
  transport_->start(*this);
}

std::optional<std::string> Connection::change_transport(const TransportSettings& before,
                                                        const TransportSettings& after) {
  if (!transport_ || before == after) return std::nullopt;
  auto refused = transport_->apply(after);
  if (!refused && before.password != after.password) refused = transport_->set_password(after.password);
  return refused;
}

void Connection::drop_tcp() {
  attempt_.reset();
  transport_.reset();
  transport_is_full_ = false;
  output_.clear();
}

void Connection::send_open() {
  open_sent_ = owner_.our_open();
  if (!output_.push(wire::encode_open(open_sent_))) return;
  owner_.statistics().sent.count(wire::MessageType::Open);
  owner_.message_passed({Direction::Sent, wire::MessageType::Open, &open_sent_});
}

void Connection::send_keepalive() {
  if (!output_.push_keepalive()) return;
  owner_.statistics().sent.count(wire::MessageType::Keepalive);
  owner_.message_passed({Direction::Sent, wire::MessageType::Keepalive});
}

void Connection::send_notification(const wire::Notification& notification) {
  if (!transport_) return;
  if (at_hand_ && notification.code != wire::ErrorCode::Cease)
    owner_.statistics().last_error_message = wire::whole_message(at_hand_->header.type, at_hand_->body);
  auto last = output_.take_rest();
  const auto message = wire::encode_notification(notification);
  last.insert(last.end(), message.begin(), message.end());
  transport_->finish(std::move(last));
  transport_.reset();
  owner_.statistics().sent.count(wire::MessageType::Notification);
  owner_.message_passed({Direction::Sent, wire::MessageType::Notification, nullptr, &notification});
}

// --- messages ----------------------------------------------------------------------------------------------

void Connection::dispatch(const Message& message, TimePoint now) {
  at_hand_ = &message;
  receive(message, now);
  at_hand_ = nullptr;
}

void Connection::receive(const Message& message, TimePoint now) {
  owner_.statistics().received.count(message.header.type);
  switch (message.header.type) {
    case wire::MessageType::Open:
      return receive_open(message.body, now);
    case wire::MessageType::Update:
      return receive_update(message.body, now);
    case wire::MessageType::Notification:
      return receive_notification(message.body, now);
    case wire::MessageType::Keepalive:
      owner_.message_passed({Direction::Received, wire::MessageType::Keepalive});
      return handle(KeepaliveReceived{}, now);
    case wire::MessageType::RouteRefresh:
      return receive_route_refresh(message.body, now);
  }
}

void Connection::receive_open(Octets body, TimePoint now) {
  if (state() > State::OpenSent) return handle(OpenReceived{}, now);  // out of turn, whatever it says
  const auto open = wire::decode_open(body);
  if (!open) return handle(OpenInvalid{open.error()}, now);
  owner_.message_passed({Direction::Received, wire::MessageType::Open, &*open});
  handle(owner_.judge_open(*this, *open, now), now);
}

void Connection::receive_update(Octets body, TimePoint now) {
  if (state() != State::Established) return handle(UpdateReceived{}, now);
  if (auto error = owner_.update_received(body, now)) return handle(UpdateInvalid{std::move(*error)}, now);
  handle(UpdateReceived{}, now);
}

void Connection::receive_notification(Octets body, TimePoint now) {
  auto received = wire::decode_notification(body);
  owner_.message_passed({Direction::Received, wire::MessageType::Notification, nullptr, &received});
  if (received.code == wire::ErrorCode::OpenMessage &&
      received.subcode == std::to_underlying(wire::OpenError::UnsupportedVersion))
    return handle(VersionRefused{std::move(received)}, now);
  handle(NotificationReceived{std::move(received)}, now);
}

void Connection::receive_route_refresh(Octets body, TimePoint now) {
  if (state() == State::Established) {
    owner_.message_passed({Direction::Received, wire::MessageType::RouteRefresh});
    const auto message = wire::decode_route_refresh(body);
    // RFC 7313 §5 names only errors of its own subtypes; the event fits because the session ends as by a bad
    // UPDATE. Without that capability they are subtypes that nobody knows.
    if (!message && !negotiated_->enhanced_route_refresh) return handle(RouteRefreshReceived{}, now);
    if (!message) return handle(UpdateInvalid{message.error()}, now);
    owner_.route_refresh_received(*message, now);
  }
  handle(RouteRefreshReceived{}, now);
}

// --- output ------------------------------------------------------------------------------------------------

void Connection::output_ready() {
  if (transport_ && !transport_is_full_ && state() == State::Established) transport_->request_write();
}

void Connection::send_route_refresh(const wire::RouteRefresh& message, TimePoint now) {
  if (state() != State::Established) return;
  if (output_.push(wire::encode_route_refresh(message))) {
    owner_.statistics().sent.count(wire::MessageType::RouteRefresh);
    owner_.message_passed({Direction::Sent, wire::MessageType::RouteRefresh});
  }
  flush(now);
}

void Connection::probe(TimePoint now) {
  if (state() != State::Established) return;
  send_keepalive();
  flush(now);
}

void Connection::flush(TimePoint now) {
  if (!transport_ || transport_is_full_) return;
  auto& ranges = owner_.scratch();
  ranges.clear();
  const auto gathered = output_.gather(ranges);
  on_written(gathered, gathered.total() == 0 ? 0 : transport_->write(ranges), now);
}

Gathered Connection::on_writable(std::vector<Octets>& ranges) { return output_.gather(ranges); }

void Connection::on_written(const Gathered& gathered, std::size_t octets, TimePoint now) {
  const auto written = output_.consume(gathered, octets);
  auto& statistics = owner_.statistics();
  if (octets != 0) {
    statistics.last_write = now;
    statistics.octets_sent += octets;
  }
  statistics.sent.count(wire::MessageType::RouteRefresh, written.completed.route_refreshes);
  if (written.completed.updates != 0) {
    statistics.sent.count(wire::MessageType::Update, written.completed.updates);
    // RFC 4271 §8.2.2: an UPDATE says as much as a KEEPALIVE does.
    if (timers_.runs(Timer::Keepalive))
      timers_.start(Timer::Keepalive, now + owner_.jittered(fsm_.keepalive_interval()));
  }

  transport_is_full_ = !written.all;
  if (written.more) transport_->request_write();
  // RFC 9687 §3: the timer runs while something waits for the peer to read, and begins anew with each
  // progress.
  if (written.all)
    timers_.stop(Timer::SendHold);
  else if (fsm_.hold_time().count() != 0 && (octets != 0 || !timers_.runs(Timer::SendHold)))
    timers_.start(Timer::SendHold, now + send_hold_time());
}

TimePoint::duration Connection::send_hold_time() const {
  return std::max<TimePoint::duration>(kSendHoldTimeMinimum, 2 * fsm_.hold_time());
}

std::uint16_t Connection::maximum_message_size() const {
  return negotiated_ ? negotiated_->maximum_message_size() : wire::kMaximumMessageSize;
}

}  // namespace bgpd::session
