#include "bgpd/wire/mp_reach.hpp"

#include <algorithm>
#include <array>

namespace bgpd::wire {
namespace {

constexpr std::size_t kMinimumReach = 5;    // RFC 7606 §5.3
constexpr std::size_t kMinimumUnreach = 3;  // RFC 7606 §5.3

Defect incorrect(std::string_view reason) {
  return {Treatment::SessionReset, UpdateError::OptionalAttribute, reason};
}

Verdict check_negotiated(AfiSafi family, const DecodeContext& context) {
  const auto known = family.family();
  if (known && context.families.contains(*known)) return std::nullopt;
  return Defect{Treatment::AttributeDiscard, UpdateError::OptionalAttribute, "family not negotiated"};
}

bool is_length_expected(std::size_t length, rib::Family family, const DecodeContext& context) {
  if (length == 16 || length == 32) return family == rib::Family::Ipv6Unicast || context.extended_next_hop;
  return length == 4 && family == rib::Family::Ipv4Unicast;
}

/// ::ffff:192.0.2.1 as next hop of an IPv4 route (RFC 8950) is the IPv4 address in it (RFC 4291 §2.5.5.2).
rib::IpAddress unmapped(const rib::IpAddress& address) {
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  const auto bytes = address.bytes();
  if (bytes.size() != 16 || !std::ranges::equal(bytes.first(kMapped.size()), kMapped)) return address;
  return *rib::IpAddress::from_bytes(bytes.last(4));
}

/// RFC 2545 §3: the second address is link-local. Some speakers without a global one send :: or the
/// link-local address in its place.
Verdict read_next_hop(Octets octets, MpReach& reach) {
  const auto first = *rib::IpAddress::from_bytes(octets.size() == 32 ? octets.first(16) : octets);
  reach.next_hop = first;
  if (octets.size() == 32) {
    const auto second = *rib::IpAddress::from_bytes(octets.last(16));
    if (second.is_link_local() && second != first) {
      if (first.is_unspecified())
        reach.next_hop = second;
      else
        reach.link_local_next_hop = second;
    }
  }
  if (reach.family == AfiSafi(rib::Family::Ipv4Unicast)) reach.next_hop = unmapped(reach.next_hop);
  if (reach.next_hop.is_martian_host())
    return Defect{Treatment::TreatAsWithdraw, UpdateError::OptionalAttribute, "next hop is no host address"};
  return std::nullopt;
}

}  // namespace

Verdict decode_mp_reach(Octets value, const DecodeContext& context, MpReach& reach) {
  if (value.size() < kMinimumReach) return incorrect("shorter than 5 octets");
  ByteReader reader(value);
  const auto afi = reader.u16();
  reach.family = {afi, reader.u8()};
  const auto next_hop = reader.take(reader.u8());
  reader.u8();  // reserved, ignored on receipt, RFC 4760 §3
  if (!reader.ok()) return incorrect("next hop overruns the attribute");
  reach.nlri = reader.rest();

  if (auto defect = check_negotiated(reach.family, context)) return defect;
  if (!is_length_expected(next_hop.size(), *reach.family.family(), context))
    return incorrect("next hop length");
  return read_next_hop(next_hop, reach);
}

Verdict decode_mp_unreach(Octets value, const DecodeContext& context, MpUnreach& unreach) {
  if (value.size() < kMinimumUnreach) return incorrect("shorter than 3 octets");
  ByteReader reader(value);
  const auto afi = reader.u16();
  unreach.family = {afi, reader.u8()};
  unreach.nlri = reader.rest();
  return check_negotiated(unreach.family, context);
}

void encode_mp_reach_start(rib::Family family, const rib::IpAddress& next_hop,
                           const std::optional<rib::IpAddress>& link_local_next_hop, ByteWriter& writer) {
  const AfiSafi points(family);
  writer.u16(points.afi);
  writer.u8(points.safi);
  const bool two = link_local_next_hop && next_hop.is_v6();
  writer.u8(static_cast<std::uint8_t>(next_hop.bytes().size() * (two ? 2 : 1)));
  writer.octets(next_hop.bytes());
  if (two) writer.octets(link_local_next_hop->bytes());
  writer.u8(0);
}

void encode_mp_unreach_start(rib::Family family, ByteWriter& writer) {
  const AfiSafi points(family);
  writer.u16(points.afi);
  writer.u8(points.safi);
}

}  // namespace bgpd::wire
