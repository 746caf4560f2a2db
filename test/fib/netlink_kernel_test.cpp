// The real kernel in a private network namespace: needs CAP_SYS_ADMIN, skipped without.
#include "fib/netlink_kernel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "fib/cleanup.hpp"
#include "test/fib/network_namespace.hpp"

namespace fib::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using Kind = KernelEvent::Kind;

class NetlinkKernelTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!space_.problem().empty()) GTEST_SKIP() << space_.problem();
    ASSERT_TRUE(
        run("ip link add eth0 type veth peer name far0 && ip link add eth1 type veth peer name far1 && "
            "sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 "
            "net.ipv6.conf.eth0.accept_dad=0 net.ipv6.conf.eth1.accept_dad=0 && "
            "ip link set eth0 up && ip link set far0 up && ip link set eth1 up && ip link set far1 up && "
            "ip addr add 192.0.2.1/24 dev eth0 && ip addr add 2001:db8::1/64 dev eth0 nodad && "
            "ip addr add 198.51.100.1/24 dev eth1 && ip addr add 2001:db8:1::1/64 dev eth1 nodad"));
  }

 private:
  NetworkNamespace space_;
};

class NetlinkKernelFamilyTest : public NetlinkKernelTest, public testing::WithParamInterface<FamilyCase> {
 protected:
  std::string ip(const std::string& rest) const { return std::string(GetParam().ip) + " " + rest; }
  const std::string prefix_ = GetParam().prefix, other_prefix_ = GetParam().other_prefix;
  const std::string gateway_ = GetParam().gateway, other_gateway_ = GetParam().other_gateway;
  const std::string far_gateway_ = GetParam().far_gateway;
};
INSTANTIATE_TEST_SUITE_P(Families, NetlinkKernelFamilyTest, testing::Values(kIpv4, kIpv6),
                         [](const auto& parameter) { return parameter.param.name; });

TEST_P(NetlinkKernelFamilyTest, InstallsReplacesAndWithdraws) {
  Owner owner;
  ASSERT_TRUE(owner.start());

  owner.desire(prefix_, {owner.via(gateway_, "eth0")});
  ASSERT_TRUE(owner.wait_for([&] { return owner.is_installed(prefix_); }));
  EXPECT_THAT(Owner::kernel_routes(prefix_), HasSubstr("via " + gateway_ + " dev eth0 proto 75"));
  EXPECT_THAT(Owner::kernel_routes(prefix_), HasSubstr("metric 20"));

  owner.desire(prefix_, {owner.via(other_gateway_, "eth0")});
  ASSERT_TRUE(owner.kernel_shows(prefix_, other_gateway_));
  EXPECT_THAT(Owner::kernel_routes(prefix_), Not(HasSubstr(gateway_ + " ")));

  owner.withdraw(prefix_);
  EXPECT_TRUE(owner.kernel_shows_nothing(prefix_));
  EXPECT_TRUE(owner.wait_for([&] { return !owner.is_installed(prefix_); }));
}

TEST_P(NetlinkKernelFamilyTest, ReplacesSeveralNextHopsByOneAndBack) {
  Owner owner;
  ASSERT_TRUE(owner.start());

  owner.desire(prefix_, {owner.via(gateway_, "eth0"), owner.via(far_gateway_, "eth1", 3)});
  ASSERT_TRUE(owner.kernel_shows(prefix_, "weight 3"));
  owner.desire(prefix_, {owner.via(other_gateway_, "eth0")});
  ASSERT_TRUE(owner.kernel_shows(prefix_, other_gateway_));
  EXPECT_THAT(Owner::kernel_routes(prefix_), Not(HasSubstr("weight")));
  owner.desire(prefix_, {owner.via(other_gateway_, "eth0"), owner.via(gateway_, "eth0"),
                         owner.via(far_gateway_, "eth1")});
  ASSERT_TRUE(owner.kernel_shows(prefix_, far_gateway_));
  EXPECT_THAT(Owner::kernel_routes(prefix_), HasSubstr(gateway_));
  EXPECT_THAT(Owner::kernel_routes(prefix_), HasSubstr(other_gateway_));

  owner.withdraw(prefix_);
  EXPECT_TRUE(owner.kernel_shows_nothing(prefix_));
}

TEST_P(NetlinkKernelFamilyTest, ReplacesGatewaysByABlackholeAndBackWithoutLeavingTwo) {
  Owner owner;
  ASSERT_TRUE(owner.start());

  for (const auto type : {rib::RouteType::Blackhole, rib::RouteType::Unreachable, rib::RouteType::Prohibit}) {
    owner.desire(prefix_, {owner.via(gateway_, "eth0"), owner.via(far_gateway_, "eth1")});
    ASSERT_TRUE(owner.kernel_shows(prefix_, gateway_));
    owner.desire(prefix_, type);
    ASSERT_TRUE(
        owner.wait_for([&] { return Owner::kernel_routes(prefix_).find(gateway_) == std::string::npos; }));
    ASSERT_TRUE(owner.kernel_shows(prefix_, "proto 75"));
  }
  owner.desire(prefix_, {owner.via(gateway_, "eth0")});
  ASSERT_TRUE(owner.kernel_shows(prefix_, gateway_));
  EXPECT_THAT(Owner::kernel_routes(prefix_), Not(HasSubstr("prohibit")));

  owner.withdraw(prefix_);
  EXPECT_TRUE(owner.kernel_shows_nothing(prefix_));
}

