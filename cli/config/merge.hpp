// Two changes of one configuration made into one, line by line. Pure.
#pragma once

#include <expected>
#include <string>

#include "cli/config/config.hpp"

namespace cli {

/// theirs, with what mine changes to base. The error says which lines both changed, or could not be brought
/// together, one a line.
///
/// Lines are about the same thing when the shortest `no` that takes one back is the same: two descriptions of
/// one neighbor, not those of two neighbors. What comes out has exactly the lines of both, or is an error.
std::expected<Config, std::string> merge(const Config& base, const Config& mine, const Config& theirs);

}  // namespace cli
