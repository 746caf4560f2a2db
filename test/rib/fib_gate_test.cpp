// `bgp suppress-fib-pending`: what neighbors hear waits for the kernel's answer.
#include <gmock/gmock.h>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class FibGate : public testing::TestWithParam<Family> {
 protected:
  FibGate() { node_.settle(); }

  static Speaker suppressing() {
    auto s = speaker();
    s.suppress_fib_pending = true;
    return s;
  }
  bool is_v4() const { return GetParam() == Family::Ipv4Unicast; }
  std::string route() const { return is_v4() ? "10.1.0.0/16" : "fd01::/48"; }
  AttributesBuilder via(int host) const {
    return attributes().via((is_v4() ? "192.0.2." : "2001:db8::") + std::to_string(host));
  }
  void announce(PeerHandle from, const PathAttributes& attributes) {
    const Nlri nlri{prefix(route()), 0};
    node_.announce(from, attributes, std::span(&nlri, 1));
    node_.settle();
  }
  void withdraw(PeerHandle from) {
    node_.withdraw(from, {route()});
    node_.settle();
  }
  void answer(bool installed, int error = 0) {
    node_.engine.fib_result({.prefix = prefix(route()), .installed = installed, .error = error, .text = "no"},
                            node_.now);
    node_.settle();
  }
  const PeersPlayed::Held& held(PeerHandle peer) { return node_.output.of(peer, GetParam()); }
  void turn(bool on) {
    auto s = suppressing();
    s.suppress_fib_pending = on;
    node_.engine.set_speaker(s, node_.now);
    node_.settle();
  }

  Node node_{suppressing()};
  PeerHandle a_ = node_.up(peer("192.0.2.1")), b_ = node_.up(client("192.0.2.2")),
             c_ = node_.up(client("192.0.2.3"));
};

TEST_P(FibGate, TellsARouteWhenTheKernelHasIt) {
  announce(a_, via(1));
  EXPECT_THAT(held(b_), IsEmpty());
  EXPECT_EQ(node_.engine.export_state(b_, prefix(route())), ExportState::NotInKernel);

  answer(true);
  EXPECT_EQ(held(b_).size(), 1u);
  EXPECT_EQ(node_.engine.export_state(b_, prefix(route())), ExportState::Sent);

  withdraw(a_);  // at once: nobody is to send packets that the kernel has no route for
  EXPECT_THAT(held(b_), IsEmpty());
}

TEST_P(FibGate, LetsTheFormerRouteStandUntilThen) {
  announce(a_, via(1).path({1, 2, 3}));
  answer(true);
  announce(c_, via(3).path({1}));
  EXPECT_EQ(held(b_).begin()->second.as_path, AsPath::sequence({1, 2, 3}));

  answer(true);
  EXPECT_EQ(held(b_).begin()->second.as_path, AsPath::sequence({1}));
  EXPECT_THAT(held(c_), IsEmpty());
  EXPECT_THAT(node_.output.log, Not(Contains("withdraw group " + route())));
}

TEST_P(FibGate, TellsNothingThatTheKernelRefused) {
  announce(a_, via(1));
  answer(true);
  answer(false, 17);  // somebody put a route of the same metric there
  EXPECT_THAT(held(b_), IsEmpty());
  EXPECT_EQ(node_.engine.export_state(b_, prefix(route())), ExportState::NotInKernel);
  const auto late = node_.up(client("192.0.2.9"));
  node_.settle();
  EXPECT_THAT(held(late), IsEmpty());

  answer(true);
  EXPECT_EQ(held(b_).size(), 1u);
  EXPECT_EQ(held(late).size(), 1u);
}

TEST_P(FibGate, WaitsAgainWithOtherNextHopsOfARefusedRoute) {
  announce(a_, attributes().via(is_v4() ? "198.51.100.1" : "2001:db8:1::1"));
  const std::string_view net = is_v4() ? "198.51.100.0/24" : "2001:db8:1::/64";
  node_.engine.kernel_route(kernel_route(net, is_v4() ? "192.0.2.8" : "2001:db8::8"), node_.now);
  node_.settle();
  answer(false, 17);
  node_.engine.kernel_route(kernel_route(net, is_v4() ? "192.0.2.9" : "2001:db8::9"), node_.now);
  node_.settle();
  EXPECT_THAT(held(b_), IsEmpty());
  answer(true);
  EXPECT_EQ(held(b_).size(), 1u);
}

TEST_P(FibGate, ReachesWhoJoinedMeanwhile) {
  announce(a_, via(1).path({1, 2}));
  answer(true);
  announce(a_, via(3).path({1}));
  const auto late = node_.up(client("192.0.2.9"));
  node_.settle();
  EXPECT_THAT(held(late), IsEmpty());

  answer(true);
  EXPECT_EQ(held(late).begin()->second.as_path, AsPath::sequence({1}));
  EXPECT_EQ(held(b_), held(late));
}

