#include "bgpd/debug/debug_log.hpp"

#include <algorithm>

#include "bgpd/session/peer.hpp"

namespace bgpd::debug {

namespace {

constexpr std::string_view kSession = "session", kRib = "rib", kFib = "fib";

rib::TimePoint now() { return std::chrono::steady_clock::now(); }

std::string kernel_route_text(const rib::KernelRoute& route, const InterfaceName& name_of) {
  return route.prefix.to_string() + " protocol " + std::to_string(route.protocol) + " metric " +
         std::to_string(route.metric) + " " + route_text(route.type, route.next_hops, name_of);
}

std::string in_place(std::string_view place) {
  return place.empty() ? std::string{} : " in " + std::string(place);
}

}  // namespace

DebugLog::DebugLog(boost::asio::io_context& io, Hooks hooks) : hooks_(std::move(hooks)), timer_(io) {}

void DebugLog::set_switches(cli::DebugSwitches switches) { switches_ = std::move(switches); }

// --- what is wanted
// -------------------------------------------------------------------------------------------------------

bool DebugLog::is_on(Topic topic) const {
  return std::ranges::any_of(switches_, [&](const auto& debug) { return debug.topic == topic; });
}

bool DebugLog::wants(Topic topic, std::string_view neighbor, const rib::Prefix* prefix) const {
  return std::ranges::any_of(switches_, [&](const cli::DebugSwitch& debug) {
    return debug.topic == topic && (debug.neighbor.empty() || debug.neighbor == neighbor) &&
           (!debug.prefix || (prefix && *debug.prefix == *prefix));
  });
}

template <typename Make>
void DebugLog::tell(std::string_view subsystem, Make&& make) {
  if (!limit_.take(now())) return tell_left_out_later();
  hooks_.write(subsystem, make());
}

void DebugLog::tell_left_out_later() {
  if (std::exchange(timer_runs_, true)) return;
  timer_.expires_after(std::chrono::seconds(1));
  timer_.async_wait([this](const boost::system::error_code& error) {
    timer_runs_ = false;
    if (error) return;
    hooks_.write("daemon", std::to_string(limit_.take_left_out()) + " debug lines were left out: " +
                               std::to_string(RateLimit::kPerSecond) + " a second are written");
  });
}

// --- sessions
// -------------------------------------------------------------------------------------------------------

void DebugLog::state_changed(const session::Peer& peer, const session::StateChange& change) {
  if (!wants(Topic::NeighborEvents, peer.name())) return;
  tell(kSession, [&] {
    return peer.name() + " [FSM] " + std::string(change.event) + " (" + std::string(name_of(change.before)) +
           "->" + std::string(name_of(change.after)) + ")" +
           (change.is_theirs ? ", the connection that it opened" : "");
  });
}

void DebugLog::message_passed(const session::Peer& peer, const session::PassedMessage& message) {
  const bool is_keepalive = message.type == wire::MessageType::Keepalive;
  if (!wants(is_keepalive ? Topic::Keepalives : Topic::NeighborEvents, peer.name())) return;
  const bool is_sent = message.direction == session::Direction::Sent;
  tell(kSession, [&] {
    std::string text = peer.name() + (is_sent ? " sending " : " rcvd ");
    if (message.open) return text + open_text(*message.open);
    if (message.notification)
      return text + "NOTIFICATION " + std::to_string(std::to_underlying(message.notification->code)) + "/" +
             std::to_string(message.notification->subcode) + " (" + describe(*message.notification) + ")";
    return text + (is_keepalive ? "KEEPALIVE" : "ROUTE-REFRESH");
  });
}

void DebugLog::attempt_failed(const session::Peer& peer, const std::string& why) {
  if (wants(Topic::NeighborEvents, peer.name()))
    tell(kSession, [&] { return peer.name() + " [Event] no session: " + why; });
}

// --- UPDATEs
// -------------------------------------------------------------------------------------------------------

void DebugLog::update_received(const session::Peer& peer, rib::PeerHandle handle,
                               const wire::DecodedUpdate& update) {
  const auto name = peer.name();
  for (const auto& part : update.updates()) tell_received(name, handle, part);
  if (const auto family = update.end_of_rib(); family && wants(Topic::UpdatesIn, name))
    tell(kRib, [&] { return name + " rcvd End-of-RIB for " + std::string(rib::name_of(*family)); });
}

void DebugLog::tell_received(const std::string& name, rib::PeerHandle handle, const rib::Update& update) {
  const bool wants_all = wants(Topic::UpdatesIn, name);
  if (!wants_all && !is_on(Topic::UpdatesOfPrefix)) return;
  const auto is_wanted = [&](const rib::Nlri& nlri) {
    return wants_all || wants(Topic::UpdatesOfPrefix, name, &nlri.prefix);
  };
  for (const auto& nlri : update.withdrawn)
    if (is_wanted(nlri))
      tell(kRib, [&] { return name + " rcvd UPDATE about " + nlri_text(nlri) + " -- withdrawn"; });
  bool has_attributes = false;
  for (const auto& nlri : update.announced) {
    if (!is_wanted(nlri)) continue;
    if (!std::exchange(has_attributes, true))
      tell(kRib, [&] { return name + " rcvd UPDATE w/ attr: " + attributes_text(*update.attributes); });
    tell(kRib, [&] { return name + " rcvd " + nlri_text(nlri) + fate_of(nlri, handle); });
  }
}

/// What became of it, when it was not accepted.
std::string DebugLog::fate_of(const rib::Nlri& nlri, rib::PeerHandle handle) const {
  const auto destination = hooks_.engine().destination(nlri.prefix);
  if (!destination) return {};
  for (const auto& path : destination->paths) {
    if (path.peer != handle || path.path_id != nlri.path_id || path.state == rib::PathState::Accepted)
      continue;
    return " -- DENIED due to: " + std::string(rib::name_of(path.state)) +
           (path.denied_by.empty() ? "" : ", " + path.denied_by);
  }
  return {};
}

/// Whom the operator asked for, without making a text of each of a thousand members.
std::vector<std::string> DebugLog::named_among(std::span<const session::Peer* const> members) const {
  std::vector<std::string> named;
  for (const auto& debug : switches_) {
    if (debug.topic != Topic::UpdatesOut) continue;
    const auto address = rib::IpAddress::parse(debug.neighbor);
    for (const auto* peer : members) {
      const auto& settings = peer->settings();
      if (settings.interface_name.empty() ? address == settings.address
                                          : debug.neighbor == settings.interface_name)
        named.push_back(debug.neighbor);
    }
  }
  return named;
}

void DebugLog::update_sent(rib::GroupId group, std::span<const session::Peer* const> members,
                           const rib::PathAttributes* attributes, std::span<const rib::Nlri> prefixes) {
  if (!is_on(Topic::UpdatesOut) && !is_on(Topic::UpdatesOfPrefix)) return;
  const auto tell_whom = [&](const std::string& whom, auto is_wanted) {
    bool has_attributes = attributes == nullptr;
    for (const auto& nlri : prefixes) {
      if (!is_wanted(nlri)) continue;
      if (!std::exchange(has_attributes, true))
        tell(kRib, [&] { return whom + " send UPDATE w/ attr: " + attributes_text(*attributes); });
      tell(kRib,
           [&] { return whom + " send UPDATE " + nlri_text(nlri) + (attributes ? "" : " -- unreachable"); });
    }
  };
  const auto all =
      "update-group " + std::to_string(group) + ", " + std::to_string(members.size()) + " neighbors:";
  const auto whole_group = members.size() == 1 ? members[0]->name() : all;
  const auto of_prefix = [&](const rib::Nlri& nlri) {
    return wants(Topic::UpdatesOfPrefix, "", &nlri.prefix);
  };
  const auto any = [](const rib::Nlri&) { return true; };
  if (wants(Topic::UpdatesOut, "")) return tell_whom(whole_group, any);
  for (const auto& name : named_among(members)) tell_whom(name, any);
  if (is_on(Topic::UpdatesOfPrefix)) tell_whom(whole_group, of_prefix);
}

// --- decisions
// -------------------------------------------------------------------------------------------------------

bool DebugLog::wants(const rib::Prefix& prefix) const { return wants(Topic::BestPath, "", &prefix); }

void DebugLog::best_changed(const rib::EventView& event) {
  tell(kRib, [&] { return best_text(event); });
}

void DebugLog::next_hop_resolved(const rib::NextHopTable::Entry& entry) {
  if (is_on(Topic::NextHops) || is_on(Topic::ZebraNextHops))
    tell(kRib, [&] { return next_hop_text(entry, hooks_.interface_name); });
}

// --- the kernel's side
// -------------------------------------------------------------------------------------------------------

void DebugLog::fib_changes(std::span<const rib::FibChange> changes, std::string_view place) {
  const bool all = is_on(Topic::ZebraRib);
  if (!all && (!is_on(Topic::BgpZebra) || !place.empty())) return;  // BGP's routes are in the own table
  for (const auto& change : changes) {
    if (!all && !wants(Topic::BgpZebra, "", &change.prefix)) continue;
    tell(kRib, [&] {
      const auto prefix = change.prefix.to_string() + in_place(place);
      if (!change.route) return "to the kernel: remove " + prefix;
      return "to the kernel: install " + prefix + " " +
             route_text(change.route->type, change.route->next_hops, hooks_.interface_name);
    });
  }
}

void DebugLog::kernel_event(const fib::KernelEvent& event, std::string_view place) {
  using Kind = fib::KernelEvent::Kind;
  const auto& address = event.address;
  const auto about = [&](Topic topic, auto make) {
    if (is_on(topic)) tell(kFib, make);
  };
  switch (event.kind) {
    case Kind::LinkChanged:
      return about(Topic::ZebraEvents, [&] { return "link " + link_text(event.link); });
    case Kind::LinkGone:
      return about(Topic::ZebraEvents, [&] { return "link " + event.link.name + " is gone"; });
    case Kind::AddressAdded:
    case Kind::AddressGone:
      return about(Topic::ZebraEvents, [&] {
        return "address " + address.address.to_string() + "/" + std::to_string(address.prefix_length) +
               " of " + hooks_.interface_name(address.interface_index) +
               (event.kind == Kind::AddressAdded ? "" : " is gone");
      });
    case Kind::RouteChanged:
    case Kind::RouteGone:
      return about(Topic::ZebraKernel, [&] {
        return "the kernel has " + std::string(event.kind == Kind::RouteGone ? "no more " : "") +
               kernel_route_text(event.route, hooks_.interface_name) + in_place(place);
      });
    case Kind::Written:
      if (!is_on(Topic::ZebraKernel)) return;
      for (const auto& result : event.results)
        tell(kFib, [&] {
          const auto prefix = result.prefix.to_string() + in_place(place);
          if (result.error != 0) return "the kernel refused " + prefix + ": " + result.text;
          return "the kernel " + std::string(result.installed ? "took " : "removed ") + prefix;
        });
      return;
    default:
      return;
  }
}

}  // namespace bgpd::debug
