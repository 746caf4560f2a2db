// What waits while the daemon walks its whole table: routes of another neighbor flap meanwhile, and a
// receiver that has no part in it hears of them. One walk answers a ROUTE-REFRESH of a second receiver, one
// follows the end of the neighbor that brought the table.
#include "bgpd/wire/route_refresh.hpp"
#include "test/bench/generator/flaps.hpp"
#include "test/bench/generator/percentile.hpp"

namespace bench {
namespace {

constexpr std::size_t kFlapping = 1000;  // groups of prefixes, of the second sender

/// The table's first groups, and its last ones as a table of their own.
std::pair<RouteTable, RouteTable> split(const RouteTable& table, std::size_t groups_of_second) {
  const auto boundary = table.groups.size() - std::min(table.groups.size() / 2, groups_of_second);
  const auto first = table.groups[boundary].first;
  std::pair<RouteTable, RouteTable> parts;
  parts.first.prefixes.assign(table.prefixes.begin(), table.prefixes.begin() + first);
  parts.second.prefixes.assign(table.prefixes.begin() + first, table.prefixes.end());
  for (std::size_t g = 0; g < table.groups.size(); ++g) {
    const auto& [start, count] = table.groups[g];
    if (g < boundary)
      parts.first.groups.push_back({start, count});
    else
      parts.second.groups.push_back({start - first, count});
  }
  return parts;
}

}  // namespace

void play_walks(Run& run) {
  const auto [table, flapping] = split(run.internet_table(1000000), kFlapping);
  const auto announce = announcements(table, run.announcer(0), 4096);
  const auto announce_flapping = announcements(flapping, run.announcer(1), 4096);
  Flaps flaps(run, 1, flapping, kFlapping);
  const auto bystander = run.receiver(0).number(), asker = run.receiver(1).number();

  ReceivedRoutes routes(table.prefixes, run.loop().size()), others(flapping.prefixes, run.loop().size());
  std::size_t told_to_asker = 0;
  bool flap = false;
  run.loop().on_update([&](Session& session, const ReceivedUpdate& update) {
    const auto number = session.number();
    if (number != bystander && number != asker) return;
    routes.take(number, update);
    if (number == asker) told_to_asker += update.announced().size();
    if (number == bystander) flap ? flaps.hear(update) : others.take(number, update);
  });
  if (!run.bring_up()) return;
  run.begin_phase();
  run.loop().send(run.sender(0), announce);
  run.loop().send(run.sender(1), announce_flapping);
  if (!run.end_phase("table", [&] {
        return routes.held() == 2 * table.prefixes.size() && others.held() == flapping.prefixes.size();
      }))
    return;

  flap = true;
  const auto measure = [&](const std::string& name, const std::function<bool()>& done,
                           Clock::time_point deadline) {
    const bool is_done = flaps.play(done, deadline);
    run.note(name + "_p50_ms", percentile(flaps.latencies(), 50));
    run.note(name + "_p99_ms", percentile(flaps.latencies(), 99));
    run.note(name + "_max_ms", percentile(flaps.latencies(), 100));
    return is_done;
  };
  measure(
      "rest", [] { return false; }, Clock::now() + std::chrono::seconds(2));

  constexpr std::uint8_t kUnicast = 1;
  const auto afi = static_cast<std::uint16_t>(rib::afi_of(run.options().family));
  const auto refresh = bgpd::wire::encode_route_refresh({afi, 0, kUnicast});
  told_to_asker = 0;
  run.loop().send(run.receiver(1), refresh);
  if (!measure(
          "refresh", [&] { return told_to_asker >= table.prefixes.size(); }, run.deadline()))
    return run.fail("the table did not come again");
  run.rest();

  run.loop().hang_up(run.sender(0));
  if (!measure(
          "close", [&] { return routes.held() == 0; }, run.deadline()))
    run.fail("the table did not go");
}

}  // namespace bench
