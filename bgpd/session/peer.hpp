// A neighbor, configured or discovered: its settings, and at most two connections, the one we open and one
// that came in. Decides which of two survives (RFC 4271 §6.8), when to begin again, and counts what `show`
// tells.
//
//                    ours_  (Fsm: Idle, Connect, Active, OpenSent, ...)
//   Peer  <                                                              one of them becomes Established
//                    theirs_ (only while a connection that came in lives)
//
// Owned by PeerManager. One thread; time is an argument.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>

#include "bgpd/session/backoff.hpp"
#include "bgpd/session/connection.hpp"
#include "bgpd/session/session_handler.hpp"
#include "bgpd/session/settings.hpp"

namespace bgpd::session {

/// What all peers share; owned by PeerManager.
struct PeerContext {
  LocalSettings local;
  Network& network;
  SessionHandler& handler;
  std::minstd_rand random;      // jitter only
  std::vector<Octets> scratch;  // for gather writes
};

class Peer final : private ConnectionOwner {
 public:
  /// context: borrowed. slot: the manager's name for this peer.
  Peer(PeerContext& context, PeerSettings settings, std::uint32_t slot);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // --- commands --------------------------------------------------------------------------------------------
  /// Begins to connect (or to wait, when passive); nothing when the settings say shutdown.
  void start(TimePoint now);
  /// Ends the session and stays down until start().
  void stop(const wire::Notification& cease, TimePoint now);
  /// Stops without a word where the peer would keep our routes, RFC 4724 §4.1.
  void leave(TimePoint now);
  /// Ends the session and begins again at once, also after stop(); Cease/Administrative Reset unless told
  /// otherwise.
  void clear(TimePoint now, const wire::Notification& cease = wire::CeaseReason::AdministrativeReset);
  /// The system's own decision, e.g. too many prefixes: ends the session; it begins again after a while.
  void close(const wire::Notification& cease, TimePoint now);
  /// The peer has sent too many prefixes: ends the session. It comes back after `restart`, or, when that is
  /// zero, with clear() or another limit.
  void hold_down(const wire::Notification& cease, std::chrono::seconds restart, TimePoint now);
  /// True: the session was reset, or stopped, or started because of the change.
  bool set_settings(PeerSettings settings, TimePoint now);
  /// A connection from the peer's address.
  void accept(std::unique_ptr<Transport> transport, TimePoint now);
  /// The neighbor has shown signs of life: no need to wait for the next try.
  void hurry(TimePoint now);
  void on_time(TimePoint now);
  /// TimerSet::kNever when no timer runs.
  TimePoint next_deadline() const;

  // --- while Established -----------------------------------------------------------------------------------
  /// source: borrowed until it is replaced, nullptr is set or down() is called.
  void set_output(OutputSource* source);
  /// The source has something to send.
  void output_ready();
  /// Asks the peer for its routes. False: not Established, or the peer cannot (RFC 2918).
  bool request_refresh(rib::Family family, TimePoint now);

  // --- facts -----------------------------------------------------------------------------------------------
  const PeerSettings& settings() const { return settings_; }
  /// The same, with what the session has in place of what was asked for, wherever `after` is content with
  /// that: the neighbor's AS, our address. What then differs is what the session must end for.
  PeerSettings settings_beside(const PeerSettings& after) const;
  std::uint32_t slot() const { return slot_; }
  /// The further of the two connections.
  State state() const { return leading().state(); }
  bool is_established() const { return established_ != nullptr; }
  /// nullptr unless Established.
  const Negotiated* negotiated() const { return established_ ? &*established_->negotiated() : nullptr; }
  /// Of the session that ended last, for SessionHandler::down; nullptr when there was none.
  const Negotiated* last_negotiated() const { return last_negotiated_ ? &*last_negotiated_ : nullptr; }
  const Connection& leading() const;
  /// Ends of the session's TCP connection; zeros before the first.
  const Endpoint& local() const { return leading().local(); }
  const Endpoint& remote() const { return leading().remote(); }
  const Statistics& counters() const { return statistics_; }
  void clear_counters();
  /// The handler found errors in an UPDATE.
  void note_malformed_update(std::string what);
  /// When the next attempt is due, as far as one is.
  std::optional<TimePoint> next_attempt() const;
  bool is_stopped() const { return !enabled_; }
  bool is_held_down() const { return held_until_.has_value(); }
  /// "192.168.1.2", "eth0".
  std::string name() const {
    return settings_.interface_name.empty() ? settings_.address.to_string() : settings_.interface_name;
  }
  /// A TCP connection is there or on its way.
  bool has_connection() const { return theirs_ || ours_.has_transport() || ours_.state() == State::Connect; }

