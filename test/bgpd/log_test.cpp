#include "bgpd/log.hpp"

#include <gmock/gmock.h>
#include <spdlog/logger.h>

#include <fstream>
#include <iterator>

#include "test/support/temporary_folder.hpp"

namespace bgpd::log {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

class Log : public testing::Test {
 protected:
  Log() { EXPECT_TRUE(configure({.file = path_, .level = "warning", .levels = {{"mesh", "debug"}}})); }
  ~Log() override { static_cast<void>(configure({})); }

  std::string file() const {
    std::ifstream stream(path_);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_.path + "/log";
  const std::uint64_t before_ = tail(0, 0).newest;
};

TEST_F(Log, TheTailHasWhatTheFileHas) {
  daemon().info("beneath the level");
  daemon().warn("first");
  mesh().debug("second");
  mesh().flush();

  const auto kept = tail(before_, 10);
  EXPECT_THAT(kept.lines, ElementsAre(EndsWith("warning daemon: first"), EndsWith("debug mesh: second")));
  EXPECT_EQ(kept.newest, before_ + 2);
  EXPECT_EQ(file(), kept.lines[0] + "\n" + kept.lines[1] + "\n");
}

TEST_F(Log, WhatAnOperatorAskedForIsWrittenBeneathTheLevelToo) {
  write_debug("rib", "asked for");
  EXPECT_THAT(tail(before_, 10).lines, ElementsAre(EndsWith("debug rib: asked for")));
  EXPECT_THAT(file(), HasSubstr("debug rib: asked for\n"));
}

TEST_F(Log, ThePagesOfTheTailFollowOneAnother) {
  for (const auto* text : {"a", "b", "c"}) write_debug("rib", text);
  EXPECT_THAT(tail(before_, 2).lines, ElementsAre(EndsWith(" a"), EndsWith(" b")));
  EXPECT_THAT(tail(before_ + 2, 2).lines, ElementsAre(EndsWith(" c")));
  EXPECT_THAT(tail(before_ + 3, 2).lines, IsEmpty());
  EXPECT_THAT(tail(before_ + 1000, 2).lines, IsEmpty());
  EXPECT_THAT(tail(UINT64_MAX - 1, 2).lines, IsEmpty());
}

TEST_F(Log, TheTailIsBoundedByLinesAndByOctets) {
  for (std::size_t i = 0; i < kTailLines + 10; ++i) write_debug("rib", "short");
  EXPECT_EQ(tail(0, SIZE_MAX / 2).lines.size(), kTailLines);
  EXPECT_EQ(tail(0, 1).oldest, tail(0, 1).newest - kTailLines + 1);

  const std::string octets(kTailOctets / 4, 'x');
  for (int i = 0; i < 20; ++i) write_debug("rib", octets);
  EXPECT_EQ(tail(0, 100).lines.size(), 3u);
  EXPECT_THAT(tail(0, 100).lines.back(), EndsWith(octets));
}

}  // namespace
}  // namespace bgpd::log
