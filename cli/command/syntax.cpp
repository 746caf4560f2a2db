#include "cli/command/syntax.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace cli {

namespace {

template <typename Integer>
std::optional<Integer> parse_number(std::string_view text) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool all_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_capitals(std::string_view text) {
  return !text.empty() && all_of(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_:");
}

/// "10.1.2" and "2001:db8:" are addresses gone wrong, not names of peer groups.
bool is_name(std::string_view word) {
  return !all_of(word, "0123456789./") && word.find(':') == std::string_view::npos;
}

/// Tokens numbered as they are read, and which follow which (the construction of Glushkov).
class NotationParser {
 public:
  explicit NotationParser(std::string_view notation) : rest_(notation) {}

  std::expected<Syntax, std::string> parse() {
    const auto whole = alternatives();
    skip_blanks();
    if (error_.empty() && !rest_.empty()) fail("unexpected '" + std::string(rest_) + "'");
    if (error_.empty() && whole.nullable) fail("every token is optional");
    if (!error_.empty()) return std::unexpected(error_);
    syntax_.first = whole.first;
    syntax_.may_end.assign(syntax_.tokens.size(), false);
    for (const auto i : whole.last) syntax_.may_end[i] = true;
    return std::move(syntax_);
  }

 private:
  struct Part {
    std::vector<std::uint16_t> first, last;
    bool nullable = true;
  };

  void fail(std::string why) {
    if (error_.empty()) error_ = std::move(why);
  }
  void skip_blanks() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }
  bool at(char c) {
    skip_blanks();
    return !rest_.empty() && rest_.front() == c;
  }

  Part alternatives() {
    Part all = sequence();
    while (error_.empty() && at('|')) {
      rest_.remove_prefix(1);
      Part other = sequence();
      if (other.nullable || all.nullable) fail("empty alternative");
      all.first.insert(all.first.end(), other.first.begin(), other.first.end());
      all.last.insert(all.last.end(), other.last.begin(), other.last.end());
    }
    return all;
  }

  Part sequence() {
    Part whole;
    for (skip_blanks(); error_.empty() && !rest_.empty() && !at('|') && !at('>') && !at(']'); skip_blanks())
      append(whole, element());
    return whole;
  }

  void append(Part& whole, const Part& part) {
    for (const auto from : whole.last)
      syntax_.next[from].insert(syntax_.next[from].end(), part.first.begin(), part.first.end());
    if (whole.nullable) whole.first.insert(whole.first.end(), part.first.begin(), part.first.end());
    if (!part.nullable) whole.last.clear();
    whole.last.insert(whole.last.end(), part.last.begin(), part.last.end());
    whole.nullable = whole.nullable && part.nullable;
  }

  Part element() {
    if (at('[') || at('<')) {
      const bool optional = rest_.front() == '[';
      rest_.remove_prefix(1);
      if (++depth_ > 8) fail("nested too deeply");
      Part inner = error_.empty() ? alternatives() : Part{};
      --depth_;
      if (!at(optional ? ']' : '>')) fail("missing bracket");
      if (error_.empty()) rest_.remove_prefix(1);
      if (inner.nullable) fail("empty brackets");
      inner.nullable = optional;
      return inner;
    }
    return token();
  }

  Part token() {
    const auto end = std::min(rest_.find_first_of(" <>[]|"), rest_.size());
    auto written = rest_.substr(0, end);
    rest_.remove_prefix(end);
    Token token;
    std::string_view name;
    if (const auto dollar = written.find('$'); dollar != std::string_view::npos) {
      name = written.substr(dollar + 1);
      written = written.substr(0, dollar);
      if (name.empty()) fail("empty name after '$'");
    }
    token.text = written;
    if (written.ends_with("...")) {
      token.repeats = true;
      written.remove_suffix(3);
    }
    token.name = name.empty() ? written : name;
    classify(token, written);
    const auto number = static_cast<std::uint16_t>(syntax_.tokens.size());
    if (number > 200) fail("too many tokens");
    const bool repeats = token.repeats && token.kind != TokenKind::Line;
    syntax_.tokens.push_back(std::move(token));
    syntax_.next.emplace_back();
    if (repeats) syntax_.next[number].push_back(number);
    return {{number}, {number}, false};
  }

  void classify(Token& token, std::string_view text) {
    if (text.ends_with('!')) {
      token.is_whole = true;
      text.remove_suffix(1);
      token.text = text;
      token.name = text;
    }
    static constexpr std::pair<std::string_view, TokenKind> kKinds[] = {
        {"A.B.C.D", TokenKind::Ipv4},         {"X:X::X:X", TokenKind::Ipv6},
        {"A.B.C.D/M", TokenKind::Ipv4Prefix}, {"X:X::X:X/M", TokenKind::Ipv6Prefix},
        {"ADDRESS", TokenKind::Address},      {"PREFIX", TokenKind::Prefix},
        {"ASNUM", TokenKind::AsNumber},       {"PEER", TokenKind::Peer},
        {"GROUP", TokenKind::Group},          {"LINE", TokenKind::Line}};
    if (const auto* known = std::ranges::find(kKinds, text, [](const auto& k) { return k.first; });
        known != std::end(kKinds)) {
      token.kind = known->second;
      if (token.kind == TokenKind::Line && !token.repeats) fail("LINE without '...'");
    } else if (text.starts_with('(')) {
      classify_range(token, text);
    } else if (is_capitals(text)) {
      token.kind = TokenKind::Word;
    } else if (text == "*" ||
               (!text.empty() && !token.repeats &&
                all_of(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+"))) {
      token.kind = TokenKind::Keyword;
    } else {
      fail("not a token: '" + std::string(text) + "'");
    }
  }

  void classify_range(Token& token, std::string_view text) {
    token.kind = TokenKind::Number;
    const auto dash = text.find('-');
    if (dash == std::string_view::npos || !text.ends_with(')'))
      return fail("not a range: '" + std::string(text) + "'");
    const auto low = parse_number<std::uint64_t>(text.substr(1, dash - 1));
    const auto high = parse_number<std::uint64_t>(text.substr(dash + 1, text.size() - dash - 2));
    if (!low || !high || *low > *high) return fail("not a range: '" + std::string(text) + "'");
    token.low = *low;
    token.high = *high;
  }

  std::string_view rest_;
  Syntax syntax_;
  std::string error_;
  int depth_ = 0;
};

}  // namespace

std::optional<std::uint32_t> parse_as_number(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) {
    const auto number = parse_number<std::uint32_t>(text);
    return number && *number != 0 ? number : std::nullopt;
  }
  const auto high = parse_number<std::uint16_t>(text.substr(0, dot));
  const auto low = parse_number<std::uint16_t>(text.substr(dot + 1));
  if (!high || !low || (*high == 0 && *low == 0)) return std::nullopt;
  return std::uint32_t{*high} << 16 | *low;
}

Fit fit(const Token& token, std::string_view word, Value& value) {
  const auto address_if = [&](auto accepts) {
    const auto address = rib::IpAddress::parse(word);
    if (!address || !accepts(*address)) return false;
    value = *address;
    return true;
  };
  const auto prefix_if = [&](auto accepts) {
    const auto prefix = rib::Prefix::parse(word);
    if (!prefix || !accepts(*prefix)) return false;
    value = *prefix;
    return true;
  };
  const auto any = [](const auto&) { return true; };
  const auto v4 = [](const auto& x) { return x.afi() == rib::Afi::Ipv4; };
  const auto v6 = [](const auto& x) { return x.afi() == rib::Afi::Ipv6; };
  const auto typed = [](bool fits) { return fits ? Fit::Typed : Fit::None; };

  switch (token.kind) {
    case TokenKind::Keyword:
      if (word.empty() || !std::string_view(token.text).starts_with(word)) return Fit::None;
      if (token.is_whole && word != token.text) return Fit::None;
      value = token.text;
      return word == token.text ? Fit::Exact : Fit::Prefix;
    case TokenKind::Ipv4:
      return typed(address_if(v4));
    case TokenKind::Ipv6:
      return typed(address_if(v6));
    case TokenKind::Address:
      return typed(address_if(any));
    case TokenKind::Ipv4Prefix:
      return typed(prefix_if(v4));
    case TokenKind::Ipv6Prefix:
      return typed(prefix_if(v6));
    case TokenKind::Prefix:
      return typed(prefix_if(any));
    case TokenKind::Number: {
      const auto number = parse_number<std::uint64_t>(word);
      if (!number || *number < token.low || *number > token.high) return Fit::None;
      value = *number;
      return Fit::Typed;
    }
    case TokenKind::AsNumber: {
      const auto number = parse_as_number(word);
      if (!number) return Fit::None;
      value = std::uint64_t{*number};
      return Fit::Typed;
    }
    case TokenKind::Peer:
      if (address_if(any)) return Fit::Typed;
      if (!is_name(word)) return Fit::None;
      value = std::string(word);
      return Fit::Free;
    case TokenKind::Group:
      if (rib::IpAddress::parse(word) || !is_name(word)) return Fit::None;
      value = std::string(word);
      return Fit::Free;
    case TokenKind::Word:
      value = std::string(word);
      return Fit::Free;
    case TokenKind::Line:
      return Fit::Free;
  }
  return Fit::None;
}

bool may_become(const Token& token, std::string_view word) {
  Value ignored;
  if (word.empty() || fit(token, word, ignored) != Fit::None) return true;
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::string_view kIpv4 = "0123456789.", kIpv6 = "0123456789abcdefABCDEF:.";
  switch (token.kind) {
    case TokenKind::Keyword:
    case TokenKind::Group:
    case TokenKind::Word:
    case TokenKind::Line:
      return false;
    case TokenKind::Ipv4:
      return all_of(word, kIpv4);
    case TokenKind::Ipv6:
      return all_of(word, kIpv6);
    case TokenKind::Address:
    case TokenKind::Peer:
      return all_of(word, kIpv4) || all_of(word, kIpv6);
    case TokenKind::Ipv4Prefix:
      return all_of(word, "0123456789./");
    case TokenKind::Ipv6Prefix:
    case TokenKind::Prefix:
      return all_of(word, "0123456789abcdefABCDEF:./");
    case TokenKind::Number: {
      const auto number = parse_number<std::uint64_t>(word);
      return all_of(word, kDigits) && number && *number <= token.high;
    }
    case TokenKind::AsNumber:
      return all_of(word, kIpv4);
  }
  return false;
}

std::expected<Syntax, std::string> parse_syntax(std::string_view notation,
                                                std::span<const std::string_view> help) {
  auto syntax = NotationParser(notation).parse();
  if (!syntax) return std::unexpected("\"" + std::string(notation) + "\": " + syntax.error());
  if (help.size() != syntax->tokens.size())
    return std::unexpected("\"" + std::string(notation) + "\": " + std::to_string(syntax->tokens.size()) +
                           " tokens but " + std::to_string(help.size()) + " help texts");
  for (std::size_t i = 0; i < help.size(); ++i) syntax->tokens[i].help = help[i];
  return syntax;
}

std::string displayed(std::string_view notation) {
  std::string text;
  bool in_name = false;
  for (const char c : notation) {
    if (c == '$')
      in_name = true;
    else if (std::string_view(" <>[]|").find(c) != std::string_view::npos)
      in_name = false;
    if (!in_name && c != '!') text += c;
  }
  return text;
}

std::string negated(std::string_view notation) {
  // Elements at the top level, brackets kept whole.
  std::vector<std::string_view> elements;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= notation.size(); ++i) {
    if (i < notation.size() && (notation[i] == '<' || notation[i] == '[')) ++depth;
    if (i < notation.size() && (notation[i] == '>' || notation[i] == ']')) --depth;
    if (i < notation.size() && (notation[i] != ' ' || depth > 0)) continue;
    if (i > start) elements.push_back(notation.substr(start, i - start));
    start = i + 1;
  }
  const auto is_value = [](std::string_view element) {
    const auto text = element.substr(0, element.find('$'));
    return text.starts_with('(') || text.starts_with('<') || text.starts_with('[') ||
           text.starts_with("A.B.C.D") || text.starts_with("X:X") ||
           is_capitals(text.substr(0, text.find('.')));
  };
  std::size_t kept = elements.size();
  while (kept > 1 && is_value(elements[kept - 1])) --kept;

  std::string text = "no";
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (i < kept) {
      text += ' ';
      text += elements[i];
    } else if (elements[i].starts_with('[')) {  // an optional part opens no second bracket
      const auto inside = elements[i].substr(1, elements[i].size() - 2);
      const bool has_alternatives = inside.find('|') != std::string_view::npos && !inside.starts_with('<');
      text += has_alternatives ? " [<" : " [";
      text += inside;
      if (has_alternatives) text += '>';
    } else {
      text += " [";
      text += elements[i];
    }
  }
  text.append(elements.size() - kept, ']');
  return text;
}

}  // namespace cli
