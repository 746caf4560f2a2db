#include "bgpd/update/encoder.hpp"

#include <gtest/gtest.h>

#include <random>

#include "bgpd/wire/update.hpp"
#include "test/wire/support.hpp"

namespace bgpd::update {
namespace {

using rib::Family;
using test::address;
using test::Bytes;
using test::hex;
using test::nlri;
using test::update_body;
using test::operator+;

rib::ExportProfile profile(Family family, rib::PeerType type = rib::PeerType::External) {
  rib::ExportProfile p;
  p.family = family;
  p.type = type;
  p.local_as = 64512;
  return p;
}

rib::PathAttributes plain(const char* next_hop) {
  rib::PathAttributes attributes;
  attributes.origin = rib::Origin::Igp;
  attributes.as_path = rib::AsPath::sequence({64512});
  attributes.next_hop = address(next_hop);
  return attributes;
}

struct Announced {
  Bytes messages;
  std::vector<rib::Nlri> unsendable;
};
Announced announce(const rib::ExportProfile& p, const rib::PathAttributes& attributes,
                   const std::vector<rib::Nlri>& list) {
  Encoder encoder(p);
  EncodedAttributes encoded;
  encoder.encode(attributes, encoded);
  Announced result;
  encoder.announce(encoded, list, result.messages, result.unsendable);
  return result;
}
Bytes withdraw(const rib::ExportProfile& p, const std::vector<rib::Nlri>& list) {
  Bytes messages;
  Encoder(p).withdraw(list, messages);
  return messages;
}
Bytes update(const Bytes& body) { return test::message(wire::MessageType::Update, body); }

TEST(Encoder, WritesIpv4IntoTheClassicFields) {  // RFC 4271 §4.3
  const auto attributes = hex("40 01 01 00 40 02 06 02 01 0000fc00 40 03 04 0a000001");

  EXPECT_EQ(
      announce(profile(Family::Ipv4Unicast), plain("10.0.0.1"), {nlri("10.1.1.0/24"), nlri("0.0.0.0/0")})
          .messages,
      update(update_body({}, attributes, hex("18 0a0101 00"))));
  EXPECT_EQ(withdraw(profile(Family::Ipv4Unicast), {nlri("10.1.1.0/24")}),
            update(update_body(hex("18 0a0101"), {}, {})));
}

TEST(Encoder, WritesIpv6IntoMpReachWhichStandsFirst) {  // RFC 4760 §3, RFC 7606 §5.1
  auto attributes = plain("2001:db8::1");
  attributes.rare.edit().link_local_next_hop = address("fe80::1");
  const auto list =
      hex("80 0e 2a 0002 01 20 20010db8000000000000000000000001 fe800000000000000000000000000001 00"
          "20 20010db8 40 01 01 00 40 02 06 02 01 0000fc00");

  EXPECT_EQ(announce(profile(Family::Ipv6Unicast), attributes, {nlri("2001:db8::/32")}).messages,
            update(update_body({}, list, {})));
  EXPECT_EQ(withdraw(profile(Family::Ipv6Unicast), {nlri("2001:db8::/32")}),
            update(update_body({}, hex("80 0f 08 0002 01 20 20010db8"), {})));
}

TEST(Encoder, WritesIpv4WithIpv6NextHopIntoMpReachWhenNegotiated) {  // RFC 8950 §4
  auto p = profile(Family::Ipv4Unicast);
  const std::vector list{nlri("10.1.1.0/24")};

  EXPECT_EQ(announce(p, plain("fe80::1"), list).unsendable, list);
  p.extended_next_hop = true;
  EXPECT_EQ(announce(p, plain("fe80::1"), list).messages,
            update(update_body({},
                               hex("80 0e 19 0001 01 10 fe800000000000000000000000000001 00 18 0a0101"
                                   "40 01 01 00 40 02 06 02 01 0000fc00"),
                               {})));
}

TEST(Encoder, CannotGiveIpv6AnIpv4NextHop) {
  const std::vector list{nlri("2001:db8::/32")};

  const auto result = announce(profile(Family::Ipv6Unicast), plain("10.0.0.1"), list);

  EXPECT_TRUE(result.messages.empty());
  EXPECT_EQ(result.unsendable, list);
}

TEST(Encoder, WritesPathIdsWhenNegotiated) {  // RFC 7911 §3
  auto p = profile(Family::Ipv4Unicast);
  p.add_path_send = true;

  EXPECT_EQ(withdraw(p, {nlri("10.0.0.0/8", 7)}), update(update_body(hex("00000007 08 0a"), {}, {})));
}

TEST(Encoder, EndsOfRibAreThoseOfRfc4724) {  // RFC 4724 §2
  Bytes v4, v6;
  Encoder(profile(Family::Ipv4Unicast)).end_of_rib(v4);
  Encoder(profile(Family::Ipv6Unicast)).end_of_rib(v6);

  EXPECT_EQ(v4, update(hex("0000 0000")));
  EXPECT_EQ(v6, update(hex("0000 0006 80 0f 03 0002 01")));
}

TEST(Encoder, TellsExternalPeersNothingInternal) {  // RFC 4271 §5.1.5, RFC 4456 §8
  auto attributes = plain("10.0.0.1");
  attributes.local_pref = 100;
  attributes.rare.edit().originator_id = 1;
  attributes.rare.edit().cluster_list = {1};
  const std::vector list{nlri("10.1.1.0/24")};

  EXPECT_EQ(announce(profile(Family::Ipv4Unicast), attributes, list).messages,
            announce(profile(Family::Ipv4Unicast), plain("10.0.0.1"), list).messages);
  EXPECT_EQ(announce(profile(Family::Ipv4Unicast, rib::PeerType::Internal), attributes, list).messages,
            update(update_body({},
                               hex("40 01 01 00 40 02 06 02 01 0000fc00 40 03 04 0a000001 40 05 04 00000064"
                                   "80 09 04 00000001 80 0a 04 00000001"),
                               hex("18 0a0101"))));
}

TEST(Encoder, TellsMembersOfTheConfederationLocalPref) {  // RFC 5065 §4
  auto attributes = plain("10.0.0.1");
  attributes.local_pref = 100;
  auto member = profile(Family::Ipv4Unicast);
  member.is_confederation_peer = true;

  EXPECT_EQ(
      announce(member, attributes, {nlri("10.1.1.0/24")}).messages,
      update(update_body({}, hex("40 01 01 00 40 02 06 02 01 0000fc00 40 03 04 0a000001 40 05 04 00000064"),
                         hex("18 0a0101"))));
}

TEST(Encoder, GivesTwoOctetPeersAs4AttributesWhereNeeded) {  // RFC 6793 §4.2.2
  auto p = profile(Family::Ipv4Unicast);
  p.four_octet_as = false;
  auto attributes = plain("10.0.0.1");
  attributes.as_path = rib::AsPath::sequence({64512, 65536});
  attributes.rare.edit().aggregator = rib::Aggregator{65537, 1};

  EXPECT_EQ(
      announce(p, attributes, {nlri("0.0.0.0/0")}).messages,
      update(update_body({},
                         hex("40 01 01 00 40 02 06 02 02 fc00 5ba0 40 03 04 0a000001 c0 07 06 5ba0 00000001"
                             "c0 11 0a 02 02 0000fc00 00010000 c0 12 08 00010001 00000001"),
                         hex("00"))));
  attributes.as_path = rib::AsPath::sequence({64512});
  attributes.rare.edit().aggregator.reset();
  EXPECT_EQ(announce(p, attributes, {nlri("0.0.0.0/0")}).messages,
            update(update_body({}, hex("40 01 01 00 40 02 04 02 01 fc00 40 03 04 0a000001"), hex("00"))));
}

TEST(Encoder, PlacesUnknownAttributesByType) {  // RFC 4271 §5: ascending order
  auto attributes = plain("10.0.0.1");
  attributes.communities = {rib::kNoExport};
  attributes.rare.edit().large_communities = {{1, 2, 3}};
  const auto unknown = hex("e0 07 00 e0 17 01 aa e0 fe 00");  // 7 stands for any type below 8
  attributes.rare.edit().unknown_transitive = rib::CompactArray<std::uint8_t>(unknown);

  EXPECT_EQ(
      announce(profile(Family::Ipv4Unicast), attributes, {nlri("0.0.0.0/0")}).messages,
      update(update_body({},
                         hex("40 01 01 00 40 02 06 02 01 0000fc00 40 03 04 0a000001 e0 07 00"
                             "c0 08 04 ffffff01 e0 17 01 aa c0 20 0c 000000010000000200000003 e0 fe 00"),
                         hex("00"))));
}

// --- sizes
// -------------------------------------------------------------------------------------------------------

std::vector<rib::Nlri> many(Family family, std::size_t count) {
  std::vector<rib::Nlri> list;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (family == Family::Ipv4Unicast) {
      list.push_back({rib::Prefix(rib::IpAddress::v4(0x0a000000 + i * 256), 24), i});
    } else {
      rib::IpAddress::Bytes bytes{0x20, 0x01, 0x0d, 0xb8};
      bytes[4] = static_cast<std::uint8_t>(i >> 8);
      bytes[5] = static_cast<std::uint8_t>(i);
      list.push_back({rib::Prefix(rib::IpAddress::v6(bytes), 48), i});
    }
  }
  return list;
}

struct SizeCase {
  Family family;
  std::uint16_t maximum;
  bool add_path;
};
class EncoderSizes : public testing::TestWithParam<SizeCase> {
 protected:
  rib::ExportProfile make_profile() const {
    auto p = profile(GetParam().family);
    p.maximum_message_size = GetParam().maximum;
    p.add_path_send = GetParam().add_path;
    return p;
  }
  /// All prefixes read back from the messages, announced and withdrawn; also checks sizes.
  std::vector<rib::Nlri> read_back(const Bytes& messages, bool announced) const {
    wire::DecodeContext context;
    context.families = {Family::Ipv4Unicast, Family::Ipv6Unicast};
    context.peer_type = rib::PeerType::External;
    context.peer_as = 64512;
    context.add_path[0] = context.add_path[1] = GetParam().add_path;
    std::vector<rib::Nlri> list;
    std::size_t total = 0;
    for (const auto& message : test::split_messages(messages)) {
      EXPECT_LE(message.size(), GetParam().maximum);
      total += message.size();
      wire::DecodedUpdate update;
      EXPECT_TRUE(wire::decode_update(test::body_of(message), context, update).has_value());
      EXPECT_EQ(update.error_count(), 0u);
      for (const auto& part : update.updates())
        for (const auto& one : announced ? part.announced : part.withdrawn)
          list.push_back(GetParam().add_path ? one : rib::Nlri{one.prefix, 0});
    }
    EXPECT_EQ(total, messages.size());
    return list;
  }
  std::vector<rib::Nlri> prefixes() const {
    auto list = many(GetParam().family, 5000);
    if (!GetParam().add_path)
      for (auto& one : list) one.path_id = 0;
    return list;
  }
};

TEST_P(EncoderSizes, ManyPrefixesMakeFewFullMessages) {  // RFC 4271 §4.1, RFC 8654
  const auto result =
      announce(make_profile(), plain(GetParam().family == Family::Ipv4Unicast ? "10.0.0.1" : "2001:db8::1"),
               prefixes());

  EXPECT_TRUE(result.unsendable.empty());
  EXPECT_EQ(read_back(result.messages, true), prefixes());
  EXPECT_LE(test::split_messages(result.messages).size(),
            result.messages.size() / (GetParam().maximum - 100u) + 1);
}

TEST_P(EncoderSizes, ManyWithdrawsMakeFewFullMessages) {
  const auto messages = withdraw(make_profile(), prefixes());

  EXPECT_EQ(read_back(messages, false), prefixes());
  EXPECT_LE(test::split_messages(messages).size(), messages.size() / (GetParam().maximum - 100u) + 1);
}

INSTANTIATE_TEST_SUITE_P(
    All, EncoderSizes,
    testing::Values(SizeCase{Family::Ipv4Unicast, 4096, false}, SizeCase{Family::Ipv4Unicast, 4096, true},
                    SizeCase{Family::Ipv4Unicast, 65535, false}, SizeCase{Family::Ipv6Unicast, 4096, false},
                    SizeCase{Family::Ipv6Unicast, 4096, true}, SizeCase{Family::Ipv6Unicast, 65535, false}));

/// Attributes with an unknown one of this many octets of value.
rib::PathAttributes bulky(std::size_t size, const char* next_hop = "10.0.0.1") {
  auto attributes = plain(next_hop);
  const auto octets = test::attribute(0xe0, 200, Bytes(size, 1));
  attributes.rare.edit().unknown_transitive = rib::CompactArray<std::uint8_t>(octets);
  return attributes;
}

TEST(Encoder, ReportsPrefixesThatHaveNoRoomBesideTheirAttributes) {  // RFC 4271 §9.2
  // 4096 - 23 - 20 (three attributes) - 4 (header of the bulky one) leaves 4049 octets.
  const std::vector list{nlri("10.0.0.0/8"), nlri("10.1.1.0/24"), nlri("10.1.0.0/16")};

  const auto fits = announce(profile(Family::Ipv4Unicast), bulky(4049 - 4), list);
  const auto small_ones_fit = announce(profile(Family::Ipv4Unicast), bulky(4049 - 3), list);
  const auto none_fits = announce(profile(Family::Ipv4Unicast), bulky(4049), list);

  EXPECT_TRUE(fits.unsendable.empty());
  EXPECT_EQ(test::split_messages(fits.messages).size(), 3u);
  EXPECT_EQ(small_ones_fit.unsendable, (std::vector{list[1]}));
  EXPECT_EQ(test::split_messages(small_ones_fit.messages).size(), 2u);
  EXPECT_EQ(none_fits.unsendable, list);
  EXPECT_TRUE(none_fits.messages.empty());
}

TEST(Encoder, ReportsAttributesThatExceedAMessageInIpv6) {
  const std::vector list{nlri("2001:db8::/32")};

  EXPECT_EQ(announce(profile(Family::Ipv6Unicast), bulky(5000, "2001:db8::1"), list).unsendable, list);
}

// --- both ways, with random attributes
// ---------------------------------------------------------------------------

class RandomAttributes {
 public:
  explicit RandomAttributes(unsigned seed) : random_(seed) {}

