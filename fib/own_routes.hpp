// Desired state and kernel state of our own routes, prefix by prefix, and the work that makes them equal.
//
// Pure: facts and wishes go in as calls, messages for the kernel come out of fill(), its answers go into
// complete(), results for the owner collect in take_results(). One thread; no socket; time is a parameter.
//
//   desire() ─┐                          ┌─> fill() ─> kernel ─> complete() ─┐
//             ├─> pending (each prefix ──┘                                   ├─> results
//   facts ────┘    once, newest wins) <──── failed (retried with back-off) <─┘
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fib/kernel.hpp"
#include "fib/netlink_socket.hpp"
#include "fib/own_route_table.hpp"
#include "fib/route_pool.hpp"

namespace fib {

using Clock = std::chrono::steady_clock;

inline constexpr std::uint32_t kEveryInterface = 0;

/// What a scan (a dump of routes) covers.
struct ScanScope {
  rib::Afi afi = rib::Afi::Ipv4;
  std::uint32_t table = 254;
  std::uint32_t interface_index = kEveryInterface;
};

class OwnRoutes {
 public:
  /// Messages of one datagram to the kernel and whose they are. Reused, so that writing allocates nothing.
  class Batch {
   public:
    const std::vector<std::byte>& datagram() const { return datagram_; }
    std::size_t size() const { return items_.size(); }
    bool empty() const { return items_.empty(); }
    /// The kernel's answer to a message of this batch; answers to others are ignored.
    void answer(const Acknowledgement& acknowledgement);
    /// The whole batch failed, or its answers are lost.
    void fail(int error);
    void lose_answers() { lost_answers_ = true; }
    /// True for the answer to the last message, which is given in any case: there are no more.
    bool is_last(const Acknowledgement& acknowledgement) const {
      return acknowledgement.sequence - first_sequence_ + 1 == items_.size() &&
             acknowledgement.type == last_type_;
    }

   private:
    friend class OwnRoutes;
    enum class Action : std::uint8_t { Create, Replace, Remove, Move };
    struct Item {
      OwnRouteTable::Id id;  // Move: a RouteId
      Action action;
      int error = 0;
      std::uint32_t text = 0;  // index + 1 into texts_
    };
    std::vector<std::byte> datagram_;
    std::size_t last_message_ = 0;  // its offset
    std::uint16_t last_type_ = 0;   // two messages may share a sequence number
    std::uint32_t first_sequence_ = 1;
    std::vector<Item> items_;
    std::vector<std::string> texts_;
    bool lost_answers_ = false;
    bool objects_are_unknown_ = false;  // to this kernel
  };

  /// Without `write` every wish is answered as not installed.
  OwnRoutes(const RouteLocation& place, bool write, RouteId last_route = kLastRouteId);

  // --- wishes
  // -------------------------------------------------------------------------------------------------
  void desire(rib::FibChange change);
  /// All routes by the one go by the other at once, where they name a next-hop object that can be changed for
  /// all of them. The changes that follow then find them there; where it cannot be done, they do it.
  void move(rib::FibMove move);
  /// Inherited routes that nobody has desired go. From now on nothing is inherited: what is found in our
  /// name and nobody desires goes at once. Returns what became of the former life's routes.
  RestartLedger sweep_inherited();
  /// Everything of ours goes.
  void withdraw_all();
  /// Whether routes written from here on name next-hop objects. They do when the objects that stand are
  /// known.
  void use_next_hop_objects(bool use);
  /// Everything desired is written at the new place. What stands at the old one is forgotten, not removed.
  void relocate(const RouteLocation& place);

  // --- facts
  // --------------------------------------------------------------------------------------------------
  void begin_scan(const ScanScope& scope);
  /// One of ours, in a dump; true when it is new to us.
  bool found(RouteMessage& message);
  void end_scan(Clock::time_point now);
  /// An event about one of ours that another process, or the kernel itself, caused.
  void changed_by_others(RouteMessage& message, Clock::time_point now);
  /// A foreign route stands (or no longer stands) where ours would: same prefix, table and metric.
  void foreign_stands(const rib::Prefix& prefix, std::uint8_t protocol, bool replaced_ours);
  void foreign_gone(const rib::Prefix& prefix);
  /// The kernel's next-hop objects: facts about them go there, but for what follows here.
  NextHopObjects& objects() { return pool_.objects(); }
  const NextHopObjects& objects() const { return pool_.objects(); }
  /// All that stand were shown: from here on routes may name them.
  void end_next_hop_dump();
  /// Another process changed it; true when it is ours, and what names it has changed or gone as well.
  bool next_hop_changed_by_others(ObjectId id);
  /// From here on routes that are found are remembered by the objects they name...
  void begin_search_for_unused_next_hops() { named_objects_.clear(); }
  /// ... and all routes were: what nothing names is to be removed.
  void end_search_for_unused_next_hops() { unused_objects_ = pool_.objects().unused(named_objects_); }
  /// A link, an address or a connected route came: what failed may succeed now.
  void surroundings_changed(Clock::time_point now);

