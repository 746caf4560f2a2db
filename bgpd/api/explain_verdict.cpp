#include "bgpd/api/explain_verdict.hpp"

#include <algorithm>

namespace bgpd::api {
namespace {

using Verdict = kulan::api::Explanation;
using rib::FibState, rib::RouteSource;

const rib::RouteView* selected(const std::vector<rib::RouteView>& routes) {
  const auto found = std::ranges::find_if(routes, &rib::RouteView::selected);
  return found == routes.end() ? nullptr : &*found;
}

const rib::PathView* best_path(const std::optional<rib::DestinationView>& destination) {
  if (!destination || destination->paths.empty() || !destination->paths.front().is_best) return nullptr;
  return &destination->paths.front();
}

/// Nothing of the prefix itself carries its packets; what is around it may.
ExplainVerdict left_to_others(const ExplainFacts& facts, Verdict::Verdict code) {
  const bool is_carried = facts.covered_by && !facts.covered_by->prefix.is_default() && facts.kernel.passes();
  return {code, is_carried};
}

/// BGP's route is the one that the kernel shall have.
ExplainVerdict of_ours(const ExplainFacts& facts, const rib::RouteView& route) {
  if (!facts.writes_kernel) return {Verdict::NOT_WRITTEN, facts.kernel.passes()};
  if (route.fib == FibState::Failed) return {Verdict::REFUSED, false};
  if (!route.installed) return {Verdict::PENDING, false};
  if (!facts.kernel.passes()) return {Verdict::KERNEL_DROPS, false};
  if (!facts.forwarding) return {Verdict::FORWARDING_OFF, false};
  const bool is_taken = facts.kernel.is_ours() && facts.kernel.prefix == route.prefix;
  return {is_taken ? Verdict::REACHABLE : Verdict::KERNEL_DIFFERS, true};
}

/// Another's route, or one of our own lines, carries it.
ExplainVerdict of_others(const ExplainFacts& facts, const rib::RouteView& route) {
  const bool is_connected = route.source == RouteSource::Connected;
  if (!facts.kernel.passes()) return {Verdict::KERNEL_DROPS, false};
  if (!is_connected && facts.kernel.outcome != fib::FoundRoute::Outcome::Local && !facts.forwarding)
    return {Verdict::FORWARDING_OFF, false};
  return {is_connected ? Verdict::OWN : Verdict::OTHER_SOURCE, true};
}

}  // namespace

ExplainVerdict explain_verdict(const ExplainFacts& facts) {
  const auto fib = facts.destination ? facts.destination->fib : FibState::None;
  if (fib == FibState::Suppressed) return {Verdict::DUPLICATE, false};
  if (const auto* route = selected(facts.routes))
    return route->source == RouteSource::Bgp ? of_ours(facts, *route) : of_others(facts, *route);
  if (facts.kernel.outcome == fib::FoundRoute::Outcome::Local) return {Verdict::OWN, true};

  const auto* best = best_path(facts.destination);
  if (!best) {
    if (facts.destination) return left_to_others(facts, Verdict::REJECTED);
    const auto around = left_to_others(facts, Verdict::COVERED);
    if (around.reachable) return around;
    return {facts.has_established_neighbor ? Verdict::NOT_ANNOUNCED : Verdict::NO_NEIGHBOR, false};
  }
  if (!best->peer)
    return {facts.kernel.passes() ? Verdict::OWN : Verdict::KERNEL_DROPS, facts.kernel.passes()};
  if (!facts.writes_kernel) return {Verdict::NOT_WRITTEN, facts.kernel.passes()};
  if (fib == FibState::PolicyDenied || fib == FibState::NotForUse)
    return left_to_others(facts, Verdict::NOT_FOR_KERNEL);
  if (fib == FibState::Failed) return {Verdict::REFUSED, false};
  return {Verdict::PENDING, false};
}

}  // namespace bgpd::api
