// Address families as BGP names them: (AFI, SAFI) pairs. RFC 4760 §3.
//
// Kulan carries IPv4 and IPv6 unicast. Both share one code: a family is a value that indexes tables,
// never a template parameter.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rib {

enum class Afi : std::uint16_t { Ipv4 = 1, Ipv6 = 2 };
enum class Safi : std::uint8_t { Unicast = 1 };

/// A family that kulan carries. The value indexes per-family arrays.
enum class Family : std::uint8_t { Ipv4Unicast = 0, Ipv6Unicast = 1 };

inline constexpr std::size_t kFamilyCount = 2;
inline constexpr std::array<Family, kFamilyCount> kFamilies{Family::Ipv4Unicast, Family::Ipv6Unicast};

constexpr std::size_t index_of(Family family) { return static_cast<std::size_t>(family); }
constexpr Afi afi_of(Family family) { return family == Family::Ipv4Unicast ? Afi::Ipv4 : Afi::Ipv6; }
constexpr Family family_of(Afi afi) { return afi == Afi::Ipv4 ? Family::Ipv4Unicast : Family::Ipv6Unicast; }

/// The family with these code points, or nothing when kulan does not carry it.
constexpr std::optional<Family> family_from(std::uint16_t afi, std::uint8_t safi) {
  if (safi != 1 || (afi != 1 && afi != 2)) return std::nullopt;
  return afi == 1 ? Family::Ipv4Unicast : Family::Ipv6Unicast;
}

/// "IPv4 Unicast", as `show ip bgp summary` heads its blocks.
constexpr std::string_view name_of(Family family) {
  return family == Family::Ipv4Unicast ? "IPv4 Unicast" : "IPv6 Unicast";
}

/// A set of families; one bit each.
class FamilySet {
 public:
  constexpr FamilySet() = default;
  constexpr FamilySet(std::initializer_list<Family> families) {
    for (const auto family : families) insert(family);
  }
  constexpr void insert(Family family) {
    bits_ = static_cast<std::uint8_t>(bits_ | (1u << index_of(family)));
  }
  constexpr void erase(Family family) {
    bits_ = static_cast<std::uint8_t>(bits_ & ~(1u << index_of(family)));
  }
  constexpr bool contains(Family family) const { return (bits_ >> index_of(family)) & 1u; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr FamilySet operator&(FamilySet other) const {
    FamilySet both;
    both.bits_ = static_cast<std::uint8_t>(bits_ & other.bits_);
    return both;
  }
  constexpr bool operator==(const FamilySet&) const = default;

 private:
  std::uint8_t bits_ = 0;
};

}  // namespace rib
