// What two OPENs make of each other. RFC 4271 §4.2, §6.2, §6.8; RFC 5492.
#include "bgpd/session/negotiation.hpp"

#include <gtest/gtest.h>

namespace bgpd::session {
namespace {

using rib::Family;

LocalSettings us() { return {.as = 64512, .identifier = 0x0a000001, .hostname = "node1", .port = 179}; }
PeerSettings neighbor(rib::AsNumber as = 64513) {
  PeerSettings settings;
  settings.remote_as = as;
  settings.hold_time = 90s;
  settings.keepalive_time = 30s;
  return settings;
}
wire::Open their_open(rib::AsNumber as = 64513) {
  wire::Open open;
  open.set_as(as);
  open.hold_time = 90;
  open.identifier = 0x0a000002;
  return open;
}
std::expected<Negotiated, wire::Notification> negotiated(const PeerSettings& settings,
                                                         const wire::Open& theirs) {
  return negotiate(us(), settings, make_open(us(), settings), theirs);
}

TEST(MakeOpen, OffersWhatTheSettingsSay) {
  auto settings = neighbor();
  settings.families = {Family::Ipv4Unicast, Family::Ipv6Unicast};

  const auto open = make_open(us(), settings);

  EXPECT_EQ(open.as(), 64512u);
  EXPECT_EQ(open.hold_time, 90);
  EXPECT_TRUE(open.capabilities.has(Family::Ipv4Unicast));
  EXPECT_TRUE(open.capabilities.has(Family::Ipv6Unicast));
  EXPECT_TRUE(open.capabilities.route_refresh);
  EXPECT_EQ(open.capabilities.fqdn->host, "node1");
  EXPECT_FALSE(open.capabilities.graceful_restart);
}

TEST(MakeOpen, SeveralPathsAreTakenUnlessForbiddenAndSentWhenAsked) {  // RFC 7911 §4
  using Direction = wire::AddPathFamily::Direction;
  auto settings = neighbor();
  const auto directions = [&] {
    std::vector<Direction> found;
    for (const auto& entry : make_open(us(), settings).capabilities.add_path)
      found.push_back(entry.direction);
    return found;
  };
  EXPECT_EQ(directions(), std::vector{Direction::Receive});
  settings.exports[0].add_path.kind = rib::AddPathSelection::Kind::All;
  EXPECT_EQ(directions(), std::vector{Direction::Both});
  settings.accepts_add_path[0] = false;
  EXPECT_EQ(directions(), std::vector{Direction::Send});
  settings.exports[0].add_path.kind = rib::AddPathSelection::Kind::None;
  EXPECT_TRUE(directions().empty());
}

TEST(MakeOpen, AnAsOfFourOctetsGoesAsTransInTheField) {  // RFC 6793 §4.2.2
  auto local = us();
  local.as = 4200007179;

  const auto open = make_open(local, neighbor());

  EXPECT_EQ(open.my_as, 23456);
  EXPECT_EQ(open.as(), 4200007179u);
}

TEST(MakeOpen, AHostNameThatIsTooLongDoesNotCostTheOpen) {
  auto local = us();
  local.hostname.assign(5000, 'x');

  EXPECT_FALSE(wire::encode_open(make_open(local, neighbor())).empty());
}

TEST(Negotiate, TheSmallerHoldTimeHoldsAndAThirdOfItPassesBetweenKeepalives) {
  auto open = their_open();
  open.hold_time = 9;

  const auto result = negotiated(neighbor(), open);

  EXPECT_EQ(result->hold_time, 9s);
  EXPECT_EQ(result->keepalive_interval, 3s);
}

TEST(Negotiate, TheConfiguredKeepaliveTimeIsUsedWhenItIsShorter) {
  auto settings = neighbor();
  settings.keepalive_time = 10s;

  EXPECT_EQ(negotiated(settings, their_open())->keepalive_interval, 10s);
}

TEST(Negotiate, AHoldTimeOfZeroOnEitherSideTurnsBothTimersOff) {
  auto open = their_open();
  open.hold_time = 0;

  EXPECT_EQ(negotiated(neighbor(), open)->hold_time, 0s);
  EXPECT_EQ(negotiated(neighbor(), open)->keepalive_interval, 0s);
}

TEST(Negotiate, AnOpenWithoutMultiprotocolMeansIpv4Unicast) {  // RFC 4760 §8
  EXPECT_EQ(negotiated(neighbor(), their_open())->families, rib::FamilySet{Family::Ipv4Unicast});
}

TEST(Negotiate, OnlyFamiliesOfBothSidesAreUsed) {
  auto settings = neighbor();
  settings.families = {Family::Ipv4Unicast, Family::Ipv6Unicast};
  auto open = their_open();
  open.capabilities.multiprotocol = {{1, 1}, {1, 2}, {25, 70}};

  EXPECT_EQ(negotiated(settings, open)->families, rib::FamilySet{Family::Ipv4Unicast});
}

TEST(Negotiate, WithoutACommonFamilyTheAnswerListsWhatIsMissing) {  // RFC 5492 §5
  auto open = their_open();
  open.capabilities.multiprotocol = {{2, 1}};
  const std::uint8_t ours[] = {1, 4, 0, 1, 0, 1};

  EXPECT_EQ(negotiated(neighbor(), open).error(),
            wire::Notification(wire::OpenError::UnsupportedCapability, ours));
}

TEST(Negotiate, AnUnknownCapabilityIsNeverAnError) {
  auto open = their_open();
  open.capabilities.unknown.push_back({200, {1, 2, 3}});

  const auto result = negotiated(neighbor(), open);

  ASSERT_TRUE(result);
  EXPECT_EQ(result->received.capabilities.unknown.size(), 1u);
}

TEST(Negotiate, AnotherAsThanExpectedIsABadPeerAs) {  // RFC 4271 §6.2
  EXPECT_EQ(negotiated(neighbor(64514), their_open(64513)).error(),
            wire::Notification(wire::OpenError::BadPeerAs));
}

TEST(Negotiate, RemoteAsExternalTakesAnyAsButOurs) {
  auto settings = neighbor();
  settings.remote_as.reset();

  EXPECT_EQ(negotiated(settings, their_open(65000))->peer_type, rib::PeerType::External);
  EXPECT_EQ(negotiated(settings, their_open(64512)).error(), wire::Notification(wire::OpenError::BadPeerAs));
}

TEST(Negotiate, OurIdentifierFromAnInternalPeerIsBadButNotFromAnExternalOne) {  // RFC 6286 §2.2
  auto internal = their_open(64512), external = their_open(64513);
  internal.identifier = external.identifier = us().identifier;

  EXPECT_EQ(negotiated(neighbor(64512), internal).error(),
            wire::Notification(wire::OpenError::BadBgpIdentifier));
  EXPECT_TRUE(negotiated(neighbor(64513), external));
}

TEST(Negotiate, EqualAsMakesAnInternalPeer) {
  EXPECT_EQ(negotiated(neighbor(64512), their_open(64512))->peer_type, rib::PeerType::Internal);
  EXPECT_EQ(negotiated(neighbor(64513), their_open(64513))->peer_type, rib::PeerType::External);
}

TEST(Negotiate, ACapabilityHoldsWhenBothSidesHaveIt) {
  auto plain = their_open(), capable = their_open();
  plain.capabilities.four_octet_as.reset();
  capable.capabilities.route_refresh = true;
  capable.capabilities.extended_message = true;
  capable.capabilities.enhanced_route_refresh = true;  // which we do not offer

  EXPECT_FALSE(negotiated(neighbor(), plain)->four_octet_as);
  EXPECT_FALSE(negotiated(neighbor(), plain)->route_refresh);
  EXPECT_EQ(negotiated(neighbor(), plain)->maximum_message_size(), 4096);
  EXPECT_TRUE(negotiated(neighbor(), capable)->four_octet_as);
  EXPECT_TRUE(negotiated(neighbor(), capable)->route_refresh);
  EXPECT_EQ(negotiated(neighbor(), capable)->maximum_message_size(), 65535);
  EXPECT_FALSE(negotiated(neighbor(), capable)->enhanced_route_refresh);
}

TEST(Negotiate, AddPathHasADirection) {  // RFC 7911 §4
  using Direction = wire::AddPathFamily::Direction;
  auto ours = make_open(us(), neighbor()), theirs = their_open();
  ours.capabilities.add_path = {{Family::Ipv4Unicast, Direction::Both}};
  theirs.capabilities.add_path = {{Family::Ipv4Unicast, Direction::Send}};

  const auto result = negotiate(us(), neighbor(), ours, theirs);

  EXPECT_TRUE(result->add_path_receive[0]);
  EXPECT_FALSE(result->add_path_send[0]);
  EXPECT_TRUE(result->decode_context(64512).add_path[0]);
}

TEST(Negotiate, GracefulRestartNeedsBothSides) {
  auto settings = neighbor();
  auto open = their_open();
  open.capabilities.graceful_restart.emplace().restart_time = 60;

  EXPECT_FALSE(negotiated(settings, open)->peer_graceful_restart);
  settings.graceful_restart = true;
  EXPECT_EQ(negotiated(settings, open)->peer_graceful_restart->restart_time, 60);
}

TEST(Collision, TheConnectionOfTheHigherIdentifierSurvives) {  // RFC 4271 §6.8
  EXPECT_FALSE(ours_survives_collision(us(), 0x0a000002, 64513));
  EXPECT_TRUE(ours_survives_collision(us(), 0x09ffffff, 64513));
  EXPECT_FALSE(ours_survives_collision(us(), 0xc0000001, 64513));  // unsigned
}

TEST(Collision, OfEqualIdentifiersTheHigherAsSurvives) {  // RFC 6286 §2.3
  EXPECT_FALSE(ours_survives_collision(us(), us().identifier, 64513));
  EXPECT_TRUE(ours_survives_collision(us(), us().identifier, 64511));
}

}  // namespace
}  // namespace bgpd::session
