// Peers that nobody named: out of a listen range, and on a link (BGP unnumbered).
#include <gtest/gtest.h>

#include "test/bgpd/session/session_world.hpp"

namespace bgpd::session {
namespace {

class ListenRangeTest : public testing::Test {
 protected:
  ListenRangeTest() { us.manager.set_listen_ranges({range("10.0.0.0/8", 64513)}, 2, world.now()); }
  static ListenRange range(const char* prefix, rib::AsNumber as) {
    auto settings = Speaker::neighbor("0.0.0.0", as);
    settings.source = PeerSource::Dynamic;
    settings.passive = true;
    settings.listen_range = rib::Prefix::parse(prefix);
    return {*settings.listen_range, settings};
  }
  std::unique_ptr<Puppet> established(const char* from, rib::AsNumber as, rib::BgpIdentifier identifier) {
    auto puppet = Puppet::connect(world, from, "10.0.0.1");
    puppet->send_open(as, identifier);
    puppet->send_keepalive();
    return puppet;
  }

  World world;
  Speaker us{world, "10.0.0.1", 64512, 0x0a000001};
};

TEST_F(ListenRangeTest, WhoCallsIsAPeerUntilItsSessionEnds) {
  auto caller = established("10.0.0.2", 64513, 0x0a000002);
  ASSERT_NE(us.manager.find(address("10.0.0.2")), nullptr);
  EXPECT_TRUE(us.peer("10.0.0.2").is_established());
  EXPECT_EQ(us.manager.dynamic_count(), 1u);

  caller->close();
  world.run_for(10ms);
  EXPECT_EQ(us.manager.find(address("10.0.0.2")), nullptr);
  EXPECT_EQ(us.manager.dynamic_count(), 0u);
  EXPECT_EQ(us.manager.size(), 0u);
}

TEST_F(ListenRangeTest, AConnectionThatNeverOpensGoesToo) {
  auto caller = Puppet::connect(world, "10.0.0.2", "10.0.0.1");
  world.run_for(1ms);
  EXPECT_EQ(us.manager.dynamic_count(), 1u);
  caller->close();
  world.run_for(10ms);
  EXPECT_EQ(us.manager.dynamic_count(), 0u);
}

TEST_F(ListenRangeTest, OthersAreRefused) {
  auto caller = Puppet::connect(world, "11.0.0.2", "10.0.0.1");
  EXPECT_EQ(caller->notification(), wire::Notification(wire::CeaseReason::ConnectionRejected));
  EXPECT_EQ(us.manager.size(), 0u);
  EXPECT_EQ(us.handler.unknown_callers, std::vector{address("11.0.0.2")});
}

TEST_F(ListenRangeTest, TheLimitRefuses) {
  auto first = established("10.0.0.2", 64513, 2), second = established("10.0.0.3", 64513, 3);
  auto third = Puppet::connect(world, "10.0.0.4", "10.0.0.1");
  EXPECT_EQ(third->notification(), wire::Notification(wire::CeaseReason::ConnectionRejected));

  first->close();
  world.run_for(10ms);
  third = established("10.0.0.4", 64513, 4);
  EXPECT_TRUE(us.peer("10.0.0.4").is_established());
}

TEST_F(ListenRangeTest, WhoIsKeptForItsRoutesAloneMakesRoomForACaller) {
  us.handler.keeps_routes = true;
  auto first = established("10.0.0.2", 64513, 2), second = established("10.0.0.3", 64513, 3);
  first->close();
  world.run_for(10ms);
  ASSERT_NE(us.manager.find(address("10.0.0.2")), nullptr);

  auto third = established("10.0.0.4", 64513, 4);
  EXPECT_TRUE(us.peer("10.0.0.4").is_established());
  EXPECT_TRUE(us.peer("10.0.0.3").is_established());
  EXPECT_EQ(us.manager.find(address("10.0.0.2")), nullptr);
  EXPECT_EQ(us.manager.dynamic_count(), 2u);
}

TEST_F(ListenRangeTest, TheMostSpecificRangeWins) {
  us.manager.set_listen_ranges(
      {range("10.0.0.0/8", 64513), range("10.0.0.0/24", 64514), range("10.0.0.0/16", 64515)}, 100,
      world.now());
  auto near = established("10.0.0.2", 64514, 2), far = established("10.1.0.2", 64513, 3);
  EXPECT_TRUE(us.peer("10.0.0.2").is_established());
  EXPECT_TRUE(us.peer("10.1.0.2").is_established());
}

TEST_F(ListenRangeTest, PeersOfARangeThatIsGoneEnd) {
  auto caller = established("10.0.0.2", 64513, 2);
  us.manager.set_listen_ranges({}, 100, world.now());
  EXPECT_EQ(caller->notification(), wire::Notification(wire::CeaseReason::PeerDeconfigured));
  EXPECT_EQ(us.manager.size(), 0u);
}

TEST_F(ListenRangeTest, AChangeThatNeedsNoResetKeepsTheSession) {
  auto caller = established("10.0.0.2", 64513, 2);
  auto changed = range("10.0.0.0/8", 64513);
  changed.settings.description = "renamed";
  std::vector<std::string> told;
  us.manager.set_listen_ranges({changed}, 2, world.now(), [&](Peer& peer) { told.push_back(peer.name()); });
  EXPECT_THAT(told, testing::ElementsAre("10.0.0.2"));
  EXPECT_TRUE(us.peer("10.0.0.2").is_established());
  EXPECT_EQ(us.peer("10.0.0.2").settings().description, "renamed");
}

TEST_F(ListenRangeTest, ANamedPeerIsNoneOfThem) {
  us.add(Speaker::neighbor("10.0.0.2", 64512));
  auto caller = established("10.0.0.2", 64512, 2);
  EXPECT_TRUE(us.peer("10.0.0.2").is_established());
  EXPECT_EQ(us.manager.dynamic_count(), 0u);
}

class InterfacePeerTest : public testing::Test {
 protected:
  InterfacePeerTest() {
    auto settings = Speaker::neighbor("::", 64513);
    settings.interface_name = "eth0";
    settings.interface_index = kLink;
    us.manager.add_or_update(settings, world.now());
  }
  Peer& peer() { return *us.manager.find_interface("eth0"); }
  std::unique_ptr<Puppet> established(const char* from, std::uint32_t zone) {
    auto puppet = Puppet::connect(world, from, "fe80::1", zone);
    puppet->send_open(64513, 0x0a000002);
    puppet->send_keepalive();
    return puppet;
  }

