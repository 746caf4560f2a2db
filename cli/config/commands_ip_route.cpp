// Rows of configure mode about routes in the kernel: `ip route`, `ip protocol bgp`, and their IPv6 twins.
#include <bit>

#include "cli/config/command.hpp"

namespace cli {

namespace {

constexpr std::string_view kTag = "Set tag for this route", kDistance = "Distance value for this route";

using Discard = StaticNextHop::Discard;
constexpr std::pair<Discard, std::string_view> kDiscards[] = {
    {Discard::Null0, "Null0"}, {Discard::Blackhole, "blackhole"}, {Discard::Reject, "reject"}};

/// "10.1.0.0/16", or "10.1.0.0 255.255.0.0" as Quagga's users type it.
std::optional<rib::Prefix> prefix_of(const Arguments& a) {
  if (const auto* prefix = a.prefix("prefix")) return *prefix;
  const auto bits = a.address("mask")->to_v4();
  const auto length = std::countl_one(bits);
  if (std::popcount(bits) != length) return std::nullopt;
  return rib::Prefix(*a.address("network"), static_cast<unsigned>(length));
}

StaticNextHop next_hop_of(const Arguments& a) {
  StaticNextHop next_hop;
  for (const auto& [discard, word] : kDiscards)
    if (a.has(word)) next_hop.discard = discard;
  if (const auto* gateway = a.address("gateway")) next_hop.gateway = *gateway;
  next_hop.interface_name = a.text("interface");
  return next_hop;
}

/// "300.1.1.1", "2001:::1": who types it means an address, and no link is called so.
bool looks_like_address(std::string_view name) {
  return name.find(':') != name.npos ||
         (name.find('.') != name.npos && name.find_first_not_of("0123456789.") == name.npos);
}

/// What the line says of a table, or the block it stands in.
StaticPlace place_of(const Target& t, const Arguments& a) {
  StaticPlace place{.table = a.number_as<std::uint32_t>("table"), .vrf = t.vrf};
  if (a.has("vrf")) place.vrf = a.text("vrf");
  if (place.vrf == "default") place.vrf.clear();  // FRR's name of no VRF
  return place;
}

Outcome add_static(Target& t, const Arguments& a) {
  const auto prefix = prefix_of(a);
  if (!prefix) return Refusal("mask", "% Malformed network mask");
  const auto next_hop = next_hop_of(a);
  StaticRoute route;
  if (a.has("distance")) route.distance = a.number_as<std::uint8_t>("distance");
  route.tag = a.number_as<std::uint32_t>("tag");
  route.onlink = a.has("onlink");
  if (const auto& name = next_hop.interface_name;
      !name.empty() && (!may_be_interface(name) || looks_like_address(name)))
    return Refusal("interface", "% " + name + " is neither a valid address nor the name of an interface");
  if (next_hop.interface_name == "onlink") return "% onlink needs the interface before it";
  const auto& gateway = next_hop.gateway;
  if (gateway && gateway->is_v6() && gateway->is_link_local() && next_hop.interface_name.empty())
    return "% A link-local gateway needs its interface";
  const auto place = place_of(t, a);
  if (!place.vrf.empty() && !may_be_interface(place.vrf))
    return "% " + place.vrf + " is not the name of a VRF";
  t.config.static_routes[place][*prefix][next_hop] = route;
  return {};
}

/// What is about the route, not of its name, may be left out.
Outcome remove_static(Target& t, const Arguments& a) {
  constexpr auto kNone = "% Refusing to remove a non-existent route";
  const auto prefix = prefix_of(a);
  const auto place = t.config.static_routes.find(place_of(t, a));
  if (!prefix || place == t.config.static_routes.end()) return kNone;
  auto& lines = place->second;
  const auto found = lines.find(*prefix);
  if (found == lines.end() || found->second.erase(next_hop_of(a)) == 0) return kNone;
  if (found->second.empty()) lines.erase(found);
  if (lines.empty()) t.config.static_routes.erase(place);
  return {};
}

/// A VRF is not said: its lines stand in its block.
std::string text_of(const StaticPlace& place, const rib::Prefix& prefix, const StaticNextHop& next_hop,
                    const StaticRoute& route) {
  std::string text = prefix.afi() == rib::Afi::Ipv4 ? "ip route " : "ipv6 route ";
  text += prefix.to_string();
  for (const auto& [discard, word] : kDiscards)
    if (next_hop.discard == discard) text += " " + std::string(word);
  if (next_hop.gateway) text += " " + next_hop.gateway->to_string();
  if (!next_hop.interface_name.empty()) text += " " + next_hop.interface_name;
  if (route.tag != 0) text += " tag " + std::to_string(route.tag);
  if (route.distance != StaticRoute{}.distance) text += " " + std::to_string(route.distance);
  if (place.table != 0) text += " table " + std::to_string(place.table);
  if (route.onlink) text += " onlink";
  return text;
}

std::function<void(const Source&, Lines&)> write_static(rib::Afi afi) {
  return [afi](const Source& s, Lines& lines) {
    for (const auto& [place, routes] : s.config.static_routes) {
      if (place.vrf != s.vrf) continue;
      for (const auto& [prefix, next_hops] : routes)
        for (const auto& [next_hop, route] : next_hops)
          if (prefix.afi() == afi) lines.push_back(text_of(place, prefix, next_hop, route));
    }
  };
}

/// In one of two forms: `to_gateway_on_interface`, or anything else; `in_vrf`: in a VRF's block.
Command static_route_command(rib::Afi afi, bool to_gateway_on_interface, bool in_vrf) {
  const bool v4 = afi == rib::Afi::Ipv4;
  const std::string gateway = v4 ? "A.B.C.D$gateway" : "X:X::X:X$gateway";
  const std::string rest =
      std::string(v4 ? "<A.B.C.D/M$prefix|A.B.C.D$network A.B.C.D$mask> " : "X:X::X:X/M$prefix ") +
      (to_gateway_on_interface ? gateway + " INTERFACE$interface"
                               : "<Null0|blackhole|reject|" + gateway + "|INTERFACE$interface>") +
      " [<tag (1-4294967295)$tag [(1-255)$distance]|(1-255)$distance [tag (1-4294967295)$tag]>]" +
      (in_vrf ? "" : " [<table (1-4294967295)$table|vrf NAME$vrf>]") +
      (to_gateway_on_interface ? " [onlink]" : "");
  std::vector<std::string_view> help{v4 ? "IP information" : "IPv6 information", "Establish static routes"};
  if (v4)
    help.insert(help.end(), {"IP destination prefix", "IP destination", "IP destination prefix mask"});
  else
    help.push_back("IPv6 destination prefix");
  if (!to_gateway_on_interface)
    help.insert(help.end(), {"Null interface", "Silently discard packets", "Emit an ICMP unreachable"});
  help.push_back("Gateway address");
  help.push_back(to_gateway_on_interface ? "Its interface" : "Interface that the destination is on");
  help.insert(help.end(), {kTag, "Tag value", kDistance, kDistance, kTag, "Tag value"});
  if (!in_vrf)
    help.insert(help.end(),
                {"Of the kernel's table with this number", "Its number", "Of this VRF", "Its name"});
  if (to_gateway_on_interface)
    help.push_back("The gateway is on the interface's link, whatever the addresses say");
  return {
      .syntax = (v4 ? "ip route " : "ipv6 route ") + rest,
      .help = std::move(help),
      .scope = in_vrf ? Scope::Vrf : Scope::System,
      .set = add_static,
      .unset = remove_static,
      .write = to_gateway_on_interface ? nullptr : write_static(afi),
      .summary =
          to_gateway_on_interface
              ? std::string_view("A static route by a gateway on the link of this interface.")
              : "A static route. Lines to one prefix share the traffic when their distances are "
                "equal, and stand "
                "by for one another when they are not; a gateway is looked up in the kernel's routes "
                "and in other "
                "static ones. It contends with BGP's by distance: 1 unless written. With `table` or `vrf` it "
                "is for another table than the daemon's own.",
      .no_syntax = (v4 ? "no ip route " : "no ipv6 route ") + rest,
  };
}

Command vrf_command() {
  return {
      .syntax = "vrf NAME$name",
      .help = {"Routes of a VRF", "Its name"},
      .set = [](Target&, const Arguments& a) -> Outcome {
        if (!may_be_interface(a.text("name"))) return "% " + a.text("name") + " is not the name of a VRF";
        return {};
      },
      .unset = [](Target& t, const Arguments& a) -> Outcome {
        std::erase_if(t.config.static_routes,
                      [&](const auto& entry) { return entry.first.vrf == a.text("name"); });
        std::erase_if(t.config.unknown_lines, [block = vrf_line(a.text("name"))](const auto& line) {
          return line.block == block || line.block.starts_with(block + " / ");
        });
        return {};
      },
      .summary = "Opens the block of a VRF, whose static routes stand in it.",
      .no_syntax = "no vrf NAME$name",
      .enters = Mode::Vrf,
  };
}

Command install_map_command(rib::Family family) {
  const bool v4 = family == rib::Family::Ipv4Unicast;
  const std::string keywords = v4 ? "ip protocol bgp route-map" : "ipv6 protocol bgp route-map";
  return {
      .syntax = keywords + " NAME$map",
      .help = {v4 ? "IP information" : "IPv6 information", "Filter routing info between BGP and the kernel",
               "Border Gateway Protocol (BGP)", "Specify route map", "Route map name"},
      .set = [family](Target& t, const Arguments& a) -> Outcome {
        t.config.install_maps[index_of(family)] = a.text("map");
        return {};
      },
      .unset = [family](Target& t, const Arguments&) -> Outcome {
        t.config.install_maps[index_of(family)].clear();
        return {};
      },
      .write =
          [family, keywords](const Source& s, Lines& lines) {
            const auto& map = s.config.install_maps[index_of(family)];
            if (!map.empty()) lines.push_back(keywords + " " + map);
          },
      .summary =
          "A route map between BGP and the kernel: `set src` gives this host's own packets their source "
          "address, what it denies is not installed.",
      .no_syntax = "no " + keywords + " [NAME$map]",
      .lists = {{ListKind::RouteMap, "map"}},
  };
}

}  // namespace

std::string vrf_line(const std::string& name) { return "vrf " + name; }

std::vector<Command> ip_route_commands() {
  std::vector<Command> rows;
  for (const auto afi : {rib::Afi::Ipv4, rib::Afi::Ipv6}) {
    for (const bool in_vrf : {false, true}) {
      rows.push_back(static_route_command(afi, false, in_vrf));
      rows.push_back(static_route_command(afi, true, in_vrf));
    }
  }
  rows.push_back(vrf_command());
  for (const auto family : rib::kFamilies) rows.push_back(install_map_command(family));
  return rows;
}

}  // namespace cli
