// The whole way of a route through engine and output, without sockets: fan-out to N members of one update
// group, and the memory that routes leave behind.
#include <malloc.h>

#include "rib/attribute_store.hpp"
#include "test/bench/micro/fixtures.hpp"

namespace bench {
namespace {

/// Octets that the program has allocated and not freed.
double allocated() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

/// 1,000 routes with attributes of their own are announced and withdrawn again; argument: members.
void fan_out(benchmark::State& state) {
  constexpr std::uint32_t kRoutes = 1000;
  const auto members = static_cast<std::uint32_t>(state.range(0));
  const auto table = plain_table(kRoutes);
  Reflector reflector;
  const auto sender = reflector.add_peer();
  for (std::uint32_t i = 0; i < members; ++i) reflector.add_peer();
  reflector.settle();
  std::vector<rib::PathAttributes> attributes;
  for (std::uint32_t i = 0; i < kRoutes; ++i) attributes.push_back(attributes_of(i, announcer(0, true)));

  std::size_t octets = 0;
  for (auto _ : state) {
    for (std::uint32_t i = 0; i < kRoutes; ++i)
      reflector.receive(sender, attributes[i], {&table.prefixes[i], 1});
    octets = reflector.settle();
    state.PauseTiming();
    reflector.withdraw(sender, table.prefixes);
    reflector.settle();
    state.ResumeTiming();
  }
  if (octets < std::size_t{members} * kRoutes * 23) state.SkipWithError("not everybody was sent everything");
  const auto routes = static_cast<double>(state.iterations()) * kRoutes;
  state.counters["per_route"] =
      benchmark::Counter(routes, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["per_route_and_member"] =
      benchmark::Counter(routes * members, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(fan_out)->Arg(1)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

/// Argument: senders of the same 100,000 prefixes.
void memory_of_routes(benchmark::State& state) {
  constexpr std::size_t kPrefixes = 100000;
  const auto senders = static_cast<std::uint32_t>(state.range(0));
  const auto table = internet_table(kPrefixes);
  for (auto _ : state) {
    Reflector reflector(true);
    std::vector<rib::PeerHandle> peers;
    for (std::uint32_t i = 0; i <= senders; ++i) peers.push_back(reflector.add_peer());  // and one receiver
    reflector.settle();
    const auto before = allocated();
    for (std::uint32_t i = 0; i < senders; ++i) reflector.receive(peers[i], table, i);
    reflector.settle();
    const auto octets = allocated() - before;
    const auto totals = reflector.engine().totals();
    const auto paths = static_cast<double>(totals.paths[rib::index_of(rib::Family::Ipv4Unicast)]);
    if (paths != static_cast<double>(senders) * kPrefixes) state.SkipWithError("routes are missing");
    state.counters["octets_per_prefix"] = octets / kPrefixes;
    state.counters["octets_per_path"] = octets / paths;
    state.counters["attribute_sets"] = static_cast<double>(totals.attribute_sets);
  }
}
BENCHMARK(memory_of_routes)->Arg(1)->Arg(2)->Arg(10)->Iterations(1)->Unit(benchmark::kMillisecond);

void memory_of_attribute_sets(benchmark::State& state) {
  constexpr std::uint32_t kSets = 100000;
  for (auto _ : state) {
    rib::AttributeStore store;
    std::vector<rib::Attributes> kept(kSets);
    const auto before = allocated();
    for (std::uint32_t i = 0; i < kSets; ++i) kept[i] = store.intern(attributes_of(i, announcer(0)));
    state.counters["octets_per_set"] = (allocated() - before) / kSets;
  }
}
BENCHMARK(memory_of_attribute_sets)->Iterations(1)->Unit(benchmark::kMillisecond);

/// Members of one group without routes: no sockets, no sessions.
void memory_of_members(benchmark::State& state) {
  constexpr std::uint32_t kMembers = 1000;
  for (auto _ : state) {
    Reflector reflector;
    reflector.add_peer();
    reflector.settle();
    const auto before = allocated();
    for (std::uint32_t i = 0; i < kMembers; ++i) reflector.add_peer();
    reflector.settle();
    state.counters["octets_per_member"] = (allocated() - before) / kMembers;
  }
}
BENCHMARK(memory_of_members)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bench
