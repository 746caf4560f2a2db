// Next hops, the contest by administrative distance, and what the kernel is told.
#include <gmock/gmock.h>

#include <bit>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(NextHop, UnreachableRoutesTakeNoPart) {  // RFC 4271 §9.1.2.1
  Node node;
  const auto a = node.up(peer("192.0.2.1")), b = node.up(client("192.0.2.2"));
  node.announce(a, attributes().via("198.51.100.1"), {"10.1.0.0/16"});
  node.settle();

  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::NextHopUnreachable);
  EXPECT_THAT(node.output.of(b), IsEmpty());
  EXPECT_THAT(node.output.fib, IsEmpty());
}

TEST(NextHop, PathsWithoutOneAreListedButThoseKeptOutAreNot) {  // as FRR counts "total paths"
  Node node;
  const auto a = node.up(peer("192.0.2.1", 1));
  node.announce(a, attributes().via("198.51.100.1").path({1}), {"10.1.0.0/16"});
  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.2.0.0/16"});
  node.announce(a, attributes().via("192.0.2.1").path({1, speaker().as}), {"10.3.0.0/16"});
  node.settle();
  EXPECT_EQ(node.engine.totals().paths[0], 3u);
  EXPECT_EQ(node.engine.totals().listed_paths[0], 2u);

  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16", "10.3.0.0/16"});
  node.settle();
  EXPECT_EQ(node.engine.totals().listed_paths[0], 3u);
  node.withdraw(a, {"10.1.0.0/16"});
  EXPECT_EQ(node.engine.totals().listed_paths[0], 2u);
  node.down(a);
  node.settle();
  EXPECT_EQ(node.engine.totals().listed_paths[0], 0u);
}

TEST(NextHop, OnALinkIsItsOwnGateway) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16"});
  node.settle();

  EXPECT_THAT(node.output.fib.at(prefix("10.1.0.0/16")).next_hops,
              ElementsAre(NextHop{.gateway = address("192.0.2.1"), .interface_index = 2}));
}

TEST(NextHop, FollowsTheKernelsRoutes) {
  Node node;
  const auto a = node.up(peer("192.0.2.1")), b = node.up(client("192.0.2.2"));
  node.announce(a, attributes().via("198.51.100.1"), {"10.1.0.0/16"});
  node.settle();

  node.engine.kernel_route(kernel_route("198.51.100.0/24", "192.0.2.9", 5), node.now);  // appears
  node.settle();
  EXPECT_EQ(node.output.fib.at(prefix("10.1.0.0/16")).next_hops[0].gateway, address("192.0.2.9"));
  EXPECT_EQ(node.output.of(b).size(), 1u);
  EXPECT_EQ(node.engine.destination(prefix("10.1.0.0/16"))->paths[0].igp_metric, 5u);

  node.engine.kernel_route(kernel_route("198.51.100.0/25", "192.0.2.8"), node.now);  // a longer one
  node.settle();
  EXPECT_EQ(node.output.fib.at(prefix("10.1.0.0/16")).next_hops[0].gateway, address("192.0.2.8"));

  auto down = kernel_route("198.51.100.0/25", "192.0.2.8");  // its link goes down
  down.usable = false;
  node.engine.kernel_route(down, node.now);
  node.settle();
  EXPECT_THAT(node.output.fib, IsEmpty());
  EXPECT_THAT(node.output.of(b), IsEmpty());

  node.engine.kernel_route_gone(down, node.now);  // back to the shorter
  node.settle();
  EXPECT_EQ(node.output.fib.at(prefix("10.1.0.0/16")).next_hops[0].gateway, address("192.0.2.9"));

  node.engine.kernel_route_gone(kernel_route("198.51.100.0/24", "192.0.2.9", 5), node.now);
  node.settle();
  EXPECT_THAT(node.output.fib, IsEmpty());
}

