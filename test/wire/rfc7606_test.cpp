// What an UPDATE with errors leads to: RFC 7606, case by case, from external and internal peers, for routes
// in the classic fields and in MP_REACH_NLRI.
#include <gtest/gtest.h>

#include <algorithm>

#include "bgpd/wire/update.hpp"
#include "test/wire/support.hpp"

namespace bgpd::wire {
namespace {

using rib::Family;
using test::attribute;
using test::Bytes;
using test::hex;
using test::update_body;
using test::operator+;

enum class Expected { Fine, Discard, Withdraw, Reset };

enum class Peer { External, Internal, ExternalTwoOctet };

DecodeContext context_of(Peer peer) {
  DecodeContext context;
  context.families = {Family::Ipv4Unicast, Family::Ipv6Unicast};
  context.peer_type = peer == Peer::Internal ? rib::PeerType::Internal : rib::PeerType::External;
  context.local_as = 64512;
  context.peer_as = peer == Peer::Internal ? 64512 : 65000;
  context.four_octet_as = peer != Peer::ExternalTwoOctet;
  return context;
}

/// Mandatory attributes for such a peer, by type, so that a case can leave one out.
std::vector<std::pair<unsigned, Bytes>> mandatory(Peer peer) {
  std::vector<std::pair<unsigned, Bytes>> list{
      {1, hex("40 01 01 00")},
      {2, peer == Peer::ExternalTwoOctet ? hex("40 02 04 02 01 fde8") : hex("40 02 06 02 01 0000fde8")},
      {3, hex("40 03 04 0a000001")}};
  if (peer == Peer::Internal) list.push_back({5, hex("40 05 04 00000064")});
  return list;
}

/// One bad (or good) attribute: `attribute` takes the place of the mandatory one of its type, or is added.
struct Case {
  const char* name;
  const char* attribute;  // "" with a type: the mandatory one is left out
  unsigned type;
  Expected expected;
  unsigned subcode = 0;  // when the error has no announced prefixes beside it: of the NOTIFICATION
  std::vector<Peer> peers{Peer::External, Peer::Internal};
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

Bytes attributes_for(const Case& c, Peer peer, bool bad_first) {
  Bytes good;
  for (const auto& [type, octets] : mandatory(peer))
    if (type != c.type) good = good + octets;
  return bad_first ? hex(c.attribute) + good : good + hex(c.attribute);
}

/// The outcome of one UPDATE, as a session sees it.
struct Outcome {
  Expected what = Expected::Fine;
  std::optional<Notification> notification;
  std::vector<rib::Nlri> announced, withdrawn;
};

Outcome decode(const Bytes& body, const DecodeContext& context) {
  DecodedUpdate update;
  const auto result = decode_update(body, context, update);
  Outcome outcome;
  if (!result) {
    outcome.what = Expected::Reset;
    outcome.notification = result.error();
    return outcome;
  }
  if (update.error_count() > 0)
    outcome.what = update.treated_as_withdraw() ? Expected::Withdraw : Expected::Discard;
  for (const auto& part : update.updates()) {
    outcome.announced.insert(outcome.announced.end(), part.announced.begin(), part.announced.end());
    outcome.withdrawn.insert(outcome.withdrawn.end(), part.withdrawn.begin(), part.withdrawn.end());
  }
  return outcome;
}

const auto kNlri = hex("18 0a0101");
const std::vector kPrefix{test::nlri("10.1.1.0/24")};
const auto kReach =
    attribute(0x80, 14, hex("0002 01 10 20010db8000000000000000000000001 00 30 20010db80001"));
const std::vector kPrefix6{test::nlri("2001:db8:1::/48")};

class AttributeErrors : public testing::TestWithParam<Case> {
 protected:
  void expect(const Outcome& outcome, const std::vector<rib::Nlri>& prefixes) {
    EXPECT_EQ(outcome.what, GetParam().expected);
    if (outcome.what == Expected::Reset) return;
    const bool withdrawn = GetParam().expected == Expected::Withdraw;
    EXPECT_EQ(outcome.announced, withdrawn ? std::vector<rib::Nlri>{} : prefixes);
    EXPECT_EQ(outcome.withdrawn, withdrawn ? prefixes : std::vector<rib::Nlri>{});
  }
};

TEST_P(AttributeErrors, LeadToTheSameWhereverTheAttributeStands) {  // RFC 7606 §3, classic fields
  for (const auto peer : GetParam().peers)
    for (const bool bad_first : {true, false}) {
      SCOPED_TRACE(testing::Message()
                   << "peer " << static_cast<int>(peer) << (bad_first ? " first" : " last"));
      expect(decode(update_body({}, attributes_for(GetParam(), peer, bad_first), kNlri), context_of(peer)),
             kPrefix);
    }
}

TEST_P(AttributeErrors, LeadToTheSameForIpv6) {  // RFC 7606 §3, MP_REACH_NLRI
  if (GetParam().type == 3) return;              // NEXT_HOP is not for MP_REACH_NLRI
  for (const auto peer : GetParam().peers)
    for (const bool reach_first : {true, false}) {
      const auto others = attributes_for(GetParam(), peer, reach_first);
      SCOPED_TRACE(testing::Message() << "peer " << static_cast<int>(peer));
      expect(decode(update_body({}, reach_first ? kReach + others : others + kReach, {}), context_of(peer)),
             kPrefix6);
    }
}

TEST_P(AttributeErrors, WithoutAnnouncedPrefixesResetUnlessTheAttributeIsDiscarded) {  // RFC 7606 §5.2
  if (std::string_view(GetParam().attribute).empty()) return;  // nothing is mandatory without routes
  for (const auto peer : GetParam().peers) {
    const auto outcome =
        decode(update_body(hex("08 0b"), attributes_for(GetParam(), peer, true), {}), context_of(peer));

    if (GetParam().expected == Expected::Fine || GetParam().expected == Expected::Discard) {
      EXPECT_EQ(outcome.what, GetParam().expected);
      EXPECT_EQ(outcome.withdrawn, (std::vector{test::nlri("11.0.0.0/8")}));
    } else if (GetParam().subcode != 0) {
      ASSERT_EQ(outcome.what, Expected::Reset);
      EXPECT_EQ(outcome.notification->code, ErrorCode::UpdateMessage);
      EXPECT_EQ(outcome.notification->subcode, GetParam().subcode);
      const bool has_data = GetParam().subcode != 11 && GetParam().subcode != 1;
      EXPECT_EQ(outcome.notification->data, has_data ? hex(GetParam().attribute) : Bytes{});
    } else {
      EXPECT_EQ(outcome.what, Expected::Fine);  // an error only beside prefixes
    }
  }
}

const std::vector kExternal{Peer::External};
const std::vector kInternal{Peer::Internal};
const std::vector kTwoOctet{Peer::ExternalTwoOctet};
using enum Expected;

const Case kOriginCases[] = {
    // §7.1, §3 (c), §3 (d), §4
    {"origin", "40 01 01 02", 1, Fine},
    {"origin_with_extended_length", "50 01 0001 00", 1, Fine},
    {"origin_with_unused_flag_bits", "4f 01 01 00", 1,
     Fine},                                               // RFC 4271 §4.3: they are ignored; 0x10 is none
    {"origin_with_partial_bit", "60 01 01 00", 1, Fine},  // §3 (c) names only Optional and Transitive
    {"origin_missing", "", 1, Withdraw},
    {"origin_empty", "40 01 00", 1, Withdraw, 5},
    {"origin_of_two_octets", "40 01 02 0000", 1, Withdraw, 5},
    {"origin_value_3", "40 01 01 03", 1, Withdraw, 6},
    {"origin_value_255", "40 01 01 ff", 1, Withdraw, 6},
    {"origin_optional", "c0 01 01 00", 1, Withdraw, 4},
    {"origin_not_transitive", "00 01 01 00", 1, Withdraw, 4},
};
const Case kAsPathCases[] = {
    // §7.2, RFC 7607, RFC 5065, RFC 4271 §6.3
    {"as_path_missing", "", 2, Withdraw},
    {"as_path_with_sets", "40 02 10 02 01 0000fde8 01 02 00000001 00000002", 2, Fine},
    {"as_path_empty_from_internal", "40 02 00", 2, Fine, 0, kInternal},
    {"as_path_empty_from_external", "40 02 00", 2, Withdraw, 0, kExternal},
    {"as_path_of_another_first_as", "40 02 06 02 01 0000fde9", 2, Withdraw, 0, kExternal},
    {"as_path_that_begins_with_a_set", "40 02 06 01 01 0000fde8", 2, Withdraw, 0, kExternal},
    {"as_path_of_another_first_as_from_internal", "40 02 06 02 01 0000fde9", 2, Fine, 0, kInternal},
    {"as_path_segment_type_0", "40 02 06 00 01 0000fde8", 2, Withdraw, 11},
    {"as_path_segment_type_5", "40 02 06 05 01 0000fde8", 2, Withdraw, 11},
    {"as_path_segment_overrun", "40 02 06 02 02 0000fde8", 2, Withdraw, 11},
    {"as_path_segment_underrun", "40 02 07 02 01 0000fde8 02", 2, Withdraw, 11},
    {"as_path_segment_of_length_0", "40 02 08 02 01 0000fde8 02 00", 2, Withdraw, 11},
    {"as_path_of_two_octets", "40 02 04 02 01 fde8", 2, Withdraw, 11},
    {"as_path_with_as_0", "40 02 0a 02 02 0000fde8 00000000", 2, Withdraw, 11},
    {"as_path_with_confederation", "40 02 0c 02 01 0000fde8 03 01 00000001", 2, Withdraw, 11, kExternal},
    {"as_path_with_confederation_set", "40 02 0c 02 01 0000fde8 04 01 00000001", 2, Withdraw, 11, kExternal},
    {"as_path_flags_optional", "c0 02 06 02 01 0000fde8", 2, Withdraw, 4},
    {"as_path_flags_not_transitive", "00 02 06 02 01 0000fde8", 2, Withdraw, 4},
    {"two_octet_as_path", "40 02 06 02 02 fde8 5ba0", 2, Fine, 0, kTwoOctet},
    {"two_octet_as_path_of_four", "40 02 06 02 01 0000fde8", 2, Withdraw, 11, kTwoOctet},
};
const Case kNextHopCases[] = {
    // §7.3, RFC 4271 §6.3
    {"next_hop_missing", "", 3, Withdraw},
    {"next_hop_empty", "40 03 00", 3, Withdraw, 5},
    {"next_hop_of_three_octets", "40 03 03 0a0000", 3, Withdraw, 5},
    {"next_hop_of_five_octets", "40 03 05 0a00000100", 3, Withdraw, 5},
    {"next_hop_of_sixteen_octets", "40 03 10 20010db8000000000000000000000001", 3, Withdraw, 5},
    {"next_hop_unspecified", "40 03 04 00000000", 3, Withdraw},
    {"next_hop_loopback", "40 03 04 7f000001", 3, Withdraw},
    {"next_hop_multicast", "40 03 04 e0000001", 3, Withdraw},
    {"next_hop_broadcast", "40 03 04 ffffffff", 3, Withdraw},
    {"next_hop_flags_optional", "c0 03 04 0a000001", 3, Withdraw, 4},
    {"next_hop_flags_not_transitive", "00 03 04 0a000001", 3, Withdraw, 4},
};
const Case kDiscretionaryCases[] = {
    // §7.4
    {"med", "80 04 04 00000001", 4, Fine},
    {"med_empty", "80 04 00", 4, Withdraw, 5},
    {"med_of_three_octets", "80 04 03 000001", 4, Withdraw, 5},
    {"med_of_five_octets", "80 04 05 0000000100", 4, Withdraw, 5},
    {"med_flags_transitive", "c0 04 04 00000001", 4, Withdraw, 4},
    {"med_flags_well_known", "40 04 04 00000001", 4, Withdraw, 4},
    // §7.5
    {"local_pref", "40 05 04 00000001", 5, Fine, 0, kInternal},
    {"local_pref_missing", "", 5, Withdraw, 0, kInternal},
    {"local_pref_empty", "40 05 00", 5, Withdraw, 5, kInternal},
    {"local_pref_of_three_octets", "40 05 03 000001", 5, Withdraw, 5, kInternal},
    {"local_pref_flags_optional", "c0 05 04 00000001", 5, Withdraw, 4, kInternal},
    {"local_pref_from_external", "40 05 04 00000001", 5, Discard, 0, kExternal},
    {"local_pref_of_three_octets_from_external", "40 05 03 000001", 5, Discard, 0, kExternal},
    {"local_pref_flags_from_external", "80 05 04 00000001", 5, Discard, 0, kExternal},
    // §7.6
    {"atomic_aggregate", "40 06 00", 6, Fine},
    {"atomic_aggregate_of_one_octet", "40 06 01 00", 6, Discard},
    {"atomic_aggregate_flags_optional", "c0 06 00", 6, Withdraw, 4},
    // §7.7, RFC 7607, RFC 6793
    {"aggregator", "c0 07 08 0000fde8 0a000001", 7, Fine},
    {"aggregator_with_partial_bit", "e0 07 08 0000fde8 0a000001", 7, Fine},
    {"aggregator_empty", "c0 07 00", 7, Discard},
    {"aggregator_of_six_octets", "c0 07 06 fde8 0a000001", 7, Discard},
    {"aggregator_of_nine_octets", "c0 07 09 0000fde8 0a000001 00", 7, Discard},
    {"aggregator_of_as_0", "c0 07 08 00000000 0a000001", 7, Discard},
    {"aggregator_flags_not_transitive", "80 07 08 0000fde8 0a000001", 7, Withdraw, 4},
    {"two_octet_aggregator", "c0 07 06 fde8 0a000001", 7, Fine, 0, kTwoOctet},
    {"two_octet_aggregator_of_eight", "c0 07 08 0000fde8 0a000001", 7, Discard, 0, kTwoOctet},
};
const Case kOptionalCases[] = {
    // §7.8
    {"communities", "c0 08 04 00010002", 8, Fine},
    {"communities_empty", "c0 08 00", 8, Withdraw, 5},
    {"communities_of_three_octets", "c0 08 03 000100", 8, Withdraw, 5},
    {"communities_of_six_octets", "c0 08 06 000100020001", 8, Withdraw, 5},
    {"communities_flags_well_known", "40 08 04 00010002", 8, Withdraw, 4},
    {"communities_flags_not_transitive", "80 08 04 00010002", 8, Withdraw, 4},
    // §7.9
    {"originator_id", "80 09 04 0a000001", 9, Fine, 0, kInternal},
    {"originator_id_empty", "80 09 00", 9, Withdraw, 5, kInternal},
    {"originator_id_of_five_octets", "80 09 05 0a00000100", 9, Withdraw, 5, kInternal},
    {"originator_id_flags", "c0 09 04 0a000001", 9, Withdraw, 4, kInternal},
    {"originator_id_from_external", "80 09 04 0a000001", 9, Discard, 0, kExternal},
    {"originator_id_malformed_from_external", "80 09 03 0a0000", 9, Discard, 0, kExternal},
    // §7.10
    {"cluster_list", "80 0a 08 0a000001 0a000002", 10, Fine, 0, kInternal},
    {"cluster_list_empty", "80 0a 00", 10, Withdraw, 5, kInternal},
    {"cluster_list_of_six_octets", "80 0a 06 0a000001 0a00", 10, Withdraw, 5, kInternal},
    {"cluster_list_flags", "c0 0a 04 0a000001", 10, Withdraw, 4, kInternal},
    {"cluster_list_from_external", "80 0a 04 0a000001", 10, Discard, 0, kExternal},
    {"cluster_list_malformed_from_external", "80 0a 03 0a0000", 10, Discard, 0, kExternal},
    // §7.14
    {"extended_communities", "c0 10 08 0002fde800000001", 16, Fine},
    {"extended_communities_of_unknown_type", "c0 10 08 ff02fde800000001", 16, Fine},
    {"extended_communities_empty", "c0 10 00", 16, Withdraw, 5},
    {"extended_communities_of_seven_octets", "c0 10 07 0002fde8000000", 16, Withdraw, 5},
    {"extended_communities_flags", "80 10 08 0002fde800000001", 16, Withdraw, 4},
    // RFC 6793 §4.1, §6
    {"as4_path_from_four_octet_peer", "c0 11 06 02 01 00010001", 17, Discard},
    {"as4_path_malformed_from_four_octet_peer", "c0 11 03 020100", 17, Discard},
    {"as4_path_malformed", "c0 11 06 02 02 00010001", 17, Discard, 0, kTwoOctet},
    {"as4_path_empty", "c0 11 00", 17, Discard, 0, kTwoOctet},
    {"as4_path_with_as_0", "c0 11 06 02 01 00000000", 17, Discard, 0, kTwoOctet},
    {"as4_path_flags", "80 11 06 02 01 00010001", 17, Withdraw, 4, kTwoOctet},
    {"as4_aggregator_from_four_octet_peer", "c0 12 08 00010001 0a000001", 18, Discard},
    {"as4_aggregator_of_six_octets", "c0 12 06 0001 0a000001", 18, Discard, 0, kTwoOctet},
    {"as4_aggregator_of_as_0", "c0 12 08 00000000 0a000001", 18, Discard, 0, kTwoOctet},
    // RFC 8092 §6
    {"large_communities", "c0 20 0c 000000010000000200000003", 32, Fine},
    {"large_communities_empty", "c0 20 00", 32, Withdraw, 5},
    {"large_communities_of_eight_octets", "c0 20 08 0000000100000002", 32, Withdraw, 5},
    {"large_communities_flags", "80 20 0c 000000010000000200000003", 32, Withdraw, 4},
    // RFC 9234 §5
    {"only_to_customer", "c0 23 04 0000fde8", 35, Fine},
    {"only_to_customer_of_two_octets", "c0 23 02 fde8", 35, Withdraw, 5},
    {"only_to_customer_flags", "80 23 04 0000fde8", 35, Withdraw, 4},
    // unknown ones: RFC 4271 §5, §6.3
    {"unknown_transitive", "c0 63 01 00", 99, Fine},
    {"unknown_transitive_empty", "c0 63 00", 99, Fine},
    {"unknown_not_transitive", "80 63 01 00", 99, Fine},
    {"unknown_well_known", "40 63 01 00", 99, Reset, 2},
    {"unknown_well_known_not_transitive", "00 63 01 00", 99, Reset, 2},
};

const Case kListCases[] = {
    // §3 (g)
    {"duplicate_med", "80 04 04 00000001 80 04 04 00000002", 4, Discard},
    {"duplicate_of_a_good_one_is_not_read", "80 04 04 00000001 80 04 01 00", 4, Discard},
    {"duplicate_origin_first_one_bad", "40 01 01 07 40 01 01 00", 1, Withdraw},
    {"duplicate_unknown", "c0 63 01 00 c0 63 01 01", 99, Discard},
    // §3 (h): the strongest counts
    {"discard_and_withdraw", "c0 07 01 00 80 04 01 00", 4, Withdraw},
    {"withdraw_and_reset", "80 04 01 00 40 63 00", 4, Reset},
};

std::string name_of_case(const testing::TestParamInfo<Case>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Origin, AttributeErrors, testing::ValuesIn(kOriginCases), name_of_case);
INSTANTIATE_TEST_SUITE_P(AsPath, AttributeErrors, testing::ValuesIn(kAsPathCases), name_of_case);
INSTANTIATE_TEST_SUITE_P(NextHop, AttributeErrors, testing::ValuesIn(kNextHopCases), name_of_case);
INSTANTIATE_TEST_SUITE_P(Discretionary, AttributeErrors, testing::ValuesIn(kDiscretionaryCases),
                         name_of_case);
INSTANTIATE_TEST_SUITE_P(Optional, AttributeErrors, testing::ValuesIn(kOptionalCases), name_of_case);

class AttributeLists : public AttributeErrors {};
TEST_P(AttributeLists, LeadToTheStrongestTreatment) {  // RFC 7606 §3 (g), (h)
  for (const auto peer : GetParam().peers)
    expect(decode(update_body({}, attributes_for(GetParam(), peer, true), kNlri), context_of(peer)), kPrefix);
}
INSTANTIATE_TEST_SUITE_P(All, AttributeLists, testing::ValuesIn(kListCases), name_of_case);

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

}  // namespace
}  // namespace bgpd::wire
