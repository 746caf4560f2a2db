// What became of the routes, and when: a bounded ring of events, the oldest overwritten by the newest.
//
// Written where a best path's change is told to peers and kernel, so a flap between two tellings is no event,
// and a change costs one record of 32 octets: no text, no allocation but for the ring itself, which is taken
// as it fills. Neighbors and next hops are numbers; who they are is kept once. One thread.
//
// A large table that a neighbor sends as its session begins would push everything else out of the ring and
// say nothing that the paths themselves do not: who told them, and when. So what a first table brings is
// noted prefix by prefix up to a bound; then one event stands for the rest.
//
//   events 1 … oldest-1: overwritten    oldest … newest: here, by time    each chunk: 2048 records
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "rib/loc_rib.hpp"

namespace rib {

/// What happened; the numbers are the API's.
enum class EventKind : std::uint8_t {
  Best,           // there is a best path: another one than before, or changed
  Gone,           // there is none any more
  KernelRefused,  // error: errno
  KernelTook,     // after it had refused
  SessionUp,
  SessionDown,  // reset, code, subcode
  FirstTable,   // what else the neighbor's first table brings is not noted
};

/// It names a neighbor and no prefix.
constexpr bool is_of_neighbor(EventKind kind) {
  return kind == EventKind::SessionUp || kind == EventKind::SessionDown || kind == EventKind::FirstTable;
}

/// Why the best path is another one; the numbers are the API's.
enum class EventCause : std::uint8_t {
  None,
  Learned,      // there was no path before
  Changed,      // the same neighbor's, with other attributes
  Better,       // the one before is still there and lost at `reason`
  Withdrawn,    // the one before is gone
  SessionLost,  // ... with its neighbor's session
  Rejected,     // the one before is not accepted any more: state
};

/// One event as queries tell it.
struct EventView {
  std::uint64_t sequence = 0;  // from 1, without gaps
  TimePoint time;
  EventKind kind = EventKind::Best;
  Prefix prefix;  // of a route's event
  std::string_view
      neighbor;             // of the best path from here on, or of the session; "" none, kOwnName: this host
  std::string_view before;  // of the best path until then
  std::optional<IpAddress> next_hop;
  BestReason reason = BestReason::None;
  EventCause cause = EventCause::None;
  PathState state = PathState::Accepted;
  int error = 0;
  std::uint8_t reset = 0, code = 0, subcode = 0;  // why a session ended; `reset` is the API's number
  bool is_route() const { return kind == EventKind::Best || kind == EventKind::Gone; }
};

/// A session went up or down.
struct SessionEvent {
  std::string_view neighbor;
  bool is_up = false;
  std::uint8_t reset = 0, code = 0, subcode = 0;
};

class History {
 public:
  static constexpr std::string_view kOwnName = "this host";
  static constexpr std::size_t kDefaultOctets = 16u << 20;

  /// Keeps the newest that fit. 0: nothing is noted.
  void set_capacity(std::size_t octets, TimePoint now);
  std::size_t capacity() const { return chunks_.size() * sizeof(Chunk); }
  /// Octets taken so far.
  std::size_t memory_bytes() const { return (end_chunk() - oldest_chunk()) * sizeof(Chunk); }

  // --- notes
  /// The peer of this index is called so from here on.
  void name_peer(std::uint32_t index, std::string_view name);
  /// It has yet to send everything; nothing is kept of an earlier session.
  void first_table_begins(std::uint32_t index, TimePoint now);
  /// Its End-of-RIB came. Who sends none has kLongestFirstTable.
  void first_table_ended(std::uint32_t index, Family family);
  /// Who that is; "" when nobody was named so.
  std::string_view name_of_peer(std::uint32_t index) const { return name_of(number_of_peer(index)); }
  /// Before the changes leave the log and after the decision.
  void note(const LocRib& loc_rib, const PeerTable& peers, Family family, std::span<const Change> changes,
            TimePoint now);
  void note_kernel(const Prefix& prefix, int error, TimePoint now);
  void note_session(const SessionEvent& event, TimePoint now);

  /// What note() would note of the change, were it kept; nothing: of no interest.
  std::optional<EventView> view_of(const Destination& destination, const Change& change,
                                   const PeerTable& peers) const;

