// `ip route`, `ipv6 route`, `ip protocol bgp`: typed, kept, written, taken back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/config/edit.hpp"
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

TEST_F(IpRoute, OfOneNextHopReplacesItsValues) {
  type("ip route 10.1.0.0/16 192.0.2.1 200");
  type("ip route 10.1.0.0/16 192.0.2.1 100");
  type("ip route 10.1.0.0/16 192.0.2.2");

  EXPECT_EQ(config_.static_routes.at(*rib::Prefix::parse("10.1.0.0/16")).size(), 2u);
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
