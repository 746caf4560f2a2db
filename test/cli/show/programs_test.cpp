#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "cli/shell.hpp"
#include "test/support/temporary_folder.hpp"

namespace cli {
namespace {

using show::Status;

/// `ping` is a script here that writes down how it was called; there is no `traceroute`.
class ProgramsTest : public testing::Test {
 protected:
  ProgramsTest() {
    const auto script = folder_.path + "/ping";
    std::ofstream(script) << "#!/bin/sh\nfor word in \"$@\"; do echo \"$word\"; done > " << called_
                          << "\ntest \"$1\" != nobody\n";
    ::chmod(script.c_str(), 0700);
    ::setenv("PATH", folder_.path.c_str(), 1);
  }
  ~ProgramsTest() override { ::setenv("PATH", path_.c_str(), 1); }

  Status type(std::string_view line) {
    text_.clear();
    return shell_.execute(line);
  }
  std::string called() const {
    std::ostringstream all;
    all << std::ifstream(called_).rdbuf();
    return all.str();
  }

  TemporaryFolder folder_;
  const std::string called_ = folder_.path + "/called", path_ = std::getenv("PATH");
  Client client_{folder_.path + "/no.sock"};
  std::string text_;
  Shell shell_{client_, [this](std::string_view part) { text_ += part; }, {.user_mode = true}};
};

TEST_F(ProgramsTest, GetTheWordsAsTheyAre) {
  EXPECT_EQ(type("ping 192.0.2.1"), Status::Done);
  EXPECT_EQ(called(), "192.0.2.1\n");

  type("ping $(reboot);x");
  EXPECT_EQ(called(), "$(reboot);x\n");

  type("ping ipv6 2001:db8::1");
  EXPECT_EQ(called(), "-6\n2001:db8::1\n");

  type("ping -c 3 192.0.2.1");
  EXPECT_EQ(called(), "-c\n3\n192.0.2.1\n");

  type("ping ip example.net");
  EXPECT_EQ(called(), "-4\nexample.net\n");
}

TEST_F(ProgramsTest, GetNoOptionsAndNoSecondWord) {
  EXPECT_EQ(type("ping -f"), Status::Error);
  EXPECT_EQ(type("ping ip -f"), Status::Error);
  EXPECT_EQ(type("ping 192.0.2.1 -f"), Status::Error);

  EXPECT_EQ(called(), "");
}

TEST_F(ProgramsTest, PipesFilterWhatTheyPrint) {
  std::ofstream(folder_.path + "/ping") << "#!/bin/sh\necho one\necho two >&2\nprintf 'three'\n";
  EXPECT_EQ(type("ping 192.0.2.1 | include t"), Status::Done);
  EXPECT_EQ(text_, "two\nthree\n");
  EXPECT_EQ(type("ping 192.0.2.1 | count"), Status::Done);
  EXPECT_EQ(text_, "3\n");
  EXPECT_EQ(type("traceroute 192.0.2.1 | include is not"), Status::Error);
  EXPECT_EQ(text_, "% traceroute is not installed on this host\n");
}

TEST_F(ProgramsTest, NoAnswerIsNoErrorOfTheCommand) { EXPECT_EQ(type("ping nobody"), Status::Warning); }

TEST_F(ProgramsTest, ThatAreNotThereAreSaidSo) {
  EXPECT_EQ(type("traceroute 192.0.2.1"), Status::Error);
  EXPECT_EQ(text_, "% traceroute is not installed on this host\n");
}

}  // namespace
}  // namespace cli
