// Interning of path attributes: equal sets are one object, so that a path costs a pointer, comparing costs
// one instruction, and an UPDATE of many prefixes stores its attributes once.
//
// Owned by the engine, used on its thread only. It must outlive every Attributes it gave out.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>

#include "rib/hash.hpp"
#include "rib/path_attributes.hpp"

namespace rib {

class AttributeStore {
 public:
  AttributeStore() = default;
  ~AttributeStore();
  AttributeStore(const AttributeStore&) = delete;
  AttributeStore& operator=(const AttributeStore&) = delete;

  /// The one object equal to `value`; made when there is none yet.
  Attributes intern(const PathAttributes& value);
  /// What import policy made of `received`, which stays to be found as Attributes::received(). The same
  /// object as `received` when they are equal.
  Attributes intern(const PathAttributes& value, const Attributes& received);

  std::size_t size() const { return sets_.size(); }
  /// Octets of all sets with what they hold, and of the index.
  std::size_t memory_bytes() const;

 private:
  friend class Attributes;
  struct Key {
    const PathAttributes& value;
    std::uint32_t hash;
    AttributeSet* received;
  };
  struct Hash {
    using is_transparent = void;
    using is_avalanching = void;
    std::size_t operator()(const AttributeSet* set) const { return hash_mix(0, set->hash()); }
    std::size_t operator()(const Key& key) const { return hash_mix(0, key.hash); }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const AttributeSet* a, const AttributeSet* b) const { return a == b; }
    bool operator()(const Key& key, const AttributeSet* set) const {
      return key.hash == set->hash() && key.received == set->received() && key.value == set->get();
    }
    bool operator()(const AttributeSet* set, const Key& key) const { return operator()(key, set); }
  };

  Attributes intern(const Key& key);
  /// The last reference went.
  void forget(AttributeSet* set);

  boost::unordered_flat_set<AttributeSet*, Hash, Equal> sets_;
  std::size_t bytes_ = 0;
};

}  // namespace rib
