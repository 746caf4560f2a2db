#include "cli/shell.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "test/cli/shell/fake_daemon.hpp"

namespace cli {
namespace {

using show::Status;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct Typed {
  Status status;
  std::string text;
};

/// A shell with a daemon behind it.
class ShellTest : public testing::Test {
 protected:
  Typed type(std::string_view line) {
    text_.clear();
    const auto status = shell_.execute(line);
    return {status, text_};
  }

  FakeDaemon daemon_;
  Client client_{daemon_.path()};
  std::string text_;
  Shell shell_{client_, [this](std::string_view part) { text_ += part; }, {.hostname = "node1"}};
};

TEST_F(ShellTest, BeginsInEnableMode) { EXPECT_EQ(shell_.prompt(), "node1# "); }

TEST_F(ShellTest, OffersWatchBehindAWholeShow) {
  const auto offers = [&](std::string_view line) {
    return std::ranges::count(shell_.complete(line).candidates, "watch") == 1;
  };
  EXPECT_TRUE(offers("show ip bgp summary "));
  EXPECT_TRUE(offers("show version wa"));
  EXPECT_FALSE(offers("show ip "));
  EXPECT_FALSE(offers("write memory "));
  EXPECT_FALSE(offers("show version x"));
  EXPECT_THAT(help_text(shell_.help("show version ")), HasSubstr("  watch  Draw again"));
  type("configure terminal");
  EXPECT_TRUE(offers("do show version "));
}

TEST(ShellReference, IsWhatTheRowsSay) {
  const auto path = KULAN_TEST_DIR "/../docs/cli.md";
  Client client("/tmp/there-is-no-such-socket");
  const Shell shell(client, [](std::string_view) {}, {});
  if (std::getenv("KULAN_REFRESH_DOCS")) std::ofstream(path) << shell.reference();
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();

  EXPECT_TRUE(text.str() == shell.reference())
      << "docs/cli.md is out of date. Refresh it: KULAN_REFRESH_DOCS=1 ctest -R ShellReference";
}

TEST_F(ShellTest, EveryCommandHasHelpAndAPurpose) {
  std::istringstream lines(shell_.reference());
  for (std::string line; std::getline(lines, line);) EXPECT_THAT(line, Not(HasSubstr("|  |"))) << line;
  for (const auto& part : {show::all_commands(), show::candidate_commands()})
    for (const auto& command : part)
      for (const auto text : command.help) EXPECT_FALSE(text.empty()) << command.syntax;
}

TEST_F(ShellTest, EveryRowIsWellFormed) { EXPECT_EQ(text_, ""); }

TEST_F(ShellTest, AbbreviationsAreEnough) {
  EXPECT_THAT(type("sh ip b su").text, HasSubstr("IPv4 Unicast Summary"));
  EXPECT_THAT(type("sh run").text, StartsWith("Building configuration...\n\nCurrent configuration:\n!\n"));
  EXPECT_THAT(type("sh ver").text, StartsWith("Kulan 0.1.0 (node1) on "));
}

TEST_F(ShellTest, MistakesHaveFrrsMarksAndAHint) {
  EXPECT_EQ(type("show foo").status, Status::Error);
  EXPECT_THAT(type("show foo").text, StartsWith("% Unknown command: show foo\n"));
  EXPECT_EQ(type("show ip bgp sumary").text,
            "% Unknown command: show ip bgp sumary\n"
            "                               ^ did you mean \"summary\"?\n");
  EXPECT_THAT(type("show ip").text, StartsWith("% Command incomplete: show ip\n"));
  EXPECT_THAT(type("show i bgp summary").text, Not(StartsWith("% Unknown")));
}

TEST_F(ShellTest, AWarningIsNoError) {
  const auto typed = type("show ip bgp 1.2.3.4");

  EXPECT_EQ(typed.text, "% Network not in table\n");
  EXPECT_EQ(typed.status, Status::Warning);
  EXPECT_EQ(type("show ip bgp 1.2.3.4 json").text, "{}\n");
}

TEST_F(ShellTest, ADeniedChangeIsAnError) { EXPECT_EQ(type("write memory").status, Status::Error); }

TEST_F(ShellTest, TheSummarysFamilyKeyIsLeftOutOnlyWhenBothAreTyped) {
  EXPECT_THAT(type("show ip bgp summary json").text, HasSubstr("\"ipv4Unicast\""));
  EXPECT_THAT(type("show bgp summary json").text, HasSubstr("\"ipv4Unicast\""));
  EXPECT_THAT(type("show bgp ipv4 summary json").text, HasSubstr("\"ipv4Unicast\""));
  EXPECT_THAT(type("show bgp ipv4 unicast summary json").text, Not(HasSubstr("\"ipv4Unicast\"")));
}

TEST_F(ShellTest, PlainShowBgpIsIpv6AndShowIpBgpIpv4) {
  type("show bgp");
  type("show ip bgp");
  type("show bgp ipv4");
  const auto requests = daemon_.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0].routes().family(), api::IPV6_UNICAST);
  EXPECT_EQ(requests[1].routes().family(), api::IPV4_UNICAST);
  EXPECT_EQ(requests[2].routes().family(), api::IPV4_UNICAST);
}

