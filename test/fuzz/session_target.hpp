// A whole session under attack: the input is a script of messages and events of one peer, from well-formed to
// noise, played to a real Speaker in memory and virtual time. Beside it a healthy peer must notice nothing
// but routes: its session stays, KEEPALIVEs come in time, every UPDATE is sound, its own routes stand, and
// when the attacker is gone nothing of it is left.
#pragma once

#include <map>
#include <set>

#include "test/fuzz/targets.hpp"
#include "test/simulation/host.hpp"

namespace bgpd::fuzz {

using namespace std::chrono_literals;
using Octets = wire::Octets;

/// The input, read from the front; zeros when it is used up.
class Script {
 public:
  explicit Script(Input input) : left_(input) {}
  bool empty() const { return left_.empty(); }
  std::uint8_t octet() {
    if (left_.empty()) return 0;
    const auto value = left_.front();
    left_ = left_.subspan(1);
    return value;
  }
  std::uint16_t two() {
    const auto high = octet();
    return static_cast<std::uint16_t>(high << 8 | octet());
  }
  Input take(std::size_t count) {
    const auto part = left_.first(std::min(count, left_.size()));
    left_ = left_.subspan(part.size());
    return part;
  }

 private:
  Input left_;
};

/// A peer's end of a connection, held by the target.
class FarEnd : public session::TransportEvents {
 public:
  FarEnd(simulation::World& world, unsigned number) : world_(world), number_(number) {}

  void connect(simulation::Host& host) {
    heard.clear();
    closed = false;
    const session::Endpoint client{simulation::address_of(number_), 50000, 0}, server{host.address(), 179, 0};
    stream = std::make_shared<simulation::Stream>(world_, client, server);
    world_.find(host.address())->accept(std::make_unique<simulation::MemoryTransport>(stream, 1));
    transport_ = std::make_unique<simulation::MemoryTransport>(stream, 0);
    transport_->start(*this);
  }
  void send(Octets octets) {
    const Octets ranges[] = {octets};
    if (transport_) transport_->write(ranges);
  }
  void close() { transport_.reset(); }

  void on_input(Octets octets, rib::TimePoint now) override {
    heard.insert(heard.end(), octets.begin(), octets.end());
    last_heard = now;
    arrived(now);
  }
  session::Gathered on_writable(std::vector<Octets>&) override { return {}; }
  void on_written(const session::Gathered&, std::size_t, rib::TimePoint) override {}
  void on_write_ended(rib::TimePoint) override {}
  void on_closed(const std::string&, rib::TimePoint) override { closed = true; }

  std::vector<std::uint8_t> heard;
  std::shared_ptr<simulation::Stream> stream;
  rib::TimePoint last_heard;
  bool closed = false;

 protected:
  virtual void arrived(rib::TimePoint) { heard.clear(); }
  simulation::World& world_;
  const unsigned number_;

 private:
  std::unique_ptr<session::Transport> transport_;
};

inline std::vector<std::uint8_t> open_message(rib::AsNumber as, unsigned number, wire::Capabilities offers,
                                              std::uint16_t hold_time = 9) {
  wire::Open open;
  open.capabilities = std::move(offers);
  if (open.capabilities.four_octet_as)
    open.set_as(as);
  else
    open.my_as = static_cast<std::uint16_t>(as);
  open.hold_time = hold_time;
  open.identifier = simulation::address_of(number).to_v4();
  return wire::encode_open(open);
}

inline std::vector<std::uint8_t> message(std::uint8_t type, Octets body) {
  std::vector<std::uint8_t> octets(16, 0xff);
  const auto size = wire::kHeaderSize + body.size();
  octets.push_back(static_cast<std::uint8_t>(size >> 8));
  octets.push_back(static_cast<std::uint8_t>(size));
  octets.push_back(type);
  octets.insert(octets.end(), body.begin(), body.end());
  return octets;
}

/// The healthy peer: says a KEEPALIVE every other second, reads everything and judges it.
class Bystander final : public FarEnd {
 public:
  static constexpr unsigned kNumber = 3;
  static constexpr rib::AsNumber kItsAs = 65003;

  using FarEnd::FarEnd;

  void start(simulation::Host& host) {
    connect(host);
    wire::Capabilities offers;
    offers.four_octet_as = kItsAs;
    offers.multiprotocol = {rib::Family::Ipv4Unicast, rib::Family::Ipv6Unicast};
    send(open_message(kItsAs, kNumber, offers));
    keep_alive();
  }
  void announce(std::uint8_t number) {
    const std::uint8_t body[] = {0, 0,    0,    20,   0x40, 1, 1,  0, 0x40, 2, 6,  2,   1,  0,
                                 0, 0xfd, 0xeb, 0x40, 3,    4, 10, 0, 0,    3, 24, 172, 31, number};
    send(message(2, body));
    announced.insert(number);
  }
  void withdraw(std::uint8_t number) {
    const std::uint8_t body[] = {0, 4, 24, 172, 31, number, 0, 0};
    send(message(2, body));
    announced.erase(number);
  }
  /// What it was sent and what was not withdrawn since.
  std::set<rib::Prefix> table;
  std::set<std::uint8_t> announced;

