// Prefixes of one sender that go and come, one at an even pace, and how long it takes until a receiver hears
// of it.
#pragma once

#include <functional>
#include <vector>

#include "test/bench/generator/scenario.hpp"
#include "test/bench/generator/update_messages.hpp"

namespace bench {

class Flaps {
 public:
  /// The first prefixes of `count` evenly spread groups of the table that the sender has announced.
  Flaps(Run& run, std::uint32_t sender, const RouteTable& table, std::size_t count);

  /// What the receiver heard.
  void hear(const ReceivedUpdate& update);
  /// Sends events, options().rate a second, until `done`; then waits a moment for what is not heard of. One
  /// whose last event was not heard of has none meanwhile. False: the time ran out first.
  bool play(const std::function<bool()>& done, Clock::time_point deadline);

  /// Of the last play().
  std::size_t events() const { return events_; }
  /// From an event to when it was heard of, in ms; the smaller, the less was in the way.
  const std::vector<double>& latencies() const { return latencies_; }

 private:
  struct Flapping {
    rib::Prefix prefix;
    Message announce, withdraw;
    bool is_announced = true;
    bool is_pending = false;  // the receiver has not heard of the last event
    Clock::time_point sent;
  };

  void choose(const RouteTable& table, std::size_t count);
  void heard(const rib::Prefix& prefix, bool is_announced);

  Run& run_;
  std::uint32_t sender_;
  std::vector<Flapping> flapping_;
  PrefixNumbers numbers_;
  std::size_t next_ = 0, events_ = 0;
  std::vector<double> latencies_;
};

}  // namespace bench
