// kuland, wired: one loop for sessions, routes, mesh and API; the kernel on a thread of its own behind
// fib::Kernel.
//
//   kernel facts -> links, engine, originator, mesh        configuration -> speaker, peers, originator, mesh,
//   kernel engine -> kernel                                       signals: TERM and INT stop, HUP reloads
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bgpd/api/backend.hpp"
#include "bgpd/api/server.hpp"
#include "bgpd/config/neighbor_settings.hpp"
#include "bgpd/debug/debug_log.hpp"
#include "bgpd/hangup_signal.hpp"
#include "bgpd/link/neighbor_finder.hpp"
#include "bgpd/mesh/mesh.hpp"
#include "bgpd/options.hpp"
#include "bgpd/originator.hpp"
#include "bgpd/session/asio_network.hpp"
#include "bgpd/speaker.hpp"
#include "bgpd/static_tables.hpp"
#include "bgpd/unused_memory.hpp"
#include "cli/config/config.hpp"
#include "cli/config/reader.hpp"
#include "fib/kernel.hpp"
#include "fib/table_claims.hpp"

namespace bgpd {

/// The configuration in force and where it came from.
struct LoadedConfig {
  cli::ReadResult read;      // with the problems of the file
  bool is_built_in = false;  // there is no file
};

/// Reads the file of --config. No file: the built-in configuration (docs/decisions/0004). The error is of a
/// file that cannot be read.
std::expected<LoadedConfig, std::string> load_config(const Options& options);

class Daemon final : private api::Backend {
 public:
  Daemon(Options options, LoadedConfig loaded);
  ~Daemon() override;

  /// Opens everything that can fail at start: state directory, API socket, BGP port, kernel. The error is for
  /// standard error.
  std::expected<void, std::string> start();
  /// Until a signal ends it. The process's exit status.
  int run();

 private:
  // --- the loop
  void kernel_events(std::vector<fib::KernelEvent> events);
  /// The link's carrier is back: whoever is behind it need not be waited for.
  void connect_over(std::uint32_t interface_index);
  /// The link is down: sessions of its interface neighbors need not wait for their hold timer, because their
  /// next hops are on it as well.
  void end_sessions_on(std::uint32_t interface_index);
  void note_written(const rib::FibResult& result);
  void kernel_failed(const std::string& text);
  void settle_static_tables();
  void note_session(const rib::SessionEvent& event);
  void schedule_work();
  void work();
  void look_at_memory_later();
  void sweep_later();
  void begin_after_restart(rib::TimePoint time);
  void note_audit(const fib::AuditReport& report, rib::TimePoint time);
  void note_sweep(const fib::RestartLedger& ledger);
  void links_changed();
  /// The sockets belong to the VRF device, which may come, go, and be another one of the same name.
  void follow_vrf();
  std::expected<void, std::string> listen();
  void wait_for_signal();
  void stop(bool flush = false);

  // --- committing; see daemon_commit.cpp
  void pending_commit_is_over();
  void keep_commit(const std::string& why);
  void take_back_commit(const std::string& why);
  std::vector<config::SessionUp> established_sessions() const;
  std::vector<std::string> sessions_lost() const;
  bool is_still_wanted(const config::SessionUp& session) const;

  // --- what a commit would do; see daemon_consequences.cpp
  struct PeersToBe;
  PeersToBe peers_to_be(const cli::Config& after, api::ConsequencesView& view) const;
  void foresee_ranges(const cli::Config& after, PeersToBe& peers) const;
  Forecast::Settings forecast_settings(const cli::Config& after, const PeersToBe& peers) const;
  bool may_change_routes(const cli::Config& after, const PeersToBe& peers) const;

  // --- configuration in force; see daemon_config.cpp
  std::expected<void, std::string> put_in_force(const cli::Config& config);
  using MaybeUsable = std::expected<session::PeerSettings, std::string>;
  /// The neighbors of a configuration by their names, usable or with the reason why not.
  std::vector<std::pair<std::string, MaybeUsable>> usable_and_not(const cli::Config& config) const;
  std::vector<session::PeerSettings> configured_peers(const cli::Config& config) const;
  /// What makes the peers those that are wanted.
  struct PeerPlan {
    std::vector<session::Peer*> removed;
    std::vector<std::pair<session::Peer*, session::PeerSettings>> changed;
    std::vector<session::PeerSettings> added;
  };
  PeerPlan plan_peers(const std::vector<session::PeerSettings>& configured) const;
  void apply(const cli::Config& config);
  void apply_peers();
  void apply_forwarding(const cli::Config& config);
  void apply_io_threads();
  void enter_vrf();
  /// Makes the peers those that the configuration and the mesh want.
  void reconcile_peers();
  /// Looks for routers on the links of interface neighbors that are up.
  void listen_to_links();
  std::expected<void, std::string> apply_log(const cli::Config& config);
  log::Settings log_settings_of(const cli::Config& config) const;
  /// What an operator has switched beside the configuration stays.
  void follow_debug(const cli::DebugSwitches& before, const cli::DebugSwitches& after);
  void log_problems(std::span<const cli::Problem> problems) const;  // of the file
  /// Keeps the running configuration as a generation; that it cannot is a warning.
  void keep_generation(const std::string& who, const std::string& how);
  void keep_generation(const std::string& text, const std::string& who, const std::string& how);
  void keep_wrong_file(const std::string& who);
  void announce_own_subnets();
  /// Static routes, and what of BGP's goes to the kernel.
  void apply_kernel_rules();
  /// A kernel of this daemon, whose tables are those that no other of its kernels has.
  std::unique_ptr<fib::Kernel> open_kernel(const fib::KernelOptions& options);
  config::InterfaceIndex interface_index() const;

