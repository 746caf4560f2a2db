// What is known about lines of other daemons' files: which of them open a block, where they stand. Only so
// much that kept lines come back in the right place.
#pragma once

#include <string>
#include <string_view>

namespace cli {

/// A line after which a block follows; in_router: within router bgp.
bool opens_foreign_block(std::string_view line, bool in_router);
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
