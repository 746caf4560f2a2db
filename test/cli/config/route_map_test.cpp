// Each match and set clause as it is typed, both ways: the route that it holds for and one that it does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/config/edit.hpp"
#include "cli/config/reader.hpp"
#include "cli/config/writer.hpp"
#include "rib/policy/policy.hpp"

namespace cli {
namespace {

using ::testing::ElementsAre;

constexpr std::string_view kLists = R"(
access-list A permit 10.0.0.0/8
access-list 10 permit 10.1.0.0 0.0.255.255
access-list NH permit 192.0.2.1/32
ip prefix-list P permit 10.0.0.0/8 le 24
ip prefix-list NH permit 192.0.2.1/32
ipv6 access-list S permit 2001:db8::/32
ipv6 prefix-list P permit 2001:db8::/32 le 48
ipv6 prefix-list NH permit 2001:db8::1/128
bgp as-path access-list AS permit ^65001_
bgp community-list standard C permit 65000:1 65000:2
bgp community-list standard ANY deny 65000:9
bgp community-list standard ANY permit internet
bgp community-list expanded E permit 65000:[1-3] 65000:4
bgp large-community-list standard L permit 1:2:3
bgp large-community-list expanded LE permit ^1:2:
bgp extcommunity-list standard X permit rt 65000:1
bgp extcommunity-list expanded XE permit RT:65000:
)";

rib::IpAddress address(std::string_view text) { return *rib::IpAddress::parse(text); }

struct Route {
  rib::Prefix prefix = *rib::Prefix::parse("10.1.0.0/16");
  rib::PathAttributes attributes;
  std::optional<rib::IpAddress> peer = address("192.0.2.1");
  std::optional<rib::IpAddress> own_address;
  std::string_view interface = "eth0";
  std::optional<std::uint32_t> igp_metric = 77;
  std::optional<rib::SourceProtocol> source_protocol;

