#include "cli/config/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "cli/config/writer.hpp"

namespace cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> kept(const Config& config) {
  std::vector<std::string> lines;
  for (const auto& line : config.unknown_lines) lines.push_back(line.block + ": " + line.text);
  return lines;
}

std::vector<std::string> problems_of(const ReadResult& result) {
  std::vector<std::string> lines;
  for (const auto& p : result.problems)
    lines.push_back(std::to_string(p.line) + (p.severity == Problem::Severity::Error ? " E " : " W ") +
                    p.message);
  return lines;
}

TEST(Reader, ReadsTheConfigurationOfTheFirstExample) {
  const auto result = read_config(
      "router bgp 64512\n"
      " bgp router-id 192.168.1.128\n"
      " network 10.1.10.0/24\n"
      " neighbor 192.168.1.129 remote-as 64512\n"
      " neighbor 192.168.1.129 route-reflector-client\n");

  EXPECT_THAT(result.problems, IsEmpty());
  const auto& bgp = *result.config.bgp;
  EXPECT_EQ(bgp.as, 64512u);
  EXPECT_EQ(bgp.networks.size(), 1u);
  const auto& neighbor = bgp.neighbors.at(*rib::IpAddress::parse("192.168.1.129"));
  EXPECT_EQ(neighbor.families[0].route_reflector_client, true);
}

TEST(Reader, AnEmptyFileIsTheDefault) {
  EXPECT_TRUE(read_config("").config == Config{});
  EXPECT_TRUE(read_config("\n!\n# nothing\r\n\n").config == Config{});
  EXPECT_EQ(write_config(Config{}), "");
}

TEST(Reader, CollectsAllErrorsWithLineAndPlace) {
  const auto result = read_config(
      "hostname r1\n"
      "router bgp 64512\n"
      " neighbor 1.2.3 remote-as 1\n"
      " neighbor 1.2.3.4 remote-as x\n"
      " timers bgp 3\n"
      " neighbor 9.9.9.9 passive\n"
      " network 10.0.0.0/33\n"
      " neighbor 1.2.3.4 remote-as 65001\n");

  EXPECT_THAT(problems_of(result),
              ElementsAre("3 E \"1.2.3\" is not a value this command can have",
                          "4 E \"x\" is not a value this command can have", "5 E the command is not complete",
                          "6 E Specify remote-as or peer-group commands first",
                          "7 E \"10.0.0.0/33\" is not a value this command can have"));
  EXPECT_TRUE(result.has_errors());
  EXPECT_EQ(result.problems[1].column, 29u);
  EXPECT_EQ(result.config.bgp->neighbors.size(), 1u);  // a wrong line stops no other
}

std::vector<std::size_t> dangerous_lines(const std::string& text) {
  std::vector<std::size_t> lines;
  for (const auto& problem : read_config(text).problems)
    if (problem.is_dangerous) lines.push_back(problem.line);
  return lines;
}

constexpr auto kTwoNeighbors =
    "router bgp 64512\n"
    " neighbor G peer-group\n"
    " neighbor 1.2.3.4 remote-as 1\n"
    " neighbor eth0 interface remote-as external\n";

TEST(Reader, ItIsDangerousToMissWhatKeepsSomethingBack) {
  for (const std::string line : {"neighbor 1.2.3.4 route-map IN inn",
                                 "neighbor 1.2.3.4 route-map IN",
                                 "neighbor 1.2.3 route-map IN in",
                                 "nei 1.2.3.4 prefix-list IN inn",
                                 "neighbor 1.2.3.4 peer-group NOBODY",
                                 "neighbor 1.2.3.4 maximum-prefix 0x10",
                                 "neighbor 1.2.3.4 ttl-security hops 255",
                                 "neighbor 1.2.3.4 password",
                                 "neighbor eth0 filter-list F inn",
                                 "neighbor G shutdown mess",
                                 "no neighbor 1.2.3.999 activate",
                                 "ip prefix-list L permitt 10.0.0.0/8",
                                 "aggregate-address 10.0.0.0/33 summary-only",
                                 "bgp listen limit 0",
                                 "discovery pool 10.0.0.0",
                                 "discovery interface",
                                 "router bgp 64513",
                                 "fib table 0",
                                 "fib vrf",
                                 "ip prefix-list L permit x",
                                 "ipv6 access-list L deny",
                                 "bgp as-path access-list L permit [",
                                 "route-map M permit x",
                                 "ip protocol bgp route-map",
                                 "neighbor 9.9.9.9 route-map IN in",
                                 "neighbor 9.9.9.9 enforce-first-as",
                                 "neighbor 9.9.9.9 strict-capability-match",
                                 "neighbor 9.9.9.9 remove-private-AS",
                                 "neighbor 1.2.3.4 local-role nobody",
                                 "neighbor 1.2.3.4 unsuppress-map",
                                 "neighbor 1.2.3.4 distribute-list",
                                 "neighbor eth0 interface peer-group",
                                 "no bgp client-to-client",
                                 "discovery maximum-prefix 0",
                                 "ipv6 protocol bgp route-map"})
    EXPECT_THAT(dangerous_lines(kTwoNeighbors + (" " + line) + "\n"), ElementsAre(5u)) << line;
  EXPECT_THAT(dangerous_lines("route-map M permit 10\n match ip address prefix-len 33\n set metric x\n"),
              ElementsAre(2u, 3u));
}

