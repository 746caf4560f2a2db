// Bytes and messages for tests of the wire format: hex text, UPDATE bodies put together attribute by
// attribute.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bgpd/wire/header.hpp"
#include "bgpd/wire/update.hpp"
#include "test/support/addresses.hpp"

namespace bgpd::test {

using Bytes = std::vector<std::uint8_t>;

/// "40 01 01 00" or "40010100".
inline Bytes hex(std::string_view text) {
  Bytes bytes;
  int high = -1;
  for (const auto c : text) {
    if (c == ' ' || c == '\n') continue;
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<std::uint8_t>(high * 16 + digit));
      high = -1;
    }
  }
  return bytes;
}

inline std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const auto byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

inline Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline Bytes u16(std::size_t value) {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

/// One attribute; the length is that of the value, in two octets when it needs them.
inline Bytes attribute(unsigned flags, unsigned type, const Bytes& value) {
  const bool extended = value.size() > 255;
  Bytes head{static_cast<std::uint8_t>(flags | (extended ? 0x10 : 0)), static_cast<std::uint8_t>(type)};
  return head + (extended ? u16(value.size()) : Bytes{static_cast<std::uint8_t>(value.size())}) + value;
}

/// The body of an UPDATE.
inline Bytes update_body(const Bytes& withdrawn, const Bytes& attributes, const Bytes& nlri) {
  return u16(withdrawn.size()) + withdrawn + u16(attributes.size()) + attributes + nlri;
}

/// The whole message of this type around a body.
inline Bytes message(wire::MessageType type, const Bytes& body) {
  return Bytes(16, 0xff) + u16(19 + body.size()) + Bytes{static_cast<std::uint8_t>(type)} + body;
}

/// The messages one after the other in `octets`.
inline std::vector<Bytes> split_messages(std::span<const std::uint8_t> octets) {
  std::vector<Bytes> messages;
  while (octets.size() >= wire::kHeaderSize) {
    const std::size_t length = octets[16] * 256u + octets[17];
    if (length < wire::kHeaderSize || length > octets.size()) break;
    messages.emplace_back(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(length));
    octets = octets.subspan(length);
  }
  return messages;
}

inline std::span<const std::uint8_t> body_of(const Bytes& whole) {
  return std::span(whole).subspan(wire::kHeaderSize);
}

using ::test::address;
using ::test::prefix;
inline rib::Nlri nlri(std::string_view text, std::uint32_t path_id = 0) { return {prefix(text), path_id}; }

}  // namespace bgpd::test
