#include "rib/engine.hpp"

#include <algorithm>

#include "rib/engine_impl.hpp"
#include "rib/observer.hpp"

namespace rib {
namespace {

bool changes_exports(const Speaker& a, const Speaker& b) {
  return a.as != b.as || a.identifier != b.identifier || a.cluster_id != b.cluster_id ||
         a.default_local_pref != b.default_local_pref || a.confederation_id != b.confederation_id ||
         a.graceful_shutdown != b.graceful_shutdown || a.reject_as_sets != b.reject_as_sets ||
         a.client_to_client_reflection != b.client_to_client_reflection;
}

}  // namespace

Engine::Engine(Output& output, const Engine* gateways_of)
    : impl_(std::make_unique<Impl>(output, gateways_of ? &gateways_of->impl_->kernel_routes : nullptr)) {}
Engine::~Engine() = default;

// --- peers
// -------------------------------------------------------------------------------------------------------

void Engine::set_speaker(const Speaker& speaker, TimePoint) {
  auto& e = *impl_;
  if (e.speaker == speaker) return;
  const bool resend = changes_exports(e.speaker, speaker);
  if (e.speaker.as != speaker.as || e.speaker.identifier != speaker.identifier)
    e.aggregates.speaker_changed();
  e.speaker = speaker;
  e.next_hops.set_resolve_via_default(speaker.resolve_via_default);
  e.static_routes.set_resolve_via_default(speaker.resolve_via_default);
  e.sweep.request({.everything = true, .resend = resend});
  if (resend) e.groups.resend_defaults();
}

void Engine::set_policies(PolicyDefinitions definitions, TimePoint now) {
  auto& e = *impl_;
  if (e.policies.definitions() == definitions) return;
  const auto before =
      std::make_shared<const Policies>(std::exchange(e.policies, Policies(std::move(definitions))));
  e.groups.policies_changed(before);
  e.local_routes.policies_changed(*before, now);
  e.aggregates.policies_changed(*before);
  if (e.routing_table.depends_on_change(*before)) e.sweep.request({.everything = true});
  bool concerns_imports = false;
  for (std::uint32_t index = 0; index < e.peers.end_index(); ++index) {
    auto& peer = e.peers[index];
    for (const auto family : kFamilies) {
      const auto& chain = peer.import(family).policy;
      if (!peer.is_up() || chain.empty() || !before->differs(chain, e.policies)) continue;
      concerns_imports = peer.of(family).needs_recheck = true;
    }
  }
  if (concerns_imports) e.sweep.request({.import_profile = true});
}

PeerHandle Engine::peer_up(PeerUp peer, TimePoint now) {
  auto& e = *impl_;
  const auto handle = e.peers.add(std::move(peer));
  e.history.name_peer(handle.index, e.peers[handle.index].up.name);
  e.history.first_table_begins(handle.index, now);
  e.tell_duplicate_identifier(handle);
  e.join_groups(handle.index);
  return handle;
}

void Engine::Impl::join_groups(std::uint32_t index) {
  const auto& up = peers[index].up;
  for (const auto family : kFamilies) {
    if (up.families.contains(family) && up.exports[index_of(family)]) groups.join(index, family);
  }
}

void Engine::peer_down(PeerHandle handle, TimePoint) {
  auto& e = *impl_;
  if (!e.peers.find(handle) && !e.peers.find_retained(handle)) return;
  e.leave_groups(handle.index);
  e.peers.leave(handle.index);
  e.sweep.request({});
}

void Engine::Impl::leave_groups(std::uint32_t index) {
  for (const auto family : kFamilies) groups.leave(index, family);
}

// --- stale paths
// -------------------------------------------------------------------------------------------------

void Engine::peer_lost(PeerHandle handle, FamilySet retained, TimePoint now) {
  auto& e = *impl_;
  if (!e.peers.find(handle)) return;
  auto& peer = e.peers[handle.index];
  for (const auto family : kFamilies) {
    // RFC 4724 §4.2: nothing outlives two losses, except what is long-lived (RFC 9494 §4.2).
    if (peer.of(family).generations.doom_short_lived()) e.sweep.request({.doomed = true});
    if (!peer.of(family).generations.begin()) return peer_down(handle, now);
    if (!retained.contains(family)) e.doom_stale(handle.index, family);
  }
  e.leave_groups(handle.index);
  e.peers.retain(handle.index);
}

namespace {

/// Whether a peer's paths can stay as they are when it comes back: what they and their next hops are counted
/// under is the same.
bool is_same_place(const PeerUp& a, const PeerUp& b) {
  return a.address == b.address && a.interface_index == b.interface_index && a.as == b.as &&
         a.type == b.type && std::ranges::equal(a.add_path_receive, b.add_path_receive);
}

}  // namespace

PeerHandle Engine::peer_returned(PeerHandle lost, PeerUp up, FamilySet retained, TimePoint now) {
  auto& e = *impl_;
  auto* const peer = e.peers.find_retained(lost);
  if (!peer || !is_same_place(peer->up, up)) {
    peer_down(lost, now);
    return peer_up(std::move(up), now);
  }
  const bool differs = !std::ranges::equal(peer->up.imports, up.imports) || peer->up.guard != up.guard ||
                       peer->up.identifier != up.identifier || peer->up.local_address != up.local_address;
  const auto handle = e.peers.revive(lost.index, std::move(up));
  e.history.name_peer(handle.index, peer->up.name);
  for (const auto family : kFamilies)
    if (!retained.contains(family) || !peer->up.families.contains(family)) e.doom_stale(handle.index, family);
  if (differs) {
    for (auto& family : peer->families) family.needs_recheck = true;
    e.sweep.request({.import_profile = true});
  }
  e.tell_duplicate_identifier(handle);
  e.join_groups(handle.index);
  return handle;
}

void Engine::table_received(PeerHandle handle, Family family) {
  if (impl_->peers.find(handle)) impl_->history.first_table_ended(handle.index, family);
}

void Engine::mark_stale(PeerHandle handle, Family family) {
  if (auto* const peer = impl_->peers.find(handle)) peer->of(family).generations.begin();
}

void Engine::sweep_stale(PeerHandle handle, Family family) {
  auto& e = *impl_;
  if (e.peers.find(handle) || e.peers.find_retained(handle)) e.doom_stale(handle.index, family);
}

void Engine::begin_long_lived(PeerHandle handle, Family family) {
  auto& e = *impl_;
  if (!e.peers.find(handle) && !e.peers.find_retained(handle)) return;
  auto& mine = e.peers[handle.index].of(family);
  if (!mine.generations.begin_long_lived()) return;
  mine.needs_recheck = true;
  e.sweep.request({.import_profile = true, .doomed = true});
}

void Engine::sweep_long_lived(PeerHandle handle, Family family) {
  auto& e = *impl_;
  if (!e.peers.find(handle) && !e.peers.find_retained(handle)) return;
  if (e.peers[handle.index].of(family).generations.doom_long_lived()) e.sweep.request({.doomed = true});
}

void Engine::Impl::doom_stale(std::uint32_t index, Family family) {
  if (peers[index].of(family).generations.doom_stale()) sweep.request({.doomed = true});
}

void Engine::defer_selection(bool deferred) {
  impl_->is_deferred = deferred;
  if (!deferred) impl_->routing_table.contest_all();
}

void Engine::received(PeerHandle handle, const Update& update, TimePoint now) {
  auto& e = *impl_;
  const auto* peer = e.peers.find(handle);
  if (!peer || !peer->up.families.contains(update.family)) return;
  if (!update.withdrawn.empty()) e.adj_rib_in.withdraw(handle.index, update.family, update.withdrawn);
  if (update.announced.empty() || !update.attributes) return;
  const auto attributes = e.attributes.intern(*update.attributes);
  e.adj_rib_in.announce(handle.index, update.family, attributes, update.announced, now);
}

void Engine::refresh_requested(PeerHandle handle, Family family) {
  if (impl_->peers.find(handle)) impl_->groups.resend_table(handle.index, family);
}

void Engine::set_import_profile(PeerHandle handle, Family family, ImportProfile profile, TimePoint) {
  auto& e = *impl_;
  auto* peer = e.peers.find(handle);
  if (!peer || peer->import(family) == profile) return;
  peer->up.imports[index_of(family)] = std::move(profile);
  peer->of(family).needs_recheck = true;
  peer->of(family).limit_told = false;
  e.adj_rib_in.check_limit(handle.index, family);
  e.sweep.request({.import_profile = true});
}

void Engine::set_mesh_guard(PeerHandle handle, MeshGuard guard, TimePoint) {
  auto& e = *impl_;
  auto* peer = e.peers.find(handle);
  if (!peer || peer->up.guard == guard) return;
  e.peers.count_mesh_member(peer->up.guard.is_mesh_member, guard.is_mesh_member);
  peer->up.guard = std::move(guard);
  for (auto& family : peer->families) family.needs_recheck = true;
  e.sweep.request({.import_profile = true});
}

void Engine::set_export_profile(PeerHandle handle, const ExportProfile& profile, TimePoint) {
  auto& e = *impl_;
  auto* peer = e.peers.find(handle);
  auto* mine = peer ? &peer->up.exports[index_of(profile.family)] : nullptr;
  if (!mine || !*mine || **mine == profile) return;
  const bool reflection = (*mine)->is_route_reflector_client != profile.is_route_reflector_client;
  *mine = profile;
  e.groups.move(handle.index, profile.family);
  if (!reflection) return;
  peer->needs_resend = true;  // the others: may they have its routes?
  e.sweep.request({.reflection = true});
}

void Engine::Impl::tell_duplicate_identifier(PeerHandle handle) {
  const auto& up = peers[handle.index].up;
  auto tell = [&](const std::string& who) {
    notices.push_back(
        {Notice::Kind::DuplicateIdentifier,
         {},
         handle,
         up.identifier,
         up.name + " has the BGP Identifier " + IpAddress::v4(up.identifier).to_string() + " of " + who});
  };
  // RFC 6286 §2.1: unique within an AS.
  if (up.type == PeerType::Internal && up.identifier == speaker.identifier) tell("this node");
  for (std::uint32_t index = 0; index < peers.end_index(); ++index) {
    const auto& other = peers[index];
    if (index == handle.index || !other.is_up() || other.up.identifier != up.identifier) continue;
    // Two sessions to one node, for instance one for each family, are no conflict.
    if (other.up.as == up.as && other.up.address.afi() == up.address.afi() &&
        other.up.address != up.address) {
      tell(other.up.name);
    }
  }
}

// --- our own routes
// ----------------------------------------------------------------------------------------------

void Engine::originate(const Prefix& prefix, LocalSource source, const LocalRoute& route, TimePoint now) {
  auto& e = *impl_;
  const bool concerns_others =
      source == LocalSource::AdvertisedInterface && e.conflicts.add_own_subnet(prefix);
  e.local_routes.set(prefix, source, route, now);
  e.own_subnet_changed(concerns_others);
}

void Engine::withdraw_local(const Prefix& prefix, LocalSource source, TimePoint now) {
  auto& e = *impl_;
  const bool concerns_others =
      source == LocalSource::AdvertisedInterface && e.conflicts.remove_own_subnet(prefix);
  e.local_routes.remove(prefix, source, now);
  e.own_subnet_changed(concerns_others);
}

void Engine::set_redistribution(Family family, RouteSource source, std::optional<RedistributionRule> rule,
                                TimePoint) {
  impl_->redistribution.set_rule(family, source, std::move(rule));
}

void Engine::set_aggregates(const std::map<Prefix, AggregateRule>& rules, TimePoint now) {
  impl_->aggregates.set_rules(rules, now);
}

void Engine::set_backdoors(std::set<Prefix> backdoors, TimePoint) {
  auto& e = *impl_;
  for (const auto& prefix : e.routing_table.set_backdoors(std::move(backdoors))) {
    if (const auto id = e.loc_rib.table(prefix.family()).find(prefix)) e.loc_rib.touch(prefix.family(), *id);
  }
}

void Engine::Impl::own_subnet_changed(bool concerns_others) {
  if (concerns_others) sweep.request({.own_subnets = true});
}

// --- the kernel
// --------------------------------------------------------------------------------------------------

void Engine::kernel_route(const KernelRoute& route, TimePoint now) {
  auto& e = *impl_;
  if (!e.kernel_routes.set(route)) return;
  e.static_routes.surroundings_changed(route.prefix);
  e.routing_table.contest(route.prefix);
  e.kernel_changed(route.prefix, now);
}

void Engine::kernel_route_gone(const KernelRoute& route, TimePoint now) {
  auto& e = *impl_;
  if (!e.kernel_routes.remove(route)) return;
  e.static_routes.surroundings_changed(route.prefix);
  e.routing_table.contest(route.prefix);
  e.kernel_changed(route.prefix, now);
}

/// Another one than BGP has, or no more, a route to the prefix.
void Engine::Impl::kernel_changed(const Prefix& prefix, TimePoint now) {
  next_hops.kernel_changed(prefix);
  redistribution.kernel_changed(prefix, now);
  if (const auto id = loc_rib.table(prefix.family()).find(prefix)) loc_rib.touch(prefix.family(), *id);
}

void Engine::fib_result(const FibResult& result, TimePoint now) {
  auto& e = *impl_;
  const bool was_refused = e.routing_table.is_refused(result.prefix);
  const auto id = e.routing_table.result(result);
  const bool is_refused = e.routing_table.is_refused(result.prefix);
  if (was_refused != is_refused) e.history.note_kernel(result.prefix, result.error, now);
  if (id) e.fib_gate.answered(result.prefix.family(), *id);
}

void Engine::set_history_size(std::size_t octets, TimePoint now) { impl_->history.set_capacity(octets, now); }

void Engine::set_observer(Observer* observer) {
  impl_->observer = observer;
  impl_->next_hops.set_observer(observer);
}

void Engine::note_session(const SessionEvent& event, TimePoint now) {
  impl_->history.note_session(event, now);
}

// --- work
// --------------------------------------------------------------------------------------------------------

bool Engine::has_work() const {
  const auto& e = *impl_;
  if (e.static_routes.needs_refresh() || e.routing_table.has_contested() || e.next_hops.needs_refresh() ||
      e.sweep.has_work() || !e.notices.empty() || e.conflicts.has_notices() || e.adj_rib_in.has_notices() ||
      e.redistribution.has_work())
    return true;
  return !e.is_deferred && (e.loc_rib.has_pending() || e.groups.has_walks() ||
                            (!e.peers.leaving().empty() && e.fib_gate.empty()) || e.aggregates.has_work());
}

void Engine::run(std::size_t budget, TimePoint now) {
  auto& e = *impl_;
  e.settle_statics(now);
  if (e.next_hops.needs_refresh() && e.next_hops.refresh()) {
    e.sweep.request({.next_hops = true});
    e.tell_shifts();
  }
  e.sweep.run(budget);
  e.redistribution.run(budget, now);
  e.emit_notices();
  if (e.is_deferred) return;
  e.flush(budget, now);
  if (e.loc_rib.has_pending()) return;
  e.groups.release_held_back(now);
  e.groups.walk(budget);
  // Nothing names a peer's index or an unused next hop now: the log is empty.
  if (e.fib_gate.empty()) e.peers.free_departed();
  e.next_hops.drop_unreferenced();
  e.aggregates.run(budget, now);
}

std::optional<TimePoint> Engine::next_release() const { return impl_->groups.next_release(); }
void Engine::release_held_back(TimePoint now) { impl_->groups.release_held_back(now); }

/// A static route goes by its own gateway, which may be the same and has not moved.
void Engine::Impl::tell_shifts() {
  for (const auto& shift : next_hops.take_shifts())
    if (!is_deferred && !routing_table.has_static_by(shift.from)) output.fib_moved(shift);
}

void Engine::Impl::flush(std::size_t budget, TimePoint now) {
  for (const auto family : kFamilies) {
    // Half of what waits, up to some 20 ms of work: neighbors that send faster than that must not make the
    // log swell. In parts that the processor's cache holds from one step to the next.
    constexpr std::size_t kMostAtOnce = 65536;
    const auto pending = loc_rib.pending(family);
    const auto rest = pending - std::min(pending / 2, kMostAtOnce);
    do {
      const auto changes = loc_rib.oldest(family, budget);
      if (changes.empty()) break;
      aggregates.note(family, changes);
      routing_table.flush(family, changes, now, output);
      history.note(loc_rib, peers, family, changes, now);
      if (observer) show_observer(family, changes);
      groups.flush(family, fib_gate.pass(family, changes));
      loc_rib.forget(family, changes.size());
    } while (loc_rib.pending(family) > rest);
  }
}

void Engine::Impl::show_observer(Family family, std::span<const Change> changes) const {
  const auto& table = loc_rib.table(family);
  for (const auto& change : changes) {
    const auto& destination = table[change.id];
    if (!observer->wants(destination.prefix)) continue;
    if (const auto event = history.view_of(destination, change, peers)) observer->best_changed(*event);
  }
}

void Engine::Impl::emit_notices() {
  const auto tell = [this](const std::vector<Notice>& all) {
    for (const auto& notice : all) output.notice(notice);
  };
  if (!notices.empty()) tell(std::exchange(notices, {}));
  if (conflicts.has_notices()) tell(conflicts.take_notices());
  if (adj_rib_in.has_notices()) tell(adj_rib_in.take_notices());
}

}  // namespace rib
