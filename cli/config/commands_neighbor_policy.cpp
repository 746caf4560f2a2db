// Rows of `neighbor X route-map|prefix-list|filter-list|distribute-list NAME in|out`: what stands between us
// and a neighbor in one family and direction.
#include "cli/config/command.hpp"
#include "cli/config/neighbor_rows.hpp"

namespace cli {

namespace {

NeighborPolicy& policy_of(NeighborFamily& settings, const Arguments& a) {
  return a.has("out") ? settings.policy_out : settings.policy_in;
}

template <std::optional<std::string> NeighborPolicy::*member>
Command policy_name(const std::string& keyword, std::string_view help, std::string_view name_help,
                    std::string_view summary, ListKind kind) {
  return {.syntax = "neighbor PEER$peer " + keyword + " NAME$name <in|out>",
          .help = neighbor_help({help, name_help, "Filter incoming updates", "Filter outgoing updates"}),
          .scope = Scope::NeighborFamily,
          .set = [](Target& t, const Arguments& a) -> Outcome {
            policy_of(*t.settings, a).*member = a.text("name");
            return {};
          },
          // As in FRR, a member of a group then has the group's again.
          .unset = [](Target& t, const Arguments& a) -> Outcome {
            (policy_of(*t.settings, a).*member).reset();
            return {};
          },
          .write =
              [keyword](const Source& s, Lines& lines) {
                for (const bool in : {true, false})
                  if (const auto& name = (in ? s.settings->policy_in : s.settings->policy_out).*member)
                    lines.push_back(s.neighbor_line(keyword + " " + *name + (in ? " in" : " out")));
              },
          .summary = summary,
          .no_syntax = "no neighbor PEER$peer " + keyword + " NAME$name <in|out>",
          .lists = {{kind, "name"}}};
}

/// FRR has either a prefix list or a distribute list in one direction.
template <std::optional<std::string> NeighborPolicy::*other>
void exclude(Command& row) {
  row.set = [set = row.set](Target& t, const Arguments& a) -> Outcome {
    if (policy_of(*t.settings, a).*other) return "% Prefix/distribute list can not co-exist";
    return set(t, a);
  };
}

Command unsuppress_map() {
  return {
      .syntax = "neighbor PEER$peer unsuppress-map NAME$name",
      .help = neighbor_help({"Route-map to selectively unsuppress suppressed routes", "Name of route map"}),
      .scope = Scope::NeighborFamily,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        t.settings->unsuppress_map = a.text("name");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.settings->unsuppress_map.reset();
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (const auto& name = s.settings->unsuppress_map)
              lines.push_back(s.neighbor_line("unsuppress-map " + *name));
          },
      .summary =
          "Of the routes that an aggregate stands for (`summary-only`, `suppress-map`) those that this route "
          "map permits are sent nevertheless, as it sets them; `route-map … out` is not asked about them.",
      .no_syntax = "no neighbor PEER$peer unsuppress-map [NAME$name]",
      .lists = {{ListKind::RouteMap, "name"}}};
}

}  // namespace

std::vector<Command> neighbor_policy_commands() {
  std::vector<Command> rows;
  rows.push_back(policy_name<&NeighborPolicy::distribute_list>(
      "distribute-list", "Filter updates to/from this neighbor", "Name or number of an access list",
      "Only prefixes that the access list permits pass.", ListKind::AccessList));
  exclude<&NeighborPolicy::prefix_list>(rows.back());
  rows.push_back(policy_name<&NeighborPolicy::prefix_list>(
      "prefix-list", "Filter updates to/from this neighbor", "Name of a prefix list",
      "Only prefixes that the prefix list permits pass.", ListKind::PrefixList));
  exclude<&NeighborPolicy::distribute_list>(rows.back());
  rows.push_back(policy_name<&NeighborPolicy::route_map>(
      "route-map", "Apply route map to neighbor", "Name of route map",
      "Only routes that the route map permits pass, with what it sets. Without a policy an external neighbor "
      "exchanges no routes (RFC 8212).",
      ListKind::RouteMap));
  rows.push_back(policy_name<&NeighborPolicy::filter_list>(
      "filter-list", "Establish BGP filters", "AS path access-list name",
      "Only routes whose AS path the list permits pass.", ListKind::AsPathList));
  rows.push_back(unsuppress_map());
  return rows;
}

}  // namespace cli
