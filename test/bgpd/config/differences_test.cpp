#include "bgpd/config/differences.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/support/addresses.hpp"

namespace bgpd::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using ::test::address;
using ::test::prefix;

const auto kTwo = address("192.168.1.2");
const auto kThree = address("192.168.1.3");

/// A configuration with two internal neighbors, and what is found when it changes.
class DifferencesTest : public testing::Test {
 protected:
  DifferencesTest() {
    before_.bgp.emplace();
    before_.bgp->as = 64512;
    before_.bgp->neighbors[kTwo].remote_as = cli::RemoteAs{cli::RemoteAs::Kind::Number, 64512};
    before_.bgp->neighbors[kThree].remote_as = cli::RemoteAs{cli::RemoteAs::Kind::Number, 64512};
    after_ = before_;
  }
  cli::Bgp& bgp() { return *after_.bgp; }
  Differences found() const { return differences(before_, after_, 5, "host", {}); }
  std::vector<rib::IpAddress> reset() const {
    std::vector<rib::IpAddress> addresses;
    for (const auto& one : found().resets) addresses.push_back(one.address);
    return addresses;
  }

  cli::Config before_, after_;
};

TEST_F(DifferencesTest, AreEmptyBetweenEqualConfigurations) { EXPECT_TRUE(found().empty()); }

TEST_F(DifferencesTest, NameAnAddedNeighborWithoutReset) {
  bgp().neighbors[address("192.168.1.4")].remote_as = cli::RemoteAs{cli::RemoteAs::Kind::Internal, 0};

  ASSERT_THAT(found().added_neighbors, SizeIs(1));
  EXPECT_EQ(found().added_neighbors[0].address, address("192.168.1.4"));
  EXPECT_THAT(found().changed_neighbors, IsEmpty());
  EXPECT_THAT(reset(), IsEmpty());
}

TEST_F(DifferencesTest, NameARemovedNeighborAndItsSession) {
  bgp().neighbors.erase(kThree);

  ASSERT_THAT(found().removed_neighbors, SizeIs(1));
  EXPECT_EQ(found().removed_neighbors[0].address, kThree);
  EXPECT_THAT(reset(), ElementsAre(kThree));
}

TEST_F(DifferencesTest, ResetOnlyTheNeighborWhoseSessionCannotGoOn) {
  bgp().neighbors[kTwo].families[1].activate = true;

  ASSERT_THAT(found().changed_neighbors, SizeIs(1));
  EXPECT_EQ(found().changed_neighbors[0].address, kTwo);
  EXPECT_THAT(found().resets, ElementsAre(SessionReset{kTwo, "address families changed"}));
}

TEST_F(DifferencesTest, NameTheReasonOfEachReset) {
  const auto reason = [&](auto change) {
    after_ = before_;
    change(bgp().neighbors[kTwo]);
    const auto resets = found().resets;
    return resets.size() == 1 ? resets[0].reason : "resets: " + std::to_string(resets.size());
  };
  EXPECT_EQ(reason([](cli::Neighbor& n) { n.remote_as->number = 65001; }), "remote-as changed");
  EXPECT_EQ(reason([](cli::Neighbor& n) { n.update_source = "eth0"; }), "update-source changed");
  EXPECT_EQ(reason([](cli::Neighbor& n) {
              n.local_as = cli::LocalAs{65009, false, false};
            }),
            "local-as changed");
  EXPECT_EQ(reason([](cli::Neighbor& n) { n.shutdown = true; }), "shutdown");
}

TEST_F(DifferencesTest, ResetNothingForWhatIsNotPartOfTheSession) {
  auto& two = bgp().neighbors[kTwo];
  two.description = "two";
  two.families[0].route_reflector_client = true;
  two.families[0].next_hop_mode = rib::NextHopMode::Self;
  two.families[0].maximum_prefix = cli::MaximumPrefix{.number = 10};
  two.families[0].send_large = false;
  two.passive = true;
  two.port = 1179;                     // of the next connection
  two.ttl_security_hops = 1;           // the socket's options change while it is open
  two.password = "secret";             // RFC 4808
  two.strict_capability_match = true;  // of the next OPEN

  EXPECT_THAT(found().changed_neighbors, SizeIs(1));
  EXPECT_THAT(reset(), IsEmpty());
}

TEST_F(DifferencesTest, ResetNothingWhenOnlyTimersChange) {  // they count from the next session on
  bgp().hold_seconds = 9;

  EXPECT_THAT(found().changed_neighbors, SizeIs(2));
  EXPECT_THAT(reset(), IsEmpty());
}

TEST_F(DifferencesTest, StartANeighborThatWasShutDownWithoutCallingItAReset) {
  before_.bgp->neighbors[kTwo].shutdown = true;

  EXPECT_THAT(found().changed_neighbors, SizeIs(1));
  EXPECT_THAT(reset(), IsEmpty());
}