TEST(NextHop, ThatMovesIsToldOnceBeforeItsRoutes) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  node.engine.kernel_route(kernel_route("198.51.100.0/24", "192.0.2.9"), node.now);
  node.announce(a, attributes().via("198.51.100.1"), {"10.1.0.0/16", "10.2.0.0/16"});
  node.settle();
  const auto before = node.output.fib.at(prefix("10.1.0.0/16"));

  node.engine.kernel_route(kernel_route("198.51.100.0/24", "192.0.2.8"), node.now);
  node.settle();

  EXPECT_THAT(node.output.moves, ElementsAre(FibMove{before, node.output.fib.at(prefix("10.1.0.0/16"))}));
}

TEST(NextHop, ThatMovesIsNotToldWhereOthersStay) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  node.engine.kernel_route(kernel_route("198.51.100.0/24", "192.0.2.9"), node.now);
  node.announce(a, attributes().via("198.51.100.1"), {"10.1.0.0/16"});
  node.announce(a, attributes().via("192.0.2.9"), {"10.2.0.0/16"});  // goes by the same gateway
  node.settle();

  node.engine.kernel_route(kernel_route("198.51.100.0/24", "192.0.2.8"), node.now);
  node.settle();

  EXPECT_THAT(node.output.moves, IsEmpty());
  EXPECT_EQ(node.output.fib.at(prefix("10.1.0.0/16")).next_hops[0].gateway, address("192.0.2.8"));
}

TEST(NextHop, ResolvesThroughADefaultRouteOnlyWhenAllowed) {
  for (const bool allowed : {true, false}) {
    auto s = speaker();
    s.resolve_via_default = allowed;
    Node node(s);
    node.engine.kernel_route(kernel_route("0.0.0.0/0", "192.0.2.9"), node.now);
    const auto a = node.up(peer("192.0.2.1"));
    node.announce(a, attributes().via("198.51.100.1"), {"10.1.0.0/16"});
    node.settle();
    EXPECT_EQ(node.output.fib.size(), allowed ? 1u : 0u);

    s.resolve_via_default = !allowed;
    node.engine.set_speaker(s, node.now);
    node.settle();
    EXPECT_EQ(node.output.fib.size(), allowed ? 0u : 1u);
  }
}

TEST(NextHop, ABlackholeIsNoWay) {
  Node node;
  auto hole = kernel_route("198.51.100.0/24", "192.0.2.9");
  hole.type = RouteType::Blackhole;
  hole.next_hops.clear();
  node.engine.kernel_route(hole, node.now);
  const auto a = node.up(peer("192.0.2.1"));
  node.announce(a, attributes().via("198.51.100.1"), {"10.1.0.0/16"});
  node.settle();
  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::NextHopUnreachable);
}

TEST(NextHop, ALinkLocalOneIsOnTheSessionsLink) {  // RFC 2545 §3
  Node node;
  auto up = peer("2001:db8::1");
  up.interface_index = 7;
  const auto a = node.up(up);
  node.announce(a, attributes().via("2001:db8::1").via_link_local("fe80::1"), {"fd00:1::/64"});
  node.announce(a, attributes().via("fe80::2"), {"fd00:2::/64"});
  node.settle();

  EXPECT_THAT(node.output.fib.at(prefix("fd00:1::/64")).next_hops,
              ElementsAre(NextHop{.gateway = address("fe80::1"), .interface_index = 7}));
  EXPECT_THAT(node.output.fib.at(prefix("fd00:2::/64")).next_hops,
              ElementsAre(NextHop{.gateway = address("fe80::2"), .interface_index = 7}));
}

TEST(NextHop, MovesOnlyWhatDependsOnIt) {
  Node node;
  node.engine.kernel_route(kernel_route("198.51.100.0/24", "192.0.2.9"), node.now);
  const auto a = node.up(peer("192.0.2.1"));
  node.announce(a, attributes().via("198.51.100.1"), {"10.1.0.0/16"});
  node.announce(a, attributes().via("192.0.2.1"), {"10.2.0.0/16"});
  node.settle();
  const auto writes = node.output.fib_writes;

  node.engine.kernel_route(kernel_route("198.51.100.0/24", "192.0.2.8"), node.now);
  node.settle();
  EXPECT_EQ(node.output.fib_writes, writes + 1);

  node.engine.kernel_route(kernel_route("203.0.113.0/24", "192.0.2.8"), node.now);
  node.settle();
  EXPECT_EQ(node.output.fib_writes, writes + 1);
}