  // --- api::Backend; see daemon_backend.cpp
  rib::TimePoint now() const override { return std::chrono::steady_clock::now(); }
  api::DaemonView daemon() const override;
  const rib::Engine& engine() const override { return speaker_->engine(); }
  void visit_neighbors(const std::function<void(const api::NeighborView&)>& visit) const override;
  std::vector<api::InterfaceView> interfaces() const override;
  std::string interface_name(std::uint32_t index) const override;
  const cli::Config& running_config() const override { return config_; }
  std::expected<void, std::string> commit(const cli::Config& config,
                                          const config::CommitOrder& order) override;
  std::unique_ptr<api::Foresight> foresee(const cli::Config& config) const override;
  const std::optional<config::PendingCommit>& pending_commit() const override { return pending_commit_; }
  const config::CommitOutcome& last_commit() const override { return last_commit_; }
  void end_pending_commit(bool keep, const Operator& who) override;
  config::Candidates& candidates() override { return candidates_; }
  std::expected<std::string, std::string> write_config(const Operator& who) override;
  std::expected<cli::Config, std::string> file_config() const override;
  const config::Generations& generations() const override { return generations_; }
  std::expected<void, std::string> reload(const Operator& who) override;
  log::Settings log_settings() const override;
  const cli::DebugSwitches& debug_switches() const override { return debug_log_.switches(); }
  void set_debug(cli::DebugSwitches switches) override;
  std::size_t clear(const api::ClearOrder& order) override;
  api::FibView fib() const override { return fib_view_; }
  fib::FoundRoute way_to(const rib::IpAddress& address) const override;
  fib::FoundRoute route_for(const rib::IpAddress& address) const override;
  api::KernelSwitches kernel_switches(rib::Afi afi, const std::string& interface) const override;
  void audit_fib() override {
    kernel_->audit();
    static_tables_->audit();
  }
  std::vector<api::TableView> tables() const override;
  void shutdown(bool flush) override;

  const Options options_;
  cli::Config config_;
  bool config_is_built_in_;
  config::Generations generations_;
  config::Candidates candidates_;
  std::optional<config::PendingCommit> pending_commit_;
  config::CommitOutcome last_commit_;
  std::vector<cli::Problem> config_problems_;  // of the file, for the log
  const rib::TimePoint started_ = std::chrono::steady_clock::now();
  const std::string hostname_;
  const std::uint64_t instance_;           // of this life, for the mesh
  rib::BgpIdentifier own_identifier_ = 0;  // kept in the state directory; used unless configured

  // Others post work to it; what waits for descriptors is the main thread's alone.
  boost::asio::io_context io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  boost::asio::signal_set signals_{io_};
  std::unique_ptr<HangupSignal> hangup_signal_;
  boost::asio::steady_timer stop_timer_{io_};
  boost::asio::steady_timer sweep_timer_{io_};
  boost::asio::steady_timer commit_timer_{io_};
  boost::asio::steady_timer work_timer_{io_};
  rib::TimePoint work_ended_{}, work_pause_end_ = rib::TimePoint::min();
  boost::asio::steady_timer memory_timer_{io_};
  bool memory_timer_runs_ = false;
  static constexpr std::chrono::milliseconds kShortMemoryPause{250}, kLongMemoryPause{32'000};
  std::chrono::milliseconds memory_pause_ = kShortMemoryPause;
  rib::TimePoint looked_at_memory_{};
  UnusedMemory unused_memory_;
  fib::Links links_;
  debug::DebugLog debug_log_;
  const std::shared_ptr<fib::TableClaims> table_claims_ = std::make_shared<fib::TableClaims>();
  std::unique_ptr<fib::Kernel> kernel_;
  std::unique_ptr<StaticTables> static_tables_;
  api::FibView fib_view_;
  std::expected<fib::RouteLookup*, std::string> route_lookup() const;
  std::uint32_t vrf_index_ = 0;                           // of the device that the listeners belong to
  mutable std::optional<fib::RouteLookup> route_lookup_;  // opened by the first question
  rib::FamilySet inherited_;                              // with routes of a former life in the kernel
  std::uint64_t statics_version_ = 0;                     // of the engine, as `network` knows it
  bool kernel_is_known_ = false;                          // links, addresses and routes were told once
  bool is_stopping_ = false;
  int exit_status_ = 0;

  std::vector<session::PeerSettings> configured_peers_, discovered_peers_;
  std::unique_ptr<session::AsioNetwork> network_;
  std::unique_ptr<Speaker> speaker_;
  std::unique_ptr<Originator> originator_;
  std::unique_ptr<mesh::Mesh> mesh_;
  std::unique_ptr<link::NeighborFinder> neighbor_finder_;
  std::unique_ptr<api::Server> server_;
};

}  // namespace bgpd
