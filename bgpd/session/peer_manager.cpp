#include "bgpd/session/peer_manager.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace bgpd::session {
namespace {

constexpr TimePoint kAtOnce{};  // a time that has always passed

}  // namespace

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

void PeerManager::set_password(const PeerSettings& settings, const std::string& password) {
  // A peer out of a range has the range's.
  if (settings.source != PeerSource::Dynamic && !settings.address.is_unspecified())
    context_.network.set_password(rib::Prefix::host(settings.address), password);
}

PeerManager::Slot& PeerManager::make(PeerSettings settings) {
  if (!settings.password.empty()) set_password(settings, settings.password);
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const auto slot = free_slots_.back();
  free_slots_.pop_back();
  if (!settings.interface_name.empty()) by_interface_.emplace(settings.interface_name, slot);
  if (!settings.address.is_unspecified())
    by_address_.emplace(key_of(settings.address, settings.interface_index), slot);
  if (settings.source == PeerSource::Dynamic) ++dynamic_count_;
  slots_[slot].peer = std::make_unique<Peer>(context_, std::move(settings), slot);
  slots_[slot].peer->set_observer(this);
  return slots_[slot];
}

PeerSettings PeerManager::completed(PeerSettings settings) const {
  if (settings.interface_name.empty()) return settings;
  settings.address = rib::IpAddress::unspecified(rib::Afi::Ipv6);
  const auto known = by_interface_.find(settings.interface_name);
  const auto* const peer = known == by_interface_.end() ? nullptr : slots_[known->second].peer.get();
  if (peer && peer->is_established() && peer->settings().interface_index == settings.interface_index)
    settings.address = peer->settings().address;
  else if (const auto heard = heard_.find(settings.interface_index); heard != heard_.end())
    settings.address = heard->second;
  return settings;
}

bool PeerManager::add_or_update(PeerSettings settings, TimePoint now) {
  auto* const known = settings.interface_name.empty() ? find(settings.address, settings.interface_index)
                                                      : find_interface(settings.interface_name);
  settings = completed(std::move(settings));
  if (!known) {
    auto& peer = *make(std::move(settings)).peer;
    if (!is_shut_down_) peer.start(now);
    return false;
  }
  change_settings(*known, settings);
  return known->set_settings(std::move(settings), now);
}

/// What is kept here of a peer's settings, before they change.
void PeerManager::change_settings(Peer& peer, PeerSettings settings) {
  const auto& before = peer.settings();
  const bool moves = before.address != settings.address || before.interface_index != settings.interface_index;
  if (before.source == PeerSource::Dynamic && settings.source != PeerSource::Dynamic) --dynamic_count_;
  if (before.password != settings.password || moves) {
    if (!before.password.empty() && moves) set_password(before, "");
    if (settings.password != before.password || !settings.password.empty())
      set_password(settings, settings.password);
  }
  if (!moves) return;
  const auto old = by_address_.find(key_of(before.address, before.interface_index));
  if (old != by_address_.end() && old->second == peer.slot()) by_address_.erase(old);
  if (!settings.address.is_unspecified())
    by_address_.emplace(key_of(settings.address, settings.interface_index), peer.slot());
}

bool PeerManager::remove(const rib::IpAddress& address, std::uint32_t interface_index, TimePoint now) {
  auto* const peer = find(address, interface_index);
  if (!peer) return false;
  remove(*peer, now);
  return true;
}

void PeerManager::remove(Peer& gone, TimePoint now) {
  const auto slot = gone.slot();
  const auto& settings = gone.settings();
  const auto known = by_address_.find(key_of(settings.address, settings.interface_index));
  if (known != by_address_.end() && known->second == slot) by_address_.erase(known);
  if (!settings.interface_name.empty()) by_interface_.erase(settings.interface_name);
  if (settings.source == PeerSource::Dynamic) --dynamic_count_;
  auto peer = std::move(slots_[slot].peer);
  slots_[slot].wakes = TimerSet::kNever;
  free_slots_.push_back(slot);

  peer->set_observer(nullptr);
  peer->stop(wire::CeaseReason::PeerDeconfigured, now);
  if (!peer->settings().password.empty()) set_password(peer->settings(), "");
  removed_.push_back(std::move(peer));
  ask_to_wake(now);
}

// --- who calls ---------------------------------------------------------------------------------------------

void PeerManager::accept(std::unique_ptr<Transport> transport, TimePoint now) {
  const auto remote = transport->remote();
  auto* peer = is_shut_down_ ? nullptr : find(remote.address, remote.interface_index);
  if (!peer && !is_shut_down_) peer = on_link(remote, now);
  if (!peer && !is_shut_down_) peer = admit(remote, now);
  if (!peer) return transport->finish(wire::encode_notification(wire::CeaseReason::ConnectionRejected));
  peer->accept(std::move(transport), now);
}

/// Who calls over a link with an interface peer is that peer, unless a session with another one stands.
Peer* PeerManager::on_link(const Endpoint& remote, TimePoint now) {
  if (!remote.address.is_v6() || !remote.address.is_link_local() || remote.interface_index == 0)
    return nullptr;
  for (const auto& [name, slot] : by_interface_) {
    auto& peer = *slots_[slot].peer;
    if (peer.settings().interface_index != remote.interface_index || peer.is_established()) continue;
    set_link_neighbor(remote.interface_index, remote.address, now);
    return &peer;
  }
  return nullptr;
}

