// What the rows of lists have in common: rules under sequence numbers.
#pragma once

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "cli/config/command.hpp"
#include "rib/policy/definitions.hpp"

namespace cli {

inline constexpr rib::Sequence kSequenceStep = 5;

/// How FRR numbers a rule that comes without a number: the last one's and five, or the next multiple of five.
enum class Numbering : std::uint8_t { LastAndFive, MultipleOfFive };

inline bool is_permit(const Arguments& a) { return a.has("permit"); }
inline std::string permit_or_deny(bool permit) { return permit ? "permit" : "deny"; }

/// Puts the rule under its number, in the place of what is there. Without a number it comes last, unless the
/// same rule is there already.
template <typename Rule>
Outcome add_rule(std::map<rib::Sequence, Rule>& rules, const Arguments& a, Rule rule, Numbering numbering) {
  if (a.has("sequence")) {
    rules[a.number_as<rib::Sequence>("sequence")] = std::move(rule);
    return {};
  }
  if (std::ranges::any_of(rules, [&](const auto& entry) { return entry.second == rule; })) return {};
  auto last = rules.empty() ? 0 : rules.rbegin()->first;
  if (last > std::numeric_limits<rib::Sequence>::max() - kSequenceStep)
    return "% There is no sequence number behind " + std::to_string(last);
  if (numbering == Numbering::MultipleOfFive) last -= last % kSequenceStep;
  rules.emplace(last + kSequenceStep, std::move(rule));
  return {};
}

/// By number, or the rule that is the same. False: there is none.
template <typename Rule>
bool remove_rule(std::map<rib::Sequence, Rule>& rules, const Arguments& a, const Rule& rule) {
  if (a.has("sequence")) return rules.erase(a.number_as<rib::Sequence>("sequence")) > 0;
  const auto at = std::ranges::find_if(rules, [&](const auto& entry) { return entry.second == rule; });
  if (at == rules.end()) return false;
  rules.erase(at);
  return true;
}

/// Is it about one rule (by number or by what it says), or about the whole list?
inline bool names_a_rule(const Arguments& a) { return a.has("sequence") || a.has("permit") || a.has("deny"); }

/// As in FRR, whole lists, their texts and rules by number may be gone already; a rule by what it says may
/// not.
inline bool must_be_there(const Arguments& a) { return names_a_rule(a) && !a.has("sequence"); }

inline std::string rule_head(const std::string& list, rib::Sequence sequence, bool permit) {
  return list + " seq " + std::to_string(sequence) + " " + permit_or_deny(permit) + " ";
}

}  // namespace cli
