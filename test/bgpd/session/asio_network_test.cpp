// The same sessions over real sockets on loopback addresses. Each test waits for conditions; the bound on the
// wait is for a machine that is busy with something else.
#include "bgpd/session/asio_network.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "bgpd/session/tcp_options.hpp"
#include "test/bgpd/session/session_world.hpp"

namespace bgpd::session {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

TimePoint now() { return std::chrono::steady_clock::now(); }

bool run_until(asio::io_context& io, const std::function<bool()>& condition) {
  const auto limit = now() + 20s;
  io.restart();
  while (!condition() && now() < limit) io.run_one_for(100ms);
  return condition();
}

/// A speaker of sessions on a loopback address.
struct Host {
  Host(asio::io_context& io, const char* at, rib::AsNumber as, rib::BgpIdentifier identifier,
       std::uint16_t port = 0)
      : network(io),
        manager(network, handler, {.as = as, .identifier = identifier, .hostname = {}, .port = 0},
                identifier) {
    const auto listening = network.listen({address(at)}, port);
    EXPECT_TRUE(listening) << listening.error();
    network.set_manager(manager);
  }
  PeerSettings settings(const char* from, const char* to, std::uint16_t port) const {
    auto neighbor = Speaker::neighbor(to, 64512);
    neighbor.local_address = address(from);
    neighbor.port = port;
    return neighbor;
  }
  AsioNetwork network;
  RecordingHandler handler;
  PeerManager manager;
};

/// Two hosts that know each other, IPv4 (127.0.0.1, 127.0.0.2) or IPv6 (::1, from which two hosts cannot be
/// made, so one of them is a plain socket there).
class TwoHosts : public testing::Test {
 protected:
  void add_a() { a.manager.add_or_update(a.settings("127.0.0.1", "127.0.0.2", b.network.port()), now()); }
  void add_b() { b.manager.add_or_update(b.settings("127.0.0.2", "127.0.0.1", a.network.port()), now()); }
  Peer& peer_of_a() { return *a.manager.find(address("127.0.0.2")); }
  Peer& peer_of_b() { return *b.manager.find(address("127.0.0.1")); }
  bool both_up() { return peer_of_a().is_established() && peer_of_b().is_established(); }

