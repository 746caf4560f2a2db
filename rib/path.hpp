// One route to one prefix from one peer: an entry of that peer's Adj-RIB-In, RFC 4271 §3.2.
//
// There is no second copy of it: the Adj-RIB-In is the paths of one peer, the Loc-RIB the first path of each
// destination. A million of these exist, so each octet counts: 24.
#pragma once

#include <cstdint>

#include "rib/path_attributes.hpp"
#include "rib/reason.hpp"

namespace rib {

/// Stands in Path::peer for our own routes. Equal to Audience::kNobody: such a route has no source to leave
/// out.
inline constexpr std::uint32_t kLocalPeer = UINT32_MAX;

/// LocalSource::Aggregated as Path::local_sources has it.
inline constexpr std::uint8_t kAggregatedOnly = 8;

struct Path {
  enum Flag : std::uint8_t {
    Multipath = 2,
    WatchesReceived = 4,  // policy looked at the way to the next hop as it was received: it is held, too
  };

  Attributes attributes;
  std::uint32_t peer = kLocalPeer;  // PeerHandle::index
  std::uint32_t path_id = 0;        // RFC 7911
  std::uint32_t learned = 0;        // seconds of the TimePoint
  PathState state = PathState::Accepted;
  std::uint8_t flags = 0;
  std::uint8_t local_sources = 0;  // LocalSource bits, when peer is kLocalPeer

  bool is_local() const { return peer == kLocalPeer; }
  /// Ours, and nothing but an aggregate says so.
  bool is_aggregate() const { return is_local() && local_sources == kAggregatedOnly; }
  /// Takes part in the decision. A duplicate subnet does, so that other nodes hear of the conflict; only the
  /// kernel does not get it.
  bool is_feasible() const { return state == PathState::Accepted || state == PathState::DuplicateSubnet; }
  bool has(Flag flag) const { return (flags & flag) != 0; }
  void set(Flag flag, bool on) { flags = static_cast<std::uint8_t>(on ? flags | flag : flags & ~flag); }
  /// Of its peer's announcements; which of them are stale is in generations.hpp. The two high bits of flags.
  std::uint8_t generation() const { return flags >> 6; }
  void set_generation(std::uint8_t generation) {
    flags = static_cast<std::uint8_t>((flags & 0x3f) | generation << 6);
  }
};

static_assert(sizeof(Path) == 24);

/// The path that was, or is, best; empty attributes when there is none.
struct Winner {
  Attributes attributes;
  std::uint32_t peer = kLocalPeer;
  explicit operator bool() const { return static_cast<bool>(attributes); }
  bool operator==(const Winner&) const = default;
};

}  // namespace rib
