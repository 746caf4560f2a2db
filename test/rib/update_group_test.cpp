// Update groups: split horizon, moves of the best path, cohorts, and the differential test against groups of
// one.
#include "test/support/rib_builders.hpp"

#include <gmock/gmock.h>

#include <random>

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;

TEST(UpdateGroup, PeersWithEqualProfilesShareOne) {
  Node node;
  const auto a = node.up(client("192.0.2.1")), b = node.up(client("192.0.2.2")),
             c = node.up(peer("192.0.2.3"));

  const auto v4 = index_of(Family::Ipv4Unicast);
  EXPECT_EQ(node.engine.counters(a).group[v4], node.engine.counters(b).group[v4]);
  EXPECT_NE(node.engine.counters(a).group[v4], node.engine.counters(c).group[v4]);
}

TEST(UpdateGroup, IsClosedWithItsLastMember) {
  Node node;
  const auto a = node.up(client("192.0.2.1"));
  node.settle();

  node.down(a);
  node.settle();

  EXPECT_TRUE(node.output.groups.empty());
}

TEST(UpdateGroup, ARouteIsNotSentBackToItsSource) {
  Node node;
  const auto a = node.up(client("192.0.2.1")), b = node.up(client("192.0.2.2"));
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16"});
  node.settle();

  EXPECT_THAT(node.output.of(a), IsEmpty());
  EXPECT_THAT(node.output.of(b), ElementsAre(Key(prefix("10.1.0.0/16"))));
  EXPECT_EQ(node.engine.export_state(a, prefix("10.1.0.0/16")), ExportState::FromSamePeer);
  EXPECT_EQ(node.engine.export_state(b, prefix("10.1.0.0/16")), ExportState::Sent);
  EXPECT_EQ(node.engine.advertised_to(prefix("10.1.0.0/16")), std::vector{b});
}

TEST(UpdateGroup, AWithdrawReachesAllWhoHadTheRoute) {
  Node node;
  const auto a = node.up(client("192.0.2.1")), b = node.up(client("192.0.2.2"));
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16", "10.2.0.0/16"});
  node.settle();

  node.withdraw(a, {"10.1.0.0/16"});
  node.settle();

  EXPECT_THAT(node.output.of(b), ElementsAre(Key(prefix("10.2.0.0/16"))));
}

TEST(UpdateGroup, NewSourceGetsOneWithdrawWhenTheBestPathMoves) {  // RFC 4271 §9.1.3
  Node node;
  const auto a = node.up(client("192.0.2.1")), b = node.up(client("192.0.2.2")),
             c = node.up(client("192.0.2.3"));
  node.announce(a, attributes().via("192.0.2.1").preference(100), {"10.1.0.0/16"});
  node.settle();
  node.output.log.clear();

  node.announce(b, attributes().via("192.0.2.2").preference(200), {"10.1.0.0/16"});
  node.settle();

  EXPECT_THAT(node.output.log, ElementsAre("withdraw only 10.1.0.0/16", "announce group 10.1.0.0/16"));
  EXPECT_THAT(node.output.of(b), IsEmpty());
  EXPECT_EQ(node.output.of(a).at(prefix("10.1.0.0/16")).local_pref, 200u);
  EXPECT_EQ(node.output.of(c).at(prefix("10.1.0.0/16")).local_pref, 200u);
}

TEST(UpdateGroup, AMoveThatChangesNoAttributeTouchesOnlyTheTwoSources) {
  Node node;
  auto first = peer("192.0.2.1", 1), second = peer("192.0.2.2", 2), third = peer("192.0.2.3", 3);
  const auto a = node.up(first), b = node.up(second), c = node.up(third);
  node.announce(a, attributes().via("192.0.2.1").path({9}), {"10.1.0.0/16"});
  node.settle();
  node.announce(b, attributes().via("192.0.2.2").path({9}), {"10.1.0.0/16"});
  node.settle();
  node.output.log.clear();

  node.withdraw(a, {"10.1.0.0/16"});
  node.settle();

  EXPECT_THAT(node.output.log, ElementsAre("withdraw only 10.1.0.0/16", "announce only 10.1.0.0/16"));
  EXPECT_EQ(node.output.of(a).size(), 1u);
  EXPECT_EQ(node.output.of(b).size(), 0u);
  EXPECT_EQ(node.output.of(c).size(), 1u);
}

