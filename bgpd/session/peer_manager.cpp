#include "bgpd/session/peer_manager.hpp"

#include <algorithm>
#include <utility>

namespace bgpd::session {

PeerManager::PeerManager(Network& network, SessionHandler& handler, LocalSettings local, std::uint32_t seed)
    : context_{std::move(local), network, handler, std::minstd_rand(seed), {}} {}

PeerManager::~PeerManager() = default;

// --- commands ----------------------------------------------------------------------------------------------

void PeerManager::set_local(LocalSettings local, TimePoint now) {
  const auto before = std::exchange(context_.local, std::move(local));
  const auto in_opens = [](const LocalSettings& settings) {  // what OPENs and their checks are made of
    return std::tie(settings.as, settings.identifier, settings.confederation_id,
                    settings.confederation_peers);
  };
  if (in_opens(before) == in_opens(context_.local)) return;
  for (auto* const peer : sorted())
    if (!peer->is_stopped()) peer->clear(now, wire::CeaseReason::OtherConfigurationChange);
}

bool PeerManager::add_or_update(PeerSettings settings, TimePoint now) {
  const Endpoint remote{settings.address, settings.port, settings.interface_index};
  const auto key = key_of(settings.address, settings.interface_index);
  if (const auto known = by_address_.find(key); known != by_address_.end()) {
    auto& peer = *slots_[known->second].peer;
    if (peer.settings().password != settings.password)
      context_.network.set_password(remote, settings.password);
    return peer.set_settings(std::move(settings), now);
  }

  if (!settings.password.empty()) context_.network.set_password(remote, settings.password);
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const auto slot = free_slots_.back();
  free_slots_.pop_back();
  slots_[slot].peer = std::make_unique<Peer>(context_, std::move(settings), slot);
  by_address_.emplace(key, slot);
  auto& peer = *slots_[slot].peer;
  peer.set_observer(this);
  if (!is_shut_down_) peer.start(now);
  return false;
}

bool PeerManager::remove(const rib::IpAddress& address, std::uint32_t interface_index, TimePoint now) {
  const auto known = by_address_.find(key_of(address, interface_index));
  if (known == by_address_.end()) return false;
  const auto slot = known->second;
  by_address_.erase(known);
  auto peer = std::move(slots_[slot].peer);
  slots_[slot].wakes = TimerSet::kNever;
  free_slots_.push_back(slot);

  peer->set_observer(nullptr);
  peer->stop(wire::CeaseReason::PeerDeconfigured, now);
  if (!peer->settings().password.empty())
    context_.network.set_password({address, peer->settings().port, interface_index}, "");
  removed_.push_back(std::move(peer));
  ask_to_wake(now);
  return true;
}

void PeerManager::accept(std::unique_ptr<Transport> transport, TimePoint now) {
  const auto remote = transport->remote();
  auto* const peer = find(remote.address, remote.interface_index);
  if (!peer || is_shut_down_)
    return transport->finish(wire::encode_notification(wire::CeaseReason::ConnectionRejected));
  peer->accept(std::move(transport), now);
}

void PeerManager::shutdown_all(std::string_view message, TimePoint now) {
  is_shut_down_ = true;
  for (auto* const peer : sorted())
    peer->stop(wire::cease_with_text(wire::CeaseReason::AdministrativeShutdown, message), now);
}

void PeerManager::leave_all(TimePoint now) {
  is_shut_down_ = true;
  for (auto* const peer : sorted()) peer->leave(now);
}

void PeerManager::set_alarm(TimePoint time) {
  alarm_ = time;
  if (time != TimerSet::kNever) ask_to_wake(time);
}

void PeerManager::on_time(TimePoint now) {
  asked_ = TimerSet::kNever;
  if (alarm_ <= now) {
    alarm_ = TimerSet::kNever;
    context_.handler.alarm(now);
  }
  removed_.clear();
  while (!wakes_.empty() && wakes_.top().time <= now) {
    const auto wake = wakes_.top();
    wakes_.pop();
    auto& slot = slots_[wake.slot];
    if (!slot.peer || slot.wakes != wake.time) continue;  // of a former deadline, or of a former peer
    slot.wakes = TimerSet::kNever;
    slot.peer->on_time(now);  // ends with deadline_changed
  }
  if (!wakes_.empty()) ask_to_wake(wakes_.top().time);
  if (alarm_ != TimerSet::kNever) ask_to_wake(alarm_);
}

// --- deadlines ---------------------------------------------------------------------------------------------

void PeerManager::deadline_changed(Peer& peer) {
  const auto deadline = peer.next_deadline();
  auto& slot = slots_[peer.slot()];
  if (deadline >= slot.wakes) return;  // looked at again when the earlier entry comes
  slot.wakes = deadline;
  wakes_.push({deadline, peer.slot()});
  ask_to_wake(deadline);
}

void PeerManager::ask_to_wake(TimePoint time) {
  if (time >= asked_) return;
  asked_ = time;
  context_.network.wake_at(time);
}

// --- questions ---------------------------------------------------------------------------------------------

Peer* PeerManager::find(const rib::IpAddress& address, std::uint32_t interface_index) {
  return const_cast<Peer*>(std::as_const(*this).find(address, interface_index));
}

const Peer* PeerManager::find(const rib::IpAddress& address, std::uint32_t interface_index) const {
  const auto known = by_address_.find(key_of(address, interface_index));
  return known == by_address_.end() ? nullptr : slots_[known->second].peer.get();
}

std::size_t PeerManager::established_count() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      slots_, [](const Slot& slot) { return slot.peer && slot.peer->is_established(); }));
}

void PeerManager::visit(const std::function<void(Peer&)>& visitor) {
  for (auto* const peer : sorted()) visitor(*peer);
}

void PeerManager::visit(const std::function<void(const Peer&)>& visitor) const {
  for (const auto* const peer : sorted()) visitor(*peer);
}

std::vector<Peer*> PeerManager::sorted() const {
  std::vector<Peer*> peers;
  peers.reserve(by_address_.size());
  for (const auto& slot : slots_)
    if (slot.peer) peers.push_back(slot.peer.get());
  std::ranges::sort(peers, {}, [](const Peer* peer) {
    return std::pair(peer->settings().address, peer->settings().interface_index);
  });
  return peers;
}

}  // namespace bgpd::session
