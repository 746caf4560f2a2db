// Policies::Compiled: definitions with every name resolved. Inside rib/policy only.
#pragma once

#include <string>
#include <unordered_map>

#include "rib/policy/matchers.hpp"
#include "rib/policy/policy.hpp"

namespace rib {

/// What a verdict may depend on besides the attributes.
struct PolicyDependencies {
  bool prefix = false, peer = false, next_hop = false;
  void add(const PolicyDependencies& other) {
    prefix |= other.prefix;
    peer |= other.peer;
    next_hop |= other.next_hop;
  }
};

struct CompiledRouteMap;

/// A clause with its names resolved. A list that is not defined is nullptr; then the match does not hold.
struct CompiledClause {
  const RouteMapClause* clause = nullptr;
  Sequence sequence = 0;
  bool names_undefined_list = false;  // in a match
  const AsPathMatcher* as_path = nullptr;
  const CommunityMatcher<Community>* community = nullptr;
  const CommunityMatcher<LargeCommunity>* large_community = nullptr;
  const CommunityMatcher<ExtendedCommunity>* extended_community = nullptr;
  struct Lists {
    const AccessMatcher* access = nullptr;
    const PrefixMatcher* prefixes = nullptr;
  };
  Lists address[kFamilyCount] = {}, next_hop[kFamilyCount] = {}, route_source = {};
  const CommunityMatcher<Community>* delete_communities = nullptr;
  const CommunityMatcher<LargeCommunity>* delete_large_communities = nullptr;
  const CompiledRouteMap* call = nullptr;  // nullptr as well when the map is not defined
};

struct CompiledRouteMap {
  std::vector<CompiledClause> clauses;
  bool may_go_on = false;  // some clause calls or continues: sets may be done and the route denied afterwards
  PolicyDependencies dependencies;
};

template <typename T>
using ByName = std::unordered_map<std::string, T>;

struct Policies::Compiled {
  PolicyDefinitions definitions;
  ByName<AccessMatcher> access_lists[kFamilyCount];
  ByName<PrefixMatcher> prefix_lists[kFamilyCount];
  ByName<AsPathMatcher> as_path_lists;
  ByName<CommunityMatcher<Community>> community_lists;
  ByName<CommunityMatcher<LargeCommunity>> large_community_lists;
  ByName<CommunityMatcher<ExtendedCommunity>> extended_community_lists;
  ByName<CompiledRouteMap> route_maps;

  explicit Compiled(PolicyDefinitions value);

 private:
  void resolve(const RouteMap& map, CompiledRouteMap& compiled);
  CompiledClause resolved(Sequence sequence, const RouteMapClause& clause) const;
};

template <typename Map>
auto find_by_name(const Map& map, const std::string& name) {
  const auto at = map.find(name);
  return at == map.end() ? nullptr : &at->second;
}

/// What a route map says of a route.
struct RouteMapAnswer {
  bool permitted = false;
  bool next_hop_set = false;
  std::optional<IpAddress> source = {};  // `set src`
  Sequence sequence = 0;                 // of the clause that decided; 0: none held
};
/// Asks about `attributes`; set clauses change `result`, which may be the same.
RouteMapAnswer ask_route_map(const CompiledRouteMap& map, const PolicySubject& subject,
                             const PathAttributes& attributes, PathAttributes& result);

/// The set clauses of one clause, in a fixed order: what is deleted goes first.
struct SetContext {
  const PolicySubject& subject;
  PathAttributes& attributes;
  bool& next_hop_set;
};
void do_sets(const CompiledClause& clause, const SetContext& context);

}  // namespace rib
