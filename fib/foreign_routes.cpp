#include "fib/foreign_routes.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <utility>

namespace fib {

namespace {

constexpr std::uint32_t kNullEntryMetric = 0xffffffff;  // IPv6's "unreachable default" that is always there

rib::RouteSource source_of(const RouteMessage& message) {
  const bool is_direct =
      std::ranges::none_of(message.route.next_hops, [](const auto& hop) { return hop.gateway.has_value(); });
  if (message.protocol == RTPROT_STATIC) return rib::RouteSource::Static;
  if (message.protocol != RTPROT_KERNEL || !is_direct || message.kernel_type != RTN_UNICAST)
    return rib::RouteSource::Kernel;
  const bool is_link_scope = message.prefix.afi() == rib::Afi::Ipv6 || message.scope == RT_SCOPE_LINK;
  return is_link_scope ? rib::RouteSource::Connected : rib::RouteSource::Kernel;
}

KernelEvent route_event(KernelEvent::Kind kind, rib::KernelRoute route) {
  KernelEvent event{};
  event.kind = kind;
  event.route = std::move(route);
  return event;
}

}  // namespace

bool is_of_interest(const RouteMessage& message) {
  switch (message.kernel_type) {
    case RTN_UNICAST:
    case RTN_BLACKHOLE:
    case RTN_UNREACHABLE:
    case RTN_PROHIBIT:
      break;
    default:
      return false;
  }
  if (message.is_cache_entry || message.type_of_service != 0) return false;
  if (message.prefix.length() == 0) return message.metric != kNullEntryMetric;
  const auto& address = message.prefix.address();
  return !address.is_link_local() && !address.is_multicast() && !address.is_loopback();
}

ForeignRoutes::ForeignRoutes(IsRunning is_running, OwnRoutes& own)
    : is_running_(std::move(is_running)), own_(own) {}

ForeignRoutes::Route ForeignRoutes::route_from(const RouteMessage& message) {
  Route route;
  route.table = message.table;
  route.metric = message.metric;
  route.protocol = message.protocol;
  route.source = source_of(message);
  route.type = message.route.type;
  if (route.type == rib::RouteType::Unicast) route.next_hops = message.route.next_hops;
  return route;
}

bool ForeignRoutes::names_same(const Route& a, const Route& b) {
  return a.table == b.table && name_of(a) == name_of(b) && a.type == b.type && a.next_hops == b.next_hops;
}

std::optional<rib::KernelRoute> ForeignRoutes::view(const rib::Prefix& prefix, const Routes& routes,
                                                    Name name) {
  const auto first = std::ranges::find(routes, name, name_of);
  if (first == routes.end()) return std::nullopt;
  return rib::KernelRoute{.prefix = prefix,
                          .source = first->source,
                          .type = first->type,
                          .metric = first->metric,
                          .protocol = first->protocol,
                          .usable = first->is_usable,
                          .next_hops = first->next_hops};
}

bool ForeignRoutes::uses(const Route& route, std::uint32_t interface_index) {
  return std::ranges::find(route.next_hops, interface_index, &rib::NextHop::interface_index) !=
         route.next_hops.end();
}

bool ForeignRoutes::uses(std::uint32_t interface_index) const {
  return std::ranges::any_of(routes_, [&](const auto& item) {
    return std::ranges::any_of(item.second, [&](const Route& route) { return uses(route, interface_index); });
  });
}

bool ForeignRoutes::is_usable(const Route& route) const {
  if (route.next_hops.empty()) return true;
  return std::ranges::any_of(route.next_hops,
                             [&](const auto& hop) { return is_running_(hop.interface_index); });
}

std::optional<std::uint8_t> ForeignRoutes::standing_at_our_place(const rib::Prefix& prefix,
                                                                 const Routes& routes) const {
  const auto& place = own_.location();
  const auto found = std::ranges::find_if(routes, [&](const Route& route) {
    return route.table == place.table && route.metric == place.metric_of(prefix.afi());
  });
  if (found == routes.end()) return std::nullopt;
  return found->protocol;
}

void ForeignRoutes::edit(const rib::Prefix& prefix, Name name, bool replaced,
                         std::vector<KernelEvent>& events, const std::function<void(Routes&)>& change) {
  const auto item = routes_.try_emplace(prefix).first;
  auto& routes = item->second;
  auto before = view(prefix, routes, name);
  const auto stood = standing_at_our_place(prefix, routes);
  change(routes);
  auto after = view(prefix, routes, name);
  const auto stands = standing_at_our_place(prefix, routes);

  if (before && (!after || after->source != before->source))
    events.push_back(route_event(KernelEvent::Kind::RouteGone, *std::move(before)));
  if (after && after != before)
    events.push_back(route_event(KernelEvent::Kind::RouteChanged, *std::move(after)));
  if (stands && (!stood || replaced)) own_.foreign_stands(prefix, *stands, replaced);
  if (stood && !stands) own_.foreign_gone(prefix);
  if (routes.empty()) routes_.erase(item);
}

void ForeignRoutes::changed(const RouteMessage& message, std::vector<KernelEvent>& events) {
  if (scan_) touched_.insert(message.prefix);
  auto route = route_from(message);
  route.is_usable = is_usable(route);
  const auto name = name_of(route);
  const bool at_our_place = message.stands_at(own_.location());
  const auto is_replaced =
      [&](const Route& other) {  // of whatever protocol: the kernel looks at the metric only
        return message.is_replacement && other.table == route.table && other.metric == route.metric;
      };
  // A replaced route of another protocol is told as gone under its own name.
  if (const auto known = routes_.find(message.prefix); known != routes_.end()) {
    std::vector<Name> replaced_names;
    for (const auto& other : known->second)
      if (is_replaced(other) && name_of(other) != name) replaced_names.push_back(name_of(other));
    for (const auto& other : replaced_names)
      edit(message.prefix, other, false, events, [&](Routes& routes) {
        std::erase_if(routes, [&](const Route& r) { return is_replaced(r) && name_of(r) == other; });
      });
  }
  edit(message.prefix, name, message.is_replacement && at_our_place, events, [&](Routes& routes) {
    const auto replaced = std::ranges::find_if(routes, is_replaced);
    if (replaced != routes.end()) {
      *replaced = std::move(route);
      return;
    }
    const bool is_v6 = message.prefix.afi() == rib::Afi::Ipv6;
    const auto same = std::ranges::find_if(routes, [&](const Route& other) {
      if (names_same(other, route)) return true;
      // IPv6 tells a route that got one more next hop as a whole: it contains what was known.
      return is_v6 && other.table == route.table && name_of(other) == name && route.next_hops.size() > 1 &&
             std::ranges::all_of(other.next_hops, [&](const auto& hop) {
               return std::ranges::find(route.next_hops, hop) != route.next_hops.end();
             });
    });
    if (same != routes.end())
      *same = std::move(route);
    else
      routes.push_back(std::move(route));
  });
}

void ForeignRoutes::removed(const RouteMessage& message, std::vector<KernelEvent>& events) {
  if (scan_) touched_.insert(message.prefix);
  if (!routes_.contains(message.prefix)) return;
  const auto gone = route_from(message);
  edit(message.prefix, name_of(gone), false, events, [&](Routes& routes) {
    if (const auto exact = std::ranges::find_if(routes, [&](auto& r) { return names_same(r, gone); });
        exact != routes.end()) {
      routes.erase(exact);
      return;
    }
    const auto similar = [&](const Route& r) { return r.table == gone.table && name_of(r) == name_of(gone); };
    const auto one = std::ranges::find_if(routes, similar);
    if (one == routes.end()) return;
    // One next hop of several went (IPv6), or next hops were told differently: what is left stays.
    std::erase_if(one->next_hops, [&](const auto& hop) {
      return std::ranges::find(gone.next_hops, hop) != gone.next_hops.end();
    });
    const bool is_partial = message.prefix.afi() == rib::Afi::Ipv6 && !one->next_hops.empty();
    if (is_partial)
      one->is_usable = is_usable(*one);
    else
      routes.erase(one);
  });
}

void ForeignRoutes::link_changed(std::uint32_t interface_index, std::vector<KernelEvent>& events) {
  std::vector<std::pair<rib::Prefix, Name>> changed;
  for (const auto& [prefix, routes] : routes_)
    for (const auto& route : routes)
      if (uses(route, interface_index) && is_usable(route) != route.is_usable)
        changed.emplace_back(prefix, name_of(route));
  for (const auto& [prefix, name] : changed)
    edit(prefix, name, false, events, [this](Routes& routes) {
      for (auto& route : routes) route.is_usable = is_usable(route);
    });
}

// --- scans

bool ForeignRoutes::is_in_scope(const rib::Prefix& prefix, const Route& route) const {
  return prefix.afi() == scan_->afi && route.table == scan_->table &&
         (scan_->interface_index == 0 || uses(route, scan_->interface_index));
}

void ForeignRoutes::begin_scan(const ScanScope& scope) {
  scan_ = scope;
  touched_.clear();
  for (auto& [prefix, routes] : routes_)
    for (auto& route : routes) route.is_seen = false;
}

void ForeignRoutes::found(const RouteMessage& message, std::vector<KernelEvent>& events) {
  if (touched_.contains(message.prefix)) return;
  auto route = route_from(message);
  route.is_usable = is_usable(route);
  route.is_seen = true;
  edit(message.prefix, name_of(route), false, events, [&](Routes& routes) {
    const auto same =
        std::ranges::find_if(routes, [&](const Route& other) { return names_same(other, route); });
    if (same != routes.end())
      *same = std::move(route);
    else
      routes.push_back(std::move(route));
  });
}

void ForeignRoutes::end_scan(std::vector<KernelEvent>& events) {
  std::vector<std::pair<rib::Prefix, Name>> gone;
  for (const auto& [prefix, routes] : routes_) {
    if (touched_.contains(prefix)) continue;
    for (const auto& route : routes)
      if (is_in_scope(prefix, route) && !route.is_seen) gone.emplace_back(prefix, name_of(route));
  }
  for (const auto& [prefix, name] : gone) {
    if (!routes_.contains(prefix)) continue;
    edit(prefix, name, false, events, [&](Routes& routes) {
      std::erase_if(routes, [&](const Route& route) {
        return name_of(route) == name && is_in_scope(prefix, route) && !route.is_seen;
      });
    });
  }
  scan_.reset();
  touched_ = {};
}

void ForeignRoutes::keep_tables(const std::vector<std::uint32_t>& tables, std::vector<KernelEvent>& events) {
  const auto is_left = [&](const Route& route) {
    return std::ranges::find(tables, route.table) == tables.end();
  };
  std::vector<std::pair<rib::Prefix, Name>> left;
  for (const auto& [prefix, routes] : routes_)
    for (const auto& route : routes)
      if (is_left(route)) left.emplace_back(prefix, name_of(route));
  for (const auto& [prefix, name] : left) {
    if (!routes_.contains(prefix)) continue;
    edit(prefix, name, false, events, [&](Routes& routes) {
      std::erase_if(routes, [&](const Route& route) { return name_of(route) == name && is_left(route); });
    });
  }
}

void ForeignRoutes::tell_own_routes() {
  for (const auto& [prefix, routes] : routes_)
    if (const auto protocol = standing_at_our_place(prefix, routes))
      own_.foreign_stands(prefix, *protocol, false);
}

}  // namespace fib
