// Update groups, the only export path: peers with equal export profiles share one Adj-RIB-Out, one
// computation and one sequence of messages.
//
// A group's Adj-RIB-Out is one bit for each destination: sent or not. What was sent follows from the best
// path, for the change log remembers the best path of the last flush and flushes before anything else reads
// the bit. A member's Adj-RIB-Out is the group's without the destinations whose best path is its own (split
// horizon): messages name the source peer as `except`. When the best path moves from A to B, all but B get
// the announcement and B a withdraw.
//
// Members that join are a cohort: the table is walked for them in slices while the group's changes go on.
// Changes are flushed before a walk takes its next slice, so the order of messages alone makes the last word
// right.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "rib/bitmap.hpp"
#include "rib/engine.hpp"
#include "rib/export.hpp"
#include "rib/export_batch.hpp"

namespace rib {

class UpdateGroup {
 public:
  UpdateGroup(GroupId id, const ExportProfile& profile) : id_(id), profile_(profile) {}

  GroupId id() const { return id_; }
  const ExportProfile& profile() const { return profile_; }
  Family family() const { return profile_.family; }
  std::uint32_t sent_count() const { return sent_count_ + profile_.default_originate; }
  /// Whether the destination is announced to the members (except to its source).
  bool has_sent(Table::Id id) const { return sent_.test(id); }

 private:
  friend class UpdateGroups;

  GroupId id_;
  ExportProfile profile_;
  Bitmap sent_;
  std::uint32_t sent_count_ = 0;
  std::uint32_t members_ = 0;
  /// The first walk fills the bits; destinations that it did not reach yet need no messages of their own.
  bool first_walk_done_ = false;
  std::optional<CohortId> walking_, waiting_;
  Table::Id position_ = 0;  // of the walk
};

class UpdateGroups {
 public:
  UpdateGroups(Output& output, const Speaker& speaker, PeerTable& peers, LocRib& loc_rib)
      : output_(output), speaker_(speaker), peers_(peers), loc_rib_(loc_rib) {}

  void join(std::uint32_t peer, Family family);
  void leave(std::uint32_t peer, Family family);
  /// The member gets the table again, with the next cohort.
  void resend_table(std::uint32_t peer, Family family);

  /// Tells every group of the family what these changes mean to it: withdraws first, then announcements.
  void flush(Family family, std::span<const Change> changes);
  /// Goes on with the walks, only while the log is empty. Returns the destinations visited, at most about
  /// `budget`.
  std::size_t walk(std::size_t budget);
  bool has_walks() const;

  ExportState state_for(std::uint32_t peer, Family family, Table::Id id) const;
  /// As sent; nothing when not sent.
  std::optional<PathAttributes> attributes_for(std::uint32_t peer, Family family, Table::Id id) const;
  std::size_t memory_bytes() const;

 private:
  /// What a flush does with one destination.
  enum class Action : std::uint8_t { Nothing, Announce, AnnounceToFormerSource };
  struct Addressed {
    std::uint32_t peer;
    Nlri nlri;
  };

  void join_cohort(UpdateGroup& group, std::uint32_t peer);
  void flush_group(UpdateGroup& group);
  void plan_bucket(UpdateGroup& group, std::size_t number, bool sends);
  Action plan_one(UpdateGroup& group, std::size_t number, std::uint32_t position, bool sends);
  bool sends_the_same(const UpdateGroup& group, std::size_t number, const Change& before);
  void announce_bucket(UpdateGroup& group, std::size_t number);
  void announce(UpdateGroup& group, Audience audience, std::size_t number, std::span<const Nlri> prefixes);
  void withdraw_all(UpdateGroup& group);
  void emit_withdraws(UpdateGroup& group, std::vector<Addressed>& withdraws, Audience::Kind kind);
  void walk_slice(UpdateGroup& group, std::span<const Table::Id> ids);
  void finish_walk(UpdateGroup& group);

  RouteOrigin origin_of(std::uint32_t source) const;
  bool may_send(const UpdateGroup& group, const ExportBatch::Bucket& bucket) const;
  const PathAttributes& exported_bucket(const UpdateGroup& group, std::size_t number);
  bool is_member(const UpdateGroup& group, std::uint32_t peer) const;
  /// `peer` as the one a message leaves out: nobody when it is no member.
  std::uint32_t exception(const UpdateGroup& group, std::uint32_t peer) const;
  void mark_sent(UpdateGroup& group, Table::Id id, std::uint32_t source, bool sent);
  bool owns_default(const UpdateGroup& group, const Prefix& prefix) const;

  Output& output_;
  const Speaker& speaker_;
  PeerTable& peers_;
  LocRib& loc_rib_;
  std::vector<std::unique_ptr<UpdateGroup>> groups_[kFamilyCount];
  GroupId next_group_ = 1;
  CohortId next_cohort_ = 1;

  // scratch of flush() and walk()
  ExportBatch batch_;
  std::vector<Action> actions_;
  std::vector<std::optional<PathAttributes>> exported_;  // of each bucket for the group at hand
  std::vector<Addressed> withdrawn_from_group_, withdrawn_from_one_;
  std::vector<Nlri> prefixes_;
};

}  // namespace rib
