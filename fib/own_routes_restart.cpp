// The first and the last hour of our routes: what a former life left, and leaving a clean kernel.
#include "fib/own_routes.hpp"

namespace fib {

RestartLedger OwnRoutes::sweep_inherited() {
  is_swept_ = true;
  auto ledger = std::exchange(ledger_, {});
  std::uint64_t desired = 0;
  routes_.for_each([&](Id id, OwnRoute& route) {
    desired += route.desired != kNoRoute;
    if (!route.is_inherited) return;
    ++ledger.swept;
    route.is_inherited = false;
    route.wants_result = true;
    enqueue(id);
  });
  const auto learned_again = ledger.kept + ledger.changed;
  ledger.added = desired > learned_again ? desired - learned_again : 0;
  return ledger;
}

void OwnRoutes::withdraw_all() {
  is_swept_ = true;
  routes_.for_each([this](Id id, OwnRoute& route) {
    pool_.release(route.desired);
    route.set_desired(kNoRoute);
    route.is_inherited = route.is_failed = false;
    enqueue(id);
  });
  failed_.clear();
}

}  // namespace fib
