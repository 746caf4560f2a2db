#include "rib/decision.hpp"

#include <algorithm>
#include <cassert>

namespace rib {
namespace {

using Candidates = std::span<Candidate>;

/// Keeps the candidates with the smallest key in front and forgets the rest.
template <typename Key>
void keep_lowest(Candidates& candidates, Key key) {
  auto lowest = key(candidates[0]);
  std::size_t kept = 1;
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    const auto value = key(candidates[i]);
    if (lowest < value) continue;
    if (value < lowest) {
      lowest = value;
      kept = 0;
    }
    std::swap(candidates[kept++], candidates[i]);
  }
  candidates = candidates.first(kept);
}

/// RFC 4271 §9.1.2.2 (c).
void keep_lowest_med_of_each_neighbor_as(Candidates& candidates) {
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return a.neighbor_as != b.neighbor_as ? a.neighbor_as < b.neighbor_as : a.med < b.med;
  });
  std::size_t kept = 0;
  const Candidate* lowest = nullptr;
  for (auto& candidate : candidates) {
    if (kept > 0 && lowest->neighbor_as == candidate.neighbor_as && lowest->med < candidate.med) continue;
    std::swap(candidates[kept], candidate);
    lowest = &candidates[kept++];
  }
  candidates = candidates.first(kept);
}

bool all_external(Candidates candidates) {
  return std::all_of(candidates.begin(), candidates.end(), [](const Candidate& c) { return c.is_external; });
}

/// The steps in their order. After each, `lost` hears why and how many are left; who left stands behind them.
template <typename Lost>
BestPath eliminate(Candidates candidates, const DecisionRules& rules, Lost lost) {
  assert(!candidates.empty());
  BestPath best{BestReason::OnlyPath, 1};
  auto step = [&](BestReason why, auto&& remove_losers) {
    if (candidates.size() == 1) return;
    best.reason = why;
    remove_losers(candidates);
    lost(why, candidates.size());
  };
  auto lowest = [](auto key) { return [key](Candidates& c) { keep_lowest(c, key); }; };

  step(BestReason::LongLivedStale,  // RFC 9494 §4.3
       lowest([](const Candidate& c) { return c.attributes->is_long_lived_stale(); }));
  step(BestReason::Weight, lowest([](const Candidate& c) { return ~c.weight; }));
  step(BestReason::LocalPref, lowest([](const Candidate& c) { return ~c.local_pref; }));
  step(BestReason::LocalRoute, lowest([](const Candidate& c) { return !c.is_local; }));
  step(BestReason::AsPathLength, lowest([](const Candidate& c) { return c.as_path_length; }));      // (a)
  step(BestReason::Origin, lowest([](const Candidate& c) { return c.attributes->get().origin; }));  // (b)
  step(BestReason::Med, [&](Candidates& c) {                                                        // (c)
    if (rules.always_compare_med) {
      keep_lowest(c, [](const Candidate& candidate) { return candidate.med; });
    } else {
      keep_lowest_med_of_each_neighbor_as(c);
    }
  });
  step(BestReason::ExternalOverInternal, lowest([](const Candidate& c) { return !c.is_external; }));  // (d)
  step(BestReason::InteriorCost, lowest([](const Candidate& c) { return c.interior_cost; }));         // (e)
  best.equal_cost = candidates.size();
  step(BestReason::OlderPath, [&](Candidates& c) {
    // RFC 5004's purpose, without its history, for who prefers calm to one answer (decision 0006): among
    // external paths the one that has stood longest stays.
    if (!rules.compare_router_id && all_external(c)) {
      keep_lowest(c, [](const Candidate& candidate) { return candidate.learned; });
    }
  });
  step(BestReason::RouterId, lowest([](const Candidate& c) { return c.router_id; }));  // (f), RFC 4456 §9
  step(BestReason::ClusterListLength, lowest([](const Candidate& c) {                  // RFC 4456 §9
         return c.attributes->get().rare->cluster_list.size();
       }));
  step(BestReason::PeerAddress, [](Candidates& c) {  // (g)
    keep_lowest(c, [](const Candidate& candidate) { return *candidate.peer_address; });
  });
  step(BestReason::PathId, lowest([](const Candidate& c) { return c.path_id; }));
  return best;
}

}  // namespace

BestPath select_best_path(std::span<Candidate> candidates, const DecisionRules& rules) {
  return eliminate(candidates, rules, [](BestReason, std::size_t) {});
}

std::vector<BestReason> contest(std::span<Candidate> candidates, const DecisionRules& rules) {
  std::vector<BestReason> lost_at(candidates.size(), BestReason::None);
  auto left = candidates.size();
  eliminate(candidates, rules, [&](BestReason why, std::size_t kept) {
    while (left > kept) lost_at[--left] = why;
  });
  return lost_at;
}

}  // namespace rib
