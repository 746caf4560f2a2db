// What is foretold is compared with what then happens: each case makes the change in the engine afterwards.
#include "bgpd/forecast.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/support/rib_builders.hpp"

namespace bgpd {
namespace {

using test::address;
using test::attributes;
using test::prefix;
using testing::ElementsAre;
using testing::IsEmpty;

/// An external source, a backup of it and two members, each with its part of the configuration.
class ForecastTest : public testing::Test {
 protected:
  struct Peer {
    std::string name;
    rib::PeerHandle handle;
    rib::PeerUp up;
    bool stays = true;
  };

  ForecastTest() {
    for (const auto* text : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}) {
      const auto up = test::peer(text, static_cast<rib::AsNumber>(peers_.size() + 1));
      peers_.push_back({text, node_.up(up), up});
    }
    node_.announce(peers_[0].handle, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16", "10.2.0.0/16"});
    node_.announce(peers_[1].handle, attributes().via("192.0.2.2").path({2, 9}),
                   {"10.2.0.0/16", "10.3.0.0/16"});
    node_.settle();
    settings_.speaker = node_.engine.speaker();
  }

  /// Everything of `up` that may change while the session goes on.
  void put_in_force() {
    const auto now = node_.now;
    node_.engine.set_speaker(settings_.speaker, now);
    node_.engine.set_policies(settings_.policies, now);
    apply_local_rules(node_.engine, settings_.bgp, now);
    for (const auto& origination : settings_.originations)
      apply_to_engine(node_.engine, origination, true, now);
    for (const auto& peer : peers_) {
      if (std::ranges::find(gone_, peer.name) != gone_.end()) {
        node_.down(peer.handle);
        continue;
      }
      for (const auto family : rib::kFamilies) {
        node_.engine.set_import_profile(peer.handle, family, peer.up.imports[rib::index_of(family)], now);
        node_.engine.set_export_profile(peer.handle, *peer.up.exports[rib::index_of(family)], now);
      }
    }
    node_.settle();
  }

  using Table = std::map<rib::Prefix, rib::PathAttributes>;
  Table sent_to(const Peer& peer) {
    return {node_.output.of(peer.handle).begin(), node_.output.of(peer.handle).end()};
  }

  static std::vector<std::string> names(ForetoldPrefixes prefixes) {
    EXPECT_EQ(prefixes.count, prefixes.first.size());
    std::ranges::sort(prefixes.first);
    std::vector<std::string> all;
    for (const auto& one : prefixes.first) all.push_back(one.to_string());
    return all;
  }

  /// Foretells, makes the change, and compares what every member was told by then.
  void foretell() {
    for (const auto& peer : peers_) {
      const bool goes = std::ranges::find(gone_, peer.name) != gone_.end();
      settings_.peers.push_back(
          {peer.handle, peer.name, goes ? std::nullopt : std::optional(peer.up), !goes});
    }
    Forecast forecast(node_.engine, settings_, node_.now);
    while (forecast.step()) {
    }
    for (const auto& neighbor : forecast.neighbors()) foretold_[neighbor.name] = neighbor;
    touched_ = foretold_.size();
    own_ = forecast.own();
    std::map<std::string, Table> before;
    for (const auto& peer : peers_) before[peer.name] = sent_to(peer);
    put_in_force();
    for (const auto& peer : peers_)
      if (std::ranges::find(gone_, peer.name) == gone_.end()) expect_came_true(peer, before[peer.name]);
  }
  void expect_came_true(const Peer& peer, const Table& before) {
    const auto after = sent_to(peer);
    ForetoldPrefixes announced, withdrawn, changed;
    for (const auto& [prefix, attributes] : before)
      if (!after.contains(prefix)) withdrawn.add(prefix);
    for (const auto& [prefix, attributes] : after) {
      if (!before.contains(prefix))
        announced.add(prefix);
      else if (before.at(prefix) != attributes)
        changed.add(prefix);
    }
    const auto& foretold = foretold_[peer.name];
    EXPECT_EQ(names(foretold.announced), names(announced)) << "to " << peer.name;
    EXPECT_EQ(names(foretold.withdrawn), names(withdrawn)) << "to " << peer.name;
    EXPECT_EQ(names(foretold.changed), names(changed)) << "to " << peer.name;
  }

  /// A prefix list L that permits this alone.
  void permit_only(const char* text) {
    settings_.policies.prefix_lists[0]["L"].rules[5] =
        rib::PrefixRule{.permit = true, .prefix = prefix(text)};
  }
  Peer& member(std::size_t number) { return peers_[number + 1]; }