TEST(UpdateGroup, FlapsBetweenTwoFlushesCollapse) {
  Node node;
  const auto a = node.up(client("192.0.2.1"));
  node.up(client("192.0.2.2"));
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16"});
  node.settle();
  node.output.log.clear();

  for (int i = 0; i < 10; ++i) {
    node.withdraw(a, {"10.1.0.0/16"});
    node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16"});
  }
  node.settle();

  EXPECT_THAT(node.output.log, IsEmpty());
}

TEST(UpdateGroup, EqualAttributesShareOneMessage) {
  Node node;
  const auto a = node.up(client("192.0.2.1"));
  node.up(client("192.0.2.2"));
  node.settle();
  node.output.log.clear();

  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16"});
  node.announce(a, attributes().via("192.0.2.1").with_med(5), {"10.2.0.0/16"});
  node.announce(a, attributes().via("192.0.2.1"), {"10.3.0.0/16"});
  node.settle();

  EXPECT_THAT(node.output.log,
              ElementsAre("announce group 10.1.0.0/16 10.3.0.0/16", "announce group 10.2.0.0/16"));
}

TEST(UpdateGroup, WithdrawsOfATurnLeaveBeforeAnnouncements) {
  Node node;
  const auto a = node.up(client("192.0.2.1"));
  node.up(client("192.0.2.2"));
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16"});
  node.settle();
  node.output.log.clear();

  node.announce(a, attributes().via("192.0.2.1"), {"10.2.0.0/16"});
  node.withdraw(a, {"10.1.0.0/16"});
  node.settle();

  EXPECT_THAT(node.output.log, ElementsAre("withdraw group 10.1.0.0/16", "announce group 10.2.0.0/16"));
}

TEST(UpdateGroup, APeerNeverGetsItsOwnAddressAsNextHop) {  // RFC 4271 §5.1.3
  Node node;
  std::vector<PeerHandle> peers;
  for (unsigned i = 1; i <= 3; ++i) {
    auto up = peer("192.0.2." + std::to_string(i), i);
    up.exports[0]->shared_subnet = prefix("192.0.2.0/24");
    peers.push_back(node.up(up));
  }
  node.announce(peers[0], attributes().via("192.0.2.2").path({1}), {"10.1.0.0/16"});
  node.announce(peers[0], attributes().via("192.0.2.1").path({1, 5}), {"10.2.0.0/16"});
  node.settle();

  EXPECT_EQ(node.output.of(peers[2]).at(prefix("10.1.0.0/16")).next_hop, address("192.0.2.2"));
  EXPECT_EQ(node.output.of(peers[1]).at(prefix("10.1.0.0/16")).next_hop, address("192.0.2.254"));
  EXPECT_EQ(node.output.of(peers[1]).at(prefix("10.2.0.0/16")).next_hop, address("192.0.2.1"));
  EXPECT_TRUE(node.output.of(peers[0]).empty());
  EXPECT_EQ(node.output.of(peers[1]), held_of(sent_to(node.engine, peers[1])));
}

TEST(UpdateGroup, AReplacementThatMayNotBeSentWithdraws) {
  Node node;
  const auto a = node.up(client("192.0.2.1")), b = node.up(client("192.0.2.2"));
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16"});
  node.settle();

  node.announce(a, attributes().via("192.0.2.1").community(kNoAdvertise), {"10.1.0.0/16"});
  node.settle();

  EXPECT_THAT(node.output.of(b), IsEmpty());
  EXPECT_EQ(node.engine.export_state(b, prefix("10.1.0.0/16")), ExportState::NoAdvertise);
}

