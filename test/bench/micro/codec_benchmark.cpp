// UPDATE messages: decoded and judged, and made. Argument: prefixes in a message.
#include "bgpd/update/encoder.hpp"
#include "bgpd/wire/header.hpp"
#include "bgpd/wire/update.hpp"
#include "test/bench/generator/update_messages.hpp"
#include "test/bench/micro/fixtures.hpp"

namespace bench {
namespace {

constexpr std::size_t kMessages = 1000;  // different ones, one after the other

std::vector<Message> messages_with(std::size_t prefixes) {
  const auto table = internet_table(kMessages * prefixes);
  std::vector<Message> messages;
  for (std::uint32_t i = 0; i < kMessages; ++i)
    messages.push_back(announcement(std::span(table.prefixes).subspan(i * prefixes, prefixes),
                                    attributes_of(i, announcer(0)), announcer(0)));
  return messages;
}

void count_prefixes(benchmark::State& state) {
  const auto prefixes = static_cast<double>(state.iterations() * state.range(0));
  state.counters["per_prefix"] =
      benchmark::Counter(prefixes, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void decode(benchmark::State& state) {
  const auto messages = messages_with(static_cast<std::size_t>(state.range(0)));
  bgpd::wire::DecodeContext context;
  context.peer_type = rib::PeerType::External;
  context.local_as = kOurAs;
  context.peer_as = announcer(0).as;
  bgpd::wire::DecodedUpdate update;
  std::size_t next = 0;
  for (auto _ : state) {
    const auto body = std::span<const std::uint8_t>(messages[next]).subspan(bgpd::wire::kHeaderSize);
    if (!bgpd::wire::decode_update(body, context, update) || update.updates().empty() ||
        update.updates()[0].announced.size() != static_cast<std::size_t>(state.range(0)))
      state.SkipWithError("not decoded");
    benchmark::DoNotOptimize(update.updates().data());
    next = (next + 1) % kMessages;
  }
  count_prefixes(state);
}
BENCHMARK(decode)->Arg(1)->Arg(6)->Arg(500);

void encode(benchmark::State& state) {
  const auto prefixes = static_cast<std::size_t>(state.range(0));
  const auto nlri = nlri_of(internet_table(prefixes).prefixes);
  std::vector<rib::PathAttributes> attributes;
  for (std::uint32_t i = 0; i < kMessages; ++i) attributes.push_back(attributes_of(i, announcer(0)));
  rib::ExportProfile profile;
  profile.type = rib::PeerType::External;
  bgpd::update::Encoder encoder(profile);
  bgpd::update::EncodedAttributes encoded;
  std::vector<std::uint8_t> octets;
  std::vector<rib::Nlri> unsendable;
  std::size_t next = 0;
  for (auto _ : state) {
    octets.clear();
    encoder.encode(attributes[next], encoded);
    encoder.announce(encoded, nlri, octets, unsendable);
    benchmark::DoNotOptimize(octets.data());
    next = (next + 1) % kMessages;
  }
  count_prefixes(state);
}
BENCHMARK(encode)->Arg(1)->Arg(6)->Arg(500);

}  // namespace
}  // namespace bench
