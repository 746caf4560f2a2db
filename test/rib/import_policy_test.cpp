// What import makes of routes: policy, weight, RFC 8326; and that a change of it is applied to what was
// received.
#include <gmock/gmock.h>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A chain that denies all, because nobody defined what it names.
ImportProfile denies_all() {
  ImportProfile import;
  import.policy.route_map = "UNDEFINED";
  return import;
}

PathView path_of(const Node& node, std::string_view text) {
  return node.engine.destination(prefix(text))->paths.front();
}

TEST(ImportPolicy, ADeniedRouteStaysWithItsReasonAndTakesNoPart) {
  for (const auto family : kFamilies) {
    const bool v4 = family == Family::Ipv4Unicast;
    const char* subnet = v4 ? "10.1.0.0/16" : "2001:db8:1::/48";
    Node node;
    auto up = peer("192.0.2.1", 1);
    up.imports[index_of(family)] = denies_all();
    const auto a = node.up(up), b = node.up(peer("192.0.2.9"));
    node.announce(a, attributes().via(v4 ? "192.0.2.1" : "2001:db8::1").path({1}), {subnet});
    node.settle();

    EXPECT_EQ(path_of(node, subnet).state, PathState::PolicyDenied);
    EXPECT_EQ(path_of(node, subnet).denied_by, "route-map UNDEFINED, no match");
    EXPECT_EQ(node.engine.counters(a).received[index_of(family)], 1u);
    EXPECT_EQ(node.engine.counters(a).accepted[index_of(family)], 0u);
    EXPECT_THAT(node.output.of(b, family), IsEmpty());
    EXPECT_THAT(node.output.fib, IsEmpty());
    EXPECT_THAT(node.engine.prefixes_from(a, family, std::nullopt, 9), ElementsAre(prefix(subnet)));

    node.withdraw(a, {subnet});
    EXPECT_FALSE(node.engine.destination(prefix(subnet)).has_value());
  }
}

TEST(ImportPolicy, ADeniedReplacementWithdraws) {
  Node node;
  const auto a = node.up(peer("192.0.2.1", 1)), b = node.up(peer("192.0.2.9"));
  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.of(b).size(), 1u);

  node.engine.set_import_profile(a, Family::Ipv4Unicast, denies_all(), node.now);
  node.announce(a, attributes().via("192.0.2.1").path({1, 2}), {"10.1.0.0/16"});
  node.settle();
  EXPECT_THAT(node.output.of(b), IsEmpty());
}

