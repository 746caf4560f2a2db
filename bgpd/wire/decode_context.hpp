// What a session negotiated, as far as it decides how an UPDATE is read and judged. Fixed while Established.
#pragma once

#include <cstdint>

#include "rib/export_profile.hpp"

namespace bgpd::wire {

struct DecodeContext {
  rib::FamilySet families{rib::Family::Ipv4Unicast};  // negotiated, RFC 4760
  bool four_octet_as = true;                          // RFC 6793
  bool add_path[rib::kFamilyCount] = {};              // prefixes come with path ids, RFC 7911
  bool extended_next_hop = false;                     // IPv4 prefixes may have IPv6 next hops, RFC 8950
  rib::PeerType peer_type = rib::PeerType::Internal;
  bool same_confederation = false;  // an external peer of another member AS, RFC 5065
  bool enforce_first_as = true;     // external: the first AS must be the peer's, RFC 4271 §6.3
  rib::AsNumber local_as = 0, peer_as = 0;
  std::uint16_t maximum_message_size = 4096;  // RFC 8654

  /// LOCAL_PREF and the reflection attributes are read only from such peers. RFC 7606 §7.5, RFC 5065 §4.
  bool is_internal() const { return peer_type == rib::PeerType::Internal || same_confederation; }
};

}  // namespace bgpd::wire
