// The table and its index: ids are dense, prefixes are found, memory returns.
#include "rib/table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

Prefix numbered(std::uint32_t i) {
  if (i % 5 != 0) return {IpAddress::v4(0x0a000000 + (i << 6)), 26};
  IpAddress::Bytes bytes{0xfd, 0, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                         static_cast<std::uint8_t>(i)};
  return {IpAddress::v6(bytes), 40};
}

TEST(Table, FindsWhatAMapFindsThroughRandomInsertionsAndRemovals) {
  std::mt19937 random(4711);
  Table table;
  std::map<Prefix, Table::Id> expected;
  for (int phase = 0; phase < 6; ++phase) {
    for (int i = 0; i < 20000; ++i) {
      const auto p = numbered(static_cast<std::uint32_t>(random() % 30000));
      const bool grows = phase % 2 == 0 ? random() % 4 != 0 : random() % 8 == 0;
      if (grows) {
        const auto [id, is_new] = table.find_or_insert(p);
        ASSERT_EQ(is_new, expected.emplace(p, id).second);
        ASSERT_EQ(id, expected.at(p));
      } else if (const auto found = expected.find(p); found != expected.end()) {
        table.erase(found->second);
        expected.erase(found);
      }
    }
    ASSERT_EQ(table.size(), expected.size());
    for (std::uint32_t i = 0; i < 30000; ++i) {
      const auto found = expected.find(numbered(i));
      ASSERT_EQ(table.find(numbered(i)),
                found == expected.end() ? std::nullopt : std::optional(found->second));
    }
  }
}

TEST(Table, AnEmptyTableHoldsNoMemory) {
  Table table;
  std::vector<Table::Id> ids;
  for (std::uint32_t i = 0; i < 5000; ++i) ids.push_back(table.find_or_insert(numbered(i)).first);
  EXPECT_GT(table.memory_bytes(), 5000 * sizeof(Destination));

  for (const auto id : ids) table.erase(id);

  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.end_id(), 0u);
  EXPECT_LT(table.memory_bytes(), 1000u);
}

TEST(Table, LongestMatchGoesFromLongToShort) {
  Table table;
  for (const auto text : {"0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16"}) table.find_or_insert(prefix(text));
  auto any = [](Table::Id) { return true; };

  EXPECT_EQ(table[*table.longest_match(address("10.1.2.3"), any)].prefix, prefix("10.1.0.0/16"));
  EXPECT_EQ(table[*table.longest_match(address("10.2.2.3"), any)].prefix, prefix("10.0.0.0/8"));
  EXPECT_EQ(table[*table.longest_match(address("11.2.2.3"), any)].prefix, prefix("0.0.0.0/0"));
}

TEST(Destination, KeepsItsPathsFromInsideToHeapAndBack) {
  Destination destination(prefix("10.0.0.0/8"));
  for (std::uint32_t peer = 0; peer < 50; ++peer) destination.add({.attributes = {}, .peer = peer});
  EXPECT_EQ(destination.paths().size(), 50u);
  destination.set_best(30);
  EXPECT_EQ(destination.best()->peer, 30u);

  for (std::uint32_t peer = 0; peer < 49; ++peer) {
    const auto* path = destination.find(peer, 0);
    ASSERT_TRUE(path);
    destination.remove(static_cast<std::size_t>(path - destination.paths().data()));
  }

  EXPECT_EQ(destination.paths().size(), 1u);
  EXPECT_EQ(destination.paths()[0].peer, 49u);
  EXPECT_FALSE(destination.best()) << "the best path was removed";
  EXPECT_EQ(destination.heap_bytes(), 0u);
}

}  // namespace
}  // namespace test
