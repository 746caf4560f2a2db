#include "rib/export.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace rib {
namespace {

bool is_reflected(const ExportProfile& profile, const RouteOrigin& origin) {
  return !origin.is_local && origin.type == PeerType::Internal && profile.type == PeerType::Internal;
}

/// Out of our AS; a confederation is one AS to everybody else, RFC 5065 §4.
bool crosses_border(const ExportProfile& profile) {
  return profile.type == PeerType::External && !profile.is_confederation_peer;
}

/// RFC 9234 §5, by what we are to the peer: it is our provider, route server or peer.
bool is_no_customer(const ExportProfile& profile) {
  const auto role = profile.local_role;
  return role == Role::Customer || role == Role::RouteServerClient || role == Role::Peer;
}
bool marks_only_to_customer(const ExportProfile& profile) {
  const auto role = profile.local_role;
  return role == Role::Provider || role == Role::RouteServer || role == Role::Peer;
}

struct OfferedNextHop {
  IpAddress global;
  std::optional<IpAddress> link_local;
};

OfferedNextHop self(const ExportProfile& profile) {
  return {profile.local_address, profile.local_link_local};
}

/// The route's own next hop; its link-local half only where it means something: RFC 2545 §3, when the next
/// hop and the peer are on one link.
OfferedNextHop unchanged(const ExportProfile& profile, const PathAttributes& attributes) {
  const bool shares_link = profile.shared_subnet && profile.shared_subnet->contains(attributes.next_hop);
  return {attributes.next_hop, shares_link ? attributes.rare->link_local_next_hop : std::nullopt};
}

OfferedNextHop choose_next_hop(const ExportProfile& profile, const RouteOrigin& origin,
                               const PathAttributes& attributes) {
  if (origin.is_local || attributes.next_hop.is_unspecified()) return self(profile);
  switch (profile.next_hop_mode) {
    case NextHopMode::SelfForce:
      return self(profile);
    case NextHopMode::Unchanged:
      return unchanged(profile, attributes);
    case NextHopMode::Self:
      return is_reflected(profile, origin) ? unchanged(profile, attributes) : self(profile);
    case NextHopMode::Standard:
      break;
  }
  if (profile.type == PeerType::Internal) return unchanged(profile, attributes);  // RFC 4271 §5.1.3 (1)
  if (profile.is_confederation_peer) return unchanged(profile, attributes);       // RFC 5065 §4
  // RFC 4271 §5.1.3 (2): a next hop on the link that we share with the peer may stay ("third party").
  const bool is_third_party = profile.shared_subnet && profile.shared_subnet->contains(attributes.next_hop);
  return is_third_party ? unchanged(profile, attributes) : self(profile);
}

bool is_usable(const ExportProfile& profile, const IpAddress& next_hop) {
  if (next_hop.is_unspecified()) return false;
  if (next_hop.afi() == afi_of(profile.family)) return true;
  return profile.family == Family::Ipv4Unicast && profile.extended_next_hop;  // RFC 8950
}

void set_next_hop(PathAttributes& attributes, const OfferedNextHop& next_hop) {
  attributes.next_hop = next_hop.global;
  attributes.rare.set(&RareAttributes::link_local_next_hop, next_hop.link_local);
}

/// RFC 4360 §6: a non-transitive community does not cross the border of the AS.
CompactArray<ExtendedCommunity> transitive_only(const CompactArray<ExtendedCommunity>& communities) {
  std::vector<ExtendedCommunity> kept;
  std::copy_if(communities.begin(), communities.end(), std::back_inserter(kept),
               [](const ExtendedCommunity& c) { return c.is_transitive(); });
  return CompactArray<ExtendedCommunity>(std::span<const ExtendedCommunity>(kept));
}

AsPath without_private(const ExportProfile& profile, const AsPath& path) {
  const auto& rewriting = profile.rewriting;
  const auto rule = rewriting.remove_private_as;
  const bool whole_paths_only =
      rule == RemovePrivateAs::OfPrivatePaths || rule == RemovePrivateAs::OfPrivatePathsReplaced;
  bool has_public = false;
  path.for_each([&](AsPath::SegmentType, AsNumber as) { has_public |= !is_private_as(as); });
  if (whole_paths_only && has_public) return path;
  const bool replaces =
      rule == RemovePrivateAs::OfPrivatePathsReplaced || rule == RemovePrivateAs::AllReplaced;
  return path.transformed([&](AsNumber as) -> std::optional<AsNumber> {
    if (!is_private_as(as) || as == rewriting.kept_private_as) return as;
    return replaces ? std::optional(profile.local_as) : std::nullopt;
  });
}

void rewrite_path(const ExportProfile& profile, AsPath& path) {
  const auto& rewriting = profile.rewriting;
  if (rewriting.remove_private_as != RemovePrivateAs::No) path = without_private(profile, path);
  if (rewriting.overridden_as != 0 && path.contains(rewriting.overridden_as)) {
    path = path.transformed([&](AsNumber as) -> std::optional<AsNumber> {
      return as == rewriting.overridden_as ? profile.local_as : as;
    });
  }
}

/// What a route is like before policy looks at it: FRR's order, so that `set` clauses have the last word on
/// MED and LOCAL_PREF and match what will be sent.
PathAttributes prepared(const Speaker& speaker, const ExportProfile& profile, const RouteOrigin& origin,
                        const PathAttributes& attributes) {
  PathAttributes result = attributes;
  set_next_hop(result, choose_next_hop(profile, origin, attributes));
  if (crosses_border(profile)) {
    // RFC 4271 §5.1.4: a MED that another AS gave us stays with us; only routes of our own AS carry ours out.
    if (result.as_path.length() > 0 && !profile.rewriting.med_unchanged) result.med.reset();
    rewrite_path(profile, result.as_path);
  } else if (!result.local_pref) {
    result.local_pref = speaker.default_local_pref;  // RFC 4271 §5.1.5
  }
  return result;
}

/// RFC 4456 §8: ORIGINATOR_ID and CLUSTER_LIST stay within the AS.
void forget_reflection(PathAttributes& attributes) {
  attributes.rare.set(&RareAttributes::originator_id, {});
  attributes.rare.set(&RareAttributes::cluster_list, {});
}

/// RFC 5065 §4: LOCAL_PREF, MED and NEXT_HOP pass between members of a confederation.
void finish_for_confederation(const Speaker& speaker, const ExportProfile& profile,
                              PathAttributes& attributes) {
  attributes.as_path = attributes.as_path.prepended(profile.local_as, 1, AsPath::SegmentType::ConfedSequence);
  forget_reflection(attributes);
  if (speaker.graceful_shutdown) attributes.local_pref = 0;
}

void finish_for_external(const Speaker& speaker, const ExportProfile& profile, PathAttributes& attributes) {
  if (speaker.confederation_id != 0) attributes.as_path = attributes.as_path.without_confederation();
  if (!profile.rewriting.as_path_unchanged) {  // RFC 4271 §5.1.2 (b)
    if (profile.inner_as != 0) attributes.as_path = attributes.as_path.prepended(profile.inner_as);
    attributes.as_path = attributes.as_path.prepended(profile.local_as);
  }
  attributes.local_pref.reset();  // RFC 4271 §5.1.5
  forget_reflection(attributes);
  const auto& extended = attributes.rare->extended_communities;
  if (std::any_of(extended.begin(), extended.end(), [](auto& c) { return !c.is_transitive(); })) {
    attributes.rare.edit().extended_communities = transitive_only(extended);
  }
  if (marks_only_to_customer(profile) && !attributes.rare->only_to_customer)
    attributes.rare.edit().only_to_customer = profile.local_as;  // RFC 9234 §5
}

/// What belongs to the border and to the reflector, beneath which policy's `prepend` stands.
void finish(const Speaker& speaker, const ExportProfile& profile, const RouteOrigin& origin,
            PathAttributes& attributes) {
  if (speaker.graceful_shutdown && crosses_border(profile) && !attributes.has_community(kGracefulShutdown))
    attributes.communities = attributes.communities.prepended(kGracefulShutdown);  // RFC 8326 §4.2
  if (!profile.send_standard_communities) attributes.communities = {};
  if (!profile.send_extended_communities) attributes.rare.set(&RareAttributes::extended_communities, {});
  if (!profile.send_large_communities) attributes.rare.set(&RareAttributes::large_communities, {});
  attributes.weight = attributes.distance = 0;  // ours alone, as the tag
  attributes.rare.set(&RareAttributes::tag, 0u);
  if (crosses_border(profile)) return finish_for_external(speaker, profile, attributes);
  if (profile.is_confederation_peer) return finish_for_confederation(speaker, profile, attributes);
  if (speaker.graceful_shutdown) attributes.local_pref = 0;  // RFC 8326 §4
  if (!is_reflected(profile, origin)) return;
  auto& reflection = attributes.rare.edit();
  if (!reflection.originator_id) reflection.originator_id = origin.identifier;  // RFC 4456 §8
  reflection.cluster_list =
      reflection.cluster_list.prepended(speaker.cluster_id != 0 ? speaker.cluster_id : speaker.identifier);
}

}  // namespace

