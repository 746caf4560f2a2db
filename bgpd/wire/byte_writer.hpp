// A bounded cursor that writes network order into octets it borrows. What does not fit is not written and
// sets a sticky flag: an encoder writes straight down and asks ok() once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace bgpd::wire {

class ByteWriter {
 public:
  explicit ByteWriter(std::span<std::uint8_t> room) : room_(room) {}

  bool ok() const { return ok_; }
  /// Says that what was to be written cannot be.
  void fail() { ok_ = false; }
  /// Octets written so far; also the position of the next one.
  std::size_t size() const { return size_; }
  std::size_t left() const { return room_.size() - size_; }
  std::span<const std::uint8_t> written() const { return room_.first(size_); }

  void u8(std::uint8_t value) { big_endian(value, 1); }
  void u16(std::uint16_t value) { big_endian(value, 2); }
  void u24(std::uint32_t value) { big_endian(value, 3); }
  void u32(std::uint32_t value) { big_endian(value, 4); }
  void octets(std::span<const std::uint8_t> values) {
    if (!reserve(values.size()) || values.empty()) return;
    std::memcpy(room_.data() + size_, values.data(), values.size());
    size_ += values.size();
  }
  void fill(std::uint8_t value, std::size_t count) {
    if (!reserve(count) || count == 0) return;
    std::memset(room_.data() + size_, value, count);
    size_ += count;
  }

  /// Writes over octets already written: lengths that are known only afterwards.
  void patch_u8(std::size_t position, std::size_t value) {
    if (position < size_) room_[position] = static_cast<std::uint8_t>(value);
  }
  void patch_u16(std::size_t position, std::size_t value) {
    patch_u8(position, value >> 8);
    patch_u8(position + 1, value);
  }

 private:
  bool reserve(std::size_t count) {
    if (!ok_ || count > left()) ok_ = false;
    return ok_;
  }
  void big_endian(std::uint32_t value, unsigned length) {
    if (!reserve(length)) return;
    for (unsigned i = 0; i < length; ++i)
      room_[size_ + i] = static_cast<std::uint8_t>(value >> (8 * (length - 1 - i)));
    size_ += length;
  }

  std::span<std::uint8_t> room_;
  std::size_t size_ = 0;
  bool ok_ = true;
};

}  // namespace bgpd::wire
