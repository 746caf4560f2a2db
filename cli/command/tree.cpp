#include "cli/command/tree.hpp"

#include <algorithm>
#include <set>

namespace cli {

namespace {

constexpr std::size_t kMaximumWords = 512;      // a line of 4096 characters may have more; no command does
constexpr std::size_t kMaximumPlaces = 100000;  // memory bound of one match

void sort_unique(std::vector<std::string>& words) {
  std::ranges::sort(words);
  words.erase(std::ranges::unique(words).begin(), words.end());
}

/// PEER is three kinds of words; `?` lists each.
std::vector<HelpLine> help_lines(const Token& token) {
  if (token.kind == TokenKind::Peer)
    return {{"A.B.C.D", token.help}, {"X:X::X:X", token.help}, {"WORD", "Name of a peer group"}};
  if (token.kind == TokenKind::Group) return {{"WORD", token.help}};
  if (token.kind == TokenKind::Address) return {{"A.B.C.D", token.help}, {"X:X::X:X", token.help}};
  if (token.kind == TokenKind::Prefix) return {{"A.B.C.D/M", token.help}, {"X:X::X:X/M", token.help}};
  return {{token.text, token.help}};
}

}  // namespace

/// How far the words of a line got: all places reached, word by word, and those of the last word that fitted.
struct Tree::Race {
  std::vector<Place> places;
  std::vector<std::uint32_t> alive;  // indices into places
  std::size_t words_taken = 0;
  bool line_taken = false;  // a LINE... token took all the rest
};

std::optional<std::string> Tree::add(std::string_view notation, std::span<const std::string_view> help,
                                     std::size_t command) {
  auto syntax = parse_syntax(notation, help);
  if (!syntax) return syntax.error();
  Entry entry{*std::move(syntax), command, {}};
  for (const auto& token : entry.syntax.tokens) {
    const auto shape = std::to_string(static_cast<int>(token.kind)) + token.text;
    entry.shapes.push_back(
        shapes_.try_emplace(shape, static_cast<std::uint32_t>(shapes_.size())).first->second);
  }
  entries_.push_back(std::move(entry));
  notations_.push_back(displayed(notation));
  return std::nullopt;
}

template <typename Visit>
void Tree::for_each_next(const Race& race, const Visit& visit) const {
  if (race.words_taken == 0) {
    for (std::uint32_t e = 0; e < entries_.size(); ++e)
      for (const auto token : entries_[e].syntax.first) visit(e, token, -1);
    return;
  }
  for (const auto at : race.alive) {
    const auto& place = race.places[at];
    for (const auto token : entries_[place.entry].syntax.next[place.token])
      visit(place.entry, token, static_cast<std::int32_t>(at));
  }
}

template <typename Visit>
void Tree::for_each_expected(const Race& race, const Visit& visit) const {
  std::vector<bool> seen(shapes_.size());
  for_each_next(race, [&](std::uint32_t entry, std::uint16_t token, std::int32_t) {
    const auto shape = entries_[entry].shapes[token];
    if (!seen[shape]) visit(entries_[entry].syntax.tokens[token]);
    seen[shape] = true;
  });
}

bool Tree::may_end(const Race& race) const {
  return race.words_taken > 0 && std::ranges::any_of(race.alive, [&](std::uint32_t at) {
           return entries_[race.places[at].entry].syntax.may_end[race.places[at].token];
         });
}

Tree::Race Tree::run(std::span<const Word> words) const {
  Race race;
  std::vector<std::optional<Fit>> fits;  // by shape: many commands have the same token at the same place
  std::vector<Place> reached;
  for (std::size_t w = 0; w < words.size() && w < kMaximumWords && race.places.size() < kMaximumPlaces; ++w) {
    auto best = Fit::None;
    fits.assign(shapes_.size(), std::nullopt);
    reached.clear();
    for_each_next(race, [&](std::uint32_t entry, std::uint16_t token, std::int32_t before) {
      auto& how = fits[entries_[entry].shapes[token]];
      if (!how) {
        Value ignored;
        how = fit(entries_[entry].syntax.tokens[token], words[w].text, ignored);
      }
      if (*how == Fit::None || *how < best) return;
      if (*how > best) reached.clear();
      best = *how;
      reached.push_back({entry, token, before});
    });
    if (reached.empty()) return race;
    const auto takes_the_rest = [&](const Place& place) {
      return entries_[place.entry].syntax.tokens[place.token].kind == TokenKind::Line;
    };
    // LINE fits anything, so where it stands nothing better was there: the rest is its.
    race.line_taken = std::ranges::any_of(reached, takes_the_rest);
    race.alive.clear();
    for (const auto& place : reached) {
      if (race.line_taken && !takes_the_rest(place)) continue;
      race.alive.push_back(static_cast<std::uint32_t>(race.places.size()));
      race.places.push_back(place);
    }
    race.words_taken = race.line_taken ? words.size() : w + 1;
    if (race.line_taken) return race;
  }
  return race;
}

Match Tree::match(std::string_view line) const {
  const auto words = split_words(line);
  const auto race = run(words);
  if (words.empty()) return Incomplete{};
  if (race.words_taken == words.size()) return finish(race, line, words);

  Unknown unknown;
  unknown.word = race.words_taken;
  unknown.column = words[race.words_taken].column;
  unknown.end_expected = may_end(race);
  for_each_expected(race, [&](const Token& expected) {
    (expected.is_keyword() ? unknown.keywords : unknown.values).push_back(expected.text);
  });
  sort_unique(unknown.keywords);
  sort_unique(unknown.values);
  return unknown;
}

std::optional<Ambiguous> Tree::ambiguity(const Race& race, std::span<const std::uint32_t> winners,
                                         std::span<const Word> words) const {
  // Walk all winners back in step; the earliest word that means different keywords is the culprit.
  std::optional<Ambiguous> found;
  std::vector<std::int32_t> trail(winners.begin(), winners.end());
  for (std::size_t w = words.size(); w-- > 0 && !race.line_taken;) {
    std::set<std::string> keywords;
    for (auto& at : trail) {
      const auto& place = race.places[static_cast<std::size_t>(at)];
      const auto& token = entries_[place.entry].syntax.tokens[place.token];
      if (token.is_keyword()) keywords.insert(token.text);
      at = place.before;
    }
    if (keywords.size() > 1) found = Ambiguous{words[w].column, {keywords.begin(), keywords.end()}};
  }
  return found;
}

Match Tree::finish(const Race& race, std::string_view line, std::span<const Word> words) const {
  std::vector<std::uint32_t> winners;
  for (const auto at : race.alive)
    if (entries_[race.places[at].entry].syntax.may_end[race.places[at].token]) winners.push_back(at);
  if (auto ambiguous = ambiguity(race, winners.empty() ? race.alive : winners, words))
    return *std::move(ambiguous);
  if (winners.empty()) {
    Incomplete incomplete;
    for_each_expected(race, [&](const Token& expected) { incomplete.expected.push_back(expected.text); });
    sort_unique(incomplete.expected);
    return incomplete;
  }

  Matched matched;
  matched.command = entries_[race.places[winners.front()].entry].command;
  std::vector<const Place*> path;
  for (auto at = static_cast<std::int32_t>(winners.front()); at >= 0;) {
    path.push_back(&race.places[static_cast<std::size_t>(at)]);
    at = path.back()->before;
  }
  std::ranges::reverse(path);
  for (std::size_t w = 0; w < path.size(); ++w) {
    const auto& token = entries_[path[w]->entry].syntax.tokens[path[w]->token];
    Value value;
    fit(token, words[w].text, value);
    if (token.kind == TokenKind::Line) value = std::string(right_trimmed(line.substr(words[w].column)));
    matched.arguments.add(token.name, std::move(value), token.is_keyword(), words[w].column);
  }
  return matched;
}

Begun Tree::begun_by(std::string_view line) const {
  const auto race = run(split_words(line));
  std::set<std::size_t> commands;
  for (const auto at : race.alive) commands.insert(entries_[race.places[at].entry].command);
  return {race.words_taken, {commands.begin(), commands.end()}};
}

Completion Tree::complete(std::string_view line) const {
  auto words = split_words(line);
  Word half{.text = {}, .column = line.size()};
  if (!words.empty() && words.back().column + words.back().text.size() == line.size()) {
    half = words.back();
    words.pop_back();
  }
  Completion completion;
  completion.column = half.column;
  const auto race = run(words);
  if (race.words_taken != words.size() || race.line_taken) return completion;
  for_each_expected(race, [&](const Token& next) {
    if (next.is_keyword() && !next.is_whole && next.text.starts_with(half.text))
      completion.candidates.push_back(next.text);
    if (!next.is_keyword()) completion.values.push_back({next.text, next.help});
  });
  std::ranges::sort(completion.values);
  sort_unique(completion.candidates);
  return completion;
}

std::vector<HelpLine> Tree::help(std::string_view line) const {
  auto words = split_words(line);
  std::string_view half;
  if (!words.empty() && words.back().column + words.back().text.size() == line.size()) {
    half = words.back().text;
    words.pop_back();
  }
  const auto race = run(words);
  std::vector<HelpLine> lines;
  if (race.words_taken != words.size()) return lines;
  if (!race.line_taken) {
    for_each_expected(race, [&](const Token& next) {
      const bool fits = next.is_keyword() ? next.text.starts_with(half) : may_become(next, half);
      if (fits) std::ranges::move(help_lines(next), std::back_inserter(lines));
    });
  }
  std::ranges::sort(lines);
  const auto same_word = [](const HelpLine& a, const HelpLine& b) { return a.word == b.word; };
  lines.erase(std::ranges::unique(lines, same_word).begin(), lines.end());
  if (half.empty() && may_end(race)) lines.push_back({"<cr>", ""});
  return lines;
}

std::string help_text(std::span<const HelpLine> lines) {
  std::size_t width = 0;
  for (const auto& line : lines) width = std::max(width, line.word.size());
  std::string text;
  for (const auto& line : lines) {
    text += "  " + line.word;
    text.append(width - line.word.size(), ' ');
    text += "  " + line.text + "\n";
  }
  return text;
}

}  // namespace cli
