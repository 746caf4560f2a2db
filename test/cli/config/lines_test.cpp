#include "cli/config/lines.hpp"

#include <gmock/gmock.h>

#include "cli/config/reader.hpp"
#include "cli/config/writer.hpp"

namespace cli {
namespace {

using testing::ElementsAre;

constexpr char kText[] =
    "hostname r1\n"
    "!\n"
    "router bgp 64512\n"
    " neighbor 10.0.0.2 remote-as 64513\n"
    " !\n"
    " address-family ipv4 unicast\n"
    "  network 10.1.0.0/16\n"
    " exit-address-family\n"
    "exit\n"
    "!\n";

std::string difference(std::string_view before, std::string_view after) {
  return difference_text(line_differences(before, after));
}

TEST(PlacedLines, KnowTheBlocksTheyStandIn) {
  EXPECT_THAT(
      placed_lines(kText),
      ElementsAre(PlacedLine{{}, "hostname r1"}, PlacedLine{{}, "router bgp 64512"},
                  PlacedLine{{"router bgp 64512"}, "neighbor 10.0.0.2 remote-as 64513"},
                  PlacedLine{{"router bgp 64512"}, "address-family ipv4 unicast"},
                  PlacedLine{{"router bgp 64512", "address-family ipv4 unicast"}, "network 10.1.0.0/16"}));
}

TEST(LineDifferences, AreShownBelowTheirBlock) {
  const auto after = std::string(kText).replace(std::string(kText).find("10.1.0.0/16"), 11, "10.2.0.0/16");

  EXPECT_EQ(difference(kText, after),
            " router bgp 64512\n"
            "  address-family ipv4 unicast\n"
            "-  network 10.1.0.0/16\n"
            "+  network 10.2.0.0/16\n");
  EXPECT_EQ(difference(kText, kText), "");
}

TEST(LineDifferences, OfABlockThatComesOrGoesAreItsLines) {
  EXPECT_EQ(difference("hostname r1\n", kText),
            "+router bgp 64512\n"
            "+ neighbor 10.0.0.2 remote-as 64513\n"
            "+ address-family ipv4 unicast\n"
            "+  network 10.1.0.0/16\n");
  EXPECT_EQ(size_of(line_differences(kText, "hostname r1\n")), (DifferenceSize{0, 4}));
}

TEST(LineDifferences, CountWhatIsWrittenTwice) { EXPECT_EQ(difference("x\nx\n", "x\n"), "-x\n"); }

TEST(Secrets, AreHiddenLineByLine) {
  EXPECT_EQ(
      without_secrets(
          "router bgp 1\n neighbor 10.0.0.1 password a b\n neighbor 10.0.0.1 description no password x\n"),
      "router bgp 1\n neighbor 10.0.0.1 password <hidden>\n neighbor 10.0.0.1 description no password x\n");
}

TEST(LineDifferences, OfOrderAloneAreNone) { EXPECT_EQ(difference("a\nb\n", "b\na\n"), ""); }

}  // namespace
}  // namespace cli
