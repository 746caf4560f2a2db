#include "bgpd/graceful_restart.hpp"

#include <algorithm>
#include <utility>

namespace bgpd {
namespace {

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

}  // namespace

FamilySet retained_families(const session::Negotiated& negotiated, const session::EndReason& reason) {
  if (!negotiated.peer_graceful_restart || !ends_gracefully(negotiated, reason)) return {};
  return families_of(*negotiated.peer_graceful_restart, false) & negotiated.families;
}

rib::TimePoint StaleRoutes::deadline() const {
  return std::ranges::min_element(families_, {}, &Family::until)->until;
}

FamilySet StaleRoutes::lost(const session::Negotiated& negotiated, const session::EndReason& reason,
                            rib::TimePoint now) {
  const auto retained = retained_families(negotiated, reason);
  families_ = {};
  is_waiting_ = !retained.empty();
  for (const auto family : rib::kFamilies)
    if (retained.contains(family))
      at(family) = {Phase::Restarting,
                    now + std::chrono::seconds(negotiated.peer_graceful_restart->restart_time)};
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
    const bool stays = at(family).phase == Phase::Restarting && preserved.contains(family);
    at(family) = stays ? Family{Phase::Returning, now + patience} : Family{};
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

FamilySet StaleRoutes::expire(rib::TimePoint now) {
  FamilySet over;
  for (const auto family : rib::kFamilies) {
    if (at(family).until > now) continue;
    at(family) = {};
    over.insert(family);
  }
  if (deadline() == kNever) is_waiting_ = false;
  return over;
}

}  // namespace bgpd
