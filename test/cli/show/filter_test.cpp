#include "cli/show/filter.hpp"

#include <gtest/gtest.h>

#include "test/cli/show/replies.hpp"

namespace cli::show {
namespace {

std::string filtered(const std::string& pipes, std::string_view text) {
  Collected out;
  auto output = FilteredOutput::make(split_pipeline("show" + pipes).actions, out.sink());
  if (!output) return output.error();
  for (const char letter : text) output->write({&letter, 1});  // in the smallest pieces
  output->finish();
  return out.text;
}

constexpr std::string_view kText =
    "router bgp 1\n"
    " neighbor 10.0.0.1\n"
    " network 10.1.0.0/16\n"
    "!\n"
    "line vty\n";

TEST(Pipe, IncludeKeepsAndExcludeDropsMatchingLines) {
  EXPECT_EQ(filtered(" | include 10\\.", kText), " neighbor 10.0.0.1\n network 10.1.0.0/16\n");
  EXPECT_EQ(filtered(" | grep ^router|^line", kText), "router bgp 1\nline vty\n");
  EXPECT_EQ(filtered(" | exclude 10", kText), "router bgp 1\n!\nline vty\n");
}

TEST(Pipe, MarksOfErrorsPass) {
  EXPECT_EQ(filtered(" | include 10", "% VRF red not found\n"), "% VRF red not found\n");
  EXPECT_EQ(filtered(" | count", "% VRF red not found\n"), "% VRF red not found\n0\n");
}

TEST(Pipe, BeginStartsAtTheFirstMatch) { EXPECT_EQ(filtered(" | begin !", kText), "!\nline vty\n"); }

TEST(Pipe, SectionKeepsWhatStandsBelow) {
  EXPECT_EQ(filtered(" | section router", kText), "router bgp 1\n neighbor 10.0.0.1\n network 10.1.0.0/16\n");
}

TEST(Pipe, CountCountsAllOrMatchingLines) {
  EXPECT_EQ(filtered(" | count", kText), "5\n");
  EXPECT_EQ(filtered(" | count 10", kText), "2\n");
}

TEST(Pipe, FollowEachOther) { EXPECT_EQ(filtered(" | include 10 | exclude network | count", kText), "1\n"); }

TEST(Pipe, NoMoreChangesNothing) { EXPECT_EQ(filtered(" | no-more", kText), kText); }

TEST(Pipe, LastLineNeedsNoEnd) { EXPECT_EQ(filtered(" | include b", "a\nb"), "b\n"); }

TEST(Pipe, JsonBecomesAWordOfTheCommand) {
  const auto pipeline = split_pipeline("show ip bgp | json | include x");
  EXPECT_EQ(pipeline.command, "show ip bgp json");
  EXPECT_EQ(pipeline.actions, std::vector<std::string>{"include x"});
}

TEST(Pipe, ErrorsHaveFrrsMarks) {
  EXPECT_EQ(filtered(" | foo", kText), "% Unknown action 'foo'");
  EXPECT_EQ(filtered(" | include", kText), "% Need a regexp to filter with");
  EXPECT_NE(filtered(" | include [", kText).find("% Bad regexp '['"), std::string::npos);
}

}  // namespace
}  // namespace cli::show
