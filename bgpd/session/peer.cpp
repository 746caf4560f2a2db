#include "bgpd/session/peer.hpp"

#include <algorithm>
#include <utility>

#include "bgpd/session/tcp_options.hpp"

namespace bgpd::session {
namespace {

constexpr std::chrono::seconds kAttemptLimit{10};  // no peer worth having answers a SYN later
constexpr std::chrono::seconds kIdleHoldLimit{
    60};  // the damping's bound, unless connect_retry_time is shorter
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
  const auto old_transport = transport_settings();
  const auto as_is = settings_beside(settings);
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
  // A session goes on with other options of its socket; an attempt begins again with them, and at the port.
  const bool connects_otherwise = before.port != settings_.port || old_transport != transport_settings();
  auto refused =
      established_ ? established_->change_transport(old_transport, transport_settings()) : std::nullopt;
  if (needs_reset(as_is, settings_) || refused || (connects_otherwise && !established_)) {
    clear(now, wire::CeaseReason::OtherConfigurationChange);
    if (refused) statistics_.last_error = *std::move(refused);
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

PeerSettings Peer::settings_beside(const PeerSettings& after) const {
  auto settings = settings_;
  if (!established_) return settings;
  if (is_expected_as(context_.local, after, negotiated()->peer_as)) {
    settings.remote_as = after.remote_as;
    settings.any_as = after.any_as;
  }
  const auto& ours = local().address;
  const auto is_content = [&] {  // without `update-source` any address will do
    if (after.local_address) return ours == *after.local_address;
    return after.local_interface.empty() ||
           address_of_interface(after.local_interface, remote().address) == ours;
  };
  const auto source = [](const PeerSettings& s) { return std::tie(s.local_address, s.local_interface); };
  if (source(settings) != source(after) && is_content()) {
    settings.local_address = after.local_address;
    settings.local_interface = after.local_interface;
  }
  return settings;
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
  if (auto error = transport->apply(transport_settings())) statistics_.last_error = std::move(*error);
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

void Peer::state_changed(const Connection& connection, State before, const Event& event) {
  const bool is_theirs = connection.initiator() == Initiator::Them;
  context_.handler.state_changed(*this, {before, connection.state(), name_of(event), is_theirs});
}

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

TransportSettings Peer::transport_settings() const {
  return {.ttl = settings_.ttl,
          .minimum_ttl = settings_.minimum_ttl,
          .password = settings_.password,
          .user_timeout = settings_.user_timeout};
}

bool needs_reset(const PeerSettings& before, const PeerSettings& after) {
  for (std::size_t i = 0; i < rib::kFamilyCount; ++i) {
    if (before.accepts_add_path[i] != after.accepts_add_path[i] ||
        before.exports[i].offers_add_path() != after.exports[i].offers_add_path())
      return true;
  }
  return before.address != after.address || before.interface_index != after.interface_index ||
         before.remote_as != after.remote_as || before.any_as != after.any_as ||
         before.local_address != after.local_address || before.local_interface != after.local_interface ||
         before.families != after.families || before.graceful_restart.mode != after.graceful_restart.mode ||
         before.local_as != after.local_as || before.local_role != after.local_role ||
         before.strict_role != after.strict_role ||
         before.offers_extended_next_hop != after.offers_extended_next_hop ||
         before.offers_capabilities != after.offers_capabilities ||
         before.overrides_capabilities != after.overrides_capabilities ||
         before.extends_open != after.extends_open;
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
