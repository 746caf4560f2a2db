// What an UPDATE with a bad attribute leads to: RFC 7606, case by case, from external and internal peers, for
// routes in the classic fields and in MP_REACH_NLRI.
#include <gtest/gtest.h>

#include "test/wire/rfc7606.hpp"

namespace bgpd::wire::rfc7606 {
namespace {

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

}  // namespace
}  // namespace bgpd::wire::rfc7606