  asio::io_context io{1};
  Host a{io, "127.0.0.1", 64512, 1}, b{io, "127.0.0.2", 64512, 2};
};

TEST_F(TwoHosts, ConnectToEachOtherAndKeepOneSession) {
  add_a();
  add_b();

  ASSERT_TRUE(run_until(io, [&] { return both_up(); }));

  EXPECT_EQ(peer_of_a().local(), peer_of_b().remote());
  EXPECT_EQ(peer_of_a().remote(), peer_of_b().local());
  EXPECT_THAT(a.handler.told, testing::ElementsAre("up 127.0.0.2"));
  EXPECT_THAT(b.handler.told, testing::ElementsAre("up 127.0.0.1"));
}

TEST_F(TwoHosts, FindEachOtherWhenOneComesLate) {
  add_a();
  ASSERT_TRUE(run_until(io, [&] { return !a.handler.failures.empty(); }));  // b rejects: it knows no neighbor

  add_b();

  EXPECT_TRUE(run_until(io, [&] { return both_up(); }));
}

TEST_F(TwoHosts, AShutdownReachesTheOtherSideWithItsText) {
  add_a();
  add_b();
  ASSERT_TRUE(run_until(io, [&] { return both_up(); }));

  a.manager.shutdown_all("maintenance", now());

  ASSERT_TRUE(run_until(io, [&] { return !peer_of_b().is_established(); }));
  EXPECT_THAT(b.handler.told,
              testing::Contains("down 127.0.0.1: Cease/Administrative Shutdown received (\"maintenance\")"));
  EXPECT_TRUE(run_until(io, [&] { return a.network.finishing_count() == 0; }));
}

TEST_F(TwoHosts, WithoutDescriptorsConnectionsWaitAndTheReasonIsTold) {
  std::vector<std::string> told;
  b.network.tell_accept_failures([&](const std::string& text) { told.push_back(text); });
  asio::ip::tcp::socket caller(io, asio::ip::tcp::v4());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int lowest_free = ::dup(STDIN_FILENO);
  ::close(lowest_free);
  const rlimit none{static_cast<rlim_t>(lowest_free), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);

  caller.connect({asio::ip::make_address("127.0.0.2"), b.network.port()});
  const bool was_told = run_until(io, [&] { return !told.empty(); });
  const auto begun = now();
  int turns = 0;
  run_until(io, [&] { return ++turns, now() - begun >= 500ms; });
  ::setrlimit(RLIMIT_NOFILE, &before);

  ASSERT_TRUE(was_told);
  EXPECT_THAT(told,
              testing::ElementsAre(testing::HasSubstr("cannot accept a connection: Too many open files")));
  EXPECT_LT(turns, 100);                                               // it pauses between attempts
  EXPECT_TRUE(run_until(io, [&] { return caller.available() > 0; }));  // taken, and answered
}

TEST_F(TwoHosts, AFloodOfUnknownCallersIsBounded) {
  std::vector<std::unique_ptr<asio::ip::tcp::socket>> callers;
  std::size_t most = 0;
  for (int i = 0; i < 600; ++i) {  // they read nothing, so what they are told never leaves
    auto& caller = *callers.emplace_back(std::make_unique<asio::ip::tcp::socket>(io));
    boost::system::error_code ignored;
    caller.connect({asio::ip::make_address("127.0.0.2"), b.network.port()}, ignored);
    io.restart();
    io.poll();
    most = std::max(most, b.network.finishing_count());
  }
  EXPECT_GT(most, 0u);
  EXPECT_LE(most, AsioShared::kFinishingLimit);
  EXPECT_EQ(b.manager.size(), 0u);

  add_a();
  add_b();
  EXPECT_TRUE(run_until(io, [&] { return both_up(); }));
}

/// Messages of 4,000 octets, more than the kernel's buffers take.
class MuchOutput : public OutputSource {
 public:
  MuchOutput() : message_(4000, 0) {
    wire::ByteWriter writer(message_);
    wire::begin_message(writer, wire::MessageType::Update);
    message_[16] = 4000 >> 8;
    message_[17] = 4000 & 0xff;
  }
  std::size_t gather(std::vector<Octets>& ranges, std::size_t limit) override {
    std::size_t octets = 0;
    for (auto at = sent_; at < kCount * 4000 && octets < std::max<std::size_t>(limit, 1);) {
      const auto part = Octets(message_).subspan(at % 4000);
      ranges.push_back(part);
      octets += part.size();
      at += part.size();
    }
    return octets;
  }
  Completed consume(std::size_t octets) override {
    const auto before = sent_ / 4000;
    sent_ += octets;
    return {.updates = sent_ / 4000 - before};
  }
  std::size_t unfinished() const override { return sent_ % 4000 == 0 ? 0 : 4000 - sent_ % 4000; }

  static constexpr std::size_t kCount = 10'000;

