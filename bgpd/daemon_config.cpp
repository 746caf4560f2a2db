// The configuration in force: read, applied by difference, written back.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "bgpd/atomic_file.hpp"
#include "bgpd/config/differences.hpp"
#include "bgpd/daemon.hpp"
#include "bgpd/log.hpp"
#include "bgpd/static_routes.hpp"
#include "cli/config/reader.hpp"
#include "cli/config/writer.hpp"
#include "fib/forwarding.hpp"

namespace bgpd {

std::expected<LoadedConfig, std::string> load_config(const Options& options) {
  LoadedConfig loaded;
  if (::access(options.config.c_str(), F_OK) != 0 && errno == ENOENT) {
    loaded.read.config = cli::built_in_config();
    loaded.is_built_in = true;
    return loaded;
  }
  const auto text = read_file(options.config, cli::kMaximumFileSize);
  if (!text) return std::unexpected(text.error());
  loaded.read = cli::read_config(*text);
  return loaded;
}

void Daemon::log_problems(std::span<const cli::Problem> problems) const {
  for (const auto& problem : problems) {
    auto text = cli::to_text(problem, options_.config);
    text.pop_back();  // the end of its last line
    const bool is_error = problem.severity == cli::Problem::Severity::Error;
    log::config().log(is_error ? spdlog::level::err : spdlog::level::warn, "{}", text);
  }
}

log::Settings Daemon::log_settings_of(const cli::Config& config) const {
  log::Settings settings;
  settings.file = options_.log_file ? options_.log_file : config.log_file;
  settings.level = options_.log_level.value_or(config.log_level.value_or("info"));
  settings.levels = config.log_levels;
  return settings;
}

std::expected<void, std::string> Daemon::apply_log(const cli::Config& config) {
  return log::configure(log_settings_of(config));
}

void Daemon::set_debug(cli::DebugSwitches switches) {
  debug_log_.set_switches(std::move(switches));
  speaker_->set_observer(debug_log_.is_on() ? &debug_log_ : nullptr);
}

void Daemon::follow_debug(const cli::DebugSwitches& before, const cli::DebugSwitches& after) {
  if (before == after) return;
  auto switches = debug_log_.switches();
  for (const auto& debug : before)
    if (!after.contains(debug)) switches.erase(debug);
  for (const auto& debug : after)
    if (!before.contains(debug)) switches.insert(debug);
  set_debug(std::move(switches));
}

void Daemon::apply_forwarding(const cli::Config& config) {
  if (options_.no_kernel) return;
  for (const auto afi : {rib::Afi::Ipv4, rib::Afi::Ipv6})
    if (afi == rib::Afi::Ipv4 ? config.ip_forwarding : config.ipv6_forwarding)
      if (const auto done = fib::enable_forwarding(afi); !done) log::fib().warn("{}", done.error());
}

namespace {

/// The session has what its neighbor's new settings ask for, though the old ones did not say it.
bool has_it_already(const session::Peer& peer, const config::Differences& changes) {
  const auto changed =
      std::ranges::find(changes.changed_neighbors, peer.settings().address, &session::PeerSettings::address);
  return changed != changes.changed_neighbors.end() && config::reset_reason(peer.settings(), *changed) &&
         !config::reset_reason(peer.settings_beside(*changed), *changed);
}

}  // namespace

std::expected<void, std::string> Daemon::put_in_force(const cli::Config& config) {
  const auto changes = config::differences(config_, config, own_identifier_, hostname_, interface_index());
  if (changes.logging_changed)
    if (auto ready = apply_log(config); !ready) return ready;
  for (const auto& reset : changes.resets)
    if (const auto* peer = speaker_->peers().find(reset.address);
        peer && peer->is_established() && !has_it_already(*peer, changes))
      log::config().info("neighbor {} is reset: {}", reset.address.to_string(), reset.reason);
  follow_debug(config_.debug, config.debug);
  const bool is_other_vrf = config_.fib_vrf != config.fib_vrf;
  config_ = config;
  if (is_other_vrf) enter_vrf();
  if (changes.forwarding_changed) apply_forwarding(config_);
  if (changes.fib_options_changed) kernel_->set_options(config::kernel_options(config_, !options_.no_kernel));
  if (kernel_is_known_) apply(config_);  // each part of it compares with what is in force
  return {};
}

void Daemon::apply_io_threads() {
  using session::IoThreads;
  const auto wanted = config_.io_threads.value_or(IoThreads::count_for(std::thread::hardware_concurrency()));
  if (const auto count = network_->set_io_threads(wanted); count < wanted)
    log::session().warn("the system gives {} I/O threads of {}", count, wanted);
}

/// Sessions of the VRF before end; those of this one come with its links.
void Daemon::enter_vrf() {
  speaker_->peers().visit([&](session::Peer& peer) {
    if (peer.is_established())
      peer.close(wire::cease_with_text(wire::CeaseReason::AdministrativeReset, "another VRF"), now());
  });
  network_->close_listeners();
  if (const auto done = listen(); !done) log::session().error("{}", done.error());
}

config::InterfaceIndex Daemon::interface_index() const {
  return [this](std::string_view name) {
    const auto* link = links_.find(name);
    return link ? link->index : 0;
  };
}

void Daemon::apply(const cli::Config& config) {
  apply_io_threads();
  auto ours = config::speaker_settings(config, own_identifier_, hostname_, options_.bgp_port);
  if (options_.no_kernel) ours.speaker.suppress_fib_pending = false;  // no answer would come
  speaker_->set_local(ours.local, ours.speaker, now());
  speaker_->with_engine(
      [&](rib::Engine& engine) { engine.set_policies(cli::policy_in_force(config), now()); });
  apply_kernel_rules();
  static_tables_->configure(config, config::kernel_options(config, !options_.no_kernel));
  apply_peers();
  announce_own_subnets();
  mesh_->configure(
      mesh::mesh_settings(config, ours.local.identifier, options_.bgp_port, ours.local.hostname, instance_),
      links_);
}

void Daemon::apply_kernel_rules() {
  speaker_->with_engine([&](rib::Engine& engine) {
    engine.set_history_size(std::size_t{config_.history_mib} << 20, now());
    engine.set_static_routes(static_routes(own_static_lines(config_), links_), now());
    for (const auto family : rib::kFamilies)
      engine.set_install_map(family, config_.install_maps[index_of(family)], now());
  });
}

void Daemon::announce_own_subnets() {
  const auto bgp = config_.bgp.value_or(cli::Bgp{});
  speaker_->with_engine([&](rib::Engine& engine) {
    apply_local_rules(engine, bgp, now());
    originator_->update(wanted_originations(
        bgp, links_, [&](const rib::Prefix& prefix) { return has_kernel_route(engine.routes_for(prefix)); }));
  });
}

std::vector<std::pair<std::string, Daemon::MaybeUsable>> Daemon::usable_and_not(
    const cli::Config& config) const {
  std::vector<std::pair<std::string, MaybeUsable>> all;
  for (auto& [address, settings] : config::all_neighbor_settings(config, interface_index()))
    all.emplace_back(address.to_string(), std::move(settings));
  for (auto& [name, settings] : config::all_interface_neighbor_settings(config, interface_index()))
    all.emplace_back(name, std::move(settings));
  return all;
}

std::vector<session::PeerSettings> Daemon::configured_peers(const cli::Config& config) const {
  std::vector<session::PeerSettings> usable;
  for (auto& [name, settings] : usable_and_not(config))
    if (settings) usable.push_back(std::move(*settings));
  return usable;
}

void Daemon::apply_peers() {
  configured_peers_.clear();
  for (auto& [name, settings] : usable_and_not(config_)) {
    if (settings)
      configured_peers_.push_back(std::move(*settings));
    else
      log::config().warn("neighbor {}: {}", name, settings.error());
  }
  reconcile_peers();
  listen_to_links();
  std::vector<session::ListenRange> ranges;
  for (auto& [range, settings] : config::listen_ranges(config_)) {
    if (settings)
      ranges.push_back(std::move(*settings));
    else
      log::config().warn("bgp listen range {}: {}", range.to_string(), settings.error());
  }
  const auto time = now();
  speaker_->peers().set_listen_ranges(std::move(ranges), config_.bgp ? config_.bgp->listen_limit : 0, time,
                                      [&](session::Peer& peer) { speaker_->settings_changed(peer, time); });
}

Daemon::PeerPlan Daemon::plan_peers(const std::vector<session::PeerSettings>& configured) const {
  struct Key {
    std::string interface_name;
    rib::IpAddress address;
    std::uint32_t interface_index;
    auto operator<=>(const Key&) const = default;
  };
  // An interface peer is its interface, whoever is on the link.
  const auto key_of = [](const session::PeerSettings& settings) {
    if (!settings.interface_name.empty()) return Key{settings.interface_name, {}, 0};
    return Key{"", settings.address, settings.interface_index};
  };
  std::map<Key, session::PeerSettings> wanted;
  for (auto& settings : config::merged_peers(configured, discovered_peers_))
    wanted.emplace(key_of(settings), std::move(settings));
  auto& peers = speaker_->peers();
  std::map<Key, session::Peer*> known;
  peers.visit([&](session::Peer& peer) {
    const bool is_dynamic = peer.settings().source == session::PeerSource::Dynamic;
    const auto key = key_of(peer.settings());
    if (!is_dynamic || wanted.contains(key)) known.emplace(key, &peer);
  });
  PeerPlan plan;
  for (const auto& [key, peer] : known)
    if (!wanted.contains(key)) plan.removed.push_back(peer);
  for (auto& [key, settings] : wanted) {
    const auto at = known.find(key);
    if (at == known.end())
      plan.added.push_back(std::move(settings));
    else if (at->second->settings() != peers.completed(settings))
      plan.changed.emplace_back(at->second, std::move(settings));
  }
  return plan;
}

void Daemon::reconcile_peers() {
  const auto plan = plan_peers(configured_peers_);
  const auto time = now();
  auto& peers = speaker_->peers();
  for (auto* peer : plan.removed) peers.remove(*peer, time);
  for (const auto& [peer, settings] : plan.changed)
    if (!peers.add_or_update(settings, time)) speaker_->settings_changed(*peer, time);
  for (const auto& settings : plan.added) peers.add_or_update(settings, time);
}

std::expected<void, std::string> Daemon::reload(const Operator& who) {
  auto loaded = load_config(options_);
  if (!loaded) return std::unexpected(loaded.error());
  if (loaded->read.has_errors()) return std::unexpected(cli::to_text(loaded->read.problems, options_.config));
  log_problems(loaded->read.problems);
  if (auto done = commit(loaded->read.config, {.who = who, .how = "reload"}); !done) return done;
  config_is_built_in_ = loaded->is_built_in;
  log::config().info("reloaded {}", options_.config);
  return {};
}

std::expected<cli::Config, std::string> Daemon::file_config() const {
  auto loaded = load_config(options_);
  if (!loaded) return std::unexpected(loaded.error());
  if (loaded->read.has_errors()) return std::unexpected(cli::to_text(loaded->read.problems, options_.config));
  return std::move(loaded->read.config);
}

void Daemon::keep_generation(const std::string& who, const std::string& how) {
  keep_generation(cli::write_config(config_), who, how);
}

void Daemon::keep_generation(const std::string& text, const std::string& who, const std::string& how) {
  const auto kept = generations_.keep(text, who, how, std::chrono::system_clock::now());
  if (!kept) log::config().warn("no generation of the configuration is kept: {}", kept.error());
}

/// A file whose wrong lines nobody has seen to would be lost with the next one.
void Daemon::keep_wrong_file(const std::string& who) {
  const auto text = read_file(options_.config, cli::kMaximumFileSize);
  if (text && cli::read_config(*text).has_errors()) keep_generation(*text, who, "with wrong lines");
}

std::expected<std::string, std::string> Daemon::write_config(const Operator& who) {
  if (pending_commit_)
    return std::unexpected("A commit may still be taken back: `commit confirm` or `commit cancel` first");
  std::error_code ignored;  // write_atomically says what is wrong
  std::filesystem::create_directories(std::filesystem::path(options_.config).parent_path(), ignored);
  const auto text = cli::write_config(config_);
  keep_wrong_file(who.name);
  if (auto done = write_atomically(options_.config, "! written by kuland\n" + text); !done)
    return std::unexpected(done.error());
  config_is_built_in_ = false;
  keep_generation(text, who.name, "write memory");
  return options_.config;
}

}  // namespace bgpd
