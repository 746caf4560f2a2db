// Rows of `match …` in route maps.
#include "cli/config/route_map_rows.hpp"

namespace cli {

namespace {

using rib::AddressMatch;
using rib::ListMatch;

constexpr std::string_view kMatch = "Match values from routing table", kListName = "Name of the list",
                           kExact = "Do exact matching of communities",
                           kPrefixList = "Match entries of prefix-lists",
                           kPrefixListName = "IP prefix-list name", kAccessListName = "IP access-list name";

std::string name_value(const Arguments& a) { return a.text("name"); }
std::uint32_t number_value(const Arguments& a) { return a.number_as<std::uint32_t>("number"); }

template <std::optional<ListMatch> RouteMapClause::Match::*member>
Command community_row(std::string keywords, std::string_view help, bool can_be_exact,
                      std::string_view summary, ListKind kind) {
  std::vector<std::string_view> all{kMatch, help, kListName};
  if (can_be_exact) all.push_back(kExact);
  auto row = clause_value(
      std::move(keywords), can_be_exact ? "NAME$name [exact-match]" : "NAME$name", std::move(all),
      [](auto& clause) -> auto& { return clause.match.*member; },
      [](const Arguments& a) {
        return ListMatch{a.text("name"), a.has("exact-match")};
      },
      [](const ListMatch& match) { return match.name + (match.exact ? " exact-match" : ""); }, summary);
  row.lists = {{kind, "name"}};
  return row;
}

template <std::optional<std::uint32_t> RouteMapClause::Match::*member>
Command number_row(std::string keywords, std::string range, std::string_view help, std::string_view summary) {
  return clause_value(
      std::move(keywords), range + "$number", {kMatch, help, "Number"},
      [](auto& clause) -> auto& { return clause.match.*member; }, number_value, number_text, summary);
}

/// The rows of one AddressMatch, found by `place(clause)`.
template <typename Place>
void add_list_rows(std::vector<Command>& rows, bool v4, const std::string& what, std::string_view help,
                   Place place, std::string_view about) {
  const std::string keywords = std::string(v4 ? "match ip " : "match ipv6 ") + what;
  const std::string_view ip = v4 ? "IP information" : "IPv6 information";
  rows.push_back(clause_value(
      keywords, "NAME$name", {kMatch, ip, help, kAccessListName},
      [place](auto& clause) -> auto& { return place(clause).access_list; }, name_value, same_text, about));
  const auto family = v4 ? rib::Family::Ipv4Unicast : rib::Family::Ipv6Unicast;
  rows.back().lists = {{ListKind::AccessList, "name", family}};
  rows.push_back(clause_value(
      keywords + " prefix-list", "NAME$name", {kMatch, ip, help, kPrefixList, kPrefixListName},
      [place](auto& clause) -> auto& { return place(clause).prefix_list; }, name_value, same_text,
      "The same by a prefix list. A list that is not defined never holds."));
  rows.back().lists = {{ListKind::PrefixList, "name", family}};
}

void add_address_rows(std::vector<Command>& rows, bool v4) {
  const std::size_t family = v4 ? 0 : 1;
  const auto prefix = [family](auto& clause) -> auto& { return clause.match.address[family]; };
  const auto next_hop = [family](auto& clause) -> auto& { return clause.match.next_hop[family]; };
  const std::string ip = v4 ? "match ip" : "match ipv6";
  const std::string_view ip_help = v4 ? "IP information" : "IPv6 information";
  add_list_rows(rows, v4, "address", "Match address of route", prefix,
                "The prefix, by an access list. Routes of the other family do not match.");
  rows.push_back(clause_value(
      ip + " address prefix-len", v4 ? "(0-32)$length" : "(0-128)$length",
      {kMatch, ip_help, "Match address of route", "Match prefix length of IP address", "Prefix length"},
      [prefix](auto& clause) -> auto& { return prefix(clause).prefix_length; },
      [](const Arguments& a) { return a.number_as<std::uint8_t>("length"); }, number_text,
      "The length of the prefix."));
  add_list_rows(rows, v4, "next-hop", "Match next-hop address of route", next_hop,
                "The next hop, by an access list.");
  rows.push_back(clause_value(
      ip + " next-hop address", v4 ? "A.B.C.D$address" : "X:X::X:X$address",
      {kMatch, ip_help, "Match next-hop address of route", "IP address", "Address of the next hop"},
      [next_hop](auto& clause) -> auto& { return next_hop(clause).address; },
      [](const Arguments& a) { return *a.address("address"); },
      [](const rib::IpAddress& address) { return address.to_string(); }, "The next hop itself."));
}

Command peer_row() {
  using rib::PeerMatch;
  return clause_value(
      "match peer", "<A.B.C.D$address|X:X::X:X$address|local|IFNAME$interface>",
      {kMatch, "Match peer address", "IPv4 address of peer", "IPv6 address of peer",
       "Static or Redistributed routes", "Interface of an interface peer"},
      [](auto& clause) -> auto& { return clause.match.peer; },
      [](const Arguments& a) {
        PeerMatch match;
        if (const auto* address = a.address("address")) match.address = *address;
        match.interface = a.text("interface");
        return match;
      },
      [](const PeerMatch& match) {
        if (match.address) return match.address->to_string();
        return match.interface.empty() ? std::string("local") : match.interface;
      },
      "The neighbor that the route comes from or goes to; `local`: our own routes.");
}

Command source_protocol_row() {
  using rib::SourceProtocol;
  return clause_value(
      "match source-protocol", "<bgp|connected|kernel|static>",
      {kMatch, "Match protocol via which the route was learnt", "BGP", "Connected routes", "Kernel routes",
       "Static routes"},
      [](auto& clause) -> auto& { return clause.match.source_protocol; },
      [](const Arguments& a) {
        return a.has("bgp")         ? SourceProtocol::Bgp
               : a.has("connected") ? SourceProtocol::Connected
               : a.has("kernel")    ? SourceProtocol::Kernel
                                    : SourceProtocol::Static;
      },
      [](SourceProtocol protocol) -> std::string {
        switch (protocol) {
          case SourceProtocol::Bgp:
            return "bgp";
          case SourceProtocol::Connected:
            return "connected";
          case SourceProtocol::Kernel:
            return "kernel";
          case SourceProtocol::Static:
            break;
        }
        return "static";
      },
      "Where the route comes from.");
}

}  // namespace

std::vector<Command> route_map_match_commands() {
  using Conditions = RouteMapClause::Match;
  std::vector<Command> rows;
  rows.push_back(clause_value(
      "match as-path", "NAME$name", {kMatch, "Match BGP AS path list", "AS path access-list name"},
      [](auto& clause) -> auto& { return clause.match.as_path; }, name_value, same_text,
      "The AS path, by `bgp as-path access-list`."));
  rows.back().lists = {{ListKind::AsPathList, "name"}};
  rows.push_back(community_row<&Conditions::community>("match community", "Match BGP community list", true,
                                                       "The communities, by `bgp community-list`.",
                                                       ListKind::CommunityList));
  rows.push_back(community_row<&Conditions::large_community>(
      "match large-community", "Match BGP large community list", true, "The large communities (RFC 8092).",
      ListKind::LargeCommunityList));
  rows.push_back(community_row<&Conditions::extended_community>(
      "match extcommunity", "Match BGP/VPN extended community list", false,
      "The extended communities (RFC 4360).", ListKind::ExtendedCommunityList));
  rows.push_back(clause_value(
      "match interface", "IFNAME$name", {kMatch, "Match first hop interface of route", "Interface name"},
      [](auto& clause) -> auto& { return clause.match.interface; }, name_value, same_text,
      "The interface of the next hop, or of a redistributed route."));
  for (const bool v4 : {true, false}) add_address_rows(rows, v4);
  add_list_rows(
      rows, true, "route-source", "Match advertising source address of route",
      [](auto& clause) -> auto& { return clause.match.route_source; },
      "The neighbor that sent the route, by an access list.");
  rows.push_back(number_row<&Conditions::local_preference>("match local-preference", "(0-4294967295)",
                                                           "Match local-preference of route", "LOCAL_PREF."));
  rows.push_back(number_row<&Conditions::metric>("match metric", "(0-4294967295)", "Match metric of route",
                                                 "MULTI_EXIT_DISC."));
  rows.push_back(clause_value(
      "match origin", "<egp|igp|incomplete>", {kMatch, "BGP origin code", "EGP", "IGP", "Unknown heritage"},
      [](auto& clause) -> auto& { return clause.match.origin; }, origin_of, origin_text, "ORIGIN."));
  rows.push_back(
      number_row<&Conditions::tag>("match tag", "(1-4294967295)", "Match tag of route",
                                   "The tag that `set tag` of this or another route map gave the route."));
  rows.push_back(peer_row());
  rows.push_back(clause_value(
      "match probability", "(0-100)$percent",
      {kMatch, "Match portion of routes defined by percentage value", "Percentage of routes"},
      [](auto& clause) -> auto& { return clause.match.probability; },
      [](const Arguments& a) { return a.number_as<std::uint8_t>("percent"); }, number_text,
      "So many of a hundred routes; always the same ones, by prefix and neighbor."));
  rows.push_back(source_protocol_row());
  return rows;
}

}  // namespace cli
