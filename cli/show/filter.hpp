// What stands behind "|": include, exclude, begin, section, count, grep, json, no-more. Works line by line on
// what a command prints, so that a long listing needs no memory. Patterns are POSIX extended regular
// expressions, as in FRR. Marks of errors ("% …") pass: who filters wants less of an answer, and to know when
// there is none.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/show/format.hpp"

namespace cli::show {

class LineFilter {
 public:
  virtual ~LineFilter() = default;
  /// One line without its end.
  virtual void line(std::string_view text) = 0;
  virtual void finish() {}
};

/// A command with its pipes taken off.
struct Pipeline {
  std::string command;               // " json" added for `| json`
  std::vector<std::string> actions;  // "include 10.1", in order
};

/// The words that may stand behind "|".
std::vector<std::string> filter_names();

/// Cuts at each '|' behind a blank; one inside a word belongs to a pattern ("a|b").
Pipeline split_pipeline(std::string_view line);

/// Feeds text through filters into `out`. Lines are put together from whatever pieces come.
class FilteredOutput {
 public:
  /// The error is a mark: "% Unknown action 'x'".
  static std::expected<FilteredOutput, std::string> make(const std::vector<std::string>& actions, Sink out);
  void write(std::string_view text);
  /// After the command: the last line, counts.
  void finish();

 private:
  void line(std::string_view text);

  Sink out_;
  std::string pending_;
  std::vector<std::unique_ptr<LineFilter>> filters_;  // the first is fed first; empty: text passes as it is
};

}  // namespace cli::show
