#include "rib/prefix_index.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace rib {

void PrefixIndex::Free::operator()(std::uint32_t* slots) const { std::free(slots); }

PrefixIndex::PrefixIndex(std::size_t capacity, Id end_id) {
  // Half full with these, three quarters full at most; and room in the id field for as many more.
  slot_count_ = std::max<std::size_t>(capacity * 2, 16);
  const auto ids = std::max<std::size_t>(std::size_t{end_id} * 2, 1024);
  id_mask_ = static_cast<std::uint32_t>(std::min<std::size_t>(std::bit_ceil(ids) - 1, UINT32_MAX >> 1));
  slots_.reset(static_cast<std::uint32_t*>(std::calloc(slot_count_, sizeof(std::uint32_t))));
  if (!slots_) throw std::bad_alloc();
}

void PrefixIndex::insert(std::uint64_t hash, Id id) {
  auto i = home_of(hash);
  while (slots_[i] != 0 && (slots_[i] & id_mask_) != id_mask_) i = next(i);
  used_ += slots_[i] == 0;
  ++size_;
  slots_[i] = tag_of(hash) | (id + 1);
}

void PrefixIndex::erase(std::uint64_t hash, Id id) {
  const auto wanted = tag_of(hash) | (id + 1);
  auto i = home_of(hash);
  while (slots_[i] != wanted) i = next(i);
  --size_;
  if (slots_[next(i)] != 0) {
    slots_[i] = id_mask_;
    return;
  }
  // Nothing follows: this slot and deleted ones before it need not stand in anybody's way.
  do {
    slots_[i] = 0;
    --used_;
    i = previous(i);
  } while ((slots_[i] & id_mask_) == id_mask_);
}

}  // namespace rib
