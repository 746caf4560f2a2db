// What visits a whole table, in slices: the table for members that join or move, and another look at what was
// sent when policies changed.
#include <algorithm>
#include <utility>

#include "rib/update_group.hpp"

namespace rib {

bool UpdateGroups::has_walks() const {
  const auto works = [this](const auto& group) {
    const auto goes_on = [&](const UpdateGroup::Walk& walk) { return wants_more(*group, walk); };
    return group->reevaluation_ || !group->released_.empty() || std::ranges::any_of(group->walks_, goes_on);
  };
  return std::ranges::any_of(groups_, [&](const auto& groups) { return std::ranges::any_of(groups, works); });
}

bool UpdateGroups::wants_more(const UpdateGroup& group, const UpdateGroup::Walk& walk) const {
  return output_.walk_demand(group.id_, walk.cohort) != WalkDemand::Enough;
}

std::size_t UpdateGroups::walk(std::size_t budget) {
  std::size_t visited = 0;
  for (const auto family : kFamilies) {
    for (auto& group : groups_[index_of(family)]) {
      if (visited >= budget) return visited;
      if (group->reevaluation_) visited += reevaluate(*group, budget - visited);
      if (visited < budget) visited += announce_released(*group, budget - visited);
      // Only then: a walk tells its cohort alone, so everybody else must have what it finds.
      if (!group->reevaluation_ && visited < budget) visited += walk_group(*group, budget - visited);
    }
  }
  return visited;
}

template <typename Wanted>
std::size_t UpdateGroups::collect(const UpdateGroup& group, Table::Id& position, std::size_t budget,
                                  Wanted wanted) {
  const auto& table = loc_rib_.table(group.family());
  ids_.clear();
  for (; position < table.end_id() && ids_.size() < budget; ++position) {
    if (position % Table::kChunkSize == 0 && !table.has_chunk(position / Table::kChunkSize)) {
      position += Table::kChunkSize - 1;
      continue;
    }
    if (table.is_live(position) && table[position].best() && wanted(position)) ids_.push_back(position);
  }
  return ids_.size();
}

// --- policies changed
// --------------------------------------------------------------------------------------------

std::size_t UpdateGroups::reevaluate(UpdateGroup& group, std::size_t budget) {
  const auto family = group.family();
  const auto& table = loc_rib_.table(family);
  auto& position = group.reevaluation_->position;
  const auto visited = collect(group, position, budget, [&](Table::Id id) {
    // The default route may hang on what is not sent itself.
    if (group.has_default_condition()) note_default_condition(group, id);
    return is_candidate(group, table[id]) && group.has_reached(id) &&
           !table[id].has(Destination::AwaitsKernel) && !owns_default(group, table[id].prefix);
  });
  if (group.sends_paths()) {
    for (const auto id : ids_) plan_paths_or_hold_back(group, id, group.reevaluation_->before.get());
    withdraw_all(group);
    emit_paths(group);
    if (position >= table.end_id()) finish_reevaluation(group);
    return visited;
  }
  shared_batch_.load(loc_rib_, family, ids_);
  load_outcomes(group);
  const auto buckets = batch_->buckets();
  for (std::size_t number = 0; number < buckets.size(); ++number) {
    for (auto i = buckets[number].begin; i < buckets[number].end; ++i)
      actions_[i] = reevaluate_one(group, number, i);
  }
  withdraw_all(group);
  for (std::size_t number = 0; number < buckets.size(); ++number) announce_bucket(group, number);
  if (position >= table.end_id()) finish_reevaluation(group);
  return visited;
}

void UpdateGroups::finish_reevaluation(UpdateGroup& group) {
  group.reevaluation_.reset();
  tell_default(group);
}

UpdateGroups::Action UpdateGroups::reevaluate_one(UpdateGroup& group, std::size_t number,
                                                  std::uint32_t position) {
  const auto& bucket = batch_->buckets()[number];
  const auto id = batch_->id(position);
  const bool sends = outcomes_[number].sends;
  if (!group.sent_.test(id)) {
    if (!sends) return Action::Nothing;
    mark_sent(group, id, bucket.source, true);
    return Action::Announce;
  }
  if (!sends) {
    mark_sent(group, id, bucket.source, false);
    withdrawn_from_group_.push_back({exception(group, bucket.source), batch_->nlri(position)});
    return Action::Nothing;
  }
  const auto& before = group.reevaluation_->before;
  if (!before) return Action::Announce;
  const auto then = evaluate(group, *before, batch_->id(position), bucket.source, bucket.attributes->get());
  const bool is_same = then.state == ExportState::Sent && then.attributes == exported_bucket(group, number);
  return is_same ? Action::Nothing : Action::Announce;
}

// --- the table for a cohort
// --------------------------------------------------------------------------------------

std::size_t UpdateGroups::walk_group(UpdateGroup& group, std::size_t budget) {
  const auto& table = loc_rib_.table(group.family());
  auto& walks = group.walks_;
  std::size_t visited = 0;
  while (visited < budget) {
    const auto next = [&](bool has_begun) {
      return std::ranges::find_if(
          walks, [&](const auto& w) { return w.has_begun == has_begun && wants_more(group, w); });
    };
    auto walk = next(true);
    if (walk == walks.end()) walk = next(false);
    if (walk == walks.end()) break;
    walk->has_begun = true;
    // Those it was for left or fell behind.
    const bool is_for_nobody = output_.walk_demand(group.id_, walk->cohort) == WalkDemand::Nobody;
    if (is_for_nobody && group.first_walk_done_ && !walk->holds_any()) walk->position = table.end_id();
    const auto step = std::min(budget - visited, walk->step);
    visited += collect(group, walk->position, step, [&](Table::Id id) {
      if (group.has_default_condition() && !group.first_walk_done_) note_default_condition(group, id);
      // What an aggregate stands for is nothing to tell, but members may have it of their former group.
      if (!is_candidate(group, table[id]) && !walk->holds(id)) return false;
      if (table[id].has(Destination::AwaitsKernel)) {  // told to all when the kernel has answered
        withdraw_held(*walk, id, table[id].prefix);
        return false;
      }
      return group.sends_paths() || !owns_default(group, table[id].prefix);
    });
    walk_slice(group, *walk);
    group.reached_ = std::max(group.reached_, walk->position);
    if (walk->position >= table.end_id()) {
      const auto done = std::move(*walk);
      walks.erase(walk);
      finish_walk(group, done);
      continue;
    }
    // One step must not make its readers fall behind.
    walk->step = wants_more(group, *walk) ? std::min(walk->step, budget) * 2
                                          : std::max(step / 2, UpdateGroup::Walk::kSmallestStep);
  }
  return visited;
}

/// What members that moved here have of a destination of which nothing can be said yet.
void UpdateGroups::withdraw_held(UpdateGroup::Walk& walk, Table::Id id, const Prefix& prefix) {
  if (walk.held.test(id)) withdrawn_from_cohort_.push_back({walk.cohort, {prefix, 0}});
  walk.held.reset(id);
  const auto paths = walk.held_paths.find(id);
  if (paths == walk.held_paths.end()) return;
  for (const auto path_id : paths->second) withdrawn_from_cohort_.push_back({walk.cohort, {prefix, path_id}});
  walk.held_paths.erase(paths);
}

void UpdateGroups::walk_slice(UpdateGroup& group, UpdateGroup::Walk& walk) {
  if (group.sends_paths()) return walk_paths(group, walk);
  shared_batch_.load(loc_rib_, group.family(), ids_);
  load_outcomes(group);
  const auto buckets = batch_->buckets();
  if (!walk.held.empty()) {
    for (std::size_t number = 0; number < buckets.size(); ++number) {
      for (auto position = buckets[number].begin; position < buckets[number].end; ++position) {
        const auto id = batch_->id(position);
        if (!walk.held.test(id)) continue;
        walk.held.reset(id);
        if (!outcomes_[number].sends) withdrawn_from_cohort_.push_back({walk.cohort, batch_->nlri(position)});
      }
    }
  }
  withdraw_all(group);
  for (std::size_t number = 0; number < buckets.size(); ++number) {
    if (!outcomes_[number].sends) continue;
    const auto& bucket = buckets[number];
    for (auto position = bucket.begin; position < bucket.end; ++position) {
      const auto id = batch_->id(position);
      if (!group.sent_.test(id)) mark_sent(group, id, bucket.source, true);
    }
    announce(
        group,
        {.kind = Audience::Kind::Cohort, .cohort = walk.cohort, .except = exception(group, bucket.source)},
        number, batch_->nlri(bucket));
  }
}

void UpdateGroups::finish_walk(UpdateGroup& group, const UpdateGroup::Walk& walk) {
  group.first_walk_done_ = true;
  const auto default_route = Prefix::default_route(afi_of(group.family()));
  const Nlri nlri{default_route, 0};
  const Audience cohort{.kind = Audience::Kind::Cohort, .cohort = walk.cohort};
  group.told_default_ = default_of(group);
  if (group.told_default_) {
    output_.announce(group.id_, cohort, *group.told_default_, std::span(&nlri, 1));
  } else if (walk.held_default) {
    const auto& table = loc_rib_.table(group.family());
    const auto id = table.find(default_route);
    if (!id || !group.has_sent(*id) || group.sends_paths()) {
      output_.withdraw(group.id_, cohort, std::span(&nlri, 1));
    } else if (const auto source = table[*id].best()->peer; is_member(group, source)) {
      output_.withdraw(group.id_, {.kind = Audience::Kind::Only, .only = source}, std::span(&nlri, 1));
    }
  }
  if (walk.is_move) {
    output_.cohort_done(group.id_, walk.cohort);
  } else {
    output_.end_of_rib(group.id_, walk.cohort);
  }
}

}  // namespace rib
