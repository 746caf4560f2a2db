// Duplicate subnets: the same container subnet on two nodes, which every fresh Docker host has
// (172.17.0.0/16).
//
// A claim on a prefix is our own advertised interface, or a path that a node announces for itself: from an
// internal peer with an empty AS_PATH, when that peer is a mesh member or we claim the prefix, too. Claims of
// two nodes are a conflict: nothing of it reaches the kernel, and the operator is told once for each
// claimant. A mesh member's prefix that overlaps one of our own subnets without being equal is a conflict as
// well: it would steal a part of it.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <vector>

#include "rib/destination.hpp"
#include "rib/peer_table.hpp"

namespace rib {

class Conflicts {
 public:
  Conflicts(const PeerTable& peers, const Speaker& speaker) : peers_(peers), speaker_(speaker) {}

  /// Our own advertised interface subnets. True when others' prefixes that overlap it need a new look.
  bool add_own_subnet(const Prefix& prefix);
  bool remove_own_subnet(const Prefix& prefix);
  bool overlaps_own_subnet(const Prefix& prefix) const;

  /// Sets the destination's Conflict flag and its paths' states (Accepted or DuplicateSubnet).
  /// True when the flag has changed.
  bool evaluate(Destination& destination);

  /// What the operator shall read, since the last call.
  std::vector<Notice> take_notices() { return std::exchange(notices_, {}); }
  bool has_notices() const { return !notices_.empty(); }

 private:
  struct Claimant {
    BgpIdentifier originator;
    std::uint32_t peer;
    bool operator==(const Claimant&) const = default;
  };
  /// Whether the path's node says that the prefix is its own.
  bool is_claim(const Path& path, bool we_claim, bool overlaps) const;
  void tell(const Prefix& prefix, std::vector<Claimant> claimants);

  const PeerTable& peers_;
  const Speaker& speaker_;
  std::vector<Prefix> own_subnets_;
  boost::unordered_flat_map<Prefix, std::vector<BgpIdentifier>, std::hash<Prefix>> told_;
  std::vector<Notice> notices_;
};

}  // namespace rib
