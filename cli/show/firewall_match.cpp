#include "cli/show/firewall_match.hpp"

#include <algorithm>
#include <optional>

#include "rib/prefix.hpp"

namespace cli::show::firewall {
namespace {

Truth truth_of(bool value) { return value ? Truth::Yes : Truth::No; }
Truth negated(Truth value) { return value == Truth::Unknown ? value : truth_of(value == Truth::No); }

Truth is_interface(const std::string& pattern, const std::string& name) {
  if (name.empty()) return Truth::Unknown;
  if (pattern.ends_with('*')) return truth_of(name.starts_with(pattern.substr(0, pattern.size() - 1)));
  return truth_of(pattern == name);
}

std::optional<rib::Prefix> prefix_in(const Json& value) {
  if (value.is_string()) {
    const auto address = rib::IpAddress::parse(value.get<std::string>());
    return address ? std::optional(rib::Prefix::host(*address)) : std::nullopt;
  }
  const auto* prefix = only(value, "prefix");
  if (!prefix) return std::nullopt;
  const auto length = prefix->find("len");
  if (length == prefix->end() || !length->is_number_unsigned()) return std::nullopt;
  return rib::Prefix::parse(text_of(*prefix, "addr") + "/" + std::to_string(length->get<unsigned>()));
}

std::optional<rib::IpAddress> address_in(const Json& value) {
  return value.is_string() ? rib::IpAddress::parse(value.get<std::string>()) : std::nullopt;
}

Truth is_in_range(const Json& range, const rib::IpAddress& address) {
  if (!range.is_array() || range.size() != 2) return Truth::Unknown;
  const auto first = address_in(range[0]), last = address_in(range[1]);
  if (!first || !last) return Truth::Unknown;
  return truth_of(first->afi() == address.afi() && *first <= address && address <= *last);
}

Truth is_address(const Json& value, const rib::IpAddress& address) {
  if (const auto* range = only(value, "range")) return is_in_range(*range, address);
  const auto prefix = prefix_in(value);
  if (!prefix) return Truth::Unknown;
  return truth_of(prefix->afi() == address.afi() && prefix->contains(rib::Prefix::host(address)));
}

/// An element may carry a timeout, a counter, a comment.
const Json& bare(const Json& element) {
  const auto* wrapped = only(element, "elem");
  if (!wrapped) return element;
  const auto value = wrapped->find("val");
  return value == wrapped->end() ? element : *value;
}

Truth is_concatenation(const Json& left, const Json& right, const ForwardedPacket& packet) {
  const auto* values = only(right, "concat");
  if (!values || !values->is_array() || !left.is_array() || values->size() != left.size())
    return Truth::Unknown;
  auto truth = Truth::Yes;
  for (std::size_t i = 0; i < left.size(); ++i)
    truth = std::min(truth, is_value(left[i], (*values)[i], packet));
  return truth;
}

/// One value, or any of several.
Truth is_any(const Json& left, const Json& right, const Sets& sets, const Table& table,
             const ForwardedPacket& packet) {
  const auto* values = sets.elements(right, table);
  if (!values && right.is_string() && right.get_ref<const std::string&>().starts_with('@'))
    return Truth::Unknown;
  if (!values) return is_value(left, right, packet);
  auto best = Truth::No;
  for (const auto& value : *values) best = std::max(best, is_value(left, bare(value), packet));
  return best;
}

}  // namespace

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const Json* only(const Json& object, const char* key) {
  if (!object.is_object() || object.size() != 1) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

void Sets::note(const Json& set) {
  static const Json kNone = Json::array();
  const auto elements = set.find("elem");
  const bool has_elements = elements != set.end() && elements->is_array();
  elements_[{text_of(set, "family"), text_of(set, "table"), text_of(set, "name")}] =
      has_elements ? &*elements : &kNone;
}

const Json* Sets::elements(const Json& value, const Table& table) const {
  if (value.is_array()) return &value;
  if (const auto* set = only(value, "set"); set && set->is_array()) return set;
  if (!value.is_string()) return nullptr;
  const auto& name = value.get_ref<const std::string&>();
  if (!name.starts_with('@')) return nullptr;
  const auto found = elements_.find({table.family, table.name, name.substr(1)});
  return found == elements_.end() ? nullptr : found->second;
}

MapElement map_element(const Json& element) {
  if (!element.is_array() || element.size() != 2) return {};
  const auto& value = bare(element[0]);
  return {&value, &element[1], value == "*"};
}

Truth is_value(const Json& left, const Json& right, const ForwardedPacket& packet) {
  if (const auto* parts = only(left, "concat")) return is_concatenation(*parts, right, packet);
  if (const auto* meta = only(left, "meta")) {
    const auto key = text_of(*meta, "key");
    if ((key == "oifname" || key == "oif") && right.is_string())
      return is_interface(right.get<std::string>(), packet.out_interface);
    if ((key == "iifname" || key == "iif") && right.is_string())
      return is_interface(right.get<std::string>(), packet.in_interface);
    if (key == "nfproto" && right.is_string())
      return truth_of((right == "ipv4") == packet.destination.is_v4());
  } else if (const auto* payload = only(left, "payload")) {
    const auto protocol = text_of(*payload, "protocol");
    if (protocol != "ip" && protocol != "ip6") return Truth::Unknown;
    if ((protocol == "ip") != packet.destination.is_v4()) return Truth::No;
    if (text_of(*payload, "field") == "daddr") return is_address(right, packet.destination);
  } else if (const auto* ct = only(left, "ct")) {
    if (text_of(*ct, "key") == "state" && right.is_string()) return truth_of(right == "new");
  }
  return Truth::Unknown;
}

Truth holds(const Json& match, const Sets& sets, const Table& table, const ForwardedPacket& packet) {
  const auto left = match.find("left"), right = match.find("right");
  if (left == match.end() || right == match.end()) return Truth::Unknown;
  const auto operation = text_of(match, "op");
  if (operation != "==" && operation != "!=" && operation != "in") return Truth::Unknown;
  const auto truth = is_any(*left, *right, sets, table, packet);
  return operation == "!=" ? negated(truth) : truth;
}

}  // namespace cli::show::firewall
