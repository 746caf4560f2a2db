#include "fib/route_lookup.hpp"

#include <gtest/gtest.h>

#include "test/fib/network_namespace.hpp"

namespace fib::test {
namespace {

using Outcome = FoundRoute::Outcome;

/// eth0 with 10.0.0.1/24 and fd00::1/64, and a router behind it.
class RouteLookupTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!space_.problem().empty()) GTEST_SKIP() << space_.problem();
    ASSERT_TRUE(
        run("ip link add eth0 type veth peer name far0 && ip link set far0 up && ip link set eth0 up &&"
            " ip addr add 10.0.0.1/24 dev eth0 && ip addr add fd00::1/64 dev eth0 nodad"));
    // IPv6 routes of an address come when the kernel has seen the carrier, a moment later.
    for (int tries = 0; tries < 2000; ++tries)
      if (run("ip -6 route show table local | grep -q '^local fd00::1 ' &&"
              " ip -6 route show | grep -q '^fd00::/64 '"))
        break;
    auto opened = RouteLookup::open();
    ASSERT_TRUE(opened) << opened.error();
    lookup_.emplace(std::move(*opened));
  }
  FoundRoute way_to(const char* address) { return lookup_->way_to(*rib::IpAddress::parse(address)); }

  std::optional<RouteLookup> lookup_;

 private:
  NetworkNamespace space_;
};

TEST_F(RouteLookupTest, TellsTheRouteAndTheWay) {
  ASSERT_TRUE(
      run("ip route add 10.1.0.0/16 via 10.0.0.9 proto 75 metric 20 &&"
          " ip -6 route add fd01::/48 via fd00::9 proto 75 metric 20"));
  const struct {
    const char *to, *prefix, *gateway, *source;
  } cases[] = {{"10.1.2.3", "10.1.0.0/16", "10.0.0.9", "10.0.0.1"},
               {"fd01::7", "fd01::/48", "fd00::9", "fd00::1"}};
  for (const auto& each : cases) {
    const auto found = way_to(each.to);
    EXPECT_EQ(found.outcome, Outcome::Unicast) << found.problem;
    EXPECT_EQ(found.prefix, rib::Prefix::parse(each.prefix));
    EXPECT_EQ(found.protocol, 75);
    EXPECT_EQ(found.metric, 20u);
    EXPECT_EQ(found.table, 254u);
    ASSERT_TRUE(found.taken);
    EXPECT_EQ(found.taken->gateway, rib::IpAddress::parse(each.gateway));
    EXPECT_EQ(found.source, rib::IpAddress::parse(each.source));
  }
}

TEST_F(RouteLookupTest, TheLongestPrefixDecides) {
  ASSERT_TRUE(run("ip route add 10.1.0.0/16 via 10.0.0.9 && ip route add 10.1.0.0/24 via 10.0.0.8"));

  EXPECT_EQ(way_to("10.1.0.1").prefix, rib::Prefix::parse("10.1.0.0/24"));
  EXPECT_EQ(way_to("10.1.1.1").prefix, rib::Prefix::parse("10.1.0.0/16"));
}

TEST_F(RouteLookupTest, WhatIsOurOwnIsLocal) {
  for (const auto* address : {"10.0.0.1", "fd00::1", "127.0.0.1"})
    EXPECT_EQ(way_to(address).outcome, Outcome::Local) << address;
}

TEST_F(RouteLookupTest, RefusalsAreToldApart) {
  ASSERT_TRUE(
      run("ip route add blackhole 10.2.0.0/16 && ip route add unreachable 10.3.0.0/16 &&"
          " ip route add prohibit 10.4.0.0/16 && ip -6 route add blackhole fd02::/48 &&"
          " ip -6 route add unreachable fd03::/48 && ip -6 route add prohibit fd04::/48"));
  for (const auto* address : {"10.2.0.1", "fd02::1"})
    EXPECT_EQ(way_to(address).outcome, Outcome::Blackhole) << address;
  for (const auto* address : {"10.3.0.1", "fd03::1"})
    EXPECT_EQ(way_to(address).outcome, Outcome::Unreachable) << address;
  for (const auto* address : {"10.4.0.1", "fd04::1"})
    EXPECT_EQ(way_to(address).outcome, Outcome::Prohibit) << address;
  for (const auto* address : {"198.51.100.1", "2001:db8::1"})
    EXPECT_EQ(way_to(address).outcome, Outcome::NoRoute) << address;
  EXPECT_FALSE(way_to("198.51.100.1").passes());
}

TEST_F(RouteLookupTest, TheGreaterReversePathFilterCounts) {
  ASSERT_TRUE(run("sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=1"));
  EXPECT_EQ(reverse_path_filter("eth0"), 1u);

  ASSERT_TRUE(run("sysctl -qw net.ipv4.conf.all.rp_filter=2"));
  EXPECT_EQ(reverse_path_filter("eth0"), 2u);
  EXPECT_FALSE(reverse_path_filter("nothing"));
}

}  // namespace
}  // namespace fib::test
