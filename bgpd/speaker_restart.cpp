// The speaker's part in graceful restarts and refreshes: what is stale of the neighbors' routes, and the wait
// for their tables after a restart of our own. RFC 4724 §4, RFC 7313 §4, RFC 9494 §4.
#include <algorithm>
#include <utility>

#include "bgpd/speaker.hpp"

namespace bgpd {

using namespace std::chrono_literals;
using rib::TimePoint;

namespace {

constexpr auto kLook = 1s;           // between looks at whether a restart is over
constexpr auto kComeBackTime = 30s;  // after a restart, for neighbors to come up that have not failed to
constexpr auto kTableTime = 5s;      // for the table of one that announces no end of it

}  // namespace

// --- neighbors that restart or refresh ---------------------------------------------------------------------

StaleRoutes& Speaker::stale_routes(const session::Peer& peer) {
  if (stale_.size() <= peer.slot()) stale_.resize(peer.slot() + 1);
  auto& stale = stale_[peer.slot()];
  if (!stale) stale = std::make_unique<StaleRoutes>();
  return *stale;
}

const StaleRoutes* Speaker::stale_of(const session::Peer& peer) const {
  const auto* stale = peer.slot() < stale_.size() ? stale_[peer.slot()].get() : nullptr;
  return stale && stale->deadline() != StaleRoutes::kNever ? stale : nullptr;
}

rib::PeerHandle Speaker::tell_engine_up(session::Peer& peer, const session::Negotiated& negotiated,
                                        rib::PeerUp up, TimePoint now) {
  auto& stale = stale_routes(peer);
  if (!stale.is_waiting()) return stale.handle = engine_.peer_up(std::move(up), now);
  const auto kept = stale.returned(negotiated, peer.settings().graceful_restart.stale_path_time, now);
  stale.handle = engine_.peer_returned(stale.handle, std::move(up), kept, now);
  set_alarm(now);
  return stale.handle;
}

void Speaker::end_of_rib(session::Peer& peer, RouteSession& session, rib::Family family, TimePoint now) {
  session.end_of_rib_received[rib::index_of(family)] = true;
  engine_.table_received(session.handle, family);
  if (stale_routes(peer).end_of_rib(family)) engine_.sweep_stale(session.handle, family);
  look_at_restart(now);
}

/// RFC 7313 §4: not before the End-of-RIB that a neighbor with graceful restart owes us.
void Speaker::refresh_begins(session::Peer& peer, rib::Family family, TimePoint now) {
  const auto* session = routes_of(peer);
  if (!session) return;
  const bool owes_end_of_rib = peer.negotiated()->received.capabilities.graceful_restart.has_value() &&
                               !session->end_of_rib_received[rib::index_of(family)];
  const auto patience = peer.settings().graceful_restart.stale_path_time;
  if (owes_end_of_rib || !stale_routes(peer).refresh_begins(family, patience, now)) return;
  with_engine([&](rib::Engine& engine) { engine.mark_stale(session->handle, family); });
  set_alarm(now);
}

void Speaker::refresh_ends(session::Peer& peer, rib::Family family, TimePoint) {
  const auto* session = routes_of(peer);
  if (!session || !stale_routes(peer).refresh_ends(family)) return;
  with_engine([&](rib::Engine& engine) { engine.sweep_stale(session->handle, family); });
}

bool Speaker::keeps_routes_of(const session::Peer& peer) const {
  const auto* stale = stale_of(peer);
  return stale && stale->is_waiting();
}

void Speaker::stopped(session::Peer& peer, TimePoint now) {
  if (peer.slot() >= stale_.size()) return;
  if (const auto stale = std::move(stale_[peer.slot()]); stale && stale->is_waiting())
    with_engine([&](rib::Engine& engine) { engine.peer_down(stale->handle, now); });
  look_at_restart(now);
}

void Speaker::expire_stale(StaleRoutes& stale, TimePoint now) {
  const bool was_waiting = stale.is_waiting();
  const auto expired = stale.expire(now);
  with_engine([&](rib::Engine& engine) {
    if (was_waiting && !stale.is_waiting()) return engine.peer_down(stale.handle, now);
    for (const auto family : rib::kFamilies) {
      if (expired.long_lived_over.contains(family)) engine.sweep_long_lived(stale.handle, family);
      if (expired.over.contains(family)) engine.sweep_stale(stale.handle, family);
      if (expired.long_lived.contains(family)) engine.begin_long_lived(stale.handle, family);
    }
  });
}

void Speaker::alarm(TimePoint now) {
  for (auto& stale : stale_)
    if (stale && stale->deadline() <= now) expire_stale(*stale, now);
  with_engine([&](rib::Engine& engine) { engine.release_held_back(now); });
  look_at_restart(now);
  set_alarm(now);
}

void Speaker::set_alarm(TimePoint now) {
  auto earliest = restart_ ? std::min(restart_->deadline, now + kLook) : StaleRoutes::kNever;
  for (const auto& stale : stale_)
    if (stale) earliest = std::min(earliest, stale->deadline());
  if (const auto release = engine_.next_release()) earliest = std::min(earliest, *release);
  peers_->set_alarm(earliest);
}

// --- our own restart ---------------------------------------------------------------------------------------

void Speaker::restarted(bool defers, std::chrono::seconds patience, TimePoint now) {
  restart_ = Restart{defers, now, now + patience};
  local_.is_restarting = defers;
  engine_.defer_selection(defers);
  set_alarm(now);
}

void Speaker::set_forwarding_preserved(rib::FamilySet families, TimePoint now) {
  if (local_.forwarding_preserved == families) return;
  local_.forwarding_preserved = families;
  peers_->set_local(local_, now);
}

/// Whether there is nothing to wait for from this neighbor. RFC 4724 §4.1: neither from one that restarts
/// itself nor from one without the capability, though that one gets a moment.
bool Speaker::has_table(const session::Peer& peer, TimePoint now) const {
  if (peer.is_stopped()) return true;
  const auto* session = routes_of(peer);
  if (!session) {
    const auto& counters = peer.counters();
    // Who hangs up may not have noticed yet that we were away.
    const bool is_away = !counters.last_error.empty() && !counters.hung_up;
    return is_away || now - restart_->begun >= kComeBackTime;
  }
  const auto& negotiated = *peer.negotiated();
  const auto& restart = negotiated.received.capabilities.graceful_restart;
  if (restart && restart->restarting) return true;
  if (!restart && now - session->up_since >= kTableTime) return true;
  return std::ranges::all_of(rib::kFamilies, [&](rib::Family family) {
    return !negotiated.families.contains(family) || session->end_of_rib_received[rib::index_of(family)];
  });
}

void Speaker::look_at_restart(TimePoint now) {
  if (!restart_) return;
  bool is_over = now >= restart_->deadline;
  if (!is_over && now - restart_->begun >= kLook) {  // time for discovery to find somebody
    is_over = true;
    std::as_const(*peers_).visit([&](const session::Peer& peer) { is_over &= has_table(peer, now); });
  }
  if (!is_over) return;
  restart_.reset();
  local_.is_restarting = false;
  peers_->set_local(local_, now);
  tells_restart_is_over_ = true;
  with_engine([](rib::Engine& engine) { engine.defer_selection(false); });
  if (!std::exchange(work_noted_, true)) hooks_.work_waits();  // run() tells that it is over
}

}  // namespace bgpd