TEST(Reader, AnyOtherWrongLineOnlyMeansLess) {
  for (const std::string line :
       {"neighbor 1.2.3.4 timers 3 x", "neighbor 1.2.3 remote-as 1", "neighbor 1.2.3.5 remote-as x",
        "network 10.0.0.0/33", "neighbor 1.2.3.4 ebgp-multihop 256", "neighbor 1.2.3.4 update-source",
        "no neighbor 1.2.3.5 shutdown", "maximum-paths 65", "bgp router-id 1.2.3",
        "ip route 10.0.0.0/33 1.2.3.4", "hostname", "log level", "redistribute connected metric x"}) {
    const auto text = kTwoNeighbors + (" " + line) + "\n";
    EXPECT_EQ(read_config(text).error_count(), 1u) << line;
    EXPECT_THAT(dangerous_lines(text), IsEmpty()) << line;
  }
}

TEST(Reader, PolicyOfANeighborThatIsNotThereIsNotMissed) {
  const std::string lines =
      " neighbor 1.2.3.5 remote-as 99999999999\n"
      " neighbor 1.2.3.5 route-map IN in\n"
      " neighbor 1.2.3.5 password\n";
  EXPECT_EQ(read_config(kTwoNeighbors + lines).error_count(), 3u);
  EXPECT_THAT(dangerous_lines(kTwoNeighbors + lines), IsEmpty());
  EXPECT_THAT(dangerous_lines(kTwoNeighbors + lines + " neighbor 1.2.3.5 remote-as 2\n"),
              ElementsAre(6u, 7u));
}

TEST(Reader, AFileThatIsNotReadToItsEndIsDangerous) {
  EXPECT_EQ(dangerous_lines(std::string((16u << 20) + 1, '\n')).size(), 1u);
  EXPECT_THAT(dangerous_lines("hostname a\n\x01\n"), ElementsAre(2u));
}

TEST(Reader, WhatCannotHoldIsShownWithACaret) {
  const auto result = read_config(
      "router bgp 64512\n"
      " neighbor 1.2.3.4 remote-as 2\n"
      " neighbor 1.2.3.4 peer-group NOBODY\n"
      " neighbor 1.2.3.4 ttl-security hops 1\n"
      " neighbor 1.2.3.4 ebgp-multihop\n");

  ASSERT_EQ(result.problems.size(), 2u);
  EXPECT_EQ(to_text(result.problems[0], "kulan.conf"),
            "kulan.conf:3: error: Configure the peer-group first\n"
            "   neighbor 1.2.3.4 peer-group NOBODY\n"
            "                               ^\n");
  EXPECT_EQ(result.problems[1].column, 19u) << "what does not go with another line";
}

TEST(Reader, ForeignBlocksOfARouterEndWhereFrrEndsThem) {
  for (const std::string block :
       {" segment-routing srv6\n  locator L\n exit\n",
        " bmp targets T\n  bmp monitor ipv4 unicast post-policy\n exit\n", " vnc defaults\n exit-vnc\n"}) {
    const auto result =
        read_config("router bgp 64512\n !\n" + block +
                    " !\n address-family ipv4 unicast\n  network 10.0.0.0/8\n exit-address-family\n");

    EXPECT_EQ(result.problems.size(), 1u) << block;
    EXPECT_EQ(result.config.bgp->networks.size(), 1u) << block;
  }
}

