// Lists and the chain: which rule decides, what a verdict depends on, what a change of definitions changes.
#include "rib/policy/policy.hpp"

#include <gtest/gtest.h>

#include <random>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using Decider = PolicyVerdict::Decider;

PrefixRule rule(bool permit, std::string_view text, std::optional<std::uint8_t> ge = {},
                std::optional<std::uint8_t> le = {}) {
  return {.permit = permit, .prefix = prefix(text), .ge = ge, .le = le};
}

PolicyVerdict ask(const PolicyDefinitions& definitions, const PolicyChain& chain, std::string_view text,
                  PathAttributes attributes = test::attributes()) {
  const auto p = prefix(text);
  return Policies(definitions).apply(chain, {.prefix = p}, attributes);
}

TEST(PrefixList, TheFirstRuleThatFitsDecides) {
  PolicyDefinitions d;
  d.prefix_lists[0]["L"].rules = {{5, rule(false, "10.1.0.0/16", {}, 32)},
                                  {10, rule(true, "10.0.0.0/8", 16, 24)},
                                  {15, rule(true, "10.1.2.0/24")}};
  const PolicyChain chain{.prefix_list = "L"};

  EXPECT_FALSE(ask(d, chain, "10.1.2.0/24").permitted);
  EXPECT_EQ(ask(d, chain, "10.1.2.0/24").sequence, 5u);
  EXPECT_EQ(ask(d, chain, "10.2.0.0/16").sequence, 10u);
  EXPECT_TRUE(ask(d, chain, "10.2.3.0/24").permitted);
  EXPECT_FALSE(ask(d, chain, "10.2.3.0/25").permitted);
  EXPECT_FALSE(ask(d, chain, "10.0.0.0/8").permitted);
  EXPECT_EQ(ask(d, chain, "10.0.0.0/8").sequence, 0u);
  EXPECT_EQ(ask(d, chain, "10.0.0.0/8").decider, Decider::PrefixList);
}

TEST(PrefixList, IsOfOneFamily) {
  PolicyDefinitions d;
  d.prefix_lists[0]["L"].rules = {{5, rule(true, "0.0.0.0/0", {}, 32)}};
  d.prefix_lists[1]["L"].rules = {{5, rule(true, "2001:db8::/32", 48, 48)}};
  const PolicyChain chain{.prefix_list = "L"};

  EXPECT_TRUE(ask(d, chain, "10.0.0.0/8").permitted);
  EXPECT_TRUE(ask(d, chain, "2001:db8:1::/48").permitted);
  EXPECT_FALSE(ask(d, chain, "2001:db8::/32").permitted);
  EXPECT_FALSE(ask(d, chain, "::/0").permitted);
}

TEST(PrefixList, OfManyRulesAnswersAsOneAfterTheOther) {
  std::mt19937 random(7);
  const auto number = [&](unsigned low, unsigned high) {
    return std::uniform_int_distribution<unsigned>(low, high)(random);
  };
  for (int round = 0; round < 50; ++round) {
    std::map<Sequence, PrefixRule> rules;
    for (Sequence i = 1; i <= 40; ++i) {
      const auto length = number(0, 16);
      const auto ge = number(length, 32), le = number(ge, 32);
      auto made = rule(number(0, 1) == 1, "0.0.0.0/0");
      made.prefix = Prefix(IpAddress::v4(number(0, 3) << 30 | number(0, 3) << 20), length);
      if (number(0, 1)) made.ge = static_cast<std::uint8_t>(ge);
      if (number(0, 1)) made.le = static_cast<std::uint8_t>(le);
      rules[i] = made;
    }
    PolicyDefinitions d;
    d.prefix_lists[0]["L"].rules = rules;
    const Policies policies(d);
    for (int asked = 0; asked < 100; ++asked) {
      const Prefix p(IpAddress::v4(number(0, 3) << 30 | number(0, 3) << 20), number(0, 32));
      PathAttributes a;
      const auto verdict = policies.apply({.prefix_list = "L"}, {.prefix = p}, a);
      Sequence expected = 0;
      for (const auto& [sequence, r] : rules)
        if (expected == 0 && r.prefix.contains(p) && p.length() >= r.minimum_length() &&
            p.length() <= r.maximum_length())
          expected = sequence;
      ASSERT_EQ(verdict.sequence, expected) << p.to_string();
      ASSERT_EQ(verdict.permitted, expected != 0 && rules[expected].permit);
    }
  }
}

