#include "bgpd/mesh/discovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "test/bgpd/mesh/links.hpp"
#include "test/support/addresses.hpp"

namespace bgpd::mesh {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using ::test::address;

/// Nodes on one link, in virtual time. Datagrams arrive at once, unless the link is told to lose them.
class Link {
 public:
  struct Host {
    Identity identity;
    Uplink eth0;
    std::vector<std::string> notices;
    std::unique_ptr<Discovery> discovery;
  };

  /// A daemon starts on host N: 192.168.1.N, fe80::N, identifier 10.0.0.N unless told otherwise.
  Host& start(unsigned n, Identity identity = {}) {
    if (identity.identifier == 0) identity.identifier = 0x0a000000u + n;
    if (identity.instance == 0) identity.instance = 1000u * ++starts_ + n;
    if (identity.as == 0) identity.as = 4200007179;
    auto& host = hosts_[n];
    host.identity = identity;
    host.eth0 = {
        kEth0,
        "eth0",
        {{address("192.168.1." + std::to_string(n)), 24}, {address("fe80::" + std::to_string(n)), 64}}};
    host.notices.clear();
    host.discovery = std::make_unique<Discovery>(
        identity, [&host](std::string text) { host.notices.push_back(std::move(text)); });
    host.discovery->set_uplinks({host.eth0}, now);
    deliver();
    return host;
  }
  void kill(unsigned n) { hosts_[n].discovery.reset(); }
  Host& host(unsigned n) { return hosts_.at(n); }

  /// Everything that happens until `time` from now has passed.
  void run(std::chrono::milliseconds time) {
    const auto end = now + time;
    for (;;) {
      auto next = end;
      for (auto& [n, host] : hosts_)
        if (host.discovery) next = std::min(next, host.discovery->next_deadline().value_or(end));
      now = std::max(now, next);
      for (auto& [n, host] : hosts_)
        if (host.discovery) host.discovery->on_time(now);
      deliver();
      if (now >= end) return;
    }
  }
  void deliver() {
    for (bool any = true; any;) {
      any = false;
      for (auto& [n, host] : hosts_) {
        if (!host.discovery) continue;
        for (const auto& datagram : host.discovery->take_outgoing()) any = true, hand_over(host, datagram);
      }
    }
  }
  /// Identifiers (last octet) that a host knows.
  std::vector<unsigned> known(unsigned n) {
    std::vector<unsigned> known;
    for (const auto& node : hosts_[n].discovery->nodes()) known.push_back(node.identifier & 0xff);
    return known;
  }

  TimePoint now{std::chrono::hours(1)};
  std::function<bool(unsigned from, unsigned to)> is_lost = [](unsigned, unsigned) { return false; };
  std::uint8_t hop_limit = 255;
  std::size_t datagrams = 0;

 private:
  void hand_over(const Host& from, const OutgoingBeacon& datagram) {
    ++datagrams;
    const auto source = from.eth0.addresses.front().address;
    for (auto& [n, to] : hosts_) {
      if (!to.discovery || &to == &from) continue;
      if (datagram.destination && *datagram.destination != to.eth0.addresses.front().address) continue;
      if (is_lost(from.identity.identifier & 0xff, n)) continue;
      to.discovery->received({kEth0, source, hop_limit, datagram.octets}, now);
    }
  }

