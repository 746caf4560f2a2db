// What the rows of `set …` in route maps have in common.
#pragma once

#include <utility>

#include "cli/config/route_map_rows.hpp"

namespace cli {

using Set = RouteMapClause::Set;

inline constexpr std::string_view kSet = "Set values in destination routing protocol";
inline constexpr std::string_view kMalformed = "% [BGP] Argument form is unsupported or malformed.";

template <auto member>
auto in_set() {
  return [](auto& clause) -> auto& { return clause.set.*member; };
}

/// A switch of the clause.
template <bool Set::*member>
Command switch_row(std::string keywords, std::vector<std::string_view> help, std::string_view summary) {
  return clause_command({
      .syntax = keywords,
      .help = std::move(help),
      .set = [](RouteMapClause& clause, const Arguments&) -> Outcome {
        clause.set.*member = true;
        return {};
      },
      .unset = [](RouteMapClause& clause) { clause.set.*member = false; },
      .write =
          [keywords](const RouteMapClause& clause, Lines& lines) {
            if (clause.set.*member) lines.push_back(keywords);
          },
      .summary = summary,
  });
}

inline Command inert_row(std::string syntax, std::vector<std::string_view> help, std::string_view summary) {
  return {.syntax = std::move(syntax),
          .help = std::move(help),
          .scope = Scope::RouteMap,
          .set = {},
          .summary = summary,
          .is_inert = true,
          .warning = summary};
}

std::vector<Command> route_map_set_community_commands();

}  // namespace cli
