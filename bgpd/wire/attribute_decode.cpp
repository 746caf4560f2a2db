#include "bgpd/wire/attribute_decode.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace bgpd::wire::decode {
namespace {

constexpr Defect withdraw(UpdateError subcode, std::string_view reason) {
  return {Treatment::TreatAsWithdraw, subcode, reason};
}
constexpr Defect discard(UpdateError subcode, std::string_view reason) {
  return {Treatment::AttributeDiscard, subcode, reason};
}
constexpr Defect kWithdrawLength = withdraw(UpdateError::AttributeLength, "length");
constexpr Defect kDiscardLength = discard(UpdateError::AttributeLength, "length");

/// What an AS_PATH's syntax does not forbid but other documents do.
struct PathContents {
  bool as_zero = false;        // RFC 7607 §2
  bool confederation = false;  // RFC 5065 §3
};

PathContents inspect(const rib::AsPath& path) {
  PathContents contents;
  ByteReader reader(path.octets());
  while (!reader.empty()) {
    const auto type = static_cast<rib::AsPath::SegmentType>(reader.u8());
    if (type == rib::AsPath::SegmentType::ConfedSequence || type == rib::AsPath::SegmentType::ConfedSet)
      contents.confederation = true;
    for (auto count = reader.u8(); count > 0; --count)
      if (reader.u32() == 0) contents.as_zero = true;
  }
  return contents;
}

/// Removes all but the first of equal values and keeps the order of the rest.
template <typename T>
void remove_duplicates(std::vector<T>& values) {
  // A message holds up to 16,000 of them: sorted, so that a hostile one costs little more than its reading.
  std::vector<std::uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order,
                    [&](auto a, auto b) { return values[a] != values[b] ? values[a] < values[b] : a < b; });
  std::vector<bool> duplicate(values.size());
  for (std::size_t i = 1; i < order.size(); ++i)
    duplicate[order[i]] = values[order[i]] == values[order[i - 1]];
  std::size_t kept = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!duplicate[i]) values[kept++] = values[i];
  values.resize(kept);
}

/// Fixed-size values one after the other, read by `read`; duplicates removed. RFC 8092 §5 asks for that, and
/// for the other kinds a duplicate has no meaning either.
template <typename T, typename Read>
rib::CompactArray<T> read_set(Octets value, std::size_t size, Read&& read) {
  constexpr std::size_t kInline = 8;
  ByteReader reader(value);
  if (value.size() / size <= kInline) {  // the usual case, without a vector
    T few[kInline];
    std::size_t count = 0;
    while (!reader.empty()) {
      const T next = read(reader);
      if (std::find(few, few + count, next) == few + count) few[count++] = next;
    }
    return rib::CompactArray<T>(std::span<const T>(few, count));
  }
  std::vector<T> values;
  values.reserve(value.size() / size);
  while (!reader.empty()) values.push_back(read(reader));
  remove_duplicates(values);
  return rib::CompactArray<T>(std::span<const T>(values));
}

bool is_multiple(Octets value, std::size_t size) { return !value.empty() && value.size() % size == 0; }

std::optional<std::uint32_t> exactly_u32(Octets value) {
  if (value.size() != 4) return std::nullopt;
  return ByteReader(value).u32();
}

}  // namespace

/// §7.1
Verdict origin(Octets value, const DecodeContext&, AttributeValues& values) {
  if (value.size() != 1) return kWithdrawLength;
  if (value[0] > 2) return withdraw(UpdateError::InvalidOrigin, "value");
  values.attributes.origin = static_cast<rib::Origin>(value[0]);
  return std::nullopt;
}

/// §7.2; RFC 7607 §2 for AS 0; RFC 5065 §5 for confederation segments from outside.
Verdict as_path(Octets value, const DecodeContext& context, AttributeValues& values) {
  auto path = rib::AsPath::decode(value, context.four_octet_as ? 4 : 2);
  if (!path) return withdraw(UpdateError::MalformedAsPath, "segments");
  const auto contents = inspect(*path);
  if (contents.as_zero) return withdraw(UpdateError::MalformedAsPath, "AS 0");
  if (contents.confederation && !context.is_internal())
    return withdraw(UpdateError::MalformedAsPath, "confederation segment from outside");
  // RFC 5065 §5: another member has put itself into an AS_CONFED_SEQUENCE at the front.
  constexpr auto kConfedSequence = std::to_underlying(rib::AsPath::SegmentType::ConfedSequence);
  if (context.same_confederation && (path->empty() || path->octets()[0] != kConfedSequence))
    return withdraw(UpdateError::MalformedAsPath, "no AS_CONFED_SEQUENCE first");
  values.attributes.as_path = std::move(*path);
  return std::nullopt;
}

/// §7.3. Whether the address is a host's is judged where it is used: beside MP_REACH_NLRI alone it is
/// ignored.
Verdict next_hop(Octets value, const DecodeContext&, AttributeValues& values) {
  if (value.size() != 4) return kWithdrawLength;
  values.attributes.next_hop = rib::IpAddress::v4(ByteReader(value).u32());
  return std::nullopt;
}

