// Lines that kulan does not have, or that have no effect here: Config::unknown_lines, line by line.
#pragma once

#include <string>
#include <string_view>

#include "cli/config/edit.hpp"

namespace cli {

/// Once, however often it is typed.
void keep_line(Config& config, const std::string& block, std::string_view text);
/// Rows without effect live among the kept lines: the same command replaces, `no` removes.
void keep_inert(Config& config, const std::string& block, const Arguments& arguments, bool is_negated);
/// "no X" for a kept line X that kulan does not know: it goes, with the block it opened. False: there is
/// none.
bool forget_kept_line(Config& config, const Context& context, std::string_view line);

/// Blocks within a block of another daemon's, as `peer X` in `bfd`, are kept among its lines, as a file has
/// them: what is inside has a blank before it, `exit` follows.
///
/// Opens one; nothing happens when it is there.
void open_within(Config& config, const std::string& block, std::string_view opening);
/// Once, behind what it has already.
void keep_within(Config& config, const std::string& block, std::string_view opening, std::string_view text);
/// False: there is no such line in it.
bool forget_within(Config& config, const std::string& block, std::string_view opening, std::string_view text);

}  // namespace cli
