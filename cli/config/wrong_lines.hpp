// The lines of a file that are wrong: which of them it would be dangerous to go on without. Those keep
// something back: policy, limits, authentication, where routes are written. Without any other line there is
// less; without one of these more comes in or goes out than the operator meant.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "cli/config/edit.hpp"

namespace cli {

/// Whether a line that no command fits can only have been meant to keep something back: then it is wrong, and
/// not another daemon's line. Clauses of route maps see to unknown lines themselves.
bool is_broken_guard(const Context& context, std::string_view line);

class WrongLines {
 public:
  /// problem: the caller's number for it.
  void add(std::size_t problem, const Context& context, std::string_view line);
  /// The problems that are dangerous beside what was read, `config`: not those about a neighbor that is not
  /// there because the line that creates it is wrong too.
  std::vector<std::size_t> dangerous(const Config& config) const;

 private:
  struct Guard {
    std::size_t problem;
    std::string neighbor;  // that it is about, as written; "": about none
  };
  std::vector<Guard> guards_;
  std::unordered_set<std::string> not_created_;  // neighbors, as written
};

}  // namespace cli
