#include "cli/config/foreign_blocks.hpp"

#include <algorithm>

namespace cli {

namespace {

constexpr std::string_view kConfigureOpeners[] = {
    "interface", "vrf",     "router",        "route-map",       "line",  "key chain", "bfd",
    "rpki",      "pbr-map", "nexthop-group", "segment-routing", "l2vpn", "mpls ldp",  "pseudowire"};
constexpr std::string_view kRouterOpeners[] = {"address-family", "bmp targets", "segment-routing", "vnc"};

constexpr std::string_view kConfigureWords[] = {"ip",
                                                "ipv6",
                                                "access-list",
                                                "log",
                                                "hostname",
                                                "domainname",
                                                "password",
                                                "enable",
                                                "service",
                                                "debug",
                                                "banner",
                                                "frr",
                                                "agentx",
                                                "username",
                                                "bgp as-path",
                                                "bgp community-list",
                                                "bgp large-community-list",
                                                "bgp extcommunity-list"};

constexpr std::string_view kBehindRouters[] = {"bgp as-path",
                                               "bgp community-list",
                                               "bgp large-community-list",
                                               "bgp extcommunity-list",
                                               "access-list",
                                               "ipv6 access-list",
                                               "ip prefix-list",
                                               "ipv6 prefix-list",
                                               "ip as-path",
                                               "ip community-list",
                                               "ip large-community-list",
                                               "ip extcommunity-list",
                                               "route-map",
                                               "line",
                                               "bfd",
                                               "ip protocol",
                                               "ipv6 protocol",
                                               "router bgp"};

constexpr std::string_view kExits[] = {"exit",
                                       "quit",
                                       "end",
                                       "exit-address-family",
                                       "exit-vrf",
                                       "exit-vni",
                                       "exit-vnc",
                                       "exit-vrf-policy",
                                       "exit-link-params"};

template <typename Words>
bool starts_with_any(std::string_view text, const Words& all) {
  return std::ranges::any_of(all, [&](std::string_view words) { return starts_with_words(text, words); });
}

}  // namespace

bool starts_with_words(std::string_view text, std::string_view words) {
  return text.starts_with(words) &&
         (text.size() == words.size() || text[words.size()] == ' ' || text[words.size()] == '\t');
}

bool opens_foreign_block(std::string_view line, bool in_router) {
  return in_router ? starts_with_any(line, kRouterOpeners) : starts_with_any(line, kConfigureOpeners);
}

bool ends_a_mode(std::string_view line) { return std::ranges::find(kExits, line) != std::end(kExits); }

std::string_view exit_of(std::string_view opening) {
  if (starts_with_words(opening, "address-family")) return "exit-address-family";
  return starts_with_words(opening, "vrf") ? "exit-vrf" : "exit";
}

bool stands_in_configure(std::string_view line) {
  return opens_foreign_block(line, false) || starts_with_any(line, kConfigureWords);
}

bool stands_behind_routers(std::string_view line) { return starts_with_any(line, kBehindRouters); }

std::string inner_block(const std::string& block, std::string_view opening) {
  return (block.empty() ? "" : block + " / ") + std::string(opening);
}

}  // namespace cli
