// Replays the fuzz targets' seeds and findings: what once broke a decoder must not again.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "test/fuzz/targets.hpp"

namespace bgpd {
namespace {

const std::map<std::string, void (*)(fuzz::Input)> kTargets{{"header", fuzz::header},
                                                            {"open", fuzz::open},
                                                            {"capabilities", fuzz::capabilities},
                                                            {"notification", fuzz::notification},
                                                            {"route_refresh", fuzz::route_refresh},
                                                            {"nlri", fuzz::nlri},
                                                            {"as_path", fuzz::as_path},
                                                            {"update", fuzz::update}};

/// Runs every file of test/fuzz/KIND/TARGET; a finding aborts. Returns how many there were.
std::size_t replay(const std::string& kind) {
  std::size_t count = 0;
  for (const auto& [name, target] : kTargets) {
    const auto folder = std::filesystem::path(KULAN_TEST_DIR) / "fuzz" / kind / name;
    if (!std::filesystem::is_directory(folder)) continue;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      std::ifstream stream(file.path(), std::ios::binary);
      const std::vector<char> octets{std::istreambuf_iterator<char>(stream), {}};
      target({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
      ++count;
    }
  }
  return count;
}

TEST(FuzzTargets, SeedsPass) { EXPECT_GE(replay("corpus"), kTargets.size()); }

TEST(FuzzTargets, FindingsStayFixed) { replay("regressions"); }

}  // namespace
}  // namespace bgpd
