#include "cli/config/config.hpp"

namespace cli {

namespace {

/// The first that says something; what comes last is the default.
template <typename T>
void inherit(std::optional<T>& own, const std::optional<T>& group) {
  if (!own) own = group;
}

void inherit_policy(NeighborPolicy& own, const NeighborPolicy& group) {
  inherit(own.distribute_list, group.distribute_list);
  inherit(own.prefix_list, group.prefix_list);
  inherit(own.filter_list, group.filter_list);
  inherit(own.route_map, group.route_map);
}

void inherit_family(NeighborFamily& own, const NeighborFamily& group) {
  inherit(own.activate, group.activate);
  inherit(own.route_reflector_client, group.route_reflector_client);
  inherit(own.next_hop_mode, group.next_hop_mode);
  inherit(own.allow_own_as, group.allow_own_as);
  inherit(own.weight, group.weight);
  inherit(own.maximum_prefix, group.maximum_prefix);
  inherit(own.soft_reconfiguration, group.soft_reconfiguration);
  inherit(own.send_standard, group.send_standard);
  inherit(own.send_extended, group.send_extended);
  inherit(own.send_large, group.send_large);
  if (!own.default_originate) inherit(own.default_originate_map, group.default_originate_map);  // one line
  inherit(own.default_originate, group.default_originate);
  inherit(own.unsuppress_map, group.unsuppress_map);
  inherit(own.add_path, group.add_path);
  inherit(own.disable_add_path_receive, group.disable_add_path_receive);
  inherit(own.as_override, group.as_override);
  inherit(own.remove_private_as, group.remove_private_as);
  inherit(own.as_path_unchanged, group.as_path_unchanged);
  inherit(own.med_unchanged, group.med_unchanged);
  inherit_policy(own.policy_in, group.policy_in);
  inherit_policy(own.policy_out, group.policy_out);
}

void inherit_neighbor(Neighbor& own, const Neighbor& group) {
  inherit(own.remote_as, group.remote_as);
  inherit(own.description, group.description);
  inherit(own.passive, group.passive);
  if (!own.shutdown) inherit(own.shutdown_message, group.shutdown_message);  // they belong together
  inherit(own.shutdown, group.shutdown);
  inherit(own.port, group.port);
  inherit(own.update_source, group.update_source);
  // The two exclude each other: one of the neighbor's own silences the other of its group.
  const bool own_ttl = own.ebgp_multihop || own.ttl_security_hops;
  if (!own_ttl) {
    inherit(own.ebgp_multihop, group.ebgp_multihop);
    inherit(own.ttl_security_hops, group.ttl_security_hops);
  }
  inherit(own.password, group.password);
  inherit(own.keepalive_seconds, group.keepalive_seconds);
  inherit(own.hold_seconds, group.hold_seconds);
  inherit(own.connect_retry_seconds, group.connect_retry_seconds);
  inherit(own.advertisement_interval, group.advertisement_interval);
  inherit(own.user_timeout, group.user_timeout);
  inherit(own.disable_connected_check, group.disable_connected_check);
  inherit(own.enforce_first_as, group.enforce_first_as);
  inherit(own.graceful_restart, group.graceful_restart);
  inherit(own.local_as, group.local_as);
  inherit(own.local_role, group.local_role);
  inherit(own.capability_dynamic, group.capability_dynamic);
  inherit(own.capability_extended_nexthop, group.capability_extended_nexthop);
  inherit(own.dont_capability_negotiate, group.dont_capability_negotiate);
  inherit(own.extended_optional_parameters, group.extended_optional_parameters);
  inherit(own.override_capability, group.override_capability);
  inherit(own.strict_capability_match, group.strict_capability_match);
  inherit(own.delay_open_seconds, group.delay_open_seconds);
  for (std::size_t i = 0; i < rib::kFamilyCount; ++i) inherit_family(own.families[i], group.families[i]);
}

NeighborFamily family_defaults(const Bgp& bgp, rib::Family family) {
  NeighborFamily defaults;
  defaults.activate = family == rib::Family::Ipv4Unicast && bgp.default_ipv4_unicast;
  defaults.route_reflector_client = false;
  defaults.next_hop_mode = rib::NextHopMode::Standard;
  defaults.allow_own_as = AllowOwnAs{};
  defaults.weight = 0;
  defaults.maximum_prefix = MaximumPrefix{};
  defaults.soft_reconfiguration = false;
  defaults.send_standard = defaults.send_extended = defaults.send_large = true;
  defaults.default_originate = false;
  defaults.add_path = rib::AddPathSelection{};
  defaults.disable_add_path_receive = false;
  defaults.as_override = false;
  defaults.remove_private_as = rib::RemovePrivateAs::No;
  defaults.as_path_unchanged = defaults.med_unchanged = false;
  return defaults;
}

/// ebgp_multihop stays absent when nothing says it: absent and 1 mean the same to external neighbors only. So
/// does capability_extended_nexthop, which depends on the address.
Neighbor neighbor_defaults(const Bgp& bgp) {
  Neighbor defaults;
  defaults.passive = false;
  defaults.shutdown = false;
  defaults.port = 179;  // RFC 4271 §8.2.1
  defaults.keepalive_seconds = bgp.keepalive_seconds;
  defaults.hold_seconds = bgp.hold_seconds;
  defaults.connect_retry_seconds = bgp.connect_retry_seconds;
  defaults.disable_connected_check = false;
  defaults.enforce_first_as = true;
  defaults.capability_dynamic = defaults.dont_capability_negotiate = false;
  defaults.extended_optional_parameters = false;
  defaults.override_capability = defaults.strict_capability_match = false;
  defaults.delay_open_seconds = std::uint16_t{0};
  defaults.graceful_restart = bgp.graceful_restart.mode;
  for (const auto family : rib::kFamilies) defaults.families[index_of(family)] = family_defaults(bgp, family);
  return defaults;
}

template <typename T>
void drop(std::optional<T>& own, const std::optional<T>& inherited, T off) {
  if (own == off && inherited == off) own.reset();
}

void drop_redundant_family(NeighborFamily& own, const NeighborFamily& inherited) {
  drop(own.activate, inherited.activate, false);
  drop(own.route_reflector_client, inherited.route_reflector_client, false);
  drop(own.next_hop_mode, inherited.next_hop_mode, rib::NextHopMode::Standard);
  drop(own.allow_own_as, inherited.allow_own_as, AllowOwnAs{});
  drop(own.weight, inherited.weight, std::uint32_t{0});
  drop(own.maximum_prefix, inherited.maximum_prefix, MaximumPrefix{});
  drop(own.soft_reconfiguration, inherited.soft_reconfiguration, false);
  drop(own.send_standard, inherited.send_standard, false);
  drop(own.send_extended, inherited.send_extended, false);
  drop(own.send_large, inherited.send_large, false);
  drop(own.default_originate, inherited.default_originate, false);
  drop(own.add_path, inherited.add_path, rib::AddPathSelection{});
  drop(own.disable_add_path_receive, inherited.disable_add_path_receive, false);
  drop(own.as_override, inherited.as_override, false);
  drop(own.remove_private_as, inherited.remove_private_as, rib::RemovePrivateAs::No);
  drop(own.as_path_unchanged, inherited.as_path_unchanged, false);
  drop(own.med_unchanged, inherited.med_unchanged, false);
}

void drop_redundant_of(Neighbor& own, const Neighbor& inherited) {
  drop(own.passive, inherited.passive, false);
  drop(own.shutdown, inherited.shutdown, false);
  drop(own.disable_connected_check, inherited.disable_connected_check, false);
  drop(own.capability_dynamic, inherited.capability_dynamic, false);
  drop(own.dont_capability_negotiate, inherited.dont_capability_negotiate, false);
  drop(own.extended_optional_parameters, inherited.extended_optional_parameters, false);
  drop(own.override_capability, inherited.override_capability, false);
  drop(own.strict_capability_match, inherited.strict_capability_match, false);
  for (std::size_t i = 0; i < rib::kFamilyCount; ++i)
    drop_redundant_family(own.families[i], inherited.families[i]);
}

}  // namespace

Config built_in_config() {
  Config config;
  config.ip_forwarding = config.ipv6_forwarding = true;
  Bgp bgp;
  bgp.as = kMeshAs;
  bgp.keepalive_seconds = 3;
  bgp.hold_seconds = 9;
  bgp.connect_retry_seconds = 5;
  bgp.graceful_restart.mode = GracefulRestartMode::Restarter;
  bgp.advertised_interfaces = {"docker0", "br-*"};
  bgp.discovery.multicast = true;
  config.bgp = std::move(bgp);
  return config;
}

void drop_redundant(Bgp& bgp) {
  const auto defaults = neighbor_defaults(bgp);
  std::map<std::string, Neighbor> groups;
  for (auto& [name, group] : bgp.peer_groups) {
    drop_redundant_of(group, defaults);
    drop(group.capability_extended_nexthop, std::optional(false), false);
    groups.emplace(name, resolved(bgp, group));
  }
  // On a link the capability is offered by itself, so its "no" says something there.
  const auto drop_inherited = [&](Neighbor& neighbor, bool is_on_link) {
    const auto group = neighbor.peer_group ? groups.find(*neighbor.peer_group) : groups.end();
    const auto& inherited = group == groups.end() ? defaults : group->second;
    drop_redundant_of(neighbor, inherited);
    if (!is_on_link && !inherited.capability_extended_nexthop)
      drop(neighbor.capability_extended_nexthop, std::optional(false), false);
  };
  for (auto& [address, neighbor] : bgp.neighbors) drop_inherited(neighbor, address.is_link_local());
  for (auto& [name, neighbor] : bgp.interface_neighbors) drop_inherited(neighbor, true);
}

Neighbor resolved(const Bgp& bgp, const Neighbor& neighbor) {
  Neighbor whole = neighbor;
  if (neighbor.peer_group)
    if (const auto group = bgp.peer_groups.find(*neighbor.peer_group); group != bgp.peer_groups.end())
      inherit_neighbor(whole, group->second);
  inherit_neighbor(whole, neighbor_defaults(bgp));
  return whole;
}

}  // namespace cli
