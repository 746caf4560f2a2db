#include "bgpd/mesh/beacon.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bgpd/wire/byte_reader.hpp"
#include "bgpd/wire/byte_writer.hpp"

namespace bgpd::mesh {
namespace {

constexpr std::uint32_t kMagic = 0x4b554c41;  // "KULA"

constexpr std::uint8_t kFlagLeaving = 0x01;
constexpr std::uint8_t kFlagSoliciting = 0x02;
constexpr std::uint8_t kFlagReply = 0x04;

constexpr std::uint16_t kTlvIpv4Addresses = 1;
constexpr std::uint16_t kTlvIpv6Addresses = 2;
constexpr std::uint16_t kTlvHostname = 3;
constexpr std::uint16_t kTlvMustUnderstand = 0x8000;

std::uint64_t read_u64(wire::ByteReader& reader) {
  const std::uint64_t high = reader.u32();
  return high << 32 | reader.u32();
}

void write_u64(wire::ByteWriter& writer, std::uint64_t value) {
  writer.u32(static_cast<std::uint32_t>(value >> 32));
  writer.u32(static_cast<std::uint32_t>(value));
}

void write_tlv(wire::ByteWriter& writer, std::uint16_t type, std::span<const std::uint8_t> value) {
  if (value.empty()) return;
  writer.u16(type);
  writer.u16(static_cast<std::uint16_t>(value.size()));
  writer.octets(value);
}

std::vector<std::uint8_t> octets_of(const Beacon& beacon, rib::Afi afi) {
  std::vector<std::uint8_t> octets;
  std::size_t count = 0;
  for (const auto& address : beacon.addresses) {
    if (address.afi() != afi || ++count > kBeaconMaximumAddresses) continue;
    octets.insert(octets.end(), address.bytes().begin(), address.bytes().end());
  }
  return octets;
}

/// False for a length that is no whole number of addresses, or too many.
bool read_addresses(wire::ByteReader value, std::size_t octets_each, std::vector<rib::IpAddress>& addresses) {
  if (value.size() % octets_each != 0 || value.size() / octets_each > kBeaconMaximumAddresses) return false;
  while (value.size() > 0) {
    const auto address = rib::IpAddress::from_bytes(value.take(octets_each));
    if (!address) return false;
    addresses.push_back(*address);
  }
  return true;
}

/// Printable ASCII only: the name goes to logs and terminals.
std::string read_hostname(wire::ByteReader value) {
  std::string name;
  for (const auto octet : value.take(std::min(value.size(), kBeaconMaximumHostname)))
    name += octet > 0x20 && octet < 0x7f ? static_cast<char>(octet) : '?';
  return name;
}

}  // namespace

std::string_view name_of(BeaconError error) {
  switch (error) {
    case BeaconError::NotABeacon:
      return "not a beacon";
    case BeaconError::Version:
      return "a version that is not understood";
    case BeaconError::Length:
      return "lengths that do not fit";
    case BeaconError::Identifier:
      return "BGP Identifier zero";
    case BeaconError::Port:
      return "BGP port zero";
    case BeaconError::Address:
      return "a malformed list of addresses";
    case BeaconError::MustUnderstand:
      return "a part that must be understood and is not";
  }
  return "unknown error";
}

std::vector<std::uint8_t> encode(const Beacon& beacon) {
  std::array<std::uint8_t, kBeaconMaximumSize> room;
  wire::ByteWriter writer(room);
  writer.u32(kMagic);
  writer.u8(kBeaconVersion);
  writer.u8(static_cast<std::uint8_t>((beacon.is_leaving ? kFlagLeaving : 0) |
                                      (beacon.is_soliciting ? kFlagSoliciting : 0) |
                                      (beacon.is_reply ? kFlagReply : 0)));
  const auto length_position = writer.size();
  writer.u16(0);
  write_u64(writer, beacon.mesh);
  writer.u32(beacon.identifier);
  write_u64(writer, beacon.instance);
  writer.u32(beacon.as);
  writer.u32(beacon.epoch);
  writer.u16(beacon.bgp_port);
  writer.u16(0);
  write_tlv(writer, kTlvIpv4Addresses, octets_of(beacon, rib::Afi::Ipv4));
  write_tlv(writer, kTlvIpv6Addresses, octets_of(beacon, rib::Afi::Ipv6));
  const auto hostname = std::string_view(beacon.hostname).substr(0, kBeaconMaximumHostname);
  write_tlv(writer, kTlvHostname, std::vector<std::uint8_t>(hostname.begin(), hostname.end()));
  writer.patch_u16(length_position, writer.size());
  return {writer.written().begin(), writer.written().end()};
}

std::expected<Beacon, BeaconError> decode_beacon(std::span<const std::uint8_t> datagram) {
  wire::ByteReader reader(datagram);
  if (reader.u32() != kMagic) return std::unexpected(BeaconError::NotABeacon);
  const auto version = reader.u8();
  const auto flags = reader.u8();
  const auto length = reader.u16();
  if (!reader.ok()) return std::unexpected(BeaconError::NotABeacon);
  if (version != kBeaconVersion) return std::unexpected(BeaconError::Version);
  if (length != datagram.size()) return std::unexpected(BeaconError::Length);

  Beacon beacon;
  beacon.is_leaving = flags & kFlagLeaving;
  beacon.is_soliciting = flags & kFlagSoliciting;
  beacon.is_reply = flags & kFlagReply;
  beacon.mesh = read_u64(reader);
  beacon.identifier = reader.u32();
  beacon.instance = read_u64(reader);
  beacon.as = reader.u32();
  beacon.epoch = reader.u32();
  beacon.bgp_port = reader.u16();
  reader.u16();  // reserved: zero when sent, ignored when received
  if (!reader.ok()) return std::unexpected(BeaconError::Length);
  if (beacon.identifier == 0) return std::unexpected(BeaconError::Identifier);
  if (beacon.bgp_port == 0) return std::unexpected(BeaconError::Port);

  bool has_ipv4 = false, has_ipv6 = false;
  std::vector<rib::IpAddress> ipv6_addresses;
  while (reader.size() > 0) {
    const auto type = reader.u16();
    const auto value = reader.sub(reader.u16());
    if (!reader.ok()) return std::unexpected(BeaconError::Length);
    if (type == kTlvIpv4Addresses) {
      if (std::exchange(has_ipv4, true) || !read_addresses(value, 4, beacon.addresses))
        return std::unexpected(BeaconError::Address);
    } else if (type == kTlvIpv6Addresses) {
      if (std::exchange(has_ipv6, true) || !read_addresses(value, 16, ipv6_addresses))
        return std::unexpected(BeaconError::Address);
    } else if (type == kTlvHostname) {
      beacon.hostname = read_hostname(value);
    } else if (type & kTlvMustUnderstand) {
      return std::unexpected(BeaconError::MustUnderstand);
    }
  }
  beacon.addresses.insert(beacon.addresses.end(), ipv6_addresses.begin(), ipv6_addresses.end());
  return beacon;
}

}  // namespace bgpd::mesh
