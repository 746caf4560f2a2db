// Rows about who we are to a neighbor and what we offer it in the OPEN: `bgp confederation …`, local-as,
// local-role, capabilities. In FRR's words.
#include <array>

#include "cli/config/command.hpp"
#include "cli/config/help_words.hpp"
#include "cli/config/neighbor_rows.hpp"

namespace cli {

namespace {

constexpr std::string_view kConfederation = "AS confederation parameters";

struct RoleWord {
  rib::Role role;
  std::string_view word;
};
constexpr std::array kRoleWords{RoleWord{rib::Role::Provider, "provider"},
                                RoleWord{rib::Role::RouteServer, "rs-server"},
                                RoleWord{rib::Role::RouteServerClient, "rs-client"},
                                RoleWord{rib::Role::Customer, "customer"}, RoleWord{rib::Role::Peer, "peer"}};

Outcome set_local_as(Target& t, const Arguments& a) {
  const auto as = a.number_as<rib::AsNumber>("own");
  if (as == t.bgp->as) return Refusal("as", "% Cannot have local-as same as BGP AS number");
  const auto& remote = t.neighbor->remote_as;
  if (remote && remote->kind == RemoteAs::Kind::Number && remote->number == as)
    return Refusal("as", "% Cannot have local-as same as remote-as");
  if (remote && (remote->kind == RemoteAs::Kind::Internal || remote->number == t.bgp->as))
    return Refusal("as", "% local-as allowed only for eBGP peers");
  t.neighbor->local_as = LocalAs{as, a.has("no-prepend"), a.has("replace-as")};
  return {};
}

Command local_as_command() {
  return {
      .syntax = "neighbor PEER$peer local-as ASNUM$own [no-prepend [replace-as]]",
      .help = neighbor_help({"Specify a local-as number", "AS number expected by peer",
                             "Do not prepend local-as to updates from this peer",
                             "Do not prepend our own AS to updates to this peer"}),
      .scope = Scope::Neighbor,
      .set = set_local_as,
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.neighbor->local_as.reset();
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            const auto& own = s.neighbor->local_as;
            if (!own) return;
            lines.push_back(s.neighbor_line("local-as " + std::to_string(own->as) +
                                            (own->no_prepend ? " no-prepend" : "") +
                                            (own->replace_as ? " replace-as" : "")));
          },
      .summary =
          "We are this AS to the external neighbor. It stands before what the neighbor sends, unless "
          "`no-prepend`, and before our own in what it is sent, or instead of it with `replace-as`.",
  };
}

Outcome set_local_role(Target& t, const Arguments& a) {
  LocalRole role{.role = rib::Role::Peer, .strict = a.has("strict-mode")};
  for (const auto& known : kRoleWords)  // the word "peer" is the argument's name too: it is what is left
    if (known.role != rib::Role::Peer && a.has(known.word)) role.role = known.role;
  t.neighbor->local_role = role;
  return {};
}

Command local_role_command() {
  constexpr std::string_view kSyntax =
      "neighbor PEER$peer local-role <provider|rs-server|rs-client|customer|peer> [strict-mode]";
  return {
      .syntax = std::string(kSyntax),
      .help = neighbor_help({"Set session role", "We are its provider", "We are a route server",
                             "We are a client of the route server", "We are its customer", "We are its peer",
                             "Refuse a neighbor that sends no role"}),
      .scope = Scope::Neighbor,
      .set = set_local_role,
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.neighbor->local_role.reset();
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            const auto& local = s.neighbor->local_role;
            if (!local) return;
            for (const auto& known : kRoleWords)
              if (known.role == local->role)
                lines.push_back(s.neighbor_line("local-role " + std::string(known.word) +
                                                (local->strict ? " strict-mode" : "")));
          },
      .summary =
          "What we are to the external neighbor (RFC 9234): the session comes up only if it says the "
          "matching "
          "role, and routes do not leak. With `strict-mode` it must say one.",
      .no_syntax =
          "no neighbor PEER$peer local-role [<provider|rs-server|rs-client|customer|peer> [strict-mode]]",
  };
}

Outcome set_confederation_peers(Target& t, const Arguments& a) {
  for (const auto as : a.numbers("member"))
    if (as == t.bgp->as) return Refusal("as", "% Local member-AS not allowed in confed peer list");
  for (const auto as : a.numbers("member")) t.bgp->confederation_peers.insert(as);
  return {};
}

}  // namespace

