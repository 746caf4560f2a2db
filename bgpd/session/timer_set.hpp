// The timers of one connection as deadlines: data, no clock. RFC 4271 §10.
#pragma once

#include <array>
#include <optional>

#include "bgpd/session/actions.hpp"
#include "rib/messages.hpp"

namespace bgpd::session {

using rib::TimePoint;

class TimerSet {
 public:
  static constexpr TimePoint kNever = TimePoint::max();

  void start(Timer timer, TimePoint deadline) { at(timer) = deadline; }
  void stop(Timer timer) { at(timer) = kNever; }
  void stop_all() { deadlines_.fill(kNever); }
  bool runs(Timer timer) const { return at(timer) != kNever; }
  TimePoint deadline(Timer timer) const { return at(timer); }

  /// The earliest deadline; kNever when no timer runs.
  TimePoint next_deadline() const {
    auto earliest = kNever;
    for (const auto deadline : deadlines_) earliest = deadline < earliest ? deadline : earliest;
    return earliest;
  }

  /// Takes one timer that has expired; the earliest first.
  std::optional<Timer> take_expired(TimePoint now) {
    const auto earliest = next_deadline();
    if (earliest == kNever || earliest > now) return std::nullopt;
    for (std::size_t i = 0; i < kTimerCount; ++i)
      if (deadlines_[i] == earliest) {
        deadlines_[i] = kNever;
        return static_cast<Timer>(i);
      }
    return std::nullopt;
  }

 private:
  TimePoint& at(Timer timer) { return deadlines_[static_cast<std::size_t>(timer)]; }
  const TimePoint& at(Timer timer) const { return deadlines_[static_cast<std::size_t>(timer)]; }

  std::array<TimePoint, kTimerCount> deadlines_{kNever, kNever, kNever, kNever, kNever, kNever};
};

}  // namespace bgpd::session
