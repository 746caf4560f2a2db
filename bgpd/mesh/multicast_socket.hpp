// The sockets of discovery: one UDP socket per family, a member of the beacon's group on each uplink and on
// no other interface. Owned by Mesh, on its io_context; never blocks, receives a bounded number of datagrams
// per turn.
//
// Groups: 224.0.0.179 lies in the Local Network Control Block (RFC 5771 §4): no router forwards it and no
// switch prunes it (RFC 4541 §2.1.2), and IANA has it unassigned. IPv6 has room for private groups:
// ff12::8000:7179 is transient, link-local in scope (RFC 4291 §2.7), with a dynamic group id (RFC 3307 §4.3).
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bgpd/mesh/discovery.hpp"

namespace bgpd::mesh {

inline constexpr char kGroupIpv4[] = "224.0.0.179";
inline constexpr char kGroupIpv6[] = "ff12::8000:7179";

class MulticastSocket {
 public:
  /// Borrowed octets, valid for the call.
  using DatagramHandler = std::function<void(std::span<const Datagram>)>;
  /// Told once when something begins to fail, and again only after it had worked or fails otherwise.
  using ErrorHandler = std::function<void(std::string)>;

  /// Both handlers are called from the io_context, the error handler also from within calls.
  MulticastSocket(boost::asio::io_context& io_context, DatagramHandler received, ErrorHandler failed);
  ~MulticastSocket();
  MulticastSocket(const MulticastSocket&) = delete;
  MulticastSocket& operator=(const MulticastSocket&) = delete;

  /// Listens on `port` on these uplinks only, which are in the VRF of that device, if one is named. Callable
  /// at any time: joins and leaves groups by difference, and tries again what failed. No uplinks: the sockets
  /// are closed.
  void set_uplinks(const std::vector<Uplink>& uplinks, std::uint16_t port, const std::string& vrf = {});
  /// Sends at once, or drops: the next beacon is never far.
  void send(const OutgoingBeacon& beacon);
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace bgpd::mesh
