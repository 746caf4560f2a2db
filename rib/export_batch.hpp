// A slice of destinations sorted into buckets of equal (attributes, source peer): what one announcement can
// carry. Made once for a slice and read by every group.
#pragma once

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <span>
#include <vector>

#include "rib/hash.hpp"
#include "rib/loc_rib.hpp"

namespace rib {

class ExportBatch {
 public:
  struct Bucket {
    const AttributeSet* attributes;  // nullptr: these destinations have no best path
    std::uint32_t source;            // peer index, kLocalPeer for our own routes
    std::uint32_t begin, end;        // positions in the batch
    bool suppressed = false;         // an aggregate stands for them
  };

  /// From the change log: each position remembers what was told before.
  void load(const LocRib& loc_rib, Family family, std::span<const Change> changes);
  /// From a walk of the table: destinations with a best path only, nothing told before.
  void load(const LocRib& loc_rib, Family family, std::span<const Table::Id> ids);
  /// The same destinations with each bucket parted once more: `part_of(number, position)` of `whole` gives
  /// each of a bucket's positions the number of its part: 0, or at most one more than those before it.
  template <typename PartOf>
  void load_parted(const ExportBatch& whole, PartOf part_of);

  std::span<const Bucket> buckets() const { return buckets_; }
  Table::Id id(std::uint32_t position) const { return ids_[position]; }
  const Nlri& nlri(std::uint32_t position) const { return nlri_[position]; }
  std::span<const Nlri> nlri(const Bucket& bucket) const {
    return std::span(nlri_).subspan(bucket.begin, bucket.end - bucket.begin);
  }
  /// nullptr when the batch is of a walk.
  const Change* change(std::uint32_t position) const {
    return changes_.empty() ? nullptr : changes_[position];
  }

 private:
  struct Key {
    const AttributeSet* attributes;
    std::uint32_t source;
    bool suppressed;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    using is_avalanching = void;
    std::size_t operator()(const Key& key) const {
      return hash_mix(reinterpret_cast<std::uintptr_t>(key.attributes),
                      key.source ^ (key.suppressed ? 0x80000000u : 0u));
    }
  };
  template <typename IdOf>
  void load(const Table& table, std::size_t count, IdOf id_of);

  std::vector<Bucket> buckets_;
  std::vector<Table::Id> ids_;
  std::vector<Nlri> nlri_;
  std::vector<const Change*> changes_;
  // scratch
  std::vector<std::uint32_t> bucket_of_, order_;
  boost::unordered_flat_map<Key, std::uint32_t, KeyHash> index_;
};

template <typename PartOf>
void ExportBatch::load_parted(const ExportBatch& whole, PartOf part_of) {
  buckets_.clear();
  ids_.clear();
  nlri_.clear();
  changes_.clear();
  for (std::uint32_t number = 0; number < whole.buckets_.size(); ++number) {
    const auto& bucket = whole.buckets_[number];
    std::uint32_t parts = 0;
    bucket_of_.clear();
    for (auto position = bucket.begin; position < bucket.end; ++position) {
      bucket_of_.push_back(part_of(number, position));
      parts = std::max(parts, bucket_of_.back() + 1);
    }
    for (std::uint32_t part = 0; part < parts; ++part) {
      const auto begin = static_cast<std::uint32_t>(ids_.size());
      for (auto position = bucket.begin; position < bucket.end; ++position) {
        if (bucket_of_[position - bucket.begin] != part) continue;
        ids_.push_back(whole.ids_[position]);
        nlri_.push_back(whole.nlri_[position]);
        if (!whole.changes_.empty()) changes_.push_back(whole.changes_[position]);
      }
      buckets_.push_back({bucket.attributes, bucket.source, begin, static_cast<std::uint32_t>(ids_.size()),
                          bucket.suppressed});
    }
  }
}

}  // namespace rib
