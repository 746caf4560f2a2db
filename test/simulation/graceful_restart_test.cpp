// Speakers that restart while forwarding goes on, and their neighbors. Virtual time. RFC 4724, 8538, 7313.
#include <gmock/gmock.h>

#include "test/simulation/host.hpp"

namespace simulation {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using Mode = bgpd::session::GracefulRestartSettings::Mode;

const std::string kOne = "10.1.1.0/24", kTwo = "10.1.2.0/24", kThree = "10.1.3.0/24";
const std::string kOne6 = "2001:db8:1::/64", kTwo6 = "2001:db8:2::/64";

/// Hosts 1 and 2 with a session between them; 2 is the one that goes.
class GracefulRestart : public testing::Test {
 protected:
  using PeerSettings = bgpd::session::PeerSettings;
  GracefulRestart() {
    start(1);
    start(2);
    world.run_for(1s);
  }
  void start(unsigned number, const std::map<rib::Prefix, rib::FibRoute>* inherited = nullptr,
             bool has_ipv6 = true) {
    hosts[number] = std::make_unique<Host>(world, number);
    auto& host = *hosts[number];
    if (inherited) host.inherit(*inherited);
    host.announce(number == 1 ? kOne : kTwo);
    if (has_ipv6) host.announce(number == 1 ? kOne6 : kTwo6);
    host.add(neighbor_of(host, number == 1 ? 2 : 1));
  }
  PeerSettings neighbor_of(Host& host, unsigned other) {
    auto settings = host.neighbor(other);
    settings.graceful_restart.mode = Mode::Restarter;
    settings.graceful_restart.preserves_forwarding = preserves_forwarding;
    settings.graceful_restart.long_lived_stale_time = long_lived_stale_time;
    return settings;
  }
  Host& one() { return *hosts.at(1); }
  Host& two() { return *hosts.at(2); }
  /// kill -9: its kernel closes the connection and goes on forwarding.
  std::map<rib::Prefix, rib::FibRoute> kill_two() {
    auto kernel = two().kernel_routes();
    hosts.erase(2);
    world.run_for(10ms);
    return kernel;
  }
  bool is_stale(const std::string& text) {
    const auto view = one().speaker().engine().destination(prefix(text));
    return view && !view->paths.empty() && view->paths[0].is_stale;
  }

