// Route maps that look at the way to the next hop, or at who the neighbor is.
#include <gmock/gmock.h>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using testing::IsEmpty;

struct ResolvedFamily {
  Family family;
  const char *subnet, *link, *remote, *next_hop, *other_gateway;
};
constexpr ResolvedFamily kResolvedFamilies[] = {
    {Family::Ipv4Unicast, "10.1.0.0/16", "192.0.2.1", "198.51.100.0/24", "198.51.100.7", "192.0.2.8"},
    {Family::Ipv6Unicast, "2001:db8:1::/48", "2001:db8::1", "2001:db8:9::/48", "2001:db8:9::7",
     "2001:db8::8"}};

KernelRoute way(const ResolvedFamily& side, std::string_view interface, std::uint32_t metric) {
  auto route = kernel_route(side.remote, side.other_gateway, metric);
  route.interface_name = interface;
  return route;
}

PolicyDefinitions one_clause(const RouteMapClause& clause) {
  PolicyDefinitions policies;
  policies.route_maps["M"].clauses[10] = clause;
  return policies;
}
RouteMapClause match_interface(std::string name) {
  RouteMapClause clause;
  clause.match.interface = std::move(name);
  return clause;
}
RouteMapClause set_metric_igp() {
  RouteMapClause clause;
  clause.set.metric_is_igp = true;
  return clause;
}

/// A neighbor whose routes pass M on their way in or out.
PeerUp with_map(std::string_view peer_address, AsNumber as, bool in) {
  auto up = peer(peer_address, as);
  for (const auto family : kFamilies)
    (in ? up.imports[index_of(family)].policy : up.exports[index_of(family)]->policy).route_map = "M";
  return up;
}

TEST(NextHopPolicy, InboundARouteMapFollowsTheInterfaceOfTheNextHop) {
  for (const auto& side : kResolvedFamilies) {
    Node node;
    node.engine.set_policies(one_clause(match_interface("eth1")), node.now);
    const auto a = node.up(with_map("192.0.2.1", kOurAs, true));
    node.announce(a, attributes().via(side.next_hop), {side.subnet});
    node.settle();
    EXPECT_EQ(node.state_of(side.subnet), PathState::PolicyDenied);

    node.engine.kernel_route(way(side, "eth1", 5), node.now);
    node.settle();
    EXPECT_EQ(node.state_of(side.subnet), PathState::Accepted);

    node.engine.kernel_route(way(side, "eth2", 5), node.now);
    node.settle();
    EXPECT_EQ(node.state_of(side.subnet), PathState::PolicyDenied);

    node.engine.kernel_route(way(side, "eth1", 5), node.now);
    node.settle();
    node.engine.kernel_route_gone(way(side, "eth1", 5), node.now);
    node.settle();
    EXPECT_EQ(node.state_of(side.subnet), PathState::PolicyDenied);
  }
}

TEST(NextHopPolicy, InboundTheMetricIsThatOfTheNextHopAsItWasReceived) {
  for (const auto& side : kResolvedFamilies) {
    Node node;
    auto clause = set_metric_igp();
    clause.set.next_hop = NextHopChoice{NextHopChoice::Kind::PeerAddress, {}};
    clause.set.next_hop_peer_address = true;  // so nothing else keeps an eye on the next hop
    node.engine.set_policies(one_clause(clause), node.now);
    node.engine.kernel_route(way(side, "eth1", 5), node.now);
    const auto a = node.up(with_map(side.link, kOurAs, true));
    node.announce(a, attributes().via(side.next_hop), {side.subnet});
    node.settle();
    const auto med = [&] { return node.engine.destination(prefix(side.subnet))->paths[0].attributes->med; };
    EXPECT_EQ(node.engine.destination(prefix(side.subnet))->paths[0].attributes->next_hop,
              address(side.link));
    EXPECT_EQ(med(), 5u);

    node.engine.kernel_route_gone(way(side, "eth1", 5), node.now);
    node.engine.kernel_route(way(side, "eth1", 9), node.now);
    node.settle();
    EXPECT_EQ(med(), 9u);

    node.withdraw(a, {side.subnet});
    node.settle();
    EXPECT_THAT(node.engine.next_hops(side.family), IsEmpty());
  }
}

