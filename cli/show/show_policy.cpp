// Rows of `show route-map`, `show ip prefix-list` and their kin: the running configuration is asked for and
// read.
#include "cli/config/reader.hpp"
#include "cli/show/commands.hpp"
#include "cli/show/policy.hpp"

namespace cli::show {
namespace {

constexpr std::string_view kIp = "IP information", kBgpWord = "BGP information", kName = "Name of the list",
                           kDetail = "All of it, as always";

using Text = PolicyText (*)(const PolicyQuery&);
using AsJson = PolicyJson (*)(const PolicyQuery&);

/// missing: what FRR says when the named one is not there.
auto show_policy(Text as_text, AsJson as_json, std::string_view missing) {
  return [=](const Console& console, const Arguments& arguments) {
    api::Request request;
    request.mutable_config();
    const auto response = console.client.call(std::move(request));
    if (!response) return console.report(response.error());
    const auto read = read_config(response->config().text());
    const PolicyQuery query{read.config, arguments.text("name"), !arguments.has("ipv6")};
    PolicyText text;
    if (!arguments.has("json"))
      text = as_text(query);
    else if (const auto json = as_json(query))
      text = json_text(*json) + "\n";
    if (!text) {
      console.out("% " + std::string(missing) + "\n");
      return Status::Warning;
    }
    console.out(*text);
    return Status::Done;
  };
}

}  // namespace

std::vector<Command> policy_commands() {
  return {
      {.syntax = "show route-map [NAME$name] [json]",
       .help = {kShow, "route-map information", "route-map name", kJson},
       .run = show_policy(route_maps_text, route_maps_json, "Can't find specified route-map")},
      {.syntax = "show <ip|ipv6> prefix-list [NAME$name] [json]",
       .help = {kShow, kIp, "IPv6 information", "Build a prefix list", kName, kJson},
       .run = show_policy(prefix_lists_text, prefix_lists_json, "Can't find specified prefix-list")},
      {.syntax = "show <ip|ipv6> access-list [NAME$name] [json]",
       .help = {kShow, kIp, "IPv6 information", "List IP access lists", "Name or number of the list", kJson},
       .run = show_policy(access_lists_text, access_lists_json, "Can't find specified access-list")},
      {.syntax = "show [<ip|bgp>] as-path-access-list [NAME$name] [json]",
       .help = {kShow, kIp, kBgpWord, "List AS path access lists", kName, kJson},
       .run =
           show_policy(as_path_lists_text, as_path_lists_json, "Can't find specified as-path access-list")},
      {.syntax = "show <ip|bgp> community-list [NAME$name [detail]] [json]",
       .help = {kShow, kIp, kBgpWord, "List community-list", "Name or number of the list", kDetail, kJson},
       .run = show_policy(community_lists_text, community_lists_json, "Can't find community-list")},
      {.syntax = "show <ip|bgp> large-community-list [NAME$name [detail]] [json]",
       .help = {kShow, kIp, kBgpWord, "List large-community list", "Name or number of the list", kDetail,
                kJson},
       .run = show_policy(large_community_lists_text, large_community_lists_json,
                          "Can't find large-community-list")},
      {.syntax = "show <ip|bgp> extcommunity-list [NAME$name [detail]] [json]",
       .help = {kShow, kIp, kBgpWord, "List extended-community list", "Name or number of the list", kDetail,
                kJson},
       .run = show_policy(extended_community_lists_text, extended_community_lists_json,
                          "Can't find extcommunity-list")},
  };
}

}  // namespace cli::show
