// Groups and their members, and what all parts of the export ask.
#include "rib/update_group.hpp"

#include <algorithm>
#include <utility>

namespace rib {

// --- members
// -----------------------------------------------------------------------------------------------------

/// The peer's profile with what only the engine knows: whether its policy asks who it is.
ExportProfile UpdateGroups::keyed_profile(std::uint32_t index, Family family) const {
  auto profile = *peers_[index].up.exports[index_of(family)];
  if (policies_.depends_on_peer(profile.policy) ||
      policies_.depends_on_peer({.route_map = profile.unsuppress_map})) {
    const auto& up = peers_[index].up;
    profile.policy_peer = up.address;
    if (up.is_interface_peer) profile.policy_peer_interface = up.interface_name;
  }
  return profile;
}

UpdateGroup& UpdateGroups::group_of(const ExportProfile& profile) {
  auto& groups = groups_[index_of(profile.family)];
  const auto found =
      std::find_if(groups.begin(), groups.end(), [&](auto& group) { return group->profile_ == profile; });
  if (found != groups.end()) return **found;
  auto& group = *groups.emplace_back(std::make_unique<UpdateGroup>(next_group_++, profile));
  note_dependencies(group);
  count_group_with_paths(group, true);
  output_.group_opened(group.id_, profile);
  return group;
}

void UpdateGroups::count_group_with_paths(const UpdateGroup& group, bool opens) {
  if (!group.sends_paths()) return;
  auto& count = groups_with_paths_[index_of(group.family())];
  count = opens ? count + 1 : count - 1;
  loc_rib_.log_every_path(group.family(), count > 0);
}

UpdateGroup::Walk& UpdateGroups::waiting_walk(UpdateGroup& group, bool is_move) {
  const auto known = std::ranges::find_if(
      group.walks_, [&](const auto& walk) { return !walk.has_begun && walk.is_move == is_move; });
  if (known != group.walks_.end()) return *known;
  auto& walk = group.walks_.emplace_back();
  walk.cohort = next_cohort_++;
  walk.is_move = is_move;
  return walk;
}

void UpdateGroups::join(std::uint32_t index, Family family) {
  auto& mine = peers_[index].of(family);
  auto& group = group_of(keyed_profile(index, family));
  note_member(group, index, true);
  mine.group = &group;
  mine.table_cohort = waiting_walk(group, false).cohort;
  mine.move_cohort = 0;
  output_.member_joined(group.id_, peers_.handle(index), mine.table_cohort);
}

void UpdateGroups::leave(std::uint32_t index, Family family) {
  auto& mine = peers_[index].of(family);
  if (!mine.group) return;
  auto& group = *mine.group;
  mine.group = nullptr;
  output_.member_left(group.id_, peers_.handle(index));
  note_member(group, index, false);
  member_gone(group);
}

void UpdateGroups::note_member(UpdateGroup& group, std::uint32_t index, bool is_there) {
  group.members_ = is_there ? group.members_ + 1 : group.members_ - 1;
  const auto& profile = group.profile_;
  if (profile.type != PeerType::External || !profile.shared_subnet) return;
  const auto& address = peers_[index].up.address;
  if (is_there)
    group.on_link_.insert_or_assign(address, index);
  else
    group.on_link_.erase(address);
}

namespace {

PathAttributes with_own_next_hop(const ExportProfile& profile, const PathAttributes& attributes) {
  auto own = attributes;
  own.next_hop = profile.local_address;
  own.rare.set(&RareAttributes::link_local_next_hop, profile.local_link_local);
  return own;
}

}  // namespace

void UpdateGroups::announce(UpdateGroup& group, const Audience& audience, const PathAttributes& attributes,
                            std::span<const Nlri> prefixes) {
  if (prefixes.empty()) return;
  const auto owner = group.on_link_.empty() ? group.on_link_.end() : group.on_link_.find(attributes.next_hop);
  const bool is_owned = owner != group.on_link_.end() && owner->second != audience.except;
  const bool is_for_owner =
      is_owned && audience.kind == Audience::Kind::Only && audience.only == owner->second;
  if (!is_for_owner) output_.announce(group.id_, audience, attributes, prefixes);
  if (!is_owned || (audience.kind == Audience::Kind::Only && !is_for_owner)) return;
  output_.announce(group.id_, {.kind = Audience::Kind::Only, .only = owner->second},
                   with_own_next_hop(group.profile_, attributes), prefixes);
}

void UpdateGroups::member_gone(UpdateGroup& group) {
  if (group.members_ > 0) return;
  count_group_with_paths(group, false);
  output_.group_closed(group.id_);
  std::erase_if(groups_[index_of(group.family())], [&](auto& g) { return g.get() == &group; });
}

void UpdateGroups::move(std::uint32_t index, Family family) {
  auto& mine = peers_[index].of(family);
  if (!mine.group) return;
  auto& from = *mine.group;
  auto& to = group_of(keyed_profile(index, family));
  if (&from == &to) return;
  const bool owes_end_of_rib =
      std::ranges::find(from.walks_, mine.table_cohort, &UpdateGroup::Walk::cohort) != from.walks_.end();
  auto& walk = waiting_walk(to, !owes_end_of_rib);
  take_held(from, index, walk);
  if (to.profile_.default_originate) {  // a real default route is no business of this group any more
    const auto id = loc_rib_.table(family).find(Prefix::default_route(afi_of(family)));
    if (id && walk.held.test(*id)) {
      walk.held.reset(*id);
      walk.held_default = true;
    }
  }
  note_member(from, index, false);
  note_member(to, index, true);
  mine.group = &to;
  mine.table_cohort = owes_end_of_rib ? walk.cohort : 0;
  mine.move_cohort = walk.cohort;
  output_.member_moved(from.id_, to.id_, peers_.handle(index), walk.cohort);
  member_gone(from);
}

/// What the member may have of its former group, and of those before that.
void UpdateGroups::take_held(const UpdateGroup& from, std::uint32_t index, UpdateGroup::Walk& to) {
  const auto& mine = peers_[index].of(from.family());
  to.held.merge(from.sent_);
  const auto add = [&](Table::Id id, std::uint32_t path_id) {
    auto& held = to.held_paths[id];
    if (std::ranges::find(held, path_id) == held.end()) held.push_back(path_id);
  };
  for (const auto& [id, paths] : from.paths_)
    for (const auto& path : paths) add(id, path.id);
  to.held_default |= from.told_default_.has_value();
  const auto take = [&](const UpdateGroup::Walk& walk) {
    if (walk.cohort != mine.table_cohort && walk.cohort != mine.move_cohort) return;
    to.held.merge(walk.held);
    for (const auto& [id, path_ids] : walk.held_paths)
      for (const auto path_id : path_ids) add(id, path_id);
    to.held_default |= walk.held_default;
  };
  for (const auto& walk : from.walks_) take(walk);
}

void UpdateGroups::resend_table(std::uint32_t index, Family family) {
  auto& mine = peers_[index].of(family);
  if (!mine.group) return;
  mine.table_cohort = waiting_walk(*mine.group, false).cohort;
  output_.member_joined(mine.group->id_, peers_.handle(index), mine.table_cohort);
}

void UpdateGroups::policies_changed(const std::shared_ptr<const Policies>& before) {
  for (const auto family : kFamilies) {
    for (auto& group : groups_[index_of(family)]) {
      note_dependencies(*group);
      const PolicyChain condition{.route_map = group->profile_.default_originate_map};
      const auto differs = [&](const PolicyChain& chain) { return policies_.differs(chain, *before); };
      if (std::ranges::none_of(group->chains(), differs) && !differs(condition)) continue;
      const bool goes_on = group->reevaluation_.has_value();
      group->reevaluation_.emplace().before = goes_on ? nullptr : before;
    }
    // Members whose policy asks who they are have groups of their own.
    for (std::uint32_t index = 0; index < peers_.end_index(); ++index) {
      const auto* group = peers_[index].of(family).group;
      if (group && group->asks_policy()) move(index, family);
    }
  }
}

// --- what flush, evaluation and walk ask
// -------------------------------------------------------------------------

RouteOrigin UpdateGroups::origin_of(std::uint32_t source, Family family) const {
  if (source == kLocalPeer) return {.is_local = true};
  const auto& peer = peers_[source].up;
  const auto& profile = peer.exports[index_of(family)];
  return {false, peer.type, profile && profile->is_route_reflector_client, peer.identifier};
}

Exported UpdateGroups::evaluate(const UpdateGroup& group, const Policies& policies, Table::Id id,
                                std::uint32_t source, const PathAttributes& attributes) const {
  const auto& destination = loc_rib_.table(group.family())[id];
  const auto& prefix = destination.prefix;
  auto origin = origin_of(source, group.family());
  origin.is_suppressed = destination.has(Destination::Suppressed);
  if (source == kLocalPeer && group.asks_policy()) origin.source_protocol = local_routes_.protocol_of(prefix);
  if (depends_on_next_hop(group, policies)) origin.next_hop = resolved_next_hop(source, prefix, attributes);
  return exported(speaker_, policies, group.profile_, origin, prefix, attributes);
}

ResolvedNextHop UpdateGroups::resolved_next_hop(std::uint32_t source, const Prefix& prefix,
                                                const PathAttributes& attributes) const {
  if (source == kLocalPeer) return {local_routes_.interface_of(prefix), std::nullopt};
  return loc_rib_.resolved(attributes, peers_[source].up);
}

/// Whether what the members have of the destination may be wrong although it is made of the same path.
bool UpdateGroups::must_resend(const UpdateGroup& group, Table::Id id) const {
  const auto& destination = loc_rib_.table(group.family())[id];
  if (destination.has(Destination::Resend)) return true;
  return destination.has(Destination::NextHopMoved) && depends_on_next_hop(group, policies_);
}

bool UpdateGroups::depends_on_next_hop(const UpdateGroup& group, const Policies& policies) const {
  if (&policies == &policies_) return group.depends_on_next_hop_;
  return policies.depends_on_next_hop(group.profile_.policy) ||
         (group.unsuppresses() && policies.depends_on_next_hop({.route_map = group.profile_.unsuppress_map}));
}

void UpdateGroups::note_dependencies(UpdateGroup& group) const {
  const auto chains = group.chains();
  group.depends_on_prefix_ =
      std::ranges::any_of(chains, [&](const auto& chain) { return policies_.depends_on_prefix(chain); });
  group.depends_on_next_hop_ =
      std::ranges::any_of(chains, [&](const auto& chain) { return policies_.depends_on_next_hop(chain); });
  group.default_depends_on_next_hop_ =
      policies_.depends_on_next_hop({.route_map = group.profile_.default_originate_map});
}

/// What becomes of each bucket of the shared batch in this group. Without a policy that costs no attributes.
void UpdateGroups::load_outcomes(const UpdateGroup& group) {
  batch_ = &shared_batch_;
  outcomes_.clear();
  if (group.depends_on_prefix_) {
    part_by_outcome(group);
  } else {
    for (const auto& bucket : batch_->buckets()) {
      auto& outcome = outcomes_.emplace_back();
      if (!is_candidate(group, bucket)) continue;
      if (!group.asks_policy()) {
        outcome.sends = may_export(speaker_, group.profile_, origin_of(bucket.source, group.family()),
                                   bucket.attributes->get()) == ExportState::Sent;
        continue;
      }
      auto result =
          evaluate(group, policies_, batch_->id(bucket.begin), bucket.source, bucket.attributes->get());
      outcome.sends = result.state == ExportState::Sent;
      if (outcome.sends) outcome.attributes = std::move(result.attributes);
    }
  }
  actions_.assign(batch_->buckets().empty() ? 0 : batch_->buckets().back().end, Action::Nothing);
}

/// Where policy looks at prefixes, those of a bucket with equal outcomes share one.
void UpdateGroups::part_by_outcome(const UpdateGroup& group) {
  std::size_t first = 0;
  std::uint32_t last_number = 0;
  parted_batch_.load_parted(shared_batch_, [&](std::uint32_t number, std::uint32_t position) {
    if (number != last_number || position == shared_batch_.buckets()[number].begin) first = outcomes_.size();
    last_number = number;
    const auto& bucket = shared_batch_.buckets()[number];
    Outcome outcome;
    if (is_candidate(group, bucket)) {
      auto result =
          evaluate(group, policies_, shared_batch_.id(position), bucket.source, bucket.attributes->get());
      outcome.sends = result.state == ExportState::Sent;
      if (outcome.sends) outcome.attributes = std::move(result.attributes);
    }
    auto part = first;
    while (part < outcomes_.size() &&
           (outcomes_[part].sends != outcome.sends || outcomes_[part].attributes != outcome.attributes)) {
      ++part;
    }
    if (part == outcomes_.size()) outcomes_.push_back(std::move(outcome));
    return static_cast<std::uint32_t>(part - first);
  });
  batch_ = &parted_batch_;
}

const PathAttributes& UpdateGroups::exported_bucket(const UpdateGroup& group, std::size_t number) {
  auto& result = outcomes_[number].attributes;
  if (!result) {
    const auto& bucket = batch_->buckets()[number];
    result = exported(speaker_, group.profile_, origin_of(bucket.source, group.family()),
                      bucket.attributes->get());
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
  if (source == kLocalPeer) return;
  if (source >= group.sent_by_source_.size()) group.sent_by_source_.resize(source + 1);
  auto& count = group.sent_by_source_[source];
  count = sent ? count + 1 : count - 1;
}

// --- queries
// -----------------------------------------------------------------------------------------------------

Exported UpdateGroups::exported_to(std::uint32_t peer, Family family, Table::Id id) const {
  const auto* group = peers_[peer].of(family).group;
  const auto& destination = loc_rib_.table(family)[id];
  const Path* best = destination.best();
  if (!group || !best) return {};
  auto result = evaluate(*group, policies_, id, best->peer, *best->attributes);
  if (best->peer == peer) result.state = ExportState::FromSamePeer;
  if (destination.has(Destination::Suppressed) && !group->unsuppresses())
    result.state = ExportState::Suppressed;
  if (destination.has(Destination::NotInKernel) || destination.has(Destination::AwaitsKernel))
    result.state = ExportState::NotInKernel;
  if (const auto owner = group->on_link_.find(result.attributes.next_hop);
      owner != group->on_link_.end() && owner->second == peer)
    result.attributes = with_own_next_hop(group->profile_, result.attributes);
  return result;
}

std::vector<SentRoute> UpdateGroups::sent_to(std::uint32_t peer, Family family, Table::Id id) const {
  std::vector<SentRoute> routes;
  const auto* group = peers_[peer].of(family).group;
  if (!group || !group->has_sent(id)) return routes;
  if (!group->sends_paths()) {
    auto sent = exported_to(peer, family, id);
    if (sent.state == ExportState::Sent) routes.push_back({.attributes = std::move(sent.attributes)});
    return routes;
  }
  for (const auto& path : group->paths_.at(id)) {
    if (path.source == peer) continue;
    auto sent = evaluate(*group, policies_, id, path.source, *path.attributes);
    if (sent.state == ExportState::Sent)
      routes.push_back({path.id, std::move(sent.attributes), path.source, path.received_id});
  }
  return routes;
}

std::size_t UpdateGroups::memory_bytes() const {
  std::size_t bytes = 0;
  for (const auto& groups : groups_) {
    for (const auto& group : groups) {
      bytes += sizeof(UpdateGroup) + group->sent_.heap_bytes() +
               group->paths_.size() * sizeof(*group->paths_.begin()) +
               group->sent_count_ * group->sends_paths() * sizeof(UpdateGroup::SentPath) +
               group->sent_by_source_.capacity() * sizeof(std::uint32_t);
      for (const auto& walk : group->walks_) bytes += walk.held.heap_bytes();
    }
  }
  return bytes;
}

}  // namespace rib
