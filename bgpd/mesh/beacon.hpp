// The beacon: one UDP datagram in which a node of the managed mesh says who and where it is.
//
// Pure: octets in, value out and back; no Asio, no clock, so that it can be fuzzed alone. Nothing in a
// datagram is trusted: every length is checked against what is left, lists are bounded, and unknown TLVs are
// stepped over.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +---------------+---------------+---------------+---------------+
//   |      'K'      |      'U'      |      'L'      |      'A'      |
//   +---------------+---------------+---------------+---------------+
//   |  version = 1  |     flags     |      length of the whole      |
//   +---------------+---------------+-------------------------------+
//   |                mesh: hash of its name, 64 bits                |
//   |                                                               |
//   +---------------------------------------------------------------+
//   |                        BGP Identifier                         |
//   +---------------------------------------------------------------+
//   |           instance: random at each start, 64 bits             |
//   |                                                               |
//   +---------------------------------------------------------------+
//   |                           AS number                           |
//   +---------------------------------------------------------------+
//   |              epoch: grows when the content changes            |
//   +-------------------------------+-------------------------------+
//   |           BGP port            |       reserved, zero          |
//   +-------------------------------+-------------------------------+
//   |   TLVs: type (16 bits), length of the value (16 bits), value  |
//
// A TLV type with the highest bit set must be understood; a beacon with an unknown one of these is not used.
// A later signature or reflector's willingness is a TLV; version changes only when the fixed part does.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rib/ip_address.hpp"
#include "rib/path_attributes.hpp"

namespace bgpd::mesh {

inline constexpr std::uint8_t kBeaconVersion = 1;
inline constexpr std::size_t kBeaconMaximumSize = 1200;     // one datagram on any link that carries IPv6
inline constexpr std::size_t kBeaconMaximumAddresses = 16;  // per family; more are not needed to meet
inline constexpr std::size_t kBeaconMaximumHostname = 64;   // Linux's HOST_NAME_MAX

struct Beacon {
  bool is_leaving = false;  // orderly stop: do not wait for silence
  bool is_soliciting =
      false;  // the sender has just started: answer, so that it need not wait for your next beacon
  bool is_reply = false;  // an answer to a soliciting beacon; never answered
  std::uint64_t mesh = 0;
  rib::BgpIdentifier identifier = 0;
  std::uint64_t instance = 0;
  rib::AsNumber as = 0;
  std::uint32_t epoch = 0;
  std::uint16_t bgp_port = 179;
  /// The sender's addresses on this link, IPv4 before IPv6.
  std::vector<rib::IpAddress> addresses = {};
  std::string hostname = {};
  bool operator==(const Beacon&) const = default;
};

enum class BeaconError : std::uint8_t {
  NotABeacon,      // too short, or other magic
  Version,         // a later kulan's
  Length,          // the length field and the datagram differ, or a TLV does not fit
  Identifier,      // zero, RFC 6286 §2.1
  Port,            // zero
  Address,         // a length that is no whole number of addresses, or too many
  MustUnderstand,  // an unknown TLV that must be understood
};
std::string_view name_of(BeaconError error);

/// At most kBeaconMaximumSize octets: addresses and host name beyond their bounds are left out.
std::vector<std::uint8_t> encode(const Beacon& beacon);

/// The whole datagram, nothing behind it.
std::expected<Beacon, BeaconError> decode_beacon(std::span<const std::uint8_t> datagram);

/// The number that stands for a mesh's name (FNV-1a, 64 bits): nodes of other meshes on the link are told
/// apart.
constexpr std::uint64_t mesh_id(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3u;
  return hash;
}

}  // namespace bgpd::mesh
