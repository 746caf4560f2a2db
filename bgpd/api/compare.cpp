// `show compare`: BGP's table, the routing table and the kernel, prefix by prefix. The kernel's side is asked
// prefix by prefix as well, so that nothing of it is remembered here.
#include <algorithm>
#include <tuple>

#include "bgpd/api/handlers.hpp"
#include "bgpd/api/peer_names.hpp"

namespace bgpd::api {
namespace {

using Difference = proto::ComparedPrefix;
using rib::FibState;

/// Addresses inside a prefix to ask for its route. Subnets have addresses of their own in them, mostly the
/// first or the last: more than one is tried.
std::vector<rib::IpAddress> probes_in(const rib::Prefix& prefix) {
  std::vector<rib::IpAddress> probes;
  const auto free_bits = prefix.address().bit_count() - prefix.length();
  const auto at = [&](unsigned low_octet, bool in_upper_half) {
    std::vector<std::uint8_t> octets(prefix.address().bytes().begin(), prefix.address().bytes().end());
    const auto room = free_bits >= 8 ? 0xffu : (1u << free_bits) - 1;
    octets.back() = static_cast<std::uint8_t>(octets.back() | (low_octet & room));
    if (in_upper_half && free_bits > 0)
      octets[prefix.length() / 8] |= static_cast<std::uint8_t>(0x80u >> (prefix.length() % 8));
    const auto address = *rib::IpAddress::from_bytes(octets);
    if (std::ranges::find(probes, address) == probes.end()) probes.push_back(address);
  };
  at(0x02, false);
  at(0x5a, true);
  at(0x01, true);
  at(0x00, false);
  return probes;
}

struct KernelSide {
  fib::FoundRoute found;
  bool is_exact = false;   // a route to the very prefix
  bool is_hidden = false;  // longer ones, wherever it was looked for
};
KernelSide look_up(const rib::Prefix& prefix, const Backend& backend) {
  KernelSide side;
  for (const auto& address : probes_in(prefix)) {
    side.found = backend.route_for(address);
    const auto& match = side.found.prefix;
    side.is_hidden = match && match->length() > prefix.length();
    if (side.is_hidden) continue;
    side.is_exact = match == prefix;
    break;
  }
  return side;
}

bool drops(const fib::FoundRoute& found) {
  using Outcome = fib::FoundRoute::Outcome;
  return found.outcome == Outcome::Blackhole || found.outcome == Outcome::Unreachable ||
         found.outcome == Outcome::Prohibit;
}

bool same_next_hops(std::vector<rib::NextHop> a, std::vector<rib::NextHop> b) {
  const auto in_order = [](const rib::NextHop& x, const rib::NextHop& y) {
    return std::tie(x.interface_index, x.gateway) < std::tie(y.interface_index, y.gateway);
  };
  std::ranges::sort(a, in_order);
  std::ranges::sort(b, in_order);
  return std::ranges::equal(a, b, [](const rib::NextHop& x, const rib::NextHop& y) {
    return x.gateway == y.gateway && x.interface_index == y.interface_index;
  });
}

Difference::Difference difference_to_kernel(const rib::RouteView& route, const KernelSide& kernel) {
  // IPv4 tells of a route that drops by an error, without the route.
  if (route.type != rib::RouteType::Unicast) {
    if (drops(kernel.found)) return Difference::NONE;
  } else if (kernel.is_exact) {
    const bool is_right_one = route.source != rib::RouteSource::Bgp || kernel.found.is_ours();
    return is_right_one && same_next_hops(route.next_hops, kernel.found.next_hops) ? Difference::NONE
                                                                                   : Difference::DIFFERENT;
  }
  if (kernel.is_hidden) return Difference::HIDDEN;
  return kernel.is_exact ? Difference::DIFFERENT : Difference::MISSING;
}

Difference::Difference difference_of(const std::optional<rib::DestinationView>& destination,
                                     const rib::RouteView* route, const KernelSide& kernel) {
  const bool has_best = destination && destination->paths.front().is_best;
  if (route) {
    if (!route->installed) return Difference::NOT_INSTALLED;
    const auto difference = difference_to_kernel(*route, kernel);
    if (difference != Difference::NONE) return difference;
    const bool is_outdone =
        has_best && destination->paths.front().peer && route->source != rib::RouteSource::Bgp;
    return is_outdone ? Difference::NOT_SELECTED : Difference::NONE;
  }
  if (kernel.is_exact && kernel.found.is_ours()) return Difference::UNWANTED;
  if (!destination) return Difference::NONE;
  if (!has_best) return Difference::NOT_ACCEPTED;
  return destination->paths.front().peer ? Difference::NOT_SELECTED : Difference::NONE;
}

class ComparisonPage {
 public:
  explicit ComparisonPage(const Backend& backend) : backend_(backend), names_(backend) {}

