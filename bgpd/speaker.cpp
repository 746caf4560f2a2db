#include "bgpd/speaker.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace bgpd {

using rib::TimePoint;

Speaker::Speaker(session::Network& network, const fib::Links& links, Hooks hooks, std::uint32_t seed)
    : links_(links),
      hooks_(std::move(hooks)),
      outbound_({
          .writable =
              [this](rib::PeerHandle handle) {
                if (auto* session = find(handle)) session->peer->output_ready();
              },
          .fell_behind =
              [this](rib::PeerHandle handle) {
                if (const auto* session = find(handle); session && hooks_.fell_behind)
                  hooks_.fell_behind(*session->peer);
              },
          .caught_up =
              [this](rib::PeerHandle handle, rib::Family family) {
                caught_up_.emplace_back(handle, family);
                note_work();
              },
          .member_lagging =
              [this](rib::PeerHandle handle) { close_later(handle, wire::CeaseReason::OutOfResources); },
          .walk_possible = [this] { note_work(); },
          .unsendable = nullptr,
          .fib_changes =
              [this](std::span<const rib::FibChange> changes) {
                hooks_.fib_changes({changes.begin(), changes.end()});
              },
          .fib_moved =
              [this](const rib::FibMove& move) {
                if (hooks_.fib_moved) hooks_.fib_moved(move);
              },
          .notice = [this](const rib::Notice& notice) { handle_notice(notice); },
      }),
      engine_(outbound_),
      peers_(std::make_unique<session::PeerManager>(network, *this, session::LocalSettings{}, seed)) {}

Speaker::~Speaker() = default;

void Speaker::set_local(const session::LocalSettings& local, const rib::Speaker& routing, TimePoint now) {
  const auto preserved = local_.forwarding_preserved;
  local_ = local;
  local_.is_restarting = restart_ && restart_->defers;
  local_.forwarding_preserved = preserved;
  with_engine([&](rib::Engine& engine) { engine.set_speaker(routing, now); });
  peers_->set_local(local_, now);
}

const RouteSession* Speaker::routes_of(const session::Peer& peer) const {
  return peer.slot() < by_slot_.size() ? by_slot_[peer.slot()].get() : nullptr;
}

const session::Peer* Speaker::peer_of(rib::PeerHandle handle) const {
  const auto* session = find(handle);
  return session ? session->peer : nullptr;
}

RouteSession* Speaker::find(rib::PeerHandle handle) const {
  if (handle.index >= by_index_.size()) return nullptr;
  auto* session = by_index_[handle.index];
  return session && session->handle == handle ? session : nullptr;
}

void Speaker::note_work() {
  if (work_noted_ || !has_work()) return;
  work_noted_ = true;
  hooks_.work_waits();
}

bool Speaker::run(TimePoint now) {
  constexpr std::size_t kSlice = 4096;  // destinations: about a millisecond
  close_condemned(now);
  for (const auto& [handle, family] : std::exchange(caught_up_, {}))
    engine_.refresh_requested(handle, family);
  engine_.run(kSlice, now);
  if (engine_.next_release()) set_alarm(now);
  work_noted_ = has_work();
  if (!work_noted_ && std::exchange(tells_restart_is_over_, false) && hooks_.restart_is_over)
    hooks_.restart_is_over();
  return work_noted_;
}

void Speaker::close_later(rib::PeerHandle handle, const wire::Notification& cease) {
  condemned_.push_back({handle, cease, std::nullopt});
  note_work();
}

/// RFC 4486 §4: the data are the family and the limit.
void Speaker::close_over_limit(const rib::Notice& notice) {
  const auto* session = find(*notice.peer);
  if (!session) return;
  const auto family = notice.prefix.family();
  const auto& settings = session->peer->settings();
  const auto limit = settings.imports[rib::index_of(family)].maximum_prefix;
  std::array<std::uint8_t, 7> room{};
  wire::ByteWriter data(room);
  data.u16(std::to_underlying(rib::afi_of(family)));
  data.u8(std::to_underlying(rib::Safi::Unicast));
  data.u32(limit);
  condemned_.push_back({*notice.peer,
                        {wire::CeaseReason::MaximumPrefixesReached, data.written()},
                        settings.maximum_prefix_restart[rib::index_of(family)]});
  note_work();
}

void Speaker::close_condemned(TimePoint now) {
  for (const auto& [handle, cease, restart] : std::exchange(condemned_, {})) {
    auto* session = find(handle);
    if (!session) continue;
    if (restart)
      session->peer->hold_down(cease, *restart, now);
    else
      session->peer->close(cease, now);
  }
}