ExportState may_export(const Speaker& speaker, const ExportProfile& profile, const RouteOrigin& origin,
                       const PathAttributes& attributes) {
  if (profile.requires_policy) return ExportState::PolicyRequired;
  if (is_reflected(profile, origin)) {
    // RFC 4271 §9.2.1 forbids it, RFC 4456 §6 allows it from and to clients.
    const bool from_client = origin.is_route_reflector_client, to_client = profile.is_route_reflector_client;
    if (!from_client && !to_client) return ExportState::InternalToInternal;
    if (from_client && to_client && !speaker.client_to_client_reflection)
      return ExportState::InternalToInternal;
  }
  for (const auto community : attributes.communities) {
    if (community == kNoAdvertise) return ExportState::NoAdvertise;
    if (profile.type != PeerType::External) continue;
    if (community == kNoExportSubconfed) return ExportState::NoExport;
    if (community == kNoExport && crosses_border(profile)) return ExportState::NoExport;
  }
  if (attributes.rare->only_to_customer && is_no_customer(profile)) return ExportState::RoleForbids;
  if (speaker.reject_as_sets && attributes.as_path.has_sets()) return ExportState::AsSet;
  if (!profile.takes_long_lived_stale && attributes.has_community(kLlgrStale))
    return ExportState::LongLivedStale;
  // A route map may still set another next hop; then this is asked again behind it.
  const auto& route_map = origin.is_suppressed ? profile.unsuppress_map : profile.policy.route_map;
  if (route_map.empty() && !is_usable(profile, choose_next_hop(profile, origin, attributes).global)) {
    return ExportState::NextHopUnusable;
  }
  return ExportState::Sent;
}