  std::map<unsigned, Host> hosts_;
  unsigned starts_ = 0;
};

TEST(Discovery, NodesThatStartTogetherKnowOneAnotherAtOnce) {
  Link link;

  for (unsigned n = 1; n <= 3; ++n) link.start(n);

  EXPECT_THAT(link.known(1), ElementsAre(2, 3));
  EXPECT_THAT(link.known(2), ElementsAre(1, 3));
  EXPECT_THAT(link.known(3), ElementsAre(1, 2));
}

TEST(Discovery, TellsAddressesPortAndNameOfANode) {
  Link link;
  link.start(1);

  link.start(2, {.as = 4200007179, .bgp_port = 1179, .hostname = "two"});

  const auto nodes = link.host(1).discovery->nodes();
  ASSERT_THAT(nodes, SizeIs(1));
  EXPECT_EQ(nodes[0].bgp_port, 1179);
  EXPECT_EQ(nodes[0].hostname, "two");
  EXPECT_THAT(nodes[0].addresses, ElementsAre(NodeAddress{kEth0, address("192.168.1.2")},
                                              NodeAddress{kEth0, address("fe80::2")}));
}

TEST(Discovery, ALateStarterKnowsEverybodyAtOnce) {
  Link link;
  for (unsigned n = 1; n <= 10; ++n) link.start(n);
  link.run(60s);

  link.start(11);

  EXPECT_THAT(link.known(11), SizeIs(10));
  EXPECT_THAT(link.known(3), SizeIs(10));
}

TEST(Discovery, LostBeaconsOfTheStartAreMadeGoodByTheBurst) {
  Link link;
  link.is_lost = [&](unsigned, unsigned) { return true; };
  link.start(1);
  link.start(2);
  link.run(200ms);

  link.is_lost = [](unsigned, unsigned) { return false; };
  link.run(200ms);

  EXPECT_THAT(link.known(1), ElementsAre(2));
  EXPECT_THAT(link.known(2), ElementsAre(1));
}

TEST(Discovery, ALostReplyIsMadeGoodByTheNextOfTheBurst) {
  Link link;
  link.start(1);
  link.run(60s);
  link.is_lost = [](unsigned from, unsigned) { return from == 1; };
  link.start(2);
  ASSERT_THAT(link.known(2), IsEmpty());

  link.is_lost = [](unsigned, unsigned) { return false; };
  link.run(1s);

  EXPECT_THAT(link.known(2), ElementsAre(1));
}

TEST(Discovery, ReunitesTheHalvesOfALinkWithinAnInterval) {
  Link link;
  link.is_lost = [](unsigned, unsigned) { return true; };
  link.start(1);
  link.start(2);
  link.run(60s);

  link.is_lost = [](unsigned, unsigned) { return false; };
  link.run(3300ms);

  EXPECT_THAT(link.known(1), ElementsAre(2));
  EXPECT_THAT(link.known(2), ElementsAre(1));
}

TEST(Discovery, TwoLostBeaconsDoNotRemoveANode) {
  Link link;
  link.start(1);
  link.start(2);
  link.run(30s);
  unsigned lost = 0;
  link.is_lost = [&](unsigned from, unsigned) { return from == 2 && ++lost <= 2; };

  for (int i = 0; i < 300; ++i) {
    link.run(100ms);
    EXPECT_THAT(link.known(1), ElementsAre(2));
  }

  EXPECT_GT(lost, 2u);
}

TEST(Discovery, ASilentNodeIsGone) {
  Link link;
  link.start(1);
  link.start(2);
  link.run(5s);
  link.kill(2);
  link.host(1).discovery->take_changed();

  link.run(6s);
  EXPECT_THAT(link.known(1), ElementsAre(2));
  EXPECT_FALSE(link.host(1).discovery->take_changed());

  link.run(5s);
  EXPECT_THAT(link.known(1), IsEmpty());
  EXPECT_TRUE(link.host(1).discovery->take_changed());
}

TEST(Discovery, ALeavingNodeIsGoneAtOnceAndSaysNothingMore) {
  Link link;
  link.start(1);
  link.start(2);

  link.host(2).discovery->leave();
  link.deliver();

  EXPECT_THAT(link.known(1), IsEmpty());
  EXPECT_EQ(link.host(2).discovery->next_deadline(), std::nullopt);
}

TEST(Discovery, ARestartedNodeIsOneNodeWithANewInstance) {
  Link link;
  link.start(1);
  const auto first = link.start(2).identity.instance;
  link.kill(2);

  const auto second = link.start(2).identity.instance;

  const auto nodes = link.host(1).discovery->nodes();
  ASSERT_THAT(nodes, SizeIs(1));
  EXPECT_NE(first, second);
  EXPECT_EQ(nodes[0].instance, second);
  EXPECT_THAT(link.known(2), ElementsAre(1));
  EXPECT_THAT(link.host(1).notices, IsEmpty());
}

TEST(Discovery, IgnoresABeaconFromBehindARouter) {  // RFC 5082
  Link link;
  link.hop_limit = 254;

  link.start(1);
  link.start(2);
  link.run(10s);

  EXPECT_THAT(link.known(1), IsEmpty());
  EXPECT_GT(link.host(1).discovery->counters().refused, 0u);
}

class DatagramTest : public testing::Test {
 protected:
  std::vector<std::uint8_t> octets_of_node_2() {
    return encode({.mesh = mesh_id("kulan"),
                   .identifier = 0x0a000002,
                   .instance = 77,
                   .as = 4200007179,
                   .addresses = {address("192.168.1.2")}});
  }
  Link link_;
  Discovery& discovery_ = *link_.start(1).discovery;
};

TEST_F(DatagramTest, IsRefusedWhenTheHopLimitIsUnknown) {
  discovery_.received({kEth0, address("192.168.1.2"), -1, octets_of_node_2()}, link_.now);
  EXPECT_THAT(discovery_.nodes(), IsEmpty());
}

TEST_F(DatagramTest, IsRefusedFromAnotherInterface) {
  discovery_.received({kEth0 + 1, address("192.168.1.2"), 255, octets_of_node_2()}, link_.now);
  EXPECT_THAT(discovery_.nodes(), IsEmpty());
}

TEST_F(DatagramTest, IsRefusedFromASourceThatIsNotOnTheLink) {
  discovery_.received({kEth0, address("192.168.2.2"), 255, octets_of_node_2()}, link_.now);
  discovery_.received({kEth0, address("2001:db8::2"), 255, octets_of_node_2()}, link_.now);
  EXPECT_THAT(discovery_.nodes(), IsEmpty());
}

TEST_F(DatagramTest, IsTakenFromALinkLocalSource) {
  discovery_.received({kEth0, address("fe80::2"), 255, octets_of_node_2()}, link_.now);
  EXPECT_THAT(discovery_.nodes(), SizeIs(1));
}

TEST_F(DatagramTest, IsRefusedWhenItIsNoBeaconAndThatIsNotSaid) {
  const std::vector<std::uint8_t> garbage{1, 2, 3};
  discovery_.received({kEth0, address("192.168.1.2"), 255, garbage}, link_.now);
  discovery_.received({kEth0, address("192.168.1.2"), 255, {}}, link_.now);
  EXPECT_THAT(discovery_.nodes(), IsEmpty());
  EXPECT_THAT(link_.host(1).notices, IsEmpty());
}

TEST_F(DatagramTest, OfALaterVersionIsSaidOnce) {
  auto octets = octets_of_node_2();
  octets[4] = 9;
  discovery_.received({kEth0, address("192.168.1.2"), 255, octets}, link_.now);
  discovery_.received({kEth0, address("192.168.1.2"), 255, octets}, link_.now);
  EXPECT_THAT(link_.host(1).notices, ElementsAre(HasSubstr("version")));
}

TEST_F(DatagramTest, OvertakenByALaterOneIsNotUsed) {
  auto beacon = *decode_beacon(octets_of_node_2());
  beacon.epoch = 5;
  discovery_.received({kEth0, address("192.168.1.2"), 255, encode(beacon)}, link_.now);

  beacon.epoch = 4;
  beacon.addresses = {address("192.168.1.99")};
  discovery_.received({kEth0, address("192.168.1.2"), 255, encode(beacon)}, link_.now);

  EXPECT_THAT(discovery_.nodes().at(0).addresses, ElementsAre(NodeAddress{kEth0, address("192.168.1.2")}));
}

TEST_F(DatagramTest, DoesNotGiveAddressesThatCannotBePeers) {
  auto beacon = *decode_beacon(octets_of_node_2());
  beacon.addresses = {address("127.0.0.1"), address("224.0.0.5"), address("0.0.0.0"), address("192.168.1.1"),
                      address("10.9.9.9"),  address("::1"),       address("ff02::1"), address("192.168.1.2")};
  discovery_.received({kEth0, address("192.168.1.2"), 255, encode(beacon)}, link_.now);

  EXPECT_THAT(discovery_.nodes().at(0).addresses, ElementsAre(NodeAddress{kEth0, address("192.168.1.2")}));
}

TEST_F(DatagramTest, FloodOfStrangersStaysBounded) {
  auto beacon = *decode_beacon(octets_of_node_2());
  beacon.is_soliciting = true;
  for (std::uint32_t i = 0; i < 3 * kMaximumNodes; ++i) {
    beacon.identifier = 0x0b000000 + i;
    beacon.instance = i + 1;
    if (i % 2)
      beacon.mesh = i;
    else
      beacon.mesh = mesh_id("kulan");
    discovery_.received({kEth0, address("192.168.1.2"), 255, encode(beacon)}, link_.now);
  }

  EXPECT_LE(discovery_.nodes().size(), kMaximumNodes);
  EXPECT_LE(link_.host(1).notices.size(), 256u);
  EXPECT_LE(discovery_.take_outgoing().size(), kMaximumReplies);
}

TEST(Discovery, ANodeOfAnotherMeshIsNoPeerAndSaidOnce) {
  Link link;
  link.start(1);

  link.start(2, {.mesh = mesh_id("other")});
  link.run(30s);

  EXPECT_THAT(link.known(1), IsEmpty());
  EXPECT_THAT(link.host(1).notices, ElementsAre(HasSubstr("10.0.0.2")));
}

TEST(Discovery, ANodeOfAnotherAsIsNoPeerAndSaidOnce) {
  Link link;
  link.start(1);

  link.start(2, {.as = 64512});
  link.run(30s);

  EXPECT_THAT(link.known(1), IsEmpty());
  EXPECT_THAT(link.host(1).notices, ElementsAre(HasSubstr("AS 64512")));
}

TEST(Discovery, ANodeWithOurIdentifierIsNoPeerAndSaidOnce) {
  Link link;
  link.start(1);

  link.start(2, {.identifier = 0x0a000001});
  link.run(30s);

  EXPECT_THAT(link.known(1), IsEmpty());
  EXPECT_THAT(link.known(2), IsEmpty());
  EXPECT_THAT(link.host(1).notices, ElementsAre(HasSubstr("our BGP Identifier")));
}

TEST(Discovery, TwoLivingNodesWithOneIdentifierAreSaidOnce) {
  Link link;
  link.start(1);
  link.start(2);

  link.start(3, {.identifier = 0x0a000002});
  link.run(30s);

  EXPECT_THAT(link.host(1).notices, ElementsAre(HasSubstr("two nodes have the BGP Identifier 10.0.0.2")));
  EXPECT_THAT(link.host(1).discovery->nodes(), SizeIs(2));
}

TEST(Discovery, ARestartWithAnotherAddressIsNoDuplicate) {
  Link link;
  link.start(1);
  link.start(2);
  link.run(5s);
  link.kill(2);

  link.start(3, {.identifier = 0x0a000002});
  link.run(30s);

  EXPECT_THAT(link.host(1).notices, IsEmpty());
  EXPECT_THAT(link.host(1).discovery->nodes(), SizeIs(1));
}

TEST(Discovery, SpeaksSoonWhenAnUplinkGetsAnotherAddress) {
  Link link;
  link.start(1);
  link.start(2);
  link.run(20s);
  auto& two = link.host(2);
  two.eth0.addresses.front().address = address("192.168.1.22");

  two.discovery->set_uplinks({two.eth0}, link.now);
  link.run(50ms);

  EXPECT_THAT(
      link.host(1).discovery->nodes().at(0).addresses,
      ElementsAre(NodeAddress{kEth0, address("192.168.1.22")}, NodeAddress{kEth0, address("fe80::2")}));
}

TEST(Discovery, ForgetsWhatItHeardOnAnUplinkThatIsGoneAndHearsAgainWhenItIsBack) {
  Link link;
  link.start(1);
  link.start(2);
  auto& one = link.host(1);

  one.discovery->set_uplinks({}, link.now);
  EXPECT_THAT(link.known(1), IsEmpty());
  EXPECT_EQ(one.discovery->next_deadline(), std::nullopt);

  one.discovery->set_uplinks({one.eth0}, link.now);
  link.run(50ms);
  EXPECT_THAT(link.known(1), ElementsAre(2));
}

TEST(Discovery, AFlappingUplinkDoesNotFloodTheLink) {
  Link link;
  auto& one = link.start(1);
  link.run(10s);
  const auto before = link.datagrams;

  for (int i = 0; i < 1000; ++i) {
    one.discovery->set_uplinks({}, link.now);
    one.discovery->set_uplinks({one.eth0}, link.now);
    link.run(1ms);
  }

  EXPECT_LE(link.datagrams - before, 25u);  // one each 50 ms and those of the last burst
}

TEST(Discovery, IsQuietWhenNothingHappens) {
  Link link;
  for (unsigned n = 1; n <= 3; ++n) link.start(n);
  link.run(5s);
  const auto before = link.datagrams;

  link.run(300s);

  EXPECT_NEAR(static_cast<double>(link.datagrams - before), 300.0, 15.0);  // three nodes, one each 3 s
}

TEST(Discovery, AnswersASoliciterOnceInAWhileOnly) {
  Link link;
  link.start(1);
  link.run(10s);
  const auto before = link.datagrams;

  link.start(2);
  link.run(1200ms);

  EXPECT_LE(link.datagrams - before, 5u + 4u + 1u);  // the burst, replies, an ordinary beacon
}

TEST(Discovery, ChangingTheAsForgetsNodesOfTheOldOne) {
  Link link;
  auto& one = link.start(1);
  link.start(2);
  ASSERT_THAT(link.known(1), ElementsAre(2));
  auto identity = one.identity;
  identity.as = 64512;

  one.discovery->set_identity(identity, link.now);
  link.run(20s);

  EXPECT_THAT(link.known(1), IsEmpty());
  EXPECT_THAT(link.known(2), IsEmpty());
}

}  // namespace
}  // namespace bgpd::mesh
