// What a legal UPDATE says. What an illegal one leads to is in rfc7606_test.cpp.
#include "bgpd/wire/update.hpp"

#include <gtest/gtest.h>

#include "test/wire/support.hpp"

namespace bgpd::wire {
namespace {

using rib::Family;
using test::address;
using test::attribute;
using test::Bytes;
using test::hex;
using test::nlri;
using test::update_body;
using test::operator+;

const auto kOrigin = hex("40 01 01 00");
const auto kAsPath = hex("40 02 06 02 01 0000fde8");  // 65000
const auto kNextHop = hex("40 03 04 0a000001");
const auto kMandatory = kOrigin + kAsPath + kNextHop;

DecodeContext external() {
  DecodeContext context;
  context.families = {Family::Ipv4Unicast, Family::Ipv6Unicast};
  context.peer_type = rib::PeerType::External;
  context.local_as = 64512;
  context.peer_as = 65000;
  return context;
}
DecodeContext internal() {
  auto context = external();
  context.peer_type = rib::PeerType::Internal;
  context.peer_as = 64512;
  return context;
}

class Update : public testing::Test {
 protected:
  /// Decodes a body that must be legal and without a fault.
  void read(const Bytes& body, const DecodeContext& context = external()) {
    body_ = body;
    const auto result = decode_update(body_, context, update_);
    ASSERT_TRUE(result.has_value()) << describe(result.error());
    for (const auto& error : update_.errors()) ADD_FAILURE() << describe(error);
  }
  /// Attributes of one classic announcement with these attributes beside the mandatory ones.
  const rib::PathAttributes& attributes_of(const Bytes& more, const DecodeContext& context = external()) {
    read(update_body({}, kMandatory + more, hex("18 0a0101")), context);
    return *update_.updates().back().attributes;
  }
  static std::vector<rib::Nlri> list(std::span<const rib::Nlri> prefixes) {
    return {prefixes.begin(), prefixes.end()};
  }

