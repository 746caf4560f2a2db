#include "rib/prefix.hpp"

#include <charconv>

namespace rib {

std::optional<Prefix> Prefix::parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const auto digits = text.substr(slash + 1);
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (error != std::errc{} || end != digits.data() + digits.size() || length > address->bit_count())
    return std::nullopt;
  return Prefix(*address, length);
}

std::string Prefix::to_string() const {
  std::string text;
  append_to(text);
  return text;
}

void Prefix::append_to(std::string& text) const {
  address_.append_to(text);
  text += '/';
  text += std::to_string(length_);
}

}  // namespace rib
