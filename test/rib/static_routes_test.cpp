// `ip route`: what static routes resolve to, and who wins.
#include <gmock/gmock.h>

#include "rib/static_routes.hpp"
#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StaticRoute : public testing::TestWithParam<Family> {
 protected:
  bool is_v4() const { return GetParam() == Family::Ipv4Unicast; }
  std::string of(std::string_view v4, std::string_view v6) const { return std::string(is_v4() ? v4 : v6); }
  std::string route() const { return of("10.1.0.0/16", "fd01::/48"); }
  std::string host(int n) const { return of("192.0.2.", "2001:db8::") + std::to_string(n); }

  StaticNextHop via(const std::string& gateway, std::uint8_t distance = 1) const {
    StaticNextHop line;
    line.gateway = address(gateway);
    line.distance = distance;
    return line;
  }
  StaticNextHop over(const std::string& name, std::uint32_t index, bool is_usable = true) const {
    StaticNextHop line;
    line.interface_name = name;
    line.interface_index = index;
    line.is_usable = is_usable;
    return line;
  }
  StaticNextHop discard(RouteType type) const {
    StaticNextHop line;
    line.type = type;
    return line;
  }
  void set(const std::string& text, std::vector<StaticNextHop> lines) {
    if (lines.empty())
      lines_.erase(prefix(text));
    else
      lines_[prefix(text)] = std::move(lines);
    node_.engine.set_static_routes(lines_, node_.now);
    EXPECT_TRUE(node_.settle());
  }
  void answer(const std::string& text, bool installed) {
    node_.engine.fib_result(
        {.prefix = prefix(text), .installed = installed, .error = installed ? 0 : 22, .text = ""}, node_.now);
  }
  NextHop hop(const std::string& gateway, std::uint32_t interface_index = 2) const {
    return {.gateway = address(gateway), .interface_index = interface_index};
  }
  bool is_in_kernel(const std::string& text) const { return node_.output.fib.contains(prefix(text)); }
  const FibRoute& kernel(const std::string& text) const { return node_.output.fib.at(prefix(text)); }
  void announce(PeerHandle from, int next_hop, const std::string& text) {
    const Nlri nlri{prefix(text), 0};
    node_.announce(from, attributes().via(host(next_hop)), std::span(&nlri, 1));
    node_.settle();
  }

  Node node_;
  std::map<Prefix, std::vector<StaticNextHop>> lines_;
};

TEST_P(StaticRoute, GoesByItsGatewaysLink) {
  set(route(), {via(host(7))});
  EXPECT_THAT(kernel(route()).next_hops, ElementsAre(hop(host(7))));

  set(route(), {via(host(8))});
  EXPECT_THAT(kernel(route()).next_hops, ElementsAre(hop(host(8))));

  set(route(), {});
  EXPECT_FALSE(is_in_kernel(route()));
}

TEST_P(StaticRoute, FollowsTheRoutesToItsGateway) {
  const auto net = of("198.51.100.0/24", "2001:db8:1::/64");
  set(route(), {via(of("198.51.100.9", "2001:db8:1::9"))});
  EXPECT_FALSE(is_in_kernel(route()));

  node_.engine.kernel_route(kernel_route(net, host(3)), node_.now);
  node_.settle();
  EXPECT_THAT(kernel(route()).next_hops, ElementsAre(hop(host(3))));

  auto down = kernel_route(net, host(3));
  down.usable = false;
  node_.engine.kernel_route(down, node_.now);
  node_.settle();
  EXPECT_FALSE(is_in_kernel(route()));

  node_.engine.kernel_route(kernel_route(net, host(3)), node_.now);
  node_.settle();
  EXPECT_TRUE(is_in_kernel(route()));
  node_.engine.kernel_route_gone(kernel_route(net, host(3)), node_.now);
  node_.settle();
  EXPECT_FALSE(is_in_kernel(route()));
}

