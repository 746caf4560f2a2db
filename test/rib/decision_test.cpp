// Phase 2: RFC 4271 §9.1.2.2, RFC 4456 §9. Each step in all orders of arrival.
#include "rib/decision.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "rib/attribute_store.hpp"
#include "test/support/rib_builders.hpp"

namespace test {
namespace {

class SelectBestPath : public testing::Test {
 protected:
  Candidate candidate(const PathAttributes& value = attributes().path({1})) {
    kept_.push_back(store_.intern(value));
    Candidate c;
    c.attributes = kept_.back().set();
    c.peer_address = &kAddress;
    c.local_pref = 100;
    c.as_path_length = value.as_path.length();
    c.neighbor_as = value.as_path.first().value_or(kOurAs);
    c.med = value.med.value_or(0);
    c.position = static_cast<std::uint32_t>(kept_.size() - 1);
    c.is_external = true;
    c.router_id = 1;
    return c;
  }

  /// Expects `winner` to win for `reason` in every order.
  void expect_best(const Candidate& winner, BestReason reason, std::vector<Candidate> candidates) {
    auto by_position = [](const Candidate& a, const Candidate& b) { return a.position < b.position; };
    std::sort(candidates.begin(), candidates.end(), by_position);
    do {
      auto order = candidates;
      const auto best = select_best_path(order, rules_);
      ASSERT_EQ(order[0].position, winner.position);
      ASSERT_EQ(best.reason, reason) << name_of(best.reason);
    } while (std::next_permutation(candidates.begin(), candidates.end(), by_position));
  }

  DecisionRules rules_;