  void add(const rib::Prefix& prefix) {
    const auto& engine = backend_.engine();
    const auto destination = engine.destination(prefix);
    const auto routes = engine.routes_for(prefix);
    const auto selected = std::ranges::find_if(routes, &rib::RouteView::selected);
    const auto* route = selected == routes.end() ? nullptr : &*selected;
    const auto kernel = look_up(prefix, backend_);

    auto& to = *comparison_.add_prefixes();
    put_prefix(prefix, *to.mutable_prefix());
    to.set_difference(difference_of(destination, route, kernel));
    if (destination) put_bgp(*destination, to);
    if (route) put_route(*route, backend_, *to.mutable_route());
    put_kernel(kernel, to);
    octets_ += to.ByteSizeLong();
  }

  bool is_full() const { return octets_ >= kPageOctets; }
  void continues_after(const rib::Prefix& prefix) { put_prefix(prefix, *comparison_.mutable_next()); }
  void finish(Replies& replies) { *replies.emplace_back().mutable_comparison() = std::move(comparison_); }

 private:
  void put_bgp(const rib::DestinationView& destination, proto::ComparedPrefix& to) const {
    proto::Path first;
    names_.put(destination.paths.front(), backend_.now(), first);
    to.set_paths(static_cast<std::uint32_t>(destination.paths.size()));
    to.set_has_best(first.best());
    to.set_own(first.own());
    if (!first.own()) *to.mutable_peer() = first.peer();
    to.set_next_hop(first.attributes().next_hop());
    to.set_state(first.state());
    to.set_denied_by(first.denied_by());
    to.set_fib(same<proto::FibState>(destination.fib));
  }

  void put_kernel(const KernelSide& kernel, proto::ComparedPrefix& to) const {
    auto& answer = *to.mutable_kernel();
    answer.set_problem(readable_text(kernel.found.problem));
    const bool tells = kernel.is_exact || (drops(kernel.found) && !kernel.found.prefix);
    if (!tells) {
      answer.set_outcome(kernel.found.problem.empty() ? proto::KernelAnswer::NO_ROUTE
                                                      : proto::KernelAnswer::NOT_ASKED);
      return;
    }
    answer.set_outcome(same<proto::KernelAnswer::Outcome>(kernel.found.outcome));
    answer.set_table(kernel.found.table);
    answer.set_metric(kernel.found.metric);
    answer.set_protocol(kernel.found.protocol);
    answer.set_ours(kernel.found.is_ours());
    for (const auto& hop : kernel.found.next_hops) put_next_hop(hop, backend_, *to.add_kernel_next_hops());
  }

  const Backend& backend_;
  PeerNames names_;
  proto::Comparison comparison_;
  std::size_t octets_ = 0;
};

/// Of BGP's table and of the routing table, in listing order, at most `limit`.
std::vector<rib::Prefix> prefixes_of_both(const rib::Engine& engine, rib::Family family,
                                          const std::optional<rib::Prefix>& after, std::size_t limit) {
  std::vector<rib::Prefix> both;
  std::ranges::set_union(engine.prefixes(family, after, limit), engine.route_prefixes(family, after, limit),
                         std::back_inserter(both));
  if (both.size() > limit) both.resize(limit);
  return both;
}

}  // namespace

proto::Done handle_compare(const proto::ListCompared& request, const Caller& caller, const Backend& backend,
                           Replies& replies) {
  ComparisonPage page(backend);
  std::optional<rib::Prefix> prefix, after;
  if (request.has_prefix() && !(prefix = prefix_from(request.prefix())))
    return done(proto::Done::INVALID, "Malformed prefix");
  if (request.has_after() && !(after = prefix_from(request.after())))
    return done(proto::Done::INVALID, "Malformed prefix");
  if (prefix) {
    page.add(*prefix);
    page.finish(replies);
    return done();
  }
  const auto family = family_from(request.family()).value_or(rib::Family::Ipv4Unicast);
  if (after && after->family() != family) return done(proto::Done::INVALID, "The page is of another family");
  const auto limit =
      std::clamp<std::size_t>(request.limit() == 0 ? kPageLimit : request.limit(), 1, kPageLimit);
  const auto find = [&](const auto& from, std::size_t most) {
    return prefixes_of_both(backend.engine(), family, from, most);
  };
  const auto prefixes = next_prefixes(request, caller, after, limit, find);
  for (const auto& each : prefixes) {
    page.add(each);
    const bool is_last = each == prefixes.back();
    if (page.is_full() || (is_last && prefixes.size() >= limit)) {
      page.continues_after(each);
      break;
    }
  }
  page.finish(replies);
  return done();
}

}  // namespace bgpd::api
