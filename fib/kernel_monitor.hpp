// What happens in the kernel, as events: a dump of links, addresses and routes, then every change of them, in
// order and without a gap. Subscribes before it asks for the dump; what a change touched while a dump runs is
// newer than the dump and wins. After an overrun (ENOBUFS) it dumps again and tells the differences.
//
// Owned by NetlinkKernel, lives on its thread. Facts about our own routes go to OwnRoutes, all else to the
// events.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fib/foreign_routes.hpp"
#include "fib/kernel.hpp"
#include "fib/netlink_socket.hpp"
#include "fib/own_routes.hpp"

namespace fib {

class KernelMonitor {
 public:
  /// `own` outlives the monitor. `is_side_table`: the main table and next-hop objects are not looked at.
  KernelMonitor(OwnRoutes& own, bool is_side_table);

  /// Opens the socket and begins the first dump. `writer_port`: changes of routes by that port are our own
  /// echo and never delivered. The error is for people.
  std::expected<void, std::string> start(int receive_buffer, std::uint32_t writer_port);
  /// Reads what is there and adds events. False: the socket is unusable, the last event says why.
  bool receive(std::vector<KernelEvent>& events, Clock::time_point now);
  /// False: next hops resolve by the table of our routes alone, that of a VRF.
  void set_sees_main_table(bool sees) { sees_main_table_ = sees && !is_side_table_; }
  /// OwnRoutes moved to another place: dumps again; then routes found at `old` can be collected. Others'
  /// routes in tables that are not looked at any more are told as gone.
  void relocated(std::vector<KernelEvent>& events);
  /// Dumps our routes at a place that we left; take_leftovers() gives their prefixes when it is complete.
  void look_for_leftovers(const RouteLocation& old);
  std::vector<rib::Prefix> take_leftovers();
  /// Dumps our routes and compares; take_audit() says when it is done.
  void audit(Clock::time_point now);
  std::optional<std::chrono::milliseconds> take_audit() { return std::exchange(audit_done_, std::nullopt); }
  bool is_auditing() const { return audit_begun_.has_value(); }
  /// Of the receive buffer, since the start.
  std::uint64_t overruns() const { return overruns_; }

  /// While a dump runs nothing is to be written: what it shows would be older than what we know.
  bool is_dumping() const { return running_.has_value() || !waiting_.empty(); }
  /// A request waits to be sent by receive().
  bool wants_turn() const { return !running_ && !waiting_.empty(); }
  bool is_synchronised() const { return is_synchronised_; }
  /// To wait for: receive() when one is readable.
  std::array<int, 2> file_descriptors() const {
    return {events_socket_->file_descriptor(), requests_socket_->file_descriptor()};
  }
  std::optional<Clock::time_point> next_timer() const { return resynchronise_at_; }
  void run_timers(Clock::time_point now);

 private:
  /// One request and what its answer is for.
  struct Step {
    enum class Kind : std::uint8_t {
      Links,
      Addresses,
      NextHops,
      Routes,
      Leftovers,
      Barrier,
      End,
      Audit,
      AuditEnd
    };
    Kind kind = Kind::End;
    ScanScope scope;        // Routes, Audit
    RouteLocation place{};  // Leftovers
  };

  void dump_everything();
  void hear_only_own_table();
  bool is_scanning(Step::Kind kind) const { return running_ && running_->kind == kind; }
  /// Routes may have gone without a word: IPv4 ones through a link that went down or lost its last address,
  /// on every link those that prefer an address that is gone.
  void check_routes_of(std::uint32_t interface_index);
  std::vector<std::uint32_t> tables() const;
  void next_step(std::vector<KernelEvent>& events, Clock::time_point now);
  void finish_step(int error, std::vector<KernelEvent>& events, Clock::time_point now);
  std::vector<std::byte> request(const Step& step) const;
  void begin_scan();
  void end_scan(std::vector<KernelEvent>& events, Clock::time_point now);
  void overrun(std::vector<KernelEvent>& events, Clock::time_point now);
  bool receive_from(NetlinkSocket& socket, std::vector<KernelEvent>& events, Clock::time_point now);

  void handle_event(const nlmsghdr& header, bool in_dump, std::vector<KernelEvent>& events,
                    Clock::time_point now);
  void handle_answer(const nlmsghdr& header, std::vector<KernelEvent>& events, Clock::time_point now);
  void handle_link(const nlmsghdr& header, bool in_dump, std::vector<KernelEvent>& events,
                   Clock::time_point now);
  void handle_address(const nlmsghdr& header, bool in_dump, std::vector<KernelEvent>& events,
                      Clock::time_point now);
  void handle_route(const nlmsghdr& header, bool in_dump, std::vector<KernelEvent>& events,
                    Clock::time_point now);
  void handle_next_hop(const nlmsghdr& header, bool in_dump);
  void handle_own_route(bool in_dump, std::vector<KernelEvent>& events, Clock::time_point now);
  void remove_link(std::uint32_t interface_index, std::vector<KernelEvent>& events);
  bool is_running(std::uint32_t interface_index) const;

  using AddressKey = std::pair<std::uint32_t, rib::Prefix>;  // the host address as /32 or /128
  static AddressKey key_of(const InterfaceAddress& address);

  OwnRoutes& own_;
  const bool is_side_table_;
  bool sees_main_table_ = true;
  std::optional<NetlinkSocket> events_socket_, requests_socket_;
  std::uint32_t writer_port_ = 0;
  std::map<std::uint32_t, Link> links_;
  std::map<AddressKey, InterfaceAddress> addresses_;
  ForeignRoutes foreign_;
  RouteMessage message_;  // reused for every route
  NextHopMessage next_hop_;

  std::deque<Step> waiting_;
  std::optional<Step> running_;
  std::uint32_t sequence_ = 0;  // of the running request
  bool is_synchronised_ = false;
  bool is_interrupted_ = false;  // the running dump is inconsistent: NLM_F_DUMP_INTR
  unsigned repetitions_ = 0;
  int dump_error_ = 0;  // told already
  std::optional<Clock::time_point> resynchronise_at_;
  Clock::time_point last_synchronisation_{};
  std::uint64_t strange_own_routes_ = 0;  // of our protocol, but with another metric or table
  std::vector<rib::Prefix> leftovers_;
  std::optional<Clock::time_point> audit_begun_;
  bool audit_is_whole_ = false;  // so far it showed every route of ours
  std::optional<std::chrono::milliseconds> audit_done_;
  std::uint64_t overruns_ = 0;

  // Of the running scan of links or addresses: what the dump showed, and what events changed meanwhile.
  std::set<std::uint32_t> seen_links_, touched_links_;
  std::set<AddressKey> seen_addresses_, touched_addresses_;
};

}  // namespace fib
