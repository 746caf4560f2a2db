// docs/cli.md, made from the rows of the shell.
#include <algorithm>
#include <set>

#include "cli/config/reference.hpp"
#include "cli/shell.hpp"

namespace cli {
namespace {

constexpr std::string_view kShellHead = R"(# The shell

<!-- Made from the shell's rows. Do not edit: see the end of this page. -->

`kulan`, or `vtysh`, speaks to kuland on its socket. `kulan -c COMMAND` may be repeated and ends with status 1 at the first error; lines from
a pipe or a file are typed in turn. In a terminal TAB completes and `?` lists what may follow; Ctrl-C drops the line, Ctrl-Z leaves configure.

- Every word may be shortened as long as it stays clear, except those marked below as whole.
- Capitals stand for values, `<a|b>` is one of, `[a]` may be left out.
- Behind every `show`: `json` where it is written, `| include REGEX` and its kin, and in a terminal `watch`: drawn again every second until a key.
- In configure `show …` and `do COMMAND` work as well. Who may only look has the commands of view mode.

The commands of `configure terminal` are in [configuration.md](configuration.md).
)";

constexpr std::string_view kShellTail = R"(
---
This page is refreshed with `KULAN_REFRESH_DOCS=1 ctest -R ShellReference` (or by running the `cli` unit tests with that variable set) in a
build folder.
)";

/// The help of the last keyword of the shortest form: what the command is there for.
std::string purpose_of(const Syntax& syntax) {
  struct Step {
    std::uint16_t token;
    std::string purpose;
  };
  std::vector<Step> steps;
  const auto reach = [&](std::uint16_t token, const std::string& before) {
    if (std::ranges::find(steps, token, &Step::token) != steps.end()) return;
    const auto& at = syntax.tokens[token];
    steps.push_back({token, at.is_keyword() ? at.help : before});
  };
  for (const auto token : syntax.first) reach(token, {});
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto [token, purpose] = steps[i];
    if (syntax.may_end[token]) return purpose;
    for (const auto next : syntax.next[token]) reach(next, purpose);
  }
  return {};
}

bool is_whole(const Syntax& syntax) {
  return std::ranges::any_of(syntax.tokens, [](const Token& token) { return token.is_whole; });
}

}  // namespace

std::string Shell::reference() const {
  const auto table = [](std::string_view title, std::string_view text, const auto& rows, const auto& wanted) {
    std::string out = "\n## " + std::string(title) + "\n\n" + std::string(text) + "\n\n";
    out += "| Command | What it does | Mode |\n|---|---|---|\n";
    std::set<std::string> lines;
    for (const auto& row : rows) {
      const auto syntax = parse_syntax(row.syntax, row.help);
      if (!wanted(row) || !syntax) continue;
      lines.insert("| `" + table_text(displayed(row.syntax)) + "` | " + table_text(purpose_of(*syntax)) +
                   (is_whole(*syntax) ? ". Typed whole" : "") + " | " + (row.changes ? "enable" : "view") +
                   " |\n");
    }
    for (const auto& line : lines) out += line;
    return out;
  };
  const auto shows = [](const Row& row) {
    return row.syntax.starts_with("show ") || row.syntax.starts_with("explain ");
  };
  return std::string(kShellHead) + table("Looking", "They change nothing.", rows_, shows) +
         table("Acting, and the shell itself", "Those of enable mode need the right to change things.", rows_,
               [&](const Row& row) { return !shows(row); }) +
         table("In `configure private`", "Beside the commands of the configuration.", candidate_rows_,
               [](const Row&) { return true; }) +
         std::string(kShellTail);
}

}  // namespace cli
