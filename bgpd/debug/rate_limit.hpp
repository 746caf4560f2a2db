// How many lines a second may be written: what `debug` tells must not become the daemon's main work.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include "rib/messages.hpp"

namespace bgpd::debug {

/// A bucket of kBurst lines that fills by kPerSecond.
class RateLimit {
 public:
  static constexpr std::uint32_t kPerSecond = 500, kBurst = 2000;

  /// True: the line may be written. False: it is counted instead.
  bool take(rib::TimePoint now) {
    constexpr auto kEach = std::chrono::nanoseconds(std::chrono::seconds(1)) / kPerSecond;
    const auto refill_begin = now - kEach * kBurst;
    spent_until_ = std::max(spent_until_, refill_begin);
    if (spent_until_ + kEach > now) {
      ++left_out_;
      return false;
    }
    spent_until_ += kEach;
    return true;
  }
  /// Lines that were not written since the last call.
  std::uint64_t take_left_out() { return std::exchange(left_out_, 0); }

 private:
  rib::TimePoint spent_until_ = rib::TimePoint::min();  // each line takes its share
  std::uint64_t left_out_ = 0;
};

}  // namespace bgpd::debug
