#include "rib/export.hpp"

#include <algorithm>
#include <vector>

namespace rib {
namespace {

bool is_reflected(const ExportProfile& profile, const RouteOrigin& origin) {
  return !origin.is_local && origin.type == PeerType::Internal && profile.type == PeerType::Internal;
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
  return {attributes.next_hop, shares_link ? attributes.link_local_next_hop : std::nullopt};
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
  attributes.link_local_next_hop = next_hop.link_local;
}

/// RFC 4360 §6: a non-transitive community does not cross the border of the AS.
CompactArray<ExtendedCommunity> transitive_only(const CompactArray<ExtendedCommunity>& communities) {
  std::vector<ExtendedCommunity> kept;
  std::copy_if(communities.begin(), communities.end(), std::back_inserter(kept),
               [](const ExtendedCommunity& c) { return c.is_transitive(); });
  return CompactArray<ExtendedCommunity>(std::span<const ExtendedCommunity>(kept));
}

/// What a route is like before policy looks at it: FRR's order, so that `set` clauses have the last word on
/// MED and LOCAL_PREF and match what will be sent.
PathAttributes prepared(const Speaker& speaker, const ExportProfile& profile, const RouteOrigin& origin,
                        const PathAttributes& attributes) {
  PathAttributes result = attributes;
  set_next_hop(result, choose_next_hop(profile, origin, attributes));
  if (profile.type == PeerType::External) {
    // RFC 4271 §5.1.4: a MED that another AS gave us stays with us; only routes of our own AS carry ours out.
    if (!result.as_path.empty()) result.med.reset();
  } else if (!result.local_pref) {
    result.local_pref = speaker.default_local_pref;  // RFC 4271 §5.1.5
  }
  return result;
}

void finish_for_external(const ExportProfile& profile, PathAttributes& attributes) {
  attributes.as_path = attributes.as_path.prepended(profile.local_as);  // RFC 4271 §5.1.2 (b)
  attributes.local_pref.reset();                                        // RFC 4271 §5.1.5
  attributes.originator_id.reset();                                     // RFC 4456 §8: within the AS only
  attributes.cluster_list = {};
  const auto& extended = attributes.extended_communities;
  if (std::any_of(extended.begin(), extended.end(), [](auto& c) { return !c.is_transitive(); })) {
    attributes.extended_communities = transitive_only(extended);
  }
}

/// What belongs to the border and to the reflector, beneath which policy's `prepend` stands.
void finish(const Speaker& speaker, const ExportProfile& profile, const RouteOrigin& origin,
            PathAttributes& attributes) {
  if (!profile.send_standard_communities) attributes.communities = {};
  if (!profile.send_extended_communities) attributes.extended_communities = {};
  if (!profile.send_large_communities) attributes.large_communities = {};
  attributes.weight = 0;  // ours alone
  if (profile.type == PeerType::External) return finish_for_external(profile, attributes);
  if (!is_reflected(profile, origin)) return;
  if (!attributes.originator_id) attributes.originator_id = origin.identifier;  // RFC 4456 §8
  attributes.cluster_list =
      attributes.cluster_list.prepended(speaker.cluster_id != 0 ? speaker.cluster_id : speaker.identifier);
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
    if (community == kNoExport || community == kNoExportSubconfed) return ExportState::NoExport;
  }
  // A route map may still set another next hop; then this is asked again behind it.
  if (profile.policy.route_map.empty() &&
      !is_usable(profile, choose_next_hop(profile, origin, attributes).global)) {
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
  if (!profile.policy.empty()) {
    const PolicySubject subject{.prefix = prefix,
                                .peer = profile.policy_peer ? &*profile.policy_peer : nullptr,
                                .own_address = &profile.local_address,
                                .own_as = profile.local_as};
    const auto next_hop = result.attributes.next_hop;
    result.policy = policies.apply(profile.policy, subject, result.attributes);
    if (!result.policy.permitted) {
      result.state = ExportState::PolicyDenied;
      return result;
    }
    // The link-local half belongs to the next hop that policy replaced.
    if (result.policy.next_hop_set && result.attributes.next_hop != next_hop)
      result.attributes.link_local_next_hop.reset();
    if (!is_usable(profile, result.attributes.next_hop)) {
      result.state = ExportState::NextHopUnusable;
      return result;
    }
  }
  finish(speaker, profile, origin, result.attributes);
  return result;
}

PathAttributes default_route_attributes() {
  PathAttributes attributes;
  attributes.origin = Origin::Igp;
  return attributes;
}

}  // namespace rib
