#include <algorithm>

#include "cli/show/commands.hpp"
#include "cli/show/pages.hpp"
#include "cli/show/route_table.hpp"
#include "cli/show/system.hpp"

namespace cli::show {
namespace {

constexpr std::string_view kJson = "JavaScript Object Notation";

Status list_table(const Console& console, api::ListRouteTable list, RouteTableKind kind, bool json) {
  const auto listing = json ? json_route_table(kind, console.out) : text_route_table(kind, console.out);
  const auto done = for_each_page(
      console, std::move(list),
      [](auto& request, const auto& wanted) { *request.mutable_route_table() = wanted; },
      [](const auto& response) -> const auto& { return response.route_table(); },
      [&](const api::RouteTable& table) { listing->page(table); });
  if (!done) return console.report(done.error());
  listing->finish();
  return Status::Done;
}

/// The table that was named; without a name the daemon's own.
void put_table(const Arguments& arguments, api::ListRouteTable& list) {
  if (arguments.has("table")) list.set_table(arguments.number_as<std::uint32_t>("table"));
  list.set_vrf(arguments.text("vrf"));
}

/// `show ipv6 …` is IPv6; everything else IPv4.
api::Family family_named(const Arguments& arguments) {
  return arguments.has("ipv6") ? api::IPV6_UNICAST : api::IPV4_UNICAST;
}

Status show_routes(const Console& console, const Arguments& arguments) {
  api::ListRouteTable list;
  list.set_family(family_named(arguments));
  put_table(arguments, list);
  if (arguments.has("bgp")) list.set_source(api::BGP);
  if (arguments.has("connected")) list.set_source(api::CONNECTED);
  if (arguments.has("kernel")) list.set_source(api::KERNEL);
  if (arguments.has("static")) list.set_source(api::STATIC);
  list.set_failed(arguments.has("failed"));
  auto kind = RouteTableKind::List;
  if (arguments.has("summary")) kind = RouteTableKind::Summary;
  if (arguments.has("brief")) kind = RouteTableKind::Brief;
  return list_table(console, std::move(list), kind, arguments.has("json"));
}

Status show_route(const Console& console, const Arguments& arguments) {
  api::ListRouteTable list;
  list.set_family(family_named(arguments));
  put_table(arguments, list);
  auto kind = RouteTableKind::Detail;
  if (const auto* prefix = arguments.prefix("prefix")) {
    put_prefix(*prefix, *list.mutable_prefix());
    if (arguments.has("longer-prefixes")) {
      list.set_longer(true);
      kind = RouteTableKind::List;
    }
  } else if (const auto* address = arguments.address("address")) {
    list.set_address(std::string(address->bytes().begin(), address->bytes().end()));
  }
  return list_table(console, std::move(list), kind, arguments.has("json"));
}

Status show_next_hops(const Console& console, const Arguments& arguments) {
  api::Request request;
  auto family = api::FAMILY_ANY;
  if (arguments.has("ipv6")) family = api::IPV6_UNICAST;
  if (arguments.has("ipv4") || (arguments.has("ip") && arguments.has("nht"))) family = api::IPV4_UNICAST;
  request.mutable_next_hops()->set_family(family);
  auto response = console.client.call(std::move(request));
  if (!response) return console.report(response.error());
  auto& next_hops = *response->mutable_next_hops();
  if (const auto* wanted = arguments.address("next-hop")) {
    const auto is_other = [&](const auto& next_hop) { return address_of(next_hop.address()) != *wanted; };
    auto& all = *next_hops.mutable_next_hops();
    all.erase(std::remove_if(all.begin(), all.end(), is_other), all.end());
  }
  console.out(arguments.has("json") ? next_hops_json(next_hops) : next_hops_text(next_hops));
  return Status::Done;
}

}  // namespace

std::vector<Command> route_table_commands() {
  constexpr std::string_view kShow = "Show running system information", kIp = "IPv4 information",
                             kIpv6 = "IPv6 information", kRoute = "Routing table",
                             kTable = "Another table that routes of ours are for",
                             kVrf = "A VRF that routes of ours are for";
  const auto rows = [&](const std::string& ip, std::string_view about, const std::string& address,
                        const std::string& prefix) -> std::vector<Command> {
    return {
        {.syntax = "show " + ip + " route [<table (1-4294967295)$table|vrf NAME$vrf>] " +
                   "[<bgp|connected|kernel|static|failed|summary>] [json [brief]]",
         .help = {kShow, about, kRoute, kTable, "Its number", kVrf, "Its name", "Routes learned by BGP",
                  "Connected networks", "Routes others put into the kernel", "Static routes",
                  "Routes of ours that the kernel refused", "Counts", kJson, "Only what most ask for"},
         .run = show_routes},
        {.syntax = "show " + ip + " route [<table (1-4294967295)$table|vrf NAME$vrf>] <" + address +
                   "$address|" + prefix + "$prefix [longer-prefixes]> [json]",
         .help = {kShow, about, kRoute, kTable, "Its number", kVrf, "Its name",
                  "The route that this address takes", "Routes to this network",
                  "And to all networks inside it", kJson},
         .run = show_route},
    };
  };
  std::vector<Command> all = rows("ip", kIp, "A.B.C.D", "A.B.C.D/M");
  for (auto&& row : rows("ipv6", kIpv6, "X:X::X:X", "X:X::X:X/M")) all.push_back(row);
  all.push_back({.syntax = std::string(kBgp) + "nexthop [ADDRESS$next-hop] [json]",
                 .help = bgp_help({"Next hops and whether they are reachable", "This one alone", kJson}),
                 .run = show_next_hops});
  all.push_back(
      {.syntax = "show <ip|ipv6> nht [ADDRESS$next-hop] [json]",
       .help = {kShow, kIp, kIpv6, "Next hops and whether they are reachable", "This one alone", kJson},
       .run = show_next_hops});
  return all;
}

}  // namespace cli::show