  test::Node node_;
  std::vector<Peer> peers_;
  std::vector<std::string> gone_;
  Forecast::Settings settings_;
  std::map<std::string, Forecast::Neighbor> foretold_;
  std::size_t touched_ = 0;  // neighbors of which something was foretold
  Forecast::Own own_;
};

TEST_F(ForecastTest, NothingDiffersWithTheSameSettings) {
  foretell();

  EXPECT_EQ(touched_, 0u);
  EXPECT_EQ(own_.announced.count + own_.withdrawn.count, 0u);
}

TEST_F(ForecastTest, AnOutboundPolicyWithdraws) {
  permit_only("10.1.0.0/16");
  member(1).up.exports[0]->policy = {.prefix_list = "L"};

  foretell();

  EXPECT_THAT(names(foretold_["192.0.2.2"].withdrawn), IsEmpty());
  EXPECT_THAT(names(foretold_[member(1).name].withdrawn), ElementsAre("10.2.0.0/16", "10.3.0.0/16"));
  EXPECT_EQ(touched_, 1u);
}

TEST_F(ForecastTest, AnInboundPolicyMovesTheBestPath) {
  permit_only("10.1.0.0/16");
  peers_[0].up.imports[0].policy = {.prefix_list = "L"};

  foretell();

  EXPECT_EQ(foretold_["192.0.2.1"].refused, 1u);
  EXPECT_THAT(names(foretold_["192.0.2.1"].announced), ElementsAre("10.2.0.0/16"));
  EXPECT_THAT(names(foretold_["192.0.2.2"].withdrawn), ElementsAre("10.2.0.0/16")) << "it is the source now";
  EXPECT_THAT(names(foretold_["192.0.2.3"].changed), ElementsAre("10.2.0.0/16"));
}

TEST_F(ForecastTest, APermittedPathBeginsToCount) {
  rib::PolicyDefinitions denies;
  denies.prefix_lists[0]["L"].rules[5] = rib::PrefixRule{.permit = false, .prefix = prefix("10.1.0.0/16")};
  node_.engine.set_policies(denies, node_.now);
  auto import = peers_[0].up.imports[0];
  import.policy = {.prefix_list = "L"};
  node_.engine.set_import_profile(peers_[0].handle, rib::Family::Ipv4Unicast, import, node_.now);
  node_.settle();
  settings_.policies_before = settings_.policies = denies;

  foretell();

  EXPECT_EQ(foretold_["192.0.2.1"].accepted, 2u);
  EXPECT_THAT(names(foretold_["192.0.2.3"].announced), ElementsAre("10.1.0.0/16"));
}

TEST_F(ForecastTest, RoutesOfANeighborThatGoesAreWithdrawnOrReplaced) {
  gone_ = {"192.0.2.1"};

  foretell();

  EXPECT_THAT(names(foretold_["192.0.2.3"].withdrawn), ElementsAre("10.1.0.0/16"));
  EXPECT_THAT(names(foretold_["192.0.2.3"].changed), ElementsAre("10.2.0.0/16"));
}

TEST_F(ForecastTest, NextHopSelfChangesAttributes) {
  member(1).up.exports[0]->shared_subnet = prefix("192.0.2.0/24");

  foretell();

  EXPECT_EQ(foretold_[member(1).name].changed.count, 3u);
}

TEST_F(ForecastTest, OwnNetworksBegin) {
  settings_.originations.insert({prefix("10.9.0.0/16"), rib::LocalSource::Network});

  foretell();

  EXPECT_THAT(names(own_.announced), ElementsAre("10.9.0.0/16"));
  EXPECT_THAT(names(foretold_["192.0.2.3"].announced), ElementsAre("10.9.0.0/16"));
}

TEST_F(ForecastTest, OwnNetworksEnd) {
  node_.originate("10.9.0.0/16");
  node_.settle();
  gone_ = {};
  settings_.originations = {};
  // put_in_force() only adds: this one is taken back by hand.
  for (const auto& peer : peers_) settings_.peers.push_back({peer.handle, peer.name, peer.up, true});
  Forecast forecast(node_.engine, settings_, node_.now);
  while (forecast.step()) {
  }

  EXPECT_THAT(names(forecast.own().withdrawn), ElementsAre("10.9.0.0/16"));
  ASSERT_EQ(forecast.neighbors().size(), 4u);
  EXPECT_THAT(names(forecast.neighbors()[3].withdrawn), ElementsAre("10.9.0.0/16"));
}

TEST_F(ForecastTest, WhatIsRedistributedBegins) {
  settings_.bgp.redistributed[0][rib::RouteSource::Connected] = {};

  foretell();

  EXPECT_THAT(names(own_.announced), ElementsAre("192.0.2.0/24"));
}

TEST_F(ForecastTest, AnAggregateBeginsAndSuppresses) {
  settings_.bgp.aggregates[prefix("10.0.0.0/8")].summary_only = true;

  foretell();

  EXPECT_THAT(names(own_.announced), ElementsAre("10.0.0.0/8"));
  EXPECT_THAT(names(foretold_["192.0.2.3"].withdrawn),
              ElementsAre("10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"));
}

TEST_F(ForecastTest, AnAggregateKnowsAllItStandsFor) {
  std::vector<rib::Nlri> many;
  for (std::uint32_t i = 0; i < 3000; ++i)
    many.push_back({rib::Prefix(rib::IpAddress::v4(0x0a400000 + (i << 8)), 24), 0});
  node_.announce(peers_[0].handle, attributes().via("192.0.2.1").path({1}), many);
  node_.settle();
  permit_only(many.back().prefix.to_string().c_str());
  peers_[0].up.imports[0].policy = {.prefix_list = "L"};
  settings_.bgp.aggregates[prefix("10.64.0.0/10")] = {};
  for (const auto& peer : peers_) settings_.peers.push_back({peer.handle, peer.name, peer.up, true});

  Forecast forecast(node_.engine, settings_, node_.now);
  while (forecast.step()) {
  }

  EXPECT_THAT(names(forecast.own().announced), ElementsAre("10.64.0.0/10")) << "by the last one alone";
  EXPECT_THAT(names(forecast.own().partly), IsEmpty());
}

TEST_F(ForecastTest, WithAddPathEachPathCounts) {
  auto up = test::peer("192.0.2.9", 9);
  up.exports[0]->add_path_send = true;
  up.exports[0]->add_path = {rib::AddPathSelection::Kind::All, 0};
  const auto taker = node_.up(up);
  node_.settle();
  permit_only("10.1.0.0/16");
  peers_[1].up.imports[0].policy = {.prefix_list = "L"};  // of the second path to 10.2.0.0/16
  for (const auto& peer : peers_) settings_.peers.push_back({peer.handle, peer.name, peer.up, true});
  settings_.peers.push_back({taker, "taker", up, true});

  Forecast forecast(node_.engine, settings_, node_.now);
  while (forecast.step()) {
  }

  for (const auto& neighbor : forecast.neighbors())
    if (neighbor.name == "taker") {
      EXPECT_THAT(names(neighbor.withdrawn), ElementsAre("10.2.0.0/16", "10.3.0.0/16"));
      EXPECT_EQ(neighbor.changed.count + neighbor.announced.count, 0u);
    } else if (neighbor.name == "192.0.2.3") {
      EXPECT_THAT(names(neighbor.withdrawn), ElementsAre("10.3.0.0/16")) << "of one path it has the best";
    }
}

TEST_F(ForecastTest, AnAggregateOfNothingDoesNotBegin) {
  settings_.bgp.aggregates[prefix("172.16.0.0/12")] = {};

  foretell();

  EXPECT_THAT(names(own_.announced), IsEmpty());
}

TEST_F(ForecastTest, AnAggregateThatStandsForMoreThanIsLookedAtIsNamed) {
  const auto partly = [&](std::size_t most) {
    settings_.most_of_aggregate = most;
    Forecast forecast(node_.engine, settings_, node_.now);
    while (forecast.step()) {
    }
    EXPECT_THAT(names(forecast.own().announced), ElementsAre("10.0.0.0/8")) << most;
    return names(forecast.own().partly);
  };
  for (const auto& peer : peers_) settings_.peers.push_back({peer.handle, peer.name, peer.up, true});
  settings_.bgp.aggregates[prefix("10.0.0.0/8")] = {};  // of 10.1, 10.2 and 10.3

  EXPECT_THAT(partly(2), ElementsAre("10.0.0.0/8"));
  EXPECT_THAT(partly(4), IsEmpty());
  EXPECT_THAT(partly(Forecast::kMostOfAggregate), IsEmpty());
}

TEST_F(ForecastTest, ADefaultRouteIsMadeUp) {
  member(1).up.exports[0]->default_originate = true;

  foretell();

  EXPECT_THAT(names(foretold_[member(1).name].announced), ElementsAre("0.0.0.0/0"));
}

TEST_F(ForecastTest, ADefaultRouteWhoseConditionSomeSliceFulfils) {
  permit_only("10.3.0.0/16");
  settings_.policies.route_maps["M"].clauses[10].match.address[0].prefix_list = "L";
  member(1).up.exports[0]->default_originate = true;
  member(1).up.exports[0]->default_originate_map = "M";

  foretell();

  EXPECT_THAT(names(foretold_[member(1).name].announced), ElementsAre("0.0.0.0/0"));
}

TEST_F(ForecastTest, TheRealEngineIsLeftAsItIs) {
  gone_ = {"192.0.2.1", "192.0.2.2"};
  for (const auto& peer : peers_) settings_.peers.push_back({peer.handle, peer.name, std::nullopt, false});
  node_.output.log.clear();
  Forecast forecast(node_.engine, settings_, node_.now);
  while (forecast.step()) {
  }

  EXPECT_FALSE(node_.engine.has_work());
  EXPECT_THAT(node_.output.log, IsEmpty());
  EXPECT_EQ(node_.engine.totals().paths[0], 4u);
}

}  // namespace
}  // namespace bgpd
