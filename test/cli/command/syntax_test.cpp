#include "cli/command/syntax.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

Fit fit_of(std::string_view notation, std::string_view word, Value* value = nullptr) {
  const std::string_view help[] = {""};
  const auto syntax = parse_syntax(notation, help);
  EXPECT_TRUE(syntax) << syntax.error();
  Value ignored;
  return syntax ? fit(syntax->tokens[0], word, value ? *value : ignored) : Fit::None;
}

std::string error_of(std::string_view notation, std::size_t help_count = 1) {
  const std::vector<std::string_view> help(help_count, "help");
  const auto syntax = parse_syntax(notation, help);
  return syntax ? "" : syntax.error();
}

TEST(Syntax, KnowsWhatMayFollowWhat) {
  const std::vector<std::string_view> help(6, "help");
  const auto syntax = parse_syntax("a <b|c d> [e] f", help);

  ASSERT_TRUE(syntax) << syntax.error();
  using Next = std::vector<std::uint16_t>;
  EXPECT_EQ(syntax->first, Next({0}));
  EXPECT_EQ(syntax->next[0], Next({1, 2}));
  EXPECT_EQ(syntax->next[1], Next({4, 5}));
  EXPECT_EQ(syntax->next[2], Next({3}));
  EXPECT_EQ(syntax->next[3], Next({4, 5}));
  EXPECT_EQ(syntax->next[4], Next({5}));
  EXPECT_EQ(syntax->may_end, std::vector<bool>({false, false, false, false, false, true}));
}

TEST(Syntax, SaysWhatIsWrongWithANotation) {
  for (const auto* notation : {"", "[a]", "a [b", "a b>", "a <b|>", "a (5-1)", "a (x-3)", "a LINE", "a $",
                               "a foo...", "a []", "a & b", "a | b ]", "[[[[[[[[[[a]]]]]]]]]] b"})
    EXPECT_NE(error_of(notation, 2), "") << notation;
  EXPECT_EQ(error_of("a b", 1), "\"a b\": 2 tokens but 1 help texts");
}

TEST(Token, KeywordFitsByPrefixAndBetterAsAWhole) {
  EXPECT_EQ(fit_of("neighbor", "neighbor"), Fit::Exact);
  EXPECT_EQ(fit_of("neighbor", "nei"), Fit::Prefix);
  EXPECT_EQ(fit_of("neighbor", "neighbors"), Fit::None);
  EXPECT_EQ(fit_of("neighbor", ""), Fit::None);
}

TEST(Token, SomeKeywordsAreOnlyThemselves) {
  const auto syntax = parse_syntax("shutdown! flush", std::vector<std::string_view>{"End", "Clean"});
  ASSERT_TRUE(syntax);
  Value value;
  EXPECT_EQ(fit(syntax->tokens[0], "sh", value), Fit::None);
  EXPECT_EQ(fit(syntax->tokens[0], "shutdown", value), Fit::Exact);
  EXPECT_EQ(fit(syntax->tokens[1], "fl", value), Fit::Prefix);
  EXPECT_EQ(displayed("shutdown! flush"), "shutdown flush");
}

TEST(Token, ValuesAreTyped) {
  Value value;
  EXPECT_EQ(fit_of("A.B.C.D", "10.0.0.1", &value), Fit::Typed);
  EXPECT_EQ(std::get<rib::IpAddress>(value).to_string(), "10.0.0.1");
  EXPECT_EQ(fit_of("A.B.C.D", "2001:db8::1"), Fit::None);
  EXPECT_EQ(fit_of("X:X::X:X", "2001:db8::1"), Fit::Typed);
  EXPECT_EQ(fit_of("X:X::X:X", "10.0.0.1"), Fit::None);
  EXPECT_EQ(fit_of("A.B.C.D/M", "10.1.2.3/16", &value), Fit::Typed);
  EXPECT_EQ(std::get<rib::Prefix>(value).to_string(), "10.1.0.0/16");
  EXPECT_EQ(fit_of("A.B.C.D/M", "10.1.2.3/33"), Fit::None);
  EXPECT_EQ(fit_of("A.B.C.D/M", "10.1.2.3"), Fit::None);
  EXPECT_EQ(fit_of("X:X::X:X/M", "2001:db8::/32"), Fit::Typed);
  EXPECT_EQ(fit_of("X:X::X:X/M", "10.0.0.0/8"), Fit::None);
  EXPECT_EQ(fit_of("PREFIX", "10.0.0.0/8"), Fit::Typed);
  EXPECT_EQ(fit_of("PREFIX", "2001:db8::/32"), Fit::Typed);
  EXPECT_EQ(fit_of("(0-65535)", "65535", &value), Fit::Typed);
  EXPECT_EQ(std::get<std::uint64_t>(value), 65535u);
  for (const auto* word : {"65536", "-1", "+1", "1x", "", "99999999999999999999999"})
    EXPECT_EQ(fit_of("(0-65535)", word), Fit::None) << word;
}

TEST(Token, AsNumberIsPlainOrDotted) {  // RFC 5396
  Value value;
  EXPECT_EQ(fit_of("ASNUM", "4294967295"), Fit::Typed);
  EXPECT_EQ(fit_of("ASNUM", "1.10", &value), Fit::Typed);
  EXPECT_EQ(std::get<std::uint64_t>(value), 65546u);
  for (const auto* word : {"0", "0.0", "4294967296", "1.65536", "65536.1", "1.", ".1", "1.2.3", "x"})
    EXPECT_EQ(fit_of("ASNUM", word), Fit::None) << word;  // RFC 7607 for zero
}

TEST(Token, PeerIsAnAddressOrANameButNoBrokenAddress) {
  EXPECT_EQ(fit_of("PEER", "10.0.0.1"), Fit::Typed);
  EXPECT_EQ(fit_of("PEER", "2001:db8::1"), Fit::Typed);
  EXPECT_EQ(fit_of("PEER", "clients"), Fit::Free);
  EXPECT_EQ(fit_of("PEER", "10.0.0"), Fit::None);
  EXPECT_EQ(fit_of("PEER", "10.0.0.256"), Fit::None);
  EXPECT_EQ(fit_of("PEER", "2001:db8:::1"), Fit::None);
}

TEST(Negated, MakesTheValuesAtTheEndOptional) {
  EXPECT_EQ(negated("hostname NAME"), "no hostname [NAME]");
  EXPECT_EQ(negated("timers bgp (0-9) (0-9)"), "no timers bgp [(0-9) [(0-9)]]");
  EXPECT_EQ(negated("neighbor PEER remote-as <ASNUM|internal>"),
            "no neighbor PEER remote-as [<ASNUM|internal>]");
  EXPECT_EQ(negated("neighbor PEER passive"), "no neighbor PEER passive");
  EXPECT_EQ(negated("neighbor PEER allowas-in [(1-10)]"), "no neighbor PEER allowas-in [(1-10)]");
  EXPECT_EQ(negated("a [b|c] (1-2)"), "no a [<b|c> [(1-2)]]");
}

TEST(Displayed, LeavesTheNamesOut) {
  EXPECT_EQ(displayed("timers bgp (0-9)$keepalive [<a$x|b$y>]"), "timers bgp (0-9) [<a|b>]");
}

}  // namespace
}  // namespace cli
