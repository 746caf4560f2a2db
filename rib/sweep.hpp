// The one walk over the tables that does what must visit many destinations, in slices: remove the paths of
// peers that went, check again what a changed import profile, a moved next hop or a changed speaker may have
// changed.
//
// One circle serves all reasons at once; a new reason begins a new full circle from where the walk stands.
#pragma once

#include "rib/adj_rib_in.hpp"

namespace rib {

class Sweep {
 public:
  struct Reasons {
    bool everything = false;      // the speaker changed: check and decide all again
    bool resend = false;          // ... and what groups were sent may be wrong
    bool own_subnets = false;     // overlaps with our own subnets changed
    bool next_hops = false;       // NextHopTable::has_moved()
    bool import_profile = false;  // of peers with needs_recheck
    bool reflection = false;      // of peers with needs_resend
    bool doomed = false;          // paths that a peer did not announce again
  };

  Sweep(PeerTable& peers, NextHopTable& next_hops, LocRib& loc_rib, AdjRibIn& adj_rib_in,
        Conflicts& conflicts)
      : peers_(peers),
        next_hops_(next_hops),
        loc_rib_(loc_rib),
        adj_rib_in_(adj_rib_in),
        conflicts_(conflicts) {}

  /// With no reason set: a peer is Leaving.
  void request(const Reasons& reasons);
  bool has_work() const { return active_; }
  /// Visits destinations until about `budget` of them changed, or eight times as many did not.
  void run(std::size_t budget);

 private:
  struct Position {
    std::size_t family = 0;
    Table::Id chunk = 0;
    auto operator<=>(const Position&) const = default;
  };

  bool has_reason() const;
  bool is_concerned(Family family, Table::Id chunk) const;
  bool is_concerned(const Peer& peer, Family family) const;
  void visit(Family family, Table::Id id);
  void advance();
  void finish();

  PeerTable& peers_;
  NextHopTable& next_hops_;
  LocRib& loc_rib_;
  AdjRibIn& adj_rib_in_;
  Conflicts& conflicts_;
  Reasons reasons_;
  Position position_, start_;
  bool active_ = false, wrapped_ = false;
};

}  // namespace rib
