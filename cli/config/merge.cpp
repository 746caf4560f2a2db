#include "cli/config/merge.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>

#include "cli/command/words.hpp"
#include "cli/config/grammar.hpp"
#include "cli/config/lines.hpp"
#include "cli/config/writer.hpp"

namespace cli {
namespace {

using Differences = std::vector<LineDifference>;

/// What the line is about: its place and as many of its words as `no` needs.
PlacedLine subject_of(const PlacedLine& line) {
  const auto mode = mode_of(line.place);
  if (!mode) return line;
  const auto& tree = tree_of(*mode);
  const auto whole = tree.match(line.text);
  const auto* matched = std::get_if<Matched>(&whole);
  if (!matched) return line;
  const auto* command = form_of(matched->command).command;
  for (const auto& word : split_words(line.text)) {
    const auto begin = line.text.substr(0, word.column + word.text.size());
    const auto match = tree.match("no " + begin);
    const auto* negated = std::get_if<Matched>(&match);
    if (negated && form_of(negated->command).command == command) return {line.place, begin};
  }
  return line;
}

using BySubject = std::map<PlacedLine, Differences>;

BySubject by_subject(const Differences& differences) {
  BySubject sorted;
  for (const auto& difference : differences) sorted[subject_of(difference.line)].push_back(difference);
  return sorted;
}

std::string as_text(const LineDifference& difference) {
  std::string text = difference.is_added ? "+" : "-";
  for (const auto& opened : difference.line.place) text += opened + " / ";
  return text + difference.line.text + "\n";
}

/// What both changed, and not in the same way.
std::string conflicts_of(const BySubject& mine, const BySubject& theirs) {
  std::string text;
  for (const auto& [subject, changes] : theirs)
    if (const auto at = mine.find(subject); at != mine.end() && at->second != changes)
      for (const auto& change : changes) text += as_text(change);
  return text;
}

/// The line is there as long as something stands in its block.
bool is_mere_block(const PlacedLine& line) {
  return line.text.starts_with("address-family ") || (line.place.empty() && line.text.starts_with("vrf "));
}

std::multiset<PlacedLine> lines_of(const Config& config) {
  auto lines = placed_lines(write_config(config));
  std::erase_if(lines, is_mere_block);
  return {lines.begin(), lines.end()};
}

std::multiset<PlacedLine> expected_lines(const Config& theirs, const Differences& changes) {
  auto lines = lines_of(theirs);
  for (const auto& [line, is_added] : changes) {
    if (is_added)
      lines.insert(line);
    else if (const auto at = lines.find(line); at != lines.end())
      lines.erase(at);
  }
  return lines;
}

/// What is taken back first, from the inside; then what is new. A line that cannot be is found by comparing.
Config with_changes(Config config, const Differences& changes) {
  for (const auto& [line, is_added] : changes | std::views::reverse)
    if (!is_added) static_cast<void>(edit(config, line.place, "no " + line.text));
  for (const auto& [line, is_added] : changes)
    if (is_added) static_cast<void>(edit(config, line.place, line.text));
  return config;
}

}  // namespace

std::expected<Config, std::string> merge(const Config& base, const Config& mine, const Config& theirs) {
  const auto base_text = write_config(base);
  auto my_changes = line_differences(base_text, write_config(mine));
  const auto their_changes = line_differences(base_text, write_config(theirs));
  const auto conflicts = conflicts_of(by_subject(my_changes), by_subject(their_changes));
  if (!conflicts.empty()) return std::unexpected(conflicts);

  std::erase_if(my_changes, [&](const auto& change) {
    return is_mere_block(change.line) || std::ranges::find(their_changes, change) != their_changes.end();
  });
  auto merged = with_changes(theirs, my_changes);
  if (lines_of(merged) == expected_lines(theirs, my_changes)) return merged;
  std::string all;
  for (const auto& change : their_changes) all += as_text(change);
  return std::unexpected(all);
}

}  // namespace cli
