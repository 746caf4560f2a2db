// The text of a configuration as lines with their places, and what two texts differ in. Pure.
//
// For text as the writer makes it: blocks are indented by one blank, `exit` ends them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config/edit.hpp"

namespace cli {

/// A line and the lines that opened the blocks it stands in, all without indentation.
struct PlacedLine {
  Context place;
  std::string text;
  auto operator<=>(const PlacedLine&) const = default;
};

/// Every line that says something, in order: those that open a block too, but neither "!" nor "exit".
std::vector<PlacedLine> placed_lines(std::string_view text);

/// What is written differently. A line that only stands elsewhere in its block is the same line.
struct LineDifference {
  PlacedLine line;
  bool is_added = false;  // else removed
  bool operator==(const LineDifference&) const = default;
};

/// In order of the text.
std::vector<LineDifference> line_differences(std::string_view before, std::string_view after);

/// For people: "+" or "-" and the line, below the lines that open its block. "" without a difference.
std::string difference_text(const std::vector<LineDifference>& differences);

/// The text with "<hidden>" for each password.
std::string without_secrets(std::string_view text);

/// How many of each.
struct DifferenceSize {
  std::size_t added = 0, removed = 0;
  bool operator==(const DifferenceSize&) const = default;
};
DifferenceSize size_of(const std::vector<LineDifference>& differences);

}  // namespace cli
