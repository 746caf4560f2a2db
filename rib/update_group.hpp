// Update groups, the only export path: peers with equal export profiles share one Adj-RIB-Out, one
// computation and one sequence of messages.
//
// A group's Adj-RIB-Out is one bit for each destination: sent or not. What was sent follows from the best
// path, for the change log remembers the best path of the last flush and flushes before anything else reads
// the bit. A member's Adj-RIB-Out is the group's without the destinations whose best path is its own (split
// horizon): messages name the source peer as `except`. When the best path moves from A to B, all but B get
// the announcement and B a withdraw.
//
// Members that join are a cohort: the table is walked for them in slices while the group's changes go on. A
// walk waits while all its readers have much to read; meanwhile the next one goes on.
// Changes are flushed before a walk takes its next slice, so the order of messages alone makes the last word
// right. A member that comes from another group brings that one's bits along: what this group does not send
// is withdrawn from it, when the walk comes by or when the destination changes, whichever is first.
//
// A group whose members take several paths of a destination (ADD-PATH, RFC 7911) keeps a list of what it sent
// instead of bits; see update_group_paths.cpp. Only while there is one does the log carry changes of paths
// that are not best.
//
// A group with an advertisement interval does the same but for saying the announcements that changes bring:
// it notes their destinations, and when the interval is over announces these as they are then. Withdraws and
// the table of a cohort go at once. See update_group_interval.cpp.
//
// When policies change, a group's destinations are evaluated again, in slices, before any walk goes on.
#pragma once

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "rib/bitmap.hpp"
#include "rib/engine.hpp"
#include "rib/export.hpp"
#include "rib/export_batch.hpp"
#include "rib/local_routes.hpp"

namespace rib {

class UpdateGroup {
 public:
  UpdateGroup(GroupId id, const ExportProfile& profile) : id_(id), profile_(profile) {}

  GroupId id() const { return id_; }
  const ExportProfile& profile() const { return profile_; }
  Family family() const { return profile_.family; }
  std::uint32_t member_count() const { return members_; }
  std::uint32_t sent_count() const { return sent_count_ + originates_default(); }
  /// Whether the members get the default route that `default-originate` makes up, now.
  bool originates_default() const {
    return profile_.default_originate && (!has_default_condition() || !default_reasons_.empty());
  }
  /// Without those whose best path is the peer's own.
  std::uint32_t sent_count_to(std::uint32_t peer) const {
    return sent_count() - (peer < sent_by_source_.size() ? sent_by_source_[peer] : 0);
  }
  /// Whether the destination is announced to the members (except to its source).
  bool has_sent(Table::Id id) const { return sends_paths() ? paths_.contains(id) : sent_.test(id); }
  /// Several paths of a destination, RFC 7911.
  bool is_walking() const { return !walks_.empty(); }
  bool sends_paths() const { return profile_.add_path_send; }
  bool has_interval() const { return profile_.advertisement_interval > std::chrono::seconds(0); }

 private:
  friend class UpdateGroups;

  /// A path as the members have it.
  struct SentPath {
    std::uint32_t source;       // peer index
    std::uint32_t received_id;  // by which the source told it
    std::uint32_t id;       // by which we tell it; unique in its destination, and the path's until it goes
    Attributes attributes;  // before export
  };
  using SentPaths = std::vector<SentPath>;

  /// Members that have yet to get the table.
  struct Walk {
    static constexpr std::size_t kSmallestStep = 16;
    CohortId cohort = 0;
    bool is_move = false;    // they had their End-of-RIB
    bool has_begun = false;  // nobody joins it any more
    Table::Id position = 0;
    std::size_t step = kSmallestStep;  // destinations to take at once: fewer while readers are slow
    bool held_default = false;         // the former group made a default route up
    Bitmap held;  // sent by former groups, and by this one neither confirmed nor withdrawn yet
    boost::unordered_flat_map<Table::Id, std::vector<std::uint32_t>> held_paths;  // likewise, path ids
    bool holds(Table::Id id) const { return held.test(id) || held_paths.contains(id); }
    bool holds_any() const { return !held.empty() || !held_paths.empty(); }
  };
  /// Policies changed: from `position` on the members have what `before` made of their routes; where that is
  /// not known, what several have made of them.
  struct Reevaluation {
    Reevaluation() {}  // user-provided: else clang's std::optional asks for it before the class is complete
    Table::Id position = 0;
    std::shared_ptr<const Policies> before;
  };

