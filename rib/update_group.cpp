#include "rib/update_group.hpp"

#include <algorithm>

namespace rib {

// --- members
// -----------------------------------------------------------------------------------------------------

void UpdateGroups::join(std::uint32_t index, Family family) {
  auto& peer = peers_[index];
  const auto& profile = *peer.up.exports[index_of(family)];
  auto& groups = groups_[index_of(family)];
  auto found =
      std::find_if(groups.begin(), groups.end(), [&](auto& group) { return group->profile_ == profile; });
  if (found == groups.end()) {
    groups.push_back(std::make_unique<UpdateGroup>(next_group_++, profile));
    found = groups.end() - 1;
    output_.group_opened((*found)->id_, profile);
  }
  auto& group = **found;
  ++group.members_;
  peer.of(family).group = &group;
  join_cohort(group, index);
}

void UpdateGroups::join_cohort(UpdateGroup& group, std::uint32_t index) {
  if (!group.waiting_) group.waiting_ = next_cohort_++;
  output_.member_joined(group.id_, peers_.handle(index), *group.waiting_);
}

void UpdateGroups::leave(std::uint32_t index, Family family) {
  auto& mine = peers_[index].of(family);
  if (!mine.group) return;
  auto& group = *mine.group;
  mine.group = nullptr;
  mine.best_sent_by_group = 0;
  output_.member_left(group.id_, peers_.handle(index));
  if (--group.members_ > 0) return;
  output_.group_closed(group.id_);
  std::erase_if(groups_[index_of(family)], [&](auto& g) { return g.get() == &group; });
}

void UpdateGroups::resend_table(std::uint32_t index, Family family) {
  if (auto* group = peers_[index].of(family).group) join_cohort(*group, index);
}

// --- what both flush and walk ask
// --------------------------------------------------------------------------------

RouteOrigin UpdateGroups::origin_of(std::uint32_t source) const {
  if (source == kLocalPeer) return {.is_local = true};
  const auto& peer = peers_[source].up;
  return {false, peer.type, peer.is_route_reflector_client, peer.identifier};
}

bool UpdateGroups::may_send(const UpdateGroup& group, const ExportBatch::Bucket& bucket) const {
  return bucket.attributes && may_export(speaker_, group.profile_, origin_of(bucket.source),
                                         bucket.attributes->get()) == ExportState::Sent;
}

const PathAttributes& UpdateGroups::exported_bucket(const UpdateGroup& group, std::size_t number) {
  auto& result = exported_[number];
  if (!result) {
    const auto& bucket = batch_.buckets()[number];
    result = exported(speaker_, group.profile_, origin_of(bucket.source), bucket.attributes->get());
  }
  return *result;
}

bool UpdateGroups::is_member(const UpdateGroup& group, std::uint32_t peer) const {
  return peer != kLocalPeer && peers_[peer].of(group.family()).group == &group;
}

std::uint32_t UpdateGroups::exception(const UpdateGroup& group, std::uint32_t peer) const {
  return is_member(group, peer) ? peer : Audience::kNobody;
}

void UpdateGroups::mark_sent(UpdateGroup& group, Table::Id id, std::uint32_t source, bool sent) {
  if (sent) {
    group.sent_.set(id);
    ++group.sent_count_;
  } else {
    group.sent_.reset(id);
    --group.sent_count_;
  }
  if (is_member(group, source)) {
    auto& count = peers_[source].of(group.family()).best_sent_by_group;
    count = sent ? count + 1 : count - 1;
  }
}

bool UpdateGroups::owns_default(const UpdateGroup& group, const Prefix& prefix) const {
  return group.profile_.default_originate && prefix.is_default();
}

// --- changes
// -----------------------------------------------------------------------------------------------------

void UpdateGroups::flush(Family family, std::span<const Change> changes) {
  if (groups_[index_of(family)].empty()) return;
  batch_.load(loc_rib_, family, changes);
  for (auto& group : groups_[index_of(family)]) flush_group(*group);
}

void UpdateGroups::flush_group(UpdateGroup& group) {
  const auto buckets = batch_.buckets();
  exported_.assign(buckets.size(), std::nullopt);
  actions_.resize(buckets.empty() ? 0 : buckets.back().end);
  for (std::size_t number = 0; number < buckets.size(); ++number) {
    plan_bucket(group, number, may_send(group, buckets[number]));
  }
  withdraw_all(group);
  for (std::size_t number = 0; number < buckets.size(); ++number) announce_bucket(group, number);
}

void UpdateGroups::plan_bucket(UpdateGroup& group, std::size_t number, bool sends) {
  const auto& bucket = batch_.buckets()[number];
  for (auto position = bucket.begin; position < bucket.end; ++position) {
    const auto id = batch_.id(position);
    const bool is_reached = group.first_walk_done_ || id < group.position_;
    actions_[position] = is_reached && !owns_default(group, batch_.nlri(position).prefix)
                             ? plan_one(group, number, position, sends)
                             : Action::Nothing;
  }
}

UpdateGroups::Action UpdateGroups::plan_one(UpdateGroup& group, std::size_t number, std::uint32_t position,
                                            bool sends) {
  const auto& bucket = batch_.buckets()[number];
  const auto& before = *batch_.change(position);
  const auto id = batch_.id(position);
  const bool had_sent = group.sent_.test(id);
  if (!had_sent) {
    if (sends) mark_sent(group, id, bucket.source, true);
    return sends ? Action::Announce : Action::Nothing;
  }
  if (!sends) {
    mark_sent(group, id, before.source_before, false);
    withdrawn_from_group_.push_back({exception(group, before.source_before), batch_.nlri(position)});
    return Action::Nothing;
  }
  const bool is_moved = before.source_before != bucket.source;
  if (!is_moved && before.before.set() == bucket.attributes && !batch_.resend(position))
    return Action::Nothing;
  if (is_moved) {
    mark_sent(group, id, before.source_before, false);
    mark_sent(group, id, bucket.source, true);
    // RFC 4271 §9.1.3: the new source must lose the route that it had from us.
    if (is_member(group, bucket.source))
      withdrawn_from_one_.push_back({bucket.source, batch_.nlri(position)});
  }
  if (!batch_.resend(position) && sends_the_same(group, number, before)) {
    return is_moved && is_member(group, before.source_before) ? Action::AnnounceToFormerSource
                                                              : Action::Nothing;
  }
  return Action::Announce;
}

/// Whether the members have these very attributes already: then only the former source needs them.
bool UpdateGroups::sends_the_same(const UpdateGroup& group, std::size_t number, const Change& before) {
  return exported(speaker_, group.profile_, origin_of(before.source_before), *before.before) ==
         exported_bucket(group, number);
}

void UpdateGroups::withdraw_all(UpdateGroup& group) {
  emit_withdraws(group, withdrawn_from_group_, Audience::Kind::Group);
  emit_withdraws(group, withdrawn_from_one_, Audience::Kind::Only);
}

void UpdateGroups::emit_withdraws(UpdateGroup& group, std::vector<Addressed>& withdraws,
                                  Audience::Kind kind) {
  auto by_peer = [](const Addressed& a, const Addressed& b) { return a.peer < b.peer; };
  if (!std::is_sorted(withdraws.begin(), withdraws.end(), by_peer)) {
    std::stable_sort(withdraws.begin(), withdraws.end(), by_peer);
  }
  for (std::size_t i = 0; i < withdraws.size();) {
    const auto peer = withdraws[i].peer;
    prefixes_.clear();
    for (; i < withdraws.size() && withdraws[i].peer == peer; ++i) prefixes_.push_back(withdraws[i].nlri);
    Audience audience{.kind = kind};
    (kind == Audience::Kind::Only ? audience.only : audience.except) = peer;
    output_.withdraw(group.id_, audience, prefixes_);
  }
  withdraws.clear();
}

void UpdateGroups::announce_bucket(UpdateGroup& group, std::size_t number) {
  const auto& bucket = batch_.buckets()[number];
  const auto actions = std::span(actions_).subspan(bucket.begin, bucket.end - bucket.begin);
  const auto to_all = std::count(actions.begin(), actions.end(), Action::Announce);
  const Audience everyone{.kind = Audience::Kind::Group, .except = exception(group, bucket.source)};
  if (to_all == std::ssize(actions)) {
    announce(group, everyone, number, batch_.nlri(bucket));
    return;
  }
  prefixes_.clear();
  for (auto position = bucket.begin; position < bucket.end; ++position) {
    if (actions_[position] == Action::Announce) prefixes_.push_back(batch_.nlri(position));
  }
  if (!prefixes_.empty()) announce(group, everyone, number, prefixes_);
  for (auto position = bucket.begin; position < bucket.end; ++position) {
    if (actions_[position] != Action::AnnounceToFormerSource) continue;
    const Audience former{.kind = Audience::Kind::Only, .only = batch_.change(position)->source_before};
    announce(group, former, number, std::span(&batch_.nlri(position), 1));
  }
}

void UpdateGroups::announce(UpdateGroup& group, Audience audience, std::size_t number,
                            std::span<const Nlri> prefixes) {
  output_.announce(group.id_, audience, exported_bucket(group, number), prefixes);
}

// --- walks
// -------------------------------------------------------------------------------------------------------

bool UpdateGroups::has_walks() const {
  for (const auto& groups : groups_) {
    if (std::any_of(groups.begin(), groups.end(), [](auto& g) { return g->walking_ || g->waiting_; }))
      return true;
  }
  return false;
}

std::size_t UpdateGroups::walk(std::size_t budget) {
  std::size_t visited = 0;
  std::vector<Table::Id> ids;
  for (const auto family : kFamilies) {
    const auto& table = loc_rib_.table(family);
    for (auto& group : groups_[index_of(family)]) {
      if (!group->walking_ && group->waiting_) {
        group->walking_ = std::exchange(group->waiting_, std::nullopt);
        group->position_ = 0;
      }
      if (!group->walking_ || visited >= budget) continue;
      ids.clear();
      auto& position = group->position_;
      for (; position < table.end_id() && visited < budget; ++position) {
        if (position % Table::kChunkSize == 0 && !table.has_chunk(position / Table::kChunkSize)) {
          position += Table::kChunkSize - 1;
          continue;
        }
        if (!table.is_live(position) || !table[position].best()) continue;
        if (owns_default(*group, table[position].prefix)) continue;
        ids.push_back(position);
        ++visited;
      }
      walk_slice(*group, ids);
      if (position >= table.end_id()) finish_walk(*group);
    }
  }
  return visited;
}

void UpdateGroups::walk_slice(UpdateGroup& group, std::span<const Table::Id> ids) {
  batch_.load(loc_rib_, group.family(), ids);
  const auto buckets = batch_.buckets();
  exported_.assign(buckets.size(), std::nullopt);
  for (std::size_t number = 0; number < buckets.size(); ++number) {
    const auto& bucket = buckets[number];
    if (!may_send(group, bucket)) continue;
    for (auto position = bucket.begin; position < bucket.end; ++position) {
      const auto id = batch_.id(position);
      if (!group.sent_.test(id)) mark_sent(group, id, bucket.source, true);
    }
    announce(group,
             {.kind = Audience::Kind::Cohort,
              .cohort = *group.walking_,
              .except = exception(group, bucket.source)},
             number, batch_.nlri(bucket));
  }
}

void UpdateGroups::finish_walk(UpdateGroup& group) {
  if (group.profile_.default_originate) {
    const Nlri nlri{Prefix::default_route(afi_of(group.family())), 0};
    const auto attributes =
        exported(speaker_, group.profile_, {.is_local = true}, default_route_attributes());
    output_.announce(group.id_, {.kind = Audience::Kind::Cohort, .cohort = *group.walking_}, attributes,
                     std::span(&nlri, 1));
  }
  output_.end_of_rib(group.id_, *group.walking_);
  group.walking_.reset();
  group.first_walk_done_ = true;
}

// --- queries
// -----------------------------------------------------------------------------------------------------

ExportState UpdateGroups::state_for(std::uint32_t peer, Family family, Table::Id id) const {
  const auto* group = peers_[peer].of(family).group;
  const Path* best = loc_rib_.table(family)[id].best();
  if (!group || !best) return ExportState::NoBestPath;
  const auto state = may_export(speaker_, group->profile_, origin_of(best->peer), *best->attributes);
  return state == ExportState::Sent && best->peer == peer ? ExportState::FromSamePeer : state;
}

std::optional<PathAttributes> UpdateGroups::attributes_for(std::uint32_t peer, Family family,
                                                           Table::Id id) const {
  const auto* group = peers_[peer].of(family).group;
  if (!group || !group->has_sent(id)) return std::nullopt;
  const Path* best = loc_rib_.table(family)[id].best();
  if (!best || best->peer == peer) return std::nullopt;
  if (may_export(speaker_, group->profile_, origin_of(best->peer), *best->attributes) != ExportState::Sent) {
    return std::nullopt;
  }
  return exported(speaker_, group->profile_, origin_of(best->peer), *best->attributes);
}

std::size_t UpdateGroups::memory_bytes() const {
  std::size_t bytes = 0;
  for (const auto& groups : groups_) {
    for (const auto& group : groups) bytes += sizeof(UpdateGroup) + group->sent_.heap_bytes();
  }
  return bytes;
}

}  // namespace rib
