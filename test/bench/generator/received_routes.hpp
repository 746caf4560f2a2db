// Which prefixes of a table each session holds: a bit for each, so that what is sent twice counts once.
#pragma once

#include <cstdint>
#include <vector>

#include "test/bench/generator/prefix_numbers.hpp"
#include "test/bench/generator/received_update.hpp"

namespace bench {

class ReceivedRoutes {
 public:
  /// For sessions numbered from 0; prefixes that are not in the table are ignored.
  ReceivedRoutes(std::span<const rib::Prefix> prefixes, std::size_t sessions)
      : numbers_(prefixes), words_((prefixes.size() + 63) / 64), bits_(words_ * sessions), held_(sessions) {}

  void take(std::uint32_t session, const ReceivedUpdate& update) {
    for (const auto& nlri : update.withdrawn()) set(session, nlri.prefix, false);
    for (const auto& nlri : update.announced()) set(session, nlri.prefix, true);
  }

  std::uint32_t held_by(std::uint32_t session) const { return held_[session]; }
  /// By all sessions together.
  std::uint64_t held() const { return total_; }
  const PrefixNumbers& numbers() const { return numbers_; }

 private:
  void set(std::uint32_t session, const rib::Prefix& prefix, bool is_there) {
    const auto number = numbers_.find(prefix);
    if (!number) return;
    auto& word = bits_[session * words_ + *number / 64];
    const auto bit = std::uint64_t{1} << (*number % 64);
    if (((word & bit) != 0) == is_there) return;
    word ^= bit;
    held_[session] += is_there ? 1 : ~0u;
    total_ += is_there ? 1 : ~std::uint64_t{0};
  }

  PrefixNumbers numbers_;
  std::size_t words_;
  std::vector<std::uint64_t> bits_;
  std::vector<std::uint32_t> held_;
  std::uint64_t total_ = 0;
};

}  // namespace bench
