// Configurations by chance, from a seed, for the properties of reader and writer. Only values that typed
// lines can make: e.g. a switch that is explicitly off is so because the group has it on.
#pragma once

#include <algorithm>
#include <random>

#include "cli/config/config.hpp"
#include "test/cli/config/random_policy.hpp"

namespace cli {

class RandomConfig {
 public:
  explicit RandomConfig(unsigned seed) : random_(seed) {}

  Config make() {
    Config config;
    if (chance()) config.hostname = "node" + std::to_string(number(1, 99));
    config.ip_forwarding = chance();
    config.ipv6_forwarding = chance();
    config.resolve_via_default = chance();
    config.fib_next_hop_objects = chance();
    if (chance()) config.fib_audit_seconds = static_cast<std::uint32_t>(number(0, 3600));
    if (chance()) config.history_mib = static_cast<std::uint32_t>(number(0, 1024));
    if (chance()) config.io_threads = static_cast<std::uint32_t>(number(0, 16));
    if (chance()) config.fib_metric = static_cast<std::uint32_t>(number(1, 4294967295));
    if (chance()) config.fib_vrf = "blue";
    if (chance()) config.fib_table = static_cast<std::uint32_t>(number(1, 4294967295));
    if (chance()) config.log_file = "/var/log/kulan.log";
    if (chance()) config.log_level = level();
    if (chance()) config.log_levels["session"] = level();
    if (chance()) config.log_levels["rib"] = level();
    if (chance()) add_debug(config);
    if (chance()) add_static_routes(config);
    for (auto& map : config.install_maps)
      if (chance()) map = "SRC";
    if (number(0, 9) > 0) config.bgp = bgp();
    if (chance()) config.policy = RandomPolicy(random_).make();
    if (chance()) add_kept_lines(config);
    return config;
  }

 private:
  bool chance() { return number(0, 1) == 1; }
  std::uint64_t number(std::uint64_t low, std::uint64_t high) {
    return std::uniform_int_distribution<std::uint64_t>(low, high)(random_);
  }
  std::uint16_t u16(std::uint64_t low, std::uint64_t high) {
    return static_cast<std::uint16_t>(number(low, high));
  }
  std::string level() {
    const char* levels[] = {"trace", "debug", "info", "warning", "error", "critical", "off"};
    return levels[number(0, 6)];
  }
  rib::IpAddress address() {
    if (chance()) return rib::IpAddress::v4(static_cast<std::uint32_t>(number(0x0a000001, 0x0a0000ff)));
    auto text = "2001:db8::" + std::to_string(number(1, 99));
    return *rib::IpAddress::parse(text);
  }
  void add_debug(Config& config) {
    config.debug.insert({DebugTopic::BestPath, "", prefix()});
    config.debug.insert({DebugTopic::NextHops});
    for (const auto topic : {DebugTopic::Keepalives, DebugTopic::NeighborEvents, DebugTopic::UpdatesIn})
      config.debug.insert({topic, chance() ? "" : address().to_string()});
    if (chance() && !config.debug.contains({DebugTopic::UpdatesOut}))
      config.debug.insert({DebugTopic::UpdatesOut, "eth0"});
    if (chance()) config.debug.insert({DebugTopic::UpdatesOfPrefix, "", prefix()});
    config.debug.insert({DebugTopic::BgpZebra, "", chance() ? std::nullopt : std::optional(prefix())});
    config.debug.insert({static_cast<DebugTopic>(
        number(std::to_underlying(DebugTopic::ZebraEvents), std::to_underlying(DebugTopic::ZebraRib)))});
  }
  void add_static_routes(Config& config) {
    for (auto count = number(1, 4); count > 0; --count) {
      const auto to = prefix();
      StaticNextHop next_hop;
      StaticRoute route;
      if (const auto form = number(0, 5); form < 3) {
        next_hop.discard = static_cast<StaticNextHop::Discard>(form + 1);
      } else {
        if (form < 5) {
          do next_hop.gateway = address();
          while (next_hop.gateway->afi() != to.afi());
        }
        if (form > 3) next_hop.interface_name = "eth" + std::to_string(number(0, 3));
        route.onlink = form == 4 && chance();
      }
      if (chance()) route.distance = static_cast<std::uint8_t>(number(1, 255));
      if (chance()) route.tag = static_cast<std::uint32_t>(number(1, 4294967295));
      StaticPlace place;
      if (chance()) place.vrf = chance() ? "red" : "green";
      if (place.vrf.empty() && chance()) place.table = static_cast<std::uint32_t>(number(1, 4294967295));
      config.static_routes[place][to][next_hop] = route;
    }
  }
  rib::Prefix prefix() { return rib::Prefix(address(), static_cast<unsigned>(number(0, 32))); }
  void timers(auto& keepalive, auto& hold) {
    const auto seconds = number(0, 5) == 0 ? std::uint16_t{0} : u16(3, 65535);
    hold = seconds;
    keepalive = u16(0, seconds / 3u);
  }
  std::vector<std::string> patterns() {
    std::vector<std::string> all;
    for (const auto* pattern : {"docker0", "br-*", "cni0", "veth?"})
      if (chance()) all.emplace_back(pattern);
    std::ranges::shuffle(all, random_);
    return all;
  }

