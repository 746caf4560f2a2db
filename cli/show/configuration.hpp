// The configuration's past and its candidates, for people and as JSON.
#pragma once

#include <string>

#include "cli/show/format.hpp"

namespace cli::show {

/// Newest first, as they are numbered.
std::string generations_text(const api::Generations& generations, WallClock now);
std::string generations_json(const api::Generations& generations, WallClock now);

}  // namespace cli::show
