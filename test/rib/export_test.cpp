// Phase 3: what may be sent to whom, and with which attributes. RFC 4271 §9.1.3, §5; RFC 4456; RFC 1997; RFC
// 8212.
#include "rib/export.hpp"

#include <gtest/gtest.h>

#include "test/support/rib_builders.hpp"

namespace test {
namespace {

const RouteOrigin kLocal{.is_local = true};
const RouteOrigin kExternal{.type = PeerType::External, .identifier = 77};
const RouteOrigin kInternal{.type = PeerType::Internal, .identifier = 77};
const RouteOrigin kClient{.type = PeerType::Internal, .is_route_reflector_client = true, .identifier = 77};

ExportProfile to_external() { return *peer("192.0.2.9", 9).exports[0]; }
ExportProfile to_internal() { return *peer("192.0.2.9").exports[0]; }
ExportProfile to_client() { return *client("192.0.2.9").exports[0]; }

ExportState verdict(const ExportProfile& profile, const RouteOrigin& origin, const PathAttributes& a) {
  return may_export(speaker(), profile, origin, a);
}
PathAttributes sent(const ExportProfile& profile, const RouteOrigin& origin, const PathAttributes& a) {
  return exported(speaker(), profile, origin, a);
}

TEST(MayExport, InternalRoutesGoToInternalPeersOnlyByReflection) {  // RFC 4271 §9.2.1, RFC 4456 §6
  const auto a = attributes();

  EXPECT_EQ(verdict(to_internal(), kInternal, a), ExportState::InternalToInternal);
  EXPECT_EQ(verdict(to_client(), kInternal, a), ExportState::Sent);
  EXPECT_EQ(verdict(to_internal(), kClient, a), ExportState::Sent);
  EXPECT_EQ(verdict(to_client(), kClient, a), ExportState::Sent);
  EXPECT_EQ(verdict(to_external(), kInternal, a), ExportState::Sent);
  EXPECT_EQ(verdict(to_internal(), kExternal, a), ExportState::Sent);
  EXPECT_EQ(verdict(to_internal(), kLocal, a), ExportState::Sent);
}

TEST(MayExport, ClientToClientReflectionCanBeTurnedOff) {
  auto s = speaker();
  s.client_to_client_reflection = false;

  EXPECT_EQ(may_export(s, to_client(), kClient, attributes()), ExportState::InternalToInternal);
  EXPECT_EQ(may_export(s, to_internal(), kClient, attributes()), ExportState::Sent);
}

TEST(MayExport, WellKnownCommunitiesBind) {  // RFC 1997
  EXPECT_EQ(verdict(to_internal(), kLocal, attributes().community(kNoAdvertise)), ExportState::NoAdvertise);
  EXPECT_EQ(verdict(to_external(), kLocal, attributes().community(kNoExport)), ExportState::NoExport);
  EXPECT_EQ(verdict(to_external(), kLocal, attributes().community(kNoExportSubconfed)),
            ExportState::NoExport);
  EXPECT_EQ(verdict(to_internal(), kLocal, attributes().community(kNoExport)), ExportState::Sent);
}

TEST(MayExport, WithoutPolicyNothingLeaves) {  // RFC 8212
  auto profile = to_external();
  profile.requires_policy = true;
  EXPECT_EQ(verdict(profile, kLocal, attributes()), ExportState::PolicyRequired);
}

TEST(MayExport, TheMapThatAppliesMaySetAnotherNextHop) {
  auto profile = to_external();
  profile.local_address = address("2001:db8::1");
  auto suppressed = kLocal;
  suppressed.is_suppressed = true;
  profile.unsuppress_map = "U";
  EXPECT_EQ(verdict(profile, suppressed, attributes()), ExportState::Sent);
  EXPECT_EQ(verdict(profile, kLocal, attributes()), ExportState::NextHopUnusable);

  profile.unsuppress_map = "";
  profile.policy.route_map = "M";
  EXPECT_EQ(verdict(profile, suppressed, attributes()), ExportState::NextHopUnusable);
  EXPECT_EQ(verdict(profile, kLocal, attributes()), ExportState::Sent);
}

TEST(MayExport, NeedsANextHopOfTheFamily) {  // RFC 8950
  auto profile = to_external();
  profile.local_address = address("2001:db8::1");
  EXPECT_EQ(verdict(profile, kLocal, attributes()), ExportState::NextHopUnusable);

  profile.extended_next_hop = true;
  EXPECT_EQ(verdict(profile, kLocal, attributes()), ExportState::Sent);
}

TEST(Exported, ExternalPeersGetOurAsInFrontAndNoInternalAttribute) {  // RFC 4271 §5.1.2, §5.1.5; RFC 4456 §8
  const auto a = attributes().path({1, 2}).preference(300).originator(5).clusters({6});

  const auto result = sent(to_external(), kInternal, a);

  EXPECT_EQ(result.as_path, AsPath::sequence({kOurAs, 1, 2}));
  EXPECT_FALSE(result.local_pref);
  EXPECT_FALSE(result.rare->originator_id);
  EXPECT_TRUE(result.rare->cluster_list.empty());
}

TEST(Exported, InternalPeersGetLocalPrefAndThePathAsItIs) {
  EXPECT_EQ(sent(to_internal(), kExternal, attributes().path({1})).local_pref, 100u);
  EXPECT_EQ(sent(to_internal(), kExternal, attributes().path({1})).as_path, AsPath::sequence({1}));
  EXPECT_EQ(sent(to_client(), kInternal, attributes().preference(7)).local_pref, 7u);
}

TEST(Exported, MedOfAnotherAsStaysWithUs) {  // RFC 4271 §5.1.4
  EXPECT_FALSE(sent(to_external(), kExternal, attributes().path({1}).with_med(5)).med);
  EXPECT_EQ(sent(to_external(), kLocal, attributes().with_med(5)).med, 5u);
  EXPECT_EQ(sent(to_internal(), kExternal, attributes().path({1}).with_med(5)).med, 5u);
}

TEST(Exported, ReflectionAddsOriginatorAndCluster) {  // RFC 4456 §8
  auto s = speaker();
  EXPECT_EQ(exported(s, to_client(), kInternal, attributes()).rare->originator_id, 77u);
  EXPECT_EQ(exported(s, to_client(), kInternal, attributes()).rare->cluster_list,
            CompactArray<std::uint32_t>{s.identifier});
  EXPECT_EQ(exported(s, to_client(), kInternal, attributes().originator(5)).rare->originator_id, 5u);

  s.cluster_id = 9;
  EXPECT_EQ(exported(s, to_client(), kClient, attributes().clusters({4})).rare->cluster_list,
            (CompactArray<std::uint32_t>{9, 4}));
}

TEST(Exported, RoutesThatAreNotReflectedGetNoOriginator) {
  EXPECT_FALSE(sent(to_client(), kExternal, attributes().path({1})).rare->originator_id);
  EXPECT_FALSE(sent(to_client(), kLocal, attributes()).rare->originator_id);
}

TEST(ExportedNextHop, IsOursForOwnRoutes) {
  PathAttributes own;
  EXPECT_EQ(sent(to_internal(), kLocal, own).next_hop, address("192.0.2.254"));
  EXPECT_EQ(sent(to_external(), kLocal, own).next_hop, address("192.0.2.254"));
}

TEST(ExportedNextHop, StaysTowardsInternalPeersUnlessSelfIsAsked) {  // RFC 4271 §5.1.3 (1)
  const auto a = attributes().via("198.51.100.1").path({1});
  auto profile = to_client();
  EXPECT_EQ(sent(profile, kExternal, a).next_hop, a.next_hop);

  profile.next_hop_mode = NextHopMode::Self;
  EXPECT_EQ(sent(profile, kExternal, a).next_hop, profile.local_address);
  EXPECT_EQ(sent(profile, kClient, a).next_hop, a.next_hop) << "reflected: unchanged";

  profile.next_hop_mode = NextHopMode::SelfForce;
  EXPECT_EQ(sent(profile, kClient, a).next_hop, profile.local_address);
}

TEST(ExportedNextHop, IsOursTowardsExternalPeersExceptOnTheSharedLink) {  // RFC 4271 §5.1.3 (2)
  auto profile = to_external();
  const auto on_link = attributes().via("192.0.2.7").path({1}),
             elsewhere = attributes().via("198.51.100.1").path({1});
  EXPECT_EQ(sent(profile, kExternal, on_link).next_hop, profile.local_address);

  profile.shared_subnet = prefix("192.0.2.0/24");
  EXPECT_EQ(sent(profile, kExternal, on_link).next_hop, on_link.next_hop);
  EXPECT_EQ(sent(profile, kExternal, elsewhere).next_hop, profile.local_address);

  profile.next_hop_mode = NextHopMode::Self;
  EXPECT_EQ(sent(profile, kExternal, on_link).next_hop, profile.local_address);
  profile.next_hop_mode = NextHopMode::Unchanged;
  EXPECT_EQ(sent(profile, kExternal, elsewhere).next_hop, elsewhere.next_hop);
}

TEST(ExportedNextHop, LinkLocalHalfOnlyOnTheSharedLink) {  // RFC 2545 §3
  auto profile = *peer("2001:db8::9").exports[1];
  profile.local_link_local = address("fe80::1");
  const auto a = attributes().via("2001:db8::7").via_link_local("fe80::7").path({1});
  EXPECT_FALSE(sent(profile, kExternal, a).rare->link_local_next_hop);
  EXPECT_EQ(sent(profile, kLocal, {}).rare->link_local_next_hop, address("fe80::1"));

  profile.shared_subnet = prefix("2001:db8::/64");
  EXPECT_EQ(sent(profile, kExternal, a).rare->link_local_next_hop, address("fe80::7"));
}

TEST(Exported, SendCommunityKindsAreKnobs) {
  auto a = attributes().community(Community{7});
  a.rare.edit().extended_communities = {ExtendedCommunity{}};
  a.rare.edit().large_communities = {LargeCommunity{1, 2, 3}};
  auto profile = to_internal();
  profile.send_standard_communities = profile.send_extended_communities = profile.send_large_communities =
      false;

  const auto result = sent(profile, kLocal, a);

  EXPECT_TRUE(result.communities.empty());
  EXPECT_TRUE(result.rare->extended_communities.empty());
  EXPECT_TRUE(result.rare->large_communities.empty());
}

TEST(Exported, NonTransitiveExtendedCommunitiesStayInTheAs) {  // RFC 4360 §6
  const ExtendedCommunity transitive{{0, 2}}, local{{0x40, 4}};
  auto a = attributes();
  a.rare.edit().extended_communities = {local, transitive};

  EXPECT_EQ(sent(to_external(), kLocal, a).rare->extended_communities,
            CompactArray<ExtendedCommunity>{transitive});
  EXPECT_EQ(sent(to_internal(), kLocal, a).rare->extended_communities.size(), 2u);
}

TEST(Exported, UnknownTransitiveAttributesAndAggregatorPass) {
  auto a = attributes().path({1});
  a.rare.edit().unknown_transitive = {0xe0, 99, 1, 7};
  a.rare.edit().aggregator = Aggregator{1, 2};
  a.atomic_aggregate = true;

  const auto result = sent(to_external(), kExternal, a);

  EXPECT_EQ(result.rare->unknown_transitive, a.rare->unknown_transitive);
  EXPECT_EQ(result.rare->aggregator, a.rare->aggregator);
  EXPECT_TRUE(result.atomic_aggregate);
}

// --- neighbor lines about the path
// --------------------------------------------------------------------------

AsPath path_sent(const PathRewriting& rewriting, std::initializer_list<AsNumber> path) {
  auto profile = to_external();
  profile.rewriting = rewriting;
  return sent(profile, kExternal, attributes().path(path)).as_path;
}

TEST(ExportedPath, AsOverridePutsOursWhereThePeersStands) {
  EXPECT_EQ(path_sent({.overridden_as = 9}, {9, 9, 4}), AsPath::sequence({kOurAs, kOurAs, kOurAs, 4}));
  EXPECT_EQ(path_sent({.overridden_as = 9}, {3, 4}), AsPath::sequence({kOurAs, 3, 4}));
}

TEST(ExportedPath, PrivateAsNumbersGoWhereAskedFor) {  // RFC 6996
  using enum RemovePrivateAs;
  EXPECT_EQ(path_sent({.remove_private_as = OfPrivatePaths}, {64512, 4200000000}),
            AsPath::sequence({kOurAs}));
  EXPECT_EQ(path_sent({.remove_private_as = OfPrivatePaths}, {64512, 7}),
            AsPath::sequence({kOurAs, 64512, 7}));
  EXPECT_EQ(path_sent({.remove_private_as = OfPrivatePathsReplaced}, {64512, 64513}),
            AsPath::sequence({kOurAs, kOurAs, kOurAs}));
  EXPECT_EQ(path_sent({.remove_private_as = All}, {64512, 7, 65534}), AsPath::sequence({kOurAs, 7}));
  EXPECT_EQ(path_sent({.remove_private_as = AllReplaced}, {64512, 7}), AsPath::sequence({kOurAs, kOurAs, 7}));
  EXPECT_EQ(path_sent({.remove_private_as = All, .kept_private_as = 64513}, {64512, 64513}),
            AsPath::sequence({kOurAs, 64513}));
  EXPECT_EQ(path_sent({.remove_private_as = All}, {65535, 64511}), AsPath::sequence({kOurAs, 65535, 64511}))
      << "reserved, RFC 7300";
}

TEST(ExportedPath, AttributeUnchanged) {
  auto profile = to_external();
  profile.rewriting = {.as_path_unchanged = true, .med_unchanged = true};
  const auto result = sent(profile, kExternal, attributes().path({1}).with_med(5));
  EXPECT_EQ(result.as_path, AsPath::sequence({1}));
  EXPECT_EQ(result.med, 5u);
}

TEST(ExportedPath, PrependingToAFullSegmentBeginsAnother) {  // RFC 4271 §5.1.2 (b) 2
  const AsPath full(
      std::vector<AsPath::Segment>{{AsPath::SegmentType::Sequence, std::vector<AsNumber>(255, 7)}});
  auto a = attributes();
  a.as_path = full;
  const auto segments = sent(to_external(), kExternal, a).as_path.segments();
  ASSERT_EQ(segments.size(), 2u);
  EXPECT_EQ(segments[0].as_numbers, std::vector<AsNumber>{kOurAs});
}

TEST(ExportedPath, LocalAsStandsBeforeOurRealOne) {
  auto profile = to_external();
  profile.local_as = 64999;
  EXPECT_EQ(sent(profile, kExternal, attributes().path({1})).as_path, AsPath::sequence({64999, 1}));
  profile.inner_as = kOurAs;
  EXPECT_EQ(sent(profile, kExternal, attributes().path({1})).as_path, AsPath::sequence({64999, kOurAs, 1}));
}

// --- confederations, RFC 5065 ----------------------------------------------------------------------------

using Segment = AsPath::Segment;

Speaker member_of_confederation() {
  auto s = speaker();
  s.confederation_id = 100;
  return s;
}

TEST(ExportedInConfederation, AnotherMemberGetsOursInAConfedSequence) {  // §4 (b)
  using enum AsPath::SegmentType;
  auto profile = to_external();
  profile.is_confederation_peer = true;
  const auto s = member_of_confederation();
  auto a = attributes().via("198.51.100.1").preference(200).with_med(5).originator(3).clusters({4});
  a.as_path = AsPath(std::vector<Segment>{{ConfedSequence, {65001}}, {Sequence, {7}}});

  const auto result = exported(s, profile, kExternal, a);

  EXPECT_EQ(result.as_path, AsPath(std::vector<Segment>{{ConfedSequence, {kOurAs, 65001}}, {Sequence, {7}}}));
  EXPECT_EQ(result.local_pref, 200u);
  EXPECT_EQ(result.med, 5u);
  EXPECT_EQ(result.next_hop, a.next_hop);
  EXPECT_FALSE(result.rare->originator_id);
  EXPECT_TRUE(result.rare->cluster_list.empty());
  EXPECT_EQ(exported(s, profile, kLocal, attributes()).as_path,
            AsPath(std::vector<Segment>{{ConfedSequence, {kOurAs}}}));
}

TEST(ExportedInConfederation, OutsideItThereIsOneAs) {  // §4 (c)
  using enum AsPath::SegmentType;
  auto profile = to_external();
  profile.local_as = 100;
  auto a = attributes().with_med(5);
  a.as_path = AsPath(std::vector<Segment>{{ConfedSequence, {65001, 65002}}, {ConfedSet, {65003}}});

  const auto result = exported(member_of_confederation(), profile, kExternal, a);

  EXPECT_EQ(result.as_path, AsPath::sequence({100}));
  EXPECT_EQ(result.med, 5u) << "a route of our own";
}

TEST(ExportedInConfederation, CommunitiesKnowTheTwoBorders) {  // RFC 1997
  auto inside = to_external();
  inside.is_confederation_peer = true;
  EXPECT_EQ(verdict(inside, kLocal, attributes().community(kNoExport)), ExportState::Sent);
  EXPECT_EQ(verdict(inside, kLocal, attributes().community(kNoExportSubconfed)), ExportState::NoExport);
}

TEST(Exported, LongLivedStaleOnlyToThoseWhoKnowIt) {  // RFC 9494 §4.3
  const auto stale = attributes().path({1}).community(kLlgrStale);
  for (auto profile : {to_external(), to_internal()}) {
    EXPECT_EQ(verdict(profile, kExternal, stale), ExportState::LongLivedStale);
    profile.takes_long_lived_stale = true;
    EXPECT_EQ(verdict(profile, kExternal, stale), ExportState::Sent);
    EXPECT_TRUE(sent(profile, kExternal, stale).has_community(kLlgrStale));
  }
}

// --- roles, RFC 9234 §5 ----------------------------------------------------------------------------------

TEST(ExportedByRole, OtcIsSetTowardsCustomersAndPeersAndBindsTowardsTheRest) {
  auto marked = attributes().path({1});
  marked.rare.edit().only_to_customer = 77;
  for (const auto role :
       {Role::Provider, Role::RouteServer, Role::RouteServerClient, Role::Customer, Role::Peer}) {
    auto profile = to_external();
    profile.local_role = role;
    const bool sets = role == Role::Provider || role == Role::RouteServer || role == Role::Peer;
    const bool forbids = role == Role::Customer || role == Role::RouteServerClient || role == Role::Peer;
    EXPECT_EQ(sent(profile, kExternal, attributes().path({1})).rare->only_to_customer,
              sets ? std::optional<AsNumber>(kOurAs) : std::nullopt);
    EXPECT_EQ(verdict(profile, kExternal, marked), forbids ? ExportState::RoleForbids : ExportState::Sent);
    EXPECT_EQ(sent(profile, kExternal, marked).rare->only_to_customer, 77u);
  }
  EXPECT_FALSE(sent(to_external(), kExternal, attributes().path({1})).rare->only_to_customer);
}

// --- graceful shutdown, RFC 8326 -------------------------------------------------------------------------

TEST(ExportedInGracefulShutdown, OurRoutesAreTheLastChoice) {
  auto s = speaker();
  s.graceful_shutdown = true;
  const auto a = attributes().path({1}).preference(300).community(Community{7});
  EXPECT_TRUE(exported(s, to_external(), kExternal, a).has_community(kGracefulShutdown));
  EXPECT_TRUE(exported(s, to_external(), kExternal, a).has_community(Community{7}));
  EXPECT_EQ(exported(s, to_internal(), kExternal, a).local_pref, 0u);
  EXPECT_FALSE(exported(s, to_internal(), kExternal, a).has_community(kGracefulShutdown));
}

}  // namespace
}  // namespace test