  /// Destinations for which `default_originate_map` permits the default route, all with one outcome.
  struct DefaultReason {
    Sequence sequence = 0;           // of the clause
    PathAttributes attributes = {};  // of the default route, as the clause sets them
    bool next_hop_set = false;
    Bitmap destinations = {};
    std::uint32_t count = 0;
    bool is_same(const DefaultReason& other) const {
      return sequence == other.sequence && next_hop_set == other.next_hop_set &&
             attributes == other.attributes;
    }
  };

  bool has_default_condition() const {
    return profile_.default_originate && !profile_.default_originate_map.empty();
  }
  bool asks_policy() const { return !profile_.policy.empty() || unsuppresses(); }
  /// What aggregates stand for may be sent nevertheless.
  bool unsuppresses() const { return !profile_.unsuppress_map.empty(); }
  /// Policies that may decide about a route.
  std::array<PolicyChain, 2> chains() const {
    return {profile_.policy, unsuppresses() ? profile_.suppressed_policy() : PolicyChain{}};
  }
  /// The first walk fills the bits; destinations that it did not reach yet need no messages of their own.
  bool has_reached(Table::Id id) const { return first_walk_done_ || id < reached_; }
  bool has_held() const { return std::ranges::any_of(walks_, &Walk::holds_any); }

  GroupId id_;
  ExportProfile profile_;
  Bitmap sent_;
  boost::unordered_flat_map<Table::Id, SentPaths> paths_;  // instead, when sends_paths()
  std::uint32_t sent_count_ = 0;
  std::vector<std::uint32_t> sent_by_source_;  // by peer index, of any group
  std::uint32_t members_ = 0;
  std::vector<DefaultReason> default_reasons_;  // by clause; none is empty
  std::optional<PathAttributes> told_default_;  // as the members have it
  /// Members whose address may be the next hop of a third party's route; empty where that cannot be.
  boost::unordered_flat_map<IpAddress, std::uint32_t, std::hash<IpAddress>> on_link_;
  bool first_walk_done_ = false;
  Table::Id reached_ = 0;    // by the walk that is furthest, while none is complete
  std::vector<Walk> walks_;  // at most one of new members and one of those that moved has not begun
  std::optional<Reevaluation> reevaluation_;
  // With an advertisement interval: what waits for its end, and what is being announced.
  std::vector<Table::Id> held_back_, released_;
  Bitmap is_held_back_;
  TimePoint quiet_until_{};
  // What policies look at, so that it is not looked up for every route; noted when they change.
  bool depends_on_prefix_ = false;
  bool depends_on_next_hop_ = false;
  bool default_depends_on_next_hop_ = false;
};

/// One entry of a peer's Adj-RIB-Out.
struct SentRoute {
  std::uint32_t path_id = 0;  // RFC 7911
  PathAttributes attributes;  // as sent
  // Of a peer that takes several paths: whose it is, and by which id the source told it.
  std::uint32_t source = kLocalPeer;
  std::uint32_t received_id = 0;
};

class UpdateGroups {
 public:
  UpdateGroups(Output& output, const Speaker& speaker, const Policies& policies, PeerTable& peers,
               LocRib& loc_rib, const LocalRoutes& local_routes)
      : output_(output),
        speaker_(speaker),
        policies_(policies),
        peers_(peers),
        loc_rib_(loc_rib),
        local_routes_(local_routes) {}

  void join(std::uint32_t peer, Family family);
  void leave(std::uint32_t peer, Family family);
  /// The peer's profile changed: it goes to the group of the new one and gets what differs.
  void move(std::uint32_t peer, Family family);
  /// The member gets the table again, with the next cohort.
  void resend_table(std::uint32_t peer, Family family);
  /// The default routes that `default-originate` made up, again: the speaker changed.
  void resend_defaults();
  /// `policies` of the constructor changed; they were `before`.
  void policies_changed(const std::shared_ptr<const Policies>& before);

