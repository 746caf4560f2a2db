// The commands that look, and those that act without changing the configuration: rows, as those of the
// configuration.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command/arguments.hpp"
#include "cli/show/console.hpp"

namespace cli::show {

struct Command {
  std::string syntax;
  std::vector<std::string_view> help;  // one per token
  std::function<Status(const Console&, const Arguments&)> run;
  bool changes = false;  // needs enable mode
};

/// show_bgp.cpp, show_filtered.cpp, show_routes.cpp (the routing table), show_policy.cpp, show_system.cpp,
/// show_host.cpp, prefix_counts.cpp, statistics.cpp, instances.cpp, programs.cpp, actions.cpp
std::vector<Command> bgp_commands();
std::vector<Command> bgp_filter_commands();
std::vector<Command> route_table_commands();
std::vector<Command> system_commands();
std::vector<Command> host_commands();
std::vector<Command> prefix_count_commands();
std::vector<Command> statistics_commands();
std::vector<Command> instance_commands();
std::vector<Command> program_commands();
std::vector<Command> action_commands();
std::vector<Command> policy_commands();
std::vector<Command> fib_commands();
std::vector<Command> explain_commands();
std::vector<Command> compare_commands();
std::vector<Command> history_commands();
std::vector<Command> configuration_commands();
std::vector<Command> log_commands();
/// Those of `configure private`, beside the configuration's own; not part of all_commands().
std::vector<Command> candidate_commands();

/// The command, with what `vrf NAME` or `vrf all` says about which instance is meant. instances.cpp
Command of_instance(Command command);

/// All of the above.
std::vector<Command> all_commands();

/// "192.168.1.2" or "fe80::1%eth0"; nothing for other text.
std::optional<api::NeighborName> parse_neighbor(std::string_view text);
/// Help of words that many rows have.
inline constexpr std::string_view kShow = "Show running system information";
inline constexpr std::string_view kJson = "JavaScript Object Notation";
/// "[ip] bgp [vrf NAME] [<ipv4|ipv6> [unicast]]" and its help, which many rows begin with.
inline constexpr std::string_view kBgp = "show [ip] bgp [<view|vrf> NAME$instance] [<ipv4|ipv6> [unicast]] ";
/// Help of kBgp's tokens with the row's own behind.
std::vector<std::string_view> bgp_help(std::initializer_list<std::string_view> rest);
/// The family a bgp command means: as written; "ip" is IPv4; nothing when neither is there.
std::optional<api::Family> family_of(const Arguments& arguments);

}  // namespace cli::show
