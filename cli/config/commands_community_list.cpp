// Rows of `bgp as-path access-list`, `bgp community-list`, `bgp large-community-list` and `bgp
// extcommunity-list`, with Quagga's spelling (`ip …`).
#include <string>

#include "cli/command/words.hpp"
#include "cli/config/command.hpp"
#include "cli/config/help_words.hpp"
#include "cli/config/policy_rows.hpp"
#include "cli/config/policy_text.hpp"
#include "rib/policy/expression.hpp"

namespace cli {

namespace {

constexpr std::string_view kSequenceWord = "Sequence number of an entry", kPermit = "Specify what to accept",
                           kDeny = "Specify what to reject", kExpression = "A regular expression";
constexpr std::string_view kRule = " [seq (1-4294967295)$sequence] <permit|deny> ";

// --- AS paths

/// What FRR lets stand in an expression over AS paths.
constexpr std::string_view kAsPathCharacters = "1234567890_^|[,{}() ]$*+.?-\\";

Outcome set_as_path_rule(Target& t, const Arguments& a) {
  const auto expression = a.text("expression");
  if (expression.find_first_not_of(kAsPathCharacters) != std::string::npos)
    return "% Invalid character in as-path access-list " + expression;
  if (const auto compiled = rib::Expression::compile(expression); !compiled)
    return "% can't compile regexp " + expression + ": " + compiled.error();
  return add_rule(t.config.policy.as_path_lists[a.text("name")].rules, a,
                  rib::AsPathRule{is_permit(a), expression}, Numbering::MultipleOfFive);
}

Outcome unset_as_path_rule(Target& t, const Arguments& a) {
  auto& lists = t.config.policy.as_path_lists;
  const auto list = lists.find(a.text("name"));
  if (list == lists.end()) return "bgp as-path access-list " + a.text("name") + " doesn't exist";
  if (names_a_rule(a)) {
    if (!remove_rule(list->second.rules, a, rib::AsPathRule{is_permit(a), a.text("expression")}))
      return "% bgp as-path access-list " + a.text("name") + " has no such rule";
    if (!list->second.rules.empty()) return {};
  }
  lists.erase(list);
  return {};
}

std::vector<Command> as_path_list_rows() {
  std::vector<Command> rows;
  for (const bool is_quagga : {false, true}) {
    const std::string head = (is_quagga ? "ip" : "bgp") + std::string(" as-path access-list NAME$name");
    rows.push_back({
        .syntax = head + std::string(kRule) + "LINE...$expression",
        .help = {is_quagga ? kIp : kBgp, "BGP autonomous system path filter", "Specify an access list name",
                 "Regular expression access list name", kSequenceWord, kSequence, kPermit, kDeny,
                 kExpression},
        .scope = Scope::Policy,
        .set = set_as_path_rule,
        .unset = unset_as_path_rule,
        .summary =
            is_quagga ? "Quagga's way to write `bgp as-path access-list`."
                      : "A rule over AS paths: a regular expression over the path as it is shown; `_` is the "
                        "beginning, the end, or what stands between two numbers.",
        .no_syntax = "no " + head + " [seq (1-4294967295)$sequence] [<permit|deny> LINE...$expression]",
    });
  }
  rows.front().write = [](const Source& s, Lines& lines) {
    for (const auto& [name, list] : s.config.policy.as_path_lists)
      for (const auto& [sequence, rule] : list.rules)
        lines.push_back(rule_head("bgp as-path access-list " + name, sequence, rule.permit) +
                        rule.expression);
  };
  return rows;
}

// --- communities

struct Standard {
  using Value = rib::Community;
  static constexpr std::string_view kWord = "community-list", kValue = "AA:NN",
                                    kHelp = "Add a community list entry",
                                    kValueHelp = "Community number or well-known name";
  static auto& lists(rib::PolicyDefinitions& policy) { return policy.community_lists; }
  static auto& lists(const rib::PolicyDefinitions& policy) { return policy.community_lists; }
  static std::optional<std::vector<Value>> parse(const std::vector<std::string>& words) {
    std::vector<Value> values;
    for (const auto& word : words) {
      const auto value = rib::parse_community(word);
      if (!value) return std::nullopt;
      values.push_back(*value);
    }
    return values;
  }
};

struct Large {
  using Value = rib::LargeCommunity;
  static constexpr std::string_view kWord = "large-community-list", kValue = "AA:BB:CC",
                                    kHelp = "Add a large community list entry",
                                    kValueHelp = "Large community, RFC 8092";
  static auto& lists(rib::PolicyDefinitions& policy) { return policy.large_community_lists; }
  static auto& lists(const rib::PolicyDefinitions& policy) { return policy.large_community_lists; }
  static std::optional<std::vector<Value>> parse(const std::vector<std::string>& words) {
    std::vector<Value> values;
    for (const auto& word : words) {
      const auto value = rib::parse_large_community(word);
      if (!value) return std::nullopt;
      values.push_back(*value);
    }
    return values;
  }
};

struct Extended {
  using Value = rib::ExtendedCommunity;
  static constexpr std::string_view kWord = "extcommunity-list", kValue = "EXTCOMMUNITY",
                                    kHelp = "Add an extended community list entry",
                                    kValueHelp = "\"rt AS:NN\" or \"soo AS:NN\"";
  static auto& lists(rib::PolicyDefinitions& policy) { return policy.extended_community_lists; }
  static auto& lists(const rib::PolicyDefinitions& policy) { return policy.extended_community_lists; }
  static std::optional<std::vector<Value>> parse(const std::vector<std::string>& words) {
    std::vector<Value> values;
    std::optional<rib::ExtendedCommunityKind> kind;
    for (const auto& word : words) {
      if (word == "rt" || word == "soo") {
        kind =
            word == "rt" ? rib::ExtendedCommunityKind::RouteTarget : rib::ExtendedCommunityKind::RouteOrigin;
        continue;
      }
      const auto value = kind ? rib::parse_extended_community(*kind, word) : std::nullopt;
      if (!value) return std::nullopt;
      values.push_back(*value);
    }
    if (values.empty()) return std::nullopt;
    return values;
  }
};

/// Nothing when the words are no communities or the expression does not compile.
template <typename Kind>
std::optional<rib::CommunityRule<typename Kind::Value>> rule_of(const Arguments& a, bool is_expanded) {
  rib::CommunityRule<typename Kind::Value> rule{.permit = is_permit(a), .values = {}, .expression = {}};
  if (is_expanded) {
    rule.expression = a.text("expression");
    if (!rib::Expression::compile(rule.expression)) return std::nullopt;
    return rule;
  }
  auto values = Kind::parse(a.texts("value"));
  if (!values) return std::nullopt;
  std::ranges::sort(*values);
  const auto same = std::ranges::unique(*values);
  values->erase(same.begin(), same.end());
  rule.values = *std::move(values);
  return rule;
}

std::string name_of(const Arguments& a) {
  return a.has("number") ? std::to_string(a.number("number")) : a.text("name");
}

template <typename Kind>
Outcome set_rule(Target& t, const Arguments& a, bool is_expanded) {
  const auto rule = rule_of<Kind>(a, is_expanded);
  if (!rule) return Refusal("value", "% Malformed community-list value");
  auto& lists = Kind::lists(t.config.policy);
  const auto [list, is_new] = lists.try_emplace(name_of(a));
  if (is_new) list->second.is_expanded = is_expanded;
  if (list->second.is_expanded != is_expanded)
    return Refusal("name", std::string("% Community name conflict, previously defined as ") +
                               (is_expanded ? "standard" : "expanded") + " community");
  return add_rule(list->second.rules, a, *rule, Numbering::MultipleOfFive);
}

template <typename Kind>
Outcome unset_rule(Target& t, const Arguments& a, bool is_expanded) {
  auto& lists = Kind::lists(t.config.policy);
  const auto list = lists.find(name_of(a));
  if (list == lists.end() || list->second.is_expanded != is_expanded) return "% Can't find community-list";
  if (names_a_rule(a)) {
    const auto rule =
        a.has("sequence")
            ? typename decltype(list->second.rules)::mapped_type{}
            : rule_of<Kind>(a, is_expanded).value_or(typename decltype(list->second.rules)::mapped_type{});
    if (!remove_rule(list->second.rules, a, rule)) return "% Can't find community-list";
    if (!list->second.rules.empty()) return {};
  }
  lists.erase(list);
  return {};
}

/// "10", or "standard NAME".
std::string written_name(const std::string& name, bool is_expanded) {
  if (is_numbered_list(name, is_expanded)) return name;
  return (is_expanded ? "expanded " : "standard ") + name;
}

template <typename Kind>
void write(const Source& s, Lines& lines) {
  for (const auto& [name, list] : Kind::lists(s.config.policy))
    for (const auto& [sequence, rule] : list.rules)
      lines.push_back(
          rule_head("bgp " + std::string(Kind::kWord) + " " + written_name(name, list.is_expanded), sequence,
                    rule.permit) +
          to_text(rule, list.is_expanded));
}

template <typename Kind>
std::vector<Command> community_rows() {
  std::vector<Command> rows;
  for (const bool is_quagga : {false, true})
    for (const bool is_expanded : {false, true}) {
      const auto head =
          (is_quagga ? "ip " : "bgp ") + std::string(Kind::kWord) +
          (is_expanded ? " <(100-500)$number|expanded NAME$name>" : " <(1-99)$number|standard NAME$name>");
      const auto what =
          is_expanded ? std::string("LINE...$expression") : std::string(Kind::kValue) + "...$value";
      rows.push_back({
          .syntax = head + std::string(kRule) + what,
          .help = {is_quagga ? kIp : kBgp, Kind::kHelp,
                   is_expanded ? "Community list number (expanded)" : "Community list number (standard)",
                   is_expanded ? "Add an expanded community-list entry"
                               : "Add a standard community-list entry",
                   "Community list name", kSequenceWord, kSequence, kPermit, kDeny,
                   is_expanded ? kExpression : Kind::kValueHelp},
          .scope = Scope::Policy,
          .set = [is_expanded](Target& t, const Arguments& a) { return set_rule<Kind>(t, a, is_expanded); },
          .unset = [is_expanded](Target& t,
                                 const Arguments& a) { return unset_rule<Kind>(t, a, is_expanded); },
          .summary = is_quagga ? "Quagga's way to write it."
                     : is_expanded
                         ? "A rule over the text of all communities of a route: a regular expression."
                         : "A rule over communities: all of them must be there. The first rule that fits "
                           "decides, none denies.",
          .no_syntax = "no " + head + " [seq (1-4294967295)$sequence] [<permit|deny> " + what + "]",
      });
    }
  return rows;
}

}  // namespace

std::vector<Command> as_path_list_commands() { return as_path_list_rows(); }

std::vector<Command> community_list_commands() {
  auto rows = community_rows<Standard>();
  rows.front().write = [](const Source& s, Lines& lines) {  // one group of lines, as in FRR
    write<Standard>(s, lines);
    write<Extended>(s, lines);
    write<Large>(s, lines);
  };
  for (auto& row : community_rows<Extended>()) rows.push_back(std::move(row));
  for (auto& row : community_rows<Large>()) rows.push_back(std::move(row));
  return rows;
}

}  // namespace cli
