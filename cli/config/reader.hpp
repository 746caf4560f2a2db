// A configuration file as a value. All problems are found in one go; a wrong line stops the rest only where
// going on without it would be dangerous (docs/decisions/0012).
//
// Files of FRR and Quagga are read too: what kulan has is applied; lines of features it does not have are
// kept with their block, warned about and written back; a command it has with a value that cannot be is an
// error.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config/config.hpp"

namespace cli {

inline constexpr std::size_t kMaximumFileSize = 16u << 20;  // octets
inline constexpr std::size_t kMaximumLines = 1000000;

struct Problem {
  enum class Severity : std::uint8_t { Warning, Error };
  Severity severity = Severity::Error;
  std::size_t line = 0;       // from 1; 0: the whole file
  std::size_t column = 0;     // from 1; 0: the whole line
  std::string text = {};      // the line
  std::string message = {};   // what is wrong
  std::string hint = {};      // what to do; may be ""
  bool is_dangerous = false;  // of errors: without the line more may come in or go out than was meant
};

struct ReadResult {
  Config config;                  // of the lines that are right
  std::vector<Problem> problems;  // in order of lines; bounded
  std::size_t error_count() const;
  bool has_errors() const { return error_count() > 0; }
  bool is_dangerous() const;  // one of them is: `config` is not to run
};

ReadResult read_config(std::string_view text);

/// "kulan.conf:12: error: …", the line, a caret and the hint; several lines, each with '\n'.
std::string to_text(const Problem& problem, std::string_view file_name);
/// All of them, one after another.
std::string to_text(std::span<const Problem> problems, std::string_view file_name);

}  // namespace cli
