#include "bgpd/session/negotiation.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace bgpd::session {
namespace {

constexpr std::uint16_t kRestartTime =
    120;  // seconds; RFC 4724 §3 wants it below the hold time of most sessions
constexpr std::size_t kHostnameLimit = 64;  // RFC 1123; a longer name would burst the capability

bool is_expected_as(const LocalSettings& local, const PeerSettings& peer, rib::AsNumber as) {
  return peer.remote_as ? as == *peer.remote_as : as != local.as;
}

/// RFC 4760 §8: a speaker without the capability speaks IPv4 unicast only.
rib::FamilySet families_of(const wire::Open& open) {
  if (open.capabilities.multiprotocol.empty()) return {rib::Family::Ipv4Unicast};
  rib::FamilySet families;
  for (const auto family : rib::kFamilies)
    if (open.capabilities.has(family)) families.insert(family);
  return families;
}

/// RFC 5492 §5: the data lists the capabilities the peer lacks.
wire::Notification no_common_family(const wire::Open& advertised) {
  wire::Capabilities missing;
  missing.multiprotocol = advertised.capabilities.multiprotocol;
  std::array<std::uint8_t, 255> room{};
  wire::ByteWriter writer(room);
  wire::encode_capabilities(missing, writer);
  return {wire::OpenError::UnsupportedCapability, writer.written()};
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

bool offers_ipv6_next_hop_for_ipv4(const wire::Open& open) {
  const wire::ExtendedNextHop wanted{rib::Family::Ipv4Unicast, std::to_underlying(rib::Afi::Ipv6)};
  return std::ranges::find(open.capabilities.extended_next_hop, wanted) !=
         open.capabilities.extended_next_hop.end();
}

}  // namespace

wire::DecodeContext Negotiated::decode_context(rib::AsNumber local_as) const {
  wire::DecodeContext context;
  context.families = families;
  context.four_octet_as = four_octet_as;
  std::ranges::copy(add_path_receive, context.add_path);
  context.extended_next_hop = extended_next_hop;
  context.peer_type = peer_type;
  context.local_as = local_as;
  context.peer_as = peer_as;
  context.maximum_message_size = maximum_message_size();
  return context;
}

wire::Open make_open(const LocalSettings& local, const PeerSettings& peer) {
  wire::Open open;
  open.set_as(local.as);
  open.hold_time = static_cast<std::uint16_t>(std::clamp<std::int64_t>(peer.hold_time.count(), 0, 65535));
  open.identifier = local.identifier;

  auto& offers = open.capabilities;
  for (const auto family : rib::kFamilies)
    if (peer.families.contains(family)) offers.multiprotocol.emplace_back(family);
  for (const auto family : rib::kFamilies) {
    const auto index = rib::index_of(family);
    const bool receives = peer.accepts_add_path[index], sends = peer.exports[index].offers_add_path();
    if (!peer.families.contains(family) || (!receives && !sends)) continue;
    using Direction = wire::AddPathFamily::Direction;
    offers.add_path.push_back({family, !sends     ? Direction::Receive
                                       : receives ? Direction::Both
                                                  : Direction::Send});
  }
  offers.route_refresh = true;
  offers.extended_message = true;
  if (peer.graceful_restart) {
    wire::GracefulRestart restart;
    restart.restart_time = kRestartTime;
    for (const auto& family : offers.multiprotocol) restart.families.push_back({family, false});
    offers.graceful_restart = std::move(restart);
  }
  if (!local.hostname.empty()) offers.fqdn = wire::Fqdn{local.hostname.substr(0, kHostnameLimit), ""};
  return open;
}

std::expected<Negotiated, wire::Notification> negotiate(const LocalSettings& local, const PeerSettings& peer,
                                                        const wire::Open& advertised,
                                                        const wire::Open& received) {
  Negotiated result;
  result.peer_as = received.as();
  result.peer_identifier = received.identifier;
  result.peer_type = result.peer_as == local.as ? rib::PeerType::Internal : rib::PeerType::External;
  if (!is_expected_as(local, peer, result.peer_as)) return std::unexpected(wire::OpenError::BadPeerAs);
  if (received.identifier == 0 ||
      (received.identifier == local.identifier && result.peer_type == rib::PeerType::Internal))
    return std::unexpected(wire::OpenError::BadBgpIdentifier);

  result.families = families_of(advertised) & families_of(received);
  if (result.families.empty()) return std::unexpected(no_common_family(advertised));

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
  if (ours.graceful_restart) result.peer_graceful_restart = theirs.graceful_restart;
  result.advertised = advertised;
  result.received = received;
  return result;
}

bool ours_survives_collision(const LocalSettings& local, rib::BgpIdentifier peer_identifier,
                             rib::AsNumber peer_as) {
  if (local.identifier != peer_identifier) return local.identifier > peer_identifier;
  return local.as > peer_as;
}

}  // namespace bgpd::session