TEST_P(StaticRoute, ResolvesThroughAnotherOne) {
  set(of("198.51.100.0/24", "2001:db8:1::/64"), {via(host(3))});
  set(route(), {via(of("198.51.100.9", "2001:db8:1::9"))});
  EXPECT_THAT(kernel(route()).next_hops, ElementsAre(hop(host(3))));

  set(of("198.51.100.0/24", "2001:db8:1::/64"), {});
  EXPECT_FALSE(is_in_kernel(route()));
}

TEST_P(StaticRoute, TwoThatResolveThroughOneAnotherHangInTheAir) {
  const auto a = of("10.1.0.0/16", "fd01::/48"), b = of("10.2.0.0/16", "fd02::/48");
  const auto link = of("10.2.0.0/24", "fd02::/64");
  node_.engine.kernel_route(connected(link, 5), node_.now);
  set(a, {via(of("10.2.0.1", "fd02::1"))});
  set(b, {via(of("10.1.0.1", "fd01::1"))});
  EXPECT_TRUE(is_in_kernel(a));
  EXPECT_TRUE(is_in_kernel(b));

  node_.engine.kernel_route_gone(connected(link, 5), node_.now);
  node_.settle();
  EXPECT_THAT(node_.output.fib, IsEmpty());
}

TEST_P(StaticRoute, OfEqualDistanceShareAndOfGreaterStandBy) {
  set(route(), {via(host(7)), via(host(8)), over("tun0", 9, true)});
  EXPECT_EQ(kernel(route()).next_hops.size(), 3u);

  auto backup = discard(RouteType::Unreachable);
  backup.distance = 200;
  set(route(), {over("tun0", 9, false), backup});
  EXPECT_EQ(kernel(route()).type, RouteType::Unreachable);
  set(route(), {over("tun0", 9, true), backup});
  EXPECT_EQ(kernel(route()).type, RouteType::Unicast);
  EXPECT_THAT(kernel(route()).next_hops, ElementsAre(NextHop{.gateway = std::nullopt, .interface_index = 9}));
}

TEST_P(StaticRoute, Null0AndRejectNeedNoNextHop) {
  set(route(), {discard(RouteType::Blackhole)});
  EXPECT_EQ(kernel(route()).type, RouteType::Blackhole);
  set(route(), {discard(RouteType::Unreachable)});
  EXPECT_EQ(kernel(route()).type, RouteType::Unreachable);
}

TEST_P(StaticRoute, ContendsWithBgpByDistance) {
  const auto a = node_.up(peer("192.0.2.1", 65001));  // external: 20
  announce(a, 1, route());
  EXPECT_THAT(kernel(route()).next_hops, ElementsAre(hop(host(1))));

  set(route(), {via(host(7))});  // 1
  EXPECT_THAT(kernel(route()).next_hops, ElementsAre(hop(host(7))));
  EXPECT_EQ(node_.fib_state(route()), FibState::LosesToStatic);

  set(route(), {via(host(7), 250)});
  EXPECT_THAT(kernel(route()).next_hops, ElementsAre(hop(host(1))));

  node_.withdraw(a, {route()});  // the floating one takes its place
  node_.settle();
  EXPECT_THAT(kernel(route()).next_hops, ElementsAre(hop(host(7))));
  announce(a, 1, route());
  EXPECT_THAT(kernel(route()).next_hops, ElementsAre(hop(host(1))));

  set(route(), {via(host(7))});
  set(route(), {});
  EXPECT_THAT(kernel(route()).next_hops, ElementsAre(hop(host(1))));
}

