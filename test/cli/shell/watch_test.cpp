#include "cli/watch.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

TEST(WatchedCommand, IsAShowWithTheLastWordTakenAway) {
  EXPECT_EQ(watched_command("show ip bgp summary watch"), "show ip bgp summary");
  EXPECT_EQ(watched_command("  sh ip b su  watch "), "  sh ip b su");
  for (const auto* line : {"show watch", "watch", "show ip bgp", "clear ip bgp watch",
                           "show ip bgp watch json", "show running-config | include watch", ""})
    EXPECT_FALSE(watched_command(line)) << line;
}

TEST(Screen, IsDrawnWholeAtFirst) {
  Screen screen(10, 20);

  EXPECT_EQ(screen.draw("one\ntwo\n"), "\x1b[H\x1b[2J\x1b[1;1Hone\x1b[K\x1b[2;1Htwo\x1b[K");
}

TEST(Screen, OnlyWhatChangedIsWrittenAgainInBoldForOnce) {
  Screen screen(10, 20);
  screen.draw("one\ntwo\nthree\n");

  EXPECT_EQ(screen.draw("one\ntwo\nthree\n"), "");
  EXPECT_EQ(screen.draw("one\n2\nthree\n"), "\x1b[2;1H\x1b[1m2\x1b[0m\x1b[K");
  EXPECT_EQ(screen.draw("one\n2\nthree\n"), "\x1b[2;1H2\x1b[K") << "no news any more";
}

TEST(Screen, LinesThatWentAreCleared) {
  Screen screen(10, 20);
  screen.draw("one\ntwo\n");

  EXPECT_EQ(screen.draw("one\n"), "\x1b[2;1H\x1b[K");
}

TEST(Screen, WhatDoesNotFitIsCut) {
  Screen screen(2, 3);

  EXPECT_EQ(screen.draw("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\nabcdef\nthird\n"),
            "\x1b[H\x1b[2J\x1b[1;1H\xc3\xbc\xc3\xbc\xc3\xbc\x1b[K\x1b[2;1Habc\x1b[K");
}

}  // namespace
}  // namespace cli
