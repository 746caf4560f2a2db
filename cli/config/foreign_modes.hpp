// Blocks of FRR's that kulan does not have, typed line by line: their modes are there for the fingers, and
// what is typed in them is kept as a file's lines are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/command/mode.hpp"

namespace cli {

struct ForeignOpening {
  Mode mode;
  std::string line;  // in full: "interface eth0"
};

/// What the line opens in configure; nothing when it opens no such block.
std::optional<ForeignOpening> foreign_opening(std::string_view line);

}  // namespace cli
