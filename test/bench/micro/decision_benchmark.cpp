// The best of N paths to one destination, as ten senders of the internet's table have them.
#include "rib/attribute_store.hpp"
#include "rib/decision.hpp"
#include "test/bench/micro/fixtures.hpp"

namespace bench {
namespace {

void best_path_of(benchmark::State& state) {
  constexpr std::size_t kDestinations = 512;
  const auto paths = static_cast<std::size_t>(state.range(0));
  rib::AttributeStore store;
  std::vector<rib::Attributes> kept;
  std::vector<rib::IpAddress> addresses;
  for (std::uint32_t i = 0; i < paths; ++i) addresses.push_back(announcer(i).address);
  std::vector<rib::Candidate> all;
  for (std::uint32_t d = 0; d < kDestinations; ++d) {
    for (std::uint32_t i = 0; i < paths; ++i) {
      kept.push_back(store.intern(attributes_of(d, announcer(i))));
      rib::Candidate c;
      c.attributes = kept.back().set();
      c.peer_address = &addresses[i];
      c.local_pref = 100;
      c.as_path_length = kept.back().set()->as_path_length();
      c.neighbor_as = kept.back().set()->neighbor_as().value_or(0);
      c.med = kept.back()->med.value_or(0);
      c.router_id = addresses[i].to_v4();
      c.position = i;
      c.is_external = true;
      all.push_back(c);
    }
  }
  std::vector<rib::Candidate> candidates(paths);
  std::size_t next = 0;
  for (auto _ : state) {
    std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(next * paths), paths, candidates.begin());
    const auto best = rib::select_best_path(candidates, {});
    benchmark::DoNotOptimize(best);
    next = (next + 1) % kDestinations;
  }
}
BENCHMARK(best_path_of)->Arg(1)->Arg(2)->Arg(10)->Arg(100);

}  // namespace
}  // namespace bench
