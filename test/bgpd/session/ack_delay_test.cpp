// When the ACKs of a connection may wait, and for which senders they must not.
#include "bgpd/session/ack_delay.hpp"

#include <gtest/gtest.h>

namespace bgpd::session {
namespace {

using namespace std::chrono_literals;

struct AckDelayTest : testing::Test {
  bool read_after(rib::TimePoint::duration pause, std::size_t octets = 50) {
    return delay.after_read(octets, now += pause);
  }
  /// Messages that follow one another closely. Returns how many there were until ACKs wait, 0: they do not.
  int begins_after(int most = 100, std::size_t octets = 50) {
    for (int i = 1; i <= most; ++i)
      if (read_after(1ms, octets)) return i;
    return 0;
  }
  AckDelay delay;
  rib::TimePoint now{1h};
};

TEST_F(AckDelayTest, BeginsWithSmallMessagesThatFollowOneAnotherClosely) {
  EXPECT_FALSE(read_after(0s)) << "the first";
  EXPECT_EQ(begins_after(4), 0) << "OPEN, KEEPALIVE and a few UPDATEs: a session begins";
  EXPECT_FALSE(read_after(20ms)) << "no close follower";
  EXPECT_EQ(begins_after(100, 4096), 0) << "a segment or more is acknowledged soon anyway";
  EXPECT_GT(begins_after(), 4);
  EXPECT_EQ(begins_after(), 0) << "it lasts";
}

TEST_F(AckDelayTest, BeginsAnewWhenTheKernelEndedItInAPause) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(read_after(1s)) << i;
    EXPECT_GT(begins_after(), 0) << i;
  }
}

TEST_F(AckDelayTest, EndsForASenderThatWaitsForAcks) {
  for (int i = 0; i < 2; ++i) {
    ASSERT_GT(begins_after(), 0) << "once may be chance";
    EXPECT_FALSE(read_after(1ms)) << "the message before was acknowledged as it was read";
    EXPECT_FALSE(read_after(43ms));
  }
  EXPECT_EQ(begins_after(), 0);
}

TEST_F(AckDelayTest, StaysForASenderThatWasSeenNotToWait) {
  for (int i = 0; i < 10; ++i) {
    ASSERT_GT(begins_after(), 0) << i;
    EXPECT_EQ(begins_after(20), 0) << "not acknowledged, and here is the next";
    EXPECT_FALSE(read_after(41ms));
  }
}

}  // namespace
}  // namespace bgpd::session