// --- sessions
// -------------------------------------------------------------------------------------------------------

rib::PeerUp Speaker::peer_up_of(const session::Peer& peer, const session::Negotiated& negotiated,
                                const session::PeerSettings& settings,
                                const session::LocalSettings& local) const {
  const SessionEnds ends{peer.local().address, peer.remote().address,
                         link_of_peer(settings, peer.remote().address, links_)};
  rib::PeerUp up;
  up.address = peer.settings().address;  // of an interface peer, who is on the link
  up.local_address = ends.local;
  up.interface_index = ends.interface_index;
  if (const auto* link = links_.find(ends.interface_index)) up.interface_name = link->name;
  up.is_interface_peer = !settings.interface_name.empty();
  up.as = negotiated.peer_as;
  up.identifier = negotiated.peer_identifier;
  up.type = negotiated.peer_type;
  up.is_confederation_peer = negotiated.is_confederation_peer;
  up.local_as = negotiated.local_as;
  up.families = negotiated.families;
  up.guard = settings.guard;
  up.name = peer.name();
  for (const auto family : rib::kFamilies) {
    const auto index = rib::index_of(family);
    if (!negotiated.families.contains(family)) continue;
    up.add_path_receive[index] = negotiated.add_path_receive[index];
    up.imports[index] = settings.imports[index];
    if (negotiated.peer_type == rib::PeerType::Internal) up.imports[index].requires_policy = false;
    up.imports[index].prepend_as = settings.local_as_no_prepend ? 0 : settings.local_as;
    up.imports[index].local_role = negotiated.local_role;
    up.exports[index] = export_profile(family, local, settings, negotiated, ends, links_);
  }
  return up;
}

void Speaker::established(session::Peer& peer, const session::Negotiated& negotiated, TimePoint now) {
  auto up = peer_up_of(peer, negotiated);
  rib::PeerHandle handle;
  with_engine([&](rib::Engine&) { handle = tell_engine_up(peer, negotiated, up, now); });
  if (negotiated.enhanced_route_refresh) outbound_.mark_refreshes(handle);
  auto session = std::make_unique<RouteSession>(outbound_, handle);
  session->peer = &peer;
  session->up_since = now;
  session->context = negotiated.decode_context();
  session->context.enforce_first_as = peer.settings().enforces_first_as;
  if (by_index_.size() <= handle.index) by_index_.resize(handle.index + 1);
  by_index_[handle.index] = session.get();
  peer.set_output(&session->output);
  if (by_slot_.size() <= peer.slot()) by_slot_.resize(peer.slot() + 1);
  by_slot_[peer.slot()] = std::move(session);
  if (hooks_.session_up) hooks_.session_up(peer);
  look_at_restart(now);
}

void Speaker::down(session::Peer& peer, const session::EndReason& reason, TimePoint now) {
  if (!routes_of(peer)) return;
  const auto session = std::move(by_slot_[peer.slot()]);
  const auto handle = session->handle;
  auto& stale = stale_routes(peer);
  stale.handle = handle;
  const auto retained = stale.lost(*peer.last_negotiated(), reason, now);
  with_engine([&](rib::Engine& engine) {
    if (retained.empty())
      engine.peer_down(handle, now);
    else
      engine.peer_lost(handle, retained, now);
  });
  if (stale.deadline() <= now) expire_stale(stale, now);  // a restart time of nothing
  set_alarm(now);
  outbound_.forget(handle);
  by_index_[handle.index] = nullptr;
  if (hooks_.session_down) hooks_.session_down(peer, reason);
  look_at_restart(now);
}

void Speaker::attempt_failed(session::Peer& peer, const std::string& why, TimePoint now) {
  if (hooks_.attempt_failed) hooks_.attempt_failed(peer, why);
  if (observer_) observer_->attempt_failed(peer, why);
  look_at_restart(now);
}

std::optional<std::size_t> Speaker::Refusals::add(TimePoint now) {
  constexpr std::chrono::seconds kPause{10};
  if (told && now - *told < kPause) {
    ++untold;
    return std::nullopt;
  }
  told = now;
  return std::exchange(untold, 0);
}

void Speaker::refused(const session::Endpoint& remote, const std::string& why, TimePoint now) {
  if (const auto more = refused_.add(now); more && hooks_.refused) hooks_.refused(remote, why, *more);
}

void Speaker::unknown_caller(const session::Endpoint& remote, TimePoint now) {
  const auto more = unknown_callers_.add(now);
  if (more && hooks_.unknown_caller) hooks_.unknown_caller(remote, *more);
}

