// What several micro benchmarks need: messages of the internet's table, an engine with peers.
#pragma once

#include <benchmark/benchmark.h>

#include <vector>

#include "bgpd/update/outbound.hpp"
#include "rib/engine.hpp"
#include "test/bench/generator/route_table.hpp"

namespace bench {

inline constexpr rib::AsNumber kOurAs = 65000;
inline const rib::TimePoint kNow{std::chrono::seconds(1000)};

inline Announcer announcer(std::uint32_t number, bool is_internal = false) {
  return {number, is_internal ? kOurAs : kOurAs + 1 + number, is_internal,
          rib::IpAddress::v4(0x0aff8001 + number)};
}

std::vector<rib::Nlri> nlri_of(std::span<const rib::Prefix> prefixes);

/// A reflector's routing: engine and output, no sockets. What members are sent is thrown away.
class Reflector {
 public:
  /// is_external: the peers are not its clients but have an AS of their own.
  explicit Reflector(bool is_external = false);

  rib::PeerHandle add_peer();
  void receive(rib::PeerHandle from, const rib::PathAttributes& attributes,
               std::span<const rib::Prefix> prefixes);
  void withdraw(rib::PeerHandle from, std::span<const rib::Prefix> prefixes);
  /// The whole table, with attributes as the sender of this number has them.
  void receive(rib::PeerHandle from, const RouteTable& table, std::uint32_t number);
  /// Runs until nothing is left to do and everybody has been sent everything; returns the octets sent.
  std::size_t settle();

  rib::Engine& engine() { return *engine_; }
  std::size_t output_memory() const { return outbound_->memory(); }

 private:
  std::size_t drain();

  bool is_external_;
  std::unique_ptr<bgpd::update::Outbound> outbound_;
  std::unique_ptr<rib::Engine> engine_;
  std::vector<rib::PeerHandle> peers_, writable_;
  std::vector<rib::Nlri> nlri_;
};

}  // namespace bench