TEST_F(ShellTest, PartsOfTheTableAreTheDaemonsToFind) {
  const auto filter = [&](const char* line) {
    type(line);
    return daemon_.requests().back().routes().filter();
  };

  EXPECT_TRUE(filter("show ip bgp cidr-only").cidr_only());
  EXPECT_EQ(filter("show bgp ipv6 regexp ^65001_").as_path(), "^65001_");
  EXPECT_TRUE(filter("show ip bgp community").any_community());
  EXPECT_THAT(filter("show ip bgp community 1:2 no-export exact-match json").communities(),
              ElementsAre(0x10002u, 0xFFFFFF01u));
  EXPECT_THAT(filter("show ip bgp large-community 1:2:3").large_communities(), ElementsAre(1u, 2u, 3u));
  EXPECT_EQ(filter("show ip bgp filter-list A").as_path_list(), "A");
  EXPECT_EQ(filter("show ip bgp prefix-list P").prefix_list(), "P");
  EXPECT_TRUE(filter("show ip bgp community-list C exact").exact());
}

TEST_F(ShellTest, AListsNameBehindShowBgpMeansTheList) {
  type("show bgp community-list C");

  EXPECT_TRUE(daemon_.requests().back().has_config());
  type("show bgp community-list C detail");
  EXPECT_TRUE(daemon_.requests().back().has_config());
  EXPECT_EQ(type("show running-config bgpd").text, type("show running-config").text);
}

TEST_F(ShellTest, WrongExpressionsAndCommunitiesAreSaidInFrrsWords) {
  EXPECT_EQ(type("show ip bgp regexp [").text, "Can't compile regexp [\n% unmatched [\n");
  EXPECT_EQ(type("show ip bgp community 9999999:1").text, "% Community malformed: 9999999:1\n");
  EXPECT_EQ(type("show ip bgp large-community 1:2").text, "% Large-community malformed\n");
}

TEST_F(ShellTest, TheInstanceIsKnownByItsName) {
  EXPECT_EQ(type("show bgp vrf default ipv4 unicast summary json").text,
            type("show bgp ipv4 unicast summary json").text);
  const auto all = type("show bgp vrf all ipv4 unicast summary json").text;
  EXPECT_THAT(all, StartsWith("{\n\"default\":{\n"));
  EXPECT_THAT(all, testing::EndsWith("}\n}\n"));
  EXPECT_THAT(type("show bgp vrf all neighbors json").text, HasSubstr("\"vrfName\": \"default\""));

  EXPECT_EQ(type("show bgp vrf X summary").text, "% BGP instance not found\n");
  EXPECT_EQ(type("show bgp vrf X summary json").text, "{}\n");
  EXPECT_EQ(type("show bgp vrf X ipv4 unicast").text, "View/Vrf X is unknown\n");
}

TEST_F(ShellTest, CountsAreOfWhatTheNeighborAnnounced) {
  EXPECT_EQ(type("show ip bgp neighbors 192.168.1.9 prefix-counts").text,
            "No such neighbor in this view/vrf\n");
  const auto asked = daemon_.requests().back().routes();

  EXPECT_EQ(asked.view(), api::ADJ_RIB_IN);
  EXPECT_EQ(asked.family(), api::IPV4_UNICAST);
}

TEST_F(ShellTest, RoutesOfAStrangerAreSaidToBeSoInFrrsWords) {
  for (const std::string what : {"advertised-routes", "received-routes", "filtered-routes", "routes"}) {
    EXPECT_EQ(type("show ip bgp neighbors 192.168.1.9 " + what).text, "No such neighbor in this view/vrf\n");
    EXPECT_EQ(type("show ip bgp neighbors 192.168.1.9 " + what + " json").text,
              "{\n  \"warning\": \"No such neighbor in this view/vrf\"\n}\n");
    EXPECT_EQ(type("show ip bgp neighbors NOPE " + what).text, "% Malformed address or name: NOPE\n");
    EXPECT_EQ(type("show ip bgp neighbors 1.2.3 " + what + " json").text,
              "{\n  \"malformedAddressOrName\": \"1.2.3\"\n}\n");
  }
}

