#include <algorithm>
#include <chrono>

#include "cli/show/commands.hpp"
#include "cli/show/json.hpp"
#include "cli/show/list_routes.hpp"
#include "cli/show/neighbors.hpp"
#include "cli/show/route_detail.hpp"
#include "cli/show/summary.hpp"
#include "cli/show/update_groups.hpp"

namespace cli::show {
namespace {

bool is_in_a_family(const api::Summary& summary, const SummaryFilter& filter) {
  return std::ranges::any_of(summary.families(), [&](const api::FamilySummary& family) {
    return std::ranges::any_of(family.neighbors(), [&](const auto& one) { return filter.shows(one); });
  });
}

Status show_summary(const Console& console, const Arguments& arguments) {
  api::Request request;
  const auto family = family_of(arguments);
  request.mutable_summary()->set_family(family.value_or(api::FAMILY_ANY));
  SummaryFilter filter;
  filter.established = arguments.has("established");
  filter.failed = arguments.has("failed");
  filter.terse = arguments.has("terse");
  filter.wide = arguments.has("wide");
  if (const auto* neighbor = arguments.address("neighbor-address")) filter.neighbor = *neighbor;
  if (arguments.has("internal")) filter.type = api::INTERNAL;
  if (arguments.has("external")) filter.type = api::EXTERNAL;
  if (arguments.has("as")) filter.remote_as = arguments.number_as<std::uint32_t>("as");

  const bool json = arguments.has("json");
  const auto response = console.client.call(std::move(request));
  if (!response) return empty_or_report(console, response.error(), json);
  if (filter.neighbor && !is_in_a_family(response->summary(), filter)) {
    constexpr const char* kNobody = "No such neighbor in this view/vrf";
    console.out(json ? json_text({{"warning", kNobody}}) + "\n" : std::string(kNobody) + "\n");
    return Status::Warning;
  }
  // FRR leaves the family's key out exactly when both AFI and SAFI were typed.
  const bool is_keyed = !(arguments.has("unicast") && (arguments.has("ipv4") || arguments.has("ipv6")));
  console.out(json ? summary_json(response->summary(), filter, is_keyed, wall_clock_now())
                   : summary_text(response->summary(), filter));
  return Status::Done;
}

Status show_table(const Console& console, const Arguments& arguments) {
  api::ListRoutes list;
  list.set_family(family_of(arguments).value_or(api::IPV6_UNICAST));  // plain `show bgp` is IPv6, as in FRR
  return list_routes(console, std::move(list), RouteListingKind::Table, arguments.has("json"));
}

/// The family that is asked for, when the prefix or address is of the other one.
std::optional<api::Family> contradicted_family(const Arguments& arguments) {
  const auto* prefix = arguments.prefix("prefix");
  const auto* address = prefix ? &prefix->address() : arguments.address("address");
  const auto family = family_of(arguments);
  if (!family || !address || (*family == api::IPV6_UNICAST) == (address->afi() == rib::Afi::Ipv6)) return {};
  return family;
}

Status show_destination(const Console& console, const Arguments& arguments) {
  if (const auto family = contradicted_family(arguments)) {
    const bool is_ipv6 = *family == api::IPV6_UNICAST;
    console.out(std::string("% Cannot specify ") + (is_ipv6 ? "IPv4" : "IPv6") + " address or prefix with " +
                (is_ipv6 ? "IPv6" : "IPv4") + " AFI\n");
    return Status::Warning;
  }
  api::ListRoutes list;
  const bool json = arguments.has("json");
  if (const auto* prefix = arguments.prefix("prefix"))
    put_prefix(*prefix, *list.mutable_prefix());
  else if (const auto* address = arguments.address("address"))
    list.set_address(std::string(address->bytes().begin(), address->bytes().end()));
  if (arguments.has("longer-prefixes")) {
    list.set_longer(true);
    list.set_family(list.prefix().address().size() == 16 ? api::IPV6_UNICAST : api::IPV4_UNICAST);
    return list_routes(console, std::move(list), RouteListingKind::Matching, json);
  }
  list.set_detail(true);
  api::Request request;
  *request.mutable_routes() = std::move(list);
  const auto response = console.client.call(std::move(request));
  if (!response) return empty_or_report(console, response.error(), json);
  const auto which = arguments.has("bestpath")    ? DetailPaths::Best
                     : arguments.has("multipath") ? DetailPaths::Multipath
                                                  : DetailPaths::All;
  console.out(json ? route_detail_json(response->routes(), wall_clock_now(), which)
                   : route_detail_text(response->routes(), wall_clock_now(), which));
  return Status::Done;
}

Status show_no_neighbor(const Console& console, bool json) {
  console.out(json ? no_such_neighbor_json() : no_such_neighbor_text());
  return Status::Warning;
}

Status show_neighbors(const Console& console, const Arguments& arguments) {
  const bool json = arguments.has("json");
  api::Request request;
  auto& list = *request.mutable_neighbors();
  if (arguments.has("neighbor")) {
    const auto name = parse_neighbor(arguments.text("neighbor"));
    if (!name) return show_no_neighbor(console, json);
    *list.mutable_neighbor() = *name;
  }
  api::Neighbors all;
  const auto result = console.client.call(std::move(request), [&](const api::Response& response) {
    all.mutable_neighbors()->MergeFrom(response.neighbors().neighbors());
  });
  if (!result && result.error().is_not_found()) return show_no_neighbor(console, json);
  if (!result) return empty_or_report(console, result.error(), json);
  console.out(json ? neighbors_json(all, wall_clock_now(), console.instance) : neighbors_text(all));
  return Status::Done;
}

Status show_update_groups(const Console& console, const Arguments& arguments) {
  const bool json = arguments.has("json");
  api::Request request;
  if (const auto family = family_of(arguments)) request.mutable_update_groups()->set_family(*family);
  request.mutable_update_groups();
  api::UpdateGroups all;
  const auto result = console.client.call(std::move(request), [&](const api::Response& response) {
    all.mutable_groups()->MergeFrom(response.update_groups().groups());
  });
  if (!result) return empty_or_report(console, result.error(), json);
  console.out(json ? update_groups_json(all) : update_groups_text(all));
  return Status::Done;
}

Status show_neighbor_routes(const Console& console, const Arguments& arguments) {
  const bool json = arguments.has("json");
  api::ListRoutes list;
  const auto typed = arguments.text("neighbor");
  const auto name = parse_neighbor(typed);
  if (!name) return no_such_neighbor(console, typed, json);
  *list.mutable_neighbor() = *name;
  list.set_family(
      family_of(arguments).value_or(name->address().size() == 4 ? api::IPV4_UNICAST : api::IPV6_UNICAST));
  auto kind = RouteListingKind::Learned;
  list.set_view(api::ADJ_RIB_IN);
  if (arguments.has("received-routes")) kind = RouteListingKind::Received;
  if (arguments.has("filtered-routes")) kind = RouteListingKind::Filtered;
  list.set_as_received(kind != RouteListingKind::Learned);
  if (arguments.has("advertised-routes")) {
    kind = RouteListingKind::Advertised;
    list.set_view(api::ADJ_RIB_OUT);
  }
  return list_routes(console, std::move(list), kind, json);
}

}  // namespace

std::vector<Command> bgp_commands() {
  const auto bgp = [](std::string_view rest) { return std::string(kBgp) + std::string(rest); };
  return {
      {.syntax = bgp("summary [<established|failed|terse|wide|neighbor ADDRESS$neighbor-address|"
                     "remote-as <internal|external|ASNUM$as>>] [json]"),
       .help = bgp_help({"Summary of BGP neighbor status", "Only sessions in Established state",
                         "Only sessions not in Established state", "Shorter heading", "Longer descriptions",
                         "Only one neighbor", "Its address", "Only neighbors of an AS", "Internal peers",
                         "External peers", "AS number", kJson}),
       .run = show_summary},
      {.syntax = bgp("[wide] [json]"),
       .help = bgp_help({"Accepted, lines are never cut", kJson}),
       .run = show_table},
      {.syntax = bgp("<ADDRESS$address|PREFIX$prefix [longer-prefixes]> [<bestpath|multipath>] [json]"),
       .help = bgp_help({"The network that holds this address best", "This network",
                         "And all networks inside it", "The best path alone", "Paths that are used", kJson}),
       .run = show_destination},
      {.syntax = bgp("update-groups [json]"),
       .help = bgp_help({"Neighbors that are sent the same, by group", kJson}),
       .run = show_update_groups},
      {.syntax = bgp("neighbors [NEIGHBOR$neighbor] [json]"),
       .help = bgp_help({"TCP and BGP connections to neighbors", "Neighbor to display", kJson}),
       .run = show_neighbors},
      {.syntax = bgp(
           "neighbors NEIGHBOR$neighbor <advertised-routes|received-routes|filtered-routes|routes> [json]"),
       .help =
           bgp_help({"TCP and BGP connections to neighbors", "Neighbor to display",
                     "Routes that the neighbor is sent", "Routes the neighbor sent, with those not accepted",
                     "Routes the neighbor sent that were not accepted, and why",
                     "Routes the neighbor sent that were accepted", kJson}),
       .run = show_neighbor_routes},
  };
}

}  // namespace cli::show
