// The configuration's past and its candidates, for people and as JSON.
#pragma once

#include <string>

#include "cli/show/format.hpp"

namespace cli::show {

/// Newest first, as they are numbered.
std::string generations_text(const api::Generations& generations, WallClock now);
std::string generations_json(const api::Generations& generations, WallClock now);

/// Who has a candidate open, which commit waits, what became of the last one.
std::string config_status_text(const api::ConfigStatus& status);
std::string config_status_json(const api::ConfigStatus& status);

/// `commit check`: what the commit would do, in sentences.
std::string consequences_text(const api::Consequences& consequences);
std::string consequences_json(const api::Consequences& consequences);

}  // namespace cli::show
