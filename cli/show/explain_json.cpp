#include "cli/show/explain.hpp"
#include "cli/show/json.hpp"
#include "cli/show/why_down.hpp"

namespace cli::show {
namespace {

Json next_hop_json(const api::NextHop& hop) {
  Json json;
  if (!hop.gateway().empty()) json["ip"] = address_text(hop.gateway());
  json["interfaceName"] = hop.interface();
  return json;
}

Json tracked_json(const api::TrackedNextHop& next_hop) {
  Json json{{"ip", address_text(next_hop.address())}, {"resolved", next_hop.resolved()}};
  if (!next_hop.resolved()) return json;
  json["metric"] = next_hop.metric();
  if (next_hop.has_through()) json["through"] = prefix_text(next_hop.through());
  json["nexthops"] = next_hop_list_json(next_hop.kernel_next_hops());
  return json;
}

Json path_json(const api::Path& path) {
  Json json;
  json["peer"] = path.own() ? "(unspec)" : neighbor_text(path.peer());
  if (!path.peer_hostname().empty()) json["hostname"] = path.peer_hostname();
  json["ageMsec"] = path.age_ms();
  json["state"] = code_of(path.state());
  if (!path.denied_by().empty()) json["deniedBy"] = path.denied_by();
  if (path.stale()) json["stale"] = true;
  if (path.best()) json["best"] = true;
  if (path.multipath()) json["multipath"] = true;
  if (path.lost_at() != api::BEST_NONE) json["lostAt"] = code_of(path.lost_at());
  if (path.has_tracked()) json["nexthop"] = tracked_json(path.tracked());
  return json;
}

Json route_json(const api::RouteEntry& route) {
  Json json{{"protocol", code_of(route.source())},
            {"distance", route.distance()},
            {"metric", route.metric()},
            {"selected", route.selected()},
            {"installed", route.installed()}};
  if (route.error() != 0) json["errno"] = route.error();
  if (!route.error_text().empty()) json["error"] = route.error_text();
  json["nexthops"] = next_hop_list_json(route.next_hops());
  return json;
}

Json neighbor_json(const api::ExplainedNeighbor& neighbor) {
  Json json{{"peer", neighbor_text(neighbor.name())}};
  if (!neighbor.hostname().empty()) json["hostname"] = neighbor.hostname();
  json["bgpState"] = state_text(neighbor);
  if (neighbor.state() != api::STATE_ESTABLISHED) json["whyDown"] = no_session_text(neighbor);
  json["negotiated"] = neighbor.negotiated();
  json["received"] = neighbor.received();
  if (neighbor.malformed_updates() > 0) json["malformedUpdates"] = neighbor.malformed_updates();
  json["export"] = code_of(neighbor.export_());
  if (!neighbor.denied_by().empty()) json["deniedBy"] = neighbor.denied_by();
  return json;
}

Json kernel_json(const api::KernelAnswer& kernel) {
  Json json{{"outcome", code_of(kernel.outcome())}};
  if (!kernel.problem().empty()) json["problem"] = kernel.problem();
  if (kernel.has_prefix()) {
    json["prefix"] = prefix_text(kernel.prefix());
    json["table"] = kernel.table();
    json["metric"] = kernel.metric();
    json["protocol"] = kernel.protocol();
    json["ours"] = kernel.ours();
  }
  if (kernel.has_next_hop()) json["nexthop"] = next_hop_json(kernel.next_hop());
  if (!kernel.source().empty()) json["source"] = address_text(kernel.source());
  json["forwarding"] = kernel.forwarding();
  if (kernel.has_reverse_path_filter()) json["rpFilter"] = kernel.reverse_path_filter();
  return json;
}

}  // namespace

Json next_hop_list_json(const NextHopList& hops) {
  auto json = Json::array();
  for (const auto& hop : hops) json.push_back(next_hop_json(hop));
  return json;
}

std::string explain_json(const api::Explanation& explanation, const FirewallAnswer& firewall) {
  Json json;
  json["prefix"] = prefix_text(explanation.prefix());
  json["address"] = address_text(explanation.address());
  const bool reachable = is_reachable(explanation, firewall);
  json["reachable"] = reachable;
  json["verdict"] = reachable == explanation.reachable() ? code_of(explanation.verdict()) : "firewallDrops";
  if (explanation.has_destination()) {
    const auto& destination = explanation.destination();
    json["selectionReason"] = code_of(destination.reason());
    json["fib"] = code_of(destination.fib());
  }
  json["paths"] = Json::array();
  for (const auto& path : explanation.destination().paths()) json["paths"].push_back(path_json(path));
  json["routes"] = Json::array();
  for (const auto& route : explanation.routes()) json["routes"].push_back(route_json(route));
  if (explanation.has_covered_by()) {
    json["coveredBy"] = route_json(explanation.covered_by());
    json["coveredBy"]["prefix"] = prefix_text(explanation.covered_by().prefix());
  }
  json["neighbors"] = Json::array();
  for (const auto& neighbor : explanation.neighbors()) json["neighbors"].push_back(neighbor_json(neighbor));
  json["kernel"] = kernel_json(explanation.kernel());
  if (explanation.has_last_audit()) json["lastAuditMsec"] = explanation.last_audit().ms();
  if (!firewall_text(firewall).empty()) {
    json["firewall"]["outcome"] = code_of(firewall.outcome);
    if (!firewall.where.empty()) json["firewall"]["where"] = firewall.where;
  }
  const auto conclusion = conclusion_of(explanation, firewall);
  json["sentence"] = conclusion.sentence;
  json["command"] = conclusion.command;
  return json_text(json) + "\n";
}

}  // namespace cli::show
