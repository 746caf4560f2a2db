// The managed mesh as the daemon sees it: a source of peers beside the configured neighbors.
//
// Owned by the daemon, on its io_context and thread. Holds discovery, the roster, the sockets and one timer;
// what decides is in the pure parts (discovery.hpp, roster.hpp).
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bgpd/mesh/discovery.hpp"
#include "bgpd/mesh/multicast_socket.hpp"
#include "bgpd/mesh/roster.hpp"
#include "cli/config/config.hpp"
#include "fib/links.hpp"

namespace bgpd::mesh {

/// Everything the mesh is told by configuration. Nothing: there is no mesh.
struct MeshSettings {
  Identity identity;
  RosterSettings roster;
  std::uint16_t port = 0;               // UDP
  std::vector<std::string> interfaces;  // patterns; empty: the uplinks
  std::string vrf = {};                 // the device that the sockets belong to; "": none
  bool operator==(const MeshSettings&) const = default;
};

/// Nothing without `discovery multicast`. `instance`: random, one for the daemon's life.
std::optional<MeshSettings> mesh_settings(const cli::Config& config, rib::BgpIdentifier identifier,
                                          std::uint16_t bgp_port, const std::string& hostname,
                                          std::uint64_t instance);

class Mesh {
 public:
  struct Callbacks {
    /// The peers wanted from now on, sorted; called when they differ from the last call's, never from within
    /// session_state(). Peers that are not in it any more are to be removed.
    std::function<void(std::vector<session::PeerSettings>)> wanted;
    /// This peer has just started again: worth a connection at once. `interface_index` for link-local
    /// addresses.
    std::function<void(const rib::IpAddress& address, std::uint32_t interface_index)> connect_now;
    /// For the log: something an operator should read once.
    std::function<void(std::string)> notice;
  };

  Mesh(boost::asio::io_context& io_context, Callbacks callbacks);
  ~Mesh();
  Mesh(const Mesh&) = delete;
  Mesh& operator=(const Mesh&) = delete;

  /// Starts, changes or (nothing) ends the mesh. Ending wants no peers any more.
  void configure(std::optional<MeshSettings> settings, const fib::Links& links);
  /// To be called after each change of links, addresses or default routes; cheap when the uplinks are the
  /// same.
  void links_changed(const fib::Links& links);
  /// A session of any peer reached or left Established.
  void session_state(const rib::IpAddress& address, std::uint32_t interface_index, bool established);
  /// Orderly stop: says farewell on the uplinks, hears no more. The wanted peers stay as they are.
  void leave();

  bool is_active() const { return discovery_ != nullptr; }
  const std::vector<Uplink>& uplinks() const { return uplinks_; }
  /// Nodes heard now, for `show`.
  std::vector<Node> nodes() const { return discovery_ ? discovery_->nodes() : std::vector<Node>{}; }
  Discovery::Counters counters() const { return discovery_ ? discovery_->counters() : Discovery::Counters{}; }

 private:
  void start();
  void stop();
  void received(std::span<const Datagram> datagrams);
  /// After every input: sends, tells, sets the timer.
  void settle();
  void publish(std::vector<session::PeerSettings> wanted);
  void set_timer();

  Callbacks callbacks_;
  boost::asio::io_context& io_context_;
  boost::asio::steady_timer timer_;
  std::optional<MeshSettings> settings_;
  std::vector<Uplink> uplinks_;
  std::unique_ptr<Discovery> discovery_;
  std::unique_ptr<Roster> roster_;
  std::unique_ptr<MulticastSocket> socket_;
  std::vector<session::PeerSettings> wanted_;
  bool roster_changed_ = false;
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // posted handlers ask for it
};

}  // namespace bgpd::mesh
