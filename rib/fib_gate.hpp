// `bgp suppress-fib-pending`: neighbors hear of a route when the kernel has it. A change waits here, with
// what the groups were told before it, until the kernel has answered; a route that the kernel refused, or
// that is kept out of it, is to the groups as if it were not there.
//
//   log ──> routing table ──> FibGate ──> update groups
//                               ^ │ waits
//        kernel's answer ───────┘
//
// Routes of our own and those that another's kernel route wins over need no answer: packets find their way.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <span>
#include <vector>

#include "rib/loc_rib.hpp"

namespace rib {

class FibGate {
 public:
  FibGate(const Speaker& speaker, LocRib& loc_rib) : speaker_(speaker), loc_rib_(loc_rib) {}

  /// Of these changes those that the groups may hear of now. The routing table has seen them all. Borrowed
  /// until the next call.
  std::span<const Change> pass(Family family, std::span<const Change> changes);
  /// The kernel answered; what it means to the groups is in the log.
  void answered(Family family, Table::Id id);
  /// False while changes wait, whose former sources must keep their numbers.
  bool empty() const { return waiting_[0].empty() && waiting_[1].empty(); }

 private:
  bool must_wait(const Destination& destination, const Change& told) const;
  bool is_kept_out(const Destination& destination) const;

  const Speaker& speaker_;
  LocRib& loc_rib_;
  boost::unordered_flat_map<Table::Id, Change> waiting_[kFamilyCount];
  bool was_on_ = false;         // some destination may bear a mark
  std::vector<Change> passed_;  // scratch of pass()
};

}  // namespace rib
