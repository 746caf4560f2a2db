// Rows of `neighbor X …` that hold for all families, in FRR's order. X is an address or a peer group.
#include <algorithm>

#include "cli/config/command.hpp"
#include "cli/config/neighbor_rows.hpp"

namespace cli {

std::string to_text(const RemoteAs& remote) {
  switch (remote.kind) {
    case RemoteAs::Kind::Internal:
      return "internal";
    case RemoteAs::Kind::External:
      return "external";
    case RemoteAs::Kind::Auto:
      return "auto";
    case RemoteAs::Kind::Number:
      break;
  }
  return std::to_string(remote.number);
}

void forget_lines_of(Config& config, const std::string& peer) {
  std::erase_if(config.unknown_lines, [&](const Config::UnknownLine& line) {
    return line.block.starts_with("router bgp ") && (line.text + " ").starts_with("neighbor " + peer + " ");
  });
}

RemoteAs remote_as_from(const Arguments& a) {
  RemoteAs remote;
  if (a.has("internal")) remote.kind = RemoteAs::Kind::Internal;
  if (a.has("external")) remote.kind = RemoteAs::Kind::External;
  if (a.has("auto")) remote.kind = RemoteAs::Kind::Auto;
  remote.number = a.number_as<rib::AsNumber>("as");
  return remote;
}

namespace {

constexpr std::uint8_t kMaximumTtl = 255;

void remove_neighbor(Target& t, const rib::IpAddress& address) {
  t.bgp->neighbors.erase(address);
  forget_lines_of(t.config, address.to_string());
}

/// A peer group or an interface neighbor.
Neighbor* named_neighbor(Bgp& bgp, const std::string& name) {
  if (const auto group = bgp.peer_groups.find(name); group != bgp.peer_groups.end()) return &group->second;
  const auto on_link = bgp.interface_neighbors.find(name);
  return on_link == bgp.interface_neighbors.end() ? nullptr : &on_link->second;
}

Outcome remove_group(Target& t, const std::string& name) {
  if (t.bgp->peer_groups.erase(name) == 0) return "% Create the peer-group first";
  forget_lines_of(t.config, name);
  std::erase_if(t.bgp->listen_ranges, [&](const auto& entry) { return entry.second == name; });
  for (auto& [interface, neighbor] : t.bgp->interface_neighbors)
    if (neighbor.peer_group == name) neighbor.peer_group.reset();
  std::vector<rib::IpAddress> orphans;  // members whose AS was the group's
  for (auto& [address, neighbor] : t.bgp->neighbors) {
    if (neighbor.peer_group != name) continue;
    neighbor.peer_group.reset();
    if (!neighbor.remote_as) orphans.push_back(address);
  }
  for (const auto& address : orphans) remove_neighbor(t, address);
  return {};
}

Outcome remove_peer(Target& t, const Arguments& a) {
  if (const auto* address = a.address("peer")) {
    remove_neighbor(t, *address);
    return {};
  }
  const auto name = a.text("peer");
  if (t.bgp->interface_neighbors.erase(name) == 0) return remove_group(t, name);
  forget_lines_of(t.config, name);
  return {};
}

Outcome set_remote_as(Target& t, const Arguments& a) {
  const auto remote = remote_as_from(a);
  if (const auto* address = a.address("peer")) {
    if (address->is_multicast() || address->is_unspecified())
      return Refusal("peer", "% " + address->to_string() + " is not the address of a neighbor");
    t.bgp->neighbors[*address].remote_as = remote;
    return {};
  }
  auto* const named = named_neighbor(*t.bgp, a.text("peer"));
  if (!named) return Refusal("peer", "% Create the peer-group or interface first");
  named->remote_as = remote;
  return {};
}

Outcome unset_remote_as(Target& t, const Arguments& a) {
  if (a.address("peer")) return remove_peer(t, a);  // as in FRR: a neighbor is its remote-as
  auto* const named = named_neighbor(*t.bgp, a.text("peer"));
  if (!named) return Refusal("peer", "% Create the peer-group or interface first");
  named->remote_as.reset();
  return {};
}

Outcome create_group(Target& t, const Arguments& a) {
  if (t.bgp->interface_neighbors.contains(a.text("name")))
    return Refusal("name", "% Name conflict with interface");
  t.bgp->peer_groups.try_emplace(a.text("name"));
  return {};
}

Outcome join_group(Target& t, const Arguments& a) {
  const auto* address = a.address("peer");
  const auto on_link = t.bgp->interface_neighbors.find(a.text("peer"));
  const bool is_interface = !address && on_link != t.bgp->interface_neighbors.end();
  if (!address && !is_interface) return Refusal("group", "% A peer-group cannot be a member of a peer-group");
  if (!t.bgp->peer_groups.contains(a.text("group")))
    return Refusal("group", "% Configure the peer-group first");
  if (is_interface) {
    on_link->second.peer_group = a.text("group");
    return {};
  }
  t.bgp->neighbors[*address].peer_group = a.text("group");
  return {};
}

Outcome leave_group(Target& t, const Arguments& a) {
  if (const auto on_link = t.bgp->interface_neighbors.find(a.text("peer"));
      on_link != t.bgp->interface_neighbors.end()) {
    on_link->second.peer_group.reset();
    return {};
  }
  const auto* address = a.address("peer");
  const auto neighbor = address ? t.bgp->neighbors.find(*address) : t.bgp->neighbors.end();
  if (neighbor == t.bgp->neighbors.end()) return "% Specify remote-as or peer-group commands first";
  if (a.has("group") && neighbor->second.peer_group != a.text("group"))
    return Refusal("group", "% Not a member of that peer-group");
  neighbor->second.peer_group.reset();
  if (!neighbor->second.remote_as) remove_neighbor(t, *address);
  return {};
}

Outcome set_neighbor_timers(Target& t, const Arguments& a) {
  const auto hold = a.number_as<std::uint16_t>("hold");
  if (hold != 0 && hold < 3) return Refusal("hold", "% hold time value must be either 0 or greater than 3");
  t.neighbor->hold_seconds = hold;
  t.neighbor->keepalive_seconds =
      std::min(a.number_as<std::uint16_t>("keepalive"), static_cast<std::uint16_t>(hold / 3));
  return {};
}

constexpr std::string_view kTtlConflict = "% ebgp-multihop and ttl-security cannot be configured together";

std::vector<Command> peer_commands() {
  std::vector<Command> rows;
  rows.push_back({
      .syntax = "neighbor PEER$peer",
      .help = {kNeighbor, kPeer},
      .scope = Scope::Peer,
      .set = {},
      .unset = remove_peer,
      .summary = "Removes a neighbor or a peer group with all its lines.",
      .no_syntax = "no neighbor PEER$peer",
  });
  rows.push_back({
      .syntax = "neighbor GROUP$name peer-group",
      .help = {kNeighbor, "Name of the peer group", "Configure a peer-group"},
      .scope = Scope::Peer,
      .set = create_group,
      .unset = [](Target& t, const Arguments& a) { return remove_group(t, a.text("name")); },
      .write =
          [](const Source& s, Lines& lines) {
            if (s.is_group) lines.push_back(s.neighbor_line("peer-group"));
          },
      .summary = "Creates a peer group: settings that its members inherit.",
  });
  rows.push_back({
      .syntax = "neighbor PEER$peer remote-as <ASNUM$as|internal|external|auto>",
      .help = neighbor_help({"Specify a BGP neighbor", "AS number", "Internal BGP peer", "External BGP peer",
                             "Internal or external, as its OPEN says"}),
      .scope = Scope::Peer,
      .set = set_remote_as,
      .unset = unset_remote_as,
      .write =
          [](const Source& s, Lines& lines) {
            if (s.neighbor->remote_as && !s.is_interface)
              lines.push_back(s.neighbor_line("remote-as " + to_text(*s.neighbor->remote_as)));
          },
      .summary =
          "Creates a neighbor in this AS. `internal` is our own, `external` any other; with `auto` any AS "
          "is taken, and the OPEN decides for each session which of the two the neighbor is. It is next to "
          "us, "
          "too, unless `ebgp-multihop` says otherwise.",
  });
  rows.push_back({
      .syntax = "neighbor PEER$peer peer-group GROUP$group",
      .help = neighbor_help({"Member of the peer-group", "Name of the peer group"}),
      .scope = Scope::Peer,
      .set = join_group,
      .unset = leave_group,
      .write =
          [](const Source& s, Lines& lines) {
            if (s.neighbor->peer_group && !s.is_interface)
              lines.push_back(s.neighbor_line("peer-group " + *s.neighbor->peer_group));
          },
      .summary = "Makes the neighbor a member: what it does not say itself it takes from the group.",
  });
  return rows;
}

Command shutdown_command() {
  return {
      .syntax = "neighbor PEER$peer shutdown [message LINE...$message]",
      .help = neighbor_help({"Administratively shut down this neighbor", "Add a shutdown message (RFC 9003)",
                             "Shutdown message"}),
      .scope = Scope::Neighbor,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        if (a.text("message").size() > 255)
          return Refusal("message", "% A shutdown message has at most 255 octets (RFC 9003)");
        t.neighbor->shutdown = true;
        t.neighbor->shutdown_message.reset();
        if (a.has("message")) t.neighbor->shutdown_message = a.text("message");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.neighbor->shutdown = false;
        t.neighbor->shutdown_message.reset();
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (!s.neighbor->shutdown) return;
            const auto& message = s.neighbor->shutdown_message;
            if (!*s.neighbor->shutdown)
              lines.push_back("no " + s.neighbor_line("shutdown"));
            else
              lines.push_back(
                  s.neighbor_line("shutdown" + (message ? " message " + *message : std::string{})));
          },
      .summary = "Keeps the session down; the message is told to the neighbor (RFC 9003).",
  };
}

Command multihop_command() {
  return {
      .syntax = "neighbor PEER$peer ebgp-multihop [(1-255)$ttl]",
      .help = neighbor_help({"Allow EBGP neighbors not on directly connected networks", "Maximum hop count"}),
      .scope = Scope::Neighbor,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        if (t.neighbor->ttl_security_hops) return std::string(kTtlConflict);
        t.neighbor->ebgp_multihop = a.has("ttl") ? a.number_as<std::uint8_t>("ttl") : kMaximumTtl;
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.neighbor->ebgp_multihop.reset();
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            const auto& ttl = s.neighbor->ebgp_multihop;
            if (!ttl) return;
            lines.push_back(s.neighbor_line(
                "ebgp-multihop" + (*ttl == kMaximumTtl ? std::string{} : " " + std::to_string(*ttl))));
          },
      .summary = "The external neighbor may be this many hops away; 255 without a number.",
  };
}

