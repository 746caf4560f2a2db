// A network in memory and in virtual time: what bgpd/session/network.hpp asks for, without sockets and
// clocks.
//
//   World     the clock, the events to come (by time, then by order of posting), the links' latency and
//   failures Node      one host: an address, its PeerManager's Network; World knows it by its addresses
//   Stream    one TCP connection: octets arrive after the latency, in order; a bounded number is on the way
//
// Deterministic: the same calls give the same run. Latencies may come from a seeded generator.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bgpd/session/network.hpp"
#include "bgpd/session/peer_manager.hpp"

namespace simulation {

using bgpd::session::ConnectAttempt;
using bgpd::session::ConnectEvents;
using bgpd::session::ConnectRequest;
using bgpd::session::Endpoint;
using bgpd::session::Octets;
using bgpd::session::PeerManager;
using bgpd::session::TransportEvents;
using bgpd::session::TransportSettings;
using rib::IpAddress;
using rib::TimePoint;
using namespace std::chrono_literals;

class Node;

class World {
 public:
  explicit World(std::uint32_t seed = 1) : random_(seed) {}

  TimePoint now() const { return now_; }
  void after(TimePoint::duration delay, std::function<void()> call) {
    events_.push({now_ + delay, next_number_++, std::move(call)});
  }
  /// Runs what happens until then; the clock ends there.
  void run_for(TimePoint::duration duration) {
    run_until(now_ + duration, [] { return false; });
  }
  /// True as soon as `condition` holds, tried after each event; false when it does not within `limit`.
  bool run_until(const std::function<bool()>& condition, TimePoint::duration limit = 60s) {
    return condition() || run_until(now_ + limit, condition);
  }

  /// One-way latency of new connections: between these.
  void set_latency(TimePoint::duration least, TimePoint::duration most) { least_ = least, most_ = most; }
  TimePoint::duration draw_latency() {
    std::uniform_int_distribution<std::int64_t> ticks(least_.count(), most_.count());
    return TimePoint::duration(ticks(random_));
  }
  std::mt19937& random() { return random_; }

  /// Nothing passes between the two any more: what is on the way is kept back until heal().
  void cut(const IpAddress& a, const IpAddress& b) { cut_.insert(std::minmax(a, b)); }
  void heal(const IpAddress& a, const IpAddress& b);
  bool is_cut(const IpAddress& a, const IpAddress& b) const { return cut_.contains(std::minmax(a, b)); }
  void when_healed(std::function<void()> call) { held_.push_back(std::move(call)); }

  void add(const IpAddress& address, Node& node) { nodes_[address] = &node; }
  void remove(const Node& node) {
    std::erase_if(nodes_, [&](const auto& entry) { return entry.second == &node; });
  }
  Node* find(const IpAddress& address) const {
    const auto found = nodes_.find(address);
    return found == nodes_.end() ? nullptr : found->second;
  }

 private:
  struct Event {
    TimePoint time;
    std::uint64_t number;
    std::function<void()> call;
    bool operator>(const Event& other) const {
      return std::pair(time, number) > std::pair(other.time, other.number);
    }
  };
  bool run_until(TimePoint end, const std::function<bool()>& condition) {
    while (!events_.empty() && events_.top().time <= end) {
      auto event = events_.top();
      events_.pop();
      now_ = std::max(now_, event.time);
      event.call();
      if (condition()) return true;
    }
    now_ = end;
    return condition();
  }

  TimePoint now_{std::chrono::hours(1)};
  std::uint64_t next_number_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  TimePoint::duration least_ = 100us, most_ = 100us;
  std::mt19937 random_;
  std::map<IpAddress, Node*> nodes_;
  std::set<std::pair<IpAddress, IpAddress>> cut_;
  std::vector<std::function<void()>> held_;
};

/// Both ends of a connection. Alive while an end or something on the way is.
class Stream : public std::enable_shared_from_this<Stream> {
 public:
  static constexpr std::size_t kWindow = 64 * 1024;  // octets on the way in one direction

  Stream(World& world, Endpoint client, Endpoint server)
      : world_(world), latency_(world.draw_latency()), ends_{End{client}, End{server}} {}