TEST_P(StaticRoute, AnAnswerIsForTheRouteThatWasToldLast) {
  auto suppressing = speaker();
  suppressing.suppress_fib_pending = true;
  node_.engine.set_speaker(suppressing, node_.now);
  const auto a = node_.up(peer("192.0.2.1", 65001)), b = node_.up(peer("192.0.2.2"));
  set(route(), {via(host(7), 250)});
  answer(route(), true);

  const Nlri nlri{prefix(route()), 0};
  node_.announce(a, attributes().via(host(1)), std::span(&nlri, 1));
  while (kernel(route()).next_hops != std::vector{hop(host(1))}) node_.engine.run(1000, node_.now);
  answer(route(), true);  // before anything else is done
  node_.settle();
  EXPECT_EQ(node_.fib_state(route()), FibState::Installed);
  EXPECT_EQ(node_.output.of(b, GetParam()).count(prefix(route())), 1u);

  node_.withdraw(a, {route()});
  while (kernel(route()).next_hops != std::vector{hop(host(7))}) node_.engine.run(1000, node_.now);
  answer(route(), true);
  node_.settle();
  const auto views = node_.engine.routes_for(prefix(route()));
  ASSERT_EQ(views.size(), 1u);
  EXPECT_TRUE(views[0].installed);
}

TEST_P(StaticRoute, GivesThePlaceBackToBgpWhenItGoesAtOnce) {
  const auto a = node_.up(peer("192.0.2.1", 65001));
  announce(a, 1, route());
  const auto many = of("10.8.0.0/16", "fd08::/48"), more = of("10.9.0.0/16", "fd09::/48");
  for (const auto& text : {many, more}) {
    const Nlri nlri{prefix(text), 0};
    node_.announce(a, attributes().via(host(1)), std::span(&nlri, 1));
  }
  node_.engine.set_static_routes({{prefix(route()), {via(host(7))}}}, node_.now);
  node_.engine.run(1, node_.now);  // less than there is to tell
  EXPECT_THAT(kernel(route()).next_hops, ElementsAre(hop(host(7))));

  set(route(), {});
  EXPECT_THAT(kernel(route()).next_hops, ElementsAre(hop(host(1))));
}

TEST_P(StaticRoute, LeavesOthersRoutesAlone) {
  const auto foreign = kernel_route(route(), host(3));
  node_.engine.kernel_route(foreign, node_.now);
  set(route(), {via(host(7))});
  EXPECT_FALSE(is_in_kernel(route()));

  node_.engine.kernel_route_gone(foreign, node_.now);
  node_.settle();
  EXPECT_TRUE(is_in_kernel(route()));
  node_.engine.kernel_route(foreign, node_.now);
  node_.settle();
  EXPECT_FALSE(is_in_kernel(route()));
}

TEST_P(StaticRoute, CarriesBgpsNextHops) {
  set(of("198.51.100.0/24", "2001:db8:1::/64"), {via(host(3))});
  const auto a = node_.up(peer("192.0.2.1"));
  const Nlri nlri{prefix(route()), 0};
  node_.announce(a, attributes().via(of("198.51.100.1", "2001:db8:1::1")), std::span(&nlri, 1));
  node_.settle();
  EXPECT_THAT(kernel(route()).next_hops, ElementsAre(hop(host(3))));

  set(of("198.51.100.0/24", "2001:db8:1::/64"), {});
  EXPECT_FALSE(is_in_kernel(route()));
}

TEST_P(StaticRoute, IsRedistributed) {
  const auto b = node_.up(client("192.0.2.2"));
  node_.engine.set_redistribution(GetParam(), RouteSource::Static, RedistributionRule{}, node_.now);
  set(route(), {via(host(7))});
  EXPECT_EQ(node_.output.of(b, GetParam()).count(prefix(route())), 1u);
  EXPECT_TRUE(is_in_kernel(route()));

  set(route(), {over("tun0", 9, false)});
  EXPECT_EQ(node_.output.of(b, GetParam()).count(prefix(route())), 0u);
}

