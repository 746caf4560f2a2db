// Lists made ready to be asked: each answers with the first rule that fits.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "rib/policy/definitions.hpp"
#include "rib/policy/expression.hpp"

namespace rib {

/// What a list says, and by which rule; sequence 0: none fitted.
struct ListAnswer {
  bool permitted = false;
  Sequence sequence = 0;
  bool operator==(const ListAnswer&) const = default;
};

/// Rules over prefixes. Costs one look-up for each length of prefix that the rules have, not one for each
/// rule.
class PrefixMatcher {
 public:
  PrefixMatcher() = default;
  explicit PrefixMatcher(const PrefixList& list);
  void add(Sequence sequence, const PrefixRule& rule);  // in ascending order
  ListAnswer ask(const Prefix& prefix) const;

 private:
  struct Rule {
    Sequence sequence;
    std::uint8_t minimum, maximum;
    bool permit;
  };
  std::unordered_map<Prefix, std::vector<Rule>> rules_;
  std::vector<std::uint8_t> lengths_;  // of the keys, ascending
  bool permits_all_ = false;           // a list of no rules, as in FRR
};

class AccessMatcher {
 public:
  explicit AccessMatcher(const AccessList& list);
  ListAnswer ask(const Prefix& prefix) const;

 private:
  bool has_wildcards_ = false;  // then rule by rule
  PrefixMatcher prefixes_;
  std::map<Sequence, AccessRule> rules_;
};

class AsPathMatcher {
 public:
  explicit AsPathMatcher(const AsPathList& list);
  /// text: of the whole path, as it is shown.
  ListAnswer ask(std::string_view text) const;

 private:
  struct Rule {
    Sequence sequence;
    bool permit;
    Expression expression;
  };
  std::vector<Rule> rules_;
};

template <typename Value>
class CommunityMatcher {
 public:
  explicit CommunityMatcher(const CommunityListOf<Value>& list);
  /// values: the route's; text: the same, sorted, as they are shown.
  bool permits(std::span<const Value> values, std::string_view text, bool exact) const;
  /// Whether a single community of a route would be permitted (`set comm-list … delete`).
  bool permits_one(const Value& value) const;

 private:
  struct Rule {
    bool permit;
    std::vector<Value> values;
    std::optional<Expression> expression;
  };
  std::vector<Rule> rules_;
};

/// The communities in ascending order with blanks between, for expressions.
template <typename Value>
std::string sorted_text(std::span<const Value> values);

extern template class CommunityMatcher<Community>;
extern template class CommunityMatcher<LargeCommunity>;
extern template class CommunityMatcher<ExtendedCommunity>;

}  // namespace rib