  Route() {
    attributes.origin = rib::Origin::Igp;
    attributes.next_hop = address("192.0.2.1");
    attributes.as_path = rib::AsPath::sequence({65001, 65002});
    attributes.med = 10;
    attributes.rare.edit().tag = 5;
    attributes.local_pref = 100;
    attributes.communities = {{65000u << 16 | 2}, {65000u << 16 | 1}};
    attributes.rare.edit().large_communities = {{1, 2, 3}};
    attributes.rare.edit().extended_communities = {
        *rib::parse_extended_community(rib::ExtendedCommunityKind::RouteTarget, "65000:1")};
  }
};
Route ipv6_route() {
  Route route;
  route.prefix = *rib::Prefix::parse("2001:db8:1::/48");
  route.attributes.next_hop = address("2001:db8::1");
  route.attributes.rare.edit().link_local_next_hop = address("fe80::1");
  route.peer = address("2001:db8::1");
  return route;
}

rib::PolicyDefinitions definitions(const std::string& text) {
  const auto result = read_config(std::string(kLists) + text);
  for (const auto& problem : result.problems)
    if (problem.message.find("is not defined") == std::string::npos)
      ADD_FAILURE() << to_text(problem, "test");
  return policy_in_force(result.config);
}

rib::PolicyVerdict ask(const std::string& text, Route& route) {
  const rib::Policies policies(definitions(text));
  return policies.apply({.route_map = "M"},
                        {.prefix = route.prefix,
                         .peer = route.peer ? &*route.peer : nullptr,
                         .own_address = route.own_address ? &*route.own_address : nullptr,
                         .next_hop = {route.interface, route.igp_metric},
                         .peer_interface = "eth7",
                         .own_as = 65000,
                         .source_protocol = route.source_protocol},
                        route.attributes);
}

std::string clause(const std::string& line) { return "route-map M permit 10\n " + line + "\n"; }
bool holds(const std::string& line, Route route = {}) { return ask(clause(line), route).permitted; }
rib::PathAttributes after(const std::string& lines, Route route = {}) {
  EXPECT_TRUE(ask(clause(lines), route).permitted);
  return route.attributes;
}
template <typename Change>
Route changed(const Change& change) {
  Route route;
  change(route);
  return route;
}

TEST(RouteMapMatch, ThePrefixByListAndLength) {
  const auto other = changed([](Route& r) { r.prefix = *rib::Prefix::parse("172.16.0.0/12"); });
  for (const auto* line : {"match ip address A", "match ip address 10", "match ip address prefix-list P",
                           "match ip address prefix-len 16"}) {
    EXPECT_TRUE(holds(line)) << line;
    EXPECT_FALSE(holds(line, other)) << line;
    EXPECT_FALSE(holds(line, ipv6_route())) << line;
  }
  for (const auto* line :
       {"match ipv6 address S", "match ipv6 address prefix-list P", "match ipv6 address prefix-len 48"}) {
    EXPECT_TRUE(holds(line, ipv6_route())) << line;
    EXPECT_FALSE(holds(line)) << line;
  }
}

TEST(RouteMapMatch, TheNextHopAndTheSource) {
  const auto elsewhere = changed([](Route& r) {
    r.attributes.next_hop = address("192.0.2.7");
    r.peer = address("192.0.2.7");
  });
  for (const auto* line :
       {"match ip next-hop NH", "match ip next-hop prefix-list NH", "match ip next-hop address 192.0.2.1",
        "match ip route-source NH", "match ip route-source prefix-list NH", "match peer 192.0.2.1"}) {
    EXPECT_TRUE(holds(line)) << line;
    EXPECT_FALSE(holds(line, elsewhere)) << line;
  }
  for (const auto* line :
       {"match ipv6 next-hop S", "match ipv6 next-hop prefix-list NH",
        "match ipv6 next-hop address 2001:db8::1", "match ipv6 next-hop address fe80::1"}) {
    EXPECT_TRUE(holds(line, ipv6_route())) << line;
    EXPECT_FALSE(holds(line)) << line;
  }
  EXPECT_FALSE(holds("match ipv6 next-hop address fe80::2", ipv6_route()));
  EXPECT_TRUE(holds("match peer eth7"));
  EXPECT_FALSE(holds("match peer eth8"));
  EXPECT_FALSE(holds("match peer local"));
  EXPECT_TRUE(holds("match peer local", changed([](Route& r) { r.peer.reset(); })));
}

TEST(RouteMapMatch, Communities) {
  const auto more = changed([](Route& r) {
    r.attributes.communities = {{65000u << 16 | 4}, {65000u << 16 | 2}, {65000u << 16 | 1}};
    r.attributes.rare.edit().large_communities = {{1, 2, 3}, {9, 9, 9}};
  });
  const auto none = changed([](Route& r) {
    r.attributes.communities = {};
    r.attributes.rare.edit().large_communities = {};
    r.attributes.rare.edit().extended_communities = {};
  });
  EXPECT_TRUE(holds("match community C"));
  EXPECT_TRUE(holds("match community C", more));
  EXPECT_FALSE(holds("match community C", none));
  EXPECT_TRUE(holds("match community C exact-match"));
  EXPECT_FALSE(holds("match community C exact-match", more));
  EXPECT_FALSE(holds("match community E"));
  EXPECT_TRUE(holds("match community E", more));  // over the sorted text
  EXPECT_TRUE(holds("match community ANY", none));
  EXPECT_FALSE(holds("match community ANY",
                     changed([](Route& r) { r.attributes.communities = {{65000u << 16 | 9}}; })));
  for (const auto* line : {"match large-community L", "match large-community LE", "match extcommunity X",
                           "match extcommunity XE"}) {
    EXPECT_TRUE(holds(line)) << line;
    EXPECT_FALSE(holds(line, none)) << line;
  }
  EXPECT_TRUE(holds("match large-community L exact-match"));
  EXPECT_FALSE(holds("match large-community L exact-match", more));
}

TEST(RouteMapMatch, TheOtherAttributes) {
  const std::pair<const char*, const char*> cases[] = {
      {"match as-path AS", "match as-path NONE"},
      {"match metric 10", "match metric 11"},
      {"match local-preference 100", "match local-preference 0"},
      {"match origin igp", "match origin egp"},
      {"match tag 5", "match tag 6"},
      {"match interface eth0", "match interface eth1"},
      {"match source-protocol bgp", "match source-protocol static"}};
  for (const auto& [yes, no] : cases) {
    EXPECT_TRUE(holds(yes)) << yes;
    EXPECT_FALSE(holds(no)) << no;
  }
  const auto own = changed([](Route& r) {
    r.peer.reset();
    r.source_protocol = rib::SourceProtocol::Connected;
    r.attributes.med.reset();
  });
  EXPECT_TRUE(holds("match source-protocol connected", own));
  EXPECT_FALSE(holds("match source-protocol kernel", own));
  EXPECT_TRUE(holds("match metric 0", own));  // absent counts as 0
}

TEST(RouteMapMatch, AllMustHoldAndUndefinedListsNeverDo) {
  EXPECT_TRUE(holds("match metric 10\n match tag 5"));
  EXPECT_FALSE(holds("match metric 10\n match tag 6"));
  for (const auto* line :
       {"match ip address Z", "match ip address prefix-list Z", "match ip next-hop Z", "match as-path Z",
        "match community Z", "match large-community Z", "match extcommunity Z", "match ip route-source Z"})
    EXPECT_FALSE(holds(line)) << line;
  EXPECT_TRUE(holds("description nothing to match"));
}

TEST(RouteMapMatch, AMatchThatKulanDoesNotHaveNeverHolds) {
  const auto result =
      read_config("route-map M permit 10\n match rpki valid\nroute-map M permit 20\n set weight 1\n");
  EXPECT_EQ(result.problems.size(), 1u);
  Route route;

  const auto verdict = rib::Policies(policy_in_force(result.config))
                           .apply({.route_map = "M"}, {.prefix = route.prefix}, route.attributes);

  EXPECT_EQ(verdict.sequence, 20u);
  EXPECT_EQ(read_config(write_config(result.config)).config.unknown_lines, result.config.unknown_lines);
}

TEST(RouteMapSet, Numbers) {
  EXPECT_EQ(after("set local-preference 200").local_pref, 200u);
  EXPECT_EQ(after("set local-preference +50").local_pref, 150u);
  EXPECT_EQ(after("set local-preference -500").local_pref, 0u);
  EXPECT_EQ(after("set metric 5").med, 5u);
  EXPECT_EQ(after("set metric +4294967295").med, 4294967295u);
  EXPECT_EQ(after("set metric -3").med, 7u);
  EXPECT_EQ(after("set metric igp").med, 77u);
  EXPECT_EQ(after("set weight 9").weight, 9u);
  EXPECT_EQ(after("set tag 9").rare->tag, 9u);
  EXPECT_EQ(after("set distance 9").distance, 9u);
  EXPECT_EQ(after("set origin incomplete").origin, rib::Origin::Incomplete);
  EXPECT_EQ(after("set originator-id 1.2.3.4").rare->originator_id, 0x01020304u);
  EXPECT_EQ(after("set aggregator as 65009 1.2.3.4").rare->aggregator, (rib::Aggregator{65009, 0x01020304}));
  EXPECT_TRUE(after("set atomic-aggregate").atomic_aggregate);
}

TEST(RouteMapSet, TheAsPath) {
  EXPECT_EQ(after("set as-path prepend 1 2").as_path.to_string(), "1 2 65001 65002");
  EXPECT_EQ(after("set as-path prepend last-as 3").as_path.to_string(), "65001 65001 65001 65001 65002");
  EXPECT_EQ(after("set as-path exclude 65001 9").as_path.to_string(), "65002");
  EXPECT_EQ(after("set as-path exclude 65001 65002").as_path.to_string(), "");
  EXPECT_EQ(after("set as-path replace 65001").as_path.to_string(), "65000 65002");
  EXPECT_EQ(after("set as-path replace any").as_path.to_string(), "65000 65000");
  const auto own = changed([](Route& r) { r.attributes.as_path = {}; });
  EXPECT_EQ(after("set as-path prepend last-as 3", own).as_path.to_string(), "");
  EXPECT_EQ(after("set as-path prepend 7", own).as_path.to_string(), "7");
}

std::vector<std::string> texts(const auto& values) {
  std::vector<std::string> all;
  for (const auto& value : values) all.push_back(to_string(value));
  return all;
}

TEST(RouteMapSet, Communities) {
  EXPECT_THAT(texts(after("set community 65000:7 no-export").communities),
              ElementsAre("65000:7", "no-export"));
  EXPECT_THAT(texts(after("set community 65000:7 65000:1 additive").communities),
              ElementsAre("65000:2", "65000:1", "65000:7"));
  EXPECT_TRUE(after("set community none").communities.empty());
  EXPECT_TRUE(after("set comm-list C delete").communities.empty());
  EXPECT_EQ(after("set comm-list UNDEFINED delete").communities.size(), 2u);
  EXPECT_THAT(texts(after("set comm-list C delete\n set community 1:1 additive").communities),
              ElementsAre("1:1"));
  EXPECT_THAT(texts(after("set large-community 4:5:6").rare->large_communities), ElementsAre("4:5:6"));
  EXPECT_THAT(texts(after("set large-community 4:5:6 additive").rare->large_communities),
              ElementsAre("1:2:3", "4:5:6"));
  EXPECT_TRUE(after("set large-community none").rare->large_communities.empty());
  EXPECT_TRUE(after("set large-comm-list L delete").rare->large_communities.empty());
  EXPECT_THAT(texts(after("set extcommunity rt 1:2 1.2.3.4:5").rare->extended_communities),
              ElementsAre("RT:65000:1", "RT:1:2", "RT:1.2.3.4:5"));
  EXPECT_THAT(
      texts(after("set extcommunity none\n set extcommunity soo 4200000000:9").rare->extended_communities),
      ElementsAre("SoO:4200000000:9"));
  EXPECT_THAT(texts(after("set extcommunity bandwidth 100").rare->extended_communities),
              ElementsAre("RT:65000:1", "LB:65000:12500000 (100.000 Mbps)"));
  EXPECT_THAT(texts(after("set extcommunity bandwidth 100 non-transitive").rare->extended_communities),
              ElementsAre("RT:65000:1", "LB:65000:12500000 (100.000 Mbps)"));
}

TEST(RouteMapSet, TheNextHop) {
  Route route;
  EXPECT_TRUE(ask(clause("set ip next-hop 192.0.2.9"), route).next_hop_set);
  EXPECT_EQ(route.attributes.next_hop, address("192.0.2.9"));

  Route in;
  in.attributes.next_hop = address("203.0.113.1");
  EXPECT_EQ(after("set ip next-hop peer-address", in).next_hop, address("192.0.2.1"));
  Route out = in;
  out.own_address = address("192.0.2.254");
  EXPECT_EQ(after("set ip next-hop peer-address", out).next_hop, address("192.0.2.254"));
  EXPECT_TRUE(ask(clause("set ip next-hop unchanged"), in).next_hop_set);
  EXPECT_EQ(in.attributes.next_hop, address("203.0.113.1"));
  Route plain;
  EXPECT_FALSE(ask(clause("set metric 1"), plain).next_hop_set);

  EXPECT_EQ(after("set ip next-hop 192.0.2.9", ipv6_route()).next_hop, address("2001:db8::1"));
  const auto global = after("set ipv6 next-hop global 2001:db8::9", ipv6_route());
  EXPECT_EQ(global.next_hop, address("2001:db8::9"));
  EXPECT_EQ(global.rare->link_local_next_hop, std::nullopt);
  EXPECT_EQ(after("set ipv6 next-hop local fe80::9", ipv6_route()).rare->link_local_next_hop,
            address("fe80::9"));
  EXPECT_EQ(after("set ipv6 next-hop prefer-global", ipv6_route()).rare->link_local_next_hop, std::nullopt);
  auto third = ipv6_route();
  third.attributes.next_hop = address("2001:db8::77");
  EXPECT_EQ(after("set ipv6 next-hop peer-address", third).next_hop, address("2001:db8::1"));
}

// --- how clauses go on

std::uint32_t decides(const std::string& text) {
  Route route;
  const auto verdict = ask(text, route);
  return verdict.permitted ? verdict.sequence : 0;
}

TEST(RouteMapFlow, TheFirstClauseThatHoldsDecides) {
  EXPECT_EQ(decides("route-map M permit 10\n match tag 6\nroute-map M permit 20\n"), 20u);
  EXPECT_EQ(decides("route-map M deny 10\n match tag 5\nroute-map M permit 20\n"), 0u);
  EXPECT_EQ(decides("route-map M deny 10\n match tag 6\nroute-map M permit 20\n"), 20u);
  EXPECT_EQ(decides("route-map M permit 10\n match tag 6\n"), 0u);
}

TEST(RouteMapFlow, OnMatchGoesOn) {
  Route route;
  EXPECT_TRUE(ask("route-map M permit 10\n set metric 1\n on-match next\n"
                  "route-map M permit 20\n set weight 2\n on-match goto 35\n"
                  "route-map M deny 30\n"
                  "route-map M permit 40\n match metric 1\n set tag 9\n continue\n"
                  "route-map M permit 50\n match tag 9\n set origin egp\n",
                  route)
                  .permitted);
  EXPECT_EQ(route.attributes.med, 1u);
  EXPECT_EQ(route.attributes.weight, 2u);
  EXPECT_EQ(route.attributes.origin, rib::Origin::Egp);
  EXPECT_EQ(decides("route-map M permit 10\n on-match next\nroute-map M deny 20\n"), 0u);
  EXPECT_EQ(decides("route-map M permit 10\n on-match next\nroute-map M permit 20\n match tag 6\n"),
            0u);  // as FRR
  EXPECT_EQ(decides("route-map M permit 10\n on-match next\n"), 10u);
  EXPECT_EQ(decides("route-map M permit 10\n on-match goto 99\nroute-map M deny 20\n"), 10u);
}

TEST(RouteMapFlow, CallAsksTheOtherMapToo) {
  const std::string call = "route-map M permit 10\n call N\n set metric 1\n";
  EXPECT_EQ(decides(call + "route-map N permit 10\n match metric 1\n"), 10u);
  EXPECT_EQ(decides(call + "route-map N deny 10\nroute-map M permit 20\n"), 0u);
  EXPECT_EQ(decides(call + " on-match next\nroute-map M deny 20\nroute-map N permit 10\n"), 0u);
  EXPECT_EQ(decides(call), 10u);  // not defined: as FRR
  Route route;
  ask(call + "route-map N permit 10\n set weight 5\n", route);
  EXPECT_EQ(route.attributes.weight, 5u);
  EXPECT_EQ(route.attributes.med, 1u);
}

// --- how they are typed

class Typist {
 public:
  std::string type(std::initializer_list<std::string> lines) {
    std::string answer;
    for (const auto& line : lines) {
      auto result = edit(config, context_, line);
      context_ = result.context;
      answer = result.text;
    }
    return answer;
  }
  std::string written() const { return write_config(config); }
  Config config;

