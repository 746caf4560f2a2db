// A fast 64-bit hash of octets and words for the in-memory indexes. Not for anything that leaves the process,
// and not keyed: the tables it serves probe in bounded groups and hold values the operator can count.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace rib {

__extension__ typedef unsigned __int128 DoubleWord;  // not ISO C++, but what gcc and clang have

/// Mixes one word into a running hash; every bit of the result depends on every bit of both.
constexpr std::uint64_t hash_mix(std::uint64_t seed, std::uint64_t value) {
  const auto product = static_cast<DoubleWord>(seed ^ 0x9e3779b97f4a7c15u) * (value ^ 0xd6e8feb86659fd93u);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t hash_octets(std::uint64_t seed, std::span<const std::uint8_t> octets) {
  auto hash = hash_mix(seed, octets.size());
  std::size_t i = 0;
  for (; i + 8 <= octets.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, octets.data() + i, 8);
    hash = hash_mix(hash, word);
  }
  if (i < octets.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, octets.data() + i, octets.size() - i);
    hash = hash_mix(hash, word);
  }
  return hash;
}

/// The octets of an array of plain values without padding.
template <typename T>
std::uint64_t hash_values(std::uint64_t seed, std::span<const T> values) {
  static_assert(std::has_unique_object_representations_v<T>);
  return hash_octets(seed, {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()});
}

}  // namespace rib
