#include "rib/history.hpp"

#include <gtest/gtest.h>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

class HistoryTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    a_ = node_.up(peer("192.0.2.1"));
    b_ = node_.up(peer("192.0.2.2"));
  }
  void announce(PeerHandle from, const PathAttributes& value) {
    node_.announce(from, value, {GetParam()});
    node_.settle();
  }
  void withdraw(PeerHandle from) {
    node_.withdraw(from, {GetParam()});
    node_.settle();
  }
  /// More than is noted prefix by prefix.
  void announce_table(PeerHandle from) {
    const bool is_v6 = prefix(GetParam()).family() == Family::Ipv6Unicast;
    for (int i = 0; i < 2000; ++i) {
      const auto number = std::to_string(i % 250), rest = std::to_string(i / 250);
      node_.announce(
          from, attributes(),
          {is_v6 ? "fc00:" + rest + ":" + number + "::/48" : "11." + rest + "." + number + ".0/24"});
    }
    node_.settle();
  }
  EventView last() const { return node_.engine.history().at(node_.engine.history().newest()); }
  std::uint64_t count() const { return node_.engine.history().newest(); }

  Node node_;
  PeerHandle a_, b_;
};
INSTANTIATE_TEST_SUITE_P(Families, HistoryTest, testing::Values("10.1.0.0/16", "2001:db8:1::/48"));

TEST_P(HistoryTest, TellsWhoTookOverAndWhy) {
  announce(a_, attributes().preference(100));
  EXPECT_EQ(last().kind, EventKind::Best);
  EXPECT_EQ(last().cause, EventCause::Learned);
  EXPECT_EQ(last().prefix, prefix(GetParam()));
  EXPECT_EQ(last().neighbor, "192.0.2.1");
  EXPECT_EQ(last().before, "");
  EXPECT_EQ(last().next_hop, address("192.0.2.1"));

  announce(b_, attributes().preference(200).via("192.0.2.2"));
  EXPECT_EQ(last().cause, EventCause::Better);
  EXPECT_EQ(last().reason, BestReason::LocalPref);
  EXPECT_EQ(last().neighbor, "192.0.2.2");
  EXPECT_EQ(last().before, "192.0.2.1");

  announce(b_, attributes().preference(300).via("192.0.2.2"));
  EXPECT_EQ(last().cause, EventCause::Changed);

  withdraw(b_);
  EXPECT_EQ(last().kind, EventKind::Best);
  EXPECT_EQ(last().cause, EventCause::Withdrawn);
  EXPECT_EQ(last().neighbor, "192.0.2.1");
  EXPECT_EQ(last().before, "192.0.2.2");

  node_.down(a_);
  node_.settle();
  EXPECT_EQ(last().kind, EventKind::Gone);
  EXPECT_EQ(last().cause, EventCause::SessionLost);
  EXPECT_EQ(last().neighbor, "");
  EXPECT_EQ(last().before, "192.0.2.1");
}

TEST_P(HistoryTest, APathThatIsNotAcceptedAnyMoreSaysWhatIsWrong) {
  announce(a_, attributes());

  announce(a_, attributes().path({kOurAs}));

  EXPECT_EQ(last().kind, EventKind::Gone);
  EXPECT_EQ(last().cause, EventCause::Rejected);
  EXPECT_EQ(last().state, PathState::AsLoop);
}

TEST_P(HistoryTest, WhatChangesNothingIsNoEvent) {
  announce(a_, attributes().preference(200));
  const auto before = count();

  announce(a_, attributes().preference(200));
  announce(b_, attributes().preference(100));
  withdraw(b_);

  EXPECT_EQ(count(), before);
}

TEST_P(HistoryTest, TheKernelsRefusalIsToldOnceAndItsEndAsWell) {
  announce(a_, attributes());
  for (int i = 0; i < 3; ++i) node_.engine.fib_result({prefix(GetParam()), false, 101, "no"}, at(0s));
  EXPECT_EQ(last().kind, EventKind::KernelRefused);
  EXPECT_EQ(last().error, 101);
  EXPECT_EQ(count(), 2u);

  node_.engine.fib_result({prefix(GetParam()), true, 0, ""}, at(0s));
  EXPECT_EQ(last().kind, EventKind::KernelTook);
  EXPECT_EQ(count(), 3u);
}

TEST_P(HistoryTest, OneEventStandsForTheRestOfALargeFirstTable) {
  announce_table(a_);

  EXPECT_EQ(last().kind, EventKind::FirstTable);
  EXPECT_EQ(last().neighbor, "192.0.2.1");
  EXPECT_EQ(count(), 1025u);
  announce(a_, attributes());
  EXPECT_EQ(count(), 1025u);
}

TEST_P(HistoryTest, AfterTheFirstTableEachPrefixIsNoted) {
  announce_table(a_);
  node_.engine.table_received(a_, prefix(GetParam()).family());

  announce(a_, attributes());

  EXPECT_EQ(last().cause, EventCause::Learned);
  EXPECT_EQ(last().prefix, prefix(GetParam()));
}

TEST_P(HistoryTest, AFirstTableWithoutEndIsOverAfterAMinute) {
  announce_table(a_);
  node_.now += 61s;

  announce(a_, attributes());

  EXPECT_EQ(last().cause, EventCause::Learned);
}

