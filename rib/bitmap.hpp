// A set of small numbers, one bit each, that grows as it is set. Destination ids and chunk numbers are dense.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rib {

class Bitmap {
 public:
  bool test(std::uint32_t i) const { return i / 64 < words_.size() && (words_[i / 64] >> (i % 64) & 1) != 0; }
  void set(std::uint32_t i) {
    if (i / 64 >= words_.size()) words_.resize(i / 64 + 1);
    words_[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  void reset(std::uint32_t i) {
    if (i / 64 < words_.size()) words_[i / 64] &= ~(std::uint64_t{1} << (i % 64));
  }
  /// Sets what `other` has.
  void merge(const Bitmap& other) {
    if (words_.size() < other.words_.size()) words_.resize(other.words_.size());
    for (std::size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
  }
  /// No bit was ever set.
  bool empty() const { return words_.empty(); }
  std::size_t heap_bytes() const { return words_.capacity() * sizeof(words_[0]); }

 private:
  std::vector<std::uint64_t> words_;
};

}  // namespace rib
