// Helpers of the session tests: speakers without routes, and a peer driven by hand, octet by octet.
#pragma once

#include <gmock/gmock.h>

#include <map>
#include <string>

#include "bgpd/session/peer_manager.hpp"
#include "test/simulation/memory_network.hpp"
#include "test/support/addresses.hpp"

namespace bgpd::session {

using simulation::Node;
using simulation::World;

using ::test::address;

/// Writes down what the sessions tell.
class RecordingHandler : public SessionHandler {
 public:
  void established(Peer& peer, const Negotiated&, TimePoint) override { told.push_back("up " + peer.name()); }
  void down(Peer& peer, const EndReason& reason, TimePoint) override {
    told.push_back("down " + peer.name() + ": " + describe(reason));
    if (on_down) on_down(peer);
  }
  std::optional<wire::Notification> update(Peer&, Octets body, TimePoint) override {
    updates.emplace_back(body.begin(), body.end());
    return answer;
  }
  void route_refresh(Peer& peer, rib::Family family, TimePoint) override {
    told.push_back("refresh " + peer.name() + " " + std::string(rib::name_of(family)));
  }
  void unknown_caller(const Endpoint& remote, TimePoint) override {
    unknown_callers.push_back(remote.address);
  }
  void attempt_failed(Peer&, const std::string& why, TimePoint) override { failures.push_back(why); }
  bool keeps_routes_of(const Peer&) const override { return keeps_routes; }

  std::vector<std::string> told, failures;
  std::vector<rib::IpAddress> unknown_callers;
  std::vector<std::vector<std::uint8_t>> updates;
  std::optional<wire::Notification> answer;
  std::function<void(Peer&)> on_down;
  bool keeps_routes = false;  // of peers that are down
};

/// A speaker of sessions: a node of the world, its manager and what that told.
struct Speaker {
  Speaker(World& w, const char* at, rib::AsNumber as, rib::BgpIdentifier identifier)
      : world(w),
        node(w, address(at)),
        manager(node, handler, {.as = as, .identifier = identifier, .hostname = {}, .port = 179},
                identifier) {
    node.set_manager(&manager);
  }
  /// The neighbor's settings; the test may change them before add().
  static PeerSettings neighbor(const char* at, rib::AsNumber as) {
    PeerSettings settings;
    settings.address = address(at);
    settings.remote_as = as;
    settings.hold_time = 9s;
    settings.keepalive_time = 3s;
    settings.connect_retry_time = 5s;
    return settings;
  }
  Peer& add(PeerSettings settings) {
    const auto at = settings.address;
    manager.add_or_update(std::move(settings), world.now());
    return *manager.find(at);
  }
  Peer& peer(const char* at) { return *manager.find(address(at)); }

  World& world;
  Node node;
  RecordingHandler handler;
  PeerManager manager;
};

/// The other end of one connection, held by the test: it sends what the test says and keeps what it hears.
class Puppet final : public TransportEvents {
 public:
  Puppet(World& world, std::unique_ptr<Transport> transport)
      : world_(world), transport_(std::move(transport)) {
    transport_->start(*this);
  }
  /// Connects to the speaker at `to` from `from`, as a peer does.
  static std::unique_ptr<Puppet> connect(World& world, const char* from, const char* to,
                                         std::uint32_t zone = 0) {
    const Endpoint client{address(from), 50000, zone}, server{address(to), 179, zone};
    auto stream = std::make_shared<simulation::Stream>(world, client, server);
    world.find(server.address)->accept(std::make_unique<simulation::MemoryTransport>(stream, 1));
    auto puppet = std::make_unique<Puppet>(world, std::make_unique<simulation::MemoryTransport>(stream, 0));
    puppet->stream = stream;
    return puppet;
  }

  void send(const std::vector<std::uint8_t>& octets) {
    const Octets ranges[] = {octets};
    transport_->write(ranges);
    world_.run_for(1ms);
  }
  void send_open(rib::AsNumber as, rib::BgpIdentifier identifier, std::uint16_t hold_time = 9) {
    wire::Open open;
    open.set_as(as);
    open.hold_time = hold_time;
    open.identifier = identifier;
    open.capabilities.route_refresh = true;
    send(wire::encode_open(open));
  }
  void send_keepalive() { send({wire::kKeepaliveMessage.begin(), wire::kKeepaliveMessage.end()}); }
  void close() { transport_.reset(); }

  /// Types of the messages heard so far, e.g. "OPEN KEEPALIVE".
  std::string heard() {
    std::string names;
    for (const auto& [type, body] : messages())
      names += (names.empty() ? "" : " ") + std::string(wire::name_of(type));
    return names;
  }
  std::vector<std::pair<wire::MessageType, std::vector<std::uint8_t>>> messages() {
    world_.run_for(1ms);
    std::vector<std::pair<wire::MessageType, std::vector<std::uint8_t>>> found;
    MessageFramer framer;
    Octets left(received);
    while (!left.empty()) {
      const auto next = framer.next(left, 65535);
      if (!next || !*next) break;
      found.emplace_back((*next)->header.type,
                         std::vector<std::uint8_t>((*next)->body.begin(), (*next)->body.end()));
    }
    return found;
  }
  /// The NOTIFICATION heard, if it was the last message.
  std::optional<wire::Notification> notification() {
    const auto all = messages();
    if (all.empty() || all.back().first != wire::MessageType::Notification) return std::nullopt;
    return wire::decode_notification(all.back().second);
  }

  void on_input(Octets octets, TimePoint) override {
    received.insert(received.end(), octets.begin(), octets.end());
  }
  Gathered on_writable(std::vector<Octets>&) override { return {}; }
  void on_written(const Gathered&, std::size_t, TimePoint) override {}
  void on_write_ended(TimePoint) override {}
  void on_closed(const std::string&, TimePoint) override { closed = true; }

  std::vector<std::uint8_t> received;
  bool closed = false;
  std::shared_ptr<simulation::Stream> stream;

 private:
  World& world_;
  std::unique_ptr<Transport> transport_;
};

}  // namespace bgpd::session