TEST_F(ShellTest, WithoutATerminalNothingIsMonitoredAsWasAsked) {
  EXPECT_THAT(type("terminal monitor").text, HasSubstr("needs a terminal"));
  EXPECT_EQ(type("terminal no monitor").text, "");
  EXPECT_EQ(type("no terminal monitor").text, "");
}

TEST_F(ShellTest, RoutesAreChosenByTheirTagOrForBeingSupernets) {
  EXPECT_THAT(type("show ip route static").text, AllOf(HasSubstr("10.0.0.0/7"), HasSubstr("10.9.0.0/16")));
  EXPECT_THAT(type("show ip route tag 5").text,
              AllOf(Not(HasSubstr("10.0.0.0/7")), HasSubstr("10.9.0.0/16")));
  EXPECT_THAT(type("show ip route supernets-only json").text,
              AllOf(HasSubstr("10.0.0.0/7"), Not(HasSubstr("10.9.0.0/16"))));
  EXPECT_EQ(type("show ip route tag 6 json").text, "{}\n");
  EXPECT_EQ(type("show ipv6 route supernets-only").status, Status::Error) << "IPv6 has no classes";
}

TEST_F(ShellTest, VrfsAreListedAsZebraDoes) {
  EXPECT_EQ(type("show vrf").text, "vrf blue inactive (configured)\nvrf red id 7 table 10 (configured)\n");
}

TEST_F(ShellTest, NoBfdMeansNoSessions) {
  EXPECT_EQ(type("show bfd peers").text, "BFD Peers:\n");
  EXPECT_EQ(type("show bfd peers json").text, "[\n]\n");
  EXPECT_THAT(type("show bfd peers brief").text, StartsWith("Session count: 0\n"));
}

TEST_F(ShellTest, ClearSaysWhomAndHow) {
  type("clear ip bgp * soft in");
  type("clear ip bgp 192.168.1.2 soft");
  type("clear bgp ipv6 65001");
  type("clear ip bgp fe80::2%eth0 out");
  const auto requests = daemon_.requests();
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_FALSE(requests[0].clear().has_neighbor());
  EXPECT_EQ(requests[0].clear().direction(), api::ClearSessions::SOFT_IN);
  EXPECT_EQ(requests[1].clear().direction(), api::ClearSessions::SOFT_BOTH);
  EXPECT_EQ(requests[2].clear().remote_as(), 65001u);
  EXPECT_EQ(requests[2].clear().family(), api::IPV6_UNICAST);
  EXPECT_EQ(requests[3].clear().neighbor().interface(), "eth0");
}

TEST_F(ShellTest, ClearingManySessionsIsAskedForAtATerminal) {
  const auto is_done = [&](const char* line) {
    const auto before = daemon_.requests().size();
    type(line);
    const auto requests = daemon_.requests();
    return requests.size() > before && requests.back().has_clear();
  };
  daemon_.established = 4;
  EXPECT_TRUE(is_done("clear ip bgp *")) << "nobody is there to be asked";

  std::string question;
  bool answer = false;
  shell_.set_confirm([&](const std::string& text) {
    question = text;
    return answer;
  });
  EXPECT_FALSE(is_done("clear ip bgp *"));
  EXPECT_THAT(question, StartsWith("This ends 4 sessions"));
  EXPECT_TRUE(is_done("clear ip bgp * soft"));
  EXPECT_TRUE(is_done("clear ip bgp 192.168.1.2"));
  answer = true;
  EXPECT_TRUE(is_done("clear ip bgp *"));
  answer = false;
  daemon_.established = 3;
  EXPECT_TRUE(is_done("clear ip bgp *"));
}

TEST_F(ShellTest, ClearMeansGroupsInterfacesAndCountersToo) {
  type("clear bgp eth0 soft");
  type("clear bgp peer-group leaves");
  type("clear bgp external out");
  type("clear bgp 192.168.1.2 message-stats");
  const auto requests = daemon_.requests();
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_EQ(requests[0].clear().neighbor().interface(), "eth0");
  EXPECT_TRUE(requests[0].clear().neighbor().address().empty());
  EXPECT_EQ(requests[1].clear().peer_group(), "leaves");
  EXPECT_TRUE(requests[2].clear().external());
  EXPECT_EQ(requests[2].clear().direction(), api::ClearSessions::SOFT_OUT);
  EXPECT_EQ(requests[3].clear().direction(), api::ClearSessions::COUNTERS);
  EXPECT_EQ(type("clear ip bgp 1.2.3").text, "% BGP: Unknown neighbor - \"1.2.3\"\n");
}

