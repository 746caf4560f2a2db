// A container host in the simulation: a bgpd::Speaker as the daemon wires it, with links, an obedient kernel
// and docker subnets of its own, on the World's network and clock.
//
//   host N:  eth0 10.0.0.N/24, 2001:db8::N/64, fe80::N   AS 64512   BGP Identifier 10.0.0.N
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bgpd/speaker.hpp"
#include "test/simulation/memory_network.hpp"
#include "test/support/addresses.hpp"

namespace simulation {

inline constexpr rib::AsNumber kAs = 64512;
inline constexpr std::uint32_t kEth0 = 2;

inline IpAddress address_of(unsigned number) { return IpAddress::v4(0x0a000000u + number); }
using ::test::prefix;

class Host {
 public:
  using PeerSettings = bgpd::session::PeerSettings;

  Host(World& world, unsigned number, rib::AsNumber as = kAs)
      : world_(world),
        number_(number),
        as_(as),
        node_(world, address_of(number)),
        speaker_(node_, links_, hooks(), 1000 + number) {
    bring_up_links();
    const auto identifier = address_of(number).to_v4();
    speaker_.set_local(
        {.as = as, .identifier = identifier, .hostname = "host" + std::to_string(number), .port = 179},
        routing(identifier), world.now());
    node_.set_manager(&speaker_.peers());
  }

  unsigned number() const { return number_; }
  rib::AsNumber as() const { return as_; }
  const IpAddress& address() const { return node_.address(); }
  bgpd::Speaker& speaker() { return speaker_; }

  /// An ordinary neighbor: both families, hold time 9 s, retries up to 5 s.
  PeerSettings neighbor(unsigned number, rib::AsNumber as = kAs) const {
    PeerSettings settings;
    settings.address = address_of(number);
    settings.remote_as = as;
    settings.hold_time = 9s;
    settings.keepalive_time = 3s;
    settings.connect_retry_time = 5s;
    settings.ttl = as == as_ ? 255 : 1;
    settings.families = {rib::Family::Ipv4Unicast, rib::Family::Ipv6Unicast};
    return settings;
  }
  PeerSettings client(unsigned number) const {
    auto settings = neighbor(number);
    for (auto& each : settings.is_route_reflector_client) each = true;
    return settings;
  }
  void add(const PeerSettings& settings) {
    const bool is_known = speaker_.peers().find(settings.address) != nullptr;
    const bool was_reset = speaker_.peers().add_or_update(settings, world_.now());
    if (is_known && !was_reset)
      speaker_.settings_changed(*speaker_.peers().find(settings.address), world_.now());
  }
  bgpd::session::Peer* peer(unsigned number) { return speaker_.peers().find(address_of(number)); }
  bool is_up(unsigned number) { return peer(number) && peer(number)->is_established(); }

  void announce(const std::string& text) {
    rib::PathAttributes attributes;
    attributes.origin = rib::Origin::Igp;
    attributes.next_hop = IpAddress::unspecified(prefix(text).afi());
    speaker_.with_engine([&](rib::Engine& engine) {
      engine.originate(prefix(text), rib::LocalSource::AdvertisedInterface, {attributes}, world_.now());
    });
  }
  void withdraw(const std::string& text) {
    speaker_.with_engine([&](rib::Engine& engine) {
      engine.withdraw_local(prefix(text), rib::LocalSource::AdvertisedInterface, world_.now());
    });
  }

  /// An address of eth0 comes or goes, as the daemon hears of it.
  void change_address(const std::string& text, std::uint8_t length, bool is_added) {
    fib::KernelEvent event{};
    event.kind = is_added ? fib::KernelEvent::Kind::AddressAdded : fib::KernelEvent::Kind::AddressGone;
    event.address = {kEth0, *IpAddress::parse(text), length, false};
    if (links_.apply(event)) speaker_.links_changed(world_.now());
  }

  /// What the kernel holds of ours: "10.1.2.0/24 via 10.0.0.2".
  std::vector<std::string> kernel() const {
    std::vector<std::string> lines;
    for (const auto& [at, route] : kernel_) lines.push_back(at.to_string() + via(route));
    return lines;
  }
  std::size_t kernel_size() const { return kernel_.size(); }
  /// The BGP table with every path, best first: "10.1.2.0/24: *10.0.0.2 [64513] 10.0.0.3 [...]".
  std::vector<std::string> table() {
    std::vector<std::string> lines;
    for (const auto family : rib::kFamilies)
      for (const auto& each : speaker_.engine().prefixes(family, std::nullopt, SIZE_MAX))
        if (const auto view = speaker_.engine().destination(each)) lines.push_back(line_of(*view));
    return lines;
  }
  /// The paths to one prefix in the same form; "" when there is none.
  std::string paths(const std::string& text) {
    const auto view = speaker_.engine().destination(prefix(text));
    return view && !view->paths.empty() ? line_of(*view) : "";
  }
  /// The kernel of a former life, as the daemon finds it at its start: forwarding goes on.
  void inherit(const std::map<rib::Prefix, rib::FibRoute>& kernel) {
    kernel_ = inherited_ = kernel;
    speaker_.set_forwarding_preserved({rib::Family::Ipv4Unicast, rib::Family::Ipv6Unicast}, world_.now());
    speaker_.restarted(true, 360s, world_.now());
  }
  const std::map<rib::Prefix, rib::FibRoute>& kernel_routes() const { return kernel_; }
  bool has_swept() const { return has_swept_; }
  std::vector<std::string> notices;

