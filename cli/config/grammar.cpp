#include "cli/config/grammar.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace cli {

namespace {

constexpr std::size_t kModeCount = static_cast<std::size_t>(Mode::BgpBmp) + 1;

std::vector<Command> navigation_commands() {
  const auto row = [](std::string word, std::string_view help, Leave leaves) {
    return Command{.syntax = std::move(word), .help = {help}, .set = {}, .summary = help, .leaves = leaves};
  };
  return {row("exit", "Exit current mode and down to previous mode", Leave::Mode),
          row("quit", "Exit current mode and down to previous mode", Leave::Mode),
          row("end", "End current mode and change to enable mode", Leave::Configure),
          row("exit-address-family", "Exit from Address Family configuration mode", Leave::Family),
          row("exit-vrf", "Exit from VRF configuration mode", Leave::Vrf)};
}

/// In FRR's order.
std::vector<Command> policy_commands() {
  std::vector<Command> rows;
  for (const auto& part : {access_list_commands(true), prefix_list_commands(true),
                           access_list_commands(false), prefix_list_commands(false), as_path_list_commands(),
                           community_list_commands(), route_map_commands()})
    std::ranges::copy(part, std::back_inserter(rows));
  return rows;
}

std::vector<Command> every_command() {
  std::vector<Command> rows;
  for (auto* part : {system_commands, debug_commands, ip_route_commands, bgp_commands, confederation_commands,
                     interface_commands, neighbor_commands, link_commands, negotiation_commands,
                     neighbor_graceful_restart_commands, address_family_commands, family_rule_commands,
                     policy_commands, kept_commands, navigation_commands})
    std::ranges::move(part(), std::back_inserter(rows));
  return rows;
}

struct Grammar {
  std::array<Tree, kModeCount> trees;
  std::vector<std::string> defects;

  void add(Mode mode, std::string_view notation, std::span<const std::string_view> help, std::size_t number) {
    auto& tree = trees[static_cast<std::size_t>(mode)];
    if (auto defect = tree.add(notation, help, number)) defects.push_back(*std::move(defect));
  }

  explicit Grammar(std::span<const Command> commands) {
    for (std::size_t i = 0; i < commands.size(); ++i) {
      const auto& command = commands[i];
      auto no_help = command.help;
      no_help.insert(no_help.begin(), "Negate a command or set its defaults");
      const auto no = no_form(command);
      for (const auto mode : modes_of(command)) {
        if (command.set || command.is_inert || command.leaves != Leave::No)
          add(mode, command.syntax, command.help, 2 * i);
        if (!no.empty()) add(mode, no, no_help, 2 * i + 1);
      }
    }
  }
};

const Grammar& grammar() {
  static const Grammar built(all_commands());
  return built;
}

}  // namespace

std::span<const Command> all_commands() {
  static const auto rows = every_command();
  return rows;
}

std::vector<Mode> modes_of(const Command& command) {
  using enum Mode;
  if (command.leaves == Leave::Family) return {AddressFamilyIpv4, AddressFamilyIpv6, OtherAddressFamily};
  if (command.leaves == Leave::Vrf) return {Vrf};
  if (command.leaves != Leave::No) {
    std::vector<Mode> all;
    for (const auto& row : all_modes())
      if (row.mode >= Config) all.push_back(row.mode);
    return all;
  }
  switch (command.scope) {
    case Scope::System:
    case Scope::Policy:
      return {Config};
    case Scope::RouteMap:
      return {RouteMap};
    case Scope::Vrf:
      return {Vrf};
    case Scope::Bgp:
    case Scope::Peer:
    case Scope::Neighbor:
      return {RouterBgp};
    case Scope::Family:
    case Scope::NeighborFamily:
      break;
  }
  if (command.family == rib::Family::Ipv6Unicast) return {AddressFamilyIpv6};
  if (command.family == rib::Family::Ipv4Unicast) return {RouterBgp, AddressFamilyIpv4};
  return {RouterBgp, AddressFamilyIpv4, AddressFamilyIpv6};
}

std::string no_form(const Command& command) {
  if (!command.unset && !command.is_inert) return {};
  return command.no_syntax.empty() ? negated(command.syntax) : command.no_syntax;
}

const Tree& tree_of(Mode mode) { return grammar().trees[static_cast<std::size_t>(mode)]; }
Form form_of(std::size_t number) { return {&all_commands()[number / 2], number % 2 == 1}; }
const std::vector<std::string>& grammar_defects() { return grammar().defects; }

}  // namespace cli
