// Router advertisements and solicitations of neighbor discovery, RFC 4861 §4.1, §4.2: how the two ends of an
// unnumbered link find each other's link-local address. Pure; the kernel adds and checks the checksum.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace bgpd::link {

struct RouterAdvertisement {
  std::chrono::seconds lifetime{};  // 0: it is no router any more
  bool operator==(const RouterAdvertisement&) const = default;
};

std::vector<std::uint8_t> encode(const RouterAdvertisement& advertisement);
std::vector<std::uint8_t> encode_solicitation();

/// What an ICMPv6 message is to us; nothing when it is neither or fails the checks of §6.1.1 and §6.1.2 that
/// do not need the IP header.
struct RouterMessage {
  std::optional<RouterAdvertisement> advertisement;  // absent: a solicitation
};
std::optional<RouterMessage> decode(std::span<const std::uint8_t> message);

}  // namespace bgpd::link
