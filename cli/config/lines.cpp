#include "cli/config/lines.hpp"

#include <algorithm>
#include <map>

#include "cli/command/words.hpp"

namespace cli {
namespace {

std::size_t indentation_of(std::string_view line) {
  const auto first = line.find_first_not_of(' ');
  return first == std::string_view::npos ? line.size() : first;
}

bool says_nothing(std::string_view text) {
  return text.empty() || text.front() == '!' || text.front() == '#' || text == "exit" ||
         text.starts_with("exit-");
}

/// How often each line occurs: kept lines may repeat.
std::map<PlacedLine, std::size_t> counted(const std::vector<PlacedLine>& lines) {
  std::map<PlacedLine, std::size_t> counts;
  for (const auto& line : lines) ++counts[line];
  return counts;
}

/// Takes one of the line's occurrences; false when there is none.
bool take(std::map<PlacedLine, std::size_t>& from, const PlacedLine& line) {
  const auto at = from.find(line);
  if (at == from.end() || at->second == 0) return false;
  --at->second;
  return true;
}

/// For each line: is it one that the other text does not have?
std::vector<bool> only_here(const std::vector<PlacedLine>& lines, const std::vector<PlacedLine>& others) {
  auto left = counted(others);
  std::vector<bool> only;
  only.reserve(lines.size());
  for (const auto& line : lines) only.push_back(!take(left, line));
  return only;
}

}  // namespace

std::vector<PlacedLine> placed_lines(std::string_view text) {
  std::vector<PlacedLine> lines;
  Context place;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto depth = indentation_of(line);
    const auto words = trimmed(line);
    if (says_nothing(words)) continue;
    // What was said before and is less indented opened the block.
    while (place.size() > depth) place.pop_back();
    if (depth > place.size() && !lines.empty()) place.push_back(lines.back().text);
    lines.push_back({place, std::string(words)});
  }
  return lines;
}

std::vector<LineDifference> line_differences(std::string_view before, std::string_view after) {
  const auto old_lines = placed_lines(before), new_lines = placed_lines(after);
  const auto is_removed = only_here(old_lines, new_lines), is_added = only_here(new_lines, old_lines);
  std::vector<LineDifference> found;
  std::size_t o = 0, n = 0;
  while (o < old_lines.size() || n < new_lines.size()) {
    for (; o < old_lines.size() && is_removed[o]; ++o) found.push_back({old_lines[o], false});
    for (; n < new_lines.size() && is_added[n]; ++n) found.push_back({new_lines[n], true});
    if (o < old_lines.size()) ++o;
    if (n < new_lines.size()) ++n;
  }
  return found;
}

std::string difference_text(const std::vector<LineDifference>& differences) {
  std::string text;
  Context shown;  // the blocks whose first lines stand above
  for (const auto& [line, is_added] : differences) {
    const auto [same, ignored] = std::ranges::mismatch(shown, line.place);
    for (auto depth = static_cast<std::size_t>(same - shown.begin()); depth < line.place.size(); ++depth)
      text += " " + std::string(depth, ' ') + line.place[depth] + "\n";
    text += (is_added ? "+" : "-") + std::string(line.place.size(), ' ') + line.text + "\n";
    shown = line.place;
    shown.push_back(line.text);
  }
  return text;
}

std::string without_secrets(std::string_view text) {
  constexpr std::string_view kWord = "password ";
  std::string shown;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    const auto at = line.find(kWord);
    const bool is_secret = at != std::string_view::npos && line.find(" description ") > at;
    if (is_secret) line = line.substr(0, at + kWord.size());
    shown += line;
    shown += is_secret ? "<hidden>\n" : "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return shown;
}

DifferenceSize size_of(const std::vector<LineDifference>& differences) {
  DifferenceSize size;
  for (const auto& difference : differences) ++(difference.is_added ? size.added : size.removed);
  return size;
}

}  // namespace cli
