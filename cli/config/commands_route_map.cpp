// Rows of `route-map NAME permit|deny SEQ`: the clause itself, how it goes on, and what it calls.
#include <iterator>

#include "cli/config/command.hpp"
#include "cli/config/foreign_blocks.hpp"
#include "cli/config/policy_rows.hpp"
#include "cli/config/route_map_rows.hpp"

namespace cli {

namespace {

constexpr std::string_view kRouteMap = "Create route-map or enter route-map command mode",
                           kMapName = "Route map tag", kMapPermits = "Route map permits set operations",
                           kMapDenies = "Route map denies set operations",
                           kMapSequence = "Sequence to insert to/delete from existing route-map entry",
                           kOnMatch = "Exit policy on matches", kGoto = "Goto Clause number";

/// Kept lines of the clause go with it.
void forget_block(Config& config, const std::string& block) {
  std::erase_if(config.unknown_lines, [&](const Config::UnknownLine& line) { return line.block == block; });
}

Outcome open_clause(Target& t, const Arguments& a) {
  const auto name = a.text("name");
  const auto sequence = a.number_as<rib::Sequence>("sequence");
  auto& clause = t.config.policy.route_maps[name].clauses[sequence];
  if (clause.permit != is_permit(a)) {  // the clause stays, its kind changes
    const auto before = route_map_line(name, sequence, clause.permit);
    clause.permit = is_permit(a);
    for (auto& line : t.config.unknown_lines)
      if (line.block == before) line.block = route_map_line(name, sequence, clause.permit);
  }
  return {};
}

Outcome remove_clauses(Target& t, const Arguments& a) {
  auto& maps = t.config.policy.route_maps;
  auto* map = maps.find(a.text("name"));
  if (!map) return {};  // as in FRR, gone already
  const auto sequence = a.number_as<rib::Sequence>("sequence");
  for (const auto& [number, clause] : map->clauses)
    if (!a.has("sequence") || number == sequence)
      forget_block(t.config, route_map_line(a.text("name"), number, clause.permit));
  if (a.has("sequence")) map->clauses.erase(sequence);
  if (!a.has("sequence") || map->clauses.empty()) maps.erase(a.text("name"));
  return {};
}

Command description_row() {
  return clause_command({
      .syntax = "description LINE...$text",
      .help = {"Route-map comment", "Comment describing this route-map rule"},
      .set = [](RouteMapClause& clause, const Arguments& a) -> Outcome {
        clause.description = a.text("text");
        return {};
      },
      .unset = [](RouteMapClause& clause) { clause.description.clear(); },
      .write =
          [](const RouteMapClause& clause, Lines& lines) {
            if (!clause.description.empty()) lines.push_back("description " + clause.description);
          },
      .summary = "A text for people.",
      .no_syntax = "no description [LINE...$text]",
  });
}

Command call_row() {
  Command row = clause_command({
      .syntax = "call NAME$name",
      .help = {"Jump to another Route-Map after match+set", "Target route-map name"},
      .set = nullptr,
      .unset = [](RouteMapClause& clause) { clause.call.reset(); },
      .write =
          [](const RouteMapClause& clause, Lines& lines) {
            if (clause.call) lines.push_back("call " + *clause.call);
          },
      .summary = "When the clause holds, that route map is asked too; when it denies, the route is denied.",
      .no_syntax = "no call [NAME$name]",
  });
  row.lists = {{ListKind::RouteMap, "name"}};
  row.set = [](Target& t, const Arguments& a) -> Outcome {
    if (t.route_map == a.text("name")) return Refusal("name", "% A route-map cannot call itself");
    t.clause->call = a.text("name");
    return {};
  };
  return row;
}

Outcome go_on(Target& t, const Arguments& a) {
  const auto target = a.number_as<rib::Sequence>("target");
  if (a.has("target") && target <= t.sequence)
    return "% Can't jump backwards: the target must be greater than " + std::to_string(t.sequence);
  t.clause->on_match = target;
  return {};
}

std::vector<Command> exit_rows() {
  const auto row = [](std::string syntax, std::vector<std::string_view> help, std::string_view summary,
                      std::string no_syntax) {
    auto command = clause_command({.syntax = std::move(syntax),
                                   .help = std::move(help),
                                   .set = nullptr,
                                   .unset = [](RouteMapClause& clause) { clause.on_match.reset(); },
                                   .summary = summary,
                                   .no_syntax = std::move(no_syntax)});
    command.set = go_on;
    return command;
  };
  std::vector<Command> rows;
  rows.push_back(row("on-match next", {kOnMatch, "Next clause"},
                     "When the clause holds, its sets are done and the next clause is asked too.", ""));
  rows.back().write = [](const Source& s, Lines& lines) {
    if (s.clause->on_match == 0) lines.push_back("on-match next");
  };
  rows.push_back(row("on-match goto (1-65535)$target", {kOnMatch, kGoto, "Number"},
                     "Likewise, with this clause or the first one behind it.",
                     "no on-match goto [(1-65535)$target]"));
  rows.back().write = [](const Source& s, Lines& lines) {
    if (s.clause->on_match.value_or(0) > 0)
      lines.push_back("on-match goto " + std::to_string(*s.clause->on_match));
  };
  rows.push_back(
      row("continue [(1-65535)$target]", {"Continue on a different entry within the route-map", kGoto},
          "The same as `on-match`, as which it is written back.", "no continue [(1-65535)$target]"));
  return rows;
}

}  // namespace

std::string route_map_line(const std::string& name, rib::Sequence sequence, bool permit) {
  return "route-map " + name + " " + permit_or_deny(permit) + " " + std::to_string(sequence);
}

std::vector<Command> route_map_commands() {
  std::vector<Command> rows;
  rows.push_back({
      .syntax = "route-map NAME$name <permit|deny> (1-65535)$sequence",
      .help = {kRouteMap, kMapName, kMapPermits, kMapDenies, kMapSequence},
      .scope = Scope::System,
      .set = open_clause,
      .unset = remove_clauses,
      .summary = "A clause of a route map. The first clause whose matches all hold decides; none denies.",
      .no_syntax = "no route-map NAME$name [<permit|deny> (1-65535)$sequence]",
      .enters = Mode::RouteMap,
  });
  rows.push_back(description_row());
  for (auto& row : route_map_match_commands()) rows.push_back(std::move(row));
  for (auto& row : route_map_set_commands()) rows.push_back(std::move(row));
  rows.push_back(call_row());
  for (auto& row : exit_rows()) rows.push_back(std::move(row));
  return rows;
}

rib::PolicyDefinitions policy_in_force(const Config& config) {
  auto policy = config.policy;
  for (const auto& line : config.unknown_lines) {
    if (!starts_with_words(line.block, "route-map") || !starts_with_words(line.text, "match")) continue;
    for (const auto& [name, map] : config.policy.route_maps)
      for (const auto& [sequence, clause] : map.clauses)
        if (line.block == route_map_line(name, sequence, clause.permit))
          policy.route_maps[name].clauses[sequence].never_matches = true;
  }
  return policy;
}

}  // namespace cli
