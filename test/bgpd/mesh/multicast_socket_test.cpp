// Real sockets between two network namespaces; skipped where the machine does not allow them.
#include "bgpd/mesh/multicast_socket.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <boost/asio/post.hpp>

#include "test/bgpd/mesh/network_namespace.hpp"
#include "test/support/addresses.hpp"

namespace bgpd::mesh {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint16_t kPort = 7179;

using ::test::address;

struct Received {
  std::uint32_t interface_index;
  std::string source;
  int hop_limit;
  std::string text;
};

/// Host a and host b share the link eth0 and a second one, eth1, that is no uplink.
class MulticastSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!a_.exists() || !b_.exists()) GTEST_SKIP() << "network namespaces are not permitted here";
    const bool built = a_.ip("link add eth0 type veth peer name eth0 netns " + b_.name()) &&
                       a_.ip("link add eth1 type veth peer name eth1 netns " + b_.name());
    if (!built) GTEST_SKIP() << "veth interfaces cannot be made here";
    for (const auto* host : {&a_, &b_}) {
      const std::string n = host == &a_ ? "1" : "2";
      for (const std::string link : {"0", "1"}) {
        host->ip("link set eth" + link + " addrgenmode none up");
        host->ip("addr add 192.168." + link + "." + n + "/24 dev eth" + link);
        host->ip("addr add fe80::" + n + "/64 dev eth" + link + " nodad");
      }
    }
    has_ipv6_ = a_.ip("-6 route get fe80::2 dev eth0");
    socket_a_.emplace(
        io_, [this](std::span<const Datagram> datagrams) { note(received_a_, datagrams); },
        [this](std::string text) { errors_a_.push_back(std::move(text)); });
    socket_b_.emplace(
        io_, [this](std::span<const Datagram> datagrams) { note(received_b_, datagrams); },
        [this](std::string text) { errors_b_.push_back(std::move(text)); });
  }

  Uplink uplink(const test::NetworkNamespace& host, bool v4 = true, bool v6 = true) {
    const std::string n = &host == &a_ ? "1" : "2";
    Uplink uplink{host.index_of("eth0"), "eth0", {}};
    if (v4) uplink.addresses.push_back({address("192.168.0." + n), 24});
    if (v6 && has_ipv6_) uplink.addresses.push_back({address("fe80::" + n), 64});
    return uplink;
  }
  void open(MulticastSocket& socket, const test::NetworkNamespace& host, const std::vector<Uplink>& uplinks) {
    const auto guard = host.enter();
    socket.set_uplinks(uplinks, kPort);
  }
  /// Runs until `done`, at most so long that a failure is one.
  template <typename Condition>
  bool run_until(Condition done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done() && std::chrono::steady_clock::now() < end) {
      io_.restart();
      io_.run_for(std::chrono::milliseconds(20));
    }
    return done();
  }
  static OutgoingBeacon datagram(const Uplink& uplink, const std::string& text,
                                 std::optional<rib::IpAddress> to = {}) {
    return {uplink.interface_index, to, {text.begin(), text.end()}};
  }
  /// A datagram from host a past our own socket: any interface, any TTL.
  void send_raw(const std::string& interface, const char* to, int ttl, const std::string& text) {
    const auto guard = a_.enter();
    const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
    const ip_mreqn out{{}, {}, static_cast<int>(if_nametoindex(interface.c_str()))};
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof out);
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl);
    setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(kPort);
    inet_pton(AF_INET, to, &address.sin_addr);
    EXPECT_EQ(
        ::sendto(fd, text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&address), sizeof address),
        static_cast<ssize_t>(text.size()));
    ::close(fd);
  }
  static void note(std::vector<Received>& all, std::span<const Datagram> datagrams) {
    for (const auto& one : datagrams)
      all.push_back({one.interface_index, one.source.to_string(), one.hop_limit,
                     std::string(one.octets.begin(), one.octets.end())});
  }
  static std::vector<std::string> texts(const std::vector<Received>& all) {
    std::vector<std::string> texts;
    for (const auto& one : all) texts.push_back(one.text);
    return texts;
  }

  test::NetworkNamespace a_{"a"}, b_{"b"};
  bool has_ipv6_ = false;
  boost::asio::io_context io_;
  std::vector<Received> received_a_, received_b_;
  std::vector<std::string> errors_a_, errors_b_;
  std::optional<MulticastSocket> socket_a_, socket_b_;
};

