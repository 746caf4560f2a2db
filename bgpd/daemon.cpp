#include "bgpd/daemon.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <random>

#include "bgpd/config/differences.hpp"
#include "bgpd/log.hpp"
#include "bgpd/neighbor_view.hpp"
#include "fib/netlink_kernel.hpp"
#include "kulan_version.hpp"
#include "rib/history.hpp"

namespace bgpd {
namespace {

namespace asio = boost::asio;

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::uint64_t random_64() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

/// The folder and those above it. Failing is a warning: what is kept there is a convenience.
void make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) log::daemon().warn("cannot create {}: {}", path, error.message());
}

std::string text_of(const rib::Notice& notice, const std::string& peer) {
  using Kind = rib::Notice::Kind;
  const auto prefix = notice.prefix.to_string();
  switch (notice.kind) {
    case Kind::DuplicateSubnet:
      return "duplicate subnet " + prefix + ": " + notice.text +
             "; nothing is installed for it. Give each host its own " +
             "subnet (dockerd --bip, or \"bip\" in daemon.json)";
    case Kind::DuplicateSubnetGone:
      return "subnet " + prefix + " has one owner again";
    case Kind::MaximumMemoryReached:
      return "the routes of neighbor " + peer + " take more than " + std::to_string(notice.value) +
             " MiB: session closed";
    case Kind::MaximumPrefixReached:
      return "neighbor " + notice.text + ": session closed";
    case Kind::MaximumPrefixWarning:
    case Kind::MaximumPrefixThreshold:
      return "neighbor " + notice.text;
    case Kind::GuardRefused:
      return "the mesh guard refuses " + prefix + " from " + peer + ": " + notice.text;
    case Kind::DuplicateIdentifier:
      return "BGP Identifier in use twice: " + peer + " " + notice.text;
  }
  return {};
}

}  // namespace

Daemon::Daemon(Options options, LoadedConfig loaded)
    : options_(std::move(options)),
      config_(std::move(loaded.read.config)),
      config_is_built_in_(loaded.is_built_in),
      generations_(options_.state_directory + "/generations"),
      config_problems_(std::move(loaded.read.problems)),
      hostname_(host_name()),
      instance_(random_64()),
      debug_log_(io_, {.write = log::write_debug,
                       .interface_name = [this](std::uint32_t index) { return interface_name(index); },
                       .engine = [this]() -> const rib::Engine& { return speaker_->engine(); }}) {}

Daemon::~Daemon() = default;

