#include "cli/show/route_table.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "test/cli/show/replies.hpp"

namespace cli::show {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

api::RouteEntry entry(std::string_view network, api::RouteSource source) {
  api::RouteEntry result;
  *result.mutable_prefix() = prefix(network);
  result.set_source(source);
  result.set_selected(true);
  result.set_installed(true);
  result.set_table(254);
  result.set_age_ms(29'000);
  return result;
}

api::NextHop via(std::string_view gateway, std::string_view interface) {
  api::NextHop next_hop;
  if (!gateway.empty()) next_hop.set_gateway(octets(gateway));
  next_hop.set_interface_index(2);
  next_hop.set_interface(std::string(interface));
  next_hop.set_weight(1);
  return next_hop;
}

api::RouteEntry bgp_route(std::string_view network) {
  auto route = entry(network, api::BGP);
  route.set_distance(200);
  route.set_internal_bgp(true);
  route.set_fib(api::FIB_INSTALLED);
  *route.add_next_hops() = via("192.168.77.2", "eth0");
  return route;
}

std::string shown(RouteTableKind kind, const api::RouteTable& table, bool json = false) {
  Collected out;
  const auto listing = json ? json_route_table(kind, out.sink()) : text_route_table(kind, out.sink());
  listing->page(table);
  listing->finish();
  return out.text;
}

api::RouteTable of(std::initializer_list<api::RouteEntry> entries) {
  api::RouteTable table;
  for (const auto& one : entries) *table.add_entries() = one;
  return table;
}

TEST(RoutingTable, LooksAsInFrr) {
  auto connected = entry("10.1.1.0/24", api::CONNECTED);
  *connected.add_next_hops() = via("", "docker0");
  auto two_ways = bgp_route("10.1.3.0/24");
  *two_ways.add_next_hops() = via("192.168.77.3", "eth1");

  EXPECT_EQ(shown(RouteTableKind::List, of({connected, bgp_route("10.1.2.0/24"), two_ways})),
            "Codes: K - kernel route, C - connected, S - static, B - BGP,\n"
            "       > - selected route, * - FIB route, q - queued, r - rejected, b - backup\n"
            "       t - trapped, o - offload failure\n"
            "\n"
            "C>* 10.1.1.0/24 is directly connected, docker0, 00:00:29\n"
            "B>* 10.1.2.0/24 [200/0] via 192.168.77.2, eth0, weight 1, 00:00:29\n"
            "B>* 10.1.3.0/24 [200/0] via 192.168.77.2, eth0, weight 1, 00:00:29\n"
            "  *                     via 192.168.77.3, eth1, weight 1, 00:00:29\n");
}

TEST(RoutingTable, LettersTellWhatBecameOfARoute) {
  auto refused = bgp_route("10.1.2.0/24"), waiting = bgp_route("10.1.3.0/24"),
       loser = bgp_route("10.1.4.0/24");
  refused.set_installed(false);
  refused.set_fib(api::FIB_FAILED);
  waiting.set_installed(false);
  waiting.set_fib(api::FIB_PENDING);
  loser.set_installed(false);
  loser.set_selected(false);

  const auto text = shown(RouteTableKind::List, of({refused, waiting, loser}));

  EXPECT_THAT(text, HasSubstr("\nB>r 10.1.2.0/24 "));
  EXPECT_THAT(text, HasSubstr("\nB>q 10.1.3.0/24 "));
  EXPECT_THAT(text, HasSubstr("\nB   10.1.4.0/24 "));
}

TEST(RoutingTable, RecursiveNextHopStandsAboveTheKernels) {
  auto route = bgp_route("10.1.2.0/24");
  route.set_recursive_next_hop(octets("172.16.0.1"));

  EXPECT_THAT(shown(RouteTableKind::List, of({route})),
              HasSubstr("B>* 10.1.2.0/24 [200/0] via 172.16.0.1 (recursive), weight 1, 00:00:29\n"
                        "  *                     via 192.168.77.2, eth0, weight 1, 00:00:29\n"));
}

TEST(RoutingTable, Ipv6) {
  auto route = entry("2001:db8:2::/64", api::BGP);
  route.set_distance(200);
  *route.add_next_hops() = via("fe80::2", "eth0");

  EXPECT_THAT(shown(RouteTableKind::List, of({route})),
              HasSubstr("B>* 2001:db8:2::/64 [200/0] via fe80::2, eth0, weight 1, 00:00:29\n"));
}

TEST(RoutingTable, DetailOfOnePrefix) {
  EXPECT_EQ(shown(RouteTableKind::Detail, of({bgp_route("10.1.2.0/24")})),
            "Routing entry for 10.1.2.0/24\n"
            "  Known via \"bgp\", distance 200, metric 0, best\n"
            "  Last update 00:00:29 ago\n"
            "  * 192.168.77.2, via eth0, weight 1\n"
            "\n");
}

TEST(RoutingTable, DetailSaysWhyTheKernelRefused) {
  auto route = bgp_route("10.1.2.0/24");
  route.set_installed(false);
  route.set_fib(api::FIB_FAILED);
  route.set_error(101);
  route.set_error_text("Nexthop has invalid gateway");

  EXPECT_THAT(shown(RouteTableKind::Detail, of({route})),
              HasSubstr("(Network is unreachable), Nexthop has invalid gateway\n"));
}

TEST(RoutingTable, SummaryCountsBySource) {
  auto connected = entry("10.1.1.0/24", api::CONNECTED);

  EXPECT_EQ(shown(RouteTableKind::Summary, of({connected, bgp_route("10.1.2.0/24")})),
            "Route Source         Routes               FIB  (vrf default)\n"
            "connected            1                    1                    \n"
            "ebgp                 0                    0                    \n"
            "ibgp                 1                    1                    \n"
            "------\n"
            "Totals               2                    2                    \n"
            "\n");
}

TEST(RoutingTableJson, HasFrrsKeysAndNoFalseBooleans) {
  const auto json = Json::parse(shown(RouteTableKind::List, of({bgp_route("10.1.2.0/24")}), true));

  const auto& route = json["10.1.2.0/24"][0];
  std::vector<std::string> keys;
  for (const auto& [name, value] : route.items()) keys.push_back(name);
  EXPECT_EQ(keys, (std::vector<std::string>{"prefix",
                                            "prefixLen",
                                            "protocol",
                                            "vrfId",
                                            "vrfName",
                                            "selected",
                                            "destSelected",
                                            "distance",
                                            "metric",
                                            "installed",
                                            "table",
                                            "internalStatus",
                                            "internalFlags",
                                            "internalNextHopNum",
                                            "internalNextHopActiveNum",
                                            "internalNextHopFibInstalledNum",
                                            "nexthopGroupId",
                                            "installedNexthopGroupId",
                                            "uptime",
                                            "nexthops"}));
  EXPECT_EQ(route["nexthops"], Json::parse(R"([{"flags":3,"fib":true,"ip":"192.168.77.2","afi":"ipv4",
            "interfaceIndex":2,"interfaceName":"eth0","active":true,"weight":1}])"));
}

TEST(RoutingTableJson, RoutesToOnePrefixShareAKeyAcrossPages) {
  Collected out;
  const auto listing = json_route_table(RouteTableKind::List, out.sink());
  listing->page(of({bgp_route("10.1.2.0/24")}));
  listing->page(of({entry("10.1.2.0/24", api::KERNEL), entry("10.1.3.0/24", api::KERNEL)}));
  listing->finish();

  const auto json = Json::parse(out.text);
  EXPECT_EQ(json.size(), 2u);
  EXPECT_EQ(json["10.1.2.0/24"].size(), 2u);
}

TEST(RoutingTable, SeveralVrfsStandBelowEachOther) {  // `vrf all`, as in FRR
  Collected out;
  auto red = of({bgp_route("10.1.2.0/24")}), none = of({});
  red.set_vrf("red");
  none.set_vrf("green");
  const auto listing = text_route_table(RouteTableKind::List, out.sink(), RouteTableHead::EachVrf);
  for (const auto& table : {of({bgp_route("10.1.2.0/24")}), of({bgp_route("10.1.3.0/24")}), none, red})
    listing->page(table);
  listing->finish();

  EXPECT_EQ(out.text.substr(out.text.find("VRF")),
            "VRF default:\n"
            "B>* 10.1.2.0/24 [200/0] via 192.168.77.2, eth0, weight 1, 00:00:29\n"
            "B>* 10.1.3.0/24 [200/0] via 192.168.77.2, eth0, weight 1, 00:00:29\n"
            "\n"
            "VRF red:\n"
            "B>* 10.1.2.0/24 [200/0] via 192.168.77.2, eth0, weight 1, 00:00:29\n");
  EXPECT_THAT(shown(RouteTableKind::Detail, red), HasSubstr("metric 0, vrf red, best\n"));
}

TEST(RoutingTable, ATableThatWasAskedForByItsNumberHasItInTheHead) {  // as in FRR
  Collected out;
  const auto listing = text_route_table(RouteTableKind::List, out.sink(), RouteTableHead::Table);
  listing->page(of({bgp_route("10.1.2.0/24")}));
  listing->finish();

  EXPECT_THAT(out.text, HasSubstr("\n\nVRF default table 254:\nB>* 10.1.2.0/24 "));
}

TEST(RoutingTable, CountsOfSeveralVrfsStandBelowEachOther) {
  Collected out;
  auto red = of({bgp_route("10.1.2.0/24"), bgp_route("10.1.3.0/24")});
  red.set_vrf("red");
  const auto listing = text_route_table(RouteTableKind::Summary, out.sink(), RouteTableHead::EachVrf);
  listing->page(of({bgp_route("10.1.2.0/24")}));
  listing->page(red);
  listing->finish();

  EXPECT_THAT(out.text,
              HasSubstr("(vrf default)\nebgp                 0                    0                    \n"
                        "ibgp                 1 "));
  EXPECT_THAT(out.text,
              HasSubstr("(vrf red)\nebgp                 0                    0                    \n"
                        "ibgp                 2 "));
}

TEST(RoutingTableJson, SeveralVrfsAreOneObject) {
  Collected out;
  auto red = of({bgp_route("10.1.2.0/24"), bgp_route("10.1.9.0/24")});
  red.set_vrf("red");
  const auto listing = json_route_table(RouteTableKind::List, out.sink(), {red});
  listing->page(of({bgp_route("10.1.2.0/24"), bgp_route("10.1.3.0/24")}));
  listing->finish();

  const auto json = Json::parse(out.text);
  EXPECT_EQ(json.size(), 3u);
  ASSERT_EQ(json["10.1.2.0/24"].size(), 2u);
  EXPECT_EQ(json["10.1.2.0/24"][0]["vrfName"], "default");
  EXPECT_EQ(json["10.1.2.0/24"][1]["vrfName"], "red");
  EXPECT_EQ(json["10.1.9.0/24"][0]["vrfName"], "red");
}

TEST(RoutingTableJson, EmptyIsAnObject) { EXPECT_EQ(shown(RouteTableKind::List, {}, true), "{}\n"); }

TEST(RoutingTableJson, NoRouteToAnAddressIsTheDefaultRoutesPlaceWithNothingInIt) {  // as in FRR
  std::string text;
  const auto listing = json_route_table(
      RouteTableKind::Detail, [&](std::string_view part) { text += part; }, {}, "0.0.0.0/0");
  listing->page({});
  listing->finish();
  EXPECT_EQ(text, "{\n  \"0.0.0.0/0\": []\n}\n");
}

TEST(RouteTableList, AStaticRouteWithoutAWayIsInactive) {
  auto route = entry("10.1.0.0/16", api::STATIC);
  route.set_selected(false);
  route.set_installed(false);
  route.set_distance(1);
  route.set_recursive_next_hop(octets("192.0.2.1"));
  api::RouteTable table;
  *table.add_entries() = route;
  std::string out;
  const auto list = text_route_table(RouteTableKind::List, [&](std::string_view part) { out += part; });
  list->page(table);
  EXPECT_THAT(out, HasSubstr("S   10.1.0.0/16 [1/0] via 192.0.2.1 inactive, weight 1, 00:00:29\n"));
}

TEST(RoutingTableJson, SaysWhyARouteOfOursIsNotInTheKernel) {
  const auto reason = [](const api::RouteEntry& route) {
    const auto json = Json::parse(shown(RouteTableKind::List, of({route}), true));
    const auto& shown = json.begin().value().at(0);
    return shown.contains("reason") ? shown["reason"].get<std::string>() : "";
  };
  auto route = bgp_route("10.1.2.0/24");
  EXPECT_EQ(reason(route), "");
  route.set_installed(false);
  route.set_fib(api::FIB_POLICY_DENIED);
  EXPECT_EQ(reason(route), "denied by the route map between BGP and the kernel");

  auto fixed = entry("10.1.2.0/24", api::STATIC);
  fixed.set_installed(false);
  EXPECT_EQ(reason(fixed), "no usable next hop");
  *fixed.add_next_hops() = via("192.168.77.2", "eth0");
  fixed.set_fib(api::FIB_LOSES_TO_BGP);
  EXPECT_EQ(reason(fixed), "BGP route preferred");
  EXPECT_EQ(reason(entry("10.1.2.0/24", api::KERNEL)), "");
}

}  // namespace
}  // namespace cli::show
