#include "rib/policy/definitions.hpp"

#include <charconv>
#include <limits>

namespace rib {
namespace {

std::optional<std::uint64_t> number_of(std::string_view name) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return number;
}

}  // namespace

bool ListNameOrder::operator()(std::string_view a, std::string_view b) const {
  const auto number_a = number_of(a), number_b = number_of(b);
  if (number_a && number_b && *number_a != *number_b) return *number_a < *number_b;
  if (number_a.has_value() != number_b.has_value()) return number_a.has_value();
  return a < b;
}

std::uint32_t Adjustment::of(std::uint32_t before) const {
  constexpr auto kMaximum = std::numeric_limits<std::uint32_t>::max();
  switch (kind) {
    case Kind::Add:
      return number > kMaximum - before ? kMaximum : before + number;
    case Kind::Subtract:
      return number > before ? 0 : before - number;
    case Kind::Value:
      break;
  }
  return number;
}

}  // namespace rib
