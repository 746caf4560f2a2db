// What the connections of a peer ask and tell it.
#include <algorithm>
#include <utility>

#include "bgpd/session/peer.hpp"

namespace bgpd::session {
namespace {

constexpr std::chrono::seconds kStableTime{60};  // Established this long: earlier failures are forgotten
constexpr std::chrono::seconds kOpenPatience{
    5};  // how long a connection in OpenSent keeps us from opening another

}  // namespace

std::unique_ptr<ConnectAttempt> Peer::open_tcp(ConnectEvents& events) {
  if (!signature_failures_) signature_hint();  // what was before the first attempt does not count
  ConnectRequest request;
  request.remote = {settings_.address, settings_.port, settings_.interface_index};
  request.local_address = settings_.local_address;
  request.local_interface = settings_.local_interface;
  request.settings = transport_settings();
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

/// What a NOTIFICATION told stands until a session comes up, or we end an attempt ourselves.
void Peer::note_refusal(const EndReason& reason, TimePoint now) {
  using Kind = EndReason::Kind;
  if (reason.kind == Kind::NotificationReceived || reason.kind == Kind::NotificationSent)
    statistics_.last_refusal = LastReset{reason, now};
  if (reason.kind == Kind::NotificationSent && reason.notification.code == wire::ErrorCode::Cease)
    statistics_.last_refusal.reset();
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
  statistics_.hung_up = false;
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
  statistics_.last_refusal.reset();
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
      statistics_.hung_up = ended.reason.kind == EndReason::Kind::TcpFailed;
      note_refusal(ended.reason, now);
      // Why the last session ended is not overwritten by attempts after it: these are the last error. Nor is
      // what a NOTIFICATION said by an attempt that ends without a word.
      if (statistics_.established_count == 0)
        statistics_.last_reset = statistics_.last_refusal.value_or(LastReset{ended.reason, now});
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

}  // namespace bgpd::session