TEST(Reader, AProblemIsShownWithItsLineACaretAndAHint) {
  const auto result = read_config("router bgp 64512\n neighbor 1.2.3.4 remote-as x\n");

  EXPECT_EQ(to_text(result.problems.at(0), "kulan.conf"),
            "kulan.conf:2: error: \"x\" is not a value this command can have\n"
            "   neighbor 1.2.3.4 remote-as x\n"
            "                              ^ expected ASNUM, auto, external, internal\n");
}

TEST(Reader, AWrongOpeningLineSkipsItsBlock) {
  const auto result = read_config(
      "router bgp 0\n"
      " bgp router-id 1.1.1.1\n"
      " address-family ipv4\n"
      "  network 10.0.0.0/8\n"
      " exit-address-family\n"
      "exit\n"
      "hostname r1\n");

  EXPECT_THAT(problems_of(result),
              ElementsAre("1 E \"0\" is not a value this command can have; skipped the 4 lines "
                          "of its block"));
  EXPECT_FALSE(result.config.bgp);
  EXPECT_EQ(result.config.hostname, "r1");
  EXPECT_THAT(kept(result.config), IsEmpty());
}

TEST(Reader, ASecondAsIsAnErrorAndTouchesNothing) {
  const auto result =
      read_config("router bgp 1\n bgp router-id 1.1.1.1\nrouter bgp 2\n bgp router-id 2.2.2.2\n");

  EXPECT_THAT(problems_of(result),
              ElementsAre("3 E BGP is already running; AS is 1; skipped the 1 line of its block"));
  EXPECT_EQ(result.config.bgp->router_id, 0x01010101u);
}

TEST(Reader, UnknownLinesAreKeptWithTheirBlockAndWarnedAbout) {
  const auto result = read_config(
      "debug ospf event\n"
      "router bgp 1\n"
      " neighbor 10.0.0.1 remote-as 2\n"
      " neighbor 10.0.0.1 solo\n"
      " address-family ipv6 unicast\n"
      "  bgp dampening\n"
      "  table-map M\n"
      " exit-address-family\n");

  EXPECT_FALSE(result.has_errors());
  EXPECT_EQ(result.problems.size(), 4u);
  EXPECT_THAT(kept(result.config), ElementsAre(": debug ospf event", "router bgp 1: neighbor 10.0.0.1 solo",
                                               "router bgp 1 / address-family ipv6 unicast: bgp dampening",
                                               "router bgp 1 / address-family ipv6 unicast: table-map M"));
}

TEST(Reader, AWarningNamesTheNearestWord) {
  const auto result =
      read_config("router bgp 1\n neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 pasive\n");

  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0].hint, "did you mean \"passive\"?");
  EXPECT_EQ(result.problems[0].column, 20u);
}

TEST(Reader, FormsOfOurCommandsThatKulanDoesNotHaveAreKeptToo) {
  const std::string lines[] = {"ip route 10.0.0.0/8 192.0.2.1 nexthop-vrf RED",
                               "ipv6 route 2001:db8::/32 fd00::1 nexthop-vrf RED",
                               "ip prefix-list sequence-number", "ipv6 prefix-list sequence-number",
                               "bgp community alias 65000:1 NAME"};
  for (const auto& line : lines) {
    const auto result = read_config(line + "\n");
    EXPECT_FALSE(result.has_errors()) << line;
    EXPECT_EQ(result.problems.size(), 1u) << line;
    EXPECT_THAT(kept(result.config), ElementsAre(": " + line));
    EXPECT_FALSE(read_config("no " + line + "\n").has_errors()) << line;
  }
}

TEST(Reader, AClauseWithAMatchThatKulanDoesNotHaveNeverHolds) {
  const auto result = read_config("route-map M permit 10\n match tag untagged\nexit\n");
  EXPECT_FALSE(result.has_errors());
  EXPECT_THAT(kept(result.config), ElementsAre("route-map M permit 10: match tag untagged"));
  EXPECT_NE(policy_in_force(result.config).route_maps, result.config.policy.route_maps);
}

TEST(Reader, ForeignBlocksAreKeptAsAWhole) {
  const auto result = read_config(
      "interface eth0\n"
      " ip address 10.0.0.1/24\n"
      " ip forwarding\n"  // indented: the block's, whatever it says
      "!\n"
      "pbr-map X seq 10\n"
      " match src-ip 10.0.0.0/8\n"
      "exit\n"
      "ip forwarding\n");

  EXPECT_THAT(
      problems_of(result),
      ElementsAre("1 W kulan does not have this command; the line is kept, without effect, with the 2 lines "
                  "of its block",
                  "5 W kulan does not have this command; the line is kept, without effect, with the 1 line "
                  "of its block"));
  EXPECT_THAT(kept(result.config), ElementsAre(": interface eth0", "interface eth0: ip address 10.0.0.1/24",
                                               "interface eth0: ip forwarding", ": pbr-map X seq 10",
                                               "pbr-map X seq 10: match src-ip 10.0.0.0/8"));
  EXPECT_TRUE(result.config.ip_forwarding);
}

