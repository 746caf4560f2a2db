// Next-hop objects as our routes use them: which stand, which nothing names.
#include <algorithm>

#include "fib/own_routes.hpp"

namespace fib {

void OwnRoutes::move(rib::FibMove move) {
  normalise(move.from);
  normalise(move.to);
  for (const auto afi : {rib::Afi::Ipv4, rib::Afi::Ipv6})
    if (const auto route = pool_.move(afi, move.from, move.to); route != kNoRoute) {
      if (std::ranges::find(moving_, route) == moving_.end())
        moving_.push_back(route);
      else
        pool_.release(route);
    }
}

void OwnRoutes::use_next_hop_objects(bool use) {
  wants_objects_ = use;
  pool_.use_objects(use && objects_are_known_ && !objects_refused_);
}

void OwnRoutes::end_next_hop_dump() {
  pool_.objects().end_dump();
  objects_are_known_ = true;
  use_next_hop_objects(wants_objects_);
}

bool OwnRoutes::next_hop_changed_by_others(ObjectId id) {
  if (!pool_.objects().is_ours(id)) return false;
  pool_.objects().doubt(id);
  return true;
}

/// What came into use since they were found stays.
std::vector<ObjectId> OwnRoutes::take_unused_next_hops() {
  std::erase_if(unused_objects_, [this](ObjectId id) { return pool_.objects().is_ours(id); });
  return std::exchange(unused_objects_, {});
}

/// With net.ipv4.nexthop_compat_mode=0 the kernel tells the object alone.
void OwnRoutes::complete_next_hops(RouteMessage& message) const {
  if (message.object != kNoObject && message.route.next_hops.empty())
    message.route.next_hops = pool_.objects().resolve(message.object);
  normalise(message.route);
}

}  // namespace fib