  /// Tells every group of the family what these changes mean to it: withdraws first, then announcements.
  void flush(Family family, std::span<const Change> changes);
  /// Goes on with evaluations and walks, only while the log is empty. Returns the destinations visited, at
  /// most about `budget`.
  std::size_t walk(std::size_t budget);
  bool has_walks() const;
  /// What groups held back until now is work for walk() from here on. RFC 4271 §9.2.1.1.
  void release_held_back(TimePoint now);
  /// When the next of these is due; nothing: nothing is held back.
  std::optional<TimePoint> next_release() const;

  /// The verdict, who of its policy decided, and the attributes as they are sent.
  Exported exported_to(std::uint32_t peer, Family family, Table::Id id) const;
  /// The default route that is made up for the group's members, as they get it; nothing: none is.
  std::optional<PathAttributes> default_of(const UpdateGroup& group) const;
  /// What the peer has of the destination.
  std::vector<SentRoute> sent_to(std::uint32_t peer, Family family, Table::Id id) const;
  std::span<const std::unique_ptr<UpdateGroup>> groups(Family family) const {
    return groups_[index_of(family)];
  }
  std::size_t memory_bytes() const;

 private:
  /// What a flush does with one destination.
  enum class Action : std::uint8_t { Nothing, Announce, AnnounceToFormerSource };
  struct Addressed {
    std::uint32_t whom;  // peer or cohort
    Nlri nlri;
  };
  /// What becomes of a bucket for the group at hand.
  struct Outcome {
    bool sends = false;
    std::optional<PathAttributes> attributes;  // made when they are needed
  };

  // members
  UpdateGroup& group_of(const ExportProfile& profile);
  ExportProfile keyed_profile(std::uint32_t peer, Family family) const;
  UpdateGroup::Walk& waiting_walk(UpdateGroup& group, bool is_move);
  void take_held(const UpdateGroup& from, std::uint32_t peer, UpdateGroup::Walk& to);
  void member_gone(UpdateGroup& group);
  void note_member(UpdateGroup& group, std::uint32_t peer, bool is_there);
  /// Announces; a peer whose own address would be the next hop gets ours instead, RFC 4271 §5.1.3.
  void announce(UpdateGroup& group, const Audience& audience, const PathAttributes& attributes,
                std::span<const Nlri> prefixes);
  void count_group_with_paths(const UpdateGroup& group, bool opens);

  // what flush, evaluation and walk ask
  RouteOrigin origin_of(std::uint32_t source, Family family) const;
  Exported evaluate(const UpdateGroup& group, const Policies& policies, Table::Id id, std::uint32_t source,
                    const PathAttributes& attributes) const;
  /// Whether the bucket's destinations may have anything to send.
  static bool is_candidate(const UpdateGroup& group, const ExportBatch::Bucket& bucket) {
    return bucket.attributes && (!bucket.suppressed || group.unsuppresses());
  }
  bool is_candidate(const UpdateGroup& group, const Destination& destination) const {
    return destination.best() && !destination.has(Destination::NotInKernel) &&
           (!destination.has(Destination::Suppressed) || group.unsuppresses());
  }
  ResolvedNextHop resolved_next_hop(std::uint32_t source, const Prefix& prefix,
                                    const PathAttributes& attributes) const;
  bool must_resend(const UpdateGroup& group, Table::Id id) const;
  bool depends_on_next_hop(const UpdateGroup& group, const Policies& policies) const;
  void note_dependencies(UpdateGroup& group) const;
  void load_outcomes(const UpdateGroup& group);
  void part_by_outcome(const UpdateGroup& group);
  const PathAttributes& exported_bucket(const UpdateGroup& group, std::size_t number);
  bool is_member(const UpdateGroup& group, std::uint32_t peer) const;
  /// `peer` as the one a message leaves out: nobody when it is no member.
  std::uint32_t exception(const UpdateGroup& group, std::uint32_t peer) const;
  void note_default_condition(UpdateGroup& group, Table::Id id);
  /// After that: the members hear when the condition came or went, or sets something else.
  void tell_default(UpdateGroup& group);
  void mark_sent(UpdateGroup& group, Table::Id id, std::uint32_t source, bool sent);
  bool owns_default(const UpdateGroup& group, const Prefix& prefix) const;

