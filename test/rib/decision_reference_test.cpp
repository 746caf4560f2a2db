// The decision process against a second one that is written the slow way: for a path to be best, no other may
// be preferred, step by step as RFC 4271 §9.1.2.2, RFC 4456 §9 and RFC 5065 §5.3 read. Random histories of
// whole engines: announcements, withdraws, sessions that come and go, rules that change; what is best may
// depend on what is there, never on how it came to be there.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

struct Route {
  PeerUp from;
  PathAttributes attributes;
  std::uint32_t cost = 0;
};
using Routes = std::vector<Route>;

std::uint32_t preference(const Speaker& s, const Route& r) {
  return r.attributes.local_pref.value_or(s.default_local_pref);
}

unsigned length(const Speaker& s, const Route& r) {
  unsigned hops = 0;
  for (const auto& segment : r.attributes.as_path.segments()) {
    const auto count = static_cast<unsigned>(segment.as_numbers.size());
    if (segment.type == AsPath::SegmentType::Sequence) hops += count;
    if (segment.type == AsPath::SegmentType::Set) hops += 1;
    if (!s.count_member_ases) continue;
    if (segment.type == AsPath::SegmentType::ConfedSequence) hops += count;
    if (segment.type == AsPath::SegmentType::ConfedSet) hops += 1;
  }
  return s.ignore_as_path_length ? 0 : hops;
}

AsNumber neighbor_as(const Speaker& s, const Route& r) {
  for (const auto& segment : r.attributes.as_path.segments()) {
    if (segment.type == AsPath::SegmentType::Sequence) return segment.as_numbers[0];
    if (segment.type == AsPath::SegmentType::Set) return r.from.type == PeerType::External ? r.from.as : s.as;
  }
  return s.as;
}

std::uint32_t med(const Speaker& s, const Route& r) {
  return r.attributes.med.value_or(s.med_missing_as_worst ? UINT32_MAX : 0);
}

/// Removes each route that some other beats; `beats(better, worse)`.
template <typename Beats>
Routes without_beaten(const Routes& routes, Beats beats) {
  Routes left;
  for (const auto& worse : routes) {
    if (std::none_of(routes.begin(), routes.end(), [&](const Route& better) { return beats(better, worse); }))
      left.push_back(worse);
  }
  return left;
}

Route best_of(const Speaker& s, Routes routes) {
  using R = const Route&;
  const auto external = [](R r) { return r.from.type == PeerType::External; };
  const auto identifier = [](R r) { return r.attributes.rare->originator_id.value_or(r.from.identifier); };
  routes = without_beaten(routes, [](R a, R b) { return a.attributes.weight > b.attributes.weight; });
  routes = without_beaten(routes, [&](R a, R b) { return preference(s, a) > preference(s, b); });
  routes = without_beaten(routes, [&](R a, R b) { return length(s, a) < length(s, b); });
  routes = without_beaten(routes, [](R a, R b) { return a.attributes.origin < b.attributes.origin; });
  routes = without_beaten(routes, [&](R a, R b) {
    return (s.always_compare_med || neighbor_as(s, a) == neighbor_as(s, b)) && med(s, a) < med(s, b);
  });
  routes = without_beaten(routes, [&](R a, R b) { return external(a) && !external(b); });
  routes = without_beaten(routes, [](R a, R b) { return a.cost < b.cost; });
  routes = without_beaten(routes, [&](R a, R b) { return identifier(a) < identifier(b); });
  routes = without_beaten(routes, [](R a, R b) {
    return a.attributes.rare->cluster_list.size() < b.attributes.rare->cluster_list.size();
  });
  routes = without_beaten(routes, [](R a, R b) { return a.from.address < b.from.address; });
  EXPECT_EQ(routes.size(), 1u);
  return routes.front();
}

class RandomHistory {
 public:
  explicit RandomHistory(unsigned seed) : random_(seed), node_(speaker_) {
    for (std::uint32_t i = 1; i <= 6; ++i) {
      auto up = peer("192.0.2." + std::to_string(i), i <= 3 ? i % 2 + 1 : kOurAs);
      up.identifier = number(1, 3);
      peers_.push_back({up, {}, std::nullopt});
    }
    // Three next hops at three costs.
    for (std::uint32_t i = 0; i < 3; ++i)
      node_.engine.kernel_route(kernel_route("198.51.100." + std::to_string(i) + "/32", "192.0.2.100", i),
                                node_.now);
  }