TEST_P(NetlinkKernelFamilyTest, TakesAnOnlinkGatewayAndADirectRoute) {
  Owner owner;
  ASSERT_TRUE(owner.start());
  auto onlink = owner.via(prefix_ == kIpv4.prefix ? "203.0.113.9" : "2001:db8:ffff::9", "eth0");
  onlink.onlink = true;
  rib::NextHop direct;
  direct.interface_index = owner.index("eth1");

  owner.desire(prefix_, {onlink});
  owner.desire(other_prefix_, {direct});

  EXPECT_TRUE(owner.kernel_shows(prefix_, "onlink"));
  EXPECT_TRUE(owner.kernel_shows(other_prefix_, "dev eth1 proto 75"));
}

TEST_P(NetlinkKernelFamilyTest, NeverReplacesAForeignRouteWithTheSameMetric) {
  ASSERT_TRUE(run(ip("route add " + prefix_ + " via " + far_gateway_ + " proto static metric 20")));
  Owner owner;
  ASSERT_TRUE(owner.start());

  owner.desire(prefix_, {owner.via(gateway_, "eth0")});
  ASSERT_TRUE(owner.wait_for([&] { return owner.is_refused(prefix_, EEXIST); }));
  EXPECT_EQ(owner.result_of(prefix_)->text, "a foreign route (protocol 4) with the same metric stands there");
  EXPECT_THAT(Owner::kernel_routes(prefix_), Not(HasSubstr("proto 75")));

  ASSERT_TRUE(run(ip("route del " + prefix_ + " proto static")));
  EXPECT_TRUE(owner.wait_for([&] { return owner.is_installed(prefix_); }));
  EXPECT_THAT(Owner::kernel_routes(prefix_), HasSubstr("proto 75"));
}

TEST_P(NetlinkKernelFamilyTest, WithdrawLeavesForeignRoutesOfOtherMetricsAndProtocols) {
  ASSERT_TRUE(run(ip("route add " + prefix_ + " via " + far_gateway_ + " proto static metric 50")));
  Owner owner;
  ASSERT_TRUE(owner.start());
  owner.desire(prefix_, {owner.via(gateway_, "eth0")});
  ASSERT_TRUE(owner.wait_for([&] { return owner.is_installed(prefix_); }));

  owner.withdraw(prefix_);

  ASSERT_TRUE(owner.wait_for([&] { return !owner.is_installed(prefix_); }));
  EXPECT_THAT(Owner::kernel_routes(prefix_), HasSubstr("proto static metric 50"));
}

TEST_P(NetlinkKernelFamilyTest, AForeignReplaceOfOursIsToldAndLeftAlone) {
  Owner owner;
  ASSERT_TRUE(owner.start());
  owner.desire(prefix_, {owner.via(gateway_, "eth0")});
  ASSERT_TRUE(owner.wait_for([&] { return owner.is_installed(prefix_); }));

  ASSERT_TRUE(
      run(ip("route replace " + prefix_ + " via " + far_gateway_ + " dev eth1 proto static metric 20")));

  EXPECT_TRUE(owner.wait_for([&] { return owner.is_refused(prefix_, EEXIST); }));
  EXPECT_THAT(Owner::kernel_routes(prefix_), HasSubstr("proto static"));
}

TEST_P(NetlinkKernelFamilyTest, HealsWhatAnotherProcessRemoves) {
  Owner owner;
  ASSERT_TRUE(owner.start());
  owner.desire(prefix_, {owner.via(gateway_, "eth0"), owner.via(far_gateway_, "eth1")});
  owner.desire(other_prefix_, {owner.via(gateway_, "eth0")});
  ASSERT_TRUE(
      owner.wait_for([&] { return owner.is_installed(prefix_) && owner.is_installed(other_prefix_); }));

  ASSERT_TRUE(run(ip("route flush proto 75")));

  EXPECT_TRUE(owner.kernel_shows(prefix_, "proto 75"));
  EXPECT_TRUE(owner.kernel_shows(other_prefix_, "proto 75"));
  EXPECT_TRUE(owner.wait_for([&] { return owner.saw(Kind::Warning); }));
}

TEST_P(NetlinkKernelFamilyTest, CorrectsWhatAnotherProcessChangesInOurName) {
  Owner owner;
  ASSERT_TRUE(owner.start());
  owner.desire(prefix_, {owner.via(gateway_, "eth0")});
  ASSERT_TRUE(owner.wait_for([&] { return owner.is_installed(prefix_); }));

  ASSERT_TRUE(
      run(ip("route replace " + prefix_ + " via " + other_gateway_ + " dev eth0 proto 75 metric 20")));

  EXPECT_TRUE(owner.kernel_shows(prefix_, "via " + gateway_ + " "));
}

TEST_P(NetlinkKernelFamilyTest, RoutesComeBackWhenTheirLinkDoes) {
  Owner owner;
  ASSERT_TRUE(owner.start());
  owner.desire(prefix_, {owner.via(gateway_, "eth0")});
  ASSERT_TRUE(owner.wait_for([&] { return owner.is_installed(prefix_); }));

  ASSERT_TRUE(run("ip link set eth0 down"));
  ASSERT_TRUE(owner.wait_for([&] { return !owner.is_installed(prefix_); }));
  EXPECT_NE(owner.result_of(prefix_)->error, 0);
  ASSERT_TRUE(run("ip link set eth0 up"));
  if (prefix_ == kIpv6.prefix) run("ip addr replace 2001:db8::1/64 dev eth0 nodad");

  EXPECT_TRUE(owner.wait_for([&] { return owner.is_installed(prefix_); }));
  EXPECT_THAT(Owner::kernel_routes(prefix_), HasSubstr("proto 75"));
}

