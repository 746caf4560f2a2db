#include "cli/show/routes.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/show/route_detail.hpp"
#include "test/cli/show/replies.hpp"

namespace cli::show {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

std::string shown(RouteListingKind kind, std::initializer_list<api::Routes> pages, bool json = false) {
  Collected out;
  const auto listing = json ? json_listing(kind, out.sink()) : text_listing(kind, out.sink());
  for (const auto& page : pages) listing->page(page);
  listing->finish();
  return out.text;
}

api::Routes three_routes() {
  auto routes = table();
  add(routes, "10.1.1.0/24", {best(own_path())});
  add(routes, "10.1.2.0/24", {best(peer_path())});
  add(routes, "10.9.0.0/16", {best(own_path()), peer_path()}).set_reason(api::BEST_WEIGHT);
  return routes;
}

TEST(RouteTable, LooksAsInFrr) {
  EXPECT_EQ(shown(RouteListingKind::Table, {three_routes()}),
            "BGP table version is 3, local router ID is 192.168.77.1, vrf id 0\n"
            "Default local pref 100, local AS 64512\n"
            "Status codes:  s suppressed, d damped, h history, * valid, > best, = multipath,\n"
            "               i internal, r RIB-failure, S Stale, R Removed, D duplicate subnet\n"
            "Nexthop codes: @NNN nexthop's vrf id, < announce-nh-self\n"
            "Origin codes:  i - IGP, e - EGP, ? - incomplete\n"
            "RPKI validation codes: V valid, I invalid, N Not found\n"
            "\n"
            "   Network          Next Hop            Metric LocPrf Weight Path\n"
            "*> 10.1.1.0/24      0.0.0.0                  0         32768 i\n"
            "*>i10.1.2.0/24      192.168.77.2             0    100      0 i\n"
            "*> 10.9.0.0/16      0.0.0.0                  0         32768 i\n"
            "* i                 192.168.77.2             0    100      0 i\n"
            "\n"
            "Displayed 3 routes and 4 total paths\n");
}

TEST(RouteTable, LongIpv6ValuesTakeALineOfTheirOwn) {
  auto routes = table();
  add(routes, "2001:db8:1111:2222::/64", {best(peer_path("2001:db8:1111:2222::3333"))});

  EXPECT_THAT(shown(RouteListingKind::Table, {routes}),
              HasSubstr("*>i2001:db8:1111:2222::/64\n"
                        "                    2001:db8:1111:2222::3333\n"
                        "                                             "
                        "0    100      0 i\n"));
}

TEST(RouteTable, AsPathStandsBeforeTheOrigin) {
  auto routes = table();
  auto path = best(peer_path());
  path.set_peer_type(api::EXTERNAL);
  path.mutable_attributes()->clear_local_pref();
  path.mutable_attributes()->set_origin(api::PathAttributes::INCOMPLETE);
  auto& sequence = *path.mutable_attributes()->add_as_path();
  sequence.set_type(2);
  sequence.add_as_numbers(65001);
  sequence.add_as_numbers(65002);
  auto& set = *path.mutable_attributes()->add_as_path();
  set.set_type(1);
  set.add_as_numbers(1);
  set.add_as_numbers(2);
  add(routes, "10.0.0.0/8", {path});

  EXPECT_THAT(
      shown(RouteListingKind::Table, {routes}),
      HasSubstr("*> 10.0.0.0/8       192.168.77.2             0             0 65001 65002 {1,2} ?\n"));
}

TEST(RouteTable, DuplicateSubnetsHaveTheLetterD) {
  auto routes = table();
  auto other = peer_path();
  other.set_state(api::PATH_DUPLICATE_SUBNET);
  add(routes, "172.17.0.0/16", {best(own_path()), other}).set_fib(api::FIB_NONE);

  EXPECT_THAT(shown(RouteListingKind::Table, {routes}), HasSubstr("\n*> 172.17.0.0/16    0.0.0.0"));
  EXPECT_THAT(shown(RouteListingKind::Table, {routes}), HasSubstr("\nD i                 192.168.77.2"));
  const auto json = Json::parse(shown(RouteListingKind::Table, {routes}, true));
  EXPECT_FALSE(json["routes"]["172.17.0.0/16"][0].contains("duplicate"));
  EXPECT_EQ(json["routes"]["172.17.0.0/16"][1]["duplicate"], true);
}

TEST(RouteTable, WhatTheKernelRefusedHasTheLetterR) {
  auto routes = table();
  add(routes, "10.1.2.0/24", {best(peer_path())}).set_fib(api::FIB_FAILED);

  EXPECT_THAT(shown(RouteListingKind::Table, {routes}), HasSubstr("\nr>i10.1.2.0/24 "));
}

TEST(RouteTable, RejectedPathsAreOnlyInReceivedRoutes) {
  auto routes = table();
  auto rejected = peer_path();
  rejected.set_state(api::PATH_AS_LOOP);
  add(routes, "10.1.2.0/24", {rejected});
  add(routes, "10.1.3.0/24", {best(peer_path())});

  EXPECT_THAT(shown(RouteListingKind::Table, {routes}), Not(HasSubstr("10.1.2.0/24")));
  EXPECT_THAT(shown(RouteListingKind::Table, {routes}), HasSubstr("Displayed 1 routes and 1 total paths"));
  EXPECT_THAT(shown(RouteListingKind::Received, {routes}),
              HasSubstr("  i10.1.2.0/24      192.168.77.2             0    100      0 i (AS loop)\n"));
  EXPECT_THAT(shown(RouteListingKind::Received, {routes}), HasSubstr("Total number of prefixes 2\n"));
}

TEST(RouteTable, EmptySaysSo) {
  EXPECT_EQ(shown(RouteListingKind::Table, {table()}), "No BGP prefixes displayed, 0 exist\n");
  EXPECT_EQ(shown(RouteListingKind::Advertised, {table()}), "Total number of prefixes 0\n");
}

TEST(RouteTable, WhatFitsIsCountedBesideTheWholeTable) {  // in FRR's words
  auto routes = table();
  routes.set_total_paths(9);
  routes.set_listed_paths(7);
  EXPECT_EQ(shown(RouteListingKind::Matching, {routes}), "");
  EXPECT_EQ(shown(RouteListingKind::Learned, {routes}), "");
  add(routes, "10.1.3.0/24", {best(peer_path())});

  EXPECT_THAT(shown(RouteListingKind::Matching, {routes}),
              HasSubstr("\nDisplayed 1 routes and 7 total paths\n"));
  EXPECT_THAT(shown(RouteListingKind::Learned, {routes}),
              HasSubstr("\nDisplayed 1 routes and 7 total paths\n"));
  const auto json = Json::parse(shown(RouteListingKind::Matching, {routes}, true));
  EXPECT_EQ(json["totalRoutes"], 1);
  EXPECT_EQ(json["totalPaths"], 7);
}

TEST(RouteTable, AdvertisedJsonHasEveryPathOfAPrefix) {  // RFC 7911
  auto routes = table();
  auto first = best(peer_path()), second = peer_path("192.168.77.3");
  first.set_path_id(1);
  second.set_path_id(2);
  add(routes, "10.1.2.0/24", {first, second});
  add(routes, "10.1.3.0/24", {best(peer_path())});

  const auto json = Json::parse(shown(RouteListingKind::Advertised, {routes}, true));

  const auto& several = json["advertisedRoutes"]["10.1.2.0/24"];
  EXPECT_EQ(several["nextHop"], "192.168.77.2");
  ASSERT_EQ(several["paths"].size(), 2u);
  EXPECT_EQ(several["paths"][1]["nextHop"], "192.168.77.3");
  EXPECT_EQ(several["paths"][1]["addpathTxId"], 2);
  EXPECT_FALSE(json["advertisedRoutes"]["10.1.3.0/24"].contains("paths"));
  EXPECT_EQ(json["totalPrefixCounter"], 2);
}

TEST(RouteTable, PagesAreOneTable) {
  auto first = table(), second = table();
  add(first, "10.1.1.0/24", {best(own_path())});
  add(second, "10.1.2.0/24", {best(peer_path())});

  const auto text = shown(RouteListingKind::Table, {first, second});
  const auto json = Json::parse(shown(RouteListingKind::Table, {first, second}, true));

  EXPECT_EQ(text.find("Network"), text.rfind("Network"));
  EXPECT_THAT(text, HasSubstr("Displayed 2 routes and 2 total paths\n"));
  EXPECT_EQ(json["totalRoutes"], 2);
  EXPECT_EQ(json["routes"].size(), 2u);
}

TEST(RouteTableJson, HasFrrsKeys) {
  const auto json = Json::parse(shown(RouteListingKind::Table, {three_routes()}, true));

  EXPECT_EQ(keys(json),
            (std::vector<std::string>{"vrfId", "vrfName", "tableVersion", "routerId", "defaultLocPrf",
                                      "localAS", "routes", "totalRoutes", "totalPaths"}));
  const auto& path = json["routes"]["10.1.2.0/24"][0];
  EXPECT_EQ(keys(path),
            (std::vector<std::string>{"valid", "bestpath", "selectionReason", "pathFrom", "prefix",
                                      "prefixLen", "network", "version", "metric", "locPrf", "weight",
                                      "peerId", "path", "origin", "nexthops"}));
  EXPECT_EQ(path["bestpath"], true);
  EXPECT_EQ(path["selectionReason"], "First path received");
  EXPECT_EQ(path["nexthops"],
            Json::parse(R"([{"ip":"192.168.77.2","hostname":"r2","afi":"ipv4","used":true}])"));
  EXPECT_EQ(json["routes"]["10.9.0.0/16"][0]["peerId"], "(unspec)");
}

TEST(RouteTableJson, EmptyIsWhole) {
  EXPECT_EQ(Json::parse(shown(RouteListingKind::Table, {}, true))["totalRoutes"], 0);
  EXPECT_EQ(Json::parse(shown(RouteListingKind::Received, {}, true))["totalPrefixCounter"], 0);
}

TEST(RouteTableJson, HostNamesThatAreNoUtf8DoNotBreakIt) {
  auto routes = table();
  auto path = best(peer_path());
  path.set_peer_hostname("r\xff\"2\n");
  add(routes, "10.1.2.0/24", {path});

  EXPECT_TRUE(Json::accept(shown(RouteListingKind::Table, {routes}, true)));
}

TEST(AdvertisedRoutesJson, HasFrrsKeys) {
  const auto json = Json::parse(shown(RouteListingKind::Advertised, {three_routes()}, true));

  EXPECT_EQ(keys(json),
            (std::vector<std::string>{"bgpTableVersion", "bgpLocalRouterId", "defaultLocPrf", "localAS",
                                      "bgpStatusCodes", "bgpOriginCodes", "advertisedRoutes",
                                      "totalPrefixCounter", "filteredPrefixCounter"}));
  EXPECT_EQ(json["advertisedRoutes"]["10.1.2.0/24"]["nextHop"], "192.168.77.2");
  EXPECT_EQ(json["totalPrefixCounter"], 3);
}

TEST(RouteDetail, LooksAsInFrr) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  auto routes = table();
  auto& destination = add(routes, "10.9.0.0/16", {best(own_path()), peer_path()});
  destination.set_reason(api::BEST_WEIGHT);
  destination.add_advertised_to()->mutable_name()->set_address(octets("192.168.77.2"));
  destination.mutable_paths(1)->mutable_attributes()->add_communities(0xFDE80001);
  destination.mutable_paths(1)->mutable_attributes()->set_originator_id(identifier("10.0.0.7"));
  destination.mutable_paths(1)->mutable_attributes()->add_cluster_list(identifier("10.0.0.8"));

