// Speakers that connect to one another in virtual time: collisions, retries, accept. RFC 4271 §6.8, §8.1.1,
// §8.2.1.
#include "bgpd/session/peer_manager.hpp"

#include <gtest/gtest.h>

#include "test/bgpd/session/session_world.hpp"

namespace bgpd::session {
namespace {

struct Pair {
  explicit Pair(World& world)
      : a(world, "10.0.0.1", 64512, 0x0a000001), b(world, "10.0.0.2", 64512, 0x0a000002) {}
  void add_a() { a.add(Speaker::neighbor("10.0.0.2", 64512)); }
  void add_b() { b.add(Speaker::neighbor("10.0.0.1", 64512)); }
  bool both_up() { return a.peer("10.0.0.2").is_established() && b.peer("10.0.0.1").is_established(); }
  /// Neither session fell on the way.
  void expect_exactly_one_session() {
    EXPECT_THAT(a.handler.told, testing::ElementsAre("up 10.0.0.2"));
    EXPECT_THAT(b.handler.told, testing::ElementsAre("up 10.0.0.1"));
    const auto& ours = a.peer("10.0.0.2");
    const auto& theirs = b.peer("10.0.0.1");
    EXPECT_EQ(ours.local(), theirs.remote());  // the two ends of one connection
    EXPECT_EQ(ours.remote(), theirs.local());
  }
  Speaker a, b;
};

TEST(Collision, TwoThatConnectAtOnceKeepExactlyOneSession) {
  World world;
  Pair pair(world);
  pair.add_a();
  pair.add_b();

  ASSERT_TRUE(world.run_until([&] { return pair.both_up(); }, 1s));
  world.run_for(60s);

  pair.expect_exactly_one_session();
  EXPECT_EQ(pair.a.peer("10.0.0.2").remote().port, 40000)
      << "the connection of the higher identifier, b's, survives";
}

TEST(Collision, EndsInOneSessionWithEveryTiming) {
  for (std::uint32_t seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed);
    world.set_latency(10us, 3ms);
    Pair pair(world);
    std::uniform_int_distribution<int> start(0, 8000);
    world.after(std::chrono::microseconds(start(world.random())), [&] { pair.add_a(); });
    world.after(std::chrono::microseconds(start(world.random())), [&] { pair.add_b(); });
    world.run_for(10ms);

    ASSERT_TRUE(world.run_until([&] { return pair.both_up(); }, 1s));
    world.run_for(10s);

    pair.expect_exactly_one_session();
    if (testing::Test::HasFailure()) return;
  }
}

/// Two connections between us and the peer, which the test plays on both.
class TwoConnections : public testing::Test {
 protected:
  static constexpr rib::BgpIdentifier kHigher = 0x0a000009, kLower = 0x09000000;  // than ours

  TwoConnections() {
    peer_node.set_acceptor(
        [this](auto transport) { on_ours = std::make_unique<Puppet>(world, std::move(transport)); });
    us.add(Speaker::neighbor("10.0.0.2", 64513));
    world.run_for(5ms);
    on_theirs = Puppet::connect(world, "10.0.0.2", "10.0.0.1");
    EXPECT_EQ(on_ours->heard(), "OPEN");
    EXPECT_EQ(on_theirs->heard(), "OPEN");
  }
  static void expect_lost(Puppet& puppet) {
    EXPECT_EQ(puppet.notification(), wire::Notification(wire::CeaseReason::ConnectionCollisionResolution));
    EXPECT_TRUE(puppet.closed);
  }
  void expect_survives(Puppet& puppet) {
    puppet.send_keepalive();
    EXPECT_TRUE(us.peer("10.0.0.2").is_established());
    EXPECT_FALSE(puppet.closed);
  }

