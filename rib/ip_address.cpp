#include "rib/ip_address.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace rib {

std::optional<IpAddress> IpAddress::from_bytes(std::span<const std::uint8_t> bytes) {
  if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
  IpAddress a;
  std::memcpy(a.bytes_.data(), bytes.data(), bytes.size());
  a.afi_ = bytes.size() == 4 ? kV4 : kV6;
  return a;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN];
  if (text.empty() || text.size() >= sizeof buffer) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  IpAddress a;
  if (inet_pton(AF_INET, buffer, a.bytes_.data()) == 1) return a;
  a.afi_ = kV6;
  if (inet_pton(AF_INET6, buffer, a.bytes_.data()) == 1) return a;
  return std::nullopt;
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes_[0] == 127;
  Bytes one{};
  one[15] = 1;
  return bytes_ == one;
}

bool IpAddress::is_link_local() const {
  if (is_v4()) return bytes_[0] == 169 && bytes_[1] == 254;
  return bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80;
}

bool IpAddress::is_martian_host() const {
  if (is_unspecified() || is_multicast() || is_loopback()) return true;
  return is_v4() && (bytes_[0] == 0 || bytes_[0] >= 240);
}

IpAddress IpAddress::masked(unsigned length) const {
  IpAddress a = *this;
  const unsigned whole = length / 8;
  if (whole < 16) {
    a.bytes_[whole] = static_cast<std::uint8_t>(a.bytes_[whole] & (0xff00u >> (length % 8)));
    for (unsigned i = whole + 1; i < 16; ++i) a.bytes_[i] = 0;
  }
  return a;
}

std::string IpAddress::to_string() const {
  std::string text;
  append_to(text);
  return text;
}

void IpAddress::append_to(std::string& text) const {
  char buffer[INET6_ADDRSTRLEN];
  if (is_v6()) {
    text += inet_ntop(AF_INET6, bytes_.data(), buffer, sizeof buffer);
    return;
  }
  // Listings have millions of them; inet_ntop() goes by way of snprintf().
  char* end = buffer;
  for (const auto octet : bytes()) {
    if (end != buffer) *end++ = '.';
    end = std::to_chars(end, std::end(buffer), octet).ptr;
  }
  text.append(buffer, end);
}

}  // namespace rib
