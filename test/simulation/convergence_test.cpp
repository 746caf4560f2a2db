// Several speakers in one process and in virtual time, wired as the daemon wires one.
#include <gmock/gmock.h>

#include "test/simulation/host.hpp"

namespace simulation {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string subnet(unsigned host) { return "10.1." + std::to_string(host) + ".0/24"; }
std::string subnet6(unsigned host) { return "2001:db8:" + std::to_string(host) + "::/64"; }

/// Hosts 1 to n, started in the same moment.
class Hosts {
 public:
  Hosts(World& world, unsigned n) : world_(world) {
    for (unsigned i = 1; i <= n; ++i) start(i);
  }
  Host& operator[](unsigned number) { return *hosts_.at(number); }
  bool has(unsigned number) const { return hosts_.contains(number); }
  void start(unsigned number, rib::AsNumber as = kAs) {
    hosts_[number] = std::make_unique<Host>(world_, number, as);
  }
  /// As kill -9 does: its kernel closes the connections.
  void kill(unsigned number) { hosts_.erase(number); }
  std::vector<unsigned> numbers() const {
    std::vector<unsigned> numbers;
    for (const auto& [number, host] : hosts_) numbers.push_back(number);
    return numbers;
  }
  void mesh(unsigned number) {
    for (const auto other : numbers())
      if (other != number) (*this)[number].add((*this)[number].neighbor(other));
  }
  void full_mesh() {
    for (const auto number : numbers()) mesh(number);
  }
  bool all_know(const std::string& text) {
    return std::ranges::all_of(numbers(), [&](unsigned n) { return (*this)[n].paths(text) != ""; });
  }

