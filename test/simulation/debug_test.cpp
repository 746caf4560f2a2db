// What `debug …` writes of two speakers that meet, speak and part.
#include <gmock/gmock.h>

#include "bgpd/debug/debug_log.hpp"
#include "test/simulation/host.hpp"

namespace simulation {
namespace {

using bgpd::debug::DebugLog;
using cli::DebugTopic;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class Counting final : public bgpd::Observer {
  using Peer = bgpd::session::Peer;

 public:
  int calls = 0;

  void state_changed(const Peer&, const bgpd::session::StateChange&) override { ++calls; }
  void message_passed(const Peer&, const bgpd::session::PassedMessage&) override { ++calls; }
  void attempt_failed(const Peer&, const std::string&) override { ++calls; }
  void update_received(const Peer&, rib::PeerHandle, const bgpd::wire::DecodedUpdate&) override { ++calls; }
  void update_sent(rib::GroupId, std::span<const Peer* const>, const rib::PathAttributes*,
                   std::span<const rib::Nlri>) override {
    ++calls;
  }
  bool wants(const rib::Prefix&) const override { return true; }
  void best_changed(const rib::EventView&) override { ++calls; }
  void next_hop_resolved(const rib::NextHopTable::Entry&) override { ++calls; }
};

class Debug : public testing::Test {
 protected:
  void turn_on(cli::DebugSwitches switches) {
    debug_.set_switches(std::move(switches));
    a_.speaker().set_observer(debug_.is_on() ? &debug_ : nullptr);
  }
  void meet() {
    a_.add(a_.neighbor(2));
    b_.add(b_.neighbor(1));
    world_.run_for(5s);
    ASSERT_TRUE(a_.is_up(2));
  }
  std::vector<std::string> told() {
    world_.run_for(1s);
    return std::exchange(lines_, {});
  }

  World world_;
  Host a_{world_, 1}, b_{world_, 2};
  boost::asio::io_context io_;
  std::vector<std::string> lines_;
  std::size_t names_asked_ = 0;  // by texts that are made
  DebugLog debug_{io_,
                  {.write = [this](std::string_view, std::string_view text) { lines_.emplace_back(text); },
                   .interface_name =
                       [this](std::uint32_t) {
                         ++names_asked_;
                         return std::string("eth0");
                       },
                   .engine = [this]() -> const rib::Engine& { return a_.speaker().engine(); }}};
};

TEST_F(Debug, NothingIsToldWithoutASwitch) {
  meet();
  b_.announce("10.1.2.0/24");
  EXPECT_THAT(told(), IsEmpty());
  turn_on({{DebugTopic::UpdatesIn}});
  turn_on({});
  b_.withdraw("10.1.2.0/24");
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(Debug, WhoDoesNotLookAnyMoreIsNotCalled) {
  Counting observer;
  a_.speaker().set_observer(&observer);
  meet();
  b_.announce("10.1.2.0/24");
  world_.run_for(1s);
  const auto calls = observer.calls;
  EXPECT_GT(calls, 0);

  a_.speaker().set_observer(nullptr);
  b_.announce("10.1.3.0/24");
  b_.withdraw("10.1.2.0/24");
  world_.run_for(5s);
  a_.peer(2)->clear(world_.now());
  world_.run_for(5s);

  EXPECT_EQ(observer.calls, calls);
}

TEST_F(Debug, NeighborEventsTellEachStepUpAndDown) {
  turn_on({{DebugTopic::NeighborEvents}});
  meet();
  EXPECT_THAT(lines_,
              Contains(HasSubstr("10.0.0.2 sending OPEN, version 4, AS 64512, holdtime 9, id 10.0.0.1")));
  EXPECT_THAT(lines_,
              Contains(HasSubstr("10.0.0.2 rcvd OPEN, version 4, AS 64512, holdtime 9, id 10.0.0.2")));
  EXPECT_THAT(told(), Contains(HasSubstr("10.0.0.2 [FSM] KeepAliveMsg (OpenConfirm->Established)")));
  a_.peer(2)->clear(world_.now());
  const auto lines = told();
  EXPECT_THAT(lines, Contains(HasSubstr("sending NOTIFICATION 6/4 (Cease/Administrative Reset)")));
  EXPECT_THAT(lines, Contains(HasSubstr("(Established->Idle)")));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("KEEPALIVE"))));
}

TEST_F(Debug, KeepalivesAreToldBothWaysOfTheNeighborAskedFor) {
  meet();
  turn_on({{DebugTopic::Keepalives, "10.0.0.9"}});
  world_.run_for(10s);
  EXPECT_THAT(told(), IsEmpty());
  turn_on({{DebugTopic::Keepalives, "10.0.0.2"}});
  world_.run_for(10s);
  const auto lines = told();
  EXPECT_THAT(lines, Contains("10.0.0.2 sending KEEPALIVE"));
  EXPECT_THAT(lines, Contains("10.0.0.2 rcvd KEEPALIVE"));
}