TEST(Chain, EveryPartMustPermit) {
  PolicyDefinitions d;
  d.access_lists[0]["A"].rules = {{5, {.permit = true, .form = AccessRule::Form::Any}}};
  d.prefix_lists[0]["P"].rules = {{5, rule(true, "10.0.0.0/8", {}, 32)}};
  d.as_path_lists["F"].rules = {{5, {true, "^1_"}}};
  d.route_maps["M"].clauses[10].set.weight = 7;
  const PolicyChain chain{.distribute_list = "A", .prefix_list = "P", .filter_list = "F", .route_map = "M"};

  EXPECT_EQ(ask(d, chain, "10.0.0.0/8", attributes().path({1})).decider, Decider::RouteMap);
  EXPECT_TRUE(ask(d, chain, "10.0.0.0/8", attributes().path({1})).permitted);
  EXPECT_EQ(ask(d, chain, "10.0.0.0/8", attributes().path({2})).decider, Decider::FilterList);
  EXPECT_EQ(ask(d, chain, "11.0.0.0/8", attributes().path({1})).decider, Decider::PrefixList);
  EXPECT_TRUE(ask(d, {}, "11.0.0.0/8").permitted);
  EXPECT_EQ(ask(d, {}, "11.0.0.0/8").decider, Decider::None);
}

TEST(Chain, ANameThatNobodyDefinedDenies) {
  EXPECT_FALSE(ask({}, {.distribute_list = "A"}, "10.0.0.0/8").permitted);
  EXPECT_FALSE(ask({}, {.prefix_list = "A"}, "10.0.0.0/8").permitted);
  EXPECT_FALSE(ask({}, {.filter_list = "A"}, "10.0.0.0/8").permitted);
  EXPECT_FALSE(ask({}, {.route_map = "A"}, "10.0.0.0/8").permitted);
}

TEST(Chain, ADeniedRouteKeepsItsAttributes) {
  PolicyDefinitions d;
  auto& clauses = d.route_maps["M"].clauses;
  clauses[10].set.weight = 7;
  clauses[10].on_match = 0;
  clauses[20].permit = false;
  PathAttributes a = attributes();
  const auto p = prefix("10.0.0.0/8");

  const auto verdict = Policies(d).apply({.route_map = "M"}, {.prefix = p}, a);

  EXPECT_FALSE(verdict.permitted);
  EXPECT_EQ(verdict.sequence, 20u);
  EXPECT_EQ(a, PathAttributes(attributes()));
}

TEST(Policies, KnowWhatTheyDependOn) {
  PolicyDefinitions d;
  d.prefix_lists[0]["P"].rules = {{5, rule(true, "10.0.0.0/8")}};
  d.route_maps["PLAIN"].clauses[10].match.metric = 5;
  d.route_maps["PREFIX"].clauses[10].match.address[0].prefix_list = "P";
  d.route_maps["PEER"].clauses[10].match.peer.emplace();
  d.route_maps["CALLS"].clauses[10].call = "PREFIX";
  d.route_maps["CALLS"].clauses[20].call = "LOOP";
  d.route_maps["LOOP"].clauses[10].call = "LOOP2";
  d.route_maps["LOOP2"].clauses[10].call = "LOOP";
  d.route_maps["LOOP2"].clauses[20].call = "PEER";
  const Policies policies(d);

  EXPECT_FALSE(policies.depends_on_prefix({.route_map = "PLAIN"}));
  EXPECT_FALSE(policies.depends_on_peer({.route_map = "PLAIN"}));
  EXPECT_TRUE(policies.depends_on_prefix({.route_map = "PREFIX"}));
  EXPECT_TRUE(policies.depends_on_prefix({.prefix_list = "P"}));
  EXPECT_TRUE(policies.depends_on_prefix({.distribute_list = "P"}));
  EXPECT_FALSE(policies.depends_on_prefix({.filter_list = "P"}));
  EXPECT_TRUE(policies.depends_on_peer({.route_map = "PEER"}));
  EXPECT_FALSE(policies.depends_on_prefix({.route_map = "PEER"}));
  EXPECT_TRUE(policies.depends_on_prefix({.route_map = "CALLS"}));
  EXPECT_TRUE(policies.depends_on_peer({.route_map = "CALLS"}));
  EXPECT_TRUE(policies.depends_on_peer({.route_map = "LOOP"}));
  EXPECT_FALSE(policies.depends_on_prefix({.route_map = "LOOP"}));
}

