// Several paths of a destination, in and out: ADD-PATH, RFC 7911.
#include <gmock/gmock.h>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

PeerUp taker(std::string_view address, AddPathSelection selection = {AddPathSelection::Kind::All, 0}) {
  auto up = client(address);
  for (auto& profile : up.exports) {
    profile->add_path_send = true;
    profile->add_path = selection;
  }
  return up;
}

class AddPath : public testing::Test {
 protected:
  PeerHandle external(unsigned number) {
    return node.up(peer("192.0.2." + std::to_string(number), 100 + number));
  }
  void announce(PeerHandle from, unsigned number, std::uint32_t med = 0) {
    node.announce(from,
                  attributes().via("192.0.2." + std::to_string(number)).path({100 + number}).with_med(med),
                  {"10.1.0.0/16"});
  }
  /// "id:neighbor AS" of each path that the peer has.
  std::vector<std::string> paths(PeerHandle peer) {
    std::vector<std::string> lines;
    for (const auto& [key, route] : node.output.paths_of(peer))
      lines.push_back(std::to_string(key.second) + ":" + std::to_string(route.as_path.first().value_or(0)));
    return lines;
  }

  Node node;
};

TEST_F(AddPath, AllPathsAreSentEachWithItsOwnId) {
  const auto one = external(1), two = external(2), three = external(3);
  const auto member = node.up(taker("192.0.2.9"));
  announce(one, 1);
  announce(two, 2);
  announce(three, 3);
  node.settle();

  EXPECT_THAT(paths(member), ElementsAre("1:101", "2:102", "3:103"));
  EXPECT_EQ(node.engine.counters(member).sent[0], 3u);
  EXPECT_EQ(node.output.paths_of(member), held_paths_of(sent_to(node.engine, member)));
}

TEST_F(AddPath, APathThatGoesIsWithdrawnByItsIdAndTheOthersKeepTheirs) {
  const auto one = external(1), two = external(2), three = external(3);
  const auto member = node.up(taker("192.0.2.9"));
  announce(one, 1);
  announce(two, 2);
  announce(three, 3);
  node.settle();

  node.withdraw(one, {"10.1.0.0/16"});
  node.settle();
  EXPECT_THAT(paths(member), ElementsAre("2:102", "3:103"));

  node.down(two);
  node.down(three);
  node.settle();
  EXPECT_THAT(paths(member), IsEmpty());
  EXPECT_EQ(node.engine.totals().destinations[0], 0u);
}

TEST_F(AddPath, AChangeOfAPathThatIsNotBestIsTold) {
  const auto one = external(1), two = external(2);
  const auto member = node.up(taker("192.0.2.9")), plain = node.up(client("192.0.2.8"));
  announce(one, 1);
  announce(two, 2);
  node.settle();
  node.output.log.clear();

  announce(two, 2, 7);
  node.settle();

  EXPECT_EQ(node.output.log.size(), 1u) << "the plain neighbor hears nothing";
  EXPECT_EQ(node.output.paths_of(member).at({prefix("10.1.0.0/16"), 2}).med, 7u);
  EXPECT_EQ(node.output.of(plain).size(), 1u);
}

TEST_F(AddPath, BestSelectedSendsSoManyInTheOrderOfTheDecision) {
  const auto one = external(1), two = external(2), three = external(3);
  const auto member = node.up(taker("192.0.2.9", {AddPathSelection::Kind::Best, 2}));
  announce(three, 3);
  announce(two, 2);
  node.settle();
  EXPECT_THAT(paths(member), ElementsAre("1:102", "2:103"));

  announce(one, 1);  // the lowest address: first
  node.settle();
  EXPECT_THAT(paths(member), ElementsAre("1:102", "3:101")) << "102 keeps its id";

  node.withdraw(two, {"10.1.0.0/16"});
  node.settle();
  EXPECT_THAT(paths(member), ElementsAre("2:103", "3:101"));
}

