// The Adj-RIBs-In: what peers announce goes into the table as paths, each with the reason why it takes part
// in the decision or does not. RFC 4271 §9.1.1, §9.1.2; RFC 4456 §8; RFC 8212; the mesh's guard.
//
// A rejected path stays in the table with its reason: a looped replacement so withdraws what stood there
// before. Import policy's verdict is applied here, to paths as they come and again when it changes: a set
// that policy made remembers what was received, so nothing is ever asked for twice.
#pragma once

#include <vector>

#include "rib/attribute_store.hpp"
#include "rib/import.hpp"
#include "rib/loc_rib.hpp"

namespace rib {

class AdjRibIn {
 public:
  AdjRibIn(const Speaker& speaker, const Policies& policies, AttributeStore& store, PeerTable& peers,
           NextHopTable& next_hops, LocRib& loc_rib)
      : speaker_(speaker),
        policies_(policies),
        store_(store),
        peers_(peers),
        next_hops_(next_hops),
        loc_rib_(loc_rib) {}

  void withdraw(std::uint32_t peer, Family family, std::span<const Nlri> prefixes);
  /// Adds or replaces the peer's paths.
  void announce(std::uint32_t peer, Family family, const Attributes& attributes,
                std::span<const Nlri> prefixes, TimePoint now);

  /// One destination's part in a walk: removes paths of Leaving peers, doomed ones and long-lived ones that
  /// must not be, checks again the paths of peers that need it (all, with `all`) and those whose next hop
  /// moved. True when something was done.
  bool revise(Family family, Table::Id id, bool all);
  /// Tells what is, or no longer is, to be told about maximum_prefix.
  void check_limit(std::uint32_t index, Family family);
  void tell_memory(std::uint32_t index, Family family);
  /// Who decided about a path that policy denied.
  PolicyVerdict explain(const Path& path, const Prefix& prefix) const;

  std::vector<Notice> take_notices() { return std::exchange(notices_, {}); }
  bool has_notices() const { return !notices_.empty(); }

 private:
  /// What a route of a peer becomes here.
  struct Outcome {
    Attributes attributes;  // as they count; as received when the route is not accepted
    PathState state = PathState::Accepted;
    bool policy_asks_next_hop = false;
  };
  Outcome judge(const Peer& peer, const Attributes& received, const Prefix& prefix);
  /// The same for a route that its peer has not announced for long, RFC 9494 §4.2.
  Outcome judge_long_lived(const Peer& peer, const Attributes& received, const Prefix& prefix);
  Outcome outcome_of(const Peer& peer, PathState state, Attributes attributes);
  PathState with_guard(const Peer& peer, PathState state, const Prefix& prefix) const;
  /// The way to the next hop that policy is asked about; nothing where the policy does not depend on it.
  ResolvedNextHop resolved_for_policy(const Peer& peer, const PathAttributes& received, Family family) const;
  /// The path depends on its next hop, and where policy asks for it, on the one it was received with.
  void hold_next_hops(Path& path, bool policy_asks_next_hop);
  void release_next_hops(const Path& path);
  bool has_moved(const Path& path) const;
  /// The next hop before policy, when it is another one and watched; 0 otherwise.
  NextHopTable::Id received_next_hop(const Path& path) const;
  /// Gives the path what import made of it.
  void replace_attributes(Family family, Table::Id id, Path& path, Outcome&& outcome);
  void set_state(Family family, Path& path, PathState state);
  /// Undoes what a path counts for.
  void release(Family family, const Path& path);
  void tell_refused(std::uint32_t index, const Prefix& prefix);

  const Speaker& speaker_;
  const Policies& policies_;
  AttributeStore& store_;
  PeerTable& peers_;
  NextHopTable& next_hops_;
  LocRib& loc_rib_;
  std::vector<Notice> notices_;
};

}  // namespace rib
