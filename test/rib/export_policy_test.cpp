// Policy in what is sent: its place among the steps, and that a change of it sends what differs.
#include <gmock/gmock.h>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Key;

/// A prefix list L that permits these, and a route map M of one clause, to be filled in.
PolicyDefinitions definitions(std::initializer_list<std::string_view> permitted,
                              const RouteMapClause::Set& set = {}) {
  PolicyDefinitions d;
  Sequence sequence = 0;
  d.prefix_lists[0]["L"].rules = {};
  for (const auto text : permitted)
    d.prefix_lists[0]["L"].rules[sequence += 5] = PrefixRule{.permit = true, .prefix = prefix(text)};
  RouteMapClause clause;
  clause.match.address[0].prefix_list = "L";
  clause.set = set;
  d.route_maps["M"].clauses[10] = clause;
  return d;
}

class ExportPolicy : public testing::Test {
 protected:
  PeerHandle up_with(std::string_view address, const PolicyChain& chain, AsNumber as = kOurAs) {
    auto up = peer(address, as);
    for (auto& profile : up.exports) profile->policy = chain;
    return node.up(up);
  }
  void define(const PolicyDefinitions& d) { node.engine.set_policies(d, node.now); }
  void announce(std::initializer_list<std::string_view> prefixes) {
    node.announce(source, attributes().via("192.0.2.1").path({1}), prefixes);
    node.settle();
  }

  Node node;
  PeerHandle source = node.up(peer("192.0.2.1", 1));
};

TEST_F(ExportPolicy, SendsWhatTheListPermitsAndOnlyTheDifferenceAfterAChange) {
  define(definitions({"10.1.0.0/16", "10.2.0.0/16"}));
  const auto member = up_with("192.0.2.2", {.prefix_list = "L"});
  announce({"10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"});
  EXPECT_THAT(node.output.of(member), ElementsAre(Key(prefix("10.1.0.0/16")), Key(prefix("10.2.0.0/16"))));
  const auto verdict = node.engine.exported_to(member, prefix("10.3.0.0/16"));
  EXPECT_EQ(verdict.state, ExportState::PolicyDenied);
  EXPECT_EQ(verdict.policy.decider, PolicyVerdict::Decider::PrefixList);
  EXPECT_EQ(node.engine.exported_to(member, prefix("10.2.0.0/16")).policy.sequence, 10u);
  node.output.log.clear();

  define(definitions({"10.2.0.0/16", "10.3.0.0/16"}));
  node.settle();

  EXPECT_THAT(node.output.log, ElementsAre("withdraw group 10.1.0.0/16", "announce group 10.3.0.0/16"));
}

TEST_F(ExportPolicy, AChangeThatDoesNotConcernAGroupCostsItNothing) {
  define(definitions({"10.1.0.0/16"}));
  up_with("192.0.2.2", {});
  announce({"10.1.0.0/16"});

  define(definitions({"10.2.0.0/16"}));

  EXPECT_FALSE(node.engine.has_work());
}

TEST_F(ExportPolicy, ADeniedReplacementWithdraws) {
  auto d = definitions({"10.1.0.0/16"});
  d.route_maps["M"].clauses[10].match.metric = 0;
  define(d);
  const auto member = up_with("192.0.2.2", {.route_map = "M"});
  node.announce(source, attributes().via("192.0.2.1").path({1}).with_med(0), {"10.1.0.0/16"});
  node.settle();
  ASSERT_EQ(node.output.of(member).size(), 1u);

  node.announce(source, attributes().via("192.0.2.1").path({1}).with_med(7), {"10.1.0.0/16"});
  node.settle();

  EXPECT_THAT(node.output.of(member), IsEmpty());
}

TEST_F(ExportPolicy, SetClausesStandBeneathOurAs) {
  RouteMapClause::Set set;
  set.prepend = Prepend{.as_numbers = {64999, 64999}};
  set.metric = Adjustment{};
  set.metric->number = 77;
  set.next_hop = NextHopChoice{.kind = NextHopChoice::Kind::Address, .address = address("192.0.2.77")};
  define(definitions({"10.1.0.0/16"}, set));
  auto up = peer("192.0.2.2", 2);
  up.exports[0]->policy = {.route_map = "M"};
  up.exports[0]->next_hop_mode = NextHopMode::Self;
  const auto member = node.up(up);
  announce({"10.1.0.0/16"});

  const auto& sent = node.output.of(member).at(prefix("10.1.0.0/16"));
  EXPECT_EQ(sent.as_path, AsPath::sequence({kOurAs, 64999, 64999, 1}));
  EXPECT_EQ(sent.med, 77u) << "of another AS, but set";
  EXPECT_EQ(sent.next_hop, address("192.0.2.77")) << "stronger than next-hop-self";
}