TEST_F(DifferencesTest, FollowAChangeInAPeerGroup) {
  before_.bgp->peer_groups["hosts"].update_source = "eth0";
  before_.bgp->neighbors[kTwo].peer_group = "hosts";
  after_ = before_;
  bgp().peer_groups["hosts"].update_source = "eth1";

  EXPECT_THAT(found().resets, ElementsAre(SessionReset{kTwo, "update-source changed"}));
}

TEST_F(DifferencesTest, ResetEverySessionWhenTheRouterIdChanges) {
  bgp().router_id = 9;

  EXPECT_TRUE(found().speaker_changed);
  EXPECT_TRUE(found().discovery_changed);
  EXPECT_THAT(found().resets, ElementsAre(SessionReset{kTwo, "router-id changed"},
                                          SessionReset{kThree, "router-id changed"}));
}

TEST_F(DifferencesTest, ResetNothingWhenTheRouterIdIsWrittenThatServesAlready) {
  bgp().router_id = 5;

  EXPECT_FALSE(found().speaker_changed);
  EXPECT_THAT(reset(), IsEmpty());
}

TEST_F(DifferencesTest, ResetEverySessionWhenTheAsChanges) {
  bgp().as = 65001;

  EXPECT_TRUE(found().speaker_changed);
  EXPECT_THAT(reset(), testing::UnorderedElementsAre(kTwo, kThree));
}

TEST_F(DifferencesTest, ChangeTheDecisionProcessWithoutReset) {
  bgp().always_compare_med = true;

  EXPECT_TRUE(found().speaker_changed);
  EXPECT_THAT(reset(), IsEmpty());
}

TEST_F(DifferencesTest, SayThatBgpWasRemovedOrAdded) {
  after_.bgp.reset();
  EXPECT_TRUE(found().bgp_removed);
  EXPECT_THAT(found().removed_neighbors, SizeIs(2));

  std::swap(before_, after_);
  EXPECT_FALSE(found().bgp_removed);
  EXPECT_TRUE(found().speaker_changed);
  EXPECT_THAT(found().added_neighbors, SizeIs(2));
  EXPECT_THAT(reset(), IsEmpty());
}

TEST_F(DifferencesTest, NameNeighborsThatCannotHaveASession) {
  bgp().neighbors[address("192.168.1.4")];

  EXPECT_THAT(found().unusable_neighbors,
              ElementsAre(UnusableNeighbor{address("192.168.1.4"), "no remote-as"}));
  EXPECT_THAT(found().added_neighbors, IsEmpty());
  EXPECT_TRUE(found().empty());
}

TEST_F(DifferencesTest, RemoveTheSessionOfANeighborThatBecomesUnusable) {
  bgp().neighbors[kTwo].remote_as.reset();

  ASSERT_THAT(found().removed_neighbors, SizeIs(1));
  EXPECT_EQ(found().removed_neighbors[0].address, kTwo);
}

TEST_F(DifferencesTest, TellOriginationsApart) {
  bgp().networks[prefix("10.1.0.0/16")] = {};
  EXPECT_TRUE(found().originations_changed);

  after_ = before_;
  bgp().advertised_interfaces = {"docker0"};
  EXPECT_TRUE(found().originations_changed);

  after_ = before_;
  bgp().network_import_check = true;
  EXPECT_TRUE(found().originations_changed);

  after_ = before_;
  bgp().discovery.multicast = true;
  EXPECT_FALSE(found().originations_changed);
}

TEST_F(DifferencesTest, TellDiscoveryApart) {
  bgp().discovery.multicast = true;
  EXPECT_TRUE(found().discovery_changed);

  after_ = before_;
  bgp().networks[prefix("10.1.0.0/16")] = {};
  EXPECT_FALSE(found().discovery_changed);
}

TEST_F(DifferencesTest, TellKernelForwardingAndLoggingApart) {
  after_.fib_metric = 30;
  EXPECT_TRUE(found().fib_options_changed);

  after_ = before_;
  after_.fib_table = 100;
  EXPECT_TRUE(found().fib_options_changed);

  after_ = before_;
  after_.fib_vrf = "blue";
  EXPECT_TRUE(found().fib_options_changed);
  EXPECT_TRUE(found().discovery_changed);

  after_ = before_;
  after_.fib_next_hop_objects = true;
  EXPECT_TRUE(found().fib_options_changed);

  after_ = before_;
  after_.ipv6_forwarding = true;
  EXPECT_TRUE(found().forwarding_changed);
  EXPECT_FALSE(found().fib_options_changed);

  after_ = before_;
  after_.log_levels["mesh"] = "debug";
  EXPECT_TRUE(found().logging_changed);
  EXPECT_FALSE(found().forwarding_changed);
}

TEST(KernelOptions, ComeFromTheConfiguration) {
  cli::Config config;
  config.fib_metric = 30;
  config.fib_table = 100;
  config.fib_next_hop_objects = true;

  const auto options = kernel_options(config, false);

  EXPECT_FALSE(options.write);
  EXPECT_EQ(options.metric, 30u);
  EXPECT_EQ(options.table, 100u);
  EXPECT_TRUE(options.next_hop_objects);
}

}  // namespace
}  // namespace bgpd::config
