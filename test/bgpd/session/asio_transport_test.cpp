// What connections write on real sockets: when, all of it, and beside each other.
#include "bgpd/session/asio_transport.hpp"

#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <numeric>

namespace bgpd::session {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

/// A connection that writes numbered octets, as fast as its far end takes them.
struct Writer final : TransportEvents {
  Writer(asio::io_context& io, tcp::acceptor& acceptor, const std::shared_ptr<AsioShared>& shared,
         unsigned number, std::size_t size)
      : octets(size), far(io) {
    std::iota(octets.begin(), octets.end(), static_cast<std::uint8_t>(number));
    tcp::socket near(io);
    near.connect(acceptor.local_endpoint());
    acceptor.accept(far);
    const int small = 4096;  // so that writes are often taken in part
    ::setsockopt(near.native_handle(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    transport = std::make_unique<AsioTransport>(std::move(near), shared);
    transport->start(*this);
  }

  void on_input(Octets, TimePoint) override {}
  Gathered on_writable(std::vector<Octets>& ranges) override {
    ++asked;
    const auto left = Octets(octets).subspan(sent);
    const auto piece = left.size() / 3;
    for (const auto range : {left.first(piece), left.subspan(piece, piece), left.subspan(2 * piece)})
      ranges.push_back(range);
    return {.from_source = left.size()};
  }
  void on_written(const Gathered&, std::size_t count, TimePoint) override {
    sent += count;
    was_told = true;
  }
  void on_write_ended(TimePoint) override {
    EXPECT_TRUE(was_told);
    ++ended;
    if (when_ended) when_ended();
  }
  void on_closed(const std::string&, TimePoint) override { ADD_FAILURE() << "nobody closes"; }

  void read_what_came() {
    std::array<std::uint8_t, 65536> buffer;
    far.non_blocking(true);
    boost::system::error_code error;
    while (const auto count = far.read_some(asio::buffer(buffer), error))
      arrived.insert(arrived.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count));
  }

  std::vector<std::uint8_t> octets, arrived;
  std::size_t sent = 0;
  int asked = 0, ended = 0;
  bool was_told = false;
  std::function<void()> when_ended;
  tcp::socket far;
  std::unique_ptr<AsioTransport> transport;
};

/// Writers that share a loop; the parameter: its I/O threads.
class Writers : public testing::TestWithParam<unsigned> {
 protected:
  Writers() { shared->threads.set_count(GetParam()); }
  void add(std::size_t count, std::size_t size) {
    for (std::size_t i = 0; i < count; ++i)
      writers.emplace_back(io, acceptor, shared, static_cast<unsigned>(i), size);
  }
  bool run_until(const std::function<bool()>& condition) {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    io.restart();
    while (!condition() && std::chrono::steady_clock::now() < limit) io.run_one_for(10ms);
    return condition();
  }

