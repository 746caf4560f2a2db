// Random histories: hosts announce and withdraw, links are cut and healed, speakers are killed, started and
// cleared, at random times from a seed. When everything is healed, every table must be what a fresh start in
// the same final state gives. The seed of a failure is printed; KULAN_SIMULATION_SEED=N runs that one alone,
// KULAN_SIMULATION_SEEDS=N as many.
#include <gmock/gmock.h>

#include <cstdlib>
#include <set>

#include "test/simulation/host.hpp"

namespace simulation {
namespace {

enum class Topology { Mesh, Reflector, TwoReflectors, Chain, ExternalMesh };

/// What the operators want in the end, and the hosts that run.
class Fleet {
 public:
  Fleet(World& world, Topology topology, unsigned size) : world_(world), topology_(topology), size_(size) {}

  void start(unsigned number) {
    hosts_[number] = std::make_unique<Host>(world_, number, as_of(number));
    for (const auto& each : wanted_[number]) hosts_[number]->announce(each);
    for (unsigned other = 1; other <= size_; ++other)
      if (are_neighbors(number, other)) hosts_[number]->add(settings(number, other));
  }
  void start_all() {
    for (unsigned number = 1; number <= size_; ++number)
      if (!hosts_.contains(number)) start(number);
  }
  void kill(unsigned number) { hosts_.erase(number); }
  bool runs(unsigned number) const { return hosts_.contains(number); }
  Host& operator[](unsigned number) { return *hosts_.at(number); }

  void want(unsigned number, const std::string& subnet) {
    wanted_[number].insert(subnet);
    if (runs(number)) hosts_[number]->announce(subnet);
  }
  void drop(unsigned number, const std::string& subnet) {
    wanted_[number].erase(subnet);
    if (runs(number)) hosts_[number]->withdraw(subnet);
  }
  const std::map<unsigned, std::set<std::string>>& wanted() const { return wanted_; }
  void set_wanted(std::map<unsigned, std::set<std::string>> wanted) { wanted_ = std::move(wanted); }
  unsigned size() const { return size_; }

  bool are_neighbors(unsigned a, unsigned b) const {
    if (a == b) return false;
    switch (topology_) {
      case Topology::Mesh:
      case Topology::ExternalMesh:
        return true;
      case Topology::Reflector:
        return a == 1 || b == 1;
      case Topology::TwoReflectors:
        return std::min(a, b) <= 2;
      case Topology::Chain:
        return a + 1 == b || b + 1 == a;
    }
    return false;
  }
  bool all_up() {
    for (unsigned a = 1; a <= size_; ++a)
      for (unsigned b = 1; b <= size_; ++b)
        if (are_neighbors(a, b) && !(runs(a) && hosts_[a]->is_up(b))) return false;
    return true;
  }

  /// Tables and kernels of all hosts as text.
  std::vector<std::string> everything() {
    std::vector<std::string> lines;
    for (const auto& [number, host] : hosts_) {
      for (const auto& line : host->table()) lines.push_back("host " + std::to_string(number) + " " + line);
      for (const auto& line : host->kernel())
        lines.push_back("kernel " + std::to_string(number) + " " + line);
    }
    return lines;
  }

 private:
  rib::AsNumber as_of(unsigned number) const {
    return topology_ == Topology::Chain || topology_ == Topology::ExternalMesh ? 65000 + number : kAs;
  }
  bool reflects_to(unsigned number, unsigned other) const {
    return (topology_ == Topology::Reflector && number == 1) ||
           (topology_ == Topology::TwoReflectors && number <= 2 && other > 2);
  }
  bgpd::session::PeerSettings settings(unsigned number, unsigned other) {
    return reflects_to(number, other) ? hosts_[number]->client(other)
                                      : hosts_[number]->neighbor(other, as_of(other));
  }

  World& world_;
  const Topology topology_;
  const unsigned size_;
  std::map<unsigned, std::unique_ptr<Host>> hosts_;
  std::map<unsigned, std::set<std::string>> wanted_;
};

/// Each subnet belongs to one host: two claimants are another test's matter.
std::string subnet(unsigned host, unsigned n) {
  return n % 2 == 0 ? "10." + std::to_string(host) + "." + std::to_string(n) + ".0/24"
                    : "2001:db8:" + std::to_string(host) + ":" + std::to_string(n) + "::/64";
}

class RandomHistory {
 public:
  RandomHistory(World& world, Fleet& fleet) : world_(world), fleet_(fleet) {}

