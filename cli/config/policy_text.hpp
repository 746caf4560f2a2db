// How rules of lists are written, in the file and by `show`.
#pragma once

#include <string>
#include <vector>

#include "rib/policy/definitions.hpp"

namespace cli {

/// "10.0.0.0/8 ge 9 le 24", "any": what follows permit or deny.
std::string to_text(const rib::PrefixRule& rule);
std::string to_text(const rib::AccessRule& rule);
/// "65000:1 no-export", "1:2:3", "rt 65000:1 soo 65000:2".
std::string to_text(const std::vector<rib::Community>& values);
std::string to_text(const std::vector<rib::LargeCommunity>& values);
std::string to_text(const std::vector<rib::ExtendedCommunity>& values);
template <typename Value>
std::string to_text(const rib::CommunityRule<Value>& rule, bool is_expanded) {
  return is_expanded ? rule.expression : to_text(rule.values);
}
/// Numbers have their kind in themselves: 1-99 are standard lists, 100-500 expanded ones.
bool is_numbered_list(const std::string& name, bool is_expanded);

}  // namespace cli
