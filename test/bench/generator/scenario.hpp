// What can be measured, and what all of it shares: sessions come up, the daemon comes to rest, figures are
// taken.
#pragma once

#include <string>
#include <vector>

#include "test/bench/generator/options.hpp"
#include "test/bench/generator/process_figures.hpp"
#include "test/bench/generator/received_routes.hpp"
#include "test/bench/generator/route_table.hpp"
#include "test/bench/generator/session_loop.hpp"

namespace bench {

/// The peers of a scenario: senders first.
struct Cast {
  std::uint32_t senders = 0, receivers = 0;
  bool is_internal = false;  // all are clients of a reflector; else each has an AS of its own
  std::uint32_t size() const { return senders + receivers; }
};

/// One run against one daemon.
class Run {
 public:
  Run(const Options& options, const Cast& cast);

  const Options& options() const { return options_; }
  const Cast& cast() const { return cast_; }
  SessionLoop& loop() { return loop_; }
  Session& sender(std::uint32_t i) { return loop_[i]; }
  Session& receiver(std::uint32_t i) { return loop_[cast_.senders + i]; }
  Announcer announcer(std::uint32_t i) const;
  /// Of the options' size, family and seed.
  RouteTable internet_table(std::uint32_t otherwise) const;
  /// plain_table() of the options' family.
  RouteTable row(std::size_t prefixes) const { return plain_table(prefixes, options_.family); }

  /// All sessions up and the daemon at rest; notes what that took.
  bool bring_up();
  /// Waits until no UPDATE came for a second and the daemon uses no CPU.
  void rest();
  /// The clock of a phase starts.
  void begin_phase();
  /// Runs until `done`, then to rest; notes NAME_wall_s (to the last UPDATE before `done`), NAME_cpu_s (to
  /// the rest), NAME_rss_mib and NAME_peak_mib. False, with a reason noted, when the time ran out.
  bool end_phase(const std::string& name, const std::function<bool()>& done);

  Clock::time_point deadline() const;
  const ProcessProbe& probe() const { return probe_; }
  void note(const std::string& name, double value) { figures_.emplace_back(name, value); }
  void fail(const std::string& why);
  /// One line of JSON.
  std::string report() const;

 private:
  Options options_;
  Cast cast_;
  SessionLoop loop_;
  ProcessProbe probe_;
  Clock::time_point phase_start_;
  double phase_start_cpu_ = 0;
  std::vector<std::pair<std::string, double>> figures_;
  std::string failure_;
};

struct Scenario {
  std::string name, summary;
  Cast (*cast)(const Options& options);
  void (*play)(Run& run);
};

const std::vector<Scenario>& scenarios();
const Scenario* find_scenario(const std::string& name);
/// What to configure in the daemon, as JSON: its AS, and address, AS and kind of every peer.
std::string describe_peers(const Options& options);

/// The plan of peer i: addresses in a row; its AS.
SessionPlan plan_of(const Options& options, const Cast& cast, std::uint32_t i);

// The scenarios, one file each.
void play_table(Run& run);
void play_best(Run& run);
void play_reflector(Run& run);
void play_flaps(Run& run);
void play_walks(Run& run);
void play_fan_out(Run& run);
void play_cold_start(Run& run);
void play_idle(Run& run);

}  // namespace bench
