// The next hops of all paths: is each reachable, at what interior cost, through which kernel next hops.
// RFC 4271 §9.1.2.1; RFC 2545 for the link-local ones.
//
// Counted by path. When the kernel's routes change, refresh() tells whether some answer changed; the paths
// that depend on it are found by the sweep, which asks has_moved().
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "rib/fib_routes.hpp"
#include "rib/kernel_routes.hpp"

namespace rib {

class Observer;

class NextHopTable {
 public:
  using Id = std::uint32_t;

  struct Entry {
    IpAddress address;
    std::uint32_t interface_index = 0;  // zone of a link-local address
    std::uint32_t references = 0;       // paths
    bool resolved = false;
    bool moved = false;  // the answer changed since its dependents were last looked at
    std::uint32_t metric = 0;
    std::optional<Prefix> through;
    RouteSource source = RouteSource::Connected;  // of the route through
    std::string interface_name;  // towards it; "" of a link-local address: that of the session
    std::vector<NextHop> kernel_next_hops;
    FibRoutes::Id fib_route = 0;  // kernel_next_hops as one interned route
    bool operator==(const Entry&) const = default;
  };

  NextHopTable(const KernelRoutes& kernel_routes, FibRoutes& fib_routes)
      : kernel_routes_(kernel_routes), fib_routes_(fib_routes), entries_(1) {}

  /// The entry of a route's next hop as heard on `interface_index`; resolved when it is new. No reference
  /// taken.
  Id find_or_add(const Attributes& attributes, std::uint32_t interface_index);
  /// The entry when there is one, 0 otherwise; paths hold a reference to theirs.
  Id find(const Attributes& attributes, std::uint32_t interface_index) const;
  Id find(const PathAttributes& attributes, std::uint32_t interface_index) const;
  void add_reference(Id id) { ++entries_[id].references; }
  void release(Id id);

  const Entry& operator[](Id id) const { return entries_[id]; }

  /// The kernel's routes for `prefix` changed; refresh() will look.
  void kernel_changed(const Prefix& prefix);
  /// Whether default routes resolve changed.
  void set_resolve_via_default(bool on);
  bool needs_refresh() const { return all_dirty_ || !dirty_.empty(); }
  /// Resolves again what may have changed. True when some entry has moved.
  bool refresh();
  /// Kernel next hops that were replaced, each by one other, since the last call, and that nobody else's
  /// paths go by.
  std::vector<FibMove> take_shifts() { return std::exchange(shifts_, {}); }
  bool has_moved() const { return moved_ > 0; }
  /// All dependents have been looked at.
  void clear_moved();
  /// Told of each new answer; nullptr: nobody is.
  void set_observer(Observer* observer) { observer_ = observer; }
  /// Drops entries that no path names; find_or_add() may have left them.
  void drop_unreferenced();

  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (Id id = 1; id < entries_.size(); ++id) {
      if (entries_[id].references > 0) visit(entries_[id]);
    }
  }

 private:
  struct Key {
    IpAddress address;
    std::uint32_t interface_index;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return key.address.hash() * 31 + key.interface_index; }
  };
  static Key key_of(const PathAttributes& attributes, std::uint32_t interface_index);
  bool is_hint_good(Id hint, const Key& key) const;
  void resolve(Entry& entry);
  bool could_affect(const Entry& entry) const;
  void note_shifts(std::span<const std::pair<FibRoutes::Id, FibRoutes::Id>> candidates);
  void remove(Id id);

  const KernelRoutes& kernel_routes_;
  FibRoutes& fib_routes_;
  std::vector<Entry> entries_;  // [0] is never used
  std::vector<Id> free_;
  std::vector<Id> unreferenced_;
  boost::unordered_flat_map<Key, Id, KeyHash> index_;
  std::vector<Prefix> dirty_;
  bool all_dirty_ = false;
  bool resolve_via_default_ = true;
  std::size_t moved_ = 0;
  std::vector<FibMove> shifts_;
  Observer* observer_ = nullptr;
};

}  // namespace rib
