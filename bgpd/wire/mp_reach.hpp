// MP_REACH_NLRI and MP_UNREACH_NLRI: the routes of every family but those in the classic fields. RFC 4760 §3,
// §4; next hops of RFC 2545 §3 (one or two IPv6 addresses) and RFC 8950 (IPv6 next hops of IPv4 prefixes).
#pragma once

#include "bgpd/wire/capabilities.hpp"
#include "bgpd/wire/decode_context.hpp"
#include "bgpd/wire/error.hpp"
#include "rib/path_attributes.hpp"

namespace bgpd::wire {

struct MpReach {
  AfiSafi family;
  rib::IpAddress next_hop;
  std::optional<rib::IpAddress> link_local_next_hop;
  Octets nlri;  // borrowed; not decoded yet
};

struct MpUnreach {
  AfiSafi family;
  Octets nlri;  // borrowed; not decoded yet
};

/// Errors: SessionReset when the prefixes cannot be found (RFC 7606 §5.3, §7.11); TreatAsWithdraw for an
/// address that cannot be a next hop; AttributeDiscard for a family that was not negotiated.
Verdict decode_mp_reach(Octets value, const DecodeContext& context, MpReach& reach);
Verdict decode_mp_unreach(Octets value, const DecodeContext& context, MpUnreach& unreach);

/// What stands before the prefixes in MP_REACH_NLRI: family, next hop, reserved octet.
void encode_mp_reach_start(rib::Family family, const rib::IpAddress& next_hop,
                           const std::optional<rib::IpAddress>& link_local_next_hop, ByteWriter& writer);
void encode_mp_unreach_start(rib::Family family, ByteWriter& writer);

}  // namespace bgpd::wire
