#include "bgpd/api/handlers.hpp"

namespace bgpd::api {
namespace {

/// True when the neighbor belongs into the family's block of the summary.
bool has_family(const NeighborView& neighbor, rib::Family family) {
  const auto& settings = neighbor.families[rib::index_of(family)];
  return settings.activated || settings.negotiated;
}

/// The family's share of the RIB's memory, by destinations.
std::uint64_t memory_share(const rib::Totals& totals, rib::Family family) {
  std::uint64_t all = 0;
  for (const auto count : totals.destinations) all += count;
  return all == 0 ? 0 : totals.memory.table() / all * totals.destinations[rib::index_of(family)];
}

/// What the neighbor's lines say, or its peer group's.
bool soft_reconfigures(const cli::Bgp& bgp, const NeighborView& view, rib::Family family) {
  const auto said = [&](const auto& all, const auto& name) -> std::optional<bool> {
    const auto at = all.find(name);
    return at == all.end() ? std::nullopt : at->second.families[rib::index_of(family)].soft_reconfiguration;
  };
  const auto own = view.named_by_interface ? said(bgp.interface_neighbors, view.interface)
                                           : said(bgp.neighbors, view.address);
  return own.value_or(said(bgp.peer_groups, view.peer_group).value_or(false));
}

/// What the configuration says and no session needs.
void put_configured(const cli::Bgp& bgp, const NeighborView& view, proto::Neighbor& to) {
  to.set_select_defer_seconds(bgp.graceful_restart.select_defer_seconds);
  for (auto& family : *to.mutable_families())
    family.set_soft_reconfiguration(soft_reconfigures(bgp, view, *family_from(family.family())));
}

}  // namespace

proto::Done handle_summary(const proto::GetSummary& request, const Backend& backend, Replies& replies) {
  if (!backend.running_config().bgp) return done(proto::Done::NO_BGP, "No BGP process is configured");
  auto& summary = *replies.emplace_back().mutable_summary();
  const auto table = backend.tables().front();
  summary.set_vrf(table.vrf);
  summary.set_vrf_id(table.vrf_index);
  const auto& speaker = backend.engine().speaker();
  const auto totals = backend.engine().totals();
  const auto daemon = backend.daemon();
  for (const auto family : families_from(request.family())) {
    const auto i = rib::index_of(family);
    proto::FamilySummary block;
    std::uint64_t neighbors = 0;
    backend.visit_neighbors([&](const NeighborView& neighbor) {
      ++neighbors;
      if (has_family(neighbor, family)) put_summary(neighbor, family, backend, *block.add_neighbors());
    });
    if (block.neighbors().empty()) continue;
    block.set_family(family_of(family));
    block.set_router_id(speaker.identifier);
    block.set_local_as(speaker.as);
    block.set_table_version(totals.table_version[i]);
    block.set_rib_entries(totals.destinations[i]);
    block.set_rib_bytes(memory_share(totals, family));
    block.set_neighbor_bytes((daemon.session_bytes + daemon.output_bytes) / neighbors *
                             static_cast<std::uint64_t>(block.neighbors_size()));
    const auto& bgp = *backend.running_config().bgp;
    if (!bgp.listen_ranges.empty()) block.set_listen_limit(bgp.listen_limit);
    block.set_multipath_relax(bgp.multipath_relax);
    block.set_peer_groups(static_cast<std::uint32_t>(bgp.peer_groups.size()));
    block.set_peer_group_bytes(bgp.peer_groups.size() * sizeof(*bgp.peer_groups.begin()));
    block.set_compare_router_id(bgp.compare_router_id);
    block.set_med_missing_as_worst(bgp.med_missing_as_worst);
    block.set_med_confederation(bgp.med_confederation);
    block.set_ignore_as_path_length(bgp.ignore_as_path_length);
    block.set_count_member_ases(bgp.count_member_ases);
    *summary.add_families() = std::move(block);
  }
  return done();
}

proto::Done handle_neighbors(const proto::ListNeighbors& request, const Backend& backend, Replies& replies) {
  if (!backend.running_config().bgp) return done(proto::Done::NO_BGP, "No BGP process is configured");
  bool found = !request.has_neighbor();
  backend.visit_neighbors([&](const NeighborView& neighbor) {
    if (request.has_neighbor() && !is_named(request.neighbor(), neighbor)) return;
    found = true;
    if (replies.empty() ||
        replies.back().neighbors().neighbors_size() >= static_cast<int>(kNeighborsPerResponse))
      replies.emplace_back();
    auto& to = *replies.back().mutable_neighbors()->add_neighbors();
    put_neighbor(neighbor, backend, to);
    put_configured(*backend.running_config().bgp, neighbor, to);
  });
  return found ? done() : done(proto::Done::NOT_FOUND, "No such neighbor in this view/vrf");
}

namespace {

std::string family_words(proto::Family family) {
  if (family == proto::IPV4_UNICAST) return "IPv4 Unicast";
  return family == proto::IPV6_UNICAST ? "IPv6 Unicast" : "Unknown";
}

}  // namespace

proto::Done handle_clear(const proto::ClearSessions& request, Backend& backend) {
  ClearOrder order;
  if (request.has_neighbor()) {
    order.address = address_from(request.neighbor().address());
    order.interface = request.neighbor().interface();
    if (!order.address && (order.interface.empty() || !request.neighbor().address().empty()))
      return done(proto::Done::INVALID, "Malformed address");
  }
  if (request.has_remote_as()) order.remote_as = request.remote_as();
  order.peer_group = request.peer_group();
  order.only_external = request.external();
  switch (request.direction()) {
    case proto::ClearSessions::COUNTERS:
      order.action = ClearOrder::Action::Counters;
      break;
    case proto::ClearSessions::SOFT_BOTH:
      order.action = ClearOrder::Action::SoftBoth;
      break;
    case proto::ClearSessions::SOFT_IN:
      order.action = ClearOrder::Action::SoftIn;
      break;
    case proto::ClearSessions::SOFT_OUT:
      order.action = ClearOrder::Action::SoftOut;
      break;
    default:
      order.action = ClearOrder::Action::Hard;
      break;
  }
  for (const auto family : families_from(request.family())) order.families.insert(family);
  const auto cleared = backend.clear(order);
  if (cleared > 0) return done();
  const auto& bgp = backend.running_config().bgp;
  const std::string none = "BGP: No " + family_words(request.family()) + " peer ";  // FRR's words
  if (!order.peer_group.empty() && (!bgp || !bgp->peer_groups.contains(order.peer_group)))
    return done(proto::Done::NOT_FOUND, "BGP: No such peer-group " + order.peer_group);
  if (!order.peer_group.empty())
    return done(proto::Done::NOT_FOUND,
                none + "belonging to peer-group " + order.peer_group + " is configured");
  if (order.remote_as)
    return done(proto::Done::NOT_FOUND, none + "is configured with AS " + std::to_string(*order.remote_as));
  if (!request.has_neighbor()) return done();
  const auto who = order.address ? order.address->to_string() : order.interface;
  return done(proto::Done::NOT_FOUND, "BGP: Unknown neighbor - \"" + who + "\"");
}

}  // namespace bgpd::api
