#include "bgpd/graceful_restart.hpp"

#include <algorithm>
#include <utility>

namespace bgpd {
namespace {

using namespace std::chrono_literals;
using rib::Family;
using rib::FamilySet;

/// RFC 4724 §4.2 knows only a lost connection; with the N bit of both sides every end but a Hard Reset counts
/// as one (RFC 8538 §4), our own hold timer among them.
bool ends_gracefully(const session::Negotiated& negotiated, const session::EndReason& reason) {
  using Kind = session::EndReason::Kind;
  switch (reason.kind) {
    case Kind::TcpFailed:
      return true;
    case Kind::SendHoldTimerExpired:
      return negotiated.graceful_notification;
    case Kind::NotificationSent:
    case Kind::NotificationReceived:
      return negotiated.graceful_notification && !wire::is_hard_reset(reason.notification);
    case Kind::LocalStop:
      return false;
  }
  return false;
}

/// Families in the peer's capability; with `preserved` those with the F bit only.
FamilySet families_of(const wire::GracefulRestart& restart, bool preserved) {
  FamilySet families;
  for (const auto& state : restart.families)
    if (const auto family = state.family.family(); family && (state.forwarding_preserved || !preserved))
      families.insert(*family);
  return families;
}

/// RFC 9494 §4.2: nothing for a family that either capability leaves out.
std::chrono::seconds restart_time(const session::Negotiated& negotiated, Family family) {
  const auto& restart = *negotiated.peer_graceful_restart;
  return families_of(restart, false).contains(family) ? std::chrono::seconds(restart.restart_time) : 0s;
}

}  // namespace

FamilySet retained_families(const session::Negotiated& negotiated, const session::EndReason& reason) {
  if (!negotiated.peer_graceful_restart || !ends_gracefully(negotiated, reason)) return {};
  auto families = families_of(*negotiated.peer_graceful_restart, false) & negotiated.families;
  for (const auto family : rib::kFamilies)
    if (negotiated.long_lived_stale_time[rib::index_of(family)] > 0s) families.insert(family);
  return families;
}

rib::TimePoint StaleRoutes::deadline() const {
  auto earliest = kNever;
  for (const auto& family : families_) earliest = std::min(earliest, family.deadline());
  return earliest;
}

FamilySet StaleRoutes::lost(const session::Negotiated& negotiated, const session::EndReason& reason,
                            rib::TimePoint now) {
  const auto retained = retained_families(negotiated, reason);
  is_waiting_ = !retained.empty();
  for (const auto family : rib::kFamilies) {
    auto& state = at(family);
    const auto long_lived_until = state.long_lived_until;
    state = {};
    if (!retained.contains(family)) continue;
    state = {Phase::Restarting, now + restart_time(negotiated, family), long_lived_until,
             negotiated.long_lived_stale_time[rib::index_of(family)]};
  }
  return retained;
}

FamilySet StaleRoutes::returned(const session::Negotiated& negotiated, std::chrono::seconds patience,
                                rib::TimePoint now) {
  // RFC 4724 §4.2: a family that is missing, or comes without the F bit, has lost its forwarding state.
  const auto preserved = negotiated.peer_graceful_restart
                             ? families_of(*negotiated.peer_graceful_restart, true) & negotiated.families
                             : FamilySet{};
  FamilySet kept;
  for (const auto family : rib::kFamilies) {
    auto& state = at(family);
    const bool stays = (state.phase == Phase::Restarting && preserved.contains(family)) ||
                       (state.phase == Phase::LongLived && negotiated.long_lived_preserved.contains(family));
    state = stays ? State{Phase::Returning, now + patience, state.long_lived_until} : State{};
    if (stays) kept.insert(family);
  }
  is_waiting_ = false;
  return kept;
}

bool StaleRoutes::end(rib::Family family, Phase phase) {
  if (at(family).phase != phase) return false;
  at(family) = {};
  return true;
}

bool StaleRoutes::end_of_rib(rib::Family family) { return end(family, Phase::Returning); }
bool StaleRoutes::refresh_ends(rib::Family family) { return end(family, Phase::Refreshing); }

bool StaleRoutes::refresh_begins(rib::Family family, std::chrono::seconds patience, rib::TimePoint now) {
  if (at(family).phase == Phase::Returning) return false;
  at(family) = {Phase::Refreshing, now + patience};
  return true;
}

StaleRoutes::Expired StaleRoutes::expire(rib::TimePoint now) {
  Expired expired;
  for (const auto family : rib::kFamilies) {
    auto& state = at(family);
    if (state.long_lived_until <= now && state.phase != Phase::LongLived) {
      state.long_lived_until = kNever;
      expired.long_lived_over.insert(family);
    }
    if (state.until > now) continue;
    if (state.phase == Phase::Restarting && state.stale_time > 0s) {
      if (state.long_lived_until == kNever) state.long_lived_until = now + state.stale_time;
      state = {Phase::LongLived, state.long_lived_until, state.long_lived_until};
      expired.long_lived.insert(family);
    } else {
      state = {};
      expired.over.insert(family);
    }
  }
  if (deadline() == kNever) is_waiting_ = false;
  return expired;
}

}  // namespace bgpd
