#include "test/bench/generator/flaps.hpp"

#include <algorithm>

namespace bench {
namespace {

using namespace std::chrono_literals;

double milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

Flaps::Flaps(Run& run, std::uint32_t sender, const RouteTable& table, std::size_t count)
    : run_(run), sender_(sender) {
  choose(table, std::max<std::size_t>(1, count));
  std::vector<rib::Prefix> prefixes;
  for (const auto& one : flapping_) prefixes.push_back(one.prefix);
  numbers_ = PrefixNumbers(prefixes);
}

void Flaps::choose(const RouteTable& table, std::size_t count) {
  const auto announcer = run_.announcer(sender_);
  const auto step = std::max<std::size_t>(1, table.groups.size() / count);
  for (std::size_t g = 0; g < table.groups.size() && flapping_.size() < count; g += step) {
    Flapping flapping;
    flapping.prefix = table.prefixes[table.groups[g].first];
    flapping.announce = announcement({&flapping.prefix, 1},
                                     attributes_of(static_cast<std::uint32_t>(g), announcer), announcer);
    flapping.withdraw = withdraws({&flapping.prefix, 1}, 4096);
    flapping_.push_back(std::move(flapping));
  }
}

void Flaps::hear(const ReceivedUpdate& update) {
  for (const auto& nlri : update.withdrawn()) heard(nlri.prefix, false);
  for (const auto& nlri : update.announced()) heard(nlri.prefix, true);
}

void Flaps::heard(const rib::Prefix& prefix, bool is_announced) {
  const auto number = numbers_.find(prefix);
  if (!number) return;
  auto& one = flapping_[*number];
  if (!one.is_pending || one.is_announced != is_announced) return;
  one.is_pending = false;
  latencies_.push_back(milliseconds(run_.loop().last_update() - one.sent));
}

bool Flaps::play(const std::function<bool()>& done, Clock::time_point deadline) {
  events_ = 0;
  latencies_.clear();
  const auto interval = std::chrono::nanoseconds(1000000000 / std::max(1u, run_.options().rate));
  const auto start = Clock::now();
  bool is_done = false;
  for (std::size_t turn = 0; !is_done && Clock::now() < deadline; ++turn) {
    is_done = run_.loop().run_until(done, start + turn * interval);
    auto& one = flapping_[next_++ % flapping_.size()];
    if (is_done || one.is_pending) continue;
    one.is_announced = !one.is_announced;
    one.is_pending = true;
    one.sent = Clock::now();
    ++events_;
    run_.loop().send(run_.sender(sender_), one.is_announced ? one.announce : one.withdraw);
  }
  run_.loop().run_until([&] { return latencies_.size() >= events_; }, Clock::now() + 2s);
  return is_done;
}

}  // namespace bench
