#include "cli/show/summary.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "test/cli/show/replies.hpp"

namespace cli::show {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

api::SummaryNeighbor established(std::string_view address) {
  api::SummaryNeighbor neighbor;
  neighbor.mutable_name()->set_address(octets(address));
  neighbor.set_remote_as(64512);
  neighbor.set_local_as(64512);
  neighbor.set_state(api::STATE_ESTABLISHED);
  neighbor.set_description("the other node");
  neighbor.set_hostname("r2");
  neighbor.set_messages_received(6);
  neighbor.set_messages_sent(6);
  neighbor.set_state_ms(29'000);
  neighbor.set_received(2);
  neighbor.set_sent(2);
  neighbor.set_established_count(1);
  return neighbor;
}

api::SummaryNeighbor never_up(std::string_view address) {
  api::SummaryNeighbor neighbor;
  neighbor.mutable_name()->set_address(octets(address));
  neighbor.set_remote_as(65001);
  neighbor.set_local_as(64512);
  neighbor.set_type(api::EXTERNAL);
  neighbor.set_state(api::STATE_ACTIVE);
  neighbor.set_policy_missing(true);
  return neighbor;
}

api::Summary two_neighbors() {
  api::Summary summary;
  auto& family = *summary.add_families();
  family.set_family(api::IPV4_UNICAST);
  family.set_router_id(identifier("192.168.77.1"));
  family.set_local_as(64512);
  family.set_table_version(3);
  family.set_rib_entries(5);
  family.set_rib_bytes(960);
  family.set_neighbor_bytes(1448 * 1024);
  *family.add_neighbors() = established("192.168.77.2");
  *family.add_neighbors() = never_up("192.168.77.99");
  return summary;
}

TEST(SummaryText, HasFrrsColumns) {
  EXPECT_EQ(summary_text(two_neighbors(), {}),
            "\n"
            "IPv4 Unicast Summary:\n"
            "BGP router identifier 192.168.77.1, local AS number 64512 VRF default vrf-id 0\n"
            "BGP table version 3\n"
            "RIB entries 5, using 960 bytes of memory\n"
            "Peers 2, using 1448 KiB of memory\n"
            "\n"
            "Neighbor        V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd   "
            "PfxSnt Desc\n"
            "192.168.77.2    4      64512         6         6        0    0    0 00:00:29            2       "
            " 2 the other "
            "node\n"
            "192.168.77.99   4      65001         0         0        0    0    0    never       Active       "
            " 0 N/A\n"
            "\n"
            "Total number of neighbors 2\n");
}

TEST(SummaryText, CountsPeerGroupsWhereThereAreAny) {
  auto summary = two_neighbors();
  summary.mutable_families(0)->set_peer_groups(2);
  summary.mutable_families(0)->set_peer_group_bytes(128);

  EXPECT_THAT(summary_text(summary, {}),
              HasSubstr("KiB of memory\nPeer groups 2, using 128 bytes of memory\n\nNeighbor "));
}

TEST(SummaryText, LongAddressesWidenTheFirstColumn) {
  auto summary = two_neighbors();
  *summary.mutable_families(0)->add_neighbors() = established("2001:db8:1111:2222::3333");

  const auto text = summary_text(summary, {});

  EXPECT_THAT(text, HasSubstr("\n192.168.77.2             4      64512"));
  EXPECT_THAT(text, HasSubstr("\n2001:db8:1111:2222::3333 4      64512"));
}

struct StateCase {
  const char* name;
  void (*change)(api::SummaryNeighbor&);
  const char* expected;
};
class SummaryState : public testing::TestWithParam<StateCase> {};

TEST_P(SummaryState, IsSaidInThePrefixColumn) {
  auto summary = two_neighbors();
  GetParam().change(*summary.mutable_families(0)->mutable_neighbors(0));

  EXPECT_THAT(summary_text(summary, {}), HasSubstr(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Each, SummaryState,
    testing::Values(StateCase{"shutdown",
                              [](api::SummaryNeighbor& n) {
                                n.set_state(api::STATE_IDLE);
                                n.set_shutdown(true);
                              },
                              " Idle (Admin)        0 "},
                    StateCase{"prefix_limit",
                              [](api::SummaryNeighbor& n) {
                                n.set_state(api::STATE_IDLE);
                                n.set_prefix_limit(true);
                              },
                              " Idle (PfxCt)        0 "},
                    StateCase{"policy", [](api::SummaryNeighbor& n) { n.set_policy_missing(true); },
                              "     (Policy) (Policy) "},
                    StateCase{"not_negotiated", [](api::SummaryNeighbor& n) { n.set_not_negotiated(true); },
                              "        NoNeg    NoNeg "},
                    StateCase{"open_confirm",
                              [](api::SummaryNeighbor& n) { n.set_state(api::STATE_OPEN_CONFIRM); },
                              "  OpenConfirm        0 "}),
    [](const auto& test) { return test.param.name; });

TEST(SummaryText, DiscoveredNeighborsHaveAStarAndAFooter) {
  auto summary = two_neighbors();
  summary.mutable_families(0)->mutable_neighbors(0)->set_discovered(true);

  const auto text = summary_text(summary, {});

  EXPECT_THAT(text, HasSubstr("\n*192.168.77.2   4"));
  EXPECT_THAT(text, HasSubstr("Total number of neighbors 2\n* - dynamic neighbor\n1 dynamic neighbor(s)\n"));
}

TEST(SummaryText, WithoutNeighborsSaysSo) {
  EXPECT_EQ(summary_text({}, {}), "% No BGP neighbors found in VRF default\n");
}

TEST(SummaryText, FilterKeepsTheTotal) {
  SummaryFilter only_failed;
  only_failed.failed = true;

  const auto text = summary_text(two_neighbors(), only_failed);

  EXPECT_THAT(text, testing::Not(HasSubstr("\n192.168.77.2 ")));
  EXPECT_THAT(text, HasSubstr("\nDisplayed neighbors 1\nTotal number of neighbors 2\n"));
}

TEST(SummaryText, FailedHasColumnsOfItsOwn) {  // FRR's
  SummaryFilter only_failed;
  only_failed.failed = true;
  auto summary = two_neighbors();
  auto& lost = *summary.mutable_families(0)->add_neighbors();
  lost = never_up("192.168.77.98");
  lost.set_established_count(2);
  lost.set_dropped_count(2);
  lost.set_state_ms(61'000);
  lost.mutable_last_reset()->set_cause(api::LastReset::CLEARED);

  EXPECT_THAT(summary_text(summary, only_failed),
              HasSubstr("Neighbor        EstdCnt DropCnt ResetTime Reason\n"
                        "192.168.77.99         0       0     never Waiting for peer OPEN\n"
                        "192.168.77.98         2       2  00:01:01 " +
                        reset_text(lost.last_reset()) + "\n"));
  const auto peers = Json::parse(summary_json(summary, only_failed, false, at_noon()))["peers"];
  EXPECT_EQ(keys(peers), (std::vector<std::string>{"192.168.77.99", "192.168.77.98"}));
  EXPECT_EQ(keys(peers["192.168.77.99"]),
            (std::vector<std::string>{"connectionsEstablished", "connectionsDropped", "peerUptime",
                                      "peerUptimeMsec", "lastResetDueTo", "lastResetCode", "idType"}));
  EXPECT_EQ(peers["192.168.77.99"]["lastResetCode"], 32);
}

TEST(SummaryText, WideHasTheLocalAs) {
  SummaryFilter wide;
  wide.wide = true;

  const auto text = summary_text(two_neighbors(), wide);

  EXPECT_THAT(text, HasSubstr("Neighbor        V         AS    LocalAS   MsgRcvd   MsgSent "));
  EXPECT_THAT(text, HasSubstr("192.168.77.2    4      64512      64512         6         6 "));
}

TEST(SummaryText, AFilterThatNobodyFitsSaysNoMore) {
  SummaryFilter filter;
  filter.remote_as = 7;

  const auto text = summary_text(two_neighbors(), filter);

  EXPECT_TRUE(text.ends_with("Peers 2, using 1448 KiB of memory\n\n% No matching neighbor\n")) << text;
}

TEST(SummaryText, WhoseTypeIsNotKnownYetIsOfNeither) {  // `remote-as auto`
  auto summary = two_neighbors();
  summary.mutable_families(0)->mutable_neighbors(1)->set_type_follows(true);
  SummaryFilter filter;
  for (const auto type : {api::INTERNAL, api::EXTERNAL}) {
    filter.type = type;
    EXPECT_THAT(summary_text(summary, filter), testing::Not(HasSubstr("192.168.77.99 ")));
  }
}

TEST(SummaryJson, HasFrrsKeysInFrrsOrder) {
  const auto json = Json::parse(summary_json(two_neighbors(), {}, true, at_noon()));

  ASSERT_EQ(keys(json), std::vector<std::string>{"ipv4Unicast"});
  const auto& family = json["ipv4Unicast"];
  EXPECT_EQ(keys(family),
            (std::vector<std::string>{"routerId", "as", "vrfId", "vrfName", "tableVersion", "ribCount",
                                      "ribMemory", "peerCount", "peerMemory", "peers", "failedPeers",
                                      "displayedPeers", "totalPeers", "dynamicPeers", "bestPath"}));
  EXPECT_EQ(keys(family["peers"]["192.168.77.2"]), (std::vector<std::string>{"hostname",
                                                                             "remoteAs",
                                                                             "localAs",
                                                                             "version",
                                                                             "msgRcvd",
                                                                             "msgSent",
                                                                             "tableVersion",
                                                                             "outq",
                                                                             "inq",
                                                                             "peerUptime",
                                                                             "peerUptimeMsec",
                                                                             "peerUptimeEstablishedEpoch",
                                                                             "pfxRcd",
                                                                             "pfxSnt",
                                                                             "state",
                                                                             "peerState",
                                                                             "connectionsEstablished",
                                                                             "connectionsDropped",
                                                                             "desc",
                                                                             "idType"}));
  EXPECT_EQ(family["peers"]["192.168.77.2"]["peerUptimeEstablishedEpoch"], 1795484371);
  EXPECT_EQ(family["peers"]["192.168.77.99"]["peerUptime"], "never");
  EXPECT_EQ(family["peers"]["192.168.77.99"]["peerState"], "Policy");
  EXPECT_EQ(family["failedPeers"], 1);
}

TEST(SummaryJson, OfOneNamedFamilyIsTheInnerObject) {
  const auto json = Json::parse(summary_json(two_neighbors(), {}, false, at_noon()));

  EXPECT_EQ(json["routerId"], "192.168.77.1");
}

TEST(SummaryJson, WithoutNeighborsIsEmpty) { EXPECT_EQ(summary_json({}, {}, true, at_noon()), "{}\n"); }

}  // namespace
}  // namespace cli::show
