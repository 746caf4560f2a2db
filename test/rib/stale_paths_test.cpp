// Paths of peers that went and are expected back, and of peers that refresh. RFC 4724 §4.2, RFC 7313 §4, RFC
// 9494 §4.2.
#include <gtest/gtest.h>

#include "rib/engine.hpp"
#include "rib/generations.hpp"
#include "test/support/rib_builders.hpp"

namespace rib {
namespace {

using test::address;
using test::PeersPlayed;
using test::speaker;

TEST(Generations, FourAreEnoughOrItSaysSo) {
  Generations generations;
  EXPECT_TRUE(generations.begin());
  EXPECT_TRUE(generations.is_stale(0));
  EXPECT_FALSE(generations.is_stale(generations.current()));
  EXPECT_TRUE(generations.begin());
  EXPECT_TRUE(generations.begin());
  EXPECT_FALSE(generations.begin());  // all four are in use

  EXPECT_TRUE(generations.doom_stale());
  EXPECT_FALSE(generations.doom_stale());
  EXPECT_TRUE(generations.is_doomed(0));
  EXPECT_FALSE(generations.is_doomed(generations.current()));
  EXPECT_FALSE(generations.begin());
  generations.swept();
  EXPECT_TRUE(generations.begin());
}

class StalePaths : public ::testing::TestWithParam<Family> {
 protected:
  static constexpr TimePoint kNow{};
  StalePaths() {
    engine.set_speaker(speaker(), kNow);
    for (const auto afi : {Afi::Ipv4, Afi::Ipv6}) engine.kernel_route(uplink(afi), kNow);
  }
  static KernelRoute uplink(Afi afi) {
    KernelRoute route;
    route.prefix = Prefix::default_route(afi);
    route.next_hops = {{.gateway = afi == Afi::Ipv4 ? address("192.0.2.1") : address("2001:db8:ffff::1"),
                        .interface_index = 2}};
    return route;
  }
  Family family() const { return GetParam(); }
  Prefix p(unsigned n) const {
    return family() == Family::Ipv4Unicast ? Prefix(IpAddress::v4(0x0a000000u + (n << 8)), 24)
                                           : *Prefix::parse("2001:db8:" + std::to_string(n) + "::/48");
  }
  PeerUp up() const {
    PeerUp up;
    up.address = address("192.0.2.7");
    up.local_address = address("192.0.2.100");
    up.as = 65001;
    up.identifier = 7;
    up.type = PeerType::External;
    up.families = {Family::Ipv4Unicast, Family::Ipv6Unicast};
    up.name = "192.0.2.7";
    return up;
  }
  void announce(PeerHandle peer, unsigned n, std::uint32_t med = 0,
                std::initializer_list<Community> communities = {}) {
    PathAttributes attributes;
    attributes.communities = CompactArray<Community>(std::span(communities));
    attributes.as_path = AsPath{}.prepended(65001);
    attributes.next_hop =
        family() == Family::Ipv4Unicast ? address("192.0.2.7") : address("2001:db8:ffff::7");
    attributes.med = med;
    const Nlri nlri{p(n), 0};
    Update update;
    update.family = family();
    update.attributes = &attributes;
    update.announced = std::span(&nlri, 1);
    engine.received(peer, update, kNow);
  }
  void run() {
    while (engine.has_work()) engine.run(100, kNow);
  }
  /// "1 2s 3sl": the prefixes known, stale and long-lived ones marked.
  std::string known() {
    std::string text;
    for (unsigned n = 1; n <= 4; ++n)
      if (const auto view = engine.destination(p(n)))
        for (const auto& path : view->paths)
          text += (text.empty() ? "" : " ") + std::to_string(n) + (path.is_stale ? "s" : "") +
                  (path.is_long_lived_stale ? "l" : "") + (path.is_best ? "" : "!");
    return text;
  }
  static constexpr FamilySet kBoth{Family::Ipv4Unicast, Family::Ipv6Unicast};

