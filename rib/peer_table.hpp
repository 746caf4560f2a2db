// The peers whose routes the engine holds: Established ones, those that are expected back (Retained: their
// paths stay, stale), and those that went and whose paths are not all removed yet. A handle is an index and a
// generation; the index is given anew only when nothing names it any more.
#pragma once

#include <memory>
#include <vector>

#include "rib/bitmap.hpp"
#include "rib/generations.hpp"
#include "rib/messages.hpp"
#include "rib/path.hpp"

namespace rib {

class UpdateGroup;

struct Peer {
  enum class State : std::uint8_t { Free, Up, Retained, Leaving };

  struct PerFamily {
    std::uint32_t received = 0;  // paths in the Adj-RIB-In
    std::uint32_t accepted = 0;  // ... that are feasible
    std::uint32_t denied = 0;    // ... that import policy keeps out
    std::uint32_t looped = 0;    // ... that are our own, come back
    std::uint32_t stranded = 0;  // ... whose next hop cannot be reached
    std::uint64_t octets = 0;    // of memory, as if no two paths shared an attribute set
    bool needs_recheck = false;  // what it may send us changed: paths not looked at yet
    bool threshold_told = false;
    bool memory_told = false;  // what its paths may take was exceeded and the notice given
    bool limit_told = false;   // maximum_prefix was exceeded and the notice given
    UpdateGroup* group = nullptr;
    CohortId table_cohort = 0;  // the last one joined in this group for the table, or the table again
    CohortId move_cohort = 0;   // ... for what differs from the group before
    Bitmap chunks;              // chunks of the table that may hold paths of this peer
    Generations generations;
  };

  State state = State::Free;
  bool needs_resend = false;  // it became or was a client: what others get of its paths is not looked at yet
  std::uint8_t guard_notices = 0;
  std::uint32_t generation = 0;
  PeerUp up;
  PerFamily families[kFamilyCount];

  const ImportProfile& import(Family family) const { return up.imports[index_of(family)]; }
  PerFamily& of(Family family) { return families[index_of(family)]; }
  const PerFamily& of(Family family) const { return families[index_of(family)]; }
  bool is_up() const { return state == State::Up; }
  bool is_leaving() const { return state == State::Leaving; }
  /// Of another AS than the confederation, whose members are one AS to the decision process. RFC 5065 §5.3.
  bool is_external() const { return up.type == PeerType::External && !up.is_confederation_peer; }
  bool is_internal() const { return up.type == PeerType::Internal; }
  bool has_paths() const { return families[0].received + families[1].received > 0; }
};

class PeerTable {
 public:
  PeerHandle add(PeerUp up);
  /// The peer, or nullptr for a stale handle. A Leaving peer is not found.
  Peer* find(PeerHandle handle);
  const Peer* find(PeerHandle handle) const { return const_cast<PeerTable*>(this)->find(handle); }

  Peer& operator[](std::uint32_t index) { return *peers_[index]; }
  const Peer& operator[](std::uint32_t index) const { return *peers_[index]; }
  PeerHandle handle(std::uint32_t index) const { return {index, peers_[index]->generation}; }
  std::uint32_t end_index() const { return static_cast<std::uint32_t>(peers_.size()); }

  /// It is Retained: found by find_retained() only.
  void retain(std::uint32_t index) { peers_[index]->state = Peer::State::Retained; }
  Peer* find_retained(PeerHandle handle);
  /// A Retained peer is up again, under a new handle.
  PeerHandle revive(std::uint32_t index, PeerUp up);
  /// From here on it is Leaving; its index is free once free_departed() finds it without paths.
  void leave(std::uint32_t index);
  const std::vector<std::uint32_t>& leaving() const { return leaving_; }
  /// Frees the slots of Leaving peers without paths. Only while no log names a peer index.
  void free_departed();

  /// Mesh members that are up: conflicts can only come from them, or concern our own subnets.
  std::uint32_t mesh_members() const { return mesh_members_; }
  void count_mesh_member(bool was, bool is) { mesh_members_ = mesh_members_ + is - was; }

 private:
  std::vector<std::unique_ptr<Peer>> peers_;
  std::vector<std::uint32_t> leaving_, free_;
  std::uint32_t mesh_members_ = 0;
};

}  // namespace rib
