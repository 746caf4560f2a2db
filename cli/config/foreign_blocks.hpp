// What is known about lines of other daemons' files: which of them open a block, where they stand. Only so
// much that kept lines come back in the right place, and that their modes are there for the fingers: what is
// typed in them is kept as a file's lines are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/command/mode.hpp"

namespace cli {

/// A line after which a block follows; in_router: within router bgp.
bool opens_foreign_block(std::string_view line, bool in_router);

struct ForeignOpening {
  Mode around, mode;  // mode: of the block; it stands in a block of `around`
  std::string line;   // in full: "interface eth0"
};
/// What the line opens when it is typed in this mode or one around it; nothing when it opens no such block.
std::optional<ForeignOpening> foreign_opening(std::string_view line, Mode mode);

/// Opens one as soon as it says which: "interface".
bool is_unfinished_opening(std::string_view line, Mode mode);

/// "exit", "end" and their kin.
bool ends_a_mode(std::string_view line);
/// The line that ends the block which `opening` opened.
std::string_view exit_of(std::string_view opening);
/// Stands in configure mode wherever a careless file has it ("ip prefix-list …" behind "router bgp").
bool stands_in_configure(std::string_view line);
/// FRR writes it behind the routers: prefix lists, route maps.
bool stands_behind_routers(std::string_view line);

/// How Config::UnknownLine names the block that `opening` opens in `block`.
std::string inner_block(const std::string& block, std::string_view opening);

/// `text` is `words`, or goes on behind a blank.
bool starts_with_words(std::string_view text, std::string_view words);

}  // namespace cli
