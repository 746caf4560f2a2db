// `show ip bgp neighbors X prefix-counts`: what a neighbor announced, counted path by path.
#include <array>

#include "cli/show/commands.hpp"
#include "cli/show/json.hpp"
#include "cli/show/list_routes.hpp"
#include "cli/show/pages.hpp"

namespace cli::show {
namespace {

struct Counts {
  std::uint64_t announced = 0, stale = 0, valid = 0, in_table = 0, best = 0;

  void add(const api::Path& path) {
    ++announced;
    stale += path.stale() ? 1 : 0;
    in_table += is_rejected(path.state()) ? 0 : 1;
    valid += path.state() == api::PATH_ACCEPTED ? 1 : 0;
    best += path.best() ? 1 : 0;
  }
  /// FRR's names in FRR's order. Nothing is damped, and what is gone is not kept.
  std::array<std::pair<const char*, std::uint64_t>, 10> rows() const {
    return {{{"Adj-in", announced},
             {"Damped", 0},
             {"Removed", 0},
             {"History", 0},
             {"Stale", stale},
             {"Valid", valid},
             {"All RIB", in_table},
             {"PfxCt counted", valid},
             {"PfxCt Best Selected", best},
             {"Useable", valid}}};
  }
};

std::string as_json(const Counts& counts, const api::NeighborName& name, api::Family family) {
  auto walked = Json::object();
  for (const auto& [what, count] : counts.rows()) walked[what] = count;
  return json_text({{"prefixCountsFor", neighbor_text(name)},
                    {"multiProtocol", family == api::IPV6_UNICAST ? "ipv6Unicast" : "ipv4Unicast"},
                    {"pfxCounter", counts.valid},
                    {"ribTableWalkCounters", walked}}) +
         "\n";
}

std::string as_text(const Counts& counts, const api::NeighborName& name, api::Family family) {
  std::string out;
  append(out, "Prefix counts for %s, %s\n", neighbor_text(name).c_str(),
         family == api::IPV6_UNICAST ? "IPv6 Unicast" : "IPv4 Unicast");
  append(out, "PfxCt: %llu\n\nCounts from RIB table walk:\n\n",
         static_cast<unsigned long long>(counts.valid));
  for (const auto& [what, count] : counts.rows())
    append(out, "%20s: %-10llu\n", what, static_cast<unsigned long long>(count));
  return out;
}

Status show_prefix_counts(const Console& console, const Arguments& arguments) {
  const bool json = arguments.has("json");
  const auto typed = arguments.text("neighbor");
  const auto name = parse_neighbor(typed);
  if (!name) return no_such_neighbor(console, typed, json);
  const auto family =
      family_of(arguments).value_or(name->address().size() == 16 ? api::IPV6_UNICAST : api::IPV4_UNICAST);
  api::ListRoutes list;
  *list.mutable_neighbor() = *name;
  list.set_family(family);
  list.set_view(api::ADJ_RIB_IN);
  list.set_shared(true);
  Counts counts;
  const auto done = for_each_page(
      console, std::move(list), [](auto& request, const auto& wanted) { *request.mutable_routes() = wanted; },
      [](const auto& response) -> const auto& { return response.routes(); },
      [&](const api::Routes& routes) {
        for (const auto& destination : routes.destinations())
          for (const auto& path : destination.paths()) counts.add(path);
      });
  if (!done && done.error().is_not_found()) return no_such_neighbor(console, typed, json);
  if (!done) return empty_or_report(console, done.error(), json);
  console.out(json ? as_json(counts, *name, family) : as_text(counts, *name, family));
  return Status::Done;
}

}  // namespace

std::vector<Command> prefix_count_commands() {
  return {{.syntax = std::string(kBgp) + "neighbors NEIGHBOR$neighbor prefix-counts [json]",
           .help = bgp_help({"TCP and BGP connections to neighbors", "Neighbor to display",
                             "What it announced, counted path by path", kJson}),
           .run = show_prefix_counts}};
}

}  // namespace cli::show
