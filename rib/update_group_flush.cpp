// What changes mean to a group: withdraws first, then announcements.
#include <algorithm>

#include "rib/update_group.hpp"

namespace rib {

void UpdateGroups::flush(Family family, std::span<const Change> changes) {
  if (groups_[index_of(family)].empty()) return;
  for (auto& group : groups_[index_of(family)]) {
    if (!group->has_default_condition()) continue;
    for (const auto& change : changes) note_default_condition(*group, change.id);
    tell_default(*group);
  }
  for (auto& group : groups_[index_of(family)])
    if (group->sends_paths()) flush_paths(*group, changes);
  if (groups_with_paths_[index_of(family)] == groups_[index_of(family)].size()) return;
  shared_batch_.load(loc_rib_, family, changes);
  for (auto& group : groups_[index_of(family)])
    if (!group->sends_paths()) flush_group(*group);
}

void UpdateGroups::flush_group(UpdateGroup& group) {
  load_outcomes(group);
  const auto buckets = batch_->buckets();
  const bool has_held = group.has_held();
  for (std::size_t number = 0; number < buckets.size(); ++number) plan_bucket(group, number, has_held);
  withdraw_all(group);
  for (std::size_t number = 0; number < buckets.size(); ++number) announce_bucket(group, number);
}

void UpdateGroups::plan_bucket(UpdateGroup& group, std::size_t number, bool has_held) {
  const auto& bucket = batch_->buckets()[number];
  for (auto position = bucket.begin; position < bucket.end; ++position) {
    const auto id = batch_->id(position);
    if (owns_default(group, batch_->nlri(position).prefix)) continue;
    const bool had_sent = group.sent_.test(id);
    if (group.has_reached(id)) actions_[position] = plan_one(group, number, position);
    if (has_held) settle_held(group, number, position, had_sent);
  }
}

UpdateGroups::Action UpdateGroups::plan_one(UpdateGroup& group, std::size_t number, std::uint32_t position) {
  const auto& bucket = batch_->buckets()[number];
  const auto& before = *batch_->change(position);
  const auto id = batch_->id(position);
  const bool sends = outcomes_[number].sends;
  const bool had_sent = group.sent_.test(id);
  if (!had_sent) {
    if (sends) mark_sent(group, id, bucket.source, true);
    return sends ? Action::Announce : Action::Nothing;
  }
  if (!sends) {
    mark_sent(group, id, before.source_before, false);
    withdrawn_from_group_.push_back({exception(group, before.source_before), batch_->nlri(position)});
    return Action::Nothing;
  }
  const bool is_moved = before.source_before != bucket.source;
  const bool resend = must_resend(group, id);
  if (!is_moved && before.before.set() == bucket.attributes && !resend) return Action::Nothing;
  if (is_moved) {
    mark_sent(group, id, before.source_before, false);
    mark_sent(group, id, bucket.source, true);
    // RFC 4271 §9.1.3: the new source must lose the route that it had from us.
    if (is_member(group, bucket.source))
      withdrawn_from_one_.push_back({bucket.source, batch_->nlri(position)});
  }
  if (!resend && sends_the_same(group, number, position)) {
    return is_moved && is_member(group, before.source_before) ? Action::AnnounceToFormerSource
                                                              : Action::Nothing;
  }
  return Action::Announce;
}

/// Members that moved here may hold the destination of their former group: the message at hand reaches them,
/// or they get one of their own, or the walk still comes by.
void UpdateGroups::settle_held(UpdateGroup& group, std::size_t number, std::uint32_t position,
                               bool had_sent) {
  const auto id = batch_->id(position);
  const auto source = batch_->buckets()[number].source;
  const bool sends = outcomes_[number].sends;
  const bool is_told_to_source = had_sent && sends && batch_->change(position)->source_before != source;
  bool is_held = false;
  for (auto& walk : group.walks_) {
    if (!walk.held.test(id)) continue;
    is_held = true;
    if (!sends && !had_sent) withdrawn_from_cohort_.push_back({walk.cohort, batch_->nlri(position)});
    if (!sends || actions_[position] == Action::Announce) walk.held.reset(id);
  }
  if (is_held && sends && is_member(group, source) && !is_told_to_source)
    withdrawn_from_one_.push_back({source, batch_->nlri(position)});
}

/// Whether the members have these very attributes already: then only the former source needs them.
bool UpdateGroups::sends_the_same(const UpdateGroup& group, std::size_t number, std::uint32_t position) {
  if (group.reevaluation_) return false;  // what they have may be of other policies
  const auto& before = *batch_->change(position);
  if (!group.asks_policy()) {
    return exported(speaker_, group.profile_, origin_of(before.source_before, group.family()),
                    *before.before) == exported_bucket(group, number);
  }
  const auto then = evaluate(group, policies_, batch_->id(position), before.source_before, *before.before);
  return then.state == ExportState::Sent && then.attributes == exported_bucket(group, number);
}

void UpdateGroups::withdraw_all(UpdateGroup& group) {
  emit_withdraws(group, withdrawn_from_group_, Audience::Kind::Group);
  emit_withdraws(group, withdrawn_from_one_, Audience::Kind::Only);
  emit_withdraws(group, withdrawn_from_cohort_, Audience::Kind::Cohort);
}

void UpdateGroups::emit_withdraws(UpdateGroup& group, std::vector<Addressed>& withdraws,
                                  Audience::Kind kind) {
  if (!std::ranges::is_sorted(withdraws, {}, &Addressed::whom))
    std::ranges::stable_sort(withdraws, {}, &Addressed::whom);
  for (std::size_t i = 0; i < withdraws.size();) {
    const auto whom = withdraws[i].whom;
    prefixes_.clear();
    for (; i < withdraws.size() && withdraws[i].whom == whom; ++i) prefixes_.push_back(withdraws[i].nlri);
    Audience audience{.kind = kind};
    (kind == Audience::Kind::Only     ? audience.only
     : kind == Audience::Kind::Cohort ? audience.cohort
                                      : audience.except) = whom;
    output_.withdraw(group.id_, audience, prefixes_);
  }
  withdraws.clear();
}

void UpdateGroups::announce_bucket(UpdateGroup& group, std::size_t number) {
  const auto& bucket = batch_->buckets()[number];
  if (group.has_interval()) {
    for (auto position = bucket.begin; position < bucket.end; ++position)
      if (actions_[position] != Action::Nothing) hold_back(group, batch_->id(position));
    return;
  }
  const auto actions = std::span(actions_).subspan(bucket.begin, bucket.end - bucket.begin);
  const auto to_all = std::count(actions.begin(), actions.end(), Action::Announce);
  const Audience everyone{.kind = Audience::Kind::Group, .except = exception(group, bucket.source)};
  if (to_all == std::ssize(actions)) {
    announce(group, everyone, number, batch_->nlri(bucket));
    return;
  }
  prefixes_.clear();
  for (auto position = bucket.begin; position < bucket.end; ++position) {
    if (actions_[position] == Action::Announce) prefixes_.push_back(batch_->nlri(position));
  }
  if (!prefixes_.empty()) announce(group, everyone, number, prefixes_);
  for (auto position = bucket.begin; position < bucket.end; ++position) {
    if (actions_[position] != Action::AnnounceToFormerSource) continue;
    const Audience former{.kind = Audience::Kind::Only, .only = batch_->change(position)->source_before};
    announce(group, former, number, std::span(&batch_->nlri(position), 1));
  }
}

void UpdateGroups::announce(UpdateGroup& group, const Audience& audience, std::size_t number,
                            std::span<const Nlri> prefixes) {
  if (!prefixes.empty()) announce(group, audience, exported_bucket(group, number), prefixes);
}

}  // namespace rib
