// Policy by chance: lists and route maps, only with values that typed lines can make.
#pragma once

#include <algorithm>
#include <random>

#include "rib/policy/definitions.hpp"

namespace cli {

class RandomPolicy {
 public:
  explicit RandomPolicy(std::mt19937& random) : random_(random) {}

  rib::PolicyDefinitions make() {
    rib::PolicyDefinitions policy;
    for (const auto family : rib::kFamilies)
      for (const auto* name : {"L", "10", "a-list"}) {
        if (chance()) policy.prefix_lists[index_of(family)][name] = prefix_list(family);
        if (chance()) policy.access_lists[index_of(family)][name] = access_list(family);
      }
    for (const auto* name : {"A", "B", "7"})
      if (chance()) policy.as_path_lists[name] = as_path_list();
    fill(policy.community_lists, [&] { return community(); });
    fill(policy.large_community_lists, [&] { return large(); });
    fill(policy.extended_community_lists, [&] { return extended(); });
    for (const auto* name : {"M", "OUT", "x"})
      if (chance()) policy.route_maps[name] = route_map();
    return policy;
  }

 private:
  bool chance() { return number(0, 1) == 1; }
  std::uint64_t number(std::uint64_t low, std::uint64_t high) {
    return std::uniform_int_distribution<std::uint64_t>(low, high)(random_);
  }
  std::uint32_t u32(std::uint64_t low = 0, std::uint64_t high = 0xffffffff) {
    return static_cast<std::uint32_t>(number(low, high));
  }
  std::string name() { return chance() ? "L" : "10"; }
  std::vector<rib::Sequence> sequences() {
    std::vector<rib::Sequence> all;
    for (auto count = number(1, 4); count > 0; --count) all.push_back(u32(1, 4294967295));
    return all;
  }
  rib::IpAddress address(rib::Family family) {
    if (family == rib::Family::Ipv4Unicast) return rib::IpAddress::v4(u32(0x0a000000, 0x0affffff));
    return *rib::IpAddress::parse("2001:db8:" + std::to_string(number(1, 99)) + "::1");
  }

  rib::PrefixList prefix_list(rib::Family family) {
    rib::PrefixList list;
    if (chance()) list.description = "of  the north";
    for (const auto sequence : sequences()) {
      rib::PrefixRule rule{.permit = chance()};
      const auto bits = address(family).bit_count();
      if (number(0, 3) == 0) {
        rule.prefix = rib::Prefix::default_route(afi_of(family));
        rule.is_any = true;
        rule.le = static_cast<std::uint8_t>(bits);
      } else {
        rule.prefix = rib::Prefix(address(family), u32(0, bits));
        const auto ge = number(rule.prefix.length(), bits);
        if (chance()) rule.ge = static_cast<std::uint8_t>(ge);
        if (chance()) rule.le = static_cast<std::uint8_t>(number(ge, bits));
      }
      list.rules[sequence] = rule;
    }
    return list;
  }

  rib::AccessList access_list(rib::Family family) {
    rib::AccessList list;
    if (chance()) list.remark = "a remark";
    const bool v4 = family == rib::Family::Ipv4Unicast;
    const auto side = [&] { return rib::WildcardAddress{address(family), rib::IpAddress::v4(u32(0, 0xff))}; };
    for (const auto sequence : sequences()) {
      rib::AccessRule rule{.permit = chance(),
                           .form = static_cast<rib::AccessRule::Form>(number(0, v4 ? 3 : 1))};
      if (rule.form == rib::AccessRule::Form::Prefix) {
        rule.prefix = rib::Prefix(address(family), u32(0, 32));
        rule.exact = chance();
      }
      if (rule.form == rib::AccessRule::Form::Standard || rule.form == rib::AccessRule::Form::Extended)
        rule.source = side();
      if (rule.form == rib::AccessRule::Form::Extended)
        rule.destination =
            chance() ? side() : rib::WildcardAddress{rib::IpAddress::v4(0), rib::IpAddress::v4(~0u)};
      list.rules[sequence] = rule;
    }
    return list;
  }

  rib::AsPathList as_path_list() {
    rib::AsPathList list;
    for (const auto sequence : sequences())
      list.rules[sequence] = {chance(), chance() ? "^65001_" : "_1 2( 3|$)"};
    return list;
  }

  rib::Community community() { return {u32(0, 5)}; }
  rib::LargeCommunity large() { return {u32(), u32(), u32(0, 3)}; }
  rib::ExtendedCommunity extended(std::uint8_t sub_type = 0) {
    rib::ExtendedCommunity made;
    for (auto& octet : made.octets) octet = static_cast<std::uint8_t>(number(0, 255));
    made.octets[0] = static_cast<std::uint8_t>(number(0, 2));
    if (made.octets[0] == 2) made.octets[2] |= 1;  // an AS number that needs the room
    made.octets[1] = sub_type ? sub_type : static_cast<std::uint8_t>(number(2, 3));
    return made;
  }
  template <typename Make>
  auto some(const Make& make) {
    std::vector<decltype(make())> values;
    for (auto count = number(1, 3); count > 0; --count) values.push_back(make());
    std::ranges::sort(values);
    const auto same = std::ranges::unique(values);
    values.erase(same.begin(), same.end());
    return values;
  }
  template <typename Lists, typename Make>
  void fill(Lists& lists, const Make& make) {
    for (const auto* list_name : {"C", "10", "100", "D"}) {
      if (!chance()) continue;
      auto& list = lists[list_name];
      list.is_expanded = chance();
      for (const auto sequence : sequences()) {
        auto& rule = list.rules[sequence];
        rule.permit = chance();
        if (list.is_expanded)
          rule.expression = "^65000:[0-9]+ .*$";
        else
          rule.values = some(make);
      }
    }
  }

