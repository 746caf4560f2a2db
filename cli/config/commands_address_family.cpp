// Rows of `address-family ipv4|ipv6 unicast`: what a neighbor does in one family. Directly under `router
// bgp`, as in Quagga's files, they mean IPv4 unicast and are written back under address-family.
#include <algorithm>
#include <iterator>

#include "cli/config/command.hpp"
#include "cli/config/neighbor_rows.hpp"

namespace cli {

namespace {

Outcome restore_standard_next_hop(Target& t, const Arguments&) {
  t.settings->next_hop_mode = rib::NextHopMode::Standard;
  return {};
}

Command next_hop_self_command() {
  using rib::NextHopMode;
  return {
      .syntax = "neighbor PEER$peer next-hop-self [<force|all>]",
      .help = neighbor_help({"Disable the next hop calculation for this neighbor",
                             "Set the next hop to self for reflected routes", "The same"}),
      .scope = Scope::NeighborFamily,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        t.settings->next_hop_mode =
            a.has("force") || a.has("all") ? NextHopMode::SelfForce : NextHopMode::Self;
        return {};
      },
      .unset = restore_standard_next_hop,
      .write =
          [](const Source& s, Lines& lines) {
            const auto& mode = s.settings->next_hop_mode;
            if (mode == NextHopMode::Self) lines.push_back(s.neighbor_line("next-hop-self"));
            if (mode == NextHopMode::SelfForce) lines.push_back(s.neighbor_line("next-hop-self force"));
            if (mode == NextHopMode::Standard) lines.push_back("no " + s.neighbor_line("next-hop-self"));
          },
      .summary = "The neighbor gets our own address as next hop; with `force` for reflected routes too.",
  };
}

struct CommunityKinds {
  bool standard, extended, large;
};

CommunityKinds kinds_of(const Arguments& a) {
  if (a.has("all")) return {true, true, true};
  if (a.has("both")) return {true, true, false};
  if (a.has("extended")) return {false, true, false};
  if (a.has("large")) return {false, false, true};
  return {true, false, false};
}

/// One line says what several kinds have in common; the shortest set of lines.
void write_communities(const Source& s, bool value, Lines& lines) {
  const auto& f = *s.settings;
  const auto line = [&](std::string_view kind) {
    lines.push_back((value ? "" : "no ") + s.neighbor_line("send-community" + std::string(kind)));
  };
  const bool standard = f.send_standard == value, extended = f.send_extended == value,
             large = f.send_large == value;
  if (standard && extended && large) return line(" all");
  if (standard) line("");
  if (extended) line(" extended");
  if (large) line(" large");
}

Command send_community_command() {
  return {
      .syntax = "neighbor PEER$peer send-community [<standard|extended|large|both|all>]",
      .help = neighbor_help({"Send community attribute to this neighbor", "Standard communities (RFC 1997)",
                             "Extended communities (RFC 4360)", "Large communities (RFC 8092)",
                             "Standard and extended", "All three"}),
      .scope = Scope::NeighborFamily,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        const auto kinds = kinds_of(a);
        if (kinds.standard) t.settings->send_standard = true;
        if (kinds.extended) t.settings->send_extended = true;
        if (kinds.large) t.settings->send_large = true;
        return {};
      },
      .unset = [](Target& t, const Arguments& a) -> Outcome {
        const auto kinds = kinds_of(a);
        if (kinds.standard) t.settings->send_standard = false;
        if (kinds.extended) t.settings->send_extended = false;
        if (kinds.large) t.settings->send_large = false;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            write_communities(s, true, lines);
            write_communities(s, false, lines);
          },
      .summary = "Which communities are sent; all without this line. The bare word means `standard`.",
  };
}

}  // namespace

std::vector<Command> address_family_commands() {
  std::vector<Command> rows;
  for (const bool v4 : {true, false})
    rows.push_back({
        .syntax = v4 ? "address-family ipv4 [unicast]" : "address-family ipv6 [unicast]",
        .help = {"Enter Address Family command mode", v4 ? "IPv4" : "IPv6", "Unicast routes"},
        .scope = Scope::Bgp,
        .set = [](Target&, const Arguments&) -> Outcome { return {}; },
        .summary = "What follows, up to `exit-address-family`, is about this family.",
        .enters = v4 ? Mode::AddressFamilyIpv4 : Mode::AddressFamilyIpv6,
    });
  std::ranges::move(local_route_commands(), std::back_inserter(rows));
  rows.push_back(family_switch<&NeighborFamily::activate>(
      "activate", {"Enable the address family for this neighbor"},
      "Exchanges routes of this family with the neighbor. IPv4 unicast is on without it, unless "
      "`no bgp default ipv4-unicast`."));
  rows.push_back(family_switch<&NeighborFamily::route_reflector_client>(
      "route-reflector-client", {"Configure a neighbor as Route Reflector client"},
      "We reflect internal routes to and from this neighbor (RFC 4456)."));
  rows.push_back(next_hop_self_command());
  rows.push_back(send_community_command());
  for (auto& row : neighbor_export_commands()) rows.push_back(std::move(row));
  rows.push_back(family_switch<&NeighborFamily::soft_reconfiguration>(
      "soft-reconfiguration inbound",
      {"Per neighbor soft reconfiguration", "Allow inbound soft reconfiguration"},
      "Received routes are always kept; the line is accepted for FRR's sake."));
  std::ranges::move(import_commands(), std::back_inserter(rows));
  for (auto& row : neighbor_policy_commands()) rows.push_back(std::move(row));
  return rows;
}

}  // namespace cli