 private:
  std::vector<std::uint8_t> message_;
  std::size_t sent_ = 0;
};

TEST_F(TwoHosts, CarryFortyMegabytesBesideTheirKeepalives) {
  add_a();
  add_b();
  ASSERT_TRUE(run_until(io, [&] { return both_up(); }));
  MuchOutput output;

  peer_of_a().set_output(&output);
  peer_of_a().output_ready();

  EXPECT_TRUE(run_until(io, [&] { return b.handler.updates.size() == MuchOutput::kCount; }));
  EXPECT_TRUE(both_up());
  EXPECT_EQ(peer_of_a().counters().sent.updates, MuchOutput::kCount);
}

TEST_F(TwoHosts, SignTheirSessionWithMd5) {  // RFC 2385
  auto with_password = a.settings("127.0.0.1", "127.0.0.2", b.network.port());
  with_password.password = "secret";
  const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
  const auto unsupported = set_md5_password(probe, rib::Prefix::host(address("127.0.0.2")), "secret");
  ::close(probe);
  if (unsupported) GTEST_SKIP() << *unsupported;

  a.manager.add_or_update(with_password, now());
  auto theirs = b.settings("127.0.0.2", "127.0.0.1", a.network.port());
  theirs.password = "secret";
  b.manager.add_or_update(theirs, now());

  EXPECT_TRUE(run_until(io, [&] { return both_up(); }));
}

TEST_F(TwoHosts, CheckTheTimeToLive) {  // RFC 5082
  auto ours = a.settings("127.0.0.1", "127.0.0.2", b.network.port());
  auto theirs = b.settings("127.0.0.2", "127.0.0.1", a.network.port());
  ours.minimum_ttl = theirs.minimum_ttl = 255;

  a.manager.add_or_update(ours, now());
  b.manager.add_or_update(theirs, now());

  EXPECT_TRUE(run_until(io, [&] { return both_up(); }));
}

TEST_F(TwoHosts, AConnectionFromAnAddressThatIsNotOursFailsWithAReason) {
  a.manager.add_or_update(a.settings("192.0.2.1", "127.0.0.2", b.network.port()), now());

  ASSERT_TRUE(run_until(io, [&] { return !a.handler.failures.empty(); }));

  EXPECT_THAT(a.handler.failures.front(), testing::HasSubstr("cannot connect from 192.0.2.1"));
}

/// A plain blocking-free socket as the peer.
struct PlainPeer {
  PlainPeer(asio::io_context& io, const tcp::endpoint& from, const tcp::endpoint& to) : socket(io) {
    socket.open(to.protocol());
    socket.bind(from);
    socket.connect(to);
  }
  /// Reads until the other side closes.
  std::vector<std::uint8_t> read_all(asio::io_context& io) {
    std::vector<std::uint8_t> octets;
    bool closed = false;
    asio::async_read(socket, asio::dynamic_buffer(octets),
                     [&](const boost::system::error_code&, std::size_t) { closed = true; });
    EXPECT_TRUE(run_until(io, [&] { return closed; }));
    return octets;
  }
  tcp::socket socket;
};

TEST(AsioNetwork, RejectsAStrangerWithoutWaitingForIt) {
  asio::io_context io{1};
  Host us(io, "127.0.0.1", 64512, 1);

  PlainPeer stranger(io, {asio::ip::make_address("127.0.0.77"), 0},
                     {asio::ip::make_address("127.0.0.1"), us.network.port()});

  EXPECT_EQ(stranger.read_all(io), wire::encode_notification(wire::CeaseReason::ConnectionRejected));
}

TEST(AsioNetwork, TalksIpv6) {
  asio::io_context io{1};
  AsioNetwork network(io);
  if (!network.listen({address("::1")}, 0)) GTEST_SKIP() << "no IPv6 on this host";
  RecordingHandler handler;
  PeerManager manager(network, handler, {.as = 64512, .identifier = 1, .hostname = {}, .port = 0}, 1);
  network.set_manager(manager);
  auto settings = Speaker::neighbor("::1", 64513);
  settings.passive = true;
  manager.add_or_update(settings, now());

  PlainPeer peer(io, {asio::ip::make_address("::1"), 0}, {asio::ip::make_address("::1"), network.port()});
  wire::Open open;
  open.set_as(64513);
  open.hold_time = 9;
  open.identifier = 2;
  asio::write(peer.socket, asio::buffer(wire::encode_open(open)));
  asio::write(peer.socket, asio::buffer(wire::kKeepaliveMessage));

  EXPECT_TRUE(run_until(io, [&] { return manager.find(address("::1"))->is_established(); }));
}

TEST(AsioNetwork, ReadsAnOpenInSingleOctets) {
  asio::io_context io{1};
  Host us(io, "127.0.0.1", 64512, 1);
  auto settings = Speaker::neighbor("127.0.0.3", 64513);
  settings.passive = true;
  us.manager.add_or_update(settings, now());
  PlainPeer peer(io, {asio::ip::make_address("127.0.0.3"), 0},
                 {asio::ip::make_address("127.0.0.1"), us.network.port()});
  peer.socket.set_option(tcp::no_delay(true));
  wire::Open open;
  open.set_as(64513);
  open.hold_time = 9;
  open.identifier = 2;

  for (const auto octet : wire::encode_open(open)) {
    asio::write(peer.socket, asio::buffer(&octet, 1));
    io.restart();
    io.poll();
  }
  asio::write(peer.socket, asio::buffer(wire::kKeepaliveMessage));

  EXPECT_TRUE(run_until(io, [&] { return us.manager.find(address("127.0.0.3"))->is_established(); }));
}

TEST(AsioNetwork, APeerThatResetsItsConnectionIsDown) {
  asio::io_context io{1};
  Host us(io, "127.0.0.1", 64512, 1);
  auto settings = Speaker::neighbor("127.0.0.3", 64513);
  settings.passive = true;
  us.manager.add_or_update(settings, now());
  auto peer =
      std::make_unique<PlainPeer>(io, tcp::endpoint(asio::ip::make_address("127.0.0.3"), 0),
                                  tcp::endpoint(asio::ip::make_address("127.0.0.1"), us.network.port()));
  wire::Open open;
  open.set_as(64513);
  open.hold_time = 9;
  open.identifier = 2;
  asio::write(peer->socket, asio::buffer(wire::encode_open(open)));
  asio::write(peer->socket, asio::buffer(wire::kKeepaliveMessage));
  ASSERT_TRUE(run_until(io, [&] { return us.manager.find(address("127.0.0.3"))->is_established(); }));

  peer->socket.set_option(asio::socket_base::linger(true, 0));
  peer.reset();

  EXPECT_TRUE(run_until(io, [&] { return us.handler.told.size() == 2; }));
  EXPECT_EQ(us.handler.told.back(), "down 127.0.0.3: Connection reset by peer");
}

TEST(AsioNetwork, SaysWhichPortIsTakenAndHowToFindOutByWhom) {
  asio::io_context io{1};
  Host first(io, "127.0.0.1", 64512, 1);
  AsioNetwork second(io);

  const auto listening = second.listen({address("127.0.0.1")}, first.network.port());

  ASSERT_FALSE(listening);
  EXPECT_THAT(listening.error(),
              testing::HasSubstr("127.0.0.1 port " + std::to_string(first.network.port())));
  EXPECT_THAT(listening.error(), testing::HasSubstr("in use"));
}

TEST(AsioNetwork, ListensOnEveryAddressWithoutBeingTold) {
  asio::io_context io{1};
  AsioNetwork network(io);
  ASSERT_TRUE(network.listen({}, 0));
  RecordingHandler handler;
  PeerManager manager(network, handler, {.as = 64512, .identifier = 1, .hostname = {}, .port = 0}, 1);
  network.set_manager(manager);

  PlainPeer stranger(io, {asio::ip::make_address("127.0.0.78"), 0},
                     {asio::ip::make_address("127.0.0.5"), network.port()});

  EXPECT_EQ(stranger.read_all(io), wire::encode_notification(wire::CeaseReason::ConnectionRejected));
}

TEST(AsioNetwork, FindsTheAddressOfAnInterface) {
  EXPECT_EQ(address_of_interface("lo", address("127.0.0.9")), address("127.0.0.1"));
  EXPECT_EQ(address_of_interface("lo", address("fe80::1")), std::nullopt);
  EXPECT_EQ(address_of_interface("nothing0", address("127.0.0.9")), std::nullopt);
}

}  // namespace
}  // namespace bgpd::session
