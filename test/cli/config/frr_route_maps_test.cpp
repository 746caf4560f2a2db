// The same route maps asked here and in FRR: test/golden/route_maps.frr has what FRR's bgpd answered.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "cli/config/policy_text.hpp"
#include "cli/config/reader.hpp"
#include "rib/policy/policy.hpp"

namespace cli {
namespace {

using Routes = std::map<std::string, std::string>;  // by prefix: the rest of the line

struct Case {
  std::string text;
  Routes accepted;
};

std::vector<Case> cases() {
  std::ifstream file(KULAN_TEST_DIR "/golden/route_maps.frr");
  std::vector<Case> all(1);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    if (line.empty() && !all.back().text.empty())
      all.emplace_back();
    else if (line.starts_with("> "))
      all.back().accepted[line.substr(2, line.find(" | ") - 2)] = line;
    else if (!line.empty())
      all.back().text += line + "\n";
  }
  if (all.back().text.empty()) all.pop_back();
  return all;
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }
template <typename Value>
std::string number(const std::optional<Value>& value) {
  return value ? std::to_string(*value) : "-";
}
template <typename Value>
std::string listed(const rib::CompactArray<Value>& values, bool is_sorted) {
  std::vector<Value> all(values.begin(), values.end());
  if (is_sorted) std::ranges::sort(all);
  return or_dash(to_text(all));
}

std::string extended(const rib::CompactArray<rib::ExtendedCommunity>& values) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : " ") + to_string(value);
  return or_dash(text);
}

std::string shown(const rib::Prefix& prefix, const rib::PathAttributes& a) {
  const char* origins[] = {"IGP", "EGP", "incomplete"};
  std::string text = "> " + prefix.to_string() + " | " + or_dash(a.as_path.to_string()) + " | " +
                     origins[static_cast<int>(a.origin)] + " | " + number(a.med) + " | " +
                     number(a.local_pref) + " | " + (a.weight ? std::to_string(a.weight) : "-") + " | " +
                     listed(a.communities, true) + " | " + listed(a.rare->large_communities, true) + " | " +
                     extended(a.rare->extended_communities) + " | ";
  return text + (prefix.address().is_v4() ? a.next_hop.to_string() : "-");
}

std::map<std::string, rib::PathAttributes> sent() {
  std::map<std::string, rib::PathAttributes> routes;
  for (const auto* prefix : {"10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/24", "2001:db8:1::/48"}) {
    auto& a = routes[prefix];
    a.origin = rib::Origin::Igp;
    a.as_path = rib::AsPath::sequence({65001});
    a.med = 0;
    a.next_hop = *rib::IpAddress::parse(prefix[0] == '1' ? "10.255.0.2" : "2001:db8::2");
  }
  auto& first = routes["10.1.0.0/16"];
  first.as_path = rib::AsPath::sequence({65001, 65002, 65003});
  first.med = 10;
  first.communities = {{65000u << 16 | 1}, {65000u << 16 | 2}};
  first.rare.edit().large_communities = {{1, 2, 3}};
  first.rare.edit().extended_communities = {
      *rib::parse_extended_community(rib::ExtendedCommunityKind::RouteTarget, "65000:1")};
  auto& third = routes["10.3.0.0/24"];
  third.origin = rib::Origin::Incomplete;
  third.communities = {{65000u << 16 | 9}, rib::kNoExport};
  return routes;
}

TEST(RouteMap, SaysWhatFrrSays) {
  const auto peer = *rib::IpAddress::parse("10.255.0.2");
  const auto all = cases();
  ASSERT_GT(all.size(), 50u);
  for (const auto& [text, accepted] : all) {
    const auto result = read_config(text);
    ASSERT_TRUE(!result.has_errors()) << text << to_text(result.problems.front(), "");
    const rib::Policies policies(policy_in_force(result.config));
    Routes ours;
    for (auto& [prefix_text, attributes] : sent()) {
      auto changed = attributes;
      const auto prefix = *rib::Prefix::parse(prefix_text);
      if (policies
              .apply({.route_map = "M"},
                     {.prefix = prefix, .peer = &peer, .next_hop = {"eth0", std::nullopt}, .own_as = 65000},
                     changed)
              .permitted)
        ours[prefix_text] = shown(prefix, changed);
    }
    EXPECT_EQ(ours, accepted) << text;
  }
}

}  // namespace
}  // namespace cli
