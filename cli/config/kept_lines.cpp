#include "cli/config/kept_lines.hpp"

#include <algorithm>
#include <ranges>
#include <span>
#include <vector>

#include "cli/command/words.hpp"
#include "cli/config/foreign_blocks.hpp"

namespace cli {

namespace {

/// Of the block that `opening` opens within `block`: its own line, what is inside, its exit. Indices into the
/// kept lines.
std::vector<std::size_t> lines_within(const Config& config, const std::string& block,
                                      std::string_view opening) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < config.unknown_lines.size(); ++i) {
    const auto& line = config.unknown_lines[i];
    if (line.block != block) continue;
    if (found.empty()) {
      if (line.text == opening) found.push_back(i);
      continue;
    }
    const bool is_inside = line.text.starts_with(' ');
    if (is_inside || line.text == exit_of(opening)) found.push_back(i);
    if (!is_inside) break;
  }
  return found;
}

void erase_lines(Config& config, std::span<const std::size_t> ascending) {
  for (const auto i : ascending | std::views::reverse)
    config.unknown_lines.erase(config.unknown_lines.begin() + static_cast<std::ptrdiff_t>(i));
}

}  // namespace

std::string block_of(const Context& context) {
  std::string block;
  for (const auto& line : context) block = inner_block(block, line);
  return block;
}

void keep_line(Config& config, const std::string& block, std::string_view text) {
  const Config::UnknownLine line{block, std::string(text)};
  auto& kept = config.unknown_lines;
  if (std::ranges::find(kept, line) == kept.end()) kept.push_back(line);
}

void keep_inert(Config& config, const std::string& block, const Arguments& arguments, bool is_negated) {
  std::string whole, keywords;
  for (const auto& [text, is_keyword] : arguments.written()) {
    if (is_negated && whole.empty() && text == "no") continue;
    whole += (whole.empty() ? "" : " ") + text;
    if (is_keyword) keywords = whole;
  }
  std::erase_if(config.unknown_lines, [&](const Config::UnknownLine& line) {
    return line.block == block && starts_with_words(line.text, keywords);
  });
  if (!is_negated) config.unknown_lines.push_back({block, whole});
}

bool forget_kept_line(Config& config, const Context& context, std::string_view line) {
  const auto words = split_words(line);
  if (words.size() < 2 || words[0].text != "no") return false;
  const auto text = right_trimmed(line.substr(words[1].column));
  const auto block = block_of(context);
  if (const auto within = lines_within(config, block, text); within.size() > 1) {
    erase_lines(config, within);
    return true;
  }
  const auto opened = inner_block(block, text);
  return std::erase_if(config.unknown_lines, [&](const Config::UnknownLine& kept) {
           return (kept.block == block && trimmed(kept.text) == text) || kept.block == opened ||
                  kept.block.starts_with(opened + " / ");
         }) > 0;
}

void open_within(Config& config, const std::string& block, std::string_view opening) {
  if (!lines_within(config, block, opening).empty()) return;
  config.unknown_lines.push_back({block, std::string(opening)});
  config.unknown_lines.push_back({block, std::string(exit_of(opening))});
}

void keep_within(Config& config, const std::string& block, std::string_view opening, std::string_view text) {
  open_within(config, block, opening);
  const auto within = lines_within(config, block, opening);
  auto& kept = config.unknown_lines;
  const auto inside = " " + std::string(text);
  if (std::ranges::any_of(within, [&](auto i) { return kept[i].text == inside; })) return;
  const auto last = within.back();
  const bool has_exit = kept[last].text == exit_of(opening);
  kept.insert(kept.begin() + static_cast<std::ptrdiff_t>(has_exit ? last : last + 1), {block, inside});
}

bool forget_within(Config& config, const std::string& block, std::string_view opening,
                   std::string_view text) {
  for (const auto i : lines_within(config, block, opening)) {
    const auto& kept = config.unknown_lines[i].text;
    if (!kept.starts_with(' ') || trimmed(kept) != text) continue;
    erase_lines(config, {{i}});
    return true;
  }
  return false;
}

}  // namespace cli
