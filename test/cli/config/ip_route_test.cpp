// `ip route`, `ipv6 route`, `ip protocol bgp`: typed, kept, written, taken back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/config/edit.hpp"
#include "cli/config/reader.hpp"
#include "cli/config/writer.hpp"

namespace cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class IpRoute : public testing::Test {
 protected:
  std::string type(std::string_view line) { return edit(config_, {}, line).text; }
  std::string written() const { return write_config(config_); }

  Config config_;
};

TEST_F(IpRoute, IsWrittenAsFrrDoes) {
  for (const auto* line :
       {"ip route 10.1.0.0/16 192.0.2.1", "ip route 10.1.0.0/16 192.0.2.2 eth0 tag 5 200 onlink",
        "ip route 10.2.0.0/16 Null0", "ip route 10.3.0.0/16 blackhole 250", "ip route 10.4.0.0/16 reject",
        "ip route 10.5.0.0/16 eth0 tag 7", "ipv6 route 2001:db8::/32 fe80::1 eth0",
        "ipv6 route 2001:db8:1::/48 2001:db8::1 5"}) {
    EXPECT_EQ(type(line), "") << line;
    EXPECT_THAT(written(), HasSubstr(std::string(line) + "\n"));
  }
}

TEST_F(IpRoute, MayBeTypedInOtherOrdersAndWithAMask) {
  type("ip route 10.1.0.0 255.255.0.0 192.0.2.1 200 tag 5");

  EXPECT_THAT(written(), HasSubstr("ip route 10.1.0.0/16 192.0.2.1 tag 5 200\n"));
  EXPECT_THAT(type("ip route 10.1.0.0 255.0.255.0 192.0.2.1"), HasSubstr("% Malformed network mask"));
}

TEST_F(IpRoute, WhatLooksLikeAnAddressIsNoLinksName) {
  EXPECT_EQ(type("ip route 10.0.0.0/8 300.1.1.1"),
            "% 300.1.1.1 is neither a valid address nor the name of an interface\n"
            "  ip route 10.0.0.0/8 300.1.1.1\n"
            "                      ^");
  for (const auto* line : {"ip route 10.0.0.0/8 1.1.1", "ip route 10.0.0.0/8 2001:db8::1",
                           "ip route 10.0.0.0/8 192.0.2.1 1.1.1.1.", "ipv6 route 2001:db8::/32 fe80:::1",
                           "ip route 10.0.0.0/8 a-name-of-16-long"})
    EXPECT_THAT(type(line), HasSubstr("is neither a valid address")) << line;
  EXPECT_EQ(type("ip route 10.0.0.0/8 eth0.100"), "");
}

TEST_F(IpRoute, OfOneNextHopReplacesItsValues) {
  type("ip route 10.1.0.0/16 192.0.2.1 200");
  type("ip route 10.1.0.0/16 192.0.2.1 100");
  type("ip route 10.1.0.0/16 192.0.2.2");

  EXPECT_EQ(config_.static_routes.at({}).at(*rib::Prefix::parse("10.1.0.0/16")).size(), 2u);
  EXPECT_THAT(written(), HasSubstr("192.0.2.1 100\n"));
  EXPECT_THAT(written(), Not(HasSubstr("192.0.2.1 200")));
}

TEST_F(IpRoute, GoesWithNoByItsNextHop) {
  type("ip route 10.1.0.0/16 192.0.2.1 200");
  type("ipv6 route 2001:db8::/32 Null0");

  EXPECT_THAT(type("no ip route 10.1.0.0/16 192.0.2.9"),
              HasSubstr("% Refusing to remove a non-existent route"));
  EXPECT_EQ(type("no ip route 10.1.0.0/16 192.0.2.1"), "");
  EXPECT_EQ(type("no ipv6 route 2001:db8::/32 Null0"), "");
  EXPECT_TRUE(config_.static_routes.empty());
}

TEST_F(IpRoute, MayBeForAnotherTable) {
  for (const auto* line :
       {"ip route 10.1.0.0/16 192.0.2.1 table 100",
        "ip route 10.1.0.0/16 192.0.2.2 eth0 tag 5 200 table 100 onlink",
        "ip route 10.2.0.0/16 Null0 table 4294967295", "ipv6 route 2001:db8::/32 fe80::1 eth0 table 100"}) {
    EXPECT_EQ(type(line), "") << line;
    EXPECT_THAT(written(), HasSubstr(std::string(line) + "\n"));
  }
  EXPECT_FALSE(config_.static_routes.contains({})) << "nothing is for the daemon's own";

  EXPECT_THAT(type("no ip route 10.1.0.0/16 192.0.2.1"),
              HasSubstr("% Refusing to remove a non-existent route"));
  EXPECT_THAT(type("no ip route 10.1.0.0/16 192.0.2.1 table 101"), HasSubstr("% Refusing"));
  EXPECT_EQ(type("no ip route 10.1.0.0/16 192.0.2.1 table 100"), "");
  EXPECT_THAT(written(), Not(HasSubstr("192.0.2.1")));
  EXPECT_EQ(config_.static_routes.size(), 2u);
}