TEST(ImportPolicy, AChangeIsAppliedToWhatWasReceived) {
  Node node;
  const auto a = node.up(peer("192.0.2.1", 1)), b = node.up(peer("192.0.2.2", 1)),
             c = node.up(peer("192.0.2.9"));
  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16", "10.2.0.0/16"});
  node.announce(b, attributes().via("192.0.2.2").path({1, 2}), {"10.2.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.of(c).size(), 2u);

  node.engine.set_import_profile(a, Family::Ipv4Unicast, denies_all(), node.now);
  node.settle(1);
  EXPECT_EQ(node.output.of(c).size(), 1u);
  EXPECT_EQ(node.output.of(c).at(prefix("10.2.0.0/16")).next_hop, address("192.0.2.2"));
  EXPECT_EQ(node.output.fib.size(), 1u);

  node.engine.set_import_profile(a, Family::Ipv4Unicast, {}, node.now);
  node.settle(1);
  EXPECT_EQ(node.output.of(c).size(), 2u);
  EXPECT_EQ(node.output.of(c).at(prefix("10.2.0.0/16")).next_hop, address("192.0.2.1"));
  EXPECT_EQ(path_of(node, "10.2.0.0/16").learned, at(1000s));
}

TEST(ImportPolicy, WeightIsComparedFirstAndNeverSent) {
  Node node;
  auto heavy = peer("192.0.2.1", 1);
  heavy.imports[0].weight = 5;
  const auto a = node.up(heavy), b = node.up(peer("192.0.2.2", 2)), c = node.up(peer("192.0.2.9"));
  node.announce(a, attributes().via("192.0.2.1").path({1, 2, 3}), {"10.1.0.0/16"});
  node.announce(b, attributes().via("192.0.2.2").path({2}), {"10.1.0.0/16"});
  node.settle();

  EXPECT_EQ(node.engine.destination(prefix("10.1.0.0/16"))->reason, BestReason::Weight);
  EXPECT_EQ(path_of(node, "10.1.0.0/16").weight, 5u);
  EXPECT_EQ(path_of(node, "10.1.0.0/16").received->weight, 0u);
  EXPECT_EQ(node.output.of(c).at(prefix("10.1.0.0/16")).as_path.to_string(), "1 2 3");

  node.engine.set_import_profile(a, Family::Ipv4Unicast, {}, node.now);
  node.settle();
  EXPECT_EQ(node.output.of(c).at(prefix("10.1.0.0/16")).as_path.to_string(), "2");
}

TEST(ImportPolicy, TheSameAgainAfterPolicyIsNoChange) {
  Node node;
  auto heavy = peer("192.0.2.1", 1);
  heavy.imports[0].weight = 5;
  const auto a = node.up(heavy);
  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
  node.settle();
  const auto version = node.engine.totals().table_version[0];
  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
  node.settle();
  EXPECT_EQ(node.engine.totals().table_version[0], version);
}

TEST(ImportPolicy, WhatIsAboutToShutDownIsTheLastChoice) {  // RFC 8326 §4
  Node node;
  const auto a = node.up(peer("192.0.2.1", 1)), b = node.up(peer("192.0.2.2", 2));
  const auto internal = node.up(peer("192.0.2.3"));
  node.announce(a, attributes().via("192.0.2.1").path({1}).community(kGracefulShutdown), {"10.1.0.0/16"});
  node.announce(b, attributes().via("192.0.2.2").path({2, 3, 4}), {"10.1.0.0/16"});
  node.announce(internal, attributes().via("192.0.2.3").path({5}).preference(7).community(kGracefulShutdown),
                {"10.2.0.0/16"});
  node.settle();
  EXPECT_EQ(path_of(node, "10.1.0.0/16").peer, b);
  EXPECT_EQ(node.engine.destination(prefix("10.1.0.0/16"))->paths[1].attributes->local_pref, 0u);
  EXPECT_EQ(path_of(node, "10.2.0.0/16").attributes->local_pref, 7u);  // its own AS has said so

  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
  EXPECT_EQ(path_of(node, "10.1.0.0/16").peer, a);
}

TEST(ImportPolicy, NextHopsAreCountedThroughEveryChange) {
  Node node;
  auto up = peer("192.0.2.1", 1);
  up.imports[0].weight = 5;
  const auto a = node.up(up);
  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16", "10.2.0.0/16"});
  node.announce(a, attributes().via("192.0.2.77").path({1}), {"10.3.0.0/16"});
  for (const auto& import : {denies_all(), ImportProfile{}, up.imports[0]}) {
    node.engine.set_import_profile(a, Family::Ipv4Unicast, import, node.now);
    node.settle();
    const auto next_hops = node.engine.next_hops(Family::Ipv4Unicast);
    ASSERT_EQ(next_hops.size(), 2u);
    EXPECT_EQ(next_hops[0].references, 2u);
    EXPECT_EQ(next_hops[1].references, 1u);
  }
  node.down(a);
  node.settle();
  EXPECT_THAT(node.engine.next_hops(Family::Ipv4Unicast), IsEmpty());
  EXPECT_EQ(node.engine.totals().attribute_sets, 0u);
}

TEST(ImportPolicy, OurAsMayBeTheRoutesOrigin) {
  Node node;
  auto up = peer("192.0.2.1", 1);
  up.imports[0].allow_own_as_as_origin = true;
  const auto a = node.up(up);
  node.announce(a, attributes().via("192.0.2.1").path({1, kOurAs, kOurAs}), {"10.1.0.0/16"});
  node.announce(a, attributes().via("192.0.2.1").path({1, kOurAs, 2}), {"10.2.0.0/16"});
  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::Accepted);
  EXPECT_EQ(node.state_of("10.2.0.0/16"), PathState::AsLoop);
}

/// One route map that has one clause.
PolicyDefinitions route_map(const std::string& name, RouteMapClause clause) {
  PolicyDefinitions definitions;
  definitions.route_maps[name].clauses[10] = std::move(clause);
  return definitions;
}

ImportProfile with_route_map(const std::string& name) {
  ImportProfile import;
  import.policy.route_map = name;
  return import;
}

TEST(ImportRouteMap, WhatItSetsCountsAndWhatWasReceivedStays) {
  Node node;
  RouteMapClause clause;
  clause.set.local_preference = Adjustment{.number = 77};
  clause.set.next_hop = NextHopChoice{.address = address("192.0.2.50")};
  clause.set.weight = 9;
  node.engine.set_policies(route_map("IN", clause), node.now);
  auto up = peer("192.0.2.1", 1);
  up.imports[0] = with_route_map("IN");
  const auto a = node.up(up), b = node.up(peer("192.0.2.9"));
  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
  node.settle();

  const auto sent = node.output.of(b).at(prefix("10.1.0.0/16"));
  EXPECT_EQ(sent.local_pref, 77u);
  EXPECT_EQ(sent.next_hop, address("192.0.2.50"));
  EXPECT_EQ(node.output.fib.at(prefix("10.1.0.0/16")).next_hops[0].gateway, address("192.0.2.50"));
  EXPECT_EQ(path_of(node, "10.1.0.0/16").weight, 9u);
  EXPECT_EQ(path_of(node, "10.1.0.0/16").received->next_hop, address("192.0.2.1"));
  ASSERT_EQ(node.engine.next_hops(Family::Ipv4Unicast).size(), 1u);
  EXPECT_EQ(node.engine.next_hops(Family::Ipv4Unicast)[0].address, address("192.0.2.50"));

  clause.set = {};
  node.engine.set_policies(route_map("IN", clause), node.now);
  node.settle(1);
  EXPECT_EQ(node.output.of(b).at(prefix("10.1.0.0/16")).next_hop, address("192.0.2.1"));
  EXPECT_EQ(node.engine.next_hops(Family::Ipv4Unicast)[0].address, address("192.0.2.1"));

  clause.permit = false;
  node.engine.set_policies(route_map("IN", clause), node.now);
  node.settle(1);
  EXPECT_THAT(node.output.of(b), IsEmpty());
  EXPECT_EQ(path_of(node, "10.1.0.0/16").denied_by, "route-map IN, sequence 10");
  node.down(a);
  node.settle();
  EXPECT_EQ(node.engine.totals().attribute_sets, 0u);
}

TEST(ImportRouteMap, PeerAddressIsThePeers) {  // not ours: a route to ourselves would be lost
  Node node;
  RouteMapClause clause;
  clause.set.next_hop = NextHopChoice{.kind = NextHopChoice::Kind::PeerAddress, .address = {}};
  node.engine.set_policies(route_map("IN", clause), node.now);
  auto up = peer("192.0.2.1", 1);
  up.imports[0] = with_route_map("IN");
  const auto a = node.up(up), b = node.up(peer("192.0.2.9"));
  node.announce(a, attributes().via("192.0.2.77").path({1}), {"10.1.0.0/16"});
  node.settle();

  EXPECT_EQ(node.output.of(b).at(prefix("10.1.0.0/16")).next_hop, address("192.0.2.1"));
}

TEST(ImportRouteMap, JudgesPrefixByPrefix) {
  Node node;
  PolicyDefinitions definitions;
  definitions.prefix_lists[0]["TEN"].rules[5] = {
      .permit = true, .prefix = prefix("10.0.0.0/8"), .ge = 16, .le = 16};
  node.engine.set_policies(definitions, node.now);
  auto up = peer("192.0.2.1", 1);
  up.imports[0].policy.prefix_list = "TEN";
  const auto a = node.up(up);
  node.announce(a, attributes().via("192.0.2.1").path({1}),
                {"10.1.0.0/16", "11.1.0.0/16", "10.2.0.0/16", "10.0.0.0/15"});
  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::Accepted);
  EXPECT_EQ(node.state_of("11.1.0.0/16"), PathState::PolicyDenied);
  EXPECT_EQ(node.state_of("10.2.0.0/16"), PathState::Accepted);
  EXPECT_EQ(node.state_of("10.0.0.0/15"), PathState::PolicyDenied);
  EXPECT_EQ(path_of(node, "10.0.0.0/15").denied_by, "prefix-list TEN, no match");
}