  void run(unsigned steps) {
    for (unsigned i = 0; i < steps; ++i) {
      step();
      world_.run_for(pause());
    }
    for (const auto& [a, b] : std::exchange(cut_, {})) world_.heal(address_of(a), address_of(b));
    fleet_.start_all();
  }

 private:
  unsigned draw(unsigned least, unsigned most) {
    return std::uniform_int_distribution<unsigned>(least, most)(world_.random());
  }
  unsigned host() { return draw(1, fleet_.size()); }
  TimePoint::duration pause() {  // mostly within an exchange of messages, sometimes beyond a hold time
    switch (draw(0, 9)) {
      case 0:
        return std::chrono::seconds(draw(1, 12));
      case 1:
      case 2:
        return std::chrono::milliseconds(draw(1, 500));
      default:
        return std::chrono::microseconds(draw(0, 3000));
    }
  }
  void step() {
    const auto number = host(), other = host();
    switch (draw(0, 11)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return fleet_.want(number, subnet(number, draw(0, 9)));
      case 4:
      case 5:
      case 6:
        return fleet_.drop(number, subnet(number, draw(0, 9)));
      case 7:
        if (fleet_.runs(number)) fleet_.kill(number);
        return;
      case 8:
        if (!fleet_.runs(number)) fleet_.start(number);
        return;
      case 9:
        if (number == other) return;
        cut_.emplace(std::min(number, other), std::max(number, other));
        return world_.cut(address_of(number), address_of(other));
      case 10:
        if (cut_.empty()) return;
        world_.heal(address_of(cut_.begin()->first), address_of(cut_.begin()->second));
        cut_.erase(cut_.begin());
        return;
      default:
        if (fleet_.runs(number) && fleet_[number].peer(other))
          fleet_[number].peer(other)->clear(world_.now());
        return;
    }
  }

  World& world_;
  Fleet& fleet_;
  std::set<std::pair<unsigned, unsigned>> cut_;
};

struct Case {
  const char* name;
  Topology topology;
  unsigned size;
};

class RandomSchedule : public testing::TestWithParam<Case> {};

void expect_same_as_a_fresh_start(const Case& c, std::uint32_t seed) {
  SCOPED_TRACE("KULAN_SIMULATION_SEED=" + std::to_string(seed));
  World world(seed);
  world.set_latency(20us, 3ms);
  Fleet fleet(world, c.topology, c.size);
  fleet.start_all();
  RandomHistory(world, fleet).run(80);
  ASSERT_TRUE(world.run_until([&] { return fleet.all_up(); }, 120s)) << "not all sessions came back";
  world.run_for(10s);

  World fresh_world(seed);
  Fleet fresh(fresh_world, c.topology, c.size);
  fresh.set_wanted(fleet.wanted());
  fresh.start_all();
  fresh_world.run_for(10s);

  EXPECT_TRUE(fleet.all_up()) << "a session fell without a cause";
  const auto wanted = fresh.everything();
  EXPECT_FALSE(wanted.empty());
  EXPECT_THAT(fleet.everything(), testing::ElementsAreArray(wanted));
}

TEST_P(RandomSchedule, EndsInTheTablesOfAFreshStart) {
  if (const auto* const chosen = std::getenv("KULAN_SIMULATION_SEED"))
    return expect_same_as_a_fresh_start(GetParam(), static_cast<std::uint32_t>(std::atoi(chosen)));
  const auto* const wish = std::getenv("KULAN_SIMULATION_SEEDS");
  const auto count = wish ? static_cast<std::uint32_t>(std::atoi(wish)) : 100u;
  for (std::uint32_t seed = 1; seed <= count && !HasFailure(); ++seed)
    expect_same_as_a_fresh_start(GetParam(), seed);
}

INSTANTIATE_TEST_SUITE_P(Topologies, RandomSchedule,
                         testing::Values(Case{"Mesh", Topology::Mesh, 4},
                                         Case{"Reflector", Topology::Reflector, 5},
                                         Case{"TwoReflectors", Topology::TwoReflectors, 5},
                                         Case{"Chain", Topology::Chain, 4},
                                         Case{"ExternalMesh", Topology::ExternalMesh, 4}),
                         [](const auto& topology) { return std::string(topology.param.name); });

}  // namespace
}  // namespace simulation