  EXPECT_EQ(route_detail_text(routes, at_noon()),
            "BGP routing table entry for 10.9.0.0/16, version 2\n"
            "Paths: (2 available, best #1, table default)\n"
            "  Advertised to peers:\n"
            "  192.168.77.2\n"
            "  Local\n"
            "    0.0.0.0 from 0.0.0.0 (192.168.77.1)\n"
            "      Origin IGP, metric 0, weight 32768, valid, sourced, local, best (Weight)\n"
            "      Last update: Tue Nov 24 01:38:49 2026\n"
            "  Local\n"
            "    192.168.77.2 from 192.168.77.2 (192.168.77.2)\n"
            "      Origin IGP, metric 0, localpref 100, valid, internal\n"
            "      Community: 65000:1\n"
            "      Originator: 10.0.0.7, Cluster list: 10.0.0.8\n"
            "      Last update: Tue Nov 24 01:38:51 2026\n");
}

TEST(RouteDetail, MakesUpNoOriginator) {
  auto routes = table();
  auto path = best(peer_path());
  path.mutable_attributes()->add_cluster_list(identifier("10.0.0.8"));
  add(routes, "10.9.0.0/16", {path});

  const auto text = route_detail_text(routes, at_noon());

  EXPECT_THAT(text, HasSubstr("\n      Cluster list: 10.0.0.8\n"));
  EXPECT_THAT(text, Not(HasSubstr("Originator")));
}

