// The whole of discovery on two hosts: network namespaces, real sockets; skipped where they are not
// permitted.
#include "bgpd/mesh/mesh.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "test/bgpd/mesh/network_namespace.hpp"
#include "test/support/addresses.hpp"

namespace bgpd::mesh {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

using ::test::address;

cli::Config mesh_config() {
  cli::Config config;
  config.bgp.emplace();
  config.bgp->as = cli::kMeshAs;
  config.bgp->keepalive_seconds = 3;
  config.bgp->hold_seconds = 9;
  config.bgp->connect_retry_seconds = 5;
  config.bgp->discovery.multicast = true;
  return config;
}

TEST(MeshSettings, AreNothingWithoutDiscovery) {
  cli::Config config = mesh_config();
  config.bgp->discovery.multicast = false;
  EXPECT_EQ(mesh_settings(config, 1, 179, "host", 7), std::nullopt);
  EXPECT_EQ(mesh_settings({}, 1, 179, "host", 7), std::nullopt);
}

TEST(MeshSettings, TakeTimersAndDefaultPoolsFromTheConfiguration) {
  const auto settings = mesh_settings(mesh_config(), 0x0a000001, 1179, "host", 7);

  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->identity, (Identity{.identifier = 0x0a000001,
                                          .instance = 7,
                                          .as = cli::kMeshAs,
                                          .bgp_port = 1179,
                                          .hostname = "host"}));
  EXPECT_EQ(settings->port, 7179);
  EXPECT_EQ(settings->roster.hold_time, 9s);
  EXPECT_EQ(settings->roster.keepalive_time, 3s);
  EXPECT_EQ(settings->roster.connect_retry_time, 5s);
  EXPECT_EQ(settings->roster.maximum_prefix, 64u);
  EXPECT_THAT(settings->roster.pools, SizeIs(4));
}

TEST(MeshSettings, ConfiguredPoolsReplaceTheDefault) {
  auto config = mesh_config();
  config.bgp->discovery.pools = {*rib::Prefix::parse("10.1.0.0/16")};

  EXPECT_EQ(mesh_settings(config, 1, 179, "host", 7)->roster.pools, config.bgp->discovery.pools);
}

struct Host {
  explicit Host(unsigned number, boost::asio::io_context& io_context)
      : n(number),
        space(std::to_string(number)),
        mesh(io_context,
             {.wanted = [this](std::vector<session::PeerSettings> peers) { wanted = std::move(peers); },
              .connect_now = [this](const rib::IpAddress& peer,
                                    std::uint32_t) { connects.insert(peer.to_string()); },
              .notice = [this](std::string text) { notices.push_back(std::move(text)); }}) {}

  void learn_links() {
    fib::KernelEvent event;
    event.kind = fib::KernelEvent::Kind::LinkChanged;
    event.link.index = space.index_of("eth0");
    event.link.name = "eth0";
    event.link.kind = "veth";
    event.link.is_up = event.link.is_running = event.link.is_multicast = true;
    links.apply(event);
    event.kind = fib::KernelEvent::Kind::AddressAdded;
    event.address.interface_index = event.link.index;
    event.address.address = address("192.168.1." + std::to_string(n));
    event.address.prefix_length = 24;
    links.apply(event);
  }
  void configure(const cli::Config& config, std::uint64_t instance) {
    const auto guard = space.enter();
    mesh.configure(mesh_settings(config, 0x0a000000u + n, 179, "host" + std::to_string(n), instance), links);
  }

  unsigned n;
  test::NetworkNamespace space;
  fib::Links links;
  std::vector<session::PeerSettings> wanted;
  std::set<std::string> connects;
  std::vector<std::string> notices;
  Mesh mesh;
};

class MeshTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!one_.space.exists() || !two_.space.exists() ||
        !one_.space.ip("link add eth0 type veth peer name eth0 netns " + two_.space.name()))
      GTEST_SKIP() << "network namespaces with veth interfaces are not permitted here";
    for (auto* host : {&one_, &two_}) {
      host->space.ip("link set eth0 addrgenmode none up");
      host->space.ip("addr add 192.168.1." + std::to_string(host->n) + "/24 dev eth0");
      host->learn_links();
    }
  }
  template <typename Condition>
  bool run_until(Condition done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done() && std::chrono::steady_clock::now() < end) {
      io_.restart();
      io_.run_for(std::chrono::milliseconds(20));
    }
    return done();
  }
  bool both_want_each_other() {
    return run_until([&] { return one_.wanted.size() == 1 && two_.wanted.size() == 1; });
  }

  boost::asio::io_context io_;
  Host one_{1, io_}, two_{2, io_};
};

TEST_F(MeshTest, TwoHostsFindEachOther) {
  one_.configure(mesh_config(), 11);
  two_.configure(mesh_config(), 22);

  ASSERT_TRUE(both_want_each_other());
  EXPECT_EQ(one_.wanted[0].address, address("192.168.1.2"));
  EXPECT_EQ(one_.wanted[0].description, "host2");
  EXPECT_EQ(two_.wanted[0].address, address("192.168.1.1"));
  EXPECT_THAT(one_.notices, IsEmpty());
}

TEST_F(MeshTest, TheHigherIdentifierBecomesActiveWithoutSession) {
  one_.configure(mesh_config(), 11);
  two_.configure(mesh_config(), 22);
  ASSERT_TRUE(both_want_each_other());

  EXPECT_FALSE(one_.wanted[0].passive);
  EXPECT_TRUE(run_until([&] { return !two_.wanted[0].passive; }));
}

TEST_F(MeshTest, ALeavingHostGoesOnceItsSessionIsDown) {
  one_.configure(mesh_config(), 11);
  two_.configure(mesh_config(), 22);
  ASSERT_TRUE(both_want_each_other());
  one_.mesh.session_state(address("192.168.1.2"), 0, true);

  two_.mesh.leave();
  ASSERT_TRUE(run_until([&] { return one_.mesh.nodes().empty(); }));
  EXPECT_THAT(one_.wanted, SizeIs(1));

  one_.mesh.session_state(address("192.168.1.2"), 0, false);
  EXPECT_TRUE(run_until([&] { return one_.wanted.empty(); }));
}

TEST_F(MeshTest, ARestartedHostIsConnectedToAtOnce) {
  one_.configure(mesh_config(), 11);
  two_.configure(mesh_config(), 22);
  ASSERT_TRUE(both_want_each_other());

  two_.configure(mesh_config(), 23);

  EXPECT_TRUE(run_until([&] { return one_.connects.contains("192.168.1.2"); }));
}

TEST_F(MeshTest, EndsAndStartsAgainByConfiguration) {
  one_.configure(mesh_config(), 11);
  two_.configure(mesh_config(), 22);
  ASSERT_TRUE(both_want_each_other());
  one_.mesh.session_state(address("192.168.1.2"), 0, true);

  one_.configure({}, 11);
  EXPECT_THAT(one_.wanted, IsEmpty());
  EXPECT_FALSE(one_.mesh.is_active());

  one_.configure(mesh_config(), 12);
  EXPECT_TRUE(run_until([&] { return one_.wanted.size() == 1; }));
}

}  // namespace
}  // namespace bgpd::mesh
