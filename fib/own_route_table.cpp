#include "fib/own_route_table.hpp"

namespace fib {

OwnRouteTable::Id OwnRouteTable::find_or_add(const rib::Prefix& prefix) {
  if (const auto found = index_.find(prefix); found != index_.end()) return *found;
  Id id = next_;
  if (free_.empty()) {
    if (next_ % kChunkSize == 0) chunks_.push_back(std::make_unique<Chunk>());
    ++next_;
  } else {
    id = free_.back();
    free_.pop_back();
  }
  auto& route = at(id);
  route = {};
  route.prefix = prefix;
  route.is_used = true;
  index_.insert(id);
  return id;
}

void OwnRouteTable::erase(Id id) {
  index_.erase(id);
  at(id) = {};
  free_.push_back(id);
  if (!index_.empty()) return;
  // Memory returns when the last route goes.
  chunks_.clear();
  free_ = {};
  next_ = 0;
  index_.rehash(0);
}

}  // namespace fib
