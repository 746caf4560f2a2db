#include "bgpd/wire/header.hpp"

#include <gtest/gtest.h>

#include "bgpd/wire/route_refresh.hpp"
#include "test/wire/support.hpp"

namespace bgpd::wire {
namespace {

using test::Bytes;
using test::hex;
using test::operator+;

std::expected<Header, Notification> decode(const Bytes& octets, std::uint16_t maximum = kMaximumMessageSize) {
  return decode_header(std::span<const std::uint8_t, kHeaderSize>(octets), maximum);
}

Bytes header(unsigned length, unsigned type) {
  return Bytes(16, 0xff) + test::u16(length) + Bytes{static_cast<std::uint8_t>(type)};
}

TEST(Header, IsReadWithLengthAndType) {  // RFC 4271 §4.1
  EXPECT_EQ(decode(header(4096, 2)), (Header{4096, MessageType::Update}));
}

TEST(Header, MarkerOtherThanOnesIsNotSynchronized) {  // RFC 4271 §6.1
  for (std::size_t i = 0; i < kMarkerSize; ++i) {
    auto octets = header(19, 4);
    octets[i] = 0xfe;

    EXPECT_EQ(decode(octets).error(), Notification(HeaderError::ConnectionNotSynchronized));
  }
}

TEST(Header, UnknownTypeIsReportedWithItsOctet) {  // RFC 4271 §6.1
  for (const unsigned type : {0u, 6u, 255u})
    EXPECT_EQ(decode(header(19, type)).error(),
              Notification(HeaderError::BadMessageType, Bytes{static_cast<std::uint8_t>(type)}));
}

struct LengthCase {
  MessageType type;
  unsigned length;
  bool legal;
  std::uint16_t maximum = kMaximumMessageSize;
};
class HeaderLength : public testing::TestWithParam<LengthCase> {};

TEST_P(HeaderLength, IsCheckedPerTypeAndReportedInNetworkOrder) {  // RFC 4271 §6.1, RFC 8654 §4
  const auto& c = GetParam();

  const auto result = decode(header(c.length, static_cast<unsigned>(c.type)), c.maximum);

  EXPECT_EQ(result.has_value(), c.legal);
  if (c.legal) return;
  EXPECT_EQ(result.error(), Notification(HeaderError::BadMessageLength, test::u16(c.length)));
}

constexpr auto kExtended = kMaximumExtendedMessageSize;
INSTANTIATE_TEST_SUITE_P(
    All, HeaderLength,
    testing::Values(
        LengthCase{MessageType::Open, 28, false}, LengthCase{MessageType::Open, 29, true},
        LengthCase{MessageType::Open, 4096, true}, LengthCase{MessageType::Open, 4097, false, kExtended},
        LengthCase{MessageType::Update, 22, false}, LengthCase{MessageType::Update, 23, true},
        LengthCase{MessageType::Update, 4097, false}, LengthCase{MessageType::Update, 65535, true, kExtended},
        LengthCase{MessageType::Notification, 20, false}, LengthCase{MessageType::Notification, 21, true},
        LengthCase{MessageType::Keepalive, 18, false}, LengthCase{MessageType::Keepalive, 19, true},
        LengthCase{MessageType::Keepalive, 20, false}, LengthCase{MessageType::Keepalive, 0, false},
        LengthCase{MessageType::RouteRefresh, 22, false}, LengthCase{MessageType::RouteRefresh, 23, true},
        LengthCase{static_cast<MessageType>(9), 18, false},
        LengthCase{static_cast<MessageType>(9), 4097, false}));

TEST(Keepalive, IsAHeaderAlone) {  // RFC 4271 §4.4
  EXPECT_EQ(decode(Bytes(kKeepaliveMessage.begin(), kKeepaliveMessage.end())),
            (Header{19, MessageType::Keepalive}));
}

TEST(RouteRefresh, IsTheSameBothWays) {  // RFC 2918 §3, RFC 7313 §4
  const auto bytes = test::message(MessageType::RouteRefresh, hex("0002 01 01"));
  const RouteRefresh value{.afi = 2, .subtype = 1, .safi = 1};

  EXPECT_EQ(encode_route_refresh(value), bytes);
  EXPECT_EQ(decode_route_refresh(test::body_of(bytes)), value);
}

TEST(RouteRefresh, MarkOfWrongLengthIsReportedWithTheWholeMessage) {  // RFC 7313 §5
  for (const auto* body : {"0001 01 01 00", "0001 02 01 0000"}) {
    const auto bytes = test::message(MessageType::RouteRefresh, hex(body));

    EXPECT_EQ(decode_route_refresh(test::body_of(bytes)).error(),
              Notification(RouteRefreshError::InvalidMessageLength, bytes));
  }
}

TEST(RouteRefresh, RequestMayCarryFiltersThatAreNotRead) {  // RFC 5291 §3
  EXPECT_TRUE(decode_route_refresh(hex("0001 00 01 01 40 00 00")).has_value());
}

}  // namespace
}  // namespace bgpd::wire
