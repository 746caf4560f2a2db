// A full table at rest, of which one prefix in a hundred flaps, one event after the other at an even pace.
#include "test/bench/generator/percentile.hpp"
#include "test/bench/generator/scenario.hpp"
#include "test/bench/generator/update_messages.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kOneIn = 100;  // prefixes that flap

struct Flapping {
  rib::Prefix prefix;
  Message announce, withdraw;
  bool is_announced = true;
  bool is_pending = false;  // the receiver has not heard of the last event
  Clock::time_point sent;
};

/// The first prefix of evenly spread groups.
std::vector<Flapping> choose(const RouteTable& table, const Announcer& announcer) {
  std::vector<Flapping> chosen;
  const auto wanted = std::max<std::size_t>(1, table.prefixes.size() / kOneIn);
  const auto step = std::max<std::size_t>(1, table.groups.size() / wanted);
  for (std::size_t g = 0; g < table.groups.size() && chosen.size() < wanted; g += step) {
    Flapping flapping;
    flapping.prefix = table.prefixes[table.groups[g].first];
    flapping.announce = announcement({&flapping.prefix, 1},
                                     attributes_of(static_cast<std::uint32_t>(g), announcer), announcer);
    flapping.withdraw = withdraws({&flapping.prefix, 1}, 4096);
    chosen.push_back(std::move(flapping));
  }
  return chosen;
}

std::vector<rib::Prefix> prefixes_of(const std::vector<Flapping>& flapping) {
  std::vector<rib::Prefix> prefixes;
  for (const auto& one : flapping) prefixes.push_back(one.prefix);
  return prefixes;
}

double milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

void play_flaps(Run& run) {
  const auto table =
      internet_table(run.options().prefixes ? run.options().prefixes : 100000, run.options().seed);
  const auto announce = announcements(table, run.announcer(0), 4096);
  auto flapping = choose(table, run.announcer(0));
  const PrefixNumbers numbers(prefixes_of(flapping));
  const auto receiver = run.receiver(0).number();

  ReceivedRoutes routes(table.prefixes, run.loop().size());
  std::vector<double> latencies;
  const auto heard = [&](const rib::Prefix& prefix, bool is_announced) {
    const auto number = numbers.find(prefix);
    if (!number) return;
    auto& one = flapping[*number];
    if (!one.is_pending || one.is_announced != is_announced) return;
    one.is_pending = false;
    latencies.push_back(milliseconds(run.loop().last_update() - one.sent));
  };
  bool flaps = false;
  run.loop().on_update([&](Session& session, const ReceivedUpdate& update) {
    if (session.number() != receiver) return;
    if (!flaps) return routes.take(receiver, update);
    for (const auto& nlri : update.withdrawn()) heard(nlri.prefix, false);
    for (const auto& nlri : update.announced()) heard(nlri.prefix, true);
  });
  if (!run.bring_up()) return;
  run.begin_phase();
  run.loop().send(run.sender(0), announce);
  if (!run.end_phase("table", [&] { return routes.held() == table.prefixes.size(); })) return;

  flaps = true;
  const auto interval = std::chrono::nanoseconds(1000000000 / std::max(1u, run.options().rate));
  const auto events = static_cast<std::size_t>(run.options().seconds * run.options().rate);
  const auto cpu = run.probe().cpu_seconds();
  const auto start = Clock::now();
  for (std::size_t event = 0; event < events; ++event) {
    const auto due = start + event * interval;
    run.loop().run_until([] { return false; }, due);
    auto& one = flapping[event % flapping.size()];
    one.is_announced = !one.is_announced;
    one.is_pending = true;
    one.sent = Clock::now();
    run.loop().send(run.sender(0), one.is_announced ? one.announce : one.withdraw);
  }
  run.loop().run_until([&] { return latencies.size() >= events; }, Clock::now() + 2s);
  run.note("flap_p50_ms", percentile(latencies, 50));
  run.note("flap_p99_ms", percentile(latencies, 99));
  run.note("flap_max_ms", percentile(latencies, 100));
  run.note("flap_cpu_us", (run.probe().cpu_seconds() - cpu) / static_cast<double>(events) * 1e6);
  run.note("flaps_unheard", static_cast<double>(events - std::min(events, latencies.size())));
  if (latencies.size() < events / 2) run.fail("most flaps were not heard of");
}

}  // namespace bench
