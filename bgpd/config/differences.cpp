#include "bgpd/config/differences.hpp"

#include <tuple>

#include "bgpd/session/peer.hpp"

namespace bgpd::config {
namespace {

using session::PeerSettings;

/// What of `router bgp` the mesh's sessions and beacons are made of.
auto mesh_view(const cli::Config& config) {
  const cli::Bgp bgp = config.bgp.value_or(cli::Bgp{});
  return std::tuple(config.bgp.has_value(), bgp.discovery, bgp.as, bgp.router_id, bgp.keepalive_seconds,
                    bgp.hold_seconds, bgp.connect_retry_seconds, bgp.graceful_restart, config.hostname,
                    config.fib_vrf);
}

auto originations_view(const cli::Config& config) {
  const cli::Bgp bgp = config.bgp.value_or(cli::Bgp{});
  return std::tuple(config.bgp.has_value(), bgp.networks, bgp.advertised_interfaces, bgp.network_import_check,
                    bgp.aggregates, bgp.redistributed[0], bgp.redistributed[1]);
}

void compare_neighbors(const cli::Config& before, const cli::Config& after,
                       const InterfaceIndex& interface_index, Differences& found) {
  const auto old_neighbors = all_neighbor_settings(before, interface_index);
  const auto new_neighbors = all_neighbor_settings(after, interface_index);
  for (const auto& [address, old_settings] : old_neighbors) {
    if (!old_settings) continue;
    const auto now = new_neighbors.find(address);
    const bool is_same_peer = now != new_neighbors.end() && now->second &&
                              now->second->interface_index == old_settings->interface_index;
    if (is_same_peer) continue;
    found.removed_neighbors.push_back(*old_settings);
    if (!old_settings->shutdown) found.resets.push_back({address, "neighbor removed"});
  }
  for (const auto& [address, new_settings] : new_neighbors) {
    if (!new_settings) {
      found.unusable_neighbors.push_back({address, new_settings.error()});
      continue;
    }
    const auto then = old_neighbors.find(address);
    const bool is_same_peer = then != old_neighbors.end() && then->second &&
                              then->second->interface_index == new_settings->interface_index;
    if (!is_same_peer) {
      found.added_neighbors.push_back(*new_settings);
    } else if (*then->second != *new_settings) {
      found.changed_neighbors.push_back(*new_settings);
      if (then->second->shutdown) continue;  // there is no session that could end
      if (const auto reason = reset_reason(*then->second, *new_settings))
        found.resets.push_back({address, *reason});
    }
  }
}

/// AS and identifier are in every OPEN: all sessions that stay end once.
void reset_all(const cli::Config& after, const std::string& reason, const InterfaceIndex& interface_index,
               Differences& found) {
  for (const auto& [address, settings] : all_neighbor_settings(after, interface_index)) {
    const auto is_this = [&, key = address](const auto& other) { return other.address == key; };
    if (!settings || settings->shutdown || std::ranges::any_of(found.added_neighbors, is_this) ||
        std::ranges::any_of(found.resets, is_this))
      continue;
    found.resets.push_back({address, reason});
  }
}

}  // namespace

std::optional<std::string> reset_reason(const PeerSettings& before, const PeerSettings& after) {
  if (after.shutdown && !before.shutdown) return "shutdown";
  if (!session::needs_reset(before, after)) return std::nullopt;
  if (before.remote_as != after.remote_as || before.any_as != after.any_as) return "remote-as changed";
  if (before.local_address != after.local_address || before.local_interface != after.local_interface)
    return "update-source changed";
  if (before.families != after.families) return "address families changed";
  if (before.address != after.address || before.interface_index != after.interface_index)
    return "its address on the link changed";
  if (before.graceful_restart.mode != after.graceful_restart.mode) return "graceful-restart changed";
  if (before.local_as != after.local_as) return "local-as changed";
  if (before.local_role != after.local_role || before.strict_role != after.strict_role)
    return "local-role changed";
  const auto offers = [](const PeerSettings& peer) {
    return std::tuple(peer.offers_extended_next_hop, peer.offers_capabilities, peer.overrides_capabilities,
                      peer.extends_open);
  };
  if (offers(before) != offers(after)) return "capabilities changed";
  for (std::size_t i = 0; i < rib::kFamilyCount; ++i) {
    if (before.accepts_add_path[i] != after.accepts_add_path[i] ||
        before.exports[i].offers_add_path() != after.exports[i].offers_add_path())
      return "addpath changed";
  }
  return "settings changed";
}

Differences differences(const cli::Config& before, const cli::Config& after, rib::BgpIdentifier identifier,
                        const std::string& hostname, const InterfaceIndex& interface_index) {
  Differences found;
  found.bgp_removed = before.bgp && !after.bgp;
  compare_neighbors(before, after, interface_index, found);

  const auto old_speaker = speaker_settings(before, identifier, hostname, 0);
  const auto new_speaker = speaker_settings(after, identifier, hostname, 0);
  found.speaker_changed = old_speaker != new_speaker;
  if (before.bgp && after.bgp) {
    if (old_speaker.local.as != new_speaker.local.as)
      reset_all(after, "AS changed", interface_index, found);
    else if (old_speaker.local.confederation_id != new_speaker.local.confederation_id ||
             old_speaker.local.confederation_peers != new_speaker.local.confederation_peers)
      reset_all(after, "confederation changed", interface_index, found);
    else if (before.fib_vrf != after.fib_vrf)
      reset_all(after, "fib vrf changed", interface_index, found);
    else if (old_speaker.local.identifier != new_speaker.local.identifier)
      reset_all(after, "router-id changed", interface_index, found);
  }
  found.discovery_changed = mesh_view(before) != mesh_view(after);
  found.originations_changed = originations_view(before) != originations_view(after);
  found.fib_options_changed = kernel_options(before, true) != kernel_options(after, true);
  found.forwarding_changed =
      before.ip_forwarding != after.ip_forwarding || before.ipv6_forwarding != after.ipv6_forwarding;
  found.logging_changed = std::tie(before.log_file, before.log_level, before.log_levels) !=
                          std::tie(after.log_file, after.log_level, after.log_levels);
  return found;
}

bool Differences::empty() const {
  Differences none;
  none.unusable_neighbors = unusable_neighbors;  // a fact about the new configuration, no difference
  return *this == none;
}

fib::KernelOptions kernel_options(const cli::Config& config, bool write) {
  fib::KernelOptions options;
  options.write = write;
  options.metric = config.fib_metric;
  options.audit_interval = std::chrono::seconds(config.fib_audit_seconds);
  options.table = config.fib_table;
  options.vrf = config.fib_vrf;
  options.next_hop_objects = config.fib_next_hop_objects;
  return options;
}

}  // namespace bgpd::config
