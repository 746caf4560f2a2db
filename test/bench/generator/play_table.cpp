// A table from one sender to one receiver, and its withdraw; many senders' tables, and their end.
#include "test/bench/generator/scenario.hpp"
#include "test/bench/generator/update_messages.hpp"

namespace bench {

void play_table(Run& run) {
  const auto table = run.internet_table(1000000);
  auto announce = announcements(table, run.announcer(0), 4096);
  const auto end = end_of_rib(run.options().family);
  announce.insert(announce.end(), end.begin(), end.end());
  const auto withdraw = withdraws(table.prefixes, 4096);
  const auto receiver = run.receiver(0).number();

  ReceivedRoutes routes(table.prefixes, run.loop().size());
  run.loop().on_update([&](Session& session, const ReceivedUpdate& update) {
    if (session.number() == receiver) routes.take(receiver, update);
  });
  if (!run.bring_up()) return;

  run.begin_phase();
  run.loop().send(run.sender(0), announce);
  if (!run.end_phase("table", [&] { return routes.held() == table.prefixes.size(); })) return;

  run.begin_phase();
  run.loop().send(run.sender(0), withdraw);
  if (!run.end_phase("withdraw", [&] { return routes.held() == 0; })) return;
  run.loop().run_for(std::chrono::seconds(10));  // some give memory back when they have rested for a while
  run.note("withdraw_later_rss_mib", run.probe().read().resident_mib);
}

void play_best(Run& run) {
  const auto table = run.internet_table(200000);
  const auto senders = run.cast().senders;
  std::vector<Message> announce(senders);
  std::vector<std::uint8_t> shortest(table.prefixes.size(), UINT8_MAX);  // AS path on offer
  const auto end = end_of_rib(run.options().family);
  for (std::uint32_t sender = 0; sender < senders; ++sender) {
    announce[sender] = announcements(table, run.announcer(sender), 4096);
    announce[sender].insert(announce[sender].end(), end.begin(), end.end());
    for (std::uint32_t i = 0; i < table.groups.size(); ++i) {
      const auto& group = table.groups[i];
      const auto length = attributes_of(i, run.announcer(sender)).as_path.length();
      for (auto p = group.first; p < group.first + group.count; ++p)
        shortest[p] = static_cast<std::uint8_t>(std::min<unsigned>(shortest[p], length));
    }
  }

  // Done when every prefix stands at the receiver with a path of the least length (the daemon puts its AS in
  // front).
  const auto receiver = run.receiver(0).number();
  ReceivedRoutes routes(table.prefixes, run.loop().size());
  std::vector<bool> is_best(table.prefixes.size());
  std::size_t best = 0;
  const auto mark = [&](const rib::Prefix& prefix, bool is) {
    const auto number = routes.numbers().find(prefix);
    if (!number || is_best[*number] == is) return;
    is_best[*number] = is;
    best += is ? 1 : ~std::size_t{0};
  };
  bool checks_length = true;
  run.loop().on_update([&](Session& session, const ReceivedUpdate& update) {
    if (session.number() != receiver) return;
    routes.take(receiver, update);
    if (!checks_length) return;
    const auto length = update.as_path_length();
    for (const auto& nlri : update.withdrawn()) mark(nlri.prefix, false);
    for (const auto& nlri : update.announced())
      if (const auto number = routes.numbers().find(nlri.prefix))
        mark(nlri.prefix, length == shortest[*number] + 1u);
  });
  if (!run.bring_up()) return;

  run.begin_phase();
  for (std::uint32_t i = 0; i < senders; ++i) run.loop().send(run.sender(i), announce[i]);
  if (!run.end_phase("best", [&] { return best == table.prefixes.size(); })) return;

  checks_length = false;
  run.begin_phase();
  for (std::uint32_t i = 0; i < senders; ++i) run.loop().hang_up(run.sender(i));
  run.end_phase("close", [&] { return routes.held() == 0; });
}

}  // namespace bench
