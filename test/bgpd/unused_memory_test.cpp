#include "bgpd/unused_memory.hpp"

#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <vector>

namespace bgpd {
namespace {

std::size_t resident_octets() {
  std::size_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST(UnusedMemory, GoesBackAlsoFromBetweenBlocksInUse) {
  constexpr std::size_t kBlock = 1000, kBlocks = 64000;
  const auto unused_before = mallinfo2().fordblks;
  std::vector<std::unique_ptr<char[]>> blocks(kBlocks);
  for (auto& block : blocks) block = std::make_unique<char[]>(kBlock);
  const auto full = resident_octets();
  for (std::size_t i = 0; i < kBlocks; ++i)
    if (i % 64 != 0) blocks[i].reset();
  if (mallinfo2().fordblks < unused_before + kBlock * kBlocks / 2)
    GTEST_SKIP() << "the allocator is not the C library's";

  UnusedMemory memory;
  EXPECT_TRUE(memory.give_back());
  EXPECT_LT(resident_octets() + kBlock * kBlocks / 2, full);
  EXPECT_FALSE(memory.give_back()) << "there is nothing more to give back";
}

}  // namespace
}  // namespace bgpd
