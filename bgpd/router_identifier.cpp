#include "bgpd/router_identifier.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netpacket/packet.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <limits>
#include <random>
#include <string_view>

#include "bgpd/atomic_file.hpp"
#include "rib/ip_address.hpp"

namespace bgpd {
namespace {

constexpr const char* kFileName = "router-id";
constexpr std::size_t kFileLimit = 256;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// splitmix64's finaliser: every bit of the answer depends on every bit of the value.
std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

bool looks_like_a_host(rib::BgpIdentifier identifier) {
  const auto first = identifier >> 24, last = identifier & 0xff;
  return first != 0 && first != 127 && first < 224 && last != 0 && last != 255;
}

/// The hardware address of the lowest-numbered interface that has one; getifaddrs() asks the kernel by
/// netlink, so the answer is that of our network namespace, which /sys may not be.
std::string first_hardware_address() {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return {};
  std::string found;
  int found_index = std::numeric_limits<int>::max();
  for (const auto* one = all; one; one = one->ifa_next) {
    if (!one->ifa_addr || one->ifa_addr->sa_family != AF_PACKET || (one->ifa_flags & IFF_LOOPBACK)) continue;
    sockaddr_ll link;
    std::memcpy(&link, one->ifa_addr, sizeof link);
    const auto* octets = reinterpret_cast<const char*>(link.sll_addr);
    const std::string address(octets, std::min<std::size_t>(link.sll_halen, sizeof link.sll_addr));
    const bool is_zero = std::ranges::all_of(address, [](char octet) { return octet == 0; });
    if (is_zero || link.sll_ifindex >= found_index) continue;  // tunnels without one are all zero or empty
    found = address;
    found_index = link.sll_ifindex;
  }
  freeifaddrs(all);
  return found;
}

}  // namespace

rib::BgpIdentifier derived_identifier(const std::string& seed) {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  for (const char c : seed) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3u;
  for (;;) {
    hash = mixed(hash + 0x9e3779b97f4a7c15u);
    if (const auto identifier = static_cast<rib::BgpIdentifier>(hash >> 32); looks_like_a_host(identifier))
      return identifier;
  }
}

std::string machine_seed() {
  const auto machine_id = read_file("/etc/machine-id", kFileLimit);
  const auto hardware = first_hardware_address();
  std::string seed(machine_id ? trimmed(*machine_id) : std::string_view());
  seed += '/' + hardware;
  if (hardware.empty()) {
    std::random_device random;
    for (int i = 0; i < 4; ++i) seed += std::to_string(random());
  }
  return seed;
}

RouterIdentifier router_identifier(std::optional<rib::BgpIdentifier> configured,
                                   const std::string& state_directory, const std::string& seed) {
  if (configured && *configured != 0) return {*configured, RouterIdentifier::Origin::Configured, {}};

  const auto path = (std::filesystem::path(state_directory) / kFileName).string();
  std::error_code ignored;
  std::string warning;
  if (const auto stored = read_file(path, kFileLimit)) {
    const auto address = rib::IpAddress::parse(trimmed(*stored));
    if (address && address->is_v4() && !address->is_unspecified())
      return {address->to_v4(), RouterIdentifier::Origin::Stored, {}};
    warning = path + " holds no BGP Identifier; it is written anew. ";
  } else if (std::filesystem::exists(path, ignored)) {
    warning = stored.error() + ". ";
  }
  const auto value = derived_identifier(seed);
  std::filesystem::create_directories(state_directory, ignored);
  if (const auto written = write_atomically(path, rib::IpAddress::v4(value).to_string() + '\n', 0644);
      !written)
    warning += "the BGP Identifier is not kept, the next start may have another: " + written.error();
  return {value, RouterIdentifier::Origin::Derived, warning};
}

}  // namespace bgpd