  rib::PathAttributes make(Family family, rib::PeerType type) {
    rib::PathAttributes a;
    a.origin = static_cast<rib::Origin>(below(3));
    a.as_path = as_path();
    a.next_hop = family == Family::Ipv4Unicast ? address("10.0.0.1") : address("2001:db8::1");
    if (family == Family::Ipv6Unicast && coin()) a.rare.edit().link_local_next_hop = address("fe80::1");
    a.atomic_aggregate = coin();
    if (coin()) a.med = number();
    if (coin()) a.rare.edit().aggregator = rib::Aggregator{as_number(), number()};
    if (coin()) a.rare.edit().only_to_customer = number();
    if (type == rib::PeerType::Internal) {
      a.local_pref = number();
      if (coin()) a.rare.edit().originator_id = number();
      a.rare.edit().cluster_list = array<std::uint32_t>(4, [&] { return number(); });
    }
    // Distinct values, because reading removes duplicates.
    std::uint32_t next = number() & 0xffff;
    a.communities = array<rib::Community>(100, [&] { return rib::Community{next++}; });
    a.rare.edit().large_communities = array<rib::LargeCommunity>(40, [&] {
      return rib::LargeCommunity{next++, number(), number()};
    });
    a.rare.edit().extended_communities = array<rib::ExtendedCommunity>(40, [&] {
      rib::ExtendedCommunity c;
      c.octets = {0, 2, static_cast<std::uint8_t>(next >> 8), static_cast<std::uint8_t>(next), 0, 0, 0, 1};
      ++next;
      return c;
    });
    Bytes unknown;
    for (unsigned attribute = 100; attribute < 104; ++attribute)
      if (coin()) unknown = unknown + test::attribute(0xe0, attribute, Bytes(below(400), 5));
    a.rare.edit().unknown_transitive = rib::CompactArray<std::uint8_t>(unknown);
    return a;
  }