TEST(Reader, ForeignBlocksEndWithoutIndentationToo) {
  const auto result = read_config(
      "interface eth0\n"
      "ip address 10.0.0.1/24\n"
      "router bgp 1\n"
      "address-family l2vpn evpn\n"
      "neighbor 10.0.0.1 activate\n"
      "exit-address-family\n"
      "neighbor 10.0.0.1 remote-as 2\n"
      "pbr-map X seq 10\n"
      "match src-ip 10.0.0.0/8\n");

  EXPECT_THAT(kept(result.config),
              ElementsAre(": interface eth0", "interface eth0: ip address 10.0.0.1/24",
                          "router bgp 1: address-family l2vpn evpn",
                          "router bgp 1 / address-family l2vpn evpn: neighbor 10.0.0.1 activate",
                          ": pbr-map X seq 10", "pbr-map X seq 10: match src-ip 10.0.0.0/8"));
  EXPECT_EQ(result.config.bgp->neighbors.size(), 1u);
  EXPECT_FALSE(result.has_errors());
}

TEST(Reader, AForeignFamilyBehindOneOfOursStandsBesideIt) {
  const auto result = read_config(
      "router bgp 1\n"
      "address-family ipv4\n"
      "network 10.0.0.0/8\n"
      "address-family ipv4 vpn\n"
      "import vpn\n"
      "address-family ipv6\n"
      "network 2001:db8::/32\n");

  EXPECT_THAT(kept(result.config), ElementsAre("router bgp 1: address-family ipv4 vpn",
                                               "router bgp 1 / address-family ipv4 vpn: import vpn"));
  EXPECT_EQ(result.config.bgp->networks.size(), 2u);
}

TEST(Reader, AnotherInstanceIsNotOurs) {
  const auto result = read_config(
      "router bgp 1\n"
      " bgp router-id 1.1.1.1\n"
      "exit\n"
      "router bgp 1 vrf RED\n"
      " bgp router-id 2.2.2.2\n"
      " !\n"
      " address-family ipv4 unicast\n"
      "  network 10.66.0.0/16\n"
      " exit-address-family\n"
      "exit\n");

  EXPECT_EQ(result.config.bgp->router_id, 0x01010101u);
  EXPECT_THAT(result.config.bgp->networks, IsEmpty());
  EXPECT_EQ(result.config.unknown_lines.size(), 5u);
}

TEST(Reader, OuterLinesLeaveTheRouterWithoutExit) {
  const auto result = read_config(
      "router bgp 1\n"
      " neighbor 10.0.0.1 remote-as 2\n"
      "!\n"
      "ip multicast-routing on\n"
      "some-feature on\n");

  EXPECT_THAT(kept(result.config), ElementsAre(": ip multicast-routing on", ": some-feature on"));
}

TEST(Reader, FrrsProfileIsTakenOver) {
  const auto modern = read_config("frr version 8.4\nfrr defaults datacenter\nrouter bgp 1\n").config;
  EXPECT_EQ(modern.bgp->hold_seconds, 9);
  EXPECT_EQ(modern.bgp->connect_retry_seconds, 10);
  EXPECT_FALSE(modern.bgp->ebgp_requires_policy);

  const auto old = read_config("frr version 7.3.1\nfrr defaults traditional\nrouter bgp 1\n").config;
  EXPECT_FALSE(old.bgp->ebgp_requires_policy);

  const auto traditional = read_config("frr version 8.4\nfrr defaults traditional\nrouter bgp 1\n").config;
  EXPECT_TRUE(traditional.bgp->ebgp_requires_policy);
  EXPECT_EQ(traditional.bgp->hold_seconds, 180);
}

