#include "bgpd/session/negotiation.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace bgpd::session {
namespace {

constexpr std::size_t kHostnameLimit = 64;  // RFC 1123; a longer name would burst the capability

const wire::ExtendedNextHop kIpv6NextHopForIpv4{rib::Family::Ipv4Unicast,
                                                std::to_underlying(rib::Afi::Ipv6)};  // RFC 8950 §4

/// `remote-as auto` is as good as anybody, where one AS is ours. `local-as` is for external sessions.
bool may_be_internal(const PeerSettings& peer) { return peer.any_as && peer.local_as == 0; }

/// RFC 4760 §8: a speaker without the capability speaks IPv4 unicast only.
rib::FamilySet families_of(const wire::Open& open) {
  if (open.capabilities.multiprotocol.empty()) return {rib::Family::Ipv4Unicast};
  rib::FamilySet families;
  for (const auto family : rib::kFamilies)
    if (open.capabilities.has(family)) families.insert(family);
  return families;
}

/// RFC 5492 §5: the data lists the capabilities that stand between us.
wire::Notification unsupported(const wire::Capabilities& capabilities) {
  std::vector<std::uint8_t> room(wire::kMaximumMessageSize);
  wire::ByteWriter writer(room);
  wire::encode_capabilities(capabilities, writer);
  return {wire::OpenError::UnsupportedCapability, writer.written()};
}

/// `strict-capability-match`: the families that we offer and they do not, and what they have that we do not
/// know.
wire::Capabilities differences(const wire::Open& advertised, const wire::Open& received) {
  wire::Capabilities found;
  const auto theirs = families_of(received);
  for (const auto& family : advertised.capabilities.multiprotocol)
    if (!family.family() || !theirs.contains(*family.family())) found.multiprotocol.push_back(family);
  found.unknown = received.capabilities.unknown;
  return found;
}

std::expected<rib::FamilySet, wire::Notification> negotiate_families(const PeerSettings& peer,
                                                                     const wire::Open& advertised,
                                                                     const wire::Open& received) {
  if (peer.requires_equal_capabilities)
    if (const auto found = differences(advertised, received); found != wire::Capabilities{})
      return std::unexpected(unsupported(found));
  if (peer.overrides_capabilities) return peer.families;
  const auto families = families_of(advertised) & families_of(received);
  if (!families.empty()) return families;
  wire::Capabilities missing;
  missing.multiprotocol = advertised.capabilities.multiprotocol;
  return std::unexpected(unsupported(missing));
}

/// RFC 9234 §4.2, table 2: a provider talks to a customer, a route server to its client, peers to each other.
bool is_role_pair(rib::Role ours, std::uint8_t theirs) {
  using rib::Role;
  static constexpr std::array kPartner{Role::Customer, Role::RouteServerClient, Role::RouteServer,
                                       Role::Provider, Role::Peer};
  return theirs == std::to_underlying(kPartner[std::to_underlying(ours)]);
}

/// Roles are of sessions between ASes; within a confederation there are none. RFC 9234 §4.1, §5.
bool has_role(const PeerSettings& peer, rib::PeerType type, bool is_confederation_peer) {
  return peer.local_role && type == rib::PeerType::External && !is_confederation_peer;
}

bool roles_agree(const PeerSettings& peer, const wire::Open& received) {
  const auto& theirs = received.capabilities.role;
  return theirs ? is_role_pair(*peer.local_role, *theirs) : !peer.strict_role;
}

/// RFC 4271 §4.2: the smaller hold time holds; §10: a third of it between KEEPALIVEs, never less than a
/// second.
void negotiate_times(Negotiated& result, const PeerSettings& peer, const wire::Open& advertised,
                     const wire::Open& received) {
  result.hold_time = std::chrono::seconds(std::min(advertised.hold_time, received.hold_time));
  if (result.hold_time == 0s) return;
  result.keepalive_interval = std::max(1s, result.hold_time / 3);
  if (peer.keepalive_time > 0s)
    result.keepalive_interval = std::min(result.keepalive_interval, peer.keepalive_time);
}

const wire::AddPathFamily* add_path_of(const wire::Open& open, rib::Family family) {
  for (const auto& entry : open.capabilities.add_path)
    if (entry.family == wire::AfiSafi(family)) return &entry;
  return nullptr;
}

/// RFC 7911 §4: path ids travel in one direction when its sender may send and its receiver may receive them.
void negotiate_add_path(Negotiated& result, const wire::Open& advertised, const wire::Open& received) {
  for (const auto family : rib::kFamilies) {
    const auto* const ours = add_path_of(advertised, family);
    const auto* const theirs = add_path_of(received, family);
    if (!ours || !theirs || !result.families.contains(family)) continue;
    result.add_path_receive[rib::index_of(family)] = ours->receives() && theirs->sends();
    result.add_path_send[rib::index_of(family)] = ours->sends() && theirs->receives();
  }
}

}  // namespace

