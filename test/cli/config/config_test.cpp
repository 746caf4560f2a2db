#include "cli/config/config.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "cli/config/reader.hpp"
#include "cli/config/reference.hpp"
#include "cli/config/writer.hpp"

namespace cli {
namespace {

TEST(BuiltInConfig, IsAMemberOfTheManagedMesh) {
  const auto config = built_in_config();

  const auto& bgp = *config.bgp;
  EXPECT_EQ(bgp.as, kMeshAs);
  EXPECT_EQ(bgp.keepalive_seconds, 3);
  EXPECT_EQ(bgp.hold_seconds, 9);
  EXPECT_EQ(bgp.connect_retry_seconds, 5);
  EXPECT_EQ(bgp.graceful_restart.mode, GracefulRestartMode::Restarter);
  EXPECT_TRUE(bgp.discovery.multicast);
  EXPECT_EQ(bgp.advertised_interfaces, (std::vector<std::string>{"docker0", "br-*"}));
  EXPECT_TRUE(config.ip_forwarding);
  EXPECT_TRUE(config.ipv6_forwarding);
}

TEST(BuiltInConfig, AsAFileBehavesTheSame) {
  EXPECT_TRUE(read_config(write_config(built_in_config())).config == built_in_config());
}

TEST(Resolved, TakesFromTheGroupThenFromTheInstance) {
  Bgp bgp;
  bgp.hold_seconds = 30;
  bgp.keepalive_seconds = 10;
  auto& group = bgp.peer_groups["G"];
  group.remote_as = RemoteAs{.number = 65001};
  group.passive = true;
  group.port = 1179;
  group.families[1].activate = true;
  Neighbor neighbor;
  neighbor.peer_group = "G";
  neighbor.passive = false;

  const auto whole = resolved(bgp, neighbor);

  EXPECT_EQ(whole.remote_as->number, 65001u);
  EXPECT_EQ(whole.passive, false);
  EXPECT_EQ(whole.port, 1179);
  EXPECT_EQ(whole.hold_seconds, 30);
  EXPECT_EQ(whole.connect_retry_seconds, bgp.connect_retry_seconds);
  EXPECT_EQ(whole.families[0].activate, true);
  EXPECT_EQ(whole.families[1].activate, true);
  EXPECT_EQ(whole.families[1].send_large, true);
}

TEST(Resolved, AnOwnPrefixLimitDoesNotOnlyWarnBecauseItsGroupDoes) {
  Bgp bgp;
  bgp.peer_groups["G"].families[0].maximum_prefix = MaximumPrefix{.number = 10, .warning_only = true};
  Neighbor neighbor;
  neighbor.peer_group = "G";
  EXPECT_EQ(resolved(bgp, neighbor).families[0].maximum_prefix->warning_only, true);

  neighbor.families[0].maximum_prefix = MaximumPrefix{.number = 20};

  EXPECT_EQ(resolved(bgp, neighbor).families[0].maximum_prefix->number, 20u);
  EXPECT_EQ(resolved(bgp, neighbor).families[0].maximum_prefix->warning_only, false);
}

TEST(Resolved, PolicyIsInheritedNameByName) {
  Bgp bgp;
  auto& group = bgp.peer_groups["G"];
  for (auto& family : group.families) {
    family.policy_in.prefix_list = "GROUP";
    family.policy_in.route_map = "GROUP";
    family.policy_out.filter_list = "GROUP";
  }
  Neighbor neighbor;
  neighbor.peer_group = "G";
  for (auto& family : neighbor.families) family.policy_in.route_map = "OWN";

  for (const auto& family : resolved(bgp, neighbor).families) {
    EXPECT_EQ(family.policy_in.chain(),
              (rib::PolicyChain{
                  .distribute_list = "", .prefix_list = "GROUP", .filter_list = "", .route_map = "OWN"}));
    EXPECT_EQ(family.policy_out.chain(),
              (rib::PolicyChain{
                  .distribute_list = "", .prefix_list = "", .filter_list = "GROUP", .route_map = ""}));
  }
}

TEST(DropRedundant, ForgetsOffOnlyWhereNothingMeansOff) {
  Bgp bgp;
  bgp.peer_groups["G"].passive = true;
  auto& member = bgp.neighbors[*rib::IpAddress::parse("10.0.0.1")];
  member.peer_group = "G";
  member.passive = false;
  member.shutdown = false;
  member.families[0].activate = false;
  member.families[1].activate = false;
  const auto meaning = resolved(bgp, member);

  drop_redundant(bgp);

  EXPECT_EQ(member.passive, false);
  EXPECT_EQ(member.shutdown, std::nullopt);
  EXPECT_EQ(member.families[0].activate, false);
  EXPECT_EQ(member.families[1].activate, std::nullopt);
  EXPECT_TRUE(resolved(bgp, member) == meaning);
}

TEST(Resolved, IsCompleteWithoutAGroup) {
  Bgp bgp;
  bgp.default_ipv4_unicast = false;

  const auto whole = resolved(bgp, {});

  EXPECT_EQ(whole.port, 179);
  EXPECT_EQ(whole.shutdown, false);
  EXPECT_EQ(whole.families[0].activate, false);
  EXPECT_EQ(whole.families[1].activate, false);
  EXPECT_EQ(whole.families[0].next_hop_mode, rib::NextHopMode::Standard);
  EXPECT_FALSE(whole.remote_as);
  EXPECT_FALSE(whole.ebgp_multihop);
}

TEST(Resolved, AnOwnHopCountSilencesTheGroupsOther) {
  Bgp bgp;
  bgp.peer_groups["G"].ttl_security_hops = 2;
  Neighbor neighbor;
  neighbor.peer_group = "G";
  EXPECT_EQ(resolved(bgp, neighbor).ttl_security_hops, 2);

  neighbor.ebgp_multihop = 3;

  EXPECT_EQ(resolved(bgp, neighbor).ebgp_multihop, 3);
  EXPECT_FALSE(resolved(bgp, neighbor).ttl_security_hops);
}

TEST(ConfigurationReference, IsUpToDate) {
  const std::string path = KULAN_TEST_DIR "/../docs/configuration.md";
  if (std::getenv("KULAN_REFRESH_DOCS")) std::ofstream(path) << configuration_reference();
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();

  EXPECT_TRUE(text.str() == configuration_reference())
      << "docs/configuration.md is out of date. Refresh it: KULAN_REFRESH_DOCS=1 ctest -R "
         "ConfigurationReference";
}

}  // namespace
}  // namespace cli
