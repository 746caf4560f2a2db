// An address prefix: what NLRI carry and routes are for. Host bits are always zero.
#pragma once

#include "rib/ip_address.hpp"

namespace rib {

class Prefix {
 public:
  /// 0.0.0.0/0
  constexpr Prefix() = default;
  /// Clears host bits. `length` at most 32 or 128 by the address's family (greater is cut to that).
  Prefix(const IpAddress& address, unsigned length)
      : length_(static_cast<std::uint8_t>(length > address.bit_count() ? address.bit_count() : length)) {
    address_ = address.masked(length_);
  }
  /// "10.1.0.0/16"; nothing when the text is not a prefix. Host bits are cleared.
  static std::optional<Prefix> parse(std::string_view text);
  static Prefix host(const IpAddress& address) { return {address, address.bit_count()}; }
  static Prefix default_route(Afi afi) { return {IpAddress::unspecified(afi), 0}; }

  constexpr const IpAddress& address() const { return address_; }
  constexpr unsigned length() const { return length_; }
  constexpr Afi afi() const { return address_.afi(); }
  constexpr Family family() const { return address_.family(); }
  constexpr bool is_default() const { return length_ == 0; }
  bool is_host() const { return length_ == address_.bit_count(); }

  bool contains(const IpAddress& a) const { return a.afi() == afi() && a.masked(length_) == address_; }
  /// True for an equal or a longer prefix inside this one.
  bool contains(const Prefix& other) const { return other.length_ >= length_ && contains(other.address_); }
  bool overlaps(const Prefix& other) const { return contains(other) || other.contains(*this); }

  std::string to_string() const;
  void append_to(std::string& text) const;

  /// IPv4 before IPv6, then by address, then shorter first: the order of every listing.
  constexpr auto operator<=>(const Prefix& other) const {
    if (auto c = address_ <=> other.address_; c != 0) return c;
    return length_ <=> other.length_;
  }
  constexpr bool operator==(const Prefix&) const = default;

  std::uint64_t hash() const {
    auto h = (address_.hash() + length_) * 0xc4ceb9fe1a85ec53u;
    return h ^ (h >> 29);
  }

 private:
  IpAddress address_;
  std::uint8_t length_ = 0;
};

static_assert(sizeof(Prefix) == 18);

}  // namespace rib

template <>
struct std::hash<rib::Prefix> {
  std::size_t operator()(const rib::Prefix& p) const noexcept { return p.hash(); }
};
