// Lines of FRR's and Quagga's that fingers type and files have, and that mean nothing here: taken with a word
// about why, and written back.
#include "cli/config/command.hpp"
#include "cli/config/help_words.hpp"

namespace cli {
namespace {

constexpr std::string_view kNeighborOrGroup = "A neighbor or peer group",
                           kAddressOrGroup = "Its address, or the group's name", kSeconds = "Seconds",
                           kPassword = "Password of the terminal", kMilliseconds = "Milliseconds",
                           kProfile = "A BFD profile", kProfileName = "Its name";

Command kept(Scope scope, std::string syntax, std::vector<std::string_view> help, std::string_view why) {
  return {.syntax = std::move(syntax),
          .help = std::move(help),
          .scope = scope,
          .set = {},
          .summary = why,
          .is_inert = true,
          .warning = why};
}

std::vector<Command> kept_of_family(const std::string& ip, std::string_view help, const std::string& prefix,
                                    const std::string& address) {
  return {
      kept(Scope::System, ip + " prefix-list sequence-number",
           {help, "Prefix lists", "Write sequence numbers, as is always done"},
           "Sequence numbers are always written."),
      kept(Scope::System, ip + " route " + prefix + "$prefix " + address + "$gateway nexthop-vrf NAME$vrf",
           {help, "A static route", "The network", "Its gateway", "In another VRF", "Its name"},
           "The gateway of a static route is looked for in its own table's VRF.")};
}

constexpr std::string_view kNoPassword = "Nobody is asked for a password: the rights to the socket decide.";
constexpr std::string_view kNoDelay =
    "Nothing is announced before the first tables are in: see "
    "`bgp graceful-restart select-defer-time`.";

}  // namespace

std::vector<Command> kept_commands() {
  std::vector<Command> rows = {
      kept(Scope::System, "bgp community alias COMMUNITY$community NAME$name",
           {kBgp, "Communities", "A name to show instead", "The community", "The name"},
           "Communities are shown as numbers, or by their well-known names."),
      kept(Scope::RouteMap, "match tag untagged", {"Match values", "The route's tag", "None"},
           "A clause with this line never holds: a route without a tag has the tag 0 here."),
      kept(Scope::System, "password LINE...$text", {kPassword, "The text"}, kNoPassword),
      kept(Scope::System, "enable password LINE...$text", {"Of enable mode", kPassword, "The text"},
           kNoPassword),
      kept(Scope::System, "banner motd LINE...$text", {"Greeting", "Of the terminal", "The text"},
           "The shell greets in its own words."),
      kept(Scope::System, "bgp multiple-instance", {kBgp, "Several instances, as Quagga had them"},
           "There is one instance."),
      kept(Scope::System, "bgp update-delay (0-3600)$delay [(1-3600)$wait]",
           {kBgp, "Wait before the first announcements", kSeconds, kSeconds}, kNoDelay),
      kept(Scope::Bgp, "bgp update-delay (0-3600)$delay [(1-3600)$wait]",
           {kBgp, "Wait before the first announcements", kSeconds, kSeconds}, kNoDelay),
      kept(Scope::Bgp, "update-delay (0-3600)$delay [(1-3600)$wait]",
           {"Wait before the first announcements", kSeconds, kSeconds}, kNoDelay),
      kept(Scope::Bgp,
           "neighbor PEER$peer bfd [<check-control-plane-failure [profile NAME$name]|profile NAME$name|"
           "(2-255)$multiplier (50-60000)$receive (50-60000)$transmit>]",
           {kNeighborOrGroup, kAddressOrGroup, "Watch it by BFD", "Forwarding outlives the control plane",
            kProfile, kProfileName, kProfile, kProfileName, "How many may be lost", kMilliseconds,
            kMilliseconds},
           "Kulan runs no BFD: short hold times find a dead neighbor."),
      kept(Scope::Family,
           "redistribute table (1-65535)$table [metric (0-4294967295)$metric] [route-map NAME$map]",
           {"Announce what others know", "Another table of the kernel", "Its number", "Metric", "The value",
            "Route map", "Its name"},
           "Routes of other tables are not announced."),
  };
  for (auto& part : {kept_of_family("ip", "IP information", "A.B.C.D/M", "A.B.C.D"),
                     kept_of_family("ipv6", "IPv6 information", "X:X::X:X/M", "X:X::X:X")})
    rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

}  // namespace cli