TEST(ImportRouteMap, OnlyWhatAChangeCanChangeIsLookedAt) {
  Node node;
  auto definitions = route_map("ONE", {});
  definitions.route_maps["TWO"].clauses[10] = {};
  node.engine.set_policies(definitions, node.now);
  node.settle();
  auto up = peer("192.0.2.1", 1);
  up.imports[0] = with_route_map("ONE");
  node.announce(node.up(up), attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
  node.settle();

  definitions.route_maps["TWO"].clauses[10].permit = false;
  node.engine.set_policies(definitions, node.now);
  node.settle();
  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::Accepted);
  definitions.route_maps["ONE"].clauses[10].permit = false;
  node.engine.set_policies(definitions, node.now);
  node.settle();
  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::PolicyDenied);
}

TEST(LocalRouteMap, ChangesOrDeniesOurOwnRoutes) {
  Node node;
  RouteMapClause clause;
  clause.match.interface = "lo";
  clause.set.metric = Adjustment{.number = 8};
  node.engine.set_policies(route_map("OWN", clause), node.now);
  const auto a = node.up(peer("192.0.2.9"));
  node.engine.set_redistribution(Family::Ipv4Unicast, RouteSource::Connected, RedistributionRule{{}, "OWN"},
                                 node.now);
  auto loopback = connected("203.0.113.1/32", 1);
  loopback.interface_name = "lo";
  node.engine.kernel_route(loopback, node.now);
  node.settle();
  ASSERT_EQ(node.output.of(a).size(), 1u);  // not the link's
  EXPECT_EQ(node.output.of(a).at(prefix("203.0.113.1/32")).med, 8u);

  clause.match.interface.reset();
  clause.match.source_protocol = SourceProtocol::Static;
  node.engine.set_policies(route_map("OWN", clause), node.now);
  node.settle();
  EXPECT_THAT(node.output.of(a), IsEmpty());
  clause.match.source_protocol = SourceProtocol::Connected;
  node.engine.set_policies(route_map("OWN", clause), node.now);
  node.settle();
  EXPECT_EQ(node.output.of(a).size(), 2u);
}

