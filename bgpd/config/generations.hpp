// The configurations of the past, as files in the state directory: what was written, read or put in force as
// a whole. Lines typed in `configure terminal` are none until they are written.
//
// One file each, named by a number that only grows; the first line says when, who and how. A folder that
// cannot be written is the caller's warning, not its failure.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config/lines.hpp"

namespace bgpd::config {

inline constexpr std::size_t kKeptGenerations = 20;  // besides the newest

/// What is known of one without reading its text.
struct Generation {
  std::chrono::system_clock::time_point time;
  std::string who, how;      // "root", "write memory"
  cli::DifferenceSize size;  // to the one before
  std::string file;
};

class Generations {
 public:
  /// folder: made when the first one is kept.
  explicit Generations(std::string folder) : folder_(std::move(folder)) {}

  /// Keeps `text` as the newest, unless it is the newest already, and forgets the oldest.
  std::expected<void, std::string> keep(std::string_view text, std::string_view who, std::string_view how,
                                        std::chrono::system_clock::time_point time);
  /// Newest first; number 0 is the newest.
  std::vector<Generation> list() const;
  /// The configuration's text. The error is for the operator.
  std::expected<std::string, std::string> text(std::size_t number) const;

 private:
  std::string folder_;
};

}  // namespace bgpd::config
