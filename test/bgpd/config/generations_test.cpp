#include "bgpd/config/generations.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "test/support/temporary_folder.hpp"

namespace bgpd::config {
namespace {

using std::chrono::system_clock;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr system_clock::time_point kNoon(1795780800s);

class GenerationsTest : public testing::Test {
 protected:
  void keep(const std::string& text, const std::string& who = "root",
            const std::string& how = "write memory") {
    const auto kept = generations_.keep(text, who, how, kNoon);
    ASSERT_TRUE(kept) << kept.error();
  }
  TemporaryFolder folder_;
  Generations generations_{folder_.path + "/deep/generations"};
};

TEST_F(GenerationsTest, SayWhenWhoHowAndHowMuch) {
  keep("hostname a\n");
  keep("hostname b\nip forwarding\n", "anna", "commit confirmed");

  const auto list = generations_.list();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].time, kNoon);
  EXPECT_EQ(list[0].who, "anna");
  EXPECT_EQ(list[0].how, "commit confirmed");
  EXPECT_EQ(list[0].size, (cli::DifferenceSize{2, 1}));
  EXPECT_EQ(generations_.text(0), "hostname b\nip forwarding\n");
  EXPECT_EQ(generations_.text(1), "hostname a\n");
}

TEST_F(GenerationsTest, TheSameTwiceIsOne) {
  keep("hostname a\n");
  keep("hostname a\n");

  EXPECT_EQ(generations_.list().size(), 1u);
}

TEST_F(GenerationsTest, TheOldestGo) {
  for (int i = 0; i < 30; ++i) keep("hostname r" + std::to_string(i) + "\n");

  EXPECT_EQ(generations_.list().size(), kKeptGenerations + 1);
  EXPECT_EQ(generations_.text(0), "hostname r29\n");
  EXPECT_EQ(generations_.text(20), "hostname r9\n");
  EXPECT_THAT(generations_.text(21).error(), HasSubstr("the oldest is 20"));
}

TEST_F(GenerationsTest, OutliveTheDaemonAndNoOneElseReadsThem) {
  keep("hostname a\n");

  const Generations next(folder_.path + "/deep/generations");
  ASSERT_EQ(next.list().size(), 1u);
  EXPECT_EQ(next.text(0), "hostname a\n");
  const auto permissions = std::filesystem::status(next.list()[0].file).permissions();
  EXPECT_EQ(permissions & std::filesystem::perms(077), std::filesystem::perms::none);
}

TEST_F(GenerationsTest, AnEmptyFolderHasNone) {
  EXPECT_TRUE(generations_.list().empty());
  EXPECT_THAT(generations_.text(0).error(), HasSubstr("No configuration of the past"));
}

TEST_F(GenerationsTest, FilesOfOthersAndBrokenHeadsDoNoHarm) {
  keep("hostname a\n");
  std::ofstream(folder_.path + "/deep/generations/notes.txt") << "x";
  std::ofstream(folder_.path + "/deep/generations/000002.conf") << "hostname b\n";

  EXPECT_EQ(generations_.list().size(), 2u);
  EXPECT_EQ(generations_.text(0), "hostname b\n");
  keep("hostname c\n");
  EXPECT_EQ(generations_.text(0), "hostname c\n");
}

TEST_F(GenerationsTest, AFolderThatCannotBeIsSaid) {
  std::ofstream(folder_.path + "/deep") << "a file";

  const auto kept = generations_.keep("hostname a\n", "root", "write memory", kNoon);

  ASSERT_FALSE(kept);
  EXPECT_THAT(kept.error(), HasSubstr("cannot create"));
}

}  // namespace
}  // namespace bgpd::config
