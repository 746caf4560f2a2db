// Each distinct way to forward (type and next hops) once, with the message that writes it. Half a million
// prefixes through one gateway share one entry; a prefix holds a number of four octets.
//
// Owned by OwnRoutes; counts references, no thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "fib/next_hop_objects.hpp"
#include "fib/route_message.hpp"

namespace fib {

using RouteId = std::uint32_t;
inline constexpr RouteId kNoRoute = 0;
inline constexpr unsigned kRouteIdBits = 24;  // of a route's number, half a million times in a full table
inline constexpr RouteId kLastRouteId = (RouteId{1} << kRouteIdBits) - 1;

class RoutePool {
 public:
  /// `last`: the greatest number; less for tests.
  explicit RoutePool(const RouteLocation& place, RouteId last = kLastRouteId);

  /// The number of this route, one reference more; kNoRoute when there are 16 million others. `route` must be
  /// normalised.
  RouteId acquire(rib::Afi afi, const rib::FibRoute& route);
  /// Makes what goes by `from` go by `to`, through the object that it names. Its number, one reference more;
  /// kNoRoute when that cannot be. The object is to be established again.
  RouteId move(rib::Afi afi, const rib::FibRoute& from, const rib::FibRoute& to);
  /// One reference more; not of kNoRoute.
  void retain(RouteId id) { ++slots_[id].references; }
  /// One reference less; kNoRoute is allowed.
  void release(RouteId id);

  const rib::FibRoute& route(RouteId id) const { return slots_[id].route; }
  /// For add_route().
  std::span<const std::byte> message(RouteId id) const { return slots_[id].message; }
  std::span<const std::byte> removal(rib::Afi afi) const {
    return removals_[rib::index_of(rib::family_of(afi))];
  }
  bool uses(RouteId id, std::uint32_t interface_index) const;
  /// True when any route goes out of this interface.
  bool any_uses(std::uint32_t interface_index) const;
  bool any_prefers(const rib::IpAddress& source) const;
  /// All messages are made anew.
  void set_location(const RouteLocation& place);
  /// Whether routes name next-hop objects from here on; all messages are made anew.
  void use_objects(bool use);
  bool uses_objects() const { return use_objects_; }
  ObjectId object(RouteId id) const { return slots_[id].object; }
  NextHopObjects& objects() { return objects_; }
  const NextHopObjects& objects() const { return objects_; }

 private:
  struct Slot {
    rib::Afi afi = rib::Afi::Ipv4;
    rib::FibRoute route;
    std::vector<std::byte> message;
    std::uint32_t references = 0;
    ObjectId object = kNoObject;
  };
  static std::size_t hash_of(rib::Afi afi, const rib::FibRoute& route);
  RouteId find(rib::Afi afi, const rib::FibRoute& route) const;
  void drop_from_index(RouteId id);
  void encode(Slot& slot) const;

  const RouteId last_id_;
  RouteLocation place_;
  NextHopObjects objects_;
  bool use_objects_ = false;
  std::array<std::vector<std::byte>, rib::kFamilyCount> removals_;
  std::vector<Slot> slots_;  // [0] is never used
  std::vector<RouteId> free_;
  std::unordered_multimap<std::size_t, RouteId> index_;
  RouteId last_ = kNoRoute;  // neighbours in a table mostly go the same way
};

}  // namespace fib
