// Rows of `address-family …` about routes of our own: `network`, `redistribute`, `aggregate-address`.
#include <bit>

#include "cli/config/command.hpp"

namespace cli {

namespace {

Outcome add_network(Target& t, const rib::Prefix& prefix, const Arguments& a) {
  Network network;
  if (a.has("map")) network.route_map = a.text("map");
  network.is_backdoor = a.has("backdoor");
  t.bgp->networks[prefix] = network;
  return {};
}

Outcome remove_network(Target& t, const rib::Prefix& prefix, const Arguments& a) {
  const auto found = t.bgp->networks.find(prefix);
  if (found == t.bgp->networks.end()) return "% Can't find static route specified";
  const auto& map = found->second.route_map;
  if (map && a.has("map") && a.text("map") != *map) return "% route-map name doesn't match static route";
  t.bgp->networks.erase(found);
  return {};
}

/// "network 10.1.0.0 mask 255.255.0.0", or without mask by class, as Quagga still wrote it.
std::optional<rib::Prefix> classic_prefix(const Arguments& a) {
  const auto* address = a.address("address");
  if (!address) return std::nullopt;
  if (const auto* mask = a.address("mask")) {
    const auto bits = mask->to_v4();
    const auto length = std::countl_one(bits);
    if (std::popcount(bits) != length) return std::nullopt;
    return rib::Prefix(*address, static_cast<unsigned>(length));
  }
  const auto first = address->bytes()[0];
  return rib::Prefix(*address, first < 128 ? 8 : first < 192 ? 16 : 24);
}

constexpr std::string_view kNetworkHelp = "Specify a network to announce via BGP";

Command network_command(rib::Family family) {
  const bool v4 = family == rib::Family::Ipv4Unicast;
  const std::string rest = v4 ? "A.B.C.D/M$prefix [<route-map NAME$map|backdoor>]"
                              : "X:X::X:X/M$prefix [<route-map NAME$map|backdoor>]";
  return {
      .syntax = "network " + rest,
      .help = {kNetworkHelp, v4 ? "IPv4 prefix" : "IPv6 prefix", "Route-map to modify the attributes",
               "Name of the route map", "Specify a BGP backdoor route"},
      .scope = Scope::Family,
      .set = [](Target& t, const Arguments& a) { return add_network(t, *a.prefix("prefix"), a); },
      .unset = [](Target& t, const Arguments& a) { return remove_network(t, *a.prefix("prefix"), a); },
      .write =
          [](const Source& s, Lines& lines) {
            for (const auto& [prefix, network] : s.bgp->networks) {
              if (prefix.family() != s.family) continue;
              lines.push_back("network " + prefix.to_string() +
                              (network.route_map ? " route-map " + *network.route_map : "") +
                              (network.is_backdoor ? " backdoor" : ""));
            }
          },
      .summary =
          "Announces this prefix, changed or denied by a route map. With `backdoor` it is not announced; an "
          "external neighbor's route to it gets the distance of local routes instead, so that another "
          "protocol's is preferred.",
      .no_syntax = "no network " + rest,
      .family = family,
  };
}

Command classic_network_command() {
  const std::string rest = "A.B.C.D$address [mask A.B.C.D$mask] [<route-map NAME$map|backdoor>]";
  return {
      .syntax = "network " + rest,
      .help = {kNetworkHelp, "Network number", "Network mask", "As an address",
               "Route-map to modify the attributes", "Name of the route map", "Specify a BGP backdoor route"},
      .scope = Scope::Family,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        if (const auto prefix = classic_prefix(a)) return add_network(t, *prefix, a);
        return Refusal("mask", "% Malformed network mask");
      },
      .unset = [](Target& t, const Arguments& a) -> Outcome {
        if (const auto prefix = classic_prefix(a)) return remove_network(t, *prefix, a);
        return Refusal("mask", "% Malformed network mask");
      },
      .summary = "The old way to write `network`.",
      .no_syntax = "no network " + rest,
      .family = rib::Family::Ipv4Unicast,
  };
}

constexpr std::pair<rib::RouteSource, std::string_view> kSources[] = {
    {rib::RouteSource::Connected, "connected"},
    {rib::RouteSource::Kernel, "kernel"},
    {rib::RouteSource::Static, "static"}};

rib::RouteSource source_of(const Arguments& a) {
  for (const auto& [source, name] : kSources)
    if (a.has(name)) return source;
  return rib::RouteSource::Kernel;
}

Command redistribute_command() {
  const std::string rest =
      "<connected|kernel|static> [<metric (0-4294967295)$metric [route-map NAME$map]|route-map "
      "NAME$map [metric (0-4294967295)$metric]>]";
  return {
      .syntax = "redistribute " + rest,
      .help = {"Redistribute information from another routing protocol",
               "Connected routes (directly attached)", "Kernel routes (not installed by a routing protocol)",
               "Statically configured routes", "Metric for redistributed routes", "The metric, sent as MED",
               "Route map reference", "Name of the route map", "Route map reference", "Name of the route map",
               "Metric for redistributed routes", "The metric, sent as MED"},
      .scope = Scope::Family,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        rib::RedistributionRule rule;
        if (a.has("metric")) rule.metric = a.number_as<std::uint32_t>("metric");
        rule.route_map = a.text("map");
        t.bgp->redistributed[index_of(t.family)][source_of(a)] = rule;
        return {};
      },
      .unset = [](Target& t, const Arguments& a) -> Outcome {
        t.bgp->redistributed[index_of(t.family)].erase(source_of(a));
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            const auto& rules = s.bgp->redistributed[index_of(s.family)];
            for (const auto& [source, name] : kSources) {
              const auto rule = rules.find(source);
              if (rule == rules.end()) continue;
              auto line = "redistribute " + std::string(name);
              if (const auto& metric = rule->second.metric) line += " metric " + std::to_string(*metric);
              if (!rule->second.route_map.empty()) line += " route-map " + rule->second.route_map;
              lines.push_back(std::move(line));
            }
          },
      .summary =
          "Announces the kernel's routes of this kind, with origin incomplete and the kernel's metric as "
          "MED; "
          "never what BGP itself has put there. `static`: those of `ip route` and others' of protocol static "
          "(4).",
      .no_syntax = "no redistribute " + rest,
  };
}