TEST(NextHopPolicy, OutboundWhatIsSentFollowsTheNextHop) {
  for (const auto& side : kResolvedFamilies) {
    Node node;
    node.engine.set_policies(one_clause(set_metric_igp()), node.now);
    node.engine.kernel_route(way(side, "eth1", 5), node.now);
    const auto a = node.up(peer("192.0.2.1"));
    const auto with = node.up(with_map("192.0.2.2", 2, false));
    const auto without = node.up(peer("192.0.2.3", 2));
    node.announce(a, attributes().via(side.next_hop), {side.subnet});
    node.originate(side.family == Family::Ipv4Unicast ? "10.9.0.0/16" : "2001:db8:99::/48");
    node.settle();
    EXPECT_EQ(node.output.of(with, side.family).at(prefix(side.subnet)).med, 5u);
    EXPECT_FALSE(node.output.of(without, side.family).at(prefix(side.subnet)).med);

    node.output.log.clear();
    node.engine.kernel_route_gone(way(side, "eth1", 5), node.now);
    node.engine.kernel_route(way(side, "eth1", 9), node.now);
    node.settle();
    EXPECT_EQ(node.output.of(with, side.family).at(prefix(side.subnet)).med, 9u);
    EXPECT_EQ(node.output.log.size(), 1u);  // the other group hears nothing

    node.engine.set_policies(one_clause(match_interface("eth1")), node.now);
    node.settle();
    EXPECT_EQ(node.output.of(with, side.family).size(), 1u);
    node.engine.kernel_route(way(side, "eth2", 9), node.now);
    node.settle();
    EXPECT_THAT(node.output.of(with, side.family), IsEmpty());
    node.engine.kernel_route(way(side, "eth1", 9), node.now);
    node.settle();
    EXPECT_EQ(node.output.of(with, side.family).size(), 1u);
  }
}

TEST(NextHopPolicy, OutboundRedistributedRoutesHaveTheirInterface) {
  Node node;
  node.engine.set_policies(one_clause(match_interface("eth1")), node.now);
  node.engine.set_redistribution(Family::Ipv4Unicast, RouteSource::Kernel, RedistributionRule{}, node.now);
  const auto to = node.up(with_map("192.0.2.2", 2, false));
  node.engine.kernel_route(way(kResolvedFamilies[0], "eth1", 0), node.now);
  node.settle();
  EXPECT_EQ(node.output.of(to).size(), 1u);

  node.engine.kernel_route(way(kResolvedFamilies[0], "eth2", 0), node.now);
  node.settle();
  EXPECT_THAT(node.output.of(to), IsEmpty());
}

TEST(NextHopPolicy, ALinkLocalNextHopIsOnTheLinkOfItsSession) {
  Node node;
  node.engine.set_policies(one_clause(match_interface("eth5")), node.now);
  auto up = with_map("fe80::1", 1, true);
  up.interface_index = 5;
  up.interface_name = "eth5";
  const auto a = node.up(up);
  node.announce(a, attributes().via("2001:db8::1").via_link_local("fe80::1").path({1}), {"2001:db8:1::/48"});
  EXPECT_EQ(node.state_of("2001:db8:1::/48"), PathState::Accepted);
}

TEST(PeerPolicy, AnInterfacePeerIsKnownByItsInterface) {
  for (const bool in : {true, false}) {
    Node node;
    RouteMapClause clause;
    clause.match.peer = PeerMatch{std::nullopt, "eth5"};
    node.engine.set_policies(one_clause(clause), node.now);
    auto by_interface = with_map("fe80::1", 1, in), by_address = with_map("fe80::2", 1, in);
    for (auto* up : {&by_interface, &by_address}) {
      up->interface_index = 5;
      up->interface_name = "eth5";
    }
    by_interface.is_interface_peer = true;
    const auto a = node.up(by_interface), b = node.up(by_address);
    if (in) {
      node.announce(a, attributes().via("2001:db8::1").path({1}), {"2001:db8:1::/48"});
      node.announce(b, attributes().via("2001:db8::1").path({1}), {"2001:db8:2::/48"});
      EXPECT_EQ(node.state_of("2001:db8:1::/48"), PathState::Accepted);
      EXPECT_EQ(node.state_of("2001:db8:2::/48"), PathState::PolicyDenied);
    } else {
      node.originate("2001:db8:1::/48");
      node.settle();
      EXPECT_EQ(node.output.of(a, Family::Ipv6Unicast).size(), 1u);
      EXPECT_THAT(node.output.of(b, Family::Ipv6Unicast), IsEmpty());
    }
  }
}

TEST(PeerPolicy, AShareOfTheRoutesIsAlwaysTheSameOne) {
  Node node;
  RouteMapClause clause;
  clause.match.probability = 30;
  node.engine.set_policies(one_clause(clause), node.now);
  const auto a = node.up(with_map("192.0.2.1", 1, true));
  std::vector<Nlri> nlri;
  for (std::uint32_t i = 0; i < 1000; ++i)
    nlri.push_back({Prefix(IpAddress::v4(0x0a000000 + (i << 8)), 24), 0});
  node.announce(a, attributes().via("192.0.2.1").path({1}), nlri);
  const auto accepted = [&] { return node.engine.counters(a).accepted[0]; };
  const auto some = accepted();
  EXPECT_GT(some, 200u);
  EXPECT_LT(some, 400u);

  for (const auto percent : std::initializer_list<std::uint8_t>{0, 100, 30}) {
    clause.match.probability = percent;
    node.engine.set_policies(one_clause(clause), node.now);
    node.settle();
    EXPECT_EQ(accepted(), percent == 30 ? some : percent * 10u);
  }
}

}  // namespace
}  // namespace test
