#include "fib/own_route_table.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "test/support/addresses.hpp"

namespace fib {
namespace {

using ::test::prefix;

/// Distinct ones: /24s, /48s, /128s.
rib::Prefix ipv4(std::uint32_t number) { return {rib::IpAddress::v4(0x10000000 + (number << 8)), 24}; }
rib::Prefix ipv6(std::uint32_t number, unsigned length) {
  rib::IpAddress::Bytes bytes{0x20, 0x01};
  for (unsigned i = 0; i < 4; ++i) bytes[2 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  return {rib::IpAddress::v6(bytes), length};
}

TEST(OwnRouteTable, FindsEveryKindOfPrefixAndSaysItAgain) {
  OwnRouteTable table;
  const std::vector<rib::Prefix> prefixes{
      prefix("0.0.0.0/0"),     prefix("::/0"),          prefix("10.0.0.0/8"),
      prefix("10.0.0.0/9"),    prefix("10.0.0.1/32"),   prefix("2001:db8::/32"),
      prefix("2001:db8::/64"), prefix("2001:db8::/65"), prefix("2001:db8::1/128")};

  std::set<OwnRouteTable::Id> ids;
  for (const auto& one : prefixes) {
    EXPECT_EQ(table.find(one), std::nullopt);
    const auto id = table.find_or_add(one);
    ids.insert(id);
    EXPECT_EQ(table.prefix(id), one);
    EXPECT_EQ(OwnRouteTable::afi(id), one.afi());
  }

  EXPECT_EQ(ids.size(), prefixes.size());
  EXPECT_EQ(table.size(), prefixes.size());
  for (const auto& one : prefixes) EXPECT_EQ(table.prefix(table.find(one).value()), one);
}

TEST(OwnRouteTable, ANumberIsUsedAgainWithNothingLeftInIt) {
  OwnRouteTable table;
  table.find_or_add(ipv4(0));
  const auto id = table.find_or_add(ipv4(1));
  table.at(id).is_told = true;

  table.erase(id);

  EXPECT_FALSE(table.is_used(id));
  EXPECT_EQ(table.find(ipv4(1)), std::nullopt);
  EXPECT_EQ(table.find_or_add(ipv4(2)), id);
  EXPECT_FALSE(table.at(id).is_told);
  EXPECT_EQ(table.prefix(id), ipv4(2));
}

TEST(OwnRouteTable, SurvivesGrowthRemovalAndVisitsThatErase) {
  constexpr std::uint32_t kCount = 20000;
  OwnRouteTable table;
  for (std::uint32_t i = 0; i < kCount; ++i) {
    table.find_or_add(ipv4(i));
    table.find_or_add(ipv6(i, 48));
    table.find_or_add(ipv6(i, 128));
  }
  for (std::uint32_t i = 0; i < kCount; ++i)
    if (i % 16 != 0)
      for (const auto& one : {ipv4(i), ipv6(i, 48), ipv6(i, 128)}) table.erase(table.find(one).value());

  EXPECT_EQ(table.size(), 3 * kCount / 16);
  for (std::uint32_t i = 0; i < kCount; ++i)
    for (const auto& one : {ipv4(i), ipv6(i, 48), ipv6(i, 128)})
      ASSERT_EQ(table.find(one).has_value(), i % 16 == 0) << one.to_string();

  std::size_t visited = 0;
  table.for_each([&](OwnRouteTable::Id id, OwnRoute&) {
    ++visited;
    table.erase(id);
  });
  EXPECT_EQ(visited, 3 * kCount / 16);
  EXPECT_EQ(table.size(), 0u);
  EXPECT_LT(table.memory_bytes(), 1000u) << "memory returns when the last route goes";
}

TEST(OwnRouteTable, TakesAtMostThirtyTwoOctetsForARouteOfAnyLength) {
  OwnRouteTable ipv4_table, ipv6_table, host_table;
  for (std::uint32_t i = 0; i < 200'000; ++i) {
    ipv4_table.find_or_add(ipv4(i));
    ipv6_table.find_or_add(ipv6(i, 48));
    host_table.find_or_add(ipv6(i, 128));
    if (i < 20'000 || i % 1000 != 0) continue;
    ASSERT_LE(ipv4_table.memory_bytes() / (i + 1), 21u) << i;
    ASSERT_LE(ipv6_table.memory_bytes() / (i + 1), 25u) << i;
    ASSERT_LE(host_table.memory_bytes() / (i + 1), 32u) << i;
  }
}

}  // namespace
}  // namespace fib
