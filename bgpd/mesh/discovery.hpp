// Discovery by beacons: whom we hear on the uplinks, and when we speak. One source of nodes for the roster.
//
// Pure: datagrams and the time go in; datagrams, the next deadline and the nodes come out. The multicast
// socket and the timer belong to Mesh (mesh.hpp).
//
//   start, or an uplink changed:  beacons at 0, 50, 150, 400, 1000 ms, soliciting
//   then:                         one every 3 s, give or take a tenth
//   a soliciting beacon heard:    one reply by unicast, so that a late starter knows everybody at once
//   silence of 10 s, or leaving:  the node is gone (the roster keeps it while its session is Established)
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <vector>

#include "bgpd/mesh/beacon.hpp"
#include "bgpd/mesh/node.hpp"
#include "rib/messages.hpp"

namespace bgpd::mesh {

using namespace std::chrono_literals;
using rib::TimePoint;

inline constexpr std::chrono::milliseconds kBurst[] = {0ms, 50ms, 150ms, 400ms,
                                                       1000ms};  // since the start of it
inline constexpr auto kBeaconInterval = 3s;                      // as the keepalive of the mesh
inline constexpr auto kNodeSilence = 10s;                        // three beacons lost, jitter included
inline constexpr auto kReplyInterval = 250ms;                    // to one node
inline constexpr std::size_t kMaximumNodes = 4096;               // a full mesh ends long before
inline constexpr std::size_t kMaximumReplies = 500;              // per second, to all
inline constexpr std::uint8_t kBeaconHopLimit = 255;  // RFC 5082: nothing from behind a router has it

/// What we say of ourselves.
struct Identity {
  std::uint64_t mesh = mesh_id("kulan");
  rib::BgpIdentifier identifier = 0;
  std::uint64_t instance = 0;  // random, new at each start
  rib::AsNumber as = 0;
  std::uint16_t bgp_port = 179;
  std::string hostname = {};
  bool operator==(const Identity&) const = default;
};

/// As received; nothing of it is trusted.
struct Datagram {
  std::uint32_t interface_index = 0;  // where it came in
  rib::IpAddress source;
  int hop_limit = -1;  // -1: the kernel did not say
  std::span<const std::uint8_t> octets;
};

struct OutgoingBeacon {
  std::uint32_t interface_index = 0;
  std::optional<rib::IpAddress>
      destination;  // nothing: to the multicast groups of the families the uplink has
  std::vector<std::uint8_t> octets;
};

class Discovery {
 public:
  /// `notice` is told once about each thing that an operator should know: other mesh, other AS, same
  /// identifier.
  Discovery(Identity self, std::function<void(std::string)> notice);

  /// The uplinks as they are now. Nodes heard on one that is gone are forgotten there; a new or changed one
  /// starts a burst.
  void set_uplinks(std::vector<Uplink> uplinks, TimePoint now);
  /// What we say changed (AS, port, name): said in a burst.
  void set_identity(Identity self, TimePoint now);
  void received(const Datagram& datagram, TimePoint now);
  /// To be called at next_deadline(); harmless earlier.
  void on_time(TimePoint now);
  std::optional<TimePoint> next_deadline() const;
  /// Orderly stop: says so on every uplink. Nothing is sent or heard afterwards.
  void leave();

  /// Datagrams to send now, in order.
  std::vector<OutgoingBeacon> take_outgoing() { return std::exchange(outgoing_, {}); }
  /// True once after the nodes changed.
  bool take_changed() { return std::exchange(changed_, false); }
  /// Every node that is heard, in order of identifier and instance.
  std::vector<Node> nodes() const;

  struct Counters {
    std::uint64_t sent = 0, received = 0, refused = 0;
  };
  const Counters& counters() const { return counters_; }

 private:
  struct Sighting {
    TimePoint heard;
    std::uint32_t epoch = 0;
    std::vector<rib::IpAddress> addresses;
  };
  struct Heard {
    Beacon last;
    std::map<std::uint32_t, Sighting> on;  // by interface index
    TimePoint first_heard, last_heard;
    std::optional<TimePoint> replied;
  };
  using NodeKey = std::pair<rib::BgpIdentifier, std::uint64_t>;

  const Uplink* uplink(std::uint32_t interface_index) const;
  bool is_ours(const rib::IpAddress& address) const;
  bool is_for_us(const Beacon& beacon, const rib::IpAddress& source);
  void note_sighting(Beacon beacon, const Datagram& datagram, const Uplink& uplink, TimePoint now);
  void compare_with_namesakes(const NodeKey& key);
  void reply(Heard& node, const Datagram& datagram, const Uplink& uplink, TimePoint now);
  void start_burst(TimePoint now);
  void send_to_all(bool is_soliciting, bool is_leaving);
  Beacon beacon_for(const Uplink& uplink) const;
  void forget_silent(TimePoint now);
  void notice_once(const std::string& text);

  Identity self_;
  std::function<void(std::string)> notice_;
  std::vector<Uplink> uplinks_;
  std::map<NodeKey, Heard> heard_;
  std::vector<OutgoingBeacon> outgoing_;
  bool changed_ = false, has_left_ = false;
  std::uint32_t epoch_ = 0;
  std::optional<std::size_t> burst_step_;  // the next of kBurst; nothing between bursts
  TimePoint burst_start_, last_sent_;
  std::optional<TimePoint> next_send_;
  std::optional<TimePoint> next_expiry_;
  TimePoint replies_second_;
  std::size_t replies_in_second_ = 0;
  std::set<std::string> said_;
  std::minstd_rand random_;
  Counters counters_;
};

}  // namespace bgpd::mesh
