// Who is told of what the engine decides while it decides it, for `debug`. Absent, it costs a comparison for
// each batch of changes.
#pragma once

#include "rib/history.hpp"
#include "rib/next_hop_table.hpp"

namespace rib {

class Observer {
 public:
  /// Whether best_changed() is wanted for the prefix.
  virtual bool wants(const Prefix& prefix) const = 0;
  /// As the history would note it, without sequence and time.
  virtual void best_changed(const EventView& event) = 0;
  /// A next hop is new, or its answer is another one than before.
  virtual void next_hop_resolved(const NextHopTable::Entry& entry) = 0;

 protected:
  ~Observer() = default;
};

}  // namespace rib
