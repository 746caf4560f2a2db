#include "cli/show/compare.hpp"

#include <gmock/gmock.h>

#include "test/cli/show/replies.hpp"

namespace cli::show {
namespace {

using Compared = api::ComparedPrefix;

/// One network that is the same everywhere and one that the kernel lacks.
api::Comparison two() {
  api::Comparison comparison;
  for (const auto* network : {"10.1.0.0/16", "10.2.0.0/16"}) {
    auto& compared = *comparison.add_prefixes();
    *compared.mutable_prefix() = prefix(network);
    compared.set_paths(1);
    compared.set_has_best(true);
    compared.mutable_peer()->set_address(octets("192.168.77.2"));
    compared.set_next_hop(octets("192.168.77.2"));
    compared.set_fib(api::FIB_INSTALLED);
    compared.mutable_route()->set_source(api::BGP);
    auto& hop = *compared.mutable_route()->add_next_hops();
    hop.set_gateway(octets("192.168.77.2"));
    hop.set_interface("eth0");
  }
  auto& same = *comparison.mutable_prefixes(0);
  *same.add_kernel_next_hops() = same.route().next_hops(0);
  same.mutable_kernel()->set_ours(true);
  auto& missing = *comparison.mutable_prefixes(1);
  missing.set_difference(Compared::MISSING);
  missing.mutable_kernel()->set_outcome(api::KernelAnswer::NO_ROUTE);
  return comparison;
}

std::string shown(CompareListing::Choice choice) {
  Collected collected;
  CompareListing listing(choice, collected.sink());
  listing.page(two());
  listing.finish();
  return collected.text;
}

TEST(CompareText, ThreeTablesSideBySideWithTheDifferenceMarked) {
  EXPECT_EQ(
      shown({}),
      "   Network              BGP              Routing table                Kernel\n"
      "   10.1.0.0/16          192.168.77.2     bgp 192.168.77.2 eth0        192.168.77.2 eth0 (ours)\n"
      " ! 10.2.0.0/16          192.168.77.2     bgp 192.168.77.2 eth0        -   <- missing in the kernel\n"
      "\n"
      "2 networks, 1 with a difference\n");
}

TEST(CompareText, OnlyDifferencesWhenAsked) {
  EXPECT_THAT(shown({.only_differences = true}), testing::Not(testing::HasSubstr("10.1.0.0/16")));
  EXPECT_THAT(shown({.only_differences = true}), testing::HasSubstr("2 networks, 1 with"));
}

TEST(CompareJson, HasTheSameByPrefix) {
  const auto json = nlohmann::json::parse(shown({.json = true}));

  EXPECT_EQ(json["total"], 2);
  EXPECT_EQ(json["different"], 1);
  EXPECT_EQ(json["prefixes"]["10.1.0.0/16"]["difference"], "none");
  EXPECT_EQ(json["prefixes"]["10.1.0.0/16"]["kernel"]["nexthops"][0]["interfaceName"], "eth0");
  EXPECT_EQ(json["prefixes"]["10.2.0.0/16"]["difference"], "missing");
  EXPECT_FALSE(json["prefixes"]["10.2.0.0/16"].contains("kernel"));
}

TEST(CompareJson, EveryDifferenceHasACode) {
  for (int i = 0; i < Compared::Difference_ARRAYSIZE; ++i)
    EXPECT_NE(code_of(static_cast<Compared::Difference>(i)), "unknown");
}

}  // namespace
}  // namespace cli::show
