#include "bgpd/session/io_threads.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

namespace bgpd::session {
namespace {

TEST(IoThreads, MakeEachCallOnceAndAllBeforeTheyReturn) {
  IoThreads threads;
  for (const unsigned count : {0u, 3u, 1u, 4u}) {
    threads.set_count(count);
    ASSERT_EQ(threads.count(), count);
    for (const std::size_t calls : {0u, 1u, 7u, 500u, 33u}) {
      std::vector<int> made(calls);
      threads.each(calls, [&](std::size_t i) { ++made[i]; });
      EXPECT_EQ(made, std::vector<int>(calls, 1)) << count << " threads";
    }
  }
}

TEST(IoThreads, WorkBesideEachOther) {
  IoThreads threads;
  threads.set_count(2);
  std::mutex mutex;
  std::condition_variable met;
  std::vector<std::thread::id> here;
  // Each share waits in its first call for another thread's: one thread alone would wait for ever.
  threads.each(64, [&](std::size_t) {
    std::unique_lock lock(mutex);
    if (std::ranges::find(here, std::this_thread::get_id()) == here.end())
      here.push_back(std::this_thread::get_id());
    met.notify_all();
    met.wait(lock, [&] { return here.size() >= 2; });
  });
  EXPECT_GE(here.size(), 2u);
}

TEST(IoThreads, LeaveHalfOfTheMachineToOthers) {
  for (const auto& [processors, count] :
       {std::pair{0u, 0u}, {1u, 0u}, {2u, 0u}, {3u, 0u}, {4u, 1u}, {8u, 3u}, {10u, 4u}, {64u, 4u}})
    EXPECT_EQ(IoThreads::count_for(processors), count) << processors;
}

TEST(IoThreads, AreBounded) {
  IoThreads threads;
  threads.set_count(1000);
  EXPECT_EQ(threads.count(), IoThreads::kMaximum);
}

}  // namespace
}  // namespace bgpd::session
