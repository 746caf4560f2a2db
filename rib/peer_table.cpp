#include "rib/peer_table.hpp"

#include <algorithm>

namespace rib {

PeerHandle PeerTable::add(PeerUp up) {
  auto index = end_index();
  if (free_.empty()) {
    peers_.push_back(std::make_unique<Peer>());
  } else {
    index = free_.back();
    free_.pop_back();
  }
  auto& peer = *peers_[index];
  const auto generation = peer.generation + 1;
  peer = Peer{};
  peer.generation = generation;
  peer.state = Peer::State::Up;
  peer.up = std::move(up);
  count_mesh_member(false, peer.up.guard.is_mesh_member);
  return {index, generation};
}

Peer* PeerTable::find(PeerHandle handle) {
  if (handle.index >= peers_.size()) return nullptr;
  auto& peer = *peers_[handle.index];
  return peer.is_up() && peer.generation == handle.generation ? &peer : nullptr;
}

Peer* PeerTable::find_retained(PeerHandle handle) {
  if (handle.index >= peers_.size()) return nullptr;
  auto& peer = *peers_[handle.index];
  return peer.state == Peer::State::Retained && peer.generation == handle.generation ? &peer : nullptr;
}

PeerHandle PeerTable::revive(std::uint32_t index, PeerUp up) {
  auto& peer = *peers_[index];
  count_mesh_member(peer.up.guard.is_mesh_member, up.guard.is_mesh_member);
  peer.state = Peer::State::Up;
  peer.up = std::move(up);
  peer.guard_notices = 0;
  return {index, ++peer.generation};
}

void PeerTable::leave(std::uint32_t index) {
  peers_[index]->state = Peer::State::Leaving;
  count_mesh_member(peers_[index]->up.guard.is_mesh_member, false);
  leaving_.push_back(index);
}

void PeerTable::free_departed() {
  std::erase_if(leaving_, [&](std::uint32_t index) {
    auto& peer = *peers_[index];
    if (peer.has_paths()) return false;
    peer.state = Peer::State::Free;
    peer.up = {};
    for (auto& family : peer.families) family = {};
    free_.push_back(index);
    return true;
  });
}

}  // namespace rib
