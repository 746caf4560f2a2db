// Shared by the tests of RFC 7606: kinds of peers, what they must send, and the outcome of an UPDATE.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "bgpd/wire/update.hpp"
#include "test/wire/support.hpp"

namespace bgpd::wire::rfc7606 {

using rib::Family;
using test::attribute;
using test::Bytes;
using test::hex;
using test::update_body;
using test::operator+;

enum class Expected { Fine, Discard, Withdraw, Reset };

enum class Peer { External, Internal, ExternalTwoOctet };

inline DecodeContext context_of(Peer peer) {
  DecodeContext context;
  context.families = {Family::Ipv4Unicast, Family::Ipv6Unicast};
  context.peer_type = peer == Peer::Internal ? rib::PeerType::Internal : rib::PeerType::External;
  context.local_as = 64512;
  context.peer_as = peer == Peer::Internal ? 64512 : 65000;
  context.four_octet_as = peer != Peer::ExternalTwoOctet;
  return context;
}

/// Mandatory attributes for such a peer, by type, so that a case can leave one out.
inline std::vector<std::pair<unsigned, Bytes>> mandatory(Peer peer) {
  std::vector<std::pair<unsigned, Bytes>> list{
      {1, hex("40 01 01 00")},
      {2, peer == Peer::ExternalTwoOctet ? hex("40 02 04 02 01 fde8") : hex("40 02 06 02 01 0000fde8")},
      {3, hex("40 03 04 0a000001")}};
  if (peer == Peer::Internal) list.push_back({5, hex("40 05 04 00000064")});
  return list;
}

/// The outcome of one UPDATE, as a session sees it.
struct Outcome {
  Expected what = Expected::Fine;
  std::optional<Notification> notification;
  std::vector<rib::Nlri> announced, withdrawn;
};

inline Outcome decode(const Bytes& body, const DecodeContext& context) {
  DecodedUpdate update;
  const auto result = decode_update(body, context, update);
  Outcome outcome;
  if (!result) {
    outcome.what = Expected::Reset;
    outcome.notification = result.error();
    return outcome;
  }
  if (update.error_count() > 0)
    outcome.what = update.treated_as_withdraw() ? Expected::Withdraw : Expected::Discard;
  for (const auto& part : update.updates()) {
    outcome.announced.insert(outcome.announced.end(), part.announced.begin(), part.announced.end());
    outcome.withdrawn.insert(outcome.withdrawn.end(), part.withdrawn.begin(), part.withdrawn.end());
  }
  return outcome;
}

inline const auto kNlri = hex("18 0a0101");
inline const std::vector kPrefix{test::nlri("10.1.1.0/24")};
inline const auto kReach =
    attribute(0x80, 14, hex("0002 01 10 20010db8000000000000000000000001 00 30 20010db80001"));
inline const std::vector kPrefix6{test::nlri("2001:db8:1::/48")};

}  // namespace bgpd::wire::rfc7606