/// §7.4
Verdict multi_exit_disc(Octets value, const DecodeContext&, AttributeValues& values) {
  values.attributes.med = exactly_u32(value);
  return values.attributes.med ? Verdict{} : kWithdrawLength;
}

/// §7.5
Verdict local_pref(Octets value, const DecodeContext&, AttributeValues& values) {
  values.attributes.local_pref = exactly_u32(value);
  return values.attributes.local_pref ? Verdict{} : kWithdrawLength;
}

/// §7.6
Verdict atomic_aggregate(Octets value, const DecodeContext&, AttributeValues& values) {
  if (!value.empty()) return kDiscardLength;
  values.attributes.atomic_aggregate = true;
  return std::nullopt;
}

/// §7.7; RFC 7607 §2 for AS 0.
Verdict aggregator(Octets value, const DecodeContext& context, AttributeValues& values) {
  if (value.size() != (context.four_octet_as ? 8u : 6u)) return kDiscardLength;
  ByteReader reader(value);
  rib::Aggregator aggregator;
  aggregator.as = context.four_octet_as ? reader.u32() : reader.u16();
  aggregator.address = reader.u32();
  if (aggregator.as == 0) return discard(UpdateError::OptionalAttribute, "AS 0");
  values.attributes.rare.edit().aggregator = aggregator;
  return std::nullopt;
}

/// §7.8
Verdict communities(Octets value, const DecodeContext&, AttributeValues& values) {
  if (!is_multiple(value, 4)) return kWithdrawLength;
  values.attributes.communities =
      read_set<rib::Community>(value, 4, [](ByteReader& reader) { return rib::Community{reader.u32()}; });
  return std::nullopt;
}

/// §7.9
Verdict originator_id(Octets value, const DecodeContext&, AttributeValues& values) {
  values.attributes.rare.edit().originator_id = exactly_u32(value);
  return values.attributes.rare->originator_id ? Verdict{} : kWithdrawLength;
}

/// §7.10
Verdict cluster_list(Octets value, const DecodeContext&, AttributeValues& values) {
  if (!is_multiple(value, 4)) return kWithdrawLength;
  std::vector<std::uint32_t> clusters;
  clusters.reserve(value.size() / 4);
  for (ByteReader reader(value); !reader.empty();) clusters.push_back(reader.u32());
  values.attributes.rare.edit().cluster_list =
      rib::CompactArray<std::uint32_t>(std::span<const std::uint32_t>(clusters));
  return std::nullopt;
}

/// §7.14
Verdict extended_communities(Octets value, const DecodeContext&, AttributeValues& values) {
  if (!is_multiple(value, 8)) return kWithdrawLength;
  values.attributes.rare.edit().extended_communities =
      read_set<rib::ExtendedCommunity>(value, 8, [](ByteReader& reader) {
        rib::ExtendedCommunity community;
        std::ranges::copy(reader.take(8), community.octets.begin());
        return community;
      });
  return std::nullopt;
}

/// RFC 6793 §6: discarded when malformed; confederation segments in it are skipped (§3). RFC 7607 §2 for AS
/// 0.
Verdict as4_path(Octets value, const DecodeContext&, AttributeValues& values) {
  auto path = rib::AsPath::decode(value, 4);
  if (!path || path->empty()) return discard(UpdateError::OptionalAttribute, "segments");
  if (inspect(*path).as_zero) return discard(UpdateError::OptionalAttribute, "AS 0");
  values.as4_path = std::move(*path);
  return std::nullopt;
}

/// RFC 6793 §6; RFC 7607 §2 for AS 0.
Verdict as4_aggregator(Octets value, const DecodeContext&, AttributeValues& values) {
  if (value.size() != 8) return kDiscardLength;
  ByteReader reader(value);
  rib::Aggregator aggregator;
  aggregator.as = reader.u32();
  aggregator.address = reader.u32();
  if (aggregator.as == 0) return discard(UpdateError::OptionalAttribute, "AS 0");
  values.as4_aggregator = aggregator;
  return std::nullopt;
}

/// RFC 8092 §6
Verdict large_communities(Octets value, const DecodeContext&, AttributeValues& values) {
  if (!is_multiple(value, 12)) return kWithdrawLength;
  values.attributes.rare.edit().large_communities =
      read_set<rib::LargeCommunity>(value, 12, [](ByteReader& reader) {
        rib::LargeCommunity community;
        community.global_administrator = reader.u32();
        community.local_data_1 = reader.u32();
        community.local_data_2 = reader.u32();
        return community;
      });
  return std::nullopt;
}

/// RFC 9234 §5
Verdict only_to_customer(Octets value, const DecodeContext&, AttributeValues& values) {
  values.attributes.rare.edit().only_to_customer = exactly_u32(value);
  return values.attributes.rare->only_to_customer ? Verdict{} : kWithdrawLength;
}

}  // namespace bgpd::wire::decode
