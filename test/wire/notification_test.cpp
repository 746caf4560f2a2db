#include "bgpd/wire/notification.hpp"

#include <gtest/gtest.h>

#include "test/wire/support.hpp"

namespace bgpd::wire {
namespace {

using test::Bytes;
using test::hex;

TEST(Notification, IsTheSameBothWays) {  // RFC 4271 §4.5
  const Notification value(HeaderError::BadMessageLength, hex("1001"));
  const auto bytes = test::message(MessageType::Notification, hex("01 02 1001"));

  EXPECT_EQ(encode_notification(value), bytes);
  EXPECT_EQ(decode_notification(test::body_of(bytes)), value);
}

TEST(Notification, UnknownCodesAreKept) {
  EXPECT_EQ(decode_notification(hex("63 07 aa")), Notification(static_cast<ErrorCode>(0x63), 7, hex("aa")));
}

TEST(Notification, DataIsCutToTheMessageSize) {  // RFC 4271 §4.1
  const auto bytes = encode_notification(Notification(UpdateError::AttributeLength, Bytes(70000, 1)));

  EXPECT_EQ(bytes.size(), kMaximumMessageSize);
}

TEST(Notification, IsDescribedInTheWordsOfTheRfc) {
  EXPECT_EQ(describe(Notification(CeaseReason::AdministrativeShutdown)), "Cease/Administrative Shutdown");
  EXPECT_EQ(describe(Notification(ErrorCode::HoldTimerExpired, 0)), "Hold Timer Expired");
  EXPECT_EQ(describe(Notification(UpdateError::MalformedAsPath)), "UPDATE Message Error/Malformed AS_PATH");
  EXPECT_EQ(describe(Notification(FsmError::InOpenConfirm)),
            "Finite State Machine Error/Unexpected Message in OpenConfirm State");
  EXPECT_EQ(describe(Notification(ErrorCode::Cease, 77)), "Cease/77");
  EXPECT_EQ(describe(Notification(static_cast<ErrorCode>(99), 1)), "Unknown 99/1");
}

TEST(ShutdownText, IsTheSameBothWays) {  // RFC 9003 §2
  const auto notification = cease_with_text(CeaseReason::AdministrativeReset, "Wartung, zurück um 3");

  EXPECT_EQ(notification.data[0], notification.data.size() - 1);
  EXPECT_EQ(shutdown_text(notification), "Wartung, zurück um 3");
}

TEST(ShutdownText, EmptyTextHasNoData) {
  EXPECT_EQ(cease_with_text(CeaseReason::AdministrativeShutdown, ""),
            Notification(CeaseReason::AdministrativeShutdown));
  EXPECT_EQ(shutdown_text(Notification(CeaseReason::AdministrativeShutdown)), std::nullopt);
}

TEST(ShutdownText, LongTextIsCutAtTheEndOfACharacter) {  // RFC 9003 §2: at most 255 octets
  const auto notification =
      cease_with_text(CeaseReason::AdministrativeShutdown, std::string(254, 'a') + "üüü");

  EXPECT_EQ(shutdown_text(notification), std::string(254, 'a'));
}

TEST(ShutdownText, IsIgnoredWhenMalformed) {  // RFC 9003 §2
  for (const auto* data :
       {"05 41 42", "02 c0 80", "03 ed a0 80", "01 80", "02 c3 28", "04 f5 80 80 80", "00"})
    EXPECT_EQ(shutdown_text(Notification(CeaseReason::AdministrativeShutdown, hex(data))), std::nullopt)
        << data;
}

TEST(ShutdownText, KeepsALogLineOneLine) {
  EXPECT_EQ(shutdown_text(Notification(CeaseReason::AdministrativeShutdown, hex("03 41 0a 42"))), "A B");
}

TEST(ShutdownText, BelongsToShutdownAndResetOnly) {
  EXPECT_EQ(shutdown_text(Notification(CeaseReason::PeerDeconfigured, hex("01 41"))), std::nullopt);
}

TEST(HardReset, WrapsTheReason) {  // RFC 8538 §3
  const Notification inner(CeaseReason::MaximumPrefixesReached, hex("0001 01 00000064"));
  const auto wrapped = hard_reset(inner);

  EXPECT_TRUE(is_hard_reset(wrapped));
  EXPECT_FALSE(is_hard_reset(inner));
  EXPECT_EQ(wrapped.data, hex("06 01 0001 01 00000064"));
  EXPECT_EQ(hard_reset_reason(wrapped), inner);
  EXPECT_EQ(hard_reset_reason(Notification(CeaseReason::HardReset, hex("06"))), std::nullopt);
}

}  // namespace
}  // namespace bgpd::wire