TEST_P(NetlinkKernelFamilyTest, AFlappingLinkLosesNothing) {
  Owner owner;
  ASSERT_TRUE(owner.start());
  owner.desire(prefix_, {owner.via(gateway_, "eth0")});
  ASSERT_TRUE(owner.wait_for([&] { return owner.is_installed(prefix_); }));

  for (int i = 0; i < 20; ++i) ASSERT_TRUE(run("ip link set eth0 down && ip link set eth0 up"));
  if (prefix_ == kIpv6.prefix) run("ip addr replace 2001:db8::1/64 dev eth0 nodad");

  EXPECT_TRUE(owner.kernel_shows(prefix_, "proto 75"));
}

TEST_P(NetlinkKernelFamilyTest, AdoptsEqualInheritedRoutesReplacesChangedOnesAndSweepsTheRest) {
  const std::string third = prefix_ == kIpv4.prefix ? "10.1.4.0/24" : "2001:db8:c::/48";
  for (const auto& prefix : {prefix_, other_prefix_, third})
    ASSERT_TRUE(run(ip("route add " + prefix + " via " + gateway_ + " proto 75 metric 20")));
  Owner owner;
  ASSERT_TRUE(owner.start());
  EXPECT_EQ(std::ranges::count(owner.events, Kind::Inherited, &KernelEvent::kind), 3);
  EXPECT_FALSE(owner.route(prefix_)) << "a route of ours is not told as foreign";

  owner.desire(prefix_, {owner.via(gateway_, "eth0")});
  owner.desire(other_prefix_, {owner.via(far_gateway_, "eth1")});
  ASSERT_TRUE(
      owner.wait_for([&] { return owner.is_installed(prefix_) && owner.is_installed(other_prefix_); }));
  EXPECT_THAT(Owner::kernel_routes(other_prefix_), HasSubstr(far_gateway_));
  EXPECT_THAT(Owner::kernel_routes(third), HasSubstr("proto 75"));
  owner.kernel.sweep_inherited();

  EXPECT_TRUE(owner.kernel_shows_nothing(third));
  EXPECT_THAT(Owner::kernel_routes(prefix_), HasSubstr("proto 75"));
  EXPECT_THAT(Owner::kernel_routes(other_prefix_), HasSubstr("proto 75"));
}

TEST_P(NetlinkKernelFamilyTest, StopKeepsTheRoutesAndTheNextLifeInheritsThem) {
  {
    Owner owner;
    ASSERT_TRUE(owner.start());
    owner.desire(prefix_, {owner.via(gateway_, "eth0")});
    owner.kernel.stop();
  }
  EXPECT_THAT(Owner::kernel_routes(prefix_), HasSubstr("proto 75")) << "what was pending is written";

  Owner next;
  ASSERT_TRUE(next.start());
  EXPECT_TRUE(next.saw(Kind::Inherited));
  next.withdraw(prefix_);
  EXPECT_TRUE(next.kernel_shows_nothing(prefix_));
}

TEST_P(NetlinkKernelFamilyTest, AnotherMetricAndTableMoveEverything) {
  Owner owner;
  ASSERT_TRUE(owner.start());
  owner.desire(prefix_, {owner.via(gateway_, "eth0")});
  ASSERT_TRUE(owner.wait_for([&] { return owner.is_installed(prefix_); }));

  owner.kernel.set_options({.metric = 33});
  ASSERT_TRUE(owner.kernel_shows(prefix_, "metric 33"));
  EXPECT_TRUE(
      owner.wait_for([&] { return Owner::kernel_routes(prefix_).find("metric 20") == std::string::npos; }));

  owner.kernel.set_options({.metric = 33, .table = 4711});
  ASSERT_TRUE(owner.kernel_shows(prefix_, "table 4711"));
  EXPECT_TRUE(owner.wait_for([&] {
    const auto text = Owner::kernel_routes(prefix_);
    return std::ranges::count(text, '\n') == 1;
  }));

  owner.withdraw(prefix_);
  EXPECT_TRUE(owner.kernel_shows_nothing(prefix_));
}

TEST_P(NetlinkKernelFamilyTest, ForeignRoutesAreToldAndFollowed) {
  ASSERT_TRUE(run(ip("route add " + prefix_ + " via " + gateway_ + " proto static metric 7")));
  Owner owner;
  ASSERT_TRUE(owner.start());
  ASSERT_TRUE(owner.route(prefix_));
  EXPECT_EQ(owner.route(prefix_)->source, rib::RouteSource::Static);
  EXPECT_EQ(owner.route(prefix_)->metric, 7u);
  EXPECT_EQ(owner.route(prefix_)->next_hops, std::vector{owner.via(gateway_, "eth0")});

  ASSERT_TRUE(run(ip("route replace " + prefix_ + " via " + far_gateway_ + " proto static metric 7")));
  EXPECT_TRUE(owner.wait_for([&] {
    const auto route = owner.route(prefix_);
    return route && route->next_hops == std::vector{owner.via(far_gateway_, "eth1")};
  }));
  ASSERT_TRUE(run(ip("route add " + other_prefix_ + " via " + gateway_ + " proto dhcp metric 9")));
  EXPECT_TRUE(owner.wait_for([&] { return owner.route(other_prefix_).has_value(); }));
  EXPECT_EQ(owner.route(other_prefix_)->source, rib::RouteSource::Kernel);

  ASSERT_TRUE(run(ip("route del " + prefix_ + " proto static")));
  EXPECT_TRUE(owner.wait_for([&] { return !owner.route(prefix_); }));
}