TEST(UpdateGroup, ALoopedReplacementWithdraws) {  // RFC 4271 §9.1.2
  Node node;
  const auto a = node.up(peer("192.0.2.1", 1)), b = node.up(peer("192.0.2.2", 2));
  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
  node.settle();

  node.announce(a, attributes().via("192.0.2.1").path({1, kOurAs}), {"10.1.0.0/16"});
  node.settle();

  EXPECT_THAT(node.output.of(b), IsEmpty());
  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::AsLoop);
}

TEST(Cohort, AMemberThatJoinsGetsTheTableAndOneEndOfRib) {  // RFC 4724 §2
  Node node;
  const auto a = node.up(client("192.0.2.1"));
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"});
  node.settle();

  const auto b = node.up(client("192.0.2.2"));
  node.settle(1);

  EXPECT_EQ(node.output.of(b).size(), 3u);
  EXPECT_EQ((node.output.ends_of_rib[{b.index, Family::Ipv4Unicast}]), 1);
  EXPECT_EQ((node.output.ends_of_rib[{b.index, Family::Ipv6Unicast}]), 1);
  EXPECT_EQ((node.output.ends_of_rib[{a.index, Family::Ipv4Unicast}]), 1);
}

TEST(Cohort, MembersOfOneTurnShareTheWalk) {
  Node node;
  const auto a = node.up(client("192.0.2.1"));
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16"});
  node.settle();
  node.output.log.clear();

  for (const auto text : {"192.0.2.2", "192.0.2.3", "192.0.2.4"}) node.up(client(text));
  node.settle();

  EXPECT_THAT(node.output.log, ElementsAre("announce cohort 10.1.0.0/16"));
}

TEST(Cohort, RefreshSendsTheTableAgainToOneMemberOnly) {  // RFC 2918
  Node node;
  const auto a = node.up(client("192.0.2.1")), b = node.up(client("192.0.2.2"));
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16"});
  node.settle();
  node.output.held.clear();

  node.engine.refresh_requested(b, Family::Ipv4Unicast);
  node.settle();

  EXPECT_THAT(node.output.of(b), ElementsAre(Key(prefix("10.1.0.0/16"))));
  EXPECT_EQ((node.output.ends_of_rib[{b.index, Family::Ipv4Unicast}]), 2);
}

TEST(Cohort, DefaultOriginateIsPartOfTheTable) {
  Node node;
  auto up = peer("192.0.2.1");
  up.exports[0]->default_originate = true;
  const auto a = node.up(up);
  node.settle();

  EXPECT_THAT(node.output.of(a), ElementsAre(Key(prefix("0.0.0.0/0"))));
  EXPECT_EQ(sent_to(node.engine, a).size(), 1u);
  EXPECT_EQ(node.engine.counters(a).sent[0], 1u);
}

/// One random history, played on two engines: one with shared groups, one where each peer has a group of its
/// own.
class Differential : public testing::TestWithParam<unsigned> {
 protected:
  static PeerUp random_peer(unsigned number, bool grouped) {
    const auto text = "192.0.2." + std::to_string(number + 1);
    auto up = number % 3 == 0 ? peer(text, 100 + number) : number % 3 == 1 ? client(text) : peer(text);
    // A message size of its own makes a group of one and changes nothing of what is sent.
    if (!grouped) {
      for (auto& profile : up.exports)
        profile->maximum_message_size = static_cast<std::uint16_t>(4096 + number);
    }
    return up;
  }
};

