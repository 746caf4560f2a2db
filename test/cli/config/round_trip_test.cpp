#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "cli/config/edit.hpp"
#include "cli/config/reader.hpp"
#include "cli/config/writer.hpp"
#include "test/cli/config/random_config.hpp"

namespace cli {
namespace {

std::string problems_text(const ReadResult& result) {
  std::string text;
  for (const auto& problem : result.problems) text += to_text(problem, "file");
  return text;
}

/// Kept lines of different blocks have no order among each other.
Config with_sorted_blocks(Config config) {
  std::ranges::stable_sort(config.unknown_lines, {}, &Config::UnknownLine::block);
  return config;
}

TEST(RoundTrip, WhatIsWrittenIsReadAsTheSameValue) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    const auto config = RandomConfig(seed).make();

    const auto text = write_config(config);
    const auto result = read_config(text);

    ASSERT_FALSE(result.has_errors()) << "seed " << seed << "\n" << problems_text(result) << text;
    ASSERT_TRUE(with_sorted_blocks(result.config) == with_sorted_blocks(config))
        << "seed " << seed << "\n--- written\n"
        << text << "--- and read\n"
        << write_config(result.config);
    ASSERT_EQ(write_config(result.config), text) << "seed " << seed;
  }
}

TEST(RoundTrip, IndentationAndAbbreviationDoNotMatter) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    auto config = RandomConfig(seed).make();
    config.unknown_lines.clear();
    std::istringstream text(write_config(config));
    std::string flat;
    for (std::string line; std::getline(text, line);)
      flat += line.substr(line.find_first_not_of(' ')) + "\r\n";

    EXPECT_TRUE(read_config(flat).config == config) << "seed " << seed << "\n" << flat;
  }
}

/// Else the property above would hold for less than it says.
TEST(RoundTrip, GeneratedConfigurationsHaveEveryRow) {
  std::set<std::string_view> seen;
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::istringstream text(write_config(RandomConfig(seed).make()));
    Config config;
    Context context;
    for (std::string line; std::getline(text, line);)
      if (const auto* command = apply_line(config, context, line).form.command) seen.insert(command->syntax);
  }

  for (const auto& command : all_commands()) {
    const bool is_seen = !command.write || command.is_inert || seen.contains(command.syntax);
    EXPECT_TRUE(is_seen) << command.syntax;
  }
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// test/golden: NAME.conf is read and written as NAME.running, or as itself where there is none.
TEST(Golden, FilesAreWrittenAsExpected) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(KULAN_TEST_DIR "/golden"))
    if (entry.path().extension() == ".conf") files.insert(entry.path());
  ASSERT_FALSE(files.empty());

  for (const auto& path : files) {
    auto running = path;
    running.replace_extension(".running");
    const auto expected = contents(std::filesystem::exists(running) ? running : path);

    const auto result = read_config(contents(path));

    EXPECT_FALSE(result.has_errors()) << problems_text(result);
    EXPECT_EQ(write_config(result.config), expected) << path;
    EXPECT_EQ(write_config(read_config(expected).config), expected) << path;
  }
}

}  // namespace
}  // namespace cli