  struct End {
    Endpoint endpoint;
    TransportEvents* events = nullptr;
    bool started = false, gone = false, told = false;
    bool stalled = false;  // does not read: a test's wish
    bool wants_writable = false;
    std::size_t on_the_way = 0;          // sent from here, not read there
    std::vector<std::uint8_t> unread{};  // arrived here, not read
    bool peer_closed = false;
  };
  End& end(std::size_t i) { return ends_[i]; }
  World& world() { return world_; }

  std::size_t send(std::size_t from, std::span<const Octets> ranges) {
    auto& sender = ends_[from];
    std::vector<std::uint8_t> octets;
    bool all = true;
    for (const auto range : ranges) {
      const auto room = kWindow - sender.on_the_way - octets.size();
      const auto part = range.first(std::min(room, range.size()));
      octets.insert(octets.end(), part.begin(), part.end());
      if (part.size() < range.size()) {
        all = false;
        break;
      }
    }
    sender.on_the_way += octets.size();
    if (!all) sender.wants_writable = true;
    const auto count = octets.size();
    if (count != 0)
      carry(from, [this, from, octets = std::move(octets)] {
        auto& to = ends_[1 - from];
        to.unread.insert(to.unread.end(), octets.begin(), octets.end());
        read(1 - from);
      });
    return count;
  }
  void close(std::size_t from) {
    auto& closer = ends_[from];
    closer.events = nullptr;
    if (std::exchange(closer.gone, true)) return;
    carry(from, [this, from] {
      ends_[1 - from].peer_closed = true;
      read(1 - from);
    });
  }
  /// Delivers what has arrived, then the end of the connection.
  void read(std::size_t at) {
    auto& end = ends_[at];
    if (!end.started || end.gone || end.stalled) return;
    if (!end.unread.empty()) {
      const auto octets = std::exchange(end.unread, {});
      auto& sender = ends_[1 - at];
      sender.on_the_way -= octets.size();
      if (std::exchange(sender.wants_writable, false)) ask_writable(1 - at);
      if (end.events) end.events->on_input(octets, world_.now());
    }
    if (end.peer_closed && end.unread.empty() && !end.gone && !std::exchange(end.told, true) && end.events)
      std::exchange(end.events, nullptr)->on_closed("Connection closed by the peer", world_.now());
  }
  void ask_writable(std::size_t at) {
    world_.after(0s, [self = shared_from_this(), at] {
      auto& end = self->ends_[at];
      if (!end.events) return;
      std::vector<Octets> ranges;
      const auto gathered = end.events->on_writable(ranges);
      end.events->on_written(gathered, self->send(at, ranges), self->world_.now());
      if (end.events) end.events->on_write_ended(self->world_.now());
    });
  }

 private:
  void carry(std::size_t from, std::function<void()> deliver) {
    world_.after(latency_, [self = shared_from_this(), from, deliver = std::move(deliver)] {
      if (self->world_.is_cut(self->ends_[0].endpoint.address, self->ends_[1].endpoint.address))
        self->world_.when_healed([self, deliver] { deliver(); });
      else
        deliver();
      static_cast<void>(from);
    });
  }

  World& world_;
  TimePoint::duration latency_;
  End ends_[2];
};

class MemoryTransport final : public bgpd::session::Transport {
 public:
  MemoryTransport(std::shared_ptr<Stream> stream, std::size_t side)
      : stream_(std::move(stream)), side_(side) {}
  ~MemoryTransport() override { stream_->close(side_); }

  void start(TransportEvents& events) override {
    auto& end = stream_->end(side_);
    end.events = &events;
    end.started = true;
    stream_->world().after(0s, [stream = stream_, side = side_] { stream->read(side); });
  }
  std::size_t write(std::span<const Octets> ranges) override { return stream_->send(side_, ranges); }
  void request_write() override { stream_->ask_writable(side_); }
  void finish(std::vector<std::uint8_t> last) override {
    const Octets ranges[] = {last};
    stream_->send(side_, ranges);
    stream_->close(side_);
  }
  bool has_unread_input() const override { return !stream_->end(side_).unread.empty(); }
  std::optional<std::string> apply(const TransportSettings&) override { return std::nullopt; }
  std::optional<std::string> set_password(const std::string&) override { return std::nullopt; }
  Endpoint local() const override { return stream_->end(side_).endpoint; }
  Endpoint remote() const override { return stream_->end(1 - side_).endpoint; }

