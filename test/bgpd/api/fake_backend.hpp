// A daemon for tests of the API: a real routing engine, neighbors by hand, a configuration that is committed
// at once.
#pragma once

#include <vector>

#include "bgpd/api/backend.hpp"
#include "bgpd/api/handlers.hpp"
#include "cli/config/writer.hpp"
#include "rib/no_output.hpp"
#include "test/support/temporary_folder.hpp"

namespace bgpd::api {

inline std::string octets(const char* address) { return octets_of(*rib::IpAddress::parse(address)); }

class FakeBackend : public Backend {
 public:
  log::Settings log_settings() const override { return {}; }
  const cli::DebugSwitches& debug_switches() const override { return debug; }
  void set_debug(cli::DebugSwitches wanted) override { debug = std::move(wanted); }
  cli::DebugSwitches debug;

  FakeBackend() : engine_(output_) {
    config.bgp.emplace().as = 64512;
    engine_.set_speaker({.as = 64512, .identifier = 0xC0A84D01}, time);
    view.hostname = "r1";
    view.version = "0.1.0";
    view.started = time;
  }

  /// Our own subnet.
  void originate(const char* prefix) {
    rib::PathAttributes attributes;
    attributes.origin = rib::Origin::Igp;
    attributes.med = 0;
    if (rib::Prefix::parse(prefix)->afi() == rib::Afi::Ipv6)
      attributes.next_hop = rib::IpAddress::unspecified(rib::Afi::Ipv6);
    engine_.originate(*rib::Prefix::parse(prefix), rib::LocalSource::Network, {attributes}, time);
    settle();
  }

  /// The peer announces a prefix.
  void receive(rib::PeerHandle peer, const char* text, const char* next_hop) {
    rib::PathAttributes attributes;
    attributes.origin = rib::Origin::Igp;
    attributes.next_hop = *rib::IpAddress::parse(next_hop);
    receive(peer, text, attributes);
  }
  void receive(rib::PeerHandle peer, const char* text, const rib::PathAttributes& attributes) {
    const std::vector<rib::Nlri> announced{{*rib::Prefix::parse(text), 0}};
    rib::Update update;
    update.family = announced.front().prefix.family();
    update.attributes = &attributes;
    update.announced = announced;
    engine_.received(peer, update, time);
    settle();
  }
  /// The kernel takes our route, or refuses it with an errno.
  void acknowledge(const char* text, int error = 0, const char* why = "") {
    engine_.fib_result({*rib::Prefix::parse(text), error == 0, error, why}, time);
    settle();
  }
  /// An Established internal neighbor of both families.
  rib::PeerHandle establish(const char* address) {
    rib::PeerUp up;
    up.address = *rib::IpAddress::parse(address);
    up.local_address = *rib::IpAddress::parse("192.168.77.1");
    up.as = 64512;
    up.identifier = 0xC0A84D02;
    up.families = {rib::Family::Ipv4Unicast, rib::Family::Ipv6Unicast};
    up.name = address;
    for (const auto family : rib::kFamilies) {
      rib::ExportProfile profile;
      profile.family = family;
      profile.local_as = 64512;
      profile.local_address = up.local_address;
      up.exports[rib::index_of(family)] = profile;
    }
    const auto handle = engine_.peer_up(up, time);
    auto& neighbor = add_neighbor(address);
    neighbor.state = SessionState::Established;
    neighbor.handle = handle;
    neighbor.state_since = time;
    for (auto& family : neighbor.families) family.negotiated = true;
    settle();
    return handle;
  }

  NeighborView& add_neighbor(const char* address) {
    auto& neighbor = neighbors.emplace_back();
    neighbor.address = *rib::IpAddress::parse(address);
    neighbor.remote_as = 64512;
    neighbor.local_as = 64512;
    neighbor.families[0].activated = true;
    return neighbor;
  }

  void receive(rib::PeerHandle peer, const std::vector<std::string>& prefixes) {
    rib::PathAttributes attributes;
    attributes.origin = rib::Origin::Igp;
    attributes.local_pref = 100;
    attributes.next_hop = *rib::IpAddress::parse("192.168.77.2");
    std::vector<rib::Nlri> announced;
    for (const auto& prefix : prefixes) announced.push_back({*rib::Prefix::parse(prefix), 0});
    rib::Update update;
    update.attributes = &attributes;
    update.announced = announced;
    engine_.received(peer, update, time);
    settle();
  }

  /// The link's own subnet, through which next hops resolve.
  void connect(const char* prefix) {
    rib::KernelRoute route;
    route.prefix = *rib::Prefix::parse(prefix);
    route.source = rib::RouteSource::Connected;
    route.next_hops.push_back({.gateway = std::nullopt, .interface_index = 2});
    engine_.kernel_route(route, time);
    settle();
  }

  void settle() {
    while (engine_.has_work()) engine_.run(1000, time);
  }