TEST(NextHop, ListCountsTheirPaths) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16", "10.2.0.0/16"});
  node.announce(a, attributes().via("192.0.2.7").with_med(1), {"10.3.0.0/16"});

  const auto list = node.engine.next_hops(Family::Ipv4Unicast);

  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].references, 2u);
  EXPECT_EQ(list[0].through, prefix("192.0.2.0/24"));
  EXPECT_EQ(list[1].address, address("192.0.2.7"));
}

TEST(Distance, ForeignRoutesOfTheSamePrefixWin) {
  const std::pair<RouteSource, FibState> cases[] = {{RouteSource::Connected, FibState::LosesToConnected},
                                                    {RouteSource::Kernel, FibState::LosesToKernel},
                                                    {RouteSource::Static, FibState::LosesToStatic}};
  for (const auto& [source, state] : cases) {
    Node node;
    const auto a = node.up(peer("192.0.2.1", 1));
    auto foreign = kernel_route("10.1.0.0/16", "192.0.2.9");
    foreign.source = source;
    node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
    node.settle();
    EXPECT_EQ(node.output.fib.size(), 1u);

    node.engine.kernel_route(foreign, node.now);
    node.settle();
    EXPECT_EQ(node.fib_state("10.1.0.0/16"), state);
    EXPECT_THAT(node.output.fib, IsEmpty());
    EXPECT_THAT(
        node.engine.routes_for(prefix("10.1.0.0/16")),
        ElementsAre(testing::Field(&RouteView::selected, true), testing::Field(&RouteView::selected, false)));

    node.engine.kernel_route_gone(foreign, node.now);
    node.settle();
    EXPECT_EQ(node.fib_state("10.1.0.0/16"), FibState::Pending);
    EXPECT_EQ(node.output.fib.size(), 1u);
  }
}

/// All routes of a neighbor of this address pass the route map IN, which does `set`.
PeerUp through_route_map(std::string_view peer_address, AsNumber as) {
  auto up = peer(peer_address, as);
  for (auto& import : up.imports) import.policy.route_map = "IN";
  return up;
}
PolicyDefinitions route_map_in(const RouteMapClause::Set& set) {
  PolicyDefinitions policies;
  policies.route_maps["IN"].clauses[10].set = set;
  return policies;
}

TEST(Distance, ARouteMapSetsThatOfItsRoutes) {
  for (const bool v4 : {true, false}) {
    const char* const subnet = v4 ? "10.1.0.0/16" : "2001:db8:1::/48";
    const char* const gateway = v4 ? "192.0.2.9" : "2001:db8::9";
    Node node;
    RouteMapClause::Set set;
    set.distance = 1;
    set.tag = 7;
    node.engine.set_policies(route_map_in(set), node.now);
    const auto a = node.up(through_route_map("192.0.2.1", 1));
    node.announce(a, attributes().via(v4 ? "192.0.2.1" : "2001:db8::1").path({1}), {subnet});
    node.settle();
    const auto ours = node.engine.routes_for(prefix(subnet)).back();
    EXPECT_EQ(ours.distance, 1u);
    EXPECT_EQ(ours.tag, 7u);
    auto foreign = kernel_route(subnet, gateway);
    foreign.source = RouteSource::Static;  // its distance is 1, too: who was there first is not asked
    node.engine.kernel_route(foreign, node.now);
    node.settle();
    EXPECT_EQ(node.fib_state(subnet), FibState::LosesToStatic);

    node.engine.kernel_route_gone(foreign, node.now);
    set.distance = 255;
    node.engine.set_policies(route_map_in(set), node.now);
    node.settle();
    EXPECT_EQ(node.fib_state(subnet), FibState::NotForUse);
    EXPECT_THAT(node.output.fib, IsEmpty());
    EXPECT_FALSE(node.engine.routes_for(prefix(subnet)).back().selected);

    node.engine.set_policies(route_map_in({}), node.now);
    node.settle();
    EXPECT_EQ(node.engine.routes_for(prefix(subnet)).back().distance, 20u);
    EXPECT_EQ(node.output.fib.size(), 1u);
  }
}

