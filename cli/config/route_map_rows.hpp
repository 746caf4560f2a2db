// What the rows inside `route-map NAME permit|deny SEQ` have in common. Each handles one member of the
// clause, and writes at most a few lines; the writer sorts them, as FRR does.
#pragma once

#include <functional>
#include <utility>

#include "cli/config/command.hpp"
#include "rib/policy/definitions.hpp"

namespace cli {

using rib::RouteMapClause;

struct ClauseRow {
  std::string syntax;
  std::vector<std::string_view> help;
  std::function<Outcome(RouteMapClause&, const Arguments&)> set;
  std::function<void(RouteMapClause&)> unset;
  std::function<void(const RouteMapClause&, Lines&)> write = nullptr;
  std::string_view summary;
  std::string no_syntax = {};
};

inline Command clause_command(ClauseRow row) {
  return {
      .syntax = std::move(row.syntax),
      .help = std::move(row.help),
      .scope = Scope::RouteMap,
      .set = [set = std::move(row.set)](Target& t, const Arguments& a) { return set(*t.clause, a); },
      .unset = [unset = std::move(row.unset)](Target& t, const Arguments&) -> Outcome {
        unset(*t.clause);
        return {};
      },
      .write = row.write ? [write = std::move(row.write)](const Source& s,
                                                          Lines& lines) { write(*s.clause, lines); }
                         : std::function<void(const Source&, Lines&)>{},
      .summary = row.summary,
      .no_syntax = std::move(row.no_syntax),
  };
}

/// A row for an optional member, found by `member(clause)`; `value` reads it from the line, `text` writes it
/// back behind the keywords.
template <typename Member, typename Value, typename Text>
Command clause_value(std::string keywords, std::string values, std::vector<std::string_view> help,
                     Member member, Value value, Text text, std::string_view summary) {
  return clause_command({
      .syntax = keywords + " " + values,
      .help = std::move(help),
      .set = [member, value](RouteMapClause& clause, const Arguments& a) -> Outcome {
        member(clause) = value(a);
        return {};
      },
      .unset = [member](RouteMapClause& clause) { member(clause).reset(); },
      .write =
          [member, text, keywords](const RouteMapClause& clause, Lines& lines) {
            if (const auto& stored = member(clause)) lines.push_back(keywords + " " + text(*stored));
          },
      .summary = summary,
      .no_syntax = "no " + keywords + " [" + values + "]",
  });
}

inline std::string same_text(const std::string& text) { return text; }
inline std::string number_text(std::uint64_t number) { return std::to_string(number); }
inline std::string origin_text(rib::Origin origin) {
  return origin == rib::Origin::Igp ? "igp" : origin == rib::Origin::Egp ? "egp" : "incomplete";
}
inline rib::Origin origin_of(const Arguments& a) {
  return a.has("igp") ? rib::Origin::Igp : a.has("egp") ? rib::Origin::Egp : rib::Origin::Incomplete;
}

std::vector<Command> route_map_match_commands();
std::vector<Command> route_map_set_commands();

}  // namespace cli
