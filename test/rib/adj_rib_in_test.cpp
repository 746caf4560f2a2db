// What is accepted of what peers announce, and the reason that is stored when it is not.
#include "rib/adj_rib_in.hpp"

#include <gmock/gmock.h>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Import, OwnAsInThePathIsALoop) {  // RFC 4271 §9.1.2
  Node node;
  const auto a = node.up(peer("192.0.2.1", 1));

  node.announce(a, attributes().via("192.0.2.1").path({1, kOurAs, 2}), {"10.1.0.0/16"});

  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::AsLoop);
  EXPECT_EQ(node.engine.counters(a).received[0], 1u);
  EXPECT_EQ(node.engine.counters(a).accepted[0], 0u);
}

TEST(Import, AllowOwnAsToleratesSoMany) {
  Node node;
  auto up = peer("192.0.2.1", 1);
  up.imports[0].allow_own_as = 1;
  const auto a = node.up(up);

  node.announce(a, attributes().via("192.0.2.1").path({1, kOurAs}), {"10.1.0.0/16"});
  node.announce(a, attributes().via("192.0.2.1").path({1, kOurAs, kOurAs}), {"10.2.0.0/16"});

  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::Accepted);
  EXPECT_EQ(node.state_of("10.2.0.0/16"), PathState::AsLoop);
}

TEST(Import, EachFamilyHasItsProfile) {
  Node node;
  auto up = peer("192.0.2.1", 1);
  up.imports[0].allow_own_as = 1;
  const auto a = node.up(up);
  const auto v4 = attributes().via("192.0.2.1").path({1, kOurAs});
  const auto v6 = attributes().via("2001:db8::1").path({1, kOurAs});
  node.announce(a, v4, {"10.1.0.0/16"});
  node.announce(a, v6, {"2001:db8:1::/48"});
  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::Accepted);
  EXPECT_EQ(node.state_of("2001:db8:1::/48"), PathState::AsLoop);

  node.engine.set_import_profile(a, Family::Ipv4Unicast, {}, node.now);
  ImportProfile tolerant;
  tolerant.allow_own_as = 1;
  node.engine.set_import_profile(a, Family::Ipv6Unicast, tolerant, node.now);
  node.settle();
  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::AsLoop);
  EXPECT_EQ(node.state_of("2001:db8:1::/48"), PathState::Accepted);
}

TEST(Import, OwnIdentifierAsOriginatorIsALoop) {  // RFC 4456 §8
  Node node;
  const auto a = node.up(peer("192.0.2.1"));

  node.announce(a, attributes().via("192.0.2.1").originator(speaker().identifier), {"10.1.0.0/16"});

  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::OriginatorLoop);
}

TEST(Import, OwnClusterInTheListIsALoop) {  // RFC 4456 §8
  auto s = speaker();
  Node by_identifier(s);
  s.cluster_id = 9;
  Node by_cluster_id(s);
  for (auto* node : {&by_identifier, &by_cluster_id}) {
    const auto a = node->up(client("192.0.2.1"));
    node->announce(a, attributes().via("192.0.2.1").clusters({1, 9}), {"10.1.0.0/16"});
    node->announce(a, attributes().via("192.0.2.1").clusters({1, s.identifier}), {"10.2.0.0/16"});
  }

  EXPECT_EQ(by_identifier.state_of("10.1.0.0/16"), PathState::Accepted);
  EXPECT_EQ(by_identifier.state_of("10.2.0.0/16"), PathState::ClusterLoop);
  EXPECT_EQ(by_cluster_id.state_of("10.1.0.0/16"), PathState::ClusterLoop);
  EXPECT_EQ(by_cluster_id.state_of("10.2.0.0/16"), PathState::Accepted);
}

TEST(Import, WithoutPolicyNothingIsAccepted) {  // RFC 8212
  Node node;
  auto up = peer("192.0.2.1", 1);
  up.imports[0].requires_policy = true;
  const auto a = node.up(up);

  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::PolicyRequired);

  node.engine.set_import_profile(a, Family::Ipv4Unicast, {}, node.now);
  node.settle();
  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::Accepted);
  EXPECT_EQ(node.engine.counters(a).accepted[0], 1u);
}

