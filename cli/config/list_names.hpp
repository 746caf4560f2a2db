// Route maps and lists that lines name, and what of them nobody has defined. That is no error: they may be
// defined later.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command/arguments.hpp"
#include "cli/config/config.hpp"

namespace cli {

struct Command;

enum class ListKind : std::uint8_t {
  RouteMap,
  PrefixList,
  AccessList,
  AsPathList,
  CommunityList,
  LargeCommunityList,
  ExtendedCommunityList
};

/// The argument of a row that names a list.
struct ListArgument {
  ListKind kind;
  std::string_view argument;
  std::optional<rib::Family> family = {};  // absent: that of the place where it is typed
};

struct ListName {
  ListKind kind = ListKind::RouteMap;
  rib::Family family = rib::Family::Ipv4Unicast;  // of prefix lists and access lists
  std::string name;
  auto operator<=>(const ListName&) const = default;
};

/// What the line names.
std::vector<ListName> list_names(const Command& command, const Arguments& arguments, rib::Family place);

bool is_defined(const Config& config, const ListName& list);

/// "route-map X is not defined: it permits nothing", by what the row does with it.
std::string undefined_text(const Command& command, const ListName& list);

}  // namespace cli
