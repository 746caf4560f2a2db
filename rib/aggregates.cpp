#include "rib/aggregates.hpp"

#include <algorithm>

namespace rib {
namespace {

PolicyChain chain_of(const std::string& route_map) {
  PolicyChain chain;
  chain.route_map = route_map;
  return chain;
}

}  // namespace

void Aggregates::set_rules(const std::map<Prefix, AggregateRule>& rules, TimePoint now) {
  const auto is_known = [](const State& state, const auto& rule) {
    return state.prefix == rule.first && state.rule == rule.second;
  };
  if (std::equal(states_.begin(), states_.end(), rules.begin(), rules.end(), is_known)) return;
  std::vector<State> states;
  for (const auto& [prefix, rule] : rules) {
    const auto known =
        std::find_if(states_.begin(), states_.end(), [&, &p = prefix](auto& s) { return s.prefix == p; });
    auto& state = states.emplace_back();
    if (known != states_.end()) state = std::move(*known);
    state.is_dirty |= state.rule != rule;
    if (known == states_.end() || state.rule.as_set != rule.as_set) {  // other counts: from the beginning
      state.contributors.clear();
      state.tally = AggregateTally(rule.as_set);
      state.counted_below = 0;
    }
    state.prefix = prefix;
    state.rule = rule;
  }
  for (const auto& old : states_)
    if (!rules.contains(old.prefix)) local_routes_.remove(old.prefix, LocalSource::Aggregated, now);
  states_ = std::move(states);
  dirty_ = true;
  start_walk();
}

void Aggregates::policies_changed(const Policies& before) {
  for (auto& state : states_) {
    if (!before.differs(chain_of(state.rule.route_map), policies_) &&
        !before.differs(chain_of(state.rule.suppress_map), policies_))
      continue;
    dirty_ = state.is_dirty = true;
    start_walk();
  }
}

void Aggregates::speaker_changed() {
  for (auto& state : states_) dirty_ = state.is_dirty = true;
}

void Aggregates::start_walk() {
  walks_ = true;
  walk_family_ = 0;
  walk_position_ = 0;
}

void Aggregates::count(State& state, const Attributes& attributes, bool comes) {
  auto& [kept, number] = state.contributors[attributes.set()];
  if (comes) {
    if (number++ > 0) return;
    kept = attributes;
    state.tally.add(*attributes);
  } else {
    if (--number > 0) return;
    state.tally.remove(*attributes);
    state.contributors.erase(attributes.set());
  }
  dirty_ = state.is_dirty = true;
}

bool Aggregates::is_suppressed(const Destination& destination) const {
  if (!destination.best()) return false;
  return std::any_of(states_.begin(), states_.end(), [&](const State& state) {
    if (!state.suppresses || !state.covers(destination.prefix)) return false;
    if (state.rule.summary_only) return true;
    if (state.rule.suppress_map.empty()) return false;
    auto attributes = *destination.best()->attributes;
    const bool is_local = destination.best()->is_local();
    const PolicySubject subject{
        .prefix = destination.prefix,
        .source_protocol = is_local ? local_routes_.protocol_of(destination.prefix) : SourceProtocol::Bgp};
    return policies_.apply(chain_of(state.rule.suppress_map), subject, attributes).permitted;
  });
}

bool Aggregates::update_suppression(Destination& destination) {
  const bool is = is_suppressed(destination);
  if (is == destination.has(Destination::Suppressed)) return false;
  destination.set(Destination::Suppressed, is);
  return true;
}

void Aggregates::note(Family family, std::span<const Change> changes) {
  if (states_.empty()) return;
  for (const auto& change : changes) {
    auto& destination = loc_rib_.at(family, change.id);
    const auto* best = destination.best();
    for (auto& state : states_) {
      if (change.id >= state.counted_below || !state.covers(destination.prefix)) continue;
      if (best && best->attributes == change.before) continue;
      if (best) count(state, best->attributes, true);
      if (change.before) count(state, change.before, false);
    }
    if (update_suppression(destination)) destination.set(Destination::Resend, true);
  }
}

void Aggregates::run(std::size_t budget, TimePoint now) {
  if (walks_) return walk(budget);
  if (!std::exchange(dirty_, false)) return;
  for (auto& state : states_)
    if (std::exchange(state.is_dirty, false)) publish(state, now);
}

void Aggregates::publish(State& state, TimePoint now) {
  bool stands = true;  // without contributors nothing is covered
  if (auto attributes = state.tally.aggregated(state.rule, speaker_)) {
    attributes->next_hop = IpAddress::unspecified(state.prefix.afi());
    stands = local_routes_.set(state.prefix, LocalSource::Aggregated,
                               {std::move(*attributes), state.rule.route_map}, now);
  } else {
    local_routes_.remove(state.prefix, LocalSource::Aggregated, now);
    stands = state.tally.empty();
  }
  // First the aggregate is told, then what it covers is withdrawn.
  if (std::exchange(state.suppresses, stands) != stands) start_walk();
}

void Aggregates::mark_counted(Family family) {
  for (auto& state : states_) {
    if (state.prefix.family() == family) state.counted_below = std::max(state.counted_below, walk_position_);
  }
}

void Aggregates::walk(std::size_t budget) {
  while (walk_family_ < kFamilyCount) {
    const auto family = kFamilies[walk_family_];
    auto& table = loc_rib_.table(family);
    for (; walk_position_ < table.end_id(); ++walk_position_) {
      const auto id = walk_position_;
      if (!table.has_chunk(id / Table::kChunkSize) || !table.is_live(id)) continue;
      if (budget-- == 0) return mark_counted(family);
      auto& destination = table[id];
      for (auto& state : states_) {
        if (id < state.counted_below || !state.covers(destination.prefix)) continue;
        if (const auto* best = destination.best()) count(state, best->attributes, true);
      }
      if (update_suppression(destination)) loc_rib_.touch(family, id, true);
    }
    walk_position_ = kAll;
    mark_counted(family);
    ++walk_family_;
    walk_position_ = 0;
  }
  walks_ = false;
}

}  // namespace rib
