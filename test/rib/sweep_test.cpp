// Walks over whole tables go in slices: what comes meanwhile does not wait for all of the walk.
#include <gtest/gtest.h>

#include "rib/table.hpp"
#include "test/support/rib_builders.hpp"

namespace test {
namespace {

class WholeTable : public testing::TestWithParam<Family> {
 protected:
  static constexpr std::uint32_t kRoutes = 20000;

  void SetUp() override {
    const bool is_v4 = GetParam() == Family::Ipv4Unicast;
    for (std::uint32_t i = 0; i < kRoutes; ++i) {
      const auto net = IpAddress::v4(0x0a000000 + (i << 8)).to_string();  // 2001:db8::10.0.0.0 and on
      routes.push_back({prefix(is_v4 ? net + "/24" : "2001:db8::" + net + "/120"), 0});
    }
    node.announce(leaving, attributes().via(is_v4 ? "192.0.2.1" : "2001:db8::1").path({1}), routes);
    ASSERT_TRUE(node.settle());
    ASSERT_EQ(held(), kRoutes);
  }

  std::size_t held() { return node.output.of(bystander, GetParam()).size(); }

  Node node;
  PeerHandle leaving = node.up(peer("192.0.2.1", 1)), bystander = node.up(client("192.0.2.3"));
  std::vector<Nlri> routes;
};

TEST_P(WholeTable, OfANeighborThatGoesIsWithdrawnInSlices) {
  constexpr std::size_t kBudget = 500,
                        kMost = 2 * kBudget + rib::Table::kChunkSize;  // a chunk is not divided
  node.down(leaving);
  while (node.engine.has_work()) {
    const auto before = held();
    node.engine.run(kBudget, node.now);
    ASSERT_LE(before - held(), kMost);
  }
  EXPECT_EQ(held(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Families, WholeTable, testing::ValuesIn(kFamilies));

}  // namespace
}  // namespace test
