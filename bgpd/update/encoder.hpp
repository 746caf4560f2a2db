// Makes complete UPDATE messages for one update group: attributes once, then as many prefixes as each message
// holds. IPv4 prefixes go into the classic fields, all others, and IPv4 ones with an IPv6 next hop (RFC
// 8950), into MP_REACH_NLRI, which stands first (RFC 7606 §5.1). Pure; owned by Outbound, one per group.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rib/messages.hpp"

namespace bgpd::update {

/// The attributes of an announcement as they stand in its messages. Equal octets mean that prefixes may share
/// one.
struct EncodedAttributes {
  bool sendable = false;               // false: they exceed a message, or have no next hop of a usable family
  std::vector<std::uint8_t> octets;    // all attributes but MP_REACH_NLRI
  std::vector<std::uint8_t> mp_start;  // MP_REACH_NLRI up to its prefixes; empty: classic NLRI
  bool operator==(const EncodedAttributes&) const = default;
};

class Encoder {
 public:
  explicit Encoder(const rib::ExportProfile& profile);

  const rib::ExportProfile& profile() const { return profile_; }

  /// Fills `encoded`, reusing its memory.
  void encode(const rib::PathAttributes& attributes, EncodedAttributes& encoded);

  /// Appends one or more complete messages to `messages`, and to `unsendable` the prefixes that have no room
  /// beside these attributes: they must be withdrawn, because an older announcement of them may be out.
  void announce(const EncodedAttributes& encoded, std::span<const rib::Nlri> prefixes,
                std::vector<std::uint8_t>& messages, std::vector<rib::Nlri>& unsendable) const;
  void withdraw(std::span<const rib::Nlri> prefixes, std::vector<std::uint8_t>& messages) const;
  /// RFC 4724 §2: an UPDATE without routes, for other families than IPv4 with an empty MP_UNREACH_NLRI.
  void end_of_rib(std::vector<std::uint8_t>& messages) const;

 private:
  bool is_classic() const { return profile_.family == rib::Family::Ipv4Unicast; }

  rib::ExportProfile profile_;
  std::vector<std::uint8_t> room_;  // where attributes are written before their size is known
};

}  // namespace bgpd::update