std::vector<Command> confederation_commands() {
  std::vector<Command> rows;
  rows.push_back({
      .syntax = "bgp confederation identifier ASNUM$as",
      .help = {kBgp, kConfederation, "Set routing domain confederation AS", "AS number of the confederation"},
      .scope = Scope::Bgp,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        t.bgp->confederation_id = a.number_as<rib::AsNumber>("as");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.bgp->confederation_id.reset();
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (s.bgp->confederation_id)
              lines.push_back("bgp confederation identifier " + std::to_string(*s.bgp->confederation_id));
          },
      .summary =
          "The AS that we are to the world; that of `router bgp` is then our member AS of the confederation "
          "(RFC 5065).",
  });
  rows.push_back({
      .syntax = "bgp confederation peers ASNUM...$member",
      .help = {kBgp, kConfederation, "Peer ASs in BGP confederation", "AS numbers"},
      .scope = Scope::Bgp,
      .set = set_confederation_peers,
      .unset = [](Target& t, const Arguments& a) -> Outcome {
        const auto members = a.numbers("member");
        if (members.empty()) t.bgp->confederation_peers.clear();
        for (const auto as : members) t.bgp->confederation_peers.erase(as);
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (s.bgp->confederation_peers.empty()) return;
            std::string line = "bgp confederation peers";
            for (const auto as : s.bgp->confederation_peers) line += " " + std::to_string(as);
            lines.push_back(std::move(line));
          },
      .summary = "The other member ASes of our confederation.",
  });
  return rows;
}

std::vector<Command> negotiation_commands() {
  constexpr std::string_view kCapability = "Advertise capability to the peer";
  std::vector<Command> rows;
  rows.push_back(local_as_command());
  rows.push_back(local_role_command());
  rows.push_back(neighbor_value<&Neighbor::delay_open_seconds>(
      "timers delayopen", "(1-240)",
      {"BGP per neighbor timers", "RFC 4271 DelayOpen timer", "DelayOpen timer in seconds"},
      [](const Arguments& a) { return a.number_as<std::uint16_t>("value"); },
      [](std::uint16_t number) { return std::to_string(number); },
      "Waits so long for the neighbor's OPEN before ours is sent (RFC 4271 §8.2.1.3)."));
  rows.push_back(neighbor_switch<&Neighbor::capability_dynamic>(
      "capability dynamic", {kCapability, "Advertise dynamic capability to this neighbor"},
      "Kept and written back; the capability was never standardized and is not offered."));
  rows.push_back(neighbor_switch<&Neighbor::capability_extended_nexthop>(
      "capability extended-nexthop", {kCapability, "Advertise extended next-hop capability to the peer"},
      "IPv4 routes may have IPv6 next hops (RFC 8950); on by itself for a neighbor with a link-local "
      "address."));
  rows.push_back(neighbor_switch<&Neighbor::dont_capability_negotiate>(
      "dont-capability-negotiate", {"Do not perform capability negotiation"},
      "The OPEN goes without capabilities, for very old neighbors: IPv4 unicast only."));
  rows.push_back(neighbor_switch<&Neighbor::extended_optional_parameters>(
      "extended-optional-parameters", {"Force the extended optional parameters format for OPEN messages"},
      "The OPEN has the long form of RFC 9072 even where the short one would do; FRR with this line reads no "
      "other."));
  rows.push_back(neighbor_switch<&Neighbor::override_capability>(
      "override-capability", {"Override capability negotiation result"},
      "The address families of the configuration hold, whatever the neighbor offers."));
  rows.back().set = [](Target& t, const Arguments&) -> Outcome {
    if (t.neighbor->strict_capability_match == true)
      return "% Can't set override-capability and strict-capability-match at the same time";
    t.neighbor->override_capability = true;
    return {};
  };
  rows.push_back(neighbor_switch<&Neighbor::strict_capability_match>(
      "strict-capability-match", {"Strict capability negotiation match"},
      "A neighbor that lacks a configured address family, or offers a capability unknown here, is refused."));
  rows.back().set = [](Target& t, const Arguments&) -> Outcome {
    if (t.neighbor->override_capability == true)
      return "% Can't set override-capability and strict-capability-match at the same time";
    t.neighbor->strict_capability_match = true;
    return {};
  };
  return rows;
}

}  // namespace cli
