// A peer's export profile changes while its session stays: it gets what differs, and nothing is left behind.
#include <gmock/gmock.h>

#include <random>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;

ExportProfile profile_of(const PeerUp& up) { return *up.exports[0]; }

/// Nobody defined it: it denies.
PolicyChain denying() {
  return {.distribute_list = {}, .prefix_list = "nobody-knows", .filter_list = {}, .route_map = {}};
}

class Regroup : public testing::Test {
 protected:
  Regroup() {
    node.announce(source, attributes().via("192.0.2.1").community(Community{7}),
                  {"10.1.0.0/16", "10.2.0.0/16"});
    node.settle();
    node.output.log.clear();
  }
  void change(const ExportProfile& to) { node.engine.set_export_profile(member, to, node.now); }
  int ends_of_rib() { return node.output.ends_of_rib[{member.index, Family::Ipv4Unicast}]; }

  Node node;
  PeerUp up = client("192.0.2.2");
  ExportProfile profile = profile_of(up);
  PeerHandle source = node.up(client("192.0.2.1")), member = node.up(up);
};

TEST_F(Regroup, WhatChangedIsAnnouncedAgainWithoutEndOfRib) {
  profile.send_standard_communities = false;

  change(profile);
  node.settle();

  EXPECT_THAT(node.output.log, ElementsAre("announce cohort 10.1.0.0/16 10.2.0.0/16"));
  EXPECT_TRUE(node.output.of(member).at(prefix("10.1.0.0/16")).communities.empty());
  EXPECT_EQ(ends_of_rib(), 1);
}

TEST_F(Regroup, WhatMayBeSentNoMoreIsWithdrawn) {
  profile.policy = denying();

  change(profile);
  node.settle();

  EXPECT_THAT(node.output.log, ElementsAre("withdraw cohort 10.1.0.0/16 10.2.0.0/16"));
  EXPECT_EQ(node.engine.export_state(member, prefix("10.1.0.0/16")), ExportState::PolicyDenied);
}

TEST_F(Regroup, WhatGoesWhileTheWalkIsOnItsWayIsWithdrawn) {
  profile.next_hop_mode = NextHopMode::SelfForce;

  change(profile);
  node.withdraw(source, {"10.2.0.0/16"});
  node.engine.run(1, node.now);
  node.settle(1);

  EXPECT_THAT(node.output.of(member), ElementsAre(Key(prefix("10.1.0.0/16"))));
}

TEST_F(Regroup, ABestPathThatBecomesTheMembersOwnIsWithdrawnFromIt) {  // RFC 4271 §9.1.3
  profile.next_hop_mode = NextHopMode::SelfForce;

  change(profile);
  node.announce(member, attributes().via("192.0.2.2").preference(500), {"10.1.0.0/16"});
  node.settle(1);

  EXPECT_THAT(node.output.of(member), ElementsAre(Key(prefix("10.2.0.0/16"))));
}

TEST_F(Regroup, AMoveBeforeTheFirstTableIsCompleteStillEndsWithEndOfRib) {
  const auto late = node.up(client("192.0.2.3"));
  auto other = profile_of(client("192.0.2.3"));
  other.next_hop_mode = NextHopMode::SelfForce;

  node.engine.set_export_profile(late, other, node.now);
  node.settle(1);

  EXPECT_EQ((node.output.ends_of_rib[{late.index, Family::Ipv4Unicast}]), 1);
  EXPECT_EQ(node.output.of(late).size(), 2u);
}

TEST_F(Regroup, DefaultOriginateComesAndGoes) {
  profile.default_originate = true;
  change(profile);
  node.settle();
  EXPECT_EQ(node.output.of(member).size(), 3u);

  profile.default_originate = false;
  change(profile);
  node.settle();
  EXPECT_EQ(node.output.of(member).size(), 2u);
}

TEST_F(Regroup, TheMadeUpDefaultRouteFollowsTheSpeaker) {  // RFC 8326
  profile.default_originate = true;
  change(profile);
  node.settle();

  auto s = speaker();
  s.graceful_shutdown = true;
  node.engine.set_speaker(s, node.now);
  node.settle();

  EXPECT_EQ(node.output.of(member).at(prefix("0.0.0.0/0")).local_pref, 0u);
}

