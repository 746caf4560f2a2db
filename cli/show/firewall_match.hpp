// The conditions of nftables' rules, libnftables-json(5), and the named sets and maps that they look things
// up in.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>

#include "cli/show/firewall.hpp"

namespace cli::show::firewall {

using Json = nlohmann::json;

/// Whether a condition holds for the packet.
enum class Truth : std::uint8_t { No, Unknown, Yes };

std::string text_of(const Json& object, const char* key);
/// The member `key` of an object that has no other; nullptr for all else.
const Json* only(const Json& object, const char* key);

/// Where a rule stands, and what names in it are looked up in.
struct Table {
  std::string family, name;
};

class Sets {
 public:
  /// A `set` or `map` of the ruleset, which must outlive this.
  void note(const Json& set);
  /// What `value` names or holds: the elements of a set or map, whether anonymous or "@NAME"; nullptr for a
  /// single value, and for a name that is not known.
  const Json* elements(const Json& value, const Table& table) const;

 private:
  std::map<std::tuple<std::string, std::string, std::string>, const Json*> elements_;  // family, table, name
};

/// An element of a map, taken apart.
struct MapElement {
  const Json* value = nullptr;
  const Json* verdict = nullptr;
  bool is_for_all_others = false;  // "*"
};
/// Nothing in it when it is no such element.
MapElement map_element(const Json& element);

/// Whether the left side of a condition has this value.
Truth is_value(const Json& left, const Json& right, const ForwardedPacket& packet);
/// A whole condition.
Truth holds(const Json& match, const Sets& sets, const Table& table, const ForwardedPacket& packet);

}  // namespace cli::show::firewall
