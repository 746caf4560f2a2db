#include "bgpd/mesh/mesh.hpp"

#include <boost/asio/post.hpp>
#include <chrono>

#include "bgpd/config/neighbor_settings.hpp"
#include "bgpd/mesh/uplinks.hpp"

namespace bgpd::mesh {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kNever = Clock::time_point::max();  // what the timer is set to while nobody waits for it

/// RFC 1918 and the locally assigned half of RFC 4193.
std::vector<rib::Prefix> default_pools() {
  return {*rib::Prefix::parse("10.0.0.0/8"), *rib::Prefix::parse("172.16.0.0/12"),
          *rib::Prefix::parse("192.168.0.0/16"), *rib::Prefix::parse("fd00::/8")};
}

}  // namespace

std::optional<MeshSettings> mesh_settings(const cli::Config& config, rib::BgpIdentifier identifier,
                                          std::uint16_t bgp_port, const std::string& hostname,
                                          std::uint64_t instance) {
  if (!config.bgp || !config.bgp->discovery.multicast) return std::nullopt;
  const auto& bgp = *config.bgp;
  return MeshSettings{
      .identity = {.identifier = identifier,
                   .instance = instance,
                   .as = bgp.as,
                   .bgp_port = bgp_port,
                   .hostname = config.hostname.value_or(hostname)},
      .roster = {.identifier = identifier,
                 .as = bgp.as,
                 .hold_time = std::chrono::seconds(bgp.hold_seconds),
                 .keepalive_time = std::chrono::seconds(bgp.keepalive_seconds),
                 .connect_retry_time = std::chrono::seconds(bgp.connect_retry_seconds),
                 .pools = bgp.discovery.pools.empty() ? default_pools() : bgp.discovery.pools,
                 .maximum_prefix = bgp.discovery.maximum_prefix,
                 .graceful_restart = config::graceful_restart_settings(bgp)},
      .port = bgp.discovery.port,
      .interfaces = bgp.discovery.interfaces,
      .vrf = config.fib_vrf,
  };
}

Mesh::Mesh(boost::asio::io_context& io_context, Callbacks callbacks)
    : callbacks_(std::move(callbacks)), io_context_(io_context), timer_(io_context, kNever) {}

Mesh::~Mesh() = default;

void Mesh::configure(std::optional<MeshSettings> settings, const fib::Links& links) {
  if (settings == settings_) return links_changed(links);
  const bool interfaces_changed = settings && settings_ && settings->interfaces != settings_->interfaces;
  settings_ = std::move(settings);
  if (!settings_) return stop();

  if (!discovery_) start();
  discovery_->set_identity(settings_->identity, Clock::now());
  roster_->set_settings(settings_->roster);
  roster_changed_ = true;
  socket_->set_uplinks(uplinks_, settings_->port, settings_->vrf);
  links_changed(links);
  if (interfaces_changed) {
    roster_->drop_outside_uplinks();
    roster_changed_ = true;
  }
  settle();
}

void Mesh::start() {
  const auto notice = [this](std::string text) {
    if (callbacks_.notice) callbacks_.notice(std::move(text));
  };
  discovery_ = std::make_unique<Discovery>(settings_->identity, notice);
  roster_ = std::make_unique<Roster>(settings_->roster);
  socket_ = std::make_unique<MulticastSocket>(
      io_context_, [this](std::span<const Datagram> datagrams) { received(datagrams); }, notice);
}

void Mesh::stop() {
  if (!discovery_) return;
  leave();
  timer_.expires_at(kNever);
  socket_.reset();
  roster_.reset();
  discovery_.reset();
  uplinks_.clear();
  publish({});
}

void Mesh::links_changed(const fib::Links& links) {
  if (!discovery_) return;
  auto uplinks = uplinks_of(links, settings_->interfaces);
  if (uplinks == uplinks_) return;
  uplinks_ = std::move(uplinks);
  socket_->set_uplinks(uplinks_, settings_->port, settings_->vrf);
  roster_->set_uplinks(uplinks_);
  roster_changed_ = true;
  discovery_->set_uplinks(uplinks_, Clock::now());
  settle();
}

void Mesh::session_state(const rib::IpAddress& address, std::uint32_t interface_index, bool established) {
  if (!roster_) return;
  roster_->session_state(address, interface_index, established, Clock::now());
  if (std::exchange(roster_changed_, true)) return;
  // The session layer is in the middle of something: what follows from this waits for a turn of its own.
  boost::asio::post(io_context_, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired() && roster_) settle();
  });
}

void Mesh::leave() {
  if (!discovery_) return;
  discovery_->leave();
  for (const auto& beacon : discovery_->take_outgoing()) socket_->send(beacon);
  socket_->close();
}

void Mesh::received(std::span<const Datagram> datagrams) {
  const auto now = Clock::now();
  for (const auto& datagram : datagrams) discovery_->received(datagram, now);
  settle();
}

void Mesh::settle() {
  // First the datagrams, so that a peer knows us before our connection arrives there.
  for (const auto& beacon : discovery_->take_outgoing()) socket_->send(beacon);
  const auto now = Clock::now();
  if (discovery_->take_changed()) {
    roster_->set_nodes(NodeSource::Multicast, discovery_->nodes());
    roster_changed_ = true;
  }
  set_timer();
  if (!std::exchange(roster_changed_, false)) return;
  auto wanted = roster_->wanted(now);
  const auto restarted = roster_->take_restarted();
  set_timer();
  publish(std::move(wanted));
  for (const auto& peer : restarted)
    if (callbacks_.connect_now) callbacks_.connect_now(peer.address, peer.interface_index);
}

void Mesh::publish(std::vector<session::PeerSettings> wanted) {
  if (wanted == wanted_) return;
  wanted_ = std::move(wanted);
  if (callbacks_.wanted) callbacks_.wanted(wanted_);
}

void Mesh::set_timer() {
  auto deadline = discovery_->next_deadline();
  if (const auto roster = roster_->next_deadline(); roster && (!deadline || *roster < *deadline))
    deadline = roster;
  if (timer_.expiry() == deadline.value_or(kNever)) return;
  timer_.expires_at(deadline.value_or(kNever));
  if (!deadline) return;
  timer_.async_wait([this, alive = std::weak_ptr(alive_)](boost::system::error_code error) {
    if (error || alive.expired() || !discovery_) return;
    discovery_->on_time(Clock::now());
    roster_changed_ = true;  // somebody's passive second may be over
    timer_.expires_at(kNever);
    settle();
  });
}

}  // namespace bgpd::mesh
