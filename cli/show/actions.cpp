#include <charconv>

#include "cli/show/commands.hpp"

namespace cli::show {
namespace {

/// To end all of many sessions is rarely meant. Scripts are not asked.
bool is_meant(const Console& console, const api::ClearSessions& clear) {
  constexpr std::uint32_t kFew = 3;
  const bool is_of_all = !clear.has_neighbor() && !clear.has_remote_as() && clear.peer_group().empty();
  if (!console.confirms || !is_of_all || clear.direction() != api::ClearSessions::HARD) return true;
  api::Request request;
  request.mutable_status();
  const auto response = console.client.call(std::move(request));
  const auto count = response ? response->status().established() : 0;
  if (count <= kFew) return true;
  return console.confirms((clear.external() ? "This ends the external ones of " : "This ends ") +
                          std::to_string(count) + " sessions; with `soft` none. Go on? [y/N] ");
}

Status clear_sessions(const Console& console, const Arguments& arguments) {
  api::Request request;
  auto& clear = *request.mutable_clear();
  const auto who = arguments.text("neighbor");
  clear.set_external(arguments.has("external"));
  clear.set_peer_group(arguments.text("group"));
  std::uint32_t as = 0;
  const auto [end, error] = std::from_chars(who.data(), who.data() + who.size(), as);
  if (!who.empty() && error == std::errc{} && end == who.data() + who.size()) {
    clear.set_remote_as(as);
  } else if (const auto name = parse_neighbor(who)) {
    *clear.mutable_neighbor() = *name;
  } else if (!who.empty()) {
    console.out("% BGP: Unknown neighbor - \"" + who + "\"\n");
    return Status::Warning;
  }
  if (arguments.has("message-stats"))
    clear.set_direction(api::ClearSessions::COUNTERS);
  else if (arguments.has("in"))
    clear.set_direction(api::ClearSessions::SOFT_IN);
  else if (arguments.has("out"))
    clear.set_direction(api::ClearSessions::SOFT_OUT);
  else if (arguments.has("soft"))
    clear.set_direction(api::ClearSessions::SOFT_BOTH);
  const bool is_named = arguments.has("ipv4") || arguments.has("ipv6");
  if (is_named) clear.set_family(arguments.has("ipv6") ? api::IPV6_UNICAST : api::IPV4_UNICAST);
  if (!is_meant(console, clear)) return Status::Warning;
  const auto response = console.client.call(std::move(request));
  return response ? Status::Done : console.report(response.error());
}

Status write_config(const Console& console, const Arguments&) {
  api::Request request;
  request.mutable_write();
  console.out("Building Configuration...\n");
  const auto response = console.client.call(std::move(request));
  if (!response) return console.report(response.error());
  console.out("[OK]\n");
  return Status::Done;
}

Status reload_config(const Console& console, const Arguments&) {
  api::Request request;
  request.mutable_reload();
  const auto response = console.client.call(std::move(request));
  return response ? Status::Done : console.report(response.error());
}

Status shut_down(const Console& console, const Arguments& arguments) {
  api::Request request;
  const bool flush = arguments.has("flush");
  request.mutable_shutdown()->set_flush(flush);
  const auto response = console.client.call(std::move(request));
  if (!response) return console.report(response.error());
  console.out(flush ? "kuland ends; its routes are removed from the kernel\n"
                    : "kuland ends; its routes stay in the kernel\n");
  return Status::Done;
}

}  // namespace

std::vector<Command> action_commands() {
  constexpr std::string_view kWrite = "Write the running configuration to its file";
  return {
      {.syntax =
           "clear [ip] bgp [<view|vrf> NAME$instance] [<ipv4|ipv6> [unicast]] "
           "<*|external|peer-group GROUP$group|NEIGHBOR$neighbor> [<soft [<in|out>]|in|out|message-stats>]",
       .help = {"Reset functions",
                "IP information",
                "BGP information",
                "An instance",
                "An instance, or all of them",
                "Its name",
                "IPv4 address family",
                "IPv6 address family",
                "Unicast",
                "All neighbors",
                "External neighbors",
                "Members of a peer group",
                "Name of the peer group",
                "Address or interface of the neighbor, or its AS number",
                "Without ending the session",
                "Ask for its routes again",
                "Send our routes again",
                "Ask for its routes again",
                "Send our routes again",
                "Only its message counters"},
       .run = clear_sessions,
       .changes = true},
      {.syntax = "write [<memory|file>]",
       .help = {kWrite, kWrite, kWrite},
       .run = write_config,
       .changes = true},
      {.syntax = "copy running-config startup-config",
       .help = {"Copy a configuration", "The one in force", kWrite},
       .run = write_config,
       .changes = true},
      {.syntax = "reload configuration",
       .help = {"Read again", "The configuration file, as SIGHUP does"},
       .run = reload_config,
       .changes = true},
      {.syntax = "shutdown! <keep|flush>",
       .help = {"End the daemon", "Our routes stay in the kernel, for the next start",
                "No route of ours stays in the kernel"},
       .run = shut_down,
       .changes = true},
  };
}

}  // namespace cli::show
