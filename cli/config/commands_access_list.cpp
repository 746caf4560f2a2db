// Rows of `access-list` and `ipv6 access-list`, in the forms of Zebra (a prefix) and of the old numbered
// lists (an address and its wildcard).
#include "cli/config/command.hpp"
#include "cli/config/policy_rows.hpp"
#include "cli/config/policy_text.hpp"

namespace cli {

namespace {

using rib::AccessRule;
using rib::kAllBits;
using rib::kNoBits;
using rib::WildcardAddress;

WildcardAddress side_of(const Arguments& a, const std::string& side) {
  if (const auto* host = a.address(side + "-host")) return {*host, kNoBits};
  if (const auto* address = a.address(side)) {
    const auto* wildcard = a.address(side + "-wildcard");
    return {*address, wildcard ? *wildcard : kNoBits};
  }
  return {kNoBits, kAllBits};
}

AccessRule rule_of(const Arguments& a) {
  AccessRule rule;
  rule.permit = is_permit(a);
  if (const auto* prefix = a.prefix("prefix")) {
    rule.form = AccessRule::Form::Prefix;
    rule.prefix = *prefix;
    rule.exact = a.has("exact-match");
  } else if (a.has("ip-rule")) {
    rule.form = AccessRule::Form::Extended;
    rule.source = side_of(a, "source");
    rule.destination = side_of(a, "destination");
  } else if (a.address("source") || a.address("source-host")) {
    rule.form = AccessRule::Form::Standard;
    rule.source = side_of(a, "source");
    if (rule.source.wildcard == kAllBits) {
      rule.form = AccessRule::Form::Any;
      rule.source = {};
    }
  }
  return rule;
}

struct AccessListWords {
  bool v4;
  std::string head() const { return v4 ? "access-list" : "ipv6 access-list"; }
  std::string prefix() const { return v4 ? "A.B.C.D/M$prefix" : "X:X::X:X/M$prefix"; }
  std::size_t index() const { return v4 ? 0 : 1; }
  std::vector<std::string_view> help(std::vector<std::string_view> rest) const {
    std::vector<std::string_view> all{"Add an access list entry", "Name or number of the access list"};
    if (!v4) all.insert(all.begin(), "IPv6 information");
    all.insert(all.end(), rest.begin(), rest.end());
    return all;
  }
};

Outcome unset_rule(const AccessListWords& words, Target& t, const Arguments& a) {
  auto& lists = t.config.policy.access_lists[words.index()];
  auto* list = lists.find(a.text("name"));
  if (!list && must_be_there(a)) return Refusal("name", "% Can't find access-list " + a.text("name"));
  if (!list) return {};
  if (!names_a_rule(a)) {
    lists.erase(a.text("name"));
    return {};
  }
  if (!remove_rule(list->rules, a, rule_of(a)) && must_be_there(a))
    return "% Can't find that rule of access-list " + a.text("name");
  if (list->rules.empty() && list->remark.empty()) lists.erase(a.text("name"));
  return {};
}

void write(const AccessListWords& words, const Source& s, Lines& lines) {
  for (const auto& [name, list] : s.config.policy.access_lists[words.index()]) {
    const auto head = words.head() + " " + name;
    if (!list.remark.empty()) lines.push_back(head + " remark " + list.remark);
    for (const auto& [sequence, rule] : list.rules)
      lines.push_back(rule_head(head, sequence, rule.permit) + to_text(rule));
  }
}

Command remark_row(const AccessListWords& words) {
  return {
      .syntax = words.head() + " NAME$name remark LINE...$text",
      .help = words.help({"Access list entry comment", "Comment up to 100 characters"}),
      .scope = Scope::Policy,
      .set = [words](Target& t, const Arguments& a) -> Outcome {
        t.config.policy.access_lists[words.index()][a.text("name")].remark = a.text("text");
        return {};
      },
      .unset = [words](Target& t, const Arguments& a) -> Outcome {
        auto& lists = t.config.policy.access_lists[words.index()];
        auto* list = lists.find(a.text("name"));
        if (!list) return {};
        list->remark.clear();
        if (list->rules.empty()) lists.erase(a.text("name"));
        return {};
      },
      .summary = "A text for people.",
  };
}

Command rule_row(const AccessListWords& words, const std::string& what, std::vector<std::string_view> help,
                 std::string_view summary) {
  std::vector<std::string_view> all{"Sequence number of an entry", "Sequence number",
                                    "Specify packets to forward", "Specify packets to reject"};
  all.insert(all.end(), help.begin(), help.end());
  const auto head = words.head() + " NAME$name [seq (1-4294967295)$sequence] ";
  return {
      .syntax = head + "<permit|deny> " + what,
      .help = words.help(std::move(all)),
      .scope = Scope::Policy,
      .set = [words](Target& t, const Arguments& a) -> Outcome {
        return add_rule(t.config.policy.access_lists[words.index()][a.text("name")].rules, a, rule_of(a),
                        Numbering::LastAndFive);
      },
      .unset = [words](Target& t, const Arguments& a) { return unset_rule(words, t, a); },
      .summary = summary,
      .no_syntax = "no " + head + "<permit|deny> " + what,
  };
}

}  // namespace

std::vector<Command> access_list_commands(bool v4) {
  const AccessListWords words{v4};
  std::vector<Command> rows;
  rows.push_back(remark_row(words));
  rows.push_back(
      rule_row(words, "<" + words.prefix() + " [exact-match]|any>",
               {"Prefix to match", "Exact match of the prefixes", "Any prefix"},
               "A rule over prefixes: those inside, with `exact-match` the prefix itself. The first that "
               "fits decides, none denies."));
  rows.back().write = [words](const Source& s, Lines& lines) { write(words, s, lines); };
  rows.back().no_syntax = "no " + words.head() + " NAME$name [seq (1-4294967295)$sequence] [<permit|deny> <" +
                          words.prefix() + " [exact-match]|any>]";
  if (!v4) return rows;
  constexpr std::string_view kHost = "A single host address", kAddress = "Address to match",
                             kWildcard = "Wildcard bits", kAny = "Any address";
  rows.push_back(
      rule_row(words, "<host A.B.C.D$source-host|A.B.C.D$source [A.B.C.D$source-wildcard]>",
               {kHost, kAddress, kAddress, kWildcard},
               "The old form of numbered lists: the address of the prefix, apart from the wildcard bits."));
  rows.push_back(rule_row(
      words,
      "ip$ip-rule <A.B.C.D$source A.B.C.D$source-wildcard|host A.B.C.D$source-host|any$source-any> "
      "<A.B.C.D$destination A.B.C.D$destination-wildcard|host A.B.C.D$destination-host|any$destination-any>",
      {"IPv4 prefixes", kAddress, kWildcard, kHost, kAddress, kAny, "Mask to match", kWildcard,
       "A single mask", "Mask to match", "Any mask"},
      "The old extended form: the address of the prefix, then its mask."));
  return rows;
}

}  // namespace cli
