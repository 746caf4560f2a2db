// Rows of `router bgp` that belong to the whole instance, in FRR's order.
#include <algorithm>
#include <charconv>
#include <iterator>

#include "cli/config/bgp_switch.hpp"
#include "cli/config/help_words.hpp"

namespace cli {

namespace {

template <std::optional<rib::BgpIdentifier> Bgp::*member>
Command bgp_identifier(std::string keywords, const std::string& values, std::vector<std::string_view> help,
                       std::string_view summary) {
  return {.syntax = keywords + " " + values,
          .help = std::move(help),
          .scope = Scope::Bgp,
          .set = [](Target& t, const Arguments& a) -> Outcome {
            const auto* address = a.address("id");
            const auto id = address ? address->to_v4() : a.number_as<rib::BgpIdentifier>("number");
            if (id == 0) return "% An identifier of zero is not valid (RFC 6286)";
            t.bgp->*member = id;
            return {};
          },
          .unset = [](Target& t, const Arguments& a) -> Outcome {
            // FRR looks at the value here, and at no other.
            if (const auto* id = a.address("id");
                id && member == &Bgp::router_id && t.bgp->*member != id->to_v4())
              return "% BGP router-id doesn't match";
            (t.bgp->*member).reset();
            return {};
          },
          .write =
              [keywords](const Source& s, Lines& lines) {
                if (const auto& id = s.bgp->*member)
                  lines.push_back(keywords + " " + rib::IpAddress::v4(*id).to_string());
              },
          .summary = summary};
}

/// FRR asks for policies since 7.4, where `frr defaults traditional` says nothing else.
bool is_before_7_4(std::string_view version) {
  unsigned major = 0, minor = 0;
  const auto* end = version.data() + version.size();
  auto [at, error] = std::from_chars(version.data(), end, major);
  if (error != std::errc{}) return false;
  if (at != end && *at == '.') std::from_chars(at + 1, end, minor);
  return major < 7 || (major == 7 && minor < 4);
}

Outcome set_written_by(Target& t, const Arguments& a) {
  if (is_before_7_4(a.text("version"))) t.config.initial_bgp.ebgp_requires_policy = false;
  return {};
}

/// A name that FRR does not know changes nothing there either.
Outcome set_profile(Target& t, const Arguments& a) {
  const auto profile = a.text("profile");
  Bgp datacenter;
  datacenter.keepalive_seconds = 3;
  datacenter.hold_seconds = 9;
  datacenter.connect_retry_seconds = 10;
  datacenter.ebgp_requires_policy = false;
  if (profile == "datacenter") t.config.initial_bgp = datacenter;
  if (profile == "traditional" && t.config.initial_bgp == datacenter) t.config.initial_bgp = {};
  return {};
}

Outcome set_router_bgp(Target& t, const Arguments& a) {
  if (!a.has("as")) return t.config.bgp ? Outcome{} : Outcome("% No BGP process is configured");
  const auto as = a.number_as<rib::AsNumber>("as");
  if (t.config.bgp && t.config.bgp->as != as)
    return "BGP is already running; AS is " + std::to_string(t.config.bgp->as);
  if (t.config.bgp) return {};
  t.config.bgp = t.config.initial_bgp;
  t.config.bgp->as = as;
  return {};
}

Outcome unset_router_bgp(Target& t, const Arguments& a) {
  if (!t.config.bgp && !a.has("as")) return "% No BGP process is configured";
  if (!t.config.bgp || (a.has("as") && a.number("as") != t.config.bgp->as))
    return Refusal("as", "% Can't find BGP instance");
  const auto block = "router bgp " + std::to_string(t.config.bgp->as);
  std::erase_if(t.config.unknown_lines, [&](const Config::UnknownLine& line) {
    return line.block == block || line.block.starts_with(block + " / ");
  });
  t.config.bgp.reset();
  return {};
}

Outcome set_bgp_timers(Target& t, const Arguments& a) {
  const auto hold = a.number_as<std::uint16_t>("hold");
  if (hold != 0 && hold < 3) return Refusal("hold", "% hold time value must be either 0 or greater than 3");
  t.bgp->hold_seconds = hold;
  t.bgp->keepalive_seconds =  // RFC 4271 §4.4: a third of the hold time is the reasonable maximum
      std::min(a.number_as<std::uint16_t>("keepalive"), static_cast<std::uint16_t>(hold / 3));
  return {};
}

}  // namespace

std::vector<Command> bgp_commands() {
  std::vector<Command> rows;
  constexpr std::string_view kFrr = "FRRouting's global parameters";
  rows.push_back({
      .syntax = "frr version LINE...$version",
      .help = {kFrr, "Version that the configuration was written by", "Its number"},
      .set = set_written_by,
      .summary = "Says which FRR wrote the lines that follow: before 7.4 neighbors needed no policy.",
  });
  rows.push_back({
      .syntax = "frr defaults LINE...$profile",
      .help = {kFrr, "Set of configuration defaults used", "traditional, or datacenter"},
      .set = set_profile,
      .summary = "What the `router bgp` that follows starts from; what differs from kulan's own defaults is "
                 "written line by line, the profile is not.",
  });
  rows.push_back({
      .syntax = "router bgp [ASNUM$as]",
      .help = {"Enable a routing process", kBgp, "AS number, plain or as-dot"},
      .scope = Scope::System,
      .set = set_router_bgp,
      .unset = unset_router_bgp,
      .summary = "Runs BGP in this AS, or goes on with the one that runs; the lines of the block follow.",
      .no_syntax = "no router bgp [ASNUM$as]",
      .enters = Mode::RouterBgp,
  });
  rows.push_back(bgp_identifier<&Bgp::router_id>(
      "bgp router-id", "A.B.C.D$id",
      {kBgp, "Override configured router identifier", "Identifier in address form"},
      "BGP Identifier of this node; without it one is made once and kept in the state directory."));
  rows.push_back(bgp_switch<&Bgp::log_neighbor_changes>("bgp log-neighbor-changes",
                                                        {kBgp, "Log neighbor up and down, and why"},
                                                        "One log line per session change."));
  rows.push_back(bgp_switch<&Bgp::always_compare_med>(
      "bgp always-compare-med", {kBgp, "Allow comparing MED from different neighbors"},
      "Compares MULTI_EXIT_DISC between neighbor ASes; RFC 4271 §9.1.2.2 (c) does so within one."));
  rows.push_back(bgp_switch<&Bgp::ebgp_requires_policy>(
      "bgp ebgp-requires-policy", {kBgp, "Require policy on external sessions, RFC 8212"},
      "Without a policy nothing is exchanged with external neighbors (RFC 8212)."));
  rows.push_back(bgp_switch<&Bgp::default_ipv4_unicast>(
      "bgp default ipv4-unicast", {kBgp, "Configure BGP defaults", "Activate ipv4-unicast for a neighbor"},
      "Neighbors have IPv4 unicast without `activate`."));
  rows.push_back({
      .syntax = "bgp default local-preference (0-4294967295)$value",
      .help = {kBgp, "Configure BGP defaults", "Local preference (higher is preferred)", "The value"},
      .scope = Scope::Bgp,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        t.bgp->default_local_preference = a.number_as<std::uint32_t>("value");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.bgp->default_local_preference = Bgp{}.default_local_preference;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (s.bgp->default_local_preference != Bgp{}.default_local_preference)
              lines.push_back("bgp default local-preference " +
                              std::to_string(s.bgp->default_local_preference));
          },
      .summary = "LOCAL_PREF of routes that came without one.",
  });
  rows.push_back(bgp_switch<&Bgp::client_to_client_reflection>(
      "bgp client-to-client reflection",
      {kBgp, "Client to client route reflection", "Reflection of routes between clients"},
      "A reflector passes routes of one client to the others (RFC 4456)."));
  rows.push_back(bgp_switch<&Bgp::reject_as_sets>("bgp reject-as-sets",
                                                  {kBgp, "Reject routes with AS_SET or AS_CONFED_SET flag"},
                                                  "Routes with an AS_SET or AS_CONFED_SET in their AS_PATH "
                                                  "neither come in nor go out (RFC 6472). Changing "
                                                  "it resets no session."));
  rows.push_back(bgp_switch<&Bgp::graceful_shutdown>(
      "bgp graceful-shutdown", {kBgp, "Graceful shutdown parameters"},
      "Makes our routes everybody's last choice before maintenance: GRACEFUL_SHUTDOWN to external neighbors, "
      "LOCAL_PREF 0 to internal ones (RFC 8326)."));
  rows.push_back(bgp_identifier<&Bgp::cluster_id>(
      "bgp cluster-id", "<A.B.C.D$id|(1-4294967295)$number>",
      {kBgp, "Route reflector's cluster", "Identifier in address form", "Identifier as a number"},
      "CLUSTER_ID of a reflector; the router id without this line (RFC 4456 §7)."));
  rows.push_back(bgp_switch<&Bgp::deterministic_med>(
      "bgp deterministic-med", {kBgp, "Choose among paths of one neighbor AS first"},
      "Kulan's choice never depends on the order of arrival; the line is kept for FRR's sake."));
  std::ranges::move(graceful_restart_commands(), std::back_inserter(rows));
  std::ranges::move(bestpath_commands(), std::back_inserter(rows));
  rows.push_back(bgp_switch<&Bgp::network_import_check>(
      "bgp network import-check", {kBgp, "The network command", "Announce only what has a route"},
      "`network` announces a prefix only while the kernel has a route for it."));
  rows.push_back(bgp_switch<&Bgp::suppress_fib_pending>(
      "bgp suppress-fib-pending", {kBgp, "Announce only what the kernel has"},
      "Neighbors hear of a route when the kernel has acknowledged it, and not of one that it refused."));
  rows.push_back({
      .syntax = "timers bgp (0-65535)$keepalive (0-65535)$hold",
      .help = {"Adjust routing timers", "BGP timers", "Keepalive interval in seconds",
               "Hold time in seconds"},
      .scope = Scope::Bgp,
      .set = set_bgp_timers,
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.bgp->keepalive_seconds = Bgp{}.keepalive_seconds;
        t.bgp->hold_seconds = Bgp{}.hold_seconds;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (s.bgp->keepalive_seconds != Bgp{}.keepalive_seconds ||
                s.bgp->hold_seconds != Bgp{}.hold_seconds)
              lines.push_back("timers bgp " + std::to_string(s.bgp->keepalive_seconds) + " " +
                              std::to_string(s.bgp->hold_seconds));
          },
      .summary = "Keepalive interval and hold time offered to neighbors; hold time 0 turns both off.",
  });
  rows.push_back({
      .syntax = "timers connect (1-65535)$seconds",
      .help = {"Adjust routing timers", "Connect retry timer", "Seconds between attempts to connect"},
      .scope = Scope::Bgp,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        t.bgp->connect_retry_seconds = a.number_as<std::uint16_t>("seconds");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.bgp->connect_retry_seconds = Bgp{}.connect_retry_seconds;
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (s.bgp->connect_retry_seconds != Bgp{}.connect_retry_seconds)
              lines.push_back("timers connect " + std::to_string(s.bgp->connect_retry_seconds));
          },
      .summary = "ConnectRetryTime of all neighbors (RFC 4271 §8).",
  });
  return rows;
}

}  // namespace cli
