#include "rib/path_attributes.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "rib/attribute_store.hpp"
#include "rib/hash.hpp"

namespace rib {
namespace {

template <typename T>
std::uint64_t word_of(const std::optional<T>& value) {
  return value ? std::uint64_t{1} << 32 | *value : 0;
}

}  // namespace

bool PathAttributes::has_community(Community c) const {
  return std::find(communities.begin(), communities.end(), c) != communities.end();
}

std::optional<double> link_bandwidth(const PathAttributes& attributes) {
  constexpr std::uint8_t kTwoOctetAs = 0x00, kNonTransitive = 0x40, kLinkBandwidth = 0x04;
  for (const auto& community : attributes.rare->extended_communities) {
    const auto& octets = community.octets;
    if ((octets[0] & ~kNonTransitive) != kTwoOctetAs || octets[1] != kLinkBandwidth) continue;
    const auto bits = std::uint32_t{octets[4]} << 24 | std::uint32_t{octets[5]} << 16 |
                      std::uint32_t{octets[6]} << 8 | octets[7];
    const double value = std::bit_cast<float>(bits);  // IEEE 754 on the wire and here
    if (std::isfinite(value) && value > 0) return value;
  }
  return std::nullopt;
}

std::uint64_t RareAttributes::hash(std::uint64_t seed) const {
  auto h = seed;
  if (link_local_next_hop) h = hash_mix(h, link_local_next_hop->hash());
  if (!extended_communities.empty()) h = hash_values(h ^ 16, extended_communities.span());
  if (!large_communities.empty()) h = hash_values(h ^ 32, large_communities.span());
  if (originator_id) h = hash_mix(h ^ 9, *originator_id);
  if (!cluster_list.empty()) h = hash_values(h ^ 10, cluster_list.span());
  if (aggregator) h = hash_mix(h ^ 7, std::uint64_t{aggregator->as} << 32 | aggregator->address);
  if (only_to_customer) h = hash_mix(h ^ 35, *only_to_customer);
  if (tag != 0) h = hash_mix(h ^ 129, tag);
  if (!unknown_transitive.empty()) h = hash_octets(h ^ 64, unknown_transitive.span());
  return h;
}

std::uint64_t PathAttributes::hash() const {
  auto h = hash_mix(static_cast<std::uint64_t>(origin) << 1 | atomic_aggregate, as_path.hash());
  h = hash_mix(h, next_hop.hash());
  h = hash_mix(h, word_of(med) << 16 ^ word_of(local_pref));
  if (!communities.empty()) h = hash_values(h ^ 8, communities.span());
  if (weight != 0 || distance != 0) h = hash_mix(h ^ 128, std::uint64_t{distance} << 32 | weight);
  return rare.is_default() ? h : rare->hash(h);
}

std::size_t RareAttributes::heap_bytes() const {
  return sizeof *this + extended_communities.heap_bytes() + large_communities.heap_bytes() +
         cluster_list.heap_bytes() + unknown_transitive.heap_bytes();
}

std::size_t PathAttributes::heap_bytes() const {
  return as_path.heap_bytes() + communities.heap_bytes() + (rare.is_default() ? 0 : rare->heap_bytes());
}

AttributeSet* AttributeSet::make(const PathAttributes& value, std::uint32_t hash, AttributeSet* received,
                                 AttributeStore& store) {
  auto* const memory = static_cast<std::byte*>(::operator new(sizeof(AttributeSet) + value.placed_bytes()));
  return new (memory) AttributeSet(value, hash, received, store, memory + sizeof(AttributeSet));
}

void AttributeSet::destroy() {
  this->~AttributeSet();
  ::operator delete(this);
}

AttributeSet::AttributeSet(const PathAttributes& value, std::uint32_t hash, AttributeSet* received,
                           AttributeStore& store, std::byte* place)
    : value_(value, place), received_(received), store_(store), hash_(hash) {
  if (received_) ++received_->references_;
  const auto length = value_.as_path.length();
  as_path_length_ =
      static_cast<std::uint16_t>(std::min<unsigned>(length, std::numeric_limits<std::uint16_t>::max()));
  const auto neighbor = value_.as_path.first();
  has_neighbor_as_ = neighbor.has_value();
  neighbor_as_ = neighbor.value_or(0);
  is_long_lived_stale_ = value_.has_community(kLlgrStale);
}

AttributeSet::~AttributeSet() {
  if (received_ && --received_->references_ == 0) Attributes::release(received_);
}

void Attributes::release(AttributeSet* set) { set->store_.forget(set); }

}  // namespace rib
