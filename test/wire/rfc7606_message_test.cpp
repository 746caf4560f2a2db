// What errors of an UPDATE as a whole lead to: its fields, MP_REACH_NLRI and MP_UNREACH_NLRI, and what is
// told. RFC 7606 §3 to §5.
#include <gtest/gtest.h>

#include "test/wire/rfc7606.hpp"

namespace bgpd::wire::rfc7606 {
namespace {

// --- the message's own fields
// ------------------------------------------------------------------------------------

Bytes good_attributes(Peer peer = Peer::External) {
  Bytes all;
  for (const auto& [type, octets] : mandatory(peer)) all = all + octets;
  return all;
}
Outcome external(const Bytes& body) { return decode(body, context_of(Peer::External)); }
void expect_reset(const Bytes& body, const Notification& notification) {
  const auto outcome = external(body);
  ASSERT_EQ(outcome.what, Expected::Reset) << test::to_hex(body);
  EXPECT_EQ(*outcome.notification, notification) << test::to_hex(body);
}

TEST(UpdateFields, LengthsBeyondTheMessageReset) {  // RFC 7606 §3 (b)
  for (const auto* body :
       {"0001 0000", "ffff 0000", "0000 0001", "0000 ffff", "0002 08 0a 00", "0003 08 0a", "00", ""})
    expect_reset(hex(body), Notification(UpdateError::MalformedAttributeList));
}

TEST(UpdateFields, PrefixThatIsTooLongResets) {  // RFC 7606 §5.3
  expect_reset(update_body({}, good_attributes(), hex("21 0a01010100")),
               Notification(UpdateError::InvalidNetworkField));
  expect_reset(update_body(hex("21 0a01010100"), {}, {}), Notification(UpdateError::InvalidNetworkField));
}

TEST(UpdateFields, PrefixThatRunsOverTheEndResets) {  // RFC 7606 §5.3
  expect_reset(update_body({}, good_attributes(), hex("18 0a01")),
               Notification(UpdateError::InvalidNetworkField));
  expect_reset(update_body(hex("18 0a01"), {}, {}), Notification(UpdateError::InvalidNetworkField));
}

TEST(UpdateFields, PathIdThatRunsOverTheEndResets) {  // RFC 7911 §3
  auto context = context_of(Peer::External);
  context.add_path[0] = true;

  EXPECT_EQ(decode(update_body({}, good_attributes(), hex("000000")), context).what, Expected::Reset);
  EXPECT_EQ(decode(update_body(hex("00000001"), {}, {}), context).what, Expected::Reset);
}

TEST(UpdateFields, AttributeBeyondTheListIsTreatAsWithdraw) {  // RFC 7606 §4, first case
  const auto outcome =
      external(update_body(hex("08 0b"), good_attributes() + hex("80 04 05 00000001"), kNlri));

  EXPECT_EQ(outcome.what, Expected::Withdraw);
  EXPECT_EQ(outcome.withdrawn, (std::vector{test::nlri("11.0.0.0/8"), kPrefix[0]}));
}

TEST(UpdateFields, AttributeHeaderCutShortIsTreatAsWithdraw) {  // RFC 7606 §4, second case
  for (const auto* rest : {"80", "80 04", "90 04 00"}) {
    const auto outcome = external(update_body({}, good_attributes() + hex(rest), kNlri));

    EXPECT_EQ(outcome.what, Expected::Withdraw) << rest;
    EXPECT_EQ(outcome.withdrawn, kPrefix) << rest;
  }
}

TEST(UpdateFields, ListWithoutWholeAttributesAndPrefixesResets) {  // RFC 7606 §5.2
  for (const auto* list : {"40", "80 04 05 00000001", "80 0f 03 0002 01 40"})
    expect_reset(update_body({}, hex(list), {}), Notification(UpdateError::MalformedAttributeList));
}

TEST(UpdateFields, WithdrawsAloneNeedNoAttributes) {  // RFC 4271 §5
  const auto outcome = external(update_body(hex("08 0b"), hex("80 0f 04 0002 01 00"), {}));

  EXPECT_EQ(outcome.what, Expected::Fine);
  EXPECT_EQ(outcome.withdrawn.size(), 2u);
}

TEST(UpdateFields, MulticastAndLinkLocalPrefixesAreIgnored) {  // RFC 4271 §6.3
  const auto v4 = external(update_body({}, good_attributes(), hex("18 e00001 18 0a0101 04 e0")));
  const auto v6 = external(update_body(
      {},
      good_attributes() +
          attribute(0x80, 14,
                    hex("0002 01 10 20010db8000000000000000000000001 00 40 fe80000000000000 30 20010db80001"
                        "08 ff")),
      {}));

  EXPECT_EQ(v4.what, Expected::Discard);
  EXPECT_EQ(v4.announced, kPrefix);
  EXPECT_EQ(v6.what, Expected::Discard);
  EXPECT_EQ(v6.announced, kPrefix6);
}

TEST(UpdateFields, Ipv4ThatWasNotNegotiatedIsIgnored) {
  auto context = context_of(Peer::External);
  context.families = {Family::Ipv6Unicast};
  const auto outcome = decode(update_body(hex("08 0b"), good_attributes(), kNlri), context);

  EXPECT_EQ(outcome.what, Expected::Discard);
  EXPECT_TRUE(outcome.announced.empty() && outcome.withdrawn.empty());
}

// --- MP_REACH_NLRI and MP_UNREACH_NLRI
// ---------------------------------------------------------------------------

struct MpCase {
  const char* name;
  const char* attribute;
  Expected expected;
  unsigned subcode = 9;
};
std::ostream& operator<<(std::ostream& out, const MpCase& c) { return out << c.name; }
class MpErrors : public testing::TestWithParam<MpCase> {};

TEST_P(MpErrors, LeadToTheSameWithAndWithoutClassicPrefixes) {  // RFC 7606 §5.3, §7.11, §7.12
  const auto& c = GetParam();
  for (const auto& nlri : {Bytes{}, kNlri})
    for (const auto peer : {Peer::External, Peer::Internal}) {
      const auto outcome =
          decode(update_body({}, good_attributes(peer) + hex(c.attribute), nlri), context_of(peer));

      EXPECT_EQ(outcome.what, c.expected);
      if (c.expected != Expected::Reset) continue;
      EXPECT_EQ(*outcome.notification,
                Notification(ErrorCode::UpdateMessage, static_cast<std::uint8_t>(c.subcode),
                             c.subcode == 1 ? Bytes{} : hex(c.attribute)));
    }
}

using enum Expected;

const MpCase kMpCases[] = {
    {"reach_empty", "80 0e 00", Reset},
    {"reach_of_three_octets", "80 0e 03 000201", Reset},
    {"reach_of_four_octets", "80 0e 04 00020100", Reset},
    {"reach_without_next_hop", "80 0e 05 0002 01 00 00", Reset},
    {"reach_next_hop_of_4_octets", "80 0e 0a 0002 01 04 0a000001 00 00", Reset},
    {"reach_next_hop_of_15_octets", "80 0e 15 0002 01 0f 20010db80000000000000000000000 00 00", Reset},
    {"reach_next_hop_of_17_octets", "80 0e 17 0002 01 11 20010db800000000000000000000000100 00 00", Reset},
    {"reach_next_hop_overrun", "80 0e 0a 0002 01 10 20010db8 0000", Reset},
    {"reach_without_reserved_octet", "80 0e 14 0002 01 10 20010db8000000000000000000000001", Reset},
    {"reach_prefix_too_long",
     "80 0e 27 0002 01 10 20010db8000000000000000000000001 00"
     "81 20010db800000000000000000000000100",
     Reset},
    {"reach_prefix_overrun", "80 0e 17 0002 01 10 20010db8000000000000000000000001 00 30 20", Reset},
    {"reach_ipv4_prefix_too_long", "80 0e 0f 0001 01 04 0a000001 00 21 0a01010101", Reset},
    {"reach_ipv4_with_ipv6_next_hop", "80 0e 16 0001 01 10 20010db8000000000000000000000001 00 00", Reset},
    {"reach_flags_transitive", "c0 0e 16 0002 01 10 20010db8000000000000000000000001 00 00", Reset, 4},
    {"reach_flags_well_known", "40 0e 16 0002 01 10 20010db8000000000000000000000001 00 00", Reset, 4},
    {"reach_twice",
     "80 0e 16 0002 01 10 20010db8000000000000000000000001 00 00"
     "80 0e 16 0002 01 10 20010db8000000000000000000000001 00 00",
     Reset, 1},
    {"reach_beyond_the_list", "80 0e 17 0002 01 10 20010db8000000000000000000000001 00 00", Reset, 1},
    {"reach_of_unknown_family", "80 0e 09 0019 46 01 00 00 010203", Discard},
    {"reach_of_unknown_safi", "80 0e 16 0002 02 10 20010db8000000000000000000000001 00 00", Discard},
    {"reach_next_hop_unspecified", "80 0e 16 0002 01 10 00000000000000000000000000000000 00 00", Withdraw},
    {"reach_next_hop_loopback", "80 0e 16 0002 01 10 00000000000000000000000000000001 00 00", Withdraw},
    {"reach_next_hop_multicast", "80 0e 16 0002 01 10 ff020000000000000000000000000001 00 00", Withdraw},
    {"unreach_empty", "80 0f 00", Reset},
    {"unreach_of_two_octets", "80 0f 02 0002", Reset},
    {"unreach_prefix_too_long", "80 0f 15 0002 01 81 20010db800000000000000000000000100", Reset},
    {"unreach_prefix_overrun", "80 0f 05 0002 01 30 20", Reset},
    {"unreach_flags_transitive", "c0 0f 04 0002 01 00", Reset, 4},
    {"unreach_twice", "80 0f 04 0002 01 00 80 0f 04 0002 01 00", Reset, 1},
    {"unreach_of_unknown_family", "80 0f 04 0019 46 00", Discard},
    {"unreach", "80 0f 04 0002 01 00", Fine},
};
std::string name_of_mp_case(const testing::TestParamInfo<MpCase>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(All, MpErrors, testing::ValuesIn(kMpCases), name_of_mp_case);

TEST(MpReach, BesideClassicPrefixesDoesNotReplaceNextHop) {  // RFC 4271 §5: mandatory per source of prefixes
  const auto outcome = external(update_body({}, hex("40 01 01 00 40 02 06 02 01 0000fde8") + kReach, kNlri));

  EXPECT_EQ(outcome.what, Expected::Withdraw);
  EXPECT_EQ(outcome.withdrawn, (std::vector{kPrefix[0], kPrefix6[0]}));
}

TEST(MpReach, WithoutPrefixesIsNoReasonForMandatoryAttributes) {  // RFC 4760 §3
  const auto outcome =
      external(update_body({}, hex("80 0e 15 0002 01 10 20010db8000000000000000000000001 00"), {}));

  EXPECT_EQ(outcome.what, Expected::Fine);
}

// --- what is told about errors
// -----------------------------------------------------------------------------------

TEST(AttributeErrorList, NamesAttributeReasonAndOctets) {
  const auto body =
      update_body({}, hex("40 01 01 07") + hex("40 02 06 02 01 0000fde8 40 03 04 0a000001"), kNlri);
  DecodedUpdate update;
  ASSERT_TRUE(decode_update(body, context_of(Peer::External), update).has_value());

  ASSERT_EQ(update.errors().size(), 1u);
  EXPECT_EQ(describe(update.errors()[0]), "ORIGIN value (40 01 01 07), treated as withdraw");
}

TEST(AttributeErrorList, IsBoundedAndKeepsTheStrongest) {
  Bytes attributes = good_attributes();
  for (int i = 0; i < 100; ++i) attributes = attributes + hex("80 63 01 00");
  attributes = attributes + hex("40 62 01 00");
  const auto body = update_body({}, attributes, kNlri);
  DecodedUpdate update;
  const auto result = decode_update(body, context_of(Peer::External), update);

  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error(), Notification(UpdateError::UnrecognizedWellKnownAttribute, hex("40 62 01 00")));
  EXPECT_EQ(update.errors().size(), DecodedUpdate::kKeptErrors);
  EXPECT_EQ(update.error_count(), 100u);
}

TEST(FirstAs, IsNotEnforcedWhenToldSo) {  // RFC 4271 §6.3 says MAY
  auto context = context_of(Peer::External);
  context.peer_as = 65009;
  context.enforce_first_as = false;

  EXPECT_EQ(decode(update_body({}, good_attributes(), kNlri), context).what, Expected::Fine);
}

TEST(Confederation, MemberSendsConfederationSegmentsAndLocalPref) {  // RFC 5065 §4, §5
  auto context = context_of(Peer::External);
  context.same_confederation = true;
  const auto attributes = hex("40 01 01 00 40 02 06 03 01 0000fde8 40 03 04 0a000001 40 05 04 00000064");

  EXPECT_EQ(decode(update_body({}, attributes, kNlri), context).what, Expected::Fine);
}

TEST(Confederation, MembersMayLeaveLocalPrefOut) {  // RFC 5065 §4
  auto context = context_of(Peer::External);
  context.same_confederation = true;
  const auto attributes = hex("40 01 01 00 40 02 06 03 01 0000fde8 40 03 04 0a000001");

  EXPECT_EQ(decode(update_body({}, attributes, kNlri), context).what, Expected::Fine);
}

TEST(Confederation, AMemberPutsItselfInFront) {  // RFC 5065 §5, RFC 7606 §7.2
  auto context = context_of(Peer::External);
  context.same_confederation = true;
  for (const auto* as_path : {"40 02 00", "40 02 06 02 01 0000fde8", "40 02 06 04 01 0000fde8"}) {
    const auto attributes = hex("40 01 01 00") + hex(as_path) + hex("40 03 04 0a000001 40 05 04 00000064");
    EXPECT_EQ(decode(update_body({}, attributes, kNlri), context).what, Expected::Withdraw) << as_path;
  }
}

}  // namespace
}  // namespace bgpd::wire::rfc7606
