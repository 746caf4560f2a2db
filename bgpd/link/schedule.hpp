// When a link's router advertisements go out, RFC 4861 §6.2. Pure: time is an argument.
#pragma once

#include <algorithm>
#include <chrono>

#include "rib/messages.hpp"

namespace bgpd::link {

class Schedule {
 public:
  static constexpr std::chrono::seconds kInterval{10};   // MaxRtrAdvInterval: links are found quickly
  static constexpr std::chrono::seconds kLifetime{30};   // AdvDefaultLifetime: three times that
  static constexpr std::chrono::seconds kLeastPause{3};  // MIN_DELAY_BETWEEN_RAS
  static constexpr int kInitial = 3;                     // MAX_INITIAL_RTR_ADVERTISEMENTS

  explicit Schedule(rib::TimePoint now) : next_(now) {}

  rib::TimePoint next() const { return next_; }
  /// One went out. jitter: 0 to 1, of the interval's last quarter.
  void sent(rib::TimePoint now, double jitter) {
    last_ = now;
    was_sent_ = true;
    if (initial_left_ > 0) --initial_left_;
    const auto most = initial_left_ > 0 ? kLeastPause : kInterval;
    next_ = now + (initial_left_ > 0
                       ? rib::TimePoint::duration(most)
                       : std::chrono::duration_cast<rib::TimePoint::duration>(most * (0.75 + 0.25 * jitter)));
  }
  /// It could not go out, e.g. because the link has no link-local address yet.
  void failed(rib::TimePoint now) { next_ = now + std::chrono::seconds(1); }
  /// Somebody asked, or somebody new was heard: soon, but not more often than allowed (§6.2.6).
  void answer(rib::TimePoint now) {
    next_ = std::min(next_, was_sent_ ? std::max(now, last_ + kLeastPause) : now);
  }

 private:
  rib::TimePoint next_, last_{};
  bool was_sent_ = false;
  int initial_left_ = kInitial;
};

}  // namespace bgpd::link
