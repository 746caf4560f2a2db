// Duplicate subnets: every fresh Docker host has 172.17.0.0/16.
#include <gmock/gmock.h>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

constexpr auto kBridge = LocalSource::AdvertisedInterface;

TEST(DuplicateSubnet, OfOurOwnAndAnotherNodeIsToldAndNotInstalled) {
  Node node;
  const auto a = node.up(mesh_member("192.0.2.1")), b = node.up(mesh_member("192.0.2.2"));
  node.originate("172.17.0.0/16", kBridge);
  node.announce(a, attributes().via("192.0.2.1"), {"172.17.0.0/16"});
  node.settle();

  EXPECT_EQ(node.output.count(Notice::Kind::DuplicateSubnet), 1u);
  EXPECT_EQ(node.output.notices[0].peer, a);
  EXPECT_EQ(node.fib_state("172.17.0.0/16"), FibState::Suppressed);
  EXPECT_TRUE(node.output.fib.empty());
  const auto view = node.engine.destination(prefix("172.17.0.0/16")).value();
  EXPECT_FALSE(view.paths[0].peer) << "our own route stays best";
  EXPECT_EQ(view.paths[1].state, PathState::DuplicateSubnet);
  EXPECT_EQ(node.output.of(b).size(), 1u) << "and is still announced";
}

