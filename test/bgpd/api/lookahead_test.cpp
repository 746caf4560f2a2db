#include "bgpd/api/lookahead.hpp"

#include <gmock/gmock.h>

namespace bgpd::api {
namespace {

/// A table, and how often somebody looked through it.
struct Table {
  explicit Table(std::uint32_t size) {
    for (std::uint32_t i = 0; i < size; ++i) prefixes.push_back(rib::Prefix(rib::IpAddress::v4(i << 8), 24));
  }
  std::vector<rib::Prefix> find(const std::optional<rib::Prefix>& after, std::size_t limit) {
    ++passes;
    const auto begin = after ? std::ranges::upper_bound(prefixes, *after) : prefixes.begin();
    const auto left = static_cast<std::size_t>(prefixes.end() - begin);
    return {begin, begin + static_cast<std::ptrdiff_t>(std::min(left, limit))};
  }
  std::vector<rib::Prefix> read(Lookahead& ahead, std::size_t limit, const std::string& listing = "all") {
    std::vector<rib::Prefix> all;
    std::optional<rib::Prefix> after;
    for (;;) {
      const auto page = ahead.next(listing, after, limit,
                                   [this](const auto& from, std::size_t most) { return find(from, most); });
      all.insert(all.end(), page.begin(), page.end());
      if (page.size() < limit) return all;
      after = page.back();
    }
  }

  std::vector<rib::Prefix> prefixes;
  int passes = 0;
};

TEST(Lookahead, AListingIsWholeAndInOrder) {
  for (const std::uint32_t size : {0u, 1u, 999u, 1000u, 1001u, 33'768u, 33'769u, 80'000u}) {
    Table table(size);
    Lookahead ahead;

    EXPECT_EQ(table.read(ahead, 1000), table.prefixes) << size;
  }
}

TEST(Lookahead, OnePassServesManyPages) {
  Table table(100'000);
  Lookahead ahead;

  table.read(ahead, 1000);

  EXPECT_LE(table.passes, 5) << "the first page, and one for each thirty-two thousand";
}

TEST(Lookahead, AnotherListingLooksForItself) {
  Table table(5000);
  Lookahead ahead;
  const auto find = [&](const auto& from, std::size_t most) { return table.find(from, most); };
  const auto after = table.prefixes[999];
  ahead.next("one", after, 1000, find);
  const auto passes = table.passes;

  EXPECT_EQ(ahead.next("one", table.prefixes[1999], 1000, find).front(), table.prefixes[2000]);
  EXPECT_EQ(table.passes, passes);
  EXPECT_EQ(ahead.next("other", table.prefixes[1999], 1000, find).front(), table.prefixes[2000]);
  EXPECT_EQ(table.passes, passes + 1);
}

TEST(Lookahead, GoingBackLooksAgain) {
  Table table(5000);
  Lookahead ahead;
  const auto find = [&](const auto& from, std::size_t most) { return table.find(from, most); };
  ahead.next("one", table.prefixes[2999], 1000, find);

  EXPECT_EQ(ahead.next("one", table.prefixes[9], 1000, find).front(), table.prefixes[10]);
}

}  // namespace
}  // namespace bgpd::api
