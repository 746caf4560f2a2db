#include "cli/command/words.hpp"

#include <algorithm>
#include <array>

namespace cli {

namespace {

constexpr std::size_t kLongestComparedWord = 40;  // no keyword is longer; keeps the distance cheap

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Length of the UTF-8 sequence at the start of `text`; 0 when it is not one. RFC 3629 §4.
std::size_t utf8_length(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto first = octet(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xc2 && first < 0xe0   ? 2
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((octet(i) & 0xc0) != 0x80) return 0;
  const bool overlong = (first == 0xe0 && octet(1) < 0xa0) || (first == 0xf0 && octet(1) < 0x90);
  const bool surrogate = first == 0xed && octet(1) >= 0xa0;
  const bool too_high = first == 0xf4 && octet(1) >= 0x90;
  return overlong || surrogate || too_high ? 0 : length;
}

/// Edits between two words; a swap of neighbors counts once (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  using Row = std::array<std::size_t, kLongestComparedWord + 1>;
  Row before{}, above{}, current{};
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      current[j] = std::min({above[j] + 1, current[j - 1] + 1, above[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        current[j] = std::min(current[j], before[j - 2] + 1);
    }
    before = above;
    above = current;
  }
  return above[b.size()];
}

}  // namespace

std::vector<Word> split_words(std::string_view line) {
  std::vector<Word> words;
  std::size_t at = 0;
  while (true) {
    while (at < line.size() && is_blank(line[at])) ++at;
    if (at == line.size()) return words;
    const auto start = at;
    while (at < line.size() && !is_blank(line[at])) ++at;
    words.push_back({line.substr(start, at - start), start});
  }
}

std::string_view right_trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return right_trimmed(text);
}

std::optional<std::string> line_defect(std::string_view line) {
  if (line.size() > kMaximumLineLength)
    return "line longer than " + std::to_string(kMaximumLineLength) + " characters";
  for (std::size_t at = 0; at < line.size();) {
    const auto octet = static_cast<unsigned char>(line[at]);
    if ((octet < 0x20 && !is_blank(line[at])) || octet == 0x7f)
      return "control character at column " + std::to_string(at + 1);
    const auto length = utf8_length(line.substr(at));
    if (length == 0) return "not UTF-8 at column " + std::to_string(at + 1);
    at += length;
  }
  return std::nullopt;
}

std::optional<std::string> nearest_word(std::string_view word, std::span<const std::string> candidates) {
  if (word.size() < 2 || word.size() > kLongestComparedWord) return std::nullopt;
  const std::size_t allowed = word.size() <= 4 ? 1 : 2;
  std::optional<std::string> nearest;
  std::size_t fewest = allowed + 1;
  for (const auto& candidate : candidates) {
    if (candidate.size() < 2 || candidate.size() > kLongestComparedWord) continue;
    const auto distance = edit_distance(word, candidate);
    if (distance >= fewest) continue;
    fewest = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace cli
