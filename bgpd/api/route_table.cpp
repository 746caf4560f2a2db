#include <algorithm>

#include "bgpd/api/handlers.hpp"

namespace bgpd::api {
namespace {

/// The table the request is about; nothing when kulan writes no such table.
std::optional<TableView> table_of(const proto::ListRouteTable& request, const Backend& backend) {
  const auto tables = backend.tables();
  if (request.table() == 0 && request.vrf().empty()) return tables.front();
  for (const auto& table : tables) {
    const bool is_meant = request.vrf().empty()
                              ? table.table == request.table()
                              : table.vrf == (request.vrf() == "default" ? "" : request.vrf());
    if (is_meant) return table;
  }
  return std::nullopt;
}

struct Selection {
  const TableView& table;
  rib::Family family = rib::Family::Ipv4Unicast;
  std::optional<rib::Prefix> within;
  std::optional<rib::RouteSource> source;
  bool only_failed = false;

  bool holds(const rib::RouteView& route) const {
    return (!source || route.source == *source) && (!only_failed || route.fib == rib::FibState::Failed);
  }
  void put(const rib::Prefix& prefix, const Backend& backend, proto::RouteTable& to) const {
    for (const auto& route : table.engine->routes_for(prefix)) {
      if (!holds(route)) continue;
      auto& entry = *to.add_entries();
      put_route(route, backend, entry);
      entry.set_table(table.table);
    }
  }
};

/// One page of the routing table. Pages end between prefixes, never between two routes to one.
void list(const Selection& selection, const std::vector<rib::Prefix>& prefixes, std::size_t limit,
          const Backend& backend, proto::RouteTable& table) {
  for (const auto& prefix : prefixes) {
    if (selection.within && !selection.within->contains(prefix)) return;
    selection.put(prefix, backend, table);
  }
  if (prefixes.size() >= limit) put_prefix(prefixes.back(), *table.mutable_next());
}

}  // namespace

proto::Done handle_route_table(const proto::ListRouteTable& request, const Caller& caller,
                               const Backend& backend, Replies& replies) {
  const auto meant = table_of(request, backend);
  if (!meant)
    return done(proto::Done::NOT_FOUND,
                request.vrf().empty() ? "No route of kulan's is for table " + std::to_string(request.table())
                                      : "VRF " + request.vrf() + " not found");  // FRR's words
  const auto& engine = *meant->engine;
  const auto limit =
      std::clamp<std::size_t>(request.limit() == 0 ? kPageLimit : request.limit(), 1, kPageLimit);
  std::optional<rib::Prefix> prefix, after;
  if (request.has_prefix() && !(prefix = prefix_from(request.prefix())))
    return done(proto::Done::INVALID, "Malformed prefix");
  if (request.has_after() && !(after = prefix_from(request.after())))
    return done(proto::Done::INVALID, "Malformed prefix");
  Selection selection{.table = *meant, .within = {}, .source = {}};
  if (request.has_source())
    selection.source = static_cast<rib::RouteSource>(static_cast<int>(request.source()));
  selection.only_failed = request.failed();
  auto& table = *replies.emplace_back().mutable_route_table();
  table.set_vrf(meant->vrf);
  table.set_vrf_id(meant->vrf_index);

  if (!request.address().empty()) {
    const auto address = address_from(request.address());
    if (!address) return done(proto::Done::INVALID, "Malformed address");
    prefix = engine.route_match(*address);
    if (!prefix) return done();  // FRR says nothing either
  }
  if (prefix && !request.longer()) {
    selection.put(*prefix, backend, table);
    return done();
  }
  selection.family =
      prefix ? prefix->family() : family_from(request.family()).value_or(rib::Family::Ipv4Unicast);
  if (after && after->family() != selection.family)
    return done(proto::Done::INVALID, "The page is of another family");
  selection.within = prefix;
  if (prefix && !after) {
    selection.put(*prefix, backend, table);
    after = prefix;
  }
  const auto find = [&](const auto& from, std::size_t most) {
    return engine.route_prefixes(selection.family, from, most);
  };
  list(selection, next_prefixes(request, caller, after, limit, find), limit, backend, table);
  return done();
}

proto::Done handle_next_hops(const proto::ListNextHops& request, const Backend& backend, Replies& replies) {
  auto& to = *replies.emplace_back().mutable_next_hops();
  for (const auto family : families_from(request.family()))
    for (const auto& view : backend.engine().next_hops(family))
      put_tracked_next_hop(view, backend, *to.add_next_hops());
  return done();
}

}  // namespace bgpd::api
