// MinRouteAdvertisementIntervalTimer, RFC 4271 §9.2.1.1: announcements wait for its end, withdraws never do.
#include <gmock/gmock.h>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

/// Both families, with the best path and with several paths (RFC 7911).
class AdvertisementInterval : public testing::TestWithParam<std::tuple<Family, bool>> {
 protected:
  AdvertisementInterval() {
    announce(1, 1);
    node.settle();
    node.output.log.clear();
  }
  static Family family() { return std::get<0>(GetParam()); }
  static PeerUp limited(std::string_view peer_address) {
    auto up = client(peer_address);
    for (auto& profile : up.exports) {
      profile->advertisement_interval = 10s;
      profile->add_path_send = std::get<1>(GetParam());
    }
    return up;
  }
  static Prefix p(unsigned n) {
    const auto number = std::to_string(n);
    return prefix(family() == Family::Ipv4Unicast ? "10." + number + ".0.0/16"
                                                  : "2001:db8:" + number + "::/48");
  }
  void announce(PeerHandle from, unsigned n, std::uint32_t med, std::uint32_t preference = 100) {
    const auto route = attributes()
                           .via(family() == Family::Ipv4Unicast ? "192.0.2.1" : "2001:db8::1")
                           .with_med(med)
                           .preference(preference);
    const Nlri nlri{p(n), 0};
    node.announce(from, route, std::span(&nlri, 1));
  }
  void announce(unsigned n, std::uint32_t med) { announce(source, n, med); }
  void withdraw(unsigned n) {
    const Nlri nlri{p(n), 0};
    node.engine.received(source, {family(), std::span(&nlri, 1), nullptr, {}}, node.now);
  }
  void pass(std::chrono::seconds time) {
    node.now += time;
    node.engine.release_held_back(node.now);
    node.settle();
  }
  /// MED of the route that the peer holds; nothing: it has none.
  std::optional<std::uint32_t> held(PeerHandle peer, unsigned n) {
    for (const auto& [key, route] : node.output.paths_of(peer, family()))
      if (key.first == p(n)) return route.med;
    const auto& routes = node.output.of(peer, family());
    const auto found = routes.find(p(n));
    return found == routes.end() ? std::nullopt : found->second.med;
  }
  std::optional<std::uint32_t> held(unsigned n) { return held(member, n); }

  Node node;
  PeerHandle source = node.up(client("192.0.2.1")), member = node.up(limited("192.0.2.2"));
};
INSTANTIATE_TEST_SUITE_P(All, AdvertisementInterval,
                         testing::Combine(testing::ValuesIn(kFamilies), testing::Bool()));

TEST_P(AdvertisementInterval, TheFirstChangeGoesAtOnceTheNextWaits) {
  announce(2, 1);
  node.settle();
  EXPECT_EQ(held(2), 1u);

  announce(2, 5);
  announce(3, 5);
  node.settle();
  EXPECT_EQ(held(2), 1u);
  const auto release = node.engine.next_release().value();
  EXPECT_GE(release, node.now + 7500ms);
  EXPECT_LE(release, node.now + 10s);
  pass(7s);
  EXPECT_EQ(held(2), 1u);
  pass(3s);
  EXPECT_EQ(held(2), 5u);
  EXPECT_EQ(held(3), 5u);
  EXPECT_EQ(node.engine.next_release(), std::nullopt);
}

TEST_P(AdvertisementInterval, IntervalsDiffer) {  // RFC 4271 §10
  std::set<TimePoint::duration> waits;
  for (std::uint32_t med = 1; med <= 20; ++med) {
    for (const auto value : {med, 1000 + med}) {  // the second waits
      announce(2, value);
      node.settle();
    }
    waits.insert(node.engine.next_release().value() - node.now);
    pass(10s);
    pass(10s);
  }
  EXPECT_THAT(waits, SizeIs(testing::Gt(3u)));
}

TEST_P(AdvertisementInterval, WithdrawsNeverWait) {
  announce(2, 1);
  node.settle();
  withdraw(1);
  node.settle();

  EXPECT_EQ(held(1), std::nullopt);
}

TEST_P(AdvertisementInterval, WhatWentMeanwhileIsNotAnnounced) {
  announce(2, 1);
  node.settle();
  announce(3, 1);
  node.settle();
  withdraw(3);
  node.settle();
  node.output.log.clear();
  pass(10s);

  EXPECT_THAT(node.output.log, IsEmpty());
  EXPECT_EQ(held(3), std::nullopt);
}

TEST_P(AdvertisementInterval, ChangesCollapse) {
  announce(2, 1);
  node.settle();
  for (const std::uint32_t med : {2u, 3u, 4u}) {
    announce(2, med);
    node.settle();
  }
  node.output.log.clear();
  pass(10s);

  EXPECT_EQ(held(2), 4u);
  EXPECT_THAT(node.output.log, SizeIs(1));
}

TEST_P(AdvertisementInterval, TheTableOfANewMemberDoesNotWait) {
  announce(2, 1);
  node.settle();
  announce(3, 7);
  node.settle();
  const auto late = node.up(limited("192.0.2.3"));
  node.settle();

  EXPECT_EQ(held(late, 3), 7u);
  EXPECT_EQ(held(3), std::nullopt);
  pass(10s);
  EXPECT_EQ(held(3), 7u);
}

TEST_P(AdvertisementInterval, ItsOwnRouteIsWithdrawnFromTheNewSourceAtOnce) {  // RFC 4271 §9.1.3
  if (std::get<1>(GetParam())) GTEST_SKIP() << "an id of its own for each path";
  const auto other = node.up(limited("192.0.2.4"));
  node.settle();
  announce(2, 1);
  node.settle();
  announce(member, 1, 9, 500);
  node.settle();
  EXPECT_EQ(held(1), std::nullopt);
  EXPECT_EQ(held(other, 1), 1u);

  pass(10s);
  EXPECT_EQ(held(1), std::nullopt);
  EXPECT_EQ(held(other, 1), 9u);
}

TEST_P(AdvertisementInterval, OthersDoNotWait) {
  const auto other = node.up(client("192.0.2.5"));
  announce(2, 1);
  node.settle();
  announce(2, 5);
  node.settle();

  EXPECT_EQ(held(other, 2), 5u);
  EXPECT_EQ(held(2), 1u);
}

}  // namespace
}  // namespace test
