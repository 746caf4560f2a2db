// Which paths of one peer and family are stale, known without a walk: each path carries the number of the
// generation in which it was last announced, and all generations but the current one are stale. A new
// generation begins when the peer is expected to announce everything again: after the session was lost (RFC
// 4724 §4.2) or with a refresh (RFC 7313 §4). When that is over, what is stale is doomed and the next sweep
// removes it.
//
// Two bits in each path, so there are four numbers; one is free again once its paths are swept.
#pragma once

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
  bool doom_stale() {
    doomed_ = static_cast<std::uint8_t>(doomed_ | stale_);
    return has_stale() && (stale_ = 0, true);
  }
  /// No doomed path is left.
  void swept() { doomed_ = 0; }

 private:
  static constexpr std::uint8_t bit(std::uint8_t generation) {
    return static_cast<std::uint8_t>(1u << generation);
  }

  std::uint8_t current_ = 0;
  std::uint8_t stale_ = 0, doomed_ = 0;  // sets of generations
};

}  // namespace rib
