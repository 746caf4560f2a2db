#include "rib/attribute_store.hpp"

#include <cassert>

namespace rib {

AttributeStore::~AttributeStore() { assert(sets_.empty()); }

Attributes AttributeStore::intern(const PathAttributes& value) {
  const Key key{value, value.hash()};
  if (const auto found = sets_.find(key); found != sets_.end()) return Attributes(*found);
  auto* set = new AttributeSet(value, key.hash, *this);
  bytes_ += sizeof(AttributeSet) + value.heap_bytes();
  sets_.insert(set);
  return Attributes(set);
}

void AttributeStore::forget(AttributeSet* set) {
  bytes_ -= sizeof(AttributeSet) + set->get().heap_bytes();
  sets_.erase(set);
  delete set;
  // The index gives memory back once it is mostly empty; halving keeps the cost constant per removal.
  if (sets_.bucket_count() > 1024 && sets_.size() < sets_.bucket_count() / 8) sets_.rehash(sets_.size() * 2);
}

std::size_t AttributeStore::memory_bytes() const {
  return bytes_ + sets_.bucket_count() * (sizeof(void*) + 1);
}

}  // namespace rib
