// The Loc-RIB, RFC 4271 §3.2: for each destination the path that the decision process chose, which stands
// first among its paths. And the log of what changed since run() last told the update groups and the kernel.
#pragma once

#include <span>
#include <vector>

#include "rib/conflicts.hpp"
#include "rib/decision.hpp"
#include "rib/next_hop_table.hpp"
#include "rib/peer_table.hpp"
#include "rib/table.hpp"

namespace rib {

/// A destination whose best path, or what the kernel shall hold for it, changed since the last flush. Flaps
/// between two flushes collapse: `before` is what the groups were told last.
struct Change {
  Table::Id id;
  std::uint32_t source_before;  // peer index of `before`
  Attributes before;            // empty: there was no best path
};
static_assert(sizeof(Change) == 16);

class LocRib {
 public:
  LocRib(const Speaker& speaker, const PeerTable& peers, const NextHopTable& next_hops, Conflicts& conflicts)
      : speaker_(speaker), peers_(peers), next_hops_(next_hops), conflicts_(conflicts) {}

  Table& table(Family family) { return tables_[index_of(family)]; }
  const Table& table(Family family) const { return tables_[index_of(family)]; }
  Destination& at(Family family, Table::Id id) { return table(family)[id]; }

  /// Runs the decision process for a destination whose paths changed. `before` is its winner() from before
  /// that.
  void select(Family family, Table::Id id, const Winner& before);
  /// The best path stays, but the kernel's route, or with `resend` what groups were sent, must be looked at
  /// again.
  void touch(Family family, Table::Id id, bool resend = false);

  /// The best path stays, but the way to a path's next hop is another: it matters to policies that look at
  /// it.
  void next_hop_moved(Family family, Table::Id id);

  /// Some group sends more than the best path (ADD-PATH): changes of the others go into the log as well.
  void log_every_path(Family family, bool on) { logs_every_path_[index_of(family)] = on; }

  std::size_t pending(Family family) const { return log(family).changes.size() - log(family).done; }
  bool has_pending() const { return pending(Family::Ipv4Unicast) + pending(Family::Ipv6Unicast) > 0; }
  /// The oldest changes, at most `limit`. They stay valid until forget(), with which they leave the log and
  /// empty destinations the table.
  std::span<const Change> oldest(Family family, std::size_t limit) const;
  void forget(Family family, std::size_t count);

  /// An empty destination that is in no log and never was told to anybody goes at once.
  void erase_if_unused(Family family, Table::Id id);

  std::uint64_t version(Family family) const { return versions_[index_of(family)]; }
  /// The full version number of a destination's last change.
  std::uint64_t version_of(const Destination& destination) const;

  /// All paths in the order of the decision process, best first, those that take no part last.
  std::vector<const Path*> ranked(const Destination& destination) const;
  /// The step at which each path lost to the best one, in the order of destination.paths(); None for the best
  /// and for those that take no part.
  std::vector<BestReason> lost_at(const Destination& destination) const;
  /// Interior cost of the path's next hop; nothing when unreachable, 0 for our own routes.
  std::optional<std::uint32_t> interior_cost(const Path& path) const;
  /// The way to the next hop of a route that came from that peer, or has these attributes since.
  ResolvedNextHop resolved(const PathAttributes& attributes, const PeerUp& from) const;
  /// The path's next hop; 0 for our own routes.
  NextHopTable::Id next_hop_of(const Path& path) const;

  /// Adds the octets of each to what is there.
  void count_memory(std::uint64_t& destinations, std::uint64_t& index, std::uint64_t& changes) const;

 private:
  struct Log {
    std::vector<Change> changes;
    std::size_t done = 0;
  };
  const Log& log(Family family) const { return logs_[index_of(family)]; }
  Log& log(Family family) { return logs_[index_of(family)]; }

  Candidate candidate(const Path& path, std::uint32_t position) const;
  /// The group within which MED compares.
  std::uint64_t neighbor_as(const Path& path) const;
  DecisionRules rules() const { return {speaker_.always_compare_med, speaker_.compare_router_id}; }
  /// Chooses among several. True when the set of equal-cost paths for the kernel changed.
  bool select_among_many(Destination& destination);
  bool mark_multipath(Destination& destination, std::span<Candidate> equal_cost);
  void append(Family family, Table::Id id, const Winner& before);

  const Speaker& speaker_;
  const PeerTable& peers_;
  const NextHopTable& next_hops_;
  Conflicts& conflicts_;
  Table tables_[kFamilyCount];
  Log logs_[kFamilyCount];
  bool logs_every_path_[kFamilyCount] = {};
  std::uint64_t versions_[kFamilyCount] = {};
  std::vector<Candidate> candidates_;  // scratch of select()
};

}  // namespace rib
