// One peer, driven octet by octet by the other end of its connection. Virtual time. RFC 4271 §6, §8.
#include "bgpd/session/peer.hpp"

#include <gtest/gtest.h>

#include "test/bgpd/session/passive_peer.hpp"

namespace bgpd::session {
namespace {

TEST_F(PassivePeer, TakesAConnectionAndBecomesEstablished) {
  auto puppet = connect();
  EXPECT_EQ(peer().state(), State::OpenSent);
  EXPECT_EQ(puppet->heard(), "OPEN");

  puppet->send_open(kTheirAs, kTheirIdentifier);
  EXPECT_EQ(peer().state(), State::OpenConfirm);
  EXPECT_EQ(puppet->heard(), "OPEN KEEPALIVE");

  puppet->send_keepalive();
  EXPECT_EQ(peer().state(), State::Established);
  EXPECT_THAT(us.handler.told, testing::ElementsAre("up 10.0.0.2"));
  EXPECT_EQ(peer().negotiated()->peer_identifier, kTheirIdentifier);
  EXPECT_EQ(peer().counters().established_count, 1u);
  EXPECT_EQ(peer().remote().address, address("10.0.0.2"));
}

TEST_F(PassivePeer, ReadsMessagesThatDripInOctetByOctet) {
  auto puppet = connect();
  wire::Open open;
  open.set_as(kTheirAs);
  open.hold_time = 9;
  open.identifier = kTheirIdentifier;
  auto octets = wire::encode_open(open);
  octets.insert(octets.end(), wire::kKeepaliveMessage.begin(), wire::kKeepaliveMessage.end());

  for (const auto octet : octets) puppet->send({octet});

  EXPECT_TRUE(peer().is_established());
}

TEST_F(PassivePeer, AnswersAHeaderErrorWithItsNotificationAndCloses) {  // §6.1
  auto puppet = establish();
  auto keepalive = std::vector<std::uint8_t>(wire::kKeepaliveMessage.begin(), wire::kKeepaliveMessage.end());
  keepalive[0] = 0;

  puppet->send(keepalive);

  EXPECT_EQ(puppet->notification(), wire::Notification(wire::HeaderError::ConnectionNotSynchronized));
  EXPECT_TRUE(puppet->closed);
  EXPECT_FALSE(peer().is_established());
}

TEST_F(PassivePeer, RefusesAnOpenFromTheWrongAs) {  // §6.2
  auto puppet = connect();

  puppet->send_open(64999, kTheirIdentifier);

  EXPECT_EQ(puppet->notification(), wire::Notification(wire::OpenError::BadPeerAs));
  EXPECT_EQ(peer().counters().last_error, "OPEN Message Error/Bad Peer AS sent");
  EXPECT_TRUE(us.handler.told.empty());
}

TEST_F(PassivePeer, TellsInWhichStateASecondOpenWasWrong) {  // RFC 6608
  auto puppet = establish();

  puppet->send_open(kTheirAs, kTheirIdentifier);

  const std::uint8_t type[] = {1};
  EXPECT_EQ(puppet->notification(), wire::Notification(wire::FsmError::InEstablished, type));
}

TEST_F(PassivePeer, HoldTimerExpiryIsToldAsFourZero) {  // §6.5
  auto puppet = establish(9);

  world.run_for(8s);
  EXPECT_TRUE(peer().is_established());
  world.run_for(2s);

  EXPECT_FALSE(peer().is_established());
  EXPECT_EQ(puppet->notification(), wire::Notification(wire::ErrorCode::HoldTimerExpired, 0));
  EXPECT_THAT(us.handler.told, testing::Contains("down 10.0.0.2: Hold Timer Expired sent"));
}

TEST_F(PassivePeer, ReceivedKeepalivesKeepTheSession) {
  auto puppet = establish(9);

  for (int i = 0; i < 20; ++i) {
    world.run_for(6s);
    puppet->send_keepalive();
  }

  EXPECT_TRUE(peer().is_established());
}

TEST_F(PassivePeer, SendsAKeepaliveAboutEveryThirdOfTheHoldTime) {  // §4.4, §10: with 0.75 to 1 as jitter
  auto puppet = establish(9);
  const auto before = peer().counters().sent.keepalives;

  for (int i = 0; i < 12; ++i) {
    world.run_for(5s);
    puppet->send_keepalive();
  }

  const auto sent = peer().counters().sent.keepalives - before;
  EXPECT_GE(sent, 20u);  // 60 s / 3 s
  EXPECT_LE(sent, 27u);  // 60 s / 2.25 s
}

TEST_F(PassivePeer, WithAHoldTimeOfZeroASilentPeerStaysAndGetsNoKeepalives) {  // §4.2
  auto puppet = establish(0);
  const auto before = peer().counters().sent.keepalives;

  world.run_for(24h);

  EXPECT_TRUE(peer().is_established());
  EXPECT_EQ(peer().counters().sent.keepalives, before);
}

TEST_F(PassivePeer, AConnectionThatSaysNothingIsClosedAfterFourMinutes) {  // §8.2.2, OpenSent
  auto puppet = connect();

  world.run_for(239s);
  EXPECT_EQ(peer().state(), State::OpenSent);
  world.run_for(2s);

  EXPECT_EQ(puppet->notification(), wire::Notification(wire::ErrorCode::HoldTimerExpired, 0));
}

TEST_F(PassivePeer, ShutdownCarriesTheOperatorsText) {  // RFC 9003
  auto puppet = establish();
  auto down = settings();
  down.shutdown = true;
  down.shutdown_message = "power work until noon";

  EXPECT_TRUE(us.manager.add_or_update(down, world.now()));

  EXPECT_EQ(puppet->notification(),
            wire::cease_with_text(wire::CeaseReason::AdministrativeShutdown, "power work until noon"));
  EXPECT_TRUE(puppet->closed);
  EXPECT_EQ(peer().state(), State::Idle);
  auto rejected = connect();
  EXPECT_EQ(rejected->notification(), wire::Notification(wire::CeaseReason::ConnectionRejected));
}

TEST_F(PassivePeer, NoShutdownTakesConnectionsAgain) {
  auto down = settings();
  down.shutdown = true;
  us.manager.add_or_update(down, world.now());

  us.manager.add_or_update(settings(), world.now());

  establish();
}

TEST_F(PassivePeer, ClearIsAnAdministrativeReset) {
  auto puppet = establish();

  peer().clear(world.now());

  EXPECT_EQ(puppet->notification(), wire::Notification(wire::CeaseReason::AdministrativeReset));
  establish();
  EXPECT_EQ(peer().counters().dropped_count, 1u);
}

TEST_F(PassivePeer, ARemovedPeerIsDeconfigured) {
  auto puppet = establish();

  EXPECT_TRUE(us.manager.remove(address("10.0.0.2"), 0, world.now()));

  EXPECT_EQ(puppet->notification(), wire::Notification(wire::CeaseReason::PeerDeconfigured));
  EXPECT_EQ(us.manager.size(), 0u);
  EXPECT_THAT(us.handler.told, testing::Contains("down 10.0.0.2: Cease/Peer De-configured sent"));
}

TEST_F(PassivePeer, MayBeRemovedFromInsideItsOwnDownEvent) {
  auto puppet = establish();
  us.handler.on_down = [&](Peer& gone) { us.manager.remove(gone.settings().address, 0, world.now()); };

  puppet->close();
  world.run_for(1s);

  EXPECT_EQ(us.manager.size(), 0u);
}

TEST_F(PassivePeer, MayBeClearedFromInsideItsOwnDownEvent) {
  auto puppet = establish();
  us.handler.on_down = [&](Peer& gone) { gone.clear(world.now()); };

  puppet->close();
  world.run_for(1s);

  us.handler.on_down = nullptr;
  establish();
}

TEST_F(PassivePeer, RemembersWhyTheLastSessionEnded) {
  auto puppet = establish();

  puppet->send(
      wire::encode_notification(wire::cease_with_text(wire::CeaseReason::AdministrativeShutdown, "bye")));

  const auto& last = peer().counters().last_reset;
  ASSERT_TRUE(last);
  EXPECT_EQ(last->reason.kind, EndReason::Kind::NotificationReceived);
  EXPECT_EQ(describe(last->reason), "Cease/Administrative Shutdown received (\"bye\")");
  EXPECT_EQ(puppet->notification(), std::nullopt);  // it is not answered
}

TEST_F(PassivePeer, AttemptsAfterASessionDoNotHideWhyItEnded) {
  auto puppet = establish();
  const auto cease = wire::cease_with_text(wire::CeaseReason::AdministrativeShutdown, "bye");
  puppet->send(wire::encode_notification(cease));
  world.run_for(5s);

  auto attempt = Puppet::connect(world, "10.0.0.2", "10.0.0.1");
  attempt->close();
  world.run_for(10ms);

  EXPECT_EQ(peer().counters().last_reset->reason.notification, cease);
  EXPECT_FALSE(peer().counters().last_error.empty());
}

TEST_F(PassivePeer, WhatANotificationSaidStandsWhileAttemptsEndWithoutAWord) {
  auto refused = connect();
  refused->send_open(64999, kTheirIdentifier);
  ASSERT_EQ(peer().counters().last_error, "OPEN Message Error/Bad Peer AS sent");
  const auto told = peer().counters().last_reset;
  world.run_for(5s);

  connect()->close();
  world.run_for(10ms);

  EXPECT_EQ(peer().counters().last_reset, told);
  EXPECT_EQ(describe_attempts(peer().counters()),
            "Connection closed by the peer; before that: OPEN Message Error/Bad Peer AS sent");

  auto puppet = establish();
  EXPECT_EQ(peer().counters().last_refusal, std::nullopt);
  puppet->close();
  world.run_for(10s);
  connect()->close();
  world.run_for(10ms);
  EXPECT_EQ(describe_attempts(peer().counters()), "Connection closed by the peer");
}

TEST_F(PassivePeer, ANotificationAfterASessionStandsToo) {
  establish()->close();
  world.run_for(10s);
  const auto ended = peer().counters().last_reset;
  auto refused = connect();
  refused->send(wire::encode_notification(wire::Notification(wire::OpenError::RoleMismatch)));
  world.run_for(10s);

  connect()->close();
  world.run_for(10ms);

  EXPECT_EQ(peer().counters().last_reset, ended);
  EXPECT_EQ(describe_attempts(peer().counters()),
            "Connection closed by the peer; before that: OPEN Message Error/Role Mismatch received");
}

TEST_F(PassivePeer, HandsUpdatesOverAndEndsTheSessionWhenToldSo) {
  auto puppet = establish();
  const std::vector<std::uint8_t> end_of_rib{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                             0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                             0,    23,   2,    0,    0,    0,    0};
  puppet->send(end_of_rib);
  EXPECT_EQ(us.handler.updates, (std::vector<std::vector<std::uint8_t>>{{0, 0, 0, 0}}));

  us.handler.answer = wire::UpdateError::MalformedAttributeList;
  puppet->send(end_of_rib);

  EXPECT_EQ(puppet->notification(), wire::Notification(wire::UpdateError::MalformedAttributeList));
  EXPECT_EQ(peer().counters().received.updates, 2u);
}

TEST_F(PassivePeer, PassesRouteRefreshOnForNegotiatedFamiliesOnly) {  // RFC 2918 §4
  auto puppet = establish();

  puppet->send(wire::encode_route_refresh({2, 0, 1}));
  puppet->send(wire::encode_route_refresh({1, 0, 1}));
  puppet->send(wire::encode_route_refresh({1, 9, 1}));  // a subtype of no RFC

  EXPECT_THAT(us.handler.told, testing::ElementsAre("up 10.0.0.2", "refresh 10.0.0.2 IPv4 Unicast"));
  EXPECT_TRUE(peer().is_established());
}

TEST_F(PassivePeer, AsksForARefreshWhenThePeerCan) {
  auto puppet = establish();

  EXPECT_TRUE(peer().request_refresh(rib::Family::Ipv4Unicast, world.now()));
  EXPECT_FALSE(peer().request_refresh(rib::Family::Ipv6Unicast, world.now()));

  EXPECT_EQ(puppet->heard(), "OPEN KEEPALIVE ROUTE-REFRESH");
}

TEST_F(PassivePeer, ANewerConnectionOfThePeerReplacesOneThatIsNotEstablished) {
  auto first = connect();
  auto second = connect();

  EXPECT_EQ(first->notification(), wire::Notification(wire::CeaseReason::ConnectionCollisionResolution));
  second->send_open(kTheirAs, kTheirIdentifier);
  second->send_keepalive();
  EXPECT_TRUE(peer().is_established());
}

TEST_F(PassivePeer, TheEstablishedSessionSurvivesANewConnection) {  // §6.8
  auto puppet = establish();
  auto second = connect();

  EXPECT_EQ(second->notification(), wire::Notification(wire::CeaseReason::ConnectionCollisionResolution));
  EXPECT_TRUE(peer().is_established());
  EXPECT_FALSE(puppet->closed);
}

TEST_F(PassivePeer, ANewConnectionMakesAnEstablishedSessionSpeakSoThatADeadOneIsFound) {
  auto puppet = establish();
  world.run_for(1500ms);

  auto second = connect();

  EXPECT_EQ(puppet->heard(), "OPEN KEEPALIVE KEEPALIVE");
}

TEST_F(PassivePeer, NeverConnectsByItself) {
  auto puppet = establish();
  puppet->close();
  world.run_for(1h);

  EXPECT_EQ(us.node.attempts(), 0u);
  EXPECT_EQ(peer().state(), State::Active);
}

TEST_F(PassivePeer, TooManyPrefixesKeepItDownUntilItIsCleared) {
  auto puppet = establish();

  peer().hold_down(wire::CeaseReason::MaximumPrefixesReached, 0s, world.now());
  EXPECT_EQ(puppet->notification(), wire::Notification(wire::CeaseReason::MaximumPrefixesReached));
  EXPECT_TRUE(peer().is_held_down());
  world.run_for(24h);
  EXPECT_EQ(connect()->notification(), wire::Notification(wire::CeaseReason::ConnectionRejected));

  peer().clear(world.now());
  EXPECT_FALSE(peer().is_held_down());
  establish();
  EXPECT_TRUE(peer().is_established());
}

TEST_F(PassivePeer, TooManyPrefixesKeepItDownAsLongAsIsConfigured) {
  establish();

  peer().hold_down(wire::CeaseReason::MaximumPrefixesReached, 5min, world.now());
  EXPECT_EQ(peer().next_attempt(), world.now() + 5min);
  world.run_for(5min - 1s);
  EXPECT_EQ(connect()->notification(), wire::Notification(wire::CeaseReason::ConnectionRejected));
  world.run_for(2s);
  establish();
  EXPECT_TRUE(peer().is_established());
}

TEST_F(PassivePeer, AnotherLimitEndsTheWait) {
  establish();
  peer().hold_down(wire::CeaseReason::MaximumPrefixesReached, 0s, world.now());

  auto changed = settings();
  changed.imports[0].maximum_prefix = 10;
  us.manager.add_or_update(changed, world.now());
  EXPECT_FALSE(peer().is_held_down());
  establish();
  EXPECT_TRUE(peer().is_established());
}

TEST_F(PassivePeer, AskingForWhatTheSessionHasDoesNotReset) {
  establish();
  auto changed = settings();
  changed.local_address = peer().local().address;
  changed.remote_as = peer().negotiated()->peer_as;
  EXPECT_NE(changed, settings());
  EXPECT_FALSE(us.manager.add_or_update(changed, world.now()));
  changed.any_as = true;
  changed.remote_as.reset();
  changed.local_address.reset();
  EXPECT_FALSE(us.manager.add_or_update(changed, world.now()));
  EXPECT_TRUE(peer().is_established());

  changed.any_as = false;
  changed.remote_as = peer().negotiated()->peer_as + 1;
  EXPECT_TRUE(us.manager.add_or_update(changed, world.now()));
}

TEST_F(PassivePeer, CapabilityChangesResetAndOthersDoNot) {
  auto puppet = establish();
  auto changed = settings();
  changed.description = "rack 4";
  changed.hold_time = 30s;
  changed.next_hop_mode[0] = rib::NextHopMode::Self;
  changed.minimum_ttl = 250;
  changed.password = "secret";
  changed.port = 1179;
  EXPECT_FALSE(us.manager.add_or_update(changed, world.now()));
  EXPECT_TRUE(peer().is_established());
  EXPECT_EQ(peer().settings(), changed);

  changed.families.insert(rib::Family::Ipv6Unicast);
  EXPECT_TRUE(us.manager.add_or_update(changed, world.now()));

  EXPECT_EQ(puppet->notification(), wire::Notification(wire::CeaseReason::OtherConfigurationChange));
}

// --- peers that know no capabilities, RFC 5492 §3
// ------------------------------------------------------------

wire::Open open_in(Puppet& puppet) { return *wire::decode_open(puppet.messages().front().second); }

TEST_F(PassivePeer, APeerThatKnowsNoCapabilitiesGetsAnOpenWithout) {
  auto puppet = connect();
  EXPECT_TRUE(open_in(*puppet).capabilities.route_refresh);
  puppet->send(wire::encode_notification(wire::OpenError::UnsupportedOptionalParameter));
  world.run_for(5s);

  auto again = connect();
  EXPECT_EQ(open_in(*again).capabilities, wire::Capabilities{});
  wire::Open old;
  old.my_as = kTheirAs;
  old.hold_time = 9;
  old.identifier = kTheirIdentifier;
  again->send(wire::encode_open(old));
  again->send_keepalive();

  EXPECT_TRUE(peer().is_established());
  EXPECT_EQ(peer().negotiated()->families, rib::FamilySet{rib::Family::Ipv4Unicast});
}

TEST_F(PassivePeer, CapabilitiesComeBackWhenTheOpenWithoutFailsToo) {
  connect()->send(wire::encode_notification(wire::OpenError::UnsupportedOptionalParameter));
  world.run_for(5s);
  connect()->send(wire::encode_notification(wire::OpenError::UnsupportedOptionalParameter));
  world.run_for(5s);

  EXPECT_TRUE(open_in(*connect()).capabilities.route_refresh);
}

TEST_F(PassivePeer, CapabilitiesComeBackWithClear) {
  connect()->send(wire::encode_notification(wire::OpenError::UnsupportedOptionalParameter));
  peer().clear(world.now());
  world.run_for(5s);

  EXPECT_TRUE(open_in(*connect()).capabilities.route_refresh);
}

// --- DelayOpen, RFC 4271 §8.2.1.3
// ----------------------------------------------------------------------------

TEST_F(PassivePeer, DelayOpenWaitsForTheirOpenAndAnswersIt) {
  auto patient = settings();
  patient.delay_open_time = 10s;
  peer().set_settings(patient, world.now());

  auto puppet = connect();
  world.run_for(5s);
  EXPECT_EQ(puppet->heard(), "");
  puppet->send_open(kTheirAs, kTheirIdentifier);
  EXPECT_EQ(puppet->heard(), "OPEN KEEPALIVE");
  puppet->send_keepalive();

  EXPECT_TRUE(peer().is_established());
  EXPECT_EQ(peer().negotiated()->local_as, kOurAs);
}

TEST_F(PassivePeer, DelayOpenEndsWithItsTimer) {
  auto patient = settings();
  patient.delay_open_time = 10s;
  peer().set_settings(patient, world.now());

  auto puppet = connect();
  world.run_for(11s);

  EXPECT_EQ(puppet->heard(), "OPEN");
}

}  // namespace
}  // namespace bgpd::session