TEST_P(Differential, GroupedExportEqualsExportToGroupsOfOne) {
  constexpr unsigned kPeers = 9, kPrefixes = 24;
  std::mt19937 random(GetParam());
  auto pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  Node grouped, single;
  std::array<std::optional<std::array<PeerHandle, 2>>, kPeers> peers;
  auto prefix_of = [](unsigned i) { return Nlri{Prefix(IpAddress::v4(0x0a000000 + (i << 16)), 16), 0}; };

  for (int step = 0; step < 1500; ++step) {
    const auto number = pick(kPeers);
    auto& handles = peers[number];
    const auto nlri = prefix_of(pick(kPrefixes));
    switch (pick(12)) {
      case 0:
        if (handles) {
          grouped.down((*handles)[0]);
          single.down((*handles)[1]);
          handles.reset();
        }
        break;
      case 1:
        if (handles) {
          grouped.engine.refresh_requested((*handles)[0], Family::Ipv4Unicast);
          single.engine.refresh_requested((*handles)[1], Family::Ipv4Unicast);
        }
        break;
      case 2:
      case 3:
        if (handles) {
          grouped.engine.received((*handles)[0], {Family::Ipv4Unicast, std::span(&nlri, 1), nullptr, {}},
                                  grouped.now);
          single.engine.received((*handles)[1], {Family::Ipv4Unicast, std::span(&nlri, 1), nullptr, {}},
                                 single.now);
        }
        break;
      case 4:
        if (pick(2)) {
          grouped.originate(nlri.prefix.to_string());
          single.originate(nlri.prefix.to_string());
        } else {
          grouped.withdraw_local(nlri.prefix.to_string());
          single.withdraw_local(nlri.prefix.to_string());
        }
        break;
      case 5:
        grouped.engine.run(1 + pick(4), grouped.now);
        single.engine.run(1 + pick(4), single.now);
        break;
      default:
        if (!handles) {
          handles = {grouped.up(random_peer(number, true)), single.up(random_peer(number, false))};
        } else {
          auto route = attributes().via("192.0.2." + std::to_string(number + 1)).with_med(pick(3));
          if (number % 3 == 0) {
            route.path({100 + number, 7 + pick(2)});
          } else {
            route.preference(100 + pick(2));
          }
          if (pick(6) == 0) route.community(pick(2) ? kNoExport : kNoAdvertise);
          grouped.announce((*handles)[0], route, std::span(&nlri, 1));
          single.announce((*handles)[1], route, std::span(&nlri, 1));
        }
    }
    if (pick(40) != 0) continue;
    ASSERT_TRUE(grouped.settle(1 + pick(5)));
    ASSERT_TRUE(single.settle(1 + pick(5)));
    for (const auto& pair : peers) {
      if (!pair) continue;
      const auto& held = grouped.output.of((*pair)[0]);
      ASSERT_EQ(held, single.output.of((*pair)[1])) << "seed " << GetParam() << " step " << step;
      // The queries tell what was sent.
      const auto told = sent_to(grouped.engine, (*pair)[0]);
      ASSERT_EQ(held, held_of(told)) << "seed " << GetParam() << " step " << step;
      ASSERT_EQ(held.size(), grouped.engine.counters((*pair)[0]).sent[0])
          << "seed " << GetParam() << " step " << step;
    }
  }
  // Everything goes again: nothing stays behind.
  for (const auto& pair : peers) {
    if (!pair) continue;
    grouped.down((*pair)[0]);
  }
  for (unsigned i = 0; i < kPrefixes; ++i) grouped.withdraw_local(prefix_of(i).prefix.to_string());
  ASSERT_TRUE(grouped.settle());
  const auto totals = grouped.engine.totals();
  EXPECT_EQ(totals.destinations[0], 0u);
  EXPECT_EQ(totals.paths[0], 0u);
  EXPECT_EQ(totals.attribute_sets, 0u);
  EXPECT_TRUE(grouped.output.fib.empty());
  EXPECT_TRUE(grouped.engine.next_hops(Family::Ipv4Unicast).empty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, Differential, testing::Range(1u, 21u));

}  // namespace
}  // namespace test
