// The kernel's side of a full table without the kernel: routes wished for, written and moved, and what is
// kept of each.
#include <chrono>

#include "fib/own_routes.hpp"
#include "test/bench/micro/fixtures.hpp"

namespace bench {
namespace {

rib::FibRoute by(std::uint32_t gateway) {
  return {.type = rib::RouteType::Unicast,
          .next_hops = {{.gateway = rib::IpAddress::v4(gateway), .interface_index = 2}}};
}

/// Everything that is pending, as if the kernel took all of it.
void write(fib::OwnRoutes& own) {
  fib::OwnRoutes::Batch batch;
  while (own.has_pending()) {
    own.fill(batch);
    own.complete(batch, fib::Clock::time_point{});
    benchmark::DoNotOptimize(own.take_results());
  }
}

void desire(fib::OwnRoutes& own, const std::vector<rib::Prefix>& prefixes, const rib::FibRoute& route) {
  for (const auto& prefix : prefixes) own.desire({prefix, route});
}

/// per_item: seconds of a route that moves to another gateway, octets: what is kept of it.
void own_routes_move(benchmark::State& state) {
  const auto prefixes = internet_table(static_cast<std::size_t>(state.range(0))).prefixes;
  fib::OwnRoutes own(fib::RouteLocation{}, true);
  std::uint32_t gateway = 0x0aff0101;
  desire(own, prefixes, by(gateway));
  write(own);
  for (auto _ : state) {
    gateway ^= 3;
    desire(own, prefixes, by(gateway));
    write(own);
  }
  const auto count = static_cast<double>(prefixes.size());
  state.counters["per_item"] = benchmark::Counter(static_cast<double>(state.iterations()) * count,
                                                  benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["octets"] = static_cast<double>(own.memory_bytes()) / count;
}
BENCHMARK(own_routes_move)->Arg(100000)->Arg(1000000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bench