  void step() {
    node_.now += 1s;
    auto& one = peers_[number(0, static_cast<std::uint32_t>(peers_.size()) - 1)];
    switch (number(0, 9)) {
      case 0:
        if (one.handle) node_.down(*std::exchange(one.handle, std::nullopt));
        one.route.reset();
        break;
      case 1:
        if (one.handle && one.route) node_.withdraw(*one.handle, {"10.1.0.0/16"});
        one.route.reset();
        break;
      case 2:
        change_rules();
        break;
      default:
        if (!one.handle) one.handle = node_.up(one.up);
        one.route = route(one.up);
        node_.announce(*one.handle, one.route->attributes, {"10.1.0.0/16"});
    }
    if (number(0, 2) == 0) node_.engine.run(1, node_.now);
  }

  void check() {
    ASSERT_TRUE(node_.settle(number(1, 50)));
    Routes routes;
    for (const auto& one : peers_)
      if (one.route) routes.push_back(*one.route);
    const auto view = node_.engine.destination(prefix("10.1.0.0/16"));
    ASSERT_EQ(view.has_value(), !routes.empty());
    if (!view) return;
    ASSERT_EQ(view->paths.size(), routes.size());
    ASSERT_TRUE(view->paths[0].is_best);
    ASSERT_EQ(view->paths[0].peer_address, best_of(speaker_, routes).from.address);
    // And each next one is the best of what is left.
    for (std::size_t i = 0; i < view->paths.size(); ++i) {
      const auto expected = best_of(speaker_, routes).from.address;
      ASSERT_EQ(view->paths[i].peer_address, expected);
      std::erase_if(routes, [&](const Route& r) { return r.from.address == expected; });
    }
  }

 private:
  struct Peering {
    PeerUp up;
    std::optional<PeerHandle> handle;
    std::optional<Route> route;
  };

  std::uint32_t number(std::uint32_t least, std::uint32_t most) {
    return std::uniform_int_distribution<std::uint32_t>(least, most)(random_);
  }

  Route route(const PeerUp& from) {
    using Type = AsPath::SegmentType;
    Route r{from, attributes(), number(0, 2)};
    auto& a = r.attributes;
    a.next_hop = address("198.51.100." + std::to_string(r.cost));
    std::vector<AsPath::Segment> segments;
    if (from.type == PeerType::Internal) {
      if (number(0, 3) == 0) segments.push_back({Type::ConfedSequence, {number(65101, 65102)}});
      if (number(0, 1)) a.local_pref = number(99, 101);
      if (number(0, 2) == 0) {
        a.rare.edit().originator_id = number(1, 3);
        a.rare.edit().cluster_list =
            number(0, 1) ? CompactArray<std::uint32_t>{7} : CompactArray<std::uint32_t>{7, 8};
      }
    }
    switch (number(0, 3)) {
      case 0:
        if (from.type == PeerType::External) segments.push_back({Type::Set, {9}});
        break;
      case 1:
        segments.push_back({Type::Set, {9, 10}});
        break;
      default:
        segments.push_back({Type::Sequence, {from.type == PeerType::External ? from.as : number(1, 2)}});
        if (number(0, 2) == 0) segments.push_back({Type::Set, {9, 10}});
    }
    a.as_path = AsPath(segments);
    a.origin = number(0, 3) ? Origin::Igp : Origin::Incomplete;
    if (number(0, 1)) a.med = number(0, 2);
    return r;
  }

  void change_rules() {
    speaker_.always_compare_med = number(0, 2) == 0;
    speaker_.med_missing_as_worst = number(0, 2) == 0;
    speaker_.ignore_as_path_length = number(0, 2) == 0;
    speaker_.count_member_ases = number(0, 2) == 0;
    speaker_.default_local_pref = number(99, 101);
    node_.engine.set_speaker(speaker_, node_.now);
  }

  std::mt19937 random_;
  Speaker speaker_ = speaker();
  Node node_;
  std::vector<Peering> peers_;
};

TEST(DecisionReference, RandomHistoriesAgreeWithTheSlowProcess) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomHistory history(seed);
    for (int round = 0; round < 40; ++round) {
      for (int steps = 0; steps < 5; ++steps) history.step();
      ASSERT_NO_FATAL_FAILURE(history.check());
    }
  }
}

}  // namespace
}  // namespace test
