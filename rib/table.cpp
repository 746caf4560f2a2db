#include "rib/table.hpp"

#include <bit>

namespace rib {

Table::Chunk::~Chunk() {
  for (Id i = 0; i < kChunkSize; ++i) {
    if (is_live(i)) std::destroy_at(&at(i));
  }
}

Table::Id Table::Chunk::create(const Prefix& prefix) {
  Id word = 0;
  while (live_[word] == UINT64_MAX) ++word;
  const auto i = word * 64 + static_cast<Id>(std::countr_one(live_[word]));
  std::construct_at(&at(i), prefix);
  live_[word] |= std::uint64_t{1} << (i % 64);
  ++count_;
  return i;
}

void Table::Chunk::destroy(Id i) {
  std::destroy_at(&at(i));
  live_[i / 64] &= ~(std::uint64_t{1} << (i % 64));
  --count_;
}

Table::Id Table::look_up(const Prefix& prefix, std::uint64_t hash) const {
  return index_.find(hash, [&](Id id) { return (*this)[id].prefix == prefix; });
}

std::optional<Table::Id> Table::find(const Prefix& prefix) const {
  const auto id = look_up(prefix, prefix.hash());
  return id == PrefixIndex::kNone ? std::nullopt : std::optional(id);
}

std::pair<Table::Id, bool> Table::find_or_insert(const Prefix& prefix) {
  const auto hash = prefix.hash();
  if (const auto id = look_up(prefix, hash); id != PrefixIndex::kNone) return {id, false};

  if (chunks_with_room_.empty()) {
    if (chunks_absent_.empty()) {
      chunks_absent_.push_back(static_cast<Id>(chunks_.size()));
      chunks_.emplace_back();
    }
    const auto chunk = chunks_absent_.back();
    chunks_absent_.pop_back();
    chunks_[chunk] = std::make_unique<Chunk>();
    chunks_with_room_.push_back(chunk);
  }
  const auto chunk = chunks_with_room_.back();
  const auto id = chunk * kChunkSize + chunks_[chunk]->create(prefix);
  if (chunks_[chunk]->is_full()) chunks_with_room_.pop_back();

  ++count_by_length_[prefix.length()];
  if (index_.needs_rebuild(id)) {
    rebuild_index(index_.size() + 1);  // the new one is live and goes in with the rest
  } else {
    index_.insert(hash, id);
  }
  return {id, true};
}

void Table::erase(Id id) {
  auto& chunk = chunks_[id / kChunkSize];
  const auto& prefix = (*this)[id].prefix;
  index_.erase(prefix.hash(), id);
  --count_by_length_[prefix.length()];
  if (chunk->is_full()) chunks_with_room_.push_back(id / kChunkSize);
  chunk->destroy(id % kChunkSize);
  if (chunk->is_empty()) {
    chunk.reset();
    std::erase(chunks_with_room_, id / kChunkSize);
    chunks_absent_.push_back(id / kChunkSize);
  }
  if (index_.size() == 0) {
    chunks_.clear();
    chunks_with_room_.clear();
    chunks_absent_.clear();
    index_ = {};
  } else if (index_.is_sparse()) {
    rebuild_index(index_.size());
  }
}

void Table::rebuild_index(std::size_t capacity) {
  index_ = {};
  index_ = PrefixIndex(capacity, end_id());
  for (Id id = 0; id < end_id(); ++id) {
    if (is_live(id)) index_.insert((*this)[id].prefix.hash(), id);
  }
}

std::size_t Table::memory_bytes() const {
  return (chunks_.size() - chunks_absent_.size()) * sizeof(Chunk) + chunks_.capacity() * sizeof(void*);
}

}  // namespace rib
