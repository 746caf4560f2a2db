#include "bgpd/static_routes.hpp"

namespace bgpd {
namespace {

rib::RouteType type_of(cli::StaticNextHop::Discard discard) {
  using Discard = cli::StaticNextHop::Discard;
  if (discard == Discard::No) return rib::RouteType::Unicast;
  return discard == Discard::Reject ? rib::RouteType::Unreachable : rib::RouteType::Blackhole;
}

}  // namespace

rib::StaticRouteTable static_routes(const cli::Config& config, const fib::Links& links) {
  rib::StaticRouteTable table;
  for (const auto& [prefix, next_hops] : config.static_routes) {
    for (const auto& [next_hop, route] : next_hops) {
      auto& line = table[prefix].emplace_back();
      line.type = type_of(next_hop.discard);
      line.gateway = next_hop.gateway;
      line.interface_name = next_hop.interface_name;
      line.distance = route.distance;
      line.tag = route.tag;
      line.onlink = route.onlink;
      if (next_hop.interface_name.empty()) continue;
      const auto* link = links.find(next_hop.interface_name);
      line.interface_index = link ? link->index : 0;
      line.is_usable = link && link->is_up && link->is_running;
    }
  }
  return table;
}

}  // namespace bgpd
