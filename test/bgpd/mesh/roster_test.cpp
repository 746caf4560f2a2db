#include "bgpd/mesh/roster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/bgpd/mesh/links.hpp"
#include "test/support/addresses.hpp"

namespace bgpd::mesh {
namespace {

using session::PeerSettings;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr rib::AsNumber kAs = 4200007179;
constexpr TimePoint kStart{std::chrono::hours(1)};

using ::test::address;
using ::test::prefix;

UplinkAddress own(const std::string& text, std::uint8_t length) { return {address(text), length}; }

Uplink eth0(std::vector<UplinkAddress> addresses) { return {kEth0, "eth0", std::move(addresses)}; }

Node node(unsigned n, const std::vector<std::string>& addresses, std::uint32_t interface_index = kEth0) {
  Node node{.identifier = 0x0a000000u + n, .instance = n, .as = kAs, .hostname = {}, .addresses = {}};
  for (const auto& text : addresses) node.addresses.push_back({interface_index, address(text)});
  return node;
}

/// A node with this identifier, on one uplink with IPv4 and IPv6.
class RosterTest : public testing::Test {
 protected:
  explicit RosterTest(unsigned identifier = 5) : roster_(settings(identifier)) {
    roster_.set_uplinks({eth0({own("192.168.1.5", 24), own("fd00::5", 64), own("fe80::5", 64)})});
  }
  static RosterSettings settings(unsigned identifier) {
    return {.identifier = 0x0a000000u + identifier,
            .as = kAs,
            .pools = {prefix("10.0.0.0/8"), prefix("fd00::/8")},
            .maximum_prefix = 64};
  }
  void know(std::vector<Node> nodes) { roster_.set_nodes(NodeSource::Multicast, std::move(nodes)); }
  std::vector<std::string> addresses(TimePoint now = kStart) {
    std::vector<std::string> texts;
    for (const auto& peer : roster_.wanted(now)) texts.push_back(peer.address.to_string());
    return texts;
  }
  PeerSettings only_peer(TimePoint now = kStart) {
    const auto wanted = roster_.wanted(now);
    EXPECT_THAT(wanted, SizeIs(1));
    return wanted.empty() ? PeerSettings{} : wanted.front();
  }
  void up(const std::string& text, TimePoint now = kStart) {
    roster_.session_state(address(text), 0, true, now);
  }
  void down(const std::string& text, TimePoint now = kStart) {
    roster_.session_state(address(text), 0, false, now);
  }

