// What a release is trained with: a speaker in memory and virtual time does what a daemon's days are made of.
// Which branches it takes, and how often, is what the compiler lays the program out by (etc/profile.cmake).
#include <cstdio>
#include <cstdlib>

#include "test/bench/training/player.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

/// A host and its peers, numbered from 2 on: external ones with an AS each, or clients that it reflects to.
class Scene {
 public:
  Scene(unsigned players, bool is_internal) : host_(world_, 1), is_internal_(is_internal) {
    for (unsigned i = 0; i < players; ++i)
      players_.push_back(std::make_unique<Player>(world_, host_, kFirst + i, announcer(i).as));
    settle();
    for (unsigned i = 0; i < players; ++i)
      if (!host_.is_up(kFirst + i)) give_up("a session did not come up");
  }

  Player& player(unsigned i) { return *players_[i]; }
  Announcer announcer(unsigned i) const {
    return {i, is_internal_ ? host_.as() : 65000 + i, is_internal_, simulation::address_of(kFirst + i)};
  }
  /// Until everything that was said is known to everybody.
  void settle() { world_.run_for(1s); }
  void expect_table(std::size_t prefixes) {
    const auto totals = host_.speaker().engine().totals();
    if (totals.paths[rib::index_of(rib::Family::Ipv4Unicast)] < prefixes) give_up("routes are missing");
  }
  [[noreturn]] static void give_up(const char* why) {
    std::fprintf(stderr, "training: %s\n", why);
    std::exit(1);
  }

 private:
  static constexpr unsigned kFirst = 2;
  simulation::World world_;
  simulation::Host host_;
  const bool is_internal_;
  std::vector<std::unique_ptr<Player>> players_;
};

void tell(Scene& scene, unsigned player, const Message& message) {
  scene.player(player).say(message);
  scene.settle();
}

/// One prefix of a group goes and comes, one event at a time.
void flap(Scene& scene, unsigned player, const RouteTable& table, std::size_t events) {
  for (std::size_t i = 0; i < events; ++i) {
    const auto group = static_cast<std::uint32_t>(i * 7919 % table.groups.size());
    const auto one = table.of(table.groups[group]).first(1);
    tell(scene, player, withdraws(one, 4096));
    const auto announcer = scene.announcer(player);
    tell(scene, player, announcement(one, attributes_of(group, announcer), announcer));
  }
}

/// A table from one to two others, its flaps, and its end.
void table() {
  Scene scene(3, false);
  const auto table = internet_table(60000);
  tell(scene, 0, announcements(table, scene.announcer(0), 4096));
  scene.expect_table(table.prefixes.size());
  flap(scene, 0, table, 5000);
  tell(scene, 0, withdraws(table.prefixes, 4096));
}

/// Many tell of the same prefixes, and hang up.
void best() {
  constexpr unsigned kSenders = 6;
  Scene scene(kSenders + 1, false);
  const auto table = internet_table(15000);
  for (unsigned i = 0; i < kSenders; ++i) tell(scene, i, announcements(table, scene.announcer(i), 4096));
  scene.expect_table(kSenders * table.prefixes.size());
  for (unsigned i = 0; i < kSenders; ++i) {
    scene.player(i).hang_up();
    scene.settle();
  }
}

/// Clients with a prefix each; then one has many.
void reflector() {
  constexpr unsigned kClients = 60;
  Scene scene(kClients, true);
  const auto table = internet_table(3000);
  for (unsigned i = 0; i < kClients; ++i)
    tell(scene, i,
         announcement({&table.prefixes[i], 1}, attributes_of(i, scene.announcer(i)), scene.announcer(i)));
  tell(scene, 0, announcements(table, scene.announcer(0), 4096));
  scene.expect_table(table.prefixes.size());
  flap(scene, 0, table, 200);
}

}  // namespace
}  // namespace bench

int main() {
  bench::table();
  bench::best();
  bench::reflector();
}
