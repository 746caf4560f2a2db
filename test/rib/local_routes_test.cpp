// Our own routes: sources that hold together, the kernel's routes as ours.
#include <gmock/gmock.h>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// --- redistribute ------------------------------------------------------------------------------------------

TEST(Redistribution, TheKernelsRoutesComeAndGo) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  EXPECT_THAT(held(node, a), IsEmpty());

  node.engine.kernel_route(kernel_route("10.1.0.0/16", "192.0.2.9", 30), node.now);
  node.engine.kernel_route(connected("10.2.0.0/16"), node.now);
  node.engine.set_redistribution(Family::Ipv4Unicast, RouteSource::Kernel, RedistributionRule{}, node.now);
  EXPECT_THAT(held(node, a), ElementsAre("10.1.0.0/16"));
  EXPECT_EQ(sent(node, a, "10.1.0.0/16").origin, Origin::Incomplete);
  EXPECT_EQ(sent(node, a, "10.1.0.0/16").med, 30u);

  node.engine.kernel_route(kernel_route("10.3.0.0/16", "192.0.2.9"), node.now);
  EXPECT_THAT(held(node, a), ElementsAre("10.1.0.0/16", "10.3.0.0/16"));
  node.engine.kernel_route_gone(kernel_route("10.1.0.0/16", "192.0.2.9", 30), node.now);
  EXPECT_THAT(held(node, a), ElementsAre("10.3.0.0/16"));

  node.engine.set_redistribution(Family::Ipv4Unicast, RouteSource::Kernel, std::nullopt, node.now);
  EXPECT_THAT(held(node, a), IsEmpty());
}

TEST(Redistribution, ConnectedRoutesOfBothFamilies) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  for (const auto family : kFamilies)
    node.engine.set_redistribution(family, RouteSource::Connected, RedistributionRule{7, {}}, node.now);
  EXPECT_THAT(held(node, a), ElementsAre("192.0.2.0/24"));
  EXPECT_THAT(held(node, a, Family::Ipv6Unicast), ElementsAre("2001:db8::/64"));
  EXPECT_EQ(sent(node, a, "2001:db8::/64").med, 7u);
}

TEST(Redistribution, ARouteWithoutItsLinkIsNotAnnounced) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  node.engine.set_redistribution(Family::Ipv4Unicast, RouteSource::Kernel, RedistributionRule{}, node.now);
  auto route = kernel_route("10.1.0.0/16", "192.0.2.9");
  node.engine.kernel_route(route, node.now);
  EXPECT_THAT(held(node, a), ElementsAre("10.1.0.0/16"));
  route.usable = false;
  node.engine.kernel_route(route, node.now);
  EXPECT_THAT(held(node, a), IsEmpty());
}

TEST(Redistribution, TheRouteThatForwardsDecides) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  node.engine.set_redistribution(Family::Ipv4Unicast, RouteSource::Static, RedistributionRule{}, node.now);
  auto route = kernel_route("10.1.0.0/16", "192.0.2.9");
  route.source = RouteSource::Static;
  node.engine.kernel_route(route, node.now);
  EXPECT_THAT(held(node, a), ElementsAre("10.1.0.0/16"));
  node.engine.kernel_route(connected("10.1.0.0/16"), node.now);
  EXPECT_THAT(held(node, a), IsEmpty());
  node.engine.kernel_route_gone(connected("10.1.0.0/16"), node.now);
  EXPECT_THAT(held(node, a), ElementsAre("10.1.0.0/16"));
}

TEST(Redistribution, WhatMeansSomethingOnOneLinkOnlyStaysThere) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  for (const auto family : kFamilies)
    node.engine.set_redistribution(family, RouteSource::Connected, RedistributionRule{}, node.now);
  for (const auto* local : {"fe80::/64", "ff00::/8", "127.0.0.0/8", "169.254.0.0/16"})
    node.engine.kernel_route(connected(local), node.now);
  EXPECT_THAT(held(node, a), ElementsAre("192.0.2.0/24"));
  EXPECT_THAT(held(node, a, Family::Ipv6Unicast), ElementsAre("2001:db8::/64"));
}

TEST(LocalRoutes, TheMoreReliableSourceSpeaksForAll) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  node.engine.set_redistribution(Family::Ipv4Unicast, RouteSource::Connected, RedistributionRule{}, node.now);
  EXPECT_EQ(sent(node, a, "192.0.2.0/24").origin, Origin::Incomplete);
  node.originate("192.0.2.0/24");
  EXPECT_EQ(sent(node, a, "192.0.2.0/24").origin, Origin::Igp);
  node.withdraw_local("192.0.2.0/24");
  EXPECT_EQ(sent(node, a, "192.0.2.0/24").origin, Origin::Incomplete);
  EXPECT_EQ(node.engine.totals().paths[0], 1u);
}

TEST(Backdoor, AnotherProtocolsRouteIsPreferredToAnExternalNeighbors) {
  Node node;
  const auto a = node.up(peer("192.0.2.1", 1)), b = node.up(peer("192.0.2.2"));
  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
  node.announce(b, attributes().via("192.0.2.2"), {"10.2.0.0/16"});
  node.settle();
  EXPECT_EQ(node.engine.routes_for(prefix("10.1.0.0/16"))[0].distance, 20);

  node.engine.set_backdoors({prefix("10.1.0.0/16"), prefix("10.2.0.0/16")}, node.now);
  node.settle();
  EXPECT_EQ(node.engine.routes_for(prefix("10.1.0.0/16"))[0].distance, 200);
  node.engine.set_backdoors({}, node.now);
  node.settle();
  EXPECT_EQ(node.engine.routes_for(prefix("10.1.0.0/16"))[0].distance, 20);
}

}  // namespace
}  // namespace test
