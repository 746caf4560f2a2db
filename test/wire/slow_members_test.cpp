// Slow readers of a group: the routing engine and its output together, sessions played by the test, which
// reads as little as it likes and keeps the table that the octets say.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "bgpd/update/outbound.hpp"
#include "rib/engine.hpp"
#include "test/support/rib_builders.hpp"
#include "test/wire/support.hpp"

namespace bgpd::update {
namespace {

using rib::Family;
using rib::PeerHandle;
using ::test::attributes;
using Table = std::map<std::string, std::uint32_t>;  // prefix, MED

/// The far end of a session.
struct Reader {
  PeerHandle handle;
  Table table;
  std::vector<std::uint8_t> unparsed;
  int ends_of_rib = 0;
  Table at_end_of_rib;
  std::size_t announcements = 0;
  int refreshes_begun = 0, refreshes_ended = 0;

  void take(Range octets) {
    unparsed.insert(unparsed.end(), octets.begin(), octets.end());
    wire::DecodeContext context;
    context.families = {Family::Ipv4Unicast};
    std::size_t done = 0;
    for (const auto& message : test::split_messages(unparsed)) {
      done += message.size();
      if (message[18] == 5) {  // ROUTE-REFRESH
        ++(message[21] == 1 ? refreshes_begun : refreshes_ended);
        continue;
      }
      wire::DecodedUpdate update;
      ASSERT_TRUE(wire::decode_update(test::body_of(message), context, update));
      for (const auto& part : update.updates()) {
        for (const auto& one : part.withdrawn) table.erase(one.prefix.to_string());
        for (const auto& one : part.announced) table[one.prefix.to_string()] = *part.attributes->med;
        announcements += part.announced.size();
      }
      if (update.end_of_rib() && ++ends_of_rib == 1) at_end_of_rib = table;
    }
    unparsed.erase(unparsed.begin(), unparsed.begin() + static_cast<std::ptrdiff_t>(done));
  }
};

class SlowMembers : public testing::Test {
 protected:
  explicit SlowMembers(Outbound::Options options = {.maximum_log_octets = 10000,
                                                    .maximum_leftover_octets = 1000000,
                                                    .walk_ahead_octets = 1000})
      : outbound_({.writable = nullptr,
                   .fell_behind = [this](PeerHandle peer) { fell_behind_ += peer != source_; },
                   .caught_up = [this](PeerHandle peer, Family) { caught_up_.push_back(peer); },
                   .member_lagging = [this](PeerHandle peer) { lagging_.push_back(peer); },
                   .walk_possible = nullptr,
                   .unsendable = nullptr,
                   .fib_changes = nullptr,
                   .fib_moved = nullptr,
                   .notice = nullptr},
                  options) {
    engine_.set_speaker(::test::speaker(), now_);
    engine_.kernel_route(::test::connected("192.0.2.0/24"), now_);
    source_ = engine_.peer_up(client("192.0.2.1"), now_);
    run();
  }

  static rib::PeerUp client(const std::string& text) {
    auto up = ::test::client(text);
    up.families = {Family::Ipv4Unicast};
    return up;
  }
  Reader join() {
    Reader reader;
    reader.handle = engine_.peer_up(client("192.0.2." + std::to_string(next_++)), now_);
    return reader;
  }

  static std::string name(std::uint32_t i) {
    return "10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".0/24";
  }
  void announce(std::uint32_t i, std::uint32_t med) {
    const rib::Nlri nlri{::test::prefix(name(i)), 0};
    const rib::PathAttributes path = attributes().via("192.0.2.1").with_med(med);
    engine_.received(source_, {Family::Ipv4Unicast, {}, &path, {&nlri, 1}}, now_);
    truth_[name(i)] = med;
  }
  void withdraw(std::uint32_t i) {
    const rib::Nlri nlri{::test::prefix(name(i)), 0};
    engine_.received(source_, {Family::Ipv4Unicast, {&nlri, 1}, nullptr, {}}, now_);
    truth_.erase(name(i));
  }

  /// One turn of the daemon: what fell behind and has read, and some work.
  void run(std::size_t budget = 50) {
    for (const auto peer : std::exchange(caught_up_, {}))
      engine_.refresh_requested(peer, Family::Ipv4Unicast);
    engine_.run(budget, now_);
  }
  /// One write of at most `maximum` octets; returns how many it was.
  std::size_t read(Reader& reader, std::size_t maximum = SIZE_MAX) {
    std::vector<std::uint8_t> octets;
    for (const auto& range : outbound_.fill(reader.handle, maximum))
      octets.insert(octets.end(), range.begin(), range.end());
    octets.resize(std::min(octets.size(), maximum));
    outbound_.consume(reader.handle, octets.size());
    reader.take(octets);
    return octets.size();
  }
  /// Until nobody has anything to do or to read.
  void settle(std::vector<Reader>& readers) {
    for (int turns = 0; turns < 10000; ++turns) {
      std::size_t octets = 0;
      for (auto& reader : readers) octets += read(reader);
      if (octets == 0 && caught_up_.empty() && !engine_.has_work()) return;
      run();
    }
    FAIL() << "does not settle";
  }

