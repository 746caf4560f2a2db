// What the API needs of the daemon: facts to show and actions to take. The daemon implements it; tests have
// their own. Called on the main io_context's thread only; every call answers at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bgpd/config/candidates.hpp"
#include "bgpd/config/commit_order.hpp"
#include "bgpd/config/generations.hpp"
#include "bgpd/forecast.hpp"
#include "bgpd/log.hpp"
#include "bgpd/operator.hpp"
#include "cli/config/config.hpp"
#include "fib/kernel.hpp"
#include "fib/route_lookup.hpp"
#include "rib/engine.hpp"

namespace bgpd::api {

/// The daemon as a process.
struct DaemonView {
  std::string version, commit;
  std::string hostname;
  std::string config_file;
  bool config_built_in = false;  // there is no file: the built-in mesh configuration is running
  bool writes_kernel = true;
  rib::TimePoint started;
  std::uint64_t session_bytes = 0;  // memory, approximate; 0: unknown
  std::uint64_t output_bytes = 0;   // messages that are not written yet
};

/// RFC 4271 §8.2.2.
enum class SessionState : std::uint8_t { Idle, Connect, Active, OpenSent, OpenConfirm, Established };

/// What one side's OPEN said. RFC 5492.
struct CapabilitiesView {
  rib::FamilySet families;
  bool four_octet_as = false;
  bool route_refresh = false, enhanced_route_refresh = false;
  bool extended_message = false;
  bool graceful_restart = false, long_lived_graceful_restart = false;
  std::uint16_t restart_seconds = 0;
  rib::FamilySet graceful_restart_families;
  rib::FamilySet add_path_receive, add_path_send;
  bool extended_next_hop = false;  // RFC 8950, of IPv4 routes
  std::optional<rib::Role> role;
  bool restarting = false, graceful_notification = false;
  rib::FamilySet preserved_families, long_lived_families;
  std::uint32_t long_lived_seconds = 0;
  std::optional<std::string> hostname;  // FQDN capability
  std::string domain;
};

struct MessageCounts {
  std::uint64_t opens = 0, notifications = 0, updates = 0, keepalives = 0, route_refreshes = 0,
                capabilities = 0;
};

/// Why the last session ended (or the last attempt failed).
struct LastResetView {
  enum class Cause : std::uint8_t {
    None,                  // there was no session yet
    NotificationSent,      // code, subcode
    NotificationReceived,  // code, subcode, text
    ConnectionClosed,      // by the peer, without a NOTIFICATION
    ConnectionFailed,      // text: the system's error
    HoldTimerExpired,
    SendHoldTimerExpired,  // RFC 9687
    Administrative,        // shutdown
    ConfigurationChanged,
    Cleared,    // clear ip bgp
    Removed,    // no longer configured or discovered
    Collision,  // RFC 4271 §6.8
  };
  Cause cause = Cause::None;
  rib::TimePoint when;
  std::uint8_t code = 0, subcode = 0;
  std::uint8_t inner_code = 0, inner_subcode = 0;  // of a Hard Reset, RFC 8538; 0: of none
  std::string text;                                // RFC 9003, or the system's words
};

/// One neighbor in one family; what the engine counts comes from the engine.
struct NeighborFamilyView {
  bool activated = false;   // offered to this neighbor
  bool negotiated = false;  // while Established
  bool route_reflector_client = false;
  rib::NextHopMode next_hop_mode = rib::NextHopMode::Standard;
  bool policy_missing = false;  // RFC 8212
  bool default_originate = false;
  bool end_of_rib_sent = false, end_of_rib_received = false;
  std::uint32_t maximum_prefix = 0;
  bool maximum_prefix_warning_only = false;
  std::uint8_t allow_own_as = 0;
  bool allow_own_as_as_origin = false;
  std::uint8_t maximum_prefix_threshold = 75;
  std::chrono::minutes maximum_prefix_restart{0};
  std::uint32_t weight = 0;
  bool policy_missing_in = false, policy_missing_out = false;
  bool send_standard = true, send_extended = true, send_large = true;
  /// What of its routes is stale; the numbers are the API's.
  enum class Stale : std::uint8_t { Nothing, Restarting, Returning, Refreshing, LongLived };
  Stale stale = Stale::Nothing;
  std::uint64_t stale_ms_left = 0;
  std::uint32_t long_lived_seconds = 0;  // RFC 9494: agreed; 0: not
  rib::AddPathSelection add_path;        // RFC 7911: what it gets, if it takes several paths
  bool accepts_add_path = true;
  bool as_override = false;
  rib::RemovePrivateAs remove_private_as = rib::RemovePrivateAs::No;
  bool as_path_unchanged = false, med_unchanged = false;
  std::string unsuppress_map;  // "": none
  rib::PolicyChain policy_in, policy_out;
  std::string default_originate_map;     // "": none
  std::uint32_t output_queue = 0;        // messages
  bool is_behind = false;                // reads too slowly; its table follows when it reads
  std::uint64_t sent_table_version = 0;  // the neighbor has been sent the table up to here
};

/// A neighbor, configured or discovered, with its session if it has one.
struct NeighborView {
  rib::IpAddress address;
  std::string interface;  // of a link-local address; "" otherwise
  std::string description;
  bool named_by_interface = false;  // `neighbor eth0 interface …`; interface is its name
  bool discovered = false;
  bool dynamic = false;  // out of a listen range
  std::string peer_group;
  std::optional<rib::Prefix> listen_range;
  std::optional<rib::AsNumber> remote_as;  // configured or, once known, learned from the OPEN
  rib::AsNumber local_as = 0;
  rib::PeerType type = rib::PeerType::Internal;
  bool type_follows = false;  // it is not known before the OPEN, `remote-as auto`
  SessionState state = SessionState::Idle;
  bool shutdown = false;
  std::string shutdown_message;
  bool prefix_limit_reached = false;
  bool passive = false;
  /// While Established: how the engine calls it.
  std::optional<rib::PeerHandle> handle;

