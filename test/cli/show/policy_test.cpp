// `show route-map` and its kin, in the shapes of FRR 8.4.4.
#include "cli/show/policy.hpp"

#include <gtest/gtest.h>

#include "cli/config/reader.hpp"

namespace cli::show {
namespace {

Config config() {
  const auto result = read_config(R"(
ip prefix-list B description hello there
ip prefix-list B seq 5 permit 10.0.0.0/8 le 32
ip prefix-list B seq 10 deny any
ipv6 prefix-list B6 seq 5 permit 2001:db8::/32 ge 48 le 64
access-list 10 permit 10.0.0.0 0.255.255.255
access-list 10 permit host 10.1.1.1
access-list Z permit 10.3.0.0/16 exact-match
access-list 101 permit ip 10.0.0.0 0.0.0.255 any
ipv6 access-list S permit 2001:db8::/32
bgp as-path access-list P permit ^65001_
bgp as-path access-list P deny ^$
bgp community-list 10 permit 65000:1 65000:2
bgp community-list 110 permit 65000:.*
bgp community-list standard ST permit 65000:5
bgp community-list standard ST deny internet
bgp community-list expanded EX permit ^65000:
bgp large-community-list standard LS permit 65000:1:2 65000:3:4
bgp extcommunity-list standard ES permit rt 65000:1 soo 65000:2
route-map R permit 10
 description first clause
 match metric 5
 match rpki valid
 set local-preference 200
 set comm-list ST delete
 call S
 on-match goto 30
route-map R deny 20
 on-match next
route-map S permit 10
)");
  EXPECT_FALSE(result.has_errors());
  return result.config;
}

TEST(ShowPolicy, RouteMaps) {
  const auto c = config();
  EXPECT_EQ(route_maps_text({c, "R"}),
            "BGP:\n"
            "route-map: R\n"
            " permit, sequence 10\n"
            "  Description:\n"
            "    first clause\n"
            "  Match clauses:\n"
            "    metric 5\n"
            "    rpki valid\n"
            "  Set clauses:\n"
            "    comm-list ST delete\n"
            "    local-preference 200\n"
            "  Call clause:\n"
            "    Call S\n"
            "  Action:\n"
            "    Goto 30\n"
            " deny, sequence 20\n"
            "  Match clauses:\n"
            "  Set clauses:\n"
            "  Call clause:\n"
            "  Action:\n"
            "    Continue to next entry\n");
  EXPECT_NE(route_maps_text({c})->find("route-map: S\n"), std::string::npos);
  EXPECT_EQ(route_maps_text({c, "NONE"}), std::nullopt);
  const auto json = *route_maps_json({c, "R"});
  EXPECT_EQ(json["BGP"]["R"]["rules"][0]["setClauses"][1], "local-preference 200");
  EXPECT_EQ(json["BGP"]["R"]["rules"][1]["type"], "deny");
}

TEST(ShowPolicy, PrefixListsAndAccessLists) {
  const auto c = config();
  EXPECT_EQ(prefix_lists_text({c}),
            "BGP: ip prefix-list B: 2 entries\n"
            "   Description: hello there\n"
            "   seq 5 permit 10.0.0.0/8 le 32\n"
            "   seq 10 deny any\n");
  EXPECT_EQ(prefix_lists_text({c, "", false}),
            "BGP: ipv6 prefix-list B6: 1 entries\n   seq 5 permit 2001:db8::/32 ge 48 le 64\n");
  EXPECT_EQ((*prefix_lists_json({c, "B"}))["BGP"]["B"]["entries"][0]["maximumPrefixLength"], 32);
  EXPECT_EQ(prefix_lists_json({c, "NONE"}), std::nullopt);
  EXPECT_EQ(access_lists_text({c}),
            "BGP:\n"
            "Standard IP access list 10\n"
            "    seq 5 permit 10.0.0.0, wildcard bits 0.255.255.255\n"
            "    seq 10 permit 10.1.1.1\n"
            "Zebra IP access list Z\n"
            "    seq 5 permit 10.3.0.0/16 exact-match\n"
            "Extended IP access list 101\n"
            "    seq 5 permit ip 10.0.0.0 0.0.0.255 any\n");
  EXPECT_EQ((*access_lists_json({c, "S", false}))["BGP"]["S"]["rules"][0]["prefix"], "2001:db8::/32");
}

TEST(ShowPolicy, AsPathAndCommunityLists) {
  const auto c = config();
  EXPECT_EQ(as_path_lists_text({c}), "AS path access list P\n    permit ^65001_\n    deny ^$\n");
  EXPECT_EQ((*as_path_lists_json({c, "P"}))["P"][1]["sequenceNumber"], 10);
  EXPECT_EQ(community_lists_text({c}),
            "Community standard list 10\n"
            "    permit 65000:1 65000:2\n"
            "Community (expanded) access list 110\n"
            "    permit 65000:.*\n"
            "Named Community expanded list EX\n"
            "    permit ^65000:\n"
            "Named Community standard list ST\n"
            "    permit 65000:5\n"
            "    deny internet\n");
  EXPECT_EQ(large_community_lists_text({c, "LS"}),
            "Named large community standard list LS\n    permit 65000:1:2 65000:3:4\n");
  EXPECT_EQ(extended_community_lists_text({c}),
            "Named extended community standard list ES\n    permit rt 65000:1 soo 65000:2\n");
  EXPECT_EQ((*community_lists_json({c, "EX"}))["EX"]["style"], "expanded");
}

}  // namespace
}  // namespace cli::show