TEST(AggregateRouteMap, SuppressesWhatTheMapPermitsAndSetsItsOwn) {
  Node node;
  PolicyDefinitions definitions;
  definitions.prefix_lists[0]["ONE"].rules[5] = {.permit = true, .prefix = prefix("10.1.0.0/16")};
  definitions.route_maps["SOME"].clauses[10].match.address[0].prefix_list = "ONE";
  definitions.route_maps["SET"].clauses[10].set.metric = Adjustment{.number = 8};
  node.engine.set_policies(definitions, node.now);
  AggregateRule rule;
  rule.suppress_map = "SOME";
  rule.route_map = "SET";
  node.engine.set_aggregates({{prefix("10.0.0.0/8"), rule}}, node.now);
  const auto from = node.up(peer("192.0.2.1", 1)), to = node.up(peer("192.0.2.9"));
  node.settle();
  node.announce(from, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16", "10.2.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.of(to).size(), 2u);
  EXPECT_EQ(node.output.of(to).at(prefix("10.0.0.0/8")).med, 8u);
  EXPECT_FALSE(node.output.of(to).contains(prefix("10.1.0.0/16")));

  definitions.prefix_lists[0]["ONE"].rules[5].permit = false;
  node.engine.set_policies(definitions, node.now);
  node.settle();
  EXPECT_EQ(node.output.of(to).size(), 3u);
}

