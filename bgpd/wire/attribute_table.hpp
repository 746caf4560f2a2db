// Path attributes, one row each: type, name, flags, how to read and how to write it. RFC 4271 §4.3, §5.
//
// Adding an attribute is adding a row (attribute_table.cpp) and its two functions. MP_REACH_NLRI and
// MP_UNREACH_NLRI carry routes rather than properties, so their rows have flags and a name only
// (mp_reach.hpp).
#pragma once

#include <vector>

#include "bgpd/wire/byte_writer.hpp"
#include "bgpd/wire/decode_context.hpp"
#include "bgpd/wire/error.hpp"
#include "rib/path_attributes.hpp"

namespace bgpd::wire {

enum class AttributeType : std::uint8_t {
  Origin = 1,
  AsPath = 2,
  NextHop = 3,
  MultiExitDisc = 4,
  LocalPref = 5,
  AtomicAggregate = 6,
  Aggregator = 7,
  Communities = 8,           // RFC 1997
  OriginatorId = 9,          // RFC 4456
  ClusterList = 10,          // RFC 4456
  MpReachNlri = 14,          // RFC 4760
  MpUnreachNlri = 15,        // RFC 4760
  ExtendedCommunities = 16,  // RFC 4360
  As4Path = 17,              // RFC 6793
  As4Aggregator = 18,        // RFC 6793
  LargeCommunities = 32,     // RFC 8092
  OnlyToCustomer = 35,       // RFC 9234
};

// Attribute Flags, RFC 4271 §4.3.
inline constexpr std::uint8_t kOptional = 0x80;
inline constexpr std::uint8_t kTransitive = 0x40;
inline constexpr std::uint8_t kPartial = 0x20;
inline constexpr std::uint8_t kExtendedLength = 0x10;

/// What reading the attributes of one UPDATE fills in.
struct AttributeValues {
  rib::PathAttributes attributes;
  std::optional<rib::AsPath> as4_path;            // until merged, RFC 6793 §4.2.3
  std::optional<rib::Aggregator> as4_aggregator;  // until merged
  std::vector<std::uint8_t> unknown_transitive;   // as it will stand in PathAttributes
  void clear();
};

/// When an attribute is discarded without a look at it.
enum class Scope : std::uint8_t {
  Everyone,
  InternalPeers,  // RFC 7606 §7.5, §7.9, §7.10: discarded from external peers
  TwoOctetPeers,  // RFC 6793 §6: discarded from peers that speak four octets
};

struct AttributeRow {
  AttributeType type;
  std::string_view name;
  std::uint8_t flags;  // Optional and Transitive
  Scope scope;
  Verdict (*decode)(Octets value, const DecodeContext& context, AttributeValues& values);
  /// Writes the whole attribute, or nothing when the set does not have it or the profile does not want it.
  void (*encode)(const rib::PathAttributes& attributes, const rib::ExportProfile& profile,
                 ByteWriter& writer);
};

/// All rows in ascending order of type.
std::span<const AttributeRow> attribute_table();
/// nullptr when kulan does not know the type.
const AttributeRow* find_attribute(std::uint8_t type);
/// "AS_PATH"; "attribute 99" for unknown ones; "UPDATE" for 0.
std::string name_of_attribute(std::uint8_t type);

/// Flags, type and length, the length in two octets only when it needs them.
void encode_attribute_header(std::uint8_t flags, AttributeType type, std::size_t length, ByteWriter& writer);
/// Octets encode_attribute_header writes.
constexpr std::size_t attribute_header_size(std::size_t length) { return length > 255 ? 4 : 3; }

/// All attributes of the set but MP_REACH_NLRI, in ascending order of type, unknown ones among them.
void encode_attributes(const rib::PathAttributes& attributes, const rib::ExportProfile& profile,
                       ByteWriter& writer);

/// Appends an attribute that kulan does not know, so that it is passed on: Partial set. RFC 4271 §5, §9.
void append_unknown(std::uint8_t flags, std::uint8_t type, Octets value, std::vector<std::uint8_t>& unknown);

}  // namespace bgpd::wire
