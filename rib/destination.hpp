// A prefix with all paths to it. The best path, if there is one, stands first; the others in no order.
//
// One path lives inside, more live on the heap: 56 octets in all, less than a cache line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rib/path.hpp"
#include "rib/prefix.hpp"

namespace rib {

class Destination {
 public:
  enum Flag : std::uint8_t {
    Changed = 1,        // stands in the change log
    Resend = 2,         // ... and what was sent for it may be wrong although the best path is the same
    Conflict = 4,       // claimed by several nodes, see conflicts.hpp
    Suppressed = 8,     // an aggregate stands for it, see aggregates.hpp
    NextHopMoved = 16,  // Changed, and the way to some path's next hop is another
    AwaitsKernel = 32,  // groups have what was before, see fib_gate.hpp
    NotInKernel = 64,   // ... and it is not told to them
  };

  explicit Destination(const Prefix& p) : prefix(p), inline_path_() {}
  ~Destination();
  Destination(const Destination&) = delete;
  Destination& operator=(const Destination&) = delete;

  std::span<Path> paths() { return {data(), count_}; }
  std::span<const Path> paths() const { return {const_cast<Destination*>(this)->data(), count_}; }
  bool empty() const { return count_ == 0; }

  const Path* best() const { return has_best_ ? paths().data() : nullptr; }
  Winner winner() const { return has_best_ ? Winner{best()->attributes, best()->peer} : Winner{}; }
  /// Puts paths()[position] first and makes it the best.
  void set_best(std::size_t position);
  void clear_best() { has_best_ = 0; }

  /// The peer's path, or nullptr.
  Path* find(std::uint32_t peer, std::uint32_t path_id);
  /// References to paths end here.
  Path& add(Path path);
  /// Removes paths()[position]; the best path's place stays empty until the next decision.
  void remove(std::size_t position);

  bool has(Flag flag) const { return (flags_ & flag) != 0; }
  void set(Flag flag, bool on) {
    flags_ = static_cast<std::uint8_t>(on ? flags_ | flag : flags_ & ~flag) & 0x7f;
  }

  std::size_t heap_bytes() const { return is_inline() ? 0 : heap_.capacity * sizeof(Path); }

  const Prefix prefix;
  BestReason reason = BestReason::None;
  FibState fib = FibState::None;
  std::uint32_t version = 0;    // low half of the table version of the last change of best path
  std::uint32_t fib_route = 0;  // what the kernel was told, see routing_table.hpp; 0: nothing

 private:
  struct Heap {
    Path* paths;
    std::uint32_t capacity;
  };

  bool is_inline() const { return !on_heap_; }
  Path* data() { return is_inline() ? &inline_path_ : heap_.paths; }
  void grow(std::uint32_t capacity);
  void move_inside();

  std::uint32_t count_ : 22 = 0;
  std::uint32_t on_heap_ : 1 = 0;
  std::uint32_t has_best_ : 1 = 0;
  std::uint32_t flags_ : 8 = 0;
  union {
    Path inline_path_;  // always alive while on_heap_ is 0
    Heap heap_;
  };
};

static_assert(sizeof(Destination) == 56);

}  // namespace rib
