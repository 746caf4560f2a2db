// Attribute sets interned, prefixes looked up: what an UPDATE costs before anything is decided.
#include <memory>

#include "rib/attribute_store.hpp"
#include "rib/table.hpp"
#include "test/bench/micro/fixtures.hpp"

namespace bench {
namespace {

constexpr std::uint32_t kSets = 100000;

std::vector<rib::PathAttributes> sets() {
  std::vector<rib::PathAttributes> sets;
  for (std::uint32_t i = 0; i < kSets; ++i) sets.push_back(attributes_of(i, announcer(0)));
  return sets;
}

void per_item(benchmark::State& state, std::size_t items) {
  state.counters["per_item"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(items),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void intern_new(benchmark::State& state) {
  const auto values = sets();
  for (auto _ : state) {
    rib::AttributeStore store;
    std::vector<rib::Attributes> kept;
    kept.reserve(values.size());
    for (const auto& value : values) kept.push_back(store.intern(value));
    benchmark::DoNotOptimize(kept.data());
  }
  per_item(state, values.size());
}
BENCHMARK(intern_new)->Unit(benchmark::kMillisecond);

void intern_known(benchmark::State& state) {
  const auto values = sets();
  rib::AttributeStore store;
  std::vector<rib::Attributes> kept;
  for (const auto& value : values) kept.push_back(store.intern(value));
  for (auto _ : state)
    for (const auto& value : values) benchmark::DoNotOptimize(store.intern(value));
  per_item(state, values.size());
}
BENCHMARK(intern_known)->Unit(benchmark::kMillisecond);

/// As the engine does it: some prefixes ahead are fetched.
template <typename Visit>
void for_each_fetched(const rib::Table& table, std::span<const rib::Prefix> prefixes, Visit visit) {
  constexpr std::size_t kFar = 16, kNear = 8;
  for (std::size_t i = 0; i < prefixes.size(); ++i) {
    if (i + kFar < prefixes.size()) table.prefetch(prefixes[i + kFar]);
    if (i + kNear < prefixes.size()) table.prefetch_destination(prefixes[i + kNear]);
    visit(prefixes[i]);
  }
}

void table_insert(benchmark::State& state) {
  const auto prefixes = internet_table(static_cast<std::size_t>(state.range(0))).prefixes;
  for (auto _ : state) {
    auto table = std::make_unique<rib::Table>();
    for (const auto& prefix : prefixes) table->find_or_insert(prefix);
    state.PauseTiming();
    table.reset();
    state.ResumeTiming();
  }
  per_item(state, prefixes.size());
}
BENCHMARK(table_insert)->Arg(100000)->Arg(1000000)->Unit(benchmark::kMillisecond);

void table_find(benchmark::State& state) {
  const auto prefixes = internet_table(static_cast<std::size_t>(state.range(0))).prefixes;
  rib::Table table;
  for (const auto& prefix : prefixes) table.find_or_insert(prefix);
  for (auto _ : state)
    for_each_fetched(table, prefixes, [&](const rib::Prefix& p) { benchmark::DoNotOptimize(table.find(p)); });
  per_item(state, prefixes.size());
}
BENCHMARK(table_find)->Arg(100000)->Arg(1000000)->Unit(benchmark::kMillisecond);

void table_erase(benchmark::State& state) {
  const auto prefixes = internet_table(static_cast<std::size_t>(state.range(0))).prefixes;
  for (auto _ : state) {
    state.PauseTiming();
    auto table = std::make_unique<rib::Table>();
    std::vector<rib::Table::Id> ids;
    for (const auto& prefix : prefixes) ids.push_back(table->find_or_insert(prefix).first);
    state.ResumeTiming();
    for (const auto id : ids) table->erase(id);
    state.PauseTiming();
    table.reset();
    state.ResumeTiming();
  }
  per_item(state, prefixes.size());
}
BENCHMARK(table_erase)->Arg(100000)->Arg(1000000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bench