TEST(Policies, DifferOnlyWhereTheChainLeads) {
  PolicyDefinitions d;
  d.prefix_lists[0]["P"].rules = {{5, rule(true, "10.0.0.0/8")}};
  d.community_lists["C"].rules = {{5, {true, {kNoExport}, ""}}};
  d.route_maps["M"].clauses[10].call = "N";
  d.route_maps["N"].clauses[10].match.address[0].prefix_list = "P";
  d.route_maps["N"].clauses[20].set.delete_communities = "C";
  d.route_maps["N"].clauses[30].match.as_path = "F";
  d.route_maps["OTHER"].clauses[10].set.weight = 1;
  const Policies before(d);
  const auto differs = [&](const PolicyChain& chain, auto change) {
    auto changed = d;
    change(changed);
    const Policies after(changed);
    EXPECT_EQ(before.differs(chain, after), after.differs(chain, before));
    return before.differs(chain, after);
  };
  const PolicyChain chain{.route_map = "M"};

  EXPECT_FALSE(differs(chain, [](auto&) {}));
  EXPECT_FALSE(differs(chain, [](auto& x) { x.route_maps["OTHER"].clauses[10].set.weight = 2; }));
  EXPECT_FALSE(differs(chain, [](auto& x) { x.prefix_lists[0]["Q"].description = "new"; }));
  EXPECT_TRUE(differs(chain, [](auto& x) { x.prefix_lists[0]["P"].rules[5].permit = false; }));
  EXPECT_TRUE(differs(chain, [](auto& x) { x.prefix_lists[0].erase("P"); }));
  EXPECT_TRUE(differs(chain, [](auto& x) { x.community_lists["C"].rules[10] = {}; }));
  EXPECT_TRUE(differs(chain, [](auto& x) { x.as_path_lists["F"].rules[5] = {true, "1"}; }));
  EXPECT_TRUE(differs(chain, [](auto& x) { x.route_maps["N"].clauses[30].permit = false; }));
  EXPECT_TRUE(differs(chain, [](auto& x) { x.route_maps.erase("M"); }));
  EXPECT_TRUE(differs({.prefix_list = "P"}, [](auto& x) { x.prefix_lists[0]["P"].rules[6] = {}; }));
  EXPECT_FALSE(differs({}, [](auto& x) { x.prefix_lists[0].erase("P"); }));
}

/// Maps that call each other for ever, and maps whose calls multiply: FRR's bgpd dies of the first.
TEST(RouteMap, CallsHaveAnEnd) {
  PolicyDefinitions d;
  d.route_maps["A"].clauses[10].call = "B";
  d.route_maps["B"].clauses[10].call = "A";
  for (int level = 0; level < 10; ++level)
    for (Sequence i = 1; i <= 50; ++i) {
      auto& clause = d.route_maps["L" + std::to_string(level)].clauses[i];
      clause.call = "L" + std::to_string(level + 1);
      clause.on_match = 0;
    }
  d.route_maps["L10"].clauses[1] = {};

  EXPECT_FALSE(ask(d, {.route_map = "A"}, "10.0.0.0/8").permitted);
  EXPECT_FALSE(ask(d, {.route_map = "L0"}, "10.0.0.0/8").permitted);
}

}  // namespace
}  // namespace test