  DecodedUpdate update_;
  Bytes body_;
};

TEST_F(Update, AnnouncesIpv4InItsClassicField) {  // RFC 4271 §4.3
  read(update_body({}, kMandatory, hex("18 0a0101 00 20 c0000201")));

  ASSERT_EQ(update_.updates().size(), 1u);
  const auto& update = update_.updates()[0];
  EXPECT_EQ(update.family, Family::Ipv4Unicast);
  EXPECT_TRUE(update.withdrawn.empty());
  EXPECT_EQ(list(update.announced),
            (std::vector{nlri("10.1.1.0/24"), nlri("0.0.0.0/0"), nlri("192.0.2.1/32")}));
  EXPECT_EQ(update.attributes->origin, rib::Origin::Igp);
  EXPECT_EQ(update.attributes->as_path, rib::AsPath::sequence({65000}));
  EXPECT_EQ(update.attributes->next_hop, address("10.0.0.1"));
}

TEST_F(Update, WithdrawsIpv4InItsClassicField) {  // RFC 4271 §4.3
  read(update_body(hex("18 0a0101 08 0a"), {}, {}));

  ASSERT_EQ(update_.updates().size(), 1u);
  EXPECT_EQ(list(update_.updates()[0].withdrawn), (std::vector{nlri("10.1.1.0/24"), nlri("10.0.0.0/8")}));
  EXPECT_TRUE(update_.updates()[0].announced.empty());
  EXPECT_EQ(update_.updates()[0].attributes, nullptr);
}

TEST_F(Update, HostBitsOfAPrefixAreCleared) {  // RFC 4271 §4.3: trailing bits are irrelevant
  read(update_body(hex("14 0a01ff"), {}, {}));

  EXPECT_EQ(list(update_.updates()[0].withdrawn), (std::vector{nlri("10.1.240.0/20")}));
}

TEST_F(Update, AnnouncesIpv6InMpReach) {  // RFC 4760 §3, RFC 2545 §3
  read(
      update_body({},
                  attribute(0x80, 14, hex("0002 01 10 20010db8000000000000000000000001 00 30 20010db80001")) +
                      kOrigin + kAsPath,
                  {}));

  ASSERT_EQ(update_.updates().size(), 1u);
  const auto& update = update_.updates()[0];
  EXPECT_EQ(update.family, Family::Ipv6Unicast);
  EXPECT_EQ(list(update.announced), (std::vector{nlri("2001:db8:1::/48")}));
  EXPECT_EQ(update.attributes->next_hop, address("2001:db8::1"));
  EXPECT_EQ(update.attributes->rare->link_local_next_hop, std::nullopt);
}

TEST_F(Update, WithdrawsIpv6InMpUnreach) {  // RFC 4760 §4
  read(update_body({}, attribute(0x80, 15, hex("0002 01 30 20010db80001 00")), {}));

  ASSERT_EQ(update_.updates().size(), 1u);
  EXPECT_EQ(update_.updates()[0].family, Family::Ipv6Unicast);
  EXPECT_EQ(list(update_.updates()[0].withdrawn), (std::vector{nlri("2001:db8:1::/48"), nlri("::/0")}));
}

TEST_F(Update, Ipv6NextHopMayComeWithALinkLocalOne) {  // RFC 2545 §3
  read(update_body({},
                   attribute(0x80, 14,
                             hex("0002 01 20 20010db8000000000000000000000001"
                                 "fe800000000000000000000000000009 00 00")) +
                       kOrigin + kAsPath,
                   {}));

  EXPECT_EQ(update_.updates()[0].attributes->next_hop, address("2001:db8::1"));
  EXPECT_EQ(update_.updates()[0].attributes->rare->link_local_next_hop, address("fe80::9"));
}

TEST_F(Update, LinkLocalNextHopAloneIsTheNextHop) {  // seen from speakers without a global address
  for (const auto* first : {"00000000000000000000000000000000", "fe800000000000000000000000000009"}) {
    read(update_body(
        {},
        attribute(0x80, 14, hex("0002 01 20") + hex(first) + hex("fe800000000000000000000000000009 00 00")) +
            kOrigin + kAsPath,
        {}));

    EXPECT_EQ(update_.updates()[0].attributes->next_hop, address("fe80::9"));
    EXPECT_EQ(update_.updates()[0].attributes->rare->link_local_next_hop, std::nullopt);
  }
}

TEST_F(Update, Ipv4MayStandInMpReach) {  // RFC 4760 §3
  read(update_body({}, attribute(0x80, 14, hex("0001 01 04 0a000009 00 18 0a0101")) + kOrigin + kAsPath, {}));

  EXPECT_EQ(update_.updates()[0].family, Family::Ipv4Unicast);
  EXPECT_EQ(update_.updates()[0].attributes->next_hop, address("10.0.0.9"));
}

TEST_F(Update, Ipv4MayHaveAnIpv6NextHopWhenNegotiated) {  // RFC 8950 §4
  auto context = external();
  context.extended_next_hop = true;
  read(update_body({},
                   attribute(0x80, 14, hex("0001 01 10 fe800000000000000000000000000001 00 18 0a0101")) +
                       kOrigin + kAsPath,
                   {}),
       context);

  EXPECT_EQ(list(update_.updates()[0].announced), (std::vector{nlri("10.1.1.0/24")}));
  EXPECT_EQ(update_.updates()[0].attributes->next_hop, address("fe80::1"));
}

TEST_F(Update,
       EveryFieldAtOnceGivesEachFamilyItsNextHop) {  // RFC 7606 §5.1: any combination is to be expected
  read(update_body(
      hex("08 0b"),
      kMandatory + attribute(0x80, 15, hex("0002 01 20 20010db8")) +
          attribute(0x80, 14, hex("0002 01 10 20010db8000000000000000000000001 00 30 20010db80001")),
      hex("18 0a0101")));

  const auto updates = update_.updates();
  ASSERT_EQ(updates.size(), 3u);
  EXPECT_EQ(list(updates[0].withdrawn), (std::vector{nlri("2001:db8::/32")}));
  EXPECT_EQ(list(updates[1].withdrawn), (std::vector{nlri("11.0.0.0/8")}));
  EXPECT_EQ(list(updates[1].announced), (std::vector{nlri("10.1.1.0/24")}));
  EXPECT_EQ(updates[1].attributes->next_hop, address("10.0.0.1"));
  EXPECT_EQ(list(updates[2].announced), (std::vector{nlri("2001:db8:1::/48")}));
  EXPECT_EQ(updates[2].attributes->next_hop, address("2001:db8::1"));
  EXPECT_EQ(updates[2].attributes->as_path, updates[1].attributes->as_path);
}

TEST_F(Update, NextHopBesideMpReachAloneIsIgnored) {  // RFC 4760 §3
  const auto reach = attribute(0x80, 14, hex("0002 01 10 20010db8000000000000000000000001 00 00"));
  read(update_body({}, reach + kOrigin + kAsPath + hex("40 03 04 00000000"), {}));

  EXPECT_EQ(update_.updates()[0].attributes->next_hop, address("2001:db8::1"));
}

TEST_F(Update, PathIdsAreReadWhereNegotiated) {  // RFC 7911 §3
  auto context = external();
  context.add_path[rib::index_of(Family::Ipv4Unicast)] = true;
  read(update_body(hex("00000001 08 0a"), kMandatory + attribute(0x80, 15, hex("0002 01 20 20010db8")),
                   hex("00000002 18 0a0101")),
       context);

  EXPECT_EQ(list(update_.updates()[0].withdrawn), (std::vector{nlri("2001:db8::/32")}));
  EXPECT_EQ(list(update_.updates()[1].withdrawn), (std::vector{nlri("10.0.0.0/8", 1)}));
  EXPECT_EQ(list(update_.updates()[1].announced), (std::vector{nlri("10.1.1.0/24", 2)}));
}

TEST_F(Update, WithoutAnythingIsIpv4EndOfRib) {  // RFC 4724 §2
  read(update_body({}, {}, {}));

  EXPECT_EQ(update_.end_of_rib(), Family::Ipv4Unicast);
  EXPECT_TRUE(update_.updates().empty());
}

TEST_F(Update, WithEmptyMpUnreachAloneIsEndOfRib) {  // RFC 4724 §2
  read(update_body({}, hex("80 0f 03 0002 01"), {}));
  EXPECT_EQ(update_.end_of_rib(), Family::Ipv6Unicast);

  read(update_body({}, hex("90 0f 0003 0001 01"), {}));
  EXPECT_EQ(update_.end_of_rib(), Family::Ipv4Unicast);
}

TEST_F(Update, WithRoutesOrAttributesIsNoEndOfRib) {  // RFC 4724 §2
  for (const auto& body :
       {update_body({}, hex("80 0f 04 0002 01 00"), {}), update_body(hex("00"), {}, {}),
        update_body({}, hex("80 0f 03 0002 01") + kOrigin, {}), update_body({}, kMandatory, {})}) {
    read(body);
    EXPECT_EQ(update_.end_of_rib(), std::nullopt);
  }
}

TEST_F(Update, AttributesMayStandInAnyOrder) {  // RFC 4271 §5
  read(update_body({}, kNextHop + hex("80 04 04 00000005") + kAsPath + kOrigin, hex("18 0a0101")));

  EXPECT_EQ(update_.updates()[0].attributes->med, 5u);
}

// --- attributes
// --------------------------------------------------------------------------------------------------

TEST_F(Update, OriginHasThreeValues) {  // RFC 4271 §4.3 a
  for (unsigned value = 0; value < 3; ++value) {
    read(update_body({}, hex("40 01 01") + Bytes{static_cast<std::uint8_t>(value)} + kAsPath + kNextHop,
                     hex("00")));
    EXPECT_EQ(update_.updates()[0].attributes->origin, static_cast<rib::Origin>(value));
  }
}

TEST_F(Update, InternalPeersSendLocalPrefAndReflectionAttributes) {  // RFC 4271 §5.1.5, RFC 4456 §8
  const auto& attributes =
      attributes_of(hex("40 05 04 000000c8 80 09 04 0a000063 80 0a 08 0a000001 0a000002"), internal());

  EXPECT_EQ(attributes.local_pref, 200u);
  EXPECT_EQ(attributes.rare->originator_id, 0x0a000063u);
  EXPECT_EQ(attributes.rare->cluster_list, (rib::CompactArray<std::uint32_t>{0x0a000001, 0x0a000002}));
}

TEST_F(Update, AggregationIsRead) {  // RFC 4271 §4.3 f, g; RFC 6793 §4.1
  const auto& attributes = attributes_of(hex("40 06 00 c0 07 08 0000fde9 0a000005"));

  EXPECT_TRUE(attributes.atomic_aggregate);
  EXPECT_EQ(attributes.rare->aggregator, (rib::Aggregator{65001, 0x0a000005}));
}

TEST_F(Update, CommunitiesOfAllKindsAreReadOnceEach) {  // RFC 1997, RFC 4360, RFC 8092 §5
  const auto& attributes =
      attributes_of(hex("c0 08 0c 00010002 ffffff01 00010002"
                        "c0 10 10 0002fde800000001 0002fde800000001"
                        "c0 20 18 000000010000000200000003 000000010000000200000003"));

  EXPECT_EQ(attributes.communities, (rib::CompactArray<rib::Community>{{0x00010002}, rib::kNoExport}));
  EXPECT_EQ(attributes.rare->extended_communities.size(), 1u);
  EXPECT_EQ(attributes.rare->large_communities, (rib::CompactArray<rib::LargeCommunity>{{1, 2, 3}}));
}

TEST_F(Update, ManyCommunitiesKeepTheirOrderWithoutDuplicates) {  // RFC 1997
  Bytes value;
  for (unsigned i = 0; i < 100; ++i) value = value + hex("0001") + test::u16(i * 37 % 50);
  const auto& attributes = attributes_of(attribute(0xc0, 8, value));

  ASSERT_EQ(attributes.communities.size(), 50u);
  for (unsigned i = 0; i < 50; ++i) EXPECT_EQ(attributes.communities[i].value, 0x10000 + i * 37 % 50);
}

TEST_F(Update, OnlyToCustomerIsRead) {  // RFC 9234 §5
  EXPECT_EQ(attributes_of(hex("c0 23 04 0000fde8")).rare->only_to_customer, 65000u);
}

TEST_F(Update, UnknownTransitiveAttributesAreKeptInOrderWithPartialSet) {  // RFC 4271 §5, §9
  const auto& attributes = attributes_of(hex("c0 fe 01 aa 80 fd 01 bb e0 63 02 0102 d0 64 0001 cc"));

  EXPECT_EQ(test::to_hex(attributes.rare->unknown_transitive.span()),
            "e063020102"
            "e06401cc"
            "e0fe01aa");
}

TEST_F(Update, LongUnknownAttributeKeepsItsExtendedLength) {
  const auto& attributes = attributes_of(attribute(0xc0, 99, Bytes(300, 7)));

  EXPECT_EQ(attributes.rare->unknown_transitive.size(), 304u);
  EXPECT_EQ(test::to_hex(attributes.rare->unknown_transitive.span().first(5)), "f063012c07");
}

// --- two-octet AS numbers
// ----------------------------------------------------------------------------------------

DecodeContext two_octet() {
  auto context = external();
  context.four_octet_as = false;
  return context;
}

TEST_F(Update, As4PathFillsInWhatTwoOctetsCannotSay) {  // RFC 6793 §4.2.3
  read(update_body({},
                   kOrigin + hex("40 02 08 02 03 fde8 5ba0 5ba0") + kNextHop +
                       hex("c0 11 0a 02 02 00010001 00010002"),
                   hex("00")),
       two_octet());

  EXPECT_EQ(update_.updates()[0].attributes->as_path, rib::AsPath::sequence({65000, 65537, 65538}));
}

TEST_F(Update, As4AggregatorReplacesAsTrans) {  // RFC 6793 §4.2.3
  read(update_body({},
                   kOrigin + hex("40 02 04 02 01 fde8") + kNextHop + hex("c0 07 06 5ba0 0a000001") +
                       hex("c0 12 08 00010001 0a000002"),
                   hex("00")),
       two_octet());

  EXPECT_EQ(update_.updates()[0].attributes->rare->aggregator, (rib::Aggregator{65537, 0x0a000002}));
}

TEST_F(Update, AggregatorOtherThanAsTransMakesAs4AttributesOld) {  // RFC 6793 §4.2.3
  read(update_body({},
                   kOrigin + hex("40 02 06 02 02 fde8 5ba0") + kNextHop + hex("c0 07 06 fde9 0a000001") +
                       hex("c0 11 06 02 01 00010001 c0 12 08 00010001 0a000002"),
                   hex("00")),
       two_octet());

  EXPECT_EQ(update_.updates()[0].attributes->as_path, rib::AsPath::sequence({65000, 23456}));
  EXPECT_EQ(update_.updates()[0].attributes->rare->aggregator, (rib::Aggregator{65001, 0x0a000001}));
}

TEST_F(Update, ConfederationSegmentsOfAs4PathAreSkipped) {  // RFC 6793 §3
  read(update_body({},
                   kOrigin + hex("40 02 06 02 02 fde8 5ba0") + kNextHop +
                       hex("c0 11 0c 03 01 00010009 02 01 00010001"),
                   hex("00")),
       two_octet());

  EXPECT_EQ(update_.updates()[0].attributes->as_path, rib::AsPath::sequence({65000, 65537}));
}

// --- end-of-rib, reuse
// -------------------------------------------------------------------------------------------

TEST_F(Update, ResultOfOneMessageDoesNotLeakIntoTheNext) {
  read(update_body(hex("08 0b"), kMandatory + hex("80 04 04 00000005 c0 08 04 00010002 c0 63 01 aa"),
                   hex("18 0a0101")));
  read(update_body({}, kMandatory, hex("18 0a0102")));

  ASSERT_EQ(update_.updates().size(), 1u);
  EXPECT_TRUE(update_.updates()[0].withdrawn.empty());
  EXPECT_EQ(list(update_.updates()[0].announced), (std::vector{nlri("10.1.2.0/24")}));
  EXPECT_EQ(update_.updates()[0].attributes->med, std::nullopt);
  EXPECT_TRUE(update_.updates()[0].attributes->communities.empty());
  EXPECT_TRUE(update_.updates()[0].attributes->rare->unknown_transitive.empty());
}

}  // namespace
}  // namespace bgpd::wire