 private:
  Context context_;
};

TEST(RouteMapTyped, NoTakesBackTheClauseTheMapAndTheKeptLines) {
  Typist typed;
  typed.config =
      read_config("route-map M permit 10\n match rpki valid\n set metric 5\nroute-map M permit 20\n").config;

  typed.type({"route-map M permit 10", "no set metric"});
  EXPECT_EQ(typed.written(),
            "route-map M permit 10\n match rpki valid\nexit\n!\nroute-map M permit 20\nexit\n!\n");
  typed.type({"route-map M deny 10"});  // the clause changes its kind, and its kept lines go along
  EXPECT_EQ(typed.written(),
            "route-map M deny 10\n match rpki valid\nexit\n!\nroute-map M permit 20\nexit\n!\n");
  typed.type({"no route-map M deny 10"});
  EXPECT_EQ(typed.written(), "route-map M permit 20\nexit\n!\n");
  typed.type({"no route-map M"});
  EXPECT_EQ(typed.config, Config{});
  EXPECT_EQ(typed.type({"no route-map M"}), "");
}

TEST(RouteMapTyped, WhatCannotBeIsRefused) {
  Typist typed;
  typed.type({"route-map M permit 10"});
  EXPECT_EQ(typed.type({"call M"}), "% A route-map cannot call itself\n  call M\n       ^");
  EXPECT_NE(typed.type({"on-match goto 10"}), "");
  EXPECT_NE(typed.type({"continue 5"}), "");
  EXPECT_EQ(typed.type({"set community foo"}),
            "% Malformed communities attribute 'foo'\n  set community foo\n                ^");
  EXPECT_EQ(
      typed.type({"set community 1:1 foo additive"}),
      "% Malformed communities attribute 'foo'\n  set community 1:1 foo additive\n                    ^");
  EXPECT_NE(typed.type({"set large-community 1:2"}), "");
  EXPECT_NE(typed.type({"set extcommunity rt foo"}), "");
  EXPECT_NE(typed.type({"set metric 4294967296"}), "");
  EXPECT_NE(typed.type({"set as-path prepend 0"}), "");
  EXPECT_NE(typed.type({"set ipv6 next-hop global fe80::1"}), "");
  EXPECT_NE(typed.type({"set ipv6 next-hop local 2001:db8::1"}), "");
  EXPECT_NE(typed.type({"set ip next-hop 224.0.0.1"}), "");
  EXPECT_EQ(typed.written(), "route-map M permit 10\nexit\n!\n");
}

TEST(RouteMapTyped, ALineWithoutEffectIsDoneWithAWarning) {
  Typist typed;
  const auto answer = typed.type({"route-map M permit 10", "set metric rtt"});
  EXPECT_EQ(answer, "% Warning: Round trip times do not enter the metric.");
  EXPECT_EQ(typed.written(), "route-map M permit 10\n set metric rtt\nexit\n!\n");
  EXPECT_EQ(typed.type({"no set metric rtt"}), "");

  const auto read = read_config("route-map M permit 10\n set metric rtt\n set distance 9\n");
  ASSERT_EQ(read.problems.size(), 1u);
  EXPECT_EQ(read.problems[0].severity, Problem::Severity::Warning);
  EXPECT_EQ(read.problems[0].line, 2u);
}

TEST(ListsTyped, RulesAreNumberedAsFrrDoes) {
  Typist typed;
  typed.type({"ip prefix-list P seq 7 permit any", "ip prefix-list P permit 10.0.0.0/8",
              "ip prefix-list P permit 10.0.0.0/8", "bgp as-path access-list A seq 7 permit 1",
              "ip as-path access-list A permit 2", "bgp community-list standard C seq 7 permit internet",
              "ip community-list standard C permit 1:2 no-export"});
  EXPECT_EQ(typed.written(),
            "ip prefix-list P seq 7 permit any\nip prefix-list P seq 12 permit 10.0.0.0/8\n!\n"
            "bgp as-path access-list A seq 7 permit 1\nbgp as-path access-list A seq 10 permit 2\n!\n"
            "bgp community-list standard C seq 7 permit internet\n"
            "bgp community-list standard C seq 10 permit 1:2 no-export\n!\n");

  typed.type({"no ip prefix-list P seq 7", "no ip prefix-list P permit 10.0.0.0/8",
              "no bgp as-path access-list A", "no bgp community-list standard C seq 7 permit internet",
              "no bgp community-list standard C permit no-export 1:2"});
  EXPECT_EQ(typed.config, Config{});
}

/// Every refusal has the line below it, and a caret under the word that is at fault.
std::string refused(const std::string& message, const std::string& line, std::string_view word) {
  return message + "\n  " + line + "\n  " + std::string(line.rfind(word), ' ') + "^";
}

TEST(ListsTyped, WhatCannotBeIsRefusedInFrrsWords) {
  Typist typed;
  const auto expect = [&](const std::string& line, std::string_view word, const std::string& message) {
    EXPECT_EQ(typed.type({line}), refused(message, line, word));
  };
  expect("ip prefix-list P permit 10.1.0.0/16 ge 20 le 18", "18",
         "% Invalid prefix range for 10.1.0.0/16: Make sure that mask length <= ge <= le");
  expect("bgp as-path access-list A permit abc", "abc", "% Invalid character in as-path access-list abc");
  expect("bgp as-path access-list A permit (1", "(1", "% can't compile regexp (1: unmatched (");
  expect("bgp as-path access-list A permit (1)\\1", "(1)",
         "% can't compile regexp (1)\\1: back-references are not supported");
  expect("bgp community-list standard C permit foo", "foo", "% Malformed community-list value");
  typed.type({"bgp community-list standard C permit 1:1"});
  expect("bgp community-list expanded C permit 1", "C permit",
         "% Community name conflict, previously defined as standard community");
  expect("no bgp community-list 77", "77", "% Can't find community-list");
  expect("no ip prefix-list NONE permit any", "NONE", "% Can't find specified prefix-list");
}

}  // namespace
}  // namespace cli
