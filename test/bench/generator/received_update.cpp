#include "test/bench/generator/received_update.hpp"

#include "bgpd/wire/attribute_table.hpp"
#include "rib/as_path.hpp"

namespace bench {

bool ReceivedUpdate::read(std::span<const std::uint8_t> body) {
  withdrawn_.clear();
  announced_.clear();
  bgpd::wire::ByteReader reader(body);
  const auto withdrawn = reader.take(reader.u16());
  attributes_ = reader.take(reader.u16());
  return reader.ok() && bgpd::wire::decode_nlri(withdrawn, rib::Family::Ipv4Unicast, false, withdrawn_) &&
         bgpd::wire::decode_nlri(reader.rest(), rib::Family::Ipv4Unicast, false, announced_);
}

unsigned ReceivedUpdate::as_path_length() const {
  bgpd::wire::ByteReader reader(attributes_);
  while (reader.ok() && !reader.empty()) {
    const auto flags = reader.u8();
    const auto type = reader.u8();
    const auto value = reader.take((flags & bgpd::wire::kExtendedLength) != 0 ? reader.u16() : reader.u8());
    if (type == static_cast<std::uint8_t>(bgpd::wire::AttributeType::AsPath)) {
      const auto path = rib::AsPath::decode(value, 4);
      return path ? path->length() : 0;
    }
  }
  return 0;
}

}  // namespace bench