TEST_P(HistoryTest, WhatWasGoneIsNotedWhenItComesAgain) {
  announce_table(a_);
  announce(a_, attributes());
  withdraw(a_);
  EXPECT_EQ(last().kind, EventKind::Gone);

  announce(a_, attributes());

  EXPECT_EQ(last().cause, EventCause::Learned);
  EXPECT_EQ(last().prefix, prefix(GetParam()));
}

TEST_P(HistoryTest, AnotherNeighborsPathsAreNotedAmidAFirstTable) {
  announce_table(a_);
  announce(a_, attributes().preference(100));

  announce(b_, attributes().preference(200));

  EXPECT_EQ(last().cause, EventCause::Better);
  EXPECT_EQ(last().neighbor, "192.0.2.2");
  EXPECT_EQ(last().before, "192.0.2.1");
}

// --- the ring by itself

class Ring : public testing::Test {
 protected:
  static constexpr std::size_t kChunk = 64u << 10;  // 2048 events
  void note(int first, int count) {
    for (int i = first; i < first + count; ++i)
      history_.note_kernel(Prefix(IpAddress::v4(static_cast<std::uint32_t>(i)), 32), 1,
                           at(std::chrono::seconds(i)));
  }
  std::uint32_t number_at(std::uint64_t sequence) const {
    return history_.at(sequence).prefix.address().to_v4();
  }

  History history_;
};

TEST_F(Ring, TheOldestGoFirstAndTheNewestStay) {
  history_.set_capacity(2 * kChunk, at(0s));
  EXPECT_GT(history_.oldest(), history_.newest()) << "nothing yet";
  EXPECT_EQ(history_.complete_since(), TimePoint::min());
  note(1, 5000);

  EXPECT_EQ(history_.newest(), 5000u);
  EXPECT_EQ(history_.oldest(), 4097u - 2048u);
  EXPECT_EQ(history_.complete_since(), at(std::chrono::seconds(2049)));
  for (auto i = history_.oldest(); i <= history_.newest(); ++i) ASSERT_EQ(number_at(i), i);
}

TEST_F(Ring, SixteenMebioctetsUnlessToldOtherwiseAndTakenAsTheyFill) {
  constexpr std::size_t kSixteen = 16u << 20;
  constexpr int kFit = kSixteen / 32;  // octets of an event
  EXPECT_EQ(history_.capacity(), kSixteen);
  EXPECT_EQ(history_.memory_bytes(), 0u) << "nothing has happened yet";
  note(1, 1);
  EXPECT_EQ(history_.memory_bytes(), kChunk);
  note(2, kFit / 2 - 1);
  EXPECT_EQ(history_.memory_bytes(), kSixteen / 2);

  for (int first = kFit / 2 + 1; first < 2 * kFit; first += 1000) {
    note(first, 1000);
    ASSERT_LE(history_.memory_bytes(), kSixteen);
  }
  EXPECT_EQ(history_.memory_bytes(), kSixteen);
  EXPECT_GT(history_.newest() - history_.oldest(), std::uint64_t{kFit} - 2048) << "and used";
}

TEST_F(Ring, FindsTheFirstEventSinceATime) {
  note(10, 100);

  EXPECT_EQ(history_.first_since(at(0s)), 1u);
  EXPECT_EQ(number_at(history_.first_since(at(50s))), 50u);
  EXPECT_EQ(number_at(history_.first_since(TimePoint(49500ms))), 50u);
  EXPECT_EQ(history_.first_since(at(200s)), 101u);
}

TEST_F(Ring, AnotherSizeKeepsTheNewest) {
  note(1, 9000);
  history_.set_capacity(2 * kChunk, at(9001s));
  EXPECT_EQ(history_.oldest(), 6145u);
  history_.set_capacity(8 * kChunk, at(9001s));
  EXPECT_EQ(history_.oldest(), 6145u) << "what went does not come back";
  note(9001, 1000);
  for (auto i = history_.oldest(); i <= 10'000; ++i) ASSERT_EQ(number_at(i), i);
}

TEST_F(Ring, NothingIsKeptWithoutRoomAndThatIsSaid) {
  note(1, 10);
  history_.set_capacity(0, at(11s));
  note(12, 10);
  EXPECT_GT(history_.oldest(), history_.newest());

  history_.set_capacity(kChunk, at(30s));
  note(31, 5);
  EXPECT_GE(history_.complete_since(), at(30s));
  EXPECT_EQ(number_at(history_.oldest()), 31u);
}

TEST_F(Ring, SessionsHaveTheirReason) {
  history_.note_session({.neighbor = "192.0.2.1", .is_up = true}, at(1s));
  history_.note_session({.neighbor = "192.0.2.1", .reset = 2, .code = 6, .subcode = 4}, at(2s));

  EXPECT_EQ(history_.at(1).kind, EventKind::SessionUp);
  const auto down = history_.at(2);
  EXPECT_EQ(down.kind, EventKind::SessionDown);
  EXPECT_EQ(down.neighbor, "192.0.2.1");
  EXPECT_EQ(std::tuple(down.reset, down.code, down.subcode), std::tuple(2, 6, 4));
}

}  // namespace
}  // namespace test
