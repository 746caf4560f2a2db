#include "cli/show/statistics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/cli/show/replies.hpp"

namespace cli::show {
namespace {

using testing::HasSubstr;

api::Path path_through(std::initializer_list<std::uint32_t> numbers) {
  auto path = peer_path();
  if (numbers.size() == 0) return path;
  auto& sequence = *path.mutable_attributes()->add_as_path();
  sequence.set_type(2);
  for (const auto number : numbers) sequence.add_as_numbers(number);
  return path;
}

api::Routes some_routes() {
  auto routes = table();
  add(routes, "10.0.0.0/8", {own_path(), path_through({64513})});
  add(routes, "10.9.0.0/16", {path_through({64512, 70000, 70001, 65001})});
  add(routes, "10.9.7.128/25", {path_through({64513})});
  add(routes, "10.10.0.0/24", {path_through({64513})});
  return routes;
}

/// What FRR 8.4 says of this table.
TEST(Statistics, LookAsInFrr) {
  auto routes = some_routes();
  add(routes, "172.16.0.0/12", {own_path()});
  auto denied = path_through({1, 2, 3, 4, 5});
  denied.set_state(api::PATH_POLICY_DENIED);
  add(routes, "192.0.2.0/24", {denied});
  TableStatistics statistics(api::IPV4_UNICAST);
  statistics.page(routes);

  EXPECT_EQ(statistics.text(),
            "BGP IPv4 Unicast RIB statistics (VRF default)\n"
            "Total Advertisements          :            6\n"
            "Total Prefixes                :            5\n"
            "Average prefix length         :        17.00\n"
            "Unaggregateable prefixes      :            2\n"
            "Maximum aggregateable prefixes:            3\n"
            "BGP Aggregate advertisements  :            0\n"
            "Address space advertised      :  1.78258e+07\n"
            "                  % announced :         0.42\n"
            "                /8 equivalent :         1.06\n"
            "               /24 equivalent :     69632.00\n"
            "\n"
            "Advertisements with paths     :            6\n"
            "Longest AS-Path (hops)        :            4\n"
            "Average AS-Path length (hops) :         1.17\n"
            "Largest AS-Path (bytes)       :           18\n"
            "Average AS-Path size (bytes)  :         6.00\n"
            "Highest public ASN            :        70001\n");
  EXPECT_THAT(statistics.json(), HasSubstr("\"ipv4Unicast\": [\n"));
  EXPECT_THAT(statistics.json(), HasSubstr("\"%announced\": 0.4150390625,\n"));
  EXPECT_THAT(statistics.json(), HasSubstr("\"/24equivalent\": 69632.0,\n"));
}

/// As FRR counts, over any number of pages.
TEST(Statistics, ANetworkAroundTheWholeTableIsNotAroundOthers) {
  const auto whole = some_routes();
  TableStatistics statistics(api::IPV4_UNICAST);
  for (const auto& destination : whole.destinations()) {
    auto page = table();
    *page.add_destinations() = destination;
    statistics.page(page);
  }

  EXPECT_THAT(statistics.text(), HasSubstr("Unaggregateable prefixes      :            3\n"
                                           "Maximum aggregateable prefixes:            1\n"));
  EXPECT_THAT(statistics.text(), HasSubstr("/24 equivalent :     65793.00\n"));
}

TEST(Statistics, Ipv6IsToldInItsOwnLengths) {
  auto routes = table();
  add(routes, "2001:db8::/32", {own_path("::")});
  add(routes, "2001:db8:1::/48", {own_path("::")});
  add(routes, "fd00::/8", {own_path("::")});
  TableStatistics statistics(api::IPV6_UNICAST);
  statistics.page(routes);

  EXPECT_THAT(statistics.json(), HasSubstr("\"/32equivalent\": 16777217.0,\n"));
  EXPECT_THAT(statistics.json(), HasSubstr("\"/48equivalent\": 1099511693312.0,\n"));
  EXPECT_THAT(statistics.text(), HasSubstr("               /32 equivalent :  1.67772e+07\n"));
}

TEST(Statistics, OfNothingAreZeros) {
  const TableStatistics statistics(api::IPV6_UNICAST);
  EXPECT_THAT(statistics.text(), HasSubstr("Average prefix length         :         0.00\n"));
  EXPECT_THAT(statistics.json(), HasSubstr("\"prefixLength\": []"));
}

}  // namespace
}  // namespace cli::show
