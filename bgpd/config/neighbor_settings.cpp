#include "bgpd/config/neighbor_settings.hpp"

#include <algorithm>

namespace bgpd::config {
namespace {

constexpr std::uint8_t kMaximumTtl = 255;

bool is_internal(const cli::Bgp& bgp, const cli::RemoteAs& remote_as) {
  switch (remote_as.kind) {
    case cli::RemoteAs::Kind::Internal:
      return true;
    case cli::RemoteAs::Kind::External:
    case cli::RemoteAs::Kind::Auto:  // until an OPEN says otherwise
      return false;
    case cli::RemoteAs::Kind::Number:
      return remote_as.number == bgp.as;
  }
  return false;
}

std::optional<rib::AsNumber> expected_as(const cli::Bgp& bgp, const cli::RemoteAs& remote_as) {
  switch (remote_as.kind) {
    case cli::RemoteAs::Kind::Internal:
      return bgp.as;
    case cli::RemoteAs::Kind::Number:
      return remote_as.number;
    case cli::RemoteAs::Kind::External:
    case cli::RemoteAs::Kind::Auto:
      break;
  }
  return std::nullopt;
}

rib::FamilySet activated_families(const cli::Bgp& bgp, const cli::Neighbor& neighbor) {
  rib::FamilySet families;
  for (const auto family : rib::kFamilies) {
    const bool is_default = family == rib::Family::Ipv4Unicast && bgp.default_ipv4_unicast;
    if (neighbor.families[index_of(family)].activate.value_or(is_default)) families.insert(family);
  }
  return families;
}

/// A neighbor of any AS (`remote-as auto`) is next to us as an external one is, whatever its OPEN will tell:
/// a longer reach would let anybody anywhere become one, and lowering it then comes too late, since what the
/// neighbor has sent by then makes a session of it on our side.
void set_ttl(session::PeerSettings& peer, const cli::Neighbor& neighbor, bool internal) {
  peer.ttl = internal ? kMaximumTtl : neighbor.ebgp_multihop.value_or(1);
  if (const auto hops = neighbor.ttl_security_hops.value_or(0); hops != 0) {  // RFC 5082 §3
    peer.ttl = kMaximumTtl;
    peer.minimum_ttl = static_cast<std::uint8_t>(kMaximumTtl - hops + 1);
  }
}

/// Keeps the `update-source` of the operator: an address, or an interface whose address is looked up at each
/// connect.
void set_source(session::PeerSettings& peer, const cli::Neighbor& neighbor) {
  if (!neighbor.update_source) return;
  peer.local_address = rib::IpAddress::parse(*neighbor.update_source);
  if (!peer.local_address) peer.local_interface = *neighbor.update_source;
}

/// Who we are to the neighbor, and what our OPEN offers it.
void set_negotiation(session::PeerSettings& peer, const cli::Neighbor& neighbor) {
  if (const auto& own = neighbor.local_as) {
    peer.local_as = own->as;
    peer.local_as_no_prepend = own->no_prepend;
    peer.local_as_replace_as = own->replace_as;
  }
  if (const auto& role = neighbor.local_role) {
    peer.local_role = role->role;
    peer.strict_role = role->strict;
  }
  peer.offers_extended_next_hop =
      neighbor.capability_extended_nexthop.value_or(peer.address.is_v6() && peer.address.is_link_local());
  peer.offers_capabilities = !neighbor.dont_capability_negotiate.value_or(false);
  peer.extends_open = neighbor.extended_optional_parameters.value_or(false);
  peer.overrides_capabilities = neighbor.override_capability.value_or(false);
  peer.requires_equal_capabilities = neighbor.strict_capability_match.value_or(false);
  peer.advertisement_interval = std::chrono::seconds(neighbor.advertisement_interval.value_or(0));
  peer.delay_open_time = std::chrono::seconds(neighbor.delay_open_seconds.value_or(0));
}

void set_families(session::PeerSettings& peer, const cli::Neighbor& neighbor) {
  for (const auto family : rib::kFamilies) {
    const auto index = index_of(family);
    const auto& settings = neighbor.families[index];
    peer.is_route_reflector_client[index] = settings.route_reflector_client.value_or(false);
    peer.next_hop_mode[index] = settings.next_hop_mode.value_or(rib::NextHopMode::Standard);
    peer.default_originate[index] = settings.default_originate.value_or(false);
    if (peer.default_originate[index])
      peer.default_originate_map[index] = settings.default_originate_map.value_or("");
    auto& import = peer.imports[index];
    import.policy = settings.policy_in.chain();
    import.requires_policy = peer.requires_policy && import.policy.empty();
    const auto tolerated = settings.allow_own_as.value_or(cli::AllowOwnAs{});
    import.allow_own_as = tolerated.count;
    import.allow_own_as_as_origin = tolerated.as_origin;
    import.weight = settings.weight.value_or(0);
    const auto limit = settings.maximum_prefix.value_or(cli::MaximumPrefix{});
    import.maximum_prefix = limit.number;
    import.maximum_prefix_threshold = limit.threshold;
    import.maximum_prefix_warning_only = limit.warning_only;
    import.maximum_prefix_counts_denied = limit.counts_denied;
    peer.maximum_prefix_restart[index] = std::chrono::minutes(limit.restart_minutes);
    auto& exports = peer.exports[index];
    exports.send_standard_communities = settings.send_standard.value_or(true);
    exports.send_extended_communities = settings.send_extended.value_or(true);
    exports.send_large_communities = settings.send_large.value_or(true);
    exports.add_path = settings.add_path.value_or(rib::AddPathSelection{});
    exports.as_override = settings.as_override.value_or(false);
    exports.remove_private_as = settings.remove_private_as.value_or(rib::RemovePrivateAs::No);
    exports.as_path_unchanged = settings.as_path_unchanged.value_or(false);
    exports.med_unchanged = settings.med_unchanged.value_or(false);
    exports.unsuppress_map = settings.unsuppress_map.value_or("");
    peer.accepts_add_path[index] = !settings.disable_add_path_receive.value_or(false);
    peer.policy_out[index] = settings.policy_out.chain();
    peer.requires_policy_out[index] = peer.requires_policy && peer.policy_out[index].empty();
  }
}

/// What is the same however the neighbor is found. neighbor.remote_as is there, peer.families is set.
void set_common(session::PeerSettings& peer, const cli::Bgp& bgp, const cli::Neighbor& neighbor) {
  const bool internal = is_internal(bgp, *neighbor.remote_as);
  peer.peer_group = neighbor.peer_group.value_or("");
  peer.description = neighbor.description.value_or("");
  peer.source = session::PeerSource::Configured;
  peer.remote_as = expected_as(bgp, *neighbor.remote_as);
  peer.any_as = neighbor.remote_as->kind == cli::RemoteAs::Kind::Auto;
  peer.port = neighbor.port.value_or(179);
  peer.passive = neighbor.passive.value_or(false);
  peer.shutdown = neighbor.shutdown.value_or(false);
  peer.shutdown_message = neighbor.shutdown_message.value_or("");
  peer.hold_time = std::chrono::seconds(neighbor.hold_seconds.value_or(bgp.hold_seconds));
  peer.keepalive_time = std::chrono::seconds(neighbor.keepalive_seconds.value_or(bgp.keepalive_seconds));
  peer.connect_retry_time =
      std::chrono::seconds(neighbor.connect_retry_seconds.value_or(bgp.connect_retry_seconds));
  if (neighbor.user_timeout) peer.user_timeout = std::chrono::milliseconds(*neighbor.user_timeout);
  set_ttl(peer, neighbor, internal);
  peer.enforces_first_as = neighbor.enforce_first_as.value_or(true);
  peer.password = neighbor.password.value_or("");
  peer.graceful_restart = graceful_restart_settings(bgp, neighbor.graceful_restart);
  set_negotiation(peer, neighbor);
  peer.requires_policy = !internal && bgp.ebgp_requires_policy;  // RFC 8212; of an external session
  set_families(peer, neighbor);
}

}  // namespace

session::GracefulRestartSettings graceful_restart_settings(const cli::Bgp& bgp,
                                                           std::optional<cli::GracefulRestartMode> own) {
  using From = cli::GracefulRestartMode;
  using To = session::GracefulRestartSettings::Mode;
  const auto& common = bgp.graceful_restart;
  const auto mode = own.value_or(common.mode);
  return {.mode = mode == From::Disabled ? To::Disabled
                  : mode == From::Helper ? To::Helper
                                         : To::Restarter,
          .is_own_mode = own.has_value() && *own != common.mode,
          .restart_time = common.restart_seconds,
          .stale_path_time = std::chrono::seconds(common.stalepath_seconds),
          .long_lived_stale_time = common.long_lived_seconds,
          .notification = common.notification,
          .hard_administrative_reset = common.hard_administrative_reset,
          .preserves_forwarding = common.preserve_forwarding};
}

std::expected<session::PeerSettings, std::string> neighbor_settings(const cli::Bgp& bgp,
                                                                    const rib::IpAddress& address,
                                                                    const cli::Neighbor& neighbor,
                                                                    const InterfaceIndex& interface_index) {
  if (!neighbor.remote_as) return std::unexpected("no remote-as");
  if (address.is_martian_host()) return std::unexpected("not an address that a neighbor can have");

  session::PeerSettings peer;
  peer.address = address;
  peer.families = activated_families(bgp, neighbor);
  if (peer.families.empty()) return std::unexpected("no address family is activated");
  set_source(peer, neighbor);
  if (address.is_v6() && address.is_link_local()) {
    if (peer.local_interface.empty())
      return std::unexpected("a link-local address needs update-source INTERFACE");
    peer.interface_index = interface_index ? interface_index(peer.local_interface) : 0;
    if (peer.interface_index == 0) return std::unexpected("there is no interface " + peer.local_interface);
  }
  set_common(peer, bgp, neighbor);
  return peer;
}

std::expected<session::PeerSettings, std::string> interface_neighbor_settings(
    const cli::Bgp& bgp, const std::string& name, const cli::Neighbor& neighbor,
    const InterfaceIndex& interface_index) {
  if (!neighbor.remote_as) return std::unexpected("no remote-as");
  session::PeerSettings peer;
  peer.interface_name = name;
  peer.address = rib::IpAddress::unspecified(rib::Afi::Ipv6);
  peer.interface_index = interface_index ? interface_index(name) : 0;
  peer.families = activated_families(bgp, neighbor);
  if (peer.families.empty()) return std::unexpected("no address family is activated");
  set_common(peer, bgp, neighbor);
  peer.offers_extended_next_hop = neighbor.capability_extended_nexthop.value_or(true);
  return peer;
}

std::map<std::string, std::expected<session::PeerSettings, std::string>> all_interface_neighbor_settings(
    const cli::Config& config, const InterfaceIndex& interface_index) {
  std::map<std::string, std::expected<session::PeerSettings, std::string>> all;
  if (!config.bgp) return all;
  for (const auto& [name, neighbor] : config.bgp->interface_neighbors)
    all.emplace(name, interface_neighbor_settings(*config.bgp, name, cli::resolved(*config.bgp, neighbor),
                                                  interface_index));
  return all;
}

std::map<rib::Prefix, std::expected<session::ListenRange, std::string>> listen_ranges(
    const cli::Config& config) {
  std::map<rib::Prefix, std::expected<session::ListenRange, std::string>> all;
  if (!config.bgp) return all;
  for (const auto& [range, name] : config.bgp->listen_ranges) {
    cli::Neighbor member;
    member.peer_group = name;
    const auto neighbor = cli::resolved(*config.bgp, member);
    session::PeerSettings peer;
    peer.families = activated_families(*config.bgp, neighbor);
    if (!neighbor.remote_as || peer.families.empty()) {
      all.emplace(range, std::unexpected(
                             "peer-group " + name +
                             (neighbor.remote_as ? " activates no address family" : " has no remote-as")));
      continue;
    }
    set_source(peer, neighbor);
    set_common(peer, *config.bgp, neighbor);
    peer.source = session::PeerSource::Dynamic;
    peer.passive = true;
    peer.listen_range = range;
    all.emplace(range, session::ListenRange{range, std::move(peer)});
  }
  return all;
}

std::map<rib::IpAddress, std::expected<session::PeerSettings, std::string>> all_neighbor_settings(
    const cli::Config& config, const InterfaceIndex& interface_index) {
  std::map<rib::IpAddress, std::expected<session::PeerSettings, std::string>> all;
  if (!config.bgp) return all;
  for (const auto& [address, neighbor] : config.bgp->neighbors)
    all.emplace(address, neighbor_settings(*config.bgp, address, cli::resolved(*config.bgp, neighbor),
                                           interface_index));
  return all;
}

std::vector<session::PeerSettings> merged_peers(std::vector<session::PeerSettings> configured,
                                                std::vector<session::PeerSettings> discovered) {
  const auto same_peer = [](const session::PeerSettings& a, const session::PeerSettings& b) {
    return a.address == b.address && a.interface_index == b.interface_index;
  };
  const auto known = configured.size();
  for (auto& peer : discovered) {
    const bool is_configured =
        std::any_of(configured.begin(), configured.begin() + static_cast<std::ptrdiff_t>(known),
                    [&](const auto& other) { return same_peer(peer, other); });
    if (!is_configured) configured.push_back(std::move(peer));
  }
  return configured;
}

SpeakerSettings speaker_settings(const cli::Config& config, rib::BgpIdentifier identifier,
                                 const std::string& hostname, std::uint16_t port) {
  SpeakerSettings settings;
  if (!config.bgp) return settings;
  const auto& bgp = *config.bgp;
  auto& speaker = settings.speaker;
  speaker.as = bgp.as;
  speaker.identifier = bgp.router_id.value_or(identifier);
  speaker.cluster_id = bgp.cluster_id.value_or(0);
  speaker.confederation_id = bgp.confederation_id.value_or(0);
  speaker.default_local_pref = bgp.default_local_preference;
  speaker.always_compare_med = bgp.always_compare_med;
  speaker.med_missing_as_worst = bgp.med_missing_as_worst;
  speaker.compare_router_id = bgp.compare_router_id;
  speaker.med_confederation = bgp.med_confederation;
  speaker.ignore_as_path_length = bgp.ignore_as_path_length;
  speaker.count_member_ases = bgp.count_member_ases;
  speaker.multipath_relax = bgp.multipath_relax;
  speaker.link_bandwidth = bgp.link_bandwidth;
  std::ranges::copy(bgp.family_rules, speaker.families);
  speaker.client_to_client_reflection = bgp.client_to_client_reflection;
  speaker.graceful_shutdown = bgp.graceful_shutdown;
  speaker.suppress_fib_pending = bgp.suppress_fib_pending;
  speaker.reject_as_sets = bgp.reject_as_sets;
  speaker.resolve_via_default = config.resolve_via_default;
  settings.local = {.as = bgp.as,
                    .identifier = speaker.identifier,
                    .confederation_id = bgp.confederation_id.value_or(0),
                    .confederation_peers = {bgp.confederation_peers.begin(), bgp.confederation_peers.end()},
                    .hostname = config.hostname.value_or(hostname),
                    .port = port};
  return settings;
}

}  // namespace bgpd::config