TEST_P(NetlinkKernelFamilyTest, ForeignRoutesThatGoWithTheirLinkAreToldAsGone) {
  ASSERT_TRUE(run(ip("route add " + prefix_ + " via " + gateway_ + " proto static")));
  Owner owner;
  ASSERT_TRUE(owner.start());
  ASSERT_TRUE(owner.route(prefix_));

  ASSERT_TRUE(run("ip link set eth0 down"));
  EXPECT_TRUE(owner.wait_for([&] { return !owner.route(prefix_); }));
  ASSERT_TRUE(run(ip("route add " + prefix_ + " via " + far_gateway_ + " proto static")));
  EXPECT_TRUE(owner.wait_for([&] { return owner.route(prefix_).has_value(); }));

  ASSERT_TRUE(run("ip link del eth1"));
  EXPECT_TRUE(owner.wait_for([&] { return !owner.route(prefix_); }));
  EXPECT_TRUE(owner.wait_for([&] { return owner.links.find("eth1") == nullptr; }));
}

TEST_F(NetlinkKernelTest, ConnectedSubnetsAreToldAndLocalRoutesAreNot) {
  Owner owner;
  ASSERT_TRUE(owner.start());

  ASSERT_TRUE(owner.route("192.0.2.0/24"));
  EXPECT_EQ(owner.route("192.0.2.0/24")->source, rib::RouteSource::Connected);
  ASSERT_TRUE(owner.route("2001:db8::/64"));
  EXPECT_EQ(owner.route("2001:db8::/64")->source, rib::RouteSource::Connected);
  EXPECT_FALSE(owner.route("192.0.2.1/32"));
  EXPECT_FALSE(owner.route("fe80::/64"));
  EXPECT_FALSE(owner.route("127.0.0.0/8"));
  EXPECT_FALSE(owner.route("::1/128"));
  EXPECT_FALSE(owner.route("ff00::/8"));
}

TEST_F(NetlinkKernelTest, DockerBridgeWithoutCarrierIsReported) {
  ASSERT_TRUE(
      run("ip link add docker0 type bridge && ip link set docker0 up && ip link set far1 master docker0 && "
          "ip link set far1 nomaster && ip addr add 172.17.0.1/16 dev docker0"));
  Owner owner;
  ASSERT_TRUE(owner.start());

  const auto* docker0 = owner.links.find("docker0");
  ASSERT_NE(docker0, nullptr);
  EXPECT_EQ(docker0->kind, "bridge");
  EXPECT_TRUE(docker0->is_up);
  EXPECT_FALSE(docker0->is_running);
  ASSERT_TRUE(owner.route("172.17.0.0/16"));
  EXPECT_FALSE(owner.route("172.17.0.0/16")->usable);
  EXPECT_THAT(owner.links.connected_subnets(docker0->index),
              testing::ElementsAre(*rib::Prefix::parse("172.17.0.0/16")));

  ASSERT_TRUE(run("ip link set far1 master docker0"));
  EXPECT_TRUE(owner.wait_for([&] { return owner.route("172.17.0.0/16")->usable; })) << "with carrier";
  EXPECT_TRUE(owner.wait_for([&] { return owner.links.is_bridge_port(owner.index("far1")); }));
  ASSERT_TRUE(run("ip link set far1 nomaster"));
  EXPECT_TRUE(owner.wait_for([&] { return !owner.route("172.17.0.0/16")->usable; })) << "without";
  EXPECT_TRUE(owner.wait_for([&] { return !owner.links.is_bridge_port(owner.index("far1")); }));
}

TEST_F(NetlinkKernelTest, AChangedAddressIsToldAsGoneAndAdded) {
  ASSERT_TRUE(run(
      "ip link add docker0 type bridge && ip link set docker0 up && ip addr add 10.1.1.1/24 dev docker0"));
  Owner owner;
  ASSERT_TRUE(owner.start());
  const auto docker0 = owner.index("docker0");

  ASSERT_TRUE(
      run("ip addr add 10.9.1.1/24 dev docker0 && ip addr del 10.1.1.1/24 dev docker0 && "
          "ip addr add fd00:9::1/64 dev docker0"));

  EXPECT_TRUE(owner.wait_for([&] {
    return owner.links.connected_subnets(docker0) ==
           std::vector{*rib::Prefix::parse("10.9.1.0/24"), *rib::Prefix::parse("fd00:9::/64")};
  }));
  EXPECT_TRUE(owner.wait_for([&] { return owner.route("10.9.1.0/24") && !owner.route("10.1.1.0/24"); }));
  ASSERT_TRUE(run("ip link del docker0"));
  EXPECT_TRUE(owner.wait_for([&] { return owner.index("docker0") == 0 && !owner.route("10.9.1.0/24"); }));
}

