#include "cli/config/edit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/config/reader.hpp"
#include "cli/config/writer.hpp"

namespace cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// A terminal in configure mode: types lines, remembers mode and answers.
struct Terminal {
  Config config;
  Context context;
  std::string answer;
  EditStatus status = EditStatus::Done;
  bool left = false;

  Terminal& type(std::initializer_list<std::string_view> lines) {
    for (const auto line : lines) {
      auto result = edit(config, context, line);
      context = result.context;
      answer = result.text;
      status = result.status;
      left = result.leaves_configure;
    }
    return *this;
  }
  std::string first_line() const { return answer.substr(0, answer.find('\n')); }
};

TEST(Edit, WhatIsNotDefinedIsWarnedOfAndDone) {
  Terminal terminal;
  terminal.type({"ip protocol bgp route-map NOSUCH"});
  EXPECT_EQ(terminal.status, EditStatus::Done);
  EXPECT_EQ(terminal.answer, "% Warning: route-map NOSUCH is not defined: it permits nothing");
  terminal.type({"no ip protocol bgp route-map NOSUCH"});
  EXPECT_EQ(terminal.answer, "");

  terminal.type({"route-map SUCH permit 10", "exit", "ip protocol bgp route-map SUCH"});
  EXPECT_EQ(terminal.answer, "");
  EXPECT_EQ(terminal.config.install_maps[0], "SUCH");
}

TEST(Edit, AVrfIsNamedAsALinkMayBe) {
  Terminal terminal;
  for (const auto* line : {"fib vrf a-name-of-16-long", "fib vrf a/b"}) {
    terminal.type({line});
    EXPECT_EQ(terminal.status, EditStatus::Refused) << line;
    EXPECT_THAT(terminal.answer, testing::HasSubstr("is not an interface name"));
    EXPECT_EQ(terminal.config.fib_vrf, "");
  }
  terminal.type({"fib vrf blue"});
  EXPECT_EQ(terminal.config.fib_vrf, "blue");
}

TEST(Edit, AbbreviationsMeanTheWholeWords) {
  Terminal terminal;

  terminal.type({"rou b 64512", "nei 192.168.1.129 rem 64512", "bg router 10.0.0.1", "tim b 3 9"});

  EXPECT_EQ(terminal.answer, "");
  EXPECT_THAT(terminal.context, ElementsAre("router bgp 64512"));
  const auto& bgp = *terminal.config.bgp;
  EXPECT_EQ(bgp.router_id, 0x0a000001u);
  EXPECT_EQ(bgp.hold_seconds, 9);
  EXPECT_EQ(bgp.neighbors.at(*rib::IpAddress::parse("192.168.1.129")).remote_as->number, 64512u);
}

TEST(Edit, AsNumberMayBeDotted) {  // RFC 5396
  Terminal terminal;

  terminal.type({"router bgp 1.10"});

  EXPECT_EQ(terminal.config.bgp->as, 65546u);
  EXPECT_THAT(terminal.context, ElementsAre("router bgp 65546"));
}

TEST(Edit, LinesWithoutEffectAreTakenWithAWordAndKept) {
  Terminal terminal;
  terminal.type({"router bgp 64512", "neighbor 10.0.0.1 remote-as 1"});

  for (const auto* line :
       {"neighbor 10.0.0.1 bfd profile P", "neighbor 10.0.0.1 bfd 3 50 50", "neighbor 10.0.0.1 bfd",
        "redistribute table 10 metric 5", "bgp update-delay 10", "update-delay 10 5"}) {
    terminal.type({line});
    EXPECT_THAT(terminal.answer, StartsWith("% Warning: ")) << line;
    EXPECT_THAT(terminal.context, ElementsAre("router bgp 64512")) << line;
    EXPECT_THAT(write_config(terminal.config), HasSubstr(std::string(" ") + line + "\n"));
    terminal.type({std::string("no ") + line});
    EXPECT_THAT(write_config(terminal.config), Not(HasSubstr(line)));
  }
  terminal.type({"password zebra"});
  EXPECT_THAT(terminal.answer, StartsWith("% Warning: "));
}

