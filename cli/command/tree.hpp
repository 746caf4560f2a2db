// All commands of a mode at once: what a line means, what TAB may add, what `?` lists. Serves configuration
// rows and show commands alike; a command is known by the number its owner gave it.
//
// Each word keeps the tokens that fit it best: a whole keyword before a typed value ("10.0.0.1"), before the
// prefix of a keyword, before a free word. Later words may still decide between two prefixes ("b d m" finds
// "bgp deterministic-med"), as in FRR.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/command/arguments.hpp"
#include "cli/command/syntax.hpp"

namespace cli {

struct Matched {
  std::size_t command = 0;  // as given to add()
  Arguments arguments;      // names point into the tree
};
/// No command has this word here.
struct Unknown {
  std::size_t word = 0;               // index of the word
  std::size_t column = 0;             // of the word, from 0
  std::vector<std::string> keywords;  // that could have stood here, sorted
  std::vector<std::string> values;    // "A.B.C.D", "(1-65535)": likewise
  bool end_expected = false;          // the words before were a whole command
};
struct Ambiguous {
  std::size_t column = 0;
  std::vector<std::string> keywords;
};
struct Incomplete {
  std::vector<std::string> expected;  // keywords and values, sorted
};
using Match = std::variant<Matched, Unknown, Ambiguous, Incomplete>;

/// The commands that a line begins like.
struct Begun {
  std::size_t words = 0;                // how many words of the line are words of theirs
  std::vector<std::size_t> commands{};  // as given to add(), sorted; none when no word is
};

struct HelpLine {
  std::string word;  // "(1-65535)", "remote-as", "<cr>"
  std::string text;
  auto operator<=>(const HelpLine&) const = default;
};

struct Completion {
  std::size_t column = 0;               // where the word being completed begins
  std::vector<std::string> candidates;  // whole keywords, sorted; empty: nothing to add
  std::vector<HelpLine> values;  // what else may stand there ("PEER"), sorted: who knows names offers them
};

class Tree {
 public:
  /// Returns what is wrong with the notation or the help; the command is then left out.
  [[nodiscard]] std::optional<std::string> add(std::string_view notation,
                                               std::span<const std::string_view> help, std::size_t command);

  Match match(std::string_view line) const;
  /// What a line may have been meant for, right or wrong.
  Begun begun_by(std::string_view line) const;
  /// `line` ends at the cursor.
  Completion complete(std::string_view line) const;
  /// For `?` at the end of `line`: sorted, "<cr>" last. Empty: "% There is no matched command."
  std::vector<HelpLine> help(std::string_view line) const;
  /// Every command as written, in order of adding. For `list`.
  const std::vector<std::string>& notations() const { return notations_; }

 private:
  struct Place {              // a token reached in a command
    std::uint32_t entry = 0;  // index into entries_
    std::uint16_t token = 0;
    std::int32_t before = -1;  // index of the place one word earlier
  };
  struct Race;  // places by word

  struct Entry {
    Syntax syntax;
    std::size_t command;
    std::vector<std::uint32_t> shapes;  // per token: tokens of one shape fit the same words
  };

  Race run(std::span<const Word> words) const;
  template <typename Visit>
  void for_each_next(const Race& race, const Visit& visit) const;
  /// The same once per shape, for lists of what may follow.
  template <typename Visit>
  void for_each_expected(const Race& race, const Visit& visit) const;
  bool may_end(const Race& race) const;
  Match finish(const Race& race, std::string_view line, std::span<const Word> words) const;
  std::optional<Ambiguous> ambiguity(const Race& race, std::span<const std::uint32_t> winners,
                                     std::span<const Word> words) const;

  std::vector<Entry> entries_;
  std::map<std::string, std::uint32_t> shapes_;  // kind and text of a token → number
  std::vector<std::string> notations_;
};

/// Two blanks, word padded, two blanks, text: as FRR prints help.
std::string help_text(std::span<const HelpLine> lines);

}  // namespace cli
