#include "bgpd/config/neighbor_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bgpd/session/peer.hpp"
#include "test/support/addresses.hpp"

namespace bgpd::config {
namespace {

using namespace std::chrono_literals;
using rib::Family;
using rib::FamilySet;
using testing::HasSubstr;
using testing::SizeIs;

using ::test::address;

class NeighborSettingsTest : public testing::Test {
 protected:
  NeighborSettingsTest() {
    config_.bgp.emplace();
    bgp().as = 64512;
    neighbor().remote_as = cli::RemoteAs{cli::RemoteAs::Kind::Number, 64512};
  }
  cli::Bgp& bgp() { return *config_.bgp; }
  cli::Neighbor& neighbor() { return bgp().neighbors[address("192.168.1.2")]; }
  void external() { neighbor().remote_as = cli::RemoteAs{cli::RemoteAs::Kind::Number, 65001}; }

  std::expected<session::PeerSettings, std::string> settings() {
    return all_neighbor_settings(config_, interface_index).at(address("192.168.1.2"));
  }
  static std::uint32_t interface_index(std::string_view name) { return name == "eth0" ? 7 : 0; }

  cli::Config config_;
};

TEST_F(NeighborSettingsTest, AnInternalNeighborHasTheDefaults) {
  const auto peer = settings();

  ASSERT_TRUE(peer);
  session::PeerSettings expected;
  expected.address = address("192.168.1.2");
  expected.remote_as = 64512;
  expected.ttl = 255;
  expected.graceful_restart.mode = session::GracefulRestartSettings::Mode::Helper;
  EXPECT_EQ(*peer, expected);
}

TEST_F(NeighborSettingsTest, OfRemoteAsAutoTheTypeFollows) {
  neighbor().remote_as = cli::RemoteAs{cli::RemoteAs::Kind::Auto, 0};

  EXPECT_TRUE(settings()->any_as);
  EXPECT_FALSE(settings()->remote_as);
  EXPECT_TRUE(settings()->imports[0].requires_policy);  // should it be external, RFC 8212
  EXPECT_EQ(settings()->ttl, 1);

  neighbor().ebgp_multihop = 7;
  EXPECT_EQ(settings()->ttl, 7);

  neighbor().ebgp_multihop.reset();
  neighbor().ttl_security_hops = 2;
  EXPECT_EQ(settings()->ttl, 255);
  EXPECT_EQ(settings()->minimum_ttl, 254);
}

TEST_F(NeighborSettingsTest, AnExternalNeighborIsOneHopAwayAndRequiresPolicy) {  // RFC 8212
  external();

  EXPECT_EQ(settings()->remote_as, 65001u);
  EXPECT_EQ(settings()->ttl, 1);
  EXPECT_TRUE(settings()->requires_policy);
  EXPECT_TRUE(settings()->imports[0].requires_policy);

  bgp().ebgp_requires_policy = false;
  EXPECT_FALSE(settings()->requires_policy);
  EXPECT_FALSE(settings()->imports[0].requires_policy);
}

TEST_F(NeighborSettingsTest, AnExternalNeighborNeedsPolicyPerFamilyAndDirection) {  // RFC 8212
  external();
  for (auto& family : neighbor().families) family.activate = true;
  neighbor().families[0].policy_in.route_map = "IN";
  neighbor().families[1].policy_out.prefix_list = "OUT";

  const auto peer = settings();

  EXPECT_EQ(peer->imports[0].policy.route_map, "IN");
  EXPECT_FALSE(peer->imports[0].requires_policy);
  EXPECT_TRUE(peer->requires_policy_out[0]);
  EXPECT_EQ(peer->policy_out[1].prefix_list, "OUT");
  EXPECT_TRUE(peer->imports[1].requires_policy);
  EXPECT_FALSE(peer->requires_policy_out[1]);
}

TEST_F(NeighborSettingsTest, ChangingPolicyNeverResets) {
  const auto before = settings();
  neighbor().families[0].policy_in.route_map = "IN";
  neighbor().families[0].policy_out.prefix_list = "OUT";

  EXPECT_FALSE(session::needs_reset(*before, *settings()));
}

TEST_F(NeighborSettingsTest, RemoteAsInternalAndExternalFollowOurAs) {
  neighbor().remote_as = cli::RemoteAs{cli::RemoteAs::Kind::Internal, 0};
  EXPECT_EQ(settings()->remote_as, 64512u);
  EXPECT_EQ(settings()->ttl, 255);

  neighbor().remote_as = cli::RemoteAs{cli::RemoteAs::Kind::External, 0};
  EXPECT_EQ(settings()->remote_as, std::nullopt);
  EXPECT_EQ(settings()->ttl, 1);
  EXPECT_TRUE(settings()->requires_policy);
}

TEST_F(NeighborSettingsTest, MultihopIsForExternalNeighborsOnly) {
  neighbor().ebgp_multihop = 3;
  EXPECT_EQ(settings()->ttl, 255);

  external();
  EXPECT_EQ(settings()->ttl, 3);
}

TEST_F(NeighborSettingsTest, TtlSecurityAcceptsTheGivenNumberOfHops) {  // RFC 5082 §3
  external();
  neighbor().ttl_security_hops = 1;
  EXPECT_EQ(settings()->ttl, 255);
  EXPECT_EQ(settings()->minimum_ttl, 255);

  neighbor().ttl_security_hops = 2;
  EXPECT_EQ(settings()->minimum_ttl, 254);
}

TEST_F(NeighborSettingsTest, TimersComeFromTheNeighborThenItsGroupThenTheInstance) {
  bgp().keepalive_seconds = 10;
  bgp().hold_seconds = 30;
  EXPECT_EQ(settings()->hold_time, 30s);
  EXPECT_EQ(settings()->keepalive_time, 10s);

  bgp().peer_groups["hosts"].hold_seconds = 12;
  neighbor().peer_group = "hosts";
  EXPECT_EQ(settings()->hold_time, 12s);

  neighbor().hold_seconds = 9;
  neighbor().connect_retry_seconds = 2;
  EXPECT_EQ(settings()->hold_time, 9s);
  EXPECT_EQ(settings()->connect_retry_time, 2s);
}

TEST_F(NeighborSettingsTest, InheritsRemoteAsFromItsGroup) {
  neighbor().remote_as.reset();
  neighbor().peer_group = "hosts";
  EXPECT_THAT(settings().error(), HasSubstr("remote-as"));

  bgp().peer_groups["hosts"].remote_as = cli::RemoteAs{cli::RemoteAs::Kind::Number, 65001};
  EXPECT_EQ(settings()->remote_as, 65001u);
}

TEST_F(NeighborSettingsTest, FamiliesAreIpv4UnlessSaidOtherwise) {
  EXPECT_EQ(settings()->families, FamilySet{Family::Ipv4Unicast});

  neighbor().families[1].activate = true;
  EXPECT_EQ(settings()->families, (FamilySet{Family::Ipv4Unicast, Family::Ipv6Unicast}));

  neighbor().families[0].activate = false;
  EXPECT_EQ(settings()->families, FamilySet{Family::Ipv6Unicast});

  neighbor().families[1].activate = false;
  EXPECT_THAT(settings().error(), HasSubstr("family"));
}

TEST_F(NeighborSettingsTest, WithoutDefaultIpv4UnicastNothingIsActive) {
  bgp().default_ipv4_unicast = false;
  EXPECT_FALSE(settings());

  neighbor().families[0].activate = true;
  EXPECT_EQ(settings()->families, FamilySet{Family::Ipv4Unicast});
}

TEST_F(NeighborSettingsTest, AnIpv6NeighborCarriesIpv4ByDefaultLikeAnyOther) {
  auto& six = bgp().neighbors[address("2001:db8::2")];
  six.remote_as = cli::RemoteAs{cli::RemoteAs::Kind::Internal, 0};

  const auto all = all_neighbor_settings(config_, interface_index);

  EXPECT_EQ(all.at(address("2001:db8::2"))->families, FamilySet{Family::Ipv4Unicast});
}

TEST_F(NeighborSettingsTest, UpdateSourceIsAnAddressOrAnInterface) {
  neighbor().update_source = "192.168.1.1";
  EXPECT_EQ(settings()->local_address, address("192.168.1.1"));
  EXPECT_EQ(settings()->local_interface, "");

  neighbor().update_source = "eth0";
  EXPECT_EQ(settings()->local_address, std::nullopt);
  EXPECT_EQ(settings()->local_interface, "eth0");
}

TEST_F(NeighborSettingsTest, ALinkLocalNeighborNeedsAnInterfaceThatExists) {
  auto& six = bgp().neighbors[address("fe80::2")];
  six.remote_as = cli::RemoteAs{cli::RemoteAs::Kind::Internal, 0};
  const auto link_local = [&] {
    return all_neighbor_settings(config_, interface_index).at(address("fe80::2"));
  };
  EXPECT_THAT(link_local().error(), HasSubstr("update-source"));

  six.update_source = "eth9";
  EXPECT_THAT(link_local().error(), HasSubstr("eth9"));

  six.update_source = "eth0";
  EXPECT_EQ(link_local()->interface_index, 7u);
}

TEST_F(NeighborSettingsTest, PassesOnWhatTheSessionNeeds) {
  auto& n = neighbor();
  n.description = "two";
  n.passive = true;
  n.shutdown = true;
  n.shutdown_message = "maintenance";
  n.port = 1179;
  n.password = "secret";

  const auto peer = *settings();

  EXPECT_EQ(peer.description, "two");
  EXPECT_TRUE(peer.passive);
  EXPECT_TRUE(peer.shutdown);
  EXPECT_EQ(peer.shutdown_message, "maintenance");
  EXPECT_EQ(peer.port, 1179);
  EXPECT_EQ(peer.password, "secret");
}

TEST_F(NeighborSettingsTest, PassesOnWhatTheRoutingEngineNeedsByFamily) {
  auto& v4 = neighbor().families[0];
  v4.route_reflector_client = true;
  v4.next_hop_mode = rib::NextHopMode::Self;
  v4.maximum_prefix = cli::MaximumPrefix{100, 80, true, 5, true};
  v4.allow_own_as = cli::AllowOwnAs{2, true};
  v4.weight = 7;
  neighbor().families[1].maximum_prefix = cli::MaximumPrefix{.number = 50};
  neighbor().enforce_first_as = false;
  v4.send_extended = false;
  v4.default_originate = true;

  const auto peer = *settings();

  EXPECT_TRUE(peer.is_route_reflector_client[0]);
  EXPECT_FALSE(peer.is_route_reflector_client[1]);
  EXPECT_EQ(peer.next_hop_mode[0], rib::NextHopMode::Self);
  EXPECT_EQ(peer.next_hop_mode[1], rib::NextHopMode::Standard);
  EXPECT_EQ(peer.imports[0].maximum_prefix, 100u);
  EXPECT_TRUE(peer.imports[0].maximum_prefix_warning_only);
  EXPECT_EQ(peer.imports[0].maximum_prefix_threshold, 80);
  EXPECT_TRUE(peer.imports[0].maximum_prefix_counts_denied);
  EXPECT_EQ(peer.maximum_prefix_restart[0], 5min);
  EXPECT_EQ(peer.imports[0].allow_own_as, 2);
  EXPECT_TRUE(peer.imports[0].allow_own_as_as_origin);
  EXPECT_EQ(peer.imports[0].weight, 7u);
  EXPECT_FALSE(peer.enforces_first_as);
  EXPECT_EQ(peer.imports[1].maximum_prefix, 50u);
  EXPECT_FALSE(peer.imports[1].maximum_prefix_warning_only);
  EXPECT_EQ(peer.imports[1].allow_own_as, 0);
  EXPECT_TRUE(peer.exports[0].send_standard_communities);
  EXPECT_FALSE(peer.exports[0].send_extended_communities);
  EXPECT_TRUE(peer.default_originate[0]);
}

TEST_F(NeighborSettingsTest, WhatANeighborIsSentIsPerFamily) {
  auto& v6 = neighbor().families[1];
  v6.send_large = false;
  v6.as_override = true;
  v6.remove_private_as = rib::RemovePrivateAs::AllReplaced;
  v6.med_unchanged = true;
  v6.add_path = rib::AddPathSelection{rib::AddPathSelection::Kind::Best, 3};
  v6.disable_add_path_receive = true;

  const auto peer = *settings();

  EXPECT_EQ(peer.exports[0], session::ExportSettings{});
  EXPECT_TRUE(peer.accepts_add_path[0]);
  EXPECT_FALSE(peer.accepts_add_path[1]);
  const auto& sent = peer.exports[1];
  EXPECT_FALSE(sent.send_large_communities);
  EXPECT_TRUE(sent.as_override);
  EXPECT_EQ(sent.remove_private_as, rib::RemovePrivateAs::AllReplaced);
  EXPECT_TRUE(sent.med_unchanged);
  EXPECT_EQ(sent.add_path.count, 3);
}

TEST_F(NeighborSettingsTest, AConfiguredNeighborIsNoMeshMember) {
  EXPECT_FALSE(settings()->guard.is_mesh_member);
}

TEST_F(NeighborSettingsTest, AMulticastAddressIsNoNeighbor) {
  bgp().neighbors[address("224.0.0.1")].remote_as = neighbor().remote_as;
  EXPECT_FALSE(all_neighbor_settings(config_, interface_index).at(address("224.0.0.1")));
}

TEST_F(NeighborSettingsTest, ConfiguredNeighborsWinOverDiscoveredOnes) {
  session::PeerSettings discovered = *settings();
  discovered.source = session::PeerSource::Discovered;
  auto other = discovered;
  other.address = address("192.168.1.3");

  const auto merged = merged_peers({*settings()}, {discovered, other});

  ASSERT_THAT(merged, SizeIs(2));
  EXPECT_EQ(merged[0].source, session::PeerSource::Configured);
  EXPECT_EQ(merged[1].address, address("192.168.1.3"));
}

TEST(SpeakerSettings, TakeTheGivenIdentifierUnlessConfigured) {
  cli::Config config;
  config.bgp.emplace();
  config.bgp->as = 64512;
  EXPECT_EQ(speaker_settings(config, 5, "host", 179).speaker.identifier, 5u);
  EXPECT_EQ(speaker_settings(config, 5, "host", 179).local.identifier, 5u);

  config.bgp->router_id = 9;
  EXPECT_EQ(speaker_settings(config, 5, "host", 179).speaker.identifier, 9u);
  EXPECT_EQ(speaker_settings(config, 5, "host", 179).local.identifier, 9u);
}

TEST(SpeakerSettings, TakeHostnameAndPort) {
  cli::Config config;
  config.bgp.emplace();
  EXPECT_EQ(speaker_settings(config, 5, "host", 1179).local.hostname, "host");
  EXPECT_EQ(speaker_settings(config, 5, "host", 1179).local.port, 1179);

  config.hostname = "other";
  EXPECT_EQ(speaker_settings(config, 5, "host", 179).local.hostname, "other");
}

TEST(SpeakerSettings, PassOnTheDecisionProcess) {
  cli::Config config;
  config.resolve_via_default = false;
  config.bgp.emplace();
  config.bgp->as = 64512;
  config.bgp->cluster_id = 3;
  config.bgp->default_local_preference = 200;
  config.bgp->always_compare_med = config.bgp->med_missing_as_worst = true;
  config.bgp->compare_router_id = config.bgp->med_confederation = false;
  config.bgp->ignore_as_path_length = config.bgp->count_member_ases = config.bgp->multipath_relax = true;
  config.bgp->link_bandwidth = rib::BandwidthUse::Ignored;
  config.bgp->family_rules[0].maximum_paths_external = 4;
  config.bgp->family_rules[1].distance_internal = 7;
  config.bgp->client_to_client_reflection = false;

  const auto speaker = speaker_settings(config, 5, "host", 179).speaker;

  rib::Speaker expected;
  expected.as = 64512;
  expected.identifier = 5;
  expected.cluster_id = 3;
  expected.default_local_pref = 200;
  expected.always_compare_med = expected.med_missing_as_worst = true;
  expected.compare_router_id = expected.med_confederation = false;
  expected.ignore_as_path_length = expected.count_member_ases = expected.multipath_relax = true;
  expected.link_bandwidth = rib::BandwidthUse::Ignored;
  expected.families[0].maximum_paths_external = 4;
  expected.families[1].distance_internal = 7;
  expected.client_to_client_reflection = false;
  expected.resolve_via_default = false;
  EXPECT_EQ(speaker, expected);
}

}  // namespace
}  // namespace bgpd::config
