// RFC 4861 §4.1, §4.2, §6: what is said on an unnumbered link, and when.
#include "bgpd/link/router_advertisement.hpp"

#include <gtest/gtest.h>

#include "bgpd/link/schedule.hpp"

namespace bgpd::link {
namespace {

using namespace std::chrono_literals;

TEST(RouterAdvertisement, IsReadAsItWasWritten) {
  const auto message = encode(RouterAdvertisement{1800s});
  ASSERT_EQ(message.size(), 16u);
  EXPECT_EQ(message[0], 134);
  const auto read = decode(message);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->advertisement, RouterAdvertisement{1800s});
}

TEST(RouterAdvertisement, ASolicitationIsNone) {
  const auto read = decode(encode_solicitation());
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->advertisement);
}

TEST(RouterAdvertisement, MayCarryOptions) {
  auto message = encode(RouterAdvertisement{30s});
  message.insert(message.end(), {1, 1, 2, 0, 0xc0, 0xa8, 1, 2});
  EXPECT_TRUE(decode(message));
}

TEST(RouterAdvertisement, WhatFailsTheChecksIsNotHeard) {
  const auto sound = encode(RouterAdvertisement{30s});
  for (std::size_t size = 0; size < sound.size(); ++size)
    EXPECT_FALSE(decode(std::span(sound).first(size))) << size;
  auto other_code = sound;
  other_code[1] = 1;
  EXPECT_FALSE(decode(other_code));
  auto empty_option = sound;
  empty_option.insert(empty_option.end(), {1, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_FALSE(decode(empty_option));
  auto long_option = sound;
  long_option.insert(long_option.end(), {1, 2, 0, 0, 0, 0, 0, 0});
  EXPECT_FALSE(decode(long_option));
  auto half_option = sound;
  half_option.push_back(1);
  EXPECT_FALSE(decode(half_option));
  auto other_type = sound;
  other_type[0] = 136;
  EXPECT_FALSE(decode(other_type));
}

TEST(Schedule, BeginsAtOnceAndSettlesToTheInterval) {
  const rib::TimePoint start{1h};
  Schedule schedule(start);
  EXPECT_EQ(schedule.next(), start);
  schedule.sent(start, 1);
  EXPECT_EQ(schedule.next(), start + 3s);
  schedule.sent(start + 3s, 1);
  EXPECT_EQ(schedule.next(), start + 6s);
  schedule.sent(start + 6s, 1);
  EXPECT_EQ(schedule.next(), start + 16s);
  schedule.sent(start + 16s, 0);
  EXPECT_EQ(schedule.next(), start + 16s + 7500ms);
}

TEST(Schedule, AnswersButNotMoreOftenThanEveryThreeSeconds) {
  const rib::TimePoint start{1h};
  Schedule schedule(start);
  for (const auto at : {0s, 3s, 6s}) schedule.sent(start + at, 1);
  schedule.answer(start + 7s);
  EXPECT_EQ(schedule.next(), start + 9s);
  schedule.answer(start + 12s);
  EXPECT_EQ(schedule.next(), start + 9s) << "never later than it was to be";
}

}  // namespace
}  // namespace bgpd::link
