// AS_PATH, RFC 4271 §5.1.2 and §4.3 (b), kept as its own wire form with 4-octet AS numbers (RFC 6793):
// a sequence of segments {type, count, count × AS number}. Decoding is a check, encoding a copy.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rib/compact_array.hpp"

namespace rib {

using AsNumber = std::uint32_t;

inline constexpr AsNumber kAsTrans = 23456;  // RFC 6793 §9

/// RFC 6996 §5, RFC 5398 aside: 64512 to 65534, 4200000000 to 4294967294.
constexpr bool is_private_as(AsNumber as) {
  return (as >= 64512 && as <= 65534) || (as >= 4200000000u && as <= 4294967294u);
}

class AsPath {
 public:
  enum class SegmentType : std::uint8_t { Set = 1, Sequence = 2, ConfedSequence = 3, ConfedSet = 4 };

  struct Segment {
    SegmentType type;
    std::vector<AsNumber> as_numbers;  // 1..255 of them
    bool operator==(const Segment&) const = default;
  };

  /// The empty path: a route of our own AS.
  AsPath() = default;
  /// A copy at `place`; see CompactArray.
  AsPath(const AsPath& other, std::byte*& place) : octets_(other.octets_, place) {}
  std::size_t placed_bytes() const { return octets_.placed_bytes(); }
  explicit AsPath(std::span<const Segment> segments);
  /// One AS_SEQUENCE of these numbers, nearest AS first.
  static AsPath sequence(std::initializer_list<AsNumber> as_numbers);
  /// From wire octets with `as_size` (2 or 4) octets a number. Nothing when malformed in the sense of
  /// RFC 7606 §7.2: unknown segment type, segment overrun or empty segment, one octet left over.
  static std::optional<AsPath> decode(std::span<const std::uint8_t> octets, unsigned as_size);

  /// Wire octets, 4 per AS number.
  std::span<const std::uint8_t> octets() const { return octets_.span(); }
  /// Wire octets with 2 per AS number; numbers above 65535 become AS_TRANS. RFC 6793 §4.2.2.
  std::vector<std::uint8_t> octets_2() const;
  /// True when some number needs four octets, so that AS4_PATH must go along to a 2-octet peer.
  bool needs_four_octets() const;

  bool empty() const { return octets_.empty(); }
  std::vector<Segment> segments() const;
  void for_each(const std::function<void(SegmentType, AsNumber)>& visit) const;

  /// Hops as the decision process counts them: an AS_SET is 1, confederation segments are 0.
  /// RFC 4271 §9.1.2.2 (a), RFC 5065 §5.3.
  unsigned length() const;
  /// Hops through the members of a confederation, which length() does not count.
  unsigned confederation_length() const;
  bool contains(AsNumber as) const;
  /// An AS_SET or AS_CONFED_SET.
  bool has_sets() const;
  /// How often `as` stands in the path (allowas-in, loop detection).
  unsigned count_of(AsNumber as) const;
  /// The neighbor AS for MED comparison: first number of the first AS_SEQUENCE; nothing when the path is
  /// empty or begins with a set.
  std::optional<AsNumber> first() const;
  /// The AS the route comes from: the last number of the last segment.
  std::optional<AsNumber> origin() const;

  /// A copy with `as` put in front `times` times, in a new or the first AS_SEQUENCE. RFC 4271 §5.1.2 (b).
  /// To another member of our confederation: in an AS_CONFED_SEQUENCE, RFC 5065 §4.
  AsPath prepended(AsNumber as, unsigned times = 1, SegmentType type = SegmentType::Sequence) const;
  /// Without the confederation's segments, as those outside of it get it. RFC 5065 §4.
  AsPath without_confederation() const;
  /// A copy with each AS replaced by what `becomes(as)` says; nothing: it goes, and a segment with its last
  /// one.
  AsPath transformed(const std::function<std::optional<AsNumber>(AsNumber)>& becomes) const;
  /// AS_PATH merged with the AS4_PATH received beside it, RFC 6793 §4.2.3.
  static AsPath merged(const AsPath& as_path, const AsPath& as4_path);

  /// "64512 64513 {64514,64515}", as show commands print it.
  std::string to_string() const;
  void append_to(std::string& text) const;

  bool operator==(const AsPath&) const = default;
  std::uint64_t hash() const;
  std::size_t heap_bytes() const { return octets_.heap_bytes(); }

 private:
  explicit AsPath(CompactArray<std::uint8_t> octets) : octets_(std::move(octets)) {}
  CompactArray<std::uint8_t> octets_;
};

}  // namespace rib
