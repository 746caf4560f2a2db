#include "rib/attribute_store.hpp"

#include <cassert>

namespace rib {

AttributeStore::~AttributeStore() { assert(sets_.empty()); }

Attributes AttributeStore::intern(const PathAttributes& value) {
  return intern(Key{value, static_cast<std::uint32_t>(value.hash()), nullptr});
}

Attributes AttributeStore::intern(const PathAttributes& value, const Attributes& received) {
  if (value == *received) return received;
  return intern(
      Key{value, static_cast<std::uint32_t>(hash_mix(value.hash(), received.set_->hash())), received.set_});
}

Attributes AttributeStore::intern(const Key& key) {
  if (const auto found = sets_.find(key); found != sets_.end()) return Attributes(*found);
  auto* set = AttributeSet::make(key.value, key.hash, key.received, *this);
  bytes_ += set->octets();
  sets_.insert(set);
  return Attributes(set);
}

void AttributeStore::forget(AttributeSet* set) {
  bytes_ -= set->octets();
  sets_.erase(set);
  set->destroy();
  // The index gives memory back once it is mostly empty; halving keeps the cost constant per removal.
  if (sets_.bucket_count() > 1024 && sets_.size() < sets_.bucket_count() / 8) sets_.rehash(sets_.size() * 2);
}

std::size_t AttributeStore::memory_bytes() const {
  return bytes_ + sets_.bucket_count() * (sizeof(void*) + 1);
}

}  // namespace rib
