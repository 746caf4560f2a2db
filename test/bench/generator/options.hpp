// The generator's command line.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "rib/as_path.hpp"
#include "rib/family.hpp"
#include "rib/ip_address.hpp"

namespace bench {

/// The daemon's, 10.255.0.1 or fd00:255::1.
rib::IpAddress daemon_address(rib::Family family);
/// Peer i's, counted from 0: 10.255.128.1 or fd00:255::1:1, and those that follow.
rib::IpAddress peer_address(rib::Family family, std::uint32_t i);

struct Options {
  std::string scenario;
  rib::Family family = rib::Family::Ipv4Unicast;  // of the sessions and the routes
  std::uint16_t port = 179;
  rib::AsNumber daemon_as = 65000;
  std::vector<int> processes;             // the daemon's; figures are of them and their children
  std::uint32_t prefixes = 0, peers = 0;  // 0: the scenario's own
  std::uint32_t rate = 1000;              // flaps a second
  double seconds = 6;                     // of flaps, of idling
  double timeout = 120;                   // of each phase
  std::uint16_t hold_time = 240;
  std::uint32_t window = 32;  // sessions that are set up at the same time
  std::uint64_t seed = 1;
  bool print_peers = false;  // as JSON, and end
  bool help = false;
};

std::expected<Options, std::string> parse_options(std::span<char* const> arguments);
std::string usage();

}  // namespace bench