std::optional<wire::Notification> Speaker::update(session::Peer& peer, wire::Octets body, TimePoint now) {
  if (!routes_of(peer)) return std::nullopt;
  auto* session = by_slot_[peer.slot()].get();
  const auto decoded = wire::decode_update(body, session->context, decoded_);
  if (decoded_.error_count() > 0) note_attribute_errors(*session);
  if (!decoded) return decoded.error();
  with_engine([&](rib::Engine& engine) {
    for (const auto& update : decoded_.updates()) engine.received(session->handle, update, now);
    if (const auto family = decoded_.end_of_rib()) end_of_rib(peer, *session, *family, now);
  });
  if (observer_) observer_->update_received(peer, session->handle, decoded_);
  return std::nullopt;
}

// --- who looks on
// -------------------------------------------------------------------------------------------------------

void Speaker::set_observer(Observer* observer) {
  observer_ = observer;
  engine_.set_observer(observer);
  outbound_.set_listener(observer ? [this](const update::Outbound::Told& told) { show_observer(told); }
                                  : update::Outbound::Listener());
}

void Speaker::state_changed(const session::Peer& peer, const session::StateChange& change) {
  if (observer_) observer_->state_changed(peer, change);
}

void Speaker::message_passed(const session::Peer& peer, const session::PassedMessage& message) {
  if (observer_) observer_->message_passed(peer, message);
}

void Speaker::show_observer(const update::Outbound::Told& told) const {
  std::vector<const session::Peer*> members;
  for (const auto handle : told.members)
    if (const auto* peer = peer_of(handle)) members.push_back(peer);
  observer_->update_sent(told.group, members, told.attributes, told.prefixes);
}

void Speaker::note_attribute_errors(RouteSession& session) {
  if (decoded_.errors().empty()) return;
  auto text =
      wire::describe(*std::ranges::max_element(decoded_.errors(), {}, &wire::AttributeError::treatment));
  if (hooks_.attribute_error) hooks_.attribute_error(*session.peer, text);
  session.peer->note_malformed_update(std::move(text));
}

void Speaker::route_refresh(session::Peer& peer, rib::Family family, TimePoint) { send_again(peer, family); }

void Speaker::send_again(const session::Peer& peer, rib::Family family) {
  if (const auto* session = routes_of(peer))
    with_engine([&](rib::Engine& engine) { engine.refresh_requested(session->handle, family); });
}

void Speaker::settings_changed(session::Peer& peer, TimePoint now) {
  const auto* session = routes_of(peer);
  if (!session) return;
  const auto up = peer_up_of(peer, *peer.negotiated());
  // What AS_PATH must begin with is asked before the engine hears of a route: those that were refused must
  // come again. Everything else the engine looks at again by itself, without a ROUTE-REFRESH.
  auto& enforces = by_slot_[peer.slot()]->context.enforce_first_as;
  if (std::exchange(enforces, peer.settings().enforces_first_as) != enforces)
    for (const auto family : rib::kFamilies)
      if (up.families.contains(family)) peer.request_refresh(family, now);
  with_engine([&](rib::Engine& engine) {
    engine.set_mesh_guard(session->handle, up.guard, now);
    for (const auto family : rib::kFamilies)
      engine.set_import_profile(session->handle, family, up.imports[rib::index_of(family)], now);
  });
  set_export_profiles(session->handle, up, now);
}

void Speaker::links_changed(TimePoint now) {
  peers_->visit([&](session::Peer& peer) {
    if (const auto* session = routes_of(peer))
      set_export_profiles(session->handle, peer_up_of(peer, *peer.negotiated()), now);
  });
}

void Speaker::set_export_profiles(rib::PeerHandle handle, const rib::PeerUp& up, TimePoint now) {
  with_engine([&](rib::Engine& engine) {
    for (const auto& profile : up.exports)
      if (profile) engine.set_export_profile(handle, *profile, now);
  });
}

void Speaker::handle_notice(const rib::Notice& notice) {
  const auto* session = notice.peer ? find(*notice.peer) : nullptr;
  if (notice.kind == rib::Notice::Kind::MaximumPrefixReached && notice.peer) close_over_limit(notice);
  if (notice.kind == rib::Notice::Kind::MaximumMemoryReached && notice.peer)
    close_later(*notice.peer, wire::CeaseReason::OutOfResources);
  hooks_.notice(notice, session ? session->peer->name() : std::string());
}

}  // namespace bgpd
