#include "bgpd/forecast.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "rib/no_output.hpp"

namespace bgpd {
namespace {

using rib::Exported;
using rib::ExportState;
using rib::PathState;
using rib::Prefix;
using rib::TimePoint;

bool counts(const rib::PathView& path) {
  return path.state == PathState::Accepted || path.state == PathState::DuplicateSubnet;
}

bool has_own(const rib::DestinationView& view) {
  return std::ranges::any_of(view.paths, [](const auto& path) { return !path.peer; });
}

const rib::PathView* path_of(const rib::DestinationView& view, rib::PeerHandle peer, std::uint32_t path_id) {
  const auto found = std::ranges::find_if(
      view.paths, [&](const auto& path) { return path.peer == peer && path.path_id == path_id; });
  return found == view.paths.end() ? nullptr : &*found;
}

const rib::PathView* best_of(const std::optional<rib::DestinationView>& view) {
  return view && !view->paths.empty() && view->paths.front().is_best ? &view->paths.front() : nullptr;
}

/// Whether a policy of the profile may say something else with the other policies, or of other links.
bool may_differ(const rib::ExportProfile& profile, const rib::Policies& before, const rib::Policies& after) {
  const auto chains = {profile.policy, profile.suppressed_policy()};
  return std::ranges::any_of(chains, [&](const auto& chain) {
    return before.differs(chain, after) || after.depends_on_next_hop(chain);
  });
}

/// Limits and intervals are for whole tables.
rib::PeerUp without_limits(rib::PeerUp up) {
  for (auto& import : up.imports) import.maximum_prefix = 0;
  for (auto& profile : up.exports)
    if (profile) profile->advertisement_interval = {};
  return up;
}

}  // namespace

struct Forecast::Shadow {
  rib::NoOutput nobody;
  rib::Engine engine{nobody};
  TimePoint now;
};

Forecast::Forecast(const rib::Engine& engine, Settings settings, TimePoint now)
    : engine_(engine), shadow_(std::make_unique<Shadow>()), most_of_aggregate_(settings.most_of_aggregate) {
  set_up(settings, now);
  settle();
  gather_audiences(settings);
  gather_others(settings);
}

Forecast::~Forecast() = default;

void Forecast::set_up(const Settings& settings, TimePoint now) {
  auto& shadow = shadow_->engine;
  shadow_->now = now;
  auto speaker = settings.speaker;
  speaker.suppress_fib_pending = false;  // no kernel answers here
  shadow.set_history_size(0, now);
  shadow.set_speaker(speaker, now);
  shadow.set_policies(settings.policies, now);
  for (const auto& route : engine_.kernel_routes()) shadow.kernel_route(route, now);
  resolve_through_bgp(now);
  shadow.set_static_routes(settings.static_routes, now);
  apply_local_rules(shadow, settings.bgp, now);
  for (const auto& origination : settings.originations) apply_to_engine(shadow, origination, true, now);
  for (const auto& [prefix, rule] : settings.bgp.aggregates) aggregates_.push_back(prefix);
  add_peers(settings, now);
}

void Forecast::add_peers(const Settings& settings, TimePoint now) {
  for (const auto& peer : settings.peers) {
    if (!peer.after) continue;
    auto* told = peer.stays ? neighbors_.emplace_back(std::make_unique<Neighbor>()).get() : nullptr;
    if (told) told->name = peer.name;
    peers_.emplace(peer.handle,
                   Member{peer.handle, shadow_->engine.peer_up(without_limits(*peer.after), now), told});
  }
}

/// A next hop behind a route of BGP itself: here it has a route of its own, for that route is in no slice but
/// one.
void Forecast::resolve_through_bgp(TimePoint now) {
  for (const auto family : rib::kFamilies) {
    for (const auto& view : engine_.next_hops(family)) {
      if (!view.resolved || !view.through) continue;
      const auto routes = engine_.routes_for(*view.through);
      const bool is_bgp = std::ranges::any_of(
          routes, [](const auto& route) { return route.selected && route.source == rib::RouteSource::Bgp; });
      if (!is_bgp) continue;
      shadow_->engine.kernel_route({.prefix = Prefix(view.address, view.address.bit_count()),
                                    .metric = view.metric,
                                    .next_hops = view.kernel_next_hops},
                                   now);
    }
  }
}

void Forecast::gather_audiences(const Settings& settings) {
  const rib::Policies policies_before(settings.policies_before), policies_after(settings.policies);
  using Key = std::tuple<rib::Family, rib::GroupId, rib::GroupId>;
  std::map<Key, Audience> known;
  for (const auto& [handle, member] : peers_) {
    if (!member.told) continue;
    const auto before = engine_.counters(member.real), after = shadow_->engine.counters(member.shadow);
    for (const auto family : rib::kFamilies) {
      const auto i = index_of(family);
      if (!before.group[i] || !after.group[i]) continue;
      auto& audience = known[{family, *before.group[i], *after.group[i]}];
      audience.family = family;
      audience.members.push_back(member);
      const auto profile = *engine_.export_profile(member.real, family);
      const auto then = *shadow_->engine.export_profile(member.shadow, family);
      audience.makes_up_default = profile.default_originate || then.default_originate;
      audience.has_several = profile.add_path.kind != rib::AddPathSelection::Kind::None ||
                             then.add_path.kind != rib::AddPathSelection::Kind::None;
      audience.is_same = profile == then && engine_.speaker() == settings.speaker &&
                         !may_differ(profile, policies_before, policies_after);
    }
  }
  for (auto& [key, audience] : known) audiences_.push_back(std::move(audience));
}

void Forecast::gather_others(const Settings& settings) {
  std::set<Prefix> prefixes;
  for (const auto& origination : settings.originations) prefixes.insert(origination.prefix);
  for (const auto& [prefix, lines] : settings.static_routes) prefixes.insert(prefix);
  for (const auto& route : engine_.kernel_routes()) prefixes.insert(route.prefix);
  others_.assign(prefixes.begin(), prefixes.end());
}

/// Audiences are asked about each prefix: many of them make a slice short.
std::uint32_t Forecast::slice() const {
  constexpr std::size_t kShortest = 8, kLongest = 1024, kAnswers = 4096;
  return static_cast<std::uint32_t>(std::clamp(kAnswers / (audiences_.size() + 1), kShortest, kLongest));
}

bool Forecast::step() {
  if (is_done_) return false;
  if (family_ < rib::kFamilyCount) {
    const auto part = engine_.table_part(rib::kFamilies[family_], position_, slice());
    look_at(part.prefixes, false);
    position_ = part.next.value_or(0);
    if (!part.next) ++family_;
    return true;
  }
  if (look_at_others()) return true;
  compare_defaults();
  is_done_ = true;
  return false;
}

/// What is not in the table, and aggregates: each with what it stands for, which is in other slices. False:
/// none is left.
bool Forecast::look_at_others() {
  if (!others_.empty()) {
    std::vector<Prefix> prefixes;
    while (!others_.empty() && prefixes.size() < slice()) {
      if (!engine_.destination(others_.back())) prefixes.push_back(others_.back());
      others_.pop_back();
    }
    look_at(prefixes, false);
    return true;
  }
  if (aggregates_.empty()) return false;
  look_at_aggregate();
  return true;
}

/// One part of what the last aggregate stands for; with the last part, the aggregate itself.
void Forecast::look_at_aggregate() {
  constexpr std::size_t kPart = 1024;
  const auto part_size = std::min(kPart, most_of_aggregate_);
  const auto aggregate = aggregates_.back();
  const auto parts = engine_.prefixes(aggregate.family(), last_part_.value_or(aggregate), part_size);
  bool is_last = parts.size() < part_size;
  for (const auto& part : parts) {
    is_last = is_last || !aggregate.contains(part);
    if (!aggregate.contains(part)) break;
    if (const auto view = engine_.destination(part)) take_in(*view);
    ++parts_;
  }
  settle();
  if (!is_last && parts_ < most_of_aggregate_) {
    last_part_ = parts.back();
    return;
  }
  if (!is_last) own_.partly.add(aggregate);
  aggregates_.pop_back();
  last_part_.reset();
  parts_ = 0;
  look_at({aggregate}, true);
}

void Forecast::look_at(const std::vector<Prefix>& prefixes, bool compares_aggregates) {
  std::vector<std::optional<rib::DestinationView>> views;
  for (const auto& prefix : prefixes) {
    views.push_back(engine_.destination(prefix));
    if (views.back()) take_in(*views.back());
  }
  settle();
  for (std::size_t i = 0; i < prefixes.size(); ++i)
    if (compares_aggregates || std::ranges::find(aggregates_, prefixes[i]) == aggregates_.end())
      compare(prefixes[i], views[i]);
  note_defaults();
  forget();
}

void Forecast::take_in(const rib::DestinationView& view) {
  for (const auto& path : view.paths) {
    const auto peer = path.peer ? peers_.find(*path.peer) : peers_.end();
    if (peer == peers_.end() || !path.received) continue;
    const rib::Nlri nlri{view.prefix, path.path_id};
    auto attributes = *path.received;
    if (path.is_long_lived_stale && !attributes.has_community(rib::kLlgrStale))
      attributes.communities = attributes.communities.prepended(rib::kLlgrStale);
    const auto handle = peer->second.shadow;
    rib::Update update;
    update.family = view.prefix.family();
    update.attributes = &attributes;
    update.announced = {&nlri, 1};
    shadow_->engine.received(handle, update, path.learned);
    taken_in_[{handle, update.family}].push_back(nlri);
  }
}

void Forecast::forget() {
  for (auto& [key, withdrawn] : std::exchange(taken_in_, {})) {
    rib::Update update;
    update.family = key.second;
    update.withdrawn = withdrawn;
    shadow_->engine.received(key.first, update, shadow_->now);
  }
  settle();
}

void Forecast::settle() {
  while (shadow_->engine.has_work()) shadow_->engine.run(4096, shadow_->now);
}

void Forecast::compare(const Prefix& prefix, const std::optional<rib::DestinationView>& before) {
  const auto after = shadow_->engine.destination(prefix);
  const bool was_own = before && has_own(*before), is_own = after && has_own(*after);
  if (is_own && !was_own) own_.announced.add(prefix);
  if (was_own && !is_own) own_.withdrawn.add(prefix);
  if (before && after) compare_paths(*before, *after);
  const auto *best_before = best_of(before), *best_after = best_of(after);
  const bool is_same = is_same_route(best_before, best_after);
  for (const auto& audience : audiences_) {
    if (audience.family != prefix.family()) continue;
    if (audience.makes_up_default && prefix.is_default()) continue;
    if (audience.has_several) {
      if (!audience.is_same || !are_same_paths(before, after)) compare_all_sent(audience, prefix);
      continue;
    }
    if (audience.is_same && is_same) continue;
    compare_sent(audience, prefix, best_before, best_after);
  }
}

bool Forecast::is_same_route(const rib::PathView* before, const rib::PathView* after) const {
  if (!before || !after) return before == after;
  const auto peer = before->peer ? peers_.find(*before->peer) : peers_.end();
  const auto source = peer == peers_.end() ? std::nullopt : std::optional(peer->second.shadow);
  return source == after->peer && before->is_suppressed == after->is_suppressed &&
         *before->attributes == *after->attributes;
}

/// In order, which a choice of some of them goes by.
bool Forecast::are_same_paths(const std::optional<rib::DestinationView>& before,
                              const std::optional<rib::DestinationView>& after) const {
  if (!before || !after) return !before && !after;
  return std::ranges::equal(before->paths, after->paths, [&](const auto& one, const auto& other) {
    return is_same_route(&one, &other) && counts(one) == counts(other) && one.path_id == other.path_id;
  });
}

/// Paths are told apart by their attributes alone: by which number a peer knows them is no matter.
void Forecast::compare_all_sent(const Audience& audience, const Prefix& prefix) {
  for (const auto& member : audience.members) {
    auto before = engine_.sent_to(member.real, prefix),
         after = shadow_->engine.sent_to(member.shadow, prefix);
    std::erase_if(before, [&](const auto& route) {
      const auto same = std::ranges::find(after, route.attributes, &rib::AdvertisedRoute::attributes);
      if (same == after.end()) return false;
      after.erase(same);
      return true;
    });
    const auto both = std::min(before.size(), after.size());
    for (std::size_t i = 0; i < both; ++i) member.told->changed.add(prefix);
    for (auto i = both; i < before.size(); ++i) member.told->withdrawn.add(prefix);
    for (auto i = both; i < after.size(); ++i) member.told->announced.add(prefix);
  }
}

void Forecast::compare_paths(const rib::DestinationView& before, const rib::DestinationView& after) {
  for (const auto& path : before.paths) {
    const auto peer = path.peer ? peers_.find(*path.peer) : peers_.end();
    if (peer == peers_.end() || !peer->second.told) continue;
    const auto* then = path_of(after, peer->second.shadow, path.path_id);
    if (!then || counts(path) == counts(*then)) continue;
    ++(counts(*then) ? peer->second.told->accepted : peer->second.told->refused);
  }
}

/// One answer holds for all, but for who sent us the route before or after.
void Forecast::compare_sent(const Audience& audience, const Prefix& prefix, const rib::PathView* best_before,
                            const rib::PathView* best_after) {
  const auto is_source = [&](const Member& member) {
    return (best_before && best_before->peer == member.real) ||
           (best_after && best_after->peer == member.shadow);
  };
  const auto ask = [&](const Member& member) {
    return std::pair(engine_.exported_to(member.real, prefix),
                     shadow_->engine.exported_to(member.shadow, prefix));
  };
  std::optional<std::pair<Exported, Exported>> common;
  for (const auto& member : audience.members) {
    if (is_source(member)) {
      const auto own = ask(member);
      compare_sent(member, prefix, own.first, own.second);
      continue;
    }
    if (!common) common = ask(member);
    compare_sent(member, prefix, common->first, common->second);
  }
}

void Forecast::compare_sent(const Member& member, const Prefix& prefix, const Exported& before,
                            const Exported& after) {
  if (before.state == ExportState::NotInKernel) return;  // who knows what the kernel will say
  const bool was_sent = before.state == ExportState::Sent, is_sent = after.state == ExportState::Sent;
  if (is_sent && !was_sent) member.told->announced.add(prefix);
  if (was_sent && !is_sent) member.told->withdrawn.add(prefix);
  if (was_sent && is_sent && before.attributes != after.attributes) member.told->changed.add(prefix);
}

void Forecast::note_defaults() {
  for (auto& audience : audiences_) {
    if (!audience.makes_up_default || audience.default_after) continue;
    const auto prefix = Prefix::default_route(afi_of(audience.family));
    const auto after = shadow_->engine.exported_to(audience.members.front().shadow, prefix);
    audience.default_after = after.state == ExportState::Sent;
  }
}

void Forecast::compare_defaults() {
  for (const auto& audience : audiences_) {
    if (!audience.makes_up_default) continue;
    const auto prefix = Prefix::default_route(afi_of(audience.family));
    for (const auto& member : audience.members) {
      const bool was_sent = engine_.exported_to(member.real, prefix).state == ExportState::Sent;
      if (audience.default_after && !was_sent) member.told->announced.add(prefix);
      if (was_sent && !audience.default_after) member.told->withdrawn.add(prefix);
    }
  }
}

std::vector<Forecast::Neighbor> Forecast::neighbors() const {
  std::vector<Neighbor> touched;
  for (const auto& neighbor : neighbors_)
    if (neighbor->is_touched()) touched.push_back(*neighbor);
  return touched;
}

}  // namespace bgpd
