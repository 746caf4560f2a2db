// A bounded cursor over untrusted octets. Reading past the end returns zeros or an empty span and sets a
// sticky flag, so a decoder reads straight down and asks ok() once. Borrows the octets; copies nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rib/ip_address.hpp"

namespace bgpd::wire {

using Octets = std::span<const std::uint8_t>;

class ByteReader {
 public:
  ByteReader() = default;
  explicit ByteReader(Octets octets) : left_(octets) {}

  bool ok() const { return ok_; }
  bool empty() const { return left_.empty(); }
  /// Octets not read yet.
  std::size_t size() const { return left_.size(); }
  /// What is left, without reading it.
  Octets rest() const { return left_; }

  std::uint8_t u8() { return static_cast<std::uint8_t>(big_endian(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(big_endian(2)); }
  std::uint32_t u24() { return big_endian(3); }
  std::uint32_t u32() { return big_endian(4); }

  /// The next `length` octets; empty and !ok() when fewer are left.
  Octets take(std::size_t length) {
    if (length > left_.size()) {
      ok_ = false;
      left_ = {};
      return {};
    }
    const auto part = left_.first(length);
    left_ = left_.subspan(length);
    return part;
  }
  Octets take_rest() { return take(left_.size()); }

  /// The next `length` octets as a reader of their own, so that an error inside cannot eat what follows.
  ByteReader sub(std::size_t length) {
    ByteReader part(take(length));
    part.ok_ = ok_;
    return part;
  }

 private:
  std::uint32_t big_endian(std::size_t length) {
    std::uint32_t value = 0;
    for (const auto octet : take(length)) value = value << 8 | octet;
    return value;
  }

  Octets left_;
  bool ok_ = true;
};

}  // namespace bgpd::wire