  World world;
  Speaker us{world, "10.0.0.1", 64512, 0x0a000005};
  Node peer_node{world, address("10.0.0.2")};
  std::unique_ptr<Puppet> on_ours, on_theirs;
};

TEST_F(TwoConnections, ThePeerWithTheHigherIdentifierKeepsTheOneItOpened) {  // §6.8 (2)
  on_theirs->send_open(64513, kHigher);

  expect_lost(*on_ours);
  expect_survives(*on_theirs);
}

TEST_F(TwoConnections, ThePeerWithTheHigherIdentifierKeepsItsOwnAlsoWhenTheOpenCameOnOurs) {
  on_ours->send_open(64513, kHigher);

  expect_lost(*on_ours);
  on_theirs->send_open(64513, kHigher);
  expect_survives(*on_theirs);
}

TEST_F(TwoConnections, WithTheHigherIdentifierWeKeepTheOneWeOpened) {  // §6.8 (3)
  on_theirs->send_open(64513, kLower);

  expect_lost(*on_theirs);
  on_ours->send_open(64513, kLower);
  expect_survives(*on_ours);
}

TEST_F(TwoConnections, WithTheHigherIdentifierWeKeepOursAlsoWhenTheOpenCameOnIt) {
  on_ours->send_open(64513, kLower);

  expect_lost(*on_theirs);
  expect_survives(*on_ours);
}

TEST_F(TwoConnections, OfEqualIdentifiersTheHigherAsDecides) {  // RFC 6286 §2.3
  on_theirs->send_open(64513, 0x0a000005);

  expect_lost(*on_ours);
  expect_survives(*on_theirs);
}

TEST_F(TwoConnections, AnOpenThatIsRefusedDumpsNothing) {
  on_theirs->send_open(64999, kHigher);

  EXPECT_EQ(on_theirs->notification(), wire::Notification(wire::OpenError::BadPeerAs));
  EXPECT_FALSE(on_ours->closed);
  on_ours->send_open(64513, kHigher);
  expect_survives(*on_ours);
}

TEST_F(TwoConnections, WhenThePeerDumpsOneTheOtherGoesOn) {
  on_ours->send(wire::encode_notification(wire::CeaseReason::ConnectionCollisionResolution));

  on_theirs->send_open(64513, kHigher);
  expect_survives(*on_theirs);
  EXPECT_EQ(us.peer("10.0.0.2").counters().last_reset, std::nullopt) << "a collision is no reset";
}

TEST_F(TwoConnections, AnEstablishedSessionMakesOurOwnRetriesRest) {
  on_theirs->send_open(64513, kHigher);
  on_theirs->send_keepalive();
  const auto attempts = us.node.attempts();

  for (int i = 0; i < 30; ++i) {
    world.run_for(5s);
    on_theirs->send_keepalive();
  }

  EXPECT_EQ(us.node.attempts(), attempts);
  on_theirs->close();
  world.run_for(200ms);
  EXPECT_EQ(us.node.attempts(), attempts + 1) << "and its end wakes them";
}

TEST(Retry, TheFirstRetryComesWithinAnEighthOfASecond) {
  World world;
  Speaker a(world, "10.0.0.1", 64512, 1);
  a.add(Speaker::neighbor("10.0.0.2", 64512));  // nobody is there yet
  world.run_for(10ms);
  EXPECT_EQ(a.node.attempts(), 1u);
  EXPECT_EQ(a.peer("10.0.0.2").state(), State::Active);
  EXPECT_EQ(a.peer("10.0.0.2").counters().last_error, "Connection refused");

  world.run_for(120ms);

  EXPECT_EQ(a.node.attempts(), 2u);
}

TEST(Retry, TheWaitsDoubleUpToTheConnectRetryTime) {
  World world;
  Speaker a(world, "10.0.0.1", 64512, 1);
  a.add(Speaker::neighbor("10.0.0.2", 64512));  // connect_retry_time 5 s

  world.run_for(10s);
  const auto early = a.node.attempts();
  EXPECT_GE(early, 6u);  // 0.1 + 0.2 + 0.4 + 0.8 + 1.6 + 3.2
  EXPECT_LE(early, 9u);
  world.run_for(100s);

  EXPECT_GE(a.node.attempts() - early, 20u);  // one in 3.75 to 5 s
  EXPECT_LE(a.node.attempts() - early, 28u);
}

TEST(Retry, ANodeThatComesLateIsFoundAtOnceBecauseItConnectsItself) {
  World world;
  Speaker a(world, "10.0.0.1", 64512, 1);
  a.add(Speaker::neighbor("10.0.0.2", 64512));
  world.run_for(1h);

  Speaker b(world, "10.0.0.2", 64512, 2);
  b.add(Speaker::neighbor("10.0.0.1", 64512));

  EXPECT_TRUE(world.run_until([&] { return b.peer("10.0.0.1").is_established(); }, 50ms));
}

TEST(Retry, ASignOfLifeCutsTheWaitShort) {
  World world;
  Speaker a(world, "10.0.0.1", 64512, 1);
  a.add(Speaker::neighbor("10.0.0.2", 64512));
  world.run_for(1h);
  Speaker b(world, "10.0.0.2", 64512, 2);
  auto waiting = Speaker::neighbor("10.0.0.1", 64512);
  waiting.passive = true;
  b.add(waiting);

  a.peer("10.0.0.2").hurry(world.now());

  EXPECT_TRUE(world.run_until([&] { return b.peer("10.0.0.1").is_established(); }, 50ms));
}

TEST(Retry, AnAttemptThatIsNeverAnsweredIsGivenUpAndRepeated) {
  World world;
  Speaker a(world, "10.0.0.1", 64512, 1), b(world, "10.0.0.2", 64512, 2);
  world.cut(address("10.0.0.1"), address("10.0.0.2"));
  a.add(Speaker::neighbor("10.0.0.2", 64512));
  world.run_for(20s);

  EXPECT_GE(a.node.attempts(), 3u);
  EXPECT_EQ(a.peer("10.0.0.2").counters().last_error, "Connection timed out");
}

TEST(Damping, APeerThatOscillatesIsTriedLessAndLessOften) {  // DampPeerOscillations
  World world;
  Speaker a(world, "10.0.0.1", 64512, 1), b(world, "10.0.0.2", 64512, 2);
  a.add(Speaker::neighbor("10.0.0.2", 64512));
  auto wrong = Speaker::neighbor("10.0.0.1", 65000);  // expects another AS of a
  wrong.passive = true;
  b.add(wrong);

  world.run_for(1s);
  const auto first = a.node.attempts();
  world.run_for(60s);
  const auto later = a.node.attempts() - first;

  EXPECT_GE(first, 3u);
  EXPECT_LE(first, 5u);   // 0.1 + 0.2 + 0.4 + 0.8
  EXPECT_LE(later, 20u);  // 5 s apart in the end
}

TEST(Damping, IsForgottenAfterAStableMinute) {
  World world;
  Pair pair(world);
  pair.add_a();
  pair.add_b();
  for (int i = 0; i < 8; ++i) {  // it falls again and again: the waits grow
    ASSERT_TRUE(world.run_until([&] { return pair.both_up(); }));
    pair.b.peer("10.0.0.1").close(wire::CeaseReason::OutOfResources, world.now());
    world.run_for(1ms);
  }
  ASSERT_TRUE(world.run_until([&] { return pair.both_up(); }));
  world.run_for(61s);

  pair.b.peer("10.0.0.1").close(wire::CeaseReason::OutOfResources, world.now());
  world.run_for(1ms);

  EXPECT_TRUE(world.run_until([&] { return pair.both_up(); }, 150ms));
}

TEST(Sessions, ALostLinkIsNoticedByBothHoldTimersAndTheSessionComesBack) {
  World world;
  Pair pair(world);
  pair.add_a();
  pair.add_b();
  ASSERT_TRUE(world.run_until([&] { return pair.both_up(); }));

  world.cut(address("10.0.0.1"), address("10.0.0.2"));
  world.run_for(10s);
  EXPECT_THAT(pair.a.handler.told, testing::Contains("down 10.0.0.2: Hold Timer Expired sent"));
  EXPECT_THAT(pair.b.handler.told, testing::Contains("down 10.0.0.1: Hold Timer Expired sent"));
  world.heal(address("10.0.0.1"), address("10.0.0.2"));

  EXPECT_TRUE(world.run_until([&] { return pair.both_up(); }, 20s));
}

TEST(Sessions, StandForADayOfKeepalives) {
  World world;
  Pair pair(world);
  pair.add_a();
  pair.add_b();

  world.run_for(24h);

  EXPECT_TRUE(pair.both_up());
  pair.expect_exactly_one_session();
}

TEST(Accept, AnUnknownAddressIsRejectedAtOnce) {
  World world;
  Speaker us(world, "10.0.0.1", 64512, 1);

  auto puppet = Puppet::connect(world, "10.9.9.9", "10.0.0.1");

  EXPECT_EQ(puppet->notification(), wire::Notification(wire::CeaseReason::ConnectionRejected));
  EXPECT_TRUE(puppet->closed);
}

TEST(Accept, APeerInItsIdleHoldTimeIsTakenAtOnce) {
  World world;
  Speaker us(world, "10.0.0.1", 64512, 1);
  auto& peer = us.add(Speaker::neighbor("10.0.0.2", 64513));
  world.run_for(200s);  // far into the retries
  auto first = Puppet::connect(world, "10.0.0.2", "10.0.0.1");
  first->send_open(64513, 2);
  first->send_keepalive();
  first->close();
  world.run_for(1ms);
  ASSERT_EQ(peer.state(), State::Idle);

  auto puppet = Puppet::connect(world, "10.0.0.2", "10.0.0.1");
  puppet->send_open(64513, 2);
  puppet->send_keepalive();

  EXPECT_TRUE(peer.is_established());
}

TEST(Accept, LinkLocalNeighborsAreToldApartByTheirInterface) {
  World world;
  Speaker us(world, "10.0.0.1", 64512, 1);
  auto settings = Speaker::neighbor("fe80::2", 64513);
  settings.interface_index = 3;
  us.manager.add_or_update(settings, world.now());
  settings.interface_index = 4;
  us.manager.add_or_update(settings, world.now());

  EXPECT_EQ(us.manager.size(), 2u);
  EXPECT_EQ(us.manager.find(address("fe80::2"), 3)->settings().interface_index, 3u);
  EXPECT_EQ(us.manager.find(address("fe80::2"), 4)->settings().interface_index, 4u);
  EXPECT_EQ(us.manager.find(address("fe80::2"), 5), nullptr);
}

TEST(Manager, ShutdownTellsEveryPeerAndOpensNothingAnyMore) {
  World world;
  Pair pair(world);
  pair.add_a();
  pair.add_b();
  ASSERT_TRUE(world.run_until([&] { return pair.both_up(); }));

  pair.a.manager.shutdown_all("", world.now());
  world.run_for(1s);

  EXPECT_THAT(pair.b.handler.told,
              testing::Contains("down 10.0.0.1: Cease/Administrative Shutdown received"));
  const auto attempts = pair.a.node.attempts();
  world.run_for(1h);
  EXPECT_EQ(pair.a.node.attempts(), attempts);
  EXPECT_FALSE(pair.both_up());
}

TEST(Manager, ANewIdentifierResetsTheSessions) {
  World world;
  Pair pair(world);
  pair.add_a();
  pair.add_b();
  ASSERT_TRUE(world.run_until([&] { return pair.both_up(); }));

  auto local = pair.a.manager.local();
  local.hostname = "renamed";
  pair.a.manager.set_local(local, world.now());
  EXPECT_TRUE(pair.both_up());
  local.identifier = 0x0a0000ff;
  pair.a.manager.set_local(local, world.now());

  EXPECT_FALSE(pair.a.peer("10.0.0.2").is_established());
  ASSERT_TRUE(world.run_until([&] { return pair.both_up(); }, 2s));
  EXPECT_EQ(pair.b.peer("10.0.0.1").negotiated()->peer_identifier, 0x0a0000ffu);
}

TEST(Manager, ManyPeersAreVisitedInOrderAndRemovedOnesNever) {
  World world;
  Speaker us(world, "10.0.0.1", 64512, 1);
  for (const auto* const each : {"10.0.0.9", "10.0.0.3", "2001:db8::1", "10.0.0.7"})
    us.add(Speaker::neighbor(each, 64512));
  us.manager.remove(address("10.0.0.7"), 0, world.now());
  world.run_for(1s);

  std::vector<std::string> names;
  std::as_const(us.manager).visit([&](const Peer& peer) { names.push_back(peer.name()); });

  EXPECT_THAT(names, testing::ElementsAre("10.0.0.3", "10.0.0.9", "2001:db8::1"));
}

}  // namespace
}  // namespace bgpd::session