TEST_P(FibGate, KeepsTheFormerSourceOutOfTheWithdraw) {
  announce(a_, via(1));
  answer(true);
  announce(c_, via(3).preference(200));
  node_.down(a_);  // while the kernel works; its number must not go to another
  node_.settle();
  const auto other = node_.up(client("192.0.2.9"));
  withdraw(c_);

  EXPECT_THAT(held(b_), IsEmpty());
  EXPECT_THAT(held(other), IsEmpty());
  EXPECT_FALSE(node_.engine.has_work());
}

TEST_P(FibGate, DoesNotWaitWithOtherNextHopsOfAKnownRoute) {
  announce(a_, attributes().via(is_v4() ? "198.51.100.1" : "2001:db8:1::1"));
  const std::string_view first = is_v4() ? "192.0.2.8" : "2001:db8::8",
                         second = is_v4() ? "192.0.2.9" : "2001:db8::9";
  const std::string_view net = is_v4() ? "198.51.100.0/24" : "2001:db8:1::/64";
  node_.engine.kernel_route(kernel_route(net, first), node_.now);
  node_.settle();
  answer(true);
  node_.output.log.clear();
  node_.engine.kernel_route(kernel_route(net, second), node_.now);
  node_.settle();
  answer(true);

  EXPECT_EQ(node_.output.fib.at(prefix(route())).next_hops[0].gateway, address(second));
  EXPECT_THAT(node_.output.log, IsEmpty());
}

TEST_P(FibGate, OwnRoutesAndThoseOfOthersInTheKernelNeedNoAnswer) {
  node_.originate(route());
  node_.settle();
  EXPECT_EQ(held(b_).size(), 1u);
  node_.withdraw_local(route());
  auto foreign = kernel_route(route(), is_v4() ? "192.0.2.9" : "2001:db8::9");
  node_.engine.kernel_route(foreign, node_.now);
  announce(a_, via(1));
  EXPECT_EQ(held(b_).size(), 1u);  // the kernel forwards by the other's route
}

TEST_P(FibGate, TellsNothingThatPolicyKeepsFromTheKernel) {
  announce(a_, via(1));
  answer(true);
  PolicyDefinitions definitions;
  definitions.route_maps["NONE"].clauses[10].permit = false;
  node_.engine.set_policies(definitions, node_.now);
  node_.engine.set_install_map(GetParam(), "NONE", node_.now);
  node_.settle();
  EXPECT_THAT(held(b_), IsEmpty());
  EXPECT_EQ(node_.engine.export_state(b_, prefix(route())), ExportState::NotInKernel);

  node_.engine.set_install_map(GetParam(), "", node_.now);
  node_.settle();
  EXPECT_THAT(held(b_), IsEmpty());
  answer(true);
  EXPECT_EQ(held(b_).size(), 1u);
}

TEST_P(FibGate, TellsNothingOfDistance255) {
  auto s = suppressing();
  s.families[index_of(GetParam())].distance_internal = 255;
  node_.engine.set_speaker(s, node_.now);
  announce(a_, via(1));
  EXPECT_EQ(node_.fib_state(route()), FibState::NotForUse);
  EXPECT_THAT(held(b_), IsEmpty());

  node_.engine.set_speaker(suppressing(), node_.now);
  node_.settle();
  answer(true);
  EXPECT_EQ(held(b_).size(), 1u);
}

TEST_P(FibGate, TheEndOfAnIntervalTellsNothingThatWaits) {
  auto up = client("192.0.2.9");
  for (auto& profile : up.exports) profile->advertisement_interval = std::chrono::seconds(10);
  const auto slow = node_.up(up);
  const auto pass = [&] {
    node_.now += std::chrono::seconds(10);
    node_.engine.release_held_back(node_.now);
    node_.settle();
  };
  announce(a_, via(1).with_med(1));
  answer(true);
  pass();
  announce(a_, via(1).with_med(2));  // held back
  announce(a_, via(3).with_med(3));  // and now for the kernel
  pass();
  ASSERT_EQ(held(slow).size(), 1u);
  EXPECT_NE(held(slow).begin()->second.med, 3u);

  answer(true);
  pass();
  EXPECT_EQ(held(slow).begin()->second.med, 3u);
}

TEST_P(FibGate, CanBeTurnedOnAndOff) {
  turn(false);
  announce(a_, via(1));
  EXPECT_EQ(held(b_).size(), 1u);
  turn(true);
  EXPECT_EQ(held(b_).size(), 1u);  // told already: it stays until the kernel says no
  answer(false, 13);
  EXPECT_THAT(held(b_), IsEmpty());
  turn(false);
  EXPECT_EQ(held(b_).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Families, FibGate, testing::ValuesIn(kFamilies), [](const auto& parameter) {
  return parameter.param == Family::Ipv4Unicast ? "Ipv4" : "Ipv6";
});

}  // namespace
}  // namespace test
