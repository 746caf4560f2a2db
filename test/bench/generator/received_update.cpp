#include "test/bench/generator/received_update.hpp"

#include "bgpd/wire/attribute_table.hpp"
#include "rib/as_path.hpp"

namespace bench {
namespace {

using bgpd::wire::AttributeType, bgpd::wire::ByteReader, bgpd::wire::decode_nlri;

/// The value of the first attribute of this type; empty: there is none.
std::span<const std::uint8_t> find(std::span<const std::uint8_t> attributes, AttributeType wanted) {
  ByteReader reader(attributes);
  while (reader.ok() && !reader.empty()) {
    const auto flags = reader.u8();
    const auto type = reader.u8();
    const auto value = reader.take((flags & bgpd::wire::kExtendedLength) != 0 ? reader.u16() : reader.u8());
    if (type == static_cast<std::uint8_t>(wanted)) return value;
  }
  return {};
}

}  // namespace

bool ReceivedUpdate::read(std::span<const std::uint8_t> body) {
  withdrawn_.clear();
  announced_.clear();
  ByteReader reader(body);
  const auto withdrawn = reader.take(reader.u16());
  attributes_ = reader.take(reader.u16());
  if (!reader.ok() || !decode_nlri(withdrawn, rib::Family::Ipv4Unicast, false, withdrawn_) ||
      !decode_nlri(reader.rest(), rib::Family::Ipv4Unicast, false, announced_))
    return false;
  return !withdrawn_.empty() || !announced_.empty() || read_multiprotocol();
}

/// RFC 4760 §3, §4, of IPv6 unicast.
bool ReceivedUpdate::read_multiprotocol() {
  constexpr unsigned kFamily = 3;  // octets: AFI and SAFI
  ByteReader unreach(find(attributes_, AttributeType::MpUnreachNlri)),
      reach(find(attributes_, AttributeType::MpReachNlri));
  if (!unreach.empty()) {
    unreach.take(kFamily);
    if (!decode_nlri(unreach.rest(), rib::Family::Ipv6Unicast, false, withdrawn_)) return false;
  }
  if (reach.empty()) return true;
  reach.take(kFamily);
  reach.take(reach.u8());  // the next hop
  reach.u8();              // reserved
  return reach.ok() && decode_nlri(reach.rest(), rib::Family::Ipv6Unicast, false, announced_);
}

unsigned ReceivedUpdate::as_path_length() const {
  const auto path = rib::AsPath::decode(find(attributes_, AttributeType::AsPath), 4);
  return path ? path->length() : 0;
}

}  // namespace bench