TEST(DuplicateSubnet, OfTwoOtherNodesIsNotInstalledUntilOneLeaves) {
  Node node;
  const auto a = node.up(mesh_member("192.0.2.1")), b = node.up(mesh_member("192.0.2.2"));
  node.announce(a, attributes().via("192.0.2.1"), {"172.17.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.fib.size(), 1u);

  node.announce(b, attributes().via("192.0.2.2"), {"172.17.0.0/16"});
  node.settle();
  EXPECT_TRUE(node.output.fib.empty());
  EXPECT_EQ(node.state_of("172.17.0.0/16"), PathState::DuplicateSubnet);
  EXPECT_EQ(node.output.count(Notice::Kind::DuplicateSubnet), 2u) << "one for each claimant";

  node.withdraw(a, {"172.17.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.fib.at(prefix("172.17.0.0/16")).next_hops[0].gateway, address("192.0.2.2"));
  EXPECT_EQ(node.state_of("172.17.0.0/16"), PathState::Accepted);
  EXPECT_EQ(node.output.count(Notice::Kind::DuplicateSubnetGone), 1u);
}

TEST(DuplicateSubnet, EndsWhenOurBridgeGoes) {
  Node node;
  const auto a = node.up(mesh_member("192.0.2.1"));
  node.originate("172.17.0.0/16", kBridge);
  node.announce(a, attributes().via("192.0.2.1"), {"172.17.0.0/16"});
  node.settle();

  node.withdraw_local("172.17.0.0/16", kBridge);
  node.settle();

  EXPECT_EQ(node.output.fib.size(), 1u);
  EXPECT_EQ(node.output.count(Notice::Kind::DuplicateSubnetGone), 1u);
}

TEST(DuplicateSubnet, EndsWhenTheOtherPeerGoes) {
  Node node;
  const auto a = node.up(mesh_member("192.0.2.1"));
  node.originate("172.17.0.0/16", kBridge);
  node.announce(a, attributes().via("192.0.2.1"), {"172.17.0.0/16"});
  node.settle();

  node.down(a);
  node.settle();

  EXPECT_EQ(node.output.count(Notice::Kind::DuplicateSubnetGone), 1u);
  EXPECT_EQ(node.fib_state("172.17.0.0/16"), FibState::None);
}

TEST(DuplicateSubnet, IsToldOnceHoweverOftenItIsAnnounced) {
  Node node;
  const auto a = node.up(mesh_member("192.0.2.1"));
  node.originate("172.17.0.0/16", kBridge);
  for (std::uint32_t med = 0; med < 5; ++med) {
    node.announce(a, attributes().via("192.0.2.1").with_med(med), {"172.17.0.0/16"});
    node.settle();
  }
  EXPECT_EQ(node.output.count(Notice::Kind::DuplicateSubnet), 1u);
}

TEST(DuplicateSubnet, OneNodeHeardTwiceIsOneClaim) {  // directly and through a reflector
  Node node;
  const auto a = node.up(mesh_member("192.0.2.1")), b = node.up(mesh_member("192.0.2.2"));
  node.announce(a, attributes().via("192.0.2.1"), {"172.17.0.0/16"});
  node.announce(b, attributes().via("192.0.2.1").originator(address("192.0.2.1").to_v4()).clusters({7}),
                {"172.17.0.0/16"});
  node.settle();

  EXPECT_EQ(node.output.count(Notice::Kind::DuplicateSubnet), 0u);
  EXPECT_EQ(node.output.fib.size(), 1u);
}

TEST(DuplicateSubnet, ReflectedClaimsOfTwoNodesByOriginatorId) {
  Node node;
  const auto a = node.up(mesh_member("192.0.2.1"));
  node.originate("172.17.0.0/16", kBridge);
  node.announce(a, attributes().via("192.0.2.7").originator(address("192.0.2.7").to_v4()), {"172.17.0.0/16"});
  node.settle();

  EXPECT_EQ(node.output.count(Notice::Kind::DuplicateSubnet), 1u);
  EXPECT_EQ(node.output.notices[0].value, address("192.0.2.7").to_v4());
}

TEST(DuplicateSubnet, ConfiguredInternalPeerConflictsOnlyWithOurOwn) {
  Node node;
  const auto a = node.up(peer("192.0.2.1")), b = node.up(peer("192.0.2.2"));
  node.announce(a, attributes().via("192.0.2.1"), {"172.17.0.0/16", "172.18.0.0/16"});
  node.announce(b, attributes().via("192.0.2.2"), {"172.17.0.0/16", "172.18.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.fib.size(), 2u) << "an operator may announce one prefix from two routers";

  node.originate("172.17.0.0/16", kBridge);
  node.settle();
  EXPECT_EQ(node.output.fib.size(), 1u);
  EXPECT_EQ(node.output.count(Notice::Kind::DuplicateSubnet), 2u);
}

TEST(DuplicateSubnet, ANetworkStatementIsNoClaim) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  node.originate("172.17.0.0/16", LocalSource::Network);
  node.announce(a, attributes().via("192.0.2.1"), {"172.17.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.count(Notice::Kind::DuplicateSubnet), 0u);
}

TEST(DuplicateSubnet, ARouteFromAnotherAsIsNoClaim) {
  Node node;
  const auto a = node.up(peer("192.0.2.1", 1));
  node.originate("172.17.0.0/16", kBridge);
  node.announce(a, attributes().via("192.0.2.1").path({1}), {"172.17.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.count(Notice::Kind::DuplicateSubnet), 0u);
}

TEST(DuplicateSubnet, AReflectorStillReflectsIt) {
  Node node;
  auto one = mesh_member("192.0.2.1"), two = mesh_member("192.0.2.2"), three = mesh_member("192.0.2.3");
  for (auto* up : {&one, &two, &three}) {
    up->exports[0]->is_route_reflector_client = true;
  }
  const auto a = node.up(one), b = node.up(two), c = node.up(three);
  node.announce(a, attributes().via("192.0.2.1"), {"172.17.0.0/16"});
  node.announce(b, attributes().via("192.0.2.2"), {"172.17.0.0/16"});
  node.settle();

  EXPECT_TRUE(node.output.fib.empty());
  EXPECT_EQ(node.output.of(c).size(), 1u);
}

TEST(OverlappingSubnet, OfAMeshMemberIsNotInstalledBesideOurOwn) {
  for (const auto text : {"10.1.1.128/25", "10.1.0.0/16"}) {
    Node node;
    const auto a = node.up(mesh_member("192.0.2.1"));
    node.announce(a, attributes().via("192.0.2.1"), {text, "10.9.0.0/16"});
    node.settle();
    EXPECT_EQ(node.output.fib.size(), 2u);

    node.originate("10.1.1.0/24", kBridge);  // our bridge comes later
    node.settle();
    EXPECT_EQ(node.output.fib.size(), 1u) << text;
    EXPECT_EQ(node.fib_state(text), FibState::Suppressed);
    EXPECT_EQ(node.output.count(Notice::Kind::DuplicateSubnet), 1u);

    node.withdraw_local("10.1.1.0/24", kBridge);
    node.settle();
    EXPECT_EQ(node.output.fib.size(), 2u) << text;
    EXPECT_EQ(node.output.count(Notice::Kind::DuplicateSubnetGone), 1u);
  }
}

TEST(OverlappingSubnet, OfAConfiguredPeerIsInstalled) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  node.originate("10.1.1.0/24", kBridge);
  node.announce(a, attributes().via("192.0.2.1"), {"10.0.0.0/8"});
  node.settle();
  EXPECT_EQ(node.output.fib.size(), 1u);
}

}  // namespace
}  // namespace test