TEST(Edit, TheOldFormsOfClusterAndAggregateMeanTheNewOnes) {
  Terminal terminal;

  terminal.type(
      {"router bgp 64512", "bgp cluster-id 5", "aggregate-address 10.0.0.0 255.0.0.0 summary-only"});

  EXPECT_THAT(write_config(terminal.config), HasSubstr(" bgp cluster-id 0.0.0.5\n"));
  EXPECT_THAT(write_config(terminal.config), HasSubstr(" aggregate-address 10.0.0.0/8 summary-only\n"));
  terminal.type({"aggregate-address 10.0.0.0 255.0.255.0"});
  EXPECT_EQ(
      terminal.answer,
      "% Malformed network mask\n  aggregate-address 10.0.0.0 255.0.255.0\n                             ^");
}

TEST(Edit, ChangingTheAsIsRefusedInFrrsWords) {
  Terminal terminal;

  terminal.type({"router bgp 64512", "exit", "router bgp 64513"});

  EXPECT_EQ(terminal.answer, "BGP is already running; AS is 64512\n  router bgp 64513\n             ^");
  EXPECT_THAT(terminal.context, IsEmpty());
}

TEST(Edit, ModesAreEnteredAndLeft) {
  Terminal terminal;

  terminal.type({"router bgp 64512", "address-family ipv6"});
  EXPECT_THAT(terminal.context, ElementsAre("router bgp 64512", "address-family ipv6 unicast"));
  EXPECT_EQ(mode_of(terminal.context), Mode::AddressFamilyIpv6);

  terminal.type({"exit-address-family"});
  EXPECT_THAT(terminal.context, ElementsAre("router bgp 64512"));
  terminal.type({"quit"});
  EXPECT_THAT(terminal.context, IsEmpty());
  EXPECT_FALSE(terminal.left);
  terminal.type({"exit"});
  EXPECT_TRUE(terminal.left);
}

TEST(Edit, EndLeavesAllModes) {
  Terminal terminal;

  terminal.type({"router bgp 64512", "address-family ipv4 unicast", "end"});

  EXPECT_TRUE(terminal.left);
  EXPECT_THAT(terminal.context, IsEmpty());
}

TEST(Edit, CommandOfAnOuterModeClimbs) {
  Terminal terminal;

  terminal.type({"router bgp 64512", "address-family ipv4", "neighbor 10.0.0.1 remote-as 1"});
  EXPECT_THAT(terminal.context, ElementsAre("router bgp 64512"));
  terminal.type({"address-family ipv4", "hostname r1"});
  EXPECT_THAT(terminal.context, IsEmpty());
  EXPECT_EQ(terminal.config.hostname, "r1");
}

TEST(Edit, ClimbingNeverChangesTheFamily) {
  Terminal terminal;

  terminal.type({"router bgp 64512", "address-family ipv6", "network 10.0.0.0/8"});

  EXPECT_EQ(terminal.status, EditStatus::Unknown);
  EXPECT_THAT(terminal.config.bgp->networks, IsEmpty());
  EXPECT_THAT(terminal.context, ElementsAre("router bgp 64512", "address-family ipv6 unicast"));
}

TEST(Edit, AFailedLineLeavesModeAndValueAsTheyWere) {
  Terminal terminal;
  terminal.type({"router bgp 64512", "address-family ipv4"});
  const auto before = terminal.config;

  terminal.type({"router bgp 1"});

  EXPECT_EQ(terminal.status, EditStatus::Refused);
  EXPECT_TRUE(terminal.config == before);
  EXPECT_THAT(terminal.context, ElementsAre("router bgp 64512", "address-family ipv4 unicast"));
}

TEST(Edit, QuaggasIpv4CommandsStandDirectlyUnderTheRouter) {
  Terminal terminal;

  terminal.type({"router bgp 64512", "network 10.1.10.0/24", "neighbor 10.0.0.1 remote-as 64512",
                 "neighbor 10.0.0.1 route-reflector-client"});

  EXPECT_THAT(write_config(terminal.config), HasSubstr(" address-family ipv4 unicast\n"
                                                       "  network 10.1.10.0/24\n"
                                                       "  neighbor 10.0.0.1 route-reflector-client\n"
                                                       " exit-address-family\n"));
}

