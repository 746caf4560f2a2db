#include "rib/aggregate_tally.hpp"

#include <algorithm>

namespace rib {
namespace {

using Type = AsPath::SegmentType;

bool is_confederations(Type type) { return type == Type::ConfedSequence || type == Type::ConfedSet; }

std::vector<AsNumber> leading_sequence(const AsPath& path) {
  std::vector<AsNumber> numbers;
  for (const auto& segment : path.segments()) {
    if (is_confederations(segment.type)) continue;
    if (segment.type != Type::Sequence) break;
    numbers.insert(numbers.end(), segment.as_numbers.begin(), segment.as_numbers.end());
  }
  return numbers;
}

/// True when the value is new or gone.
template <typename Value>
bool change(std::map<Value, std::uint32_t>& counts, const Value& value, bool comes) {
  if (comes) return ++counts[value] == 1;
  const auto known = counts.find(value);
  if (--known->second > 0) return false;
  counts.erase(known);
  return true;
}

void change(std::uint32_t& count, bool comes) { count = comes ? count + 1 : count - 1; }

/// Each once, in ascending order.
template <typename Value>
CompactArray<Value> united(const std::map<Value, std::uint32_t>& counts) {
  std::vector<Value> values;
  for (const auto& [value, count] : counts) values.push_back(value);
  return CompactArray<Value>(std::span<const Value>(values));
}

}  // namespace

void AggregateTally::count(const PathAttributes& attributes, bool comes) {
  change(total_, comes);
  if (attributes.atomic_aggregate) change(atomic_, comes);
  if (!attributes.as_path.empty()) change(with_path_, comes);
  if (!attributes.med) change(without_med_, comes);
  change(origins_, attributes.origin, comes);
  change(meds_, attributes.med.value_or(0), comes);
  if (as_set_) count_members(attributes, comes);
}

void AggregateTally::count_members(const PathAttributes& attributes, bool comes) {
  bool differs = change(leading_, leading_sequence(attributes.as_path), comes);
  attributes.as_path.for_each([&](Type type, AsNumber as) {
    if (!is_confederations(type)) differs |= change(as_numbers_, as, comes);
  });
  for (const auto& value : attributes.communities) differs |= change(communities_, value, comes);
  for (const auto& value : attributes.rare->extended_communities)
    differs |= change(extended_communities_, value, comes);
  for (const auto& value : attributes.rare->large_communities)
    differs |= change(large_communities_, value, comes);
  if (differs) members_.reset();
}

const AggregateTally::Members& AggregateTally::members() const {
  if (!members_)
    members_ =
        Members{path(), united(communities_), united(extended_communities_), united(large_communities_)};
  return *members_;
}

/// The sequence that all paths begin with, then an AS_SET of whatever else stands in any of them.
AsPath AggregateTally::path() const {
  // In order of their numbers, what the first and the last begin with, all do.
  const auto &first = leading_.begin()->first, &last = leading_.rbegin()->first;
  const std::vector<AsNumber> common(first.begin(), std::ranges::mismatch(first, last).in1);
  std::vector<AsNumber> rest;
  for (const auto& [as, count] : as_numbers_)
    if (std::ranges::find(common, as) == common.end()) rest.push_back(as);
  std::vector<AsPath::Segment> segments;
  if (!common.empty()) segments.push_back({Type::Sequence, common});
  if (!rest.empty()) segments.push_back({Type::Set, rest});
  return AsPath(segments);
}

std::optional<PathAttributes> AggregateTally::aggregated(const AggregateRule& rule,
                                                         const Speaker& speaker) const {
  if (empty() || (rule.matching_med_only && meds_.size() > 1)) return std::nullopt;
  PathAttributes result;
  result.origin = rule.origin.value_or(origins_.rbegin()->first);  // the least reliable one
  // RFC 4271 §5.1.6: once set it stays, and so it is where AS numbers are left out.
  result.atomic_aggregate = atomic_ > 0 || (!rule.as_set && with_path_ > 0);
  if (rule.matching_med_only && without_med_ < total_) result.med = meds_.begin()->first;
  if (rule.as_set) {
    const auto& all = members();
    result.as_path = all.as_path;
    result.communities = all.communities;  // RFC 1997
    result.rare.edit().extended_communities = all.extended_communities;
    result.rare.edit().large_communities = all.large_communities;
  }
  result.rare.edit().aggregator = Aggregator{speaker.as, speaker.identifier};
  return result;
}

}  // namespace rib
