// A full table at rest, of which one prefix in a hundred flaps, one event after the other at an even pace.
#include "test/bench/generator/flaps.hpp"
#include "test/bench/generator/percentile.hpp"

namespace bench {

void play_flaps(Run& run) {
  constexpr std::size_t kOneIn = 100;  // prefixes that flap
  const auto table = run.internet_table(100000);
  const auto announce = announcements(table, run.announcer(0), 4096);
  Flaps flaps(run, 0, table, table.prefixes.size() / kOneIn);
  const auto receiver = run.receiver(0).number();

  ReceivedRoutes routes(table.prefixes, run.loop().size());
  bool is_there = false;
  run.loop().on_update([&](Session& session, const ReceivedUpdate& update) {
    if (session.number() != receiver) return;
    is_there ? flaps.hear(update) : routes.take(receiver, update);
  });
  if (!run.bring_up()) return;
  run.begin_phase();
  run.loop().send(run.sender(0), announce);
  if (!run.end_phase("table", [&] { return routes.held() == table.prefixes.size(); })) return;

  is_there = true;
  const auto cpu = run.probe().cpu_seconds();
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(run.options().seconds));
  flaps.play([] { return false; }, end);
  const auto& latencies = flaps.latencies();
  const auto events = flaps.events();
  run.note("flap_p50_ms", percentile(latencies, 50));
  run.note("flap_p99_ms", percentile(latencies, 99));
  run.note("flap_max_ms", percentile(latencies, 100));
  run.note("flap_cpu_us", (run.probe().cpu_seconds() - cpu) / static_cast<double>(events) * 1e6);
  run.note("flaps_unheard", static_cast<double>(events - std::min(events, latencies.size())));
  if (latencies.size() < events / 2) run.fail("most flaps were not heard of");
}

}  // namespace bench