  rib::BgpIdentifier remote_identifier = 0;
  std::optional<rib::TimePoint> state_since;  // since Established, or since it last was; nothing: never was
  std::optional<rib::TimePoint> last_read, last_write, last_update;
  std::optional<rib::TimePoint> next_connect;
  std::chrono::seconds hold_time{0}, keepalive_time{0};  // in force, or as configured
  std::chrono::seconds configured_hold_time{180}, configured_keepalive_time{60}, connect_retry_time{120};
  std::optional<CapabilitiesView> advertised, received;
  MessageCounts sent_messages, received_messages;
  std::uint32_t input_queue = 0, output_queue = 0;  // messages
  std::uint64_t malformed_updates = 0;
  std::string last_malformed_update;
  std::uint32_t established_count = 0, dropped_count = 0;
  LastResetView last_reset;
  std::string last_error;  // why there is no session now, as far as a reset does not tell
  std::vector<std::uint8_t> last_error_message;  // that made us send a NOTIFICATION
  /// RFC 4724: our part; the numbers are the API's.
  enum class GracefulMode : std::uint8_t { Disabled, Helper, Restarter };
  GracefulMode graceful_mode = GracefulMode::Disabled;
  bool graceful_mode_is_own = false;
  std::uint16_t restart_seconds = 0;
  std::chrono::seconds stale_path_time{0}, delay_open_time{0}, advertisement_interval{0};
  std::chrono::milliseconds user_timeout{0};  // RFC 5482
  bool local_as_no_prepend = false, local_as_replace_as = false;
  bool is_confederation_peer = false;
  std::optional<rib::Role> local_role;
  bool strict_role = false;
  bool offers_no_capabilities = false, overrides_capabilities = false, strict_capabilities = false;
  bool extends_open = false;  // RFC 9072
  std::uint8_t ttl = 255, minimum_ttl = 0;
  bool authenticated = false;
  std::string update_source;
  std::optional<rib::IpAddress> local_address, remote_address;  // of the connection
  std::uint16_t local_port = 0, remote_port = 0;
  std::optional<rib::IpAddress> next_hop_v4, next_hop_global, next_hop_link_local;  // ours, towards it
  bool is_on_link = false;  // of ours: no router is between us
  NeighborFamilyView families[rib::kFamilyCount];
};

struct InterfaceView {
  fib::Link link;
  std::vector<fib::InterfaceAddress> addresses;
  bool advertised = false;  // `advertise interface` matches it
  std::string vrf = {};     // that it is in; "": none
};

/// Which sessions `clear` means, and what it does to them.
struct ClearOrder {
  enum class Action : std::uint8_t { Hard, SoftBoth, SoftIn, SoftOut, Counters };
  std::optional<rib::IpAddress> address;  // with interface for a link-local one; neither set: all
  std::string interface;                  // without address: the neighbor that is called so
  std::string peer_group;
  bool only_external = false;
  std::optional<rib::AsNumber> remote_as;
  Action action = Action::Hard;
  rib::FamilySet families;  // soft: these
};

/// The kernel's part.
struct FibView {
  std::uint64_t audits = 0, missing = 0, different = 0, unwanted = 0;  // since the start
  std::optional<fib::AuditReport> last_audit;
  rib::TimePoint last_audit_at;
  std::optional<fib::RestartLedger> restart;  // once it is over
  std::chrono::milliseconds restart_duration{0};
};

/// A table of the kernel that routes of ours stand in.
struct TableView {
  std::uint32_t table = 0;  // 0: the VRF is not there
  std::string vrf = {};     // "": of none
  std::uint32_t vrf_index = 0;
  const rib::Engine* engine = nullptr;                     // what is to stand there and why
  std::uint64_t routes = 0, failed = 0;                    // of ours; refused, as the last audit found
  std::uint64_t missing = 0, different = 0, unwanted = 0;  // found by audits since the start
  std::uint64_t kept = 0, swept = 0;                       // of a former life
};

/// What else decides about packets that this host passes on.
struct KernelSwitches {
  bool forwarding = false;
  std::optional<unsigned> reverse_path_filter;  // of the link; 0 off, 1 strict, 2 loose. IPv4 only
};

/// What committing a configuration would do.
struct ConsequencesView {
  struct Neighbor {
    std::string name, reason;
    std::uint64_t routes = 0;  // its paths that count now
  };
  std::vector<Neighbor> resets, added, removed, unusable;
  std::vector<Forecast::Neighbor> routes;  // what would differ of those whose session goes on
  Forecast::Own own;
  bool bgp_removed = false;
  std::uint32_t changed_neighbors = 0;  // that keep their session
};

/// That question on its way: the whole table is walked, in slices. It may be dropped at any time.
class Foresight {
 public:
  virtual ~Foresight() = default;
  /// One slice, a few milliseconds. False: view() is whole.
  virtual bool step() = 0;
  virtual const ConsequencesView& view() const = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;

