#include "cli/show/firewall.hpp"

#include <gmock/gmock.h>

#include <string>

namespace cli::show {
namespace {

using Outcome = FirewallAnswer::Outcome;
using testing::HasSubstr;

ForwardedPacket packet(const std::string& destination = "10.1.0.1", const std::string& out = "eth0") {
  return {*rib::IpAddress::parse(destination), "", out};
}

std::string chain(const std::string& name, const std::string& more, const std::string& family = "ip") {
  return R"({"chain":{"family":")" + family + R"(","table":"filter","name":")" + name + R"(","handle":1)" +
         more + "}}";
}
std::string base(const std::string& policy, int priority = 0, const std::string& family = "ip",
                 const std::string& name = "FORWARD") {
  return chain(name,
               R"(,"type":"filter","hook":"forward","prio":)" + std::to_string(priority) + R"(,"policy":")" +
                   policy + "\"",
               family);
}
std::string rule(const std::string& expressions, const std::string& name = "FORWARD",
                 const std::string& family = "ip") {
  return R"({"rule":{"family":")" + family + R"(","table":"filter","chain":")" + name +
         R"(","handle":4,"expr":[)" + expressions + "]}}";
}
std::string match(const std::string& left, const std::string& right, const std::string& operation = "==") {
  return R"({"match":{"op":")" + operation + R"(","left":)" + left + R"(,"right":)" + right + "}}";
}
const std::string kOut = R"({"meta":{"key":"oifname"}})", kIn = R"({"meta":{"key":"iifname"}})",
                  kTo = R"({"payload":{"protocol":"ip","field":"daddr"}})",
                  kState = R"({"ct":{"key":"state"}})";
const std::string kAccept = R"({"accept":null})", kDrop = R"({"drop":null})",
                  kCount = R"({"counter":{"packets":0,"bytes":0}})";

FirewallAnswer judge(std::initializer_list<std::string> entries, const ForwardedPacket& of = packet()) {
  std::string text = R"({"nftables":[{"metainfo":{"json_schema_version":1}})";
  for (const auto& entry : entries) text += "," + entry;
  return judge_firewall(text + "]}", of);
}

TEST(Firewall, WithoutRulesEverythingPasses) {
  EXPECT_EQ(judge({}).outcome, Outcome::Passes);
  EXPECT_EQ(judge({base("accept")}).outcome, Outcome::Passes);
  EXPECT_EQ(judge({chain("OTHER", ""), rule(kDrop, "OTHER")}).outcome, Outcome::Passes)
      << "no packet comes there";
}

TEST(Firewall, APolicyDropsWhatNoRuleAccepts) {
  const auto answer =
      judge({base("drop"), rule(match(kState, R"(["established","related"])", "in") + "," + kAccept)});
  EXPECT_EQ(answer.outcome, Outcome::Drops);
  EXPECT_EQ(firewall_text(answer), "dropped by ip filter FORWARD, policy drop");

  EXPECT_EQ(judge({base("drop"), rule(match(kOut, R"("eth*")") + "," + kCount + "," + kAccept)}).outcome,
            Outcome::Passes);
  EXPECT_EQ(judge({base("drop"), rule(match(kOut, R"("eth0")", "!=") + "," + kAccept)}).outcome,
            Outcome::Drops);
}

TEST(Firewall, TheFirstRuleThatHoldsDecides) {
  const std::string to_ten = match(kTo, R"({"prefix":{"addr":"10.0.0.0","len":8}})");
  const auto answer =
      judge({base("accept"), rule(match(kTo, R"("10.9.9.9")") + "," + kDrop), rule(to_ten + "," + kDrop)});
  EXPECT_EQ(answer.outcome, Outcome::Drops);
  EXPECT_EQ(answer.where, "ip filter FORWARD, rule 2");
  EXPECT_EQ(judge({base("accept"), rule(kAccept), rule(to_ten + "," + kDrop)}).outcome, Outcome::Passes);
  EXPECT_EQ(
      judge({base("accept"), rule(match(kTo, R"({"set":["10.9.9.9","10.1.0.1"]})") + R"(,{"reject":null})")})
          .outcome,
      Outcome::Drops);
}

TEST(Firewall, WhatIsNotKnownOfThePacketIsADoubt) {
  const auto from_docker = match(kIn, R"("docker0")");
  EXPECT_EQ(judge({base("accept"), rule(from_docker + "," + kDrop)}).outcome, Outcome::MayDrop);
  EXPECT_EQ(judge({base("drop"), rule(from_docker + "," + kAccept)}).outcome, Outcome::MayDrop);
  EXPECT_EQ(judge({base("accept"), rule(R"({"xt":{"type":"match","name":"addrtype"}},)" + kDrop)}).outcome,
            Outcome::MayDrop);
  EXPECT_THAT(firewall_text(judge({base("accept"), rule(from_docker + "," + kDrop)})),
              HasSubstr("rule 1; that depends"));
}