TEST(Fib, OwnRoutesAreNotInstalled) {
  Node node;
  node.originate("10.1.0.0/16");
  node.settle();
  EXPECT_EQ(node.fib_state("10.1.0.0/16"), FibState::None);
  EXPECT_EQ(node.output.fib_writes, 0u);
}

TEST(Fib, IsToldOnlyWhatDiffers) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16"});
  node.settle();
  node.announce(a, attributes().via("192.0.2.1").with_med(5), {"10.1.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.fib_writes, 1u);
}

TEST(Fib, AnswersOfTheKernelAreRemembered) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16"});
  node.settle();
  EXPECT_EQ(node.fib_state("10.1.0.0/16"), FibState::Pending);

  node.engine.fib_result({prefix("10.1.0.0/16"), true, 0, ""}, node.now);
  EXPECT_EQ(node.fib_state("10.1.0.0/16"), FibState::Installed);

  node.engine.fib_result({prefix("10.1.0.0/16"), false, 101, "Nexthop has invalid gateway"}, node.now);
  const auto view = node.engine.routes_for(prefix("10.1.0.0/16")).front();
  EXPECT_EQ(view.fib, FibState::Failed);
  EXPECT_EQ(view.error, 101);
  EXPECT_EQ(view.error_text, "Nexthop has invalid gateway");

  node.withdraw(a, {"10.1.0.0/16"});
  node.settle();
  node.engine.fib_result({prefix("10.1.0.0/16"), true, 0, ""}, node.now);  // late
  EXPECT_THAT(node.engine.routes_for(prefix("10.1.0.0/16")), IsEmpty());
}

TEST(Multipath, EqualPathsShareTheRoute) {
  auto s = speaker();
  s.families[0].maximum_paths_internal = 2;
  Node node(s);
  const auto a = node.up(peer("192.0.2.1")), b = node.up(peer("192.0.2.2")), c = node.up(peer("192.0.2.3"));
  node.announce(c, attributes().via("192.0.2.3"), {"10.1.0.0/16"});
  node.announce(b, attributes().via("192.0.2.2"), {"10.1.0.0/16"});
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16"});
  node.settle();
  EXPECT_THAT(node.output.fib.at(prefix("10.1.0.0/16")).next_hops,
              ElementsAre(NextHop{.gateway = address("192.0.2.1"), .interface_index = 2},
                          NextHop{.gateway = address("192.0.2.2"), .interface_index = 2}));

  node.down(b);
  node.settle();
  EXPECT_EQ(node.output.fib.at(prefix("10.1.0.0/16")).next_hops[1].gateway, address("192.0.2.3"));

  node.down(c);
  node.settle();
  EXPECT_EQ(node.output.fib.at(prefix("10.1.0.0/16")).next_hops.size(), 1u);
}

/// Gateways and weights of the kernel's route to 10.1.0.0/16.
std::map<std::string, int> shares(const Node& node) {
  std::map<std::string, int> result;
  for (const auto& next_hop : node.output.fib.at(prefix("10.1.0.0/16")).next_hops)
    result[next_hop.gateway->to_string()] = next_hop.weight;
  return result;
}