TEST_F(NetlinkKernelTest, LinkDownAndUpAreTold) {
  Owner owner;
  ASSERT_TRUE(owner.start());
  EXPECT_TRUE(owner.links.find("eth0")->is_running);

  ASSERT_TRUE(run("ip link set eth0 down"));
  EXPECT_TRUE(owner.wait_for([&] { return !owner.links.find("eth0")->is_up; }));
  ASSERT_TRUE(run("ip link set eth0 up"));
  EXPECT_TRUE(owner.wait_for(
      [&] { return owner.links.find("eth0")->is_up && owner.links.find("eth0")->is_running; }));
  ASSERT_TRUE(run("ip link set far0 down"));
  EXPECT_TRUE(owner.wait_for([&] { return !owner.links.find("eth0")->is_running; }));
}

TEST_F(NetlinkKernelTest, TheLastAddressTakesTheRoutesAndTheNextBringsThemBack) {
  Owner owner;
  ASSERT_TRUE(owner.start());
  owner.desire("10.1.2.0/24", {owner.via("192.0.2.2", "eth0")});
  ASSERT_TRUE(owner.wait_for([&] { return owner.is_installed("10.1.2.0/24"); }));

  ASSERT_TRUE(run("ip -4 addr flush dev eth0"));
  ASSERT_TRUE(owner.wait_for([&] { return !owner.is_installed("10.1.2.0/24"); }));
  EXPECT_TRUE(owner.is_refused("10.1.2.0/24", ENETUNREACH));
  EXPECT_THAT(owner.result_of("10.1.2.0/24")->text, HasSubstr("invalid gateway"));
  ASSERT_TRUE(run("ip addr add 192.0.2.1/24 dev eth0"));

  EXPECT_TRUE(owner.wait_for([&] { return owner.is_installed("10.1.2.0/24"); }));
}

TEST_F(NetlinkKernelTest, Ipv4RouteGoesThroughAnIpv6Gateway) {  // RFC 8950
  Owner owner;
  ASSERT_TRUE(owner.start());

  owner.desire("10.1.2.0/24", {owner.via("2001:db8::2", "eth0")});

  EXPECT_TRUE(owner.kernel_shows("10.1.2.0/24", "via inet6 2001:db8::2 dev eth0 proto 75"));
}

TEST_F(NetlinkKernelTest, WithoutWritingEverythingIsReadAndNothingInstalled) {
  ASSERT_TRUE(run("ip route add 10.1.9.0/24 via 192.0.2.2 proto 75 metric 20"));
  Owner owner({.write = false});
  ASSERT_TRUE(owner.start());
  EXPECT_TRUE(owner.route("192.0.2.0/24"));

  owner.desire("10.1.2.0/24", {owner.via("192.0.2.2", "eth0")});
  owner.withdraw("10.1.9.0/24");

  ASSERT_TRUE(run("ip link set eth1 down"));  // heard by a thread that has taken the wishes
  ASSERT_TRUE(owner.wait_for([&] { return !owner.links.find("eth1")->is_up; }));
  owner.kernel.stop();
  owner.handle_events();
  EXPECT_FALSE(owner.saw(Kind::Written));
  EXPECT_EQ(Owner::kernel_routes("10.1.2.0/24"), "");
  EXPECT_THAT(Owner::kernel_routes("10.1.9.0/24"), HasSubstr("proto 75"));
}

