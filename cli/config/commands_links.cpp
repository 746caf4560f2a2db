// Rows that make neighbors without naming their address: `bgp listen …` (who calls from a range) and
// `neighbor eth0 interface …` (who is on that link, BGP unnumbered).
#include <algorithm>

#include "cli/config/command.hpp"
#include "cli/config/neighbor_rows.hpp"

namespace cli {

namespace {

Outcome add_range(Target& t, const Arguments& a) {
  const auto* range = a.prefix("range");
  const auto group = a.text("group");
  if (!range) return Refusal("range", "% Malformed listen range");
  if (!t.bgp->peer_groups.contains(group)) return Refusal("group", "% Configure the peer-group first");
  if (const auto known = t.bgp->listen_ranges.find(*range);
      known != t.bgp->listen_ranges.end() && known->second != group)
    return Refusal("range", "% Same listen range is attached to peer-group " + known->second);
  t.bgp->listen_ranges[*range] = group;
  return {};
}

Outcome remove_range(Target& t, const Arguments& a) {
  const auto* range = a.prefix("range");
  if (a.has("group") && !t.bgp->peer_groups.contains(a.text("group")))
    return Refusal("group", "% Peer-group does not exist");
  const auto known = range ? t.bgp->listen_ranges.find(*range) : t.bgp->listen_ranges.end();
  if (known == t.bgp->listen_ranges.end())
    return Refusal("range", "% Range specified cannot be deleted because it is not part of current config.");
  if (a.has("group") && a.text("group") != known->second)
    return Refusal("group", "% The listen range is attached to peer-group " + known->second);
  t.bgp->listen_ranges.erase(known);
  return {};
}

/// The interface neighbor `name`, made when it is new.
std::variant<Neighbor*, std::string> interface_neighbor(Target& t, const std::string& name) {
  if (!may_be_interface(name) || rib::IpAddress::parse(name))
    return "% " + name + " is not an interface name";
  if (t.bgp->peer_groups.contains(name)) return "% Name conflict with peer-group";
  return &t.bgp->interface_neighbors[name];
}

Outcome set_interface(Target& t, const Arguments& a) {
  if (a.has("peer-group") && !t.bgp->peer_groups.contains(a.text("group")))
    return Refusal("group", "% Configure the peer-group first");
  const auto found = interface_neighbor(t, a.text("ifname"));
  if (const auto* why = std::get_if<std::string>(&found)) return Refusal("ifname", *why);
  auto& neighbor = *std::get<Neighbor*>(found);
  neighbor.v6_only = a.has("v6only");
  if (a.has("peer-group")) neighbor.peer_group = a.text("group");
  if (a.has("remote-as")) neighbor.remote_as = remote_as_from(a);
  return {};
}

Outcome unset_interface(Target& t, const Arguments& a) {
  const auto name = a.text("ifname");
  if (t.bgp->interface_neighbors.erase(name) == 0)
    return Refusal("ifname", "% Create the bgp interface first");
  forget_lines_of(t.config, name);
  return {};
}

void write_interface(const Source& s, Lines& lines) {
  if (!s.is_interface) return;
  std::string line = "interface";
  if (s.neighbor->v6_only) line += " v6only";
  if (s.neighbor->peer_group)
    line += " peer-group " + *s.neighbor->peer_group;
  else if (s.neighbor->remote_as)
    line += " remote-as " + to_text(*s.neighbor->remote_as);
  lines.push_back(s.neighbor_line(line));
  if (s.neighbor->peer_group && s.neighbor->remote_as)
    lines.push_back(s.neighbor_line("remote-as " + to_text(*s.neighbor->remote_as)));
}

}  // namespace

std::vector<Command> link_commands() {
  constexpr std::string_view kBgpCommands = "BGP specific commands";
  constexpr std::string_view kListen = "Neighbors that are not named: who calls becomes one";
  std::vector<Command> rows;
  rows.push_back({
      .syntax = "bgp listen limit (1-65535)$limit",
      .help = {kBgpCommands, kListen, "How many of them at once", "The number"},
      .scope = Scope::Bgp,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        t.bgp->listen_limit = a.number_as<std::uint16_t>("limit");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.bgp->listen_limit = Bgp{}.listen_limit;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (s.bgp->listen_limit != Bgp{}.listen_limit)
              lines.push_back("bgp listen limit " + std::to_string(s.bgp->listen_limit));
          },
      .summary =
          "How many neighbors out of listen ranges there may be at once; 100 without this line. Others are "
          "refused with Cease/Connection Rejected.",
  });
  rows.push_back({
      .syntax = "bgp listen range PREFIX$range peer-group GROUP$group",
      .help = {kBgpCommands, kListen, "Their addresses", "IPv4 or IPv6 prefix", "Whose settings they get",
               "Name of the peer group"},
      .scope = Scope::Peer,
      .set = add_range,
      .unset = remove_range,
      .write =
          [](const Source& s, Lines& lines) {
            if (!s.is_group) return;
            for (const auto& [range, group] : s.bgp->listen_ranges)
              if (group == s.peer)
                lines.push_back("bgp listen range " + range.to_string() + " peer-group " + group);
          },
      .summary =
          "Who calls from this range becomes a neighbor with the group's settings for as long as its session "
          "lasts; the most specific range wins.",
      .no_syntax = "no bgp listen range PREFIX$range [peer-group GROUP$group]",
  });
  rows.push_back({
      .syntax = "neighbor GROUP$ifname interface [v6only] "
                "[<peer-group GROUP$group|remote-as <ASNUM$as|internal|external|auto>>]",
      .help = {kNeighbor, "Name of the interface", "Who is on this link, BGP unnumbered",
               "Accepted: the session always runs over IPv6", "Member of the peer-group",
               "Name of the peer group", "Specify a BGP neighbor", "AS number", "Internal BGP peer",
               "External BGP peer", "Internal or external, as its OPEN says"},
      .scope = Scope::Peer,
      .set = set_interface,
      .unset = unset_interface,
      .write = write_interface,
      .summary = "The neighbor is the router on this link: found by its router advertisements (RFC 4861), "
                 "spoken to over IPv6 link-local addresses, IPv4 routes with IPv6 next hops (RFC 8950).",
      .no_syntax = "no neighbor GROUP$ifname interface [v6only] "
                   "[<peer-group GROUP$group|remote-as <ASNUM$as|internal|external|auto>>]",
  });
  return rows;
}

}  // namespace cli