TEST(Multipath, TheKernelHearsOfAPathThatIsNotTheBest) {
  auto s = speaker();
  s.families[0].maximum_paths_internal = 3;
  Node node(s);
  const auto a = node.up(peer("192.0.2.1")), b = node.up(peer("192.0.2.2")), c = node.up(peer("192.0.2.3"));
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16"});
  node.announce(b, attributes().via("192.0.2.2"), {"10.1.0.0/16"});
  node.announce(c, attributes().via("192.0.2.3"), {"10.1.0.0/16"});
  node.settle();
  EXPECT_EQ(shares(node), (std::map<std::string, int>{{"192.0.2.1", 1}, {"192.0.2.2", 1}, {"192.0.2.3", 1}}));

  node.announce(b, attributes().via("192.0.2.77"), {"10.1.0.0/16"});
  node.settle();
  EXPECT_EQ(shares(node),
            (std::map<std::string, int>{{"192.0.2.1", 1}, {"192.0.2.77", 1}, {"192.0.2.3", 1}}));

  node.withdraw(c, {"10.1.0.0/16"});
  node.settle();
  EXPECT_EQ(shares(node), (std::map<std::string, int>{{"192.0.2.1", 1}, {"192.0.2.77", 1}}));
}

TEST(Multipath, EndsWithItsConfiguration) {
  auto s = speaker();
  s.families[0].maximum_paths_internal = 2;
  Node node(s);
  for (const auto* from : {"192.0.2.1", "192.0.2.2"})
    node.announce(node.up(peer(from)), attributes().via(from), {"10.1.0.0/16"});
  node.settle();
  EXPECT_EQ(shares(node).size(), 2u);

  node.engine.set_speaker(speaker(), node.now);
  node.settle();
  EXPECT_EQ(shares(node).size(), 1u);
  const auto view = node.engine.destination(prefix("10.1.0.0/16")).value();
  for (const auto& path : view.paths) EXPECT_FALSE(path.is_multipath);
}

TEST(Multipath, EachFamilyHasItsNumber) {
  auto s = speaker();
  s.families[1].maximum_paths_internal = 2;
  Node node(s);
  const auto a = node.up(peer("192.0.2.1")), b = node.up(peer("192.0.2.2"));
  for (const auto& [from, number] : {std::pair(a, "1"), std::pair(b, "2")}) {
    node.announce(from, attributes().via("192.0.2." + std::string(number)), {"10.1.0.0/16"});
    node.announce(from, attributes().via("2001:db8::" + std::string(number)), {"2001:db8:1::/48"});
  }
  node.settle();
  EXPECT_EQ(node.output.fib.at(prefix("10.1.0.0/16")).next_hops.size(), 1u);
  EXPECT_EQ(node.output.fib.at(prefix("2001:db8:1::/48")).next_hops.size(), 2u);
}

TEST(Multipath, AsPathsMustBeEqualUnlessRelaxed) {
  auto s = speaker();
  s.families[0].maximum_paths_external = 4;
  Node node(s);
  node.announce(node.up(peer("192.0.2.1", 1)), attributes().via("192.0.2.1").path({1, 9}), {"10.1.0.0/16"});
  node.announce(node.up(peer("192.0.2.2", 2)), attributes().via("192.0.2.2").path({2, 9}), {"10.1.0.0/16"});
  node.announce(node.up(peer("192.0.2.3", 3)), attributes().via("192.0.2.3").path({3, 8, 9}),
                {"10.1.0.0/16"});
  node.settle();
  EXPECT_EQ(shares(node).size(), 1u);

  s.multipath_relax = true;
  node.engine.set_speaker(s, node.now);
  node.settle();
  EXPECT_EQ(shares(node), (std::map<std::string, int>{{"192.0.2.1", 1}, {"192.0.2.2", 1}}));
}

TEST(Multipath, InternalPathsMayHaveToHaveEquallyLongClusterLists) {
  auto s = speaker();
  s.families[0].maximum_paths_internal = 4;
  Node node(s);
  node.announce(node.up(peer("192.0.2.1")), attributes().via("192.0.2.1").originator(1).clusters({7}),
                {"10.1.0.0/16"});
  node.announce(node.up(peer("192.0.2.2")), attributes().via("192.0.2.2").originator(2).clusters({7, 8}),
                {"10.1.0.0/16"});
  node.settle();
  EXPECT_EQ(shares(node).size(), 2u);

  s.families[0].equal_cluster_length = true;
  node.engine.set_speaker(s, node.now);
  node.settle();
  EXPECT_EQ(shares(node).size(), 1u);
}

