// Clients of a reflector, each with a prefix of its own: N * (N - 1) routes are told.
#include "test/bench/generator/scenario.hpp"
#include "test/bench/generator/update_messages.hpp"

namespace bench {

void play_reflector(Run& run) {
  const auto clients = run.cast().size();
  const auto table = run.row(clients);
  std::vector<Message> announce(clients);
  const auto end = end_of_rib(run.options().family);
  for (std::uint32_t i = 0; i < clients; ++i) {
    rib::PathAttributes attributes;
    attributes.origin = rib::Origin::Igp;
    attributes.local_pref = 100;
    attributes.next_hop = run.announcer(i).address;
    announce[i] = announcement({&table.prefixes[i], 1}, attributes, run.announcer(i));
    announce[i].insert(announce[i].end(), end.begin(), end.end());
  }

  ReceivedRoutes routes(table.prefixes, clients);
  std::uint64_t own = 0;  // told back to the client that announced it
  run.loop().on_update([&](Session& session, const ReceivedUpdate& update) {
    const auto& prefix = table.prefixes[session.number()];
    for (const auto& nlri : update.announced()) own += nlri.prefix == prefix ? 1 : 0;
    routes.take(session.number(), update);
  });
  if (!run.bring_up()) return;

  run.begin_phase();
  for (std::uint32_t i = 0; i < clients; ++i) run.loop().send(run.loop()[i], announce[i]);
  const auto wanted = std::uint64_t{clients} * (clients - 1);
  run.end_phase("reflector", [&] { return routes.held() >= wanted; });
  run.note("told_back", static_cast<double>(own));
  run.note("longest_silence_s", std::chrono::duration<double>(run.loop().longest_silence()).count());
}

}  // namespace bench