TEST_F(IpRoute, OfAVrfStandsInItsBlockHoweverItWasTyped) {
  type("ip route 10.9.0.0/16 192.0.2.1");
  type("ip route 10.1.0.0/16 192.0.2.1 vrf red");
  Context context;
  for (const auto* line : {"vrf red", "ip route 10.1.0.0/16 192.0.2.2 50", "ipv6 route 2001:db8::/32 Null0",
                           "exit-vrf", "ip route 10.8.0.0/16 192.0.2.1"}) {
    const auto result = edit(config_, context, line);
    EXPECT_EQ(result.text, "") << line;
    context = result.context;
  }

  EXPECT_THAT(written(), HasSubstr("ip route 10.8.0.0/16 192.0.2.1\n"
                                   "ip route 10.9.0.0/16 192.0.2.1\n"
                                   "!\n"
                                   "vrf red\n"
                                   " ip route 10.1.0.0/16 192.0.2.1\n"
                                   " ip route 10.1.0.0/16 192.0.2.2 50\n"
                                   " ipv6 route 2001:db8::/32 Null0\n"
                                   "exit-vrf\n"
                                   "!\n"));
  const auto again = read_config(written());
  EXPECT_TRUE(again.problems.empty());
  EXPECT_EQ(again.config, config_);

  EXPECT_EQ(edit(config_, {"vrf red"}, "no ip route 10.1.0.0/16 192.0.2.1").text, "");
  EXPECT_EQ(type("no ip route 10.1.0.0/16 192.0.2.2 vrf red"), "");
  EXPECT_THAT(written(), Not(HasSubstr("10.1.0.0")));
  EXPECT_THAT(type("no vrf"), HasSubstr("% Command incomplete"));
  EXPECT_THAT(written(), HasSubstr("vrf red"));
  EXPECT_EQ(type("no vrf red"), "");
  EXPECT_THAT(written(), Not(HasSubstr("red")));
  EXPECT_THAT(written(), HasSubstr("10.9.0.0"));
}

TEST_F(IpRoute, WhatKulanLacksOfAVrfIsKeptInItsBlock) {
  const std::string text =
      "vrf red\n"
      " ip route 10.1.0.0/16 192.0.2.1\n"
      " vni 100\n"
      " ip protocol bgp route-map M\n"
      "exit-vrf\n"
      "!\n"
      "router bgp 1\n"
      "exit\n"
      "!\n";
  const auto read = read_config(text);

  EXPECT_EQ(read.problems.size(), 2u) << "both are told of";
  EXPECT_FALSE(read.has_errors());
  EXPECT_EQ(read.config.install_maps[0], "") << "it is not for the daemon's own routes";
  EXPECT_TRUE(read.config.bgp);
  EXPECT_EQ(write_config(read.config), text);
}

TEST_F(IpRoute, OfTheDefaultVrfIsTheDaemonsOwn) {
  type("ip route 10.1.0.0/16 192.0.2.1 vrf default");
  EXPECT_TRUE(config_.static_routes.contains({}));
  EXPECT_THAT(type("ip route 10.1.0.0/16 192.0.2.1 vrf a/b"), HasSubstr("% a/b is not the name of a VRF"));
  EXPECT_EQ(config_.static_routes.size(), 1u);
}

TEST_F(IpRoute, SaysWhatCannotBe) {
  EXPECT_THAT(type("ipv6 route 2001:db8::/32 fe80::1"),
              HasSubstr("% A link-local gateway needs its interface"));
  EXPECT_THAT(type("ip route 10.1.0.0/16 192.0.2.1 onlink"),
              HasSubstr("% onlink needs the interface before it"));
  EXPECT_TRUE(config_.static_routes.empty());
}

TEST_F(IpRoute, ARouteMapStandsBetweenBgpAndTheKernel) {
  type("ip protocol bgp route-map SRC4");
  type("ipv6 protocol bgp route-map SRC6");
  EXPECT_THAT(written(), HasSubstr("ip protocol bgp route-map SRC4\nipv6 protocol bgp route-map SRC6\n"));

  type("no ip protocol bgp route-map");
  EXPECT_THAT(written(), Not(HasSubstr("SRC4")));
}

}  // namespace
}  // namespace cli