TEST(LocalAs, IsPutBeforeWhatTheNeighborSends) {
  Node node;
  auto up = peer("192.0.2.1", 1);
  up.local_as = 64999;
  up.imports[0].prepend_as = 64999;
  const auto a = node.up(up), b = node.up(peer("192.0.2.9"));
  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
  node.announce(a, attributes().via("192.0.2.1").path({1, 64999}), {"10.2.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.of(b).at(prefix("10.1.0.0/16")).as_path.to_string(), "64999 1");
  EXPECT_EQ(path_of(node, "10.1.0.0/16").received->as_path.to_string(), "1");
  EXPECT_EQ(node.state_of("10.2.0.0/16"), PathState::AsLoop);  // both of our ASes are ours

  node.engine.set_import_profile(a, Family::Ipv4Unicast, {}, node.now);  // no-prepend
  node.settle();
  EXPECT_EQ(node.output.of(b).at(prefix("10.1.0.0/16")).as_path.to_string(), "1");
}

TEST(Confederation, ItsNumberAndOursAreLoops) {  // RFC 5065 §4
  using Type = AsPath::SegmentType;
  auto s = speaker();
  s.confederation_id = 100;
  Node node(s);
  auto up = peer("192.0.2.1", 65001);
  up.is_confederation_peer = true;
  const auto a = node.up(up), b = node.up(peer("192.0.2.2", 7));
  auto route = attributes().via("192.0.2.1");
  const auto announce = [&](std::vector<AsPath::Segment> segments, std::string_view to) {
    route.as_path = AsPath(segments);
    node.announce(a, route, {to});
  };
  announce({{Type::ConfedSequence, {65001, 65002}}, {Type::Sequence, {7}}}, "10.1.0.0/16");
  announce({{Type::ConfedSequence, {65001, kOurAs}}, {Type::Sequence, {7}}}, "10.2.0.0/16");
  announce({{Type::ConfedSequence, {65001}}, {Type::Sequence, {100, 7}}}, "10.3.0.0/16");
  node.announce(b, attributes().via("192.0.2.2").path({7, 100}), {"10.4.0.0/16"});
  EXPECT_EQ(node.state_of("10.1.0.0/16"), PathState::Accepted);
  EXPECT_EQ(node.state_of("10.2.0.0/16"), PathState::AsLoop);
  EXPECT_EQ(node.state_of("10.3.0.0/16"), PathState::AsLoop);
  EXPECT_EQ(node.state_of("10.4.0.0/16"), PathState::AsLoop);
}

TEST(Confederation, ARouteOfAnotherMemberIsInternal) {  // RFC 5065 §5.3
  using Type = AsPath::SegmentType;
  auto s = speaker();
  s.confederation_id = 100;
  Node node(s);
  auto member = peer("192.0.2.1", 65001);
  member.is_confederation_peer = true;
  const auto a = node.up(member), b = node.up(peer("192.0.2.2", 7));
  auto route = attributes().via("192.0.2.1");
  route.as_path =
      AsPath(std::vector<AsPath::Segment>{{Type::ConfedSequence, {65001}}, {Type::Sequence, {7}}});
  node.announce(a, route, {"10.1.0.0/16"});
  node.settle();
  EXPECT_EQ(node.engine.routes_for(prefix("10.1.0.0/16"))[0].distance, 200);
  node.announce(b, attributes().via("192.0.2.2").path({7}), {"10.1.0.0/16"});
  EXPECT_EQ(path_of(node, "10.1.0.0/16").peer, b);
  EXPECT_EQ(node.engine.destination(prefix("10.1.0.0/16"))->reason, BestReason::ExternalOverInternal);
}

/// What becomes of a route from AS 1 with this OTC (0: none), when we have this role: OTC, or nothing for a
/// leak.
std::optional<AsNumber> only_to_customer(Role ours, AsNumber otc) {
  Node node;
  auto up = peer("192.0.2.1", 1);
  up.imports[0].local_role = ours;
  const auto a = node.up(up);
  auto route = attributes().via("192.0.2.1").path({1});
  if (otc != 0) route.rare.edit().only_to_customer = otc;
  node.announce(a, route, {"10.1.0.0/16"});
  const auto path = path_of(node, "10.1.0.0/16");
  if (path.state == PathState::RouteLeak) return std::nullopt;
  EXPECT_EQ(path.state, PathState::Accepted);
  return path.attributes->rare->only_to_customer.value_or(0);
}

TEST(OnlyToCustomer, IsPutOnOrShowsALeak) {  // RFC 9234 §5
  for (const auto ours : {Role::Provider, Role::RouteServer}) {
    EXPECT_EQ(only_to_customer(ours, 0), 0u);
    EXPECT_EQ(only_to_customer(ours, 1), std::nullopt);
    EXPECT_EQ(only_to_customer(ours, 2), std::nullopt);
  }
  for (const auto ours : {Role::Customer, Role::RouteServerClient}) {
    EXPECT_EQ(only_to_customer(ours, 0), 1u);
    EXPECT_EQ(only_to_customer(ours, 1), 1u);
    EXPECT_EQ(only_to_customer(ours, 2), 2u);
  }
  EXPECT_EQ(only_to_customer(Role::Peer, 0), 1u);
  EXPECT_EQ(only_to_customer(Role::Peer, 1), 1u);
  EXPECT_EQ(only_to_customer(Role::Peer, 2), std::nullopt);
}

TEST(MaximumPrefix, TellsTheThresholdOnTheWay) {
  Node node;
  auto up = peer("192.0.2.1", 1);
  up.imports[0].maximum_prefix = 4;
  up.imports[0].maximum_prefix_threshold = 50;
  const auto a = node.up(up);
  const auto route = attributes().via("192.0.2.1").path({1});
  node.announce(a, route, {"10.1.0.0/16", "10.2.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.count(Notice::Kind::MaximumPrefixThreshold), 0u);
  node.announce(a, route, {"10.3.0.0/16", "10.4.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.count(Notice::Kind::MaximumPrefixThreshold), 1u);
  EXPECT_EQ(node.output.count(Notice::Kind::MaximumPrefixReached), 0u);
  node.announce(a, route, {"10.5.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.count(Notice::Kind::MaximumPrefixReached), 1u);
}

TEST(MaximumPrefix, WhatPolicyDeniesCountsOnlyByForce) {
  Node node;
  auto up = peer("192.0.2.1", 1);
  up.imports[0] = denies_all();
  up.imports[0].maximum_prefix = 1;
  const auto a = node.up(up);
  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16", "10.2.0.0/16"});
  node.settle();
  EXPECT_EQ(node.output.count(Notice::Kind::MaximumPrefixReached), 0u);

  auto forced = up.imports[0];
  forced.maximum_prefix_counts_denied = true;
  node.engine.set_import_profile(a, Family::Ipv4Unicast, forced, node.now);
  node.settle();
  EXPECT_EQ(node.output.count(Notice::Kind::MaximumPrefixReached), 1u);
}

TEST(MaximumPrefix, CountsWhatAChangedPolicyLetsIn) {
  Node node;
  auto up = peer("192.0.2.1", 1);
  up.imports[0] = denies_all();
  up.imports[0].maximum_prefix = 1;
  const auto a = node.up(up);
  node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16", "10.2.0.0/16"});
  node.settle();

  up.imports[0].policy = {};
  node.engine.set_import_profile(a, Family::Ipv4Unicast, up.imports[0], node.now);
  node.settle();
  EXPECT_EQ(node.output.count(Notice::Kind::MaximumPrefixReached), 1u);
}

}  // namespace
}  // namespace test
