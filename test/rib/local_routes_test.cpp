// Our own routes: sources that hold together, the kernel's routes as ours, aggregates.
#include <gmock/gmock.h>

#include <random>

#include "rib/aggregates.hpp"
#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> held(Node& node, PeerHandle by, Family family = Family::Ipv4Unicast) {
  node.settle();
  std::vector<std::string> prefixes;
  for (const auto& [prefix, attributes] : node.output.of(by, family)) prefixes.push_back(prefix.to_string());
  return prefixes;
}

PathAttributes sent(Node& node, PeerHandle to, std::string_view text) {
  node.settle();
  return node.output.of(to, prefix(text).family()).at(prefix(text));
}

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

// --- aggregates --------------------------------------------------------------------------------------------

struct AggregateTest : testing::Test {
  void SetUp() override {
    from_ = node_.up(peer("192.0.2.1", 1));
    other_ = node_.up(peer("192.0.2.2", 2));
    to_ = node_.up(peer("192.0.2.9", 9));
  }
  void aggregate(AggregateRule rule) {
    node_.engine.set_aggregates({{prefix("10.0.0.0/8"), rule}}, node_.now);
  }

  Node node_;
  PeerHandle from_, other_, to_;
};

TEST_F(AggregateTest, StandsAsLongAsAMoreSpecificRouteDoes) {
  aggregate({});
  EXPECT_THAT(held(node_, to_), IsEmpty());

  node_.announce(from_, attributes().via("192.0.2.1").path({1}),
                 {"10.1.0.0/16", "10.2.0.0/16", "11.0.0.0/16"});
  EXPECT_THAT(held(node_, to_), ElementsAre("10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16", "11.0.0.0/16"));
  const auto whole = sent(node_, to_, "10.0.0.0/8");
  EXPECT_EQ(whole.as_path.to_string(), "65000");
  EXPECT_TRUE(whole.atomic_aggregate);  // 1 is left out
  EXPECT_EQ(whole.aggregator, (Aggregator{kOurAs, speaker().identifier}));

  node_.withdraw(from_, {"10.1.0.0/16"});
  EXPECT_THAT(held(node_, to_), ElementsAre("10.0.0.0/8", "10.2.0.0/16", "11.0.0.0/16"));
  node_.withdraw(from_, {"10.2.0.0/16"});
  EXPECT_THAT(held(node_, to_), ElementsAre("11.0.0.0/16"));
}

TEST_F(AggregateTest, IsNotItsOwnReason) {
  aggregate({});
  node_.announce(from_, attributes().via("192.0.2.1").path({1}), {"10.0.0.0/8"});
  EXPECT_THAT(sent(node_, to_, "10.0.0.0/8").as_path.to_string(), "65000 1");
}

