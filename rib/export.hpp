// Phase 3 of the decision process for one update group: may a route be sent, and with which attributes.
// RFC 4271 §9.1.3, §5; reflection RFC 4456; well-known communities RFC 1997; RFC 8212.
//
// Pure functions of the route, of where it comes from, and of the group's profile: members of a group cannot
// differ.
#pragma once

#include "rib/export_profile.hpp"
#include "rib/messages.hpp"
#include "rib/reason.hpp"

namespace rib {

/// What matters of the peer that a route was learned from.
struct RouteOrigin {
  bool is_local = false;
  PeerType type = PeerType::Internal;
  bool is_route_reflector_client = false;
  BgpIdentifier identifier = 0;
  ResolvedNextHop next_hop = {};                         // only for policies that depend on it
  bool is_suppressed = false;                            // an aggregate stands for the route
  SourceProtocol source_protocol = SourceProtocol::Bgp;  // only where there is a policy
};

/// Sent, or why not; before policy has its say.
ExportState may_export(const Speaker& speaker, const ExportProfile& profile, const RouteOrigin& origin,
                       const PathAttributes& attributes);

/// The attributes as the group's members get them where there is no policy. Only when may_export() says Sent.
PathAttributes exported(const Speaker& speaker, const ExportProfile& profile, const RouteOrigin& origin,
                        const PathAttributes& attributes);

/// The whole verdict of phase 3.
struct Exported {
  ExportState state = ExportState::NoBestPath;
  PolicyVerdict policy;       // who decided, when the profile has a policy
  PathAttributes attributes;  // as they are sent, when state is Sent
};
Exported exported(const Speaker& speaker, const Policies& policies, const ExportProfile& profile,
                  const RouteOrigin& origin, const Prefix& prefix, const PathAttributes& attributes);

/// The default route that `default-originate` makes up.
PathAttributes default_route_attributes();
/// The same as the group's members get it; `attributes`: as the set clauses of its route map made it.
/// next_hop_set: they set the next hop, too.
PathAttributes exported_default(const Speaker& speaker, const ExportProfile& profile,
                                const PathAttributes& attributes, bool next_hop_set);

}  // namespace rib
