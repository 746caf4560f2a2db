// Why a neighbor has no session, or lost the last one: in FRR's words, and by its numbers.
#pragma once

#include <optional>
#include <string>

#include "cli/show/format.hpp"

namespace cli::show {

struct WhyDown {
  const api::LastReset& reset;
  bool shutdown = false;
  const api::NeighborName& name;
};
/// neighbor: an api::Neighbor or an api::SummaryNeighbor, which is borrowed.
template <typename Neighbor>
WhyDown why_down(const Neighbor& neighbor) {
  return {neighbor.last_reset(), neighbor.shutdown(), neighbor.name()};
}

/// FRR's PEER_DOWN_… of the same cause; nothing where FRR has no number for it.
std::optional<int> reset_code(const WhyDown& why);
/// What a neighbor without a session waits for is its reason.
std::string reset_reason(const WhyDown& why);

}  // namespace cli::show
