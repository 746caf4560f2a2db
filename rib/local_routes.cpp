#include "rib/local_routes.hpp"

#include <algorithm>
#include <utility>

namespace rib {
static_assert(kAggregatedOnly == static_cast<unsigned>(LocalSource::Aggregated));

namespace {

SourceProtocol protocol_from(RouteSource source) {
  switch (source) {
    case RouteSource::Connected:
      return SourceProtocol::Connected;
    case RouteSource::Kernel:
      return SourceProtocol::Kernel;
    case RouteSource::Static:
      return SourceProtocol::Static;
    case RouteSource::Bgp:
      break;
  }
  return SourceProtocol::Bgp;
}

PolicyChain chain_of(const LocalRoute& route) {
  PolicyChain chain;
  chain.route_map = route.route_map;
  return chain;
}

}  // namespace

void LocalRoutes::judge(const Prefix& prefix, Entry& entry) {
  const auto original = store_.intern(entry.route.attributes);
  if (entry.route.route_map.empty()) {
    entry.attributes = original;
    return;
  }
  auto value = entry.route.attributes;
  const PolicySubject subject{.prefix = prefix,
                              .next_hop = {entry.route.interface_name, std::nullopt},
                              .source_protocol = protocol_from(entry.route.kernel_source)};
  const bool permitted = policies_.apply(chain_of(entry.route), subject, value).permitted;
  entry.attributes = permitted ? store_.intern(value, original) : Attributes();
}

bool LocalRoutes::set(const Prefix& prefix, LocalSource source, const LocalRoute& route, TimePoint now) {
  auto& known = routes_[prefix];
  auto& entries = known.entries;
  auto entry = std::find_if(entries.begin(), entries.end(), [&](auto& e) { return e.source >= source; });
  if (entry == entries.end() || entry->source != source)
    entry = entries.insert(entry, {source, {}, {}});
  else if (entry->route == route)
    return static_cast<bool>(entry->attributes);
  const bool interface_changed = entry->route.interface_name != route.interface_name;
  entry->route = route;
  judge(prefix, *entry);
  const bool permitted = static_cast<bool>(entry->attributes);
  publish(prefix, known, now);
  const auto id = loc_rib_.table(prefix.family()).find(prefix);
  if (id && interface_changed) loc_rib_.next_hop_moved(prefix.family(), *id);
  return permitted;
}

const LocalRoutes::Entry* LocalRoutes::Known::first() const {
  const auto first =
      std::find_if(entries.begin(), entries.end(), [](auto& e) { return static_cast<bool>(e.attributes); });
  return first == entries.end() ? nullptr : &*first;
}

std::string_view LocalRoutes::interface_of(const Prefix& prefix) const {
  const auto found = routes_.find(prefix);
  const auto* first = found == routes_.end() ? nullptr : found->second.first();
  return first ? std::string_view(first->route.interface_name) : std::string_view{};
}

SourceProtocol LocalRoutes::protocol_of(const Prefix& prefix) const {
  const auto found = routes_.find(prefix);
  return found == routes_.end() ? SourceProtocol::Bgp : found->second.protocol;
}

bool LocalRoutes::remove(const Prefix& prefix, LocalSource source, TimePoint now) {
  const auto found = routes_.find(prefix);
  if (found == routes_.end()) return false;
  auto& entries = found->second.entries;
  if (std::erase_if(entries, [&](auto& e) { return e.source == source; }) == 0) return false;
  publish(prefix, found->second, now);
  if (entries.empty()) routes_.erase(found);
  return true;
}

void LocalRoutes::policies_changed(const Policies& before, TimePoint now) {
  for (auto& [prefix, known] : routes_) {
    bool concerned = false;
    for (auto& entry : known.entries) {
      if (entry.route.route_map.empty() || !before.differs(chain_of(entry.route), policies_)) continue;
      concerned = true;
      judge(prefix, entry);
    }
    if (concerned) publish(prefix, known, now);
  }
}

void LocalRoutes::publish(const Prefix& prefix, Known& own, TimePoint now) {
  const auto family = prefix.family();
  const auto* first = own.first();
  std::uint8_t sources = 0;
  for (const auto& entry : own.entries) {
    if (!entry.attributes) continue;
    sources = static_cast<std::uint8_t>(sources | static_cast<unsigned>(entry.source));
  }
  auto& table = loc_rib_.table(family);
  const auto known = table.find(prefix);
  if (!first && (!known || !table[*known].find(kLocalPeer, 0))) return;
  const auto id = known ? *known : table.find_or_insert(prefix).first;
  auto& destination = table[id];
  const auto before = destination.winner();
  auto* path = destination.find(kLocalPeer, 0);
  bool kernel_differs = false;
  const auto protocol = first ? protocol_from(first->route.kernel_source) : SourceProtocol::Bgp;
  // Policy may look at it though the attributes are the same.
  const bool protocol_differs = std::exchange(own.protocol, protocol) != protocol && path && first;
  if (!first) {
    destination.remove(static_cast<std::size_t>(path - destination.paths().data()));
    --count_[index_of(family)];
  } else {
    if (!path) {
      path = &destination.add({});
      ++count_[index_of(family)];
    }
    if (path->attributes != first->attributes) {
      path->attributes = first->attributes;
      path->learned = seconds_of(now);
    }
    // The kernel has aggregates and no other routes of ours.
    kernel_differs = (path->local_sources == kAggregatedOnly) != (sources == kAggregatedOnly);
    path->local_sources = sources;
  }
  loc_rib_.select(family, id, before);
  if (kernel_differs || protocol_differs) loc_rib_.touch(family, id, protocol_differs);
  loc_rib_.erase_if_unused(family, id);
}

}  // namespace rib
