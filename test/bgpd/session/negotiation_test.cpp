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

TEST(MakeOpen, TheLongFormIsUsedWhenTheSettingsSaySo) {  // RFC 9072 §2
  auto settings = neighbor();
  EXPECT_FALSE(make_open(us(), settings).extended_parameters);

  settings.extends_open = true;

  EXPECT_TRUE(make_open(us(), settings).extended_parameters);
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

TEST(Negotiate, RemoteAsAutoTakesAnyAsAndItMakesTheType) {
  auto settings = neighbor();
  settings.remote_as.reset();
  settings.any_as = true;

  EXPECT_EQ(negotiated(settings, their_open(64512))->peer_type, rib::PeerType::Internal);
  EXPECT_EQ(negotiated(settings, their_open(65000))->peer_type, rib::PeerType::External);
}

TEST(Negotiate, RemoteAsAutoWithLocalAsIsExternal) {
  auto settings = neighbor();
  settings.remote_as.reset();
  settings.any_as = true;
  settings.local_as = 65111;

  EXPECT_EQ(make_open(us(), settings).as(), 65111u);
  EXPECT_EQ(negotiated(settings, their_open(65000))->peer_type, rib::PeerType::External);
  for (const rib::AsNumber ours : {64512u, 65111u})
    EXPECT_EQ(negotiated(settings, their_open(ours)).error(), wire::Notification(wire::OpenError::BadPeerAs));
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
  capable.capabilities.enhanced_route_refresh = true;

  EXPECT_FALSE(negotiated(neighbor(), plain)->four_octet_as);
  EXPECT_FALSE(negotiated(neighbor(), plain)->route_refresh);
  EXPECT_EQ(negotiated(neighbor(), plain)->maximum_message_size(), 4096);
  EXPECT_TRUE(negotiated(neighbor(), capable)->four_octet_as);
  EXPECT_TRUE(negotiated(neighbor(), capable)->route_refresh);
  EXPECT_EQ(negotiated(neighbor(), capable)->maximum_message_size(), 65535);
  EXPECT_TRUE(negotiated(neighbor(), capable)->enhanced_route_refresh);
  EXPECT_FALSE(negotiated(neighbor(), plain)->enhanced_route_refresh);
}

TEST(Negotiate, AddPathHasADirection) {  // RFC 7911 §4
  using Direction = wire::AddPathFamily::Direction;
  auto ours = make_open(us(), neighbor()), theirs = their_open();
  ours.capabilities.add_path = {{Family::Ipv4Unicast, Direction::Both}};
  theirs.capabilities.add_path = {{Family::Ipv4Unicast, Direction::Send}};

  const auto result = negotiate(us(), neighbor(), ours, theirs);

  EXPECT_TRUE(result->add_path_receive[0]);
  EXPECT_FALSE(result->add_path_send[0]);
  EXPECT_TRUE(result->decode_context().add_path[0]);
}

TEST(Negotiate, GracefulRestartNeedsBothSides) {
  auto settings = neighbor();
  auto open = their_open();
  open.capabilities.graceful_restart.emplace().restart_time = 60;

  EXPECT_FALSE(negotiated(settings, open)->peer_graceful_restart);
  settings.graceful_restart.mode = GracefulRestartSettings::Mode::Helper;
  EXPECT_EQ(negotiated(settings, open)->peer_graceful_restart->restart_time, 60);
}

TEST(MakeOpen, LongLivedGracefulRestartBesideTheOtherFamiliesOnlyOfARestarter) {  // RFC 9494 §3.1
  auto settings = neighbor();
  EXPECT_FALSE(make_open(us(), settings).capabilities.long_lived);
  settings.graceful_restart.mode = GracefulRestartSettings::Mode::Helper;
  settings.graceful_restart.long_lived_stale_time = 3600;
  EXPECT_TRUE(make_open(us(), settings).capabilities.long_lived->empty());
  settings.graceful_restart.mode = GracefulRestartSettings::Mode::Restarter;
  EXPECT_EQ(*make_open(us(), settings).capabilities.long_lived,
            (std::vector<wire::LongLivedFamily>{{rib::Family::Ipv4Unicast, false, 3600}}));
}

TEST(Negotiate, TheLongLivedTimeIsTheirsButNotAboveOurs) {  // RFC 9494 §4.2
  auto settings = neighbor();
  settings.graceful_restart.mode = GracefulRestartSettings::Mode::Helper;
  auto open = their_open();
  open.capabilities.long_lived = {{rib::Family::Ipv4Unicast, true, 1000}};
  EXPECT_FALSE(negotiated(settings, open)->peer_long_lived);  // without graceful restart it is none
  open.capabilities.graceful_restart.emplace();
  const auto time = [&](std::uint32_t ours) {
    settings.graceful_restart.long_lived_stale_time = ours;
    return negotiated(settings, open)->long_lived_stale_time[0];
  };

  EXPECT_EQ(time(0), 0s);
  EXPECT_EQ(time(999), 999s);
  EXPECT_EQ(time(5000), 1000s);
  EXPECT_TRUE(negotiated(settings, open)->long_lived_preserved.contains(rib::Family::Ipv4Unicast));
  EXPECT_TRUE(negotiated(settings, open)->peer_long_lived);
}

TEST(Collision, TheConnectionOfTheHigherIdentifierSurvives) {  // RFC 4271 §6.8
  const auto survives = [](rib::BgpIdentifier theirs) {
    auto received = their_open();
    received.identifier = theirs;
    return ours_survives_collision(make_open(us(), neighbor()), received);
  };

  EXPECT_FALSE(survives(0x0a000002));
  EXPECT_TRUE(survives(0x09ffffff));
  EXPECT_FALSE(survives(0xc0000001));  // unsigned
}

TEST(Collision, OfEqualIdentifiersTheHigherAsSurvives) {  // RFC 6286 §2.3
  const auto survives = [](const PeerSettings& settings, rib::AsNumber theirs) {
    auto received = their_open(theirs);
    received.identifier = us().identifier;
    return ours_survives_collision(make_open(us(), settings), received);
  };

  EXPECT_FALSE(survives(neighbor(), 64513));
  EXPECT_TRUE(survives(neighbor(64511), 64511));
  auto as_another = neighbor();
  as_another.local_as = 65000;  // that of our OPEN counts
  EXPECT_TRUE(survives(as_another, 64513));
}

// --- who we are to the neighbor ---------------------------------------------------------------------------

LocalSettings confederation_member() {
  auto local = us();
  local.confederation_id = 100;
  local.confederation_peers = {64513, 64514};
  return local;
}

TEST(LocalAs, StandsInTheOpenInsteadOfOurs) {
  auto settings = neighbor();
  settings.local_as = 4200000001;

  const auto open = make_open(us(), settings);
  const auto result = negotiated(settings, their_open());

  EXPECT_EQ(open.as(), 4200000001u);
  EXPECT_EQ(result->local_as, 4200000001u);
  EXPECT_EQ(result->decode_context().local_as, 4200000001u);
  EXPECT_EQ(result->peer_type, rib::PeerType::External);
}

TEST(LocalAs, OfRemoteAsExternalNeitherOfOurNumbersMayCome) {
  auto settings = neighbor();
  settings.remote_as.reset();
  settings.local_as = 65000;

  EXPECT_FALSE(negotiated(settings, their_open(64512)));
  EXPECT_FALSE(negotiated(settings, their_open(65000)));
  EXPECT_TRUE(negotiated(settings, their_open(64513)));
}

struct ConfederationCase {
  rib::AsNumber peer;
  rib::AsNumber ours;
  rib::PeerType type;
  bool is_member;
};
class Confederation : public ::testing::TestWithParam<ConfederationCase> {};

TEST_P(Confederation, TheOpenHasTheMemberAsInsideAndTheConfederationsOutside) {  // RFC 5065 §4
  const auto& [as, ours, type, is_member] = GetParam();
  const auto local = confederation_member();
  const auto settings = neighbor(as);
  const auto open = make_open(local, settings);

  const auto result = negotiate(local, settings, open, their_open(as));

  EXPECT_EQ(open.as(), ours);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->local_as, ours);
  EXPECT_EQ(result->peer_type, type);
  EXPECT_EQ(result->is_confederation_peer, is_member);
  EXPECT_EQ(result->decode_context().same_confederation, is_member);
}

