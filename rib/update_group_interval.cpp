// The advertisement interval of a group, RFC 4271 §9.2.1.1: what changes bring to announce waits for its end.
//
// The first change after a quiet time goes at once. What was withdrawn meanwhile is not announced; what
// changed and changed back is announced again with what the members have.
#include <algorithm>
#include <utility>

#include "rib/update_group.hpp"

namespace rib {

void UpdateGroups::hold_back(UpdateGroup& group, Table::Id id) {
  if (group.is_held_back_.test(id)) return;
  group.is_held_back_.set(id);
  group.held_back_.push_back(id);
}

/// Between three quarters and all of it, so that speakers' bursts do not fall together. RFC 4271 §10.
std::chrono::milliseconds UpdateGroups::with_jitter(std::chrono::milliseconds interval) {
  return std::chrono::milliseconds(
      std::uniform_int_distribution(interval.count() * 3 / 4, interval.count())(jitter_));
}

void UpdateGroups::release_held_back(TimePoint now) {
  for (auto& groups : groups_) {
    for (auto& group : groups) {
      if (group->held_back_.empty() || !group->released_.empty() || now < group->quiet_until_) continue;
      group->released_ = std::exchange(group->held_back_, {});
      group->is_held_back_ = {};
      group->quiet_until_ = now + with_jitter(group->profile_.advertisement_interval);
    }
  }
}

std::optional<TimePoint> UpdateGroups::next_release() const {
  std::optional<TimePoint> next;
  for (const auto& groups : groups_) {
    for (const auto& group : groups) {
      if (group->held_back_.empty() || !group->released_.empty()) continue;
      next = std::min(next.value_or(TimePoint::max()), group->quiet_until_);
    }
  }
  return next;
}

std::size_t UpdateGroups::announce_released(UpdateGroup& group, std::size_t budget) {
  if (group.released_.empty()) return 0;
  const auto& table = loc_rib_.table(group.family());
  const auto is_announced = [&](Table::Id id) {
    // What awaits the kernel is held back anew when it has answered.
    return id < table.end_id() && table.is_live(id) && is_candidate(group, table[id]) &&
           !table[id].has(Destination::AwaitsKernel) && group.has_sent(id) &&
           !owns_default(group, table[id].prefix);
  };
  const auto visited = std::min(budget, group.released_.size());
  ids_.clear();
  for (std::size_t i = 0; i < visited; ++i) {
    if (is_announced(group.released_.back())) ids_.push_back(group.released_.back());
    group.released_.pop_back();
  }
  if (group.sends_paths()) {
    for (const auto id : ids_) {
      for (const auto& path : group.paths_.at(id)) {
        auto result = evaluate(group, policies_, id, path.source, *path.attributes);
        if (result.state == ExportState::Sent)
          tell_path(group, 0, path, std::move(result.attributes), table[id].prefix);
      }
    }
    emit_paths(group);
    return visited;
  }
  shared_batch_.load(loc_rib_, group.family(), ids_);
  load_outcomes(group);
  const auto buckets = batch_->buckets();
  for (std::size_t number = 0; number < buckets.size(); ++number) {
    if (!outcomes_[number].sends) continue;
    announce(group, {.kind = Audience::Kind::Group, .except = exception(group, buckets[number].source)},
             number, batch_->nlri(buckets[number]));
  }
  return visited;
}

}  // namespace rib
