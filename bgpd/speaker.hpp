// The BGP speaker without its sockets: sessions, the routing engine and the logs of encoded output, joined.
//
//   PeerManager -> wire::decode_update -> rib::Engine -> update::Outbound -> PeerOutput -> PeerManager
//
// The daemon gives it a real network and a kernel; the simulation gives it a network in memory and virtual
// time. One thread. Nothing here blocks: engine work is done by run() in slices.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bgpd/export_profiles.hpp"
#include "bgpd/graceful_restart.hpp"
#include "bgpd/observer.hpp"
#include "bgpd/peer_output.hpp"
#include "bgpd/session/peer_manager.hpp"
#include "bgpd/update/outbound.hpp"
#include "bgpd/wire/update.hpp"
#include "fib/links.hpp"
#include "rib/engine.hpp"

namespace bgpd {

/// What a session in Established has besides the session: its place in the routing engine and what its
/// UPDATEs were like.
struct RouteSession {
  RouteSession(update::Outbound& outbound, rib::PeerHandle handle_)
      : handle(handle_), output(outbound, handle_) {}

  rib::PeerHandle handle;
  session::Peer* peer = nullptr;
  rib::TimePoint up_since;
  wire::DecodeContext context;
  PeerOutput output;
  bool end_of_rib_received[rib::kFamilyCount] = {};
};

class Speaker final : public session::SessionHandler {
 public:
  struct Hooks {
    /// run() has something to do; told again only after run() was called.
    std::function<void()> work_waits;
    std::function<void(std::vector<rib::FibChange>)> fib_changes;
    std::function<void(rib::FibMove)> fib_moved = nullptr;
    /// name: of the peer concerned, "" when none is.
    std::function<void(const rib::Notice&, const std::string& name)> notice;
    std::function<void(const session::Peer&)> session_up;
    std::function<void(const session::Peer&, const session::EndReason&)> session_down;
    std::function<void(const session::Peer&, const std::string& why)> attempt_failed;
    /// It reads so slowly that what it is sent was cut short: the table as it is then follows when it reads.
    std::function<void(const session::Peer&)> fell_behind;
    /// A connection was turned away. Told rarely; `more`: how many others since the last time.
    std::function<void(const session::Endpoint&, const std::string& why, std::size_t more)> refused;
    std::function<void(const session::Endpoint&, std::size_t more)> unknown_caller;
    /// After restarted(): routes are chosen and handed to the kernel; what it has besides is of the former
    /// life.
    std::function<void()> restart_is_over;
    /// An UPDATE had errors that RFC 7606 lets the session survive.
    std::function<void(const session::Peer&, const std::string& error)> attribute_error;
  };

  /// seed: of the sessions' jitter.
  Speaker(session::Network& network, const fib::Links& links, Hooks hooks, std::uint32_t seed);
  ~Speaker();

  /// Ours: AS, identifier, decision options. Sessions that must learn of it are reset by the peer manager.
  void set_local(const session::LocalSettings& local, const rib::Speaker& routing, rib::TimePoint now);

  /// We run again after a restart that forwarding survived (RFC 4724 §4.1). With `defers`, nothing is
  /// announced and nothing told to the kernel until the neighbors have sent their tables, or `patience` is
  /// over.
  void restarted(bool defers, std::chrono::seconds patience, rib::TimePoint now);
  bool is_restarting() const { return restart_.has_value(); }
  /// Families whose forwarding state outlives the sessions: the F bit of OPENs to come.
  void set_forwarding_preserved(rib::FamilySet families, rib::TimePoint now);

  session::PeerManager& peers() { return *peers_; }
  const session::PeerManager& peers() const { return *peers_; }
  rib::Engine& engine() { return engine_; }
  const rib::Engine& engine() const { return engine_; }
  const session::LocalSettings& local() const { return local_; }
  /// The routing side of a session; nullptr unless Established.
  const RouteSession* routes_of(const session::Peer& peer) const;
  const session::Peer* peer_of(rib::PeerHandle handle) const;
  /// What the engine would be told of the session if these were its settings.
  rib::PeerUp peer_up_of(const session::Peer& peer, const session::Negotiated& negotiated,
                         const session::PeerSettings& settings, const session::LocalSettings& local) const;
  /// What of the peer's routes is stale; nullptr: nothing.
  const StaleRoutes* stale_of(const session::Peer& peer) const;
  update::Outbound::Backlog backlog_of(const RouteSession& session) const {
    return outbound_.backlog(session.handle);
  }
  std::size_t output_memory() const { return outbound_.memory(); }

  /// Borrowed until another one is set; nullptr: nobody is told.
  void set_observer(Observer* observer);

