#include "cli/config/reference.hpp"

#include "cli/command/syntax.hpp"
#include "cli/config/edit.hpp"
#include "cli/config/writer.hpp"

namespace cli {

namespace {

constexpr std::string_view kConfigurationHead = R"(# Configuration

<!-- Made from the rows in cli/config. Do not edit: see the end of this page. -->

The file is `/etc/kulan/kulan.conf`, in the language of FRR and Quagga. The same commands are typed after
`configure terminal` in the shell and act at once; `write memory` writes them to the file.

- One command per line; indentation does not matter. Lines that begin with `!` or `#` are comments.
- Every word may be shortened as long as it stays clear. `no` before a command takes it back.
- A line that only an outer mode knows leaves the inner modes by itself.
- Files of FRR and Quagga are read as they are. What kulan does not have is kept with its block, warned about once
  and written back; it has no effect. A known command with a value that cannot be is an error: `kuland --check
  --config FILE` shows all of them with line and place. The daemon starts without such a line and logs the error,
  unless the line is to keep something back (a policy, a list, a limit, a password, `shutdown`, the table that routes
  are written to): then it does not start. A reload of a file with errors changes nothing.
- Below, capitals stand for values: `ASNUM` an AS number (plain or as-dot), `A.B.C.D` and `X:X::X:X` addresses,
  `A.B.C.D/M` and `X:X::X:X/M` prefixes, `PEER` a neighbor's address or a peer group, `(1-10)` a number,
  `WORD...` one or more words, `LINE...` the rest of the line; `<a|b>` is one of, `[a]` may be left out. `LEVEL` is `trace`,
  `debug`, `info`, `warning`, `error`, `critical` or `off`; FRR's words for levels are understood as well.

## Without a file

A node without a file is a member of the managed mesh. This is its configuration, as `show running-config` shows it;
a file with these lines behaves the same:

```
)";

constexpr std::string_view kConfigurationTail = R"(
---
This page is refreshed with `KULAN_REFRESH_DOCS=1 ctest -R ConfigurationReference` (or by running the `cli` unit tests
with that variable set) in a build folder.
)";

struct Section {
  std::string_view title, text;
  Mode mode;
  std::vector<Scope> scopes;
};

/// The rows of a section: those of its scopes.
bool is_in(const Section& section, const Command& command) {
  if (command.leaves != Leave::No) return false;
  for (const auto scope : section.scopes)
    if (scope == command.scope) return true;
  return false;
}

/// The many words of a log level, once.
std::string shortened(std::string text) {
  const auto start = text.find("<trace|");
  if (start == std::string::npos) return text;
  return text.replace(start, text.find('>', start) + 1 - start, "LEVEL");
}

/// Typing the command changes nothing: it says what holds without it.
bool is_default(const Command& command) {
  if (command.scope != Scope::System && command.scope != Scope::Bgp) return false;
  if (command.enters || command.is_inert || displayed(command.syntax) != command.syntax) return false;
  Config config;
  config.bgp.emplace().as = 1;
  const auto before = config;
  const Context context = command.scope == Scope::Bgp ? Context{"router bgp 1"} : Context{};
  return edit(config, context, command.syntax).status == EditStatus::Done && config == before;
}

std::string row_text(const Command& command) {
  std::string text = "| ";
  const auto no = no_form(command);
  const bool only_no = !command.set && !command.is_inert;
  text += "`" + table_text(shortened(displayed(only_no ? no : command.syntax))) + "`";
  text += " | " + table_text(std::string(command.summary));
  if (is_default(command)) text += " This is the default.";
  if (command.is_inert) text += " Accepted and written back, without effect.";
  text += " | ";
  if (!no.empty() && !only_no) text += "`" + table_text(shortened(displayed(no))) + "`";
  return text + " |\n";
}

}  // namespace

std::string table_text(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, 1, '\\');
  return text;
}

std::string configuration_reference() {
  const Section sections[] = {
      {"System", "Typed in configure mode.", Mode::Config, {Scope::System}},
      {"router bgp", "The instance; typed in `router bgp`.", Mode::RouterBgp, {Scope::Bgp}},
      {"neighbor",
       "Typed in `router bgp`. What a member of a peer group does not say it takes from the group.",
       Mode::RouterBgp,
       {Scope::Peer, Scope::Neighbor}},
      {"address-family",
       "Typed in `address-family ipv4 unicast` or `address-family ipv6 unicast`. Directly under `router "
       "bgp`, as in "
       "Quagga's files, they mean IPv4 unicast.",
       Mode::AddressFamilyIpv4,
       {Scope::Family, Scope::NeighborFamily}},
      {"Lists",
       "Typed in configure mode. Rules stand under sequence numbers; without one a rule comes last. Of a "
       "whole list, "
       "`no` and its name take back all.",
       Mode::Config,
       {Scope::Policy}},
      {"route-map",
       "Typed in `route-map NAME permit|deny SEQ`. All matches of a clause must hold; a list that is not "
       "defined "
       "never holds.",
       Mode::RouteMap,
       {Scope::RouteMap}},
      {"vrf",
       "Typed in `vrf NAME`, as FRR writes them; left by `exit-vrf`. The same lines may be typed in "
       "configure mode "
       "with `vrf NAME` behind them.",
       Mode::Vrf,
       {Scope::Vrf}},
  };
  std::string text(kConfigurationHead);
  text += write_config(built_in_config()) + "```\n";
  for (const auto& section : sections) {
    text += "\n## " + std::string(section.title) + "\n\n" + std::string(section.text) + "\n\n";
    text += "| Command | What it does | Taken back by |\n|---|---|---|\n";
    for (const auto& command : all_commands())
      if (is_in(section, command)) text += row_text(command);
  }
  text += "\n## Between the modes\n\n| Command | What it does |\n|---|---|\n";
  for (const auto& command : all_commands())
    if (command.leaves != Leave::No)
      text += "| `" + command.syntax + "` | " + std::string(command.summary) + " |\n";
  return text + std::string(kConfigurationTail);
}

}  // namespace cli