  rib::AggregateRule aggregate() {
    rib::AggregateRule rule;
    rule.as_set = chance();
    rule.summary_only = chance();
    rule.matching_med_only = chance();
    if (chance()) rule.origin = static_cast<rib::Origin>(number(0, 2));
    if (chance()) rule.route_map = "AGGREGATES";
    if (chance()) rule.suppress_map = "SOME";
    return rule;
  }

  rib::FamilyRules family_rules() {
    const auto octet = [&](std::uint64_t most) { return static_cast<std::uint8_t>(number(1, most)); };
    rib::FamilyRules rules;
    if (chance()) rules.maximum_paths_external = octet(64);
    if (chance()) {
      rules.maximum_paths_internal = octet(64);
      rules.equal_cluster_length = chance();
    }
    if (chance()) {
      rules.distance_external = octet(255);
      rules.distance_internal = octet(255);
      rules.distance_local = octet(255);
    }
    return rules;
  }

  Bgp bgp() {
    Bgp bgp;
    bgp.as = static_cast<rib::AsNumber>(number(1, 4294967295));
    if (chance()) bgp.router_id = static_cast<rib::BgpIdentifier>(number(1, 4294967295));
    if (chance()) bgp.cluster_id = static_cast<rib::BgpIdentifier>(number(1, 4294967295));
    if (chance()) timers(bgp.keepalive_seconds, bgp.hold_seconds);
    if (chance()) bgp.connect_retry_seconds = u16(1, 65535);
    for (auto member : {&Bgp::default_ipv4_unicast, &Bgp::ebgp_requires_policy, &Bgp::log_neighbor_changes,
                        &Bgp::network_import_check, &Bgp::suppress_fib_pending, &Bgp::reject_as_sets,
                        &Bgp::always_compare_med, &Bgp::med_missing_as_worst, &Bgp::deterministic_med,
                        &Bgp::compare_router_id, &Bgp::client_to_client_reflection, &Bgp::med_confederation,
                        &Bgp::ignore_as_path_length, &Bgp::count_member_ases, &Bgp::multipath_relax,
                        &Bgp::graceful_shutdown})
      bgp.*member = chance();
    graceful_restart(bgp.graceful_restart);
    if (chance()) bgp.confederation_id = static_cast<rib::AsNumber>(number(1, 4294967295));
    for (auto count = number(0, 2); count > 0; --count)
      bgp.confederation_peers.insert(static_cast<rib::AsNumber>(number(1, 1000)));
    bgp.confederation_peers.erase(bgp.as);
    if (chance()) bgp.default_local_preference = static_cast<std::uint32_t>(number(0, 4294967295));
    bgp.link_bandwidth = static_cast<rib::BandwidthUse>(number(0, 3));
    for (auto& rules : bgp.family_rules) rules = family_rules();
    bgp.advertised_interfaces = patterns();
    bgp.discovery.multicast = chance();
    bgp.discovery.interfaces = patterns();
    if (chance()) bgp.discovery.port = u16(1, 65535);
    if (chance()) bgp.discovery.maximum_prefix = static_cast<std::uint32_t>(number(1, 4294967295));
    for (auto count = number(0, 3); count > 0; --count)
      if (const auto pool = prefix();
          std::ranges::find(bgp.discovery.pools, pool) == bgp.discovery.pools.end())
        bgp.discovery.pools.push_back(pool);
    for (auto count = number(0, 3); count > 0; --count) {
      auto& network = bgp.networks[prefix()] = {};
      if (chance())
        network.route_map = "NETWORKS";
      else
        network.is_backdoor = chance();
    }
    for (auto count = number(0, 3); count > 0; --count) bgp.aggregates[prefix()] = aggregate();
    for (auto& rules : bgp.redistributed)
      for (const auto source :
           {rib::RouteSource::Connected, rib::RouteSource::Kernel, rib::RouteSource::Static}) {
        if (!chance()) continue;
        if (chance()) rules[source].metric = static_cast<std::uint32_t>(number(0, 4294967295));
        rules[source].route_map = chance() ? "REDISTRIBUTED" : "";
      }
    for (const auto* name : {"clients", "upstreams", "z"})
      if (chance()) bgp.peer_groups[name] = neighbor(bgp, nullptr);
    for (auto count = number(0, 5); count > 0; --count) {
      const Neighbor* group = nullptr;
      std::string name;
      if (!bgp.peer_groups.empty() && chance()) {
        const auto at =
            std::next(bgp.peer_groups.begin(), static_cast<long>(number(0, bgp.peer_groups.size() - 1)));
        name = at->first;
        group = &at->second;
      }
      auto made = neighbor(bgp, group);
      if (group) made.peer_group = name;
      if (!group && !made.remote_as) made.remote_as = RemoteAs{.number = 64512};
      bgp.neighbors[address()] = made;
    }
    if (chance()) bgp.listen_limit = u16(1, 65535);
    if (!bgp.peer_groups.empty() && chance()) bgp.listen_ranges[prefix()] = bgp.peer_groups.begin()->first;
    for (const auto* name : {"eth0", "wg1"})
      if (chance()) bgp.interface_neighbors[name] = interface_neighbor(bgp);
    return bgp;
  }

