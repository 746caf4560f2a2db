// `show ip bgp summary` and its variants, as text and as JSON.
#pragma once

#include <optional>
#include <string>

#include "cli/show/format.hpp"

namespace cli::show {

/// Which neighbors of a summary are displayed.
struct SummaryFilter {
  bool established = false, failed = false;
  std::optional<rib::IpAddress> neighbor;
  std::optional<api::PeerType> type;       // remote-as internal|external
  std::optional<std::uint32_t> remote_as;  // remote-as N
  bool terse = false, wide = false;

  bool shows(const api::SummaryNeighbor& neighbor) const;
  bool filters() const { return established || failed || neighbor || type || remote_as; }
};

std::string summary_text(const api::Summary& summary, const SummaryFilter& filter);

/// keyed: an object per family under "ipv4Unicast". Not keyed, with exactly one family asked for: the object
/// itself.
std::string summary_json(const api::Summary& summary, const SummaryFilter& filter, bool keyed, WallClock now);

}  // namespace cli::show
