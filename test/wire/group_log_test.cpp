#include "bgpd/update/group_log.hpp"

#include <gtest/gtest.h>

#include "test/wire/support.hpp"

namespace bgpd::update {
namespace {

using rib::Audience;
using test::Bytes;
using test::operator+;

constexpr std::size_t kSmallChunk = 256;
constexpr auto kAnnounce = GroupLog::Kind::Announce;

/// A message of this size whose body says which one it is.
Bytes message(unsigned id, std::size_t size = 40) {
  return test::message(wire::MessageType::Update,
                       Bytes(size - wire::kHeaderSize, static_cast<std::uint8_t>(id)));
}
Audience everyone() { return {}; }
Audience all_except(std::uint32_t peer) { return {.except = peer}; }
Audience only(std::uint32_t peer) { return {.kind = Audience::Kind::Only, .only = peer}; }
Audience cohort(rib::CohortId id, std::uint32_t except = Audience::kNobody) {
  return {.kind = Audience::Kind::Cohort, .cohort = id, .except = except};
}

/// Everything the cursor would write now, without consuming it.
Bytes readable(const GroupLog::Cursor& cursor, std::size_t ranges = 64, std::size_t maximum = SIZE_MAX) {
  std::vector<Range> room(ranges);
  Bytes octets;
  for (const auto& range : std::span(room).first(cursor.fill(room, maximum)))
    octets.insert(octets.end(), range.begin(), range.end());
  return octets;
}
/// Reads and consumes all there is.
Bytes drain(GroupLog::Cursor& cursor) {
  Bytes all;
  while (cursor.has_output()) {
    const auto octets = readable(cursor);
    cursor.consume(octets.size());
    all = all + octets;
  }
  return all;
}

TEST(GroupLog, EveryMemberReadsEveryMessageInOrder) {
  GroupLog log(kSmallChunk);
  const auto a = log.join(1), b = log.join(2);
  Bytes expected;
  for (unsigned i = 0; i < 30; ++i) {
    log.append(message(i), everyone(), kAnnounce);
    expected = expected + message(i);
  }

  EXPECT_EQ(drain(*a), expected);
  EXPECT_EQ(drain(*b), expected);
  EXPECT_FALSE(a->has_output());
}

TEST(GroupLog, MemberThatJoinsStartsAtTheEnd) {
  GroupLog log;
  const auto first = log.join(1);
  log.append(message(1), everyone(), kAnnounce);

  const auto second = log.join(2);
  log.append(message(2), everyone(), kAnnounce);

  EXPECT_EQ(drain(*second), message(2));
  EXPECT_EQ(drain(*first), message(1) + message(2));
}

TEST(GroupLog, SkipsWhatIsForOthers) {  // split horizon
  GroupLog log(kSmallChunk);
  const auto one = log.join(1), two = log.join(2);
  two->join_cohort(7);
  log.append(message(1), all_except(1), kAnnounce);
  log.append(message(2), only(1), kAnnounce);
  log.append(message(3), cohort(7), kAnnounce);
  log.append(message(4), cohort(7, 2), kAnnounce);
  log.append(message(5), cohort(8), kAnnounce);
  log.append(message(6), everyone(), kAnnounce);

  EXPECT_EQ(drain(*one), message(2) + message(6));
  EXPECT_EQ(drain(*two), message(1) + message(3) + message(6));
}

TEST(GroupLog, MessagesNobodyReadsAreNotKept) {
  GroupLog log;
  const auto one = log.join(1);

  log.append(message(1), all_except(1), kAnnounce);
  log.append(message(2), only(2), kAnnounce);
  log.append(message(3), cohort(1), kAnnounce);

  EXPECT_EQ(log.size(), 0u);
  EXPECT_FALSE(one->has_output());
}

TEST(GroupLog, NeighboringMessagesAreOneRange) {
  GroupLog log;
  const auto one = log.join(1);
  log.append(message(1) + message(2), everyone(), kAnnounce);
  log.append(message(3), all_except(9), kAnnounce);
  std::vector<Range> ranges(8);

  EXPECT_EQ(one->fill(ranges, SIZE_MAX), 1u);
  EXPECT_EQ(ranges[0].size(), 120u);
}

TEST(GroupLog, RangesEndAtMessageBoundariesAndRespectTheirNumber) {
  GroupLog log;
  const auto one = log.join(1), two = log.join(2);
  for (unsigned i = 0; i < 10; ++i) {
    log.append(message(i), everyone(), kAnnounce);
    log.append(message(100 + i), only(2), kAnnounce);
  }

  EXPECT_EQ(readable(*one, 3), message(0) + message(1) + message(2));
  EXPECT_EQ(readable(*one, 64, 41), message(0) + message(1));
}

TEST(GroupLog, PartialWriteGoesOnWhereItStopped) {
  GroupLog log(kSmallChunk);
  const auto other = log.join(2);
  for (const std::size_t step : {1u, 7u, 39u, 40u, 41u, 100u}) {
    const auto one = log.join(1);
    Bytes expected, received;
    for (unsigned i = 0; i < 20; ++i) {
      log.append(message(i, 40 + i), everyone(), kAnnounce);
      log.append(message(200), only(2), kAnnounce);
      expected = expected + message(i, 40 + i);
    }
    while (one->has_output()) {
      auto octets = readable(*one);
      octets.resize(std::min(octets.size(), step));
      received = received + octets;
      one->consume(octets.size());
    }

    EXPECT_EQ(received, expected) << step;
  }
}

TEST(GroupLog, TellsWhatIsLeftOfAMessageWrittenInPart) {
  GroupLog log;
  const auto one = log.join(1);
  const auto second = message(2);
  log.append(message(1) + second + message(3), everyone(), kAnnounce);

  EXPECT_TRUE(one->rest_of_message().empty());
  EXPECT_EQ(one->consume(50), Completed{.updates = 1});
  EXPECT_EQ(test::to_hex(one->rest_of_message()), test::to_hex(std::span(second).subspan(10)));
  EXPECT_EQ(one->consume(30), Completed{.updates = 1});
  EXPECT_TRUE(one->rest_of_message().empty());
  EXPECT_EQ(one->consume(40), Completed{.updates = 1});
  EXPECT_FALSE(one->has_output());
}

TEST(GroupLog, CountsMessagesHoweverTheyAreWritten) {
  for (const std::size_t step : {1u, 13u, 40u, 200u, 5000u}) {
    GroupLog log(kSmallChunk);
    const auto one = log.join(1);
    for (unsigned i = 0; i < 50; ++i) log.append(message(i), i % 3 ? everyone() : only(1), kAnnounce);
    std::size_t messages = 0;
    while (one->has_output()) messages += one->consume(std::min(step, readable(*one).size())).updates;

    EXPECT_EQ(messages, 50u) << step;
  }
}

TEST(GroupLog, ChunksAreFreedWhenTheLastMemberHasPassed) {
  GroupLog log(kSmallChunk);
  const auto fast = log.join(1), slow = log.join(2);
  for (unsigned i = 0; i < 60; ++i) log.append(message(i), everyone(), kAnnounce);
  const auto full = log.memory();

  drain(*fast);
  EXPECT_EQ(log.size(), 60u * 40);
  EXPECT_EQ(log.memory(), full);

  drain(*slow);
  EXPECT_EQ(log.size(), 0u);
  EXPECT_LT(log.memory(), full / 4);
}

TEST(GroupLog, ChunksAreFreedWhenTheSlowestLeaves) {
  GroupLog log(kSmallChunk);
  auto fast = log.join(1), slow = log.join(2);
  for (unsigned i = 0; i < 60; ++i) log.append(message(i), everyone(), kAnnounce);
  drain(*fast);

  slow.reset();

  EXPECT_EQ(log.size(), 0u);
}

TEST(GroupLog, MembersThatKeepUpDoNotPinWhatIsForOthers) {
  GroupLog log(kSmallChunk);
  const auto idle = log.join(1), busy = log.join(2);
  for (unsigned i = 0; i < 60; ++i) log.append(message(i), only(2), kAnnounce);
  drain(*busy);

  EXPECT_EQ(log.size(), 0u);
  EXPECT_EQ(idle->lag(), 0u);
}

TEST(GroupLog, LagIsTheDistanceToTheEnd) {
  GroupLog log(kSmallChunk);
  const auto one = log.join(1), two = log.join(2);
  for (unsigned i = 0; i < 20; ++i) log.append(message(i), everyone(), kAnnounce);

  EXPECT_EQ(one->lag(), 800u);
  one->consume(50);
  EXPECT_EQ(one->lag(), 750u);
  drain(*one);
  EXPECT_EQ(one->lag(), 0u);
}

TEST(GroupLog, UnreadMessagesAreThoseForTheMember) {
  GroupLog log(kSmallChunk);
  const auto one = log.join(1), two = log.join(2);
  for (unsigned i = 0; i < 20; ++i) {
    log.append(message(i), everyone(), kAnnounce);
    log.append(message(i), only(2), kAnnounce);
  }

  EXPECT_EQ(one->unread_messages(), 20u);
  EXPECT_EQ(two->unread_messages(), 40u);
  one->consume(50);  // one and a part of the next
  EXPECT_EQ(one->unread_messages(), 19u);
  EXPECT_EQ(two->unread_messages(), 40u);
  drain(*one);
  EXPECT_EQ(one->unread_messages(), 0u);
}

TEST(GroupLog, MessageLargerThanAChunkGetsItsOwn) {  // RFC 8654
  GroupLog log(kSmallChunk);
  const auto one = log.join(1);
  log.append(message(1) + message(2, 5000) + message(3), everyone(), kAnnounce);

  EXPECT_EQ(drain(*one), message(1) + message(2, 5000) + message(3));
}

TEST(GroupLog, CohortIsForgottenWhenItsLastMessageIsRead) {
  GroupLog log;
  const auto one = log.join(1);
  one->join_cohort(4);
  log.append(message(1), cohort(4), kAnnounce);
  log.end_cohort(4);

  EXPECT_TRUE(one->sees(cohort(4), kAnnounce));
  EXPECT_EQ(drain(*one), message(1));
  EXPECT_FALSE(one->sees(cohort(4), kAnnounce));
}

TEST(GroupLog, MemberOfTwoCohortsReadsBoth) {  // joined, and asked for a refresh
  GroupLog log;
  const auto one = log.join(1);
  one->join_cohort(4);
  one->join_cohort(5);
  log.append(message(1), cohort(4), kAnnounce);
  log.append(message(2), cohort(5), kAnnounce);

  EXPECT_EQ(drain(*one), message(1) + message(2));
}

TEST(GroupLog, AMemberMayPassOverAnnouncements) {
  GroupLog log(kSmallChunk);
  const auto one = log.join(1), two = log.join(2);
  log.append(message(1), everyone(), kAnnounce);
  log.append(message(2), everyone(), GroupLog::Kind::Withdraw);
  log.append(message(3), everyone(), kAnnounce);
  log.append(message(4), only(1), GroupLog::Kind::EndOfRib);
  EXPECT_TRUE(one->has_unread(GroupLog::Kind::EndOfRib));
  EXPECT_FALSE(two->has_unread(GroupLog::Kind::EndOfRib));

  one->pass_over_announcements(true);
  log.append(message(5), everyone(), GroupLog::Kind::Withdraw);
  EXPECT_EQ(drain(*one), message(2) + message(5));
  log.append(message(6), everyone(), kAnnounce);
  EXPECT_FALSE(one->has_output());
  one->pass_over_announcements(false);
  log.append(message(7), everyone(), kAnnounce);
  EXPECT_EQ(drain(*one), message(7));
  EXPECT_EQ(drain(*two), message(1) + message(2) + message(3) + message(5) + message(6) + message(7));
}

}  // namespace
}  // namespace bgpd::update
