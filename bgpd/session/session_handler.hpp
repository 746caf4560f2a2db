// Who hears of sessions: the daemon, which joins them with the routing engine. RFC 4271 §8.2.
//
// Called from the loop's thread, inside a turn of the peer. The handler may send, attach output, clear, stop
// or remove peers from inside; a removed Peer stays valid until the turn is over.
#pragma once

#include <optional>
#include <string>

#include "bgpd/session/fsm.hpp"
#include "bgpd/session/negotiation.hpp"
#include "bgpd/session/network.hpp"
#include "bgpd/session/statistics.hpp"

namespace bgpd::session {

class Peer;

enum class Direction : std::uint8_t { Received, Sent };

/// A message of a session, without UPDATEs.
struct PassedMessage {
  Direction direction = Direction::Received;
  wire::MessageType type = wire::MessageType::Keepalive;
  const wire::Open* open = nullptr;  // of an OPEN
  const wire::Notification* notification = nullptr;
};

/// A step of a connection's state machine. A peer may have two connections: the one that we open and theirs.
struct StateChange {
  State before = State::Idle, after = State::Idle;
  std::string_view event;
  bool is_theirs = false;
};

class SessionHandler {
 public:
  virtual ~SessionHandler() = default;

  /// Established is reached: time to attach the output source.
  virtual void established(Peer& peer, const Negotiated& negotiated, TimePoint now) = 0;
  /// The session was Established and is no more: its routes go. The output source is detached already.
  virtual void down(Peer& peer, const EndReason& reason, TimePoint now) = 0;
  /// body: of an UPDATE, after the header; borrowed. Returns the NOTIFICATION to end the session with, if
  /// any.
  virtual std::optional<wire::Notification> update(Peer& peer, Octets body, TimePoint now) = 0;
  /// The peer asks for our routes of a family, RFC 2918; the family was negotiated.
  virtual void route_refresh(Peer& peer, rib::Family family, TimePoint now) = 0;
  /// The marks around a table that the peer sends again, RFC 7313; negotiated, like the family.
  virtual void refresh_begins(Peer&, rib::Family, TimePoint) {}
  virtual void refresh_ends(Peer&, rib::Family, TimePoint) {}
  /// The operator has ended the peer, whether it had a session or not: nothing of it is to be kept.
  virtual void stopped(Peer&, TimePoint) {}
  /// The time of PeerManager::set_alarm has come.
  virtual void alarm(TimePoint) {}
  /// All messages that had arrived were delivered: time for the routing engine to run.
  virtual void turn_ended(Peer&, TimePoint) {}
  /// A connection that came in was turned away: for the log.
  virtual void refused(const Endpoint& /*remote*/, const std::string& /*why*/, TimePoint) {}
  /// Nobody that we know of, and of no listen range, called and was turned away: for the log.
  virtual void unknown_caller(const Endpoint& /*remote*/, TimePoint) {}
  /// The session is over, but the peer's routes are kept for its return (RFC 4724): it must not be forgotten.
  virtual bool keeps_routes_of(const Peer&) const { return false; }
  /// An attempt failed or a connection ended before Established: for the log.
  virtual void attempt_failed(Peer&, const std::string& /*why*/, TimePoint) {}
  /// For `debug`.
  virtual void state_changed(const Peer&, const StateChange&) {}
  virtual void message_passed(const Peer&, const PassedMessage&) {}
};

}  // namespace bgpd::session