TEST(Import, OurOwnAddressIsNoNextHop) {  // RFC 4271 §5.1.3
  Node node;
  const auto a = node.up(peer("192.0.2.1", 1));

  node.announce(a, attributes().via("192.0.2.254").path({1}), {"10.1.0.0/16"});

  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::NextHopIsSelf);
}

TEST(Import, MeshGuardKeepsOutWhatIsNotTheMeshs) {
  Node node;
  const auto a = node.up(mesh_member("192.0.2.1"));

  node.announce(a, attributes().via("192.0.2.1"),
                {"10.1.0.0/16", "8.8.8.0/24", "0.0.0.0/0", "192.0.2.0/25", "192.0.0.0/16"});

  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::Accepted);
  EXPECT_EQ(node.state_of("8.8.8.0/24"), PathState::GuardPool);
  EXPECT_EQ(node.state_of("0.0.0.0/0"), PathState::GuardDefaultRoute);
  EXPECT_EQ(node.state_of("192.0.2.0/25"), PathState::GuardNodeNetwork);
  EXPECT_EQ(node.state_of("192.0.0.0/16"), PathState::GuardNodeNetwork);
  node.settle();
  EXPECT_EQ(node.output.count(Notice::Kind::GuardRefused), 4u);
  EXPECT_EQ(node.output.fib.size(), 1u);
}

TEST(Import, MeshGuardDoesNotFillTheLog) {
  Node node;
  const auto a = node.up(mesh_member("192.0.2.1"));
  for (int i = 0; i < 100; ++i) {
    node.announce(a, attributes().via("192.0.2.1").with_med(static_cast<std::uint32_t>(i)),
                  {"8." + std::to_string(i) + ".0.0/16"});
  }
  node.settle();

  EXPECT_LE(node.output.count(Notice::Kind::GuardRefused), 8u);
}

TEST(Import, TheGuardIsForMeshMembersOnly) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  node.announce(a, attributes().via("192.0.2.1"), {"0.0.0.0/0"});
  EXPECT_EQ(node.state_of("0.0.0.0/0"), PathState::Accepted);
}

TEST(Import, RepeatedAnnouncementChangesNothing) {
  Node node;
  const auto a = node.up(client("192.0.2.1"));
  node.up(client("192.0.2.2"));
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16"});
  node.settle();
  const auto version = node.engine.totals().table_version[0];
  const auto messages = node.output.messages, writes = node.output.fib_writes;

  node.now += 10s;
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16"});
  node.settle();

  EXPECT_EQ(node.engine.totals().table_version[0], version);
  EXPECT_EQ(node.output.messages, messages);
  EXPECT_EQ(node.output.fib_writes, writes);
  EXPECT_EQ(node.engine.destination(prefix("10.1.0.0/16"))->paths[0].learned, at(1000s));
}

TEST(Import, MaximumPrefixDoesNotCountOurOwnRoutesThatComeBack) {
  for (const bool counts_all : {false, true}) {
    Node node;
    auto up = peer("192.0.2.1", 1);
    up.imports[0].maximum_prefix = 2;
    up.imports[0].maximum_prefix_counts_denied = counts_all;
    const auto a = node.up(up);

    node.announce(a, attributes().via("192.0.2.1").path({1, kOurAs}), {"10.1.0.0/16", "10.2.0.0/16"});
    node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.3.0.0/16", "10.4.0.0/16"});
    node.settle();
    EXPECT_EQ(node.output.count(Notice::Kind::MaximumPrefixReached), counts_all ? 1u : 0u);

    node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
    node.settle();
    EXPECT_EQ(node.output.count(Notice::Kind::MaximumPrefixReached), 1u);
  }
}

