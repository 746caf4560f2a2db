// Rows of `set community` and its kin in route maps.
#include <algorithm>

#include "cli/config/policy_text.hpp"
#include "cli/config/route_map_set_rows.hpp"

namespace cli {

namespace {

/// `set community`, `set large-community`.
template <typename Value>
Command community_row(std::string keywords, std::string token, std::vector<std::string_view> help,
                      std::optional<rib::CommunitySet<Value>> Set::*member,
                      std::optional<Value> (*parse)(std::string_view), std::string_view summary) {
  return clause_command({
      .syntax = keywords + " " + token + "...$value [additive]",
      .help = std::move(help),
      .set = [=](RouteMapClause& clause, const Arguments& a) -> Outcome {
        rib::CommunitySet<Value> made;
        made.additive = a.has("additive");
        for (const auto& word : a.texts("value")) {
          const auto value = parse(word);
          if (!value) return Refusal("value", "% Malformed communities attribute '" + word + "'", word);
          made.values.push_back(*value);
        }
        std::ranges::sort(made.values);
        const auto same = std::ranges::unique(made.values);
        made.values.erase(same.begin(), same.end());
        clause.set.*member = std::move(made);
        return {};
      },
      .unset = [member](RouteMapClause& clause) { (clause.set.*member).reset(); },
      .write =
          [=](const RouteMapClause& clause, Lines& lines) {
            const auto& set = clause.set.*member;
            if (!set) return;
            auto line = keywords;
            line += " " + (set->values.empty() ? "none" : to_text(set->values));
            lines.push_back(line + (set->additive ? " additive" : ""));
          },
      .summary = summary,
      .no_syntax = "no " + keywords + " [" + token + "...$value] [additive]",
  });
}

template <typename Value>
Command no_community_row(std::string keywords, std::vector<std::string_view> help,
                         std::optional<rib::CommunitySet<Value>> Set::*member, std::string_view summary) {
  return clause_command({
      .syntax = keywords + " none",
      .help = std::move(help),
      .set = [member](RouteMapClause& clause, const Arguments&) -> Outcome {
        (clause.set.*member).emplace();
        return {};
      },
      .unset = [member](RouteMapClause& clause) { (clause.set.*member).reset(); },
      .summary = summary,
  });
}

template <std::optional<std::string> Set::*member>
Command delete_row(std::string word, std::vector<std::string_view> help, std::string_view summary) {
  auto row = clause_value(
      "set " + word, "NAME$name delete", std::move(help), in_set<member>(),
      [](const Arguments& a) { return a.text("name"); },
      [](const std::string& name) { return name + " delete"; }, summary);
  return row;
}

template <std::vector<rib::ExtendedCommunity> Set::*member>
Command extended_row(const std::string& word, rib::ExtendedCommunityKind kind, std::string_view help,
                     std::string_view summary) {
  const std::string keywords = "set extcommunity " + word;
  return clause_command({
      .syntax = keywords + " AA:NN...$value",
      .help = {kSet, "BGP extended community attribute", help, "AS:NN or A.B.C.D:NN"},
      .set = [kind](RouteMapClause& clause, const Arguments& a) -> Outcome {
        std::vector<rib::ExtendedCommunity> values;
        for (const auto& text : a.texts("value")) {
          const auto value = rib::parse_extended_community(kind, text);
          if (!value) return std::string(kMalformed);
          values.push_back(*value);
        }
        std::ranges::sort(values);
        const auto same = std::ranges::unique(values);
        values.erase(same.begin(), same.end());
        clause.set.*member = std::move(values);
        return {};
      },
      .unset = [](RouteMapClause& clause) { (clause.set.*member).clear(); },
      .write =
          [keywords](const RouteMapClause& clause, Lines& lines) {
            auto line = keywords;
            for (const auto& value : clause.set.*member)
              line += rib::configured_text(value).substr(rib::configured_text(value).find(' '));
            if (line != keywords) lines.push_back(std::move(line));
          },
      .summary = summary,
      .no_syntax = "no " + keywords + " [AA:NN...$value]",
  });
}

Command bandwidth_row() {
  return clause_value(
      "set extcommunity bandwidth", "(1-25600)$megabits [non-transitive]",
      {kSet, "BGP extended community attribute", "Link bandwidth extended community",
       "Bandwidth value in Mbps", "Attribute is set as non-transitive"},
      in_set<&Set::bandwidth>(),
      [](const Arguments& a) {
        return rib::LinkBandwidth{a.number_as<std::uint32_t>("megabits"), a.has("non-transitive")};
      },
      [](const rib::LinkBandwidth& bandwidth) {
        return std::to_string(bandwidth.megabits) + (bandwidth.non_transitive ? " non-transitive" : "");
      },
      "Adds a link bandwidth, in place of one that is there.");
}

}  // namespace

std::vector<Command> route_map_set_community_commands() {
  std::vector<Command> rows;
  rows.push_back(delete_row<&Set::delete_communities>(
      "comm-list",
      {kSet, "Set BGP community list (for deletion)", "Community-list name", "Delete matching communities"},
      "Takes away every community that the list permits."));
  rows.back().lists = {{ListKind::CommunityList, "name"}};
  rows.push_back(community_row<rib::Community>(
      "set community", "AA:NN",
      {kSet, "BGP community attribute", "Community number in AA:NN format or well-known name",
       "Add to the existing community"},
      &Set::communities, rib::parse_community,
      "Sets the communities, with `additive` beside those that are there."));
  rows.push_back(no_community_row<rib::Community>("set community",
                                                  {kSet, "BGP community attribute", "No community attribute"},
                                                  &Set::communities, "Takes all communities away."));
  rows.push_back(delete_row<&Set::delete_large_communities>(
      "large-comm-list",
      {kSet, "Set BGP large community list (for deletion)", "Large community-list name",
       "Delete matching large communities"},
      "Takes away every large community that the list permits."));
  rows.back().lists = {{ListKind::LargeCommunityList, "name"}};
  rows.push_back(community_row<rib::LargeCommunity>(
      "set large-community", "AA:BB:CC",
      {kSet, "BGP large community attribute", "Large community in AA:BB:CC format",
       "Add to the existing large community"},
      &Set::large_communities, rib::parse_large_community,
      "Sets the large communities, with `additive` beside those that are there."));
  rows.push_back(no_community_row<rib::LargeCommunity>(
      "set large-community", {kSet, "BGP large community attribute", "No large community attribute"},
      &Set::large_communities, "Takes all large communities away."));
  rows.push_back(extended_row<&Set::route_targets>("rt", rib::ExtendedCommunityKind::RouteTarget,
                                                   "Route Target extended community",
                                                   "Adds route targets (RFC 4360 §4)."));
  rows.push_back(extended_row<&Set::route_origins>("soo", rib::ExtendedCommunityKind::RouteOrigin,
                                                   "Site-of-Origin extended community",
                                                   "Adds route origins (RFC 4360 §5)."));
  rows.push_back(bandwidth_row());
  rows.push_back(inert_row("set extcommunity bandwidth <cumulative|num-multipaths> [non-transitive]",
                           {kSet, "BGP extended community attribute", "Link bandwidth extended community",
                            "Cumulative bandwidth of all multipaths", "Number of multipaths",
                            "Attribute is set as non-transitive"},
                           "Only a bandwidth that is written down is sent."));
  rows.push_back(switch_row<&Set::no_extended_communities>(
      "set extcommunity none", {kSet, "BGP extended community attribute", "No extended community attribute"},
      "Takes the extended communities away that the route came with."));
  return rows;
}

}  // namespace cli