  bool preserves_forwarding = false;
  std::uint32_t long_lived_stale_time = 0;
  World world;
  std::map<unsigned, std::unique_ptr<Host>> hosts;
};

TEST_F(GracefulRestart, RoutesOfANeighborThatDiedStayInTheKernelAndAreStale) {
  const auto before = one().kernel();
  kill_two();
  world.run_for(60s);

  EXPECT_FALSE(one().is_up(2));
  EXPECT_EQ(one().kernel(), before);
  EXPECT_TRUE(is_stale(kTwo));
  EXPECT_TRUE(is_stale(kTwo6));
}

TEST_F(GracefulRestart, RoutesGoWhenItDoesNotComeBack) {
  kill_two();
  world.run_for(119s);
  EXPECT_THAT(one().kernel(), Not(IsEmpty()));
  world.run_for(2s);

  EXPECT_THAT(one().kernel(), IsEmpty());
  EXPECT_EQ(one().paths(kTwo), "");
}

TEST_F(GracefulRestart, WhatItAnnouncesAgainIsFreshTheRestIsSwept) {
  two().announce(kThree);
  world.run_for(1s);
  EXPECT_THAT(one().kernel(), Contains("10.1.3.0/24 via 10.0.0.2"));
  const auto kernel = kill_two();
  start(2, &kernel);  // without 10.1.3.0/24
  world.run_for(5s);

  ASSERT_TRUE(one().is_up(2));
  EXPECT_FALSE(is_stale(kTwo));
  EXPECT_THAT(one().kernel(), Contains("10.1.2.0/24 via 10.0.0.2"));
  EXPECT_EQ(one().paths(kThree), "");
}

TEST_F(GracefulRestart, OneThatComesBackWithoutItsForwardingStateKeepsNothing) {
  kill_two();
  ASSERT_FALSE(one().paths(kTwo6).empty());
  start(2, nullptr, false);  // a cold start: no F bit
  world.run_until([&] { return one().is_up(2); });
  world.run_until([&] { return one().paths(kTwo6).empty(); }, 1s);

  EXPECT_EQ(one().paths(kTwo6), "");
  world.run_for(1s);
  EXPECT_THAT(one().kernel(), Contains("10.1.2.0/24 via 10.0.0.2"));
}

TEST_F(GracefulRestart, ItKeepsItsKernelAndChoosesAfterTheNeighborsTable) {
  const auto kernel = kill_two();
  ASSERT_THAT(kernel, Not(IsEmpty()));
  start(2, &kernel);
  EXPECT_TRUE(two().speaker().is_restarting());
  world.run_until([&] { return two().is_up(1); });
  EXPECT_EQ(two().kernel_routes(), kernel);
  world.run_for(5s);

  EXPECT_FALSE(two().speaker().is_restarting());
  EXPECT_TRUE(two().has_swept());
  EXPECT_EQ(two().kernel_routes(), kernel);
}

TEST_F(GracefulRestart, WhatTheKernelHadTooMuchGoesWhenTheTablesAreThere) {
  auto kernel = kill_two();
  kernel[prefix("10.9.9.0/24")] = kernel.begin()->second;
  start(2, &kernel);
  world.run_for(5s);

  EXPECT_FALSE(two().kernel_routes().contains(prefix("10.9.9.0/24")));
  EXPECT_TRUE(two().kernel_routes().contains(prefix(kOne)));
}

TEST_F(GracefulRestart, ItWaitsForANeighborThatIsAwayOnlySoLong) {
  auto kernel = kill_two();
  hosts.erase(1);
  start(2, &kernel);
  world.run_for(60s);

  EXPECT_FALSE(two().speaker().is_restarting());
}

TEST_F(GracefulRestart, ItWaitsForANeighborThatHangsUpFirst) {
  auto kernel = kill_two();
  hosts.erase(1);
  Node refuser(world, *rib::IpAddress::parse("10.0.0.1"));
  int calls = 0;
  refuser.set_acceptor([&](auto transport) {  // destroyed: closed without a word
    ++calls;
    transport.reset();
  });
  start(2, &kernel);
  world.run_for(20s);
  EXPECT_GE(calls, 2);
  EXPECT_TRUE(two().speaker().is_restarting());
  EXPECT_EQ(two().kernel_routes(), kernel);

  world.run_for(60s);
  EXPECT_FALSE(two().speaker().is_restarting()) << "but not for ever";
}

TEST_F(GracefulRestart, AShutdownIsAHardResetAndRoutesGoAtOnce) {  // RFC 8538 §3.1
  two().speaker().peers().shutdown_all("", world.now());
  world.run_until([&] { return !one().is_up(2); });

  EXPECT_EQ(one().peer(2)->counters().last_reset->reason.notification,
            bgpd::wire::hard_reset(bgpd::wire::CeaseReason::AdministrativeShutdown));
  world.run_for(1s);
  EXPECT_THAT(one().kernel(), IsEmpty());
}

TEST_F(GracefulRestart, AnOrderlyEndBeforeARestartKeepsThem) {
  two().speaker().peers().leave_all(world.now());
  world.run_for(1s);

  EXPECT_FALSE(one().is_up(2));
  EXPECT_THAT(one().kernel(), Not(IsEmpty()));
}

TEST_F(GracefulRestart, TheHoldTimerKeepsThemWhenBothSetTheNBit) {  // RFC 8538 §4
  world.cut(one().address(), two().address());
  world.run_for(15s);

  EXPECT_FALSE(one().is_up(2));
  EXPECT_TRUE(is_stale(kTwo));
  EXPECT_THAT(one().kernel(), Contains("10.1.2.0/24 via 10.0.0.2"));
}

TEST_F(GracefulRestart, ANeighborThatTheOperatorRemovesTakesItsStaleRoutesAlong) {
  kill_two();
  one().speaker().peers().remove(address_of(2), 0, world.now());
  world.run_for(1s);

  EXPECT_THAT(one().kernel(), IsEmpty());
}

TEST_F(GracefulRestart, ANeighborThatIsShutDownMeanwhileToo) {
  kill_two();
  auto settings = neighbor_of(one(), 2);
  settings.shutdown = true;
  one().speaker().peers().add_or_update(settings, world.now());
  world.run_for(1s);

  EXPECT_THAT(one().kernel(), IsEmpty());
}

TEST_F(GracefulRestart, ARefreshSweepsWhatTheNeighborDoesNotSayAgain) {  // RFC 7313 §4
  const auto before = one().kernel();
  ASSERT_TRUE(one().peer(2)->negotiated()->enhanced_route_refresh);
  one().peer(2)->request_refresh(rib::Family::Ipv4Unicast, world.now());
  world.run_for(1s);

  EXPECT_EQ(one().kernel(), before);
  EXPECT_FALSE(is_stale(kTwo));
  EXPECT_EQ(one().peer(2)->counters().received.route_refreshes, 2u);  // begin and end
  EXPECT_EQ(one().speaker().stale_of(*one().peer(2)), nullptr);
}

TEST_F(GracefulRestart, WithoutTheCapabilityRoutesGoWithTheSession) {
  for (auto* host : {&one(), &two()}) {
    auto settings = neighbor_of(*host, host == &one() ? 2 : 1);
    settings.graceful_restart.mode = Mode::Disabled;
    host->speaker().peers().add_or_update(settings, world.now());
  }
  world.run_for(5s);
  ASSERT_TRUE(one().is_up(2));
  kill_two();

  EXPECT_THAT(one().kernel(), IsEmpty());
}

TEST_F(GracefulRestart, AHelperOffersToKeepRoutesAndAsksForNothing) {
  auto settings = neighbor_of(two(), 1);
  settings.graceful_restart.mode = Mode::Helper;
  two().speaker().peers().add_or_update(settings, world.now());
  world.run_for(5s);
  ASSERT_TRUE(one().is_up(2));
  EXPECT_TRUE(one().peer(2)->negotiated()->peer_graceful_restart->families.empty());
  kill_two();

  EXPECT_THAT(one().kernel(), IsEmpty());
}

// --- neighbors that nobody named ---------------------------------------------------------------------------

/// Host 2 calls from a listen range of host 1.
class DynamicGracefulRestart : public GracefulRestart {
 protected:
  DynamicGracefulRestart() {
    hosts.clear();
    hosts[1] = std::make_unique<Host>(world, 1);
    auto settings = neighbor_of(one(), 2);
    settings.source = bgpd::session::PeerSource::Dynamic;
    settings.passive = true;
    settings.listen_range = prefix("10.0.0.0/24");
    one().speaker().peers().set_listen_ranges({{*settings.listen_range, settings}}, 10, world.now());
    start(2);
    world.run_for(5s);
  }
};

TEST_F(DynamicGracefulRestart, ItsRoutesStayForItsRestartTimeThenItIsForgotten) {
  ASSERT_TRUE(one().is_up(2));
  const auto before = one().kernel();
  kill_two();
  world.run_for(60s);
  ASSERT_NE(one().peer(2), nullptr);
  EXPECT_TRUE(is_stale(kTwo));
  EXPECT_TRUE(is_stale(kTwo6));
  EXPECT_EQ(one().kernel(), before);

  world.run_for(61s);
  EXPECT_EQ(one().peer(2), nullptr);
  EXPECT_EQ(one().speaker().peers().dynamic_count(), 0u);
  EXPECT_THAT(one().kernel(), IsEmpty());
}

TEST_F(DynamicGracefulRestart, OneThatCallsAgainIsTheSame) {
  const auto kernel = kill_two();
  world.run_for(60s);
  start(2, &kernel);
  world.run_for(10s);

  EXPECT_TRUE(one().is_up(2));
  EXPECT_FALSE(is_stale(kTwo));
  EXPECT_EQ(one().speaker().peers().dynamic_count(), 1u);
  world.run_for(120s);
  EXPECT_TRUE(one().is_up(2));
  EXPECT_THAT(one().kernel(), Contains("10.1.2.0/24 via 10.0.0.2"));
}

TEST_F(DynamicGracefulRestart, ARangeThatGoesTakesItAlong) {
  kill_two();
  one().speaker().peers().set_listen_ranges({}, 10, world.now());
  world.run_for(1s);

  EXPECT_EQ(one().peer(2), nullptr);
  EXPECT_THAT(one().kernel(), IsEmpty());
}

// --- long-lived, RFC 9494 ----------------------------------------------------------------------------------

/// The session is up again with what RFC 9494 asks for; host 3 hears from host 1 and knows of it, 4 does not.
class LongLivedGracefulRestart : public GracefulRestart {
 protected:
  LongLivedGracefulRestart() {
    long_lived_stale_time = 600;
    hosts.clear();
    start(1);
    start(2);
    for (const unsigned number : {3u, 4u}) {
      hosts[number] = std::make_unique<Host>(world, number, 65000 + number);
      auto& host = *hosts[number];
      auto to_one = host.neighbor(1);
      to_one.graceful_restart.mode = number == 3 ? Mode::Helper : Mode::Disabled;
      host.add(to_one);
      auto from_one = one().neighbor(number, host.as());
      from_one.graceful_restart.mode = Mode::Helper;
      one().add(from_one);
    }
    world.run_for(10s);
  }
  bool is_marked(unsigned number, const std::string& text) {
    const auto view = hosts.at(number)->speaker().engine().destination(prefix(text));
    return view && view->paths[0].attributes->has_community(rib::kLlgrStale);
  }
};

TEST_F(LongLivedGracefulRestart, RoutesStayMarkedWhenTheRestartTimeIsOver) {
  const auto before = one().kernel();
  ASSERT_FALSE(hosts[4]->paths(kTwo).empty());
  kill_two();
  world.run_for(119s);
  EXPECT_FALSE(is_marked(1, kTwo));
  world.run_for(2s);

  for (const auto& text : {kTwo, kTwo6}) {
    EXPECT_TRUE(is_stale(text));
    EXPECT_TRUE(is_marked(1, text));
    EXPECT_TRUE(is_marked(3, text));
    EXPECT_EQ(hosts[4]->paths(text), "");
  }
  EXPECT_EQ(one().kernel(), before);
}

TEST_F(LongLivedGracefulRestart, TheyGoWhenTheirTimeIsOver) {
  kill_two();
  world.run_for(719s);
  EXPECT_TRUE(is_stale(kTwo));
  world.run_for(2s);

  EXPECT_EQ(one().paths(kTwo), "");
  EXPECT_EQ(one().paths(kTwo6), "");
  EXPECT_EQ(hosts[3]->paths(kTwo), "");
  EXPECT_EQ(one().speaker().stale_of(*one().peer(2)), nullptr);
}

TEST_F(LongLivedGracefulRestart, WhatIsAnnouncedAgainLosesItsMark) {
  two().announce(kThree);
  world.run_for(1s);
  const auto kernel = kill_two();
  world.run_for(200s);
  ASSERT_TRUE(is_marked(1, kThree));
  start(2, &kernel);  // without 10.1.3.0/24
  world.run_for(10s);

  EXPECT_FALSE(is_stale(kTwo));
  EXPECT_FALSE(is_marked(1, kTwo));
  EXPECT_FALSE(is_marked(3, kTwo6));
  EXPECT_FALSE(hosts[4]->paths(kTwo).empty());
  EXPECT_EQ(one().paths(kThree), "");
  world.run_for(700s);
  EXPECT_FALSE(one().paths(kTwo).empty());
}

TEST_F(LongLivedGracefulRestart, OneThatComesBackWithoutItsForwardingStateKeepsNothing) {
  kill_two();
  world.run_for(200s);
  start(2, nullptr, false);
  world.run_until([&] { return one().is_up(2); });
  world.run_for(1s);

  EXPECT_EQ(one().paths(kTwo6), "");
}

TEST_F(LongLivedGracefulRestart, OurBoundHoldsWithoutOneNothingStays) {
  auto settings = neighbor_of(one(), 2);
  settings.graceful_restart.long_lived_stale_time = 0;
  one().add(settings);
  one().peer(2)->clear(world.now());
  world.run_for(10s);
  ASSERT_TRUE(one().is_up(2));
  kill_two();
  world.run_for(121s);

  EXPECT_EQ(one().paths(kTwo), "");
}

}  // namespace
}  // namespace simulation