  virtual rib::TimePoint now() const = 0;
  virtual std::chrono::system_clock::time_point wall_clock() const {
    return std::chrono::system_clock::now();
  }
  virtual DaemonView daemon() const = 0;
  virtual const rib::Engine& engine() const = 0;
  /// All neighbors, in order of address.
  virtual void visit_neighbors(const std::function<void(const NeighborView&)>& visit) const = 0;
  /// The kernel's links in order of name.
  virtual std::vector<InterfaceView> interfaces() const = 0;
  /// "eth0"; "" when there is no such link.
  virtual std::string interface_name(std::uint32_t index) const = 0;

  /// The configuration in force.
  virtual const cli::Config& running_config() const = 0;
  /// Makes `config` the one in force, or leaves everything as it is and says why: for instance because an
  /// earlier commit may still be taken back.
  virtual std::expected<void, std::string> commit(const cli::Config& config,
                                                  const config::CommitOrder& order) = 0;
  /// What commit() would do now. Nothing is changed.
  virtual std::unique_ptr<Foresight> foresee(const cli::Config& config) const = 0;
  virtual const std::optional<config::PendingCommit>& pending_commit() const = 0;
  virtual const config::CommitOutcome& last_commit() const = 0;
  /// Keeps the pending commit, or takes it back now.
  virtual void end_pending_commit(bool keep, const Operator& who) = 0;
  virtual config::Candidates& candidates() = 0;
  /// Writes the running configuration to the file, and keeps it as a generation. The value is the path.
  virtual std::expected<std::string, std::string> write_config(const Operator& who) = 0;
  /// What the file says now.
  virtual std::expected<cli::Config, std::string> file_config() const = 0;
  virtual const config::Generations& generations() const = 0;
  /// Reads the file again, as SIGHUP does.
  virtual std::expected<void, std::string> reload(const Operator& who) = 0;

  virtual log::Settings log_settings() const = 0;
  virtual const cli::DebugSwitches& debug_switches() const = 0;
  /// Until the daemon ends, or the configuration changes them.
  virtual void set_debug(cli::DebugSwitches switches) = 0;

  /// Returns how many sessions it was done to.
  virtual std::size_t clear(const ClearOrder& order) = 0;

  virtual FibView fib() const = 0;
  /// The daemon's own table first, then those of static routes beside it.
  virtual std::vector<TableView> tables() const = 0;
  /// What the kernel would do with a packet of this host; it is asked now.
  virtual fib::FoundRoute way_to(const rib::IpAddress& address) const = 0;
  /// Which of the kernel's routes decides about the address.
  virtual fib::FoundRoute route_for(const rib::IpAddress& address) const = 0;
  virtual KernelSwitches kernel_switches(rib::Afi afi, const std::string& interface) const = 0;
  /// Begins an audit now; fib() counts it when it is done.
  virtual void audit_fib() = 0;
  /// Ends the daemon; `flush`: without leaving a route of ours in the kernel.
  virtual void shutdown(bool flush) = 0;
};

}  // namespace bgpd::api
