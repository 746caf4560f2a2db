// The set clauses of route maps: each one function of the attributes.
#include <algorithm>
#include <bit>
#include <ranges>

#include "rib/policy/compiled.hpp"

namespace rib {
namespace {

using Set = RouteMapClause::Set;

// --- AS path

/// Keeps what `wanted` keeps, as `changed` makes it; segments that are empty then go.
template <typename Change>
AsPath rebuilt(const AsPath& path, const Change& change) {
  auto segments = path.segments();
  for (auto& segment : segments) change(segment.as_numbers);
  std::erase_if(segments, [](const AsPath::Segment& segment) { return segment.as_numbers.empty(); });
  return AsPath(segments);
}

void set_as_path(const Set& set, const PolicySubject& subject, AsPath& path) {
  if (!set.exclude.empty())
    path = rebuilt(path, [&](auto& numbers) {
      std::erase_if(numbers,
                    [&](AsNumber as) { return std::ranges::find(set.exclude, as) != set.exclude.end(); });
    });
  if (set.prepend) {
    for (const auto as : set.prepend->as_numbers | std::views::reverse) path = path.prepended(as);
    if (const auto first = path.first(); first && set.prepend->last_as_times > 0)
      path = path.prepended(*first, set.prepend->last_as_times);
  }
  if (set.replace && subject.own_as != 0)
    path = rebuilt(path, [&](auto& numbers) {
      for (auto& as : numbers)
        if (!*set.replace || **set.replace == as) as = subject.own_as;
    });
}

// --- communities

template <typename Value>
void remove_listed(const CommunityMatcher<Value>* list, CompactArray<Value>& values) {
  if (!list || values.empty()) return;
  std::vector<Value> kept;
  for (const auto& value : values)
    if (!list->permits_one(value)) kept.push_back(value);
  if (kept.size() != values.size()) values = CompactArray<Value>(std::span<const Value>(kept));
}

template <typename Value>
void add_values(std::span<const Value> added, CompactArray<Value>& values) {
  std::vector<Value> all(values.begin(), values.end());
  for (const auto& value : added)
    if (std::ranges::find(all, value) == all.end()) all.push_back(value);
  values = CompactArray<Value>(std::span<const Value>(all));
}

template <typename Value>
void set_values(const std::optional<CommunitySet<Value>>& set, CompactArray<Value>& values) {
  if (!set) return;
  if (!set->additive) values = {};
  add_values(std::span<const Value>(set->values), values);
}

/// draft-ietf-idr-link-bandwidth: the AS, and octets a second as an IEEE 754 number.
ExtendedCommunity encoded(const LinkBandwidth& bandwidth, AsNumber as) {
  ExtendedCommunity community;
  const auto two_octets = as > 0xffff ? kAsTrans : as;
  const auto bits =
      std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<double>(bandwidth.megabits) * 1e6 / 8));
  community.octets = {static_cast<std::uint8_t>(bandwidth.non_transitive ? 0x40 : 0x00), 0x04};
  community.octets[2] = static_cast<std::uint8_t>(two_octets >> 8);
  community.octets[3] = static_cast<std::uint8_t>(two_octets);
  for (unsigned i = 0; i < 4; ++i) community.octets[4 + i] = static_cast<std::uint8_t>(bits >> (24 - 8 * i));
  return community;
}

bool is_link_bandwidth(const ExtendedCommunity& community) {
  return (community.octets[0] & 0x3f) == 0 && community.octets[1] == 0x04;
}

/// As in FRR, route targets and origins are added to what is there; a link bandwidth takes the place of
/// another.
bool sets_extended(const Set& set) {
  return set.no_extended_communities || set.bandwidth || !set.route_targets.empty() ||
         !set.route_origins.empty();
}

void set_extended(const Set& set, const PolicySubject& subject, CompactArray<ExtendedCommunity>& values) {
  using Values = std::span<const ExtendedCommunity>;
  if (set.no_extended_communities) values = {};
  if (set.bandwidth) {
    std::vector<ExtendedCommunity> others(values.begin(), values.end());
    std::erase_if(others, is_link_bandwidth);
    others.push_back(encoded(*set.bandwidth, subject.own_as));
    values = CompactArray<ExtendedCommunity>(Values(others));
  }
  if (!set.route_targets.empty()) add_values(Values(set.route_targets), values);
  if (!set.route_origins.empty()) add_values(Values(set.route_origins), values);
}

// --- next hop

/// Towards the peer that is our own end of the session, from the peer that is the peer.
const IpAddress* peer_address(const PolicySubject& subject) {
  return subject.own_address ? subject.own_address : subject.peer;
}

void set_next_hop(const Set& set, const SetContext& context) {
  auto& attributes = context.attributes;
  const auto& subject = context.subject;
  const auto use = [&](const IpAddress& address) {
    // A link-local next hop that belonged to another global one would win over it in the kernel.
    attributes.next_hop = address;
    attributes.rare.set(&RareAttributes::link_local_next_hop, {});
    context.next_hop_set = true;
  };
  if (subject.prefix.family() == Family::Ipv4Unicast) {
    if (!set.next_hop) return;
    const auto* peer = peer_address(subject);
    if (set.next_hop->kind == NextHopChoice::Kind::Address) use(set.next_hop->address);
    if (set.next_hop->kind == NextHopChoice::Kind::PeerAddress && peer && peer->is_v4()) use(*peer);
  } else {
    if (set.next_hop_global) use(*set.next_hop_global);
    if (set.next_hop_peer_address)
      if (const auto* peer = peer_address(subject); peer && peer->is_v6()) use(*peer);
    if (set.next_hop_local) {
      attributes.rare.edit().link_local_next_hop = *set.next_hop_local;
      context.next_hop_set = true;
    }
    if (set.prefer_global && !attributes.next_hop.is_link_local())
      attributes.rare.set(&RareAttributes::link_local_next_hop, {});
  }
  if (set.next_hop && set.next_hop->kind == NextHopChoice::Kind::Unchanged) context.next_hop_set = true;
}

}  // namespace

void do_sets(const CompiledClause& compiled, const SetContext& context) {
  const auto& set = compiled.clause->set;
  auto& attributes = context.attributes;
  set_as_path(set, context.subject, attributes.as_path);
  remove_listed(compiled.delete_communities, attributes.communities);
  set_values(set.communities, attributes.communities);
  if (compiled.delete_large_communities || set.large_communities) {
    auto& values = attributes.rare.edit().large_communities;
    remove_listed(compiled.delete_large_communities, values);
    set_values(set.large_communities, values);
  }
  if (sets_extended(set)) set_extended(set, context.subject, attributes.rare.edit().extended_communities);
  set_next_hop(set, context);
  if (set.local_preference)
    attributes.local_pref = set.local_preference->of(attributes.local_pref.value_or(0));
  if (set.metric) attributes.med = set.metric->of(attributes.med.value_or(0));
  if (set.metric_is_igp && context.subject.next_hop.metric) attributes.med = *context.subject.next_hop.metric;
  if (set.origin) attributes.origin = *set.origin;
  if (set.originator_id) attributes.rare.edit().originator_id = *set.originator_id;
  if (set.aggregator) attributes.rare.edit().aggregator = *set.aggregator;
  if (set.atomic_aggregate) attributes.atomic_aggregate = true;
  if (set.weight) attributes.weight = *set.weight;
  if (set.tag) attributes.rare.edit().tag = *set.tag;
  if (set.distance) attributes.distance = *set.distance;
}

}  // namespace rib
