#include "bgpd/link/router_advertisement.hpp"

#include <algorithm>

#include "bgpd/wire/byte_reader.hpp"

namespace bgpd::link {
namespace {

constexpr std::uint8_t kSolicitation = 133, kAdvertisement = 134;  // RFC 4861 §4.1, §4.2
constexpr std::uint8_t kHopLimitOfHosts = 64;                      // what hosts shall use (IANA's default)
constexpr std::size_t kSolicitationSize = 8, kAdvertisementSize = 16;
constexpr std::size_t kOptionUnit = 8;

/// §6.1.1, §6.1.2: every option has a length greater than zero and lies within the message.
bool has_sound_options(std::span<const std::uint8_t> options) {
  while (!options.empty()) {
    if (options.size() < 2 || options[1] == 0) return false;
    const auto length = options[1] * kOptionUnit;
    if (length > options.size()) return false;
    options = options.subspan(length);
  }
  return true;
}

}  // namespace

std::vector<std::uint8_t> encode(const RouterAdvertisement& advertisement) {
  const auto lifetime =
      static_cast<std::uint16_t>(std::clamp<std::int64_t>(advertisement.lifetime.count(), 0, 65535));
  std::vector<std::uint8_t> message(kAdvertisementSize);  // reachable time, retransmit timer: not said
  message[0] = kAdvertisement;
  message[4] = kHopLimitOfHosts;
  message[6] = static_cast<std::uint8_t>(lifetime >> 8);
  message[7] = static_cast<std::uint8_t>(lifetime & 0xff);
  return message;
}

std::vector<std::uint8_t> encode_solicitation() {
  std::vector<std::uint8_t> message(kSolicitationSize);
  message[0] = kSolicitation;
  return message;
}

std::optional<RouterMessage> decode(std::span<const std::uint8_t> message) {
  wire::ByteReader reader(message);
  const auto type = reader.u8();
  const auto code = reader.u8();
  if (!reader.ok() || code != 0) return std::nullopt;
  if (type == kSolicitation) {
    if (message.size() < kSolicitationSize || !has_sound_options(message.subspan(kSolicitationSize)))
      return std::nullopt;
    return RouterMessage{};
  }
  if (type != kAdvertisement || message.size() < kAdvertisementSize ||
      !has_sound_options(message.subspan(kAdvertisementSize)))
    return std::nullopt;
  const std::chrono::seconds lifetime{message[6] << 8 | message[7]};
  return RouterMessage{RouterAdvertisement{lifetime}};
}

}  // namespace bgpd::link