TEST_F(ShellTest, ConfigurationKeepsItsContext) {
  EXPECT_EQ(type("conf t").text, "");
  EXPECT_EQ(shell_.prompt(), "node1(config)# ");
  EXPECT_EQ(type("router bgp 64512").text, "");
  EXPECT_EQ(shell_.prompt(), "node1(config-router)# ");
  type("neighbor 192.168.1.2 remote-as 64512");
  type("address-family ipv6 unicast");
  EXPECT_EQ(shell_.prompt(), "node1(config-router-af)# ");
  type("neighbor 192.168.1.2 activate");
  type("exit");
  EXPECT_EQ(shell_.prompt(), "node1(config-router)# ");
  type("end");
  EXPECT_EQ(shell_.prompt(), "node1# ");

  EXPECT_THAT(daemon_.running_config(), HasSubstr("neighbor 192.168.1.2 remote-as 64512"));
  EXPECT_THAT(daemon_.running_config(), HasSubstr("neighbor 192.168.1.2 activate"));
}

TEST_F(ShellTest, AWrongConfigurationLineLeavesTheModeAlone) {
  type("conf t");
  type("router bgp 64512");

  const auto typed = type("neighbor 1.1.1.1 foo");

  EXPECT_EQ(typed.status, Status::Error);
  EXPECT_THAT(typed.text, StartsWith("% Unknown command: neighbor 1.1.1.1 foo"));
  EXPECT_EQ(shell_.prompt(), "node1(config-router)# ");
}

TEST_F(ShellTest, DoAndShowWorkInConfigure) {
  type("conf t");

  EXPECT_THAT(type("do show ip bgp summary").text, HasSubstr("Summary"));
  EXPECT_THAT(type("show version").text, StartsWith("Kulan"));
  EXPECT_THAT(type("do sh run | count").text, testing::ContainsRegex("^[0-9]+\n$"));
}

TEST_F(ShellTest, EndConfigureIsControlZ) {
  type("conf t");
  type("router bgp 64512");
  shell_.end_configure();
  EXPECT_EQ(shell_.prompt(), "node1# ");
}

TEST_F(ShellTest, PipesFilter) {
  EXPECT_THAT(type("show ip bgp summary | include 192").text, StartsWith("192.168.77.2 "));
  EXPECT_THAT(
      type("show ip bgp sumary | include 192").text,
      StartsWith("% Unknown command: show ip bgp sumary | include 192\n" + std::string(31, ' ') + "^ did"));
  EXPECT_THAT(type("show ip bgp summary |").text, StartsWith("% Unknown command: show ip bgp summary |\n" +
                                                             std::string(41, ' ') + "^ expected begin"));
  EXPECT_EQ(type("show ip bgp summary |").status, show::Status::Error);
  EXPECT_EQ(type("show ip bgp summary | foo").text, "% Unknown action 'foo'\n");
  EXPECT_EQ(type("show ip bgp summary | foo").status, show::Status::Warning) << "a script goes on, as in FRR";
  EXPECT_THAT(type("show ip bgp summary | json").text, StartsWith("{"));
  EXPECT_THAT(type("show ip bgp summary json | json").text, StartsWith("{"));
  EXPECT_THAT(type("do show ip bgp summary json").text, StartsWith("{")) << "`do` outside of configure";
}

TEST_F(ShellTest, AQuestionMarkAtTheEndLists) {
  EXPECT_THAT(type("show ip bgp summary ?").text, HasSubstr("  json         JavaScript Object Notation\n"));
  EXPECT_THAT(type("sh ip b?").text, StartsWith("  bgp  "));
  EXPECT_EQ(type("show foo ?").text, "% There is no matched command.\n");
  type("conf t");
  EXPECT_THAT(type("?").text, HasSubstr("  router"));
  EXPECT_THAT(type("?").text, HasSubstr("  do "));
  EXPECT_THAT(type("do show ver?").text, StartsWith("  version  "));
}

TEST_F(ShellTest, CompletionKnowsTheMode) {
  EXPECT_EQ(shell_.complete("sh").candidates, std::vector<std::string>{"show"});
  EXPECT_EQ(shell_.complete("show ip bgp su").candidates, std::vector<std::string>{"summary"});
  EXPECT_EQ(shell_.complete("router").candidates, std::vector<std::string>{});
  type("conf t");
  EXPECT_EQ(shell_.complete("router").candidates, std::vector<std::string>{"router"});
  EXPECT_EQ(shell_.complete("do sh").candidates, std::vector<std::string>{"show"});
  EXPECT_EQ(shell_.complete("do sh").column, 3u);
}