TEST_F(MulticastSocketTest, CarriesABeaconInBothFamilies) {
  open(*socket_a_, a_, {uplink(a_)});
  open(*socket_b_, b_, {uplink(b_)});

  socket_a_->send(datagram(uplink(a_), "hello"));

  ASSERT_TRUE(run_until([&] { return received_b_.size() == (has_ipv6_ ? 2u : 1u); }));
  std::vector<std::string> sources;
  for (const auto& one : received_b_) {
    EXPECT_EQ(one.text, "hello");
    EXPECT_EQ(one.hop_limit, 255);
    EXPECT_EQ(one.interface_index, b_.index_of("eth0"));
    sources.push_back(one.source);
  }
  EXPECT_THAT(sources, testing::Contains("192.168.0.1"));
  if (has_ipv6_) {
    EXPECT_THAT(sources, testing::Contains("fe80::1"));
  }
  EXPECT_THAT(received_a_, IsEmpty());
  EXPECT_THAT(errors_a_, IsEmpty());
  EXPECT_THAT(errors_b_, IsEmpty());
}

TEST_F(MulticastSocketTest, CarriesARepliesByUnicastInBothFamilies) {
  open(*socket_a_, a_, {uplink(a_)});
  open(*socket_b_, b_, {uplink(b_)});

  socket_a_->send(datagram(uplink(a_), "reply", address("192.168.0.2")));
  ASSERT_TRUE(run_until([&] { return received_b_.size() == 1; }));
  EXPECT_EQ(received_b_[0].hop_limit, 255);

  if (!has_ipv6_) GTEST_SKIP() << "no IPv6 here; IPv4 passed";
  socket_a_->send(datagram(uplink(a_), "reply", address("fe80::2")));
  ASSERT_TRUE(run_until([&] { return received_b_.size() == 2; }));
  EXPECT_EQ(received_b_[1].source, "fe80::1");
  EXPECT_EQ(received_b_[1].hop_limit, 255);
}

TEST_F(MulticastSocketTest, TellsTheHopLimitOfWhatComesFromFar) {
  open(*socket_b_, b_, {uplink(b_)});

  send_raw("eth0", kGroupIpv4, 1, "near");
  send_raw("eth0", "192.168.0.2", 64, "far");

  ASSERT_TRUE(run_until([&] { return received_b_.size() == 2; }));
  EXPECT_EQ(received_b_[0].hop_limit, 1);
  EXPECT_EQ(received_b_[1].hop_limit, 64);
}

TEST_F(MulticastSocketTest, HearsNothingOnInterfacesThatAreNoUplinks) {
  open(*socket_b_, b_, {uplink(b_)});

  send_raw("eth1", kGroupIpv4, 255, "multicast on eth1");
  send_raw("eth1", "192.168.1.2", 255, "unicast on eth1");
  send_raw("eth0", kGroupIpv4, 255, "on eth0");

  ASSERT_TRUE(run_until([&] { return !received_b_.empty(); }));
  EXPECT_THAT(texts(received_b_), ElementsAre("on eth0"));
}

TEST_F(MulticastSocketTest, SendsNothingOnInterfacesThatAreNoUplinks) {
  open(*socket_a_, a_, {uplink(a_)});
  auto eth1 = uplink(b_);
  eth1.interface_index = b_.index_of("eth1");
  open(*socket_b_, b_, {uplink(b_), eth1});

  auto elsewhere = uplink(a_);
  elsewhere.interface_index = a_.index_of("eth1");
  socket_a_->send(datagram(elsewhere, "on eth1"));
  socket_a_->send(datagram(uplink(a_), "on eth0"));

  ASSERT_TRUE(run_until([&] { return !received_b_.empty(); }));
  EXPECT_THAT(texts(received_b_), testing::Each("on eth0"));
}