TEST(Reader, WhatIsNotDefinedAtTheEndIsWarnedOf) {
  const auto result = read_config(
      "ip protocol bgp route-map NOSUCH\n"
      "router bgp 64512\n"
      " network 10.1.0.0/16 route-map LATER\n"
      " neighbor 10.0.0.1 remote-as 64513\n"
      " neighbor 10.0.0.1 route-map NOSUCH in\n"
      " neighbor 10.0.0.1 prefix-list P out\n"
      " nonsense\n"
      " neighbor 10.0.0.1 filter-list 7 in\n"
      " address-family ipv6 unicast\n"
      "  neighbor 10.0.0.1 prefix-list P in\n"
      "exit\n"
      "ip prefix-list P permit any\n"
      "route-map LATER permit 10\n"
      " match community C\n"
      " match ip address prefix-list P\n"
      " match ipv6 address A\n"
      " set comm-list C delete\n"
      " call LATER2\n");

  EXPECT_THAT(problems_of(result),
              ElementsAre("1 W route-map NOSUCH is not defined: it permits nothing",
                          "5 W route-map NOSUCH is not defined: it permits nothing",
                          "7 W kulan does not have this command; the line is kept, without effect",
                          "8 W bgp as-path access-list 7 is not defined: it permits nothing",
                          "10 W ipv6 prefix-list P is not defined: it permits nothing",
                          "14 W bgp community-list C is not defined: the match never holds",
                          "16 W ipv6 access-list A is not defined: the match never holds",
                          "17 W bgp community-list C is not defined: without effect",
                          "18 W route-map LATER2 is not defined: without effect"));
  EXPECT_EQ(result.config.install_maps[0], "NOSUCH");
}

TEST(Reader, PrintedRunningConfigurationIsAFile) {
  const auto result = read_config(
      "Building configuration...\n\nCurrent configuration:\n!\nfrr version 8.4\nhostname r1\n!\nend\n");

  EXPECT_THAT(result.problems, IsEmpty());
  EXPECT_EQ(result.config.hostname, "r1");
}

TEST(Reader, BytesThatAreNoTextAreErrors) {
  const auto result =
      read_config(std::string("hostname a\x01\nhostname b\xff\n", 24) + std::string("log \0 x", 7));

  EXPECT_THAT(problems_of(result),
              ElementsAre("1 E control character at column 11", "2 E not UTF-8 at column 11",
                          "3 E control character at column 5"));
}

TEST(Reader, SizeIsBounded) {
  EXPECT_THAT(problems_of(read_config(std::string(kMaximumFileSize + 1, '!'))),
              ElementsAre("0 E the file is larger than 16 MiB"));
  EXPECT_THAT(problems_of(read_config(std::string(5000, 'x'))),
              ElementsAre("1 E line longer than 4096 characters"));
  EXPECT_THAT(problems_of(read_config(std::string(kMaximumLines + 5, '\n'))),
              ElementsAre("1000001 E more than 1000000 lines; the rest is not read"));
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "unknown" + std::to_string(i) + "\n";
  const auto result = read_config(many);
  EXPECT_EQ(result.problems.size(), 1001u);
  EXPECT_EQ(result.config.unknown_lines.size(), 5000u);
}

/// Any bytes are read without harm, and what is read of them is written and read the same.
TEST(Reader, DamagedFilesAreReadWithoutHarm) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(KULAN_TEST_DIR "/golden")) {
    std::ifstream file(entry.path());
    std::ostringstream text;
    text << file.rdbuf();
    files.push_back(text.str());
  }
  std::ranges::sort(files);
  ASSERT_FALSE(files.empty());
  for (unsigned seed = 0; seed < 500; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
    auto text = files[pick(files.size())];
    for (auto damages = 1 + pick(6); damages > 0; --damages) {
      const auto at = pick(text.size());
      switch (pick(5)) {
        case 0:
          text[at] = static_cast<char>(random() % 256);
          break;
        case 1:
          text.insert(at, 1, " \n!0x:/."[pick(8)]);
          break;
        case 2:
          text.erase(at, pick(12));
          break;
        case 3: {
          const auto& other = files[pick(files.size())];
          const auto from = pick(other.size());
          text.insert(at, other.substr(from, pick(60)));
          break;
        }
        default:
          text.insert(at, "\n");
          break;
      }
      if (text.empty()) text = "\n";
    }

    const auto written = write_config(read_config(text).config);
    const auto again = read_config(written);

    ASSERT_FALSE(again.has_errors()) << "seed " << seed << "\n"
                                     << to_text(again.problems[0], "file") << "--- read\n"
                                     << text << "--- written\n"
                                     << written;
    ASSERT_EQ(write_config(again.config), written) << "seed " << seed << "\n--- read\n" << text;
  }
}

}  // namespace
}  // namespace cli
