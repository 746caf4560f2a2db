#include <gmock/gmock.h>

#include "cli/config/edit.hpp"
#include "cli/config/writer.hpp"

namespace cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DebugLines : public testing::Test {
 protected:
  EditStatus type(std::string_view line) { return edit(config_, {}, line).status; }
  std::vector<std::string> on() const {
    std::vector<std::string> texts;
    for (const auto& debug : config_.debug) texts.push_back(to_text(debug));
    return texts;
  }
  Config config_;
};

TEST_F(DebugLines, EachIsWrittenAsItIsTyped) {
  const char* lines[] = {"debug bgp bestpath 10.1.0.0/16",
                         "debug bgp keepalives",
                         "debug bgp neighbor-events 192.168.1.2",
                         "debug bgp nht",
                         "debug bgp updates in",
                         "debug bgp updates in eth0",
                         "debug bgp updates out fd00::2",
                         "debug bgp updates prefix 2001:db8::/32",
                         "debug bgp zebra",
                         "debug bgp zebra prefix 10.1.0.0/16",
                         "debug zebra events",
                         "debug zebra kernel",
                         "debug zebra nht",
                         "debug zebra rib"};
  for (const auto* line : lines) {
    Config alone;
    ASSERT_EQ(edit(alone, {}, line).status, EditStatus::Done) << line;
    EXPECT_THAT(write_config(alone), HasSubstr(std::string(line) + "\n"));
    ASSERT_EQ(edit(alone, {}, "no " + std::string(line)).status, EditStatus::Done) << line;
    EXPECT_EQ(alone, Config{}) << line;
  }
}

TEST_F(DebugLines, UpdatesAloneAreBothDirections) {
  type("debug bgp updates");
  EXPECT_THAT(on(), ElementsAre("bgp updates in", "bgp updates out"));
  type("debug bgp updates prefix 10.0.0.0/8");
  type("no debug bgp updates");
  EXPECT_THAT(on(), IsEmpty());
}

TEST_F(DebugLines, NoWithoutANeighborIsAboutAllOfThem) {
  type("debug bgp keepalives 192.168.1.2");
  type("debug bgp keepalives 192.168.1.3");
  type("debug bgp neighbor-events 192.168.1.3");
  type("no debug bgp keepalives 192.168.1.2");
  EXPECT_THAT(on(), ElementsAre("bgp keepalives 192.168.1.3", "bgp neighbor-events 192.168.1.3"));
  type("no debug bgp keepalives");
  EXPECT_THAT(on(), ElementsAre("bgp neighbor-events 192.168.1.3"));
}

TEST_F(DebugLines, TheLastOneOfATopicCounts) {  // as in FRR
  type("debug bgp keepalives");
  type("debug bgp keepalives 192.168.1.2");
  type("debug bgp keepalives 192.168.1.3");
  EXPECT_THAT(on(), ElementsAre("bgp keepalives 192.168.1.2", "bgp keepalives 192.168.1.3"));
  type("debug bgp keepalives");
  EXPECT_THAT(on(), ElementsAre("bgp keepalives"));
  type("no debug bgp keepalives 192.168.1.2");
  EXPECT_THAT(on(), ElementsAre("bgp keepalives"));
  type("no debug all");

  type("debug bgp updates");
  type("debug bgp updates in 192.168.1.2");
  EXPECT_THAT(on(), ElementsAre("bgp updates in 192.168.1.2", "bgp updates out"));
  type("debug bgp updates");
  EXPECT_THAT(on(), ElementsAre("bgp updates in", "bgp updates out"));
  type("no debug all");

  type("debug bgp zebra");
  type("debug bgp zebra prefix 10.0.0.0/8");
  EXPECT_THAT(on(), ElementsAre("bgp zebra prefix 10.0.0.0/8"));
}

TEST_F(DebugLines, NoAllTurnsEverythingOff) {
  type("debug bgp nht");
  type("debug zebra kernel");
  EXPECT_EQ(type("debug all"), EditStatus::Unknown);
  EXPECT_EQ(type("no debug all"), EditStatus::Done);
  EXPECT_THAT(on(), IsEmpty());
}

TEST_F(DebugLines, NoBgpLeavesTheKernelsSide) {
  for (const auto* line : {"debug bgp nht", "debug bgp zebra", "debug bgp updates", "debug zebra kernel"})
    type(line);
  EXPECT_EQ(type("no debug bgp"), EditStatus::Done);
  EXPECT_THAT(on(), ElementsAre("zebra kernel"));
}

TEST_F(DebugLines, AddressesAreWrittenTheShortWayAndWithoutZone) {
  type("debug bgp updates in FE80:0:0::1%eth0");
  EXPECT_THAT(on(), ElementsAre("bgp updates in fe80::1"));
}

TEST_F(DebugLines, AreDescribedAsFrrDoes) {
  EXPECT_EQ(describe({DebugTopic::UpdatesIn, "192.168.1.2"}),
            "BGP updates debugging is on (inbound) for 192.168.1.2");
  EXPECT_EQ(describe({DebugTopic::BestPath, "", rib::Prefix::parse("10.0.0.0/8")}),
            "BGP bestpath debugging is on for 10.0.0.0/8");
  EXPECT_EQ(describe({DebugTopic::ZebraKernel}), "Zebra kernel debugging is on");
}

}  // namespace
}  // namespace cli
