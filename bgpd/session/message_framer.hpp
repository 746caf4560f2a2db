// Cuts a stream of octets into messages. Whole messages are handed out where they lie; only the unfinished
// tail of the input is kept, so an idle session holds no buffer. RFC 4271 §4.1, §6.1.
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "bgpd/wire/header.hpp"

namespace bgpd::session {

struct Message {
  wire::Header header;
  wire::Octets body;  // borrowed until the next call of the framer
};

class MessageFramer {
 public:
  /// Takes the next message off the front of `input`. Nothing: all of `input` was taken and more is needed.
  ///
  /// maximum_message_size: 4096, or 65535 once extended messages are negotiated (RFC 8654).
  /// Errors: the NOTIFICATION of RFC 4271 §6.1; the stream cannot be read on.
  std::expected<std::optional<Message>, wire::Notification> next(wire::Octets& input,
                                                                 std::uint16_t maximum_message_size);

  bool has_unfinished_message() const { return !tail_.empty() && !tail_was_handed_out_; }

 private:
  void top_up(wire::Octets& input, std::size_t wanted);

  std::vector<std::uint8_t> tail_;
  bool tail_was_handed_out_ = false;
};

}  // namespace bgpd::session
