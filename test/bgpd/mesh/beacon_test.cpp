#include "bgpd/mesh/beacon.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "test/support/addresses.hpp"

namespace bgpd::mesh {
namespace {

using ::test::address;

Beacon example() {
  return {
      .is_soliciting = true,
      .mesh = mesh_id("kulan"),
      .identifier = 0x0a000001,
      .instance = 0x1122334455667788,
      .as = 4200007179,
      .epoch = 7,
      .bgp_port = 1179,
      .addresses = {address("192.168.1.1"), address("192.168.1.2"), address("fe80::1"), address("fd00::1")},
      .hostname = "node-1"};
}

// Positions in the fixed part, see beacon.hpp.
constexpr std::size_t kVersionAt = 4, kLengthAt = 6, kIdentifierAt = 16, kPortAt = 36, kTlvsAt = 40;

/// The encoded beacon with a TLV behind it and the length corrected.
std::vector<std::uint8_t> with_tlv(const Beacon& beacon, std::vector<std::uint8_t> tlv) {
  auto octets = encode(beacon);
  octets.insert(octets.end(), tlv.begin(), tlv.end());
  octets[kLengthAt] = static_cast<std::uint8_t>(octets.size() >> 8);
  octets[kLengthAt + 1] = static_cast<std::uint8_t>(octets.size());
  return octets;
}

TEST(Beacon, DecodesToWhatWasEncoded) { EXPECT_EQ(decode_beacon(encode(example())), example()); }

TEST(Beacon, CarriesEachFlagAlone) {
  for (const auto flag : {&Beacon::is_leaving, &Beacon::is_soliciting, &Beacon::is_reply}) {
    Beacon beacon = example();
    beacon.is_soliciting = false;
    beacon.*flag = true;

    EXPECT_EQ(decode_beacon(encode(beacon)), beacon);
  }
}

TEST(Beacon, HasItsFixedPartInNetworkOrder) {
  const auto octets =
      encode({.mesh = 1, .identifier = 2, .instance = 3, .as = 4, .epoch = 5, .bgp_port = 179});

  const std::vector<std::uint8_t> expected{'K', 'U', 'L', 'A', 1, 0, 0, 40,  //
                                           0,   0,   0,   0,   0, 0, 0, 1,   // mesh
                                           0,   0,   0,   2,                 // BGP Identifier
                                           0,   0,   0,   0,   0, 0, 0, 3,   // instance
                                           0,   0,   0,   4,   0, 0, 0, 5,   // AS, epoch
                                           0,   179, 0,   0};
  EXPECT_EQ(octets, expected);
}

TEST(Beacon, RefusesEveryTruncation) {
  const auto octets = encode(example());

  for (std::size_t length = 0; length < octets.size(); ++length)
    EXPECT_FALSE(decode_beacon(std::span(octets).first(length))) << length;
}

TEST(Beacon, RefusesATruncationWhoseLengthFieldWasAdjusted) {
  const auto octets = encode(example());
  std::size_t accepted = 0;

  for (std::size_t length = 0; length < octets.size(); ++length) {
    auto part = std::vector(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(length));
    if (length > kLengthAt + 1) part[kLengthAt] = 0, part[kLengthAt + 1] = static_cast<std::uint8_t>(length);
    accepted += decode_beacon(part).has_value();
  }

  EXPECT_EQ(accepted, 3u);  // at the three boundaries between TLVs: shorter, and whole
}

TEST(Beacon, NamesWhatIsWrong) {
  auto octets = encode(example());
  octets[0] = 'X';
  EXPECT_EQ(decode_beacon(octets).error(), BeaconError::NotABeacon);

  octets = encode(example());
  octets[kVersionAt] = 2;
  EXPECT_EQ(decode_beacon(octets).error(), BeaconError::Version);

  octets = encode(example());
  octets.push_back(0);
  EXPECT_EQ(decode_beacon(octets).error(), BeaconError::Length);

  octets = encode(example());
  std::fill_n(octets.begin() + kIdentifierAt, 4, std::uint8_t{0});
  EXPECT_EQ(decode_beacon(octets).error(), BeaconError::Identifier);  // RFC 6286 §2.1

  octets = encode(example());
  octets[kPortAt] = octets[kPortAt + 1] = 0;
  EXPECT_EQ(decode_beacon(octets).error(), BeaconError::Port);

  octets = encode(example());
  octets[kTlvsAt + 3] = 7;  // IPv4 addresses of seven octets
  EXPECT_FALSE(decode_beacon(octets));
}

TEST(Beacon, RefusesAListThatIsNoWholeNumberOfAddresses) {
  const Beacon plain{.identifier = 1};

  EXPECT_EQ(decode_beacon(with_tlv(plain, {0, 1, 0, 3, 10, 0, 0})).error(), BeaconError::Address);
  EXPECT_EQ(decode_beacon(with_tlv(plain, {0, 2, 0, 4, 10, 0, 0, 1})).error(), BeaconError::Address);
}

TEST(Beacon, RefusesASecondListOfOneFamily) {
  const Beacon plain{.identifier = 1, .addresses = {address("10.0.0.1")}};

  EXPECT_EQ(decode_beacon(with_tlv(plain, {0, 1, 0, 4, 10, 0, 0, 2})).error(), BeaconError::Address);
}

TEST(Beacon, RefusesMoreAddressesThanItsBound) {
  std::vector<std::uint8_t> tlv{0, 1, 0, static_cast<std::uint8_t>(4 * (kBeaconMaximumAddresses + 1))};
  tlv.resize(tlv.size() + 4 * (kBeaconMaximumAddresses + 1), 10);

  EXPECT_EQ(decode_beacon(with_tlv({.identifier = 1}, tlv)).error(), BeaconError::Address);
}

TEST(Beacon, LeavesOutAddressesBeyondItsBound) {
  Beacon beacon = example();
  beacon.addresses.assign(200, address("10.0.0.1"));
  beacon.addresses.insert(beacon.addresses.end(), 200, address("fd00::1"));

  const auto octets = encode(beacon);

  ASSERT_TRUE(decode_beacon(octets));
  EXPECT_EQ(decode_beacon(octets)->addresses.size(), 2 * kBeaconMaximumAddresses);
  EXPECT_LE(octets.size(), kBeaconMaximumSize);
}

TEST(Beacon, StepsOverUnknownTlvs) {
  EXPECT_EQ(decode_beacon(with_tlv(example(), {0x7f, 0xff, 0, 2, 1, 2, 0x12, 0x34, 0, 0})), example());
}

TEST(Beacon, IsNotUsedWithAnUnknownTlvThatMustBeUnderstood) {
  EXPECT_EQ(decode_beacon(with_tlv(example(), {0x80, 1, 0, 0})).error(), BeaconError::MustUnderstand);
}

TEST(Beacon, MakesTheHostnamePrintable) {
  Beacon beacon = example();
  beacon.hostname = "a\x1b[31m\nb" + std::string(200, 'x');

  const auto decoded = decode_beacon(encode(beacon));

  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->hostname.substr(0, 8), "a?[31m?b");
  EXPECT_EQ(decoded->hostname.size(), kBeaconMaximumHostname);
}

TEST(Beacon, SurvivesGarbage) {
  std::mt19937 random(1);
  const auto valid = encode(example());

  for (int round = 0; round < 20000; ++round) {
    auto octets = valid;
    for (int i = 0; i < 3; ++i) octets[random() % octets.size()] = static_cast<std::uint8_t>(random());
    if (const auto decoded = decode_beacon(octets)) {
      EXPECT_EQ(decode_beacon(encode(*decoded)), decoded);
    }
  }
}

TEST(Beacon, SurvivesTheSeedsAndFindingsOfItsFuzzTarget) {
  std::size_t accepted = 0;
  for (const std::string folder : {"/fuzz/corpus/beacon", "/fuzz/regressions/beacon"}) {
    if (!std::filesystem::exists(KULAN_TEST_DIR + folder)) continue;  // no finding yet
    for (const auto& entry : std::filesystem::directory_iterator(KULAN_TEST_DIR + folder)) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::vector<std::uint8_t> octets(std::istreambuf_iterator<char>(file), {});
      accepted += decode_beacon(octets).has_value();
    }
  }
  EXPECT_GE(accepted, 4u);
}

TEST(MeshId, DiffersByName) { EXPECT_NE(mesh_id("kulan"), mesh_id("other")); }

}  // namespace
}  // namespace bgpd::mesh
