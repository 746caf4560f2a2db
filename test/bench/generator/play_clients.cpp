// Many clients of one reflector: what a route costs for each of them, and all of them coming at once.
#include "test/bench/generator/scenario.hpp"
#include "test/bench/generator/update_messages.hpp"

namespace bench {
namespace {

rib::PathAttributes plain_attributes(const Announcer& announcer) {
  rib::PathAttributes attributes;
  attributes.origin = rib::Origin::Igp;
  attributes.local_pref = 100;
  attributes.next_hop = announcer.address;
  return attributes;
}

}  // namespace

void play_fan_out(Run& run) {
  // Routes with attributes of their own: a message each, as hosts announce them.
  const auto table = run.row(run.options().prefixes ? run.options().prefixes : 1000);
  Message announce;
  for (std::uint32_t i = 0; i < table.prefixes.size(); ++i) {
    const auto one =
        announcement({&table.prefixes[i], 1}, attributes_of(i, run.announcer(0)), run.announcer(0));
    announce.insert(announce.end(), one.begin(), one.end());
  }
  ReceivedRoutes routes(table.prefixes, run.loop().size());
  run.loop().on_update(
      [&](Session& session, const ReceivedUpdate& update) { routes.take(session.number(), update); });
  if (!run.bring_up()) return;

  const auto told = std::uint64_t{table.prefixes.size()} * run.cast().receivers;
  const auto cpu = run.probe().cpu_seconds();
  run.begin_phase();
  run.loop().send(run.sender(0), announce);
  if (!run.end_phase("fan_out", [&] { return routes.held() >= told; })) return;
  run.note("fan_out_ns", (run.probe().cpu_seconds() - cpu) / static_cast<double>(told) * 1e9);
}

void play_cold_start(Run& run) {
  const auto clients = run.cast().size();
  const auto brought = run.options().prefixes ? run.options().prefixes : 100000;
  const auto all = run.row(clients + brought);  // each client's own prefix, then those that one brings
  std::vector<Message> own(clients);
  for (std::uint32_t i = 0; i < clients; ++i)
    own[i] = announcement({&all.prefixes[i], 1}, plain_attributes(run.announcer(i)), run.announcer(i));
  RouteTable table;
  table.prefixes.assign(all.prefixes.begin() + clients, all.prefixes.end());
  table.groups = run.row(brought).groups;
  const auto announce = announcements(table, run.announcer(0), 4096);

  ReceivedRoutes routes(all.prefixes, clients);
  run.loop().on_update(
      [&](Session& session, const ReceivedUpdate& update) { routes.take(session.number(), update); });
  run.loop().on_established([&](Session& session) { run.loop().send(session, own[session.number()]); });

  run.begin_phase();
  run.loop().dial_from_here_on(clients);
  const auto others = std::uint64_t{clients} * (clients - 1);
  const auto all_have_others = [&] { return run.loop().all_are_up() && routes.held() >= others; };
  if (!run.end_phase("connect", all_have_others)) {
    run.note("clients_up", static_cast<double>(run.loop().established()));
    run.note("routes_missing", static_cast<double>(others - std::min(others, routes.held())));
    return;
  }

  run.begin_phase();
  run.loop().send(run.loop()[0], announce);
  const auto wanted = others + std::uint64_t{brought} * (clients - 1);
  run.end_phase("brought", [&] { return routes.held() >= wanted; });
  run.note("sessions_lost", static_cast<double>(run.loop().lost()));
  run.note("longest_silence_s", std::chrono::duration<double>(run.loop().longest_silence()).count());
}

void play_idle(Run& run) {
  const auto table = run.row(run.cast().size());
  std::vector<Message> own;
  for (std::uint32_t i = 0; i < run.cast().size(); ++i)
    own.push_back(
        announcement({&table.prefixes[i], 1}, attributes_of(i, run.announcer(i)), run.announcer(i)));
  run.loop().on_established([&](Session& session) { run.loop().send(session, own[session.number()]); });
  if (!run.bring_up()) return;

  const auto before = run.probe().read();
  run.loop().run_for(
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(run.options().seconds)));
  const auto after = run.probe().read();
  run.note("idle_rss_mib", after.resident_mib);
  run.note("idle_cpu_ms", (after.cpu_seconds - before.cpu_seconds) / run.options().seconds * 1e3);
  run.note("idle_wakeups",
           static_cast<double>(after.context_switches - before.context_switches) / run.options().seconds);
}

}  // namespace bench
