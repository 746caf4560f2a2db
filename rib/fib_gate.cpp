#include "rib/fib_gate.hpp"

namespace rib {

bool FibGate::must_wait(const Destination& destination, const Change& told) const {
  const Path* best = destination.best();
  if (!speaker_.suppress_fib_pending || !best || best->is_local()) return false;
  // Other next hops for the route that neighbors have already: packets go the former way until then.
  const bool is_known = told.before == best->attributes && told.source_before == best->peer;
  return destination.fib == FibState::Pending && !is_known;
}

bool FibGate::is_kept_out(const Destination& destination) const {
  const Path* best = destination.best();
  if (!speaker_.suppress_fib_pending || !best || best->is_local()) return false;
  switch (destination.fib) {
    case FibState::Failed:
    case FibState::Suppressed:
    case FibState::PolicyDenied:
    case FibState::NotForUse:
      return true;
    default:
      return false;
  }
}

std::span<const Change> FibGate::pass(Family family, std::span<const Change> changes) {
  if (!speaker_.suppress_fib_pending && !was_on_) return changes;
  was_on_ = true;
  auto& waiting = waiting_[index_of(family)];
  passed_.clear();
  for (const auto& change : changes) {
    auto& destination = loc_rib_.at(family, change.id);
    const auto known = waiting.find(change.id);
    const Change nothing{change.id, Winner{}.peer, {}};
    const auto& told = destination.has(Destination::NotInKernel) ? nothing
                       : known == waiting.end()                  ? change
                                                                 : known->second;
    const bool waits = must_wait(destination, told);
    destination.set(Destination::AwaitsKernel, waits);
    destination.set(Destination::NotInKernel, is_kept_out(destination));
    if (waits) {
      waiting.try_emplace(change.id, told);
      continue;
    }
    passed_.push_back(told);
    if (known == waiting.end()) continue;
    destination.set(Destination::Resend, true);  // a walk left it out meanwhile
    waiting.erase(known);
  }
  if (waiting.empty()) waiting = {};
  return passed_;
}

void FibGate::answered(Family family, Table::Id id) {
  const auto& destination = loc_rib_.at(family, id);
  const bool is_news = destination.has(Destination::AwaitsKernel)
                           ? destination.fib != FibState::Pending
                           : is_kept_out(destination) != destination.has(Destination::NotInKernel);
  if (is_news) loc_rib_.touch(family, id);
}

}  // namespace rib