 private:
  World& world_;
  std::map<unsigned, std::unique_ptr<Host>> hosts_;
};

// --- a full mesh -------------------------------------------------------------------------------------------

class Mesh : public testing::Test {
 protected:
  Mesh() {
    for (const auto number : hosts.numbers()) {
      hosts[number].announce(subnet(number));
      hosts[number].announce(subnet6(number));
    }
    hosts.full_mesh();
  }
  World world;
  Hosts hosts{world, 3};
};

TEST_F(Mesh, EveryHostHasEveryOthersSubnetsInItsKernelWithinASecond) {
  world.run_for(1s);

  EXPECT_THAT(hosts[1].kernel(),
              ElementsAre("10.1.2.0/24 via 10.0.0.2", "10.1.3.0/24 via 10.0.0.3",
                          HasSubstr("2001:db8:2::/64 via "), HasSubstr("2001:db8:3::/64 via ")));
  EXPECT_THAT(hosts[2].kernel(), Contains("10.1.1.0/24 via 10.0.0.1"));
  EXPECT_THAT(hosts[3].kernel(), Contains("10.1.1.0/24 via 10.0.0.1"));
}

TEST_F(Mesh, ANextHopOfOurOwnFollowsTheAddressOfItsLink) {
  world.run_for(1s);
  const auto next_hop = [&] {
    return hosts[2]
        .speaker()
        .engine()
        .destination(prefix(subnet6(1)))
        ->paths[0]
        .attributes->next_hop.to_string();
  };
  EXPECT_EQ(next_hop(), "2001:db8::1");

  hosts[1].change_address("2001:db8::1", 64, false);
  hosts[1].change_address("2001:db8::11", 64, true);
  world.run_for(1s);
  EXPECT_EQ(next_hop(), "2001:db8::11");
  EXPECT_TRUE(hosts[2].is_up(1));
}

TEST_F(Mesh, AnInternalPeersRouteIsNotPassedOn) {  // RFC 4271 §9.2.1
  world.run_for(1s);

  EXPECT_EQ(hosts[1].paths(subnet(2)), "10.1.2.0/24: *10.0.0.2");
}

TEST_F(Mesh, AWithdrawnSubnetLeavesEveryKernel) {
  world.run_for(1s);

  hosts[2].withdraw(subnet(2));
  hosts[2].withdraw(subnet6(2));
  world.run_for(10ms);

  for (const auto number : {1u, 3u}) {
    EXPECT_EQ(hosts[number].paths(subnet(2)), "");
    EXPECT_EQ(hosts[number].paths(subnet6(2)), "");
    EXPECT_THAT(hosts[number].kernel(), Not(Contains(HasSubstr("10.1.2.0/24"))));
    EXPECT_THAT(hosts[number].kernel(), Not(Contains(HasSubstr("2001:db8:2::/64"))));
  }
}

TEST_F(Mesh, ASubnetThatComesLaterReachesEveryKernel) {
  world.run_for(1s);

  hosts[3].announce("10.7.0.0/16");
  world.run_for(10ms);

  EXPECT_THAT(hosts[1].kernel(), Contains("10.7.0.0/16 via 10.0.0.3"));
  EXPECT_THAT(hosts[2].kernel(), Contains("10.7.0.0/16 via 10.0.0.3"));
}

TEST_F(Mesh, AKilledHostsSubnetsGoAtOnceAndComeBackWithIt) {
  world.run_for(1s);

  hosts.kill(3);
  world.run_for(10ms);
  EXPECT_THAT(hosts[1].kernel(), Not(Contains(HasSubstr(" via 10.0.0.3"))));
  EXPECT_EQ(hosts[1].paths(subnet6(3)), "");
  hosts.start(3);
  hosts[3].announce(subnet(3));
  hosts.mesh(3);
  world.run_for(1s);

  EXPECT_THAT(hosts[1].kernel(), Contains("10.1.3.0/24 via 10.0.0.3"));
  EXPECT_THAT(hosts[3].kernel(), Contains("10.1.1.0/24 via 10.0.0.1"));
}

TEST_F(Mesh, ASilentLinkIsGivenUpAfterTheHoldTime) {  // RFC 4271 §6.5
  world.run_for(1s);

  world.cut(address_of(1), address_of(2));
  world.run_for(5s);
  EXPECT_THAT(hosts[1].kernel(), Contains("10.1.2.0/24 via 10.0.0.2"));
  world.run_for(5s);
  EXPECT_EQ(hosts[1].paths(subnet(2)), "");
  EXPECT_EQ(hosts[2].paths(subnet(1)), "");
  EXPECT_THAT(hosts[3].kernel(), Contains("10.1.2.0/24 via 10.0.0.2"));
  world.heal(address_of(1), address_of(2));
  world.run_for(20s);

  EXPECT_THAT(hosts[1].kernel(), Contains("10.1.2.0/24 via 10.0.0.2"));
}

TEST_F(Mesh, RouteRefreshBringsTheTableAgain) {  // RFC 2918
  world.run_for(1s);
  const auto before = hosts[1].peer(2)->counters().received.updates;

  EXPECT_TRUE(hosts[1].peer(2)->request_refresh(rib::Family::Ipv4Unicast, world.now()));
  world.run_for(10ms);

  EXPECT_GT(hosts[1].peer(2)->counters().received.updates, before);
  EXPECT_EQ(hosts[1].paths(subnet(2)), "10.1.2.0/24: *10.0.0.2");
}

TEST(LargeMesh, FiftyHostsThatStartTogetherKnowEverythingWithinASecond) {
  World world(7);
  world.set_latency(50us, 2ms);
  Hosts hosts(world, 50);
  for (const auto number : hosts.numbers()) hosts[number].announce(subnet(number));

  hosts.full_mesh();

  world.run_for(1s);

  for (const auto number : hosts.numbers()) EXPECT_EQ(hosts[number].kernel_size(), 49u) << "host " << number;
}

// --- a reflector -------------------------------------------------------------------------------------------

class Reflector
    : public testing::Test {  // host 1 reflects, 2 to 4 are its clients and do not know each other
 protected:
  Reflector() {
    for (const auto number : {2u, 3u, 4u}) {
      hosts[1].add(hosts[1].client(number));
      hosts[number].add(hosts[number].neighbor(1));
    }
    for (const auto number : hosts.numbers()) {
      hosts[number].announce(subnet(number));
      hosts[number].announce(subnet6(number));
    }
  }
  World world;
  Hosts hosts{world, 4};
};

TEST_F(Reflector, ClientsReachEachOtherDirectly) {  // RFC 4456 §6; the next hop stays, §10
  world.run_for(1s);

  EXPECT_THAT(hosts[2].kernel(), ElementsAre("10.1.1.0/24 via 10.0.0.1", "10.1.3.0/24 via 10.0.0.3",
                                             "10.1.4.0/24 via 10.0.0.4", HasSubstr("2001:db8:1::/64"),
                                             HasSubstr("2001:db8:3::/64"), HasSubstr("2001:db8:4::/64")));
}

TEST_F(Reflector, AReflectedRouteNamesItsOriginatorAndCluster) {  // RFC 4456 §8
  world.run_for(1s);

  const auto view = hosts[2].speaker().engine().destination(prefix(subnet(3)));

  ASSERT_TRUE(view);
  EXPECT_EQ(view->paths[0].attributes->rare->originator_id, address_of(3).to_v4());
  ASSERT_EQ(view->paths[0].attributes->rare->cluster_list.size(), 1u);
  EXPECT_EQ(view->paths[0].attributes->rare->cluster_list[0], address_of(1).to_v4());
}

TEST_F(Reflector, WhatAClientIsSentChangesWithinItsSession) {
  world.run_for(1s);
  auto& reflector = hosts[1].speaker();
  const auto established = reflector.routes_of(*hosts[1].peer(2))->handle;
  const auto set = [&](const bgpd::session::PeerSettings& now) {
    EXPECT_FALSE(reflector.peers().add_or_update(now, world.now()));
    reflector.settings_changed(*hosts[1].peer(2), world.now());
    world.run_for(1s);
  };
  auto settings = hosts[1].client(2);

  for (auto& mode : settings.next_hop_mode) mode = rib::NextHopMode::SelfForce;
  set(settings);
  EXPECT_THAT(hosts[2].kernel(), testing::Contains("10.1.3.0/24 via 10.0.0.1"));

  for (auto& is_client : settings.is_route_reflector_client) is_client = false;
  set(settings);
  EXPECT_EQ(hosts[2].paths(subnet(1)).empty(), false);
  EXPECT_EQ(hosts[3].paths(subnet(2)).empty(), false) << "from a non-client to a client";

  auto routing = reflector.engine().speaker();
  routing.cluster_id = 7;
  reflector.set_local(reflector.local(), routing, world.now());
  world.run_for(1s);
  EXPECT_EQ(
      hosts[2].speaker().engine().destination(prefix(subnet(3)))->paths[0].attributes->rare->cluster_list[0],
      7u);
  EXPECT_EQ(reflector.routes_of(*hosts[1].peer(2))->handle, established) << "the session was reset";
}

TEST_F(Reflector, AClientsOwnRouteDoesNotComeBackToIt) {
  world.run_for(1s);

  EXPECT_EQ(hosts[3].paths(subnet(3)), "10.1.3.0/24: *local");
}

TEST_F(Reflector, AClientsLossIsWithdrawnFromTheOthers) {
  world.run_for(1s);

  hosts.kill(3);
  world.run_for(10ms);

  for (const auto number : {1u, 2u, 4u}) {
    EXPECT_EQ(hosts[number].paths(subnet(3)), "");
    EXPECT_EQ(hosts[number].paths(subnet6(3)), "");
  }
}

TEST_F(Reflector, ALostReflectorTakesAllAndItsReturnBringsAll) {
  world.run_for(1s);

  hosts.kill(1);
  world.run_for(10ms);
  EXPECT_THAT(hosts[2].kernel(), IsEmpty());
  hosts.start(1);
  for (const auto number : {2u, 3u, 4u}) hosts[1].add(hosts[1].client(number));
  world.run_for(10s);

  EXPECT_THAT(hosts[2].kernel(), Contains("10.1.4.0/24 via 10.0.0.4"));
}

// --- external peers ----------------------------------------------------------------------------------------

class Chain : public testing::Test {  // host n in AS 65000 + n; 1 - 2 - 3
 protected:
  Chain() {
    for (const auto number : {1u, 2u, 3u}) hosts.start(number, 65000 + number);
    for (const auto& [from, to] :
         {std::pair(1u, 2u), std::pair(2u, 1u), std::pair(2u, 3u), std::pair(3u, 2u)})
      hosts[from].add(hosts[from].neighbor(to, 65000 + to));
  }
  World world;
  Hosts hosts{world, 0};
};

TEST_F(Chain, EachAsPrependsItself) {  // RFC 4271 §5.1.2
  hosts[1].announce(subnet(1));
  world.run_for(1s);

  EXPECT_EQ(hosts[2].paths(subnet(1)), "10.1.1.0/24: *10.0.0.1 [65001]");
  EXPECT_EQ(hosts[3].paths(subnet(1)), "10.1.1.0/24: *10.0.0.2 [65002 65001]");
}

TEST_F(Chain, AWithdrawGoesAllTheWay) {
  hosts[1].announce(subnet(1));
  world.run_for(1s);
  ASSERT_NE(hosts[3].paths(subnet(1)), "");

  hosts[1].withdraw(subnet(1));
  world.run_for(10ms);

  EXPECT_EQ(hosts[3].paths(subnet(1)), "");
  EXPECT_THAT(hosts[3].kernel(), IsEmpty());
}

TEST_F(Chain, TooManyPrefixesEndTheSessionWithFamilyAndLimit) {  // RFC 4486 §4
  hosts[1].announce(subnet(1));
  hosts[1].announce(subnet6(1));
  world.run_for(1s);
  ASSERT_TRUE(hosts[2].is_up(1));

  auto limited = hosts[2].neighbor(1, 65001);
  limited.imports[0].maximum_prefix = 2;
  limited.maximum_prefix_restart[0] = 5min;
  hosts[2].add(limited);
  hosts[1].announce("10.1.11.0/24");
  world.run_for(1s);
  EXPECT_TRUE(hosts[2].is_up(1));
  hosts[1].announce("10.1.12.0/24");
  world.run_for(1s);

  EXPECT_FALSE(hosts[2].is_up(1));
  EXPECT_TRUE(hosts[2].peer(1)->is_held_down());
  const auto& told = hosts[2].peer(1)->counters().last_reset->reason.notification;
  EXPECT_EQ(told.subcode, 1);
  EXPECT_THAT(told.data, ElementsAre(0, 1, 1, 0, 0, 0, 2));
  EXPECT_EQ(hosts[3].paths(subnet(1)), "");

  hosts[1].withdraw("10.1.12.0/24");
  world.run_for(5min);
  EXPECT_TRUE(hosts[2].is_up(1));
  EXPECT_NE(hosts[3].paths(subnet(1)), "");
}

TEST_F(Chain, AChangeOfWhatIsAcceptedNeedsNoResetAndNoRefresh) {
  hosts[1].announce(subnet(1));
  world.run_for(1s);
  const auto messages = hosts[2].peer(1)->counters().sent.route_refreshes;

  auto strict = hosts[2].neighbor(1, 65001);
  strict.imports[0].requires_policy = true;
  hosts[2].add(strict);
  world.run_for(1s);
  EXPECT_EQ(hosts[2].paths(subnet(1)), "10.1.1.0/24: 10.0.0.1 [65001] (no import policy (RFC 8212))");
  EXPECT_EQ(hosts[3].paths(subnet(1)), "");

  hosts[2].add(hosts[2].neighbor(1, 65001));
  world.run_for(1s);
  EXPECT_EQ(hosts[3].paths(subnet(1)), "10.1.1.0/24: *10.0.0.2 [65002 65001]");
  EXPECT_EQ(hosts[2].peer(1)->counters().sent.route_refreshes, messages);
  EXPECT_EQ(hosts[2].peer(1)->counters().established_count, 1u);
}

}  // namespace
}  // namespace simulation