TEST_F(Debug, UpdatesInTellWhatIsAnnouncedAndWithdrawnInBothFamilies) {
  turn_on({{DebugTopic::UpdatesIn}});
  meet();
  lines_.clear();
  b_.announce("10.1.2.0/24");
  EXPECT_THAT(told(),
              ElementsAre("10.0.0.2 rcvd UPDATE w/ attr: nexthop 10.0.0.2, origin i, localpref 100, path ",
                          "10.0.0.2 rcvd 10.1.2.0/24 IPv4 unicast"));
  b_.withdraw("10.1.2.0/24");
  EXPECT_THAT(told(), ElementsAre("10.0.0.2 rcvd UPDATE about 10.1.2.0/24 IPv4 unicast -- withdrawn"));
  b_.announce("2001:db8:2::/64");
  EXPECT_THAT(told(), Contains("10.0.0.2 rcvd 2001:db8:2::/64 IPv6 unicast"));
  b_.withdraw("2001:db8:2::/64");
  EXPECT_THAT(told(), ElementsAre("10.0.0.2 rcvd UPDATE about 2001:db8:2::/64 IPv6 unicast -- withdrawn"));
}

TEST_F(Debug, ARouteThatIsNotAcceptedIsToldWithTheReason) {
  meet();
  turn_on({{DebugTopic::UpdatesOfPrefix, "", prefix("10.1.2.0/24")}});
  auto settings = a_.neighbor(2);
  settings.guard = {.is_mesh_member = true, .pools = {prefix("172.16.0.0/12")}, .refused = {}};
  a_.add(settings);
  b_.announce("10.1.2.0/24");
  b_.announce("10.1.3.0/24");
  const auto lines = told();
  EXPECT_THAT(lines, Contains(StartsWith("10.0.0.2 rcvd 10.1.2.0/24 IPv4 unicast -- DENIED due to: ")));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("10.1.3.0"))));
}