struct MarkCase {
  std::vector<std::string_view> lines;
  std::string_view mark;
};

class ErrorMark : public ::testing::TestWithParam<MarkCase> {};

/// The first line of each as FRR 8.4 prints it.
TEST_P(ErrorMark, IsThatOfFrr) {
  Terminal terminal;
  for (const auto line : GetParam().lines) terminal.type({line});

  EXPECT_EQ(terminal.first_line(), GetParam().mark);
}

INSTANTIATE_TEST_SUITE_P(
    Edit, ErrorMark,
    ::testing::Values(
        MarkCase{{"  rooter   bgp 1  "}, "% Unknown command:   rooter   bgp 1  "},
        MarkCase{{"rou"}, "% Ambiguous command: rou"}, MarkCase{{"router"}, "% Command incomplete: router"},
        MarkCase{{"router bgp 0"}, "% Unknown command: router bgp 0"},
        MarkCase{{"ip"}, "% Command incomplete: ip"}, MarkCase{{"ho"}, "% Command incomplete: ho"},
        MarkCase{{"router bgp 1", "bgp b c"}, ""},
        MarkCase{{"router bgp 1", "bgp"}, "% Command incomplete: bgp"},
        MarkCase{{"router bgp 1", "b l n"}, "% Unknown command: b l n"},
        MarkCase{{"router bgp 1", "neighbor G peer-group", "neighbor G p"},
                 "% Ambiguous command: neighbor G p"},
        MarkCase{{"router bgp 1", "neighbor 1.2.3 remote-as x"},
                 "% Unknown command: neighbor 1.2.3 remote-as x"},
        MarkCase{{"router bgp 1", "neighbor 9.9.9.9 description x"},
                 "% Specify remote-as or peer-group commands first"},
        MarkCase{{"router bgp 1", "neighbor foo remote-as 1"}, "% Create the peer-group or interface first"},
        MarkCase{{"router bgp 1", "neighbor 9.9.9.9 peer-group foo"}, "% Configure the peer-group first"},
        MarkCase{{"router bgp 1", "no neighbor foo peer-group"}, "% Create the peer-group first"},
        MarkCase{{"router bgp 1", "no network 10.0.0.0/8"}, "% Can't find static route specified"},
        MarkCase{{"router bgp 1", "no neighbor foo interface"}, "% Create the bgp interface first"},
        MarkCase{{"router bgp 1", "no bgp listen range 10.0.0.0/8 peer-group G"},
                 "% Peer-group does not exist"},
        MarkCase{{"router bgp 1", "neighbor G peer-group", "no bgp listen range 10.0.0.0/8 peer-group G"},
                 "% Range specified cannot be deleted because it is not part of current config."},
        MarkCase{{"router bgp 1", "network 10.0.0.0/8 route-map A", "no network 10.0.0.0/8 route-map B"},
                 "% route-map name doesn't match static route"},
        MarkCase{{"router bgp 1", "no bgp router-id 4.4.4.4"}, "% BGP router-id doesn't match"},
        MarkCase{{"router bgp"}, "% No BGP process is configured"},
        MarkCase{{"no router bgp"}, "% No BGP process is configured"},
        MarkCase{{"no router bgp 3"}, "% Can't find BGP instance"},
        MarkCase{{"hostname -x"}, "Please specify string starting with alphabet or number"},
        MarkCase{{"router bgp 1", "no router bgp 3"}, "% Can't find BGP instance"},
        MarkCase{{"router bgp 1", "timers bgp 3 2"}, "% hold time value must be either 0 or greater than 3"},
        MarkCase{{"router bgp 1", "neighbor 1.1.1.1 remote-as 2", "neighbor 1.1.1.1 ttl-security hops 1",
                  "neighbor 1.1.1.1 ebgp-multihop"},
                 "% ebgp-multihop and ttl-security cannot be configured together"},
        MarkCase{{"router bgp 1", "exit-address-family"}, "% Unknown command: exit-address-family"}));