  static constexpr std::uint32_t kLink = 7;
  World world;
  Speaker us{world, "fe80::1", 64512, 0x0a000001};
};

TEST_F(InterfacePeerTest, WaitsUntilSomebodyIsHeard) {
  world.run_for(60s);
  EXPECT_EQ(peer().state(), State::Active);
  EXPECT_EQ(peer().name(), "eth0");

  Node there(world, address("fe80::2"));
  std::unique_ptr<Puppet> heard;
  there.set_acceptor([&](auto transport) { heard = std::make_unique<Puppet>(world, std::move(transport)); });
  us.manager.set_link_neighbor(kLink, address("fe80::2"), world.now());
  world.run_for(1s);
  ASSERT_TRUE(heard);
  heard->send_open(64513, 0x0a000002);
  heard->send_keepalive();
  EXPECT_TRUE(peer().is_established());
}

TEST_F(InterfacePeerTest, IsWhoCallsOverItsLink) {
  auto caller = established("fe80::2", kLink);
  EXPECT_TRUE(peer().is_established());
  EXPECT_EQ(peer().settings().address, address("fe80::2"));
  EXPECT_EQ(us.manager.find(address("fe80::2"), kLink), &peer());
}

TEST_F(InterfacePeerTest, IsNotWhoCallsOverAnother) {
  auto caller = Puppet::connect(world, "fe80::2", "fe80::1", kLink + 1);
  EXPECT_EQ(caller->notification(), wire::Notification(wire::CeaseReason::ConnectionRejected));
}

TEST_F(InterfacePeerTest, AnotherRouterDoesNotTakeOverASessionButFollowsIt) {
  auto caller = established("fe80::2", kLink);
  us.manager.set_link_neighbor(kLink, address("fe80::3"), world.now());
  EXPECT_TRUE(peer().is_established());
  EXPECT_EQ(peer().settings().address, address("fe80::2"));

  caller->close();
  world.run_for(10ms);
  EXPECT_EQ(peer().settings().address, address("fe80::3"));
  EXPECT_EQ(us.manager.find(address("fe80::2"), kLink), nullptr);
}

TEST_F(InterfacePeerTest, KeepsItsSessionWhenTheConfigurationIsAppliedAgain) {
  auto caller = established("fe80::2", kLink);
  auto settings = peer().settings();
  settings.address = address("::");
  EXPECT_EQ(us.manager.completed(settings), peer().settings());
  EXPECT_FALSE(us.manager.add_or_update(settings, world.now()));
  EXPECT_TRUE(peer().is_established());
}

TEST_F(InterfacePeerTest, EndsWithItsInterface) {
  auto caller = established("fe80::2", kLink);
  auto settings = peer().settings();
  settings.interface_index = 0;
  EXPECT_TRUE(us.manager.add_or_update(settings, world.now()));
  EXPECT_FALSE(peer().is_established());
  EXPECT_TRUE(peer().settings().address.is_unspecified());

  us.manager.remove(peer(), world.now());
  EXPECT_EQ(us.manager.find_interface("eth0"), nullptr);
  EXPECT_EQ(us.manager.size(), 0u);
}

}  // namespace
}  // namespace bgpd::session
