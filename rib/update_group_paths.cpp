// Groups whose members take several paths of a destination: ADD-PATH, RFC 7911.
//
// What was sent is kept as a list for each destination: no best path tells it. Each path keeps its id until
// it goes, and is left out for its own source, so that split horizon needs no more than `except`.
#include <algorithm>
#include <tuple>
#include <utility>

#include "rib/update_group.hpp"

namespace rib {
namespace {

/// The smallest id that neither stands in `sent` nor is withdrawn in the same turn.
std::uint32_t unused_id(const auto& sent, std::span<const std::uint32_t> gone) {
  std::uint32_t id = 1;
  const auto is_used = [&] {
    return std::ranges::any_of(sent, [&](const auto& path) { return path.id == id; }) ||
           std::ranges::find(gone, id) != gone.end();
  };
  while (is_used()) ++id;
  return id;
}

/// Which of the paths, taken in the order of the decision process.
class Selection {
 public:
  explicit Selection(const AddPathSelection& rule) : rule_(rule) {}

  bool takes(const Path& path) {
    switch (rule_.kind) {
      case AddPathSelection::Kind::All:
        return true;
      case AddPathSelection::Kind::None:
        return taken_ < 1;
      case AddPathSelection::Kind::Best:
        return taken_ < rule_.count;
      case AddPathSelection::Kind::PerAs:
        break;
    }
    return std::ranges::find(neighbors_, path.attributes.set()->neighbor_as()) == neighbors_.end();
  }
  void note(const Path& path) {
    ++taken_;
    if (rule_.kind == AddPathSelection::Kind::PerAs)
      neighbors_.push_back(path.attributes.set()->neighbor_as());
  }

