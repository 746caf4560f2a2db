// Rows of `ip|ipv6 prefix-list`. IPv4 and IPv6 lists of one name are two lists.
#include "cli/config/command.hpp"
#include "cli/config/help_words.hpp"
#include "cli/config/policy_rows.hpp"
#include "cli/config/policy_text.hpp"

namespace cli {

namespace {

using rib::PrefixRule;

struct PrefixListWords {
  bool v4;
  std::string head() const { return v4 ? "ip prefix-list" : "ipv6 prefix-list"; }
  std::string prefix() const { return v4 ? "A.B.C.D/M$prefix" : "X:X::X:X/M$prefix"; }
  std::string length() const { return v4 ? "(0-32)" : "(0-128)"; }
  std::string_view ip_help() const { return v4 ? kIp : kIpv6; }
  std::string_view prefix_help() const { return v4 ? "IP prefix <network>/<length>" : "IPv6 prefix"; }
  rib::Afi afi() const { return v4 ? rib::Afi::Ipv4 : rib::Afi::Ipv6; }
  std::size_t index() const { return v4 ? 0 : 1; }
};

PrefixRule rule_of(const PrefixListWords& words, const Arguments& a) {
  PrefixRule rule{
      .permit = is_permit(a), .prefix = rib::Prefix::default_route(words.afi()), .ge = {}, .le = {}};
  if (a.has("any")) {
    rule.is_any = true;
    rule.le = static_cast<std::uint8_t>(rule.prefix.address().bit_count());
    return rule;
  }
  if (const auto* prefix = a.prefix("prefix")) rule.prefix = *prefix;
  if (a.has("minimum")) rule.ge = a.number_as<std::uint8_t>("minimum");
  if (a.has("maximum")) rule.le = a.number_as<std::uint8_t>("maximum");
  return rule;
}

Outcome set_rule(const PrefixListWords& words, Target& t, const Arguments& a) {
  auto rule = rule_of(words, a);
  if (!rule.is_any) {
    const auto minimum = rule.ge.value_or(static_cast<std::uint8_t>(rule.prefix.length()));
    if (minimum < rule.prefix.length() || rule.le.value_or(minimum) < minimum)
      return "% Invalid prefix range for " + rule.prefix.to_string() +
             ": Make sure that mask length <= ge <= le";
  }
  return add_rule(t.config.policy.prefix_lists[words.index()][a.text("name")].rules, a, std::move(rule),
                  Numbering::LastAndFive);
}

Outcome unset_rule(const PrefixListWords& words, Target& t, const Arguments& a) {
  auto& lists = t.config.policy.prefix_lists[words.index()];
  auto* list = lists.find(a.text("name"));
  constexpr auto kMissing = "% Can't find specified prefix-list";
  if (!list) return must_be_there(a) ? Outcome(kMissing) : Outcome{};
  if (!names_a_rule(a)) {
    lists.erase(a.text("name"));
    return {};
  }
  if (!remove_rule(list->rules, a, rule_of(words, a)) && must_be_there(a)) return kMissing;
  if (list->rules.empty() && list->description.empty()) lists.erase(a.text("name"));
  return {};
}

void write(const PrefixListWords& words, const Source& s, Lines& lines) {
  for (const auto& [name, list] : s.config.policy.prefix_lists[words.index()]) {
    const auto head = words.head() + " " + name;
    if (!list.description.empty()) lines.push_back(head + " description " + list.description);
    for (const auto& [sequence, rule] : list.rules)
      lines.push_back(rule_head(head, sequence, rule.permit) + to_text(rule));
  }
}

Command description_row(const PrefixListWords& words) {
  return {
      .syntax = words.head() + " NAME$name description LINE...$text",
      .help = {words.ip_help(), "Build a prefix list", "Name of a prefix list",
               "Prefix-list specific description", "Up to 80 characters describing this prefix-list"},
      .scope = Scope::Policy,
      .set = [words](Target& t, const Arguments& a) -> Outcome {
        t.config.policy.prefix_lists[words.index()][a.text("name")].description = a.text("text");
        return {};
      },
      .unset = [words](Target& t, const Arguments& a) -> Outcome {
        auto& lists = t.config.policy.prefix_lists[words.index()];
        auto* list = lists.find(a.text("name"));
        if (!list) return {};
        list->description.clear();
        if (list->rules.empty()) lists.erase(a.text("name"));
        return {};
      },
      .summary = "A text for people. A list without rules permits everything.",
  };
}

std::vector<Command> rows_of(const PrefixListWords& words) {
  const std::vector<std::string_view> begin{words.ip_help(),
                                            "Build a prefix list",
                                            "Name of a prefix list",
                                            "Sequence number of an entry",
                                            kSequence,
                                            "Specify packets to forward",
                                            "Specify packets to reject",
                                            words.prefix_help()};
  const auto help = [&](std::vector<std::string_view> rest) {
    auto all = begin;
    all.insert(all.end(), rest.begin(), rest.end());
    return all;
  };
  const auto head = words.head() + " NAME$name [seq (1-4294967295)$sequence] ";
  const auto rule = "<permit|deny> <" + words.prefix() + " [ge " + words.length() + "$minimum] [le " +
                    words.length() + "$maximum]|any>";
  constexpr std::string_view kAny = "Any prefix match. Same as \"0.0.0.0/0 le 32\"",
                             kMinimum = "Minimum prefix length to be matched",
                             kMaximum = "Maximum prefix length to be matched", kLength = "Prefix length";
  const auto set = [words](Target& t, const Arguments& a) { return set_rule(words, t, a); };
  std::vector<Command> rows;
  rows.push_back(description_row(words));
  rows.push_back({
      .syntax = head + rule,
      .help = help({kMinimum, kLength, kMaximum, kLength, kAny}),
      .scope = Scope::Policy,
      .set = set,
      .unset = [words](Target& t, const Arguments& a) { return unset_rule(words, t, a); },
      .write = [words](const Source& s, Lines& lines) { write(words, s, lines); },
      .summary =
          "A rule over prefixes: the first that fits decides, none denies. Rules without a number come last.",
      .no_syntax = "no " + head + "[" + rule + "]",
  });
  rows.push_back({
      .syntax = head + "<permit|deny> " + words.prefix() + " le " + words.length() + "$maximum ge " +
                words.length() + "$minimum",
      .help = help({kMaximum, kLength, kMinimum, kLength}),
      .scope = Scope::Policy,
      .set = set,
      .summary = "The same with the lengths the other way round.",
  });
  return rows;
}

}  // namespace

std::vector<Command> prefix_list_commands(bool v4) { return rows_of(PrefixListWords{v4}); }

}  // namespace cli
