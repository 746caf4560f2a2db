#include "rib/redistribution.hpp"

#include <algorithm>

#include "rib/routing_table.hpp"

namespace rib {
namespace {

/// Addresses that mean something on their link or host only.
bool may_be_announced(const Prefix& prefix) {
  const auto& address = prefix.address();
  return !address.is_link_local() && !address.is_multicast() && !address.is_loopback();
}

/// The one that the kernel forwards by, or nullptr.
const KernelRoute* best_of(const KernelRoutes::Routes& routes) {
  const KernelRoute* best = nullptr;
  for (const auto& route : routes) {  // lowest metric first
    if (route.usable && (!best || distance_of(route.source) < distance_of(best->source))) best = &route;
  }
  return best;
}

LocalRoute local_route(const KernelRoute& route, const RedistributionRule& rule) {
  LocalRoute local;
  local.attributes.origin = Origin::Incomplete;  // RFC 4271 §5.1.1: learned by other means
  local.attributes.next_hop = IpAddress::unspecified(route.prefix.afi());
  const auto metric = route.source == RouteSource::Connected ? 0 : route.metric;
  local.attributes.med = rule.metric.value_or(metric);
  local.attributes.rare.edit().tag = route.tag;
  local.route_map = rule.route_map;
  local.interface_name = route.interface_name;
  local.kernel_source = route.source;
  return local;
}

}  // namespace

void Redistribution::set_rule(Family family, RouteSource source, std::optional<RedistributionRule> rule) {
  auto& mine = rules_[index_of(family)];
  auto& known = mine[static_cast<std::size_t>(source)];
  if (known == rule) return;
  known = std::move(rule);
  is_on_[index_of(family)] =
      std::any_of(std::begin(mine), std::end(mine), [](auto& r) { return r.has_value(); });
  kernel_routes_.for_each([&](const Prefix& prefix, auto&) {
    if (prefix.family() == family) waiting_.push_back(prefix);
  });
}

void Redistribution::kernel_changed(const Prefix& prefix, TimePoint now) {
  if (is_on_[index_of(prefix.family())]) look_at(prefix, now);
}

void Redistribution::run(std::size_t budget, TimePoint now) {
  for (; budget > 0 && !waiting_.empty(); --budget) {
    const auto prefix = waiting_.back();
    waiting_.pop_back();
    look_at(prefix, now);
  }
}

void Redistribution::look_at(const Prefix& prefix, TimePoint now) {
  const auto* routes = kernel_routes_.find(prefix);
  const auto* best = routes && may_be_announced(prefix) ? best_of(*routes) : nullptr;
  const auto& rules = rules_[index_of(prefix.family())];
  const auto* rule = best ? &rules[static_cast<std::size_t>(best->source)] : nullptr;
  if (rule && *rule) {
    local_routes_.set(prefix, LocalSource::Redistributed, local_route(*best, **rule), now);
  } else {
    local_routes_.remove(prefix, LocalSource::Redistributed, now);
  }
}

}  // namespace rib
