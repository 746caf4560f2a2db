// All peers: who they are, which connection belongs to whom, and when the next one has something to do.
//
// Owned by the daemon; one thread. Deadlines are lazy: a heap has one live entry per peer, and a deadline
// that moves away (every message moves the hold timer) costs nothing until the old one comes.
//
// A peer is known by its address (with the zone of a link-local one), or by the interface it is on: such a
// peer's address is the one last heard on that link (set_link_neighbor), or that of who calls from there.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <unordered_map>
#include <vector>

#include "bgpd/session/peer.hpp"

namespace bgpd::session {

class PeerManager final : private Peer::Observer {
 public:
  /// network, handler: borrowed. seed: of the jitter.
  PeerManager(Network& network, SessionHandler& handler, LocalSettings local, std::uint32_t seed);
  ~PeerManager();
  PeerManager(const PeerManager&) = delete;
  PeerManager& operator=(const PeerManager&) = delete;

  // --- commands --------------------------------------------------------------------------------------------
  /// A change of AS or identifier resets every session (Cease/Other Configuration Change).
  void set_local(LocalSettings local, TimePoint now);
  /// A new peer starts; of a known one (same interface, or same address and zone) the settings change. True:
  /// a session was reset.
  bool add_or_update(PeerSettings settings, TimePoint now);
  /// With the address of an interface peer as it is known here.
  PeerSettings completed(PeerSettings settings) const;
  /// Who calls from one of these becomes a peer, as long as there are fewer than `limit` such; the longest
  /// range counts. Peers of ranges that are gone end; of the others the settings change, and `changed` is
  /// told of those whose session went on.
  void set_listen_ranges(std::vector<ListenRange> ranges, std::size_t limit, TimePoint now,
                         const std::function<void(Peer&)>& changed = {});
  /// The router on a link was heard at this address: interface peers there speak with it, unless a session
  /// with another one stands.
  void set_link_neighbor(std::uint32_t interface_index, const rib::IpAddress& address, TimePoint now);
  /// Ends the session (Cease/Peer De-configured). False: there is no such peer.
  bool remove(const rib::IpAddress& address, std::uint32_t interface_index, TimePoint now);
  void remove(Peer& peer, TimePoint now);
  /// A connection that came in. An unknown address is answered with Cease/Connection Rejected.
  void accept(std::unique_ptr<Transport> transport, TimePoint now);
  /// Orderly stop: Cease/Administrative Shutdown to all; nothing is opened or accepted from here on.
  void shutdown_all(std::string_view message, TimePoint now);
  /// Orderly end before a restart: like shutdown_all, but peers that would keep our routes hear nothing and
  /// find the connection closed. RFC 4724 §4.1.
  void leave_all(TimePoint now);
  /// SessionHandler::alarm is called at this time, once; replaces an earlier wish.
  void set_alarm(TimePoint time);
  /// To be called at the time given to Network::wake_at.
  void on_time(TimePoint now);

  // --- questions -------------------------------------------------------------------------------------------
  const LocalSettings& local() const { return context_.local; }
  Peer* find(const rib::IpAddress& address, std::uint32_t interface_index = 0);
  const Peer* find(const rib::IpAddress& address, std::uint32_t interface_index = 0) const;
  /// The peer of this interface; nullptr when there is none.
  Peer* find_interface(const std::string& name);
  std::size_t size() const { return slots_.size() - free_slots_.size(); }
  std::size_t dynamic_count() const { return dynamic_count_; }
  std::size_t listen_limit() const { return listen_limit_; }
  std::size_t established_count() const;
  /// Every peer: those of interfaces by name, then the others by address. The visitor may change peers but
  /// neither add nor remove any.
  void visit(const std::function<void(Peer&)>& visitor);
  void visit(const std::function<void(const Peer&)>& visitor) const;

 private:
  struct Key {
    rib::IpAddress address;
    std::uint32_t zone = 0;  // interface of a link-local address
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return key.address.hash() + key.zone; }
  };
  struct Slot {
    std::unique_ptr<Peer> peer;
    TimePoint wakes = TimerSet::kNever;  // time of its live entry in the heap
  };
  struct Wake {
    TimePoint time;
    std::uint32_t slot;
    bool operator>(const Wake& other) const { return time > other.time; }
  };

  static Key key_of(const rib::IpAddress& address, std::uint32_t interface_index) {
    return {address, address.is_link_local() && address.is_v6() ? interface_index : 0};
  }
  Slot& make(PeerSettings settings);
  void change_settings(Peer& peer, PeerSettings settings);
  Peer* on_link(const Endpoint& remote, TimePoint now);
  Peer* admit(const Endpoint& remote, TimePoint now);
  const ListenRange* range_of(const rib::IpAddress& address) const;
  void set_password(const PeerSettings& settings, const std::string& password);
  bool forget_absent(TimePoint now);
  void look_after(Peer& peer);
  void tidy(TimePoint now);
  void deadline_changed(Peer& peer) override;
  void ask_to_wake(TimePoint time);
  std::vector<Peer*> sorted() const;

  PeerContext context_;
  std::unordered_map<Key, std::uint32_t, KeyHash> by_address_;
  std::unordered_map<std::string, std::uint32_t> by_interface_;
  std::unordered_map<std::uint32_t, rib::IpAddress> heard_;  // by interface index: who is on the link
  std::vector<ListenRange> ranges_;                          // longest first
  std::size_t listen_limit_ = 0, dynamic_count_ = 0;
  std::vector<std::uint32_t> untidy_;  // slots: dynamic without a session, interface peers heard elsewhere
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<std::unique_ptr<Peer>> removed_;  // their functions may be on the stack; freed by on_time
  std::priority_queue<Wake, std::vector<Wake>, std::greater<>> wakes_;
  TimePoint asked_ = TimerSet::kNever;  // the wake-up the network was asked for
  TimePoint alarm_ = TimerSet::kNever;
  bool is_shut_down_ = false;
};

}  // namespace bgpd::session
