// The configuration rows as one tree per mode, with their `no` forms. Built once, at first use; immutable
// afterwards.
#pragma once

#include <string>
#include <vector>

#include "cli/command/tree.hpp"
#include "cli/config/command.hpp"

namespace cli {

/// What a number of a tree stands for.
struct Form {
  const Command* command = nullptr;
  bool is_negated = false;
};

/// The commands of a configuration mode; an empty tree for view and enable.
const Tree& tree_of(Mode mode);
Form form_of(std::size_t number);

/// The `no` form as written; "" when there is none.
std::string no_form(const Command& command);

/// What is wrong with the notation of rows. Always empty; a test looks.
const std::vector<std::string>& grammar_defects();

}  // namespace cli
