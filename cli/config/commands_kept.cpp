// Lines of FRR's and Quagga's that fingers type and files have, and that mean nothing here: taken with a word
// about why, and written back.
#include "cli/config/command.hpp"

namespace cli {
namespace {

constexpr std::string_view kBgp = "BGP information", kNeighbor = "A neighbor or peer group",
                           kName = "Its address, or the group's name", kSeconds = "Seconds",
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

constexpr std::string_view kNoPassword = "Nobody is asked for a password: the rights to the socket decide.";
constexpr std::string_view kNoDelay =
    "Nothing is announced before the first tables are in: see "
    "`bgp graceful-restart select-defer-time`.";

}  // namespace

std::vector<Command> kept_commands() {
  return {
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
           {kNeighbor, kName, "Watch it by BFD", "Forwarding outlives the control plane", kProfile,
            kProfileName, kProfile, kProfileName, "How many may be lost", kMilliseconds, kMilliseconds},
           "Kulan runs no BFD: short hold times find a dead neighbor."),
      kept(Scope::Family,
           "redistribute table (1-65535)$table [metric (0-4294967295)$metric] [route-map NAME$map]",
           {"Announce what others know", "Another table of the kernel", "Its number", "Metric", "The value",
            "Route map", "Its name"},
           "Routes of other tables are not announced."),
  };
}

}  // namespace cli