std::string text_of(const rib::Prefix& prefix, const rib::AggregateRule& rule) {
  auto text = "aggregate-address " + prefix.to_string();
  if (rule.as_set) text += " as-set";
  if (rule.summary_only) text += " summary-only";
  if (!rule.route_map.empty()) text += " route-map " + rule.route_map;
  if (rule.origin)
    text += *rule.origin == rib::Origin::Igp   ? " origin igp"
            : *rule.origin == rib::Origin::Egp ? " origin egp"
                                               : " origin incomplete";
  if (rule.matching_med_only) text += " matching-MED-only";
  if (!rule.suppress_map.empty()) text += " suppress-map " + rule.suppress_map;
  return text;
}

/// FRR takes these words in any order; here they stand in the order in which it writes them, and the first
/// two in either.
/// As a prefix, or as an address and a mask.
std::optional<rib::Prefix> aggregate_of(const Arguments& a) {
  const auto* prefix = a.prefix("prefix");
  return prefix ? std::optional(*prefix) : classic_prefix(a);
}

/// The help of the prefix is followed by that of address and mask.
std::vector<std::string_view> with_old_form(bool v4, std::vector<std::string_view> help) {
  if (v4) help.insert(help.begin() + 2, {"Aggregate address", "Aggregate mask"});
  return help;
}

Command aggregate_command(rib::Family family) {
  const bool v4 = family == rib::Family::Ipv4Unicast;
  const std::string rest =
      std::string(v4 ? "<A.B.C.D/M$prefix|A.B.C.D$address A.B.C.D$mask>" : "X:X::X:X/M$prefix") +
      " [<as-set [summary-only]|summary-only [as-set]>] [route-map NAME$map] "
      "[origin <egp|igp|incomplete>] [matching-MED-only] [suppress-map NAME$suppress]";
  return {
      .syntax = "aggregate-address " + rest,
      .help = with_old_form(
          v4, {"Configure BGP aggregate entries", "Aggregate prefix", "Generate AS set path information",
               "Filter more specific routes from updates", "Filter more specific routes from updates",
               "Generate AS set path information", "Apply route map to aggregate network",
               "Name of the route map", "BGP origin code", "Remote EGP", "Local IGP", "Unknown heritage",
               "Only aggregate routes with matching MED", "Suppress the selected more specific routes",
               "Route map with the route selectors"}),
      .scope = Scope::Family,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        const auto prefix = aggregate_of(a);
        if (!prefix) return Refusal("mask", "% Malformed network mask");
        rib::AggregateRule rule;
        rule.as_set = a.has("as-set");
        rule.summary_only = a.has("summary-only");
        rule.matching_med_only = a.has("matching-MED-only");
        if (a.has("igp")) rule.origin = rib::Origin::Igp;
        if (a.has("egp")) rule.origin = rib::Origin::Egp;
        if (a.has("incomplete")) rule.origin = rib::Origin::Incomplete;
        rule.route_map = a.text("map");
        rule.suppress_map = a.text("suppress");
        t.bgp->aggregates[*prefix] = rule;
        return {};
      },
      .unset = [](Target& t, const Arguments& a) -> Outcome {
        const auto prefix = aggregate_of(a);
        if (!prefix || t.bgp->aggregates.erase(*prefix) == 0)
          return "% There is no aggregate-address configuration.";
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            for (const auto& [prefix, rule] : s.bgp->aggregates)
              if (prefix.family() == s.family) lines.push_back(text_of(prefix, rule));
          },
      .summary =
          "Announces this prefix while the table has a more specific one (RFC 4271 §9.2.2.2). `as-set`: with "
          "the AS numbers and communities of all of them; `summary-only`: they themselves are not announced; "
          "`suppress-map`: those that it permits are not.",
      .no_syntax = "no aggregate-address " + rest,
      .family = family,
  };
}

}  // namespace

std::vector<Command> local_route_commands() {
  std::vector<Command> rows;
  for (const auto family : rib::kFamilies) rows.push_back(network_command(family));
  rows.push_back(classic_network_command());
  for (const auto family : rib::kFamilies) rows.push_back(aggregate_command(family));
  rows.push_back(redistribute_command());
  for (auto& row : rows) row.lists = {{ListKind::RouteMap, "map"}, {ListKind::RouteMap, "suppress"}};
  return rows;
}

}  // namespace cli