 private:
  static rib::Speaker routing_of(rib::AsNumber as, rib::BgpIdentifier identifier) {
    rib::Speaker routing;
    routing.as = as;
    routing.identifier = identifier;
    return routing;
  }
  rib::Speaker routing(rib::BgpIdentifier identifier) const { return routing_of(as_, identifier); }

  bgpd::Speaker::Hooks hooks() {
    bgpd::Speaker::Hooks hooks;
    hooks.work_waits = [this] { schedule_work(); };
    hooks.fib_changes = [this](std::vector<rib::FibChange> changes) { write(std::move(changes)); };
    hooks.restart_is_over = [this] {  // what nobody has written again goes
      has_swept_ = true;
      for (const auto& [at, route] : inherited_) kernel_.erase(at);
      inherited_.clear();
    };
    hooks.notice = [this](const rib::Notice& notice, const std::string& name) {
      notices.push_back(name + " " + notice.prefix.to_string());
    };
    return hooks;
  }

  /// The daemon posts engine work to its loop; here that is the next event at the same time.
  void schedule_work() {
    world_.after(0s, [this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired() && speaker_.run(world_.now())) schedule_work();
    });
  }

  void write(std::vector<rib::FibChange> changes) {
    std::vector<rib::FibResult> results;
    for (const auto& change : changes) {
      inherited_.erase(change.prefix);
      if (change.route)
        kernel_[change.prefix] = *change.route;
      else
        kernel_.erase(change.prefix);
      results.push_back({change.prefix, change.route.has_value(), 0, {}});
    }
    world_.after(50us, [this, alive = std::weak_ptr(alive_), results = std::move(results)] {
      if (alive.expired()) return;
      speaker_.with_engine([&](rib::Engine& engine) {
        for (const auto& result : results) engine.fib_result(result, world_.now());
      });
    });
  }

  void bring_up_links() {
    fib::KernelEvent event{};
    event.kind = fib::KernelEvent::Kind::LinkChanged;
    event.link = {.index = kEth0,
                  .name = "eth0",
                  .kind = "",
                  .is_up = true,
                  .is_running = true,
                  .is_loopback = false,
                  .is_multicast = true,
                  .is_point_to_point = false,
                  .master = 0,
                  .mtu = 1500};
    links_.apply(event);
    for (const auto& [text, length] : {std::pair(address_of(number_).to_string(), 24),
                                       std::pair("2001:db8::" + std::to_string(number_), 64),
                                       std::pair("fe80::" + std::to_string(number_), 64)}) {
      event.kind = fib::KernelEvent::Kind::AddressAdded;
      event.address = {kEth0, *IpAddress::parse(text), static_cast<std::uint8_t>(length), false};
      links_.apply(event);
      rib::KernelRoute connected;
      connected.prefix = event.address.subnet();
      connected.source = rib::RouteSource::Connected;
      connected.protocol = 2;
      connected.next_hops = {
          {.gateway = std::nullopt, .interface_index = kEth0, .weight = 1, .onlink = false}};
      speaker_.with_engine([&](rib::Engine& engine) { engine.kernel_route(connected, world_.now()); });
    }
  }

  static std::string via(const rib::FibRoute& route) {
    std::string text;
    for (const auto& hop : route.next_hops)
      text += " via " + (hop.gateway ? hop.gateway->to_string() : "link");
    return text;
  }
  /// The best path first, the others in the order of their text: which of them came first is no result.
  static std::string line_of(const rib::DestinationView& view) {
    std::vector<std::string> paths;
    for (const auto& path : view.paths) {
      auto text =
          std::string(path.is_best ? "*" : "") + (path.peer ? path.peer_address.to_string() : "local");
      if (path.attributes && path.attributes->as_path.to_string() != "")
        text += " [" + path.attributes->as_path.to_string() + "]";
      if (path.state != rib::PathState::Accepted) text += " (" + std::string(rib::name_of(path.state)) + ")";
      paths.push_back(std::move(text));
    }
    std::ranges::sort(paths);  // '*' stands before digits and letters
    auto line = view.prefix.to_string() + ":";
    for (const auto& text : paths) line += " " + text;
    return line;
  }

  World& world_;
  const unsigned number_;
  const rib::AsNumber as_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::map<rib::Prefix, rib::FibRoute> kernel_, inherited_;
  bool has_swept_ = false;
  fib::Links links_;
  Node node_;
  bgpd::Speaker speaker_;
};

}  // namespace simulation