void PeerManager::set_link_neighbor(std::uint32_t interface_index, const rib::IpAddress& address,
                                    TimePoint now) {
  heard_[interface_index] = address;
  for (const auto& [name, slot] : by_interface_) {
    auto& peer = *slots_[slot].peer;
    if (peer.settings().interface_index != interface_index || peer.is_established() ||
        peer.settings().address == address)
      continue;
    auto settings = peer.settings();
    settings.address = address;
    change_settings(peer, settings);
    peer.set_settings(std::move(settings), now);
    peer.hurry(now);
  }
}

const ListenRange* PeerManager::range_of(const rib::IpAddress& address) const {
  const auto found =
      std::ranges::find_if(ranges_, [&](const ListenRange& one) { return one.range.contains(address); });
  return found == ranges_.end() ? nullptr : &*found;
}

Peer* PeerManager::admit(const Endpoint& remote, TimePoint now) {
  const auto* const range = range_of(remote.address);
  if (!range) {
    context_.handler.unknown_caller(remote, now);
    return nullptr;
  }
  if (range->settings.shutdown) return nullptr;
  if (dynamic_count_ >= listen_limit_ && !forget_absent(now)) {
    context_.handler.refused(
        remote,
        "the limit of " + std::to_string(listen_limit_) + " dynamic neighbors (bgp listen limit) is reached",
        now);
    return nullptr;
  }
  auto settings = range->settings;
  settings.address = remote.address;
  settings.interface_index = remote.address.is_link_local() ? remote.interface_index : 0;
  auto& peer = *make(std::move(settings)).peer;
  peer.start(now);
  return &peer;
}

/// Makes room for a caller: a dynamic peer that is kept for its routes alone goes. False: all are here.
bool PeerManager::forget_absent(TimePoint now) {
  const auto peers = sorted();
  const auto absent = std::ranges::find_if(peers, [](const Peer* peer) {
    return peer->settings().source == PeerSource::Dynamic && !peer->has_connection();
  });
  if (absent == peers.end()) return false;
  remove(**absent, now);
  return true;
}

void PeerManager::set_listen_ranges(std::vector<ListenRange> ranges, std::size_t limit, TimePoint now,
                                    const std::function<void(Peer&)>& changed) {
  std::ranges::stable_sort(ranges, std::greater{}, [](const ListenRange& one) { return one.range.length(); });
  listen_limit_ = limit;
  if (ranges == ranges_) return;
  const auto before = std::exchange(ranges_, std::move(ranges));
  const auto password_in = [](const std::vector<ListenRange>& all, const rib::Prefix& range) {
    const auto found = std::ranges::find(all, range, &ListenRange::range);
    return found == all.end() ? std::string() : found->settings.password;
  };
  for (const auto& one : before)
    if (!one.settings.password.empty() && password_in(ranges_, one.range).empty())
      context_.network.set_password(one.range, "");
  for (const auto& one : ranges_)
    if (!one.settings.password.empty() && password_in(before, one.range) != one.settings.password)
      context_.network.set_password(one.range, one.settings.password);
  for (auto* const peer : sorted()) {
    if (peer->settings().source != PeerSource::Dynamic) continue;
    const auto* const range = range_of(peer->settings().address);
    if (!range) {
      remove(*peer, now);
      continue;
    }
    auto settings = range->settings;
    settings.address = peer->settings().address;
    settings.interface_index = peer->settings().interface_index;
    if (settings == peer->settings()) continue;
    if (!peer->set_settings(std::move(settings), now) && changed) changed(*peer);
  }
}

/// A dynamic peer without a session has no reason to be, unless its routes are kept for its return; an
/// interface peer whose session is over speaks with whom its link has now. Both wait until nothing of the
/// peer is on the stack.
void PeerManager::look_after(Peer& peer) {
  const auto& settings = peer.settings();
  bool is_untidy = settings.source == PeerSource::Dynamic && !peer.has_connection();
  if (!settings.interface_name.empty() && !peer.is_established()) {
    const auto heard = heard_.find(settings.interface_index);
    is_untidy |= heard != heard_.end() && heard->second != settings.address;
  }
  if (!is_untidy) return;
  untidy_.push_back(peer.slot());
  ask_to_wake(kAtOnce);
}

void PeerManager::tidy(TimePoint now) {
  for (const auto slot : std::exchange(untidy_, {})) {
    auto* const peer = slots_[slot].peer.get();
    if (!peer) continue;
    const auto& settings = peer->settings();
    if (settings.source == PeerSource::Dynamic && !peer->has_connection()) {
      if (!context_.handler.keeps_routes_of(*peer)) remove(*peer, now);
    } else if (const auto heard = heard_.find(settings.interface_index);
               !settings.interface_name.empty() && heard != heard_.end()) {
      set_link_neighbor(settings.interface_index, rib::IpAddress(heard->second), now);
    }
  }
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
  tidy(now);
  if (alarm_ <= now) {
    alarm_ = TimerSet::kNever;
    context_.handler.alarm(now);
    for (const auto& slot : slots_)  // those that are here for their stale routes alone, if these went
      if (slot.peer && slot.peer->settings().source == PeerSource::Dynamic) look_after(*slot.peer);
    tidy(now);
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
  look_after(peer);
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

Peer* PeerManager::find_interface(const std::string& name) {
  const auto known = by_interface_.find(name);
  return known == by_interface_.end() ? nullptr : slots_[known->second].peer.get();
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
  peers.reserve(size());
  for (const auto& slot : slots_)
    if (slot.peer) peers.push_back(slot.peer.get());
  std::ranges::sort(peers, {}, [](const Peer* peer) {
    const auto& settings = peer->settings();
    return std::tuple(settings.interface_name.empty(), settings.interface_name, settings.address,
                      settings.interface_index);
  });
  return peers;
}

}  // namespace bgpd::session
