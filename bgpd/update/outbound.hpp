// Where the routing engine's results leave it: announcements and withdraws become messages in the log of
// their update group, and sessions write them from there. Changes for the kernel and notices are handed on as
// they come.
//
// Owned by the daemon; lives on the routing thread. Sessions that may write do, without waiting in between,
//   fill() of each -> one non-blocking write of each -> consume() of each
// and come back when their sockets take more: ranges are valid until the peer's consume() or until anything
// else is called here or in the engine. Its own messages (KEEPALIVE, NOTIFICATION) may stand only at a
// message boundary: when rest_of_message() is not empty, that goes first.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <unordered_map>

#include "bgpd/update/encoder.hpp"
#include "bgpd/update/group_log.hpp"

namespace bgpd::update {

class Outbound : public rib::Output {
 public:
  struct Options {
    /// What one group keeps for slow members. A member further behind gets the withdraws that it missed and,
    /// once it has read them, the table as it is then.
    std::size_t maximum_log_octets = 16u * 1024 * 1024;
    /// What is kept of that for one member; beyond, its session is closed.
    std::size_t maximum_leftover_octets = 64u * 1024 * 1024;
    /// A walk of the table waits while everyone it is for has so much to read.
    std::size_t walk_ahead_octets = 1024u * 1024;
  };

  /// Called from inside the engine's calls, so they may schedule work but call neither the engine nor this
  /// object. Each may be empty.
  struct Callbacks {
    /// The peer has something to write: once, until fill() was empty or consume() has emptied it.
    std::function<void(rib::PeerHandle)> writable;
    /// The peer reads too slowly and lost its place in the log: once until it has caught up.
    std::function<void(rib::PeerHandle)> fell_behind;
    /// The peer fell behind and has read what it missed: Engine::refresh_requested is due.
    std::function<void(rib::PeerHandle, rib::Family)> caught_up;
    /// The peer does not even read that and gets nothing more; its session must be closed. Once per session.
    std::function<void(rib::PeerHandle)> member_lagging;
    /// A walk that waited may go on.
    std::function<void()> walk_possible;
    /// These prefixes do not fit into a message with their attributes and were withdrawn from the group.
    std::function<void(rib::GroupId, std::span<const rib::Nlri>)> unsendable;
    std::function<void(std::span<const rib::FibChange>)> fib_changes;
    std::function<void(const rib::FibMove&)> fib_moved;
    std::function<void(const rib::Notice&)> notice;
  };

  /// What members are told. Withdrawn: without attributes.
  struct Told {
    rib::GroupId group = 0;
    std::span<const rib::PeerHandle> members;
    const rib::PathAttributes* attributes = nullptr;
    std::span<const rib::Nlri> prefixes;
  };
  using Listener = std::function<void(const Told&)>;

  explicit Outbound(Callbacks callbacks);
  Outbound(Callbacks callbacks, Options options);
  ~Outbound() override;

  // --- from the engine, see rib/messages.hpp
  // --------------------------------------------------------------------
  void group_opened(rib::GroupId group, const rib::ExportProfile& profile) override;
  void group_closed(rib::GroupId group) override;
  void member_joined(rib::GroupId group, rib::PeerHandle peer, rib::CohortId cohort) override;
  void member_left(rib::GroupId group, rib::PeerHandle peer) override;
  void member_moved(rib::GroupId from, rib::GroupId to, rib::PeerHandle peer, rib::CohortId cohort) override;
  void withdraw(rib::GroupId group, const rib::Audience& audience,
                std::span<const rib::Nlri> prefixes) override;
  void announce(rib::GroupId group, const rib::Audience& audience, const rib::PathAttributes& attributes,
                std::span<const rib::Nlri> prefixes) override;
  void end_of_rib(rib::GroupId group, rib::CohortId cohort) override;
  void cohort_done(rib::GroupId group, rib::CohortId cohort) override;
  rib::WalkDemand walk_demand(rib::GroupId group, rib::CohortId cohort) const override;
  void fib_changes(std::span<const rib::FibChange> changes) override;
  void fib_moved(const rib::FibMove& move) override;
  void notice(const rib::Notice& notice) override;

  // --- from the sessions
  // ----------------------------------------------------------------------------------------
  bool has_output(rib::PeerHandle peer);
  /// The next octets to write, about `maximum` in a few pieces; the list of them is valid until the next call
  /// for any peer. Empty: nothing, `writable` will tell.
  std::span<const Range> fill(rib::PeerHandle peer, std::size_t maximum = SIZE_MAX);
  /// `octets` of what the last fill() gave were written. Returns the messages that completed.
  Completed consume(rib::PeerHandle peer, std::size_t octets);
  /// What is left of a message written in part; empty at a message boundary. fill() begins with it.
  Range rest_of_message(rib::PeerHandle peer);
  /// The peer has enhanced route refresh: a table that it asked for stands between two marks. RFC 7313 §4.
  void mark_refreshes(rib::PeerHandle peer);
  /// What the peer has not read yet.
  struct Backlog {
    std::size_t messages = 0, octets = 0;  // of what is encoded; octets: those for others in between, too
    std::size_t of_family[rib::kFamilyCount] = {};  // messages, without those of groups that it has left
    bool is_behind[rib::kFamilyCount] = {};         // it gets the table again when it has read them
  };
  Backlog backlog(rib::PeerHandle peer) const;
  /// Hears of everything that members will read, as it is put down for them; nullptr: nobody does. Same rules
  /// as for Callbacks.
  void set_listener(Listener listener) { listener_ = std::move(listener); }
  /// The session is over: forgets a message written in part. Call after Engine::peer_down.
  void forget(rib::PeerHandle peer);

