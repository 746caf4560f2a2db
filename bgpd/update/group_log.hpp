// The output of one update group: its messages, encoded once and read by every member at its own pace.
//
//   chunks    [ UPDATE UPDATE UPDATE ... ][ UPDATE UPDATE ...      ]   freed when the last cursor has passed
//   segments  |   group   |only 3|cohort |  group, except 7 |          who the messages in between are for
//   cursors       ^ member 3 (slow)                        ^ the others wait at the end
//
// A member costs a cursor and its system calls, not a queue. Owned by Outbound, one per group; one thread.
#pragma once

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "rib/messages.hpp"

namespace bgpd::update {

/// Octets to be written to a socket; borrowed.
using Range = std::span<const std::uint8_t>;
/// Octets of all of them.
inline std::size_t total(std::span<const Range> ranges) {
  std::size_t octets = 0;
  for (const auto& range : ranges) octets += range.size();
  return octets;
}

/// Messages whose last octet was written.
struct Completed {
  std::size_t updates = 0;
  std::size_t route_refreshes = 0;  // the marks of RFC 7313

  Completed& operator+=(const Completed& other) {
    updates += other.updates;
    route_refreshes += other.route_refreshes;
    return *this;
  }
  bool operator==(const Completed&) const = default;
};

/// Length of the message at the front of our own encoder's whole messages. RFC 4271 §4.1.
std::size_t message_length(Range messages);
/// Whether the message at the front is a ROUTE-REFRESH.
bool is_route_refresh(Range messages);
/// How many whole messages these are.
std::size_t count_messages(Range messages);

class GroupLog {
 public:
  static constexpr std::size_t kChunkSize = 64 * 1024;

  /// What messages are about. A member that passes over announcements sees the first two alone: without
  /// withdraws it would keep what is gone, and the rest comes again with its table.
  enum class Kind : std::uint8_t { Withdraw, RefreshBegin, Announce, RefreshEnd, EndOfRib };

  /// One member's place in the log. It must not outlive the log.
  class Cursor {
   public:
    ~Cursor() { log_.leave(*this); }
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    /// From here on messages for `cohort` are read too; again: nothing changes.
    void join_cohort(rib::CohortId cohort);
    /// Whether messages of this kind for `audience`, appended now, are for this member.
    bool sees(const rib::Audience& audience, Kind kind) const;
    /// Whether there is one between this place and the end of the log.
    bool has_unread(Kind kind) const;
    /// Announcements, also those not read yet, are not for this member until further notice. At a message
    /// boundary only.
    void pass_over_announcements(bool on);
    bool has_output() const { return !waiting_; }
    /// Octets between this place and the end of the log, including those for others.
    std::size_t lag() const;
    /// Messages for this member that are not written yet, or in part.
    std::size_t unread_messages() const;

    /// The next octets for this member, in order; the first starts where the last consume() stopped, the
    /// others at message boundaries, and all end at one. Stops after `maximum` octets (the last range may
    /// exceed them). Returns how many ranges were set. They are valid until the log is changed in any way.
    std::size_t fill(std::span<Range> ranges, std::size_t maximum) const;
    /// `octets` of what fill() gave were written. Returns the messages that completed.
    Completed consume(std::size_t octets);
    /// What is left of a message that was written in part; empty at a message boundary.
    Range rest_of_message() const;

    std::uint32_t peer() const { return peer_; }

   private:
    friend class GroupLog;
    struct Membership {
      rib::CohortId cohort;
      bool ended;  // its last message is in the log
    };
    Cursor(GroupLog& log, std::uint32_t peer) : log_(log), peer_(peer) {}

    GroupLog& log_;
    std::uint32_t peer_;
    std::vector<Membership> cohorts_;
    bool passes_over_ = false;
    // waiting_: nothing to read; the place is the end of the log, wherever that moves. Otherwise the segment
    // below is one for this member and has octets beyond offset_.
    bool waiting_ = true;
    std::uint64_t chunk_ = 0;   // number, counted from the log's first
    std::size_t segment_ = 0;   // in the chunk
    std::size_t offset_ = 0;    // in the segment
    std::size_t boundary_ = 0;  // last message boundary at or before offset_
  };