 private:
  void keep_alive() {
    send(wire::kKeepaliveMessage);
    // Virtual time: a third of the hold time, and what the latency adds.
    require(!closed && (last_heard == rib::TimePoint{} || world_.now() - last_heard < 4s));
    world_.after(2s, [this] { keep_alive(); });
  }
  void arrived(rib::TimePoint) override {
    Octets left(heard);
    session::MessageFramer framer;
    std::size_t used = 0;
    while (true) {
      const auto before = left.size();
      const auto next = framer.next(left, wire::kMaximumMessageSize);
      require(next.has_value());
      if (!*next) break;
      used += before - left.size();
      take((*next)->header.type, (*next)->body);
    }
    heard.erase(heard.begin(), heard.begin() + static_cast<std::ptrdiff_t>(used));
  }
  void take(wire::MessageType type, Octets body) {
    require(type != wire::MessageType::Notification);
    if (type != wire::MessageType::Update) return;
    wire::DecodeContext context;
    context.families = {rib::Family::Ipv4Unicast, rib::Family::Ipv6Unicast};
    context.peer_type = rib::PeerType::External;
    context.local_as = kItsAs;
    context.peer_as = simulation::kAs;
    require(wire::decode_update(body, context, update_).has_value() && update_.error_count() == 0);
    for (const auto& part : update_.updates()) {
      for (const auto& nlri : part.withdrawn) table.erase(nlri.prefix);
      for (const auto& nlri : part.announced) table.insert(nlri.prefix);
    }
  }
  wire::DecodedUpdate update_;
};

/// The peer whose messages the script makes.
class Attacker final : public FarEnd {
 public:
  static constexpr unsigned kNumber = 2;

  Attacker(simulation::World& world, std::uint8_t kind) : FarEnd(world, kNumber), kind_(kind) {}

  bool is_internal() const { return kind_ & 1; }
  rib::AsNumber as() const { return is_internal() ? simulation::kAs : 65002; }

  void send_open(Script& script) {
    wire::Capabilities offers;
    const auto choice = script.octet();
    if (!(kind_ & 2)) offers.four_octet_as = as();
    if (choice & 1) offers.multiprotocol = {rib::Family::Ipv4Unicast, rib::Family::Ipv6Unicast};
    offers.route_refresh = choice & 2;
    offers.extended_message = choice & 4;
    offers.enhanced_route_refresh = choice & 8;
    if (choice & 16) {
      offers.add_path.push_back({rib::Family::Ipv4Unicast, wire::AddPathFamily::Direction::Both});
      offers.add_path.push_back({rib::Family::Ipv6Unicast, wire::AddPathFamily::Direction::Both});
    }
    if (choice & 32)
      offers.graceful_restart = wire::GracefulRestart{.restarting = (choice & 64) != 0,
                                                      .notification = (choice & 128) != 0,
                                                      .restart_time = 5,
                                                      .families = {{rib::Family::Ipv4Unicast, true}}};
    if (choice & 64) offers.role = static_cast<std::uint8_t>(choice & 7);
    send(open_message(as(), kNumber, offers, choice & 128 ? 3 : 9));
  }
  /// Attributes of a sound route, some replaced, left out or repeated as the script says.
  void send_update(Script& script) {
    const auto deviations = script.octet();
    std::vector<std::uint8_t> attributes;
    const auto add = [&](std::uint8_t flags, std::uint8_t type, Octets value) {
      if (deviations && script.octet() == type) flags = script.octet();
      attributes.push_back(flags);
      attributes.push_back(type);
      if (flags & 0x10) attributes.push_back(0);
      attributes.push_back(static_cast<std::uint8_t>(value.size()));
      attributes.insert(attributes.end(), value.begin(), value.end());
    };
    const std::uint8_t zero[] = {0}, hop[] = {10, 0, 0, 2}, preference[] = {0, 0, 0, script.octet()};
    if (!(deviations & 1)) add(0x40, 1, zero);
    const std::uint8_t path4[] = {2, 1, 0, 0, 0xfd, 0xea}, path2[] = {2, 1, 0xfd, 0xea};
    if (!(deviations & 2)) {
      const auto path = kind_ & 2 ? Octets(path2) : Octets(path4);
      add(0x40, 2, is_internal() ? Octets() : path);
    }
    if (!(deviations & 4)) add(0x40, 3, hop);
    if (is_internal() && !(deviations & 8)) add(0x40, 5, preference);
    if (deviations & 16) add(script.octet(), script.octet(), script.take(script.octet() % 64));
    if (deviations & 32) {  // IPv6 prefixes
      std::vector<std::uint8_t> reach{0, 2, 1, 16, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0};
      const std::uint8_t prefix[] = {32, 0x20, 1, 0xd, script.octet()};
      reach.insert(reach.end(), std::begin(prefix), std::end(prefix));
      add(0x80, 14, reach);
    }
    if (deviations & 64) add(script.octet(), script.octet(), script.take(script.octet()));
    std::vector<std::uint8_t> body{0, 0, static_cast<std::uint8_t>(attributes.size() >> 8),
                                   static_cast<std::uint8_t>(attributes.size())};
    body.insert(body.end(), attributes.begin(), attributes.end());
    const std::uint8_t prefix[] = {24, 172, static_cast<std::uint8_t>(30 + script.octet() % 2),
                                   script.octet()};
    body.insert(body.end(), std::begin(prefix), std::end(prefix));
    if (deviations & 128) body[script.octet() % body.size()] = script.octet();
    send(message(2, body));
  }

