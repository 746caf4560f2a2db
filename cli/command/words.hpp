// A command line cut into words. Blanks and tabs separate; there is no quoting, as in FRR.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

inline constexpr std::size_t kMaximumLineLength = 4096;  // octets; longer lines are refused, not cut

struct Word {
  std::string_view text;
  std::size_t column = 0;  // from 0, in octets
};

/// The words of `line` in order. They point into `line`.
std::vector<Word> split_words(std::string_view line);

/// Without blanks, tabs and carriage returns at either end.
std::string_view trimmed(std::string_view text);
/// Without them at the right end.
std::string_view right_trimmed(std::string_view text);

/// Why this line cannot be a command at all: too long, control characters, not UTF-8 (a reply must carry it).
/// Nothing when it is fine.
std::optional<std::string> line_defect(std::string_view line);

/// The candidate with the fewest typing errors from `word` (a missing, extra, wrong or swapped letter is
/// one); nothing when none is near: one error up to four letters, two beyond. Ties go to the first.
std::optional<std::string> nearest_word(std::string_view word, std::span<const std::string> candidates);

}  // namespace cli