TEST_F(ExportPolicy, PrefixesOfOneUpdateMayFareDifferently) {
  RouteMapClause::Set set;
  set.metric = Adjustment{};
  set.metric->number = 5;
  auto d = definitions({"10.1.0.0/16", "10.3.0.0/16"}, set);
  d.route_maps["M"].clauses[20] = RouteMapClause{};
  define(d);
  const auto member = up_with("192.0.2.2", {.route_map = "M"});
  node.settle();
  node.output.log.clear();
  announce({"10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"});

  EXPECT_EQ(node.output.of(member).at(prefix("10.1.0.0/16")).med, 5u);
  EXPECT_FALSE(node.output.of(member).at(prefix("10.2.0.0/16")).med);
  EXPECT_EQ(node.output.of(member).at(prefix("10.3.0.0/16")).med, 5u);
  EXPECT_THAT(node.output.log,
              IsSupersetOf({"announce group 10.1.0.0/16 10.3.0.0/16", "announce group 10.2.0.0/16"}));
}

TEST_F(ExportPolicy, DefaultOriginateFollowsItsRouteMap) {
  define(definitions({"10.1.0.0/16"}));
  auto up = peer("192.0.2.2");
  up.exports[0]->default_originate = true;
  up.exports[0]->default_originate_map = "M";
  const auto member = node.up(up);
  node.settle();
  const auto default_route = prefix("0.0.0.0/0");
  EXPECT_THAT(node.output.of(member), IsEmpty());
  EXPECT_EQ(node.engine.export_state(member, default_route), ExportState::PolicyDenied);

  announce({"10.1.0.0/16"});
  EXPECT_TRUE(node.output.of(member).contains(default_route));
  EXPECT_EQ(node.engine.counters(member).sent[0], 2u);

  node.withdraw(source, {"10.1.0.0/16"});
  node.settle();
  EXPECT_THAT(node.output.of(member), IsEmpty());

  announce({"10.2.0.0/16"});
  EXPECT_FALSE(node.output.of(member).contains(default_route));
  define(definitions({"10.2.0.0/16"}));
  node.settle();
  EXPECT_TRUE(node.output.of(member).contains(default_route));
}

TEST_F(ExportPolicy, WhatTheRouteMapOfDefaultOriginateSetsIsOfTheDefaultRoute) {
  for (const auto family : kFamilies) {
    const bool v4 = family == Family::Ipv4Unicast;
    const auto default_route = Prefix::default_route(afi_of(family));
    const char* const subnet = v4 ? "10.1.0.0/16" : "2001:db8:1::/48";
    const auto map = [&](std::uint32_t med) {
      PolicyDefinitions d;
      auto& clause = d.route_maps["M"].clauses[10];
      d.prefix_lists[index_of(family)]["L"].rules[5] = PrefixRule{.permit = true, .prefix = prefix(subnet)};
      clause.match.address[index_of(family)].prefix_list = "L";
      clause.match.metric = 3;  // of the route; what is set is of the default
      clause.set.metric = Adjustment{Adjustment::Kind::Add, med};
      clause.set.prepend = Prepend{{77}, 0};
      clause.set.communities = CommunitySet<Community>{{Community{5}}, true};
      clause.set.next_hop = NextHopChoice{NextHopChoice::Kind::Address, address("192.0.2.77")};
      clause.set.next_hop_global = address("2001:db8::77");
      return d;
    };
    define(map(40));
    auto up = peer("192.0.2.2", 2);
    up.exports[index_of(family)]->default_originate = true;
    up.exports[index_of(family)]->default_originate_map = "M";
    const auto member = node.up(up);
    const auto& held = node.output.of(member, family);
    node.announce(source, attributes().via(v4 ? "192.0.2.1" : "2001:db8::1").path({1}).with_med(3), {subnet});
    node.settle();
    ASSERT_TRUE(held.contains(default_route));
    EXPECT_EQ(held.at(default_route).med, 40u);
    EXPECT_EQ(held.at(default_route).as_path.to_string(), "65000 77");
    EXPECT_EQ(held.at(default_route).communities.size(), 1u);
    EXPECT_EQ(held.at(default_route).next_hop, address(v4 ? "192.0.2.77" : "2001:db8::77"));
    EXPECT_EQ(held.at(prefix(subnet)).as_path.to_string(), "65000 1");
    EXPECT_EQ(node.engine.exported_to(member, default_route).attributes, held.at(default_route));

    define(map(41));
    node.settle(1);
    EXPECT_EQ(held.at(default_route).med, 41u);

    node.announce(source, attributes().via(v4 ? "192.0.2.1" : "2001:db8::1").path({1}).with_med(4), {subnet});
    node.settle();
    EXPECT_FALSE(held.contains(default_route));
    node.down(member);
  }
}