  rib::TimePoint now() const override { return time; }
  DaemonView daemon() const override { return view; }
  const rib::Engine& engine() const override { return engine_; }
  rib::Engine& engine() { return engine_; }
  std::vector<TableView> tables() const override {
    auto all = other_tables;
    all.insert(all.begin(), {.table = config.fib_table, .vrf = config.fib_vrf, .engine = &engine_});
    return all;
  }
  void visit_neighbors(const std::function<void(const NeighborView&)>& visit) const override {
    for (const auto& neighbor : neighbors) visit(neighbor);
  }
  std::vector<InterfaceView> interfaces() const override { return links; }
  std::string interface_name(std::uint32_t index) const override { return index == 2 ? "eth0" : ""; }
  const cli::Config& running_config() const override { return config; }
  std::expected<void, std::string> commit(const cli::Config& candidate,
                                          const config::CommitOrder& order) override {
    if (!refusal.empty()) return std::unexpected(refusal);
    if (order.confirm_within.count() > 0)
      pending = config::PendingCommit{order, config, time + order.confirm_within, {}};
    last = {"The " + order.how + " is in force", time};
    config = candidate;
    ++commits;
    return {};
  }
  std::expected<std::string, std::string> write_config(const Operator& who) override {
    if (!refusal.empty()) return std::unexpected(refusal);
    if (auto kept = past.keep(cli::write_config(config), who.name, "write memory", {}); !kept)
      return std::unexpected(kept.error());
    return "/etc/kulan/kulan.conf";
  }
  std::expected<void, std::string> reload(const Operator&) override { return {}; }
  std::expected<cli::Config, std::string> file_config() const override { return file; }
  const config::Generations& generations() const override { return past; }
  std::unique_ptr<Foresight> foresee(const cli::Config&) const override {
    struct Slices final : Foresight {
      Slices(ConsequencesView found, int slices) : all(std::move(found)), left(slices) {}
      bool step() override { return left-- > 0; }
      const ConsequencesView& view() const override { return all; }
      ConsequencesView all;
      int left;
    };
    return std::make_unique<Slices>(foreseen, slices);
  }
  const std::optional<config::PendingCommit>& pending_commit() const override { return pending; }
  const config::CommitOutcome& last_commit() const override { return last; }
  void end_pending_commit(bool keep, const Operator&) override {
    if (!keep) config = pending->before;
    pending.reset();
    last.text = keep ? "kept" : "taken back";
  }
  config::Candidates& candidates() override { return open; }
  std::size_t clear(const ClearOrder& order) override {
    orders.push_back(order);
    std::size_t count = 0;
    for (const auto& neighbor : neighbors)
      if (!order.address || neighbor.address == *order.address) ++count;
    return count;
  }

  FibView fib() const override { return fib_view; }
  fib::FoundRoute way_to(const rib::IpAddress& address) const override {
    asked.push_back(address);
    return kernel_says;
  }
  fib::FoundRoute route_for(const rib::IpAddress& address) const override {
    asked.push_back(address);
    for (const auto& route : kernel_routes)
      if (route.prefix->contains(address)) return route;
    fib::FoundRoute nothing;
    nothing.outcome = fib::FoundRoute::Outcome::NoRoute;
    return nothing;
  }
  KernelSwitches kernel_switches(rib::Afi, const std::string&) const override { return switches; }
  void audit_fib() override { ++fib_view.audits; }
  void shutdown(bool flush) override { shutdowns.push_back(flush); }

  FibView fib_view;
  fib::FoundRoute kernel_says;                 // of every way
  std::vector<fib::FoundRoute> kernel_routes;  // longest prefix first
  KernelSwitches switches{true, {}};
  mutable std::vector<rib::IpAddress> asked;  // of the kernel
  std::vector<bool> shutdowns;
  rib::TimePoint time{std::chrono::hours(1)};
  DaemonView view;
  std::vector<TableView> other_tables;
  cli::Config config, file;
  ConsequencesView foreseen;
  int slices = 3;  // until it is
  std::optional<config::PendingCommit> pending;
  config::CommitOutcome last;
  config::Candidates open;
  TemporaryFolder folder;
  config::Generations past{folder.path + "/generations"};
  std::vector<NeighborView> neighbors;
  std::vector<InterfaceView> links;
  std::vector<ClearOrder> orders;
  std::string refusal;  // what commit and write_config answer
  int commits = 0;

 private:
  rib::NoOutput output_;
  rib::Engine engine_;
};

/// handle(), with the work of a long answer done.
inline proto::Done handle_whole(const proto::Request& request, const Caller& caller, Backend& backend,
                                Replies& replies) {
  std::unique_ptr<LongAnswer> longer;
  auto end = handle(request, caller, backend, replies, longer);
  if (!longer) return end;
  while (longer->step()) {
  }
  return longer->finish(replies);
}

}  // namespace bgpd::api
