// Our routes by prefix, in 32 octets each and less: what is desired and believed, without the prefix, whose
// octets stand beside it, only as many as it needs.
//
//   shelf                 octets of address   a route   with its slot in the index
//   IPv4                          4              12            17 to 20
//   IPv6 up to /64                8              16            21 to 24
//   IPv6 longer                  16              24            29 to 32
//
// A number names a route: its shelf in the lowest bits, its place on the shelf above. Chunks never move, and
// neighbours in time are neighbours in memory, so a full table streams through.
//
// Owned by OwnRoutes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "fib/route_pool.hpp"
#include "rib/prefix.hpp"
#include "rib/prefix_index.hpp"

namespace fib {

/// One word: see set_desired() and set_kernel() for writing the numbers.
struct OwnRoute {
  std::uint64_t desired : kRouteIdBits = kNoRoute;
  std::uint64_t kernel : kRouteIdBits = kNoRoute;  // what we believe the kernel holds of ours
  std::uint64_t length_code : 7 = 0;               // of the prefix; the table's
  bool is_used : 1 = false;                        // the slot is
  bool is_pending : 1 = false;                     // stands in the queue of work
  bool is_failed : 1 = false;                      // waits for a retry
  bool is_uncertain : 1 = false;                   // the kernel may hold more than `kernel` says
  bool may_stand : 1 = false;     // news of its removal came, which may be older than our last write
  bool is_inherited : 1 = false;  // found at start, desired by nobody yet
  bool is_seen : 1 = false;       // by the running scan
  bool is_told : 1 = false;       // the last result said "installed"
  bool wants_result : 1 = false;  // the owner asked

  void set_desired(RouteId id) { desired = id & kLastRouteId; }
  void set_kernel(RouteId id) { kernel = id & kLastRouteId; }
};
static_assert(sizeof(OwnRoute) == 8);

class OwnRouteTable {
 public:
  using Id = std::uint32_t;

  std::optional<Id> find(const rib::Prefix& prefix) const;
  /// The route's number; an empty one is made when there is none.
  Id find_or_add(const rib::Prefix& prefix);
  /// False for a number whose route was erased meanwhile; it may name another one since.
  bool is_used(Id id) const { return shelf(id).is_used(place(id)); }
  static rib::Afi afi(Id id) { return id % kPlaces == 0 ? rib::Afi::Ipv4 : rib::Afi::Ipv6; }
  rib::Prefix prefix(Id id) const { return shelf(id).prefix(place(id)); }
  /// References stay valid until erase().
  OwnRoute& at(Id id) { return shelves_[id % kPlaces].at(place(id)); }
  const OwnRoute& at(Id id) const { return shelf(id).at(place(id)); }
  void erase(Id id) { shelves_[id % kPlaces].erase(place(id)); }
  std::size_t size() const;
  /// Without what allocation itself costs.
  std::size_t memory_bytes() const;

  /// Calls `visit(id, route)` for each, which may erase the one it visits.
  template <typename Visit>
  void for_each(Visit visit) {
    for (Id number = 0; number < kShelves; ++number)
      for (Id place = 0; place < shelves_[number].end(); ++place)
        if (auto& route = shelves_[number].at(place); route.is_used) visit(place * kPlaces + number, route);
  }

 private:
  static constexpr Id kShelves = 3, kPlaces = 4;  // numbers are place * kPlaces + shelf

  class Shelf {
   public:
    Shelf(rib::Afi afi, std::size_t octets) : afi_(afi), octets_(octets) {}

    std::optional<Id> find(const rib::Prefix& prefix) const;
    Id add(const rib::Prefix& prefix);
    void erase(Id place);
    bool is_used(Id place) const { return place < end_ && at(place).is_used; }
    rib::Prefix prefix(Id place) const;
    OwnRoute& at(Id place) { return chunks_[place / kChunkSize]->routes[place % kChunkSize]; }
    const OwnRoute& at(Id place) const { return chunks_[place / kChunkSize]->routes[place % kChunkSize]; }
    /// Places below it were used.
    Id end() const { return end_; }
    std::size_t size() const { return index_.size(); }
    std::size_t memory_bytes() const;

   private:
    static constexpr Id kChunkSize = 1024;
    struct Chunk {
      std::array<OwnRoute, kChunkSize> routes;
      std::unique_ptr<std::uint8_t[]> octets;
    };
    std::uint8_t* octets_of(Id place) {
      return &chunks_[place / kChunkSize]->octets[place % kChunkSize * octets_];
    }
    const std::uint8_t* octets_of(Id place) const {
      return &chunks_[place / kChunkSize]->octets[place % kChunkSize * octets_];
    }
    unsigned length_of(Id place) const {
      const auto code = at(place).length_code;
      return code == 0 && octets_ == 16 ? 128 : static_cast<unsigned>(code);  // that shelf has no other 0
    }
    Id take_place();
    void rebuild_index();

    rib::Afi afi_;
    std::size_t octets_;
    std::vector<std::unique_ptr<Chunk>> chunks_;
    std::vector<Id> free_;
    Id end_ = 0;
    rib::PrefixIndex index_;
  };

  static Id shelf_number(const rib::Prefix& prefix);
  static Id place(Id id) { return id / kPlaces; }
  const Shelf& shelf(Id id) const { return shelves_[id % kPlaces]; }

  std::array<Shelf, kShelves> shelves_{Shelf{rib::Afi::Ipv4, 4}, Shelf{rib::Afi::Ipv6, 8},
                                       Shelf{rib::Afi::Ipv6, 16}};
};

}  // namespace fib
