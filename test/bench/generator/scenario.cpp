#include "test/bench/generator/scenario.hpp"

#include <algorithm>
#include <cstdio>

namespace bench {
namespace {

using namespace std::chrono_literals;

constexpr double kIdleCpuShare = 0.04;  // of a core; a daemon at rest has timers
constexpr auto kIdleSample = 500ms;

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

std::uint32_t or_default(std::uint32_t value, std::uint32_t otherwise) { return value ? value : otherwise; }

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = {
      {"table", "one sender's table (1,000,000) to one receiver, and withdrawn again",
       [](const Options&) {
         return Cast{1, 1, false};
       },
       play_table},
      {"best", "ten senders with different paths to the same prefixes (200,000); then they hang up",
       [](const Options& o) {
         return Cast{or_default(o.peers, 10), 1, false};
       },
       play_best},
      {"reflector", "clients of a reflector (1000) announce one prefix each and get all others",
       [](const Options& o) {
         return Cast{or_default(o.peers, 1000), 0, true};
       },
       play_reflector},
      {"flaps", "one prefix in a hundred of a table (100,000) flaps, one at a time, evenly",
       [](const Options&) {
         return Cast{1, 1, false};
       },
       play_flaps},
      {"walks", "routes of one neighbor flap while the table (1,000,000) of another is told again, and goes",
       [](const Options&) {
         return Cast{2, 2, false};
       },
       play_walks},
      {"fan_out", "routes (1000) from one client of a reflector to many (1000), each with its own attributes",
       [](const Options& o) {
         return Cast{1, or_default(o.peers, 1000), true};
       },
       play_fan_out},
      {"cold_start", "clients of a reflector (2000) dial at once; then one brings a table (100,000)",
       [](const Options& o) {
         return Cast{or_default(o.peers, 2000), 0, true};
       },
       play_cold_start},
      {"idle", "a node with two neighbors, one prefix each, does nothing",
       [](const Options&) {
         return Cast{2, 0, false};
       },
       play_idle},
  };
  return all;
}

const Scenario* find_scenario(const std::string& name) {
  const auto found =
      std::find_if(scenarios().begin(), scenarios().end(), [&](const Scenario& s) { return s.name == name; });
  return found == scenarios().end() ? nullptr : &*found;
}

SessionPlan plan_of(const Options& options, const Cast& cast, std::uint32_t i) {
  SessionPlan plan;
  plan.local = peer_address(options.family, i);
  plan.daemon = daemon_address(options.family);
  plan.identifier = peer_address(rib::Family::Ipv4Unicast, i).to_v4();
  plan.port = options.port;
  plan.local_as = cast.is_internal ? options.daemon_as : options.daemon_as + 1 + i;
  plan.hold_time = options.hold_time;
  return plan;
}

std::string describe_peers(const Options& options) {
  const auto cast = find_scenario(options.scenario)->cast(options);
  const auto is_ipv6 = options.family == rib::Family::Ipv6Unicast;
  std::string text = "{\"daemon\": \"" + daemon_address(options.family).to_string() +
                     "\", \"identifier\": \"" + daemon_address(rib::Family::Ipv4Unicast).to_string() +
                     "\", \"family\": \"" + (is_ipv6 ? "ipv6" : "ipv4") +
                     "\", \"port\": " + std::to_string(options.port) +
                     ", \"as\": " + std::to_string(options.daemon_as) +
                     ", \"internal\": " + (cast.is_internal ? "true" : "false") +
                     ", \"hold_time\": " + std::to_string(options.hold_time) + ", \"peers\": [";
  for (std::uint32_t i = 0; i < cast.size(); ++i) {
    const auto plan = plan_of(options, cast, i);
    text += std::string(i ? ", " : "") + "{\"address\": \"" + plan.local.to_string() +
            "\", \"as\": " + std::to_string(plan.local_as) + "}";
  }
  return text + "]}";
}

Run::Run(const Options& options, const Cast& cast)
    : options_(options), cast_(cast), probe_(options.processes) {
  for (std::uint32_t i = 0; i < cast.size(); ++i) loop_.add(plan_of(options, cast, i));
}

Announcer Run::announcer(std::uint32_t i) const {
  const auto plan = plan_of(options_, cast_, i);
  return {i, plan.local_as, cast_.is_internal, plan.local};
}

RouteTable Run::internet_table(std::uint32_t otherwise) const {
  return bench::internet_table(or_default(options_.prefixes, otherwise), options_.seed, options_.family);
}

Clock::time_point Run::deadline() const {
  return Clock::now() +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.timeout));
}

bool Run::bring_up() {
  begin_phase();
  loop_.dial_from_here_on(options_.window);
  if (!loop_.run_until([&] { return loop_.all_are_up(); }, deadline())) {
    fail("only " + std::to_string(loop_.established()) + " of " + std::to_string(loop_.size()) +
         " sessions came up");
    return false;
  }
  note("sessions_wall_s", seconds(loop_.last_established() - phase_start_));
  rest();
  note("sessions_cpu_s", probe_.cpu_seconds() - phase_start_cpu_);
  note("sessions_rss_mib", probe_.read().resident_mib);
  return true;
}

void Run::rest() {
  const auto end = deadline();
  auto cpu = probe_.cpu_seconds();
  for (int quiet = 0; quiet < 3 && Clock::now() < end;) {
    loop_.run_for(kIdleSample);
    const auto now = probe_.cpu_seconds();
    const bool is_quiet = now - cpu < kIdleCpuShare * seconds(kIdleSample) &&
                          Clock::now() - loop_.last_update() > 2 * kIdleSample;
    quiet = is_quiet ? quiet + 1 : 0;
    cpu = now;
  }
}

void Run::begin_phase() {
  phase_start_cpu_ = probe_.cpu_seconds();
  phase_start_ = Clock::now();
}

bool Run::end_phase(const std::string& name, const std::function<bool()>& done) {
  const bool is_done = loop_.run_until(done, deadline());
  const auto last = loop_.last_update();
  if (!is_done) fail(name + ": not done in time");
  rest();
  const auto figures = probe_.read();
  if (is_done) {
    note(name + "_wall_s", seconds(last - phase_start_));
    note(name + "_cpu_s", figures.cpu_seconds - phase_start_cpu_);
  }
  note(name + "_rss_mib", figures.resident_mib);
  note(name + "_peak_mib", figures.peak_mib);
  return is_done;
}

void Run::fail(const std::string& why) {
  if (!failure_.empty()) return;
  failure_ = why;
  if (!loop_.last_trouble().empty()) failure_ += " (" + loop_.last_trouble() + ")";
}

std::string Run::report() const {
  auto failure = failure_;
  if (failure.empty() && loop_.lost() > 0)
    failure = std::to_string(loop_.lost()) + " sessions were lost (" + loop_.last_trouble() + ")";
  if (!options_.processes.empty() && !probe_.all_are_alive()) failure = "the daemon ended";
  std::replace_if(
      failure.begin(), failure.end(), [](char c) { return c == '"' || c == '\\' || c < ' '; }, '\'');

  std::string text =
      "{\"scenario\": \"" + options_.scenario + "\", \"failure\": \"" + failure + "\", \"figures\": {";
  for (std::size_t i = 0; i < figures_.size(); ++i) {
    char value[64];
    std::snprintf(value, sizeof value, "%.6g", figures_[i].second);
    text += std::string(i ? ", " : "") + "\"" + figures_[i].first + "\": " + value;
  }
  return text + "}}";
}

}  // namespace bench