  PeersPlayed output;
  Engine engine{output};
};
INSTANTIATE_TEST_SUITE_P(Families, StalePaths, ::testing::ValuesIn(kFamilies));

TEST_P(StalePaths, OfALostPeerStayBestAndInTheKernel) {
  const auto peer = engine.peer_up(up(), kNow);
  announce(peer, 1);
  run();

  engine.peer_lost(peer, kBoth, kNow);
  run();

  EXPECT_EQ(known(), "1s");
  EXPECT_TRUE(output.fib.contains(p(1)));
  announce(peer, 2);  // the handle is no session any more
  EXPECT_EQ(known(), "1s");
}

TEST_P(StalePaths, OfFamiliesThatAreNotRetainedGoAtOnce) {
  const auto peer = engine.peer_up(up(), kNow);
  announce(peer, 1);

  auto others = kBoth;
  others.erase(family());
  engine.peer_lost(peer, others, kNow);
  run();

  EXPECT_EQ(known(), "");
  EXPECT_FALSE(output.fib.contains(p(1)));
}

TEST_P(StalePaths, ThatAreAnnouncedAgainStayTheOthersAreSwept) {
  const auto before = engine.peer_up(up(), kNow);
  for (unsigned n = 1; n <= 3; ++n) announce(before, n);
  engine.peer_lost(before, kBoth, kNow);
  run();

  const auto after = engine.peer_returned(before, up(), kBoth, kNow);
  EXPECT_EQ(after.index, before.index);
  announce(after, 1);
  announce(after, 2, 50);
  EXPECT_EQ(known(), "1 2 3s");
  engine.sweep_stale(after, family());
  run();

  EXPECT_EQ(known(), "1 2");
  EXPECT_FALSE(output.fib.contains(p(3)));
  EXPECT_EQ(engine.counters(after).received[index_of(family())], 2u);
}

TEST_P(StalePaths, DoNotOutliveASecondLoss) {  // RFC 4724 §4.2
  const auto first = engine.peer_up(up(), kNow);
  announce(first, 1);
  announce(first, 2);
  engine.peer_lost(first, kBoth, kNow);
  const auto second = engine.peer_returned(first, up(), kBoth, kNow);
  announce(second, 1);
  engine.peer_lost(second, kBoth, kNow);
  run();

  EXPECT_EQ(known(), "1s");
}

TEST_P(StalePaths, GoWhenThePeerComesBackAsSomebodyElse) {
  const auto before = engine.peer_up(up(), kNow);
  announce(before, 1);
  engine.peer_lost(before, kBoth, kNow);
  auto another = up();
  another.interface_index = 9;

  const auto after = engine.peer_returned(before, another, kBoth, kNow);
  announce(after, 2);
  run();

  EXPECT_EQ(known(), "2");
}

TEST_P(StalePaths, GoWithTheFamiliesThatLostTheirForwardingState) {
  const auto before = engine.peer_up(up(), kNow);
  announce(before, 1);
  engine.peer_lost(before, kBoth, kNow);

  engine.peer_returned(before, up(), {}, kNow);
  run();

  EXPECT_EQ(known(), "");
}

TEST_P(StalePaths, GoWithAPeerThatNeverCameBack) {
  const auto peer = engine.peer_up(up(), kNow);
  announce(peer, 1);
  engine.peer_lost(peer, kBoth, kNow);
  run();

  engine.peer_down(peer, kNow);
  run();

  EXPECT_EQ(known(), "");
  EXPECT_TRUE(output.fib.empty());
}

TEST_P(StalePaths, OfARefreshAreThoseNotAnnouncedSinceItBegan) {
  const auto peer = engine.peer_up(up(), kNow);
  announce(peer, 1);
  announce(peer, 2);
  engine.mark_stale(peer, family());
  EXPECT_EQ(known(), "1s 2s");
  announce(peer, 1);
  announce(peer, 3);
  engine.sweep_stale(peer, family());
  run();

  EXPECT_EQ(known(), "1 3");
}

TEST_P(StalePaths, OfARefreshThatBeganAgainCountFromTheSecondBeginning) {
  const auto peer = engine.peer_up(up(), kNow);
  announce(peer, 1);
  announce(peer, 2);
  engine.mark_stale(peer, family());
  announce(peer, 1);
  engine.mark_stale(peer, family());
  announce(peer, 2);
  engine.sweep_stale(peer, family());
  run();

  EXPECT_EQ(known(), "2");
}

TEST_P(StalePaths, ARefreshThatBeginsWhileTheFormerOneIsSweptLosesNothing) {
  const auto peer = engine.peer_up(up(), kNow);
  announce(peer, 1);
  announce(peer, 2);
  engine.mark_stale(peer, family());
  announce(peer, 1);
  engine.sweep_stale(peer, family());  // 2 is doomed, not gone yet
  engine.mark_stale(peer, family());
  run();

  EXPECT_EQ(known(), "1s");
}

TEST_P(StalePaths, ThatAreSpokenOfOftenerThanThereAreNumbersAreOnlyKeptLonger) {
  const auto peer = engine.peer_up(up(), kNow);
  announce(peer, 1);
  for (int i = 0; i < 10; ++i) engine.mark_stale(peer, family());
  announce(peer, 2);
  engine.sweep_stale(peer, family());
  run();

  EXPECT_EQ(known(), "2");
}

// --- long-lived --------------------------------------------------------------------------------------------

TEST(Generations, LongLivedOnesOutliveOthersAndAreMerged) {
  Generations generations;
  generations.begin();
  EXPECT_TRUE(generations.begin_long_lived());
  EXPECT_TRUE(generations.begin());
  EXPECT_TRUE(generations.doom_short_lived());  // 1, not 0
  EXPECT_FALSE(generations.is_doomed(0));
  EXPECT_TRUE(generations.is_doomed(1));
  generations.swept();

  EXPECT_TRUE(generations.begin());
  EXPECT_TRUE(generations.begin_long_lived());
  EXPECT_TRUE(generations.is_long_lived(2));
  EXPECT_EQ(generations.merged_long_lived(), 0);
  generations.swept();
  EXPECT_FALSE(generations.is_long_lived(2));
  EXPECT_TRUE(generations.is_long_lived(0));
  EXPECT_TRUE(generations.doom_long_lived());
  EXPECT_FALSE(generations.has_stale());
}

class LongLivedPaths : public StalePaths {
 protected:
  PeerHandle lose_for_long() {
    const auto peer = engine.peer_up(up(), kNow);
    announce(peer, 1);
    announce(peer, 2, 0, {kNoLlgr});
    announce(peer, 3);
    run();
    engine.peer_lost(peer, kBoth, kNow);
    engine.begin_long_lived(peer, family());
    run();
    return peer;
  }
  bool has_mark(unsigned n) const {
    return engine.destination(p(n))->paths[0].attributes->has_community(kLlgrStale);
  }
};
INSTANTIATE_TEST_SUITE_P(Families, LongLivedPaths, ::testing::ValuesIn(kFamilies));

TEST_P(LongLivedPaths, AreMarkedAndThoseThatMustNotBeGo) {
  lose_for_long();

  EXPECT_EQ(known(), "1sl 3sl");
  EXPECT_TRUE(has_mark(1));
  EXPECT_FALSE(engine.destination(p(1))->paths[0].received->has_community(kLlgrStale));
  EXPECT_TRUE(output.fib.contains(p(1)));
  EXPECT_FALSE(output.fib.contains(p(2)));
}

TEST_P(LongLivedPaths, LoseTheirMarkWhenAnnouncedAgain) {
  const auto after = engine.peer_returned(lose_for_long(), up(), kBoth, kNow);
  announce(after, 1);
  EXPECT_EQ(known(), "1 3sl");
  EXPECT_FALSE(has_mark(1));

  engine.sweep_stale(after, family());
  run();
  EXPECT_EQ(known(), "1");
}

TEST_P(LongLivedPaths, LoseToAnyOther) {
  auto other = up();
  other.address = address("192.0.2.8");
  other.identifier = 9;
  const auto peer = engine.peer_up(other, kNow);
  announce(peer, 1, 100);
  lose_for_long();

  const auto view = engine.destination(p(1));
  EXPECT_EQ(view->reason, BestReason::LongLivedStale);
  EXPECT_EQ(view->paths[0].peer, peer);
}

TEST_P(LongLivedPaths, OutliveASecondLossAndManyMore) {
  auto peer = lose_for_long();
  for (int i = 0; i < 8; ++i) {
    peer = engine.peer_returned(peer, up(), kBoth, kNow);
    announce(peer, 4);
    engine.peer_lost(peer, kBoth, kNow);
    run();
    EXPECT_EQ(known(), "1sl 3sl 4s");
    if (i % 2 == 0) engine.begin_long_lived(peer, family());
    run();
  }

  engine.sweep_long_lived(peer, family());
  run();
  EXPECT_EQ(known(), "4s");
}

TEST_P(LongLivedPaths, KeepTheirMarkWhenTheyAreLookedAtAgain) {
  lose_for_long();
  auto changed = speaker();
  changed.default_local_pref = 200;
  engine.set_speaker(changed, kNow);
  run();

  EXPECT_TRUE(has_mark(1));
  EXPECT_EQ(known(), "1sl 3sl");
}

TEST_P(LongLivedPaths, GoWithThePeer) {
  engine.peer_down(lose_for_long(), kNow);
  run();

  EXPECT_EQ(known(), "");
  EXPECT_TRUE(output.fib.empty());
}

TEST_P(StalePaths, DeferredSelectionTellsNobodyAnything) {  // RFC 4724 §4.1
  engine.defer_selection(true);
  const auto peer = engine.peer_up(up(), kNow);
  announce(peer, 1);
  run();
  EXPECT_TRUE(output.fib.empty());

  engine.defer_selection(false);
  run();

  EXPECT_TRUE(output.fib.contains(p(1)));
}

}  // namespace
}  // namespace rib
