// What holds for every row of the grammar.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cli/command/syntax.hpp"
#include "cli/config/edit.hpp"
#include "cli/config/reader.hpp"
#include "cli/config/writer.hpp"

namespace cli {
namespace {

/// A word that fits the token.
std::string sample(const Token& token) {
  switch (token.kind) {
    case TokenKind::Keyword:
      return token.text;
    case TokenKind::Ipv4:
      return token.name == "mask" ? "255.255.0.0" : "192.168.7.0";
    case TokenKind::Ipv6:
      return token.name == "link-local" ? "fe80::7" : "2001:db8::7";
    case TokenKind::Address:
      return "192.168.7.7";
    case TokenKind::Prefix:
    case TokenKind::Ipv4Prefix:
      return "10.7.0.0/16";
    case TokenKind::Ipv6Prefix:
      return "2001:db8:7::/48";
    case TokenKind::Number:
      if (token.name == "minimum" || token.name == "maximum")  // of a prefix list
        return std::to_string(std::min<std::uint64_t>(token.high, 56));
      return std::to_string(std::min(token.high, std::max<std::uint64_t>(token.low, 9)));
    case TokenKind::AsNumber:
      if (token.name == "own" || token.name == "member") return "64999";  // none that is in use
      return "64512";
    case TokenKind::Peer:
      return "10.0.0.1";
    case TokenKind::Group:
      return token.name == "ifname" ? "eth7" : "group";
    case TokenKind::Word:
      if (token.text.starts_with("AA:BB:CC")) return "64512:1:2";
      if (token.text.starts_with("AA:NN")) return "64512:1";
      if (token.text.starts_with("EXTCOMMUNITY")) return "rt 64512:1";
      if (token.text == "AS..." || token.text == "VALUE") return "64512";
      return "word";
    case TokenKind::Line:
      return token.name == "expression" ? "^64512_ .*$" : "the  rest of it";
  }
  return "";
}

/// Lines that take every token at least once and every end.
void add_samples(const Syntax& syntax, std::uint16_t token, std::string line, std::set<std::uint16_t> seen,
                 std::vector<std::string>& lines) {
  if (!seen.insert(token).second || lines.size() > 200) return;
  line += (line.empty() ? "" : " ") + sample(syntax.tokens[token]);
  if (syntax.may_end[token]) lines.push_back(line);
  for (const auto next : syntax.next[token]) add_samples(syntax, next, line, seen, lines);
}

std::vector<std::string> samples_of(const Command& command, const std::string& notation,
                                    std::size_t extra_help) {
  std::vector<std::string_view> help = command.help;
  help.insert(help.begin(), extra_help, "no");
  const auto syntax = parse_syntax(notation, help);
  std::vector<std::string> lines;
  if (syntax)
    for (const auto first : syntax->first) add_samples(*syntax, first, "", {}, lines);
  return lines;
}

std::vector<std::string> set_lines(const Command& command) {
  if (!command.set && !command.is_inert) return {};
  return samples_of(command, command.syntax, 0);
}

Context context_of(Mode mode) {
  switch (mode) {
    case Mode::RouterBgp:
      return {"router bgp 64512"};
    case Mode::AddressFamilyIpv4:
      return {"router bgp 64512", "address-family ipv4 unicast"};
    case Mode::AddressFamilyIpv6:
      return {"router bgp 64512", "address-family ipv6 unicast"};
    case Mode::RouteMap:
      return {"route-map M permit 5"};
    default:
      return {};
  }
}

Config config_with_blocks() {
  return read_config(
             "router bgp 64512\n neighbor group peer-group\n neighbor 10.0.0.1 remote-as 65001\n"
             "route-map M permit 5\n")
      .config;
}

std::vector<const Command*> rows_with_blocks() {
  std::vector<const Command*> rows;
  for (const auto& command : all_commands())
    if (command.leaves == Leave::No) rows.push_back(&command);
  return rows;
}

TEST(Grammar, EveryRowIsWellFormedAndHasHelpForEveryToken) {
  EXPECT_THAT(grammar_defects(), ::testing::IsEmpty());
  for (const auto& command : all_commands()) {
    for (const auto text : command.help) EXPECT_FALSE(text.empty()) << command.syntax;
    EXPECT_FALSE(command.summary.empty()) << command.syntax;
  }
}

TEST(Grammar, NoTwoRowsAreWrittenTheSameInOneMode) {
  for (const auto& mode : all_modes()) {
    std::set<std::string> seen;
    for (const auto& notation : tree_of(mode.mode).notations())
      EXPECT_TRUE(seen.insert(notation).second) << notation << " in " << mode.name;
  }
}

TEST(Grammar, EveryRowIsUnderstoodInEachOfItsModes) {
  for (const auto* command : rows_with_blocks()) {
    EXPECT_EQ(set_lines(*command).empty(), !command->set && !command->is_inert) << command->syntax;
    for (const auto& line : set_lines(*command))
      for (const auto mode : modes_of(*command)) {
        const auto match = tree_of(mode).match(line);
        const auto* matched = std::get_if<Matched>(&match);
        ASSERT_TRUE(matched) << line << " in " << row_of(mode).name;
        EXPECT_EQ(form_of(matched->command).command->syntax, command->syntax) << line;
      }
  }
}

TEST(Grammar, NoAfterSetIsAsIfOnlyNoHadBeenTyped) {
  for (const auto* command : rows_with_blocks()) {
    const auto no = no_form(*command);
    if (no.empty()) continue;
    for (const auto mode : modes_of(*command)) {
      const auto context = context_of(mode);
      for (const auto& line : set_lines(*command)) {
        auto changed = config_with_blocks();
        const auto set = edit(changed, context, line);
        ASSERT_EQ(set.status, EditStatus::Done) << line << "\n" << set.text;
        auto only_no = config_with_blocks();
        const auto undo = edit(only_no, context, "no " + line);
        if (undo.status == EditStatus::Refused) only_no = config_with_blocks();  // nothing there to take back

        const auto unset = edit(changed, context, "no " + line);

        EXPECT_EQ(unset.status, EditStatus::Done) << "no " << line << "\n" << unset.text;
        EXPECT_TRUE(changed == only_no) << line << "\n" << write_config(changed) << write_config(only_no);
      }
    }
  }
}

TEST(Grammar, EveryNoFormIsUnderstoodWithoutItsValues) {
  for (const auto* command : rows_with_blocks()) {
    const auto no = no_form(*command);
    if (no.empty()) continue;
    for (const auto& line : samples_of(*command, no, 1))
      for (const auto mode : modes_of(*command)) {
        auto config = config_with_blocks();
        const auto result = edit(config, context_of(mode), line);
        EXPECT_TRUE(result.status == EditStatus::Done || result.status == EditStatus::Refused) << line << "\n"
                                                                                               << result.text;
      }
  }
}

TEST(Grammar, WhatARowWritesItReads) {
  for (const auto* command : rows_with_blocks()) {
    if (!command->write) continue;
    for (const auto mode : modes_of(*command)) {
      for (const auto& line : set_lines(*command)) {
        auto config = config_with_blocks();
        ASSERT_EQ(edit(config, context_of(mode), line).status, EditStatus::Done) << line;

        const auto family =
            mode == Mode::AddressFamilyIpv6 ? rib::Family::Ipv6Unicast : rib::Family::Ipv4Unicast;
        const auto& neighbor = config.bgp->neighbors.begin()->second;
        const auto& clause = config.policy.route_maps.find("M")->clauses.at(5);
        Lines lines;
        command->write({.config = config,
                        .bgp = &*config.bgp,
                        .peer = "10.0.0.1",
                        .is_group = line.ends_with("peer-group"),
                        .neighbor = &neighbor,
                        .family = family,
                        .settings = &neighbor.families[index_of(family)],
                        .clause = &clause},
                       lines);

        for (const auto& written : lines) {
          if (line.ends_with(" peer-group")) continue;  // written with the name of the group
          const auto match = tree_of(mode).match(written);
          const auto* matched = std::get_if<Matched>(&match);
          ASSERT_TRUE(matched) << written;
          EXPECT_EQ(form_of(matched->command).command->syntax, command->syntax) << written;
        }
        EXPECT_TRUE(read_config(write_config(config)).config == config) << line << "\n"
                                                                        << write_config(config);
      }
    }
  }
}

TEST(Grammar, WhatIsTypedTwiceIsThereOnce) {
  for (const auto* command : rows_with_blocks())
    for (const auto mode : modes_of(*command))
      for (const auto& line : set_lines(*command)) {
        auto once = config_with_blocks();
        ASSERT_EQ(edit(once, context_of(mode), line).status, EditStatus::Done) << line;
        auto twice = once;

        EXPECT_EQ(edit(twice, context_of(mode), line).status, EditStatus::Done) << line;
        EXPECT_TRUE(twice == once) << line;
      }
}

}  // namespace
}  // namespace cli
