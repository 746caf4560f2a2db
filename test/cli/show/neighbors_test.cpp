#include "cli/show/neighbors.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "test/cli/show/replies.hpp"

namespace cli::show {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

api::Neighbor established() {
  api::Neighbor n;
  n.mutable_name()->set_address(octets("192.168.77.2"));
  n.set_remote_as(64512);
  n.set_local_as(64512);
  n.set_state(api::STATE_ESTABLISHED);
  n.set_description("the other node");
  n.set_remote_identifier(identifier("192.168.77.2"));
  n.set_local_identifier(identifier("192.168.77.1"));
  n.set_state_ms(30'000);
  n.set_last_read_ms(29'000);
  n.set_last_write_ms(29'000);
  n.set_hold_seconds(180);
  n.set_keepalive_seconds(60);
  n.set_configured_hold_seconds(180);
  n.set_configured_keepalive_seconds(60);
  n.set_connect_retry_seconds(120);
  for (auto* side : {n.mutable_advertised(), n.mutable_received()}) {
    side->set_four_octet_as(true);
    side->set_route_refresh(true);
    side->add_families(api::IPV4_UNICAST);
    side->set_has_hostname(true);
  }
  n.mutable_advertised()->set_hostname("r1");
  n.mutable_received()->set_hostname("r2");
  n.mutable_sent()->set_updates(4);
  n.mutable_sent()->set_opens(1);
  n.mutable_received_messages()->set_keepalives(3);
  auto& family = *n.add_families();
  family.set_family(api::IPV4_UNICAST);
  family.set_update_group(1);
  family.set_soft_reconfiguration(true);
  family.set_accepted(2);
  family.set_received(3);
  family.set_sent(2);
  family.set_send_standard(true);
  family.set_send_extended(true);
  n.set_established_count(1);
  n.set_ttl(255);
  n.set_local_address(octets("192.168.77.1"));
  n.set_local_port(60246);
  n.set_remote_address(octets("192.168.77.2"));
  n.set_remote_port(179);
  n.set_next_hop(octets("192.168.77.1"));
  return n;
}

api::Neighbors of(const api::Neighbor& neighbor) {
  api::Neighbors all;
  *all.add_neighbors() = neighbor;
  return all;
}

TEST(NeighborText, HasFrrsBlocksInFrrsOrder) {
  const auto text = neighbors_text(of(established()));

  EXPECT_THAT(text, testing::StartsWith(
                        "BGP neighbor is 192.168.77.2, remote AS 64512, local AS 64512, internal link\n"
                        " Description: the other node\n"
                        "Hostname: r2\n"
                        "  BGP version 4, remote router ID 192.168.77.2, local router ID 192.168.77.1\n"
                        "  BGP state = Established, up for 00:00:30\n"
                        "  Last read 00:00:29, Last write 00:00:29\n"
                        "  Hold time is 180 seconds, keepalive interval is 60 seconds\n"));
  EXPECT_THAT(text, HasSubstr("  Neighbor capabilities:\n"
                              "    4 Byte AS: advertised and received\n"
                              "    Route refresh: advertised and received\n"
                              "    Address Family IPv4 Unicast: advertised and received\n"
                              "    Hostname Capability: advertised (name: r1,domain name: n/a) received "
                              "(name: r2,domain name: n/a)\n"));
  EXPECT_THAT(text, HasSubstr("                         Sent       Rcvd\n"
                              "    Opens:                  1          0\n"
                              "    Notifications:          0          0\n"
                              "    Updates:                4          0\n"
                              "    Keepalives:             0          3\n"));
  EXPECT_THAT(text, HasSubstr("    Total:                  5          3\n"));
  EXPECT_THAT(text, HasSubstr("\n For address family: IPv4 Unicast\n"
                              "  Update group 1, subgroup 1\n"
                              "  Packet Queue length 0\n"
                              "  Inbound soft reconfiguration allowed\n"));
  EXPECT_THAT(
      text,
      HasSubstr(
          "  2 accepted prefixes\n  1 rejected prefixes, 0 of them by policy (filtered-routes says why)\n"));
  EXPECT_THAT(text, HasSubstr("\n  Connections established 1; dropped 0\n  Last reset never\n"));
  EXPECT_THAT(text, HasSubstr("Local host: 192.168.77.1, Local port: 60246\n"
                              "Foreign host: 192.168.77.2, Foreign port: 179\n"));
}

TEST(NeighborText, EveryNotificationHasItsName) {  // RFC 4271 §4.5, 6608, 7313
  auto n = established();
  n.set_state(api::STATE_IDLE);
  auto& reset = *n.mutable_last_reset();
  reset.set_cause(api::LastReset::NOTIFICATION_SENT);
  const std::tuple<unsigned, unsigned, const char*> names[] = {
      {1, 3, "Message Header Error/Bad Message Type"},
      {2, 1, "OPEN Message Error/Unsupported Version Number"},
      {2, 11, "OPEN Message Error/Role Mismatch"},
      {3, 1, "UPDATE Message Error/Malformed Attribute List"},
      {3, 11, "UPDATE Message Error/Malformed AS_PATH"},
      {4, 0, "Hold Timer Expired"},
      {5, 3, "Finite State Machine Error/Unexpected Message in Established State"},
      {6, 9, "Cease/Hard Reset"},
      {7, 1, "ROUTE-REFRESH Message Error/Invalid Message Length"},
      {3, 12, "UPDATE Message Error/subcode 12"},
      {9, 2, "code 9/subcode 2"}};
  for (const auto& [code, subcode, name] : names) {
    reset.set_code(code);
    reset.set_subcode(subcode);
    EXPECT_THAT(neighbors_text(of(n)), HasSubstr("Notification sent: " + std::string(name) + "\n"));
  }
}

TEST(NeighborText, ALinkWhoseTypeFollowsIsOfNeither) {  // `remote-as auto`
  api::Neighbors neighbors;
  auto& n = *neighbors.add_neighbors();
  n.mutable_name()->set_address(octets("192.168.77.2"));
  n.set_local_as(64512);
  n.set_type_follows(true);

  EXPECT_THAT(neighbors_text(neighbors),
              HasSubstr("BGP neighbor is 192.168.77.2, remote AS 0, local AS 64512, "
                        "link type follows with the OPEN\n"));
  const auto json = Json::parse(neighbors_json(neighbors, {}))["192.168.77.2"];
  EXPECT_FALSE(json.contains("nbrInternalLink") || json.contains("nbrExternalLink"));
}

TEST(NeighborText, MalformedUpdatesAreToldWithTheirOctets) {  // RFC 7606 §8
  auto n = established();
  EXPECT_THAT(neighbors_text(of(n)), testing::Not(HasSubstr("Malformed")));

  n.set_malformed_updates(2);
  n.set_last_malformed_update("ORIGIN value (40 01 01 07), treated as withdraw");
  EXPECT_THAT(neighbors_text(of(n)),
              HasSubstr("  Malformed updates received: 2, the last with ORIGIN value (40 01 01 07), "
                        "treated as withdraw\n"));
}

TEST(NeighborText, LastResetIsSaidInWords) {
  auto n = established();
  n.set_state(api::STATE_IDLE);
  auto& reset = *n.mutable_last_reset();
  reset.set_cause(api::LastReset::NOTIFICATION_RECEIVED);
  reset.set_code(6);
  reset.set_subcode(2);
  reset.set_text("maintenance");
  reset.set_ms(51'000);

  EXPECT_THAT(neighbors_text(of(n)), HasSubstr("  Last reset 00:00:51,  Notification received: "
                                               "Cease/Administrative Shutdown (maintenance)\n"));

  reset.set_subcode(9);  // RFC 8538 §3
  reset.set_inner_code(6);
  reset.set_inner_subcode(2);
  EXPECT_THAT(neighbors_text(of(n)),
              HasSubstr("Notification received: Cease/Hard Reset for Cease/Administrative Shutdown "
                        "(maintenance)\n"));
}

TEST(NeighborText, TheUnsuppressMapIsNamed) {
  auto n = established();
  auto& family = n.families_size() > 0 ? *n.mutable_families(0) : *n.add_families();
  EXPECT_THAT(neighbors_text(of(n)), testing::Not(HasSubstr("unsuppress")));
  family.set_unsuppress_map("MAP");
  EXPECT_THAT(neighbors_text(of(n)), HasSubstr("  Route map for selective unsuppress is MAP\n"));
  EXPECT_THAT(neighbors_json(of(n), {}), HasSubstr("\"selectiveUnsuppressRouteMap\": \"MAP\""));
}

TEST(NeighborText, ListsAndRouteMapsAreNamed) {
  auto n = established();
  auto& family = n.families_size() > 0 ? *n.mutable_families(0) : *n.add_families();
  EXPECT_THAT(neighbors_text(of(n)), testing::Not(HasSubstr("path policy configured")));
  family.mutable_policy_in()->set_prefix_list("P");
  family.mutable_policy_in()->set_route_map("IN");
  family.mutable_policy_out()->set_filter_list("F");
  family.set_default_originate(true);
  family.set_default_originate_map("D");

  const auto text = neighbors_text(of(n));
  for (const auto* line :
       {"  Inbound path policy configured\n", "  Outbound path policy configured\n",
        "  Incoming update prefix filter list is P\n", "  Outgoing update AS path filter list is F\n",
        "  Route map for incoming advertisements is IN\n", "  Default information originate, route-map D\n"})
    EXPECT_THAT(text, HasSubstr(line));
  const auto json = neighbors_json(of(n), {});
  for (const auto* entry : {"\"inboundPathPolicyConfig\": true", "\"incomingUpdatePrefixFilterList\": \"P\"",
                            "\"routeMapForIncomingAdvertisements\": \"IN\"",
                            "\"outgoingUpdateAsPathFilterList\": \"F\"", "\"defaultRouteMap\": \"D\""})
    EXPECT_THAT(json, HasSubstr(entry));
}

TEST(NeighborText, LinkLocalAddressesCarryTheirInterface) {
  auto n = established();
  n.mutable_name()->set_address(octets("fe80::2"));
  n.mutable_name()->set_interface("eth0");

  EXPECT_THAT(neighbors_text(of(n)), testing::StartsWith("BGP neighbor is fe80::2%eth0, "));
}

TEST(NeighborJson, HasFrrsKeys) {
  const auto json = Json::parse(neighbors_json(of(established()), at_noon()));

  ASSERT_TRUE(json.contains("192.168.77.2"));
  const auto& n = json["192.168.77.2"];
  for (const auto* key : {"remoteAs",
                          "localAs",
                          "nbrInternalLink",
                          "hostname",
                          "nbrDesc",
                          "bgpVersion",
                          "remoteRouterId",
                          "localRouterId",
                          "bgpState",
                          "bgpTimerUpMsec",
                          "bgpTimerUpString",
                          "bgpTimerUpEstablishedEpoch",
                          "bgpTimerLastRead",
                          "bgpTimerLastWrite",
                          "bgpTimerHoldTimeMsecs",
                          "bgpTimerKeepAliveIntervalMsecs",
                          "neighborCapabilities",
                          "gracefulRestartInfo",
                          "messageStats",
                          "prefixStats",
                          "addressFamilyInfo",
                          "connectionsEstablished",
                          "connectionsDropped",
                          "hostLocal",
                          "portLocal",
                          "hostForeign",
                          "portForeign",
                          "nexthop"})
    EXPECT_TRUE(n.contains(key)) << key;
  EXPECT_FALSE(n.contains("nbrExternalLink"));
  EXPECT_EQ(n["neighborCapabilities"]["4byteAs"], "advertisedAndReceived");
  EXPECT_EQ(n["neighborCapabilities"]["multiprotocolExtensions"]["ipv4Unicast"]["advertisedAndReceived"],
            true);
  EXPECT_EQ(n["messageStats"]["totalSent"], 5);
  EXPECT_EQ(n["addressFamilyInfo"]["ipv4Unicast"]["acceptedPrefixCounter"], 2);
  EXPECT_EQ(n["bgpTimerUpEstablishedEpoch"], 1795484370);
}

TEST(NeighborJson, ADownNeighborHasNoUpTime) {
  auto n = established();
  n.set_state(api::STATE_ACTIVE);

  EXPECT_FALSE(Json::parse(neighbors_json(of(n), at_noon()))["192.168.77.2"].contains("bgpTimerUpMsec"));
}

TEST(Neighbors, TheFamilysBlockNamesWhatTheNeighborIsSent) {
  auto n = established();
  auto& family = *n.mutable_families(0);
  family.set_remove_private_as("(all) replaced");
  family.set_as_override(true);
  family.set_med_unchanged(true);
  family.set_add_path_send("best 2");
  api::Neighbors all;
  *all.add_neighbors() = n;

  const auto text = neighbors_text(all);

  EXPECT_THAT(text, HasSubstr("  Private AS numbers (all) replaced in updates to this neighbor\n"));
  EXPECT_THAT(text, HasSubstr("  Override ASNs in outbound updates if aspath equals remote-as\n"));
  EXPECT_THAT(text, HasSubstr("  MED is propagated unchanged to this neighbor\n"));
  EXPECT_THAT(text, HasSubstr("  Advertise best 2 selected paths via addpath\n"));
}

}  // namespace
}  // namespace cli::show
