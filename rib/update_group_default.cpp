// The default route that `default-originate` makes up for a group: always, or while its route map permits
// some route, with what the clause that does sets.
#include <algorithm>
#include <utility>

#include "rib/update_group.hpp"

namespace rib {

bool UpdateGroups::owns_default(const UpdateGroup& group, const Prefix& prefix) const {
  return group.profile_.default_originate && prefix.is_default();
}

void UpdateGroups::note_default_condition(UpdateGroup& group, Table::Id id) {
  const auto& destination = loc_rib_.table(group.family())[id];
  const Path* best = destination.best();
  UpdateGroup::DefaultReason reason{.attributes = default_route_attributes()};
  PolicyVerdict verdict{.permitted = false};
  if (best && !destination.prefix.is_default()) {
    // Not the metric: what is set shall not depend on how many ways lead to a destination.
    ResolvedNextHop next_hop;
    if (group.default_depends_on_next_hop_)
      next_hop.interface = resolved_next_hop(best->peer, destination.prefix, *best->attributes).interface;
    verdict = policies_.apply_condition(
        group.profile_.default_originate_map,
        {.prefix = destination.prefix,
         .next_hop = next_hop,
         .source_protocol =
             best->is_local() ? local_routes_.protocol_of(destination.prefix) : SourceProtocol::Bgp},
        *best->attributes, reason.attributes);
    reason.sequence = verdict.sequence;
    reason.next_hop_set = verdict.next_hop_set;
  }
  auto& reasons = group.default_reasons_;
  const auto former = std::ranges::find_if(reasons, [&](const auto& r) { return r.destinations.test(id); });
  if (former != reasons.end()) {
    if (verdict.permitted && former->is_same(reason)) return;
    former->destinations.reset(id);
    if (--former->count == 0) reasons.erase(former);
  }
  if (!verdict.permitted) return;
  auto known = std::ranges::find_if(reasons, [&](const auto& other) { return other.is_same(reason); });
  if (known == reasons.end())
    known = reasons.insert(
        std::ranges::upper_bound(reasons, reason.sequence, {}, &UpdateGroup::DefaultReason::sequence),
        std::move(reason));
  known->destinations.set(id);
  ++known->count;
}

/// Of several clauses that hold for some route the first one sets what is told.
std::optional<PathAttributes> UpdateGroups::default_of(const UpdateGroup& group) const {
  if (!group.originates_default()) return std::nullopt;
  if (!group.has_default_condition())
    return exported_default(speaker_, group.profile_, default_route_attributes(), false);
  const auto& reason = group.default_reasons_.front();
  return exported_default(speaker_, group.profile_, reason.attributes, reason.next_hop_set);
}

void UpdateGroups::resend_defaults() {
  for (auto& groups : groups_) {
    for (auto& group : groups) tell_default(*group);
  }
}

void UpdateGroups::tell_default(UpdateGroup& group) {
  if (!group.first_walk_done_ || group.reevaluation_) return;
  auto is = default_of(group);
  if (is == group.told_default_) return;
  group.told_default_ = std::move(is);
  const Nlri nlri{Prefix::default_route(afi_of(group.family())), 0};
  const Audience everyone{.kind = Audience::Kind::Group};
  if (!group.told_default_) return output_.withdraw(group.id_, everyone, std::span(&nlri, 1));
  output_.announce(group.id_, everyone, *group.told_default_, std::span(&nlri, 1));
}

}  // namespace rib