/// The community of draft-ietf-idr-link-bandwidth for so many octets a second.
ExtendedCommunity bandwidth(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return {{0x40, 0x04, 0xfd, 0xe8, static_cast<std::uint8_t>(bits >> 24),
           static_cast<std::uint8_t>(bits >> 16), static_cast<std::uint8_t>(bits >> 8),
           static_cast<std::uint8_t>(bits)}};
}

TEST(Multipath, LinkBandwidthSplitsTheTraffic) {
  auto s = speaker();
  s.families[0].maximum_paths_internal = 4;
  Node node(s);
  const auto a = node.up(peer("192.0.2.1")), b = node.up(peer("192.0.2.2")), c = node.up(peer("192.0.2.3"));
  auto route = [&](const char* via, float value) {
    auto r = attributes().via(via);
    if (value > 0) r.rare.edit().extended_communities = {bandwidth(value)};
    return r;
  };
  node.announce(a, route("192.0.2.1", 1e9f), {"10.1.0.0/16"});
  node.announce(b, route("192.0.2.2", 3e9f), {"10.1.0.0/16"});
  node.settle();
  EXPECT_EQ(shares(node), (std::map<std::string, int>{{"192.0.2.1", 25}, {"192.0.2.2", 75}}));

  node.announce(b, route("192.0.2.2", 1e9f), {"10.1.0.0/16"});  // not the best path, yet it counts
  node.settle();
  EXPECT_EQ(shares(node), (std::map<std::string, int>{{"192.0.2.1", 50}, {"192.0.2.2", 50}}));

  node.announce(c, route("192.0.2.3", 0), {"10.1.0.0/16"});
  using Shares = std::map<std::string, int>;
  const std::pair<BandwidthUse, Shares> cases[] = {
      {BandwidthUse::Used, {{"192.0.2.1", 1}, {"192.0.2.2", 1}, {"192.0.2.3", 1}}},
      {BandwidthUse::Ignored, {{"192.0.2.1", 1}, {"192.0.2.2", 1}, {"192.0.2.3", 1}}},
      {BandwidthUse::SkipMissing, {{"192.0.2.1", 50}, {"192.0.2.2", 50}}},
      {BandwidthUse::DefaultForMissing, {{"192.0.2.1", 50}, {"192.0.2.2", 50}, {"192.0.2.3", 1}}}};
  for (const auto& [use, expected] : cases) {
    s.link_bandwidth = use;
    node.engine.set_speaker(s, node.now);
    node.settle();
    EXPECT_EQ(shares(node), expected);
  }
}

TEST(Distance, IsSetByFamilyAndKind) {
  auto s = speaker();
  s.families[0].distance_external = 201;
  Node node(s);
  const auto a = node.up(peer("192.0.2.1", 1)), b = node.up(peer("192.0.2.2"));
  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
  node.announce(b, attributes().via("192.0.2.2"), {"10.2.0.0/16"});
  node.settle();
  EXPECT_EQ(node.engine.routes_for(prefix("10.1.0.0/16"))[0].distance, 201);
  EXPECT_EQ(node.engine.routes_for(prefix("10.2.0.0/16"))[0].distance, 200);
}

TEST(Queries, RoutesListBothSidesInOrderAndPages) {
  Node node;
  node.engine.kernel_route(kernel_route("0.0.0.0/0", "192.0.2.9"), node.now);
  const auto a = node.up(peer("192.0.2.1"));
  node.announce(a, attributes().via("192.0.2.1"), {"10.2.0.0/16", "10.1.0.0/16"});
  node.settle();

  std::vector<std::string> listed;
  std::optional<Prefix> after;
  for (;;) {
    const auto page = node.engine.routes(Family::Ipv4Unicast, after, 1);
    if (page.empty()) break;
    for (const auto& view : page) listed.push_back(view.prefix.to_string());
    after = page.back().prefix;
  }

  EXPECT_THAT(listed, ElementsAre("0.0.0.0/0", "10.1.0.0/16", "10.2.0.0/16", "192.0.2.0/24"));
  EXPECT_EQ(node.engine.route_match(address("10.1.2.3")), prefix("10.1.0.0/16"));
  EXPECT_EQ(node.engine.route_match(address("10.9.2.3")), prefix("0.0.0.0/0"));
  EXPECT_FALSE(node.engine.longest_match(address("10.9.2.3")));
  EXPECT_EQ(node.engine.longest_match(address("10.1.2.3")), prefix("10.1.0.0/16"));
}

