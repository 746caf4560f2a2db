#include "bgpd/wire/open.hpp"

#include <gtest/gtest.h>

#include "test/wire/support.hpp"

namespace bgpd::wire {
namespace {

using test::Bytes;
using test::hex;
using test::operator+;

/// The body of an OPEN: AS 64512, hold time 180, identifier 10.0.0.1, and these optional parameters.
Bytes open_body(const Bytes& parameters) {
  return hex("04 fc00 00b4 0a000001") + Bytes{static_cast<std::uint8_t>(parameters.size())} + parameters;
}
/// The same with these capabilities in one parameter.
Bytes open_with(std::string_view capabilities) {
  const auto value = hex(capabilities);
  return open_body(Bytes{2, static_cast<std::uint8_t>(value.size())} + value);
}

const Notification kUnspecificError(ErrorCode::OpenMessage, kUnspecific);

TEST(Open, IsTheSameBothWays) {  // RFC 4271 §4.2
  Open open;
  open.set_as(4200000001);
  open.hold_time = 90;
  open.identifier = 0x0a000001;
  open.capabilities.multiprotocol = {rib::Family::Ipv4Unicast, rib::Family::Ipv6Unicast};
  open.capabilities.route_refresh = true;
  const auto bytes = test::message(MessageType::Open, hex("04 5ba0 005a 0a000001 16 02 14 01 04 0001 00 01"
                                                          "01 04 0002 00 01 02 00 41 04 fa56ea01"));

  EXPECT_EQ(encode_open(open), bytes);
  EXPECT_EQ(decode_open(test::body_of(bytes)), open);
  EXPECT_EQ(open.as(), 4200000001u);
}

TEST(Open, WithoutCapabilitiesHasTheAsOfItsField) {  // RFC 4271 §4.2
  const auto open = decode_open(open_body({}));

  ASSERT_TRUE(open.has_value());
  EXPECT_EQ(open->as(), 64512u);
  EXPECT_EQ(encode_open(*open), test::message(MessageType::Open, open_body({})));
}

TEST(Open, OtherVersionIsRefusedWithOurs) {  // RFC 4271 §6.2: data is two octets
  for (const int version : {0, 3, 5}) {
    auto body = open_body({});
    body[0] = static_cast<std::uint8_t>(version);

    EXPECT_EQ(decode_open(body).error(), Notification(OpenError::UnsupportedVersion, hex("0004")));
  }
}

TEST(Open, AsZeroIsRefused) {  // RFC 7607 §2
  EXPECT_EQ(decode_open(hex("04 0000 00b4 0a000001 00")).error(), Notification(OpenError::BadPeerAs));
  EXPECT_EQ(decode_open(open_with("41 04 00000000")).error(), Notification(OpenError::BadPeerAs));
}

TEST(Open, HoldTimeOfOneOrTwoSecondsIsRefusedZeroIsNot) {  // RFC 4271 §6.2
  EXPECT_EQ(decode_open(hex("04 fc00 0001 0a000001 00")).error(),
            Notification(OpenError::UnacceptableHoldTime));
  EXPECT_EQ(decode_open(hex("04 fc00 0002 0a000001 00")).error(),
            Notification(OpenError::UnacceptableHoldTime));
  EXPECT_TRUE(decode_open(hex("04 fc00 0000 0a000001 00")).has_value());
  EXPECT_TRUE(decode_open(hex("04 fc00 0003 0a000001 00")).has_value());
}

TEST(Open, IdentifierZeroIsRefusedAnyOtherIsNot) {  // RFC 6286 §2.1
  EXPECT_EQ(decode_open(hex("04 fc00 00b4 00000000 00")).error(), Notification(OpenError::BadBgpIdentifier));
  EXPECT_TRUE(decode_open(hex("04 fc00 00b4 e0000001 00")).has_value());
}

TEST(Open, UnknownParameterIsRefused) {  // RFC 4271 §6.2
  EXPECT_EQ(decode_open(open_body(hex("01 00"))).error(),
            Notification(OpenError::UnsupportedOptionalParameter));
  EXPECT_EQ(decode_open(open_body(hex("02 00 ff 00"))).error(),
            Notification(OpenError::UnsupportedOptionalParameter));
}

TEST(Open, ParametersThatDoNotFillTheirLengthAreMalformed) {  // RFC 4271 §6.2
  for (const auto* tail : {"05 02 06 01 04 0001", "08 02 06 01 04 0001 00 01 00", "01 02", "02 02 05",
                           "04 02 02 01 04", "07 02 05 01 04 0001 00", "02"})
    EXPECT_EQ(decode_open(hex("04 fc00 00b4 0a000001") + hex(tail)).error(), kUnspecificError) << tail;
}

TEST(Open, LongParametersUseTheExtendedForm) {  // RFC 9072 §2
  Open open;
  open.set_as(64512);
  open.hold_time = 180;
  open.identifier = 1;
  open.capabilities.unknown = {{200, Bytes(240, 7)}, {201, Bytes(240, 8)}};

  const auto bytes = encode_open(open);

  EXPECT_EQ(Bytes(bytes.begin() + 28, bytes.begin() + 32), hex("ff ff 01ed"));  // 493 octets of parameters
  EXPECT_EQ(decode_open(test::body_of(bytes)), open);
}

TEST(Open, TheExtendedFormMayBeWanted) {  // RFC 9072 §2
  Open open;
  open.set_as(64512);
  open.hold_time = 180;
  open.identifier = 1;
  open.extended_parameters = true;

  const auto bytes = encode_open(open);

  EXPECT_EQ(Bytes(bytes.begin() + 28, bytes.end()), hex("ff ff 0009 02 0006 41 04 0000fc00"));
  EXPECT_EQ(decode_open(test::body_of(bytes))->as(), 64512u);
}

TEST(Open, ShortParametersMayUseTheExtendedForm) {  // RFC 9072 §2: the old length counts for nothing
  for (const auto* length : {"ff", "01"}) {
    const auto open = decode_open(hex("04 fc00 00b4 0a000001") + hex(length) + hex("ff 0005 02 0002 02 00"));

    ASSERT_TRUE(open.has_value()) << length;
    EXPECT_TRUE(open->capabilities.route_refresh);
  }
}

TEST(Open, ExtendedFormThatDoesNotFillItsLengthIsMalformed) {  // RFC 9072 §2
  for (const auto* tail :
       {"ff ff 0006 02 0002 02 00", "ff ff 0004 02 0002 02 00", "ff ff 00", "ff ff 0002 02 00"})
    EXPECT_EQ(decode_open(hex("04 fc00 00b4 0a000001") + hex(tail)).error(), kUnspecificError) << tail;
}

// --- capabilities
// ------------------------------------------------------------------------------------------------

Capabilities some_capabilities() {
  Capabilities c;
  c.multiprotocol = {rib::Family::Ipv4Unicast, AfiSafi(25, 70)};
  c.route_refresh = c.enhanced_route_refresh = c.extended_message = true;
  c.four_octet_as = 65536;
  c.extended_next_hop = {{rib::Family::Ipv4Unicast, 2}};
  c.role = static_cast<std::uint8_t>(Role::Customer);
  c.graceful_restart =
      GracefulRestart{.restarting = true,
                      .notification = true,
                      .restart_time = 120,
                      .families = {{rib::Family::Ipv4Unicast, true}, {rib::Family::Ipv6Unicast, false}}};
  c.long_lived = {{rib::Family::Ipv6Unicast, true, 0x012345}};
  c.add_path = {{rib::Family::Ipv4Unicast, AddPathFamily::Direction::Both}};
  c.fqdn = Fqdn{"node1", "example.org"};
  c.unknown = {{128, {}}, {131, {1, 2}}};
  return c;
}

TEST(Capabilities, AreTheSameBothWays) {  // RFC 5492 §4
  const auto bytes =
      hex("01 04 0001 00 01"  // RFC 4760 §8
          "01 04 0019 00 46"
          "02 00"                                          // RFC 2918 §2
          "05 06 0001 0001 0002"                           // RFC 8950 §4
          "06 00"                                          // RFC 8654 §3
          "09 01 03"                                       // RFC 9234 §4.1
          "40 0a c078 0001 01 80 0002 01 00"               // RFC 4724 §3, RFC 8538 §2
          "41 04 00010000"                                 // RFC 6793 §3
          "45 04 0001 01 03"                               // RFC 7911 §4
          "46 00"                                          // RFC 7313 §3.1
          "47 07 0002 01 80 012345"                        // RFC 9494 §3
          "49 12 05 6e6f646531 0b 6578616d706c652e6f7267"  // draft-walton-bgp-hostname-capability
          "80 00 83 02 0102");
  Bytes room(400);
  ByteWriter writer(room);
  encode_capabilities(some_capabilities(), writer);
  Capabilities decoded;

  EXPECT_EQ(test::to_hex(writer.written()), test::to_hex(bytes));
  EXPECT_EQ(decode_capabilities(bytes, decoded), std::nullopt);
  EXPECT_EQ(decoded, some_capabilities());
}

TEST(Capabilities, StandInOneParameterOrInMany) {  // RFC 5492 §4
  const auto one = decode_open(open_with("01 04 0001 00 01 02 00"));
  const auto many = decode_open(open_body(hex("02 06 01 04 0001 00 01 02 02 02 00")));

  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one, many);
}

class CapabilityLength : public testing::TestWithParam<const char*> {};
TEST_P(CapabilityLength, ThatIsImpossibleIsMalformed) {  // RFC 4271 §6.2
  Capabilities decoded;
  EXPECT_EQ(decode_capabilities(hex(GetParam()), decoded), kUnspecificError);
}
INSTANTIATE_TEST_SUITE_P(All, CapabilityLength,
                         testing::Values("01 03 000100", "01 05 0001000100", "02 01 00", "05 05 0001000100",
                                         "06 01 00", "09 00", "09 02 0000", "40 01 00", "40 04 00780001",
                                         "41 03 000000", "41 00", "45 03 000101", "46 01 00",
                                         "47 06 000201000000", "01 04 0001 00", "01", "80 05 00"));

TEST(Capabilities, RepeatedOnesCountOnce) {  // RFC 5492 §4
  Capabilities decoded;
  EXPECT_EQ(decode_capabilities(hex("01 04 0001 00 01 01 04 0001 00 01 80 00 80 00"), decoded), std::nullopt);

  EXPECT_EQ(decoded.multiprotocol.size(), 1u);
  EXPECT_EQ(decoded.unknown.size(), 1u);
}

TEST(Capabilities, LastGracefulRestartCounts) {  // RFC 4724 §3
  Capabilities decoded;
  EXPECT_EQ(decode_capabilities(hex("40 06 0001 0001 01 80 40 02 0002"), decoded), std::nullopt);

  EXPECT_EQ(decoded.graceful_restart->restart_time, 2);
  EXPECT_TRUE(decoded.graceful_restart->families.empty());
}

TEST(Capabilities, AddPathDirectionOfNoMeaningIsIgnored) {  // RFC 7911 §4
  Capabilities decoded;
  EXPECT_EQ(decode_capabilities(hex("45 08 0001 01 04 0002 01 01"), decoded), std::nullopt);

  ASSERT_EQ(decoded.add_path.size(), 1u);
  EXPECT_EQ(decoded.add_path[0].family, AfiSafi(rib::Family::Ipv6Unicast));
}

TEST(Capabilities, TwoRolesMustAgree) {  // RFC 9234 §4.2
  Capabilities same, different;

  EXPECT_EQ(decode_capabilities(hex("09 01 03 09 01 03"), same), std::nullopt);
  EXPECT_EQ(decode_capabilities(hex("09 01 03 09 01 00"), different), Notification(OpenError::RoleMismatch));
}

TEST(Capabilities, MalformedNameIsLeftOut) {
  Capabilities decoded;
  EXPECT_EQ(decode_capabilities(hex("49 02 05 41"), decoded), std::nullopt);

  EXPECT_EQ(decoded.fqdn, std::nullopt);
}

TEST(Capabilities, LongNamesAreCutToOneCapability) {
  Capabilities capabilities, decoded;
  capabilities.fqdn = Fqdn{std::string(200, 'h'), std::string(200, 'd')};
  Bytes room(400);
  ByteWriter writer(room);
  encode_capabilities(capabilities, writer);

  EXPECT_EQ(decode_capabilities(writer.written(), decoded), std::nullopt);
  EXPECT_EQ(decoded.fqdn, (Fqdn{std::string(200, 'h'), std::string(53, 'd')}));
}

TEST(Capabilities, TooLongForOneFailsTheMessage) {
  Open open;
  open.capabilities.unknown = {{128, Bytes(256, 0)}};

  EXPECT_TRUE(encode_open(open).empty());
}

}  // namespace
}  // namespace bgpd::wire
