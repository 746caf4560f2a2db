#include "rib/policy/compiled.hpp"

#include <unordered_set>

namespace rib {
namespace {

/// A match by a list that nobody defined never holds.
template <typename T, typename Map>
void resolve_match(const T*& matcher, const Map& map, const std::string& name, CompiledClause& clause) {
  matcher = find_by_name(map, name);
  if (!matcher) clause.names_undefined_list = true;
}

PolicyDependencies dependencies_of(const RouteMapClause& clause) {
  PolicyDependencies found;
  for (const auto family : kFamilies) found.prefix |= !clause.match.address[index_of(family)].empty();
  // These stand beside the attributes, and routes with equal attributes may differ in them.
  found.prefix |= clause.match.interface || clause.set.metric_is_igp || clause.match.source_protocol ||
                  clause.match.probability;
  // A next hop is matched and set in the prefix's family.
  for (const auto family : kFamilies) found.prefix |= !clause.match.next_hop[index_of(family)].empty();
  found.peer = clause.match.peer || clause.match.probability || !clause.match.route_source.empty() ||
               clause.set.next_hop_peer_address ||
               (clause.set.next_hop && clause.set.next_hop->kind == NextHopChoice::Kind::PeerAddress);
  found.next_hop = clause.match.interface || clause.set.metric_is_igp;
  return found;
}

}  // namespace

Policies::Compiled::Compiled(PolicyDefinitions value) : definitions(std::move(value)) {
  const auto compile = [](const auto& lists, auto& compiled) {
    for (const auto& [name, list] : lists) compiled.try_emplace(name, list);
  };
  for (const auto family : kFamilies) {
    compile(definitions.access_lists[index_of(family)], access_lists[index_of(family)]);
    compile(definitions.prefix_lists[index_of(family)], prefix_lists[index_of(family)]);
  }
  compile(definitions.as_path_lists, as_path_lists);
  compile(definitions.community_lists, community_lists);
  compile(definitions.large_community_lists, large_community_lists);
  compile(definitions.extended_community_lists, extended_community_lists);
  for (const auto& [name, map] : definitions.route_maps) route_maps.try_emplace(name);
  for (const auto& [name, map] : definitions.route_maps) resolve(map, route_maps.at(name));

  // What a called map depends on, its caller does. Own ones first, then along every call.
  std::unordered_map<const CompiledRouteMap*, PolicyDependencies> own;
  for (const auto& [name, map] : route_maps) own.emplace(&map, map.dependencies);
  for (auto& [name, map] : route_maps) {
    std::unordered_set<const CompiledRouteMap*> seen{&map};
    std::vector<const CompiledRouteMap*> pending{&map};
    while (!pending.empty()) {
      const auto* at = pending.back();
      pending.pop_back();
      map.dependencies.add(own.at(at));
      for (const auto& clause : at->clauses)
        if (clause.call && seen.insert(clause.call).second) pending.push_back(clause.call);
    }
  }
}

void Policies::Compiled::resolve(const RouteMap& map, CompiledRouteMap& compiled) {
  for (const auto& [sequence, clause] : map.clauses) {
    compiled.clauses.push_back(resolved(sequence, clause));
    compiled.may_go_on |= clause.call || clause.on_match;
    compiled.dependencies.add(dependencies_of(clause));
  }
}

CompiledClause Policies::Compiled::resolved(Sequence sequence, const RouteMapClause& clause) const {
  CompiledClause made{.clause = &clause, .sequence = sequence};
  const auto lists = [&](const AddressMatch& match, Family family, CompiledClause::Lists& found) {
    if (match.access_list)
      resolve_match(found.access, access_lists[index_of(family)], *match.access_list, made);
    if (match.prefix_list)
      resolve_match(found.prefixes, prefix_lists[index_of(family)], *match.prefix_list, made);
  };
  const auto& match = clause.match;
  for (const auto family : kFamilies) {
    lists(match.address[index_of(family)], family, made.address[index_of(family)]);
    lists(match.next_hop[index_of(family)], family, made.next_hop[index_of(family)]);
  }
  lists(match.route_source, Family::Ipv4Unicast, made.route_source);
  if (match.as_path) resolve_match(made.as_path, as_path_lists, *match.as_path, made);
  if (match.community) resolve_match(made.community, community_lists, match.community->name, made);
  if (match.large_community)
    resolve_match(made.large_community, large_community_lists, match.large_community->name, made);
  if (match.extended_community)
    resolve_match(made.extended_community, extended_community_lists, match.extended_community->name, made);
  if (clause.set.delete_communities)
    made.delete_communities = find_by_name(community_lists, *clause.set.delete_communities);
  if (clause.set.delete_large_communities)
    made.delete_large_communities = find_by_name(large_community_lists, *clause.set.delete_large_communities);
  if (clause.call) made.call = find_by_name(route_maps, *clause.call);
  return made;
}

}  // namespace rib