/// What is gone already may be taken away again, and a value that is not the one in force is taken for it.
TEST(Edit, NoOfWhatIsNotThereIsSilentWhereFrrIs) {
  for (const auto* line :
       {"no route-map M", "no route-map M permit 10", "no ip prefix-list P", "no ip prefix-list P seq 5",
        "no ip prefix-list P seq 5 permit 10.0.0.0/8", "no ipv6 prefix-list P description",
        "no access-list A", "no access-list A seq 5 permit any", "no access-list A remark"}) {
    Terminal terminal;
    terminal.type({line});
    EXPECT_EQ(terminal.status, EditStatus::Done) << line;
    EXPECT_EQ(terminal.answer, "") << line;
  }
  Terminal terminal;
  terminal.type({"router bgp 1", "no neighbor 9.9.9.9", "no neighbor fe80::1 remote-as external"});
  EXPECT_EQ(terminal.answer, "");
  terminal.type({"neighbor 9.9.9.9 remote-as 2", "bgp cluster-id 1.1.1.1", "no bgp cluster-id 2.2.2.2",
                 "no neighbor 9.9.9.9 remote-as 3"});
  EXPECT_EQ(terminal.answer, "");
  EXPECT_TRUE(terminal.config.bgp->neighbors.empty());
  EXPECT_FALSE(terminal.config.bgp->cluster_id);
}

TEST(Edit, ARuleThatIsNamedByWhatItSaysMustBeThere) {
  for (const auto* line : {"no ip prefix-list P permit 10.0.0.0/8", "no access-list A permit any"}) {
    Terminal terminal;
    terminal.type({line});
    EXPECT_EQ(terminal.status, EditStatus::Refused) << line;
  }
}

TEST(Edit, ARouterWithoutItsNumberIsTheOneThatRuns) {
  Terminal terminal;
  terminal.type({"router bgp 64512", "exit", "router bgp"});
  EXPECT_THAT(terminal.context, ElementsAre("router bgp 64512"));
  terminal.type({"bgp router-id 1.1.1.1", "no bgp router-id 4.4.4.4"});
  EXPECT_TRUE(terminal.config.bgp->router_id);
  terminal.type({"no bgp router-id 1.1.1.1"});
  EXPECT_FALSE(terminal.config.bgp->router_id);
}

TEST(Edit, AProfileIsWhatTheNextRouterStartsFrom) {
  Terminal terminal;
  terminal.type({"router bgp 1", "frr defaults datacenter"});
  EXPECT_EQ(terminal.answer, "");
  EXPECT_EQ(terminal.config.bgp->hold_seconds, 180) << "one that runs is left alone";
  terminal.type({"no router bgp", "router bgp 1"});
  EXPECT_EQ(terminal.config.bgp->hold_seconds, 9);
  terminal.type({"no router bgp", "frr defaults traditional", "frr version 8.4", "router bgp 1"});
  EXPECT_EQ(terminal.config.bgp->hold_seconds, 180);
  EXPECT_TRUE(terminal.config.bgp->ebgp_requires_policy);
}

TEST(Edit, ASecondLineShowsThePlaceAndTheNearestWord) {
  Terminal terminal;

  terminal.type({"router bgp 64512", "neighbor 10.0.0.1 remote-as 1", "neighbor 10.0.0.1 pasive"});

  EXPECT_EQ(terminal.answer,
            "% Unknown command: neighbor 10.0.0.1 pasive\n"
            "                                     ^ did you mean \"passive\"?");
}

TEST(Edit, ARefusalShowsTheWordItIsAbout) {
  Terminal terminal;

  terminal.type(
      {"router bgp 64512", "neighbor 10.0.0.1 remote-as 1", " neighbor 10.0.0.1 peer-group NOBODY"});

  EXPECT_EQ(terminal.answer,
            "% Configure the peer-group first\n"
            "  neighbor 10.0.0.1 peer-group NOBODY\n"
            "                               ^");
}

