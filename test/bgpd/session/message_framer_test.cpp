// Cutting the stream: whole, in pieces, and wrong. RFC 4271 §6.1.
#include "bgpd/session/message_framer.hpp"

#include <gtest/gtest.h>

namespace bgpd::session {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes message(wire::MessageType type, std::size_t body_size, std::uint8_t fill = 0) {
  Bytes bytes(16, 0xff);
  const auto length = wire::kHeaderSize + body_size;
  bytes.push_back(static_cast<std::uint8_t>(length >> 8));
  bytes.push_back(static_cast<std::uint8_t>(length));
  bytes.push_back(static_cast<std::uint8_t>(type));
  bytes.resize(length, fill);
  return bytes;
}
Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

const Bytes kStream = message(wire::MessageType::Keepalive, 0) + message(wire::MessageType::Update, 50, 7) +
                      message(wire::MessageType::Keepalive, 0) + message(wire::MessageType::Update, 4077, 8);

/// Type and body of each message that comes out when the stream arrives in pieces of this size.
std::vector<std::pair<wire::MessageType, Bytes>> read_in_pieces(const Bytes& stream, std::size_t size) {
  MessageFramer framer;
  std::vector<std::pair<wire::MessageType, Bytes>> messages;
  for (std::size_t at = 0; at < stream.size(); at += size) {
    auto input = wire::Octets(stream).subspan(at, std::min(size, stream.size() - at));
    while (!input.empty()) {
      const auto next = framer.next(input, 4096);
      if (!next || !*next) break;
      messages.emplace_back((*next)->header.type, Bytes((*next)->body.begin(), (*next)->body.end()));
    }
    EXPECT_TRUE(input.empty());
  }
  EXPECT_FALSE(framer.has_unfinished_message());
  return messages;
}

TEST(MessageFramer, FindsTheSameMessagesHoweverTheyArrive) {
  const auto whole = read_in_pieces(kStream, kStream.size());
  ASSERT_EQ(whole.size(), 4u);
  EXPECT_EQ(whole[1].second, Bytes(50, 7));
  EXPECT_EQ(whole[3].second, Bytes(4077, 8));

  for (const std::size_t size : {1u, 2u, 7u, 18u, 19u, 20u, 100u, 4096u})
    EXPECT_EQ(read_in_pieces(kStream, size), whole);
}

TEST(MessageFramer, HandsOutWholeMessagesWhereTheyLie) {
  MessageFramer framer;
  wire::Octets input(kStream);

  const auto first = framer.next(input, 4096);

  EXPECT_EQ((*first)->body.data(), kStream.data() + wire::kHeaderSize);
}

TEST(MessageFramer, AWrongMarkerIsConnectionNotSynchronized) {
  auto bytes = kStream;
  bytes[3] = 0;
  MessageFramer framer;
  wire::Octets input(bytes);

  EXPECT_EQ(framer.next(input, 4096).error(),
            wire::Notification(wire::HeaderError::ConnectionNotSynchronized));
}

TEST(MessageFramer, AWrongMarkerIsFoundWhenItDripsInToo) {
  auto bytes = kStream;
  bytes[15] = 0xfe;
  MessageFramer framer;
  for (std::size_t i = 0; i < wire::kHeaderSize; ++i) {
    auto input = wire::Octets(bytes).subspan(i, 1);
    const auto next = framer.next(input, 4096);
    EXPECT_EQ(next.has_value(), i + 1 < wire::kHeaderSize);
  }
}

TEST(MessageFramer, ABadLengthComesBackAsData) {
  auto bytes = message(wire::MessageType::Keepalive, 1);
  MessageFramer framer;
  wire::Octets input(bytes);
  const std::uint8_t length[] = {0, 20};

  EXPECT_EQ(framer.next(input, 4096).error(),
            wire::Notification(wire::HeaderError::BadMessageLength, length));
}

TEST(MessageFramer, LongMessagesNeedTheExtension) {  // RFC 8654 §4
  const auto bytes = message(wire::MessageType::Update, 5000);
  MessageFramer plain, extended;
  wire::Octets input(bytes), same(bytes);

  EXPECT_FALSE(plain.next(input, 4096));
  EXPECT_TRUE(extended.next(same, 65535));
}

TEST(MessageFramer, AnUnknownTypeComesBackAsData) {
  const auto bytes = message(static_cast<wire::MessageType>(9), 0);
  MessageFramer framer;
  wire::Octets input(bytes);
  const std::uint8_t type[] = {9};

  EXPECT_EQ(framer.next(input, 4096).error(), wire::Notification(wire::HeaderError::BadMessageType, type));
}

}  // namespace
}  // namespace bgpd::session