Command ttl_security_command() {
  return {
      .syntax = "neighbor PEER$peer ttl-security hops (1-254)$hops",
      .help =
          neighbor_help({"BGP ttl-security parameters", "Number of hops to the neighbor", "Number of hops"}),
      .scope = Scope::Neighbor,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        if (t.neighbor->ebgp_multihop) return std::string(kTtlConflict);
        t.neighbor->ttl_security_hops = a.number_as<std::uint8_t>("hops");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.neighbor->ttl_security_hops.reset();
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (const auto& hops = s.neighbor->ttl_security_hops)
              lines.push_back(s.neighbor_line("ttl-security hops " + std::to_string(*hops)));
          },
      .summary = "Packets from further away are dropped (RFC 5082).",
  };
}

Command timers_command() {
  return {
      .syntax = "neighbor PEER$peer timers (0-65535)$keepalive (0-65535)$hold",
      .help =
          neighbor_help({"BGP per neighbor timers", "Keepalive interval in seconds", "Hold time in seconds"}),
      .scope = Scope::Neighbor,
      .set = set_neighbor_timers,
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.neighbor->keepalive_seconds.reset();
        t.neighbor->hold_seconds.reset();
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (s.neighbor->keepalive_seconds && s.neighbor->hold_seconds)
              lines.push_back(s.neighbor_line("timers " + std::to_string(*s.neighbor->keepalive_seconds) +
                                              " " + std::to_string(*s.neighbor->hold_seconds)));
          },
      .summary = "Keepalive interval and hold time for this neighbor.",
  };
}

}  // namespace