bool offers_ipv6_next_hop_for_ipv4(const wire::Open& open) {
  return std::ranges::find(open.capabilities.extended_next_hop, kIpv6NextHopForIpv4) !=
         open.capabilities.extended_next_hop.end();
}

wire::DecodeContext Negotiated::decode_context() const {
  wire::DecodeContext context;
  context.families = families;
  context.four_octet_as = four_octet_as;
  std::ranges::copy(add_path_receive, context.add_path);
  context.extended_next_hop = extended_next_hop;
  context.peer_type = peer_type;
  context.same_confederation = is_confederation_peer;
  context.local_as = local_as;
  context.peer_as = peer_as;
  context.maximum_message_size = maximum_message_size();
  return context;
}

namespace {

/// RFC 4724 §3: who only helps lists no family.
void offer_graceful_restart(const LocalSettings& local, const PeerSettings& peer,
                            wire::Capabilities& offers) {
  using Mode = GracefulRestartSettings::Mode;
  const auto& settings = peer.graceful_restart;
  if (settings.mode == Mode::Disabled) return;
  auto& restart = offers.graceful_restart.emplace();
  restart.restarting = local.is_restarting && settings.mode == Mode::Restarter;
  restart.notification = settings.notification;
  restart.restart_time = settings.restart_time;
  auto& long_lived = offers.long_lived.emplace();  // RFC 9494 §3.1; without a family: we know LLGR_STALE
  if (settings.mode != Mode::Restarter) return;
  for (const auto family : rib::kFamilies) {
    if (!peer.families.contains(family)) continue;
    const bool preserved = settings.preserves_forwarding || local.forwarding_preserved.contains(family);
    restart.families.push_back({family, preserved});
    if (settings.long_lived_stale_time > 0)
      long_lived.push_back({family, preserved, settings.long_lived_stale_time});
  }
}

/// RFC 9494 §3.1: without graceful restart beside it, the capability counts as absent. §4.2: its receiver may
/// bound the time.
void negotiate_long_lived(Negotiated& result, const PeerSettings& peer, const wire::Open& received) {
  const auto& theirs = received.capabilities.long_lived;
  if (!result.peer_graceful_restart || !theirs) return;
  result.peer_long_lived = true;
  for (const auto& [code, preserved, stale_time] : *theirs) {
    const auto family = code.family();
    if (!family || !result.families.contains(*family)) continue;
    result.long_lived_stale_time[rib::index_of(*family)] =
        std::chrono::seconds(std::min(stale_time, peer.graceful_restart.long_lived_stale_time));
    if (preserved) result.long_lived_preserved.insert(*family);
  }
}

}  // namespace

bool is_confederation_member(const LocalSettings& local, rib::AsNumber as) {
  return local.confederation_id != 0 && std::ranges::binary_search(local.confederation_peers, as);
}

bool is_expected_as(const LocalSettings& local, const PeerSettings& peer, rib::AsNumber as) {
  if (peer.remote_as) return as == *peer.remote_as;
  if (may_be_internal(peer))
    return local.confederation_id == 0 || as == local.as || is_confederation_member(local, as);
  return as != local.as && as != local_as_for(local, peer) && !is_confederation_member(local, as);
}

rib::AsNumber local_as_for(const LocalSettings& local, const PeerSettings& peer) {
  if (peer.local_as != 0) return peer.local_as;
  if (local.confederation_id == 0) return local.as;
  const bool is_inside =
      peer.any_as ||
      (peer.remote_as && (*peer.remote_as == local.as || is_confederation_member(local, *peer.remote_as)));
  return is_inside ? local.as : local.confederation_id;
}