  rib::RouteMap route_map() {
    rib::RouteMap map;
    for (auto count = number(1, 4); count > 0; --count) {
      const auto sequence = u32(1, 65534);
      auto& clause = map.clauses[sequence] = {};
      clause.permit = chance();
      if (chance()) clause.description = "what  it is";
      match(clause.match);
      set(clause.set);
      if (chance()) clause.call = "CALLED";
      if (chance()) clause.on_match = chance() ? 0 : u32(sequence + 1, 65535);
    }
    return map;
  }

  rib::AddressMatch address_match(rib::Family family, bool has_length, bool has_address) {
    rib::AddressMatch match;
    if (chance()) match.access_list = name();
    if (chance()) match.prefix_list = name();
    if (has_length && chance()) match.prefix_length = static_cast<std::uint8_t>(number(0, 32));
    if (has_address && chance()) match.address = address(family);
    return match;
  }
  void match(rib::RouteMapClause::Match& match) {
    if (chance()) match.as_path = name();
    if (chance()) match.community = {name(), chance()};
    if (chance()) match.large_community = {name(), chance()};
    if (chance()) match.extended_community = {name(), false};
    if (chance()) match.interface = "eth0";
    for (const auto family : rib::kFamilies) {
      match.address[index_of(family)] = address_match(family, true, false);
      match.next_hop[index_of(family)] = address_match(family, false, true);
    }
    match.route_source = address_match(rib::Family::Ipv4Unicast, false, false);
    if (chance()) match.local_preference = u32();
    if (chance()) match.metric = u32();
    if (chance()) match.tag = u32(1);
    if (chance()) match.origin = static_cast<rib::Origin>(number(0, 2));
    if (chance()) {
      match.peer.emplace();
      if (chance())
        match.peer->address = address(chance() ? rib::Family::Ipv4Unicast : rib::Family::Ipv6Unicast);
      else if (chance())
        match.peer->interface = "eth1";
    }
    if (chance()) match.probability = static_cast<std::uint8_t>(u32(0, 100));
    if (chance()) match.source_protocol = static_cast<rib::SourceProtocol>(number(0, 3));
  }

  rib::Adjustment adjustment() { return {static_cast<rib::Adjustment::Kind>(number(0, 2)), u32()}; }
  template <typename Value, typename Make>
  void communities(std::optional<rib::CommunitySet<Value>>& set, const Make& make) {
    if (!chance()) return;
    set.emplace();
    if (chance()) *set = {some(make), chance()};
  }
  void set(rib::RouteMapClause::Set& set) {
    if (chance()) set.aggregator = rib::Aggregator{u32(1), u32()};
    if (chance()) set.exclude = {u32(1), u32(1)};
    if (chance()) set.prepend = chance() ? rib::Prepend{{u32(1), u32(1)}, 0} : rib::Prepend{{}, 3};
    if (chance()) set.replace.emplace();
    if (set.replace && chance()) *set.replace = u32(1);
    set.atomic_aggregate = chance();
    if (chance()) set.delete_communities = name();
    if (chance()) set.delete_large_communities = name();
    communities(set.communities, [&] { return community(); });
    communities(set.large_communities, [&] { return large(); });
    set.no_extended_communities = chance();
    if (chance()) set.route_targets = some([&] { return extended(2); });
    if (chance()) set.route_origins = some([&] { return extended(3); });
    if (chance()) set.bandwidth = rib::LinkBandwidth{u32(1, 25600), chance()};
    if (chance()) {
      set.next_hop.emplace().kind = static_cast<rib::NextHopChoice::Kind>(number(0, 2));
      if (set.next_hop->kind == rib::NextHopChoice::Kind::Address)
        set.next_hop->address = address(rib::Family::Ipv4Unicast);
    }
    if (chance()) set.next_hop_global = address(rib::Family::Ipv6Unicast);
    if (chance()) set.next_hop_local = rib::IpAddress::parse("fe80::7");
    set.next_hop_peer_address = chance();
    set.prefer_global = chance();
    if (chance()) set.local_preference = adjustment();
    if (chance())
      set.metric = adjustment();
    else
      set.metric_is_igp = chance();
    if (chance()) set.origin = static_cast<rib::Origin>(number(0, 2));
    if (chance()) set.originator_id = u32();
    if (chance()) set.source = address(chance() ? rib::Family::Ipv4Unicast : rib::Family::Ipv6Unicast);
    if (chance()) set.tag = u32(1);
    if (chance()) set.weight = u32();
    if (chance()) set.distance = static_cast<std::uint8_t>(u32(0, 255));
  }

  std::mt19937& random_;
};

}  // namespace cli
