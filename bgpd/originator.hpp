// Which subnets this speaker announces as its own, and why: `network P`, and the connected subnets of the
// interfaces that `advertise interface PATTERN` means (docker0 and its kin).
//
// What is wanted is a pure function of configuration and links; the originator remembers what it has
// announced and tells the routing engine the difference, in the turn of the event. Used on the routing
// thread.
#pragma once

#include <compare>
#include <functional>
#include <set>
#include <span>
#include <string>

#include "cli/config/config.hpp"
#include "fib/links.hpp"
#include "rib/messages.hpp"

namespace rib {
class Engine;
struct RouteView;
}  // namespace rib

namespace bgpd {

struct Origination {
  rib::Prefix prefix;
  rib::LocalSource source = rib::LocalSource::Network;
  std::string route_map = {};
  std::string interface_name = {};  // of a redistributed address
  std::uint32_t med = 0;            // likewise
  auto operator<=>(const Origination&) const = default;
};
using Originations = std::set<Origination>;

/// Does the kernel have a route for exactly this prefix that is not ours? Asked for `bgp network
/// import-check` only.
using HasKernelRoute = std::function<bool(const rib::Prefix&)>;

/// Whether one of a prefix's routes is such a one; a static route of ours counts while packets go by it.
bool has_kernel_route(std::span<const rib::RouteView> routes);

/// Everything to be announced now.
///
/// Of an interface: the subnets of its addresses while it is administratively up, with or without carrier
/// (docker0 has none until the first container runs), tentative IPv6 ones too: the subnet is ours whatever
/// becomes of the address. Never link-local, loopback or multicast ones; host addresses (/32, /128) only of
/// an interface that is named without a wildcard, as `advertise interface lo` is.
///
/// Of `redistribute connected`: the host addresses, of which the kernel has no route that anybody could
/// redistribute.
Originations wanted_originations(const cli::Bgp& bgp, const fib::Links& links,
                                 const HasKernelRoute& has_kernel_route);

class Originator {
 public:
  /// Called with each difference: true announces, false withdraws. Withdraws come first.
  using Apply = std::function<void(const Origination&, bool announce)>;

  explicit Originator(Apply apply) : apply_(std::move(apply)) {}

  /// Brings what is announced to `wanted`. Nothing to do costs a comparison.
  void update(Originations wanted);
  const Originations& announced() const { return announced_; }

 private:
  Apply apply_;
  Originations announced_;
};

/// `redistribute`, `aggregate-address` and `network … backdoor`, which the engine compares with what it does.
void apply_local_rules(rib::Engine& engine, const cli::Bgp& bgp, rib::TimePoint now);

/// Hands differences to the engine. Both sources have origin IGP (RFC 4271 §5.1.1: interior to the
/// originating AS) and an unspecified next hop, which export replaces with the speaker's own address.
void apply_to_engine(rib::Engine& engine, const Origination& origination, bool announce, rib::TimePoint now);

}  // namespace bgpd