  // changes
  void flush_group(UpdateGroup& group);
  void plan_bucket(UpdateGroup& group, std::size_t number, bool has_held);
  Action plan_one(UpdateGroup& group, std::size_t number, std::uint32_t position);
  void settle_held(UpdateGroup& group, std::size_t number, std::uint32_t position, bool had_sent);
  bool sends_the_same(const UpdateGroup& group, std::size_t number, std::uint32_t position);
  void withdraw_all(UpdateGroup& group);
  void emit_withdraws(UpdateGroup& group, std::vector<Addressed>& withdraws, Audience::Kind kind);
  void announce_bucket(UpdateGroup& group, std::size_t number);
  void announce(UpdateGroup& group, const Audience& audience, std::size_t number,
                std::span<const Nlri> prefixes);

  // held back
  void hold_back(UpdateGroup& group, Table::Id id);
  std::chrono::milliseconds with_jitter(std::chrono::milliseconds interval);
  std::size_t announce_released(UpdateGroup& group, std::size_t budget);

  // several paths
  struct PathMessage {
    CohortId cohort;  // 0: the group
    std::uint32_t except;
    PathAttributes attributes;
    Nlri nlri;
  };
  struct WantedPath {
    const Path* path;
    PathAttributes attributes;
  };
  void flush_paths(UpdateGroup& group, std::span<const Change> changes);
  std::vector<WantedPath> wanted_paths(const UpdateGroup& group, Table::Id id) const;
  void plan_paths(UpdateGroup& group, Table::Id id, const Policies* told);
  void plan_paths_or_hold_back(UpdateGroup& group, Table::Id id, const Policies* told);
  bool sends_the_same(const UpdateGroup& group, const Policies& told, Table::Id id,
                      const UpdateGroup::SentPath& sent, const WantedPath& wanted) const;
  void settle_held_paths(UpdateGroup& group, Table::Id id);
  void tell_cohort(UpdateGroup& group, UpdateGroup::Walk& walk, Table::Id id);
  void tell_path(const UpdateGroup& group, CohortId cohort, const UpdateGroup::SentPath& sent,
                 PathAttributes attributes, const Prefix& prefix);
  void emit_paths(UpdateGroup& group);
  void count_path(UpdateGroup& group, std::uint32_t source, bool sent);
  void walk_paths(UpdateGroup& group, UpdateGroup::Walk& walk);

  // evaluations and walks
  std::size_t reevaluate(UpdateGroup& group, std::size_t budget);
  void finish_reevaluation(UpdateGroup& group);
  Action reevaluate_one(UpdateGroup& group, std::size_t number, std::uint32_t position);
  bool wants_more(const UpdateGroup& group, const UpdateGroup::Walk& walk) const;
  std::size_t walk_group(UpdateGroup& group, std::size_t budget);
  /// The next destinations with a best path from `position` on.
  template <typename Wanted>
  std::size_t collect(const UpdateGroup& group, Table::Id& position, std::size_t budget, Wanted wanted);
  void withdraw_held(UpdateGroup::Walk& walk, Table::Id id, const Prefix& prefix);
  void walk_slice(UpdateGroup& group, UpdateGroup::Walk& walk);
  void finish_walk(UpdateGroup& group, const UpdateGroup::Walk& walk);

  Output& output_;
  const Speaker& speaker_;
  const Policies& policies_;
  PeerTable& peers_;
  LocRib& loc_rib_;
  const LocalRoutes& local_routes_;
  std::vector<std::unique_ptr<UpdateGroup>> groups_[kFamilyCount];
  std::uint32_t groups_with_paths_[kFamilyCount] = {};
  GroupId next_group_ = 1;
  std::minstd_rand jitter_;  // of advertisement intervals
  CohortId next_cohort_ = 1;

  // scratch of flush(), reevaluate() and walk()
  ExportBatch shared_batch_;  // of all groups
  ExportBatch parted_batch_;  // ... parted where the policy of the one at hand looks at prefixes
  const ExportBatch* batch_ = &shared_batch_;
  std::vector<Action> actions_;
  std::vector<Outcome> outcomes_;  // of each bucket for the group at hand
  std::vector<Addressed> withdrawn_from_group_, withdrawn_from_one_, withdrawn_from_cohort_;
  std::vector<PathMessage> path_messages_;
  std::vector<Nlri> prefixes_;
  std::vector<Table::Id> ids_;
};

}  // namespace rib
