#include "cli/command/tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Commands are numbered in the order given; every token has the help text "help".
Tree tree_with(std::initializer_list<std::string_view> notations) {
  Tree tree;
  std::size_t number = 0;
  for (const auto notation : notations) {
    std::vector<std::string_view> help;
    while (tree.add(notation, help, number) && help.size() < 40) help.push_back("help");
    ++number;
  }
  return tree;
}

const Tree& show_tree() {
  static const auto tree = tree_with({
      "show ip bgp [summary] [json]",
      "show ip bgp A.B.C.D [json]",
      "show ip route [<connected|bgp>] [json]",
      "show ipv6 route",
      "show version",
      "show running-config",
      "configure terminal",
      "echo LINE...$text",
      "echo-words WORD...$word",
      "timers bgp (0-65535)$keepalive (0-65535)$hold",
      "timers connect (1-65535)$seconds",
  });
  return tree;
}

std::optional<std::size_t> command_of(const Tree& tree, std::string_view line) {
  const auto match = tree.match(line);
  const auto* matched = std::get_if<Matched>(&match);
  return matched ? std::optional(matched->command) : std::nullopt;
}

TEST(Match, AcceptsAnyUniquePrefixPerWord) {
  EXPECT_EQ(command_of(show_tree(), "show ip bgp summary"), 0u);
  EXPECT_EQ(command_of(show_tree(), "sh ip b su"), 0u);
  EXPECT_EQ(command_of(show_tree(), "conf t"), 6u);
  EXPECT_EQ(command_of(show_tree(), "  sh\trun "), 5u);
}

TEST(Match, WholeWordBeatsPrefix) {
  EXPECT_EQ(command_of(show_tree(), "show ip route"), 2u);
  EXPECT_EQ(command_of(show_tree(), "show ipv6 route"), 3u);
  EXPECT_EQ(command_of(show_tree(), "echo words"), 7u);
}

TEST(Match, LaterWordsDecideBetweenPrefixes) {
  const auto tree = tree_with({"bgp default local", "bgp deterministic-med"});

  EXPECT_EQ(command_of(tree, "bgp de lo"), 0u);
}

TEST(Match, GivesTypedArguments) {
  const auto match = show_tree().match("tim b 3 9");

  const auto& arguments = std::get<Matched>(match).arguments;
  EXPECT_EQ(arguments.number("keepalive"), 3u);
  EXPECT_EQ(arguments.number("hold"), 9u);
  EXPECT_TRUE(arguments.has("bgp"));
  EXPECT_FALSE(arguments.has("seconds"));
}

TEST(Match, TypedValueBeatsPrefixOfAKeyword) {
  const auto tree = tree_with({"show A.B.C.D", "show WORD", "show 10things"});

  EXPECT_EQ(command_of(tree, "show 10.0.0.1"), 0u);
  EXPECT_EQ(command_of(tree, "show 10.0"), 1u);
  EXPECT_EQ(command_of(tree, "show 10"), 2u);
}

TEST(Match, LineTakesTheRestWithItsBlanks) {
  const auto match = show_tree().match("echo  two  words ");

  EXPECT_EQ(std::get<Matched>(match).arguments.text("text"), "two  words");
}

TEST(Match, RepeatedWordsAreAllThere) {
  const auto match = show_tree().match("echo-words docker0 br-* cni0");

  EXPECT_THAT(std::get<Matched>(match).arguments.texts("word"), ElementsAre("docker0", "br-*", "cni0"));
}

TEST(Match, UnknownPointsAtTheWord) {
  const auto match = show_tree().match("show ip bgp sumary");

  const auto& unknown = std::get<Unknown>(match);
  EXPECT_EQ(unknown.word, 3u);
  EXPECT_EQ(unknown.column, 12u);
  EXPECT_THAT(unknown.keywords, ElementsAre("json", "summary"));
  EXPECT_THAT(unknown.values, ElementsAre("A.B.C.D"));
  EXPECT_TRUE(unknown.end_expected);
}

TEST(Match, AmbiguousNamesWhatItCouldBe) {
  const auto match = show_tree().match("t");
  EXPECT_TRUE(std::holds_alternative<Incomplete>(match));  // both begin with "timers"

  const auto tree = tree_with({"bgp default x", "bgp deterministic-med"});
  const auto ambiguous = tree.match("b d");
  EXPECT_EQ(command_of(tree, "b d"), 1u);  // only one is whole with two words, as in FRR
  EXPECT_TRUE(std::holds_alternative<Matched>(ambiguous));

  const auto both = tree_with({"router bgp", "router babel"}).match("router b");
  ASSERT_TRUE(std::holds_alternative<Ambiguous>(both));
  EXPECT_EQ(std::get<Ambiguous>(both).column, 7u);
  EXPECT_THAT(std::get<Ambiguous>(both).keywords, ElementsAre("babel", "bgp"));
}

TEST(Match, IncompleteNamesWhatIsMissing) {
  const auto match = show_tree().match("timers bgp 3");

  ASSERT_TRUE(std::holds_alternative<Incomplete>(match));
  EXPECT_THAT(std::get<Incomplete>(match).expected, ElementsAre("(0-65535)"));
}

TEST(Match, AnEndlessLineIsOnlyUnknown) {
  std::string line = "echo-words";
  for (int i = 0; i < 2000; ++i) line += " x";

  EXPECT_TRUE(std::holds_alternative<Unknown>(show_tree().match(line)));
}

TEST(Complete, OffersTheKeywordsThatBeginLikeTheHalfWord) {
  const auto at_root = show_tree().complete("sh");
  EXPECT_EQ(at_root.column, 0u);
  EXPECT_THAT(at_root.candidates, ElementsAre("show"));

  const auto second = show_tree().complete("sh ip");
  EXPECT_EQ(second.column, 3u);
  EXPECT_THAT(second.candidates, ElementsAre("ip", "ipv6"));

  const auto next = show_tree().complete("sh ip ");
  EXPECT_EQ(next.column, 6u);
  EXPECT_THAT(next.candidates, ElementsAre("bgp", "route"));

  EXPECT_THAT(show_tree().complete("nothing like ").candidates, IsEmpty());
  EXPECT_THAT(show_tree().complete("echo some te").candidates, IsEmpty());
}

TEST(Help, ListsWordsSortedWithTheEndLast) {
  std::vector<std::string> words;
  for (const auto& line : show_tree().help("show ip bgp ")) words.push_back(line.word);

  EXPECT_THAT(words, ElementsAre("A.B.C.D", "json", "summary", "<cr>"));
}

TEST(Help, BehindAHalfWordListsWhatItMayBecome) {
  std::vector<std::string> words;
  for (const auto& line : show_tree().help("show ip bgp 10.")) words.push_back(line.word);
  EXPECT_THAT(words, ElementsAre("A.B.C.D"));

  EXPECT_THAT(show_tree().help("show nonsense"), IsEmpty());
  EXPECT_THAT(show_tree().help("nonsense "), IsEmpty());
}

TEST(Help, IsPrintedInColumns) {
  const std::vector<HelpLine> lines{{"A.B.C.D", "Address"}, {"<cr>", ""}};

  EXPECT_EQ(help_text(lines), "  A.B.C.D  Address\n  <cr>     \n");
}

}  // namespace
}  // namespace cli
