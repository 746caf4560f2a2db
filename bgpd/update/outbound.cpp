#include "bgpd/update/outbound.hpp"

#include <algorithm>
#include <utility>

#include "bgpd/wire/route_refresh.hpp"

namespace bgpd::update {
namespace {

using Kind = GroupLog::Kind;

constexpr std::size_t kBatchLimit = 8192;  // prefixes that wait for more of their kind

}  // namespace

Outbound::Outbound(Callbacks callbacks) : Outbound(std::move(callbacks), Options{}) {}
Outbound::Outbound(Callbacks callbacks, Options options)
    : callbacks_(std::move(callbacks)), options_(options) {}

Outbound::~Outbound() { peers_.clear(); }  // cursors go before their logs

// --- groups and members
// ------------------------------------------------------------------------------------------

void Outbound::group_opened(rib::GroupId id, const rib::ExportProfile& profile) {
  group_closed(id);
  groups_.emplace(id, std::make_unique<Group>(profile));
}

void Outbound::group_closed(rib::GroupId id) {
  for (auto& peer : peers_) {
    if (!peer) continue;
    for (auto& membership : peer->memberships)
      if (membership.cursor && membership.group == id) end_membership(*peer, membership);
  }
  groups_.erase(id);
}

/// Again for a member that asked for a refresh: it stays where it is and reads the new cohort's messages too.
void Outbound::member_joined(rib::GroupId id, rib::PeerHandle handle, rib::CohortId cohort) {
  auto* group = find(id);
  if (!group) return;
  flush(id, *group);
  auto& peer = peer_of(handle);
  if (peer.lagging) return;
  auto& membership = peer.memberships[rib::index_of(group->encoder.profile().family)];
  if (membership.cursor && membership.group != id) end_membership(peer, membership);
  if (!membership.cursor) {
    membership.group = id;
    membership.cursor = group->log.join(handle.index);
    membership.is_behind = false;
    group->members.push_back(handle.index);
    // A refresh that began in another group goes on in this one; one that did not is answered by this table.
    if (!membership.refresh_has_begun || membership.first) membership.first = cohort;
    membership.refresh = membership.refresh_has_begun ? std::optional(cohort) : std::nullopt;
  } else if (membership.is_behind) {
    if (!membership.table_is_due) return;  // it comes when the member has read what it missed
    membership.is_behind = false;
    membership.cursor->pass_over_announcements(false);
    if (membership.first) membership.first = cohort;
    membership.refresh = membership.refresh_has_begun ? std::optional(cohort) : std::nullopt;
  } else if (peer.marks_refreshes && membership.first != cohort) {
    membership.refresh = cohort;
    if (!membership.first) begin_refresh(*group, peer, membership);
  }
  membership.cursor->join_cohort(cohort);
  resume_walks(*group, membership.cursor.get());
  wait_for_readers(*group, cohort);
}

// --- refreshes, RFC 7313 §4
// ---------------------------------------------------------------------------------------

namespace {

std::vector<std::uint8_t> mark_of(rib::Family family, wire::RouteRefresh::Subtype subtype) {
  constexpr std::uint8_t kUnicast = 1;
  return wire::encode_route_refresh(
      {std::to_underlying(rib::afi_of(family)), std::to_underlying(subtype), kUnicast});
}

}  // namespace

void Outbound::mark_refreshes(rib::PeerHandle handle) {
  if (auto* peer = find(handle)) peer->marks_refreshes = true;
}

void Outbound::tell_one(Group& group, Peer& peer, Range message, GroupLog::Kind kind) {
  group.log.append(message, {.kind = rib::Audience::Kind::Only, .only = peer.handle.index}, kind);
  if (!std::exchange(peer.told, true) && callbacks_.writable) callbacks_.writable(peer.handle);
}

/// Once for all requests until the end mark: the table of the last one answers them all.
void Outbound::begin_refresh(Group& group, Peer& peer, Membership& membership) {
  if (!std::exchange(membership.refresh_has_begun, true))
    tell_one(group, peer, mark_of(group.encoder.profile().family, wire::RouteRefresh::Subtype::BeginOfRib),
             Kind::RefreshBegin);
}

/// The cohort's table is complete. Who got its first one hears so by End-of-RIB; a refresh that it asked for
/// meanwhile begins behind that (RFC 7313 §4), for it is another cohort's.
void Outbound::end_tables(Group& group, rib::CohortId cohort, bool tells_first) {
  const auto family = group.encoder.profile().family;
  for (const auto index : group.members) {
    auto& peer = *peers_[index];
    auto& membership = peer.memberships[rib::index_of(family)];
    if (membership.is_behind) {
      membership.owes_end_of_rib |= membership.first == cohort && tells_first;
      continue;
    }
    if (membership.first == cohort) {
      membership.first.reset();
      messages_.clear();
      group.encoder.end_of_rib(messages_);
      if (std::exchange(membership.owes_end_of_rib, false) || tells_first)
        tell_one(group, peer, messages_, Kind::EndOfRib);
      if (membership.refresh) begin_refresh(group, peer, membership);
    }
    if (membership.refresh == cohort) {
      membership.refresh.reset();
      membership.refresh_has_begun = false;
      tell_one(group, peer, mark_of(family, wire::RouteRefresh::Subtype::EndOfRib), Kind::RefreshEnd);
    }
  }
}

void Outbound::member_left(rib::GroupId id, rib::PeerHandle handle) {
  auto* peer = find(handle);
  if (!peer) return;
  for (auto& membership : peer->memberships)
    if (membership.cursor && membership.group == id) end_membership(*peer, membership);
}

/// A message that was begun must be ended, also when the peer goes on in another group.
void Outbound::end_membership(Peer& peer, Membership& membership) {
  peer.leftover.append(membership.cursor->rest_of_message(), {});
  membership.cursor.reset();
  if (auto* group = find(membership.group)) {
    std::erase(group->members, peer.handle.index);
    resume_walks(*group);
  }
}

void Outbound::member_moved(rib::GroupId from, rib::GroupId to, rib::PeerHandle handle,
                            rib::CohortId cohort) {
  auto* group = find(from);
  auto* peer = find(handle);
  if (group && peer) {
    flush(from, *group);
    for (auto& membership : peer->memberships)
      if (membership.cursor && membership.group == from) {
        keep_unread(*peer, membership);
        end_membership(*peer, membership);
      }
  }
  member_joined(to, handle, cohort);
}

void Outbound::forget(rib::PeerHandle handle) {
  auto* peer = find(handle);
  if (!peer) return;
  for (auto& membership : peer->memberships)
    if (membership.cursor) end_membership(*peer, membership);
  peers_[handle.index].reset();
}

// --- routes
// ------------------------------------------------------------------------------------------------------

void Outbound::announce(rib::GroupId id, const rib::Audience& audience, const rib::PathAttributes& attributes,
                        std::span<const rib::Nlri> prefixes) {
  auto* group = find(id);
  if (!group || prefixes.empty() || !group->log.has_reader(audience, Kind::Announce)) return;
  if (listener_) tell_listener(id, *group, Kind::Announce, audience, &attributes, prefixes);
  group->encoder.encode(attributes, encoded_);
  auto& batch = group->batch;
  const bool same_attributes = batch.kind == Kind::Announce && batch.attributes == encoded_;
  if (!same_attributes) {
    flush(id, *group);
    std::swap(batch.attributes, encoded_);
  }
  add_to_batch(id, *group, Kind::Announce, audience, prefixes);
}

void Outbound::withdraw(rib::GroupId id, const rib::Audience& audience, std::span<const rib::Nlri> prefixes) {
  auto* group = find(id);
  if (!group || prefixes.empty() || !group->log.has_reader(audience, Kind::Withdraw)) return;
  if (listener_) tell_listener(id, *group, Kind::Withdraw, audience, nullptr, prefixes);
  add_to_batch(id, *group, Kind::Withdraw, audience, prefixes);
}

void Outbound::tell_listener(rib::GroupId id, const Group& group, GroupLog::Kind kind,
                             const rib::Audience& audience, const rib::PathAttributes* attributes,
                             std::span<const rib::Nlri> prefixes) const {
  std::vector<rib::PeerHandle> members;
  group.log.any_reader(audience, kind, [&](const GroupLog::Cursor& cursor) {
    members.push_back(peers_[cursor.peer()]->handle);
    return false;
  });
  listener_({id, members, attributes, prefixes});
}

void Outbound::end_of_rib(rib::GroupId id, rib::CohortId cohort) { end_walk(id, cohort, true); }

void Outbound::cohort_done(rib::GroupId id, rib::CohortId cohort) { end_walk(id, cohort, false); }

void Outbound::end_walk(rib::GroupId id, rib::CohortId cohort, bool tells_first) {
  auto* group = find(id);
  if (!group) return;
  flush(id, *group);
  end_tables(*group, cohort, tells_first);
  group->log.end_cohort(cohort);
  std::erase(group->waiting_walks, cohort);
}

void Outbound::add_to_batch(rib::GroupId id, Group& group, GroupLog::Kind kind, const rib::Audience& audience,
                            std::span<const rib::Nlri> prefixes) {
  auto& batch = group.batch;
  if (batch.kind != kind || batch.audience != audience) {
    flush(id, group);
    batch.kind = kind;
    batch.audience = audience;
    tell_writable(group, audience);
  }
  batch.prefixes.insert(batch.prefixes.end(), prefixes.begin(), prefixes.end());
  if (batch.prefixes.size() >= kBatchLimit) flush(id, group);
}

/// The batch becomes messages in the log. What has no room in a message is withdrawn instead, for the same
/// members.
void Outbound::flush(rib::GroupId id, Group& group) {
  auto& batch = group.batch;
  const auto kind = std::exchange(batch.kind, std::nullopt);
  if (!kind) return;
  messages_.clear();
  unsendable_.clear();
  if (kind == Kind::Withdraw)
    group.encoder.withdraw(batch.prefixes, messages_);
  else
    group.encoder.announce(batch.attributes, batch.prefixes, messages_, unsendable_);
  group.log.append(messages_, batch.audience, *kind);
  if (!unsendable_.empty()) {
    messages_.clear();
    group.encoder.withdraw(unsendable_, messages_);
    group.log.append(messages_, batch.audience, Kind::Withdraw);
  }
  batch.prefixes.clear();
  bound_log(group);
  if (batch.audience.kind == rib::Audience::Kind::Cohort) wait_for_readers(group, batch.audience.cohort);
  if (!unsendable_.empty() && callbacks_.unsendable) callbacks_.unsendable(id, unsendable_);
}

void Outbound::flush_groups_of(const Peer& peer) {
  for (const auto& membership : peer.memberships)
    if (membership.cursor) flush(membership.group, *find(membership.group));
}

void Outbound::tell_writable(Group& group, const rib::Audience& audience) {
  group.log.any_reader(audience, *group.batch.kind, [&](const GroupLog::Cursor& cursor) {
    auto& peer = *peers_[cursor.peer()];
    if (!std::exchange(peer.told, true) && callbacks_.writable) callbacks_.writable(peer.handle);
    return false;
  });
}

void Outbound::fib_changes(std::span<const rib::FibChange> changes) {
  if (callbacks_.fib_changes) callbacks_.fib_changes(changes);
}

void Outbound::fib_moved(const rib::FibMove& move) {
  if (callbacks_.fib_moved) callbacks_.fib_moved(move);
}

void Outbound::notice(const rib::Notice& notice) {
  if (callbacks_.notice) callbacks_.notice(notice);
}

// --- sessions
// ----------------------------------------------------------------------------------------------------

bool Outbound::has_output(rib::PeerHandle handle) {
  auto* peer = find(handle);
  if (!peer) return false;
  flush_groups_of(*peer);
  return !peer->leftover.empty() || std::ranges::any_of(peer->memberships, [](const Membership& membership) {
    return membership.cursor && membership.cursor->has_output();
  });
}

std::span<const Range> Outbound::fill(rib::PeerHandle handle, std::size_t maximum) {
  auto* peer = find(handle);
  if (!peer) return {};
  flush_groups_of(*peer);
  const auto ranges = std::span(pieces_);
  std::size_t count = 0, octets = 0;
  peer->filled_leftover = 0;
  std::ranges::fill(peer->filled, std::size_t{0});
  if (!peer->leftover.empty()) {
    ranges[count++] = peer->leftover.range();
    octets = peer->filled_leftover = ranges[0].size();
  }
  for (std::size_t i = 0; i < rib::kFamilyCount && octets < maximum; ++i) {
    const auto family = (peer->first_family + i) % rib::kFamilyCount;
    const auto& cursor = peer->memberships[family].cursor;
    if (!cursor) continue;
    const auto set = cursor->fill(ranges.subspan(count), maximum - octets);
    peer->filled[family] = total(ranges.subspan(count, set));
    octets += peer->filled[family];
    count += set;
  }
  if (count == 0) note_read(*peer);
  return ranges.first(count);
}

Completed Outbound::consume(rib::PeerHandle handle, std::size_t octets) {
  auto* peer = find(handle);
  if (!peer || octets == 0) return {};  // a message written in part keeps its turn
  Completed completed;
  if (const auto part = std::min(octets, std::exchange(peer->filled_leftover, 0)); part > 0) {
    completed += peer->leftover.consume(part);
    octets -= part;
  }
  const auto first = peer->first_family;
  peer->first_family = (first + 1) % rib::kFamilyCount;
  for (std::size_t i = 0; i < rib::kFamilyCount; ++i) {
    const auto family = (first + i) % rib::kFamilyCount;
    const auto part = std::min(octets, std::exchange(peer->filled[family], 0));
    const auto& cursor = peer->memberships[family].cursor;
    if (part == 0 || !cursor) continue;
    completed += cursor->consume(part);
    octets -= part;
    resume_walks(*find(peer->memberships[family].group), cursor.get());
    if (!cursor->rest_of_message().empty())
      peer->first_family = family;  // it must be ended before anything else
  }
  if (peer->told && !has_output(handle)) note_read(*peer);
  return completed;
}

Range Outbound::rest_of_message(rib::PeerHandle handle) {
  const auto* peer = find(handle);
  if (!peer) return {};
  if (!peer->leftover.empty()) return peer->leftover.rest_of_message();
  for (const auto& membership : peer->memberships)
    if (membership.cursor)
      if (const auto rest = membership.cursor->rest_of_message(); !rest.empty()) return rest;
  return {};
}

Outbound::Backlog Outbound::backlog(rib::PeerHandle handle) const {
  Backlog result;
  const auto* peer = find(handle);
  if (!peer) return result;
  result.messages = peer->leftover.messages();
  result.octets = peer->leftover.range().size();
  for (std::size_t family = 0; family < rib::kFamilyCount; ++family) {
    const auto& membership = peer->memberships[family];
    if (!membership.cursor) continue;
    result.of_family[family] = membership.cursor->unread_messages();
    result.messages += result.of_family[family];
    result.octets += membership.cursor->lag();
    result.is_behind[family] = membership.is_behind;
  }
  return result;
}

std::size_t Outbound::memory() const {
  std::size_t octets = 0;
  for (const auto& [id, group] : groups_) octets += group->log.memory();
  for (const auto& peer : peers_)
    if (peer) octets += peer->leftover.octets.capacity();
  return octets;
}

// --- look-ups
// ----------------------------------------------------------------------------------------------------

Outbound::Group* Outbound::find(rib::GroupId group) {
  const auto found = groups_.find(group);
  return found == groups_.end() ? nullptr : found->second.get();
}

Outbound::Peer* Outbound::find(rib::PeerHandle handle) const {
  if (handle.index >= peers_.size() || !peers_[handle.index]) return nullptr;
  auto& peer = *peers_[handle.index];
  return peer.handle == handle ? &peer : nullptr;
}

/// The peer's record; that of an older session in the same slot goes.
Outbound::Peer& Outbound::peer_of(rib::PeerHandle handle) {
  if (handle.index >= peers_.size()) peers_.resize(handle.index + 1);
  auto& slot = peers_[handle.index];
  if (slot && slot->handle != handle) forget(slot->handle);
  if (!slot) {
    slot = std::make_unique<Peer>();
    slot->handle = handle;
  }
  return *slot;
}

}  // namespace bgpd::update
