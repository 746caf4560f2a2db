// Communities: standard (RFC 1997), extended (RFC 4360) and large (RFC 8092), as values with text forms.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rib {

/// RFC 1997: high 16 bits the AS, low 16 bits its meaning.
struct Community {
  std::uint32_t value = 0;
  auto operator<=>(const Community&) const = default;
};

inline constexpr Community kNoExport{0xFFFFFF01};           // RFC 1997
inline constexpr Community kNoAdvertise{0xFFFFFF02};        // RFC 1997
inline constexpr Community kNoExportSubconfed{0xFFFFFF03};  // RFC 1997
inline constexpr Community kNoPeer{0xFFFFFF04};             // RFC 3765
inline constexpr Community kGracefulShutdown{0xFFFF0000};   // RFC 8326
inline constexpr Community kLlgrStale{0xFFFF0006};          // RFC 9494
inline constexpr Community kNoLlgr{0xFFFF0007};             // RFC 9494
inline constexpr Community kBlackhole{0xFFFF029A};          // RFC 7999

/// "65000:1" or a well-known name such as "no-export".
std::string to_string(Community community);
std::optional<Community> parse_community(std::string_view text);

/// RFC 4360: eight octets in network order.
struct ExtendedCommunity {
  std::array<std::uint8_t, 8> octets{};
  auto operator<=>(const ExtendedCommunity&) const = default;
  bool is_transitive() const { return (octets[0] & 0x40) == 0; }
};
std::string to_string(const ExtendedCommunity& community);

enum class ExtendedCommunityKind : std::uint8_t {
  RouteTarget = 0x02,
  RouteOrigin = 0x03
};  // RFC 4360 §4, §5
/// "65000:1", "4200000000:1" or "192.0.2.1:1".
std::optional<ExtendedCommunity> parse_extended_community(ExtendedCommunityKind kind, std::string_view text);
/// As configured: "rt 65000:1" or "soo 65000:1".
std::string configured_text(const ExtendedCommunity& community);

/// RFC 8092: three 4-octet parts.
struct LargeCommunity {
  std::uint32_t global_administrator = 0, local_data_1 = 0, local_data_2 = 0;
  auto operator<=>(const LargeCommunity&) const = default;
};
std::string to_string(const LargeCommunity& community);
std::optional<LargeCommunity> parse_large_community(std::string_view text);

}  // namespace rib