  /// Set by the manager: called when next_deadline() may have changed.
  class Observer {
   public:
    virtual void deadline_changed(Peer& peer) = 0;

   protected:
    ~Observer() = default;
  };
  void set_observer(Observer* observer) { observer_ = observer; }

 private:
  // ConnectionOwner
  std::unique_ptr<ConnectAttempt> open_tcp(ConnectEvents& events) override;
  wire::Open our_open() const override;
  Event judge_open(Connection& connection, const wire::Open& received, TimePoint now) override;
  void before_failure(Connection& connection, const std::string& why, TimePoint now) override;
  bool wants_connected(const Connection& connection) const override;
  bool may_connect(const Connection& connection, TimePoint now) const override;
  void session_up(Connection& connection, TimePoint now) override;
  void session_ended(Connection& connection, const SessionEnded& ended, TimePoint now) override;
  std::optional<wire::Notification> update_received(Octets body, TimePoint now) override;
  void route_refresh_received(const wire::RouteRefresh& message, TimePoint now) override;
  void state_changed(const Connection& connection, State before, const Event& event) override;
  void message_passed(const PassedMessage& message) override {
    context_.handler.message_passed(*this, message);
  }
  Statistics& statistics() override { return statistics_; }
  TimePoint::duration jittered(TimePoint::duration duration) override;
  std::vector<Octets>& scratch() override { return context_.scratch; }
  void turn_ended(TimePoint now) override;

  /// Calls the handler. What it does to this peer from inside is put in order when the turn ends.
  template <typename Call>
  auto tell(Call call) {
    struct Guard {
      unsigned& depth;
      explicit Guard(unsigned& d) : depth(d) { ++depth; }
      ~Guard() { --depth; }
    } guard(in_handler_);
    return call(context_.handler);
  }
  Connection* other(const Connection& connection);
  bool loses_collision(const Connection& connection, const wire::Open& advertised, const wire::Open& received,
                       TimePoint now);
  bool only_waits() const;
  std::string signature_hint();
  void begin(TimePoint now);
  void begin_again(TimePoint now);
  void end_all(const Event& event, TimePoint now);
  void forget_failures();
  /// A Cease as this peer is to hear it: RFC 8538 §3.1, in a Hard Reset where nothing is to be kept.
  wire::Notification as_told(const wire::Notification& cease) const;
  bool keeps_our_routes() const;
  TransportSettings transport_settings() const;
  void note_refused_open(const Connection& connection, const EndReason& reason);
  void note_refusal(const EndReason& reason, TimePoint now);
  void settle(TimePoint now);
  void apply_times();

  PeerContext& context_;
  PeerSettings settings_;
  const std::uint32_t slot_;
  Observer* observer_ = nullptr;
  bool enabled_ = false;
  std::optional<TimePoint> held_until_;  // by hold_down()
  bool lacks_capabilities_ = false;      // the peer refused our OPEN because it had some, RFC 5492 §3
  FsmTimes times_;
  Backoff connect_backoff_;  // between attempts to connect
  Backoff idle_backoff_;     // DampPeerOscillations
  Connection ours_;
  std::unique_ptr<Connection> theirs_;
  Connection* established_ = nullptr;  // ours_, *theirs_ or none
  std::optional<Negotiated> last_negotiated_;
  Statistics statistics_;
  std::optional<SignatureFailures> signature_failures_;  // when the last attempt failed
  unsigned in_handler_ = 0;  // the handler is being called: a connection's functions are on the stack
};

/// Does the session have to end for the new settings to hold? RFC 4271 has no way to renegotiate.
/// Timers count from the next session on; what only the routing engine uses never resets.
bool needs_reset(const PeerSettings& before, const PeerSettings& after);

}  // namespace bgpd::session
