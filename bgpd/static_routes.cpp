#include "bgpd/static_routes.hpp"

namespace bgpd {
namespace {

rib::RouteType type_of(cli::StaticNextHop::Discard discard) {
  using Discard = cli::StaticNextHop::Discard;
  if (discard == Discard::No) return rib::RouteType::Unicast;
  return discard == Discard::Reject ? rib::RouteType::Unreachable : rib::RouteType::Blackhole;
}

fib::KernelOptions own_options(const cli::Config& config) {
  return {.table = config.fib_table, .vrf = config.fib_vrf};
}

}  // namespace

bool is_own_place(const cli::StaticPlace& place, const fib::KernelOptions& own) {
  if (place.is_own()) return true;
  return own.vrf.empty() ? place.vrf.empty() && place.table == own.table : place.vrf == own.vrf;
}

cli::StaticLines own_static_lines(const cli::Config& config) {
  cli::StaticLines own;
  for (const auto& [place, lines] : config.static_routes)
    if (is_own_place(place, own_options(config)))
      for (const auto& [prefix, next_hops] : lines) own[prefix].insert(next_hops.begin(), next_hops.end());
  return own;
}

std::map<cli::StaticPlace, cli::StaticLines> other_static_lines(const cli::Config& config) {
  auto others = config.static_routes;
  std::erase_if(others, [&](const auto& entry) { return is_own_place(entry.first, own_options(config)); });
  return others;
}

rib::StaticRouteTable static_routes(const cli::StaticLines& lines, const fib::Links& links) {
  rib::StaticRouteTable table;
  for (const auto& [prefix, next_hops] : lines) {
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