TEST_F(MulticastSocketTest, FollowsAnInterfaceThatComesGoesDownAndIsReplaced) {
  open(*socket_a_, a_, {});
  open(*socket_b_, b_, {uplink(b_, true, false)});
  socket_a_->send(datagram(uplink(a_), "too early"));

  open(*socket_a_, a_, {uplink(a_, true, false)});
  socket_a_->send(datagram(uplink(a_), "came"));
  ASSERT_TRUE(run_until([&] { return received_b_.size() == 1; }));

  b_.ip("link set eth0 down");
  b_.ip("link set eth0 up");
  socket_a_->send(datagram(uplink(a_), "back"));
  ASSERT_TRUE(run_until([&] {
    if (received_b_.size() == 1) socket_a_->send(datagram(uplink(a_), "back"));  // until the link has settled
    return received_b_.size() >= 2;
  }));

  a_.ip("link del eth0");
  open(*socket_a_, a_, {});
  open(*socket_b_, b_, {});
  a_.ip("link add eth0 type veth peer name eth0 netns " + b_.name());
  for (const auto* host : {&a_, &b_}) {
    host->ip("link set eth0 up");
    host->ip("addr add 192.168.0." + std::string(host == &a_ ? "1" : "2") + "/24 dev eth0");
  }
  open(*socket_a_, a_, {uplink(a_, true, false)});
  open(*socket_b_, b_, {uplink(b_, true, false)});
  received_b_.clear();
  ASSERT_TRUE(run_until([&] {
    if (received_b_.empty()) socket_a_->send(datagram(uplink(a_), "replaced"));
    return !received_b_.empty();
  }));
  EXPECT_EQ(received_b_[0].text, "replaced");
}

TEST_F(MulticastSocketTest, SaysOnceThatThePortIsTaken_AndWorksWhenItIsFree) {
  int other;
  {
    const auto guard = b_.enter();
    other = ::socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_port = htons(kPort);
    ASSERT_EQ(::bind(other, reinterpret_cast<sockaddr*>(&any), sizeof any), 0);
  }
  open(*socket_b_, b_, {uplink(b_, true, false)});
  open(*socket_b_, b_, {uplink(b_, true, false)});
  EXPECT_THAT(errors_b_, ElementsAre(HasSubstr("7179")));

  ::close(other);
  open(*socket_b_, b_, {uplink(b_, true, false)});
  send_raw("eth0", kGroupIpv4, 255, "now");
  EXPECT_TRUE(run_until([&] { return received_b_.size() == 1; }));
}

TEST_F(MulticastSocketTest, ReceivesAFloodInTurns) {
  open(*socket_b_, b_, {uplink(b_, true, false)});
  for (int i = 0; i < 100; ++i) send_raw("eth0", kGroupIpv4, 255, "x");
  bool other_work_done = false;

  boost::asio::post(io_, [&] { other_work_done = true; });

  EXPECT_TRUE(run_until([&] { return received_b_.size() == 100; }));
  EXPECT_TRUE(other_work_done);
}

TEST_F(MulticastSocketTest, MayEndWhileADatagramWaits) {
  open(*socket_b_, b_, {uplink(b_, true, false)});
  send_raw("eth0", kGroupIpv4, 255, "x");

  socket_b_.reset();
  io_.run_for(std::chrono::milliseconds(1));

  EXPECT_THAT(received_b_, IsEmpty());
}

TEST_F(MulticastSocketTest, ClosesWithoutUplinksAndOpensAgain) {
  open(*socket_b_, b_, {uplink(b_, true, false)});
  open(*socket_b_, b_, {});
  open(*socket_b_, b_, {uplink(b_, true, false)});

  send_raw("eth0", kGroupIpv4, 255, "again");

  EXPECT_TRUE(run_until([&] { return !received_b_.empty(); }));
  EXPECT_THAT(texts(received_b_), ElementsAre("again"));
}

}  // namespace
}  // namespace bgpd::mesh
