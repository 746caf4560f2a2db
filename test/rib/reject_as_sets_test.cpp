// `bgp reject-as-sets`, RFC 6472: AS_SET and AS_CONFED_SET neither come in nor go out.
#include <gtest/gtest.h>

#include <array>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using Type = AsPath::SegmentType;

class RejectAsSets : public testing::TestWithParam<std::tuple<Family, Type>> {
 protected:
  void announce() {
    const AsPath::Segment first{Type::Sequence, {100}}, second{std::get<1>(GetParam()), {7, 8}};
    auto route = attributes().via(is_v4 ? "192.0.2.1" : "2001:db8::1");
    route.as_path = AsPath(std::array{first, second});
    const Nlri nlri{p, 0};
    node.announce(source, route, std::span(&nlri, 1));
  }
  void reject(bool on) {
    auto s = speaker();
    s.reject_as_sets = on;
    node.engine.set_speaker(s, node.now);
    node.settle();
  }
  bool is_held() { return node.output.of(other, std::get<0>(GetParam())).contains(p); }
  PathState state() { return node.engine.destination(p)->paths[0].state; }

  Node node;
  PeerHandle source = node.up(peer("192.0.2.1", 100)), other = node.up(peer("192.0.2.2", 200));
  const bool is_v4 = std::get<0>(GetParam()) == Family::Ipv4Unicast;
  const Prefix p = prefix(is_v4 ? "10.1.0.0/16" : "2001:db8:1::/48");
};
INSTANTIATE_TEST_SUITE_P(All, RejectAsSets,
                         testing::Combine(testing::ValuesIn(kFamilies),
                                          testing::Values(Type::Set, Type::ConfedSet)));

TEST_P(RejectAsSets, RoutesWithThemAreKeptOutWithTheReason) {
  reject(true);
  announce();
  node.settle();

  EXPECT_EQ(state(), PathState::AsSet);
  EXPECT_FALSE(is_held());
}

TEST_P(RejectAsSets, TurningItOnAndOffLooksAtWhatIsThere) {
  announce();
  node.settle();
  EXPECT_TRUE(is_held());
  reject(true);
  EXPECT_EQ(state(), PathState::AsSet);
  EXPECT_FALSE(is_held());

  reject(false);
  EXPECT_EQ(state(), PathState::Accepted);
  EXPECT_TRUE(is_held());
}

TEST_P(RejectAsSets, OurOwnAreNotSentEither) {
  auto s = speaker();
  s.reject_as_sets = true;
  auto route = attributes();
  route.as_path = AsPath(std::array{AsPath::Segment{std::get<1>(GetParam()), {7, 8}}});
  const auto profile = *peer("192.0.2.2", 200).exports[0];

  EXPECT_EQ(may_export(s, profile, {.is_local = true}, route), ExportState::AsSet);
  s.reject_as_sets = false;
  EXPECT_EQ(may_export(s, profile, {.is_local = true}, route), ExportState::Sent);
}

}  // namespace
}  // namespace test
