#include "rib/next_hop_table.hpp"

#include <algorithm>
#include <utility>

#include "rib/observer.hpp"

namespace rib {

// RFC 2545 §3: a next hop on a shared link has a link-local address beside the global one, and it is the one
// that packets use. It means something only together with the link.
NextHopTable::Key NextHopTable::key_of(const PathAttributes& attributes, std::uint32_t interface_index) {
  if (attributes.rare->link_local_next_hop && interface_index != 0)
    return {*attributes.rare->link_local_next_hop, interface_index};
  const bool has_zone = attributes.next_hop.is_v6() && attributes.next_hop.is_link_local();
  return {attributes.next_hop, has_zone ? interface_index : 0};
}

bool NextHopTable::is_hint_good(Id hint, const Key& key) const {
  return hint != 0 && hint < entries_.size() && entries_[hint].address == key.address &&
         entries_[hint].interface_index == key.interface_index;
}

NextHopTable::Id NextHopTable::find(const Attributes& attributes, std::uint32_t interface_index) const {
  const auto key = key_of(*attributes, interface_index);
  if (const auto hint = attributes.set()->next_hop_hint(); is_hint_good(hint, key)) return hint;
  const auto found = index_.find(key);
  if (found == index_.end()) return 0;
  attributes.set()->set_next_hop_hint(found->second);
  return found->second;
}

NextHopTable::Id NextHopTable::find(const PathAttributes& attributes, std::uint32_t interface_index) const {
  const auto found = index_.find(key_of(attributes, interface_index));
  return found == index_.end() ? 0 : found->second;
}

NextHopTable::Id NextHopTable::find_or_add(const Attributes& attributes, std::uint32_t interface_index) {
  if (const auto id = find(attributes, interface_index)) return id;
  Id id = static_cast<Id>(entries_.size());
  if (free_.empty()) {
    entries_.emplace_back();
  } else {
    id = free_.back();
    free_.pop_back();
  }
  const auto key = key_of(*attributes, interface_index);
  entries_[id].address = key.address;
  entries_[id].interface_index = key.interface_index;
  resolve(entries_[id]);
  if (observer_) observer_->next_hop_resolved(entries_[id]);
  index_.emplace(key, id);
  unreferenced_.push_back(id);
  attributes.set()->set_next_hop_hint(id);
  return id;
}

void NextHopTable::release(Id id) {
  if (--entries_[id].references == 0) unreferenced_.push_back(id);
}

void NextHopTable::drop_unreferenced() {
  for (const auto id : unreferenced_) {
    if (entries_[id].references == 0 &&
        index_.contains(Key{entries_[id].address, entries_[id].interface_index})) {
      remove(id);
    }
  }
  unreferenced_.clear();
}

void NextHopTable::remove(Id id) {
  auto& entry = entries_[id];
  const auto found = index_.find(Key{entry.address, entry.interface_index});
  if (found == index_.end() || found->second != id) return;  // listed twice, removed already
  index_.erase(found);
  fib_routes_.release(entry.fib_route);
  if (entry.moved) --moved_;
  entry = {};
  free_.push_back(id);
}

void NextHopTable::resolve(Entry& entry) {
  entry.resolved = false;
  entry.metric = 0;
  entry.through.reset();
  entry.source = RouteSource::Connected;
  entry.interface_name.clear();
  entry.kernel_next_hops.clear();
  if (entry.address.is_v6() && entry.address.is_link_local()) {
    // The link itself is the route; without a link the address means nothing.
    entry.resolved = entry.interface_index != 0;
    if (entry.resolved) {
      entry.kernel_next_hops.push_back({.gateway = entry.address, .interface_index = entry.interface_index});
    }
  } else if (const auto* routes = kernel_routes_.longest_match(entry.address)) {
    const auto usable =
        std::find_if(routes->begin(), routes->end(), [](auto& route) { return route.usable; });
    if (usable != routes->end() && usable->type == RouteType::Unicast &&
        (resolve_via_default_ || !usable->prefix.is_default())) {
      entry.resolved = true;
      entry.metric = usable->metric;
      entry.through = usable->prefix;
      entry.source = usable->source;
      entry.interface_name = usable->interface_name;
      entry.kernel_next_hops = usable->next_hops;
      for (auto& next_hop : entry.kernel_next_hops) {
        if (!next_hop.gateway) next_hop.gateway = entry.address;  // on that link: it is its own gateway
      }
    }
  }
  const auto old = entry.fib_route;
  entry.fib_route = entry.resolved ? fib_routes_.intern({RouteType::Unicast, entry.kernel_next_hops}) : 0;
  fib_routes_.release(old);
}

void NextHopTable::kernel_changed(const Prefix& prefix) {
  constexpr std::size_t kEnoughToLookAtAll = 64;
  if (dirty_.size() < kEnoughToLookAtAll) {
    dirty_.push_back(prefix);
  } else {
    all_dirty_ = true;
  }
}

void NextHopTable::set_resolve_via_default(bool on) {
  all_dirty_ |= on != resolve_via_default_;
  resolve_via_default_ = on;
}

bool NextHopTable::could_affect(const Entry& entry) const {
  return all_dirty_ ||
         std::any_of(dirty_.begin(), dirty_.end(), [&](auto& p) { return p.contains(entry.address); });
}

bool NextHopTable::refresh() {
  std::vector<std::pair<FibRoutes::Id, FibRoutes::Id>> shifts;
  for (auto& [key, id] : index_) {
    auto& entry = entries_[id];
    if (!could_affect(entry)) continue;
    const auto before = entry;
    fib_routes_.add_reference(before.fib_route);  // its number names no other route meanwhile
    resolve(entry);
    if (before.fib_route != entry.fib_route)
      shifts.emplace_back(before.fib_route, entry.fib_route);
    else
      fib_routes_.release(before.fib_route);
    if (entry == before) continue;
    if (observer_) observer_->next_hop_resolved(entry);
    if (!std::exchange(entry.moved, true)) ++moved_;
  }
  note_shifts(shifts);
  for (const auto& [from, to] : shifts) fib_routes_.release(from);
  dirty_.clear();
  all_dirty_ = false;
  return moved_ > 0;
}

void NextHopTable::note_shifts(std::span<const std::pair<FibRoutes::Id, FibRoutes::Id>> candidates) {
  constexpr std::size_t kMost =
      64;  // each is compared with all next hops; beyond that routes move one by one
  if (candidates.size() > kMost) return;
  const auto is_single = [&](FibRoutes::Id id) { return id != 0 && fib_routes_[id].next_hops.size() == 1; };
  for (const auto& [from, to] : candidates) {
    if (!is_single(from) || !is_single(to)) continue;
    const bool stays_elsewhere = std::ranges::any_of(
        index_, [&, old = from](const auto& item) { return entries_[item.second].fib_route == old; });
    const bool goes_elsewhere =
        std::ranges::any_of(candidates, [&, shift = std::pair(from, to)](const auto& other) {
          return other.first == shift.first && other != shift;
        });
    FibMove move{fib_routes_[from], fib_routes_[to]};
    if (!stays_elsewhere && !goes_elsewhere && std::ranges::find(shifts_, move) == shifts_.end())
      shifts_.push_back(std::move(move));
  }
}

void NextHopTable::clear_moved() {
  for (auto& entry : entries_) entry.moved = false;
  moved_ = 0;
}

}  // namespace rib