TEST(Edit, ASecondLineShowsWhichValueIsExpected) {
  Terminal terminal;

  terminal.type({"router bgp 64512", "bgp router-id 1.2.3"});

  EXPECT_EQ(terminal.answer,
            "% Unknown command: bgp router-id 1.2.3\n"
            "                                 ^ expected A.B.C.D");
}

struct CaretCase {
  std::vector<std::string> lines;
  std::string second_line;
};
class Caret : public testing::TestWithParam<CaretCase> {};

TEST_P(Caret, StandsUnderEveryMark) {
  Terminal terminal;
  for (const auto& line : GetParam().lines) terminal.type({line.c_str()});

  EXPECT_EQ(terminal.answer, terminal.first_line() + "\n" + GetParam().second_line);
}

INSTANTIATE_TEST_SUITE_P(
    Edit, Caret,
    ::testing::Values(CaretCase{{"fib nexthop-objects yes"},
                                "                                       ^ nothing more is expected"},
                      CaretCase{{"foo"}, "                   ^ no command begins so; `?` lists all"},
                      CaretCase{{"router"}, "                             ^ expected bgp"},
                      CaretCase{{"router bgp 1", "no bgp bestpath med foo"},
                                "                                       ^ expected confed, missing-as-worst"},
                      CaretCase{{"rou"}, "                     ^ could be route-map, router"}));

TEST(Edit, CommentsAndBlankLinesDoNothing) {
  Terminal terminal;

  terminal.type({"! router bgp 1", "# router bgp 1", "", "   "});

  EXPECT_EQ(terminal.status, EditStatus::Done);
  EXPECT_TRUE(terminal.config == Config{});
}

TEST(Edit, LinesThatCannotBeAreRefused) {
  Terminal terminal;

  terminal.type({std::string(5000, 'x')});
  EXPECT_EQ(terminal.answer, "% line longer than 4096 characters");
  terminal.type({"hostname a\x01"});
  EXPECT_EQ(terminal.answer, "% control character at column 11");
}

TEST(Edit, AContextThatIsGoneIsRefused) {
  Config config;

  EXPECT_EQ(edit(config, {"router bgp 1"}, "bgp router-id 1.1.1.1").text, "% No BGP process is configured");
  config.bgp.emplace().as = 2;
  EXPECT_EQ(edit(config, {"router bgp 1"}, "bgp router-id 1.1.1.1").text, "% BGP instance not found");
  EXPECT_EQ(edit(config, {"pbr-map M"}, "ip forwarding").text, "% Unknown mode: pbr-map M");
}

TEST(Edit, NoOfAMemberTurnsOffWhatItsGroupHasOn) {
  Terminal terminal;

  terminal.type({"router bgp 1", "neighbor G peer-group", "neighbor G passive",
                 "neighbor 10.0.0.1 peer-group G", "no neighbor 10.0.0.1 passive", "address-family ipv6",
                 "neighbor G activate", "neighbor G next-hop-self", "no neighbor 10.0.0.1 next-hop-self"});

  const auto& bgp = *terminal.config.bgp;
  const auto neighbor = resolved(bgp, bgp.neighbors.begin()->second);
  EXPECT_EQ(neighbor.passive, false);
  EXPECT_EQ(neighbor.families[1].activate, true);
  EXPECT_EQ(neighbor.families[1].next_hop_mode, rib::NextHopMode::Standard);
}

TEST(Edit, AttributeUnchangedTakesThePlaceOfAnEarlierOne) {
  Terminal terminal;

  terminal.type({"router bgp 1", "neighbor 10.0.0.1 remote-as 2", "address-family ipv4",
                 "neighbor 10.0.0.1 attribute-unchanged", "neighbor 10.0.0.1 attribute-unchanged as-path"});

  const auto& family = terminal.config.bgp->neighbors.begin()->second.families[0];
  EXPECT_EQ(family.as_path_unchanged, true);
  EXPECT_EQ(family.med_unchanged, std::nullopt);
  EXPECT_EQ(family.next_hop_mode, std::nullopt);
}