TEST(Queries, PrefixesComeInPagesInOrder) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  for (unsigned i = 0; i < 500; ++i) {
    const Nlri nlri{Prefix(IpAddress::v4(0x0a000000 + ((i * 7919 % 500) << 8)), 24), 0};
    node.announce(a, attributes().via("192.0.2.1"), std::span(&nlri, 1));
  }
  std::vector<Prefix> all;
  for (std::optional<Prefix> after;;) {
    const auto page = node.engine.prefixes(Family::Ipv4Unicast, after, 33);
    if (page.empty()) break;
    all.insert(all.end(), page.begin(), page.end());
    after = all.back();
  }
  EXPECT_EQ(all.size(), 500u);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_EQ(node.engine.prefixes_from(a, Family::Ipv4Unicast, {}, SIZE_MAX), all);
  EXPECT_THAT(node.engine.prefixes(Family::Ipv6Unicast, {}, 10), IsEmpty());
}

TEST(Speaker, ANewClusterIdIsSentWithoutResettingSessions) {
  auto s = speaker();
  Node node(s);
  const auto a = node.up(client("192.0.2.1")), b = node.up(client("192.0.2.2"));
  node.announce(a, attributes().via("192.0.2.1"), {"10.1.0.0/16"});
  node.settle();

  s.cluster_id = 9;
  node.engine.set_speaker(s, node.now);
  node.settle();

  EXPECT_EQ(node.output.of(b).at(prefix("10.1.0.0/16")).rare->cluster_list, CompactArray<std::uint32_t>{9});

  s.client_to_client_reflection = false;
  node.engine.set_speaker(s, node.now);
  node.settle();
  EXPECT_THAT(node.output.of(b), IsEmpty());
}

TEST(Speaker, ANewRuleDecidesAgain) {
  auto s = speaker();
  Node node(s);
  const auto a = node.up(peer("192.0.2.1", 1)), b = node.up(peer("192.0.2.2", 2));
  node.announce(a, attributes().via("192.0.2.1").path({1}).with_med(9), {"10.1.0.0/16"});
  node.announce(b, attributes().via("192.0.2.2").path({2}).with_med(1), {"10.1.0.0/16"});
  node.settle();
  EXPECT_EQ(node.engine.destination(prefix("10.1.0.0/16"))->paths[0].peer, a);

  s.always_compare_med = true;
  node.engine.set_speaker(s, node.now);
  node.settle();
  EXPECT_EQ(node.engine.destination(prefix("10.1.0.0/16"))->paths[0].peer, b);
  EXPECT_EQ(node.output.fib.at(prefix("10.1.0.0/16")).next_hops[0].gateway, address("192.0.2.2"));
}

TEST(LocalRoute, StaysUntilItsLastSourceWithdraws) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  node.originate("10.1.0.0/16", LocalSource::Network);
  node.originate("10.1.0.0/16", LocalSource::AdvertisedInterface);
  node.settle();
  EXPECT_EQ(node.output.of(a).size(), 1u);

  node.withdraw_local("10.1.0.0/16", LocalSource::Network);
  node.settle();
  EXPECT_EQ(node.output.of(a).size(), 1u);

  node.withdraw_local("10.1.0.0/16", LocalSource::AdvertisedInterface);
  node.withdraw_local("10.1.0.0/16", LocalSource::AdvertisedInterface);
  node.settle();
  EXPECT_THAT(node.output.of(a), IsEmpty());
  EXPECT_EQ(node.engine.totals().destinations[0], 0u);
}

}  // namespace
}  // namespace test
