#include "cli/command/mode.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

TEST(Mode, PromptsAreThoseOfFrr) {
  EXPECT_EQ(prompt_of(Mode::View, "r1"), "r1> ");
  EXPECT_EQ(prompt_of(Mode::Enable, "r1"), "r1# ");
  EXPECT_EQ(prompt_of(Mode::Config, "r1"), "r1(config)# ");
  EXPECT_EQ(prompt_of(Mode::RouterBgp, "r1"), "r1(config-router)# ");
  EXPECT_EQ(prompt_of(Mode::AddressFamilyIpv6, "r1"), "r1(config-router-af)# ");
}

TEST(Mode, EveryModeEndsInView) {
  for (const auto& row : all_modes()) {
    auto mode = row.mode;
    for (int steps = 0; steps < 10; ++steps) mode = parent_of(mode);
    EXPECT_EQ(mode, Mode::View) << row.name;
  }
}

}  // namespace
}  // namespace cli