TEST_F(Regroup, ARealDefaultRouteTakesThePlaceOfTheOneMadeUp) {
  node.announce(source, attributes().via("192.0.2.1").with_med(7), {"0.0.0.0/0"});
  profile.default_originate = true;
  change(profile);
  node.settle();
  ASSERT_FALSE(node.output.of(member).at(prefix("0.0.0.0/0")).med);

  profile.default_originate = false;
  change(profile);
  node.settle();
  EXPECT_EQ(node.output.of(member).at(prefix("0.0.0.0/0")).med, 7u);
}

TEST_F(Regroup, RoutesOfANewClientGoToTheOthers) {  // RFC 4456 §6
  const auto a = node.up(peer("192.0.2.5")), b = node.up(peer("192.0.2.6"));
  node.announce(a, attributes().via("192.0.2.5"), {"10.5.0.0/16"});
  node.settle();
  ASSERT_FALSE(node.output.of(b).contains(prefix("10.5.0.0/16")));

  auto client_now = profile_of(client("192.0.2.5"));
  node.engine.set_export_profile(a, client_now, node.now);
  node.settle();
  EXPECT_TRUE(node.output.of(b).contains(prefix("10.5.0.0/16")));

  client_now.is_route_reflector_client = false;
  node.engine.set_export_profile(a, client_now, node.now);
  node.settle();
  EXPECT_FALSE(node.output.of(b).contains(prefix("10.5.0.0/16")));
}

TEST_F(Regroup, TheSameProfileIsNoChange) {
  change(profile);
  EXPECT_FALSE(node.engine.has_work());
}

/// Random profile changes amid churn: at any rest each peer holds what a fresh session would give it.
class RandomRegroup : public testing::TestWithParam<unsigned> {
 protected:
  static constexpr unsigned kPeers = 9, kPlainPeers = 7, kPrefixes = 24;
  struct Player {
    PeerUp up;
    std::optional<PeerHandle> handle;
    std::map<Prefix, PathAttributes> announced;
  };

  RandomRegroup() : random(GetParam()) {
    for (unsigned i = 0; i < kPeers; ++i) {
      const auto text = "192.0.2." + std::to_string(i + 1);
      players[i].up = i % 3 == 0 ? peer(text, 100 + i) : i % 3 == 1 ? client(text) : peer(text);
      if (i >= kPlainPeers)
        for (auto& profile : players[i].up.exports) profile->add_path_send = true;  // RFC 7911
    }
  }
  unsigned pick(unsigned n) { return static_cast<unsigned>(random() % n); }
  static Nlri nlri(unsigned i) {
    return {i == 0 ? prefix("0.0.0.0/0") : Prefix(IpAddress::v4(0x0a000000 + (i << 16)), 16), 0};
  }

  void change_profile(Player& player) {
    auto& profile = *player.up.exports[0];
    switch (pick(8)) {
      case 0:
        profile.next_hop_mode = static_cast<NextHopMode>(pick(4));
        break;
      case 1:
        profile.send_standard_communities = pick(2) != 0;
        break;
      case 2:
        if (profile.type == PeerType::Internal) profile.is_route_reflector_client = pick(2) != 0;
        break;
      case 3:
        profile.default_originate = pick(2) != 0;
        break;
      case 4:
        profile.requires_policy = pick(3) == 0;
        break;
      case 5:
        profile.advertisement_interval = std::chrono::seconds(5 * pick(2));
        break;
      case 6:
        profile.add_path = {static_cast<AddPathSelection::Kind>(pick(4)),
                            static_cast<std::uint8_t>(1 + pick(2))};
        break;
      default:
        profile.policy = pick(3) == 0 ? denying() : PolicyChain{};
    }
    if (player.handle) node.engine.set_export_profile(*player.handle, profile, node.now);
  }