TEST_F(ExportPolicy, SourceProtocolIsTheOneOfTheRoute) {
  const auto by = [](SourceProtocol protocol) {
    PolicyDefinitions d;
    d.route_maps["M"].clauses[10].match.source_protocol = protocol;
    return d;
  };
  const auto member = up_with("192.0.2.2", {.route_map = "M"});
  announce({"10.1.0.0/16"});
  node.originate("10.2.0.0/16");
  node.engine.set_redistribution(Family::Ipv4Unicast, RouteSource::Kernel, RedistributionRule{}, node.now);
  node.engine.set_redistribution(Family::Ipv4Unicast, RouteSource::Connected, RedistributionRule{}, node.now);
  node.engine.kernel_route(kernel_route("10.3.0.0/16", "192.0.2.7"), node.now);
  define(by(SourceProtocol::Bgp));
  EXPECT_THAT(held(node, member), ElementsAre("10.1.0.0/16", "10.2.0.0/16"));
  define(by(SourceProtocol::Kernel));
  EXPECT_THAT(held(node, member), ElementsAre("10.3.0.0/16"));
  define(by(SourceProtocol::Connected));
  EXPECT_THAT(held(node, member), ElementsAre("192.0.2.0/24"));

  define(by(SourceProtocol::Kernel));
  LocalRoute same;  // but for who it is from
  same.attributes.origin = Origin::Incomplete;
  same.attributes.next_hop = IpAddress::unspecified(Afi::Ipv4);
  same.attributes.med = 0;
  node.engine.originate(prefix("10.3.0.0/16"), LocalSource::Network, same, node.now);
  EXPECT_THAT(held(node, member), IsEmpty());
  node.engine.withdraw_local(prefix("10.3.0.0/16"), LocalSource::Network, node.now);
  EXPECT_THAT(held(node, member), ElementsAre("10.3.0.0/16"));
}

TEST_F(ExportPolicy, ADefaultRouteMayHangOnWhatAnAggregateStandsFor) {
  auto d = definitions({"10.1.0.0/16"});
  d.route_maps["M"].clauses.erase(20);
  define(d);
  AggregateRule rule;
  rule.summary_only = true;
  node.engine.set_aggregates({{prefix("10.0.0.0/8"), rule}}, node.now);
  announce({"10.1.0.0/16"});
  auto up = peer("192.0.2.2");
  up.exports[0]->default_originate = true;
  up.exports[0]->default_originate_map = "M";
  const auto member = node.up(up);
  node.settle();
  EXPECT_TRUE(node.output.of(member).contains(prefix("0.0.0.0/0")));

  d.route_maps["M"].clauses[10].permit = false;
  define(d);
  node.settle();
  EXPECT_FALSE(node.output.of(member).contains(prefix("0.0.0.0/0")));
  d.route_maps["M"].clauses[10].permit = true;
  define(d);
  node.settle();
  EXPECT_TRUE(node.output.of(member).contains(prefix("0.0.0.0/0")));
}

TEST_F(ExportPolicy, OfSeveralClausesThatHoldTheFirstSetsTheDefaultRoute) {
  auto d = definitions({"10.1.0.0/16"});
  d.route_maps["M"].clauses[10].set.metric = Adjustment{Adjustment::Kind::Value, 10};
  d.route_maps["M"].clauses[20].set.metric = Adjustment{Adjustment::Kind::Value, 20};
  define(d);
  auto up = peer("192.0.2.2");
  up.exports[0]->default_originate = true;
  up.exports[0]->default_originate_map = "M";
  const auto member = node.up(up);
  const auto med = [&] { return node.output.of(member).at(prefix("0.0.0.0/0")).med; };
  announce({"10.2.0.0/16"});
  EXPECT_EQ(med(), 20u);
  announce({"10.1.0.0/16"});
  EXPECT_EQ(med(), 10u);
  node.withdraw(source, {"10.1.0.0/16"});
  node.settle();
  EXPECT_EQ(med(), 20u);
  node.withdraw(source, {"10.2.0.0/16"});
  node.settle();
  EXPECT_THAT(node.output.of(member), IsEmpty());
}

}  // namespace
}  // namespace test
