// What the kernel would do with a packet of this host: `ip route get`, asked and answered at once.
//
// A question changes nothing. The kernel answers inside the call that asks, so nobody waits for longer than
// its routing lock is held. Works in the network namespace of the thread that opened it. One thread.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "fib/kernel.hpp"
#include "fib/netlink_socket.hpp"
#include "rib/messages.hpp"

namespace fib {

/// The kernel's answer about one address.
struct FoundRoute {
  enum class Outcome : std::uint8_t {
    Unicast,
    Local,  // an address of this host, or a broadcast or multicast address it listens to
    Blackhole,
    Unreachable,
    Prohibit,
    NoRoute,
    NotAsked,  // problem says why
  };
  Outcome outcome = Outcome::NotAsked;
  std::optional<rib::Prefix> prefix = {};  // of the route that decided; nothing when the kernel did not say
  std::uint32_t table = 0, metric = 0;
  std::uint8_t protocol = 0;
  std::vector<rib::NextHop> next_hops = {};   // all of the route
  std::optional<rib::NextHop> taken = {};     // the one for this packet
  std::optional<rib::IpAddress> source = {};  // that a packet of this host gets
  std::string problem = {};

  static FoundRoute not_asked(std::string why) {
    FoundRoute found;
    found.problem = std::move(why);
    return found;
  }
  bool is_ours() const { return prefix && protocol == KernelOptions{}.protocol; }
  bool passes() const { return outcome == Outcome::Unicast || outcome == Outcome::Local; }
};

class RouteLookup {
 public:
  /// The error is for people.
  static std::expected<RouteLookup, std::string> open();

  /// Questions are about packets of the VRF with this device; 0: of none.
  void set_vrf(std::uint32_t interface_index) { vrf_ = interface_index; }
  /// Which route decides, without choosing a next hop.
  FoundRoute route_for(const rib::IpAddress& to);
  /// The same with the next hop and the source that a packet of this host gets.
  FoundRoute way_to(const rib::IpAddress& to);

 private:
  explicit RouteLookup(NetlinkSocket socket) : socket_(std::move(socket)) {}
  FoundRoute ask(const rib::IpAddress& to, bool asks_route);

  NetlinkSocket socket_;
  std::uint32_t sequence_ = 0;
  std::uint32_t vrf_ = 0;
};

/// rp_filter of a link as the kernel counts it, the greater of `all` and the link's own: 0 off, 1 strict,
/// 2 loose (RFC 3704). Nothing when it cannot be read. IPv4 alone has it.
std::optional<unsigned> reverse_path_filter(const std::string& interface);

}  // namespace fib
