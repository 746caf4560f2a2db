#include "rib/policy/matchers.hpp"

#include <algorithm>

namespace rib {

// --- prefixes

PrefixMatcher::PrefixMatcher(const PrefixList& list) : permits_all_(list.rules.empty()) {
  for (const auto& [sequence, rule] : list.rules) add(sequence, rule);
}

void PrefixMatcher::add(Sequence sequence, const PrefixRule& rule) {
  rules_[rule.prefix].push_back({.sequence = sequence,
                                 .minimum = static_cast<std::uint8_t>(rule.minimum_length()),
                                 .maximum = static_cast<std::uint8_t>(rule.maximum_length()),
                                 .permit = rule.permit});
  const auto length = static_cast<std::uint8_t>(rule.prefix.length());
  const auto at = std::ranges::lower_bound(lengths_, length);
  if (at == lengths_.end() || *at != length) lengths_.insert(at, length);
}

ListAnswer PrefixMatcher::ask(const Prefix& prefix) const {
  ListAnswer answer{.permitted = permits_all_};
  for (const auto length : lengths_) {
    if (length > prefix.length()) break;
    const auto found = rules_.find(Prefix(prefix.address(), length));
    if (found == rules_.end()) continue;
    for (const auto& rule : found->second) {
      if (answer.sequence != 0 && rule.sequence > answer.sequence) break;
      if (prefix.length() < rule.minimum || prefix.length() > rule.maximum) continue;
      answer = {rule.permit, rule.sequence};
      break;
    }
  }
  return answer;
}

// --- access lists

namespace {

bool fits(const WildcardAddress& rule, const IpAddress& address) {
  const auto wildcard = rule.wildcard.to_v4();
  return address.is_v4() && ((address.to_v4() ^ rule.address.to_v4()) & ~wildcard) == 0;
}

bool fits(const AccessRule& rule, const Prefix& prefix) {
  switch (rule.form) {
    case AccessRule::Form::Any:
      return true;
    case AccessRule::Form::Prefix:
      return rule.exact ? prefix == rule.prefix : rule.prefix.contains(prefix);
    case AccessRule::Form::Standard:
      return fits(rule.source, prefix.address());
    case AccessRule::Form::Extended: {
      const auto mask = prefix.length() == 0 ? 0u : ~std::uint32_t{0} << (32 - prefix.length());
      return prefix.address().is_v4() && fits(rule.source, prefix.address()) &&
             fits(rule.destination, IpAddress::v4(mask));
    }
  }
  return false;
}

bool has_wildcard(const AccessRule& rule) {
  return rule.form == AccessRule::Form::Standard || rule.form == AccessRule::Form::Extended;
}

/// The same as a rule of a prefix list; `any` once for each family.
PrefixRule as_prefix_rule(const AccessRule& rule, Afi afi) {
  PrefixRule made{.permit = rule.permit, .prefix = rule.prefix, .ge = {}, .le = {}};
  if (rule.form == AccessRule::Form::Any) made.prefix = Prefix::default_route(afi);
  if (!rule.exact) made.le = static_cast<std::uint8_t>(made.prefix.address().bit_count());
  return made;
}

}  // namespace

AccessMatcher::AccessMatcher(const AccessList& list) {
  has_wildcards_ =
      std::ranges::any_of(list.rules, [](const auto& rule) { return has_wildcard(rule.second); });
  if (has_wildcards_) {
    rules_ = list.rules;
    return;
  }
  for (const auto& [sequence, rule] : list.rules)
    for (const auto afi : {Afi::Ipv4, Afi::Ipv6})
      if (rule.form == AccessRule::Form::Any || rule.prefix.afi() == afi)
        prefixes_.add(sequence, as_prefix_rule(rule, afi));
}

ListAnswer AccessMatcher::ask(const Prefix& prefix) const {
  if (!has_wildcards_) return prefixes_.ask(prefix);
  for (const auto& [sequence, rule] : rules_)
    if (fits(rule, prefix)) return {rule.permit, sequence};
  return {};
}

// --- AS paths

AsPathMatcher::AsPathMatcher(const AsPathList& list) {
  for (const auto& [sequence, rule] : list.rules)
    if (auto expression = Expression::compile(rule.expression))
      rules_.push_back({sequence, rule.permit, *std::move(expression)});
}

ListAnswer AsPathMatcher::ask(std::string_view text) const {
  for (const auto& rule : rules_)
    if (rule.expression.is_found_in(text)) return {rule.permit, rule.sequence};
  return {};
}

// --- communities

namespace {

template <typename Value>
bool contains(std::span<const Value> values, const Value& wanted) {
  return std::ranges::find(values, wanted) != values.end();
}

/// The old name `internet` of RFC 1997 configurations: in a list it fits every route.
bool is_internet(const Community& community) { return community.value == 0; }
template <typename Value>
bool is_internet(const Value&) {
  return false;
}

template <typename Value>
bool has_internet(const std::vector<Value>& values) {
  return std::ranges::any_of(values, [](const Value& value) { return is_internet(value); });
}

}  // namespace

template <typename Value>
CommunityMatcher<Value>::CommunityMatcher(const CommunityListOf<Value>& list) {
  for (const auto& [sequence, rule] : list.rules) {
    Rule made{rule.permit, rule.values, std::nullopt};
    if (list.is_expanded) {
      auto expression = Expression::compile(rule.expression);
      if (!expression) continue;
      made.expression = *std::move(expression);
    }
    rules_.push_back(std::move(made));
  }
}

template <typename Value>
bool CommunityMatcher<Value>::permits(std::span<const Value> values, std::string_view text,
                                      bool exact) const {
  const auto fits = [&](const Rule& rule) {
    if (rule.expression) return rule.expression->is_found_in(text);
    if (has_internet(rule.values)) return true;
    // The route's have no duplicates, nor have the rule's.
    if (exact && values.size() != rule.values.size()) return false;
    return !values.empty() &&
           std::ranges::all_of(rule.values, [&](const Value& wanted) { return contains(values, wanted); });
  };
  for (const auto& rule : rules_)
    if (fits(rule)) return rule.permit;
  return false;
}

template <typename Value>
bool CommunityMatcher<Value>::permits_one(const Value& value) const {
  const auto fits = [&](const Rule& rule) {
    if (rule.expression) return rule.expression->is_found_in(to_string(value));
    return has_internet(rule.values) || contains(std::span<const Value>(rule.values), value);
  };
  for (const auto& rule : rules_)
    if (fits(rule)) return rule.permit;
  return false;
}

template <typename Value>
std::string sorted_text(std::span<const Value> values) {
  std::vector<Value> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  std::string text;
  for (const auto& value : sorted) {
    if (!text.empty()) text += ' ';
    text += to_string(value);
  }
  return text;
}

template class CommunityMatcher<Community>;
template class CommunityMatcher<LargeCommunity>;
template class CommunityMatcher<ExtendedCommunity>;
template std::string sorted_text(std::span<const Community>);
template std::string sorted_text(std::span<const LargeCommunity>);
template std::string sorted_text(std::span<const ExtendedCommunity>);

}  // namespace rib
