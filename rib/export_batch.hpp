// A slice of destinations sorted into buckets of equal (attributes, source peer): what one announcement can
// carry. Made once for a slice and read by every group.
#pragma once

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
  };

  /// From the change log: each position remembers what was told before.
  void load(const LocRib& loc_rib, Family family, std::span<const Change> changes);
  /// From a walk of the table: destinations with a best path only, nothing told before.
  void load(const LocRib& loc_rib, Family family, std::span<const Table::Id> ids);

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
  bool resend(std::uint32_t position) const { return resend_[position]; }

 private:
  struct Key {
    const AttributeSet* attributes;
    std::uint32_t source;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    using is_avalanching = void;
    std::size_t operator()(const Key& key) const {
      return hash_mix(reinterpret_cast<std::uintptr_t>(key.attributes), key.source);
    }
  };
  template <typename IdOf>
  void load(const Table& table, std::size_t count, IdOf id_of);

  std::vector<Bucket> buckets_;
  std::vector<Table::Id> ids_;
  std::vector<Nlri> nlri_;
  std::vector<const Change*> changes_;
  std::vector<bool> resend_;
  // scratch
  std::vector<std::uint32_t> bucket_of_, order_;
  boost::unordered_flat_map<Key, std::uint32_t, KeyHash> index_;
};

}  // namespace rib