TEST(Edit, RemovingAGroupRemovesTheMembersThatLiveByIt) {
  Terminal terminal;

  terminal.type({"router bgp 1", "neighbor G peer-group", "neighbor G remote-as 1",
                 "neighbor 10.0.0.1 peer-group G", "neighbor 10.0.0.2 remote-as 2",
                 "neighbor 10.0.0.2 peer-group G", "no neighbor G peer-group"});

  const auto& bgp = *terminal.config.bgp;
  EXPECT_THAT(bgp.peer_groups, IsEmpty());
  ASSERT_EQ(bgp.neighbors.size(), 1u);
  EXPECT_EQ(bgp.neighbors.begin()->first.to_string(), "10.0.0.2");
  EXPECT_EQ(bgp.neighbors.begin()->second.peer_group, std::nullopt);
}

TEST(Edit, NoRemovesKeptLinesOfOtherDaemons) {
  Terminal terminal;
  terminal.config =
      read_config(
          "ip multicast-routing on\n"
          "interface eth0\n ip address 10.0.0.1/24\n!\n"
          "router bgp 1\n neighbor 10.0.0.1 remote-as 1\n neighbor 10.0.0.1 bfd\n table-map 4\n")
          .config;
  ASSERT_EQ(terminal.config.unknown_lines.size(), 5u);

  terminal.type({"no ip multicast-routing on", "no interface eth0", "router bgp 1", "no table-map 4"});
  EXPECT_EQ(terminal.answer, "");
  ASSERT_EQ(terminal.config.unknown_lines.size(), 1u);

  terminal.type({"no neighbor 10.0.0.1"});
  EXPECT_THAT(terminal.config.unknown_lines, IsEmpty());
}

TEST(Edit, BlocksOfOtherDaemonsHaveTheirModesAndAreKept) {
  for (const auto& [opening, prompt] :
       {std::pair("interface eth0", "h(config-if)# "), std::pair("line vty", "h(config-line)# "),
        std::pair("key chain K", "h(config-keychain)# "), std::pair("bfd", "h(config-bfd)# "),
        std::pair("rpki", "h(config-rpki)# "), std::pair("router ospf", "h(config-router)# "),
        std::pair("router bgp 5 vrf RED", "h(config-router)# ")}) {
    Terminal terminal;
    terminal.type({opening, "some thing", "some thing"});
    ASSERT_EQ(terminal.status, EditStatus::Done) << opening << "\n" << terminal.answer;
    EXPECT_THAT(terminal.answer, HasSubstr("kept, without effect"));
    ASSERT_TRUE(mode_of(terminal.context)) << opening;
    EXPECT_EQ(prompt_of(*mode_of(terminal.context), "h"), prompt);
    EXPECT_EQ(terminal.config.unknown_lines,
              (std::vector<Config::UnknownLine>{{"", opening}, {opening, "some thing"}}));
    EXPECT_TRUE(read_config(write_config(terminal.config)).config == terminal.config) << opening;
    terminal.type({"no some thing"});
    EXPECT_EQ(terminal.config.unknown_lines.size(), 1u) << opening;
    terminal.type({"exit"});
    EXPECT_THAT(terminal.context, IsEmpty());
    EXPECT_FALSE(terminal.left);
    EXPECT_TRUE(Terminal(terminal).type({opening, "end"}).left);
  }
}

TEST(Edit, ABlockOfAnotherDaemonIsLeftByACommandOfConfigure) {
  Terminal terminal;
  terminal.type({"router bgp 1", "int eth0", "ip address 10.0.0.1/24", "hostname r9"});
  EXPECT_EQ(terminal.config.hostname, "r9");
  EXPECT_THAT(terminal.context, IsEmpty());
  terminal.type({"interface eth0", "router bgp 1", "bgp router-id 1.1.1.1"});
  EXPECT_EQ(terminal.config.bgp->router_id, 0x01010101u);
  EXPECT_EQ(terminal.config.unknown_lines,
            (std::vector<Config::UnknownLine>{{"", "interface eth0"},
                                              {"interface eth0", "ip address 10.0.0.1/24"}}));
}

