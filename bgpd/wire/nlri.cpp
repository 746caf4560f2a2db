#include "bgpd/wire/nlri.hpp"

#include <algorithm>

namespace bgpd::wire {
namespace {

rib::Prefix make_prefix(Octets octets, rib::Family family, unsigned length) {
  if (family == rib::Family::Ipv4Unicast) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < octets.size(); ++i) value |= std::uint32_t{octets[i]} << (24 - 8 * i);
    return {rib::IpAddress::v4(value), length};
  }
  rib::IpAddress::Bytes bytes{};
  std::ranges::copy(octets, bytes.begin());
  return {rib::IpAddress::v6(bytes), length};
}

}  // namespace

bool decode_nlri(Octets field, rib::Family family, bool add_path, std::vector<rib::Nlri>& prefixes) {
  const unsigned maximum = family == rib::Family::Ipv4Unicast ? 32 : 128;
  ByteReader reader(field);
  while (!reader.empty()) {
    const auto path_id = add_path ? reader.u32() : 0;
    const unsigned length = reader.u8();
    if (length > maximum) return false;
    const auto octets = reader.take((length + 7) / 8);
    if (!reader.ok()) return false;
    prefixes.push_back({make_prefix(octets, family, length), path_id});
  }
  return true;
}

void encode_nlri(const rib::Nlri& nlri, bool add_path, ByteWriter& writer) {
  if (add_path) writer.u32(nlri.path_id);
  const auto length = nlri.prefix.length();
  writer.u8(static_cast<std::uint8_t>(length));
  writer.octets(nlri.prefix.address().bytes().first((length + 7) / 8));
}

bool is_unicast_prefix(const rib::Prefix& prefix) {
  if (prefix.length() < 4) return true;
  const auto first = prefix.address().bytes()[0];
  if (prefix.address().is_v4()) return first < 0xe0 || first >= 0xf0;
  if (prefix.length() >= 8 && first == 0xff) return false;
  return prefix.length() < 10 || !prefix.address().is_link_local();
}

}  // namespace bgpd::wire
