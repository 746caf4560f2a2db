// `aggregate-address`: when it stands, what is in it, whom it stands for.
#include <gmock/gmock.h>

#include <random>

#include "rib/attribute_store.hpp"
#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

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
  EXPECT_EQ(whole.rare->aggregator, (Aggregator{kOurAs, speaker().identifier}));

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

/// RFC 4271 §9.2.2.2: the sequence that all paths begin with, then an AS_SET of whatever else stands in any
/// of them.
AsPath aggregated_path(const std::vector<Attributes>& contributors) {
  using Type = AsPath::SegmentType;
  const auto leading = [](const AsPath& path) {
    std::vector<AsNumber> numbers;
    for (const auto& segment : path.segments()) {
      if (segment.type == Type::ConfedSequence || segment.type == Type::ConfedSet) continue;
      if (segment.type != Type::Sequence) break;
      numbers.insert(numbers.end(), segment.as_numbers.begin(), segment.as_numbers.end());
    }
    return numbers;
  };
  auto common = leading(contributors.front()->as_path);
  for (const auto& attributes : contributors) {
    const auto other = leading(attributes->as_path);
    const auto [end, ignored] = std::mismatch(common.begin(), common.end(), other.begin(), other.end());
    common.erase(end, common.end());
  }
  std::set<AsNumber> rest;
  for (const auto& attributes : contributors) {
    attributes->as_path.for_each([&](Type type, AsNumber as) {
      if (type == Type::ConfedSequence || type == Type::ConfedSet) return;
      if (std::find(common.begin(), common.end(), as) == common.end()) rest.insert(as);
    });
  }
  std::vector<AsPath::Segment> segments;
  if (!common.empty()) segments.push_back({Type::Sequence, common});
  if (!rest.empty()) segments.push_back({Type::Set, {rest.begin(), rest.end()}});
  return AsPath(segments);
}

/// All of one kind of community, each once, in ascending order.
template <typename Whole, typename T>
CompactArray<T> united(const std::vector<Attributes>& contributors, CompactArray<T> Whole::*member) {
  std::set<T> all;
  for (const auto& attributes : contributors) {
    const Whole* whole;
    if constexpr (std::is_same_v<Whole, RareAttributes>)
      whole = &*attributes->rare;
    else
      whole = &*attributes;
    all.insert((whole->*member).begin(), (whole->*member).end());
  }
  const std::vector<T> sorted(all.begin(), all.end());
  return CompactArray<T>(std::span<const T>(sorted));
}

/// By the book, from all contributors at once.
std::optional<PathAttributes> aggregated(const AggregateRule& rule, const Speaker& speaker,
                                         const std::vector<Attributes>& contributors) {
  if (contributors.empty()) return std::nullopt;
  PathAttributes result;
  result.origin = Origin::Igp;
  for (const auto& attributes : contributors) {
    if (rule.matching_med_only && attributes->med.value_or(0) != contributors.front()->med.value_or(0))
      return std::nullopt;
    result.origin = std::max(result.origin, attributes->origin);  // the least reliable one
    // RFC 4271 §5.1.6: once set it stays, and so it is where AS numbers are left out.
    result.atomic_aggregate |= attributes->atomic_aggregate || (!rule.as_set && !attributes->as_path.empty());
  }
  if (rule.origin) result.origin = *rule.origin;
  if (rule.matching_med_only) result.med = contributors.front()->med;
  if (rule.as_set) {
    result.as_path = aggregated_path(contributors);
    result.communities = united(contributors, &PathAttributes::communities);  // RFC 1997
    result.rare.edit().extended_communities = united(contributors, &RareAttributes::extended_communities);
    result.rare.edit().large_communities = united(contributors, &RareAttributes::large_communities);
  }
  result.rare.edit().aggregator = Aggregator{speaker.as, speaker.identifier};
  return result;
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
