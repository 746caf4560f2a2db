#include "bgpd/wire/attribute_table.hpp"

#include <array>

#include "bgpd/wire/attribute_decode.hpp"

namespace bgpd::wire {
namespace {

using rib::ExportProfile;
using rib::PathAttributes;

constexpr std::uint8_t kWellKnown = kTransitive;
constexpr std::uint8_t kOptionalTransitive = kOptional | kTransitive;
constexpr std::uint8_t kOptionalNonTransitive = kOptional;

void encode_u32(std::uint8_t flags, AttributeType type, std::uint32_t value, ByteWriter& writer) {
  encode_attribute_header(flags, type, 4, writer);
  writer.u32(value);
}

void encode_octets(std::uint8_t flags, AttributeType type, Octets value, ByteWriter& writer) {
  encode_attribute_header(flags, type, value.size(), writer);
  writer.octets(value);
}

void encode_origin(const PathAttributes& attributes, const ExportProfile&, ByteWriter& writer) {
  encode_attribute_header(kWellKnown, AttributeType::Origin, 1, writer);
  writer.u8(static_cast<std::uint8_t>(attributes.origin));
}

void encode_as_path(const PathAttributes& attributes, const ExportProfile& profile, ByteWriter& writer) {
  if (profile.four_octet_as)
    encode_octets(kWellKnown, AttributeType::AsPath, attributes.as_path.octets(), writer);
  else
    encode_octets(kWellKnown, AttributeType::AsPath, attributes.as_path.octets_2(), writer);
}

/// Prefixes of other families, and IPv4 ones with an IPv6 next hop, have it in MP_REACH_NLRI.
void encode_next_hop(const PathAttributes& attributes, const ExportProfile& profile, ByteWriter& writer) {
  if (profile.family == rib::Family::Ipv4Unicast && attributes.next_hop.is_v4())
    encode_octets(kWellKnown, AttributeType::NextHop, attributes.next_hop.bytes(), writer);
}

void encode_multi_exit_disc(const PathAttributes& attributes, const ExportProfile&, ByteWriter& writer) {
  if (attributes.med)
    encode_u32(kOptionalNonTransitive, AttributeType::MultiExitDisc, *attributes.med, writer);
}

/// RFC 4271 §5.1.5: never to external peers; RFC 5065 §4: but to those of the confederation.
void encode_local_pref(const PathAttributes& attributes, const ExportProfile& profile, ByteWriter& writer) {
  if (attributes.local_pref && (profile.type == rib::PeerType::Internal || profile.is_confederation_peer))
    encode_u32(kWellKnown, AttributeType::LocalPref, *attributes.local_pref, writer);
}

void encode_atomic_aggregate(const PathAttributes& attributes, const ExportProfile&, ByteWriter& writer) {
  if (attributes.atomic_aggregate)
    encode_attribute_header(kWellKnown, AttributeType::AtomicAggregate, 0, writer);
}

void encode_aggregator(const PathAttributes& attributes, const ExportProfile& profile, ByteWriter& writer) {
  if (!attributes.rare->aggregator) return;
  const auto& aggregator = *attributes.rare->aggregator;
  encode_attribute_header(kOptionalTransitive, AttributeType::Aggregator, profile.four_octet_as ? 8 : 6,
                          writer);
  if (profile.four_octet_as)
    writer.u32(aggregator.as);
  else
    writer.u16(static_cast<std::uint16_t>(aggregator.as > 0xffff ? rib::kAsTrans : aggregator.as));
  writer.u32(aggregator.address);
}

void encode_communities(const PathAttributes& attributes, const ExportProfile&, ByteWriter& writer) {
  if (attributes.communities.empty()) return;
  encode_attribute_header(kOptionalTransitive, AttributeType::Communities, attributes.communities.size() * 4,
                          writer);
  for (const auto community : attributes.communities) writer.u32(community.value);
}

/// RFC 4456 §8: reflection stays inside the AS.
void encode_originator_id(const PathAttributes& attributes, const ExportProfile& profile,
                          ByteWriter& writer) {
  if (attributes.rare->originator_id && profile.type == rib::PeerType::Internal)
    encode_u32(kOptionalNonTransitive, AttributeType::OriginatorId, *attributes.rare->originator_id, writer);
}

void encode_cluster_list(const PathAttributes& attributes, const ExportProfile& profile, ByteWriter& writer) {
  if (attributes.rare->cluster_list.empty() || profile.type != rib::PeerType::Internal) return;
  encode_attribute_header(kOptionalNonTransitive, AttributeType::ClusterList,
                          attributes.rare->cluster_list.size() * 4, writer);
  for (const auto cluster : attributes.rare->cluster_list) writer.u32(cluster);
}

void encode_extended_communities(const PathAttributes& attributes, const ExportProfile&, ByteWriter& writer) {
  const auto& communities = attributes.rare->extended_communities;
  if (communities.empty()) return;
  encode_attribute_header(kOptionalTransitive, AttributeType::ExtendedCommunities, communities.size() * 8,
                          writer);
  for (const auto& community : communities) writer.octets(community.octets);
}

/// RFC 6793 §4.2.2: beside an AS_PATH that had to write AS_TRANS, without confederation segments (§3).
void encode_as4_path(const PathAttributes& attributes, const ExportProfile& profile, ByteWriter& writer) {
  if (profile.four_octet_as || !attributes.as_path.needs_four_octets()) return;
  auto segments = attributes.as_path.segments();
  std::erase_if(segments, [](const rib::AsPath::Segment& segment) {
    return segment.type == rib::AsPath::SegmentType::ConfedSequence ||
           segment.type == rib::AsPath::SegmentType::ConfedSet;
  });
  if (segments.empty()) return;
  encode_octets(kOptionalTransitive, AttributeType::As4Path, rib::AsPath(segments).octets(), writer);
}

void encode_as4_aggregator(const PathAttributes& attributes, const ExportProfile& profile,
                           ByteWriter& writer) {
  if (profile.four_octet_as || !attributes.rare->aggregator || attributes.rare->aggregator->as <= 0xffff)
    return;
  encode_attribute_header(kOptionalTransitive, AttributeType::As4Aggregator, 8, writer);
  writer.u32(attributes.rare->aggregator->as);
  writer.u32(attributes.rare->aggregator->address);
}

void encode_large_communities(const PathAttributes& attributes, const ExportProfile&, ByteWriter& writer) {
  const auto& communities = attributes.rare->large_communities;
  if (communities.empty()) return;
  encode_attribute_header(kOptionalTransitive, AttributeType::LargeCommunities, communities.size() * 12,
                          writer);
  for (const auto& community : communities) {
    writer.u32(community.global_administrator);
    writer.u32(community.local_data_1);
    writer.u32(community.local_data_2);
  }
}

void encode_only_to_customer(const PathAttributes& attributes, const ExportProfile&, ByteWriter& writer) {
  if (attributes.rare->only_to_customer)
    encode_u32(kOptionalTransitive, AttributeType::OnlyToCustomer, *attributes.rare->only_to_customer,
               writer);
}

constexpr auto kAll = Scope::Everyone;
constexpr auto kInternal = Scope::InternalPeers;
constexpr auto kTwoOctet = Scope::TwoOctetPeers;

using enum AttributeType;
constexpr AttributeRow kTable[] = {
    {Origin, "ORIGIN", kWellKnown, kAll, decode::origin, encode_origin},
    {AsPath, "AS_PATH", kWellKnown, kAll, decode::as_path, encode_as_path},
    {NextHop, "NEXT_HOP", kWellKnown, kAll, decode::next_hop, encode_next_hop},
    {MultiExitDisc, "MULTI_EXIT_DISC", kOptionalNonTransitive, kAll, decode::multi_exit_disc,
     encode_multi_exit_disc},
    {LocalPref, "LOCAL_PREF", kWellKnown, kInternal, decode::local_pref, encode_local_pref},
    {AtomicAggregate, "ATOMIC_AGGREGATE", kWellKnown, kAll, decode::atomic_aggregate,
     encode_atomic_aggregate},
    {Aggregator, "AGGREGATOR", kOptionalTransitive, kAll, decode::aggregator, encode_aggregator},
    {Communities, "COMMUNITIES", kOptionalTransitive, kAll, decode::communities, encode_communities},
    {OriginatorId, "ORIGINATOR_ID", kOptionalNonTransitive, kInternal, decode::originator_id,
     encode_originator_id},
    {ClusterList, "CLUSTER_LIST", kOptionalNonTransitive, kInternal, decode::cluster_list,
     encode_cluster_list},
    {MpReachNlri, "MP_REACH_NLRI", kOptionalNonTransitive, kAll, nullptr, nullptr},
    {MpUnreachNlri, "MP_UNREACH_NLRI", kOptionalNonTransitive, kAll, nullptr, nullptr},
    {ExtendedCommunities, "EXTENDED COMMUNITIES", kOptionalTransitive, kAll, decode::extended_communities,
     encode_extended_communities},
    {As4Path, "AS4_PATH", kOptionalTransitive, kTwoOctet, decode::as4_path, encode_as4_path},
    {As4Aggregator, "AS4_AGGREGATOR", kOptionalTransitive, kTwoOctet, decode::as4_aggregator,
     encode_as4_aggregator},
    {LargeCommunities, "LARGE_COMMUNITY", kOptionalTransitive, kAll, decode::large_communities,
     encode_large_communities},
    {OnlyToCustomer, "ONLY_TO_CUSTOMER", kOptionalTransitive, kAll, decode::only_to_customer,
     encode_only_to_customer},
};

/// Row number by type, the number of rows for unknown ones.
constexpr auto kRowOfType = [] {
  std::array<std::uint8_t, 256> rows{};
  rows.fill(static_cast<std::uint8_t>(std::size(kTable)));
  for (std::size_t i = 0; i < std::size(kTable); ++i)
    rows[static_cast<std::size_t>(kTable[i].type)] = static_cast<std::uint8_t>(i);
  return rows;
}();

/// Takes the first attribute off `unknown`, which append_unknown wrote. Empty when there is none.
Octets first_unknown(Octets unknown) {
  ByteReader reader(unknown);
  const auto flags = reader.u8();
  reader.u8();
  reader.take(flags & kExtendedLength ? reader.u16() : reader.u8());
  return reader.ok() ? unknown.first(unknown.size() - reader.size()) : Octets{};
}

}  // namespace

void AttributeValues::clear() {
  attributes = {};
  as4_path.reset();
  as4_aggregator.reset();
  unknown_transitive.clear();
}

std::span<const AttributeRow> attribute_table() { return kTable; }

const AttributeRow* find_attribute(std::uint8_t type) {
  const auto row = kRowOfType[type];
  return row < std::size(kTable) ? &kTable[row] : nullptr;
}

std::string name_of_attribute(std::uint8_t type) {
  if (type == 0) return "UPDATE";
  const auto* row = find_attribute(type);
  return row ? std::string(row->name) : "attribute " + std::to_string(type);
}

void encode_attribute_header(std::uint8_t flags, AttributeType type, std::size_t length, ByteWriter& writer) {
  if (length > 0xffff) return writer.fail();
  const bool extended = length > 255;
  writer.u8(static_cast<std::uint8_t>(flags | (extended ? kExtendedLength : 0)));
  writer.u8(static_cast<std::uint8_t>(type));
  if (extended)
    writer.u16(static_cast<std::uint16_t>(length));
  else
    writer.u8(static_cast<std::uint8_t>(length));
}

void encode_attributes(const rib::PathAttributes& attributes, const rib::ExportProfile& profile,
                       ByteWriter& writer) {
  Octets unknown = attributes.rare->unknown_transitive.span();
  for (const auto& row : kTable) {
    for (auto next = first_unknown(unknown); !next.empty() && next[1] < static_cast<std::uint8_t>(row.type);
         next = first_unknown(unknown)) {
      writer.octets(next);
      unknown = unknown.subspan(next.size());
    }
    if (row.encode) row.encode(attributes, profile, writer);
  }
  writer.octets(unknown);
}

void append_unknown(std::uint8_t flags, std::uint8_t type, Octets value, std::vector<std::uint8_t>& unknown) {
  const bool extended = value.size() > 255;
  unknown.push_back(static_cast<std::uint8_t>((flags & (kOptional | kTransitive)) | kPartial |
                                              (extended ? kExtendedLength : 0)));
  unknown.push_back(type);
  if (extended) unknown.push_back(static_cast<std::uint8_t>(value.size() >> 8));
  unknown.push_back(static_cast<std::uint8_t>(value.size()));
  unknown.insert(unknown.end(), value.begin(), value.end());
}

}  // namespace bgpd::wire
