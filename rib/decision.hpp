// Phase 2 of the decision process: the best of the feasible paths to one destination. RFC 4271 §9.1.2.2, with
// the additions of RFC 4456 §9, RFC 9494 §4.3 and the vendors' weight.
//
// A pure function of what it is given; what the operator has configured about one attribute (a missing MED,
// whether the length of AS_PATH counts) is in the candidate's values already. Written as elimination, as the
// RFC writes it, so MED needs no total order and the answer does not depend on the order of arrival.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rib/messages.hpp"
#include "rib/reason.hpp"

namespace rib {

inline constexpr std::uint32_t kLocalWeight = 32768;  // of our own routes, as Cisco and FRR have it

/// What the decision looks at, of one path.
struct Candidate {
  const AttributeSet* attributes = nullptr;
  const IpAddress* peer_address = nullptr;
  std::uint32_t weight = 0;
  std::uint32_t local_pref = 0;
  std::uint32_t as_path_length = 0;
  std::uint64_t neighbor_as = 0;  // MED compares within; RFC 4271 §9.1.2.2 (c)
  std::uint32_t med = 0;
  std::uint32_t interior_cost = 0;
  std::uint32_t learned = 0;    // seconds
  std::uint32_t router_id = 0;  // ORIGINATOR_ID, or the peer's BGP Identifier
  std::uint32_t path_id = 0;
  std::uint32_t position = 0;  // the caller's name for it
  bool is_local = false;
  bool is_external = false;
};

struct DecisionRules {
  bool always_compare_med = false;
  bool compare_router_id = true;
};

struct BestPath {
  BestReason reason = BestReason::None;
  std::size_t equal_cost =
      0;  // so many, from the front, are equal up to the interior cost: ECMP chooses among them
};

/// Moves the winner to the front. `candidates`: at least one, any order.
BestPath select_best_path(std::span<Candidate> candidates, const DecisionRules& rules);

/// The same contest, told: the step at which each lost, in the order in which `candidates` stand afterwards.
/// The winner, in front, has None.
std::vector<BestReason> contest(std::span<Candidate> candidates, const DecisionRules& rules);

}  // namespace rib
