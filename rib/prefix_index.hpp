// The index of a table: an open-addressed set of destination ids, 4 octets a slot. The prefix itself stands
// in the destination only; what bits the ids leave free hold a part of the hash, so that a lookup that passes
// a wrong slot almost never touches a destination: one cache miss here, one there.
//
//   slot = | part of the hash | id + 1 |      0: empty      id field all ones: deleted
//
// Knows nothing of destinations: the table compares, and fills a new index in the order of memory.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>

namespace rib {

class PrefixIndex {
 public:
  using Id = std::uint32_t;
  static constexpr Id kNone = UINT32_MAX;

  PrefixIndex() = default;
  /// For about `capacity` ids below `end_id`.
  PrefixIndex(std::size_t capacity, Id end_id);

  std::size_t size() const { return size_; }
  /// Whether an insertion of `id` must be preceded by a rebuild.
  bool needs_rebuild(Id id) const { return (used_ + 1) * 4 > slot_count_ * 3 || id + 1 >= id_mask_; }
  bool is_sparse() const { return slot_count_ > 8192 && size_ < slot_count_ / 8; }
  std::size_t memory_bytes() const { return slot_count_ * sizeof(std::uint32_t); }

  /// The id with this hash that `is_equal(id)` confirms, or kNone.
  template <typename IsEqual>
  Id find(std::uint64_t hash, IsEqual&& is_equal) const {
    if (slot_count_ == 0) return kNone;
    const auto tag = tag_of(hash);
    for (auto i = home_of(hash); slots_[i] != 0; i = next(i)) {
      const auto slot = slots_[i];
      if ((slot & ~id_mask_) == tag && (slot & id_mask_) != id_mask_ && is_equal((slot & id_mask_) - 1)) {
        return (slot & id_mask_) - 1;
      }
    }
    return kNone;
  }
  /// Fetches the hash's slots into the cache, and afterwards (in another call) tells what stands in the
  /// first.
  // always_inline, here and in its callers: GCC takes a function of nothing but prefetches for one without
  // effect and leaves its calls out.
  [[gnu::always_inline]] void prefetch(std::uint64_t hash) const {
    if (slot_count_ != 0) __builtin_prefetch(&slots_[home_of(hash)]);
  }
  /// The first id that may be the hash's; kNone when there is none.
  Id guess(std::uint64_t hash) const {
    return find(hash, [](Id) { return true; });
  }

  /// The id must not be there yet, and needs_rebuild(id) must be false.
  void insert(std::uint64_t hash, Id id);
  void erase(std::uint64_t hash, Id id);

 private:
  std::uint32_t tag_of(std::uint64_t hash) const { return static_cast<std::uint32_t>(hash) & ~id_mask_; }
  std::size_t home_of(std::uint64_t hash) const {
    // The high half picks the slot, the low half is the tag: independent bits.
    return static_cast<std::size_t>(((hash >> 32) * slot_count_) >> 32);
  }
  std::size_t next(std::size_t i) const { return i + 1 == slot_count_ ? 0 : i + 1; }
  std::size_t previous(std::size_t i) const { return i == 0 ? slot_count_ - 1 : i - 1; }

  struct Free {
    void operator()(std::uint32_t* slots) const;
  };
  std::unique_ptr<std::uint32_t[], Free> slots_;
  std::size_t slot_count_ = 0;
  std::size_t size_ = 0;
  std::size_t used_ = 0;       // slots that are not empty: ids and deleted ones
  std::uint32_t id_mask_ = 0;  // of a slot; the rest is the tag
};

}  // namespace rib
