// The kernel as the daemon sees it: facts come out as values, changes go in as values.
//
// Kernel is the seam that tests replace. NetlinkKernel (netlink_kernel.hpp) does it with rtnetlink on a
// thread of its own: a batch of thousands of routes blocks that thread for milliseconds and nobody else.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rib/messages.hpp"

namespace fib {

struct Link {
  std::uint32_t index = 0;
  std::string name;
  std::string kind;         // "bridge", "veth", "vxlan", "tun", "" for hardware
  bool is_up = false;       // IFF_UP
  bool is_running = false;  // IFF_LOWER_UP: carrier
  bool is_loopback = false;
  bool is_multicast = false;  // IFF_MULTICAST
  bool is_point_to_point = false;
  std::uint32_t master = 0;  // index of the bridge it is a port of; 0: none
  std::uint32_t mtu = 0;
  std::uint32_t vrf_table = 0;  // of a VRF device: what its links are routed by
  bool operator==(const Link&) const = default;
};

inline constexpr int kMaximumMasterDepth = 8;  // of masters of masters that are followed

struct InterfaceAddress {
  std::uint32_t interface_index = 0;
  rib::IpAddress address;
  std::uint8_t prefix_length = 0;
  bool is_tentative = false;  // IPv6 duplicate address detection not finished, or failed
  rib::Prefix subnet() const { return {address, prefix_length}; }
  bool operator==(const InterfaceAddress&) const = default;
};

/// What a comparison of the kernel's routes with ours found; all of it is repaired.
struct AuditReport {
  std::uint64_t routes = 0;            // of ours
  std::uint64_t missing = 0;           // gone without a word
  std::uint64_t different = 0;         // of other next hops, type or source
  std::uint64_t unwanted = 0;          // in our name, and desired by nobody
  std::uint64_t failed = 0;            // refused by the kernel, to be tried again
  std::uint64_t overruns = 0;          // of the receive buffer, since the start
  std::uint64_t next_hop_objects = 0;  // of ours, in use
  std::chrono::milliseconds duration{0};
};

/// What became of the routes of a former life.
struct RestartLedger {
  std::uint64_t kept = 0;     // learned again, not touched
  std::uint64_t changed = 0;  // learned again, by other next hops
  std::uint64_t added = 0;    // not there before
  std::uint64_t swept = 0;    // nobody announced them any more
};

/// One fact. Facts come in the order the kernel told them; after an overrun a fresh dump is told as
/// differences.
struct KernelEvent {
  enum class Kind : std::uint8_t {
    LinkChanged,
    LinkGone,  // link (Gone: index and name only)
    AddressAdded,
    AddressGone,  // address
    RouteChanged,
    RouteGone,     // route; never one of ours; all tables' `local` and cache entries left out
    Inherited,     // prefix: of a route of ours found at start (a former life's)
    Written,       // results
    Audited,       // audit
    Swept,         // ledger
    Synchronised,  // the initial dump of links, addresses and routes is complete
    Warning,       // text: for the log
    Failed,        // text: the kernel cannot be used any more; the daemon ends
  };
  Kind kind;
  Link link;
  InterfaceAddress address;
  rib::KernelRoute route;
  rib::Prefix prefix;
  std::vector<rib::FibResult> results;
  std::string text;
  std::shared_ptr<const AuditReport> audit = nullptr;
  std::shared_ptr<const RestartLedger> ledger = nullptr;
};

/// Called with one or more events, in the thread and turn that the owner chose.
using KernelEventHandler = std::function<void(std::vector<KernelEvent>)>;

struct KernelOptions {
  bool write = true;  // false: --no-kernel reads and writes nothing; changes are not answered
  std::uint32_t metric = 20;
  std::uint32_t table = 254;                // RT_TABLE_MAIN
  std::uint8_t protocol = 75;               // `kulan` in rt_protos
  std::chrono::seconds audit_interval{30};  // 0: only when asked
  bool next_hop_objects = false;            // routes name objects of the kernel instead of next hops
  std::string vrf = {};                     // only what is in this VRF exists, and `table` is the VRF's
  bool is_side_table = false;  // beside the daemon's own: neither the main table nor next-hop objects are its
  bool operator==(const KernelOptions&) const = default;
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  /// Begins to tell facts; ends with Synchronised when the first dump is complete.
  virtual void start(KernelEventHandler handler) = 0;
  /// Desired routes; a later change of a prefix overrides an earlier one that was not written yet. Never
  /// blocks.
  virtual void apply(std::vector<rib::FibChange> changes) = 0;
  /// What goes by `from` goes by `to` as soon as that can be done at once; else each change that follows does
  /// it.
  virtual void move(rib::FibMove) {}
  /// Metric, table or VRF changed: everything desired is written anew and the old removed.
  virtual void set_options(const KernelOptions& options) = 0;
  /// Removes the inherited routes that nobody has desired until now: the restart is over.
  virtual void sweep_inherited() {}
  /// Compares the kernel's routes with ours and repairs the difference; Audited tells. It is also done by
  /// itself.
  virtual void audit() {}
  /// Removes all routes of ours; what is applied from now on is ignored. stop() waits for it.
  virtual void flush() {}
  /// Writes what is pending (bounded by a second) and ends. Routes stay in the kernel. After flush() it waits
  /// for that (half a minute at most) and returns how many routes of ours are left all the same.
  virtual std::size_t stop() = 0;
};

}  // namespace fib