  void announce(Player& player, unsigned number) {
    const auto prefix = nlri(pick(kPrefixes));
    auto route = attributes().via("192.0.2." + std::to_string(number + 1)).with_med(pick(3));
    if (player.up.type == PeerType::External) {
      route.path({100 + number, 7 + pick(2)});
    } else {
      route.preference(100 + pick(2));
    }
    if (pick(4) == 0) route.community(pick(2) ? kNoExport : Community{7});
    player.announced.insert_or_assign(prefix.prefix, route);
    node.announce(*player.handle, route, std::span(&prefix, 1));
  }

  void step() {
    const auto number = pick(kPeers);
    auto& player = players[number];
    const auto choice = pick(12);
    if (!player.handle) {
      player.handle = node.up(player.up);
    } else if (choice == 0) {
      node.down(*player.handle);
      player.handle.reset();
      player.announced.clear();
    } else if (choice <= 3) {
      change_profile(player);
    } else if (choice == 4) {
      node.engine.refresh_requested(*player.handle, Family::Ipv4Unicast);
    } else if (choice <= 6) {
      const auto prefix = nlri(pick(kPrefixes));
      player.announced.erase(prefix.prefix);
      node.engine.received(*player.handle, {Family::Ipv4Unicast, std::span(&prefix, 1), nullptr, {}},
                           node.now);
    } else if (choice == 7) {
      node.engine.run(1 + pick(4), node.now);
    } else {
      announce(player, number);
    }
  }

  /// The ids depend on the order of arrival; what they name does not.
  static std::map<Prefix, std::multiset<std::uint64_t>> without_ids(const PeersPlayed::HeldPaths& paths) {
    std::map<Prefix, std::multiset<std::uint64_t>> routes;
    for (const auto& [key, route] : paths) routes[key.first].insert(route.hash());
    return routes;
  }

  void compare_with_fresh_sessions(int step) {
    Node fresh;
    std::array<std::optional<PeerHandle>, kPeers> handles;
    for (unsigned i = 0; i < kPeers; ++i) {
      if (!players[i].handle) continue;
      handles[i] = fresh.up(players[i].up);
      for (const auto& [prefix, route] : players[i].announced) {
        const Nlri one{prefix, 0};
        fresh.announce(*handles[i], route, std::span(&one, 1));
      }
    }
    ASSERT_TRUE(fresh.settle());
    for (unsigned i = 0; i < kPeers; ++i) {
      if (!handles[i]) continue;
      const auto told = sent_to(node.engine, *players[i].handle);
      const auto& paths = node.output.paths_of(*players[i].handle);
      ASSERT_EQ(without_ids(paths), without_ids(fresh.output.paths_of(*handles[i])))
          << "seed " << GetParam() << " step " << step << " peer " << i;
      if (i >= kPlainPeers) {
        ASSERT_EQ(paths, held_paths_of(told)) << "step " << step;
        ASSERT_EQ(paths.size(), node.engine.counters(*players[i].handle).sent[0]) << "step " << step;
        continue;
      }
      const auto& held = node.output.of(*players[i].handle);
      ASSERT_EQ(held, fresh.output.of(*handles[i]))
          << "seed " << GetParam() << " step " << step << " peer " << i;
      ASSERT_EQ(held.size(), node.engine.counters(*players[i].handle).sent[0]) << "step " << step;
      ASSERT_EQ(held, held_of(told)) << "step " << step;
    }
  }

  std::mt19937 random;
  Node node;
  std::array<Player, kPeers> players;
};

TEST_P(RandomRegroup, EachPeerHoldsWhatAFreshSessionWouldGiveIt) {
  for (int i = 0; i < 1500; ++i) {
    step();
    if (pick(25) != 0) continue;
    ASSERT_TRUE(node.settle(1 + pick(5)));
    while (const auto release = node.engine.next_release()) {
      node.now = std::max(node.now, *release);
      node.engine.release_held_back(node.now);
      ASSERT_TRUE(node.settle(1 + pick(5)));
    }
    compare_with_fresh_sessions(i);
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomRegroup, testing::Range(1u, 21u));

}  // namespace
}  // namespace test
