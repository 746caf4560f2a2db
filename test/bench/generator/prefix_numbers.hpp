// From a prefix to its place in a table of its family, fast enough not to be what a benchmark measures.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rib/prefix.hpp"

namespace bench {

class PrefixNumbers {
 public:
  PrefixNumbers() = default;
  /// The prefixes are all different, and of one family. Those of a row of /24s, or /64s, are found by
  /// arithmetic.
  explicit PrefixNumbers(std::span<const rib::Prefix> prefixes) : count_(prefixes.size()) {
    if (is_row(prefixes)) {
      row_start_ = key_of(prefixes.front());
      row_ = row_of(prefixes.front());
      return;
    }
    slots_.resize(std::bit_ceil(2 * prefixes.size() + 2));
    for (std::size_t i = 0; i < prefixes.size(); ++i) {
      auto slot = home(key_of(prefixes[i]));
      while (slots_[slot].key != 0) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = {key_of(prefixes[i]), static_cast<std::uint32_t>(i)};
    }
  }

  std::size_t size() const { return count_; }

  std::optional<std::uint32_t> find(const rib::Prefix& prefix) const {
    if (prefix.length() > kLongest) return std::nullopt;
    const auto key = key_of(prefix);
    if (slots_.empty()) {
      const auto number = (key - row_start_) >> row_.shift;
      if (prefix.length() != row_.length || key < row_start_ || number >= count_) return std::nullopt;
      return static_cast<std::uint32_t>(number);
    }
    for (auto slot = home(key); slots_[slot].key != 0; slot = (slot + 1) & (slots_.size() - 1))
      if (slots_[slot].key == key) return slots_[slot].number;
    return std::nullopt;
  }

  static constexpr unsigned kLongest = 64;
  /// Of its family's prefixes its own, and never 0. IPv4: address and length, counted from 1. IPv6, up to
  /// kLongest and below 4000::, as all of the internet's: the bits, and a one behind them.
  static std::uint64_t key_of(const rib::Prefix& prefix) {
    if (prefix.address().is_v4()) return std::uint64_t{prefix.address().to_v4()} << 8 | (prefix.length() + 1);
    std::uint64_t first_half = 0;
    for (const auto octet : prefix.address().bytes().first(8)) first_half = first_half << 8 | octet;
    return first_half << 2 | std::uint64_t{1} << (kLongest + 1 - prefix.length());
  }

 private:
  /// Prefixes of one length that follow one another: their keys differ by 1 << shift.
  struct Row {
    unsigned length = 0, shift = 0;
  };
  static Row row_of(const rib::Prefix& prefix) { return prefix.address().is_v4() ? Row{24, 16} : Row{64, 2}; }

  struct Slot {
    std::uint64_t key = 0;  // 0: empty
    std::uint32_t number = 0;
  };

  static bool is_row(std::span<const rib::Prefix> prefixes) {
    if (prefixes.empty()) return false;
    const auto row = row_of(prefixes.front());
    for (std::size_t i = 0; i < prefixes.size(); ++i)
      if (prefixes[i].length() != row.length ||
          key_of(prefixes[i]) != key_of(prefixes.front()) + (std::uint64_t{i} << row.shift))
        return false;
    return true;
  }
  /// By the product's highest bits, which all of the key's take part in.
  std::size_t home(std::uint64_t key) const {
    return (key * 0x9e3779b97f4a7c15) >> (64 - std::countr_zero(slots_.size()));
  }

  std::size_t count_ = 0;
  std::uint64_t row_start_ = 0;
  Row row_;
  std::vector<Slot> slots_;  // empty: a row
};

}  // namespace bench