  Roster roster_;
};

TEST_F(RosterTest, MakesAnInternalPeerOfANode) {
  auto two = node(2, {"192.168.1.2"});
  two.bgp_port = 1179;
  two.hostname = "two";
  know({two});

  const auto peer = only_peer();

  EXPECT_EQ(peer.address, address("192.168.1.2"));
  EXPECT_EQ(peer.interface_index, 0u);
  EXPECT_EQ(peer.source, session::PeerSource::Discovered);
  EXPECT_EQ(peer.remote_as, kAs);
  EXPECT_EQ(peer.port, 1179);
  EXPECT_EQ(peer.description, "two");
  EXPECT_EQ(peer.hold_time, 9s);
  EXPECT_EQ(peer.keepalive_time, 3s);
  EXPECT_EQ(peer.connect_retry_time, 5s);
  EXPECT_EQ(peer.local_address, address("192.168.1.5"));
  EXPECT_EQ(peer.ttl, 255);
  EXPECT_EQ(peer.minimum_ttl, 255);
}

TEST_F(RosterTest, GuardsWhatThePeerMaySend) {
  know({node(2, {"192.168.1.2"})});

  const auto peer = only_peer();
  const auto& import = peer.guard;

  EXPECT_TRUE(import.is_mesh_member);
  for (const auto& family : peer.imports) EXPECT_EQ(family.maximum_prefix, 64u);
  EXPECT_THAT(import.pools, ElementsAre(prefix("10.0.0.0/8"), prefix("fd00::/8")));
  EXPECT_THAT(import.refused,
              ElementsAre(prefix("192.168.1.0/24"), prefix("fd00::/64"), prefix("fe80::/64")));
}

TEST_F(RosterTest, PrefersIpv4AndCarriesBothFamiliesOverIt) {
  know({node(2, {"192.168.1.2", "fd00::2", "fe80::2"})});

  EXPECT_EQ(only_peer().address, address("192.168.1.2"));
  EXPECT_EQ(only_peer().families, (rib::FamilySet{rib::Family::Ipv4Unicast, rib::Family::Ipv6Unicast}));
}

TEST_F(RosterTest, UsesGlobalIpv6WithoutCommonIpv4) {
  know({node(2, {"fd00::2", "fe80::2"})});

  EXPECT_EQ(only_peer().address, address("fd00::2"));
  EXPECT_EQ(only_peer().local_address, address("fd00::5"));
  EXPECT_EQ(only_peer().families, rib::FamilySet{rib::Family::Ipv6Unicast});
}

TEST_F(RosterTest, UsesLinkLocalWithItsInterfaceAsTheLast) {
  know({node(2, {"fe80::2"})});

  EXPECT_EQ(only_peer().address, address("fe80::2"));
  EXPECT_EQ(only_peer().interface_index, kEth0);
  EXPECT_EQ(only_peer().local_address, address("fe80::5"));
}

TEST_F(RosterTest, HasNoPeerWhereNoSubnetIsShared) {
  roster_.set_uplinks({eth0({own("192.168.1.5", 24)})});

  know({node(2, {"192.168.2.2", "fd00::2", "fe80::2"})});

  EXPECT_THAT(addresses(), IsEmpty());
}

TEST_F(RosterTest, HasOneSessionWithANodeOnTwoUplinks) {
  roster_.set_uplinks({eth0({own("192.168.1.5", 24)}), {kEth1, "eth1", {own("192.168.2.5", 24)}}});
  auto two = node(2, {"192.168.1.2"});
  two.addresses.push_back({kEth1, address("192.168.2.2")});

  know({two});

  EXPECT_THAT(addresses(), ElementsAre("192.168.1.2"));
}

TEST_F(RosterTest, HasOneSessionWithEachNode) {
  know({node(2, {"192.168.1.2"}), node(3, {"192.168.1.3"}), node(9, {"192.168.1.9"})});

  EXPECT_THAT(addresses(), ElementsAre("192.168.1.2", "192.168.1.3", "192.168.1.9"));
}

TEST_F(RosterTest, IgnoresOurselvesAndOtherAses) {
  auto other = node(2, {"192.168.1.2"});
  other.as = 64512;

  know({node(5, {"192.168.1.55"}), other});

  EXPECT_THAT(addresses(), IsEmpty());
}

TEST_F(RosterTest, GivesAnAddressThatTwoNodesClaimToOneOfThem) {
  know({node(2, {"192.168.1.2"}), node(3, {"192.168.1.2"})});

  EXPECT_THAT(addresses(), ElementsAre("192.168.1.2"));
}

TEST(RosterPairs, BothEndsChooseTheSamePair) {
  const std::vector<std::string> ours{"192.168.1.7", "192.168.1.3", "192.168.1.200"};
  const std::vector<std::string> theirs{"192.168.1.9", "192.168.1.1"};
  const auto ends = [&](unsigned self, const auto& local, unsigned other, const auto& remote) {
    Roster roster({.identifier = 0x0a000000u + self, .as = kAs, .pools = {}});
    std::vector<UplinkAddress> uplink_addresses;
    for (const auto& text : local) uplink_addresses.push_back(own(text, 24));
    roster.set_uplinks({eth0(uplink_addresses)});
    roster.set_nodes(NodeSource::Multicast, {node(other, remote)});
    const auto peer = roster.wanted(kStart).at(0);
    return std::pair(*peer.local_address, peer.address);
  };

  const auto [local, remote] = ends(1, ours, 2, theirs);
  const auto [other_local, other_remote] = ends(2, theirs, 1, ours);

  EXPECT_EQ(local, other_remote);
  EXPECT_EQ(remote, other_local);
}

TEST_F(RosterTest, TheLowerIdentifierDialsAtOnce) {
  know({node(9, {"192.168.1.9"})});
  EXPECT_FALSE(only_peer().passive);
  EXPECT_EQ(roster_.next_deadline(), std::nullopt);
}

TEST_F(RosterTest, TheHigherIdentifierDialsAfterASecondWithoutSession) {
  know({node(2, {"192.168.1.2"})});

  EXPECT_TRUE(only_peer().passive);
  EXPECT_EQ(roster_.next_deadline(), kStart + kPassiveTime);
  EXPECT_FALSE(only_peer(kStart + kPassiveTime).passive);
  EXPECT_EQ(roster_.next_deadline(), std::nullopt);
}

TEST_F(RosterTest, NothingChangesWhileASessionIsUp) {
  know({node(2, {"192.168.1.2"})});
  const auto before = roster_.wanted(kStart);

  up("192.168.1.2");

  EXPECT_EQ(roster_.wanted(kStart + 1h), before);
  EXPECT_EQ(roster_.next_deadline(), std::nullopt);
}

TEST_F(RosterTest, IsPassiveForASecondAgainAfterTheLossOfASession) {
  know({node(2, {"192.168.1.2"})});
  roster_.wanted(kStart);
  up("192.168.1.2");

  down("192.168.1.2", kStart + 1h);

  EXPECT_TRUE(only_peer(kStart + 1h).passive);
  EXPECT_FALSE(only_peer(kStart + 1h + kPassiveTime).passive);
}

TEST_F(RosterTest, RemovesANodeThatIsGoneWithoutSession) {
  know({node(2, {"192.168.1.2"})});
  ASSERT_THAT(addresses(), SizeIs(1));

  know({});

  EXPECT_THAT(addresses(), IsEmpty());
}

TEST_F(RosterTest, KeepsANodeThatIsGoneUntilItsSessionIs) {
  know({node(2, {"192.168.1.2"})});
  const auto before = only_peer();
  up("192.168.1.2");

  know({});
  EXPECT_EQ(only_peer(), before);

  down("192.168.1.2");
  EXPECT_THAT(addresses(), IsEmpty());
}

TEST_F(RosterTest, KeepsAnEstablishedPeerWhenItsUplinkIsGone) {
  know({node(2, {"192.168.1.2"})});
  roster_.wanted(kStart);
  up("192.168.1.2");

  roster_.set_uplinks({});
  know({});
  EXPECT_THAT(addresses(), ElementsAre("192.168.1.2"));

  down("192.168.1.2");
  EXPECT_THAT(addresses(), IsEmpty());
}

TEST_F(RosterTest, DropsAnEstablishedPeerWhenTheOperatorTakesTheInterfaceAway) {
  know({node(2, {"192.168.1.2"})});
  roster_.wanted(kStart);
  up("192.168.1.2");

  roster_.set_uplinks({});
  roster_.drop_outside_uplinks();

  EXPECT_THAT(addresses(), IsEmpty());
}

TEST_F(RosterTest, KeepsTheOldSessionUntilTheNewAddressHasOne) {
  know({node(2, {"192.168.1.2"})});
  roster_.wanted(kStart);
  up("192.168.1.2");

  know({node(2, {"192.168.1.22"})});
  EXPECT_THAT(addresses(), ElementsAre("192.168.1.2", "192.168.1.22"));

  up("192.168.1.22");
  EXPECT_THAT(addresses(), ElementsAre("192.168.1.22"));
}

TEST_F(RosterTest, MovesToIpv4WhenItComesAfterIpv6) {
  know({node(2, {"fd00::2"})});
  roster_.wanted(kStart);
  up("fd00::2");

  know({node(2, {"192.168.1.2", "fd00::2"})});
  EXPECT_THAT(addresses(), ElementsAre("192.168.1.2", "fd00::2"));

  up("192.168.1.2");
  EXPECT_THAT(addresses(), ElementsAre("192.168.1.2"));
}

TEST_F(RosterTest, StaysWithAnEstablishedPairWhenABetterOneOfTheFamilyComes) {
  know({node(2, {"192.168.1.20"})});
  roster_.wanted(kStart);
  up("192.168.1.20");

  know({node(2, {"192.168.1.2", "192.168.1.20"})});

  EXPECT_THAT(addresses(), ElementsAre("192.168.1.20"));
}

TEST_F(RosterTest, ARestartChangesNoSettingsAndAsksForAConnection) {
  know({node(9, {"192.168.1.9"})});
  const auto before = only_peer();
  EXPECT_THAT(roster_.take_restarted(), IsEmpty());
  auto restarted = node(9, {"192.168.1.9"});
  restarted.instance = 99;

  know({restarted});

  EXPECT_EQ(only_peer(), before);
  EXPECT_THAT(roster_.take_restarted(), ElementsAre(NodeAddress{0, address("192.168.1.9")}));
  EXPECT_THAT(roster_.take_restarted(), IsEmpty());
}

TEST_F(RosterTest, LinkLocalPeersOfTwoUplinksAreTwo) {
  roster_.set_uplinks({eth0({own("fe80::5", 64)}), {kEth1, "eth1", {own("fe80::5", 64)}}});
  know({node(2, {"fe80::2"}, kEth0), node(3, {"fe80::2"}, kEth1)});
  ASSERT_THAT(addresses(), SizeIs(2));

  roster_.session_state(address("fe80::2"), kEth1, true, kStart);
  know({});

  EXPECT_EQ(only_peer().interface_index, kEth1);
}

TEST_F(RosterTest, ChangedSettingsReachEveryPeer) {
  know({node(2, {"192.168.1.2"}), node(3, {"192.168.1.3"})});
  up("192.168.1.2");
  auto changed = settings(5);
  changed.hold_time = 30s;

  roster_.set_settings(changed);

  for (const auto& peer : roster_.wanted(kStart)) EXPECT_EQ(peer.hold_time, 30s);
}

TEST_F(RosterTest, SessionsOfOtherPeersAreNotItsBusiness) {
  up("192.168.1.77");
  down("192.168.1.78");
  EXPECT_THAT(addresses(), IsEmpty());
}

}  // namespace
}  // namespace bgpd::mesh
