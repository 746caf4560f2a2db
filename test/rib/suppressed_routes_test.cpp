// What aggregates stand for, and the neighbors that get it nevertheless.
#include <gmock/gmock.h>

#include "test/rib/aggregated_families.hpp"
#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using testing::ElementsAre;

/// The route map U permits `one` and sets its MED.
PolicyDefinitions unsuppress(const AggregatedFamily& side, std::string_view permitted, std::uint32_t med) {
  PolicyDefinitions d;
  d.prefix_lists[index_of(side.family)]["L"].rules[5] =
      PrefixRule{.permit = true, .prefix = prefix(permitted)};
  auto& clause = d.route_maps["U"].clauses[10];
  clause.match.address[index_of(side.family)].prefix_list = "L";
  clause.set.metric = Adjustment{Adjustment::Kind::Value, med};
  return d;
}

class Suppressed : public testing::Test {
 protected:
  void summary(const AggregatedFamily& side, bool only) {
    AggregateRule rule;
    rule.summary_only = only;
    node.engine.set_aggregates({{prefix(side.whole), rule}}, node.now);
  }
  PeerUp with_map(std::string_view address, const char* map) {
    auto up = peer(address, 9);
    for (auto& profile : up.exports) profile->unsuppress_map = map;
    return up;
  }
  Node node;
};

TEST_F(Suppressed, AnUnsuppressMapLetsPassWhatItPermits) {
  for (const auto& side : kAggregatedFamilies) {
    const auto family = side.family;
    node.engine.set_policies(unsuppress(side, side.one, 7), node.now);
    const auto from = node.up(peer("192.0.2.1", 1));
    const auto with = node.up(with_map("192.0.2.8", "U")), without = node.up(peer("192.0.2.9", 9));
    node.announce(from, attributes().via(side.link).path({1}), {side.one, side.two});
    summary(side, true);
    EXPECT_THAT(held(node, without, family), ElementsAre(side.whole));
    EXPECT_THAT(held(node, with, family), ElementsAre(side.whole, side.one));
    EXPECT_EQ(node.output.of(with, family).at(prefix(side.one)).med, 7u);
    EXPECT_EQ(node.engine.export_state(with, prefix(side.two)), ExportState::PolicyDenied);
    EXPECT_EQ(node.engine.export_state(without, prefix(side.one)), ExportState::Suppressed);

    node.engine.set_policies(unsuppress(side, side.two, 8), node.now);
    EXPECT_THAT(held(node, with, family), ElementsAre(side.whole, side.two));

    const auto late = node.up(with_map("192.0.2.10", "U"));
    EXPECT_THAT(held(node, late, family), ElementsAre(side.whole, side.two));

    summary(side, false);
    EXPECT_THAT(held(node, with, family), ElementsAre(side.whole, side.one, side.two));
    EXPECT_FALSE(node.output.of(with, family).at(prefix(side.two)).med);  // the map is not asked

    summary(side, true);
    EXPECT_THAT(held(node, with, family), ElementsAre(side.whole, side.two));
    EXPECT_EQ(node.output.of(with, family).at(prefix(side.two)).med, 8u);

    node.withdraw(from, {side.two});
    EXPECT_THAT(held(node, with, family), ElementsAre(side.whole));
    for (const auto peer : {from, with, without, late}) node.down(peer);
    node.engine.set_aggregates({}, node.now);
    node.settle();
  }
}

TEST_F(Suppressed, TheProfileOfANeighborMayGetAndLoseTheMap) {
  const auto& side = kAggregatedFamilies[0];
  node.engine.set_policies(unsuppress(side, side.one, 7), node.now);
  const auto from = node.up(peer("192.0.2.1", 1)), to = node.up(peer("192.0.2.9", 9));
  node.announce(from, attributes().via(side.link).path({1}), {side.one, side.two});
  summary(side, true);
  EXPECT_THAT(held(node, to, side.family), ElementsAre(side.whole));

  auto profile = *peer("192.0.2.9", 9).exports[0];
  profile.unsuppress_map = "U";
  node.engine.set_export_profile(to, profile, node.now);
  EXPECT_THAT(held(node, to, side.family), ElementsAre(side.whole, side.one));

  profile.unsuppress_map = "NOBODY DEFINED IT";
  node.engine.set_export_profile(to, profile, node.now);
  EXPECT_THAT(held(node, to, side.family), ElementsAre(side.whole));

  profile.unsuppress_map = "U";
  node.engine.set_export_profile(to, profile, node.now);
  EXPECT_THAT(held(node, to, side.family), ElementsAre(side.whole, side.one));
  profile.unsuppress_map = "";
  node.engine.set_export_profile(to, profile, node.now);
  EXPECT_THAT(held(node, to, side.family), ElementsAre(side.whole));
}

TEST_F(Suppressed, WithAddPathAsWell) {
  const auto& side = kAggregatedFamilies[0];
  node.engine.set_policies(unsuppress(side, side.one, 7), node.now);
  const auto from = node.up(peer("192.0.2.1", 1));
  auto up = with_map("192.0.2.8", "U");
  for (auto& profile : up.exports) {
    profile->add_path_send = true;
    profile->add_path = {AddPathSelection::Kind::All, 0};
  }
  const auto to = node.up(up);
  node.announce(from, attributes().via(side.link).path({1}), {side.one, side.two});
  summary(side, true);
  node.settle();
  EXPECT_EQ(node.output.paths_of(to).size(), 2u);
  EXPECT_EQ(node.output.paths_of(to).rbegin()->second.med, 7u);

  auto profile = *up.exports[0];
  profile.unsuppress_map = "";
  node.engine.set_export_profile(to, profile, node.now);
  node.settle();
  EXPECT_EQ(node.output.paths_of(to).size(), 1u);
  node.engine.set_export_profile(to, *up.exports[0], node.now);
  node.settle();
  EXPECT_EQ(node.output.paths_of(to).size(), 2u);

  node.withdraw(from, {side.one});
  node.settle();
  EXPECT_EQ(node.output.paths_of(to).size(), 1u);
}

}  // namespace
}  // namespace test