std::expected<void, std::string> Daemon::start() {
  if (auto ready = apply_log(config_); !ready) return ready;
  log_problems(config_problems_);
  make_folder(options_.state_directory);
  make_folder(std::filesystem::path(options_.socket).parent_path().string());
  keep_generation("kuland", config_is_built_in_ ? "start without a file" : "start");

  // Listen first: a node that starts at the same moment finds us.
  network_ = std::make_unique<session::AsioNetwork>(io_);
  network_->tell_accept_failures([](const std::string& what) { log::session().warn("{}", what); });
  if (auto listening = listen(); !listening) return listening;

  speaker_ = std::make_unique<Speaker>(
      *network_, links_,
      Speaker::Hooks{
          .work_waits = [this] { schedule_work(); },
          .fib_changes =
              [this](std::vector<rib::FibChange> changes) {
                if (debug_log_.is_on()) debug_log_.fib_changes(changes);
                kernel_->apply(std::move(changes));
              },
          .fib_moved = [this](rib::FibMove move) { kernel_->move(std::move(move)); },
          .notice = [](const rib::Notice& notice,
                       const std::string& peer) { log::rib().warn("{}", text_of(notice, peer)); },
          .session_up =
              [this](const session::Peer& peer) {
                note_session({.neighbor = peer.name(), .is_up = true});
                if (!config_.bgp || config_.bgp->log_neighbor_changes)
                  log::session().info("neighbor {} up: AS {}, identifier {}, hold time {} s", peer.name(),
                                      peer.negotiated()->peer_as,
                                      rib::IpAddress::v4(peer.negotiated()->peer_identifier).to_string(),
                                      peer.negotiated()->hold_time.count());
                mesh_->session_state(peer.settings().address, peer.settings().interface_index, true);
              },
          .session_down =
              [this](const session::Peer& peer, const session::EndReason& reason) {
                note_session({.neighbor = peer.name(),
                              .reset = static_cast<std::uint8_t>(cause_of(reason)),
                              .code = static_cast<std::uint8_t>(reason.notification.code),
                              .subcode = reason.notification.subcode});
                if (!config_.bgp || config_.bgp->log_neighbor_changes)
                  log::session().info("neighbor {} down: {}", peer.name(), session::describe(reason));
                mesh_->session_state(peer.settings().address, peer.settings().interface_index, false);
                // We run on, so the kernel keeps what it has of ours: the F bit of the next OPEN.
                if (!options_.no_kernel)
                  speaker_->set_forwarding_preserved({rib::Family::Ipv4Unicast, rib::Family::Ipv6Unicast},
                                                     now());
              },
          .attempt_failed =
              [](const session::Peer& peer, const std::string& why) {
                log::session().debug("neighbor {}: {}", peer.name(), why);
              },
          .fell_behind =
              [](const session::Peer& peer) {
                log::session().warn("neighbor {} reads too slowly: it gets the table anew once it reads",
                                    peer.name());
              },
          .refused =
              [](const session::Endpoint& remote, const std::string& why, std::size_t more) {
                log::session().warn("connection from {} refused: {}{}", remote.address.to_string(), why,
                                    more == 0 ? "" : " (and " + std::to_string(more) + " others before)");
              },
          .unknown_caller =
              [](const session::Endpoint& remote, std::size_t more) {
                log::session().info("connection from {} refused: no neighbor and no listen range{}",
                                    remote.address.to_string(),
                                    more == 0 ? "" : " (and " + std::to_string(more) + " others before)");
              },
          .restart_is_over = [this] { sweep_later(); },
          .attribute_error =
              [](const session::Peer& peer, const std::string& error) {
                log::session().warn("neighbor {}: UPDATE with {}", peer.name(), error);
              },
      },
      std::random_device{}());
  network_->set_manager(speaker_->peers());
  set_debug(config_.debug);
  originator_ = std::make_unique<Originator>([this](const Origination& origination, bool announce) {
    apply_to_engine(speaker_->engine(), origination, announce, now());
  });
  mesh_ = std::make_unique<mesh::Mesh>(
      io_, mesh::Mesh::Callbacks{
               .wanted =
                   [this](std::vector<session::PeerSettings> wanted) {
                     discovered_peers_ = std::move(wanted);
                     reconcile_peers();
                   },
               .connect_now =
                   [this](const rib::IpAddress& address, std::uint32_t interface_index) {
                     if (auto* peer = speaker_->peers().find(address, interface_index)) peer->hurry(now());
                   },
               .notice = [](const std::string& text) { log::mesh().warn("{}", text); },
           });
  neighbor_finder_ = std::make_unique<link::NeighborFinder>(
      io_, link::NeighborFinder::Callbacks{
               .heard =
                   [this](std::uint32_t interface_index, const rib::IpAddress& address) {
                     speaker_->peers().set_link_neighbor(interface_index, address, now());
                   },
               .notice = [](const std::string& text) { log::session().warn("{}", text); },
           });
  api::Backend& backend = *this;
  server_ = std::make_unique<api::Server>(io_, backend, api::ServerSettings{.mode = options_.socket_mode});
  if (auto serving = server_->listen(options_.socket); !serving) return serving;

  apply_forwarding(config_);
  kernel_ = open_kernel(config::kernel_options(config_, !options_.no_kernel));
  static_tables_ = std::make_unique<StaticTables>(
      speaker_->engine(), links_, options_.state_directory + "/tables",
      StaticTables::Hooks{
          .open = [this](const fib::KernelOptions& options) { return open_kernel(options); },
          .now = [this] { return now(); },
          .warn = [](const std::string& text) { log::fib().warn("{}", text); },
          .failed = [this](const std::string& text) { kernel_failed(text); },
          .told =
              [this](const std::string& place, std::span<const rib::FibChange> changes) {
                if (debug_log_.is_on()) debug_log_.fib_changes(changes, place);
              },
          .heard =
              [this](const std::string& place, const fib::KernelEvent& event) {
                if (debug_log_.is_on()) debug_log_.kernel_event(event, place);
              },
      });
  kernel_->start([this](std::vector<fib::KernelEvent> events) { kernel_events(std::move(events)); });
  wait_for_signal();
  log::daemon().info("kuland {} ({}) runs: {}", kVersion, kCommit,
                     config_is_built_in_ ? "no configuration file, a member of the managed mesh"
                                         : "configuration " + options_.config);
  return {};
}

std::unique_ptr<fib::Kernel> Daemon::open_kernel(const fib::KernelOptions& options) {
  return std::make_unique<fib::NetlinkKernel>(
      options, [this](std::function<void()> f) { asio::post(io_, std::move(f)); }, fib::kReceiveBufferSize,
      table_claims_);
}