TEST(Edit, WhatOnlyLooksLikeSuchABlockIsAnError) {
  for (const auto* line : {"interface", "line", "line vtyx", "key", "bfd x", "router", "router bgpp 1",
                           "router ospff", "router bgp 5 vrf", "no interface eth9", "inter"}) {
    Terminal terminal;
    terminal.type({line});
    EXPECT_NE(terminal.status, EditStatus::Done) << line;
    EXPECT_THAT(terminal.answer, StartsWith("% ")) << line;
    EXPECT_THAT(terminal.config.unknown_lines, IsEmpty()) << line;
  }
}

TEST(Edit, ABlockWithoutANameIsIncomplete) {
  for (const auto* line : {"interface", "key chain", "int"}) {
    Terminal terminal;
    EXPECT_EQ(terminal.type({line}).status, EditStatus::Incomplete) << line;
    EXPECT_EQ(terminal.answer, std::string("% Command incomplete: ") + line);
    EXPECT_THAT(terminal.config.unknown_lines, IsEmpty());
  }
}

TEST(Edit, BlocksWithinThoseKeepTheirNesting) {  // as FRR writes them
  Terminal terminal;
  terminal.type({"bfd", "peer 192.0.2.9", "shutdown", "profile P", "peer 192.0.2.10 interface eth0",
                 "detect-multiplier 9"});
  EXPECT_EQ(prompt_of(*mode_of(terminal.context), "h"), "h(config-bfd-peer)# ");
  EXPECT_THAT(terminal.context, ElementsAre("bfd", "peer 192.0.2.10 interface eth0"));
  terminal.type({"profile P"});  // a peer's own, which opens nothing
  EXPECT_THAT(terminal.context, ElementsAre("bfd", "peer 192.0.2.10 interface eth0"));
  terminal.type({"exit", "profile P", "transmit-interval 100", "transmit-interval 100"});
  EXPECT_EQ(prompt_of(*mode_of(terminal.context), "h"), "h(config-bfd-profile)# ");
  terminal.type({"exit", "exit", "bfd", "peer 192.0.2.9", "minimum-ttl 250", "no shutdown", "end"});

  EXPECT_TRUE(terminal.left);
  const auto text = write_config(terminal.config);
  EXPECT_THAT(text, HasSubstr("bfd\n"
                              " peer 192.0.2.9\n"
                              "  profile P\n"
                              "  minimum-ttl 250\n"
                              " exit\n"
                              " peer 192.0.2.10 interface eth0\n"
                              "  detect-multiplier 9\n"
                              "  profile P\n"
                              " exit\n"
                              " profile P\n"
                              "  transmit-interval 100\n"
                              " exit\n"
                              "exit\n"));
  EXPECT_TRUE(read_config(text).config == terminal.config);

  terminal.type({"bfd", "no peer 192.0.2.9", "no profile P", "no peer 192.0.2.10 interface eth0"});
  EXPECT_EQ(terminal.config.unknown_lines, (std::vector<Config::UnknownLine>{{"", "bfd"}}));
  terminal.type({"exit", "no bfd"});
  EXPECT_THAT(terminal.config.unknown_lines, IsEmpty());
}

TEST(Edit, EveryBlockWithinAnotherIsLeftAsInFrr) {
  struct Case {
    std::vector<std::string> opened;
    std::string_view prompt, exit;
  };
  for (const auto& [opened, prompt, exit] :
       {Case{{"interface eth0", "link-params"}, "h(config-link-params)# ", "exit-link-params"},
        Case{{"key chain K", "key 1"}, "h(config-keychain-key)# ", "exit"},
        Case{{"router bgp 5 vrf RED", "address-family ipv4 unicast"},
             "h(config-router-af)# ",
             "exit-address-family"},
        Case{{"router isis X", "address-family ipv6"}, "h(config-router-af)# ", "exit-address-family"}}) {
    Terminal terminal;
    for (const auto& line : opened) terminal.type({line});
    EXPECT_EQ(prompt_of(*mode_of(terminal.context), "h"), prompt);
    terminal.type({"some thing", exit});
    EXPECT_THAT(terminal.context, ElementsAre(opened[0]));
    terminal.type({opened[1], "hostname r9"});
    EXPECT_THAT(terminal.context, IsEmpty());
    EXPECT_EQ(terminal.config.hostname, "r9");
    const auto text = write_config(terminal.config);
    EXPECT_THAT(text, HasSubstr(opened[0] + "\n " + opened[1] + "\n  some thing\n " + std::string(exit) +
                                "\nexit\n"));
    EXPECT_TRUE(read_config(text).config == terminal.config) << text;
  }
}

