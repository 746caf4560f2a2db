// NLRI: prefixes as length and as many octets as hold it, with a path id in front when ADD-PATH was
// negotiated. RFC 4271 §4.3, RFC 7911 §3.
#pragma once

#include <vector>

#include "bgpd/wire/byte_reader.hpp"
#include "bgpd/wire/byte_writer.hpp"
#include "rib/messages.hpp"

namespace bgpd::wire {

/// Appends the prefixes of a field to `prefixes`. Host bits are cleared.
/// Returns false when the field is syntactically incorrect (RFC 7606 §5.3): a length beyond 32 or 128, or a
/// prefix that runs over the end. What was read before stays appended.
bool decode_nlri(Octets field, rib::Family family, bool add_path, std::vector<rib::Nlri>& prefixes);

/// Octets encode_nlri writes for this prefix.
inline std::size_t encoded_size(const rib::Nlri& nlri, bool add_path) {
  return (add_path ? 5u : 1u) + (nlri.prefix.length() + 7) / 8;
}
void encode_nlri(const rib::Nlri& nlri, bool add_path, ByteWriter& writer);

/// Whether routes for it can exist: multicast and IPv6 link-local prefixes are semantically incorrect and
/// ignored, RFC 4271 §6.3.
bool is_unicast_prefix(const rib::Prefix& prefix);

}  // namespace bgpd::wire