 private:
  const std::uint8_t kind_;
};

class SessionScene {
 public:
  explicit SessionScene(Script& script)
      : script_(script),
        host_(world_, 1),
        bystander_(world_, Bystander::kNumber),
        attacker_(world_, script.octet()) {
    auto settings = host_.neighbor(Bystander::kNumber, Bystander::kItsAs);
    settings.passive = true;
    host_.add(settings);
    settings = host_.neighbor(Attacker::kNumber, attacker_.as());
    settings.passive = true;
    settings.is_route_reflector_client[0] = attacker_.is_internal();
    host_.add(settings);
    host_.announce("192.168.77.0/24");
    bystander_.start(host_);
    bystander_.announce(1);
    attacker_.connect(host_);
    world_.run_for(10ms);
  }

  void play() {
    for (unsigned steps = 0; !script_.empty() && steps < 200; ++steps) {
      step(script_.octet());
      world_.run_for(1ms);
      check();
    }
    finish();
  }

 private:
  void step(std::uint8_t what) {
    switch (what % 16) {
      case 0:
        return attacker_.send_open(script_);
      case 1:
        return attacker_.send(wire::kKeepaliveMessage);
      case 2:
      case 3:
      case 4:
        return attacker_.send_update(script_);
      case 5: {
        const std::uint8_t body[] = {
            0, 4, 24, 172, static_cast<std::uint8_t>(30 + script_.octet() % 2), script_.octet(), 0, 0};
        return attacker_.send(message(2, body));
      }
      case 6:
        return attacker_.send(message(5, script_.take(script_.octet() % 8)));
      case 7:
        return attacker_.send(message(3, script_.take(script_.octet() % 32)));
      case 8:
        return attacker_.send(script_.take(script_.octet()));
      case 9:
        return attacker_.send(message(script_.octet(), script_.take(script_.octet())));
      case 10:
        return attacker_.send(message(2, script_.take(script_.octet())));
      case 11:
        attacker_.close();
        return attacker_.connect(host_);
      case 12:
        return world_.run_for(std::chrono::milliseconds(script_.octet() * 40));
      case 13:
        return bystander_.announce(script_.octet() % 8);
      case 14:
        return bystander_.withdraw(script_.octet() % 8);
      default:
        attacker_.stream->end(0).stalled = !attacker_.stream->end(0).stalled;
        if (!attacker_.stream->end(0).stalled) attacker_.stream->read(0);
    }
  }
  void check() {
    require(!bystander_.closed && host_.is_up(Bystander::kNumber));
    require(bystander_.table.contains(simulation::prefix("192.168.77.0/24")));
    for (std::uint8_t number = 0; number < 8; ++number) {
      const auto paths = host_.paths("172.31." + std::to_string(number) + ".0/24");
      const bool stands = paths.find("10.0.0.3 [65003]") != std::string::npos;
      require(stands == bystander_.announced.contains(number));
    }
  }
  /// Without the attacker the bystander has our own route and no other.
  void finish() {
    host_.speaker().peers().remove(simulation::address_of(Attacker::kNumber), 0, world_.now());
    attacker_.close();
    world_.run_for(100ms);
    check();
    require(bystander_.table.size() == 1);
  }

  simulation::World world_;
  Script& script_;
  simulation::Host host_;
  Bystander bystander_;
  Attacker attacker_;
};

inline void session(Input input) {
  Script script(input);
  SessionScene(script).play();
}

}  // namespace bgpd::fuzz
