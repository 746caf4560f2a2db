#include "bgpd/session/message_framer.hpp"

#include <algorithm>

namespace bgpd::session {

std::expected<std::optional<Message>, wire::Notification> MessageFramer::next(
    wire::Octets& input, std::uint16_t maximum_message_size) {
  if (tail_was_handed_out_) {
    std::vector<std::uint8_t>().swap(tail_);  // frees the memory too
    tail_was_handed_out_ = false;
  }

  const bool continues = !tail_.empty();
  if (continues) top_up(input, wire::kHeaderSize);
  const auto start = continues ? wire::Octets(tail_) : input;
  if (start.size() < wire::kHeaderSize) {
    if (!continues) top_up(input, wire::kHeaderSize);
    return std::nullopt;
  }

  const auto header = wire::decode_header(start.first<wire::kHeaderSize>(), maximum_message_size);
  if (!header) return std::unexpected(header.error());

  if (!continues && input.size() >= header->length) {
    const Message message{*header, input.subspan(wire::kHeaderSize, header->body_length())};
    input = input.subspan(header->length);
    return message;
  }

  tail_.reserve(header->length);
  top_up(input, header->length);
  if (tail_.size() < header->length) return std::nullopt;
  tail_was_handed_out_ = true;
  return Message{*header, wire::Octets(tail_).subspan(wire::kHeaderSize)};
}

/// Moves octets from `input` to the tail until that has `wanted` of them or `input` is empty.
void MessageFramer::top_up(wire::Octets& input, std::size_t wanted) {
  if (tail_.size() >= wanted) return;
  const auto count = std::min(wanted - tail_.size(), input.size());
  tail_.insert(tail_.end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(count));
  input = input.subspan(count);
}

}  // namespace bgpd::session
