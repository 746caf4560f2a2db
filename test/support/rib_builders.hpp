// Builders for routes and peers that name only what a test cares about, and an Output that plays all the
// peers: it applies the messages of each group to every member in order, as a session does, and so knows what
// each peer holds.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "rib/engine.hpp"
#include "test/support/addresses.hpp"

namespace test {

using namespace rib;
using namespace std::chrono_literals;

inline TimePoint at(std::chrono::seconds time) { return TimePoint(time); }

/// attributes().via("10.0.0.1").as_path({1, 2}).med(5)
class AttributesBuilder : public PathAttributes {
 public:
  AttributesBuilder() {
    origin = Origin::Igp;
    next_hop = address("192.0.2.1");
  }
  AttributesBuilder& via(std::string_view a) { return next_hop = address(a), *this; }
  AttributesBuilder& via_link_local(std::string_view a) {
    return rare.edit().link_local_next_hop = address(a), *this;
  }
  AttributesBuilder& path(std::initializer_list<AsNumber> p) { return as_path = AsPath::sequence(p), *this; }
  AttributesBuilder& with_origin(Origin o) { return origin = o, *this; }
  AttributesBuilder& with_med(std::uint32_t m) { return med = m, *this; }
  AttributesBuilder& preference(std::uint32_t p) { return local_pref = p, *this; }
  AttributesBuilder& community(Community c) { return communities = {c}, *this; }
  AttributesBuilder& originator(BgpIdentifier id) { return rare.edit().originator_id = id, *this; }
  AttributesBuilder& clusters(std::initializer_list<std::uint32_t> c) {
    return rare.edit().cluster_list = c, *this;
  }
};
inline AttributesBuilder attributes() { return {}; }

inline constexpr AsNumber kOurAs = 65000;

inline Speaker speaker() {
  Speaker s;
  s.as = kOurAs;
  s.identifier = address("10.255.0.1").to_v4();
  return s;
}

/// A peer at `peer_address` with everything that the address implies; change the members that matter.
inline PeerUp peer(std::string_view peer_address, AsNumber as = kOurAs) {
  PeerUp up;
  up.address = address(peer_address);
  up.local_address = up.address.is_v4() ? address("192.0.2.254") : address("2001:db8::fe");
  up.as = as;
  up.type = as == kOurAs ? PeerType::Internal : PeerType::External;
  up.identifier = up.address.is_v4() ? up.address.to_v4() : static_cast<std::uint32_t>(up.address.hash());
  up.name = peer_address;
  up.families = {Family::Ipv4Unicast, Family::Ipv6Unicast};
  for (const auto family : kFamilies) {
    ExportProfile profile;
    profile.family = family;
    profile.type = up.type;
    profile.local_as = kOurAs;
    profile.local_address = family == Family::Ipv4Unicast ? address("192.0.2.254") : address("2001:db8::fe");
    up.exports[index_of(family)] = profile;
  }
  return up;
}

inline PeerUp client(std::string_view peer_address) {
  auto up = peer(peer_address);
  for (auto& profile : up.exports) profile->is_route_reflector_client = true;
  return up;
}

inline PeerUp mesh_member(std::string_view peer_address) {
  auto up = peer(peer_address);
  up.guard.is_mesh_member = true;
  up.guard.pools = {prefix("10.0.0.0/8"), prefix("172.16.0.0/12"), prefix("fd00::/8")};
  up.guard.refused = {prefix("192.0.2.0/24")};
  return up;
}

inline KernelRoute connected(std::string_view text, std::uint32_t interface_index = 2) {
  KernelRoute route;
  route.prefix = prefix(text);
  route.source = RouteSource::Connected;
  route.protocol = 2;
  route.next_hops = {{.gateway = std::nullopt, .interface_index = interface_index}};
  return route;
}

inline KernelRoute kernel_route(std::string_view text, std::string_view gateway, std::uint32_t metric = 0) {
  KernelRoute route;
  route.prefix = prefix(text);
  route.source = RouteSource::Kernel;
  route.metric = metric;
  route.next_hops = {{.gateway = address(gateway), .interface_index = 2}};
  return route;
}

/// Plays every peer's end of its session.
class PeersPlayed : public Output {
 public:
  using Held = std::map<Prefix, PathAttributes>;
  using HeldPaths = std::map<std::pair<Prefix, std::uint32_t>, PathAttributes>;  // ADD-PATH

