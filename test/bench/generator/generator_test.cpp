// The generator's pure parts: tables are the same on every run, prefixes are found, percentiles are right.
#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <set>

#include "test/bench/generator/options.hpp"
#include "test/bench/generator/percentile.hpp"
#include "test/bench/generator/prefix_numbers.hpp"
#include "test/bench/generator/received_routes.hpp"
#include "test/bench/generator/received_update.hpp"
#include "test/bench/generator/route_table.hpp"
#include "test/bench/generator/update_messages.hpp"

namespace bench {
namespace {

constexpr std::size_t kSome = 20000;
constexpr auto kIpv6 = rib::Family::Ipv6Unicast;

Announcer external(std::uint32_t number) {
  return {number, 65101 + number, false, rib::IpAddress::v4(0x0aff8001 + number)};
}

TEST(RouteTable, IsTheSameEveryTime) {
  const auto once = internet_table(kSome), again = internet_table(kSome), other = internet_table(kSome, 2);

  EXPECT_EQ(once.prefixes, again.prefixes);
  EXPECT_NE(once.prefixes, other.prefixes);
  EXPECT_EQ(once.prefixes.front().to_string(), "141.128.253.0/24");  // on every machine
  EXPECT_EQ(attributes_of(7, external(1)), attributes_of(7, external(1)));
}

TEST(RouteTable, LooksLikeTheInternets) {
  const auto table = internet_table(kSome);
  std::map<unsigned, std::size_t> by_length;
  for (const auto& prefix : table.prefixes) ++by_length[prefix.length()];

  ASSERT_EQ(table.prefixes.size(), kSome);
  EXPECT_EQ(std::set(table.prefixes.begin(), table.prefixes.end()).size(), kSome);
  EXPECT_NEAR(static_cast<double>(by_length[24]) / kSome, 0.62, 0.05);
  EXPECT_NEAR(static_cast<double>(kSome) / static_cast<double>(table.groups.size()), 6, 0.5);
}

TEST(RouteTable, LooksLikeTheInternetsOfIpv6) {
  const auto table = internet_table(kSome, 1, kIpv6);
  std::size_t longest = 0;
  for (const auto& prefix : table.prefixes) {
    EXPECT_TRUE(rib::Prefix::parse("2000::/3")->contains(prefix));
    longest += prefix.length() == 48 ? 1 : 0;
  }

  EXPECT_EQ(table.prefixes.size(), kSome);
  EXPECT_EQ(std::set(table.prefixes.begin(), table.prefixes.end()).size(), kSome);
  EXPECT_NEAR(static_cast<double>(longest) / kSome, 0.46, 0.05);
  EXPECT_EQ(table.prefixes, internet_table(kSome, 1, kIpv6).prefixes);
}

TEST(RouteTable, GroupsCoverAllPrefixesInOrder) {
  for (const auto& table :
       {internet_table(1001), plain_table(1001), internet_table(1001, 1, kIpv6), plain_table(1001, kIpv6)}) {
    std::uint32_t next = 0;
    for (const auto& group : table.groups) {
      EXPECT_EQ(group.first, next);
      next += group.count;
    }
    EXPECT_EQ(next, table.prefixes.size());
  }
}

TEST(AttributesOf, SendersShareTheOriginAndDifferInTheWay) {
  std::set<unsigned> lengths;
  for (std::uint32_t group = 0; group < 100; ++group) {
    const auto one = attributes_of(group, external(0)), two = attributes_of(group, external(1));
    EXPECT_EQ(one.as_path.origin(), two.as_path.origin());
    EXPECT_EQ(one.as_path.first(), 65101u);
    EXPECT_EQ(two.as_path.first(), 65102u);
    lengths.insert(one.as_path.length());
  }
  EXPECT_GE(lengths.size(), 4u);
}

TEST(AttributesOf, InternalOnesHaveALocalPrefAndNotTheOwnAs) {
  const auto attributes = attributes_of(3, {0, 65000, true, rib::IpAddress::v4(1)});

  EXPECT_EQ(attributes.local_pref, 100u);
  EXPECT_FALSE(attributes.as_path.contains(65000));
}

TEST(PrefixNumbers, FindWhatIsThereAndNothingElse) {
  for (const auto& table : {internet_table(kSome), plain_table(kSome), internet_table(kSome, 1, kIpv6),
                            plain_table(kSome, kIpv6)}) {
    const PrefixNumbers numbers(table.prefixes);
    for (std::uint32_t i = 0; i < kSome; ++i) ASSERT_EQ(numbers.find(table.prefixes[i]), i);
    EXPECT_FALSE(numbers.find(*rib::Prefix::parse("10.0.0.0/24")));
    EXPECT_FALSE(numbers.find(*rib::Prefix::parse("230.0.0.0/24")));
    EXPECT_FALSE(numbers.find(*rib::Prefix::parse("2001:db7:ffff:ffff::/64")));
    EXPECT_FALSE(numbers.find(*rib::Prefix::parse("2001:db8:0:0::/62")));
    EXPECT_FALSE(numbers.find(*rib::Prefix::parse("3fff:ffff::/64")));
    EXPECT_FALSE(numbers.find(*rib::Prefix::parse("2001:db8::1/128")));
  }
}

TEST(Percentile, IsTheNearestRank) {
  std::vector<double> values(100);
  std::iota(values.rbegin(), values.rend(), 1.0);  // 100 … 1

  EXPECT_EQ(percentile(values, 50), 50);
  EXPECT_EQ(percentile(values, 99), 99);
  EXPECT_EQ(percentile(values, 100), 100);
  EXPECT_EQ(percentile({7}, 1), 7);
  EXPECT_EQ(percentile({}, 50), 0);
}

TEST(ReceivedRoutes, CountWhatIsHeldOnce) {
  const auto table = plain_table(10);
  const auto add = announcements(table, external(0), 4096), remove = withdraws(table.prefixes, 4096);
  ReceivedRoutes routes(table.prefixes, 2);
  ReceivedUpdate update;
  ASSERT_TRUE(update.read(std::span(add).subspan(19, static_cast<std::size_t>(add[16] << 8 | add[17]) - 19)));

  routes.take(1, update);
  routes.take(1, update);
  EXPECT_EQ(routes.held(), 6u);  // a group of six is a message
  EXPECT_EQ(routes.held_by(0), 0u);

  ASSERT_TRUE(update.read(std::span(remove).subspan(19)));
  routes.take(1, update);
  EXPECT_EQ(routes.held(), 0u);
}

class UpdateMessages : public testing::TestWithParam<rib::Family> {};
INSTANTIATE_TEST_SUITE_P(Families, UpdateMessages, testing::ValuesIn(rib::kFamilies),
                         [](const auto& parameter) { return parameter.param == kIpv6 ? "Ipv6" : "Ipv4"; });

TEST_P(UpdateMessages, AreReadAsTheyWereWritten) {
  const auto table = internet_table(500, 1, GetParam());
  auto me = external(0);
  me.address = peer_address(GetParam(), 0);
  const auto encoded = announcements(table, me, 4096);

  std::vector<rib::Prefix> read;
  std::size_t messages = 0;
  for (std::span<const std::uint8_t> left(encoded); !left.empty(); ++messages) {
    const auto length = static_cast<std::size_t>(left[16] << 8 | left[17]);
    ReceivedUpdate update;
    ASSERT_TRUE(update.read(left.subspan(19, length - 19)));
    for (const auto& nlri : update.announced()) read.push_back(nlri.prefix);
    EXPECT_TRUE(update.withdrawn().empty());
    EXPECT_EQ(update.as_path_length(),
              attributes_of(static_cast<std::uint32_t>(messages), me).as_path.length());
    left = left.subspan(length);
  }
  EXPECT_EQ(read, table.prefixes);
  EXPECT_EQ(messages, table.groups.size());
}

TEST_P(UpdateMessages, WithdrawFillsMessages) {
  const auto table = internet_table(5000, 1, GetParam());
  const auto encoded = withdraws(table.prefixes, 4096);

  ReceivedUpdate update;
  std::vector<rib::Prefix> read;
  for (std::span<const std::uint8_t> left(encoded); !left.empty();) {
    const auto length = static_cast<std::size_t>(left[16] << 8 | left[17]);
    ASSERT_TRUE(update.read(left.subspan(19, length - 19)));
    for (const auto& nlri : update.withdrawn()) read.push_back(nlri.prefix);
    left = left.subspan(length);
  }
  EXPECT_EQ(read, table.prefixes);
}

TEST(Options, AFamilyHasItsAddresses) {
  EXPECT_EQ(daemon_address(rib::Family::Ipv4Unicast).to_string(), "10.255.0.1");
  EXPECT_EQ(peer_address(rib::Family::Ipv4Unicast, 255).to_string(), "10.255.129.0");
  EXPECT_EQ(peer_address(kIpv6, 0).to_string(), "fd00:255::1:1");
  EXPECT_EQ(peer_address(kIpv6, 255).to_string(), "fd00:255::1:100");
}

}  // namespace
}  // namespace bench
