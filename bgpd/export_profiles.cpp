#include "bgpd/export_profiles.hpp"

namespace bgpd {
namespace {

/// The subnet of the link that holds both the peer and us, so that a third party's next hop can be told from
/// one that the peer cannot reach. RFC 4271 §5.1.3.
std::optional<rib::Prefix> shared_subnet(const SessionEnds& ends, rib::Family family,
                                         const fib::Links& links) {
  if (ends.interface_index == 0 || ends.remote.family() != family) return std::nullopt;
  for (const auto& subnet : links.connected_subnets(ends.interface_index))
    if (subnet.contains(ends.remote)) return subnet;
  return std::nullopt;
}

/// "Self" in this family: our end of the session, or, for the other family, the address of the link it runs
/// on.
rib::IpAddress own_next_hop(const SessionEnds& ends, rib::Family family, const fib::Links& links) {
  const auto afi = rib::afi_of(family);
  const bool is_own_family = ends.local.family() == family;
  if (is_own_family && !ends.local.is_link_local()) return ends.local;
  const auto link = ends.interface_index ? ends.interface_index : links.holder_of(ends.local);
  if (const auto global = links.global_address(link, afi)) return *global;
  if (is_own_family) return ends.local;
  if (const auto link_local = links.link_local_address(link, afi); link_local && afi == rib::Afi::Ipv6)
    return *link_local;
  return rib::IpAddress::unspecified(afi);
}

/// The family of our own next hops. RFC 8950: over an IPv6 session IPv4 routes may have IPv6 ones.
rib::Family next_hop_family(rib::Family family, const SessionEnds& ends,
                            const session::Negotiated& negotiated) {
  return negotiated.extended_next_hop && ends.local.is_v6() ? rib::Family::Ipv6Unicast : family;
}

}  // namespace

std::uint32_t link_of_peer(const session::PeerSettings& settings, const rib::IpAddress& remote,
                           const fib::Links& links) {
  return settings.interface_index ? settings.interface_index : links.connected_to(remote);
}

rib::ExportProfile export_profile(rib::Family family, const session::LocalSettings& local,
                                  const session::PeerSettings& settings,
                                  const session::Negotiated& negotiated, const SessionEnds& ends,
                                  const fib::Links& links) {
  const auto index = rib::index_of(family);
  rib::ExportProfile profile;
  profile.family = family;
  profile.type = negotiated.peer_type;
  profile.local_as = negotiated.local_as;
  if (settings.local_as != 0 && !settings.local_as_replace_as)
    profile.inner_as = local.confederation_id != 0 ? local.confederation_id : local.as;
  profile.is_confederation_peer = negotiated.is_confederation_peer;
  profile.local_role = negotiated.local_role;
  profile.is_route_reflector_client = settings.is_route_reflector_client[index];
  profile.next_hop_mode = settings.next_hop_mode[index];
  const auto own_family = next_hop_family(family, ends, negotiated);
  profile.local_address = own_next_hop(ends, own_family, links);
  if (own_family == rib::Family::Ipv6Unicast && ends.interface_index) {
    const auto link_local = links.link_local_address(ends.interface_index, rib::Afi::Ipv6);
    if (link_local && *link_local != profile.local_address) profile.local_link_local = link_local;
  }
  profile.shared_subnet = shared_subnet(ends, family, links);
  profile.requires_policy =
      settings.requires_policy_out[index] && negotiated.peer_type == rib::PeerType::External;
  profile.policy = settings.policy_out[index];
  profile.unsuppress_map = settings.exports[index].unsuppress_map;
  const auto& exports = settings.exports[index];
  profile.send_standard_communities = exports.send_standard_communities;
  profile.send_extended_communities = exports.send_extended_communities;
  profile.send_large_communities = exports.send_large_communities;
  if (negotiated.peer_type == rib::PeerType::External) {
    auto& rewriting = profile.rewriting;
    if (exports.as_override) rewriting.overridden_as = negotiated.peer_as;
    rewriting.remove_private_as = exports.remove_private_as;
    if (exports.remove_private_as != rib::RemovePrivateAs::No) rewriting.kept_private_as = negotiated.peer_as;
    rewriting.as_path_unchanged = exports.as_path_unchanged;
    rewriting.med_unchanged = exports.med_unchanged;
  }
  profile.takes_long_lived_stale = negotiated.peer_long_lived;
  profile.advertisement_interval = settings.advertisement_interval;
  profile.default_originate = settings.default_originate[index];
  profile.default_originate_map = settings.default_originate_map[index];
  profile.four_octet_as = negotiated.four_octet_as;
  profile.extended_next_hop = negotiated.extended_next_hop;
  profile.add_path_send = negotiated.add_path_send[index];
  if (profile.add_path_send) profile.add_path = exports.add_path;
  profile.maximum_message_size = negotiated.maximum_message_size();
  return profile;
}

}  // namespace bgpd
