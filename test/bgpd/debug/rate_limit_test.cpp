#include "bgpd/debug/rate_limit.hpp"

#include <gtest/gtest.h>

namespace bgpd::debug {
namespace {

using namespace std::chrono_literals;

std::uint32_t taken(RateLimit& limit, rib::TimePoint time, std::uint32_t wanted) {
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < wanted; ++i) count += limit.take(time) ? 1u : 0u;
  return count;
}

constexpr auto kMany = 100 * RateLimit::kBurst;
const rib::TimePoint kBegin{1h};

TEST(RateLimit, LetsABurstPassAndCountsWhatIsBeyond) {
  RateLimit limit;
  EXPECT_EQ(taken(limit, kBegin, kMany), RateLimit::kBurst);
  EXPECT_EQ(limit.take_left_out(), kMany - RateLimit::kBurst);
  EXPECT_EQ(limit.take_left_out(), 0u);
}

TEST(RateLimit, AfterABurstItIsSoManyASecond) {
  RateLimit limit;
  taken(limit, kBegin, kMany);
  EXPECT_EQ(taken(limit, kBegin + 1s, kMany), RateLimit::kPerSecond);
  EXPECT_EQ(taken(limit, kBegin + 1s, kMany), 0u);
  EXPECT_EQ(taken(limit, kBegin + 3s, kMany), 2 * RateLimit::kPerSecond);
}

TEST(RateLimit, APauseFillsItUpToABurstAndNoFurther) {
  RateLimit limit;
  taken(limit, kBegin, kMany);
  EXPECT_EQ(taken(limit, kBegin + 24h, kMany), RateLimit::kBurst);
}

}  // namespace
}  // namespace bgpd::debug