wire::Open make_open(const LocalSettings& local, const PeerSettings& peer) {
  wire::Open open;
  open.set_as(local_as_for(local, peer));
  open.hold_time = static_cast<std::uint16_t>(std::clamp<std::int64_t>(peer.hold_time.count(), 0, 65535));
  open.identifier = local.identifier;
  open.extended_parameters = peer.extends_open;

  auto& offers = open.capabilities;
  if (!peer.offers_capabilities) {  // RFC 5492 §3: for a peer that does not know the parameter
    offers = {};
    return open;
  }
  for (const auto family : rib::kFamilies)
    if (peer.families.contains(family)) offers.multiprotocol.emplace_back(family);
  for (const auto family : rib::kFamilies) {
    const auto index = rib::index_of(family);
    const bool receives = peer.accepts_add_path[index], sends = peer.exports[index].offers_add_path();
    if (!peer.families.contains(family) || (!receives && !sends)) continue;
    using AddPath = wire::AddPathFamily::Direction;
    offers.add_path.push_back({family, !sends ? AddPath::Receive : receives ? AddPath::Both : AddPath::Send});
  }
  offers.route_refresh = true;
  offers.enhanced_route_refresh = true;
  offers.extended_message = true;
  if (peer.offers_extended_next_hop && peer.families.contains(rib::Family::Ipv4Unicast))
    offers.extended_next_hop.push_back(kIpv6NextHopForIpv4);
  // Who `remote-as external` will be is not known yet; it is no member of the confederation, see negotiate().
  // `remote-as auto` is one, if there is one; else it may be external, which the operator of a role expects.
  const bool is_internal = peer.remote_as == local.as && peer.local_as == 0;
  const bool is_member = peer.remote_as ? is_confederation_member(local, *peer.remote_as)
                                        : may_be_internal(peer) && local.confederation_id != 0;
  if (has_role(peer, is_internal ? rib::PeerType::Internal : rib::PeerType::External, is_member))
    offers.role = std::to_underlying(*peer.local_role);
  offer_graceful_restart(local, peer, offers);
  if (!local.hostname.empty()) offers.fqdn = wire::Fqdn{local.hostname.substr(0, kHostnameLimit), ""};
  return open;
}

std::expected<Negotiated, wire::Notification> negotiate(const LocalSettings& local, const PeerSettings& peer,
                                                        const wire::Open& advertised,
                                                        const wire::Open& received) {
  Negotiated result;
  result.peer_as = received.as();
  result.peer_identifier = received.identifier;
  result.local_as = advertised.as();
  result.peer_type = result.peer_as == result.local_as ? rib::PeerType::Internal : rib::PeerType::External;
  result.is_confederation_peer =
      result.local_as == local.as && is_confederation_member(local, result.peer_as);
  if (!is_expected_as(local, peer, result.peer_as)) return std::unexpected(wire::OpenError::BadPeerAs);
  if (received.identifier == 0 ||
      (received.identifier == local.identifier && result.peer_type == rib::PeerType::Internal))
    return std::unexpected(wire::OpenError::BadBgpIdentifier);

  if (has_role(peer, result.peer_type, result.is_confederation_peer)) {
    if (!roles_agree(peer, received)) return std::unexpected(wire::OpenError::RoleMismatch);
    result.local_role = peer.local_role;
  }

  auto families = negotiate_families(peer, advertised, received);
  if (!families) return std::unexpected(std::move(families.error()));
  result.families = *families;

  negotiate_times(result, peer, advertised, received);
  negotiate_add_path(result, advertised, received);
  const auto& ours = advertised.capabilities;
  const auto& theirs = received.capabilities;
  result.four_octet_as = ours.four_octet_as && theirs.four_octet_as;
  result.route_refresh = ours.route_refresh && theirs.route_refresh;
  result.enhanced_route_refresh = ours.enhanced_route_refresh && theirs.enhanced_route_refresh;
  result.extended_message = ours.extended_message && theirs.extended_message;
  result.extended_next_hop =
      offers_ipv6_next_hop_for_ipv4(advertised) && offers_ipv6_next_hop_for_ipv4(received);
  if (ours.graceful_restart && theirs.graceful_restart) {
    result.peer_graceful_restart = theirs.graceful_restart;
    result.graceful_notification =
        ours.graceful_restart->notification && theirs.graceful_restart->notification;
    negotiate_long_lived(result, peer, received);
  }
  result.advertised = advertised;
  result.received = received;
  return result;
}

bool ours_survives_collision(const wire::Open& advertised, const wire::Open& received) {
  if (advertised.identifier != received.identifier) return advertised.identifier > received.identifier;
  return advertised.as() > received.as();
}

}  // namespace bgpd::session
