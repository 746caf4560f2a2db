#include <algorithm>

#include "bgpd/api/handlers.hpp"

namespace bgpd::api {
namespace {

struct Selection {
  rib::Family family = rib::Family::Ipv4Unicast;
  std::optional<rib::Prefix> within;
  std::optional<rib::RouteSource> source;

  bool holds(const rib::RouteView& route) const { return !source || route.source == *source; }
};

/// One page of the routing table. Pages end between prefixes, never between two routes to one.
void list(const Selection& selection, const std::vector<rib::Prefix>& prefixes, std::size_t limit,
          const Backend& backend, proto::RouteTable& table) {
  for (const auto& prefix : prefixes) {
    if (selection.within && !selection.within->contains(prefix)) return;
    for (const auto& route : backend.engine().routes_for(prefix))
      if (selection.holds(route)) put_route(route, backend, *table.add_entries());
  }
  if (prefixes.size() >= limit) put_prefix(prefixes.back(), *table.mutable_next());
}

}  // namespace

proto::Done handle_route_table(const proto::ListRouteTable& request, const Caller& caller,
                               const Backend& backend, Replies& replies) {
  const auto& engine = backend.engine();
  const auto limit =
      std::clamp<std::size_t>(request.limit() == 0 ? kPageLimit : request.limit(), 1, kPageLimit);
  std::optional<rib::Prefix> prefix, after;
  if (request.has_prefix() && !(prefix = prefix_from(request.prefix())))
    return done(proto::Done::INVALID, "Malformed prefix");
  if (request.has_after() && !(after = prefix_from(request.after())))
    return done(proto::Done::INVALID, "Malformed prefix");
  Selection selection;
  if (request.has_source())
    selection.source = static_cast<rib::RouteSource>(static_cast<int>(request.source()));
  auto& table = *replies.emplace_back().mutable_route_table();

  if (!request.address().empty()) {
    const auto address = address_from(request.address());
    if (!address) return done(proto::Done::INVALID, "Malformed address");
    prefix = engine.route_match(*address);
    if (!prefix) return done();  // FRR says nothing either
  }
  if (prefix && !request.longer()) {
    for (const auto& route : engine.routes_for(*prefix))
      if (selection.holds(route)) put_route(route, backend, *table.add_entries());
    return done();
  }
  selection.family =
      prefix ? prefix->family() : family_from(request.family()).value_or(rib::Family::Ipv4Unicast);
  if (after && after->family() != selection.family)
    return done(proto::Done::INVALID, "The page is of another family");
  selection.within = prefix;
  if (prefix && !after) {
    for (const auto& route : engine.routes_for(*prefix))
      if (selection.holds(route)) put_route(route, backend, *table.add_entries());
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