  void group_opened(GroupId group, const ExportProfile& profile) override { groups[group].profile = profile; }
  void group_closed(GroupId group) override { groups.erase(group); }
  void member_joined(GroupId group, PeerHandle peer, CohortId cohort) override {
    groups.at(group).members[peer.index].insert(cohort);
  }
  void member_left(GroupId group, PeerHandle peer) override {
    groups.at(group).members.erase(peer.index);
    held.erase({peer.index, groups.at(group).profile.family});
    held_paths.erase({peer.index, groups.at(group).profile.family});
  }
  void member_moved(GroupId from, GroupId to, PeerHandle peer, CohortId cohort) override {
    groups.at(from).members.erase(peer.index);
    groups.at(to).members[peer.index].insert(cohort);
  }
  void withdraw(GroupId group, const Audience& audience, std::span<const Nlri> prefixes) override {
    ++messages;
    log.push_back("withdraw " + text(audience, prefixes));
    for_each(group, audience, [&](Held& table, HeldPaths& paths) {
      for (const auto& nlri : prefixes)
        if (takes_paths(group))
          paths.erase({nlri.prefix, nlri.path_id});
        else
          table.erase(nlri.prefix);
    });
  }
  void announce(GroupId group, const Audience& audience, const PathAttributes& attributes,
                std::span<const Nlri> prefixes) override {
    ++messages;
    log.push_back("announce " + text(audience, prefixes));
    for_each(group, audience, [&](Held& table, HeldPaths& paths) {
      for (const auto& nlri : prefixes)
        if (takes_paths(group))
          paths.insert_or_assign({nlri.prefix, nlri.path_id}, attributes);
        else
          table.insert_or_assign(nlri.prefix, attributes);
    });
  }
  void end_of_rib(GroupId group, CohortId cohort) override {
    for (auto& [peer, cohorts] : groups.at(group).members) {
      if (cohorts.erase(cohort) > 0) ++ends_of_rib[{peer, groups.at(group).profile.family}];
    }
  }
  void cohort_done(GroupId group, CohortId cohort) override {
    for (auto& [peer, cohorts] : groups.at(group).members) cohorts.erase(cohort);
  }
  void fib_changes(std::span<const FibChange> changes) override {
    for (const auto& change : changes) {
      ++fib_writes;
      if (change.route) {
        fib.insert_or_assign(change.prefix, *change.route);
      } else {
        fib.erase(change.prefix);
      }
    }
  }
  void fib_moved(const FibMove& move) override { moves.push_back(move); }
  void notice(const Notice& notice) override { notices.push_back(notice); }

  /// What the peer holds of us; both families of an index are told apart by the prefix's family.
  const Held& of(PeerHandle peer, Family family = Family::Ipv4Unicast) { return held[{peer.index, family}]; }
  const HeldPaths& paths_of(PeerHandle peer, Family family = Family::Ipv4Unicast) {
    return held_paths[{peer.index, family}];
  }
  std::size_t count(Notice::Kind kind) const {
    std::size_t count = 0;
    for (const auto& notice : notices) count += notice.kind == kind;
    return count;
  }

  struct Group {
    ExportProfile profile;
    std::map<std::uint32_t, std::set<CohortId>> members;  // index: cohorts whose walk is not complete
  };
  std::map<GroupId, Group> groups;
  std::vector<FibMove> moves;
  std::map<std::pair<std::uint32_t, Family>, Held> held;
  std::map<std::pair<std::uint32_t, Family>, HeldPaths> held_paths;
  std::map<std::pair<std::uint32_t, Family>, int> ends_of_rib;
  std::map<Prefix, FibRoute> fib;
  std::vector<Notice> notices;
  std::vector<std::string> log;
  std::size_t fib_writes = 0, messages = 0;