  /// Memory of all logs and of what is kept for peers that fell behind them, for `show memory`.
  std::size_t memory() const;

 private:
  /// What the group will say next; not encoded yet, so that equal attributes share messages.
  struct Batch {
    std::optional<GroupLog::Kind> kind;  // Announce or Withdraw
    rib::Audience audience;
    EncodedAttributes attributes;
    std::vector<rib::Nlri> prefixes;
  };
  struct Group {
    explicit Group(const rib::ExportProfile& profile) : encoder(profile) {}
    Encoder encoder;
    GroupLog log;
    Batch batch;
    std::vector<std::uint32_t> members;        // PeerHandle::index
    std::vector<rib::CohortId> waiting_walks;  // their members have enough to read
  };
  struct Membership {
    rib::GroupId group = 0;
    std::unique_ptr<GroupLog::Cursor> cursor;
    std::optional<rib::CohortId> first;    // its End-of-RIB is due when this one is done
    std::optional<rib::CohortId> refresh;  // the end of a refresh is due when this one is done
    bool refresh_has_begun = false;        // the mark is in the log
    bool is_behind = false;                // announcements pass it by until its table is sent again
    bool table_is_due = false;             // `caught_up` was called
    bool owes_end_of_rib = false;          // one was among those that passed it by
  };
  /// Octets that go first: the rest of a message that was begun, what a group that the peer moved away from
  /// had said, and what a member that fell behind must know.
  struct Leftover {
    std::vector<std::uint8_t> octets;
    std::size_t begin = 0;     // of what was not written yet
    std::size_t boundary = 0;  // end of the message that `begin` is in, when it is inside one
    bool in_mark = false;      // ... and that is one of RFC 7313; unknown, so false, of one begun before

    bool empty() const { return octets.empty(); }
    Range range() const { return Range(octets).subspan(begin); }
    std::size_t messages() const;  // the one begun included
    Range rest_of_message() const { return Range(octets).subspan(begin, boundary - begin); }
    /// `rest`: how much of a message that was begun stands in front of `whole` messages.
    void append(Range rest, std::span<const Range> whole);
    /// Returns the messages that completed.
    Completed consume(std::size_t count);
  };
  struct Peer {
    rib::PeerHandle handle;
    Membership memberships[rib::kFamilyCount];
    Leftover leftover;  // of groups that the peer has left
    bool told = false;  // `writable` was called
    bool lagging = false;
    bool marks_refreshes = false;
    std::size_t first_family = 0;  // whose turn it is, so that no family starves the other
    // How fill() shared its ranges out, for consume(): `leftover`, then the families from first_family on.
    std::size_t filled_leftover = 0;
    std::size_t filled[rib::kFamilyCount] = {};
  };

  Group* find(rib::GroupId group);
  Peer* find(rib::PeerHandle peer) const;
  Peer& peer_of(rib::PeerHandle peer);
  void flush(rib::GroupId id, Group& group);
  void flush_groups_of(const Peer& peer);
  /// Starts a batch, or goes on with the one of the same kind, audience and attributes.
  void add_to_batch(rib::GroupId id, Group& group, GroupLog::Kind kind, const rib::Audience& audience,
                    std::span<const rib::Nlri> prefixes);
  void end_walk(rib::GroupId id, rib::CohortId cohort, bool tells_first);
  void end_tables(Group& group, rib::CohortId cohort, bool tells_first);
  void begin_refresh(Group& group, Peer& peer, Membership& membership);
  void tell_one(Group& group, Peer& peer, Range message, GroupLog::Kind kind);
  void tell_listener(rib::GroupId id, const Group& group, GroupLog::Kind kind, const rib::Audience& audience,
                     const rib::PathAttributes* attributes, std::span<const rib::Nlri> prefixes) const;
  void tell_writable(Group& group, const rib::Audience& audience);
  void bound_log(Group& group);
  void fall_behind(Peer& peer, Membership& membership);
  void note_read(Peer& peer);
  rib::WalkDemand demand_of(const Group& group, rib::CohortId cohort) const;
  void wait_for_readers(Group& group, rib::CohortId cohort);
  void resume_walks(Group& group, const GroupLog::Cursor* reader = nullptr);
  void end_membership(Peer& peer, Membership& membership);
  void keep_unread(Peer& peer, Membership& membership);

  Callbacks callbacks_;
  Listener listener_;
  Options options_;
  std::unordered_map<rib::GroupId, std::unique_ptr<Group>> groups_;
  std::vector<std::unique_ptr<Peer>> peers_;  // by PeerHandle::index
  // Room used again and again.
  std::array<Range, 64> pieces_;
  EncodedAttributes encoded_;
  std::vector<std::uint8_t> messages_;
  std::vector<rib::Nlri> unsendable_;
};

}  // namespace bgpd::update
