#include "fib/next_hop_objects.hpp"

#include <algorithm>
#include <utility>

namespace fib {

namespace {

bool can_be_said(const rib::NextHop& hop) { return hop.gateway && hop.interface_index != 0; }

}  // namespace

std::size_t NextHopObjects::Hash::operator()(const NextHopObject& object) const {
  std::size_t hash = object.members.size();
  const auto mix = [&hash](std::size_t value) { hash = (hash ^ value) * 0x9e3779b97f4a7c15u; };
  if (object.hop.gateway) mix(object.hop.gateway->hash());
  mix(object.hop.interface_index * 2u + (object.hop.onlink ? 1u : 0u));
  for (const auto& member : object.members) mix(member.id * 256u + member.weight);
  return hash;
}

ObjectId NextHopObjects::acquire(const std::vector<rib::NextHop>& hops) {
  if (hops.empty() || !std::ranges::all_of(hops, can_be_said)) return kNoObject;
  NextHopObject group;
  for (const auto& hop : hops) {
    NextHopObject one{.hop = hop, .members = {}};
    one.hop.weight = 1;
    group.members.push_back({acquire_one(one), hop.weight});
  }
  if (hops.size() == 1) return group.members.front().id;
  std::ranges::sort(group.members);
  const bool is_twice =
      std::ranges::adjacent_find(group.members, {}, &NextHopObject::Member::id) != group.members.end();
  const auto id = is_twice ? kNoObject : acquire_one(group);
  // The group holds its members while it lives.
  if (id == kNoObject || slots_[id].references > 1)
    for (const auto& member : group.members) release(member.id);
  return id;
}

ObjectId NextHopObjects::acquire_one(const NextHopObject& object) {
  const auto [known, is_new] = ids_.try_emplace(object, kNoObject);
  if (is_new) {
    const auto former = number_for(object);
    known->second = former != kNoObject ? former : free_number();
    slots_[known->second].object = object;
  }
  ++slots_[known->second].references;
  return known->second;
}

/// A former life's object keeps its number.
ObjectId NextHopObjects::number_for(const NextHopObject& object) const {
  const auto found = standing_ids_.find(object);
  if (found == standing_ids_.end() || slots_.contains(found->second)) return kNoObject;
  const auto shown = standing_.find(found->second);
  return shown != standing_.end() && shown->second.object == object ? found->second : kNoObject;
}

ObjectId NextHopObjects::free_number() {
  do {
    ++last_;
  } while (slots_.contains(last_) || standing_.contains(last_));
  return last_;
}

void NextHopObjects::release(ObjectId id) {
  const auto found = slots_.find(id);
  if (found == slots_.end() || --found->second.references > 0) return;
  ids_.erase(found->second.object);
  const auto members = std::move(found->second.object.members);
  slots_.erase(found);  // the kernel's goes by the next audit
  for (const auto& member : members) release(member.id);
}

bool NextHopObjects::change(ObjectId id, const std::vector<rib::NextHop>& hops) {
  const auto found = slots_.find(id);
  if (found == slots_.end() || found->second.references != 1 || !found->second.object.members.empty())
    return false;
  if (!found->second.is_established) return false;  // the kernel may have dropped it, and the routes
  if (hops.size() != 1 || !can_be_said(hops.front())) return false;
  NextHopObject changed{.hop = hops.front(), .members = {}};
  changed.hop.weight = 1;
  if (!ids_.try_emplace(changed, id).second) return false;
  ids_.erase(found->second.object);
  found->second.object = std::move(changed);
  found->second.is_established = false;
  return true;
}

void NextHopObjects::establish(ObjectId id, std::vector<std::byte>& datagram, std::uint32_t sequence) {
  const auto found = slots_.find(id);
  if (found == slots_.end() || std::exchange(found->second.is_established, true)) return;
  for (const auto& member : found->second.object.members) establish(member.id, datagram, sequence);
  add_next_hop(datagram, id, found->second.object, protocol_, sequence);
  stands(id, found->second.object, protocol_);
}

void NextHopObjects::doubt(ObjectId id) {
  const auto found = slots_.find(id);
  if (found == slots_.end()) return;
  found->second.is_established = false;
  for (const auto& member : found->second.object.members) doubt(member.id);
  for (auto& [other, slot] : slots_)
    if (std::ranges::find(slot.object.members, id, &NextHopObject::Member::id) != slot.object.members.end())
      slot.is_established = false;
}

void NextHopObjects::doubt_interface(std::uint32_t interface_index) {
  for (const auto& [id, slot] : slots_)
    if (slot.object.members.empty() && slot.object.hop.interface_index == interface_index) doubt(id);
}

void NextHopObjects::doubt_all() {
  for (auto& [id, slot] : slots_) slot.is_established = false;
}

void NextHopObjects::shown(const NextHopMessage& message) {
  stands(message.id, message.object, message.protocol);
}

void NextHopObjects::begin_dump() {
  standing_.clear();
  standing_ids_.clear();
}

void NextHopObjects::stands(ObjectId id, const NextHopObject& object, std::uint8_t protocol) {
  standing_[id] = {object, protocol};
  if (protocol == protocol_) standing_ids_.insert_or_assign(object, id);
}

void NextHopObjects::end_dump() {
  for (const auto& [id, slot] : slots_) {
    const auto found = standing_.find(id);
    if (slot.is_established && (found == standing_.end() || found->second.object != slot.object)) doubt(id);
  }
}

std::vector<rib::NextHop> NextHopObjects::resolve(ObjectId id) const {
  const NextHopObject* object = nullptr;
  if (const auto ours = slots_.find(id); ours != slots_.end())
    object = &ours->second.object;
  else if (const auto other = standing_.find(id); other != standing_.end())
    object = &other->second.object;
  if (object == nullptr) return {};
  if (object->members.empty()) return {object->hop};
  std::vector<rib::NextHop> hops;
  for (const auto& member : object->members)
    for (auto& hop : resolve(member.id)) hops.emplace_back(hop).weight = member.weight;
  return hops;
}

std::vector<ObjectId> NextHopObjects::unused(const std::set<ObjectId>& named) const {
  std::set<ObjectId> needed = named;
  for (const auto& [id, shown] : standing_)
    if (named.contains(id) || slots_.contains(id) || shown.protocol != protocol_)
      for (const auto& member : shown.object.members) needed.insert(member.id);
  std::vector<ObjectId> groups, single;
  for (const auto& [id, shown] : standing_)
    if (shown.protocol == protocol_ && !slots_.contains(id) && !needed.contains(id))
      (shown.object.members.empty() ? single : groups).push_back(id);
  groups.insert(groups.end(), single.begin(), single.end());
  return groups;
}

}  // namespace fib
