// The state of a neighbor's session, and why it has none or lost the last one: in FRR's words, and by its
// numbers. `neighbor` is an api::Neighbor, an api::SummaryNeighbor or an api::ExplainedNeighbor.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/show/format.hpp"

namespace cli::show {

struct WhyDown {
  const api::LastReset& reset;
  bool shutdown = false;
  const api::NeighborName& name;
};
/// Borrows `neighbor`.
template <typename Neighbor>
WhyDown why_down(const Neighbor& neighbor) {
  return {neighbor.last_reset(), neighbor.shutdown(), neighbor.name()};
}

/// "Established", "Active", "Idle (Admin)", "Idle (PfxCt)".
template <typename Neighbor>
std::string_view state_text(const Neighbor& neighbor) {
  if (neighbor.shutdown()) return "Idle (Admin)";
  if (neighbor.prefix_limit()) return "Idle (PfxCt)";
  return session_state_text(neighbor.state());
}

/// FRR's PEER_DOWN_… of the same cause; nothing where FRR has no number for it.
std::optional<int> reset_code(const WhyDown& why);
/// What a neighbor without a session waits for is its reason.
std::string reset_reason(const WhyDown& why);

}  // namespace cli::show
