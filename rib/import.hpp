// What becomes of a route that a peer announces: is it taken at all, and with which attributes. Pure
// functions; the Adj-RIB-In asks them for each UPDATE, or for each prefix where the answer may depend on it.
#pragma once

#include "rib/messages.hpp"
#include "rib/reason.hpp"

namespace rib {

/// The verdict on the attributes as they were received: loops (RFC 4271 §9.1.2, RFC 4456 §8, RFC 5065 §4),
/// leaks (RFC 9234 §5), RFC 8212.
PathState check_received(const Speaker& speaker, const PeerUp& peer, const ImportProfile& import,
                         const PathAttributes& attributes);

/// Whether imported() may change or refuse anything: no policy of this peer's, and nothing else of its
/// settings or in the route, asks for it.
bool is_changed_by_import(const PeerUp& peer, const ImportProfile& import, const PathAttributes& attributes);

/// The verdict of policy. When it permits, `attributes` become those that count here. next_hop: of the route
/// as it was received; only for policies that depend on it.
PolicyVerdict apply_import(const Policies& policies, const PeerUp& peer, const ImportProfile& import,
                           const Prefix& prefix, const ResolvedNextHop& next_hop, PathAttributes& attributes);

/// The verdict on the next hop that counts. `resolved`: RFC 4271 §9.1.2.1.
PathState check_next_hop(const PeerUp& peer, const PathAttributes& attributes, bool resolved);

/// The mesh guard's verdict, Accepted when there is none.
PathState check_prefix(const MeshGuard& guard, const Prefix& prefix);

}  // namespace rib