TEST(Import, MemoryOfAPeerIsBounded) {  // RFC 4486 §4, Out of Resources
  Node node;
  auto ours = speaker();
  ours.maximum_peer_octets = 20000;
  node.engine.set_speaker(ours, at(0s));
  const auto a = node.up(peer("192.0.2.1", 1)), b = node.up(peer("192.0.2.2", 2));
  const auto announce = [&](PeerHandle from, std::uint32_t number) {
    const auto text = "10." + std::to_string(number) + ".0.0/16";
    node.announce(from, attributes().via("192.0.2.1").path({1}).with_med(number), {text.c_str()});
  };

  for (std::uint32_t round = 0; round < 100; ++round) {  // what replaces and goes does not add up
    announce(a, 1);
    announce(a, 2);
    node.withdraw(a, {"10.2.0.0/16"});
  }
  node.settle();
  EXPECT_EQ(node.output.count(Notice::Kind::MaximumMemoryReached), 0u);

  for (std::uint32_t number = 1; number < 200; ++number) announce(a, number);
  announce(b, 1);
  node.settle();
  EXPECT_EQ(node.output.count(Notice::Kind::MaximumMemoryReached), 1u);
  EXPECT_EQ(node.output.notices.back().peer, a);
}

TEST(Import, MaximumPrefixIsToldOnceUntilBelowAgain) {
  Node node;
  auto up = peer("192.0.2.1", 1);
  up.imports[0].maximum_prefix = 2;
  const auto a = node.up(up);
  const auto route = attributes().via("192.0.2.1").path({1});

  node.announce(a, route, {"10.1.0.0/16", "10.2.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.count(Notice::Kind::MaximumPrefixReached), 0u);

  node.announce(a, route, {"10.3.0.0/16"});
  node.announce(a, route, {"10.4.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.count(Notice::Kind::MaximumPrefixReached), 1u);
  EXPECT_EQ(node.output.notices.back().value, 3u);

  node.withdraw(a, {"10.3.0.0/16", "10.4.0.0/16"});
  node.announce(a, route, {"10.3.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.count(Notice::Kind::MaximumPrefixReached), 2u);
}

TEST(Import, PathsOfOnePrefixAreToldApartByPathId) {  // RFC 7911
  Node node;
  const auto a = node.up(peer("192.0.2.1", 1));
  const Nlri one{prefix("10.1.0.0/16"), 1}, two{prefix("10.1.0.0/16"), 2};
  node.announce(a, attributes().via("192.0.2.1").path({1, 2}), std::span(&one, 1));
  node.announce(a, attributes().via("192.0.2.1").path({1}), std::span(&two, 1));
  EXPECT_EQ(node.engine.destination(one.prefix)->paths.size(), 2u);
  EXPECT_EQ(node.engine.destination(one.prefix)->paths[0].path_id, 2u);

  node.engine.received(a, {Family::Ipv4Unicast, std::span(&two, 1), nullptr, {}}, node.now);
  EXPECT_EQ(node.engine.destination(one.prefix)->paths.size(), 1u);
  EXPECT_EQ(node.engine.destination(one.prefix)->paths[0].path_id, 1u);
}

TEST(PeerDown, ItsPathsGoEverywhere) {
  Node node;
  const auto a = node.up(client("192.0.2.1")), b = node.up(client("192.0.2.2")),
             c = node.up(client("192.0.2.3"));
  node.announce(a, attributes().via("192.0.2.1").preference(200), {"10.1.0.0/16", "10.2.0.0/16"});
  node.announce(b, attributes().via("192.0.2.2"), {"10.1.0.0/16"});
  node.settle();

  node.down(a);
  node.settle(1);

  EXPECT_EQ(node.output.of(c).size(), 1u);
  EXPECT_EQ(node.output.of(c).at(prefix("10.1.0.0/16")).next_hop, address("192.0.2.2"));
  EXPECT_THAT(node.output.of(b), IsEmpty());
  EXPECT_EQ(node.output.fib.size(), 1u);
  EXPECT_FALSE(node.engine.destination(prefix("10.2.0.0/16")));
}

TEST(PeerDown, AStaleHandleIsIgnored) {
  Node node;
  const auto old = node.up(peer("192.0.2.1", 1));
  node.down(old);
  node.settle();
  const auto fresh = node.up(peer("192.0.2.2", 2));
  ASSERT_EQ(old.index, fresh.index) << "the slot is used again";
  node.announce(fresh, attributes().via("192.0.2.2").path({2}), {"10.1.0.0/16"});

  node.announce(old, attributes().via("192.0.2.1").path({1}), {"10.2.0.0/16"});
  node.withdraw(old, {"10.1.0.0/16"});
  node.engine.refresh_requested(old, Family::Ipv4Unicast);
  node.down(old);
  node.settle();

  EXPECT_THAT(node.engine.prefixes(Family::Ipv4Unicast, {}, 10), ElementsAre(prefix("10.1.0.0/16")));
  EXPECT_EQ(node.engine.counters(old).received[0], 0u);
}

TEST(PeerDown, ItsIndexIsNotGivenAgainWhileItsPathsAreThere) {
  Node node;
  const auto a = node.up(peer("192.0.2.1", 1));
  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
  node.down(a);

  EXPECT_NE(node.up(peer("192.0.2.2", 2)).index, a.index);
  node.settle();
  EXPECT_EQ(node.up(peer("192.0.2.3", 3)).index, a.index);
}

TEST(PeerDown, ReturnsAllMemory) {
  Node node;
  const auto empty = node.engine.totals().memory.table();
  const auto a = node.up(client("192.0.2.1")), b = node.up(client("192.0.2.2"));
  for (unsigned i = 0; i < 5000; ++i) {
    const Nlri nlri{Prefix(IpAddress::v4(0x0a000000 + (i << 8)), 24), 0};
    node.announce(a, attributes().via("192.0.2.1").with_med(i / 6), std::span(&nlri, 1));
    node.announce(b, attributes().via("192.0.2.2").with_med(i / 6), std::span(&nlri, 1));
  }
  node.settle();
  EXPECT_EQ(node.output.of(b).size(), 5000u);
  node.down(a);
  node.down(b);
  node.settle(100);

  const auto totals = node.engine.totals();
  EXPECT_EQ(totals.destinations[0], 0u);
  EXPECT_EQ(totals.paths[0], 0u);
  EXPECT_EQ(totals.attribute_sets, 0u);
  EXPECT_LE(totals.memory.table(), empty + 100'000) << "was " << empty;
  EXPECT_TRUE(node.output.fib.empty());
}

TEST(Import, TwoNodesWithOneIdentifierAreTold) {  // RFC 6286 §2.1
  Node node;
  auto one = peer("192.0.2.1"), two = peer("192.0.2.2"), own = peer("192.0.2.3");
  two.identifier = one.identifier;
  own.identifier = speaker().identifier;
  node.up(one);
  node.up(two);
  node.up(own);
  node.settle();

  EXPECT_EQ(node.output.count(Notice::Kind::DuplicateIdentifier), 2u);
}

class BothFamilies : public testing::TestWithParam<bool> {};

TEST_P(BothFamilies, AnnounceAndWithdrawReachPeersAndKernel) {
  const bool v6 = GetParam();
  Node node;
  const auto a = node.up(v6 ? client("2001:db8::1") : client("192.0.2.1"));
  const auto b = node.up(v6 ? client("2001:db8::2") : client("192.0.2.2"));
  const auto text = v6 ? "fd00:1::/64" : "10.1.0.0/16";
  const auto family = v6 ? Family::Ipv6Unicast : Family::Ipv4Unicast;

  node.announce(a, attributes().via(v6 ? "2001:db8::1" : "192.0.2.1"), {text});
  node.settle();
  EXPECT_EQ(node.output.of(b, family).size(), 1u);
  EXPECT_EQ(node.output.fib.count(prefix(text)), 1u);

  node.withdraw(a, {text});
  node.settle();
  EXPECT_THAT(node.output.of(b, family), IsEmpty());
  EXPECT_TRUE(node.output.fib.empty());
}

INSTANTIATE_TEST_SUITE_P(V4AndV6, BothFamilies, testing::Bool());

}  // namespace
}  // namespace test