TEST_F(AggregateTest, RulesComeAndGoWithRoutesThere) {
  node_.announce(from_, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16", "10.2.0.0/16"});
  EXPECT_THAT(held(node_, to_), ElementsAre("10.1.0.0/16", "10.2.0.0/16"));
  AggregateRule summary;
  summary.summary_only = true;
  aggregate(summary);
  EXPECT_THAT(held(node_, to_), ElementsAre("10.0.0.0/8"));
  EXPECT_TRUE(node_.engine.destination(prefix("10.1.0.0/16"))->paths[0].is_suppressed);
  EXPECT_EQ(node_.engine.export_state(to_, prefix("10.1.0.0/16")), ExportState::Suppressed);

  aggregate({});
  EXPECT_THAT(held(node_, to_), ElementsAre("10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16"));
  aggregate(summary);
  EXPECT_THAT(held(node_, to_), ElementsAre("10.0.0.0/8"));
  node_.engine.set_aggregates({}, node_.now);
  EXPECT_THAT(held(node_, to_), ElementsAre("10.1.0.0/16", "10.2.0.0/16"));
  EXPECT_FALSE(node_.engine.destination(prefix("10.1.0.0/16"))->paths[0].is_suppressed);
}

TEST_F(AggregateTest, SuppressedRoutesReachNobodyWhoComesLater) {
  AggregateRule summary;
  summary.summary_only = true;
  aggregate(summary);
  node_.settle();
  node_.announce(from_, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
  node_.settle();
  EXPECT_THAT(held(node_, node_.up(peer("192.0.2.10", 10))), ElementsAre("10.0.0.0/8"));
  for (const auto& line : node_.output.log) EXPECT_EQ(line.find("10.1.0.0/16"), std::string::npos) << line;
}

TEST_F(AggregateTest, AnAsSetNamesWhatTheSequenceDoesNot) {  // RFC 4271 §9.2.2.2
  AggregateRule rule;
  rule.as_set = true;
  aggregate(rule);
  auto first = attributes().via("192.0.2.1").path({1, 5, 6}).community({7}),
       second = attributes().via("192.0.2.1").path({1, 5, 8}).with_origin(Origin::Incomplete).community({9});
  node_.announce(from_, first, {"10.1.0.0/16"});
  EXPECT_EQ(sent(node_, to_, "10.0.0.0/8").as_path.to_string(), "65000 1 5 6");
  node_.announce(from_, second, {"10.2.0.0/16"});
  auto whole = sent(node_, to_, "10.0.0.0/8");
  EXPECT_EQ(whole.as_path.to_string(), "65000 1 5 {6,8}");
  EXPECT_EQ(whole.origin, Origin::Incomplete);
  EXPECT_FALSE(whole.atomic_aggregate);
  EXPECT_THAT(std::vector(whole.communities.begin(), whole.communities.end()),
              ElementsAre(Community{7}, Community{9}));

  node_.announce(other_, attributes().via("192.0.2.2").path({2}), {"10.3.0.0/16"});
  EXPECT_EQ(sent(node_, to_, "10.0.0.0/8").as_path.to_string(), "65000 {1,2,5,6,8}");
  second.atomic_aggregate = true;
  node_.announce(from_, second, {"10.2.0.0/16"});
  EXPECT_TRUE(sent(node_, to_, "10.0.0.0/8").atomic_aggregate);
  node_.withdraw(from_, {"10.2.0.0/16", "10.1.0.0/16"});
  EXPECT_EQ(sent(node_, to_, "10.0.0.0/8").as_path.to_string(), "65000 2");
}

TEST_F(AggregateTest, RoutesOfDifferentMedAreNotAggregatedWhenSaid) {  // RFC 4271 §9.2.2.2
  AggregateRule rule;
  rule.matching_med_only = rule.summary_only = true;
  aggregate(rule);
  node_.announce(from_, attributes().via("192.0.2.1").path({1}).with_med(3), {"10.1.0.0/16"});
  EXPECT_THAT(held(node_, to_), ElementsAre("10.0.0.0/8"));
  node_.announce(other_, attributes().via("192.0.2.2").path({2}).with_med(4), {"10.2.0.0/16"});
  EXPECT_THAT(held(node_, to_), ElementsAre("10.1.0.0/16", "10.2.0.0/16"));
  node_.announce(other_, attributes().via("192.0.2.2").path({2}).with_med(3), {"10.2.0.0/16"});
  EXPECT_THAT(held(node_, to_), ElementsAre("10.0.0.0/8"));
}

TEST_F(AggregateTest, TheOriginCanBeSaid) {
  AggregateRule rule;
  rule.origin = Origin::Egp;
  aggregate(rule);
  node_.announce(from_, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
  EXPECT_EQ(sent(node_, to_, "10.0.0.0/8").origin, Origin::Egp);
}

TEST_F(AggregateTest, GoesWithTheSessionOfItsContributors) {
  AggregateRule summary;
  summary.summary_only = true;
  node_.engine.set_aggregates({{prefix("10.0.0.0/8"), summary}, {prefix("2001:db8::/32"), summary}},
                              node_.now);
  node_.announce(from_, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
  node_.announce(from_, attributes().via("2001:db8::1").path({1}), {"2001:db8:1::/48"});
  EXPECT_THAT(held(node_, to_), ElementsAre("10.0.0.0/8"));
  EXPECT_THAT(held(node_, to_, Family::Ipv6Unicast), ElementsAre("2001:db8::/32"));
  node_.down(from_);
  EXPECT_THAT(held(node_, to_), IsEmpty());
  EXPECT_THAT(held(node_, to_, Family::Ipv6Unicast), IsEmpty());
}

// Random histories: what a peer holds is what one would say who sees the table as it is, whatever happened
// before.
TEST(AggregateHistory, IsAsIfComputedFromTheTable) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto number = [&](unsigned most) {
      return std::uniform_int_distribution<unsigned>(0, most)(random);
    };
    Node node;
    const auto to = node.up(peer("192.0.2.9", 9));
    std::optional<PeerHandle> from;
    std::map<Prefix, PathAttributes> table;
    std::map<Prefix, AggregateRule> rules;
    std::vector<Prefix> prefixes;
    for (const auto* text : {"10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9", "10.1.0.0/16", "10.2.0.0/16",
                             "10.129.0.0/16", "10.130.0.0/16", "10.1.1.0/24"})
      prefixes.push_back(prefix(text));
    for (int step = 0; step < 120; ++step) {
      const auto& one = prefixes[number(static_cast<unsigned>(prefixes.size()) - 1)];
      switch (number(9)) {
        case 0:
          if (from) node.down(*std::exchange(from, std::nullopt));
          table.clear();
          break;
        case 1:
        case 2:
          if (number(1) && one.length() < 16) {
            auto& rule = rules[one];
            rule.as_set = number(1);
            rule.summary_only = number(1);
          } else {
            rules.erase(one);
          }
          node.engine.set_aggregates(rules, node.now);
          break;
        case 3:
        case 4:
          if (from) node.withdraw(*from, {one.to_string()});
          table.erase(one);
          break;
        default: {
          if (!from) from = node.up(peer("192.0.2.1", 1));
          const auto route = attributes().via("192.0.2.1").path({1, number(2) + 2});
          node.announce(*from, route, {one.to_string()});
          table[one] = route;
        }
      }
      if (number(2) == 0) node.engine.run(1 + number(3), node.now);
      if (number(3) != 0) continue;

      ASSERT_TRUE(node.settle(1 + number(5)));
      // From the longest aggregate to the shortest: an inner one contributes to an outer one.
      std::map<Prefix, PathAttributes> best = table;
      std::vector<std::pair<Prefix, AggregateRule>> order(rules.begin(), rules.end());
      std::sort(order.begin(), order.end(),
                [](auto& a, auto& b) { return a.first.length() > b.first.length(); });
      AttributeStore store;
      std::set<Prefix> suppressed;
      for (const auto& [whole, rule] : order) {
        std::vector<Attributes> contributors;
        for (const auto& [part, route] : best)
          if (part.length() > whole.length() && whole.contains(part))
            contributors.push_back(store.intern(route));
        const auto result = aggregated(rule, speaker(), contributors);
        if (!result) continue;
        for (const auto& [part, route] : best)
          if (rule.summary_only && part.length() > whole.length() && whole.contains(part))
            suppressed.insert(part);
        best[whole] = *result;  // our own route is better than a neighbor's
      }
      std::map<Prefix, std::string> expected, told;
      for (const auto& [p, route] : best)
        if (!suppressed.contains(p))
          expected[p] = "65000" + (route.as_path.empty() ? "" : " " + route.as_path.to_string());
      for (const auto& [p, route] : node.output.of(to)) told[p] = route.as_path.to_string();
      ASSERT_EQ(told, expected) << "step " << step;
    }
  }
}

}  // namespace
}  // namespace test
