// AS_PATH: RFC 4271 §4.3 (b), §5.1.2, §9.1.2.2 (a); RFC 6793; RFC 5065.
#include "rib/as_path.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace test {
namespace {

using namespace rib;
using SegmentType = AsPath::SegmentType;
using Octets = std::vector<std::uint8_t>;

AsPath path(std::vector<AsPath::Segment> segments) { return AsPath(segments); }

TEST(AsPath, DecodesTwoOctetAndFourOctetNumbersToTheSameValue) {
  const auto four = AsPath::decode(Octets{2, 2, 0, 0, 0, 1, 0, 0, 0xfd, 0xe8}, 4);
  const auto two = AsPath::decode(Octets{2, 2, 0, 1, 0xfd, 0xe8}, 2);

  ASSERT_TRUE(four && two);
  EXPECT_EQ(*four, *two);
  EXPECT_EQ(four->to_string(), "1 65000");
}

TEST(AsPath, RefusesMalformedOctets) {  // RFC 7606 §7.2
  EXPECT_FALSE(AsPath::decode(Octets{0, 1, 0, 0, 0, 1}, 4)) << "type 0";
  EXPECT_FALSE(AsPath::decode(Octets{5, 1, 0, 0, 0, 1}, 4)) << "type 5";
  EXPECT_FALSE(AsPath::decode(Octets{2, 0}, 4)) << "empty segment";
  EXPECT_FALSE(AsPath::decode(Octets{2, 2, 0, 0, 0, 1}, 4)) << "overrun";
  EXPECT_FALSE(AsPath::decode(Octets{2, 1, 0, 0, 0, 1, 2}, 4)) << "one octet left";
  EXPECT_FALSE(AsPath::decode(Octets{2, 255, 0, 0}, 2)) << "overrun";
  EXPECT_TRUE(AsPath::decode(Octets{}, 4)) << "the empty path is fine";
}

TEST(AsPath, LengthCountsASetOnceAndConfederationsNot) {  // RFC 5065 §5.3
  const auto p = path({{SegmentType::ConfedSequence, {65001, 65002}},
                       {SegmentType::Sequence, {1, 2}},
                       {SegmentType::Set, {3, 4, 5}}});

  EXPECT_EQ(p.length(), 3u);
  EXPECT_EQ(p.to_string(), "(65001 65002) 1 2 {3,4,5}");
}

TEST(AsPath, NeighborIsTheFirstOfASequence) {
  EXPECT_EQ(AsPath::sequence({7, 8}).first(), 7u);
  EXPECT_EQ(path({{SegmentType::ConfedSequence, {65001}}, {SegmentType::Sequence, {7}}}).first(), 7u);
  EXPECT_FALSE(path({{SegmentType::Set, {7}}}).first());
  EXPECT_FALSE(AsPath().first());
}

TEST(AsPath, OriginIsTheLastNumber) {
  EXPECT_EQ(path({{SegmentType::Sequence, {1, 2}}, {SegmentType::Set, {3, 4}}}).origin(), 4u);
  EXPECT_FALSE(AsPath().origin());
}

TEST(AsPath, CountsOwnNumberEverywhere) {
  const auto p = path({{SegmentType::Sequence, {1, 2, 1}}, {SegmentType::Set, {1}}});

  EXPECT_EQ(p.count_of(1), 3u);
  EXPECT_FALSE(p.contains(9));
}

TEST(AsPath, PrependingExtendsTheFirstSequence) {  // RFC 4271 §5.1.2 (b) (1)
  EXPECT_EQ(AsPath::sequence({2}).prepended(1), AsPath::sequence({1, 2}));
  EXPECT_EQ(AsPath::sequence({2}).prepended(1, 3), AsPath::sequence({1, 1, 1, 2}));
  EXPECT_EQ(AsPath().prepended(1), AsPath::sequence({1}));
}

TEST(AsPath, PrependingToASetMakesANewSequence) {  // RFC 4271 §5.1.2 (b) (2)
  EXPECT_EQ(path({{SegmentType::Set, {2, 3}}}).prepended(1),
            path({{SegmentType::Sequence, {1}}, {SegmentType::Set, {2, 3}}}));
}

TEST(AsPath, PrependingToAFullSegmentMakesANewOne) {
  const auto full = path({{SegmentType::Sequence, std::vector<AsNumber>(255, 7)}});

  const auto longer = full.prepended(1);

  EXPECT_EQ(longer.length(), 256u);
  EXPECT_EQ(longer.segments().size(), 2u);
  EXPECT_EQ(AsPath::decode(longer.octets(), 4), longer);
}

TEST(AsPath, TwoOctetFormReplacesWhatDoesNotFitByAsTrans) {  // RFC 6793 §4.2.2
  const auto p = AsPath::sequence({1, 70000});

  EXPECT_TRUE(p.needs_four_octets());
  EXPECT_EQ(p.octets_2(), (Octets{2, 2, 0, 1, 0x5b, 0xa0}));
  EXPECT_FALSE(AsPath::sequence({1, 65535}).needs_four_octets());
}

TEST(AsPath, MergeRestoresTheNumbersBehindAsTrans) {  // RFC 6793 §4.2.3
  const auto as_path = AsPath::sequence({1, 2, kAsTrans, kAsTrans});
  const auto as4_path = AsPath::sequence({70000, 80000});

  EXPECT_EQ(AsPath::merged(as_path, as4_path), AsPath::sequence({1, 2, 70000, 80000}));
}

TEST(AsPath, MergeIgnoresAnAs4PathThatIsLonger) {  // RFC 6793 §4.2.3
  const auto as_path = AsPath::sequence({kAsTrans});

  EXPECT_EQ(AsPath::merged(as_path, AsPath::sequence({70000, 80000})), as_path);
}

TEST(AsPath, MergeKeepsSetsAndLeadingConfederations) {
  const auto as_path = path({{SegmentType::ConfedSequence, {65001}},
                             {SegmentType::Sequence, {1, kAsTrans}},
                             {SegmentType::Set, {5, 6}}});
  const auto as4_path = path({{SegmentType::Sequence, {70000}}, {SegmentType::Set, {5, 6}}});

  EXPECT_EQ(AsPath::merged(as_path, as4_path).to_string(), "(65001) 1 70000 {5,6}");
}

TEST(AsPath, MergeDropsConfederationSegmentsOfAs4Path) {  // RFC 6793 §6
  const auto as4_path = path({{SegmentType::ConfedSequence, {65001}}, {SegmentType::Sequence, {70000}}});

  EXPECT_EQ(AsPath::merged(AsPath::sequence({1, kAsTrans}), as4_path), AsPath::sequence({1, 70000}));
}

}  // namespace
}  // namespace test