  explicit GroupLog(std::size_t chunk_size = kChunkSize) : chunk_size_(chunk_size) {}
  GroupLog(const GroupLog&) = delete;
  GroupLog& operator=(const GroupLog&) = delete;

  /// A new member, at the end of the log. `peer`: PeerHandle::index, which audiences name.
  std::unique_ptr<Cursor> join(std::uint32_t peer);

  /// Appends whole messages; kept only if someone is to read them.
  void append(std::span<const std::uint8_t> messages, const rib::Audience& audience, Kind kind);
  /// No more messages for this cohort will come.
  void end_cohort(rib::CohortId cohort);

  /// Asks the members that see messages of this kind for the audience, until `ask(cursor)` says true; whether
  /// one did. Few are looked at when few are meant.
  template <typename Ask>
  bool any_reader(const rib::Audience& audience, Kind kind, Ask&& ask) const;
  bool has_reader(const rib::Audience& audience, Kind kind) const {
    return any_reader(audience, kind, [](const Cursor&) { return true; });
  }
  /// Octets of messages kept for slow members.
  std::size_t size() const { return chunks_.empty() ? 0 : end_ - chunks_.front().start; }
  /// Octets of memory, used or not.
  std::size_t memory() const;

 private:
  struct Segment {
    std::uint32_t offset = 0;  // in the chunk
    std::uint32_t length = 0;
    std::uint32_t messages = 0;
    Kind kind = Kind::Announce;
    rib::Audience audience;
  };
  struct Chunk {
    std::unique_ptr<std::uint8_t[]> octets;
    std::size_t capacity = 0;
    std::size_t used = 0;
    std::uint64_t start = 0;  // of its first octet, counted from the log's first
    std::size_t readers = 0;  // cursors that stand in it
    std::vector<Segment> segments;

    std::span<const std::uint8_t> octets_of(const Segment& s) const {
      return {octets.get() + s.offset, s.length};
    }
  };

  Chunk& chunk(std::uint64_t number) { return chunks_[number - first_chunk_]; }
  const Chunk& chunk(std::uint64_t number) const { return chunks_[number - first_chunk_]; }
  void append_part(std::span<const std::uint8_t> messages, std::size_t count, const rib::Audience& audience,
                   Kind kind);
  Chunk& chunk_with_room(std::size_t size);
  void settle(Cursor& cursor);
  void find_segment(Cursor& cursor);
  void leave(Cursor& cursor);
  void free_passed();

  std::size_t chunk_size_;
  std::deque<Chunk> chunks_;
  std::uint64_t first_chunk_ = 0;  // number of chunks_.front()
  std::uint64_t end_ = 0;          // octets ever appended
  std::vector<Cursor*> cursors_;
  boost::unordered_flat_map<std::uint32_t, Cursor*> by_peer_;
  boost::unordered_flat_map<rib::CohortId, std::vector<Cursor*>> cohorts_;  // that have not ended
};

template <typename Ask>
bool GroupLog::any_reader(const rib::Audience& audience, Kind kind, Ask&& ask) const {
  const auto asks = [&](Cursor* cursor) { return cursor->sees(audience, kind) && ask(*cursor); };
  switch (audience.kind) {
    case rib::Audience::Kind::Group:
      return std::ranges::any_of(cursors_, asks);
    case rib::Audience::Kind::Only: {
      const auto found = by_peer_.find(audience.only);
      return found != by_peer_.end() && asks(found->second);
    }
    case rib::Audience::Kind::Cohort: {
      const auto found = cohorts_.find(audience.cohort);
      return found != cohorts_.end() && std::ranges::any_of(found->second, asks);
    }
  }
  return false;
}

}  // namespace bgpd::update
