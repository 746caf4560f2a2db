#include "cli/show/explain.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "test/cli/show/replies.hpp"

namespace cli::show {
namespace {

using testing::HasSubstr, testing::Not;

/// 10.1.0.0/16 from r2 over r3, in the kernel, told to r4 and not back.
api::Explanation reachable() {
  api::Explanation answer;
  answer.set_verdict(api::Explanation::REACHABLE);
  answer.set_reachable(true);
  *answer.mutable_prefix() = prefix("10.1.0.0/16");
  answer.set_address(octets("10.1.0.1"));
  auto& destination = *answer.mutable_destination();
  destination.set_reason(api::BEST_LOCAL_PREF);
  destination.set_fib(api::FIB_INSTALLED);
  auto winner = best(peer_path());
  winner.mutable_attributes()->set_local_pref(200);
  auto& tracked = *winner.mutable_tracked();
  tracked.set_address(octets("192.168.77.2"));
  tracked.set_resolved(true);
  *tracked.mutable_through() = prefix("192.168.77.0/24");
  tracked.add_kernel_next_hops()->set_interface("eth0");
  *destination.add_paths() = winner;
  auto loser = peer_path("192.168.77.3");
  loser.set_lost_at(api::BEST_LOCAL_PREF);
  loser.set_peer_hostname("r3");
  *destination.add_paths() = loser;
  auto& route = *answer.add_routes();
  route.set_source(api::BGP);
  route.set_distance(200);
  route.set_selected(true);
  route.set_installed(true);
  route.set_age_ms(69'000);
  answer.mutable_last_audit()->set_ms(12'000);
  for (const auto& [address, state] :
       {std::pair("192.168.77.2", api::EXPORT_FROM_SAME_PEER), std::pair("192.168.77.4", api::EXPORT_SENT)}) {
    auto& neighbor = *answer.add_neighbors();
    neighbor.mutable_name()->set_address(octets(address));
    neighbor.set_state(api::STATE_ESTABLISHED);
    neighbor.set_negotiated(true);
    neighbor.set_export_(state);
  }
  auto& kernel = *answer.mutable_kernel();
  *kernel.mutable_prefix() = prefix("10.1.0.0/16");
  kernel.set_table(254);
  kernel.set_ours(true);
  kernel.mutable_next_hop()->set_gateway(octets("192.168.77.2"));
  kernel.mutable_next_hop()->set_interface("eth0");
  kernel.set_forwarding(true);
  kernel.set_reverse_path_filter(1);
  return answer;
}

TEST(ExplainText, TellsTheWholeChainInOrder) {
  EXPECT_EQ(
      explain_text(reachable()),
      "10.1.0.0/16\n"
      "  Received       192.168.77.2 (r2), 00:01:09 ago: accepted\n"
      "                 192.168.77.3 (r3), 00:01:09 ago: accepted\n"
      "  Next hop       192.168.77.2: through 192.168.77.0/24 eth0, metric 0\n"
      "  Best path      192.168.77.2 (r2): Local Pref\n"
      "                 over 192.168.77.3 (r3): Local Pref, 200 against 100\n"
      "  Routing table  bgp [200/0]: selected\n"
      "  Kernel route   installed, seen by the audit 00:00:12 ago\n"
      "  Announced to   not 192.168.77.2: learned from this peer\n"
      "                 192.168.77.4: sent\n"
      "  Packet         to 10.1.0.1: unicast by 10.1.0.0/16 (ours) via 192.168.77.2, eth0\n"
      "                 forwarding is on, rp_filter of eth0 is strict\n"
      "\n"
      "Reachable: 10.1.0.0/16 is learned from 192.168.77.2 (r2) and in the kernel; packets leave by eth0.\n"
      "Next: ping -c 3 10.1.0.1\n");
}

TEST(ExplainText, WhoSentNothingIsNamed) {
  auto answer = reachable();
  answer.clear_destination();
  answer.clear_routes();
  answer.set_reachable(false);
  answer.set_verdict(api::Explanation::NOT_ANNOUNCED);
  answer.mutable_neighbors(0)->set_malformed_updates(2);
  answer.mutable_neighbors(0)->set_last_malformed_update("ORIGIN length");

  const auto text = explain_text(answer);

  EXPECT_THAT(text,
              HasSubstr("192.168.77.2: Established, sent 0 prefixes, not this one; 2 malformed UPDATEs, "
                        "the last: ORIGIN length"));
  EXPECT_THAT(text, HasSubstr("Not reachable: No neighbor announces 10.1.0.0/16: 192.168.77.2 is Established "
                              "and sent 0 prefixes, and 1 more are.\n"));
}

TEST(ExplainText, WhoHasNoSessionIsNamedWithTheReason) {
  api::Explanation answer;
  answer.set_verdict(api::Explanation::NO_NEIGHBOR);
  *answer.mutable_prefix() = prefix("10.1.0.0/16");
  EXPECT_THAT(explain_text(answer), HasSubstr("announces 10.1.0.0/16: there is no neighbor.\n"));

  auto& refused = *answer.add_neighbors();
  refused.mutable_name()->set_address(octets("192.168.77.2"));
  refused.set_state(api::STATE_ACTIVE);
  refused.set_last_error("Connection refused");
  refused.mutable_last_reset()->set_cause(api::LastReset::HOLD_TIMER_EXPIRED);
  EXPECT_THAT(explain_text(answer),
              HasSubstr("10.1.0.0/16: none is Established (192.168.77.2: Connection refused).\n"));

  auto& limited = *answer.add_neighbors();
  limited.mutable_name()->set_address(octets("192.168.77.3"));
  limited.set_prefix_limit(true);
  limited.mutable_last_reset()->set_cause(api::LastReset::NOTIFICATION_SENT);
  limited.mutable_last_reset()->set_code(6);
  limited.mutable_last_reset()->set_subcode(1);
  const auto reason = reset_text(limited.last_reset());

  const auto text = explain_text(answer);
  EXPECT_THAT(text, HasSubstr("192.168.77.2: Active, Connection refused\n"));
  EXPECT_THAT(text, HasSubstr("192.168.77.3: Idle (PfxCt), " + reason + "\n"));
  EXPECT_THAT(text, HasSubstr("(192.168.77.2: Connection refused; and 1 more).\n"));
  const auto json = nlohmann::json::parse(explain_json(answer));
  EXPECT_EQ(json["neighbors"][0]["whyDown"], "Connection refused");
  EXPECT_EQ(json["neighbors"][1]["bgpState"], "Idle (PfxCt)");
  EXPECT_EQ(json["neighbors"][1]["whyDown"], reason);
}

TEST(ExplainText, ADenialNamesTheClauseAndTheCommandShowsIt) {
  auto answer = reachable();
  answer.set_verdict(api::Explanation::REJECTED);
  auto& path = *answer.mutable_destination()->mutable_paths(0);
  path.set_state(api::PATH_POLICY_DENIED);
  path.set_denied_by("route-map IN, sequence 10");

  EXPECT_THAT(conclusion_of(answer).sentence, HasSubstr("denied by policy: route-map IN, sequence 10"));
  EXPECT_EQ(conclusion_of(answer).command, "show route-map IN");

  path.set_state(api::PATH_NEXT_HOP_UNREACHABLE);
  EXPECT_EQ(conclusion_of(answer).command, "explain 192.168.77.2");
}

TEST(ExplainText, ManyReceiversWithOneAnswerAreCounted) {
  auto answer = reachable();
  for (int i = 0; i < 20; ++i) *answer.add_neighbors() = answer.neighbors(1);

  EXPECT_THAT(explain_text(answer), HasSubstr(" and 13 more: sent\n"));
}

TEST(ExplainWords, EveryVerdictHasASentenceACommandAndACode) {
  std::set<std::string> sentences;
  std::set<std::string_view> codes;
  for (int i = api::Explanation::Verdict_MIN; i <= api::Explanation::Verdict_MAX; ++i) {
    auto answer = reachable();
    answer.set_verdict(static_cast<api::Explanation::Verdict>(i));
    const auto conclusion = conclusion_of(answer);
    EXPECT_THAT(conclusion.sentence, Not(HasSubstr("newer"))) << i;
    EXPECT_FALSE(conclusion.command.empty()) << i;
    sentences.insert(conclusion.sentence);
    codes.insert(code_of(answer.verdict()));
  }
  EXPECT_EQ(sentences.size(), api::Explanation::Verdict_ARRAYSIZE);
  EXPECT_EQ(codes.size(), api::Explanation::Verdict_ARRAYSIZE);
  EXPECT_FALSE(codes.contains("unknown"));
}

TEST(ExplainWords, EveryReasonHasACode) {
  for (int i = 0; i < api::BestReason_ARRAYSIZE; ++i)
    EXPECT_NE(code_of(static_cast<api::BestReason>(i)), "unknown");
  for (int i = 0; i < api::PathState_ARRAYSIZE; ++i)
    EXPECT_NE(code_of(static_cast<api::PathState>(i)), "unknown");
  for (int i = 0; i < api::FibState_ARRAYSIZE; ++i)
    EXPECT_NE(code_of(static_cast<api::FibState>(i)), "unknown");
  for (int i = 0; i < api::ExportState_ARRAYSIZE; ++i)
    EXPECT_NE(code_of(static_cast<api::ExportState>(i)), "unknown");
}

TEST(ExplainJson, HasTheSameWithStableCodes) {
  const auto json = nlohmann::json::parse(explain_json(reachable()));

  EXPECT_EQ(json["verdict"], "reachable");
  EXPECT_EQ(json["reachable"], true);
  EXPECT_EQ(json["selectionReason"], "localPref");
  EXPECT_EQ(json["fib"], "installed");
  EXPECT_EQ(json["paths"][0]["nexthop"]["through"], "192.168.77.0/24");
  EXPECT_EQ(json["paths"][1]["lostAt"], "localPref");
  EXPECT_EQ(json["neighbors"][0]["export"], "fromSamePeer");
  EXPECT_EQ(json["kernel"]["outcome"], "unicast");
  EXPECT_EQ(json["kernel"]["rpFilter"], 1);
  EXPECT_EQ(json["command"], "ping -c 3 10.1.0.1");
}

TEST(Explain, AFirewallThatDropsHasTheLastWordAndADoubtIsTold) {
  const FirewallAnswer drops{FirewallAnswer::Outcome::Drops, "ip filter FORWARD, policy drop"};
  EXPECT_THAT(explain_text(reachable(), drops),
              HasSubstr("firewall: dropped by ip filter FORWARD, policy drop\n"));
  EXPECT_THAT(
      explain_text(reachable(), drops),
      HasSubstr(
          "Not reachable: this host's firewall drops what it would pass on to 10.1.0.1: ip filter FORWARD, "
          "policy drop.\nNext: nft list ruleset"));
  auto json = nlohmann::json::parse(explain_json(reachable(), drops));
  EXPECT_EQ(json["verdict"], "firewallDrops");
  EXPECT_EQ(json["reachable"], false);
  EXPECT_EQ(json["firewall"]["where"], "ip filter FORWARD, policy drop");

  const FirewallAnswer doubt{FirewallAnswer::Outcome::MayDrop, "ip filter FORWARD, rule 3"};
  EXPECT_THAT(explain_text(reachable(), doubt), HasSubstr("\nReachable: "));
  json = nlohmann::json::parse(explain_json(reachable(), doubt));
  EXPECT_EQ(json["firewall"]["outcome"], "mayDrop");
  EXPECT_EQ(json["reachable"], true);
  EXPECT_FALSE(nlohmann::json::parse(explain_json(reachable())).contains("firewall"));
}

}  // namespace
}  // namespace cli::show