  asio::io_context io{1};
  tcp::acceptor acceptor{io, {asio::ip::make_address("127.0.0.1"), 0}};
  std::shared_ptr<AsioShared> shared = std::make_shared<AsioShared>();
  std::deque<Writer> writers;
};

TEST_P(Writers, WriteAtTheEndOfTheWorkThatAskedForItAndElseInATurnOfTheirOwn) {
  add(1, 100);
  auto& writer = writers.front();

  shared->write_after([&] {
    writer.transport->request_write();
    writer.transport->request_write();
    EXPECT_EQ(writer.asked, 0);
  });
  EXPECT_EQ(writer.asked, 1);

  writer.transport->request_write();
  EXPECT_EQ(writer.asked, 1);
  EXPECT_TRUE(run_until([&] { return writer.asked == 2; }));
}

TEST_P(Writers, LoseNothingWhereSocketsTakeItInParts) {
  add(300, 100'000);
  shared->write_after([&] {
    for (auto& writer : writers) writer.transport->request_write();
  });

  EXPECT_TRUE(run_until([&] {
    for (auto& writer : writers) writer.read_what_came();
    return std::ranges::all_of(
        writers, [](const Writer& writer) { return writer.arrived.size() >= writer.octets.size(); });
  }));

  for (const auto& writer : writers) {
    EXPECT_EQ(writer.arrived, writer.octets);
    EXPECT_EQ(writer.ended, writer.asked);
    EXPECT_GT(writer.asked, 1) << "taken at once: the test shows nothing";
  }
}

TEST_P(Writers, MayCloseOthersWhenTheirTurnEnds) {
  add(100, 100);
  writers.front().when_ended = [&] {
    for (std::size_t i = 1; i < writers.size(); ++i) writers[i].transport.reset();
  };

  shared->write_after([&] {
    for (auto& writer : writers) writer.transport->request_write();
  });

  EXPECT_EQ(writers.front().ended, 1);
  for (std::size_t i = 1; i < writers.size(); ++i) EXPECT_EQ(writers[i].ended, 0);
}

TEST_P(Writers, EndWhatTheyHaveBegunToClose) {
  add(100, 100);
  shared->write_after([&] {
    for (auto& writer : writers) {
      writer.transport->request_write();
      writer.transport->finish({1, 2, 3});
    }
  });

  EXPECT_TRUE(run_until([&] {
    for (auto& writer : writers) writer.read_what_came();
    return std::ranges::all_of(writers, [](const Writer& writer) { return writer.arrived.size() == 3; });
  }));
  for (const auto& writer : writers) EXPECT_EQ(writer.asked, 0);
}

/// A connection that takes what comes.
struct Reader final : TransportEvents {
  Reader(asio::io_context& io, tcp::acceptor& acceptor, const std::shared_ptr<AsioShared>& shared) : far(io) {
    tcp::socket near(io);
    near.connect(acceptor.local_endpoint());
    acceptor.accept(far);
    far.set_option(tcp::no_delay(true));
    transport = std::make_unique<AsioTransport>(std::move(near), shared);
    transport->start(*this);
  }

  void on_input(Octets octets, TimePoint) override {
    arrived += octets.size();
    if (when_read) when_read();
  }
  Gathered on_writable(std::vector<Octets>&) override { return {}; }
  void on_written(const Gathered&, std::size_t, TimePoint) override {}
  void on_write_ended(TimePoint) override {}
  void on_closed(const std::string&, TimePoint) override { ADD_FAILURE() << "nobody closes"; }

  /// Octets that were sent and are not acknowledged.
  int unacknowledged() {
    int count = 0;
    ::ioctl(far.native_handle(), SIOCOUTQ, &count);
    return count;
  }

  std::size_t arrived = 0;
  std::function<void()> when_read;
  tcp::socket far;
  std::unique_ptr<AsioTransport> transport;
};

struct Readers : Writers {};

TEST_P(Readers, LetAcksWaitForTheNextOfManySmallMessagesAndStillSendThem) {
  Reader reader(io, acceptor, shared);
  std::size_t sent = 0;
  const auto reads_one_without_ack = [&] {
    sent += asio::write(reader.far, asio::buffer("update"));
    return run_until([&] { return reader.arrived == sent; }) && reader.unacknowledged() > 0;
  };
  bool waited = false;
  for (int i = 0; i < 1000 && !waited; ++i) waited = reads_one_without_ack();
  EXPECT_TRUE(waited);
  EXPECT_TRUE(run_until([&] { return reader.unacknowledged() == 0; }));
}

TEST_P(Readers, HaveWorkFollowALittleInputInTheSameTurn) {
  Reader reader(io, acceptor, shared);
  std::vector<std::string> order;
  reader.when_read = [&] {
    order.push_back("read");
    EXPECT_TRUE(shared->after_little_input([&] { order.push_back("work"); }));
  };
  EXPECT_FALSE(shared->after_little_input([] { FAIL() << "nothing is read"; }));

  asio::write(reader.far, asio::buffer("update"));
  ASSERT_TRUE(run_until([&] { return !order.empty(); }));
  EXPECT_EQ(order, (std::vector<std::string>{"read", "work"}));
}

TEST_P(Readers, LetOthersComeFirstWhereMuchComes) {
  Reader reader(io, acceptor, shared);
  reader.when_read = [&] {
    if (reader.arrived >= 8192) {
      EXPECT_FALSE(shared->after_little_input([] { FAIL() << "much came"; }));
    }
  };
  const int large = 1 << 20;
  ::setsockopt(reader.far.native_handle(), SOL_SOCKET, SO_SNDBUF, &large, sizeof large);
  asio::write(reader.far, asio::buffer(std::vector<std::uint8_t>(8192)));
  EXPECT_TRUE(run_until([&] { return reader.arrived == 8192; }));
}

INSTANTIATE_TEST_SUITE_P(IoThreads, Readers, testing::Values(0u));
INSTANTIATE_TEST_SUITE_P(IoThreads, Writers, testing::Values(0u, 3u));

}  // namespace
}  // namespace bgpd::session
