// `show ip bgp neighbors [X]`.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "cli/show/console.hpp"

namespace cli::show {

std::string neighbors_text(const api::Neighbors& neighbors);
/// instance: of all that were asked for, this one's; said beside the neighbors.
std::string neighbors_json(const api::Neighbors& neighbors, WallClock now,
                           const std::optional<Instance>& instance = std::nullopt);

inline bool has_family(const google::protobuf::RepeatedField<int>& families, api::Family family) {
  return std::ranges::find(families, static_cast<int>(family)) != families.end();
}

/// For `neighbors X` when nobody is called X.
std::string no_such_neighbor_text();
std::string no_such_neighbor_json();

}  // namespace cli::show
