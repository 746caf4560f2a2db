// Rows of `set …` in route maps.
#include <algorithm>
#include <charconv>

#include "cli/command/syntax.hpp"
#include "cli/config/help_words.hpp"
#include "cli/config/policy_text.hpp"
#include "cli/config/route_map_set_rows.hpp"

namespace cli {

namespace {

using rib::Adjustment;

// --- numbers

std::optional<Adjustment> parse_adjustment(std::string_view text) {
  Adjustment made;
  if (text.starts_with('+')) made.kind = Adjustment::Kind::Add;
  if (text.starts_with('-')) made.kind = Adjustment::Kind::Subtract;
  if (made.kind != Adjustment::Kind::Value) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), made.number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return made;
}

std::string text_of(const Adjustment& adjustment) {
  const auto number = std::to_string(adjustment.number);
  switch (adjustment.kind) {
    case Adjustment::Kind::Add:
      return "+" + number;
    case Adjustment::Kind::Subtract:
      return "-" + number;
    case Adjustment::Kind::Value:
      break;
  }
  return number;
}

template <std::optional<Adjustment> Set::*member>
Command adjustment_row(std::string keywords, std::string_view help, std::string_view summary) {
  return clause_command({
      .syntax = keywords + " VALUE$value",
      .help = {kSet, help, "A number; with + or - before it: added or subtracted"},
      .set = [](RouteMapClause& clause, const Arguments& a) -> Outcome {
        const auto adjustment = parse_adjustment(a.text("value"));
        if (!adjustment) return std::string(kMalformed);
        clause.set.*member = *adjustment;
        if constexpr (member == &Set::metric) clause.set.metric_is_igp = false;
        return {};
      },
      .unset = [](RouteMapClause& clause) { (clause.set.*member).reset(); },
      .write =
          [keywords](const RouteMapClause& clause, Lines& lines) {
            if (const auto& value = clause.set.*member) lines.push_back(keywords + " " + text_of(*value));
          },
      .summary = summary,
      .no_syntax = "no " + keywords + " [VALUE$value]",
  });
}

Command igp_metric_row() {
  auto row =
      switch_row<&Set::metric_is_igp>("set metric igp", {kSet, "Metric value", "The metric to the next hop"},
                                      "MULTI_EXIT_DISC becomes the metric of the route to the next hop.");
  row.set = [](Target& t, const Arguments&) -> Outcome {
    t.clause->set.metric_is_igp = true;
    t.clause->set.metric.reset();
    return {};
  };
  return row;
}

template <std::optional<std::uint32_t> Set::*member>
Command number_row(std::string keywords, std::string range, std::string_view help, std::string_view summary) {
  return clause_value(
      std::move(keywords), range + "$number", {kSet, help, "Number"}, in_set<member>(),
      [](const Arguments& a) { return a.number_as<std::uint32_t>("number"); }, number_text, summary);
}

// --- AS path

std::optional<std::vector<rib::AsNumber>> parse_as_numbers(const std::vector<std::string>& words) {
  std::vector<rib::AsNumber> numbers;
  for (const auto& word : words) {
    const auto number = parse_as_number(word);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

std::string text_of(const std::vector<rib::AsNumber>& numbers) {
  std::string text;
  for (const auto number : numbers) text += " " + std::to_string(number);
  return text;
}

constexpr std::string_view kAsPath = "Transform BGP AS-path attribute";

void write_prepend(const RouteMapClause& clause, Lines& lines) {
  const auto& prepend = clause.set.prepend;
  if (!prepend) return;
  lines.push_back("set as-path prepend" + (prepend->last_as_times > 0
                                               ? " last-as " + std::to_string(prepend->last_as_times)
                                               : text_of(prepend->as_numbers)));
}

std::vector<Command> as_path_rows() {
  std::vector<Command> rows;
  rows.push_back(clause_command({
      .syntax = "set as-path exclude AS...$as",
      .help = {kSet, kAsPath, "Exclude from the as-path", "AS number"},
      .set = [](RouteMapClause& clause, const Arguments& a) -> Outcome {
        auto numbers = parse_as_numbers(a.texts("as"));
        if (!numbers) return std::string(kMalformed);
        clause.set.exclude = *std::move(numbers);
        return {};
      },
      .unset = [](RouteMapClause& clause) { clause.set.exclude.clear(); },
      .write =
          [](const RouteMapClause& clause, Lines& lines) {
            if (!clause.set.exclude.empty())
              lines.push_back("set as-path exclude" + text_of(clause.set.exclude));
          },
      .summary = "Takes these numbers out of the AS path.",
      .no_syntax = "no set as-path exclude [AS...$as]",
  }));
  rows.push_back(clause_command({
      .syntax = "set as-path prepend AS...$as",
      .help = {kSet, kAsPath, "Prepend to the as-path", "AS number"},
      .set = [](RouteMapClause& clause, const Arguments& a) -> Outcome {
        auto numbers = parse_as_numbers(a.texts("as"));
        if (!numbers) return std::string(kMalformed);
        clause.set.prepend = rib::Prepend{*std::move(numbers), 0};
        return {};
      },
      .unset = [](RouteMapClause& clause) { clause.set.prepend.reset(); },
      .write = write_prepend,
      .summary = "Puts these numbers before the AS path.",
      .no_syntax = "no set as-path prepend [AS...$as]",
  }));
  rows.push_back(clause_command({
      .syntax = "set as-path prepend last-as (1-10)$times",
      .help = {kSet, kAsPath, "Prepend to the as-path", "Use the last AS-number in the as-path",
               "Number of times to insert"},
      .set = [](RouteMapClause& clause, const Arguments& a) -> Outcome {
        clause.set.prepend = rib::Prepend{{}, a.number_as<std::uint8_t>("times")};
        return {};
      },
      .unset = [](RouteMapClause& clause) { clause.set.prepend.reset(); },
      .summary = "Puts the first number of the AS path before it so many times.",
      .no_syntax = "no set as-path prepend last-as [(1-10)$times]",
  }));
  rows.push_back(clause_value(
      "set as-path replace", "<any|ASNUM$as>",
      {kSet, kAsPath, "Replace ASNs in the as-path", "Any", "AS number"}, in_set<&Set::replace>(),
      [](const Arguments& a) {
        std::optional<rib::AsNumber> number;
        if (a.has("as")) number = a.number_as<rib::AsNumber>("as");
        return number;
      },
      [](const std::optional<rib::AsNumber>& number) { return number ? std::to_string(*number) : "any"; },
      "Puts our own AS in the place of this one, or of all."));
  return rows;
}

// --- next hop

std::vector<Command> next_hop_rows() {
  using rib::NextHopChoice;
  constexpr std::string_view kNextHop = "Next hop address";
  const auto address = [](const Arguments& a) { return *a.address("address"); };
  const auto text = [](const rib::IpAddress& value) { return value.to_string(); };
  std::vector<Command> rows;
  rows.push_back(clause_command({
      .syntax = "set ip next-hop <A.B.C.D$address|peer-address|unchanged>",
      .help = {kSet, kIp, kNextHop, "IP address of next hop", "Use peer address (for BGP only)",
               "Don't modify existing Next hop address"},
      .set = [](RouteMapClause& clause, const Arguments& a) -> Outcome {
        NextHopChoice choice;
        if (const auto* hop = a.address("address")) {
          if (hop->is_multicast() || hop->is_unspecified())
            return "% " + hop->to_string() + " is not a next hop";
          choice.address = *hop;
        }
        if (a.has("peer-address")) choice.kind = NextHopChoice::Kind::PeerAddress;
        if (a.has("unchanged")) choice.kind = NextHopChoice::Kind::Unchanged;
        clause.set.next_hop = choice;
        return {};
      },
      .unset = [](RouteMapClause& clause) { clause.set.next_hop.reset(); },
      .write =
          [](const RouteMapClause& clause, Lines& lines) {
            const auto& choice = clause.set.next_hop;
            if (!choice) return;
            lines.push_back("set ip next-hop " +
                            (choice->kind == NextHopChoice::Kind::Address       ? choice->address.to_string()
                             : choice->kind == NextHopChoice::Kind::PeerAddress ? "peer-address"
                                                                                : "unchanged"));
          },
      .summary = "Next hop of IPv4 routes: an address, that of the session, or as it was received.",
      .no_syntax = "no set ip next-hop [<A.B.C.D$address|peer-address|unchanged>]",
  }));
  auto global =
      clause_value("set ipv6 next-hop global", "X:X::X:X$address",
                   {kSet, kIpv6, "IPv6 next-hop address", "IPv6 global address", "Address"},
                   in_set<&Set::next_hop_global>(), address, text, "Global next hop of IPv6 routes.");
  global.set = [set = global.set](Target& t, const Arguments& a) -> Outcome {
    const auto& hop = *a.address("address");
    if (hop.is_multicast() || hop.is_unspecified() || hop.is_link_local())
      return "% " + hop.to_string() + " is not a global next hop";
    return set(t, a);
  };
  rows.push_back(std::move(global));
  auto local = clause_value(
      "set ipv6 next-hop local", "X:X::X:X$link-local",
      {kSet, kIpv6, "IPv6 next-hop address", "IPv6 local address", "Address"}, in_set<&Set::next_hop_local>(),
      [](const Arguments& a) { return *a.address("link-local"); }, text,
      "Link-local next hop of IPv6 routes (RFC 2545 §3).");
  local.set = [set = local.set](Target& t, const Arguments& a) -> Outcome {
    if (!a.address("link-local")->is_link_local())
      return "% " + a.address("link-local")->to_string() + " is not a link-local address";
    return set(t, a);
  };
  rows.push_back(std::move(local));
  rows.push_back(switch_row<&Set::next_hop_peer_address>(
      "set ipv6 next-hop peer-address",
      {kSet, kIpv6, "IPv6 next-hop address", "Use peer address (for BGP only)"},
      "Next hop of IPv6 routes: the address of the session."));
  rows.push_back(switch_row<&Set::prefer_global>(
      "set ipv6 next-hop prefer-global",
      {kSet, kIpv6, "IPv6 next-hop address", "Prefer global over link-local if both exist"},
      "Of two next hops the global one is used."));
  return rows;
}

Command aggregator_row() {
  return clause_value(
      "set aggregator as", "ASNUM$as A.B.C.D$address",
      {kSet, "BGP aggregator attribute", "AS number of aggregator", "AS number", "IP address of aggregator"},
      in_set<&Set::aggregator>(),
      [](const Arguments& a) {
        return rib::Aggregator{a.number_as<rib::AsNumber>("as"), a.address("address")->to_v4()};
      },
      [](const rib::Aggregator& aggregator) {
        return std::to_string(aggregator.as) + " " + rib::IpAddress::v4(aggregator.address).to_string();
      },
      "AGGREGATOR.");
}

Command originator_row() {
  return clause_value(
      "set originator-id", "A.B.C.D$address",
      {kSet, "BGP originator ID attribute", "IP address of originator"}, in_set<&Set::originator_id>(),
      [](const Arguments& a) { return a.address("address")->to_v4(); },
      [](rib::BgpIdentifier id) { return rib::IpAddress::v4(id).to_string(); }, "ORIGINATOR_ID (RFC 4456).");
}

}  // namespace

std::vector<Command> route_map_set_commands() {
  std::vector<Command> rows;
  const auto add = [&](std::vector<Command> more) {
    for (auto& row : more) rows.push_back(std::move(row));
  };
  rows.push_back(aggregator_row());
  add(as_path_rows());
  rows.push_back(switch_row<&Set::atomic_aggregate>(
      "set atomic-aggregate", {kSet, "BGP atomic aggregate attribute"}, "ATOMIC_AGGREGATE."));
  add(route_map_set_community_commands());
  add(next_hop_rows());
  rows.push_back(adjustment_row<&Set::local_preference>("set local-preference",
                                                        "BGP local preference path attribute",
                                                        "LOCAL_PREF, or how much more or less."));
  rows.push_back(igp_metric_row());
  rows.push_back(adjustment_row<&Set::metric>("set metric", "Metric value for destination routing protocol",
                                              "MULTI_EXIT_DISC, or how much more or less."));
  rows.push_back(inert_row("set metric <rtt|+rtt|-rtt>",
                           {kSet, "Metric value for destination routing protocol", "Assign round trip time",
                            "Add round trip time", "Subtract round trip time"},
                           "Round trip times do not enter the metric."));
  rows.push_back(clause_value("set origin", "<egp|igp|incomplete>",
                              {kSet, "BGP origin code", "Remote EGP", "Local IGP", "Unknown heritage"},
                              in_set<&Set::origin>(), origin_of, origin_text, "ORIGIN."));
  rows.push_back(originator_row());
  rows.push_back(number_row<&Set::tag>("set tag", "(1-4294967295)", "Tag value for routing protocol",
                                       "A number that stays with the route: later clauses and other route "
                                       "maps match it, `show` tells it; never sent."));
  rows.push_back(number_row<&Set::weight>("set weight", "(0-4294967295)", "BGP weight for routing table",
                                          "Our own preference, before LOCAL_PREF; never sent."));
  rows.push_back(clause_value(
      "set distance", "(0-255)$distance", {kSet, "Set BGP administrative distance", "Distance value"},
      in_set<&Set::distance>(), [](const Arguments& a) { return a.number_as<std::uint8_t>("distance"); },
      number_text,
      "The administrative distance of the route here, in place of that of `distance`; 255: never in the "
      "kernel, 0: as `distance` says. For routes that come in."));
  rows.push_back(clause_value(
      "set src", "ADDRESS$address", {kSet, "src address for route", "Source address"}, in_set<&Set::source>(),
      [](const Arguments& a) { return *a.address("address"); },
      [](const rib::IpAddress& address) { return address.to_string(); },
      "Source address of this host's own packets, where `ip protocol bgp route-map` applies the route map."));
  return rows;
}

}  // namespace cli