std::vector<Command> neighbor_commands() {
  const auto text_value = [](const Arguments& a) { return a.text("value"); };
  const auto same = [](const std::string& text) { return text; };
  const auto port_value = [](const Arguments& a) { return a.number_as<std::uint16_t>("value"); };
  const auto digits = [](std::uint32_t number) { return std::to_string(number); };

  auto rows = peer_commands();
  rows.push_back(neighbor_value<&Neighbor::description>(
      "description", "LINE...", {"Neighbor specific description", "Up to the end of the line"}, text_value,
      same, "A text for people."));
  rows.push_back(shutdown_command());
  rows.push_back(neighbor_value<&Neighbor::password>(
      "password", "LINE...", {"Set a password", "The password"}, text_value, same,
      "TCP MD5 signature of the session (RFC 2385). A change of it does not end the session (RFC 4808)."));
  rows.back().set = [](Target& t, const Arguments& a) -> Outcome {
    if (a.text("value").size() > 80)
      return Refusal("value", "% A password has at most 80 characters");  // TCP_MD5SIG_MAXKEYLEN
    t.neighbor->password = a.text("value");
    return {};
  };
  rows.push_back(neighbor_value<&Neighbor::port>("port", "(1-65535)",
                                                 {"Neighbor's BGP port", "TCP port number"}, port_value,
                                                 digits, "TCP port of the neighbor; 179 without this line."));
  rows.push_back(neighbor_switch<&Neighbor::passive>("passive", {"Don't send open messages to this neighbor"},
                                                     "Waits for the neighbor to connect."));
  rows.push_back(multihop_command());
  rows.push_back(ttl_security_command());
  rows.push_back(neighbor_switch<&Neighbor::disable_connected_check>(
      "disable-connected-check", {"One-hop away EBGP peer using loopback address"},
      "The external neighbor need not be on a connected subnet."));
  rows.push_back(neighbor_switch<&Neighbor::enforce_first_as>(
      "enforce-first-as", {"Enforce the first AS for EBGP routes"},
      "A route of an external neighbor is taken only when its AS_PATH begins with the neighbor's AS (RFC "
      "4271 "
      "§6.3). On; a route server's clients turn it off."));
  rows.push_back(neighbor_value<&Neighbor::update_source>(
      "update-source", "SOURCE", {"Source of routing updates", "Address or interface name"}, text_value, same,
      "Local address of the session, or the interface it is taken from."));
  rows.push_back(timers_command());
  rows.push_back(neighbor_value<&Neighbor::connect_retry_seconds>(
      "timers connect", "(1-65535)",
      {"BGP per neighbor timers", "BGP connect timer", "Connect timer in seconds"}, port_value, digits,
      "ConnectRetryTime of this neighbor."));
  rows.push_back(neighbor_value<&Neighbor::user_timeout>(
      "timers user-timeout", "(100-600000)",
      {"BGP per neighbor timers", "How long sent data may stay unacknowledged", "Milliseconds"},
      [](const Arguments& a) { return a.number_as<std::uint32_t>("value"); }, digits,
      "The session ends when the neighbor's TCP has not acknowledged, or not had room for, what was sent so "
      "long "
      "ago (RFC 5482); counts from the next session on. With `timers 1 3` and 500 a neighbor that is gone is "
      "noticed after 1.5 seconds where no link tells. A neighbor that reads nothing for so long loses its "
      "session, "
      "too. 480000 without this line."));
  rows.push_back(neighbor_value<&Neighbor::advertisement_interval>(
      "advertisement-interval", "(0-600)", {"Minimum interval between sending routing updates", "Seconds"},
      port_value, digits,
      "Announcements to this neighbor are at least so far apart (RFC 4271 §9.2.1.1); withdraws and the first "
      "table go at once. 0 without this line."));
  return rows;
}

}  // namespace cli
