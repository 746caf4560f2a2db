// `show ip bgp update-groups`.
#pragma once

#include <string>

#include "cli/show/format.hpp"

namespace cli::show {

std::string update_groups_text(const api::UpdateGroups& groups);
std::string update_groups_json(const api::UpdateGroups& groups);

}  // namespace cli::show
