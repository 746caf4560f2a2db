#include "cli/config/merge.hpp"

#include <gmock/gmock.h>

#include "cli/config/edit.hpp"
#include "cli/config/reader.hpp"
#include "cli/config/writer.hpp"

namespace cli {
namespace {

using testing::HasSubstr;

constexpr char kBase[] =
    "router bgp 64512\n"
    " neighbor 10.0.0.2 remote-as 64513\n"
    " neighbor 10.0.0.3 remote-as 64514\n"
    " address-family ipv4 unicast\n"
    "  network 10.1.0.0/16\n";

const Context kRouter{"router bgp 64512"};
const Context kFamily{"router bgp 64512", "address-family ipv4 unicast"};

Config base() { return read_config(kBase).config; }

Config with(Config config, const Context& context, const char* line) {
  EXPECT_EQ(edit(config, context, line).status, EditStatus::Done) << line;
  return config;
}

void expect_merged(const Config& mine, const Config& theirs, const Config& expected) {
  const auto merged = merge(base(), mine, theirs);
  ASSERT_TRUE(merged) << merged.error();
  EXPECT_EQ(write_config(*merged), write_config(expected));
}

TEST(Merge, TakesBothWhereTheyAreAboutDifferentThings) {
  const auto mine = with(base(), kRouter, "neighbor 10.0.0.2 description two");
  const auto theirs = with(base(), kRouter, "neighbor 10.0.0.3 description three");

  expect_merged(mine, theirs, with(mine, kRouter, "neighbor 10.0.0.3 description three"));
}

TEST(Merge, RefusesTwoValuesOfOneThingAndSaysWhich) {
  const auto mine = with(base(), kRouter, "neighbor 10.0.0.2 description mine");
  const auto theirs = with(base(), kRouter, "neighbor 10.0.0.2 description theirs");

  const auto merged = merge(base(), mine, theirs);

  ASSERT_FALSE(merged);
  EXPECT_EQ(merged.error(), "+router bgp 64512 / neighbor 10.0.0.2 description theirs\n");
}

TEST(Merge, OfTheSameChangeIsThatChange) {
  const auto both = with(base(), kFamily, "network 10.2.0.0/16");
  expect_merged(both, both, both);
}

TEST(Merge, RemovesWhatIRemove) {
  const auto mine = with(base(), kFamily, "no network 10.1.0.0/16");
  const auto theirs = with(base(), kFamily, "network 10.2.0.0/16");

  expect_merged(mine, theirs, with(mine, kFamily, "network 10.2.0.0/16"));
}

TEST(Merge, RefusesToConfigureANeighborThatTheyRemoved) {
  const auto mine = with(base(), kRouter, "neighbor 10.0.0.2 description two");
  const auto theirs = with(base(), kRouter, "no neighbor 10.0.0.2");

  const auto merged = merge(base(), mine, theirs);

  ASSERT_FALSE(merged);
  EXPECT_THAT(merged.error(), HasSubstr("-router bgp 64512 / neighbor 10.0.0.2 remote-as 64513"));
}

TEST(Merge, WithNothingOfTheirsIsMine) {
  const auto mine = with(base(), {}, "hostname r2");
  expect_merged(mine, base(), mine);
}

}  // namespace
}  // namespace cli