PathAttributes exported(const Speaker& speaker, const ExportProfile& profile, const RouteOrigin& origin,
                        const PathAttributes& attributes) {
  auto result = prepared(speaker, profile, origin, attributes);
  finish(speaker, profile, origin, result);
  return result;
}

Exported exported(const Speaker& speaker, const Policies& policies, const ExportProfile& profile,
                  const RouteOrigin& origin, const Prefix& prefix, const PathAttributes& attributes) {
  Exported result;
  result.state = may_export(speaker, profile, origin, attributes);
  if (result.state != ExportState::Sent) return result;
  result.attributes = prepared(speaker, profile, origin, attributes);
  std::optional<PolicyChain> of_suppressed;
  const auto& chain =
      origin.is_suppressed ? of_suppressed.emplace(profile.suppressed_policy()) : profile.policy;
  if (!chain.empty()) {
    const PolicySubject subject{.prefix = prefix,
                                .peer = profile.policy_peer ? &*profile.policy_peer : nullptr,
                                .own_address = &profile.local_address,
                                .next_hop = origin.next_hop,
                                .peer_interface = profile.policy_peer_interface,
                                .own_as = profile.local_as,
                                .source_protocol = origin.source_protocol};
    const auto next_hop = result.attributes.next_hop;
    const auto link_local = result.attributes.rare->link_local_next_hop;
    result.policy = policies.apply(chain, subject, result.attributes);
    if (!result.policy.permitted) {
      result.state = ExportState::PolicyDenied;
      return result;
    }
    // The link-local half belongs to the next hop that policy replaced.
    if (result.policy.next_hop_set && result.attributes.next_hop != next_hop &&
        result.attributes.rare->link_local_next_hop == link_local)
      result.attributes.rare.set(&RareAttributes::link_local_next_hop, {});
    if (!is_usable(profile, result.attributes.next_hop)) {
      result.state = ExportState::NextHopUnusable;
      return result;
    }
  }
  finish(speaker, profile, origin, result.attributes);
  return result;
}

PathAttributes exported_default(const Speaker& speaker, const ExportProfile& profile,
                                const PathAttributes& attributes, bool next_hop_set) {
  const RouteOrigin ours{.is_local = true};
  auto result = prepared(speaker, profile, ours, attributes);
  // What the route map set stands, as for other routes behind policy.
  result.med = attributes.med;
  result.as_path = attributes.as_path;
  if (next_hop_set && is_usable(profile, attributes.next_hop))
    set_next_hop(result, {attributes.next_hop, attributes.rare->link_local_next_hop});
  finish(speaker, profile, ours, result);
  return result;
}

PathAttributes default_route_attributes() {
  PathAttributes attributes;
  attributes.origin = Origin::Igp;
  return attributes;
}

}  // namespace rib