 private:
  std::shared_ptr<Stream> stream_;
  std::size_t side_;
};

/// A host's network. Whoever accepts is set once it exists; until then connections are refused.
class Node final : public bgpd::session::Network {
 public:
  Node(World& world, IpAddress address) : world_(world), address_(address) { world_.add(address, *this); }
  ~Node() override { world_.remove(*this); }

  using Acceptor = std::function<void(std::unique_ptr<bgpd::session::Transport>)>;
  void set_manager(PeerManager* manager) {
    manager_ = manager;
    acceptor_ = [this](auto transport) { manager_->accept(std::move(transport), world_.now()); };
  }
  /// For a host without a speaker: the test takes the connections.
  void set_acceptor(Acceptor acceptor) { acceptor_ = std::move(acceptor); }
  bool listens() const { return acceptor_ != nullptr; }
  void accept(std::unique_ptr<bgpd::session::Transport> transport) { acceptor_(std::move(transport)); }
  const IpAddress& address() const { return address_; }
  std::size_t attempts() const { return attempts_; }
  /// Streams this node opened that are still there, newest last.
  std::vector<std::shared_ptr<Stream>> streams() const {
    std::vector<std::shared_ptr<Stream>> alive;
    for (const auto& weak : opened_)
      if (auto stream = weak.lock()) alive.push_back(std::move(stream));
    return alive;
  }

  std::unique_ptr<ConnectAttempt> connect(const ConnectRequest& request, ConnectEvents& events) override {
    ++attempts_;
    auto live = std::make_shared<ConnectEvents*>(&events);
    const Endpoint local{address_, next_port_++, 0};
    auto stream = std::make_shared<Stream>(world_, local, request.remote);
    const auto round_trip = 2 * world_.draw_latency();
    world_.after(round_trip, [this, live, stream, remote = request.remote] {
      if (!*live || world_.is_cut(address_, remote.address)) return;  // a cut link answers nothing
      auto* const there = world_.find(remote.address);
      if (!there || !there->listens())
        return std::exchange(*live, nullptr)->on_connect_failed("Connection refused", world_.now());
      opened_.push_back(stream);
      world_.after(world_.draw_latency(), [&world = world_, stream, remote] {
        auto* const node = world.find(remote.address);
        auto transport = std::make_unique<MemoryTransport>(stream, 1);
        if (node && node->listens()) node->accept(std::move(transport));
      });
      std::exchange(*live, nullptr)->on_connected(std::make_unique<MemoryTransport>(stream, 0), world_.now());
    });
    return std::make_unique<Attempt>(live);
  }
  void set_password(const rib::Prefix&, const std::string&) override {}
  void wake_at(TimePoint time) override {
    const auto wish = ++wish_;
    world_.after(std::max(time - world_.now(), TimePoint::duration(0)),
                 [this, wish, alive = std::weak_ptr(alive_)] {
                   if (!alive.expired() && wish == wish_ && manager_) manager_->on_time(world_.now());
                 });
  }

 private:
  struct Attempt final : ConnectAttempt {
    explicit Attempt(std::shared_ptr<ConnectEvents*> l) : live(std::move(l)) {}
    ~Attempt() override { *live = nullptr; }
    std::shared_ptr<ConnectEvents*> live;
  };

  World& world_;
  const IpAddress address_;
  PeerManager* manager_ = nullptr;
  Acceptor acceptor_;
  std::uint16_t next_port_ = 40000;
  std::size_t attempts_ = 0;
  std::uint64_t wish_ = 0;
  std::vector<std::weak_ptr<Stream>> opened_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

inline void World::heal(const IpAddress& a, const IpAddress& b) {
  cut_.erase(std::minmax(a, b));
  for (auto& call : std::exchange(held_, {})) after(0s, std::move(call));
}

}  // namespace simulation
