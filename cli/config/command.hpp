// A configuration command is a row: how it is written, what each word is for, how it changes the value, and
// how the value is written back. The file, the prompt, `no`, TAB, `?`, running-config and
// docs/configuration.md all come from the same rows. Handlers touch the value and nothing else.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command/arguments.hpp"
#include "cli/command/mode.hpp"
#include "cli/config/config.hpp"
#include "cli/config/list_names.hpp"

namespace cli {

inline constexpr std::size_t kInterfaceNameLength = 15;  // IFNAMSIZ - 1

/// Whether Linux would let a link be called so.
inline bool may_be_interface(std::string_view name) {
  return !name.empty() && name.size() <= kInterfaceNameLength && name.find('/') == std::string_view::npos;
}

/// What a row is about: where it may be typed and how often it is written.
enum class Scope : std::uint8_t {
  System,          // once; typed in configure
  Bgp,             // once per instance; router bgp
  Peer,            // per neighbor and peer group, which it may create or remove; router bgp
  Neighbor,        // per neighbor and peer group that is there; router bgp
  Family,          // once per address family; address-family, or router bgp for IPv4
  NeighborFamily,  // per neighbor, peer group and address family; typed likewise
  Policy,          // once; typed in configure, written behind router bgp
  RouteMap,        // once per clause; route-map
  Vrf,             // once per VRF; vrf
};

/// The value under the hands of a handler. Pointers are set as far as the row's scope goes.
struct Target {
  Config& config;
  rib::Family family = rib::Family::Ipv4Unicast;
  Bgp* bgp = nullptr;
  Neighbor* neighbor = nullptr;
  NeighborFamily* settings = nullptr;
  std::string route_map = {};  // of the clause
  rib::Sequence sequence = 0;
  rib::RouteMapClause* clause = nullptr;
  std::string vrf = {};  // whose block it is
};

/// What stands without any line.
inline const Bgp& standard_bgp() {
  static const Bgp bgp;
  return bgp;
}

/// The value as a row writes it.
struct Source {
  const Config& config;
  const Bgp* bgp = nullptr;
  std::string peer = {};  // as written after "neighbor"
  bool is_group = false;
  bool is_interface = false;  // `neighbor eth0 interface …`
  const Neighbor* neighbor = nullptr;
  rib::Family family = rib::Family::Ipv4Unicast;
  const NeighborFamily* settings = nullptr;
  const rib::RouteMapClause* clause = nullptr;
  std::string vrf = {};

  std::string neighbor_line(std::string_view rest) const {
    return "neighbor " + peer + " " + std::string(rest);
  }
};

/// Why a command that is written rightly cannot be done.
struct Refusal {
  std::string text;             // as the operator reads it: "% …"
  std::string_view about = {};  // the argument that is at fault, by its name; "": the last value, or word
  std::string word = {};        // which of its words, of `NAME...`

  Refusal(std::string why) : text(std::move(why)) {}
  Refusal(const char* why) : text(why) {}
  Refusal(std::string_view argument, std::string why, std::string which = {})
      : text(std::move(why)), about(argument), word(std::move(which)) {}
};
/// Nothing when it is done.
using Outcome = std::optional<Refusal>;
using Lines = std::vector<std::string>;

enum class Leave : std::uint8_t { No, Mode, Family, Vrf, Configure };

struct Command {
  std::string syntax;
  std::vector<std::string_view> help;  // one per token
  Scope scope = Scope::System;
  /// Absent: only the `no` form exists.
  std::function<Outcome(Target&, const Arguments&)> set;
  /// Absent: there is no `no` form.
  std::function<Outcome(Target&, const Arguments&)> unset = nullptr;
  /// Absent: another row writes it.
  std::function<void(const Source&, Lines&)> write = nullptr;
  std::string_view summary;  // one sentence for the reference page

  std::string no_syntax = {};              // where negated(syntax) is not what it should be
  std::optional<rib::Family> family = {};  // Scope::Family: only there
  std::optional<Mode> enters = {};         // a block follows
  Leave leaves = Leave::No;                // exit, end
  bool is_inert = false;                   // accepted and written back, without effect here
  std::vector<ListArgument> lists = {};    // which arguments name route maps and lists
  std::string_view warning = {};  // what to tell when it is configured: where it has no effect, and why
};

/// The modes in which the row may be typed.
std::vector<Mode> modes_of(const Command& command);

/// The rows, in the order in which running-config writes them.
std::span<const Command> all_commands();

std::vector<Command> system_commands();
std::vector<Command> debug_commands();  // in enable mode too, where they hold until the daemon ends
std::vector<Command> ip_route_commands();
std::vector<Command> bgp_commands();
std::vector<Command> bestpath_commands();
std::vector<Command> interface_commands();
std::vector<Command> link_commands();
std::vector<Command> confederation_commands();
std::vector<Command> graceful_restart_commands();  // of `router bgp`
std::vector<Command> neighbor_graceful_restart_commands();
std::vector<Command> neighbor_commands();
std::vector<Command> negotiation_commands();
std::vector<Command> address_family_commands();
std::vector<Command> neighbor_export_commands();  // part of the family's
std::vector<Command> neighbor_policy_commands();  // part of the family's
std::vector<Command> family_rule_commands();
std::vector<Command> local_route_commands();
std::vector<Command> import_commands();
std::vector<Command> access_list_commands(bool v4);
std::vector<Command> prefix_list_commands(bool v4);
std::vector<Command> as_path_list_commands();
std::vector<Command> community_list_commands();
std::vector<Command> route_map_commands();
std::vector<Command> kept_commands();  // FRR's and Quagga's, without effect here

/// "vrf NAME": the line that opens its block, and the block of its kept lines.
std::string vrf_line(const std::string& name);
/// "route-map NAME permit 10": the line that opens the clause, and the block of its kept lines.
std::string route_map_line(const std::string& name, rib::Sequence sequence, bool permit);

}  // namespace cli
