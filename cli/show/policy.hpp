// `show route-map`, `show ip prefix-list` and their kin, in FRR's shapes: what is configured, as it is in
// force.
#pragma once

#include <optional>
#include <string>

#include "cli/config/config.hpp"
#include "cli/show/json.hpp"

namespace cli::show {

/// name: "" for all. Nothing when that one is not there.
struct PolicyQuery {
  const Config& config;
  std::string name = {};
  bool v4 = true;
};
using PolicyText = std::optional<std::string>;
using PolicyJson = std::optional<Json>;

PolicyText route_maps_text(const PolicyQuery& query);
PolicyJson route_maps_json(const PolicyQuery& query);
PolicyText prefix_lists_text(const PolicyQuery& query);
PolicyJson prefix_lists_json(const PolicyQuery& query);
PolicyText access_lists_text(const PolicyQuery& query);
PolicyJson access_lists_json(const PolicyQuery& query);
PolicyText as_path_lists_text(const PolicyQuery& query);
PolicyJson as_path_lists_json(const PolicyQuery& query);
PolicyText community_lists_text(const PolicyQuery& query);
PolicyJson community_lists_json(const PolicyQuery& query);
PolicyText large_community_lists_text(const PolicyQuery& query);
PolicyJson large_community_lists_json(const PolicyQuery& query);
PolicyText extended_community_lists_text(const PolicyQuery& query);
PolicyJson extended_community_lists_json(const PolicyQuery& query);

}  // namespace cli::show
