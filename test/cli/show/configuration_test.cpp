#include "cli/show/configuration.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace cli::show {
namespace {

using testing::HasSubstr;
using testing::Not;

void add_network(api::Consequences::Prefixes& prefixes, std::uint8_t second_octet) {
  auto& prefix = *prefixes.add_first();
  prefix.set_address(std::string{10, static_cast<char>(second_octet), 0, 0});
  prefix.set_length(16);
  prefixes.set_count(prefixes.count() + 1);
}

TEST(ConsequencesText, OfNothingIsThatNoSessionIsReset) {
  EXPECT_EQ(consequences_text({}), "Resets no session\n");
}

TEST(ConsequencesText, NamesWhoIsResetAndWhy) {
  api::Consequences found;
  auto& first = *found.add_resets();
  first.set_name("192.168.1.129");
  first.set_reason("remote-as changed");
  first.set_routes(1);
  EXPECT_EQ(consequences_text(found),
            "Resets 1 session:\n  192.168.1.129: remote-as changed; 1 accepted path\n");

  auto& second = *found.add_resets();
  second.set_name("eth0");
  second.set_reason("password changed");
  EXPECT_EQ(consequences_text(found),
            "Resets 2 sessions:\n"
            "  192.168.1.129: remote-as changed; 1 accepted path\n"
            "  eth0: password changed; 0 accepted paths\n");
}

TEST(ConsequencesText, NamesNeighborsThatComeAndGo) {
  api::Consequences found;
  found.set_is_merged(true);
  found.set_bgp_removed(true);
  found.add_removed()->set_name("10.0.0.1");
  found.add_removed()->set_name("10.0.0.2");
  found.add_added()->set_name("10.0.0.3");
  found.set_changed_neighbors(1);
  auto& unusable = *found.add_unusable();
  unusable.set_name("10.0.0.4");
  unusable.set_reason("no remote-as");

  EXPECT_EQ(consequences_text(found),
            "Merges with what was changed since the candidate was opened\n"
            "Removes router bgp\n"
            "Resets no session\n"
            "Removes 2 neighbors: 10.0.0.1 10.0.0.2\n"
            "Adds 1 neighbor: 10.0.0.3\n"
            "Changes 1 neighbor without a reset\n"
            "Neighbor 10.0.0.4 gets no session: no remote-as\n");
}

TEST(ConsequencesText, CountsRoutesOfEachNeighborInEachDirection) {
  api::Consequences found;
  add_network(*found.mutable_withdrawn(), 9);
  auto& routes = *found.add_routes();
  routes.set_name("10.0.0.1");
  routes.set_refused(1);
  routes.set_accepted(2);
  add_network(*routes.mutable_withdrawn(), 1);
  add_network(*routes.mutable_announced(), 2);
  add_network(*routes.mutable_announced(), 3);
  add_network(*routes.mutable_changed(), 4);

  EXPECT_EQ(consequences_text(found),
            "Resets no session\n"
            "Withdraws 1 prefix of our own: 10.9.0.0/16\n"
            "From 10.0.0.1: denies 1 path that counts now\n"
            "From 10.0.0.1: permits 2 paths that do not count now\n"
            "To 10.0.0.1: withdraws 1 prefix: 10.1.0.0/16\n"
            "To 10.0.0.1: announces 2 prefixes: 10.2.0.0/16 10.3.0.0/16\n"
            "To 10.0.0.1: changes the attributes of 1 prefix: 10.4.0.0/16\n");
}

TEST(ConsequencesText, NamesTheFirstEightPrefixes) {
  api::Consequences found;
  for (std::uint8_t i = 1; i <= 9; ++i) add_network(*found.mutable_announced(), i);
  found.mutable_announced()->set_count(70'000);

  const auto text = consequences_text(found);

  EXPECT_THAT(text, HasSubstr("Announces 70000 prefixes of our own: 10.1.0.0/16 "));
  EXPECT_THAT(text, HasSubstr(" 10.8.0.0/16 ...\n"));
  EXPECT_THAT(text, Not(HasSubstr("10.9.0.0/16")));
}

TEST(ConsequencesJson, HasTheSame) {
  api::Consequences found;
  auto& reset = *found.add_resets();
  reset.set_name("10.0.0.9");
  reset.set_reason("shutdown");
  reset.set_routes(5);
  auto& routes = *found.add_routes();
  routes.set_name("10.0.0.1");
  routes.set_refused(1);
  add_network(*routes.mutable_changed(), 4);

  const auto shown = nlohmann::json::parse(consequences_json(found));

  EXPECT_EQ(shown["resets"][0],
            (nlohmann::json{{"neighbor", "10.0.0.9"}, {"reason", "shutdown"}, {"acceptedPaths", 5}}));
  EXPECT_EQ(shown["routes"][0]["neighbor"], "10.0.0.1");
  EXPECT_EQ(shown["routes"][0]["deniedPaths"], 1);
  EXPECT_EQ(shown["routes"][0]["changed"], (nlohmann::json{{"count", 1}, {"prefixes", {"10.4.0.0/16"}}}));
  EXPECT_EQ(shown["routes"][0]["announced"]["count"], 0);
  EXPECT_EQ(shown["ownWithdrawn"]["prefixes"], nlohmann::json::array());
}

TEST(ConfigStatusText, SaysThatNobodyHasACandidate) {
  EXPECT_EQ(config_status_text({}), "No candidate is open\n");
}

TEST(ConfigStatusText, NamesOwnerAndState) {
  api::ConfigStatus status;
  auto& one = *status.add_candidates();
  one.set_who("anna");
  one.set_process(7);
  one.set_age_ms(61'000);
  one.set_is_changed(true);
  auto& other = *status.add_candidates();
  other.set_who("ben");
  other.set_process(8);
  other.set_is_yours(true);

  EXPECT_EQ(config_status_text(status),
            "Candidate of anna (pid 7), open for 00:01:01, changed\n"
            "Candidate of ben (pid 8), open for 00:00:00, not changed (this one)\n");
  const auto shown = nlohmann::json::parse(config_status_json(status));
  EXPECT_EQ(shown["candidates"][0]["user"], "anna");
  EXPECT_EQ(shown["candidates"][0]["openMsec"], 61'000);
  EXPECT_EQ(shown["candidates"][1]["yours"], true);
  EXPECT_FALSE(shown.contains("pendingCommit"));
}

TEST(ConfigStatusText, SaysWhichCommitWaitsAndForWhat) {
  api::ConfigStatus status;
  status.mutable_pending()->set_who("anna");
  status.mutable_pending()->set_process(7);
  status.mutable_pending()->set_left_ms(30'000);
  EXPECT_THAT(
      config_status_text(status),
      HasSubstr("The commit of anna (pid 7) is in force and waits to be confirmed for 00:00:30 more\n"));

  status.mutable_pending()->set_watches(true);
  EXPECT_THAT(config_status_text(status),
              HasSubstr("The commit of anna (pid 7) is in force and watched for 00:00:30 more\n"));
  EXPECT_EQ(nlohmann::json::parse(config_status_json(status))["pendingCommit"]["watched"], true);
}

TEST(ConfigStatusText, TellsWhatBecameOfTheLastCommit) {
  api::ConfigStatus status;
  status.set_last_outcome("The commit of anna is kept: confirmed by ben");
  status.set_last_age_ms(5000);

  EXPECT_THAT(config_status_text(status),
              HasSubstr("The commit of anna is kept: confirmed by ben, 00:00:05 ago\n"));
  EXPECT_EQ(nlohmann::json::parse(config_status_json(status))["lastCommit"]["agoMsec"], 5000);
}

}  // namespace
}  // namespace cli::show