TEST(Edit, BmpTargetsOfARouterAreKept) {
  Terminal terminal;
  terminal.type(
      {"router bgp 1", "bmp targets T", "bmp connect 192.0.2.9 port 1790 min-retry 100 max-retry 200"});
  EXPECT_EQ(prompt_of(*mode_of(terminal.context), "h"), "h(config-bgp-bmp)# ");
  EXPECT_THAT(
      write_config(terminal.config),
      HasSubstr(" bmp targets T\n  bmp connect 192.0.2.9 port 1790 min-retry 100 max-retry 200\n exit\n"));
  terminal.type({"neighbor 192.0.2.1 remote-as 2"});
  EXPECT_THAT(terminal.context, ElementsAre("router bgp 1"));
  EXPECT_EQ(terminal.config.bgp->neighbors.size(), 1u);
  terminal.type({"no bmp targets T"});
  EXPECT_THAT(terminal.config.unknown_lines, IsEmpty());
}

TEST(Edit, NoRouterForgetsWhatStoodInIt) {
  Terminal terminal;
  terminal.config = read_config("router bgp 1\n table-map 4\n address-family ipv4\n  table-map 5\n").config;

  terminal.type({"no router bgp"});

  EXPECT_TRUE(terminal.config == Config{});
}

TEST(Edit, AcceptedLinesWithoutEffectAreKeptOnce) {
  Terminal terminal;

  terminal.type({"log timestamp precision 5", "log time prec 7"});
  EXPECT_THAT(write_config(terminal.config), HasSubstr("log timestamp precision 7\n"));
  EXPECT_THAT(write_config(terminal.config), Not(HasSubstr("precision 5")));

  terminal.type({"no log timestamp precision"});
  EXPECT_THAT(terminal.config.unknown_lines, IsEmpty());
}

TEST(Edit, PatternsAreAddedAndRemovedOneByOne) {
  Terminal terminal;

  terminal.type({"router bgp 1", "advertise interface docker0 br-*", "advertise interface cni0 docker0",
                 "no advertise interface br-*"});
  EXPECT_THAT(terminal.config.bgp->advertised_interfaces, ElementsAre("docker0", "cni0"));

  terminal.type({"no advertise interface"});
  EXPECT_THAT(terminal.config.bgp->advertised_interfaces, IsEmpty());
  terminal.type({"advertise interface a-name-that-is-too-long"});
  EXPECT_EQ(terminal.status, EditStatus::Refused);
}

TEST(Edit, HelpAndCompletionBelongToTheMode) {
  const Context router{"router bgp 64512"};

  EXPECT_THAT(complete({}, "rou").candidates, ElementsAre("route-map", "router"));
  EXPECT_THAT(complete(router, "rou").candidates, IsEmpty());
  EXPECT_THAT(complete(router, "neighbor 10.0.0.1 remo").candidates,
              ElementsAre("remote-as", "remove-private-AS"));
  EXPECT_THAT(complete(router, "no neighbor 10.0.0.1 remo").candidates,
              ElementsAre("remote-as", "remove-private-AS"));
  EXPECT_EQ(help_text(help(router, "neighbor 10.0.0.1 remote-as ")),
            "  ASNUM     AS number\n  auto      Internal or external, as its OPEN says\n"
            "  external  External BGP peer\n  internal  Internal BGP peer\n");
  EXPECT_EQ(help(router, "neighbor ").size(), 3u);  // two kinds of addresses, and a name
  EXPECT_THAT(list_commands(router), ::testing::Contains("timers bgp (0-65535) (0-65535)"));
}

}  // namespace
}  // namespace cli
