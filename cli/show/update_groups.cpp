#include "cli/show/update_groups.hpp"

#include "cli/show/json.hpp"

namespace cli::show {

std::string update_groups_text(const api::UpdateGroups& groups) {
  std::string out;
  for (const auto& group : groups.groups()) {
    append(out, "Update-group %u:\n  Address family: %s\n  Members are %s peers%s\n", group.id(),
           std::string(family_name(group.family())).c_str(),
           group.type() == api::EXTERNAL ? "external" : "internal",
           group.reflector_client() ? ", route-reflector clients" : "");
    append(out, "  Next hop of our own: %s\n", group.next_hop().c_str());
    if (!group.route_map().empty()) append(out, "  Outgoing route map: %s\n", group.route_map().c_str());
    append(out, "  %s sent: %u\n", group.add_path() ? "Paths" : "Prefixes", group.sent());
    if (group.walking()) out += "  Some members are being sent the table\n";
    append(out, "  Neighbors: %d\n", group.members_size());
    for (const auto& member : group.members()) append(out, "    %s\n", neighbor_text(member).c_str());
    out += "\n";
  }
  return out;
}

std::string update_groups_json(const api::UpdateGroups& groups) {
  auto json = Json::object();
  for (const auto& group : groups.groups()) {
    Json one;
    one["groupId"] = group.id();
    one["afi"] = family_key(group.family());
    one["peerType"] = group.type() == api::EXTERNAL ? "external" : "internal";
    if (group.reflector_client()) one["routeReflectorClient"] = true;
    one["nextHop"] = group.next_hop();
    if (!group.route_map().empty()) one["outgoingRouteMap"] = group.route_map();
    one["addPath"] = group.add_path();
    one["sentPrefixCounter"] = group.sent();
    one["tableInTransfer"] = group.walking();
    one["peers"] = Json::array();
    for (const auto& member : group.members()) one["peers"].push_back(neighbor_text(member));
    json[std::to_string(group.id())] = std::move(one);
  }
  return json_text(json) + "\n";
}

}  // namespace cli::show
