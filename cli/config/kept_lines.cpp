#include "cli/config/kept_lines.hpp"

#include <algorithm>

#include "cli/command/words.hpp"
#include "cli/config/foreign_blocks.hpp"

namespace cli {

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
  const auto opened = inner_block(block, text);
  return std::erase_if(config.unknown_lines, [&](const Config::UnknownLine& kept) {
           return (kept.block == block && trimmed(kept.text) == text) || kept.block == opened ||
                  kept.block.starts_with(opened + " / ");
         }) > 0;
}

}  // namespace cli
