// The engine's static routes, and the policy of what goes to the kernel.
#include <set>

#include "rib/engine_impl.hpp"

namespace rib {

void Engine::set_static_routes(StaticRouteTable routes, TimePoint) {
  impl_->static_routes.set(std::move(routes));
}

void Engine::set_install_map(Family family, const std::string& route_map, TimePoint) {
  auto& e = *impl_;
  if (e.routing_table.set_install_map(family, route_map)) e.sweep.request({.everything = true});
}

void Engine::gateways_moved(const Prefix& route) { impl_->static_routes.surroundings_changed(route); }

std::uint64_t Engine::statics_version() const { return impl_->statics_version; }

namespace {

/// As next hops, redistribution and policy see it. `protocol` 0 is nobody else's.
KernelRoute kernel_route_of(const Prefix& prefix, const StaticRoutes::Active& active) {
  return {.prefix = prefix,
          .source = RouteSource::Static,
          .type = active.route.type,
          .next_hops = active.route.next_hops,
          .interface_name = active.interface_name,
          .static_distance = active.distance,
          .tag = active.tag};
}

}  // namespace

/// Static routes that win stand among the kernel's routes, for next hops to resolve through.
void Engine::Impl::settle_statics(TimePoint now) {
  if (!static_routes.needs_refresh() && !routing_table.has_contested()) return;
  std::set<Prefix> prefixes;
  if (static_routes.needs_refresh())
    for (const auto& prefix : static_routes.refresh()) prefixes.insert(prefix);
  for (const auto& prefix : routing_table.take_contested()) prefixes.insert(prefix);
  std::vector<FibChange> changes;
  for (const auto& prefix : prefixes) {
    // BGP's routes of a former life are in the kernel and may be better: contest_all() comes back to it.
    const auto* active = static_routes.find(prefix);
    if (is_deferred && active &&
        active->distance > speaker.families[index_of(prefix.family())].distance_external)
      continue;
    const auto* winner = routing_table.settle_static(prefix, now, changes);
    const bool is_news = winner ? kernel_routes.set(kernel_route_of(prefix, *winner))
                                : kernel_routes.remove(kernel_route_of(prefix, {}));
    if (!is_news) continue;
    ++statics_version;
    kernel_changed(prefix, now);
  }
  if (!changes.empty()) output.fib_changes(changes);
}

}  // namespace rib
