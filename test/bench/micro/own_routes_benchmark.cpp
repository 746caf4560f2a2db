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

enum class Kind : std::int64_t { Ipv4, Ipv6Network, Ipv6Host };

std::vector<rib::Prefix> prefixes_of(Kind kind, std::size_t count) {
  if (kind == Kind::Ipv4) return internet_table(count).prefixes;
  std::vector<rib::Prefix> prefixes;
  for (std::size_t number = 0; number < count; ++number) {
    rib::IpAddress::Bytes bytes{0x20, 0x01};
    for (unsigned i = 0; i < 4; ++i) bytes[2 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    prefixes.emplace_back(rib::IpAddress::v6(bytes), kind == Kind::Ipv6Network ? 48u : 128u);
  }
  return prefixes;
}

/// per_item: seconds of a route that moves to another gateway, octets: what is kept of it.
void own_routes_move(benchmark::State& state) {
  const auto prefixes =
      prefixes_of(static_cast<Kind>(state.range(1)), static_cast<std::size_t>(state.range(0)));
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
BENCHMARK(own_routes_move)
    ->ArgNames({"routes", "kind"})
    ->ArgsProduct({{100000, 1000000}, {0, 1, 2}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bench