 private:
  inline static const IpAddress kAddress = address("192.0.2.1");
  AttributeStore store_;
  std::vector<Attributes> kept_;
};

TEST_F(SelectBestPath, TheOnlyPathWins) {
  const auto a = candidate();
  expect_best(a, BestReason::OnlyPath, {a});
}

TEST_F(SelectBestPath, EachLoserIsToldItsOwnStep) {
  auto winner = candidate(), by_preference = candidate(), by_id = candidate();
  winner.local_pref = by_id.local_pref = 200;
  by_id.router_id = 9;
  // MED compares within one neighbor AS: the path that beat this one need not be the best of all.
  auto by_med = candidate(attributes().path({2}).with_med(9)), beats_it = candidate(attributes().path({2}));
  by_med.local_pref = beats_it.local_pref = 200;
  beats_it.interior_cost = 5;
  std::vector candidates{by_preference, by_id, by_med, winner, beats_it};

  const auto lost_at = contest(candidates, rules_);

  std::map<std::uint32_t, BestReason> told;
  for (std::size_t i = 0; i < candidates.size(); ++i) told[candidates[i].position] = lost_at[i];
  EXPECT_EQ(candidates[0].position, winner.position);
  EXPECT_EQ(told[winner.position], BestReason::None);
  EXPECT_EQ(told[by_preference.position], BestReason::LocalPref);
  EXPECT_EQ(told[by_med.position], BestReason::Med);
  EXPECT_EQ(told[beats_it.position], BestReason::InteriorCost);
  EXPECT_EQ(told[by_id.position], BestReason::RouterId);
}

TEST_F(SelectBestPath, LongLivedStaleLosesToAll) {  // RFC 9494 §4.3
  auto a = candidate(attributes().path({1, 2, 3})), b = candidate(attributes().community(kLlgrStale));
  b.weight = 900;
  b.is_local = true;
  expect_best(a, BestReason::LongLivedStale, {a, b});
}

TEST_F(SelectBestPath, HighestWeightFirst) {
  auto a = candidate(), b = candidate();
  a.weight = 5;
  b.local_pref = 900;
  expect_best(a, BestReason::Weight, {a, b});
}

TEST_F(SelectBestPath, HighestLocalPref) {  // RFC 4271 §9.1.1
  auto a = candidate(attributes().path({1, 2, 3})), b = candidate();
  a.local_pref = 200;
  expect_best(a, BestReason::LocalPref, {a, b});
}

TEST_F(SelectBestPath, OwnRouteBeforeOthers) {
  auto a = candidate(attributes().path({1, 2, 3})), b = candidate(attributes());
  a.is_local = true;
  expect_best(a, BestReason::LocalRoute, {a, b});
}

TEST_F(SelectBestPath, ShortestAsPath) {  // (a)
  const auto a = candidate(attributes().path({1, 2})),
             b = candidate(attributes().path({1, 2, 3}).with_origin(Origin::Igp));
  expect_best(a, BestReason::AsPathLength, {a, b});
}

TEST_F(SelectBestPath, LowestOrigin) {  // (b)
  const auto a = candidate(attributes().path({1}).with_origin(Origin::Egp).with_med(9));
  const auto b = candidate(attributes().path({1}).with_origin(Origin::Incomplete));
  expect_best(a, BestReason::Origin, {a, b});
}

TEST_F(SelectBestPath, LowestMedOfOneNeighborAs) {  // (c)
  const auto a = candidate(attributes().path({1}).with_med(1)),
             b = candidate(attributes().path({1}).with_med(2));
  expect_best(a, BestReason::Med, {a, b});
}

TEST_F(SelectBestPath, MedDoesNotCompareDifferentNeighbors) {
  auto a = candidate(attributes().path({1}).with_med(9)), b = candidate(attributes().path({2}).with_med(1));
  a.interior_cost = 1;
  b.interior_cost = 2;
  expect_best(a, BestReason::InteriorCost, {a, b});

  rules_.always_compare_med = true;
  expect_best(b, BestReason::Med, {a, b});
}

TEST_F(SelectBestPath, MedIsRightInAnyOrderOfArrival) {
  auto a = candidate(attributes().path({1}).with_med(10));
  auto b = candidate(attributes().path({2}).with_med(0));
  auto c = candidate(attributes().path({1}).with_med(5));
  a.interior_cost = 1;
  b.interior_cost = 5;
  c.interior_cost = 9;
  expect_best(b, BestReason::InteriorCost, {a, b, c});
}

TEST_F(SelectBestPath, RoutesOfOurOwnAsCompareMed) {
  auto a = candidate(attributes().with_med(1)), b = candidate(attributes().with_med(2));
  a.is_external = b.is_external = false;
  expect_best(a, BestReason::Med, {a, b});
}

TEST_F(SelectBestPath, ExternalBeforeInternal) {  // (d)
  auto a = candidate(), b = candidate();
  b.is_external = false;
  a.interior_cost = 9;
  expect_best(a, BestReason::ExternalOverInternal, {a, b});
}

TEST_F(SelectBestPath, NearestNextHop) {  // (e)
  auto a = candidate(), b = candidate();
  a.interior_cost = 1;
  a.router_id = 9;
  b.interior_cost = 2;
  expect_best(a, BestReason::InteriorCost, {a, b});
}

TEST_F(SelectBestPath, OlderExternalPathStaysOnlyWhenRouterIdsAreNotCompared) {
  auto a = candidate(), b = candidate();
  a.learned = 1;
  a.router_id = 9;
  b.learned = 2;
  expect_best(b, BestReason::RouterId, {a, b});

  rules_.compare_router_id = false;
  expect_best(a, BestReason::OlderPath, {a, b});
}

TEST_F(SelectBestPath, AgeDoesNotDecideAmongInternalPaths) {
  auto a = candidate(), b = candidate();
  a.is_external = b.is_external = false;
  a.learned = 2;
  b.learned = 1;
  b.router_id = 9;
  expect_best(a, BestReason::RouterId, {a, b});
}

TEST_F(SelectBestPath, AgeDecidesOnlyAmongTheSurvivorsOfMed) {
  auto old_but_worse = candidate(attributes().path({1}).with_med(5)),
       young = candidate(attributes().path({1}));
  auto other = candidate(attributes().path({2}));
  rules_.compare_router_id = false;
  old_but_worse.learned = 1;
  young.learned = 3;
  other.learned = 2;
  expect_best(other, BestReason::OlderPath, {old_but_worse, young, other});
}

TEST_F(SelectBestPath, ShorterClusterListThenPeerAddressThenPathId) {  // RFC 4456 §9, RFC 4271 (g)
  auto a = candidate(attributes().clusters({1})), b = candidate(attributes().clusters({1, 2}));
  expect_best(a, BestReason::ClusterListLength, {a, b});

  const auto low = address("192.0.2.1"), high = address("192.0.2.2");
  auto c = candidate(), d = candidate();
  c.peer_address = &low;
  d.peer_address = &high;
  expect_best(c, BestReason::PeerAddress, {c, d});

  d.peer_address = &low;
  c.path_id = 2;
  d.path_id = 1;
  expect_best(d, BestReason::PathId, {c, d});
}

TEST_F(SelectBestPath, TellsHowManyAreEqualUpToTheInteriorCost) {
  auto a = candidate(), b = candidate(), c = candidate();
  b.router_id = 2;
  c.interior_cost = 1;
  std::vector candidates{c, b, a};

  EXPECT_EQ(select_best_path(candidates, rules_).equal_cost, 2u);
}

TEST(Decision, OriginatorIdStandsForTheRouterId) {  // RFC 4456 §9
  Node node;
  const auto a = node.up(peer("192.0.2.1")), b = node.up(peer("192.0.2.2"));
  node.announce(a, attributes().via("192.0.2.1").originator(0x7f000009), {"10.1.0.0/16"});
  node.announce(b, attributes().via("192.0.2.2").originator(0x7f000001), {"10.1.0.0/16"});

  const auto view = node.engine.destination(prefix("10.1.0.0/16")).value();
  EXPECT_EQ(view.reason, BestReason::RouterId);
  EXPECT_EQ(view.paths[0].peer, b);
  EXPECT_EQ(view.paths[1].peer, a);
}

TEST(Decision, MissingMedIsTheBestOrByCommandTheWorst) {
  for (const bool worst : {false, true}) {
    auto s = speaker();
    s.med_missing_as_worst = worst;
    Node node(s);
    const auto a = node.up(peer("192.0.2.1", 1)), b = node.up(peer("192.0.2.2", 1));
    node.announce(a, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
    node.announce(b, attributes().via("192.0.2.2").path({1}).with_med(5), {"10.1.0.0/16"});

    EXPECT_EQ(node.engine.destination(prefix("10.1.0.0/16"))->paths[0].peer, worst ? b : a);
  }
}

/// The peer whose path to 10.1.0.0/16 is best.
std::optional<PeerHandle> best_of(const Node& node) {
  return node.engine.destination(prefix("10.1.0.0/16"))->paths[0].peer;
}

AsPath path_of(std::initializer_list<AsPath::Segment> segments) {
  return AsPath(std::vector<AsPath::Segment>(segments));
}

TEST(Decision, MedOfRoutesOfOurOwnAsCompares) {  // RFC 4271 §9.1.2.2 (c): AS_PATH empty, or an AS_SET first
  using Type = AsPath::SegmentType;
  Node node;
  const auto a = node.up(peer("192.0.2.1")), b = node.up(peer("192.0.2.2"));
  auto first = attributes().via("192.0.2.1").with_med(5), second = attributes().via("192.0.2.2").with_med(4);
  first.as_path = second.as_path = path_of({{Type::Set, {7, 8}}});

  node.announce(a, first, {"10.1.0.0/16"});
  node.announce(b, second, {"10.1.0.0/16"});
  EXPECT_EQ(node.engine.destination(prefix("10.1.0.0/16"))->reason, BestReason::Med);
  EXPECT_EQ(best_of(node), b);
}

TEST(Decision, AnExternalNeighborsAsIsThatOfTheSessionWhenAnAsSetComesFirst) {
  using Type = AsPath::SegmentType;
  Node node;
  const auto a = node.up(peer("192.0.2.1", 1)), b = node.up(peer("192.0.2.2", 1)),
             c = node.up(peer("192.0.2.3", 2));
  auto route = [&](const char* via, std::uint32_t med) {
    auto r = attributes().via(via).with_med(med);
    r.as_path = path_of({{Type::Set, {7, 8}}});
    return r;
  };
  node.announce(a, route("192.0.2.1", 5), {"10.1.0.0/16"});
  node.announce(c, route("192.0.2.3", 4), {"10.1.0.0/16"});
  EXPECT_EQ(best_of(node), a);  // two ASes: by router id
  node.announce(b, route("192.0.2.2", 3), {"10.1.0.0/16"});
  EXPECT_EQ(best_of(node), b);  // better than a, and by router id than c
}

TEST(Decision, PathsInsideTheConfederationCompareMed) {  // RFC 5065 §5.3
  using Type = AsPath::SegmentType;
  for (const bool on : {true, false}) {
    auto s = speaker();
    s.med_confederation = on;
    Node node(s);
    const auto a = node.up(peer("192.0.2.1")), b = node.up(peer("192.0.2.2"));
    auto first = attributes().via("192.0.2.1").with_med(5),
         second = attributes().via("192.0.2.2").with_med(4);
    first.as_path = path_of({{Type::ConfedSequence, {65001, 65003}}});
    second.as_path = path_of({{Type::ConfedSequence, {65002}}});
    node.announce(a, first, {"10.1.0.0/16"});
    node.announce(b, second, {"10.1.0.0/16"});
    EXPECT_EQ(best_of(node), on ? b : a);

    second.as_path = path_of({{Type::ConfedSequence, {65001}}});  // through one member AS in any case
    node.announce(b, second, {"10.1.0.0/16"});
    EXPECT_EQ(best_of(node), b);
  }
}

TEST(Decision, TheNeighborAsStandsBehindTheConfederationsSegments) {  // RFC 5065 §5.3
  using Type = AsPath::SegmentType;
  Node node;
  const auto a = node.up(peer("192.0.2.1")), b = node.up(peer("192.0.2.2"));
  auto first = attributes().via("192.0.2.1").with_med(5), second = attributes().via("192.0.2.2").with_med(4);
  first.as_path = path_of({{Type::ConfedSequence, {65001}}, {Type::Sequence, {1, 9}}});
  second.as_path = path_of({{Type::ConfedSequence, {65002}}, {Type::Sequence, {1, 8}}});
  node.announce(a, first, {"10.1.0.0/16"});
  node.announce(b, second, {"10.1.0.0/16"});
  EXPECT_EQ(best_of(node), b);

  second.as_path = path_of({{Type::ConfedSequence, {65001}}, {Type::Sequence, {2, 8}}});
  node.announce(b, second, {"10.1.0.0/16"});
  EXPECT_EQ(best_of(node), a);
}

TEST(Decision, WhatCountsInTheLengthOfAsPathCanBeSaid) {
  using Type = AsPath::SegmentType;
  Node node;
  const auto a = node.up(peer("192.0.2.1")), b = node.up(peer("192.0.2.2"));
  auto first = attributes().via("192.0.2.1").path({1, 2, 3}),
       second = attributes().via("192.0.2.2").path({1, 2});
  node.announce(a, first, {"10.1.0.0/16"});
  node.announce(b, second, {"10.1.0.0/16"});
  EXPECT_EQ(best_of(node), b);

  auto s = speaker();
  s.ignore_as_path_length = true;
  node.engine.set_speaker(s, node.now);
  node.settle();
  EXPECT_EQ(best_of(node), a);  // by router id

  s.ignore_as_path_length = false;
  node.engine.set_speaker(s, node.now);
  first.as_path = path_of({{Type::ConfedSequence, {65001, 65002}}, {Type::Sequence, {1}}});
  second.as_path = path_of({{Type::ConfedSet, {65001, 65002}}, {Type::Sequence, {1}}});
  node.announce(a, first, {"10.1.0.0/16"});
  node.announce(b, second, {"10.1.0.0/16"});
  node.settle();
  EXPECT_EQ(best_of(node), a);  // both 1, by router id

  s.count_member_ases = true;
  node.engine.set_speaker(s, node.now);
  node.settle();
  EXPECT_EQ(best_of(node), b);  // 3 and 2
}

TEST(Decision, OwnRouteWinsByWeight) {
  Node node;
  const auto a = node.up(peer("192.0.2.1"));
  node.announce(a, attributes().via("192.0.2.1").preference(1000), {"10.1.0.0/16"});
  node.originate("10.1.0.0/16");

  const auto view = node.engine.destination(prefix("10.1.0.0/16")).value();
  EXPECT_EQ(view.reason, BestReason::Weight);
  EXPECT_FALSE(view.paths[0].peer);
  EXPECT_EQ(view.paths[0].weight, 32768u);
}

TEST(Decision, EveryOrderOfArrivalGivesOneAnswer) {
  std::vector<std::pair<std::string, AttributesBuilder>> routes{
      {"192.0.2.1", attributes().via("192.0.2.1").path({1, 5}).with_med(10)},
      {"192.0.2.2", attributes().via("192.0.2.2").path({2, 5}).with_med(0)},
      {"192.0.2.3", attributes().via("192.0.2.3").path({1, 5}).with_med(5)},
      {"192.0.2.4", attributes().via("192.0.2.4").path({2, 5}).with_med(7)}};
  std::vector<int> order{0, 1, 2, 3};
  std::optional<IpAddress> winner;
  do {
    Node node;
    for (const auto i : order) {
      const auto& [from, route] = routes[static_cast<std::size_t>(i)];
      const auto p = node.up(peer(from, route.as_path.first().value()));
      node.announce(p, route, {"10.1.0.0/16"});
      if (i % 2) node.settle();
    }
    const auto best = node.engine.destination(prefix("10.1.0.0/16"))->paths[0].peer_address;
    if (!winner) winner = best;
    EXPECT_EQ(best, *winner);
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace test