TEST(RouteDetail, SaysWhatIsWrong) {
  auto routes = table();
  auto duplicate = peer_path(), unreachable = peer_path(), looped = peer_path();
  duplicate.set_state(api::PATH_DUPLICATE_SUBNET);
  unreachable.set_state(api::PATH_NEXT_HOP_UNREACHABLE);
  looped.set_state(api::PATH_CLUSTER_LOOP);
  add(routes, "172.17.0.0/16", {duplicate, unreachable, looped}).set_fib(api::FIB_SUPPRESSED);

  const auto text = route_detail_text(routes, at_noon());

  EXPECT_THAT(text, HasSubstr("Paths: (2 available, no best path)\n  Not advertised to any peer\n"));
  EXPECT_THAT(text, HasSubstr("\n  Duplicate subnet: "));
  EXPECT_THAT(text, HasSubstr("192.168.77.2 (inaccessible) from"));
  EXPECT_THAT(text, HasSubstr(", rejected (CLUSTER_LIST holds our cluster), "));
  EXPECT_THAT(text, Not(HasSubstr("valid")));
}

TEST(RouteDetailJson, BestpathIsAnObjectHere) {
  const auto json = Json::parse(route_detail_json(three_routes(), at_noon()));

  EXPECT_EQ(keys(json), (std::vector<std::string>{"prefix", "version", "paths"}));
  EXPECT_EQ(keys(json["paths"][0]),
            (std::vector<std::string>{"aspath", "origin", "metric", "weight", "valid", "version", "sourced",
                                      "local", "bestpath", "lastUpdate", "nexthops", "peer"}));
  EXPECT_EQ(json["paths"][0]["bestpath"]["overall"], true);
  EXPECT_EQ(json["paths"][0]["aspath"]["string"], "Local");
}

}  // namespace
}  // namespace cli::show
