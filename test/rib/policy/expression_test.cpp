// Regular expressions in AS terms.
#include "rib/policy/expression.hpp"

#include <gtest/gtest.h>

#include <random>

namespace rib {
namespace {

bool found(std::string_view pattern, std::string_view text) {
  const auto expression = Expression::compile(pattern);
  EXPECT_TRUE(expression) << pattern << ": " << (expression ? "" : expression.error());
  return expression && expression->is_found_in(text);
}

TEST(Expression, IsFoundAnywhereUnlessAnchored) {
  EXPECT_TRUE(found("65001", "1 65001 2"));
  EXPECT_TRUE(found("5001", "1 65001 2"));
  EXPECT_TRUE(found("^1 ", "1 65001 2"));
  EXPECT_FALSE(found("^65001", "1 65001 2"));
  EXPECT_TRUE(found("2$", "1 65001 2"));
  EXPECT_FALSE(found("65001$", "1 65001 2"));
  EXPECT_TRUE(found("^$", ""));
  EXPECT_FALSE(found("^$", "1"));
  EXPECT_TRUE(found("", "anything"));
}

TEST(Expression, UnderscoreIsWhatStandsAroundANumber) {
  for (const auto* text : {"65001", "65001 2", "1 65001", "1 65001 2", "1 {65001,2}", "(65001) 3"})
    EXPECT_TRUE(found("_65001_", text)) << text;
  EXPECT_FALSE(found("_65001_", "1 650011 2"));
  EXPECT_FALSE(found("_65001_", "165001"));
  EXPECT_TRUE(found("^65001_", "65001"));
  EXPECT_TRUE(found("^65001_[0-9]+$", "65001 65002"));
  EXPECT_TRUE(found("_1[_]2_", "1 2"));
}

TEST(Expression, RepetitionsAndAlternatives) {
  EXPECT_TRUE(found("^(1 )*2$", "2"));
  EXPECT_TRUE(found("^(1 )*2$", "1 1 1 2"));
  EXPECT_FALSE(found("^(1 )+2$", "2"));
  EXPECT_TRUE(found("^1?2$", "12"));
  EXPECT_FALSE(found("^1?2$", "112"));
  EXPECT_TRUE(found("^[0-9]{2,3}$", "123"));
  EXPECT_FALSE(found("^[0-9]{2,3}$", "1234"));
  EXPECT_FALSE(found("^[0-9]{2,3}$", "1"));
  EXPECT_TRUE(found("^9{3}$", "999"));
  EXPECT_TRUE(found("^9{2,}$", "99999"));
  EXPECT_TRUE(found("^(1|2|30)$", "30"));
  EXPECT_FALSE(found("^(1|2|30)$", "3"));
  EXPECT_TRUE(found("(a*)*b", "aab"));
  EXPECT_TRUE(found("x|", "y"));
}

/// Many texts of one alphabet, more than the automaton keeps, against the same question put afresh.
TEST(Expression, AnswersTheSameWhateverWasAskedBefore) {
  const std::string patterns[] = {"_65001_",  "^1 (2|3 )*4$", "(1|2)(1|2)(1|2)(1|2)(1|2)(1|2)(1|2)3",
                                  "[12]{9}_", "^$",           "3*$",
                                  "_",        "(1.{12}){1,3}"};
  std::mt19937 random(1);
  for (const auto& pattern : patterns) {
    const auto kept = Expression::compile(pattern);
    ASSERT_TRUE(kept) << pattern;
    for (int i = 0; i < 800; ++i) {
      std::string text;
      for (auto length = random() % 40; length > 0; --length) text += "1 23456{0"[random() % 9];
      const auto afresh = Expression::compile(pattern);
      ASSERT_EQ(kept->is_found_in(text), afresh->is_found_in(text)) << pattern << " in " << text;
      ASSERT_EQ(Expression(*kept).is_found_in(text), afresh->is_found_in(text));
    }
  }
}

TEST(Expression, BracketsClassesAndEscapes) {
  EXPECT_TRUE(found("^[^0-4]$", "5"));
  EXPECT_FALSE(found("^[^0-4]$", "3"));
  EXPECT_TRUE(found("^[]x-]+$", "-]x"));
  EXPECT_TRUE(found("^[[:digit:]]+$", "123"));
  EXPECT_TRUE(found("^\\{1,2\\}$", "{1,2}"));
  EXPECT_TRUE(found("^{x", "{x"));
  EXPECT_TRUE(found("1\\.2", "1.2"));
  EXPECT_FALSE(found("1\\.2", "1x2"));
  EXPECT_TRUE(found("1.2", "1x2"));
}

TEST(Expression, RefusesWhatItCannotDoInBoundedTime) {
  for (const auto* pattern : {"(", ")", "[", "[z-a]", "*", "a|*", "a{2", "a{3,2}", "a{256}", "(a)\\1", "\\",
                              "[[:no:]]", "[[.a.]]", "(((a{99}){99}){99})", "(){255}{255}{255}{255}"})
    EXPECT_FALSE(Expression::compile(pattern)) << pattern;
  EXPECT_FALSE(Expression::compile(std::string(2000, 'a')));
  EXPECT_FALSE(Expression::compile(std::string(900, '(') + std::string(900, ')')));
  EXPECT_EQ(Expression::compile("(a)\\1").error(), "back-references are not supported");
  EXPECT_EQ(Expression::compile("1(2").error(), "unmatched (");
}

/// What makes an engine that goes back and tries again run for longer than the universe is old.
TEST(Expression, CostsTheLengthOfTheTextTimesItsOwn) {
  EXPECT_FALSE(found("^(a|a)*(a|a)*(a|a)*(a|a)*b$", std::string(5000, 'a')));
  EXPECT_FALSE(found("(a*)*(a*)*(a*)*c", std::string(5000, 'a')));
}

}  // namespace
}  // namespace rib
