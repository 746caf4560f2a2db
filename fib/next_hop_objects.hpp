// The kernel's next-hop objects that our routes name: each distinct next hop once, and each group of several.
// A route that names one costs the kernel two thirds of a route that spells it out.
//
// The kernel drops objects, and every route that names them, with their link or its carrier, mostly without a
// word: who hears of such a thing doubts them here, and a doubted one is made again before its next use.
// Numbers begin with our protocol's, so that they meet nobody else's.
//
// Owned by RoutePool; counts references, no thread, no socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "fib/next_hop_message.hpp"

namespace fib {

class NextHopObjects {
 public:
  explicit NextHopObjects(std::uint8_t protocol)
      : protocol_(protocol), last_(std::uint32_t{protocol} << 24) {}

  // --- who needs them
  /// The object for these next hops (normalised), one reference more; kNoObject when none can say them:
  /// without gateway or interface, or the same one twice.
  ObjectId acquire(const std::vector<rib::NextHop>& hops);
  void release(ObjectId id);
  /// Makes the object, which one route alone names, be another next hop; established again, it takes along
  /// what names it in the kernel. False, and nothing is changed, when that cannot be: a group, or others need
  /// it as it is.
  bool change(ObjectId id, const std::vector<rib::NextHop>& hops);
  /// Appends what makes the object stand, unless it is known to.
  void establish(ObjectId id, std::vector<std::byte>& datagram, std::uint32_t sequence);

  // --- facts
  void doubt(ObjectId id);
  /// Those of that link are gone, and groups have lost them.
  void doubt_interface(std::uint32_t interface_index);
  void doubt_all();
  bool is_ours(ObjectId id) const { return slots_.contains(id); }
  void begin_dump();
  void shown(const NextHopMessage& message);
  /// Objects that the dump did not show as they should be are doubted.
  void end_dump();
  /// What an object of the last dump, or of ours, forwards to; empty when it is not known.
  std::vector<rib::NextHop> resolve(ObjectId id) const;
  /// Objects of our protocol that stand, and that neither we need nor `named` does; groups
  /// first.
  std::vector<ObjectId> unused(const std::set<ObjectId>& named) const;

  std::size_t size() const { return slots_.size(); }

 private:
  struct Slot {
    NextHopObject object;
    std::uint32_t references = 0;
    bool is_established = false;
  };
  struct Hash {
    std::size_t operator()(const NextHopObject& object) const;
  };
  ObjectId acquire_one(const NextHopObject& object);
  ObjectId number_for(const NextHopObject& object) const;
  ObjectId free_number();
  void stands(ObjectId id, const NextHopObject& object, std::uint8_t protocol);

  const std::uint8_t protocol_;
  ObjectId last_;
  std::map<ObjectId, Slot> slots_;
  std::unordered_map<NextHopObject, ObjectId, Hash> ids_;  // of slots_
  struct Standing {
    NextHopObject object;
    std::uint8_t protocol = 0;
  };
  std::map<ObjectId, Standing> standing_;  // by the last dump and what we wrote since; everybody's
  std::unordered_map<NextHopObject, ObjectId, Hash> standing_ids_;  // of our protocol; some may be outdated
};

}  // namespace fib
