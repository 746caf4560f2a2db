#include "cli/command/words.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

TEST(Words, AreSeparatedByBlanksAndTabsAndKnowTheirColumn) {
  const auto words = split_words("  show\tip  bgp ");

  ASSERT_EQ(words.size(), 3u);
  EXPECT_EQ(words[0].text, "show");
  EXPECT_EQ(words[1].text, "ip");
  EXPECT_EQ(words[2].text, "bgp");
  EXPECT_EQ(words[2].column, 11u);
}

TEST(Words, OfABlankLineAreNone) {
  EXPECT_TRUE(split_words("").empty());
  EXPECT_TRUE(split_words(" \t ").empty());
}

TEST(LineDefect, NamesControlCharactersLengthAndBrokenUtf8) {
  EXPECT_FALSE(line_defect("neighbor 10.0.0.1 description Zürich ☃ 🐴"));
  EXPECT_EQ(line_defect("host\x1b[31m"), "control character at column 5");
  EXPECT_EQ(line_defect(std::string_view("a\0b", 3)), "control character at column 2");
  EXPECT_EQ(line_defect("Z\xfcrich"), "not UTF-8 at column 2");
  EXPECT_TRUE(line_defect("\xc0\xaf"));          // overlong
  EXPECT_TRUE(line_defect("\xed\xa0\x80"));      // surrogate
  EXPECT_TRUE(line_defect("\xf4\x90\x80\x80"));  // beyond Unicode
  EXPECT_TRUE(line_defect("\xe2\x98"));          // cut off
  EXPECT_FALSE(line_defect(std::string(kMaximumLineLength, 'x')));
  EXPECT_TRUE(line_defect(std::string(kMaximumLineLength + 1, 'x')));
}

TEST(NearestWord, ForgivesOneErrorInShortWordsAndTwoInLongOnes) {
  const std::vector<std::string> candidates{"summary", "neighbors", "bgp", "route"};

  EXPECT_EQ(nearest_word("sumary", candidates), "summary");
  EXPECT_EQ(nearest_word("summayr", candidates), "summary");
  EXPECT_EQ(nearest_word("neihgbosr", candidates), "neighbors");
  EXPECT_EQ(nearest_word("bpg", candidates), "bgp");
  EXPECT_EQ(nearest_word("xyz", candidates), std::nullopt);
  EXPECT_EQ(nearest_word("r", candidates), std::nullopt);
  EXPECT_EQ(nearest_word(std::string(5000, 'x'), candidates), std::nullopt);
}

}  // namespace
}  // namespace cli