TEST_F(Debug, UpdatesOutTellWhoIsToldWhat) {
  meet();
  turn_on({{DebugTopic::UpdatesOut, "10.0.0.2"}});
  a_.announce("10.1.1.0/24");
  EXPECT_THAT(told(), ElementsAre(StartsWith("10.0.0.2 send UPDATE w/ attr: nexthop "),
                                  "10.0.0.2 send UPDATE 10.1.1.0/24 IPv4 unicast"));
  a_.withdraw("10.1.1.0/24");
  EXPECT_THAT(told(), ElementsAre("10.0.0.2 send UPDATE 10.1.1.0/24 IPv4 unicast -- unreachable"));
  turn_on({{DebugTopic::UpdatesOut, "10.0.0.9"}});
  a_.announce("2001:db8:1::/64");
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(Debug, BestPathTellsWhyOfTheNetworkAskedForAlone) {
  meet();
  turn_on({{DebugTopic::BestPath, "", prefix("10.1.2.0/24")}});
  b_.announce("10.1.2.0/24");
  b_.announce("10.1.3.0/24");
  EXPECT_THAT(told(),
              ElementsAre("10.1.2.0/24: best path is that of 10.0.0.2, nexthop 10.0.0.2, by First path "
                          "received; learned"));
  b_.withdraw("10.1.2.0/24");
  EXPECT_THAT(
      told(),
      ElementsAre("10.1.2.0/24: no best path any more; the one before was withdrawn; before: 10.0.0.2"));
}

TEST_F(Debug, ANextHopIsToldWhenItIsNewAndWhenItsAnswerChanges) {
  meet();
  turn_on({{DebugTopic::NextHops}});
  b_.announce("10.1.2.0/24");
  EXPECT_THAT(told(),
              ElementsAre("nexthop 10.0.0.2 is reachable through 10.0.0.0/24, metric 0, via 10.0.0.2 eth0"));
  rib::KernelRoute connected;
  connected.prefix = prefix("10.0.0.0/24");
  connected.source = rib::RouteSource::Connected;
  connected.protocol = 2;
  connected.next_hops = {{.gateway = std::nullopt, .interface_index = kEth0, .weight = 1, .onlink = false}};
  a_.speaker().with_engine([&](rib::Engine& engine) { engine.kernel_route_gone(connected, world_.now()); });
  EXPECT_THAT(told(), ElementsAre("nexthop 10.0.0.2 is unreachable"));
}

TEST_F(Debug, AFloodIsCutAndTheRestCounted) {
  meet();
  turn_on({{DebugTopic::UpdatesIn}});
  constexpr unsigned kRoutes = 2 * bgpd::debug::RateLimit::kBurst;
  for (unsigned i = 0; i < kRoutes; ++i)
    b_.announce("11." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".0/24");
  const auto lines = told();
  EXPECT_LT(lines.size(), kRoutes);
  EXPECT_THAT(lines, Each(HasSubstr("10.0.0.2 rcvd ")));
  io_.run();
  EXPECT_THAT(lines_, ElementsAre(AllOf(HasSubstr(" debug lines were left out"), Not(StartsWith("0 ")))));
}

TEST_F(Debug, NoTextIsMadeThatIsNotWritten) {
  constexpr unsigned kTimes = 20 * bgpd::debug::RateLimit::kBurst;
  rib::NextHopTable::Entry entry;
  entry.address = address_of(2);
  entry.resolved = true;
  entry.kernel_next_hops = {{address_of(2), kEth0}};
  const auto tell_often = [&] {
    for (unsigned i = 0; i < kTimes; ++i) debug_.next_hop_resolved(entry);
  };

  tell_often();
  EXPECT_EQ(names_asked_, 0) << "no switch is on";
  turn_on({{DebugTopic::Keepalives}});
  tell_often();
  EXPECT_EQ(names_asked_, 0) << "nor one of this topic";
  turn_on({{DebugTopic::NextHops}});
  tell_often();
  const auto written = lines_.size();
  EXPECT_GE(written, bgpd::debug::RateLimit::kBurst);
  EXPECT_LT(written, kTimes);
  EXPECT_EQ(names_asked_, written);
  io_.run();
  EXPECT_THAT(lines_.back(), StartsWith(std::to_string(kTimes - written) + " debug lines were left out"));
}

TEST_F(Debug, TheKernelsSideIsToldByTopic) {
  const std::vector<rib::FibChange> changes{
      {prefix("10.1.2.0/24"), rib::FibRoute{.next_hops = {{address_of(2), kEth0}}, .source = {}}},
      {prefix("10.1.3.0/24"), std::nullopt}};
  fib::KernelEvent written{}, link{}, address{};
  written.kind = fib::KernelEvent::Kind::Written;
  written.results = {{prefix("10.1.2.0/24"), true, 0, ""},
                     {prefix("10.1.3.0/24"), false, 22, "Invalid argument"}};
  link.kind = fib::KernelEvent::Kind::LinkGone;
  link.link.name = "veth7";
  address.kind = fib::KernelEvent::Kind::AddressAdded;
  address.address = {kEth0, *IpAddress::parse("2001:db8::7"), 64, false};
  const auto tell_all = [&] {
    debug_.fib_changes(changes);
    for (const auto& event : {written, link, address}) debug_.kernel_event(event);
    return told();
  };

  EXPECT_THAT(tell_all(), IsEmpty());
  turn_on({{DebugTopic::ZebraKernel}});
  EXPECT_THAT(tell_all(),
              ElementsAre("the kernel took 10.1.2.0/24", "the kernel refused 10.1.3.0/24: Invalid argument"));
  turn_on({{DebugTopic::ZebraEvents}});
  EXPECT_THAT(tell_all(), ElementsAre("link veth7 is gone", "address 2001:db8::7/64 of eth0"));
  turn_on({{DebugTopic::BgpZebra, "", prefix("10.1.3.0/24")}});
  EXPECT_THAT(tell_all(), ElementsAre("to the kernel: remove 10.1.3.0/24"));
  turn_on({{DebugTopic::ZebraRib}});
  EXPECT_THAT(tell_all(), ElementsAre("to the kernel: install 10.1.2.0/24 via 10.0.0.2 eth0",
                                      "to the kernel: remove 10.1.3.0/24"));
}

TEST_F(Debug, AnotherTablesRoutesAreToldWithItsName) {
  const auto tell_all = [&] {
    rib::FibChange remove;
    remove.prefix = prefix("10.1.3.0/24");
    debug_.fib_changes({&remove, 1}, "table 100");
    fib::KernelEvent written{};
    written.kind = fib::KernelEvent::Kind::Written;
    written.results = {{.prefix = prefix("10.1.2.0/24"), .installed = true, .error = 0, .text = {}},
                       {.prefix = prefix("10.1.3.0/24"), .installed = false, .error = 22, .text = "no"}};
    debug_.kernel_event(written, "VRF red");
    return told();
  };

  turn_on({{DebugTopic::ZebraRib}, {DebugTopic::ZebraKernel}});
  EXPECT_THAT(tell_all(), ElementsAre("to the kernel: remove 10.1.3.0/24 in table 100",
                                      "the kernel took 10.1.2.0/24 in VRF red",
                                      "the kernel refused 10.1.3.0/24 in VRF red: no"));
  turn_on({{DebugTopic::BgpZebra}});
  EXPECT_THAT(tell_all(), IsEmpty()) << "BGP's routes are in the daemon's own";
}

}  // namespace
}  // namespace simulation
