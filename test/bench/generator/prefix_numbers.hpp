// From an IPv4 prefix to its place in a table, fast enough not to be what a benchmark measures.
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
  /// The prefixes are all different. Those of a row of /24s are found by arithmetic.
  explicit PrefixNumbers(std::span<const rib::Prefix> prefixes) : count_(prefixes.size()) {
    if (is_row(prefixes)) {
      row_start_ = key_of(prefixes.front());
      return;
    }
    slots_.resize(std::bit_ceil(2 * prefixes.size() + 1));
    for (std::size_t i = 0; i < prefixes.size(); ++i) {
      auto slot = home(key_of(prefixes[i]));
      while (slots_[slot].key != 0) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = {key_of(prefixes[i]), static_cast<std::uint32_t>(i)};
    }
  }

  std::size_t size() const { return count_; }

  std::optional<std::uint32_t> find(const rib::Prefix& prefix) const {
    const auto key = key_of(prefix);
    if (slots_.empty()) {
      const auto number = (key - row_start_) >> 16;
      if (prefix.length() != 24 || key < row_start_ || number >= count_) return std::nullopt;
      return static_cast<std::uint32_t>(number);
    }
    for (auto slot = home(key); slots_[slot].key != 0; slot = (slot + 1) & (slots_.size() - 1))
      if (slots_[slot].key == key) return slots_[slot].number;
    return std::nullopt;
  }

 private:
  struct Slot {
    std::uint64_t key = 0;  // 0: empty
    std::uint32_t number = 0;
  };

  /// Never 0: the length is counted from 1.
  static std::uint64_t key_of(const rib::Prefix& prefix) {
    return std::uint64_t{prefix.address().to_v4()} << 8 | (prefix.length() + 1);
  }
  static bool is_row(std::span<const rib::Prefix> prefixes) {
    for (std::size_t i = 0; i < prefixes.size(); ++i)
      if (prefixes[i].length() != 24 || key_of(prefixes[i]) != key_of(prefixes.front()) + (i << 16))
        return false;
    return !prefixes.empty();
  }
  std::size_t home(std::uint64_t key) const {
    return static_cast<std::size_t>((key * 0x9e3779b97f4a7c15) >> 20) & (slots_.size() - 1);
  }

  std::size_t count_ = 0;
  std::uint64_t row_start_ = 0;
  std::vector<Slot> slots_;  // empty: a row
};

}  // namespace bench
