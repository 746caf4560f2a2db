// `explain`: the whole chain to the packet. Everything is read from where it was decided; nothing is decided
// again.
#include "bgpd/api/explain_verdict.hpp"

#include <algorithm>

#include "bgpd/api/handlers.hpp"
#include "bgpd/api/peer_names.hpp"
#include "cli/config/config.hpp"

namespace bgpd::api {
namespace {

struct Question {
  rib::Prefix prefix;
  rib::IpAddress address;  // for the kernel
};

/// The address that stands for a prefix: the first that can be a host's.
rib::IpAddress host_in(const rib::Prefix& prefix) {
  if (prefix.is_host() || prefix.length() + 1 == prefix.address().bit_count()) return prefix.address();
  std::vector<std::uint8_t> octets(prefix.address().bytes().begin(), prefix.address().bytes().end());
  octets.back() |= 1;
  return *rib::IpAddress::from_bytes(octets);
}

/// The longer of what BGP knows and what the routing table has; the address alone when there is neither.
rib::Prefix prefix_for(const rib::IpAddress& address, const rib::Engine& engine) {
  auto longest = engine.longest_match(address);
  const auto route = engine.route_match(address);
  if (!longest || (route && route->length() > longest->length())) longest = route;
  return longest.value_or(rib::Prefix::host(address));
}

std::optional<Question> question_of(const proto::Explain& request, const rib::Engine& engine) {
  if (request.has_prefix()) {
    const auto prefix = prefix_from(request.prefix());
    return prefix ? std::optional(Question{*prefix, host_in(*prefix)}) : std::nullopt;
  }
  const auto address = address_from(request.address());
  return address ? std::optional(Question{prefix_for(*address, engine), *address}) : std::nullopt;
}

std::optional<rib::RouteView> route_around(const rib::Prefix& prefix, const rib::Engine& engine) {
  for (auto length = prefix.length(); length-- > 0;)
    for (auto& route : engine.routes_for({prefix.address(), length}))
      if (route.selected) return std::move(route);
  return std::nullopt;
}

/// Who of the neighbors the question names.
struct Named {
  bool is_sender_known = false, is_receiver_known = false;
  std::optional<rib::PeerHandle> sender;
  bool has_established = false;
};
Named named_in(const proto::Explain& request, const Backend& backend) {
  Named named{.is_sender_known = !request.has_from(), .is_receiver_known = !request.has_to(), .sender = {}};
  backend.visit_neighbors([&](const NeighborView& neighbor) {
    named.has_established |= neighbor.handle.has_value();
    named.is_receiver_known |= request.has_to() && is_named(request.to(), neighbor);
    if (!request.has_from() || !is_named(request.from(), neighbor)) return;
    named.is_sender_known = true;
    if (neighbor.handle) named.sender = neighbor.handle;
  });
  return named;
}

/// `only_sender`: paths of others are left out.
void put_destination(const rib::DestinationView& view, bool only_sender,
                     const std::optional<rib::PeerHandle>& sender, const Backend& backend,
                     proto::Destination& to) {
  const PeerNames names(backend);
  put_prefix(view.prefix, *to.mutable_prefix());
  to.set_version(view.version);
  to.set_reason(same<proto::BestReason>(view.reason));
  to.set_fib(same<proto::FibState>(view.fib));
  for (const auto& path : view.paths) {
    if (only_sender && (!path.peer || path.peer != sender)) continue;
    auto& put = *to.add_paths();
    names.put(path, backend.now(), put);
    if (const auto next_hop = backend.engine().next_hop_of(path))
      put_tracked_next_hop(*next_hop, backend, *put.mutable_tracked());
  }
}

void put_explained(const NeighborView& neighbor, const rib::Prefix& prefix, const Backend& backend,
                   proto::ExplainedNeighbor& to) {
  put_name(neighbor, *to.mutable_name());
  if (neighbor.received && neighbor.received->hostname)
    to.set_hostname(readable_text(*neighbor.received->hostname));
  to.set_state(same<proto::SessionState>(neighbor.state));
  to.set_malformed_updates(neighbor.malformed_updates);
  to.set_last_malformed_update(readable_text(neighbor.last_malformed_update));
  to.set_export_(proto::EXPORT_NO_BEST_PATH);
  if (neighbor.state != SessionState::Established) {
    to.set_shutdown(neighbor.shutdown);
    to.set_prefix_limit(neighbor.prefix_limit_reached);
    put_last_reset(neighbor, backend.now(), *to.mutable_last_reset());
    to.set_last_error(readable_text(neighbor.last_error));
  }
  if (!neighbor.handle) return;
  const auto& engine = backend.engine();
  const auto family = rib::index_of(prefix.family());
  to.set_negotiated(neighbor.families[family].negotiated);
  to.set_received(engine.counters(*neighbor.handle).received[family]);
  to.set_export_(same<proto::ExportState>(engine.export_state(*neighbor.handle, prefix)));
  to.set_denied_by(readable_text(engine.export_denied_by(*neighbor.handle, prefix)));
}

void put_kernel(const fib::FoundRoute& found, rib::Afi afi, const Backend& backend, proto::KernelAnswer& to) {
  to.set_outcome(same<proto::KernelAnswer::Outcome>(found.outcome));
  if (found.prefix) put_prefix(*found.prefix, *to.mutable_prefix());
  to.set_table(found.table);
  to.set_metric(found.metric);
  to.set_protocol(found.protocol);
  to.set_ours(found.is_ours());
  if (found.taken) put_next_hop(*found.taken, backend, *to.mutable_next_hop());
  if (found.source) to.set_source(octets_of(*found.source));
  to.set_problem(readable_text(found.problem));
  const auto switches = backend.kernel_switches(afi, to.next_hop().interface());
  to.set_forwarding(switches.forwarding);
  if (switches.reverse_path_filter) to.set_reverse_path_filter(*switches.reverse_path_filter);
  for (const auto& interface : backend.interfaces())
    if (to.inside().empty() && interface.advertised && interface.link.name != to.next_hop().interface())
      to.set_inside(readable_text(interface.link.name));
}

}  // namespace

proto::Done handle_explain(const proto::Explain& request, const Backend& backend, Replies& replies) {
  const auto& engine = backend.engine();
  const auto question = question_of(request, engine);
  if (!question) return done(proto::Done::INVALID, "Malformed prefix or address");
  const auto named = named_in(request, backend);
  if (!named.is_sender_known || !named.is_receiver_known)
    return done(proto::Done::NOT_FOUND, "No such neighbor in this view/vrf");
  const auto& prefix = question->prefix;
  const auto destination = engine.destination(prefix);
  const auto routes = engine.routes_for(prefix);
  const auto around = route_around(prefix, engine);
  const auto kernel = backend.way_to(question->address);

  auto& to = *replies.emplace_back().mutable_explanation();
  put_prefix(prefix, *to.mutable_prefix());
  to.set_address(octets_of(question->address));
  if (destination)
    put_destination(*destination, request.has_from(), named.sender, backend, *to.mutable_destination());
  for (const auto& route : routes) put_route(route, backend, *to.add_routes());
  if (around) put_route(*around, backend, *to.mutable_covered_by());
  backend.visit_neighbors([&](const NeighborView& neighbor) {
    if (!request.has_to() || is_named(request.to(), neighbor))
      put_explained(neighbor, prefix, backend, *to.add_neighbors());
  });
  put_kernel(kernel, prefix.afi(), backend, *to.mutable_kernel());
  if (const auto fib = backend.fib(); fib.last_audit) put_audit(fib, backend.now(), *to.mutable_last_audit());
  const auto verdict = explain_verdict({.destination = destination,
                                        .routes = routes,
                                        .covered_by = around,
                                        .kernel = kernel,
                                        .writes_kernel = backend.daemon().writes_kernel,
                                        .forwarding = to.kernel().forwarding(),
                                        .has_established_neighbor = named.has_established});
  to.set_verdict(verdict.code);
  to.set_reachable(verdict.reachable);
  return done();
}

}  // namespace bgpd::api