  rib::TimePoint now_ = ::test::at(std::chrono::seconds(1000));
  std::vector<PeerHandle> caught_up_, lagging_;
  std::uint32_t next_ = 2;
  std::size_t fell_behind_ = 0;
  Table truth_;
  Outbound outbound_;
  rib::Engine engine_{outbound_};
  PeerHandle source_;
};

TEST_F(SlowMembers, GetTheTableAsItIsWhenTheyReadAgain) {
  std::vector<Reader> readers;
  readers.push_back(join());
  readers.push_back(join());
  auto &slow = readers[0], &fast = readers[1];
  for (std::uint32_t i = 0; i < 100; ++i) announce(i, 0);
  settle(readers);
  ASSERT_EQ(slow.table, truth_);

  for (std::uint32_t i = 0; i < 50; ++i) withdraw(i);
  for (std::uint32_t med = 1; med <= 200; ++med) {
    for (std::uint32_t i = 50; i < 100; ++i) announce(i, med + i);
    run();
    while (read(fast) > 0) {
    }
    EXPECT_LT(outbound_.memory(), 200000u);
  }
  ASSERT_EQ(fast.table, truth_) << "nobody waits for the slow one";
  EXPECT_TRUE(outbound_.backlog(slow.handle).is_behind[0]);
  EXPECT_GE(outbound_.backlog(slow.handle).messages, 1u) << "withdraws";
  EXPECT_EQ(outbound_.backlog(slow.handle).of_family[1], 0u);
  EXPECT_FALSE(outbound_.backlog(fast.handle).is_behind[0]);
  EXPECT_EQ(outbound_.backlog(fast.handle).messages, 0u);
  EXPECT_EQ(fell_behind_, 1u);
  slow.announcements = 0;
  settle(readers);

  EXPECT_EQ(slow.table, truth_);
  EXPECT_LE(slow.announcements, 150u) << "each change was sent, instead of what became of them";
  EXPECT_TRUE(lagging_.empty());
  EXPECT_EQ(slow.ends_of_rib, 1);
  EXPECT_FALSE(outbound_.backlog(slow.handle).is_behind[0]);
}

TEST_F(SlowMembers, AWalkDoesNotRunFarAheadOfItsReaders) {
  std::vector<Reader> readers;
  for (std::uint32_t i = 0; i < 2000; ++i) announce(i, i);
  for (int turns = 0; turns < 100; ++turns) run();
  readers.push_back(join());
  for (int turns = 0; turns < 1000; ++turns) run();

  EXPECT_FALSE(engine_.has_work()) << "a walk that waits is no work";
  EXPECT_LT(outbound_.backlog(readers[0].handle).octets, 6000u);
  settle(readers);
  EXPECT_EQ(readers[0].table, truth_);
  EXPECT_EQ(readers[0].announcements, 2000u);
  EXPECT_EQ(readers[0].at_end_of_rib, truth_);
}

TEST_F(SlowMembers, NobodyWaitsForTheWalkOfAnother) {
  std::vector<Reader> slow, fast;
  for (std::uint32_t i = 0; i < 2000; ++i) announce(i, i);
  for (int turns = 0; turns < 100; ++turns) run();
  slow.push_back(join());
  for (int turns = 0; turns < 100; ++turns) run();
  fast.push_back(join());
  settle(fast);

  EXPECT_EQ(fast[0].table, truth_);
  EXPECT_EQ(fast[0].ends_of_rib, 1);
  settle(slow);
  EXPECT_EQ(slow[0].table, truth_);
  EXPECT_EQ(slow[0].ends_of_rib, 1);
  EXPECT_EQ(slow[0].at_end_of_rib, truth_) << "End-of-RIB before the table";
}

TEST_F(SlowMembers, HearTheEndOfTheirFirstTableAlsoInAnotherGroup) {
  std::vector<Reader> readers;
  for (std::uint32_t i = 0; i < 10; ++i) announce(i, 0);
  run();
  readers.push_back(join());
  for (std::uint32_t med = 0; med < 100; ++med) {  // the first table and its end are in the log, not read
    for (std::uint32_t i = 0; i < 10; ++i) announce(i, med + i);
    run();
  }
  ASSERT_LT(outbound_.backlog(readers[0].handle).octets, 3000u) << "it did not fall behind";
  auto profile = *client("192.0.2.9").exports[rib::index_of(Family::Ipv4Unicast)];
  profile.is_route_reflector_client = false;
  engine_.set_export_profile(readers[0].handle, profile, now_);
  settle(readers);

  EXPECT_EQ(readers[0].ends_of_rib, 1);
  EXPECT_EQ(readers[0].at_end_of_rib, truth_);
}

TEST_F(SlowMembers, GetOneTableHoweverOftenTheyAskForItAndDoNotRead) {
  std::vector<Reader> readers;
  for (std::uint32_t i = 0; i < 500; ++i) announce(i, i);
  for (int turns = 0; turns < 100; ++turns) run();
  readers.push_back(join());
  for (int turns = 0; turns < 200; ++turns) {
    for (int times = 0; times < 10; ++times)
      engine_.refresh_requested(readers[0].handle, Family::Ipv4Unicast);
    run();
  }
  EXPECT_FALSE(engine_.has_work());
  EXPECT_LT(outbound_.backlog(readers[0].handle).octets, 6000u);
  settle(readers);

  EXPECT_EQ(readers[0].table, truth_);
  EXPECT_EQ(readers[0].ends_of_rib, 1);
  EXPECT_EQ(fell_behind_, 0u) << "its own requests put it there";
  EXPECT_LE(readers[0].announcements, 1000u) << "the first table and one for all that was asked meanwhile";
}

TEST_F(SlowMembers, ARefreshAskedForBeforeFallingBehindIsAnsweredByTheTable) {
  std::vector<Reader> readers;
  for (std::uint32_t i = 0; i < 10; ++i) announce(i, 0);
  run();
  readers.push_back(join());
  outbound_.mark_refreshes(readers[0].handle);
  run(2);
  engine_.refresh_requested(readers[0].handle, Family::Ipv4Unicast);  // amid the first table
  for (std::uint32_t med = 0; med < 100; ++med) {
    for (std::uint32_t i = 0; i < 10; ++i) announce(i, med + i);
    run();
  }
  settle(readers);

  EXPECT_EQ(readers[0].table, truth_);
  EXPECT_EQ(readers[0].ends_of_rib, 1);
  EXPECT_EQ(readers[0].refreshes_begun, readers[0].refreshes_ended);
}

class StuckMember : public SlowMembers {
 protected:
  StuckMember()
      : SlowMembers(
            {.maximum_log_octets = 3000, .maximum_leftover_octets = 5000, .walk_ahead_octets = 1000}) {}
};

TEST_F(StuckMember, LosesItsSessionWhenEvenWithdrawsAreTooMany) {
  std::vector<Reader> readers;
  readers.push_back(join());
  readers.push_back(join());
  for (std::uint32_t round = 0; round < 20; ++round) {
    for (std::uint32_t i = 0; i < 200; ++i) announce(i, round + i);
    run(1000);
    for (std::uint32_t i = 0; i < 200; ++i) withdraw(i);
    run(1000);
    while (read(readers[1]) > 0) {
    }
  }
  EXPECT_EQ(lagging_, std::vector{readers[0].handle});
  EXPECT_EQ(readers[1].table, truth_);
  EXPECT_LT(outbound_.memory(), 200000u);
}

TEST_F(SlowMembers, HoldTheTruthAfterAnythingInAnyOrder) {
  for (std::uint32_t seed = 1; seed <= 15; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::uint32_t limit) { return static_cast<std::uint32_t>(random() % limit); };
    std::vector<Reader> readers;
    for (int step = 0; step < 1500; ++step) {
      if (readers.size() < 5 && below(200) == 0) {
        readers.push_back(join());
        if (below(2) == 0) outbound_.mark_refreshes(readers.back().handle);
      }
      const auto i = below(300);
      if (below(3) == 0)
        withdraw(i);
      else
        announce(i, below(1000));
      if (below(20) == 0)
        for (std::uint32_t other = 0; other < 300; ++other) announce(other, below(1000));
      if (below(2) == 0) run(1 + below(60));
      for (std::size_t r = 0; r < readers.size(); ++r)
        if (below(static_cast<std::uint32_t>(3 + 30 * r)) == 0) read(readers[r], 1 + below(500));
      if (!readers.empty() && below(30) == 0) {
        auto profile = *client("192.0.2.9").exports[rib::index_of(Family::Ipv4Unicast)];
        profile.is_route_reflector_client = below(2) == 0;
        engine_.set_export_profile(readers[below(static_cast<std::uint32_t>(readers.size()))].handle, profile,
                                   now_);
      }
      if (!readers.empty() && below(20) == 0)
        engine_.refresh_requested(readers[below(static_cast<std::uint32_t>(readers.size()))].handle,
                                  Family::Ipv4Unicast);
      if (!readers.empty() && below(500) == 0) {
        const auto leaver = below(static_cast<std::uint32_t>(readers.size()));
        engine_.peer_down(readers[leaver].handle, now_);
        outbound_.forget(readers[leaver].handle);
        readers.erase(readers.begin() + leaver);
      }
    }
    settle(readers);
    ASSERT_FALSE(testing::Test::HasFatalFailure()) << "seed " << seed;
    for (auto& reader : readers) {
      EXPECT_EQ(reader.table, truth_) << "seed " << seed;
      EXPECT_EQ(reader.ends_of_rib, 1) << "seed " << seed;
      EXPECT_EQ(reader.refreshes_begun, reader.refreshes_ended) << "seed " << seed;
      EXPECT_TRUE(reader.unparsed.empty()) << "seed " << seed;
      engine_.peer_down(reader.handle, now_);
      outbound_.forget(reader.handle);
    }
    EXPECT_TRUE(lagging_.empty());
  }
  EXPECT_GT(fell_behind_, 15u) << "the readers were too quick to show anything";
}

}  // namespace
}  // namespace bgpd::update
