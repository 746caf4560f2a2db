#include "cli/config/list_names.hpp"

#include "cli/config/command.hpp"

namespace cli {

std::vector<ListName> list_names(const Command& command, const Arguments& arguments, rib::Family place) {
  std::vector<ListName> names;
  for (const auto& [kind, argument, family] : command.lists)
    if (auto name = arguments.text(argument); !name.empty())
      names.push_back({kind, family.value_or(place), std::move(name)});
  return names;
}

bool is_defined(const Config& config, const ListName& list) {
  const auto& policy = config.policy;
  switch (list.kind) {
    case ListKind::RouteMap:
      return policy.route_maps.find(list.name);
    case ListKind::PrefixList:
      return policy.prefix_lists[index_of(list.family)].find(list.name);
    case ListKind::AccessList:
      return policy.access_lists[index_of(list.family)].find(list.name);
    case ListKind::AsPathList:
      return policy.as_path_lists.contains(list.name);
    case ListKind::CommunityList:
      return policy.community_lists.contains(list.name);
    case ListKind::LargeCommunityList:
      return policy.large_community_lists.contains(list.name);
    case ListKind::ExtendedCommunityList:
      return policy.extended_community_lists.contains(list.name);
  }
  return true;
}

namespace {

std::string_view words_of(const ListName& list) {
  const bool v4 = list.family == rib::Family::Ipv4Unicast;
  switch (list.kind) {
    case ListKind::RouteMap:
      return "route-map";
    case ListKind::PrefixList:
      return v4 ? "ip prefix-list" : "ipv6 prefix-list";
    case ListKind::AccessList:
      return v4 ? "access-list" : "ipv6 access-list";
    case ListKind::AsPathList:
      return "bgp as-path access-list";
    case ListKind::CommunityList:
      return "bgp community-list";
    case ListKind::LargeCommunityList:
      return "bgp large-community-list";
    case ListKind::ExtendedCommunityList:
      return "bgp extcommunity-list";
  }
  return "list";
}

}  // namespace

std::string undefined_text(const Command& command, const ListName& list) {
  const auto text = std::string(words_of(list)) + " " + list.name + " is not defined: ";
  if (command.scope != Scope::RouteMap) return text + "it permits nothing";
  return text + (command.syntax.starts_with("match ") ? "the match never holds" : "without effect");
}

}  // namespace cli
