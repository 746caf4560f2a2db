// How long to wait before the next try: short at first, twice as long after each failure, up to a bound.
// One of these spaces connection attempts, another damps a peer that oscillates (RFC 4271 §8.1.1,
// DampPeerOscillations). Pure: jitter is added by whoever starts the timer.
#pragma once

#include <algorithm>
#include <chrono>

namespace bgpd::session {

/// Nodes that start together miss each other by little: the first retry must not cost a second.
inline constexpr std::chrono::milliseconds kFirstRetry{100};

class Backoff {
 public:
  explicit Backoff(std::chrono::milliseconds limit) : limit_(limit) {}

  /// The wait after one more failure.
  std::chrono::milliseconds next() {
    const auto delay = std::min(delay_, limit_);
    delay_ = std::min(delay_ * 2, limit_);
    ++failures_;
    return delay;
  }
  void reset() {
    delay_ = kFirstRetry;
    failures_ = 0;
  }
  void set_limit(std::chrono::milliseconds limit) { limit_ = limit; }
  unsigned failures() const { return failures_; }

 private:
  std::chrono::milliseconds limit_;
  std::chrono::milliseconds delay_ = kFirstRetry;
  unsigned failures_ = 0;
};

}  // namespace bgpd::session
