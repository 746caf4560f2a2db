// How API messages travel on the socket: a 4-octet big-endian length, then that many octets of protobuf.
// Both ends use these; neither ever trusts the length beyond the bound.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace cli {

inline constexpr std::size_t kFrameHeaderSize = 4;
inline constexpr std::size_t kMaximumFrameSize = 16u << 20;  // of the message; cli/proto/kulan.proto

/// The length that a header announces; nothing when it is beyond the bound.
inline std::optional<std::size_t> frame_length(std::span<const std::uint8_t, kFrameHeaderSize> header) {
  const std::size_t length = std::size_t{header[0]} << 24 | std::size_t{header[1]} << 16 |
                             std::size_t{header[2]} << 8 | std::size_t{header[3]};
  return length > kMaximumFrameSize ? std::nullopt : std::optional(length);
}

/// Puts the frame of `message` behind `out`; false (and nothing put) when it is beyond the bound.
template <typename Message>
bool append_frame(std::string& out, const Message& message) {
  const std::size_t length = message.ByteSizeLong();
  if (length > kMaximumFrameSize) return false;
  const auto old_size = out.size();
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(length >> shift & 0xff);
  if (message.AppendToString(&out)) return true;
  out.resize(old_size);
  return false;
}

}  // namespace cli