 private:
  std::uint32_t number() { return static_cast<std::uint32_t>(random_()); }
  std::uint32_t below(std::uint32_t limit) { return number() % limit; }
  bool coin() { return number() & 1; }
  rib::AsNumber as_number() { return 1 + (coin() ? below(65000) : below(4000000000)); }

  rib::AsPath as_path() {
    std::vector<rib::AsPath::Segment> segments{{rib::AsPath::SegmentType::Sequence, {64512}}};
    for (auto left = below(3); left > 0; --left) {
      auto& segment = segments.emplace_back();
      segment.type = coin() ? rib::AsPath::SegmentType::Sequence : rib::AsPath::SegmentType::Set;
      for (auto count = 1 + below(40); count > 0; --count) segment.as_numbers.push_back(as_number());
    }
    return rib::AsPath(segments);
  }
  template <typename T, typename Make>
  rib::CompactArray<T> array(std::uint32_t limit, Make&& make) {
    std::vector<T> values(coin() ? 0 : below(limit));
    for (auto& value : values) value = make();
    return rib::CompactArray<T>(std::span<const T>(values));
  }
  std::mt19937 random_;
};

struct RoundTrip {
  Family family;
  rib::PeerType type;
};
class AttributesBothWays : public testing::TestWithParam<RoundTrip> {};

TEST_P(AttributesBothWays, WhatIsWrittenIsRead) {
  auto p = profile(GetParam().family, GetParam().type);
  wire::DecodeContext context;
  context.families = {GetParam().family};
  context.peer_type = GetParam().type;
  context.peer_as = 64512;
  const auto list = many(GetParam().family, 3);
  for (unsigned seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const auto attributes = RandomAttributes(seed).make(GetParam().family, GetParam().type);

    const auto result = announce(p, attributes, list);

    ASSERT_TRUE(result.unsendable.empty());
    const auto messages = test::split_messages(result.messages);
    ASSERT_EQ(messages.size(), 1u);
    wire::DecodedUpdate update;
    ASSERT_TRUE(wire::decode_update(test::body_of(messages[0]), context, update).has_value());
    ASSERT_EQ(update.error_count(), 0u) << describe(update.errors()[0]);
    ASSERT_EQ(update.updates().size(), 1u);
    EXPECT_EQ(*update.updates()[0].attributes, attributes);
    EXPECT_EQ(update.updates()[0].announced.size(), list.size());
  }
}

TEST_P(AttributesBothWays, TwoOctetPeersReadTheSameAsPath) {  // RFC 6793 §4.2
  auto p = profile(GetParam().family, GetParam().type);
  p.four_octet_as = false;
  wire::DecodeContext context;
  context.families = {GetParam().family};
  context.peer_type = GetParam().type;
  context.peer_as = 64512;
  context.four_octet_as = false;
  for (unsigned seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const auto attributes = RandomAttributes(seed).make(GetParam().family, GetParam().type);
    const auto result = announce(p, attributes, many(GetParam().family, 1));
    wire::DecodedUpdate update;
    ASSERT_TRUE(wire::decode_update(test::body_of(result.messages), context, update).has_value());

    EXPECT_EQ(update.updates()[0].attributes->as_path.to_string(), attributes.as_path.to_string());
    EXPECT_EQ(update.updates()[0].attributes->rare->aggregator, attributes.rare->aggregator);
  }
}

INSTANTIATE_TEST_SUITE_P(All, AttributesBothWays,
                         testing::Values(RoundTrip{Family::Ipv4Unicast, rib::PeerType::External},
                                         RoundTrip{Family::Ipv4Unicast, rib::PeerType::Internal},
                                         RoundTrip{Family::Ipv6Unicast, rib::PeerType::External},
                                         RoundTrip{Family::Ipv6Unicast, rib::PeerType::Internal}));

}  // namespace
}  // namespace bgpd::update