TEST_P(StaticRoute, ItsTagIsMatchedAndShownAndNothingToTheKernel) {
  const auto b = node_.up(client("192.0.2.2"));
  PolicyDefinitions definitions;
  definitions.route_maps["TAGGED"].clauses[10].match.tag = 7;
  node_.engine.set_policies(definitions, node_.now);
  node_.engine.set_redistribution(GetParam(), RouteSource::Static,
                                  RedistributionRule{.metric = {}, .route_map = "TAGGED"}, node_.now);
  auto line = via(host(7));
  set(route(), {line});
  EXPECT_EQ(node_.output.of(b, GetParam()).count(prefix(route())), 0u);

  const auto writes = node_.output.fib_writes;
  line.tag = 7;
  set(route(), {line});
  EXPECT_EQ(node_.output.of(b, GetParam()).count(prefix(route())), 1u);
  EXPECT_EQ(node_.engine.routes_for(prefix(route()))[0].tag, 7u);
  line.tag = 8;
  set(route(), {line});
  EXPECT_EQ(node_.output.of(b, GetParam()).count(prefix(route())), 0u);
  EXPECT_EQ(node_.output.fib_writes, writes);
}

TEST_P(StaticRoute, Distance255IsNotForUse) {
  const auto a = node_.up(peer("192.0.2.1", 65001));
  auto s = speaker();
  s.families[index_of(GetParam())].distance_external = 255;
  node_.engine.set_speaker(s, node_.now);
  set(route(), {via(host(7), 255)});
  EXPECT_FALSE(is_in_kernel(route()));
  EXPECT_EQ(node_.engine.routes_for(prefix(route()))[0].fib, FibState::NotForUse);
  announce(a, 1, route());
  EXPECT_EQ(node_.fib_state(route()), FibState::NotForUse);

  const auto through = of("10.9.0.0/16", "fd09::/48");
  set(through, {via(of("10.1.0.1", "fd01::1"))});
  EXPECT_FALSE(is_in_kernel(through));
  set(route(), {via(host(7), 254)});
  EXPECT_TRUE(is_in_kernel(route()));
  EXPECT_TRUE(is_in_kernel(through));
}

TEST_P(StaticRoute, SaysToWhomItLoses) {
  const auto state = [&] {
    for (const auto& view : node_.engine.routes_for(prefix(route())))
      if (view.source == RouteSource::Static) return view.fib;
    return FibState::None;
  };
  const auto a = node_.up(peer("192.0.2.1", 65001));
  set(route(), {via(host(7), 250)});
  EXPECT_EQ(state(), FibState::Pending);
  announce(a, 1, route());
  EXPECT_EQ(state(), FibState::LosesToBgp);

  node_.engine.kernel_route(kernel_route(route(), host(3)), node_.now);
  node_.settle();
  EXPECT_EQ(state(), FibState::LosesToKernel);
  node_.engine.kernel_route(connected(route()), node_.now);
  node_.engine.kernel_route_gone(kernel_route(route(), host(3)), node_.now);
  node_.settle();
  EXPECT_EQ(state(), FibState::LosesToConnected);
}

TEST_P(StaticRoute, ItsComingAndGoingAsAWinnerIsCounted) {
  const auto a = node_.up(peer("192.0.2.1", 65001));
  set(route(), {via(host(7), 250)});
  const auto won = node_.engine.statics_version();
  announce(a, 1, route());
  const auto lost = node_.engine.statics_version();
  EXPECT_NE(won, lost);
  announce(a, 1, of("10.8.0.0/16", "fd08::/48"));
  EXPECT_EQ(node_.engine.statics_version(), lost);
  node_.withdraw(a, {route()});
  node_.settle();
  EXPECT_NE(node_.engine.statics_version(), lost);
}

TEST(StaticRoutes, LookAgainWhenAKernelRouteCoversAGatewayOnly) {
  KernelRoutes kernel;
  StaticRoutes routes(kernel);
  StaticNextHop four, six, link;
  four.gateway = address("192.0.2.7");
  six.gateway = address("2001:db8::7");
  link.gateway = address("198.51.100.7");
  link.interface_name = "tun0";
  link.interface_index = 9;
  routes.set({{prefix("10.1.0.0/16"), {four, link}}, {prefix("fd01::/48"), {six}}});
  routes.refresh();
  const auto asks = [&](std::string_view text) {
    routes.surroundings_changed(prefix(text));
    const bool asked = routes.needs_refresh();
    if (asked) routes.refresh();
    return asked;
  };
  for (const auto* text :
       {"192.0.3.0/24", "192.0.2.8/32", "10.1.0.0/16", "198.51.100.0/24", "2001:db8:1::/48"})
    EXPECT_FALSE(asks(text)) << text;
  for (const auto* text : {"192.0.2.0/24", "192.0.2.7/32", "0.0.0.0/0", "2001:db8::/64", "::/0"})
    EXPECT_TRUE(asks(text)) << text;
}

