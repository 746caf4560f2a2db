// An array of trivially copyable values that costs one pointer when empty and one allocation otherwise.
// Attribute sets hold several of these, most of them empty; std::vector would cost 24 octets each.
#pragma once

#include <algorithm>
#include <cassert>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace rib {

template <typename T>
class CompactArray {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 8);

 public:
  CompactArray() = default;
  CompactArray(std::initializer_list<T> values) { assign({values.begin(), values.size()}); }
  explicit CompactArray(std::span<const T> values) { assign(values); }
  CompactArray(const CompactArray& other) { assign(other.span()); }
  /// A copy whose values stand at `place`, which moves behind them; it outlives this object and is not freed.
  CompactArray(const CompactArray& other, std::byte*& place) {
    if (other.empty()) return;
    std::memcpy(place, other.block(), other.block_bytes());
    bits_ = reinterpret_cast<std::uintptr_t>(place) | kPlaced;
    place += other.placed_bytes();
  }
  CompactArray(CompactArray&& other) noexcept : bits_(std::exchange(other.bits_, 0)) {
    assert(!is_placed());  // it may outlive its place
  }
  CompactArray& operator=(CompactArray other) noexcept {
    std::swap(bits_, other.bits_);
    return *this;
  }
  ~CompactArray() {
    if (!is_placed()) std::free(block());
  }

  bool empty() const { return bits_ == 0; }
  std::size_t size() const { return empty() ? 0 : block()->size; }
  const T* data() const { return empty() ? nullptr : reinterpret_cast<const T*>(block() + 1); }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }
  const T& operator[](std::size_t i) const { return data()[i]; }
  std::span<const T> span() const { return {data(), size()}; }

  /// A copy with `value` in front (how a reflector extends CLUSTER_LIST).
  CompactArray prepended(const T& value) const {
    CompactArray result;
    result.allocate(size() + 1);
    T* out = result.mutable_data();
    out[0] = value;
    if (!empty()) std::memcpy(out + 1, data(), size() * sizeof(T));
    return result;
  }

  bool operator==(const CompactArray& other) const {
    return size() == other.size() && (empty() || std::memcmp(data(), other.data(), size() * sizeof(T)) == 0);
  }
  /// Octets that the values take, for `show memory`.
  std::size_t heap_bytes() const { return empty() ? 0 : block_bytes(); }
  /// What a copy at some place takes.
  std::size_t placed_bytes() const {
    static_assert(alignof(Block) <= kPlaceAlignment);
    return (heap_bytes() + kPlaceAlignment - 1) / kPlaceAlignment * kPlaceAlignment;
  }

 private:
  struct alignas(std::max(alignof(T), alignof(std::uint32_t))) Block {
    std::uint32_t size;
  };
  static constexpr std::uintptr_t kPlaced = 1;
  static constexpr std::size_t kPlaceAlignment = 4;

  Block* block() const { return reinterpret_cast<Block*>(bits_ & ~kPlaced); }
  bool is_placed() const { return (bits_ & kPlaced) != 0; }
  std::size_t block_bytes() const { return sizeof(Block) + block()->size * sizeof(T); }
  T* mutable_data() { return reinterpret_cast<T*>(block() + 1); }
  void allocate(std::size_t count) {
    auto* const fresh = static_cast<Block*>(std::malloc(sizeof(Block) + count * sizeof(T)));
    if (!fresh) throw std::bad_alloc();
    fresh->size = static_cast<std::uint32_t>(count);
    bits_ = reinterpret_cast<std::uintptr_t>(fresh);
  }
  void assign(std::span<const T> values) {
    if (values.empty()) return;
    allocate(values.size());
    std::memcpy(static_cast<void*>(mutable_data()), values.data(), values.size_bytes());
  }
  std::uintptr_t bits_ = 0;  // of the block's address; kPlaced: somebody else's
};

}  // namespace rib
