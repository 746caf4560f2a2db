// All destinations of one family.
//
// Destinations stand in chunks that never move, and have dense 32-bit ids: bitmaps and change logs name them
// by id. The index is an open-addressed set of ids that looks into the destinations, so a prefix is stored
// once.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "rib/destination.hpp"
#include "rib/prefix_index.hpp"

namespace rib {

class Table {
 public:
  using Id = std::uint32_t;
  static constexpr Id kChunkSize = 1024;

  Table() = default;
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  Destination& operator[](Id id) { return chunks_[id / kChunkSize]->at(id % kChunkSize); }
  const Destination& operator[](Id id) const { return chunks_[id / kChunkSize]->at(id % kChunkSize); }

  std::optional<Id> find(const Prefix& prefix) const;
  /// The destination's id, and whether it is new (then without paths).
  std::pair<Id, bool> find_or_insert(const Prefix& prefix);
  /// Two steps that hide memory's latency in loops over many prefixes: prefetch() some prefixes ahead, then
  /// prefetch_destination() a few ahead, then find().
  [[gnu::always_inline]] void prefetch(const Prefix& prefix) const { index_.prefetch(prefix.hash()); }
  [[gnu::always_inline]] void prefetch_destination(const Prefix& prefix) const {
    if (const auto id = index_.guess(prefix.hash()); id != PrefixIndex::kNone)
      chunks_[id / kChunkSize]->prefetch(id % kChunkSize);
  }
  /// Asks for the memory that erase() of a destination without paths will touch.
  [[gnu::always_inline]] void prefetch_erase(Id id) const {
    if ((*this)[id].empty()) index_.prefetch((*this)[id].prefix.hash());
  }
  /// The id may be given to another prefix from here on.
  void erase(Id id);

  std::size_t size() const { return index_.size(); }
  /// One past the greatest id in use. Walks go from 0 to here and ask is_live().
  Id end_id() const { return static_cast<Id>(chunks_.size()) * kChunkSize; }
  bool is_live(Id id) const {
    return chunks_[id / kChunkSize] && chunks_[id / kChunkSize]->is_live(id % kChunkSize);
  }
  /// Calls visit(id, destination) for all, in order of ids.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (Id chunk = 0; chunk < chunks_.size(); ++chunk)
      if (chunks_[chunk])
        chunks_[chunk]->for_each(
            [&](Id i, const Destination& destination) { visit(chunk * kChunkSize + i, destination); });
  }
  bool has_chunk(Id chunk) const { return chunk < chunks_.size() && chunks_[chunk] != nullptr; }

  /// Tells the prefixes that hold the address, longest first, until `accept(id)` says true; that one's id.
  template <typename Accept>
  std::optional<Id> longest_match(const IpAddress& address, Accept&& accept) const {
    for (auto length = static_cast<int>(address.bit_count()); length >= 0; --length) {
      if (count_by_length_[static_cast<std::size_t>(length)] == 0) continue;
      const auto id = find(Prefix(address, static_cast<unsigned>(length)));
      if (id && accept(*id)) return id;
    }
    return std::nullopt;
  }

  /// The chunks; paths on the heap are the caller's to add.
  std::size_t memory_bytes() const;
  std::size_t index_bytes() const { return index_.memory_bytes(); }

 private:
  class Chunk {
   public:
    Chunk() = default;
    ~Chunk();
    Chunk(const Chunk&) = delete;
    Chunk& operator=(const Chunk&) = delete;
    Destination& at(Id i) { return *reinterpret_cast<Destination*>(storage_ + i * sizeof(Destination)); }
    template <typename Visit>
    void for_each(const Visit& visit) const {
      for (Id word = 0; word < live_.size(); ++word)
        for (auto bits = live_[word]; bits != 0; bits &= bits - 1) {
          const auto i = word * 64 + static_cast<Id>(std::countr_zero(bits));
          visit(i, *reinterpret_cast<const Destination*>(storage_ + i * sizeof(Destination)));
        }
    }
    bool is_live(Id i) const { return (live_[i / 64] >> (i % 64) & 1) != 0; }
    bool is_full() const { return count_ == kChunkSize; }
    bool is_empty() const { return count_ == 0; }
    Id create(const Prefix& prefix);
    void destroy(Id i);
    [[gnu::always_inline]] void prefetch(Id i) const {
      __builtin_prefetch(storage_ + i * sizeof(Destination));
      __builtin_prefetch(storage_ + (i + 1) * sizeof(Destination) - 1);
    }

   private:
    std::array<std::uint64_t, kChunkSize / 64> live_{};
    Id count_ = 0;
    alignas(Destination) std::byte storage_[kChunkSize * sizeof(Destination)];
  };

  Id look_up(const Prefix& prefix, std::uint64_t hash) const;
  /// A new index for `capacity` ids. Filled in id order: destinations are read in the order of memory.
  void rebuild_index(std::size_t capacity);

  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::vector<Id> chunks_with_room_;
  std::vector<Id> chunks_absent_;
  std::array<std::uint32_t, 129> count_by_length_{};
  PrefixIndex index_;
};

}  // namespace rib
