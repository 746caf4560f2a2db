// An IPv4 or IPv6 address: sixteen octets and the family, a plain value of 17 octets.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "rib/family.hpp"

namespace rib {

class IpAddress {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  /// 0.0.0.0
  constexpr IpAddress() = default;

  /// `value` in host order: v4(0x0a000001) is 10.0.0.1.
  static constexpr IpAddress v4(std::uint32_t value) {
    IpAddress a;
    for (std::size_t i = 0; i < 4; ++i) a.bytes_[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    return a;
  }
  static constexpr IpAddress v6(const Bytes& bytes) {
    IpAddress a;
    a.bytes_ = bytes;
    a.afi_ = kV6;
    return a;
  }
  /// From network-order octets: 4 make IPv4, 16 make IPv6; any other length gives nothing.
  static std::optional<IpAddress> from_bytes(std::span<const std::uint8_t> bytes);
  /// "10.1.2.3" or "2001:db8::1"; nothing when the text is not exactly an address.
  static std::optional<IpAddress> parse(std::string_view text);
  static constexpr IpAddress unspecified(Afi afi) { return afi == Afi::Ipv4 ? IpAddress{} : v6({}); }

  constexpr Afi afi() const { return afi_ == kV4 ? Afi::Ipv4 : Afi::Ipv6; }
  constexpr Family family() const { return family_of(afi()); }
  constexpr bool is_v4() const { return afi_ == kV4; }
  constexpr bool is_v6() const { return afi_ == kV6; }
  /// 32 or 128.
  constexpr unsigned bit_count() const { return is_v4() ? 32 : 128; }
  /// Network-order octets, 4 or 16 of them.
  constexpr std::span<const std::uint8_t> bytes() const { return {bytes_.data(), is_v4() ? 4u : 16u}; }
  /// Host order; only for IPv4.
  constexpr std::uint32_t to_v4() const {
    return std::uint32_t{bytes_[0]} << 24 | std::uint32_t{bytes_[1]} << 16 | std::uint32_t{bytes_[2]} << 8 |
           bytes_[3];
  }
  bool is_unspecified() const { return *this == unspecified(afi()); }
  bool is_loopback() const;
  bool is_multicast() const { return is_v4() ? (bytes_[0] & 0xf0) == 0xe0 : bytes_[0] == 0xff; }
  /// 169.254.0.0/16 or fe80::/10.
  bool is_link_local() const;
  /// 127/8, 0/8, class E, multicast, unspecified: never the address of a next hop. RFC 7606 §7.3.
  bool is_martian_host() const;

  /// This address with all but the first `length` bits cleared.
  IpAddress masked(unsigned length) const;

  std::string to_string() const;
  void append_to(std::string& text) const;

  constexpr std::strong_ordering operator<=>(const IpAddress& other) const {
    if (auto c = afi_ <=> other.afi_; c != 0) return c;
    if (std::is_constant_evaluated()) return bytes_ <=> other.bytes_;
    if (auto c = word(0) <=> other.word(0); c != 0) return c;
    return word(8) <=> other.word(8);
  }
  constexpr bool operator==(const IpAddress& other) const {
    if (std::is_constant_evaluated()) return afi_ == other.afi_ && bytes_ == other.bytes_;
    std::uint64_t a[2], b[2];  // two words: a call of memcmp costs more than the comparison
    std::memcpy(a, bytes_.data(), 16);
    std::memcpy(b, other.bytes_.data(), 16);
    return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | static_cast<std::uint64_t>(afi_ ^ other.afi_)) == 0;
  }

  std::uint64_t hash() const {
    std::uint64_t high, low;
    std::memcpy(&high, bytes_.data(), 8);
    std::memcpy(&low, bytes_.data() + 8, 8);
    auto h = (high ^ (low * 0x9e3779b97f4a7c15u) ^ afi_) * 0xff51afd7ed558ccdu;
    return h ^ (h >> 32);
  }

 private:
  /// Eight octets as a number that sorts as they do; a call of memcmp costs more than the comparison.
  std::uint64_t word(std::size_t from) const {
    std::uint64_t value;
    std::memcpy(&value, bytes_.data() + from, 8);
    return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
  }

  static constexpr std::uint8_t kV4 = 4, kV6 = 6;
  Bytes bytes_{};
  std::uint8_t afi_ = kV4;
};

static_assert(sizeof(IpAddress) == 17);

}  // namespace rib

template <>
struct std::hash<rib::IpAddress> {
  std::size_t operator()(const rib::IpAddress& a) const noexcept { return a.hash(); }
};
