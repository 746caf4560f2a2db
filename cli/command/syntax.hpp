// The notation of a command, as FRR writes it, turned into tokens and the order they may stand in.
//
//   keyword            itself, or a prefix of it
//   keyword!           only itself: nothing is done by an abbreviation of it
//   A.B.C.D  X:X::X:X  an address          ADDRESS  either
//   A.B.C.D/M  X:X::X:X/M  a prefix        PREFIX   either
//   (1-65535)          a number            ASNUM    an AS number, asplain or asdot (RFC 5396)
//   PEER               an address, or the name of a peer group (GROUP: only a name)
//   WORD, NAME, FILE…  any word; any other name in capitals. "WORD..." is one or more words
//   LINE...            the rest of the line, blanks kept
//   <a|b c>  [a b]     one of; optional
//   token$name         the name by which handlers ask for the value
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command/arguments.hpp"
#include "cli/command/words.hpp"

namespace cli {

enum class TokenKind : std::uint8_t {
  Keyword,
  Ipv4,
  Ipv6,
  Address,
  Ipv4Prefix,
  Ipv6Prefix,
  Prefix,
  Number,
  AsNumber,
  Peer,
  Group,
  Word,
  Line
};

struct Token {
  TokenKind kind = TokenKind::Keyword;
  std::string text;  // as `?` shows it, without "$name"
  std::string name;  // what Arguments calls it
  std::string help;
  std::uint64_t low = 0, high = 0;  // Number
  bool repeats = false;             // NAME...
  bool is_whole = false;            // keyword!

  bool is_keyword() const { return kind == TokenKind::Keyword; }
};

/// How well a word fits a token. Greater is better; only the best of a position stay in the race.
enum class Fit : std::uint8_t { None, Free, Prefix, Typed, Exact };

/// How `word` fits; `value` gets what it means when it does. A LINE token fits any word; its value is the
/// caller's.
Fit fit(const Token& token, std::string_view word, Value& value);
/// Could `word` grow into this token? For `?` behind a half-typed word.
bool may_become(const Token& token, std::string_view word);

/// One command: tokens[i] may be followed by tokens[next[i]]; it may begin with `first` and end after `last`.
struct Syntax {
  std::vector<Token> tokens;
  std::vector<std::vector<std::uint16_t>> next;
  std::vector<std::uint16_t> first;
  std::vector<bool> may_end;  // per token
};

/// help: one text per token in the order written; a wrong count, like a wrong notation, is the error.
std::expected<Syntax, std::string> parse_syntax(std::string_view notation,
                                                std::span<const std::string_view> help);

/// The "no" form: "no " before, and the values at the end optional ("no neighbor PEER timers [(0-65535) …]").
/// The tokens stay the same ones, so the help is that of the row with one text in front.
std::string negated(std::string_view notation);

/// The notation as people read it: without the names.
std::string displayed(std::string_view notation);

/// The value of "64512" or "0.64512"; nothing for 0 and what is no AS number. RFC 5396, RFC 7607.
std::optional<std::uint32_t> parse_as_number(std::string_view text);

}  // namespace cli
