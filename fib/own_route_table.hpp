// Our routes by prefix: 32 octets each in chunks that never move, found through a set of their numbers. What
// stands in queues is the number; neighbours in time are neighbours in memory, so a full table streams
// through.
//
// Owned by OwnRoutes.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "fib/route_pool.hpp"
#include "rib/prefix.hpp"

namespace fib {

struct OwnRoute {
  rib::Prefix prefix;
  RouteId desired = kNoRoute;
  RouteId kernel = kNoRoute;      // what we believe the kernel holds of ours
  bool is_used : 1 = false;       // the slot is
  bool is_pending : 1 = false;    // stands in the queue of work
  bool is_failed : 1 = false;     // waits for a retry
  bool is_uncertain : 1 = false;  // the kernel may hold more than `kernel` says
  bool may_stand : 1 = false;     // news of its removal came, which may be older than our last write
  bool is_inherited : 1 = false;  // found at start, desired by nobody yet
  bool is_seen : 1 = false;       // by the running scan
  bool is_told : 1 = false;       // the last result said "installed"
  bool wants_result : 1 = false;  // the owner asked
  bool by_object : 1 = false;     // the kernel's names a next-hop object
};
static_assert(sizeof(OwnRoute) == 32);

class OwnRouteTable {
 public:
  using Id = std::uint32_t;

  OwnRouteTable() : index_(0, Hash{this}, Equal{this}) {}
  OwnRouteTable(const OwnRouteTable&) = delete;
  OwnRouteTable& operator=(const OwnRouteTable&) = delete;

  std::optional<Id> find(const rib::Prefix& prefix) const {
    const auto found = index_.find(prefix);
    return found == index_.end() ? std::nullopt : std::optional(*found);
  }
  /// The route's number; an empty one is made when there is none.
  Id find_or_add(const rib::Prefix& prefix);
  /// False for a number whose route was erased meanwhile; it may name another one since.
  bool is_used(Id id) const { return id < next_ && at(id).is_used; }
  /// References stay valid until erase().
  OwnRoute& at(Id id) { return (*chunks_[id / kChunkSize])[id % kChunkSize]; }
  const OwnRoute& at(Id id) const { return (*chunks_[id / kChunkSize])[id % kChunkSize]; }
  void erase(Id id);
  std::size_t size() const { return index_.size(); }

  /// Calls `visit(id, route)` for each, which may erase the one it visits.
  template <typename Visit>
  void for_each(Visit visit) {
    for (Id id = 0; id < next_; ++id)
      if (auto& route = at(id); route.is_used) visit(id, route);
  }

 private:
  static constexpr Id kChunkSize = 1024;
  using Chunk = std::array<OwnRoute, kChunkSize>;

  struct Hash {
    using is_transparent = void;
    const OwnRouteTable* table;
    std::size_t operator()(Id id) const { return table->at(id).prefix.hash(); }
    std::size_t operator()(const rib::Prefix& prefix) const { return prefix.hash(); }
  };
  struct Equal {
    using is_transparent = void;
    const OwnRouteTable* table;
    bool operator()(Id a, Id b) const { return a == b; }
    bool operator()(Id id, const rib::Prefix& prefix) const { return table->at(id).prefix == prefix; }
    bool operator()(const rib::Prefix& prefix, Id id) const { return table->at(id).prefix == prefix; }
  };

  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::vector<Id> free_;
  Id next_ = 0;  // numbers below it were used
  boost::unordered_flat_set<Id, Hash, Equal> index_;
};

}  // namespace fib
