// An array of trivially copyable values that costs one pointer when empty and one allocation otherwise.
// Attribute sets hold several of these, most of them empty; std::vector would cost 24 octets each.
#pragma once

#include <compare>
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
  CompactArray(CompactArray&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  CompactArray& operator=(CompactArray other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~CompactArray() { std::free(block_); }

  bool empty() const { return block_ == nullptr; }
  std::size_t size() const { return block_ ? block_->size : 0; }
  const T* data() const { return block_ ? reinterpret_cast<const T*>(block_ + 1) : nullptr; }
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
  /// Heap octets held, for `show memory`.
  std::size_t heap_bytes() const { return block_ ? sizeof(Block) + block_->size * sizeof(T) : 0; }

 private:
  struct alignas(8) Block {
    std::uint64_t size;
  };
  T* mutable_data() { return reinterpret_cast<T*>(block_ + 1); }
  void allocate(std::size_t count) {
    block_ = static_cast<Block*>(std::malloc(sizeof(Block) + count * sizeof(T)));
    if (!block_) throw std::bad_alloc();
    block_->size = count;
  }
  void assign(std::span<const T> values) {
    if (values.empty()) return;
    allocate(values.size());
    std::memcpy(static_cast<void*>(mutable_data()), values.data(), values.size_bytes());
  }
  Block* block_ = nullptr;
};

}  // namespace rib
