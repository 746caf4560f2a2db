// Interning of what the kernel is told: thousands of prefixes share one set of next hops, so a destination
// remembers what it told the kernel as a number.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <vector>

#include "rib/messages.hpp"

namespace rib {

class FibRoutes {
 public:
  /// Names a route; 0 names "nothing of ours".
  using Id = std::uint32_t;

  /// The route's id, with one more reference to it.
  Id intern(const FibRoute& route);
  void add_reference(Id id) {
    if (id != 0) ++slots_[id - 1].references;
  }
  void release(Id id);
  const FibRoute& operator[](Id id) const { return slots_[id - 1].route; }

 private:
  struct Slot {
    FibRoute route;
    std::uint32_t references = 0;
  };
  struct Hash {
    std::size_t operator()(const FibRoute& route) const;
  };
  std::vector<Slot> slots_;
  std::vector<Id> free_;
  boost::unordered_flat_map<FibRoute, Id, Hash> index_;
};

}  // namespace rib