 private:
  bool takes_paths(GroupId group) const { return groups.at(group).profile.add_path_send; }
  template <typename Apply>
  void for_each(GroupId id, const Audience& audience, Apply apply) {
    const auto& group = groups.at(id);
    for (const auto& [peer, cohorts] : group.members) {
      switch (audience.kind) {
        case Audience::Kind::Only:
          if (peer != audience.only) continue;
          break;
        case Audience::Kind::Cohort:
          if (!cohorts.contains(audience.cohort)) continue;
          [[fallthrough]];
        case Audience::Kind::Group:
          if (peer == audience.except) continue;
      }
      const auto key = std::pair(peer, group.profile.family);
      apply(held[key], held_paths[key]);
    }
  }
  static std::string text(const Audience& audience, std::span<const Nlri> prefixes) {
    std::string result = audience.kind == Audience::Kind::Group    ? "group"
                         : audience.kind == Audience::Kind::Cohort ? "cohort"
                                                                   : "only";
    for (const auto& nlri : prefixes) result += " " + nlri.prefix.to_string();
    return result;
  }
};

/// All that the engine says a peer has.
inline std::vector<AdvertisedRoute> sent_to(const Engine& engine, PeerHandle peer,
                                            Family family = Family::Ipv4Unicast) {
  std::vector<AdvertisedRoute> routes;
  for (const auto& prefix : engine.prefixes_to(peer, family, std::nullopt, SIZE_MAX / 8))
    std::ranges::move(engine.sent_to(peer, prefix), std::back_inserter(routes));
  return routes;
}
/// ... of one that takes one path of a destination.
inline PeersPlayed::Held held_of(std::span<const AdvertisedRoute> routes) {
  PeersPlayed::Held held;
  for (const auto& route : routes) held.emplace(route.prefix, route.attributes);
  return held;
}
/// ... of one that takes several.
inline PeersPlayed::HeldPaths held_paths_of(std::span<const AdvertisedRoute> routes) {
  PeersPlayed::HeldPaths held;
  for (const auto& route : routes) held.emplace(std::pair(route.prefix, route.path_id), route.attributes);
  return held;
}

/// An engine with its played peers on a node whose link is 192.0.2.0/24 and 2001:db8::/64.
struct Node {
  explicit Node(const Speaker& s = speaker()) {
    engine.set_speaker(s, now);
    engine.kernel_route(connected("192.0.2.0/24"), now);
    engine.kernel_route(connected("2001:db8::/64"), now);
    settle();
  }

  PeerHandle up(const PeerUp& p) { return engine.peer_up(p, now); }
  void down(PeerHandle p) { engine.peer_down(p, now); }
  void announce(PeerHandle from, const PathAttributes& attributes,
                std::initializer_list<std::string_view> prefixes) {
    std::vector<Nlri> nlri;
    for (const auto text : prefixes) nlri.push_back({test::prefix(text), 0});
    announce(from, attributes, nlri);
  }
  void announce(PeerHandle from, const PathAttributes& attributes, std::span<const Nlri> nlri) {
    engine.received(from, {nlri[0].prefix.family(), {}, &attributes, nlri}, now);
  }
  void withdraw(PeerHandle from, std::initializer_list<std::string_view> prefixes) {
    std::vector<Nlri> nlri;
    for (const auto text : prefixes) nlri.push_back({test::prefix(text), 0});
    engine.received(from, {nlri[0].prefix.family(), nlri, nullptr, {}}, now);
  }
  void originate(std::string_view text, LocalSource source = LocalSource::Network) {
    PathAttributes attributes;
    attributes.origin = Origin::Igp;
    engine.originate(test::prefix(text), source, {attributes}, now);
  }
  void withdraw_local(std::string_view text, LocalSource source = LocalSource::Network) {
    engine.withdraw_local(test::prefix(text), source, now);
  }
  /// Runs until there is nothing left to do; false when that does not come.
  bool settle(std::size_t budget = 1000) {
    for (int turns = 0; turns < 100000; ++turns) {
      if (!engine.has_work()) return true;
      engine.run(budget, now);
    }
    return false;
  }
  PathState state_of(std::string_view text) const {
    return engine.destination(test::prefix(text))->paths.front().state;
  }
  FibState fib_state(std::string_view text) const { return engine.destination(test::prefix(text))->fib; }

  TimePoint now = at(1000s);
  PeersPlayed output;
  Engine engine{output};
};

/// The prefixes that the peer holds when nothing is left to do; what the engine tells of them is the same.
inline std::vector<std::string> held(Node& node, PeerHandle by, Family family = Family::Ipv4Unicast) {
  node.settle();
  std::vector<std::string> prefixes;
  for (const auto& [prefix, attributes] : node.output.of(by, family)) prefixes.push_back(prefix.to_string());
  EXPECT_EQ(held_of(sent_to(node.engine, by, family)), node.output.of(by, family));
  EXPECT_EQ(node.engine.counters(by).sent[index_of(family)], prefixes.size());
  return prefixes;
}

/// With what attributes it holds this one.
inline PathAttributes sent(Node& node, PeerHandle to, std::string_view text) {
  node.settle();
  return node.output.of(to, prefix(text).family()).at(prefix(text));
}

}  // namespace test
