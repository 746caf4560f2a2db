#include "bgpd/session/peer.hpp"

#include <algorithm>
#include <utility>

namespace bgpd::session {
namespace {

constexpr std::chrono::seconds kAttemptLimit{10};  // no peer worth having answers a SYN later
constexpr std::chrono::seconds kIdleHoldLimit{
    60};                                         // the damping's bound, unless connect_retry_time is shorter
constexpr std::chrono::seconds kStableTime{60};  // Established this long: earlier failures are forgotten
constexpr std::chrono::seconds kOpenPatience{
    5};  // how long a connection in OpenSent keeps us from opening another
constexpr std::chrono::seconds kProbeInterval{1};
constexpr std::chrono::seconds kRestartAtLeast{1};  // no speaker comes up, restarts and dials in less

bool is_reset(const wire::Notification& cease) {
  return cease == wire::Notification(wire::CeaseReason::AdministrativeReset);
}

std::chrono::milliseconds at_least(std::chrono::milliseconds duration) {
  return std::max(duration, kFirstRetry);
}

}  // namespace

Peer::Peer(PeerContext& context, PeerSettings settings, std::uint32_t slot)
    : context_(context),
      settings_(std::move(settings)),
      slot_(slot),
      connect_backoff_(settings_.connect_retry_time),
      idle_backoff_(settings_.connect_retry_time),
      ours_(*this, times_) {
  apply_times();
}

void Peer::apply_times() {
  const auto retry = at_least(settings_.connect_retry_time);
  connect_backoff_.set_limit(retry);
  idle_backoff_.set_limit(std::min<std::chrono::milliseconds>(retry, kIdleHoldLimit));
  times_.delay_open = settings_.delay_open_time;
  times_.connect_attempt =
      std::min<std::chrono::milliseconds>(std::max<std::chrono::milliseconds>(retry, 1s), kAttemptLimit);
}

/// Calls the handler. What it does to this peer from inside is put in order when the turn ends.
template <typename Call>
auto Peer::tell(Call call) {
  struct Guard {
    unsigned& depth;
    explicit Guard(unsigned& d) : depth(d) { ++depth; }
    ~Guard() { --depth; }
  } guard(in_handler_);
  return call(context_.handler);
}

// --- commands ----------------------------------------------------------------------------------------------

void Peer::start(TimePoint now) {
  if (settings_.shutdown || enabled_) return;
  enabled_ = true;
  forget_failures();
  begin(now);
  settle(now);
}

void Peer::stop(const wire::Notification& cease, TimePoint now) {
  enabled_ = false;
  held_until_.reset();
  end_all(ManualStop{as_told(cease)}, now);
  tell([&](SessionHandler& handler) { handler.stopped(*this, now); });
  settle(now);
}

void Peer::leave(TimePoint now) {
  if (!established_ || !keeps_our_routes()) return stop(wire::CeaseReason::AdministrativeShutdown, now);
  enabled_ = false;
  established_->handle(TcpConnectionFails{"stopped"}, now);
  end_all(ManualStop{}, now);  // the other connection, if there is one
  settle(now);
}

void Peer::clear(TimePoint now, const wire::Notification& cease) {
  if (!enabled_) return start(now);
  held_until_.reset();
  const bool keeps_nothing = as_told(cease) != cease || (!established_ && is_reset(cease));
  end_all(ManualStop{as_told(cease)}, now);
  if (keeps_nothing) tell([&](SessionHandler& handler) { handler.stopped(*this, now); });
  forget_failures();
  settle(now);
}

void Peer::close(const wire::Notification& cease, TimePoint now) {
  end_all(AutomaticStop{as_told(cease)}, now);
  settle(now);
}

void Peer::hold_down(const wire::Notification& cease, std::chrono::seconds restart, TimePoint now) {
  if (!enabled_) return;
  held_until_ = restart == 0s ? TimePoint::max() : now + restart;
  close(cease, now);
}

wire::Notification Peer::as_told(const wire::Notification& cease) const {
  if (!established_ || !negotiated()->graceful_notification || cease.code != wire::ErrorCode::Cease)
    return cease;
  switch (static_cast<wire::CeaseReason>(cease.subcode)) {
    case wire::CeaseReason::AdministrativeShutdown:
    case wire::CeaseReason::PeerDeconfigured:
    case wire::CeaseReason::MaximumPrefixesReached:
    case wire::CeaseReason::OutOfResources:
      return wire::hard_reset(cease);
    case wire::CeaseReason::AdministrativeReset:
      return settings_.graceful_restart.hard_administrative_reset ? wire::hard_reset(cease) : cease;
    default:
      return cease;
  }
}

/// Whether the peer said that it helps, and our OPEN that we keep forwarding.
bool Peer::keeps_our_routes() const {
  const auto& ours = negotiated()->advertised.capabilities.graceful_restart;
  return negotiated()->peer_graceful_restart && ours && !ours->families.empty();
}

bool Peer::set_settings(PeerSettings settings, TimePoint now) {
  const auto before = std::exchange(settings_, std::move(settings));
  apply_times();
  if (settings_.shutdown) {
    if (!enabled_) return false;
    stop(wire::cease_with_text(wire::CeaseReason::AdministrativeShutdown, settings_.shutdown_message), now);
    return true;
  }
  if (before.shutdown) {
    start(now);
    return true;
  }
  if (needs_reset(before, settings_)) {
    clear(now, wire::CeaseReason::OtherConfigurationChange);
    return true;
  }
  for (const auto family : rib::kFamilies) {
    const auto index = rib::index_of(family);
    if (before.imports[index].maximum_prefix != settings_.imports[index].maximum_prefix) held_until_.reset();
  }
  settle(now);
  if (before.passive != settings_.passive && ours_.state() < State::OpenSent) {
    ours_.handle(ManualStop{}, now);  // silent; begins again the other way
    settle(now);
  }
  return false;
}

void Peer::accept(std::unique_ptr<Transport> transport, TimePoint now) {
  const auto refuse = [&](wire::CeaseReason why) { transport->finish(wire::encode_notification(why)); };
  if (!enabled_ || held_until_) return refuse(wire::CeaseReason::ConnectionRejected);
  // RFC 4724 §5: one that restarts comes back before we have noticed that it was gone.
  // One that just came up has not restarted: that is the collision below.
  const bool may_have_restarted = established_ && negotiated()->peer_graceful_restart &&
                                  !negotiated()->peer_graceful_restart->families.empty() &&
                                  now - *statistics_.up_since >= kRestartAtLeast;
  if (may_have_restarted) {
    established_->handle(TcpConnectionFails{"the neighbor opened another connection"}, now);
    settle(now);
  }
  if (established_) {
    // RFC 4271 §6.8: the Established one stays. But a peer that has lost its state without our knowing would
    // have to wait for our hold timer: a KEEPALIVE on the old connection makes its TCP answer with a reset.
    if (!statistics_.last_write || now - *statistics_.last_write >= kProbeInterval) established_->probe(now);
    refuse(wire::CeaseReason::ConnectionCollisionResolution);
    return settle(now);
  }
  // A peer opens one connection at a time, so an older one of its is dead to it.
  if (theirs_) {
    theirs_->handle(OpenCollisionDump{}, now);
    theirs_.reset();
  }
  if (auto error = transport->apply({settings_.ttl, settings_.minimum_ttl, settings_.password}))
    statistics_.last_error = std::move(*error);
  theirs_ = Connection::accepting(*this, times_);
  theirs_->take(std::move(transport), now);
  settle(now);
}

void Peer::hurry(TimePoint now) {
  ours_.hurry(now);
  if (observer_) observer_->deadline_changed(*this);
}

void Peer::on_time(TimePoint now) {
  if (held_until_ && now >= *held_until_) held_until_.reset();
  if (theirs_) theirs_->on_time(now);
  ours_.on_time(now);
  settle(now);
}

TimePoint Peer::next_deadline() const {
  const auto held = held_until_.value_or(TimePoint::max());
  const auto ours = std::min(ours_.next_deadline(), held);
  return theirs_ ? std::min(ours, theirs_->next_deadline()) : ours;
}

void Peer::set_output(OutputSource* source) {
  if (established_) established_->set_source(source);
}

void Peer::output_ready() {
  if (established_) established_->output_ready();
}

bool Peer::request_refresh(rib::Family family, TimePoint now) {
  if (!established_ || !negotiated()->route_refresh || !negotiated()->families.contains(family)) return false;
  established_->send_route_refresh({std::to_underlying(rib::afi_of(family)), 0, 1}, now);
  return true;
}

// --- facts -------------------------------------------------------------------------------------------------

const Connection& Peer::leading() const {
  return theirs_ && theirs_->state() >= std::max(ours_.state(), State::OpenSent) ? *theirs_ : ours_;
}

void Peer::clear_counters() {
  statistics_.sent = statistics_.received = {};
  statistics_.malformed_updates = 0;
}

void Peer::note_malformed_update(std::string what) {
  ++statistics_.malformed_updates;
  statistics_.last_malformed_update = std::move(what);
}

std::optional<TimePoint> Peer::next_attempt() const {
  if (established_ || ours_.state() == State::Connect) return std::nullopt;
  if (held_until_) return *held_until_ == TimePoint::max() ? std::nullopt : held_until_;
  for (const auto timer : {Timer::ConnectRetry, Timer::IdleHold})
    if (ours_.timers().runs(timer)) return ours_.timers().deadline(timer);
  return std::nullopt;
}

bool needs_reset(const PeerSettings& before, const PeerSettings& after) {
  for (std::size_t i = 0; i < rib::kFamilyCount; ++i) {
    if (before.accepts_add_path[i] != after.accepts_add_path[i] ||
        before.exports[i].offers_add_path() != after.exports[i].offers_add_path())
      return true;
  }
  return before.address != after.address || before.interface_index != after.interface_index ||
         before.remote_as != after.remote_as || before.port != after.port ||
         before.local_address != after.local_address || before.local_interface != after.local_interface ||
         before.ttl != after.ttl || before.minimum_ttl != after.minimum_ttl ||
         before.password != after.password || before.families != after.families ||
         before.graceful_restart.mode != after.graceful_restart.mode || before.local_as != after.local_as ||
         before.local_role != after.local_role || before.strict_role != after.strict_role ||
         before.offers_extended_next_hop != after.offers_extended_next_hop ||
         before.offers_capabilities != after.offers_capabilities ||
         before.overrides_capabilities != after.overrides_capabilities ||
         before.requires_equal_capabilities != after.requires_equal_capabilities;
}

// --- connections -------------------------------------------------------------------------------------------

std::unique_ptr<ConnectAttempt> Peer::open_tcp(ConnectEvents& events) {
  if (!signature_failures_) signature_hint();  // what was before the first attempt does not count
  ConnectRequest request;
  request.remote = {settings_.address, settings_.port, settings_.interface_index};
  request.local_address = settings_.local_address;
  request.local_interface = settings_.local_interface;
  request.settings = {settings_.ttl, settings_.minimum_ttl, settings_.password};
  return context_.network.connect(request, events);
}

wire::Open Peer::our_open() const {
  auto open = make_open(context_.local, settings_);
  if (lacks_capabilities_) open.capabilities = {};
  return open;
}

/// RFC 5492 §3: a speaker that does not know the capabilities parameter says so with this subcode; it gets an
/// OPEN without. Should that fail too, the next one has them again.
void Peer::note_refused_open(const Connection& connection, const EndReason& reason) {
  const bool knows_no_parameter =
      reason.kind == EndReason::Kind::NotificationReceived &&
      reason.notification.code == wire::ErrorCode::OpenMessage &&
      reason.notification.subcode == std::to_underlying(wire::OpenError::UnsupportedOptionalParameter);
  lacks_capabilities_ = knows_no_parameter && connection.open_sent().capabilities != wire::Capabilities{};
}

Event Peer::judge_open(Connection& connection, const wire::Open& received, TimePoint now) {
  if (received.capabilities != wire::Capabilities{}) lacks_capabilities_ = false;
  // While the DelayOpenTimer runs their OPEN may come before ours has left.
  const auto advertised = connection.state() >= State::OpenSent ? connection.open_sent() : our_open();
  auto negotiated = negotiate(context_.local, settings_, advertised, received);
  if (!negotiated) return OpenInvalid{negotiated.error()};
  if (loses_collision(connection, advertised, received, now)) return OpenCollisionDump{};
  const OpenReceived event{negotiated->hold_time, negotiated->keepalive_interval};
  connection.set_negotiated(std::move(*negotiated));
  return event;
}

/// RFC 4271 §6.8: an OPEN came on `connection`; is there another connection of this peer, and which one
/// stays? Dumps the other one when that is the loser.
///
/// A rival in OpenSent counts too: this OPEN tells the identifier, which is the same on both (§6.8 allows it
/// when the identifier is known). Deciding that early, and never using a connection of ours that comes up
/// when theirs is in OpenConfirm (wants_connected), makes both sides choose the same one. By OpenConfirm
/// alone one side may see its choice Established while the other is dumping it, and both connections are
/// lost.
bool Peer::loses_collision(const Connection& connection, const wire::Open& advertised,
                           const wire::Open& received, TimePoint now) {
  auto* const rival = other(connection);
  if (!rival || rival->state() < State::OpenSent) return false;
  if (rival->state() == State::Established) return true;
  const bool ours_stays = ours_survives_collision(advertised, received);
  if (ours_stays != (connection.initiator() == Initiator::Us)) return true;
  rival->handle(OpenCollisionDump{}, now);
  return false;
}

bool Peer::wants_connected(const Connection&) const {
  return !theirs_ || theirs_->state() < State::OpenConfirm;
}

Connection* Peer::other(const Connection& connection) {
  return &connection == &ours_ ? theirs_.get() : &ours_;
}

/// What the kernel dropped since the last attempt: a neighbor with another password, or with none on one
/// side, is silent otherwise. The counters are of all connections, so it is a hint; "" without one.
std::string Peer::signature_hint() {
  if (settings_.source != PeerSource::Configured) return {};
  const auto before = std::exchange(signature_failures_, context_.network.signature_failures());
  if (!before || !signature_failures_) return {};
  const auto& now = *signature_failures_;
  if (!settings_.password.empty() && now.wrong > before->wrong)
    return "; segments with a wrong MD5 signature were dropped (does the neighbor have another password?)";
  if (!settings_.password.empty() && now.missing > before->missing)
    return "; segments without MD5 signature were dropped (has the neighbor no password?)";
  if (settings_.password.empty() && now.unexpected > before->unexpected)
    return "; segments with MD5 signature were dropped (does the neighbor have a password?)";
  return {};
}

void Peer::before_failure(Connection& connection, const std::string& reason, TimePoint now) {
  const auto why = connection.state() < State::OpenSent ? reason + signature_hint() : reason;
  statistics_.last_error = why;
  if (connection.initiator() == Initiator::Us && connection.state() < State::OpenConfirm)
    times_.connect_retry = connect_backoff_.next();
  // From OpenSent on, session_ended tells.
  if (connection.state() < State::OpenSent)
    tell([&](SessionHandler& handler) { handler.attempt_failed(*this, why, now); });
}

bool Peer::may_connect(const Connection&, TimePoint now) const {
  if (!theirs_) return true;
  const bool promising =
      theirs_->state() >= State::OpenConfirm ||
      (theirs_->state() == State::OpenSent && now - theirs_->connected_since() < kOpenPatience);
  return !promising;
}

void Peer::session_up(Connection& connection, TimePoint now) {
  established_ = &connection;
  connect_backoff_.reset();
  ++statistics_.established_count;
  statistics_.up_since = now;
  statistics_.down_since.reset();
  if (auto* const rival = other(connection)) {
    if (rival->state() >= State::OpenSent)
      rival->handle(OpenCollisionDump{}, now);
    else
      rival->handle(ManualStop{}, now);  // nothing was said on it yet: it goes in silence
  }
  tell([&](SessionHandler& handler) { handler.established(*this, *connection.negotiated(), now); });
}

void Peer::session_ended(Connection& connection, const SessionEnded& ended, TimePoint now) {
  const bool collided = ended.reason.notification.code == wire::ErrorCode::Cease &&
                        ended.reason.notification.subcode ==
                            std::to_underlying(wire::CeaseReason::ConnectionCollisionResolution);
  if (!ended.was_established) {
    if (!collided) {
      note_refused_open(connection, ended.reason);
      statistics_.last_error = describe(ended.reason);
      // Why the last session ended is not overwritten by attempts after it: these are the last error.
      if (statistics_.established_count == 0) statistics_.last_reset = LastReset{ended.reason, now};
      tell([&](SessionHandler& handler) { handler.attempt_failed(*this, statistics_.last_error, now); });
    }
    return;
  }
  if (established_ == &connection) established_ = nullptr;
  last_negotiated_ = connection.negotiated();
  if (statistics_.up_since && now - *statistics_.up_since >= kStableTime) idle_backoff_.reset();
  ++statistics_.dropped_count;
  statistics_.up_since.reset();
  statistics_.down_since = now;
  statistics_.last_reset = LastReset{ended.reason, now};
  tell([&](SessionHandler& handler) { handler.down(*this, ended.reason, now); });
}

std::optional<wire::Notification> Peer::update_received(Octets body, TimePoint now) {
  return tell([&](SessionHandler& handler) { return handler.update(*this, body, now); });
}

void Peer::route_refresh_received(const wire::RouteRefresh& message, TimePoint now) {
  const auto family = rib::family_from(message.afi, message.safi);
  // RFC 2918 §4: a family that was not negotiated is ignored. RFC 7313 §5: so are unknown subtypes.
  if (!family || !negotiated()->families.contains(*family)) return;
  using Subtype = wire::RouteRefresh::Subtype;
  if (message.is(Subtype::Request))
    return tell([&](SessionHandler& handler) { handler.route_refresh(*this, *family, now); });
  if (!negotiated()->enhanced_route_refresh) return;
  if (message.is(Subtype::BeginOfRib))
    tell([&](SessionHandler& handler) { handler.refresh_begins(*this, *family, now); });
  if (message.is(Subtype::EndOfRib))
    tell([&](SessionHandler& handler) { handler.refresh_ends(*this, *family, now); });
}

TimePoint::duration Peer::jittered(TimePoint::duration duration) {
  // RFC 4271 §10: uniformly between 0.75 and 1 of the duration.
  std::uniform_int_distribution<int> thousandths(750, 1000);
  return duration / 1000 * thousandths(context_.random);
}

void Peer::turn_ended(TimePoint now) {
  if (established_) tell([&](SessionHandler& handler) { handler.turn_ended(*this, now); });
  settle(now);
}

// --- beginning and ending ----------------------------------------------------------------------------------

/// Also while nobody was heard on the link of an interface peer: there is no address to connect to.
bool Peer::only_waits() const { return settings_.passive || settings_.address.is_unspecified(); }

void Peer::begin(TimePoint now) {
  ours_.handle(only_waits() ? Event{AutomaticStartPassive{}} : Event{AutomaticStart{}}, now);
}

/// After a failure: damped, RFC 4271 §8.1.1.
void Peer::begin_again(TimePoint now) {
  times_.idle_hold = idle_backoff_.next();
  ours_.handle(only_waits() ? Event{AutomaticStartDampedPassive{}} : Event{AutomaticStartDamped{}}, now);
}

void Peer::end_all(const Event& event, TimePoint now) {
  if (theirs_) theirs_->handle(event, now);
  ours_.handle(event, now);
}

void Peer::forget_failures() {
  connect_backoff_.reset();
  idle_backoff_.reset();
  lacks_capabilities_ = false;
}

/// The end of every turn: what died is cleared away, and what should be tried is.
void Peer::settle(TimePoint now) {
  if (in_handler_ != 0) return;
  if (theirs_ && !theirs_->has_transport()) {
    if (established_ == theirs_.get()) established_ = nullptr;
    theirs_.reset();
  }
  const bool rests = ours_.state() == State::Idle && !ours_.timers().runs(Timer::IdleHold);
  if (enabled_ && !held_until_ && rests && !theirs_) begin_again(now);
  if (observer_) observer_->deadline_changed(*this);
}

}  // namespace bgpd::session
