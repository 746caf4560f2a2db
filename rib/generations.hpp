// Which paths of one peer and family are stale, known without a walk: each path carries the number of the
// generation in which it was last announced, and all generations but the current one are stale. A new
// generation begins when the peer is expected to announce everything again: after the session was lost (RFC
// 4724 §4.2) or with a refresh (RFC 7313 §4). When that is over, what is stale is doomed and the next sweep
// removes it.
//
// Two bits in each path, so there are four numbers; one is free again once its paths are swept.
//
// Stale generations may be long-lived (RFC 9494 §4.2): their paths stay as the last choice. Unlike others
// they outlive further losses of the session; that they do not use up the numbers, a walk merges them into
// one.
#pragma once

#include <bit>
#include <cstdint>

namespace rib {

class Generations {
 public:
  static constexpr std::uint8_t kCount = 4;

  std::uint8_t current() const { return current_; }
  bool is_stale(std::uint8_t generation) const { return generation != current_; }
  bool is_doomed(std::uint8_t generation) const { return (doomed_ >> generation & 1) != 0; }
  bool has_stale() const { return stale_ != 0; }
  bool has_doomed() const { return doomed_ != 0; }
  bool is_long_lived(std::uint8_t generation) const { return (long_lived_ >> generation & 1) != 0; }
  bool has_long_lived() const { return (stale_ & long_lived_) != 0; }

  /// Everything announced so far is stale from here on. False, and nothing happened: no number is free.
  bool begin() {
    const auto used = static_cast<std::uint8_t>(stale_ | doomed_ | bit(current_));
    for (std::uint8_t next = 0; next < kCount; ++next) {
      if ((used & bit(next)) != 0) continue;
      stale_ = static_cast<std::uint8_t>(stale_ | bit(current_));
      current_ = next;
      return true;
    }
    return false;
  }
  /// The stale paths are to go. False: there are none.
  bool doom_stale() { return doom(stale_); }
  /// ... but for those that are long-lived.
  bool doom_short_lived() { return doom(stale_ & ~long_lived_); }
  bool doom_long_lived() { return doom(stale_ & long_lived_); }
  /// What is stale is long-lived from here on. False: nothing is.
  bool begin_long_lived() {
    long_lived_ = static_cast<std::uint8_t>(long_lived_ | stale_);
    return has_long_lived();
  }
  /// The one that a walk moves the long-lived paths to; only with has_long_lived().
  std::uint8_t merged_long_lived() const {
    return static_cast<std::uint8_t>(std::countr_zero(static_cast<unsigned>(stale_ & long_lived_)));
  }
  /// A walk is complete: no doomed path is left, and no long-lived one outside of merged_long_lived().
  void swept() {
    doomed_ = 0;
    if (has_long_lived())
      stale_ = static_cast<std::uint8_t>((stale_ & ~long_lived_) | bit(merged_long_lived()));
    long_lived_ = static_cast<std::uint8_t>(long_lived_ & stale_);
  }

 private:
  static constexpr std::uint8_t bit(std::uint8_t generation) {
    return static_cast<std::uint8_t>(1u << generation);
  }
  bool doom(int generations) {
    doomed_ = static_cast<std::uint8_t>(doomed_ | generations);
    stale_ = static_cast<std::uint8_t>(stale_ & ~generations);
    return generations != 0;
  }

  std::uint8_t current_ = 0;
  std::uint8_t stale_ = 0, doomed_ = 0, long_lived_ = 0;  // sets of generations
};

}  // namespace rib