 private:
  const AddPathSelection& rule_;
  std::size_t taken_ = 0;
  std::vector<std::optional<AsNumber>> neighbors_;
};

}  // namespace

void UpdateGroups::flush_paths(UpdateGroup& group, std::span<const Change> changes) {
  const bool has_held = group.has_held();
  for (const auto& change : changes) {
    const bool resend = must_resend(group, change.id) || group.reevaluation_;
    if (group.has_reached(change.id))
      plan_paths_or_hold_back(group, change.id, resend ? nullptr : &policies_);
    if (has_held) settle_held_paths(group, change.id);
  }
  withdraw_all(group);
  emit_paths(group);
}

std::vector<UpdateGroups::WantedPath> UpdateGroups::wanted_paths(const UpdateGroup& group,
                                                                 Table::Id id) const {
  std::vector<WantedPath> wanted;
  const auto& destination = loc_rib_.table(group.family())[id];
  if (owns_default(group, destination.prefix) || !is_candidate(group, destination)) return wanted;
  Selection selection(group.profile_.add_path);
  for (const auto* path : loc_rib_.ranked(destination)) {
    if (!path->is_feasible()) break;  // they stand last
    if (!selection.takes(*path)) continue;
    auto result = evaluate(group, policies_, id, path->peer, *path->attributes);
    if (result.state != ExportState::Sent) continue;
    selection.note(*path);
    wanted.push_back({path, std::move(result.attributes)});
  }
  return wanted;
}

/// Brings what the members have of a destination in line with what they shall have. What they have was made
/// by the policies `told`; nullptr: who knows, all is sent again.
void UpdateGroups::plan_paths(UpdateGroup& group, Table::Id id, const Policies* told) {
  const auto& destination = loc_rib_.table(group.family())[id];
  auto wanted = wanted_paths(group, id);
  auto& sent = group.paths_[id];
  const auto is_of = [](const UpdateGroup::SentPath& one, const WantedPath& other) {
    return one.source == other.path->peer && one.received_id == other.path->path_id;
  };
  std::vector<std::uint32_t> gone;
  std::erase_if(sent, [&](const UpdateGroup::SentPath& one) {
    if (std::ranges::any_of(wanted, [&](const auto& other) { return is_of(one, other); })) return false;
    withdrawn_from_group_.push_back({exception(group, one.source), {destination.prefix, one.id}});
    gone.push_back(one.id);
    count_path(group, one.source, false);
    return true;
  });
  for (auto& each : wanted) {
    const auto known = std::ranges::find_if(sent, [&](const auto& one) { return is_of(one, each); });
    if (known != sent.end()) {
      const bool is_same = (told == &policies_ && known->attributes == each.path->attributes) ||
                           (told && sends_the_same(group, *told, id, *known, each));
      known->attributes = each.path->attributes;
      if (!is_same) tell_path(group, 0, *known, std::move(each.attributes), destination.prefix);
      continue;
    }
    sent.push_back({each.path->peer, each.path->path_id, unused_id(sent, gone), each.path->attributes});
    count_path(group, each.path->peer, true);
    tell_path(group, 0, sent.back(), std::move(each.attributes), destination.prefix);
  }
  if (sent.empty()) group.paths_.erase(id);
}

void UpdateGroups::plan_paths_or_hold_back(UpdateGroup& group, Table::Id id, const Policies* told) {
  const auto begin = static_cast<std::ptrdiff_t>(path_messages_.size());
  plan_paths(group, id, told);
  if (!group.has_interval() || begin == std::ssize(path_messages_)) return;
  path_messages_.erase(path_messages_.begin() + begin, path_messages_.end());
  hold_back(group, id);
}

bool UpdateGroups::sends_the_same(const UpdateGroup& group, const Policies& told, Table::Id id,
                                  const UpdateGroup::SentPath& sent, const WantedPath& wanted) const {
  const auto then = evaluate(group, told, id, sent.source, *sent.attributes);
  return then.state == ExportState::Sent && then.attributes == wanted.attributes;
}

void UpdateGroups::count_path(UpdateGroup& group, std::uint32_t source, bool sent) {
  group.sent_count_ = sent ? group.sent_count_ + 1 : group.sent_count_ - 1;
  if (source == kLocalPeer) return;
  if (source >= group.sent_by_source_.size()) group.sent_by_source_.resize(source + 1);
  auto& count = group.sent_by_source_[source];
  count = sent ? count + 1 : count - 1;
}

void UpdateGroups::tell_path(const UpdateGroup& group, CohortId cohort, const UpdateGroup::SentPath& sent,
                             PathAttributes attributes, const Prefix& prefix) {
  path_messages_.push_back({cohort, exception(group, sent.source), std::move(attributes), {prefix, sent.id}});
}

/// Those with equal attributes for the same members share messages.
void UpdateGroups::emit_paths(UpdateGroup& group) {
  const auto key = [](const PathMessage& message) {
    return std::tuple(message.cohort, message.except, message.attributes.hash());
  };
  std::ranges::stable_sort(path_messages_, {}, key);
  for (std::size_t i = 0; i < path_messages_.size();) {
    const auto& first = path_messages_[i];
    prefixes_.clear();
    for (; i < path_messages_.size() && key(path_messages_[i]) == key(first) &&
           path_messages_[i].attributes == first.attributes;
         ++i)
      prefixes_.push_back(path_messages_[i].nlri);
    const Audience audience{.kind = first.cohort != 0 ? Audience::Kind::Cohort : Audience::Kind::Group,
                            .cohort = first.cohort,
                            .except = first.except};
    announce(group, audience, first.attributes, prefixes_);
  }
  path_messages_.clear();
}

// --- members that join or move
// -----------------------------------------------------------------------------------

/// Members that moved here and did not get to the destination yet: their walk still comes by, unless there is
/// nothing left to come by for.
void UpdateGroups::settle_held_paths(UpdateGroup& group, Table::Id id) {
  const bool is_reached = group.has_reached(id);
  const auto& destination = loc_rib_.table(group.family())[id];
  const bool is_visited = is_candidate(group, destination);
  for (auto& walk : group.walks_) {
    if ((is_reached || !is_visited) && walk.held_paths.contains(id)) tell_cohort(group, walk, id);
  }
}

/// All that the group sends of the destination, and withdraws of what former groups sent besides.
void UpdateGroups::tell_cohort(UpdateGroup& group, UpdateGroup::Walk& walk, Table::Id id) {
  const auto& prefix = loc_rib_.table(group.family())[id].prefix;
  const auto known = group.paths_.find(id);
  const auto sent = known == group.paths_.end() ? std::span<const UpdateGroup::SentPath>()
                                                : std::span<const UpdateGroup::SentPath>(known->second);
  if (const auto held = walk.held_paths.find(id); held != walk.held_paths.end()) {
    for (const auto path_id : held->second) {
      const auto same = std::ranges::find(sent, path_id, &UpdateGroup::SentPath::id);
      if (same == sent.end())
        withdrawn_from_cohort_.push_back({walk.cohort, {prefix, path_id}});
      else if (is_member(group, same->source))  // the id now is of a path that its source does not get
        withdrawn_from_one_.push_back({same->source, {prefix, path_id}});
    }
    walk.held_paths.erase(held);
  }
  for (const auto& path : sent) {
    auto result = evaluate(group, policies_, id, path.source, *path.attributes);
    tell_path(group, walk.cohort, path, std::move(result.attributes), prefix);
  }
}

void UpdateGroups::walk_paths(UpdateGroup& group, UpdateGroup::Walk& walk) {
  for (const auto id : ids_) {
    if (!group.first_walk_done_) plan_paths(group, id, &policies_);
  }
  path_messages_.clear();  // the first walk's cohort is all there is to tell
  for (const auto id : ids_) tell_cohort(group, walk, id);
  withdraw_all(group);
  emit_paths(group);
}

}  // namespace rib
