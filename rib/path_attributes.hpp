// The path attributes of a route, RFC 4271 §5, as one plain value; and `Attributes`, the interned, immutable,
// counted form that paths hold. Equal sets are one object (see attribute_store.hpp).
//
// Owned by the routing thread: the count is not atomic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "rib/as_path.hpp"
#include "rib/boxed.hpp"
#include "rib/community.hpp"
#include "rib/compact_array.hpp"
#include "rib/ip_address.hpp"

namespace rib {

/// BGP Identifier, RFC 6286: any non-zero 32-bit number, written like an IPv4 address. Host order.
using BgpIdentifier = std::uint32_t;

enum class Origin : std::uint8_t { Igp = 0, Egp = 1, Incomplete = 2 };

struct Aggregator {
  AsNumber as = 0;
  BgpIdentifier address = 0;
  bool operator==(const Aggregator&) const = default;
};

/// What few routes of a big table have.
struct RareAttributes {
  std::optional<IpAddress> link_local_next_hop;  // the second IPv6 next hop, RFC 2545 §3
  CompactArray<ExtendedCommunity> extended_communities;
  CompactArray<LargeCommunity> large_communities;
  std::optional<BgpIdentifier> originator_id;  // RFC 4456 §8
  CompactArray<std::uint32_t> cluster_list;    // RFC 4456 §8, nearest cluster first
  std::optional<Aggregator> aggregator;
  std::optional<AsNumber> only_to_customer;  // OTC, RFC 9234 §5
  std::uint32_t tag = 0;                     // ours alone, of a route map's `set tag`; 0: none
  /// Attributes kulan does not know, optional transitive ones only, whole with header, Partial bit set,
  /// in ascending type order. RFC 4271 §5, §9.
  CompactArray<std::uint8_t> unknown_transitive;

  bool operator==(const RareAttributes&) const = default;
  std::uint64_t hash(std::uint64_t seed) const;
  std::size_t heap_bytes() const;
};

struct ScalarAttributes {
  std::optional<std::uint32_t> med;         // MULTI_EXIT_DISC; absent counts as 0
  std::optional<std::uint32_t> local_pref;  // always absent as received from an external peer
  std::uint32_t weight = 0;                 // ours alone, the vendors': highest first in the decision
  IpAddress next_hop;                       // IPv4, or the global (or only) IPv6 next hop, RFC 2545 §3
  Origin origin = Origin::Incomplete;
  bool atomic_aggregate = false;
  std::uint8_t distance = 0;  // ours alone, of a route map's `set distance`; 0: the instance's

  bool operator==(const ScalarAttributes&) const = default;
};

struct PathAttributes : ScalarAttributes {
  AsPath as_path;
  CompactArray<Community> communities;  // in the order received, duplicates removed
  Boxed<RareAttributes> rare;

  PathAttributes() = default;
  /// A copy whose AS path and communities stand at `place`, which has room for placed_bytes().
  PathAttributes(const PathAttributes& other, std::byte*& place)
      : ScalarAttributes(other),
        as_path(other.as_path, place),
        communities(other.communities, place),
        rare(other.rare) {}
  std::size_t placed_bytes() const { return as_path.placed_bytes() + communities.placed_bytes(); }

  bool has_community(Community c) const;
  bool operator==(const PathAttributes&) const = default;
  std::uint64_t hash() const;
  std::size_t heap_bytes() const;
};

/// The bandwidth in octets a second of the link extended community, draft-ietf-idr-link-bandwidth §2, in its
/// transitive form too; nothing when there is none, or none above zero.
std::optional<double> link_bandwidth(const PathAttributes& attributes);

class AttributeStore;

/// An interned attribute set: created by AttributeStore only, never changed, freed with its last reference.
/// One piece of memory: AS path and communities stand behind it.
class AttributeSet {
 public:
  const PathAttributes& get() const { return value_; }
  std::uint32_t hash() const { return hash_; }
  /// AS_PATH length and neighbor AS, computed once because the decision process asks often.
  unsigned as_path_length() const { return as_path_length_; }
  std::optional<AsNumber> neighbor_as() const {
    return has_neighbor_as_ ? std::optional(neighbor_as_) : std::nullopt;
  }
  /// Marked with LLGR_STALE: the last choice, RFC 9494 §4.3.
  bool is_long_lived_stale() const { return is_long_lived_stale_; }
  /// Where the next-hop table keeps this set's next hop; a hint that its owner checks before it trusts it.
  std::uint32_t next_hop_hint() const { return next_hop_hint_; }
  /// Of memory.
  std::size_t octets() const { return sizeof *this + value_.heap_bytes(); }
  /// What import policy made this set of; nullptr when it is as it was received.
  const AttributeSet* received() const { return received_; }
  void set_next_hop_hint(std::uint32_t id) const { next_hop_hint_ = id; }

 private:
  friend class AttributeStore;
  friend class Attributes;
  AttributeSet(const PathAttributes& value, std::uint32_t hash, AttributeSet* received, AttributeStore& store,
               std::byte* place);
  ~AttributeSet();
  static AttributeSet* make(const PathAttributes& value, std::uint32_t hash, AttributeSet* received,
                            AttributeStore& store);
  void destroy();

  PathAttributes value_;
  AttributeSet* received_;  // counted
  AttributeStore& store_;
  std::uint32_t hash_;
  std::uint32_t references_ = 0;
  AsNumber neighbor_as_;
  mutable std::uint32_t next_hop_hint_ = 0;
  std::uint16_t as_path_length_;
  bool has_neighbor_as_, is_long_lived_stale_;
};

/// A counted reference to an interned set; one pointer wide. Empty when default-constructed.
/// Equal references mean equal attributes; the reverse holds (within one store) for sets that were received
/// alike.
class Attributes {
 public:
  Attributes() = default;
  explicit Attributes(AttributeSet* set) : set_(set) {
    if (set_) ++set_->references_;
  }
  Attributes(const Attributes& other) : Attributes(other.set_) {}
  Attributes(Attributes&& other) noexcept : set_(std::exchange(other.set_, nullptr)) {}
  Attributes& operator=(Attributes other) noexcept {
    std::swap(set_, other.set_);
    return *this;
  }
  ~Attributes() {
    if (set_ && --set_->references_ == 0) release(set_);
  }

  explicit operator bool() const { return set_ != nullptr; }
  const PathAttributes& operator*() const { return set_->value_; }
  const PathAttributes* operator->() const { return &set_->value_; }
  const AttributeSet* set() const { return set_; }
  /// As the peer sent them, before import policy: these themselves when policy changed nothing.
  Attributes received() const { return set_ && set_->received_ ? Attributes(set_->received_) : *this; }
  bool operator==(const Attributes& other) const { return set_ == other.set_; }
  /// received() == `other`, without counting.
  bool is_made_of(const Attributes& other) const {
    return set_ == other.set_ || (set_ && other.set_ && set_->received_ == other.set_);
  }

 private:
  friend class AttributeStore;
  friend class AttributeSet;
  static void release(AttributeSet* set);
  AttributeSet* set_ = nullptr;
};

}  // namespace rib