TEST_F(ShellTest, NeighborsAndGroupsAreOfferedWhereTheyMayBeNamed) {
  for (const auto* line : {"conf t", "router bgp 1", "neighbor G peer-group", "neighbor 10.0.0.1 remote-as 2",
                           "neighbor eth0 interface remote-as external"})
    type(line);
  EXPECT_THAT(shell_.complete("neighbor ").candidates, ElementsAre("10.0.0.1", "192.168.77.2", "G", "eth0"));
  EXPECT_THAT(shell_.complete("no neighbor 1").candidates, ElementsAre("10.0.0.1", "192.168.77.2"));
  EXPECT_THAT(shell_.complete("neighbor 10.0.0.1 peer-group ").candidates, ElementsAre("G"));
  EXPECT_THAT(type("neighbor 1?").text, HasSubstr("  10.0.0.1      Neighbor address"));
  type("end");

  EXPECT_THAT(shell_.complete("show ip bgp neighbors 10").candidates, ElementsAre("10.0.0.1"));
  EXPECT_THAT(shell_.complete("show ip bgp neighbors ").candidates,
              ElementsAre("10.0.0.1", "192.168.77.2", "eth0", "json", "watch"));
  EXPECT_THAT(shell_.complete("clear ip bgp peer-group ").candidates, ElementsAre("G"));
  EXPECT_THAT(type("show ip bgp neighbors e?").text, HasSubstr("  eth0"));
  const auto before = daemon_.requests().size();
  static_cast<void>(shell_.complete("show ip "));
  EXPECT_EQ(daemon_.requests().size(), before) << "nobody is asked where no name may stand";
}

TEST_F(ShellTest, BlankLinesAndCommentsDoNothing) {
  for (const auto* line : {"", "   ", "! a comment", "# another"}) EXPECT_EQ(type(line).status, Status::Done);
  EXPECT_TRUE(daemon_.requests().empty());
}

TEST_F(ShellTest, LinesThatCannotBeCommandsAreRefused) {
  EXPECT_EQ(type(std::string(5000, 'x')).status, Status::Error);
  EXPECT_EQ(type("show \x01").status, Status::Error);
  EXPECT_EQ(type("show \xff").status, Status::Error);
}

TEST_F(ShellTest, FindSearchesAllModes) {
  const auto text = type("find remote-as").text;
  EXPECT_THAT(text, HasSubstr("  (enable)  show [ip] bgp"));
  EXPECT_THAT(text, HasSubstr("  (router bgp)  neighbor PEER remote-as"));
}

TEST_F(ShellTest, ExitAtTheOutermostFinishes) {
  type("conf t");
  type("exit");
  EXPECT_FALSE(shell_.is_finished());
  type("exit");
  EXPECT_TRUE(shell_.is_finished());
}

TEST(ShellInUserMode, CannotChange) {
  Client client("/nonexistent");
  std::string text;
  Shell shell(client, [&](std::string_view part) { text += part; }, {.hostname = "h", .user_mode = true});

  EXPECT_EQ(shell.prompt(), "h> ");
  for (const auto* line : {"configure terminal", "clear ip bgp *", "write memory"}) {
    text.clear();
    EXPECT_EQ(shell.execute(line), Status::Error);
    EXPECT_THAT(text, StartsWith("% Unknown command: "));
  }
  shell.execute("enable");
  EXPECT_EQ(shell.prompt(), "h> ");
}

TEST(ShellWithoutDaemon, SaysSoAndStillLeavesConfigure) {
  Client client("/nonexistent/kuland.sock");
  std::string text;
  Shell shell(client, [&](std::string_view part) { text += part; }, {.hostname = "h"});

  EXPECT_EQ(shell.execute("show ip bgp summary"), Status::Error);
  EXPECT_THAT(
      text,
      StartsWith("% kuland is not running (socket /nonexistent/kuland.sock: No such file or directory)\n"
                 "% Without it, `show startup-config`"));
  shell.execute("conf t");
  EXPECT_EQ(shell.execute("router bgp 64512"), Status::Error);
  EXPECT_EQ(shell.prompt(), "h(config)# ");
  EXPECT_EQ(shell.execute("exit"), Status::Done);
  EXPECT_EQ(shell.prompt(), "h# ");
}

}  // namespace
}  // namespace cli