TEST_F(AddPath, BestPerAsSendsOneOfEachNeighbor) {
  const auto one = node.up(peer("192.0.2.1", 101)), again = node.up(peer("192.0.2.2", 101)),
             other = node.up(peer("192.0.2.3", 103));
  const auto member = node.up(taker("192.0.2.9", {AddPathSelection::Kind::PerAs, 0}));
  for (const auto& [from, via] : {std::pair(one, 1u), std::pair(again, 2u)})
    node.announce(from, attributes().via("192.0.2." + std::to_string(via)).path({101}), {"10.1.0.0/16"});
  announce(other, 3);
  node.settle();

  EXPECT_THAT(paths(member), ElementsAre("1:101", "2:103"));
}

TEST_F(AddPath, APathIsNotSentBackToItsSource) {
  const auto one = node.up(taker("192.0.2.1")), two = node.up(taker("192.0.2.2"));
  node.announce(one, attributes().via("192.0.2.1").path({1}), {"10.1.0.0/16"});
  node.announce(two, attributes().via("192.0.2.2").path({2}), {"10.1.0.0/16"});
  node.settle();

  EXPECT_THAT(paths(one), ElementsAre("2:2"));
  EXPECT_THAT(paths(two), ElementsAre("1:1"));
}

TEST_F(AddPath, PathsOfOnePeerAreToldApartByItsIds) {  // received
  auto up = peer("192.0.2.1", 101);
  up.add_path_receive[0] = true;
  const auto source = node.up(up);
  const auto member = node.up(taker("192.0.2.9"));
  const Nlri first{prefix("10.1.0.0/16"), 11}, second{prefix("10.1.0.0/16"), 12};
  node.announce(source, attributes().via("192.0.2.1").path({101, 1}), std::span(&first, 1));
  node.announce(source, attributes().via("192.0.2.1").path({101, 2, 2}), std::span(&second, 1));
  node.settle();
  EXPECT_EQ(node.engine.destination(first.prefix)->paths.size(), 2u);
  EXPECT_THAT(paths(member), ElementsAre("1:101", "2:101"));

  node.announce(source, attributes().via("192.0.2.1").path({101, 3}), std::span(&second, 1));  // replaced
  node.settle();
  EXPECT_EQ(node.output.paths_of(member).at({first.prefix, 2}).as_path, AsPath::sequence({101, 3}));

  node.engine.received(source, {Family::Ipv4Unicast, std::span(&first, 1), nullptr, {}}, node.now);
  node.settle();
  EXPECT_THAT(paths(member), ElementsAre("2:101"));
  EXPECT_EQ(node.engine.counters(source).received[0], 1u);
}

TEST_F(AddPath, AReplacementThatMayNotBeSentWithdrawsThatPath) {
  const auto one = external(1), two = external(2);
  const auto member = node.up(taker("192.0.2.9"));
  announce(one, 1);
  announce(two, 2);
  node.settle();

  node.announce(one, attributes().via("192.0.2.1").path({101}).community(kNoAdvertise), {"10.1.0.0/16"});
  node.settle();

  EXPECT_THAT(paths(member), ElementsAre("2:102"));
}

TEST_F(AddPath, AnotherSelectionWithdrawsWhatItLeavesOut) {
  const auto one = external(1), two = external(2);
  const auto up = taker("192.0.2.9");
  const auto member = node.up(up);
  announce(one, 1);
  announce(two, 2);
  node.settle();

  auto profile = *up.exports[0];
  profile.add_path = {AddPathSelection::Kind::Best, 1};
  node.engine.set_export_profile(member, profile, node.now);
  node.withdraw(one, {"10.1.0.0/16"});
  node.settle(1);

  EXPECT_EQ(node.output.paths_of(member).size(), 1u);
  EXPECT_EQ(node.output.paths_of(member).begin()->second.as_path.first(), 102u);
}

}  // namespace
}  // namespace test
