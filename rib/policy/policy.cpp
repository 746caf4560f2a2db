#include "rib/policy/policy.hpp"

#include <unordered_set>
#include <utility>

#include "rib/policy/compiled.hpp"

namespace rib {

Policies::Policies() : Policies(PolicyDefinitions{}) {}
Policies::Policies(PolicyDefinitions definitions)
    : compiled_(std::make_unique<const Compiled>(std::move(definitions))) {}
Policies::~Policies() = default;
Policies::Policies(Policies&&) noexcept = default;
Policies& Policies::operator=(Policies&&) noexcept = default;

const PolicyDefinitions& Policies::definitions() const { return compiled_->definitions; }

PolicyVerdict Policies::apply(const PolicyChain& chain, const PolicySubject& subject,
                              PathAttributes& attributes) const {
  using Decider = PolicyVerdict::Decider;
  PolicyVerdict verdict;
  const auto family = index_of(subject.prefix.family());
  /// True when this part of the chain lets the route pass.
  const auto passes = [&](Decider decider, bool permitted, Sequence sequence) {
    verdict = {.permitted = permitted, .decider = decider, .sequence = sequence};
    return permitted;
  };
  const auto list = [&](Decider decider, const auto* matcher, const auto& asked) {
    const auto answer = matcher ? matcher->ask(asked) : ListAnswer{};
    return passes(decider, answer.permitted, answer.sequence);
  };
  if (!chain.distribute_list.empty() &&
      !list(Decider::DistributeList, find_by_name(compiled_->access_lists[family], chain.distribute_list),
            subject.prefix))
    return verdict;
  if (!chain.prefix_list.empty() &&
      !list(Decider::PrefixList, find_by_name(compiled_->prefix_lists[family], chain.prefix_list),
            subject.prefix))
    return verdict;
  if (!chain.filter_list.empty() &&
      !list(Decider::FilterList, find_by_name(compiled_->as_path_lists, chain.filter_list),
            attributes.as_path.to_string()))
    return verdict;
  if (chain.route_map.empty()) return verdict;
  const auto* map = find_by_name(compiled_->route_maps, chain.route_map);
  const auto answer = map ? ask_route_map(*map, subject, attributes, attributes) : RouteMapAnswer{};
  passes(Decider::RouteMap, answer.permitted, answer.sequence);
  verdict.next_hop_set = answer.next_hop_set;
  verdict.source = answer.source;
  return verdict;
}

PolicyVerdict Policies::apply_condition(const std::string& route_map, const PolicySubject& subject,
                                        const PathAttributes& attributes, PathAttributes& result) const {
  const auto* map = find_by_name(compiled_->route_maps, route_map);
  const auto answer = map ? ask_route_map(*map, subject, attributes, result) : RouteMapAnswer{};
  return {.permitted = answer.permitted,
          .next_hop_set = answer.next_hop_set,
          .decider = PolicyVerdict::Decider::RouteMap,
          .sequence = answer.sequence};
}

bool Policies::depends_on_prefix(const PolicyChain& chain) const {
  const auto* map = find_by_name(compiled_->route_maps, chain.route_map);
  return !chain.distribute_list.empty() || !chain.prefix_list.empty() || (map && map->dependencies.prefix);
}

bool Policies::depends_on_peer(const PolicyChain& chain) const {
  const auto* map = find_by_name(compiled_->route_maps, chain.route_map);
  return map && map->dependencies.peer;
}

bool Policies::depends_on_next_hop(const PolicyChain& chain) const {
  const auto* map = find_by_name(compiled_->route_maps, chain.route_map);
  return map && map->dependencies.next_hop;
}

namespace {

/// Compares what a chain names in two sets of definitions, one name after the other.
class Comparison {
 public:
  Comparison(const PolicyDefinitions& a, const PolicyDefinitions& b) : a_(a), b_(b) {}

  bool chain_differs(const PolicyChain& chain) {
    return access_list(chain.distribute_list) || prefix_list(chain.prefix_list) ||
           differ(a_.as_path_lists, b_.as_path_lists, chain.filter_list) || route_map(chain.route_map);
  }

 private:
  template <typename List>
  static const List* find(const NamedList<List>& lists, const std::string& name) {
    return lists.find(name);
  }
  template <typename List>
  static const List* find(const ListsByName<List>& lists, const std::string& name) {
    const auto at = lists.find(name);
    return at == lists.end() ? nullptr : &at->second;
  }
  template <typename Lists>
  static bool differ(const Lists& a, const Lists& b, const std::string& name) {
    if (name.empty()) return false;
    const auto *in_a = find(a, name), *in_b = find(b, name);
    return in_a && in_b ? *in_a != *in_b : in_a != in_b;
  }
  template <typename Lists>
  static bool differ(const Lists& a, const Lists& b, const std::optional<std::string>& name) {
    return name && differ(a, b, *name);
  }
  template <typename Lists>
  static bool differ(const Lists& a, const Lists& b, const std::optional<ListMatch>& match) {
    return match && differ(a, b, match->name);
  }

  bool access_list(const std::string& name) const {
    return differ(a_.access_lists[0], b_.access_lists[0], name) ||
           differ(a_.access_lists[1], b_.access_lists[1], name);
  }
  bool prefix_list(const std::string& name) const {
    return differ(a_.prefix_lists[0], b_.prefix_lists[0], name) ||
           differ(a_.prefix_lists[1], b_.prefix_lists[1], name);
  }
  bool address(const AddressMatch& match, std::size_t family) const {
    return differ(a_.access_lists[family], b_.access_lists[family], match.access_list) ||
           differ(a_.prefix_lists[family], b_.prefix_lists[family], match.prefix_list);
  }

  bool route_map(const std::string& name) {
    if (name.empty() || !seen_.insert(name).second) return false;
    if (differ(a_.route_maps, b_.route_maps, name)) return true;
    const auto* map = a_.route_maps.find(name);
    if (!map) return false;
    for (const auto& [sequence, clause] : map->clauses)
      if (clause_differs(clause)) return true;
    return false;
  }

  bool clause_differs(const RouteMapClause& clause) {
    const auto& match = clause.match;
    for (std::size_t family = 0; family < kFamilyCount; ++family)
      if (address(match.address[family], family) || address(match.next_hop[family], family)) return true;
    return address(match.route_source, 0) || differ(a_.as_path_lists, b_.as_path_lists, match.as_path) ||
           differ(a_.community_lists, b_.community_lists, match.community) ||
           differ(a_.large_community_lists, b_.large_community_lists, match.large_community) ||
           differ(a_.extended_community_lists, b_.extended_community_lists, match.extended_community) ||
           differ(a_.community_lists, b_.community_lists, clause.set.delete_communities) ||
           differ(a_.large_community_lists, b_.large_community_lists, clause.set.delete_large_communities) ||
           (clause.call && route_map(*clause.call));
  }

  const PolicyDefinitions &a_, &b_;
  std::unordered_set<std::string> seen_;
};

}  // namespace

bool Policies::differs(const PolicyChain& chain, const Policies& other) const {
  return Comparison(definitions(), other.definitions()).chain_differs(chain);
}

}  // namespace rib
