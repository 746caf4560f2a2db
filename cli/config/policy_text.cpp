#include "cli/config/policy_text.hpp"

#include <charconv>

namespace cli {

namespace {

using rib::kAllBits;
using rib::kNoBits;

std::string to_text(const rib::WildcardAddress& side) {
  if (side.wildcard == kAllBits) return "any";
  if (side.wildcard == kNoBits) return "host " + side.address.to_string();
  return side.address.to_string() + " " + side.wildcard.to_string();
}

template <typename Value, typename Text>
std::string joined(const std::vector<Value>& values, const Text& text_of) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : " ") + text_of(value);
  return text;
}

}  // namespace

std::string to_text(const rib::PrefixRule& rule) {
  if (rule.is_any) return "any";
  auto text = rule.prefix.to_string();
  if (rule.ge) text += " ge " + std::to_string(*rule.ge);
  if (rule.le) text += " le " + std::to_string(*rule.le);
  return text;
}

std::string to_text(const rib::AccessRule& rule) {
  switch (rule.form) {
    case rib::AccessRule::Form::Any:
      break;
    case rib::AccessRule::Form::Prefix:
      return rule.prefix.to_string() + (rule.exact ? " exact-match" : "");
    case rib::AccessRule::Form::Standard:
      if (rule.source.wildcard == kNoBits) return rule.source.address.to_string();
      return rule.source.address.to_string() + " " + rule.source.wildcard.to_string();
    case rib::AccessRule::Form::Extended:
      return "ip " + to_text(rule.source) + " " + to_text(rule.destination);
  }
  return "any";
}

std::string to_text(const std::vector<rib::Community>& values) {
  return joined(values, [](const rib::Community& value) -> std::string {
    return value.value == 0 ? "internet" : to_string(value);
  });
}
std::string to_text(const std::vector<rib::LargeCommunity>& values) {
  return joined(values, [](const rib::LargeCommunity& value) { return to_string(value); });
}
std::string to_text(const std::vector<rib::ExtendedCommunity>& values) {
  return joined(values, [](const rib::ExtendedCommunity& value) { return rib::configured_text(value); });
}

bool is_numbered_list(const std::string& name, bool is_expanded) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc{} || end != name.data() + name.size() || name.front() == '0') return false;
  return is_expanded ? number >= 100 && number <= 500 : number >= 1 && number <= 99;
}

}  // namespace cli
