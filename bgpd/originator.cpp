#include "bgpd/originator.hpp"

#include <algorithm>
#include <string_view>

#include "rib/engine.hpp"

namespace bgpd {
namespace {

bool is_wildcard(std::string_view pattern) { return pattern.find_first_of("*?[") != std::string_view::npos; }

bool may_be_announced(const fib::InterfaceAddress& own, bool is_named) {
  const auto& address = own.address;
  if (address.is_unspecified() || address.is_link_local() || address.is_loopback() || address.is_multicast())
    return false;
  if (own.prefix_length == 0) return false;
  return is_named || !own.subnet().is_host();
}

/// A connected address of a loopback or the like, once though it may stand on several links.
void add_host_addresses(const cli::Bgp& bgp, const fib::Links& links, Originations& wanted) {
  std::set<rib::Prefix> known;
  for (const auto& [index, link] : links.all()) {
    if (!link.is_up) continue;
    for (const auto& own : links.addresses(index)) {
      const auto subnet = own.subnet();
      const auto& rules = bgp.redistributed[index_of(subnet.family())];
      const auto rule = rules.find(rib::RouteSource::Connected);
      if (rule == rules.end() || !subnet.is_host() || !may_be_announced(own, true)) continue;
      if (!known.insert(subnet).second) continue;
      wanted.insert({subnet, rib::LocalSource::Redistributed, rule->second.route_map, link.name,
                     rule->second.metric.value_or(0)});
    }
  }
}

}  // namespace

Originations wanted_originations(const cli::Bgp& bgp, const fib::Links& links,
                                 const HasKernelRoute& has_kernel_route) {
  Originations wanted;
  for (const auto& [prefix, network] : bgp.networks) {
    if (network.is_backdoor) continue;
    if (!bgp.network_import_check || (has_kernel_route && has_kernel_route(prefix)))
      wanted.insert({prefix, rib::LocalSource::Network, network.route_map.value_or("")});
  }
  for (const auto index : links.matching(bgp.advertised_interfaces)) {
    const auto* link = links.find(index);
    if (!link || !link->is_up) continue;
    const bool is_named = std::ranges::any_of(bgp.advertised_interfaces, [&](const std::string& pattern) {
      return !is_wildcard(pattern) && pattern == link->name;
    });
    for (const auto& own : links.addresses(index))
      if (may_be_announced(own, is_named))
        wanted.insert({own.subnet(), rib::LocalSource::AdvertisedInterface, {}});
  }
  add_host_addresses(bgp, links, wanted);
  return wanted;
}

bool has_kernel_route(std::span<const rib::RouteView> routes) {
  return std::ranges::any_of(routes, [](const rib::RouteView& route) {
    return route.source != rib::RouteSource::Bgp && (route.selected || route.installed);
  });
}

void Originator::update(Originations wanted) {
  if (wanted == announced_) return;
  const auto before = std::exchange(announced_, std::move(wanted));
  for (const auto& old : before)
    if (!announced_.contains(old)) apply_(old, false);
  for (const auto& now : announced_)
    if (!before.contains(now)) apply_(now, true);
}

void apply_local_rules(rib::Engine& engine, const cli::Bgp& bgp, rib::TimePoint now) {
  for (const auto family : rib::kFamilies) {
    const auto& rules = bgp.redistributed[index_of(family)];
    for (const auto source :
         {rib::RouteSource::Connected, rib::RouteSource::Kernel, rib::RouteSource::Static}) {
      const auto rule = rules.find(source);
      engine.set_redistribution(family, source,
                                rule == rules.end() ? std::nullopt : std::optional(rule->second), now);
    }
  }
  engine.set_aggregates(bgp.aggregates, now);
  std::set<rib::Prefix> backdoors;
  for (const auto& [prefix, network] : bgp.networks)
    if (network.is_backdoor) backdoors.insert(prefix);
  engine.set_backdoors(std::move(backdoors), now);
}

void apply_to_engine(rib::Engine& engine, const Origination& origination, bool announce, rib::TimePoint now) {
  if (!announce) return engine.withdraw_local(origination.prefix, origination.source, now);
  rib::LocalRoute route;
  route.attributes.origin = rib::Origin::Igp;
  route.attributes.next_hop = rib::IpAddress::unspecified(origination.prefix.afi());
  route.route_map = origination.route_map;
  route.interface_name = origination.interface_name;
  if (origination.source == rib::LocalSource::Redistributed) {
    route.attributes.origin = rib::Origin::Incomplete;
    route.attributes.med = origination.med;
    route.kernel_source = rib::RouteSource::Connected;
  }
  engine.originate(origination.prefix, origination.source, route, now);
}

}  // namespace bgpd
