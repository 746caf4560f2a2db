#include "cli/show/policy.hpp"

#include "cli/config/policy_text.hpp"
#include "cli/config/writer.hpp"

namespace cli::show {

namespace {

constexpr std::string_view kHead = "BGP:";

std::string permit_or_deny(bool permit) { return permit ? "permit" : "deny"; }
std::string_view ip_of(const PolicyQuery& query) { return query.v4 ? "ip" : "ipv6"; }
std::size_t index_of_family(const PolicyQuery& query) { return query.v4 ? 0 : 1; }

/// Each list that was asked for; false when one was named and is not there.
template <typename Lists, typename Visit>
bool for_each(const PolicyQuery& query, const Lists& lists, const Visit& visit) {
  bool is_found = query.name.empty();
  for (const auto& [name, list] : lists) {
    if (!query.name.empty() && name != query.name) continue;
    is_found = true;
    visit(name, list);
  }
  return is_found;
}

template <typename Lists, typename Render>
PolicyText all_text(const PolicyQuery& query, const Lists& lists, std::string head, const Render& render) {
  auto text = std::move(head);
  if (!for_each(query, lists, [&](const auto& name, const auto& list) { render(text, name, list); }))
    return std::nullopt;
  return text;
}

template <typename Lists, typename Render>
PolicyJson all_json(const PolicyQuery& query, const Lists& lists, const Render& render) {
  auto all = Json::object();
  if (!for_each(query, lists, [&](const auto& name, const auto& list) { all[name] = render(list); }))
    return std::nullopt;
  return all;
}

// --- route maps

/// The lines of a clause that begin with a word, without it.
std::vector<std::string> lines_with(const std::vector<std::string>& lines, std::string_view word) {
  std::vector<std::string> found;
  for (const auto& line : lines)
    if (line.starts_with(word) && line.size() > word.size() && line[word.size()] == ' ')
      found.push_back(line.substr(word.size() + 1));
  return found;
}

std::string action_of(const rib::RouteMapClause& clause) {
  if (!clause.on_match) return "Exit routemap";
  return *clause.on_match == 0 ? "Continue to next entry" : "Goto " + std::to_string(*clause.on_match);
}

void add_clause(std::string& text, const std::vector<std::string>& lines, rib::Sequence sequence,
                const rib::RouteMapClause& clause) {
  text += " " + permit_or_deny(clause.permit) + ", sequence " + std::to_string(sequence) + "\n";
  if (!clause.description.empty()) text += "  Description:\n    " + clause.description + "\n";
  for (const auto& [title, word] : {std::pair{"Match", "match"}, std::pair{"Set", "set"}}) {
    text += std::string("  ") + title + " clauses:\n";
    for (const auto& line : lines_with(lines, word)) text += "    " + line + "\n";
  }
  text += "  Call clause:\n";
  if (clause.call) text += "    Call " + *clause.call + "\n";
  text += "  Action:\n    " + action_of(clause) + "\n";
}

Json clause_json(const std::vector<std::string>& lines, rib::Sequence sequence,
                 const rib::RouteMapClause& clause) {
  Json json{{"sequenceNumber", sequence}, {"type", permit_or_deny(clause.permit)}};
  if (!clause.description.empty()) json["description"] = clause.description;
  json["matchClauses"] = lines_with(lines, "match");
  json["setClauses"] = lines_with(lines, "set");
  if (clause.call) json["callClause"] = *clause.call;
  json["action"] = action_of(clause);
  return json;
}

// --- access lists

using Form = rib::AccessRule::Form;

std::string_view kind_of(const rib::AccessList& list) {
  for (const auto& [sequence, rule] : list.rules) {
    if (rule.form == Form::Standard) return "Standard";
    if (rule.form == Form::Extended) return "Extended";
  }
  return "Zebra";
}

std::string shown(const rib::AccessRule& rule) {
  if (rule.form == Form::Standard && !rule.source.wildcard.is_unspecified())
    return rule.source.address.to_string() + ", wildcard bits " + rule.source.wildcard.to_string();
  return to_text(rule);
}

Json rule_json(rib::Sequence sequence, const rib::AccessRule& rule, bool v4) {
  Json json{{"sequenceNumber", sequence}, {"filterType", permit_or_deny(rule.permit)}};
  switch (rule.form) {
    case Form::Any:
      json["prefix"] = v4 ? "0.0.0.0/0" : "::/0";
      json["exact-match"] = false;
      break;
    case Form::Prefix:
      json["prefix"] = rule.prefix.to_string();
      json["exact-match"] = rule.exact;
      break;
    case Form::Standard:
      json["address"] = rule.source.address.to_string();
      json["mask"] = rule.source.wildcard.to_string();
      break;
    case Form::Extended:
      json["extended"] = true;
      json["sourceAddress"] = rule.source.address.to_string();
      json["sourceMask"] = rule.source.wildcard.to_string();
      json["destinationAddress"] = rule.destination.address.to_string();
      json["destinationMask"] = rule.destination.wildcard.to_string();
      break;
  }
  return json;
}

// --- communities

struct Titles {
  std::string_view standard_number, expanded_number, named;
};
constexpr Titles kCommunity{"Community standard list ", "Community (expanded) access list ",
                            "Named Community "};
constexpr Titles kLarge{"Large community standard list ", "Large community expanded list ",
                        "Named large community "};
constexpr Titles kExtended{"Extended community standard list ", "Extended community (expanded) access list ",
                           "Named extended community "};

template <typename Lists>
PolicyText communities_text(const PolicyQuery& query, const Lists& lists, const Titles& titles) {
  return all_text(query, lists, "", [&](std::string& text, const std::string& name, const auto& list) {
    if (is_numbered_list(name, list.is_expanded))
      text += list.is_expanded ? titles.expanded_number : titles.standard_number;
    else
      text += std::string(titles.named) + (list.is_expanded ? "expanded list " : "standard list ");
    text += name + "\n";
    for (const auto& [sequence, rule] : list.rules)
      text += "    " + permit_or_deny(rule.permit) + " " + to_text(rule, list.is_expanded) + "\n";
  });
}

template <typename Lists>
PolicyJson communities_json(const PolicyQuery& query, const Lists& lists) {
  return all_json(query, lists, [](const auto& list) {
    auto rules = Json::array();
    for (const auto& [sequence, rule] : list.rules)
      rules.push_back({{"sequenceNumber", sequence},
                       {"type", permit_or_deny(rule.permit)},
                       {list.is_expanded ? "regExp" : "communities", to_text(rule, list.is_expanded)}});
    return Json{{"style", list.is_expanded ? "expanded" : "standard"}, {"entries", std::move(rules)}};
  });
}

}  // namespace

PolicyText route_maps_text(const PolicyQuery& query) {
  return all_text(query, query.config.policy.route_maps, std::string(kHead) + "\n",
                  [&](std::string& text, const std::string& name, const rib::RouteMap& map) {
                    text += "route-map: " + name + "\n";
                    for (const auto& [sequence, clause] : map.clauses)
                      add_clause(text, written_clause(query.config, name, sequence), sequence, clause);
                  });
}

PolicyJson route_maps_json(const PolicyQuery& query) {
  auto all = Json::object();
  const bool is_found =
      for_each(query, query.config.policy.route_maps, [&](const auto& name, const auto& map) {
        auto rules = Json::array();
        for (const auto& [sequence, clause] : map.clauses)
          rules.push_back(clause_json(written_clause(query.config, name, sequence), sequence, clause));
        all[name] = {{"rules", std::move(rules)}};
      });
  if (!is_found) return std::nullopt;
  return Json{{"BGP", std::move(all)}};
}

PolicyText prefix_lists_text(const PolicyQuery& query) {
  return all_text(query, query.config.policy.prefix_lists[index_of_family(query)], "",
                  [&](std::string& text, const std::string& name, const rib::PrefixList& list) {
                    text += std::string(kHead) + " " + std::string(ip_of(query)) + " prefix-list " + name +
                            ": " + std::to_string(list.rules.size()) + " entries\n";
                    if (!list.description.empty()) text += "   Description: " + list.description + "\n";
                    for (const auto& [sequence, rule] : list.rules)
                      text += "   seq " + std::to_string(sequence) + " " + permit_or_deny(rule.permit) + " " +
                              to_text(rule) + "\n";
                  });
}

PolicyJson prefix_lists_json(const PolicyQuery& query) {
  auto all = all_json(query, query.config.policy.prefix_lists[index_of_family(query)],
                      [&](const rib::PrefixList& list) {
                        Json json{{"addressFamily", query.v4 ? "IPv4" : "IPv6"}};
                        auto entries = Json::array();
                        for (const auto& [sequence, rule] : list.rules) {
                          Json entry{{"sequenceNumber", sequence},
                                     {"type", permit_or_deny(rule.permit)},
                                     {"prefix", rule.prefix.to_string()}};
                          if (rule.ge) entry["minimumPrefixLength"] = *rule.ge;
                          if (rule.le) entry["maximumPrefixLength"] = *rule.le;
                          entries.push_back(std::move(entry));
                        }
                        json["entries"] = std::move(entries);
                        if (!list.description.empty()) json["description"] = list.description;
                        return json;
                      });
  if (!all) return std::nullopt;
  return Json{{"BGP", *std::move(all)}};
}

PolicyText access_lists_text(const PolicyQuery& query) {
  return all_text(query, query.config.policy.access_lists[index_of_family(query)], std::string(kHead) + "\n",
                  [&](std::string& text, const std::string& name, const rib::AccessList& list) {
                    text += std::string(kind_of(list)) + (query.v4 ? " IP" : " IPv6") + " access list " +
                            name + "\n";
                    for (const auto& [sequence, rule] : list.rules)
                      text += "    seq " + std::to_string(sequence) + " " + permit_or_deny(rule.permit) +
                              " " + shown(rule) + "\n";
                  });
}

PolicyJson access_lists_json(const PolicyQuery& query) {
  auto all = all_json(query, query.config.policy.access_lists[index_of_family(query)],
                      [&](const rib::AccessList& list) {
                        auto rules = Json::array();
                        for (const auto& [sequence, rule] : list.rules)
                          rules.push_back(rule_json(sequence, rule, query.v4));
                        return Json{{"type", kind_of(list)},
                                    {"addressFamily", query.v4 ? "IPv4" : "IPv6"},
                                    {"rules", std::move(rules)}};
                      });
  if (!all) return std::nullopt;
  return Json{{"BGP", *std::move(all)}};
}

PolicyText as_path_lists_text(const PolicyQuery& query) {
  return all_text(query, query.config.policy.as_path_lists, "",
                  [](std::string& text, const std::string& name, const rib::AsPathList& list) {
                    text += "AS path access list " + name + "\n";
                    for (const auto& [sequence, rule] : list.rules)
                      text += "    " + permit_or_deny(rule.permit) + " " + rule.expression + "\n";
                  });
}

PolicyJson as_path_lists_json(const PolicyQuery& query) {
  return all_json(query, query.config.policy.as_path_lists, [](const rib::AsPathList& list) {
    auto rules = Json::array();
    for (const auto& [sequence, rule] : list.rules)
      rules.push_back(
          {{"sequenceNumber", sequence}, {"type", permit_or_deny(rule.permit)}, {"regExp", rule.expression}});
    return rules;
  });
}

PolicyText community_lists_text(const PolicyQuery& query) {
  return communities_text(query, query.config.policy.community_lists, kCommunity);
}
PolicyJson community_lists_json(const PolicyQuery& query) {
  return communities_json(query, query.config.policy.community_lists);
}
PolicyText large_community_lists_text(const PolicyQuery& query) {
  return communities_text(query, query.config.policy.large_community_lists, kLarge);
}
PolicyJson large_community_lists_json(const PolicyQuery& query) {
  return communities_json(query, query.config.policy.large_community_lists);
}
PolicyText extended_community_lists_text(const PolicyQuery& query) {
  return communities_text(query, query.config.policy.extended_community_lists, kExtended);
}
PolicyJson extended_community_lists_json(const PolicyQuery& query) {
  return communities_json(query, query.config.policy.extended_community_lists);
}

}  // namespace cli::show
