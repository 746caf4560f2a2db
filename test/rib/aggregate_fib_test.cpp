// What the kernel has of an aggregate of ours.
#include <gmock/gmock.h>

#include "test/rib/aggregated_families.hpp"
#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using testing::IsEmpty;

TEST(AggregateInTheKernel, IsABlackholeAsLongAsItIsTheBestRoute) {
  Node node;
  for (const auto& side : kAggregatedFamilies) {
    const auto from = node.up(peer("192.0.2.1", 1));
    node.announce(from, attributes().via(side.link).path({1}), {side.one});
    node.engine.set_aggregates({{prefix(side.whole), {}}}, node.now);
    node.settle();
    ASSERT_TRUE(node.output.fib.contains(prefix(side.whole)));
    EXPECT_EQ(node.output.fib.at(prefix(side.whole)), (FibRoute{RouteType::Blackhole, {}}));
    const auto shown = node.engine.routes_for(prefix(side.whole)).back();
    EXPECT_EQ(shown.type, RouteType::Blackhole);
    EXPECT_EQ(shown.distance, 200);
    EXPECT_TRUE(shown.selected);
    EXPECT_EQ(node.engine.routes(side.family, std::nullopt, 100).size(), 3u);  // with the connected one

    // A `network` line for the same prefix is no aggregate: the route is somewhere else.
    node.originate(side.whole);
    node.settle();
    EXPECT_FALSE(node.output.fib.contains(prefix(side.whole)));
    node.withdraw_local(side.whole);
    node.settle();
    EXPECT_TRUE(node.output.fib.contains(prefix(side.whole)));

    const auto foreign = kernel_route(side.whole, side.link);
    node.engine.kernel_route(foreign, node.now);
    node.settle();
    EXPECT_EQ(node.fib_state(side.whole), FibState::LosesToKernel);
    EXPECT_FALSE(node.output.fib.contains(prefix(side.whole)));
    node.engine.kernel_route_gone(foreign, node.now);
    node.settle();
    EXPECT_TRUE(node.output.fib.contains(prefix(side.whole)));

    node.withdraw(from, {side.one});
    node.settle();
    EXPECT_THAT(node.output.fib, IsEmpty());
    node.down(from);
    node.engine.set_aggregates({}, node.now);
    node.settle();
  }
}

}  // namespace
}  // namespace test
