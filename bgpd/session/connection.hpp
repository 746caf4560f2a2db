// One TCP connection of a peer, or the attempt at one: moves octets and deadlines between the transport and
// the state machine, and does what the machine says. No socket, no clock: both come through network.hpp.
//
//   on_input -> MessageFramer -> decoder -> Event -> Fsm -> Actions -> OutputQueue, TimerSet, owner
//
// Owned by Peer, which has one for the connection it opens and at most one for a connection that came in.
#pragma once

#include <memory>
#include <optional>

#include "bgpd/session/fsm.hpp"
#include "bgpd/session/message_framer.hpp"
#include "bgpd/session/negotiation.hpp"
#include "bgpd/session/network.hpp"
#include "bgpd/session/output_queue.hpp"
#include "bgpd/session/statistics.hpp"
#include "bgpd/session/timer_set.hpp"
#include "bgpd/wire/route_refresh.hpp"

namespace bgpd::session {

class Connection;
struct PassedMessage;

/// What a connection asks of the peer it belongs to.
class ConnectionOwner {
 public:
  virtual std::unique_ptr<ConnectAttempt> open_tcp(ConnectEvents& events) = 0;
  virtual wire::Open our_open() const = 0;
  /// Judges an OPEN: OpenReceived after set_negotiated, OpenInvalid, or OpenCollisionDump.
  virtual Event judge_open(Connection& connection, const wire::Open& received, TimePoint now) = 0;
  /// A connection or an attempt is about to fail: the waits of FsmTimes grow.
  virtual void before_failure(Connection& connection, const std::string& why, TimePoint now) = 0;
  /// False: the connection we opened came too late, the other one has gone too far to be given up.
  virtual bool wants_connected(const Connection& connection) const = 0;
  /// False: the timer is put off, because another connection of the peer is on its way.
  virtual bool may_connect(const Connection& connection, TimePoint now) const = 0;
  virtual void session_up(Connection& connection, TimePoint now) = 0;
  virtual void session_ended(Connection& connection, const SessionEnded& ended, TimePoint now) = 0;
  virtual std::optional<wire::Notification> update_received(Octets body, TimePoint now) = 0;
  virtual void route_refresh_received(const wire::RouteRefresh& message, TimePoint now) = 0;
  virtual void state_changed(const Connection& connection, State before, const Event& event) = 0;
  /// Of UPDATEs only update_received() tells.
  virtual void message_passed(const PassedMessage& message) = 0;
  virtual Statistics& statistics() = 0;
  /// duration with the jitter of RFC 4271 §10.
  virtual TimePoint::duration jittered(TimePoint::duration duration) = 0;
  virtual std::vector<Octets>& scratch() = 0;
  /// The last call of every turn; may destroy the connection.
  virtual void turn_ended(TimePoint now) = 0;

 protected:
  ~ConnectionOwner() = default;
};

enum class Initiator : std::uint8_t { Us, Them };

class Connection final : public TransportEvents, public ConnectEvents {
 public:
  /// For the connection that we open.
  Connection(ConnectionOwner& owner, const FsmTimes& times) : Connection(owner, Initiator::Us, times) {}
  /// For one that came in; it begins with take().
  static std::unique_ptr<Connection> accepting(ConnectionOwner& owner, const FsmTimes& times);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The transport of a connection that came in.
  void take(std::unique_ptr<Transport> transport, TimePoint now);
  void handle(const Event& event, TimePoint now);
  void on_time(TimePoint now);
  TimePoint next_deadline() const { return timers_.next_deadline(); }

  Initiator initiator() const { return initiator_; }
  State state() const { return fsm_.state(); }
  const Fsm& fsm() const { return fsm_; }
  const TimerSet& timers() const { return timers_; }
  bool has_transport() const { return transport_ != nullptr; }
  /// While it goes on; what the kernel refused.
  std::optional<std::string> change_transport(const TransportSettings& before,
                                              const TransportSettings& after);
  /// Known from the OPEN on.
  const std::optional<Negotiated>& negotiated() const { return negotiated_; }
  void set_negotiated(Negotiated negotiated) { negotiated_ = std::move(negotiated); }
  /// Of the transport, or of the last one.
  const Endpoint& local() const { return local_; }
  const Endpoint& remote() const { return remote_; }
  const wire::Open& open_sent() const { return open_sent_; }
  /// When the transport came up.
  TimePoint connected_since() const { return connected_since_; }

  void set_source(OutputSource* source) { output_.set_source(source); }
  /// Output of the source is ready: it is written in a turn to come.
  void output_ready();
  void send_route_refresh(const wire::RouteRefresh& message, TimePoint now);
  /// Says something on a session that may be dead without our knowing, so that TCP finds out.
  void probe(TimePoint now);
  /// The next attempt happens now instead of when its timer expires.
  void hurry(TimePoint now);

  // TransportEvents, ConnectEvents
  void on_input(Octets octets, TimePoint now) override;
  Gathered on_writable(std::vector<Octets>& ranges) override;
  void on_written(const Gathered& gathered, std::size_t octets, TimePoint now) override;
  void on_write_ended(TimePoint now) override { owner_.turn_ended(now); }
  void on_closed(const std::string& why, TimePoint now) override;
  void on_connected(std::unique_ptr<Transport> transport, TimePoint now) override;
  void on_connect_failed(const std::string& why, TimePoint now) override;

 private:
  Connection(ConnectionOwner& owner, Initiator initiator, const FsmTimes& times);
  void adopt(std::unique_ptr<Transport> transport, TimePoint now);
  void perform(const Action& action, TimePoint now);
  void start_timer(const StartTimer& action, TimePoint now);
  void timer_expired(Timer timer, TimePoint now);
  void dispatch(const Message& message, TimePoint now);
  void receive(const Message& message, TimePoint now);
  void receive_open(Octets body, TimePoint now);
  void receive_update(Octets body, TimePoint now);
  void receive_notification(Octets body, TimePoint now);
  void receive_route_refresh(Octets body, TimePoint now);
  void send_open();
  void send_keepalive();
  void send_notification(const wire::Notification& notification);
  void drop_tcp();
  void flush(TimePoint now);
  std::uint16_t maximum_message_size() const;
  TimePoint::duration send_hold_time() const;

  ConnectionOwner& owner_;
  const Initiator initiator_;
  Fsm fsm_;
  TimerSet timers_;
  std::unique_ptr<ConnectAttempt> attempt_;
  std::unique_ptr<Transport> transport_;
  MessageFramer framer_;
  OutputQueue output_;
  bool transport_is_full_ = false;  // on_writable will come
  std::optional<Negotiated> negotiated_;
  wire::Open open_sent_;
  Endpoint local_, remote_;
  TimePoint connected_since_{};
  const Message* at_hand_ = nullptr;  // being dispatched: what a NOTIFICATION answers
};

}  // namespace bgpd::session