  /// Tells the engine something and remembers that it may have work now.
  template <typename F>
  void with_engine(F&& f) {
    f(engine_);
    note_work();
  }
  /// One slice of engine work; true when more is left.
  bool run(rib::TimePoint now);
  /// Sends a peer its table again, without the peer asking (`clear … soft out`).
  void send_again(const session::Peer& peer, rib::Family family);
  /// Settings changed that the session does not know of, but the routing engine does. What the peer may send
  /// is applied to what it has sent. What it is sent it gets at once, as far as it differs.
  void settings_changed(session::Peer& peer, rib::TimePoint now);
  /// Links or addresses of this machine changed: next hops that are our own may be others.
  void links_changed(rib::TimePoint now);

  // SessionHandler
  void established(session::Peer& peer, const session::Negotiated& negotiated, rib::TimePoint now) override;
  std::optional<wire::Notification> update(session::Peer& peer, wire::Octets body,
                                           rib::TimePoint now) override;
  void route_refresh(session::Peer& peer, rib::Family family, rib::TimePoint now) override;
  void refresh_begins(session::Peer& peer, rib::Family family, rib::TimePoint now) override;
  void refresh_ends(session::Peer& peer, rib::Family family, rib::TimePoint now) override;
  void down(session::Peer& peer, const session::EndReason& reason, rib::TimePoint now) override;
  void refused(const session::Endpoint& remote, const std::string& why, rib::TimePoint now) override;
  void unknown_caller(const session::Endpoint& remote, rib::TimePoint now) override;
  void stopped(session::Peer& peer, rib::TimePoint now) override;
  bool keeps_routes_of(const session::Peer& peer) const override;
  void alarm(rib::TimePoint now) override;
  void attempt_failed(session::Peer& peer, const std::string& why, rib::TimePoint now) override;
  void state_changed(const session::Peer& peer, const session::StateChange& change) override;
  void message_passed(const session::Peer& peer, const session::PassedMessage& message) override;

 private:
  /// After a restart: how long the neighbors' tables are waited for.
  struct Restart {
    bool defers = false;
    rib::TimePoint begun, deadline;
  };

  bool has_work() const { return engine_.has_work() || !condemned_.empty() || !caught_up_.empty(); }
  void note_work();
  void handle_notice(const rib::Notice& notice);
  void note_attribute_errors(RouteSession& session);
  rib::PeerUp peer_up_of(const session::Peer& peer, const session::Negotiated& negotiated) const {
    return peer_up_of(peer, negotiated, peer.settings(), local_);
  }
  void set_export_profiles(rib::PeerHandle handle, const rib::PeerUp& up, rib::TimePoint now);
  RouteSession* find(rib::PeerHandle handle) const;
  /// The peer's session ends with this Cease, in run(): not from inside the engine's call that found it out.
  void close_later(rib::PeerHandle handle, const wire::Notification& cease);
  void close_over_limit(const rib::Notice& notice);
  void close_condemned(rib::TimePoint now);
  StaleRoutes& stale_routes(const session::Peer& peer);
  rib::PeerHandle tell_engine_up(session::Peer& peer, const session::Negotiated& negotiated, rib::PeerUp up,
                                 rib::TimePoint now);
  void end_of_rib(session::Peer& peer, RouteSession& session, rib::Family family, rib::TimePoint now);
  void expire_stale(StaleRoutes& stale, rib::TimePoint now);
  bool has_table(const session::Peer& peer, rib::TimePoint now) const;
  void look_at_restart(rib::TimePoint now);
  void set_alarm(rib::TimePoint now);

  void show_observer(const update::Outbound::Told& told) const;

  const fib::Links& links_;
  Hooks hooks_;
  Observer* observer_ = nullptr;
  update::Outbound outbound_;
  rib::Engine engine_;
  session::LocalSettings local_;
  std::vector<std::unique_ptr<RouteSession>> by_slot_;  // Peer::slot
  std::vector<RouteSession*> by_index_;                 // PeerHandle::index
  wire::DecodedUpdate decoded_;                         // room for one UPDATE, used again and again
  struct Condemned {
    rib::PeerHandle handle;
    wire::Notification cease;
    std::optional<std::chrono::seconds> restart;  // too many prefixes: Peer::hold_down
  };
  std::vector<Condemned> condemned_;
  std::vector<std::pair<rib::PeerHandle, rib::Family>> caught_up_;  // their tables are due
  bool work_noted_ = false;
  /// The log is not flooded by who is refused.
  struct Refusals {
    std::optional<rib::TimePoint> told;
    std::size_t untold = 0;
    /// How many went untold before this one; nothing: it goes untold as well.
    std::optional<std::size_t> add(rib::TimePoint now);
  };
  Refusals refused_, unknown_callers_;
  std::vector<std::unique_ptr<StaleRoutes>> stale_;  // Peer::slot
  std::optional<Restart> restart_;
  bool tells_restart_is_over_ = false;  // once the engine has nothing to do
  std::unique_ptr<session::PeerManager> peers_;
};

}  // namespace bgpd
