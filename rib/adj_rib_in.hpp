// The Adj-RIBs-In: what peers announce goes into the table as paths, each with the reason why it takes part
// in the decision or does not. RFC 4271 §9.1.1, §9.1.2; RFC 4456 §8; RFC 8212; the mesh's guard.
//
// A rejected path stays in the table with its reason: a looped replacement so withdraws what stood there
// before.
#pragma once

#include <vector>

#include "rib/loc_rib.hpp"

namespace rib {

/// The part of the verdict that is equal for all prefixes of an UPDATE. `next_hop_resolved`: RFC 4271
/// §9.1.2.1.
PathState check_attributes(const Speaker& speaker, const PeerUp& peer, const ImportProfile& import,
                           const PathAttributes& attributes, bool next_hop_resolved);
/// The mesh guard's verdict, Accepted when there is none.
PathState check_prefix(const MeshGuard& guard, const Prefix& prefix);

class AdjRibIn {
 public:
  AdjRibIn(const Speaker& speaker, PeerTable& peers, NextHopTable& next_hops, LocRib& loc_rib)
      : speaker_(speaker), peers_(peers), next_hops_(next_hops), loc_rib_(loc_rib) {}

  void withdraw(std::uint32_t peer, Family family, std::span<const Nlri> prefixes);
  /// Adds or replaces the peer's paths.
  void announce(std::uint32_t peer, Family family, const Attributes& attributes,
                std::span<const Nlri> prefixes, TimePoint now);

  /// One destination's part in a walk: removes paths of Leaving peers, checks again the paths of peers that
  /// need it (all, with `all`) and those whose next hop moved. True when something was done.
  bool revise(Family family, Table::Id id, bool all);

  std::vector<Notice> take_notices() { return std::exchange(notices_, {}); }
  bool has_notices() const { return !notices_.empty(); }

 private:
  PathState check(const Path& path, const Prefix& prefix) const;
  void set_state(Family family, Path& path, PathState state);
  /// Undoes what a path counts for.
  void release(Family family, const Path& path);
  void check_limit(std::uint32_t index, Family family);
  void tell_refused(std::uint32_t index, const Prefix& prefix);

  const Speaker& speaker_;
  PeerTable& peers_;
  NextHopTable& next_hops_;
  LocRib& loc_rib_;
  std::vector<Notice> notices_;
};

}  // namespace rib