  // --- queries
  /// oldest() > newest(): there is none.
  std::uint64_t oldest() const;
  std::uint64_t newest() const { return newest_; }
  /// Events before this time may be missing.
  TimePoint complete_since() const;
  /// The first event that is not older than `time`; newest() + 1 when all are.
  std::uint64_t first_since(TimePoint time) const;
  /// Of an event from oldest() to newest(). Its texts live as long as the history.
  EventView at(std::uint64_t sequence) const;
  /// Its prefix when it is of a best path; cheaper than a view.
  std::optional<Prefix> route_at(std::uint64_t sequence) const;
  /// The neighbor's last FirstTable event strictly between the two; nothing: there is none. A route of this
  /// neighbor, with no event in between, came with that table.
  std::optional<std::uint64_t> first_table_between(std::string_view neighbor, std::uint64_t after,
                                                   std::uint64_t before) const;
  bool concerns(std::uint64_t sequence, const Prefix& prefix) const;

 private:
  /// Hundredths of a second since the first event: 497 days, then the time stands still.
  using Tick = std::uint32_t;
  struct Record {
    Tick time;
    std::array<std::uint8_t, 16> address;
    std::uint8_t length;
    EventKind kind;
    std::uint8_t is_v6 : 1, cause : 7;
    std::uint8_t reason;  // BestReason; of a session `reset`
    std::uint16_t neighbor, before;
    std::uint16_t next_hop;
    std::uint16_t detail;  // PathState of what was rejected, errno, or code and subcode
  };
  static_assert(sizeof(Record) == 32);
  static constexpr std::size_t kChunkSize = 2048;  // 64 KiB
  using Chunk = std::array<Record, kChunkSize>;
  using Number = std::uint16_t;
  static constexpr std::uint32_t kNotedOfFirstTable = 1024;
  static constexpr std::chrono::seconds kLongestFirstTable{60};
  struct FirstTable {
    FamilySet families = {};  // without End-of-RIB
    TimePoint begun{};
    std::uint32_t noted = 0;
    std::uint64_t event = 0;  // sequence of FirstTable; 0: all was noted so far
  };
  static constexpr Number kNobody = 0, kOwn = 1, kTooMany = UINT16_MAX;

  Record& append(TimePoint now);
  const Record& record(std::uint64_t sequence) const;
  std::uint64_t oldest_chunk() const;
  std::uint64_t end_chunk() const;
  Tick tick_of(TimePoint time) const;
  TimePoint time_of(Tick tick) const { return begin_ + std::chrono::milliseconds(std::int64_t{tick} * 10); }
  Number number_of(std::string_view name);
  std::string_view name_of(Number number) const;
  Number number_of_peer(std::uint32_t index) const;
  Number number_of_next_hop(const Attributes& attributes);
  void note_one(const Destination& destination, const Change& change, const PeerTable& peers, TimePoint now);
  /// Whether the first path to a prefix goes without an event.
  bool passes_over(const Path& learned, Family family, TimePoint now);
  static void set_prefix(Record& record, const Prefix& prefix);
  static Prefix prefix_of(const Record& record);

  std::vector<std::unique_ptr<Chunk>> chunks_{kDefaultOctets / sizeof(Chunk)};
  std::uint64_t newest_ = 0;
  std::uint64_t lost_ = 0;  // so many first events are not there, whatever the ring would hold
  TimePoint begin_{};       // of the ticks
  TimePoint noted_since_ = TimePoint::min();
  std::deque<std::string> names_{"", std::string(kOwnName)};
  boost::unordered_flat_map<std::string_view, Number> numbers_;
  std::vector<Number> peers_;             // by index
  std::vector<FirstTable> first_tables_;  // by index of peers
  std::deque<std::uint64_t> first_table_events_;
  std::uint64_t last_gone_ = 0;  // newest event of this kind
  std::vector<IpAddress> next_hops_{IpAddress{}};
  boost::unordered_flat_map<IpAddress, Number, std::hash<IpAddress>> next_hop_numbers_;
  const AttributeSet* last_attributes_ = nullptr;  // whose next hop is last_next_hop_, within one note()
  Number last_next_hop_ = 0;
};

}  // namespace rib