INSTANTIATE_TEST_SUITE_P(Peers, Confederation,
                         ::testing::Values(ConfederationCase{64512, 64512, rib::PeerType::Internal, false},
                                           ConfederationCase{64513, 64512, rib::PeerType::External, true},
                                           ConfederationCase{65001, 100, rib::PeerType::External, false}));

TEST(ConfederationOpen, RemoteAsExternalIsOutsideOfIt) {
  const auto local = confederation_member();
  auto settings = neighbor();
  settings.remote_as.reset();
  const auto open = make_open(local, settings);

  EXPECT_EQ(open.as(), 100u);
  EXPECT_FALSE(negotiate(local, settings, open, their_open(64513)));
  EXPECT_TRUE(negotiate(local, settings, open, their_open(65001)));
}

TEST(ConfederationOpen, RemoteAsAutoIsInsideOfIt) {  // else the member AS would be told to the world
  const auto local = confederation_member();
  auto settings = neighbor();
  settings.remote_as.reset();
  settings.any_as = true;
  const auto open = make_open(local, settings);
  const auto with = [&](rib::AsNumber as) { return negotiate(local, settings, open, their_open(as)); };

  EXPECT_EQ(open.as(), 64512u);
  EXPECT_EQ(with(64512)->peer_type, rib::PeerType::Internal);
  EXPECT_TRUE(with(64513)->is_confederation_peer);
  EXPECT_EQ(with(65001).error(), wire::Notification(wire::OpenError::BadPeerAs));
}