TEST(Firewall, WhatDockerWritesLetsPacketsOfItsBridgeOutAndNoneIn) {
  const auto docker = [](const std::string& in, const std::string& out) {
    const std::string related = match(kState, R"(["established","related"])", "in");
    return judge({base("drop"), rule(match(kOut, R"("docker0")") + "," + related + "," + kAccept),
                  rule(match(kIn, R"("docker0")") + "," + match(kOut, R"("docker0")", "!=") + "," + kCount +
                       "," + kAccept)},
                 {*rib::IpAddress::parse("10.1.0.1"), in, out})
        .outcome;
  };
  EXPECT_EQ(docker("docker0", "eth0"), Outcome::Passes);
  EXPECT_EQ(docker("eth0", "docker0"), Outcome::Drops);
  EXPECT_EQ(docker("", "eth0"), Outcome::MayDrop);
}

TEST(Firewall, JumpsAreFollowedAndReturn) {
  const std::string jump = R"({"jump":{"target":"USER"}})";
  EXPECT_EQ(judge({base("accept"), chain("USER", ""), rule(jump), rule(kDrop, "USER")}).where,
            "ip filter USER, rule 1");
  EXPECT_EQ(judge({base("accept"), chain("USER", ""), rule(jump), rule(R"({"return":null})", "USER"),
                   rule(kDrop, "USER")})
                .outcome,
            Outcome::Passes);
  EXPECT_EQ(
      judge({base("accept"), chain("USER", ""), rule(R"({"goto":{"target":"USER"}})"), rule(kDrop)}).outcome,
      Outcome::Passes)
      << "what returns from a goto meets the policy";
  EXPECT_EQ(
      judge({base("drop"), chain("USER", ""), rule(jump), rule(R"({"jump":{"target":"USER"}})", "USER")})
          .outcome,
      Outcome::Drops)
      << "a circle, which the kernel refuses, ends";
}

TEST(Firewall, EachFamilyHasItsChainsAndAllOfThemMustLetThePacketPass) {
  const auto v6 = packet("2001:db8::1");
  EXPECT_EQ(judge({base("drop")}, v6).outcome, Outcome::Passes);
  EXPECT_EQ(judge({base("drop", 0, "ip6")}, v6).outcome, Outcome::Drops);
  EXPECT_EQ(judge({base("drop", 0, "inet")}, v6).outcome, Outcome::Drops);
  const std::string any_v4 = match(R"({"meta":{"key":"nfproto"}})", R"("ipv4")");
  EXPECT_EQ(judge({base("accept", 0, "inet"), rule(any_v4 + "," + kDrop, "FORWARD", "inet")}, v6).outcome,
            Outcome::Passes);
  EXPECT_EQ(
      judge({base("accept", 0, "inet"), rule(match(kTo, R"("10.1.0.1")") + "," + kDrop, "FORWARD", "inet")},
            v6)
          .outcome,
      Outcome::Passes);
  EXPECT_EQ(judge({base("drop", 10, "inet"), base("accept", 0), rule(kAccept)}).where,
            "inet filter FORWARD, policy drop")
      << "an accept ends its own chain alone";
}

std::string set_of(const std::string& kind, const std::string& name, const std::string& more) {
  return R"({")" + kind + R"(":{"family":"ip","table":"filter","name":")" + name + R"(","handle":2)" + more +
         "}}";
}

TEST(Firewall, NamedSetsAreLookedInto) {
  const auto set = set_of("set", "S",
                          R"(,"type":"ipv4_addr","flags":["interval"],"elem":["10.9.9.9",)"
                          R"({"prefix":{"addr":"10.1.0.0","len":16}},{"range":["10.2.0.5","10.2.0.9"]},)"
                          R"({"elem":{"val":"10.3.0.1","timeout":30}}])");
  const auto drops = [&](const char* destination, const char* operation = "==") {
    return judge({base("accept"), rule(match(kTo, R"("@S")", operation) + "," + kDrop), set},
                 packet(destination))
               .outcome == Outcome::Drops;
  };
  EXPECT_TRUE(drops("10.9.9.9"));
  EXPECT_TRUE(drops("10.1.7.7")) << "in a prefix";
  EXPECT_TRUE(drops("10.2.0.5") && drops("10.2.0.9")) << "in a range";
  EXPECT_FALSE(drops("10.2.0.4") || drops("10.2.0.10"));
  EXPECT_TRUE(drops("10.3.0.1")) << "an element with a timeout";
  EXPECT_FALSE(drops("10.4.0.1"));
  EXPECT_TRUE(drops("10.4.0.1", "!="));
  EXPECT_FALSE(drops("10.9.9.9", "!="));
}

