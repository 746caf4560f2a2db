// Links, addresses and foreign routes change at random while routes churn and the receive buffer overruns; in
// the end desired and kernel state are equal. The seed is in the name of a failure.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>

#include "test/fib/network_namespace.hpp"

namespace fib::test {
namespace {

class KernelChaosTest : public testing::TestWithParam<std::tuple<unsigned, bool>> {
 protected:
  void SetUp() override {
    if (!space_.problem().empty()) GTEST_SKIP() << space_.problem();
    ASSERT_TRUE(
        run("ip link add eth0 type veth peer name far0 && ip link add eth1 type veth peer name far1 && "
            "ip link set far0 up && ip link set far1 up"));
    ASSERT_TRUE(run(kBringUp));
  }

  static constexpr const char* kBringUp =
      "ip link set eth0 up && ip link set eth1 up && ip addr replace 192.0.2.1/24 dev eth0 && "
      "ip addr replace 198.51.100.1/24 dev eth1 && ip addr replace 2001:db8::1/64 dev eth0 nodad && "
      "ip addr replace 2001:db8:1::1/64 dev eth1 nodad";

  /// Prefix to its next hops' gateways, of all routes of ours in the kernel.
  static std::map<std::string, std::set<std::string>> kernel_state() {
    std::map<std::string, std::set<std::string>> state;
    for (const char* family : {"-4", "-6"}) {
      // "10.1.0.0/24 proto 75 metric 20 \	nexthop via 192.0.2.2 dev eth0 weight 1 \	nexthop …"
      // with -o.
      std::istringstream lines(output_of(std::string("ip -o ") + family + " route show proto 75"));
      for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string prefix, word;
        words >> prefix;
        auto& gateways = state[prefix];
        while (words >> word)
          if (word == "via") gateways.insert((words >> word, word));
      }
    }
    return state;
  }

 private:
  NetworkNamespace space_;
};
INSTANTIATE_TEST_SUITE_P(Seeds, KernelChaosTest, testing::Combine(testing::Range(1u, 5u), testing::Bool()),
                         [](const auto& parameter) {
                           return (std::get<1>(parameter.param) ? "ByObject" : "Plain") +
                                  std::to_string(std::get<0>(parameter.param));
                         });

TEST_P(KernelChaosTest, EndsWithWhatIsDesired) {
  const auto seed = std::get<0>(GetParam());
  const bool by_object = std::get<1>(GetParam());
  std::mt19937 random(seed);
  const auto any = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
  Owner owner({.next_hop_objects = by_object}, 8192);
  ASSERT_TRUE(owner.start());
  const rib::NextHop v4[] = {owner.via("192.0.2.2", "eth0"), owner.via("192.0.2.3", "eth0"),
                             owner.via("198.51.100.2", "eth1")};
  const rib::NextHop v6[] = {owner.via("2001:db8::2", "eth0"), owner.via("2001:db8::3", "eth0"),
                             owner.via("2001:db8:1::2", "eth1")};
  std::map<std::string, std::set<std::string>> desired;

  for (int round = 0; round < 150; ++round) {
    for (int i = 0; i < 20; ++i) {
      const bool is_v4 = any(2) == 0;
      const auto prefix = is_v4 ? "10.1." + std::to_string(any(60)) + ".0/24"
                                : "2001:db8:" + std::to_string(100 + any(60)) + "::/48";
      if (any(4) == 0) {
        owner.withdraw(prefix);
        desired.erase(prefix);
        continue;
      }
      const auto& hops = is_v4 ? v4 : v6;
      const int first = any(3);
      std::vector<rib::NextHop> next_hops{hops[first]};
      if (any(3) == 0) next_hops.push_back(hops[(first + 1) % 3]);
      desired[prefix].clear();
      for (const auto& hop : next_hops) desired[prefix].insert(hop.gateway->to_string());
      owner.desire(prefix, next_hops);
    }
    const auto third_octet = std::to_string(any(60));
    switch (any(by_object ? 9 : 8)) {
      case 0:
        run("ip link set eth0 down");
        break;
      case 1:
        run("ip link set eth1 down");
        break;
      case 2:
        run("ip -4 addr flush dev eth0 2>/dev/null");
        break;
      case 3:
        run("ip route flush proto 75 2>/dev/null; ip -6 route flush proto 75 2>/dev/null");
        break;
      case 4:
        run("ip route replace 10.1." + third_octet + ".0/24 dev lo metric 20 proto static");
        break;
      case 5:
        run("ip route add 10.1." + third_octet + ".0/24 dev lo metric 20 proto static 2>/dev/null");
        break;
      case 6:
        run("for i in $(seq 60); do echo route replace 172.16.$i.0/24 dev lo; done | ip -force -batch -");
        break;
      case 7:
        run(by_object ? "ip nexthop flush proto 75 >/dev/null 2>&1" : kBringUp);
        break;
      default:
        run(kBringUp);
        break;
    }
    owner.handle_events();
  }
  run("ip route flush proto static; ip route flush proto boot");
  ASSERT_TRUE(run(kBringUp));

  const auto all_installed = [&] {
    return std::ranges::all_of(desired, [&](const auto& item) { return owner.is_installed(item.first); });
  };
  EXPECT_TRUE(owner.wait_for([&] { return kernel_state() == desired && all_installed(); }))
      << "seed " << seed;
  const auto state = kernel_state();
  for (const auto& [prefix, gateways] : desired) {
    const auto found = state.find(prefix);
    const auto result = owner.result_of(prefix);
    ASSERT_TRUE(result);
    EXPECT_TRUE(found != state.end() && found->second == gateways)
        << prefix << (found == state.end() ? " is missing" : " differs") << ", last result "
        << result->installed << " " << result->error << " " << result->text;
  }
  for (const auto& [prefix, gateways] : state)
    EXPECT_TRUE(desired.contains(prefix)) << prefix << " is left over";
}

}  // namespace
}  // namespace fib::test
