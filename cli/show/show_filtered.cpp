// Rows that list the part of BGP's table that fits something. The daemon looks through the table, page by
// page.
#include "cli/show/commands.hpp"
#include "cli/show/list_routes.hpp"
#include "rib/community.hpp"
#include "rib/policy/expression.hpp"

namespace cli::show {
namespace {

constexpr std::string_view kExact = "And no other communities", kListName = "Name or number of the list";

Status refuse(const Console& console, const std::string& why) {
  console.out(why + "\n");
  return Status::Warning;
}

/// Plain `show bgp` is IPv6, as in FRR.
Status list_filtered(const Console& console, const Arguments& arguments, api::RouteFilter filter) {
  api::ListRoutes list;
  list.set_family(family_of(arguments).value_or(api::IPV6_UNICAST));
  filter.set_exact(arguments.has("exact-match"));
  *list.mutable_filter() = std::move(filter);
  return list_routes(console, std::move(list), RouteListingKind::Matching, arguments.has("json"));
}

Status show_cidr_only(const Console& console, const Arguments& arguments) {
  api::RouteFilter filter;
  filter.set_cidr_only(true);
  return list_filtered(console, arguments, std::move(filter));
}

Status show_regexp(const Console& console, const Arguments& arguments) {
  const auto text = arguments.text("expression");
  if (const auto compiled = rib::Expression::compile(text); !compiled)
    return refuse(console, "Can't compile regexp " + text + "\n% " + compiled.error());
  api::RouteFilter filter;
  filter.set_as_path(text);
  return list_filtered(console, arguments, std::move(filter));
}

Status show_communities(const Console& console, const Arguments& arguments) {
  api::RouteFilter filter;
  filter.set_any_community(true);
  for (const auto& text : arguments.texts("community")) {
    const auto community = rib::parse_community(text);
    if (!community) return refuse(console, "% Community malformed: " + text);
    filter.add_communities(community->value);
  }
  return list_filtered(console, arguments, std::move(filter));
}

Status show_large_communities(const Console& console, const Arguments& arguments) {
  api::RouteFilter filter;
  filter.set_any_large_community(true);
  for (const auto& text : arguments.texts("community")) {
    const auto community = rib::parse_large_community(text);
    if (!community) return refuse(console, "% Large-community malformed");
    filter.add_large_communities(community->global_administrator);
    filter.add_large_communities(community->local_data_1);
    filter.add_large_communities(community->local_data_2);
  }
  return list_filtered(console, arguments, std::move(filter));
}

/// By a list of the configuration; `set` names it in the filter.
template <typename Set>
auto by_list(Set set) {
  return [set](const Console& console, const Arguments& arguments) {
    api::RouteFilter filter;
    set(filter, arguments.text("list"));
    return list_filtered(console, arguments, std::move(filter));
  };
}

}  // namespace

std::vector<Command> bgp_filter_commands() {
  const auto bgp = [](std::string_view rest) { return std::string(kBgp) + std::string(rest); };
  return {
      {.syntax = bgp("cidr-only [json]"),
       .help = bgp_help({"Networks that are not as long as their address's class was", kJson}),
       .run = show_cidr_only},
      {.syntax = bgp("regexp REGEX$expression [json]"),
       .help = bgp_help(
           {"Routes whose AS path fits an expression", "Regular expression, `_` between numbers", kJson}),
       .run = show_regexp},
      {.syntax = bgp("community [COMMUNITY...$community [exact-match]] [json]"),
       .help = bgp_help({"Routes with communities",
                         "AA:NN, or a name as no-export; all of them must be there", kExact, kJson}),
       .run = show_communities},
      {.syntax = bgp("large-community [COMMUNITY...$community [exact-match]] [json]"),
       .help =
           bgp_help({"Routes with large communities", "AA:BB:CC; all of them must be there", kExact, kJson}),
       .run = show_large_communities},
      {.syntax = bgp("community-list NAME$list [exact-match] [json]"),
       .help = bgp_help({"Routes that a community list permits", kListName, kExact, kJson}),
       .run = by_list([](auto& filter, auto name) { filter.set_community_list(name); })},
      {.syntax = bgp("large-community-list NAME$list [exact-match] [json]"),
       .help = bgp_help({"Routes that a large community list permits", kListName, kExact, kJson}),
       .run = by_list([](auto& filter, auto name) { filter.set_large_community_list(name); })},
      {.syntax = bgp("prefix-list NAME$list [json]"),
       .help = bgp_help({"Routes that a prefix list permits", "Name of the list", kJson}),
       .run = by_list([](auto& filter, auto name) { filter.set_prefix_list(name); })},
      {.syntax = bgp("filter-list NAME$list [json]"),
       .help = bgp_help({"Routes that an AS path access list permits", "Name of the list", kJson}),
       .run = by_list([](auto& filter, auto name) { filter.set_as_path_list(name); })},
  };
}

}  // namespace cli::show