TEST(Firewall, ASetWithoutElementsHoldsNothingAndAnUnknownOneIsADoubt) {
  const auto asks = rule(match(kTo, R"("@S")") + "," + kDrop);
  EXPECT_EQ(judge({base("accept"), asks, set_of("set", "S", R"(,"type":"ipv4_addr")")}).outcome,
            Outcome::Passes);
  EXPECT_EQ(judge({base("accept"), asks}).outcome, Outcome::MayDrop);
  const std::string by_interface = rule(match(kOut, R"("@L")") + "," + kDrop);
  EXPECT_EQ(judge({base("accept"), by_interface, set_of("set", "L", R"(,"type":"ifname","elem":["eth0"])")})
                .outcome,
            Outcome::Drops);
}

std::string verdicts(const std::string& key, const std::string& data) {
  return R"({"vmap":{"key":)" + key + R"(,"data":)" + data + "}}";
}

TEST(Firewall, VerdictMapsAreFollowed) {
  const auto map =
      set_of("map", "M",
             R"(,"type":"ipv4_addr","map":"verdict","elem":[["10.1.0.1",{"jump":{"target":"POD"}}],)"
             R"(["10.9.9.9",{"drop":null}]])");
  const auto judged = [&](const char* destination) {
    return judge({base("accept"), chain("POD", ""), map, rule(verdicts(kTo, R"("@M")")), rule(kDrop, "POD")},
                 packet(destination));
  };
  EXPECT_EQ(judged("10.1.0.1").where, "ip filter POD, rule 1");
  EXPECT_EQ(judged("10.9.9.9").where, "ip filter FORWARD, rule 1");
  EXPECT_EQ(judged("10.7.7.7").outcome, Outcome::Passes) << "no element is its";
}

TEST(Firewall, AnAnonymousMapHasAVerdictForAllOthers) {
  const std::string data = R"({"set":[["eth0",{"accept":null}],["*",{"drop":null}]]})";
  EXPECT_EQ(judge({base("accept"), rule(verdicts(kOut, data))}).outcome, Outcome::Passes);
  EXPECT_EQ(judge({base("accept"), rule(verdicts(kOut, data))}, packet("10.1.0.1", "eth1")).outcome,
            Outcome::Drops);
}

TEST(Firewall, AnElementThatThePacketMayHaveIsADoubt) {
  // As kube-proxy has it: address, protocol and port together.
  const std::string key = R"({"concat":[)" + kTo +
                          R"(,{"meta":{"key":"l4proto"}},{"payload":{"protocol":"th","field":"dport"}}]})";
  const auto map = [&](const char* address) {
    return set_of(
        "map", "no-endpoint-services",
        R"(,"type":["ipv4_addr","inet_proto","inet_service"],"map":"verdict","elem":[[{"concat":[")" +
            std::string(address) + R"(","tcp",80]},{"drop":null}]])");
  };
  const auto rules = rule(verdicts(key, R"("@no-endpoint-services")"));
  EXPECT_EQ(judge({base("accept"), rules, map("10.1.0.1")}).outcome, Outcome::MayDrop);
  EXPECT_EQ(judge({base("accept"), rules, map("10.96.0.1")}).outcome, Outcome::Passes) << "another address";
}

TEST(Firewall, AVerdictMapMayReturn) {
  const auto answer =
      judge({base("accept"), chain("C", ""), rule(R"({"jump":{"target":"C"}})"),
             rule(verdicts(kOut, R"({"set":[["eth0",{"return":null}]]})"), "C"), rule(kDrop, "C")});
  EXPECT_EQ(answer.outcome, Outcome::Passes);
}

TEST(Firewall, NonsenseIsNotRead) {
  for (const char* text : {"", "{", "[]", "{\"nftables\":7}", "null"})
    EXPECT_EQ(judge_firewall(text, packet()).outcome, Outcome::NotRead) << text;
  EXPECT_EQ(judge({R"({"rule":{"expr":7}})", R"({"chain":null})", R"({"rule":null})", base("accept"),
                   rule("7,null,{}")})
                .outcome,
            Outcome::Passes);
  EXPECT_EQ(firewall_text({}), "");
  EXPECT_EQ(firewall_text({Outcome::NotRead, "nft is not installed"}), "not read: nft is not installed");
}

}  // namespace
}  // namespace cli::show
