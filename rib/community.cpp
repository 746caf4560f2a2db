#include "rib/community.hpp"

#include <bit>
#include <charconv>
#include <cstdio>
#include <utility>

#include "rib/ip_address.hpp"

namespace rib {
namespace {

constexpr std::pair<std::string_view, Community> kNames[] = {
    {"no-export", kNoExport},
    {"no-advertise", kNoAdvertise},
    {"local-AS", kNoExportSubconfed},
    {"no-peer", kNoPeer},
    {"accept-own", Community{0xFFFF0001}},  // RFC 7611
    {"route-filter-translated-v4", Community{0xFFFF0002}},
    {"route-filter-v4", Community{0xFFFF0003}},
    {"route-filter-translated-v6", Community{0xFFFF0004}},
    {"route-filter-v6", Community{0xFFFF0005}},
    {"accept-own-nexthop", Community{0xFFFF0008}},
    {"graceful-shutdown", kGracefulShutdown},
    {"llgr-stale", kLlgrStale},
    {"no-llgr", kNoLlgr},
    {"blackhole", kBlackhole},
    {"internet", Community{0}},  // an old name of RFC 1997 configurations: matches and means nothing
};

/// A whole decimal number of at most `maximum`.
std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t maximum) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > maximum) return std::nullopt;
  return value;
}

std::uint32_t read(const ExtendedCommunity& community, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | community.octets[at + i];
  return value;
}

std::string dotted(std::uint32_t address) {
  std::string text;
  for (const int shift : {24, 16, 8, 0}) {
    if (!text.empty()) text += '.';
    text += std::to_string(address >> shift & 0xff);
  }
  return text;
}

/// draft-ietf-idr-link-bandwidth: an AS and octets a second, as FRR shows them. What a peer sent may be any
/// number, or none.
std::optional<std::string> link_bandwidth_text(const ExtendedCommunity& community) {
  if ((community.octets[0] & 0x3f) != 0x00 || community.octets[1] != 0x04) return std::nullopt;
  const auto octets_per_second = std::bit_cast<float>(read(community, 4, 4));
  if (!(octets_per_second >= 0 && octets_per_second < 1e15f)) return std::nullopt;
  char text[64];
  const double bits = octets_per_second * 8.0;
  const auto [unit, name] = bits >= 1e9   ? std::pair(1e9, "Gbps")
                            : bits >= 1e6 ? std::pair(1e6, "Mbps")
                            : bits >= 1e3 ? std::pair(1e3, "Kbps")
                                          : std::pair(1.0, "bps");
  std::snprintf(text, sizeof text, "LB:%u:%.0f (%.3f %s)", read(community, 2, 2),
                static_cast<double>(octets_per_second), bits / unit, name);
  return text;
}

}  // namespace

std::string to_string(Community community) {
  for (const auto& [name, value] : kNames) {
    if (value == community && value.value != 0) return std::string(name);
  }
  return std::to_string(community.value >> 16) + ":" + std::to_string(community.value & 0xffff);
}

std::optional<Community> parse_community(std::string_view text) {
  for (const auto& [name, value] : kNames) {
    if (text == name) return value;
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    const auto value = parse_number(text, UINT32_MAX);
    return value ? std::optional(Community{*value}) : std::nullopt;
  }
  const auto as = parse_number(text.substr(0, colon), 0xffff);
  const auto meaning = parse_number(text.substr(colon + 1), 0xffff);
  if (!as || !meaning) return std::nullopt;
  return Community{*as << 16 | *meaning};
}

std::string to_string(const ExtendedCommunity& community) {
  if (auto text = link_bandwidth_text(community)) return *std::move(text);
  const unsigned type = community.octets[0] & 0x3f, sub_type = community.octets[1];
  std::string name;
  if (sub_type == 0x02)
    name = "RT:";  // route target, RFC 4360 §4
  else if (sub_type == 0x03)
    name = "SoO:";  // route origin, RFC 4360 §5
  if (!name.empty()) {
    switch (type) {
      case 0x00:
        return name + std::to_string(read(community, 2, 2)) + ":" + std::to_string(read(community, 4, 4));
      case 0x01:
        return name + dotted(read(community, 2, 4)) + ":" + std::to_string(read(community, 6, 2));
      case 0x02:
        return name + std::to_string(read(community, 2, 4)) + ":" + std::to_string(read(community, 6, 2));
    }
  }
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "0x";
  for (const auto octet : community.octets) {
    text += kDigits[octet >> 4];
    text += kDigits[octet & 15];
  }
  return text;
}

std::optional<ExtendedCommunity> parse_extended_community(ExtendedCommunityKind kind, std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto left = text.substr(0, colon), right = text.substr(colon + 1);
  ExtendedCommunity community;
  auto& octets = community.octets;
  octets[1] = static_cast<std::uint8_t>(kind);
  const auto put = [&](std::size_t at, std::size_t count, std::uint32_t value) {
    for (std::size_t i = 0; i < count; ++i)
      octets[at + i] = static_cast<std::uint8_t>(value >> (8 * (count - 1 - i)));
  };
  const auto address = IpAddress::parse(left);
  const bool has_address = address && address->is_v4();
  const auto as = has_address ? std::optional(address->to_v4()) : parse_number(left, UINT32_MAX);
  const bool is_short = !has_address && as && *as <= 0xffff;
  const auto value = parse_number(right, is_short ? UINT32_MAX : 0xffff);
  if (!as || !value) return std::nullopt;
  octets[0] = is_short ? 0x00 : has_address ? 0x01 : 0x02;
  put(2, is_short ? 2 : 4, *as);
  put(is_short ? 4 : 6, is_short ? 4 : 2, *value);
  return community;
}

std::string configured_text(const ExtendedCommunity& community) {
  auto text = to_string(community);
  if (text.starts_with("RT:")) return "rt " + text.substr(3);
  if (text.starts_with("SoO:")) return "soo " + text.substr(4);
  return text;
}

std::string to_string(const LargeCommunity& community) {
  return std::to_string(community.global_administrator) + ":" + std::to_string(community.local_data_1) + ":" +
         std::to_string(community.local_data_2);
}

std::optional<LargeCommunity> parse_large_community(std::string_view text) {
  std::uint32_t parts[3];
  for (int i = 0; i < 3; ++i) {
    const auto colon = text.find(':');
    if ((colon == std::string_view::npos) != (i == 2)) return std::nullopt;
    const auto value = parse_number(text.substr(0, colon), UINT32_MAX);
    if (!value) return std::nullopt;
    parts[i] = *value;
    if (i < 2) text.remove_prefix(colon + 1);
  }
  return LargeCommunity{parts[0], parts[1], parts[2]};
}

}  // namespace rib