TEST_P(StaticRoute, IsShownWithItsState) {
  set(route(), {via(host(7), 5)});
  auto views = node_.engine.routes_for(prefix(route()));
  ASSERT_EQ(views.size(), 1u);
  EXPECT_EQ(views[0].source, RouteSource::Static);
  EXPECT_EQ(views[0].distance, 5);
  EXPECT_TRUE(views[0].selected);
  EXPECT_EQ(views[0].fib, FibState::Pending);

  answer(route(), true);
  EXPECT_TRUE(node_.engine.routes_for(prefix(route()))[0].installed);
  answer(route(), false);
  EXPECT_EQ(node_.engine.routes_for(prefix(route()))[0].error, 22);

  set(route(), {via(of("203.0.113.1", "2001:db8:9::1"))});  // no way there
  views = node_.engine.routes(GetParam(), std::nullopt, 100);
  const auto shown = std::ranges::find(views, prefix(route()), &RouteView::prefix);
  ASSERT_NE(shown, views.end());
  EXPECT_FALSE(shown->selected);
  EXPECT_THAT(shown->next_hops, IsEmpty());
}

TEST_P(StaticRoute, AFloatingOneWaitsForBgpAfterARestart) {
  node_.engine.defer_selection(true);
  set(route(), {via(host(7), 250)});
  set(of("10.9.0.0/16", "fd09::/48"), {via(host(7))});
  EXPECT_FALSE(is_in_kernel(route()));  // BGP's route of a former life is there, and may be better
  EXPECT_TRUE(is_in_kernel(of("10.9.0.0/16", "fd09::/48")));

  node_.engine.defer_selection(false);
  node_.settle();
  EXPECT_TRUE(is_in_kernel(route()));
}

TEST_P(StaticRoute, BgpsRoutesGetTheSourceOfTheRouteMap) {
  const auto source = of("10.255.0.1", "fd00::1");
  PolicyDefinitions definitions;
  auto& clauses = definitions.route_maps["SRC"].clauses;
  clauses[10].match.address[index_of(GetParam())].prefix_list = "OUT";
  clauses[10].permit = false;
  clauses[20].set.source = address(source);
  const auto out = of("10.66.0.0/16", "fd66::/48");
  definitions.prefix_lists[index_of(GetParam())]["OUT"].rules[5] = {.permit = true, .prefix = prefix(out)};
  node_.engine.set_policies(definitions, node_.now);
  const auto a = node_.up(peer("192.0.2.1"));
  announce(a, 1, route());
  announce(a, 1, out);
  EXPECT_EQ(kernel(route()).source, std::nullopt);
  EXPECT_TRUE(is_in_kernel(out));

  node_.engine.set_install_map(GetParam(), "SRC", node_.now);
  node_.settle();
  EXPECT_EQ(kernel(route()).source, address(source));
  EXPECT_FALSE(is_in_kernel(out));
  EXPECT_EQ(node_.fib_state(out), FibState::PolicyDenied);

  definitions.route_maps["SRC"].clauses.erase(10);
  node_.engine.set_policies(definitions, node_.now);
  node_.settle();
  EXPECT_TRUE(is_in_kernel(out));

  node_.engine.set_install_map(GetParam(), "", node_.now);
  node_.settle();
  EXPECT_EQ(kernel(route()).source, std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Families, StaticRoute, testing::ValuesIn(kFamilies), [](const auto& parameter) {
  return parameter.param == Family::Ipv4Unicast ? "Ipv4" : "Ipv6";
});

}  // namespace
}  // namespace test
