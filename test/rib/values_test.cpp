// Addresses, prefixes, communities and interned attributes: the values that everything else is made of.
#include <gtest/gtest.h>

#include "rib/attribute_store.hpp"
#include "test/support/rib_builders.hpp"

namespace test {
namespace {

TEST(IpAddress, TextAndBackInBothFamilies) {
  for (const auto text : {"10.1.2.3", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::", "fe80::1"}) {
    EXPECT_EQ(address(text).to_string(), text);
  }
}

TEST(IpAddress, RefusesWhatIsNotExactlyAnAddress) {
  for (const auto text : {"", "10.1.2", "10.1.2.3.4", "10.1.2.256", " 10.1.2.3", "10.1.2.3/24",
                          "2001:db8:::1", "fe80::1%eth0"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(IpAddress, MasksAtEveryBit) {
  EXPECT_EQ(address("255.255.255.255").masked(0), address("0.0.0.0"));
  EXPECT_EQ(address("255.255.255.255").masked(9), address("255.128.0.0"));
  EXPECT_EQ(address("255.255.255.255").masked(32), address("255.255.255.255"));
  EXPECT_EQ(address("ffff:ffff::1").masked(17), address("ffff:8000::"));
  EXPECT_EQ(address("ffff::1").masked(128), address("ffff::1"));
}

TEST(IpAddress, FamiliesNeverCompareEqual) {
  EXPECT_NE(address("0.0.0.0"), address("::"));
  EXPECT_LT(address("255.0.0.0"), address("::"));
}

TEST(IpAddress, KnowsAddressesThatAreNoNextHops) {  // RFC 7606 §7.3
  for (const auto text :
       {"0.0.0.0", "127.0.0.1", "224.0.0.5", "240.0.0.1", "0.1.2.3", "::", "::1", "ff02::1"}) {
    EXPECT_TRUE(address(text).is_martian_host()) << text;
  }
  for (const auto text : {"10.0.0.1", "223.255.255.254", "2001:db8::1", "fe80::1"}) {
    EXPECT_FALSE(address(text).is_martian_host()) << text;
  }
}

TEST(Prefix, HostBitsAreCleared) {
  EXPECT_EQ(prefix("10.1.2.3/16").to_string(), "10.1.0.0/16");
  EXPECT_EQ(prefix("2001:db8::1/32").to_string(), "2001:db8::/32");
}

TEST(Prefix, RefusesTooLongLengths) {
  EXPECT_FALSE(Prefix::parse("10.0.0.0/33"));
  EXPECT_FALSE(Prefix::parse("2001:db8::/129"));
  EXPECT_FALSE(Prefix::parse("10.0.0.0/"));
  EXPECT_FALSE(Prefix::parse("10.0.0.0"));
}

TEST(Prefix, ContainsItselfAndLongerOnes) {
  EXPECT_TRUE(prefix("10.0.0.0/8").contains(prefix("10.0.0.0/8")));
  EXPECT_TRUE(prefix("10.0.0.0/8").contains(prefix("10.1.0.0/16")));
  EXPECT_FALSE(prefix("10.1.0.0/16").contains(prefix("10.0.0.0/8")));
  EXPECT_FALSE(prefix("0.0.0.0/0").contains(prefix("::/0")));
  EXPECT_TRUE(prefix("10.1.0.0/16").overlaps(prefix("10.0.0.0/8")));
}

TEST(Prefix, ListsInOrderOfFamilyAddressLength) {
  EXPECT_LT(prefix("10.0.0.0/8"), prefix("10.0.0.0/9"));
  EXPECT_LT(prefix("10.0.0.0/9"), prefix("11.0.0.0/8"));
  EXPECT_LT(prefix("255.0.0.0/8"), prefix("::/0"));
}

TEST(Community, TextAndBack) {
  for (const auto text : {"65000:1", "0:0", "no-export", "no-advertise", "local-AS", "blackhole"}) {
    EXPECT_EQ(to_string(parse_community(text).value()), text);
  }
  EXPECT_EQ(parse_community("4294967041"), kNoExport);
}

TEST(Community, RefusesWhatDoesNotFit) {
  for (const auto text : {"", ":", "65536:1", "1:65536", "1:", ":1", "1:2:3", "-1:1", "4294967296"}) {
    EXPECT_FALSE(parse_community(text)) << text;
  }
}

TEST(LargeCommunity, TextAndBack) {  // RFC 8092
  EXPECT_EQ(to_string(parse_large_community("4294967295:0:7").value()), "4294967295:0:7");
  for (const auto text : {"", "1:2", "1:2:3:4", "1:2:4294967296", "a:b:c"}) {
    EXPECT_FALSE(parse_large_community(text)) << text;
  }
}

TEST(ExtendedCommunity, NamesRouteTargetsAndOrigins) {  // RFC 4360 §4, §5
  EXPECT_EQ(to_string(ExtendedCommunity{{0x00, 0x02, 0xfd, 0xe8, 0, 0, 0, 7}}), "RT:65000:7");
  EXPECT_EQ(to_string(ExtendedCommunity{{0x01, 0x03, 10, 0, 0, 1, 0, 7}}), "SoO:10.0.0.1:7");
  EXPECT_EQ(to_string(ExtendedCommunity{{0x40, 0x06, 0, 1, 0, 0, 0, 1}}), "0x4006000100000001");
}

TEST(ExtendedCommunity, LinkBandwidthsAreWhateverNumberAPeerSent) {
  EXPECT_EQ(to_string(ExtendedCommunity{{0x40, 0x04, 0xfd, 0xe8, 0x4b, 0x3e, 0xbc, 0x20}}),
            "LB:65000:12500000 (100.000 Mbps)");
  EXPECT_EQ(to_string(ExtendedCommunity{{0x00, 0x04, 0, 1, 0, 0, 0, 0}}), "LB:1:0 (0.000 bps)");
  for (const auto sign : {std::uint8_t{0x7f}, std::uint8_t{0xff}})  // infinite, and no number
    for (const auto octet : {std::uint8_t{0x80}, std::uint8_t{0xff}})
      EXPECT_TRUE(to_string(ExtendedCommunity{{0x40, 0x04, 0, 1, sign, octet, 0, 0}}).starts_with("0x"));
}

TEST(ExtendedCommunity, TextAndBack) {
  using enum ExtendedCommunityKind;
  for (const auto* text : {"65000:7", "65000:4294967295", "4200000000:65535", "10.0.0.1:7"}) {
    EXPECT_EQ(to_string(parse_extended_community(RouteTarget, text).value()), "RT:" + std::string(text));
    EXPECT_EQ(configured_text(parse_extended_community(RouteOrigin, text).value()),
              "soo " + std::string(text));
  }
  for (const auto* text :
       {"", ":", "1", "65536:65536", "10.0.0.1:65536", "a:1", "1:", "2001:db8::1:1", "4294967296:1"})
    EXPECT_FALSE(parse_extended_community(RouteTarget, text)) << text;
}

TEST(AttributeStore, EqualSetsAreOneObject) {
  AttributeStore store;
  const auto a = store.intern(attributes().path({1, 2}).with_med(0));
  const auto b = store.intern(attributes().path({1, 2}).with_med(0));
  const auto c = store.intern(attributes().path({1, 2}));  // no MED is not MED 0

  EXPECT_EQ(a, b);
  EXPECT_FALSE(a == c);
  EXPECT_EQ(store.size(), 2u);
}

TEST(AttributeStore, ACopyOutlivesTheSet) {  // whose AS path and communities stand in its own memory
  PathAttributes copy;
  auto value = attributes().path({1, 2, 3});
  value.communities = {Community{7}, Community{8}};
  value.rare.edit().cluster_list = {9u};
  {
    AttributeStore store;
    copy = *store.intern(value);
  }
  EXPECT_EQ(copy, value);
  const auto moved = std::move(copy);
  EXPECT_EQ(moved, value);
}

TEST(Boxed, IsTheDefaultUntilItIsWrittenTo) {
  Boxed<RareAttributes> box;
  box.set(&RareAttributes::tag, 0u);
  EXPECT_TRUE(box.is_default());
  EXPECT_EQ(box->tag, 0u);

  box.set(&RareAttributes::tag, 5u);
  const auto copy = box;
  box.set(&RareAttributes::tag, 0u);
  EXPECT_EQ(copy->tag, 5u);
  EXPECT_NE(copy, box);
  EXPECT_TRUE(box.is_default());
  EXPECT_EQ(box, Boxed<RareAttributes>());
}

TEST(AttributeStore, ASetGoesWithItsLastReference) {
  AttributeStore store;
  const auto empty = store.memory_bytes();
  auto a = store.intern(attributes().path({1}));
  auto b = a;

  a = {};
  EXPECT_EQ(store.size(), 1u);
  b = {};
  EXPECT_EQ(store.size(), 0u);
  EXPECT_LE(store.memory_bytes(), empty + 1024);
}

TEST(AttributeStore, EveryMemberCounts) {
  AttributeStore store;
  std::vector<PathAttributes> variants(15);
  variants[1].origin = Origin::Igp;
  variants[2].atomic_aggregate = true;
  variants[3].med = 1;
  variants[4].local_pref = 1;
  variants[5].next_hop = address("10.0.0.1");
  variants[6].rare.edit().link_local_next_hop = address("fe80::1");
  variants[7].as_path = AsPath::sequence({1});
  variants[8].communities = {kNoExport};
  variants[9].rare.edit().extended_communities = {ExtendedCommunity{}};
  variants[10].rare.edit().large_communities = {LargeCommunity{}};
  variants[11].rare.edit().originator_id = 1;
  variants[12].rare.edit().cluster_list = {1u};
  variants[13].rare.edit().aggregator = Aggregator{1, 1};
  variants[14].rare.edit().only_to_customer = 1;
  std::vector<Attributes> kept;
  for (const auto& variant : variants) kept.push_back(store.intern(variant));

  EXPECT_EQ(store.size(), variants.size());
}

}  // namespace
}  // namespace test
