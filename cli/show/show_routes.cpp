#include <algorithm>
#include <map>
#include <ranges>

#include "cli/show/commands.hpp"
#include "cli/show/list_routes.hpp"
#include "cli/show/pages.hpp"
#include "cli/show/route_table.hpp"
#include "cli/show/system.hpp"

namespace cli::show {
namespace {

/// Which of a table's routes are shown.
struct Wanted {
  std::uint32_t tag = 0;        // 0: whatever they have
  bool supernets_only = false;  // IPv4: shorter than the address's class would have it

  bool is_all() const { return tag == 0 && !supernets_only; }
  bool fits(const api::RouteEntry& entry) const {
    if (tag != 0 && entry.tag() != tag) return false;
    const auto& address = entry.prefix().address();
    const auto first = address.empty() ? 0 : static_cast<std::uint8_t>(address.front());
    return !supernets_only || entry.prefix().length() < (first < 128 ? 8u : first < 192 ? 16u : 24u);
  }
};

/// Calls `show(table)` for each page.
template <typename Show>
std::expected<void, ClientError> ask(const Console& console, api::ListRouteTable list, const Wanted& wanted,
                                     const Show& show_page) {
  const auto show = [&](const api::RouteTable& table) {
    if (wanted.is_all()) return show_page(table);
    auto some = table;
    auto& entries = *some.mutable_entries();
    const auto is_unwanted = [&](const api::RouteEntry& entry) { return !wanted.fits(entry); };
    entries.erase(std::remove_if(entries.begin(), entries.end(), is_unwanted), entries.end());
    show_page(some);
  };
  return for_each_page(
      console, std::move(list),
      [](auto& request, const auto& asked) { *request.mutable_route_table() = asked; },
      [](const auto& response) -> const auto& { return response.route_table(); }, show);
}

/// Names of the VRFs that have routes here, in order; the first is the one that the daemon lives in.
std::expected<std::vector<std::string>, ClientError> vrfs_of(const Console& console) {
  api::Request request;
  request.mutable_fib();
  const auto response = console.client.call(std::move(request));
  if (!response) return std::unexpected(response.error());
  const auto& tables = response->fib().tables();
  std::vector<std::string> names;
  for (const auto& table : tables)  // others without a VRF are `table N`
    if (&table == &tables[0] || !table.vrf().empty()) names.push_back(vrf_text(table.vrf()));
  return names;
}

/// `vrf all`. In JSON the daemon's own table, which may be long, is written as it comes; those beside it have
/// few routes.
Status list_all_vrfs(const Console& console, const api::ListRouteTable& list, const Wanted& wanted,
                     RouteTableKind kind, bool json) {
  auto names = vrfs_of(console);
  if (!names) return console.report(names.error());
  std::vector<api::RouteTable> beside;
  const bool collects = json && kind != RouteTableKind::Summary;
  std::rotate(names->begin(), names->begin() + (collects ? 1 : 0), names->end());
  if (!collects) std::ranges::sort(*names);
  std::unique_ptr<RouteTableListing> listing;
  if (!json) listing = text_route_table(kind, console.out, RouteTableHead::EachVrf);
  for (const auto& name : *names) {
    auto of_one = list;
    of_one.set_vrf(name);
    const bool is_last = &name == &names->back();
    if (!listing && (!collects || is_last)) listing = json_route_table(kind, console.out, beside);
    const auto done = ask(console, std::move(of_one), wanted, [&](const api::RouteTable& table) {
      if (listing)
        listing->page(table);
      else
        beside.push_back(table);
    });
    if (!done) return console.report(done.error());
  }
  listing->finish();
  return Status::Done;
}

/// FRR finds its default route's place, with nothing in it, where no route leads to an address.
std::string place_of_nothing(const api::ListRouteTable& list) {
  if (list.address().empty()) return {};
  return list.family() == api::IPV6_UNICAST ? "::/0" : "0.0.0.0/0";
}

Status list_table(const Console& console, api::ListRouteTable list, const Wanted& wanted, RouteTableKind kind,
                  bool json) {
  if (list.vrf() == "all") {
    list.clear_vrf();
    return list_all_vrfs(console, list, wanted, kind, json);
  }
  const auto head = list.table() != 0 ? RouteTableHead::Table : RouteTableHead::OtherVrf;
  const auto listing = json ? json_route_table(kind, console.out, {}, place_of_nothing(list))
                            : text_route_table(kind, console.out, head);
  const auto done =
      ask(console, std::move(list), wanted, [&](const api::RouteTable& table) { listing->page(table); });
  if (!done) return empty_or_report(console, done.error(), json);
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

/// Protocols of FRR's that have no routes here.
constexpr std::string_view kOthers = "babel|eigrp|isis|nhrp|openfabric|ospf|ospf6|pbr|rip|ripng";

bool is_of_another_protocol(const Arguments& arguments) {
  return std::ranges::any_of(std::views::split(kOthers, '|'), [&](auto word) {
    return arguments.has(std::string_view(word.begin(), word.end()));
  });
}

Status show_routes(const Console& console, const Arguments& arguments) {
  if (is_of_another_protocol(arguments)) {
    if (arguments.has("json")) console.out("{}\n");
    return Status::Done;
  }
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
  const Wanted wanted{.tag = arguments.number_as<std::uint32_t>("tag"),
                      .supernets_only = arguments.has("supernets-only")};
  return list_table(console, std::move(list), wanted, kind, arguments.has("json"));
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
  return list_table(console, std::move(list), {}, kind, arguments.has("json"));
}

/// As FRR, all but the default one.
Status show_vrfs(const Console& console, const Arguments&) {
  api::Request about_tables, about_links;
  about_tables.mutable_fib();
  about_links.mutable_interfaces();
  const auto fib = console.client.call(std::move(about_tables));
  if (!fib) return console.report(fib.error());
  const auto links = console.client.call(std::move(about_links));
  if (!links) return console.report(links.error());
  std::map<std::string, std::string> lines;  // by name
  for (const auto& table : fib->fib().tables()) {
    if (table.vrf().empty()) continue;
    const auto& all = links->interfaces().interfaces();
    const auto link = std::ranges::find(all, table.vrf(), &api::Interface::name);
    lines[table.vrf()] =
        table.table() == 0 || link == all.end()
            ? "inactive"
            : "id " + std::to_string(link->index()) + " table " + std::to_string(table.table());
  }
  for (const auto& [name, state] : lines) console.out("vrf " + name + " " + state + " (configured)\n");
  return Status::Done;
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
  if (arguments.has("json"))
    console.out(next_hops_json(next_hops));
  else
    console.out(arguments.has("nht") ? next_hop_tracking_text(next_hops) : next_hops_text(next_hops));
  return Status::Done;
}

}  // namespace

std::vector<Command> route_table_commands() {
  constexpr std::string_view kIpv4 = "IPv4 information", kIpv6 = "IPv6 information", kRoute = "Routing table",
                             kTable = "Another table that routes of ours are for",
                             kVrf = "VRFs that routes of ours are for", kVrfName = "Its name, or all",
                             kNone = "Of a protocol that is not here";
  const auto list_help = [&](std::string_view ip, std::string_view about) {
    std::vector<std::string_view> help{
        kShow, about, kRoute, kTable, "Its number", kVrf, kVrfName, "Routes with this tag", "The tag"};
    if (ip == "ip") help.push_back("Networks that are larger than their class");
    help.insert(help.end(),
                {"Routes learned by BGP", "Connected networks", "Routes others put into the kernel",
                 "Static routes", "Routes of ours that the kernel refused", "Counts"});
    help.insert(help.end(), static_cast<std::size_t>(std::ranges::count(kOthers, '|')) + 1, kNone);
    help.insert(help.end(), {kJson, "Only what most ask for"});
    return help;
  };
  const auto rows = [&](const std::string& ip, std::string_view about, const std::string& address,
                        const std::string& prefix) -> std::vector<Command> {
    return {
        {.syntax = "show " + ip + " route [<table (1-4294967295)$table|vrf NAME$vrf>] " +
                   "[<tag (1-4294967295)$tag" + (ip == "ip" ? "|supernets-only" : "") +
                   ">] [<bgp|connected|kernel|static|failed|summary|" + std::string(kOthers) +
                   ">] [json [brief]]",
         .help = list_help(ip, about),
         .run = show_routes},
        {.syntax = "show " + ip + " route [<table (1-4294967295)$table|vrf NAME$vrf>] <" + address +
                   "$address|" + prefix + "$prefix [longer-prefixes]> [json]",
         .help = {kShow, about, kRoute, kTable, "Its number", kVrf, kVrfName,
                  "The route that this address takes", "Routes to this network",
                  "And to all networks inside it", kJson},
         .run = show_route},
    };
  };
  std::vector<Command> all = rows("ip", kIpv4, "A.B.C.D", "A.B.C.D/M");
  for (auto&& row : rows("ipv6", kIpv6, "X:X::X:X", "X:X::X:X/M")) all.push_back(row);
  all.push_back({.syntax = "show vrf",
                 .help = {kShow, "VRFs that routes of ours are for, and the one that the daemon lives in"},
                 .run = show_vrfs});
  all.push_back({.syntax = std::string(kBgp) + "nexthop [ADDRESS$next-hop] [json]",
                 .help = bgp_help({"Next hops and whether they are reachable", "This one alone", kJson}),
                 .run = show_next_hops});
  all.push_back(
      {.syntax = "show <ip|ipv6> nht [ADDRESS$next-hop] [json]",
       .help = {kShow, kIpv4, kIpv6, "Next hops and whether they are reachable", "This one alone", kJson},
       .run = show_next_hops});
  return all;
}

}  // namespace cli::show
