// What a line that does not fit is answered: FRR's words, and a caret with what would have fitted.
#include <algorithm>

#include "cli/command/words.hpp"
#include "cli/config/edit.hpp"

namespace cli {

Applied failure_of(const Match& match, std::string_view line) {
  Applied applied;
  if (const auto* unknown = std::get_if<Unknown>(&match)) {
    applied.status = EditStatus::Unknown;
    applied.column = unknown->column;
    applied.expected_keywords = unknown->keywords;
    applied.expected_values = unknown->values;
    applied.end_expected = unknown->end_expected;
  } else if (const auto* ambiguous = std::get_if<Ambiguous>(&match)) {
    applied.status = EditStatus::Ambiguous;
    applied.column = ambiguous->column;
    applied.expected_keywords = ambiguous->keywords;
  } else if (const auto* incomplete = std::get_if<Incomplete>(&match)) {
    applied.status = EditStatus::Incomplete;
    applied.column = right_trimmed(line).size() + 1;
    applied.expected_keywords = incomplete->expected;
  }
  return applied;
}

namespace {

/// "a, b, c, …"
std::string named(const std::vector<std::string>& words) {
  constexpr std::size_t kMostNamed = 6;
  std::string text;
  for (std::size_t i = 0; i < words.size() && i < kMostNamed; ++i) text += (i == 0 ? "" : ", ") + words[i];
  return text + (words.size() > kMostNamed ? ", …" : "");
}

/// What could stand where the error is.
std::string expectation(std::string_view line, const Applied& applied) {
  const auto words = split_words(line);
  const bool is_first = !words.empty() && applied.column <= words.front().column;
  if (applied.status == EditStatus::Unknown && is_first) return "no command begins so; `?` lists all";
  auto expected = applied.expected_values;
  expected.insert(expected.end(), applied.expected_keywords.begin(), applied.expected_keywords.end());
  if (expected.empty()) return applied.end_expected ? "nothing more is expected" : "";
  return "expected " + named(expected) + (applied.end_expected ? ", or nothing more" : "");
}

}  // namespace

std::string error_mark(std::string_view line, const Applied& applied) {
  std::string text = applied.status == EditStatus::Ambiguous    ? "% Ambiguous command: "
                     : applied.status == EditStatus::Incomplete ? "% Command incomplete: "
                                                                : "% Unknown command: ";
  std::string caret(text.size(), ' ');
  text += line;
  auto hint = hint_for(line, applied);
  if (hint.empty()) hint = expectation(line, applied);
  if (hint.empty()) return text;
  for (std::size_t i = 0; i < applied.column; ++i) caret += i < line.size() && line[i] == '\t' ? '\t' : ' ';
  return text + "\n" + caret + "^ " + hint;
}

std::string refusal_mark(std::string_view line, const Applied& applied) {
  if (!applied.has_column) return applied.message;
  const auto begin = std::min(line.find_first_not_of(" \t"), applied.column);
  constexpr std::string_view kIndent = "  ";
  return applied.message + "\n" + std::string(kIndent) + std::string(right_trimmed(line.substr(begin))) +
         "\n" + std::string(kIndent) + std::string(applied.column - begin, ' ') + "^";
}

std::string hint_for(std::string_view line, const Applied& applied) {
  if (applied.status == EditStatus::Ambiguous) return "could be " + named(applied.expected_keywords);
  if (applied.status != EditStatus::Unknown) return {};
  const auto rest = split_words(line.substr(std::min(applied.column, line.size())));
  if (rest.empty()) return {};
  if (const auto near = nearest_word(rest.front().text, applied.expected_keywords))
    return "did you mean \"" + *near + "\"?";
  return applied.expected_values.empty() ? "" : expectation(line, applied);
}

}  // namespace cli