TEST_F(NetlinkKernelTest, TenThousandRoutesAreAllAcknowledgedAndAllWithdrawn) {
  Owner owner;
  ASSERT_TRUE(owner.start());
  const auto prefix = [](std::uint32_t i) {
    return rib::Prefix(rib::IpAddress::v4(0x0a000000u + (i << 8)), 24);
  };
  const rib::FibRoute route{rib::RouteType::Unicast, {owner.via("192.0.2.2", "eth0")}};
  const auto count = [&](bool installed) {
    std::ptrdiff_t total = 0;
    for (const auto& event : owner.events)
      total += std::ranges::count_if(
          event.results, [&](auto& result) { return result.installed == installed && result.error == 0; });
    return total;
  };

  std::vector<rib::FibChange> changes;
  for (std::uint32_t i = 0; i < 10'000; ++i) changes.push_back({prefix(i), route});
  owner.kernel.apply(changes);
  EXPECT_TRUE(owner.wait_for([&] { return count(true) == 10'000; }));
  EXPECT_EQ(output_of("ip route show proto 75 | wc -l"), "10000\n");

  for (auto& change : changes) change.route.reset();
  owner.kernel.apply(changes);
  EXPECT_TRUE(owner.wait_for([&] { return count(false) == 10'000; }));
  EXPECT_EQ(output_of("ip route show proto 75 | wc -l"), "0\n");
}

TEST_F(NetlinkKernelTest, AnOverrunOfTheReceiveBufferLosesNothing) {
  Owner owner({}, 4096);  // the kernel grants about 2 KiB more than the least: a handful of events
  ASSERT_TRUE(owner.start());
  owner.desire("10.1.2.0/24", {owner.via("192.0.2.2", "eth0")});
  ASSERT_TRUE(owner.wait_for([&] { return owner.is_installed("10.1.2.0/24"); }));

  std::string batch;
  for (int i = 0; i < 200; ++i)
    for (int j = 0; j < 10; ++j)
      batch += "route add 172.16." + std::to_string(i) + "." + std::to_string(j) + "/32 via 192.0.2.2\\n";
  batch += "route flush proto 75\\naddr add 10.7.7.1/24 dev eth1\\n";
  ASSERT_TRUE(run("printf '" + batch + "' | ip -batch -"));

  EXPECT_TRUE(owner.wait_for([&] { return owner.saw(Kind::Warning); })) << "no overrun happened";
  const auto count = [&] {
    return std::ranges::count_if(owner.events, [](const auto& event) {
      return event.kind == Kind::RouteChanged && event.route.prefix.is_host() &&
             event.route.prefix.family() == rib::Family::Ipv4Unicast;
    });
  };
  EXPECT_TRUE(owner.wait_for([&] { return count() == 2000; })) << count();
  EXPECT_TRUE(owner.kernel_shows("10.1.2.0/24", "proto 75"));
  EXPECT_TRUE(owner.wait_for([&] { return owner.links.holder_of(*rib::IpAddress::parse("10.7.7.1")) != 0; }));
}

TEST_F(NetlinkKernelTest, DefaultRoutesMakeUplinks) {
  ASSERT_TRUE(run("ip route add default via 192.0.2.2"));
  Owner owner;
  ASSERT_TRUE(owner.start());
  EXPECT_THAT(owner.links.uplinks(), testing::ElementsAre(owner.index("eth0")));

  ASSERT_TRUE(run("ip route append default via 198.51.100.2"));
  ASSERT_TRUE(run("ip -6 route add default via 2001:db8:1::2"));
  EXPECT_TRUE(owner.wait_for([&] { return owner.links.uplinks().size() == 2; }));
  ASSERT_TRUE(
      run("ip -6 route del default && ip route del default via 198.51.100.2 && ip route del default"));
  EXPECT_TRUE(owner.wait_for([&] { return !owner.route("0.0.0.0/0") && !owner.route("::/0"); }));
}

TEST_P(NetlinkKernelFamilyTest, SetsThePreferredSource) {
  Owner owner;
  ASSERT_TRUE(owner.start());
  const std::string source = prefix_ == kIpv4.prefix ? "198.51.100.1" : "2001:db8:1::1";
  rib::FibRoute route{rib::RouteType::Unicast, {owner.via(gateway_, "eth0")}, rib::IpAddress::parse(source)};
  owner.kernel.apply({{*rib::Prefix::parse(prefix_), route}});
  ASSERT_TRUE(owner.kernel_shows(prefix_, "src " + source));

  owner.desire(prefix_, {owner.via(gateway_, "eth0")});
  EXPECT_TRUE(owner.wait_for([&] { return Owner::kernel_routes(prefix_).find("src") == std::string::npos; }));
  EXPECT_TRUE(owner.kernel_shows(prefix_, gateway_));
}

/// The kernel takes IPv4 routes along without a word, and IPv6 routes lose it, when an address on another
/// link that they prefer as source goes.
TEST_P(NetlinkKernelFamilyTest, APreferredSourceThatGoesAndComesBackIsFollowed) {
  const std::string source = prefix_ == kIpv4.prefix ? "198.51.100.7" : "2001:db8:ff::7";
  Owner owner({.audit_interval = 0s});
  ASSERT_TRUE(run("ip addr add " + source + " dev lo"));
  ASSERT_TRUE(owner.start());
  owner.kernel.sweep_inherited();
  owner.kernel.apply({{*rib::Prefix::parse(prefix_), rib::FibRoute{rib::RouteType::Unicast,
                                                                   {owner.via(gateway_, "eth0")},
                                                                   rib::IpAddress::parse(source)}}});
  ASSERT_TRUE(owner.kernel_shows(prefix_, "src " + source));

  ASSERT_TRUE(run("ip addr del " + source + " dev lo"));
  ASSERT_TRUE(owner.wait_for([&] { return owner.is_refused(prefix_, EINVAL); }));
  ASSERT_TRUE(run("ip addr add " + source + " dev lo"));

  EXPECT_TRUE(owner.kernel_shows(prefix_, "src " + source));
}

TEST_F(NetlinkKernelTest, AnAuditFindsWhatWentWithoutAWord) {
  Owner owner({.audit_interval = 0s});
  ASSERT_TRUE(owner.start());
  owner.kernel.sweep_inherited();
  rib::FibRoute route{
      rib::RouteType::Unicast, {owner.via("192.0.2.2", "eth0")}, rib::IpAddress::parse("198.51.100.7")};
  ASSERT_TRUE(run("ip addr add 198.51.100.7/32 dev lo"));
  owner.kernel.apply({{*rib::Prefix::parse("10.1.2.0/24"), route}});
  owner.desire("10.1.3.0/24", {owner.via("192.0.2.2", "eth0")});
  ASSERT_TRUE(owner.kernel_shows("10.1.2.0/24", "src 198.51.100.7"));
  ASSERT_TRUE(owner.kernel_shows("10.1.3.0/24", "192.0.2.2"));
  ASSERT_TRUE(run("ip addr del 198.51.100.7/32 dev lo"));
  ASSERT_TRUE(owner.kernel_shows_nothing("10.1.2.0/24"));
  ASSERT_TRUE(run("ip addr add 198.51.100.7/32 dev lo"));

  owner.kernel.audit();

  ASSERT_TRUE(owner.wait_for([&] { return owner.saw(Kind::Audited); }));
  EXPECT_TRUE(owner.kernel_shows("10.1.2.0/24", "src 198.51.100.7"));
  const auto report = std::ranges::find(owner.events, Kind::Audited, &KernelEvent::kind)->audit;
  EXPECT_EQ(report->routes, 2u);
}

TEST_F(NetlinkKernelTest, AuditsByItself) {
  Owner owner({.audit_interval = 1s});
  ASSERT_TRUE(owner.start());
  owner.kernel.sweep_inherited();
  const auto audits = [&] { return std::ranges::count(owner.events, Kind::Audited, &KernelEvent::kind); };
  EXPECT_TRUE(owner.wait_for([&] { return audits() == 2; }));
}

TEST_P(NetlinkKernelFamilyTest, AFlushLeavesNothingOfOursAndAllOfOthers) {
  Owner owner;
  ASSERT_TRUE(run(ip("route add " + other_prefix_ + " via " + gateway_ + " proto 4 metric 20")));
  ASSERT_TRUE(run(ip("route add unreachable " + std::string(GetParam().gateway) + " proto 75 metric 20")));
  ASSERT_TRUE(owner.start());
  owner.desire(prefix_, {owner.via(gateway_, "eth0")});
  ASSERT_TRUE(owner.kernel_shows(prefix_, gateway_));

  owner.kernel.flush();
  owner.desire(prefix_, {owner.via(gateway_, "eth0")});  // comes too late
  EXPECT_EQ(owner.kernel.stop(), 0u);

  EXPECT_EQ(output_of(ip("route show table all proto 75")), "");
  EXPECT_THAT(Owner::kernel_routes(other_prefix_), HasSubstr(gateway_));
}

// --- next-hop objects

const KernelOptions kByObject{.audit_interval = 0s, .next_hop_objects = true};

TEST_P(NetlinkKernelFamilyTest, RoutesNameObjectsAndSeveralNextHopsAGroup) {
  Owner owner(kByObject);
  ASSERT_TRUE(owner.start());
  owner.desire(prefix_, {owner.via(gateway_, "eth0")});
  owner.desire(other_prefix_, {owner.via(gateway_, "eth0"), owner.via(far_gateway_, "eth1", 3)});
  ASSERT_TRUE(
      owner.wait_for([&] { return owner.is_installed(prefix_) && owner.is_installed(other_prefix_); }));
  EXPECT_THAT(Owner::kernel_routes(prefix_), HasSubstr("nhid"));
  EXPECT_THAT(Owner::kernel_routes(prefix_), HasSubstr("via " + gateway_));
  EXPECT_THAT(Owner::kernel_routes(other_prefix_), HasSubstr("nhid"));
  EXPECT_THAT(Owner::kernel_routes(other_prefix_), HasSubstr(far_gateway_ + " dev eth1 weight 3"));

  owner.desire(prefix_, {owner.via(gateway_, "eth0"), owner.via(far_gateway_, "eth1", 3)});
  EXPECT_TRUE(owner.kernel_shows(prefix_, far_gateway_));
  owner.withdraw(prefix_);
  owner.withdraw(other_prefix_);
  EXPECT_TRUE(owner.kernel_shows_nothing(prefix_) && owner.kernel_shows_nothing(other_prefix_));
  owner.kernel.audit();
  EXPECT_TRUE(owner.wait_for([&] { return output_of("ip nexthop show proto 75").empty(); }))
      << "unused ones go";
}

TEST_P(NetlinkKernelFamilyTest, AMovedNextHopTakesRoutesByObjectAlong) {
  Owner owner(kByObject);
  ASSERT_TRUE(owner.start());
  owner.desire(prefix_, {owner.via(gateway_, "eth0")});
  owner.desire(other_prefix_, {owner.via(gateway_, "eth0")});
  ASSERT_TRUE(
      owner.wait_for([&] { return owner.is_installed(prefix_) && owner.is_installed(other_prefix_); }));

  owner.kernel.move({{rib::RouteType::Unicast, {owner.via(gateway_, "eth0")}},
                     {rib::RouteType::Unicast, {owner.via(far_gateway_, "eth1")}}});

  EXPECT_TRUE(owner.kernel_shows(prefix_, far_gateway_ + " dev eth1"));
  EXPECT_TRUE(owner.kernel_shows(other_prefix_, far_gateway_ + " dev eth1"));
  EXPECT_EQ(std::ranges::count(output_of("ip nexthop show proto 75"), '\n'), 1) << "by one object";
  owner.kernel.audit();
  const auto audited = [&] { return std::ranges::find(owner.events, Kind::Audited, &KernelEvent::kind); };
  ASSERT_TRUE(owner.wait_for([&] { return audited() != owner.events.end(); }));
  EXPECT_EQ(audited()->audit->different + audited()->audit->missing, 0u) << "and we know it";
}

TEST_P(NetlinkKernelFamilyTest, PlainRoutesAndThoseByObjectTakeEachOthersPlace) {
  Owner owner({.audit_interval = 0s});
  ASSERT_TRUE(owner.start());
  owner.desire(prefix_, {owner.via(gateway_, "eth0")});
  ASSERT_TRUE(owner.kernel_shows(prefix_, gateway_));

  owner.kernel.set_options(kByObject);
  owner.desire(prefix_, {owner.via(other_gateway_, "eth0")});
  ASSERT_TRUE(owner.kernel_shows(prefix_, other_gateway_));
  EXPECT_THAT(Owner::kernel_routes(prefix_), HasSubstr("nhid"));
  EXPECT_EQ(std::ranges::count(Owner::kernel_routes(prefix_), '\n'), 1);

  owner.kernel.set_options({.audit_interval = 0s});
  owner.desire(prefix_, {owner.via(gateway_, "eth0")});
  ASSERT_TRUE(owner.kernel_shows(prefix_, gateway_));
  EXPECT_THAT(Owner::kernel_routes(prefix_), Not(HasSubstr("nhid")));
  EXPECT_EQ(std::ranges::count(Owner::kernel_routes(prefix_), '\n'), 1);
}

TEST_P(NetlinkKernelFamilyTest, ObjectsThatGoWithTheirLinkOrByAnothersHandAreMadeAgain) {
  Owner owner(kByObject);
  ASSERT_TRUE(owner.start());
  owner.kernel.sweep_inherited();
  owner.desire(prefix_, {owner.via(gateway_, "eth0"), owner.via(far_gateway_, "eth1")});
  owner.desire(other_prefix_, {owner.via(gateway_, "eth0")});
  ASSERT_TRUE(owner.kernel_shows(prefix_, far_gateway_));
  ASSERT_TRUE(owner.kernel_shows(other_prefix_, gateway_));
  const auto are_back = [&] {
    return owner.kernel_shows(other_prefix_, gateway_) && owner.kernel_shows(prefix_, gateway_) &&
           owner.kernel_shows(prefix_, far_gateway_);
  };

  ASSERT_TRUE(run("ip nexthop flush proto 75 >/dev/null 2>&1"));
  EXPECT_TRUE(are_back());

  ASSERT_TRUE(run("ip link set far0 down"));  // only the carrier of eth0
  ASSERT_TRUE(owner.kernel_shows_nothing(other_prefix_)) << "the kernel drops what names a lost object";
  ASSERT_TRUE(run("ip link set far0 up"));
  EXPECT_TRUE(are_back());

  ASSERT_TRUE(
      run("ip link set eth0 down && ip link set eth0 up && "
          "ip addr replace 2001:db8::1/64 dev eth0 nodad"));
  EXPECT_TRUE(are_back());
}

TEST_P(NetlinkKernelFamilyTest, TheNextLifeAdoptsRoutesByObjectAndCleaningUpFindsTheObjects) {
  {
    Owner owner(kByObject);
    ASSERT_TRUE(owner.start());
    owner.desire(prefix_, {owner.via(gateway_, "eth0")});
    owner.desire(other_prefix_, {owner.via(far_gateway_, "eth1")});
    owner.kernel.stop();
  }
  const auto before = Owner::kernel_routes(prefix_);
  ASSERT_THAT(before, HasSubstr("nhid"));
  {
    Owner next(kByObject);
    ASSERT_TRUE(next.start());
    next.desire(prefix_, {next.via(gateway_, "eth0")});
    ASSERT_TRUE(next.wait_for([&] { return next.is_installed(prefix_); }));
    next.kernel.sweep_inherited();
    ASSERT_TRUE(next.kernel_shows_nothing(other_prefix_));
    next.kernel.audit();
    EXPECT_TRUE(next.wait_for(
        [&] { return output_of("ip nexthop show proto 75").find(far_gateway_) == std::string::npos; }));
    EXPECT_EQ(Owner::kernel_routes(prefix_), before) << "adopted in place";
    next.kernel.stop();
  }
  EXPECT_THAT(*clean_up(75, true), testing::SizeIs(2));
  EXPECT_EQ(output_of("ip nexthop show proto 75"), "");

  Owner last(kByObject);
  ASSERT_TRUE(last.start());
  last.desire(prefix_, {last.via(gateway_, "eth0")});
  ASSERT_TRUE(last.kernel_shows(prefix_, "nhid"));
  last.kernel.flush();
  EXPECT_EQ(last.kernel.stop(), 0u);
  EXPECT_EQ(output_of("ip nexthop show proto 75"), "") << "a flush leaves no objects";
}

TEST_P(NetlinkKernelFamilyTest, CleaningUpFindsAllThatADeadDaemonLeft) {
  ASSERT_TRUE(run(ip("route add " + prefix_ + " via " + gateway_ + " proto 75 metric 20")));
  ASSERT_TRUE(run(ip("route add " + prefix_ + " via " + gateway_ + " proto 75 metric 30 table 1234")));
  ASSERT_TRUE(run(ip("route add blackhole " + other_prefix_ + " proto 75 metric 20")));
  ASSERT_TRUE(run(ip("route add " + other_prefix_ + " via " + gateway_ + " proto 4 metric 21")));
  ASSERT_TRUE(run(ip("rule add to " + prefix_ + " lookup 1234 priority 77 protocol 75")));
  ASSERT_TRUE(run(ip("rule add to " + prefix_ + " lookup 1235 priority 78")));

  const auto dry = clean_up(75, false);
  ASSERT_TRUE(dry) << dry.error();
  EXPECT_THAT(*dry, testing::UnorderedElementsAre("route " + prefix_ + " table 254 metric 20",
                                                  "route " + prefix_ + " table 1234 metric 30",
                                                  "route " + other_prefix_ + " table 254 metric 20",
                                                  "rule 77 lookup 1234"));
  EXPECT_THAT(output_of(ip("rule show")), HasSubstr("lookup 1234"));
  EXPECT_THAT(*clean_up(75, true), testing::SizeIs(4));

  EXPECT_EQ(output_of(ip("route show table all proto 75")), "");
  EXPECT_THAT(Owner::kernel_routes(other_prefix_), HasSubstr(gateway_));
  EXPECT_THAT(output_of(ip("rule show")), Not(HasSubstr("lookup 1234")));
  EXPECT_THAT(output_of(ip("rule show")), HasSubstr("lookup 1235"));
  EXPECT_THAT(*clean_up(75, false), testing::IsEmpty());
}

}  // namespace
}  // namespace fib::test
