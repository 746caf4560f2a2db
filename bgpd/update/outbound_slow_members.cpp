// Members of a group that read slower than it says: what is kept for them, when they lose their place in the
// log and how they come back, and how far a walk of the table goes ahead of them.
#include <algorithm>
#include <array>
#include <utility>

#include "bgpd/update/outbound.hpp"

namespace bgpd::update {
namespace {

using Kind = GroupLog::Kind;

rib::Audience walk_audience(rib::CohortId cohort) {
  return {.kind = rib::Audience::Kind::Cohort, .cohort = cohort};
}

}  // namespace

/// Who reads so slowly that the log would grow without end loses its place in it.
void Outbound::bound_log(Group& group) {
  const auto family = rib::index_of(group.encoder.profile().family);
  const auto lag_of = [&](std::uint32_t index) { return peers_[index]->memberships[family].cursor->lag(); };
  while (group.log.size() > options_.maximum_log_octets) {
    const auto last = std::ranges::max_element(group.members, {}, lag_of);
    if (last == group.members.end() || lag_of(*last) <= options_.maximum_log_octets) return;
    auto& peer = *peers_[*last];
    fall_behind(peer, peer.memberships[family]);
    if (peer.leftover.range().size() <= options_.maximum_leftover_octets) continue;
    peer.lagging = true;
    for (auto& membership : peer.memberships)
      if (membership.cursor) end_membership(peer, membership);
    peer.leftover = {};
    if (callbacks_.member_lagging) callbacks_.member_lagging(peer.handle);
  }
}

/// Of what it did not read yet it gets what its table will not tell it when it is sent again: withdraws.
void Outbound::fall_behind(Peer& peer, Membership& membership) {
  auto& cursor = *membership.cursor;
  if (cursor.has_unread(Kind::EndOfRib)) {
    membership.owes_end_of_rib = true;
    membership.first = 0;  // of the cohort to come
  }
  if (cursor.has_unread(Kind::RefreshEnd)) {
    membership.refresh_has_begun = true;
    membership.refresh = 0;
  }
  const auto rest = cursor.rest_of_message();
  peer.leftover.append(rest, {});
  cursor.consume(rest.size());
  const bool was_behind = std::exchange(membership.is_behind, true);
  membership.table_is_due = false;
  cursor.pass_over_announcements(true);
  keep_unread(peer, membership);
  resume_walks(*find(membership.group));
  if (!was_behind && callbacks_.fell_behind) callbacks_.fell_behind(peer.handle);
}

/// It has read everything: who fell behind may have its table.
void Outbound::note_read(Peer& peer) {
  peer.told = false;
  for (const auto family : rib::kFamilies) {
    auto& membership = peer.memberships[rib::index_of(family)];
    if (!membership.cursor || !membership.is_behind || std::exchange(membership.table_is_due, true)) continue;
    if (callbacks_.caught_up) callbacks_.caught_up(peer.handle, family);
  }
}

rib::WalkDemand Outbound::demand_of(const Group& group, rib::CohortId cohort) const {
  bool has_reader = false;
  const auto wants_more = [&](const GroupLog::Cursor& cursor) {
    has_reader = true;
    return cursor.lag() <= options_.walk_ahead_octets;
  };
  if (group.log.any_reader(walk_audience(cohort), Kind::Announce, wants_more)) return rib::WalkDemand::Ready;
  return has_reader ? rib::WalkDemand::Enough : rib::WalkDemand::Nobody;
}

/// The cohort's walk, when all its readers have enough.
void Outbound::wait_for_readers(Group& group, rib::CohortId cohort) {
  if (std::ranges::count(group.waiting_walks, cohort) > 0) return;
  if (demand_of(group, cohort) == rib::WalkDemand::Enough) group.waiting_walks.push_back(cohort);
}

/// Those that waited for `reader`, when it has read; for anybody, when it is gone.
void Outbound::resume_walks(Group& group, const GroupLog::Cursor* reader) {
  const auto resumed = std::erase_if(group.waiting_walks, [&](rib::CohortId cohort) {
    return (!reader || reader->sees(walk_audience(cohort), Kind::Announce)) &&
           demand_of(group, cohort) != rib::WalkDemand::Enough;
  });
  if (resumed > 0 && callbacks_.walk_possible) callbacks_.walk_possible();
}

rib::WalkDemand Outbound::walk_demand(rib::GroupId id, rib::CohortId cohort) const {
  const auto group = groups_.find(id);
  if (group == groups_.end()) return rib::WalkDemand::Nobody;
  if (std::ranges::count(group->second->waiting_walks, cohort) > 0) return rib::WalkDemand::Enough;
  return demand_of(*group->second, cohort);
}

/// What is in the log for the member is copied, so that the log need not keep it: the member moves to another
/// group, or fell behind.
void Outbound::keep_unread(Peer& peer, Membership& membership) {
  for (auto& other : peer.memberships) {  // what goes first must not stand inside another family's message
    if (!other.cursor || &other == &membership || other.cursor->rest_of_message().empty()) continue;
    const auto rest = other.cursor->rest_of_message();
    peer.leftover.append(rest, {});
    other.cursor->consume(rest.size());
    resume_walks(*find(other.group), other.cursor.get());
  }
  std::array<Range, 64> ranges;
  for (auto& cursor = *membership.cursor; cursor.has_output();) {
    const auto rest = cursor.rest_of_message();
    auto whole = std::span(ranges).first(cursor.fill(ranges, SIZE_MAX));
    const auto octets = total(whole);
    if (!whole.empty()) whole.front() = whole.front().subspan(rest.size());
    peer.leftover.append(rest, whole);
    cursor.consume(octets);
  }
}

void Outbound::Leftover::append(Range rest, std::span<const Range> whole) {
  if (octets.empty()) boundary = rest.size();
  octets.insert(octets.end(), rest.begin(), rest.end());
  for (const auto& range : whole) octets.insert(octets.end(), range.begin(), range.end());
}

std::size_t Outbound::Leftover::messages() const {
  if (empty()) return 0;
  return (begin < boundary ? 1 : 0) + count_messages(Range(octets).subspan(boundary));
}

Completed Outbound::Leftover::consume(std::size_t count) {
  Completed completed;
  const auto complete = [&] { ++(in_mark ? completed.route_refreshes : completed.updates); };
  begin += count;
  // At a boundary the next message begins; one of which nothing is written yet has no rest.
  if (boundary > begin - count && boundary <= begin) complete();
  while (boundary < begin) {
    const auto message = Range(octets).subspan(boundary);
    in_mark = is_route_refresh(message);
    boundary += message_length(message);
    if (boundary <= begin) complete();
  }
  if (begin == octets.size()) *this = {};
  return completed;
}

}  // namespace bgpd::update