// --- roles, RFC 9234 §4.2 ---------------------------------------------------------------------------------

using rib::Role;

std::expected<Negotiated, wire::Notification> with_roles(std::optional<Role> ours,
                                                         std::optional<std::uint8_t> theirs,
                                                         bool strict = false, rib::AsNumber as = 64513) {
  auto settings = neighbor(as);
  settings.local_role = ours;
  settings.strict_role = strict;
  auto open = their_open(as);
  open.capabilities.role = theirs;
  return negotiated(settings, open);
}

TEST(NegotiateRole, OnlyTheFivePairsAgree) {
  const auto is_pair = [](Role a, Role b) {
    return (a == Role::Provider && b == Role::Customer) || (a == Role::Customer && b == Role::Provider) ||
           (a == Role::RouteServer && b == Role::RouteServerClient) ||
           (a == Role::RouteServerClient && b == Role::RouteServer) || (a == Role::Peer && b == Role::Peer);
  };
  for (std::uint8_t ours = 0; ours <= 4; ++ours)
    for (std::uint8_t theirs = 0; theirs <= 6; ++theirs) {  // 5 and 6 are no roles yet
      const bool fits = theirs <= 4 && is_pair(Role{ours}, Role{theirs});
      const auto result = with_roles(Role{ours}, theirs);

      EXPECT_EQ(result.has_value(), fits) << unsigned{ours} << " with " << unsigned{theirs};
      if (result) {
        EXPECT_EQ(result->local_role, Role{ours});
      } else {
        EXPECT_EQ(result.error(), wire::Notification(wire::OpenError::RoleMismatch));
      }
    }
}

TEST(NegotiateRole, APeerWithoutOneIsRefusedInStrictModeOnly) {
  EXPECT_EQ(with_roles(Role::Customer, std::nullopt)->local_role, Role::Customer);
  EXPECT_EQ(with_roles(Role::Customer, std::nullopt, true).error(),
            wire::Notification(wire::OpenError::RoleMismatch));
}

TEST(NegotiateRole, OfRemoteAsAutoCountsWhenThePeerIsExternal) {
  auto settings = neighbor();
  settings.remote_as.reset();
  settings.any_as = true;
  settings.local_role = Role::Customer;
  auto external = their_open(65000);
  external.capabilities.role = std::to_underlying(Role::Provider);

  EXPECT_TRUE(make_open(us(), settings).capabilities.role);
  EXPECT_EQ(negotiated(settings, external)->local_role, Role::Customer);
  EXPECT_FALSE(negotiated(settings, their_open(64512))->local_role);
}