  /// On, absent, or off where it would otherwise be on.
  std::optional<bool> flag(const std::optional<bool>& group, bool otherwise = false) {
    if (chance()) return std::nullopt;
    if (chance()) return true;
    return group.value_or(otherwise) ? std::optional(false) : std::nullopt;
  }

  Neighbor neighbor(const Bgp& bgp, const Neighbor* group) {
    const Neighbor none;
    const auto& from = group ? *group : none;
    Neighbor n;
    if (chance()) {
      n.remote_as = RemoteAs{};
      n.remote_as->kind = static_cast<RemoteAs::Kind>(number(0, 3));
      if (n.remote_as->kind == RemoteAs::Kind::Number)
        n.remote_as->number = static_cast<rib::AsNumber>(number(1, 4294967295));
    }
    if (chance()) n.description = "to the  north, é";
    n.passive = flag(from.passive);
    n.shutdown = flag(from.shutdown);
    if (n.shutdown == true && chance()) n.shutdown_message = "back at 5 message pm";
    if (chance()) n.port = u16(1, 65535);
    if (chance()) n.update_source = chance() ? "eth0" : "10.0.0.1";
    if (chance())
      n.ebgp_multihop = static_cast<std::uint8_t>(number(1, 255));
    else if (chance())
      n.ttl_security_hops = static_cast<std::uint8_t>(number(1, 254));
    if (chance()) n.password = "s3cr et!";
    if (chance()) {
      n.hold_seconds = 0;
      n.keepalive_seconds = 0;
      timers(*n.keepalive_seconds, *n.hold_seconds);
    }
    if (chance()) n.connect_retry_seconds = u16(1, 65535);
    if (chance()) n.advertisement_interval = u16(0, 600);
    if (chance()) n.user_timeout = u16(100, 60000);
    n.disable_connected_check = flag(from.disable_connected_check);
    n.enforce_first_as = flag(from.enforce_first_as, true);
    negotiation(n, from);
    for (const auto family : rib::kFamilies)
      fill(bgp, family, n.families[index_of(family)], from.families[index_of(family)]);
    return n;
  }

  Neighbor interface_neighbor(const Bgp& bgp) {
    auto made = neighbor(bgp, nullptr);
    if (!made.remote_as) made.remote_as = RemoteAs{.number = 64512};
    return made;
  }

  void graceful_restart(GracefulRestart& restart) {
    restart.mode = static_cast<GracefulRestartMode>(number(0, 2));
    if (chance()) restart.restart_seconds = u16(0, 4095);
    if (chance()) restart.stalepath_seconds = u16(1, 4095);
    if (chance()) restart.select_defer_seconds = u16(0, 3600);
    if (chance()) restart.rib_stale_seconds = u16(1, 3600);
    if (chance()) restart.long_lived_seconds = static_cast<std::uint32_t>(number(1, 16777215));
    restart.preserve_forwarding = chance();
    restart.notification = chance();
    restart.hard_administrative_reset = chance();
  }

  void negotiation(Neighbor& n, const Neighbor& from) {
    const bool may_be_external = n.remote_as.value_or(RemoteAs{.number = 1}).kind != RemoteAs::Kind::Internal;
    if (chance() && may_be_external) {
      n.local_as = LocalAs{.as = static_cast<rib::AsNumber>(number(1, 4294967295)), .no_prepend = chance()};
      n.local_as->replace_as = n.local_as->no_prepend && chance();
    }
    if (chance()) n.graceful_restart = static_cast<GracefulRestartMode>(number(0, 2));
    if (chance()) n.local_role = LocalRole{static_cast<rib::Role>(number(0, 4)), chance()};
    if (chance()) n.delay_open_seconds = u16(1, 240);
    n.capability_dynamic = flag(from.capability_dynamic);
    n.capability_extended_nexthop = flag(from.capability_extended_nexthop);
    n.dont_capability_negotiate = flag(from.dont_capability_negotiate);
    n.extended_optional_parameters = flag(from.extended_optional_parameters);
    n.override_capability = flag(from.override_capability);
    if (n.override_capability != true) n.strict_capability_match = flag(from.strict_capability_match);
  }

