// Rows of `router bgp` about interfaces: which ones are announced, and how other nodes are found on them.
#include <algorithm>

#include "cli/config/command.hpp"

namespace cli {

namespace {

constexpr std::size_t kMaximumPatterns = 64;

constexpr std::string_view kAdvertise = "Announce what this host has";
constexpr std::string_view kDiscovery = "Find other nodes by themselves";
constexpr std::string_view kPattern = "Name, or pattern with * and ?";

Outcome add_patterns(std::vector<std::string>& patterns, const std::vector<std::string>& added) {
  auto all = patterns;
  for (const auto& pattern : added) {
    if (pattern.size() > kInterfaceNameLength)
      return Refusal(
          "pattern",
          "% " + pattern + " is longer than an interface name (" + std::to_string(kInterfaceNameLength) + ")",
          pattern);
    if (!may_be_interface(pattern))
      return Refusal("pattern", "% " + pattern + " is not an interface name", pattern);
    if (std::ranges::find(all, pattern) == all.end()) all.push_back(pattern);
  }
  if (all.size() > kMaximumPatterns) return "% At most " + std::to_string(kMaximumPatterns) + " patterns";
  patterns = std::move(all);
  return {};
}

/// Without arguments all of them.
void remove_patterns(std::vector<std::string>& patterns, const std::vector<std::string>& removed) {
  if (removed.empty()) patterns.clear();
  std::erase_if(patterns,
                [&](const auto& pattern) { return std::ranges::find(removed, pattern) != removed.end(); });
}

void write_patterns(std::string line, const std::vector<std::string>& patterns, Lines& lines) {
  if (patterns.empty()) return;
  for (const auto& pattern : patterns) line += " " + pattern;
  lines.push_back(std::move(line));
}

}  // namespace

std::vector<Command> interface_commands() {
  std::vector<Command> rows;
  rows.push_back({
      .syntax = "advertise interface PATTERN...$pattern",
      .help = {kAdvertise, "Subnets of interfaces", kPattern},
      .scope = Scope::Bgp,
      .set =
          [](Target& t, const Arguments& a) {
            return add_patterns(t.bgp->advertised_interfaces, a.texts("pattern"));
          },
      .unset = [](Target& t, const Arguments& a) -> Outcome {
        remove_patterns(t.bgp->advertised_interfaces, a.texts("pattern"));
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            write_patterns("advertise interface", s.bgp->advertised_interfaces, lines);
          },
      .summary =
          "Announces the IPv4 and IPv6 subnets of these interfaces and follows every change of them, such as "
          "`docker0 br-* cni0`.",
  });
  rows.push_back({
      .syntax = "discovery multicast",
      .help = {kDiscovery, "By a multicast beacon on the link"},
      .scope = Scope::Bgp,
      .set = [](Target& t, const Arguments&) -> Outcome {
        t.bgp->discovery.multicast = true;
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.bgp->discovery.multicast = false;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (s.bgp->discovery.multicast) lines.push_back("discovery multicast");
          },
      .summary = "Finds other nodes of the same AS on the link by a beacon and peers with them.",
  });
  rows.push_back({
      .syntax = "discovery interface PATTERN...$pattern",
      .help = {kDiscovery, "Where to look", kPattern},
      .scope = Scope::Bgp,
      .set = [](Target& t,
                const Arguments& a) { return add_patterns(t.bgp->discovery.interfaces, a.texts("pattern")); },
      .unset = [](Target& t, const Arguments& a) -> Outcome {
        remove_patterns(t.bgp->discovery.interfaces, a.texts("pattern"));
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            write_patterns("discovery interface", s.bgp->discovery.interfaces, lines);
          },
      .summary = "Interfaces on which nodes are looked for; the uplinks (those of default routes) without "
                 "this line.",
  });
  rows.push_back({
      .syntax = "discovery port (1-65535)$port",
      .help = {kDiscovery, "UDP port of the beacon", "Port number"},
      .scope = Scope::Bgp,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        t.bgp->discovery.port = a.number_as<std::uint16_t>("port");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.bgp->discovery.port = Discovery{}.port;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (s.bgp->discovery.port != Discovery{}.port)
              lines.push_back("discovery port " + std::to_string(s.bgp->discovery.port));
          },
      .summary = "UDP port of the beacon; nodes with another port do not hear it.",
  });
  rows.push_back({
      .syntax = "discovery pool PREFIX$pool",
      .help = {kDiscovery, "What discovered nodes may announce", "Prefixes inside this one"},
      .scope = Scope::Bgp,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        auto& pools = t.bgp->discovery.pools;
        if (pools.size() >= kMaximumPatterns)
          return "% At most " + std::to_string(kMaximumPatterns) + " pools";
        if (const auto* pool = a.prefix("pool"); pool && std::ranges::find(pools, *pool) == pools.end())
          pools.push_back(*pool);
        return {};
      },
      .unset = [](Target& t, const Arguments& a) -> Outcome {
        const auto* pool = a.prefix("pool");
        std::erase_if(t.bgp->discovery.pools, [&](const auto& p) { return !pool || p == *pool; });
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            for (const auto& pool : s.bgp->discovery.pools)
              lines.push_back("discovery pool " + pool.to_string());
          },
      .summary =
          "Discovered nodes may announce prefixes inside the pools only; RFC 1918 and fd00::/8 without this "
          "line. One line per pool.",
  });
  rows.push_back({
      .syntax = "discovery maximum-prefix (1-4294967295)$number",
      .help = {kDiscovery, "Limit of a discovered node", "Prefixes per node and family"},
      .scope = Scope::Bgp,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        t.bgp->discovery.maximum_prefix = a.number_as<std::uint32_t>("number");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.bgp->discovery.maximum_prefix = Discovery{}.maximum_prefix;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (s.bgp->discovery.maximum_prefix != Discovery{}.maximum_prefix)
              lines.push_back("discovery maximum-prefix " + std::to_string(s.bgp->discovery.maximum_prefix));
          },
      .summary = "How many prefixes a discovered node may announce per family.",
  });
  return rows;
}

}  // namespace cli