TEST(NegotiateRole, WithoutOneOfOursThePeersMeansNothing) {
  const auto result = with_roles(std::nullopt, 0);

  ASSERT_TRUE(result);
  EXPECT_FALSE(result->local_role);
}

TEST(NegotiateRole, IsForSessionsBetweenAses) {
  auto internal = neighbor(64512);
  internal.local_role = Role::Customer;
  EXPECT_FALSE(make_open(us(), internal).capabilities.role);
  EXPECT_FALSE(with_roles(Role::Customer, 3, true, 64512)->local_role);

  auto member = neighbor(64513);
  member.local_role = Role::Customer;
  EXPECT_FALSE(make_open(confederation_member(), member).capabilities.role);
  EXPECT_EQ(make_open(us(), member).capabilities.role, 3);
}

// --- what is offered --------------------------------------------------------------------------------------

TEST(ExtendedNextHop, HoldsWhenBothOfferIt) {  // RFC 8950 §4
  const wire::ExtendedNextHop entry{Family::Ipv4Unicast, 2};
  auto settings = neighbor();
  auto open = their_open();
  open.capabilities.extended_next_hop = {entry};

  EXPECT_FALSE(negotiated(settings, open)->extended_next_hop);
  settings.offers_extended_next_hop = true;
  EXPECT_EQ(make_open(us(), settings).capabilities.extended_next_hop, std::vector{entry});
  EXPECT_TRUE(negotiated(settings, open)->extended_next_hop);
  EXPECT_FALSE(negotiated(settings, their_open())->extended_next_hop);
}

TEST(Capabilities, NoneAreOfferedWhereTheOperatorSaysSo) {
  auto settings = neighbor();
  settings.families = {Family::Ipv4Unicast, Family::Ipv6Unicast};
  settings.offers_capabilities = false;
  auto theirs = their_open();
  theirs.capabilities.multiprotocol = {Family::Ipv4Unicast, Family::Ipv6Unicast};

  const auto open = make_open(us(), settings);
  const auto result = negotiated(settings, theirs);

  EXPECT_EQ(open.capabilities, wire::Capabilities{});
  EXPECT_EQ(open.my_as, 64512);
  EXPECT_EQ(result->families, rib::FamilySet{Family::Ipv4Unicast});
  EXPECT_FALSE(result->four_octet_as);
}

TEST(Capabilities, OverrideTakesTheFamiliesOfTheConfiguration) {
  auto settings = neighbor();
  settings.families = {Family::Ipv4Unicast, Family::Ipv6Unicast};
  settings.overrides_capabilities = true;

  EXPECT_EQ(negotiated(settings, their_open())->families, settings.families);
}

TEST(Capabilities, StrictMatchRefusesAFamilyThatThePeerLacksAndNamesIt) {  // RFC 5492 §5
  auto settings = neighbor();
  settings.families = {Family::Ipv4Unicast, Family::Ipv6Unicast};
  settings.requires_equal_capabilities = true;
  auto open = their_open();
  open.capabilities.multiprotocol = {Family::Ipv4Unicast};

  const auto result = negotiated(settings, open);

  const std::vector<std::uint8_t> ipv6{1, 4, 0, 2, 0, 1};
  EXPECT_EQ(result.error(), wire::Notification(wire::OpenError::UnsupportedCapability, ipv6));
  open.capabilities.multiprotocol.emplace_back(Family::Ipv6Unicast);
  EXPECT_TRUE(negotiated(settings, open));
}

TEST(Capabilities, StrictMatchRefusesOneThatIsUnknownHere) {
  auto settings = neighbor();
  auto open = their_open();
  open.capabilities.unknown = {{200, {7}}};

  EXPECT_TRUE(negotiated(settings, open));
  settings.requires_equal_capabilities = true;
  const std::vector<std::uint8_t> theirs{200, 1, 7};
  EXPECT_EQ(negotiated(settings, open).error(),
            wire::Notification(wire::OpenError::UnsupportedCapability, theirs));
}

}  // namespace
}  // namespace bgpd::session