  /// What a neighbor is sent; `no` lines only where the group says otherwise.
  void random_exports(NeighborFamily& f, const NeighborFamily& from) {
    using Kind = rib::AddPathSelection::Kind;
    if (chance()) {
      f.add_path = {Kind(number(1, 3)), 0};
      if (f.add_path->kind == Kind::Best) f.add_path->count = static_cast<std::uint8_t>(number(1, 6));
    } else if (from.add_path.value_or(rib::AddPathSelection{}).kind != Kind::None && chance()) {
      f.add_path = rib::AddPathSelection{};
    }
    f.disable_add_path_receive = flag(from.disable_add_path_receive);
    f.as_override = flag(from.as_override);
    if (chance()) f.remove_private_as = rib::RemovePrivateAs(number(1, 4));
    f.as_path_unchanged = flag(from.as_path_unchanged);
    f.med_unchanged = flag(from.med_unchanged);
    if (chance()) f.unsuppress_map = "SHOWN";
  }

  void fill(const Bgp& bgp, rib::Family family, NeighborFamily& f, const NeighborFamily& from) {
    using rib::NextHopMode;
    f.activate = flag(from.activate, family == rib::Family::Ipv4Unicast && bgp.default_ipv4_unicast);
    f.route_reflector_client = flag(from.route_reflector_client);
    if (chance())
      f.next_hop_mode = static_cast<NextHopMode>(number(1, 3));
    else if (from.next_hop_mode && chance())
      f.next_hop_mode = NextHopMode::Standard;
    if (f.next_hop_mode == NextHopMode::Standard &&
        from.next_hop_mode.value_or(NextHopMode::Standard) == NextHopMode::Standard)
      f.next_hop_mode.reset();
    if (chance())
      f.allow_own_as = chance() ? AllowOwnAs{.count = static_cast<std::uint8_t>(number(1, 10))}
                                : AllowOwnAs{.as_origin = true};
    else if (from.allow_own_as.value_or(AllowOwnAs{}) != AllowOwnAs{} && chance())
      f.allow_own_as = AllowOwnAs{};
    if (chance())
      f.weight = static_cast<std::uint32_t>(number(1, 65535));
    else if (from.weight.value_or(0) != 0 && chance())
      f.weight = 0u;
    if (chance()) {
      auto& limit = f.maximum_prefix.emplace();
      limit.number = static_cast<std::uint32_t>(number(1, 4294967295));
      if (chance()) limit.threshold = static_cast<std::uint8_t>(number(1, 100));
      if (chance())
        limit.warning_only = true;
      else if (chance())
        limit.restart_minutes = u16(1, 65535);
      limit.counts_denied = chance();
    } else if (from.maximum_prefix.value_or(MaximumPrefix{}).number != 0 && chance()) {
      f.maximum_prefix = MaximumPrefix{};
    }
    f.soft_reconfiguration = flag(from.soft_reconfiguration);
    f.send_standard = flag(from.send_standard, true);
    f.send_extended = flag(from.send_extended, true);
    f.send_large = flag(from.send_large, true);
    f.default_originate = flag(from.default_originate);
    if (f.default_originate == true && chance()) f.default_originate_map = "D" + std::to_string(number(1, 9));
    random_exports(f, from);
    for (auto* policy : {&f.policy_in, &f.policy_out}) {
      auto& list = chance() ? policy->prefix_list : policy->distribute_list;  // one of them
      if (chance()) list = "L" + std::to_string(number(1, 9));
      if (chance()) policy->filter_list = "A";
      if (chance()) policy->route_map = "M" + std::to_string(number(1, 9));
    }
  }

  void add_kept_lines(Config& config) {
    auto& kept = config.unknown_lines;
    kept.push_back({"", "debug ospf event"});
    kept.push_back({"", "interface eth0"});
    kept.push_back({"interface eth0", "ip address 10.0.0.1/24"});
    if (config.bgp) {
      const auto block = "router bgp " + std::to_string(config.bgp->as);
      kept.push_back({block, "bestpath-of-others 8"});
      kept.push_back({block, "address-family l2vpn evpn"});
      kept.push_back({block + " / address-family l2vpn evpn", "advertise-all-vni"});
      kept.push_back({block + " / address-family ipv4 unicast", "bgp dampening"});
    }
    kept.push_back({"", "line vty"});
    kept.push_back({"line vty", "exec-timeout 0 0"});
  }

  std::mt19937 random_;
};

}  // namespace cli
