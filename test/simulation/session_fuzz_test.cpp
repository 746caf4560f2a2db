// Replays the seeds and findings of the session fuzzer, and a few thousand scripts of its own.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "test/fuzz/session_target.hpp"

namespace bgpd {
namespace {

std::size_t replay(const std::string& kind) {
  std::size_t count = 0;
  const auto folder = std::filesystem::path(KULAN_TEST_DIR) / "fuzz" / kind / "session";
  if (!std::filesystem::is_directory(folder)) return 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream stream(file.path(), std::ios::binary);
    const std::vector<char> octets{std::istreambuf_iterator<char>(stream), {}};
    fuzz::session({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
    ++count;
  }
  return count;
}

TEST(SessionUnderAttack, SeedsPass) { EXPECT_GE(replay("corpus"), 4u); }

TEST(SessionUnderAttack, FindingsStayFixed) { replay("regressions"); }

/// A finding aborts; the seed is printed before it.
TEST(SessionUnderAttack, LeavesTheBystanderAlone) {
  std::mt19937 random(20260801);
  for (int round = 0; round < 1500; ++round) {
    std::vector<std::uint8_t> script(std::uniform_int_distribution<std::size_t>(10, 300)(random));
    for (auto& octet : script) octet = static_cast<std::uint8_t>(random());
    script[1] = 0;  // OPEN, of any kind
    script[3] = 1;  // KEEPALIVE: most scripts get to Established
    fuzz::session(script);
  }
}

}  // namespace
}  // namespace bgpd