int Daemon::run() {
  io_.run();
  return exit_status_;
}

// --- the loop
// -------------------------------------------------------------------------------------------------------

/// When work that ended was long, for instance a message to a thousand neighbors, new work waits as long:
/// what comes meanwhile leaves together. A single change after a while without any leaves in the turn that
/// brought it, because nothing is there to leave with it.
void Daemon::schedule_work() {
  constexpr std::chrono::microseconds kWhile{200};
  const auto time = now();
  if (time >= work_pause_end_ && time - work_ended_ >= kWhile &&
      network_->after_little_input([this] { work(); }))
    return;
  if (time >= work_pause_end_) return asio::post(io_, [this] { work(); });
  work_timer_.expires_at(work_pause_end_);
  work_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) work();
  });
}

void Daemon::work() {
  constexpr std::chrono::milliseconds kWorthAPause{1}, kLongestPause{20};
  const auto begun = now();
  bool has_more = false;
  network_->write_after([&] { has_more = speaker_->run(begun); });
  const auto statics = speaker_->engine().statics_version();
  const bool statics_differ = std::exchange(statics_version_, statics) != statics;
  if (statics_differ && config_.bgp && config_.bgp->network_import_check) announce_own_subnets();
  if (statics_differ)
    for (const auto& everything : {"0.0.0.0/0", "::/0"})
      static_tables_->own_route_changed(*rib::Prefix::parse(everything));
  if (!has_more) settle_static_tables();
  if (has_more) return asio::post(io_, [this] { work(); });
  work_ended_ = now();
  if (const auto took = work_ended_ - begun; took >= kWorthAPause)
    work_pause_end_ = work_ended_ + std::min<rib::TimePoint::duration>(took, kLongestPause);
  look_at_memory_later();
}

/// A while after the work, not amid it; ever more rarely while work goes on and there is nothing to give
/// back.
void Daemon::look_at_memory_later() {
  if (std::exchange(memory_timer_runs_, true)) return;
  if (now() - looked_at_memory_ > memory_pause_) memory_pause_ = kShortMemoryPause;
  memory_timer_.expires_after(memory_pause_);
  memory_timer_.async_wait([this](const boost::system::error_code& error) {
    memory_timer_runs_ = false;
    if (error) return;
    looked_at_memory_ = now();
    memory_pause_ =
        unused_memory_.give_back() ? kShortMemoryPause : std::min(2 * memory_pause_, kLongMemoryPause);
  });
}

void Daemon::wait_for_signal() {
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    log::daemon().info("signal {}: stopping; routes stay in the kernel", signal);
    stop();
  });
  hangup_signal_ = std::make_unique<HangupSignal>(io_, [this](const Operator& who) {
    if (const auto done = reload(who); !done) log::config().error("not reloaded: {}", done.error());
  });
}

void Daemon::shutdown(bool flush) {
  log::daemon().info("shutdown: stopping; routes {}",
                     flush ? "are removed from the kernel" : "stay in the kernel");
  if (flush) {
    kernel_->flush();
    static_tables_->flush();
  }
  asio::post(io_, [this, flush] { stop(flush); });
}

void Daemon::stop(bool flush) {
  if (std::exchange(is_stopping_, true)) return;
  signals_.cancel();
  hangup_signal_.reset();
  sweep_timer_.cancel();
  work_timer_.cancel();
  memory_timer_.cancel();
  commit_timer_.cancel();
  debug_log_.stop();
  // Who comes back within the restart time is no news: others keep our routes. RFC 4724 §4.1. Who leaves
  // nothing in the kernel must not be sent packets any more, before the routes go.
  const bool is_restart =
      !flush && config_.bgp.value_or(cli::Bgp{}).graceful_restart.mode == cli::GracefulRestartMode::Restarter;
  if (!is_restart) mesh_->leave();
  neighbor_finder_->set_links({});
  if (flush) speaker_->peers().shutdown_all({}, now());
  if (const auto left = kernel_->stop() + static_tables_->stop(); left > 0)
    log::fib().error("{} routes are left in the kernel; kuland --cleanup removes them", left);
  if (!flush) speaker_->peers().leave_all(now());
  server_->stop();
  network_->close_listeners();
  // The NOTIFICATIONs are on their way; their sockets finish by themselves, at the latest after this.
  stop_timer_.expires_after(std::chrono::milliseconds(300));
  stop_timer_.async_wait([this](const boost::system::error_code&) { io_.stop(); });
}

}  // namespace bgpd