  // --- work
  // ---------------------------------------------------------------------------------------------------
  bool has_pending() const { return !pending_.empty() || !moving_.empty(); }
  std::vector<ObjectId> take_unused_next_hops();
  bool has_unused_next_hops() const { return !unused_objects_.empty(); }
  /// Takes pending prefixes into `batch` until its datagram is full; what needs no message is answered at
  /// once.
  void fill(Batch& batch);
  void complete(Batch& batch, Clock::time_point now);
  std::vector<rib::FibResult> take_results();
  /// Routes that other processes removed and that went to be written again, since the last call.
  std::uint64_t take_healed();
  /// When run_timers() wants to be called; nothing: never.
  std::optional<Clock::time_point> next_timer() const;
  void run_timers(Clock::time_point now);

  /// What dumps showed that nothing had told of, since the start.
  struct Repairs {
    std::uint64_t missing = 0, different = 0, unwanted = 0;
  };
  const Repairs& repairs() const { return repairs_; }
  bool uses(std::uint32_t interface_index) const { return pool_.any_uses(interface_index); }
  /// Whether the address is the preferred source of one.
  bool prefers(const rib::IpAddress& source) const { return pool_.any_prefers(source); }
  bool is_privilege_missing() const { return privilege_missing_; }
  /// The kernel knows no next-hop objects; routes go without.
  bool are_next_hop_objects_refused() const { return objects_refused_; }
  bool uses_next_hop_objects() const { return pool_.uses_objects(); }
  const RouteLocation& location() const { return place_; }
  bool writes() const { return write_; }
  std::size_t size() const { return routes_.size(); }
  std::size_t failed_count() const { return failed_.size(); }
  /// Of the table of routes at rest: its number of octets a route is what fib keeps of one.
  std::size_t memory_bytes() const { return routes_.memory_bytes(); }

 private:
  using Id = OwnRouteTable::Id;
  static constexpr std::size_t kMaximumBatch = 2000;  // messages of a datagram

  void enqueue(Id id);
  void set_kernel(OwnRoute& route, RouteId kernel);
  void unwanted(Id id);
  void lost(Id id, bool defer, Clock::time_point now);
  void fill_one(Id id, Batch& batch);
  void add_moves(Batch& batch);
  void did_not_move(RouteId route);
  void add_create(Id id, Batch& batch);
  void add_remove(Id id, Batch& batch);
  void complete_write(const Batch::Item& item, const std::string& text, Clock::time_point now);
  void complete_remove(const Batch::Item& item, const std::string& text, Clock::time_point now);
  void wait_for_retry(Id id, Clock::time_point now);
  void fail(Id id, int error, const std::string& text, Clock::time_point now);
  void result(Id id, bool installed, int error, const std::string& text);
  void erase_if_empty(Id id);
  void retry_failed(Clock::time_point now);
  bool is_in_scope(Id id, const OwnRoute& route) const;
  void complete_next_hops(RouteMessage& message) const;

  RouteLocation place_;
  const bool write_;
  RoutePool pool_;
  OwnRouteTable routes_;
  std::deque<Id> pending_;
  std::vector<RouteId> moving_;  // whose object is to be written before anything else; a reference each
  std::vector<rib::FibResult> results_;
  boost::unordered_flat_map<rib::Prefix, std::uint8_t, std::hash<rib::Prefix>>
      foreign_;  // standing at our place, and their protocol

  std::vector<Id> failed_;
  std::optional<Clock::time_point> retry_at_;
  Clock::time_point last_retry_{};
  Clock::duration retry_delay_;
  boost::unordered_flat_set<rib::Prefix, std::hash<rib::Prefix>>
      healed_;  // lately; a second loss so soon waits for the retry
  std::optional<Clock::time_point> forget_healed_at_;
  std::uint64_t healed_count_ = 0;

  std::optional<ScanScope> scan_;
  boost::unordered_flat_set<rib::Prefix, std::hash<rib::Prefix>>
      touched_;  // by events since the scan began: newer than its dump
  std::uint32_t sequence_ = 1;
  std::size_t batch_limit_;
  bool privilege_missing_ = false;
  bool wants_objects_ = false, objects_refused_ = false, objects_are_known_ = false;
  std::set<ObjectId> named_objects_;  // by routes in the kernel
  std::vector<ObjectId> unused_objects_;
  bool is_swept_ = false;
  RestartLedger ledger_;  // kept and changed so far
  Repairs repairs_;
};

}  // namespace fib
