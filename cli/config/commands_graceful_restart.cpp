// Rows of graceful restart: RFC 4724, 8538, 9494, in FRR's words.
#include "cli/config/bgp_switch.hpp"
#include "cli/config/help_words.hpp"
#include "cli/config/neighbor_rows.hpp"

namespace cli {

namespace {

using Restarts = GracefulRestartMode;

constexpr std::string_view kGraceful = "Graceful restart capability parameters";

/// `bgp <text> <range>` for a number of seconds.
template <auto member>
Command graceful_time(std::string text, std::string range, std::vector<std::string_view> help,
                      std::string_view summary) {
  help.insert(help.begin(), kBgp);
  return {.syntax = "bgp " + text + " " + range + "$seconds",
          .help = std::move(help),
          .scope = Scope::Bgp,
          .set = [](Target& t, const Arguments& a) -> Outcome {
            using Seconds = std::remove_reference_t<decltype(t.bgp->graceful_restart.*member)>;
            t.bgp->graceful_restart.*member = a.number_as<Seconds>("seconds");
            return {};
          },
          .unset = [](Target& t, const Arguments&) -> Outcome {
            t.bgp->graceful_restart.*member = GracefulRestart{}.*member;
            return {};
          },
          .write =
              [text](const Source& s, Lines& lines) {
                const auto seconds = s.bgp->graceful_restart.*member;
                if (seconds != GracefulRestart{}.*member)
                  lines.push_back("bgp " + text + " " + std::to_string(seconds));
              },
          .summary = summary};
}

/// A line that sets the mode of the instance; `no` goes back to helping.
Command bgp_mode(Restarts mode, std::string text, std::string_view help, std::string_view summary) {
  return {.syntax = text,
          .help = {kBgp, help},
          .scope = Scope::Bgp,
          .set = [mode](Target& t, const Arguments&) -> Outcome {
            t.bgp->graceful_restart.mode = mode;
            return {};
          },
          .unset = [mode](Target& t, const Arguments&) -> Outcome {
            if (t.bgp->graceful_restart.mode == mode) t.bgp->graceful_restart.mode = Restarts::Helper;
            return {};
          },
          .write =
              [mode, text](const Source& s, Lines& lines) {
                if (s.bgp->graceful_restart.mode == mode) lines.push_back(text);
              },
          .summary = summary};
}

Command neighbor_mode(Restarts mode, std::string text, std::string_view help, std::string_view summary) {
  return {.syntax = "neighbor PEER$peer " + text,
          .help = neighbor_help({help}),
          .scope = Scope::Neighbor,
          .set = [mode](Target& t, const Arguments&) -> Outcome {
            t.neighbor->graceful_restart = mode;
            return {};
          },
          .unset = [mode](Target& t, const Arguments&) -> Outcome {
            if (t.neighbor->graceful_restart == mode) t.neighbor->graceful_restart.reset();
            return {};
          },
          .write =
              [mode, text](const Source& s, Lines& lines) {
                if (s.neighbor->graceful_restart == mode) lines.push_back(s.neighbor_line(text));
              },
          .summary = summary};
}

}  // namespace

std::vector<Command> graceful_restart_commands() {
  std::vector<Command> rows;
  rows.push_back(
      bgp_mode(Restarts::Restarter, "bgp graceful-restart", kGraceful,
               "Neighbors keep our routes while we restart, and we keep theirs (RFC 4724). Without "
               "this line we only keep theirs."));
  rows.push_back(bgp_mode(Restarts::Disabled, "bgp graceful-restart-disable",
                          "Graceful restart global disable",
                          "Neither side keeps routes; the capability is not offered."));
  rows.push_back(graceful_time<&GracefulRestart::restart_seconds>(
      "graceful-restart restart-time", "(0-4095)",
      {kGraceful, "Time the neighbors wait for us to come back", "Seconds"},
      "How long neighbors keep our routes without a session."));
  rows.push_back(graceful_time<&GracefulRestart::stalepath_seconds>(
      "graceful-restart stalepath-time", "(1-4095)",
      {kGraceful, "Time to keep stale routes of a neighbor that is back", "Seconds"},
      "How long a neighbor that is back, or refreshes, may take to announce its table."));
  rows.push_back(graceful_time<&GracefulRestart::select_defer_seconds>(
      "graceful-restart select-defer-time", "(0-3600)",
      {kGraceful, "Time to wait for the neighbors' tables", "Seconds"},
      "How long route selection waits for the neighbors' End-of-RIB after we restarted."));
  rows.push_back(graceful_time<&GracefulRestart::rib_stale_seconds>(
      "graceful-restart rib-stale-time", "(1-3600)",
      {kGraceful, "Time the kernel keeps routes of our former life", "Seconds"},
      "After a start without graceful restart: when routes of the former life that nobody announced go, at "
      "the "
      "latest."));
  rows.push_back(graceful_time<&GracefulRestart::long_lived_seconds>(
      "long-lived-graceful-restart stale-time", "(1-16777215)",
      {"Long-lived graceful restart parameters", "Time to keep routes when the restart time is over",
       "Seconds"},
      "How long routes of a neighbor that asks for it stay, as the last choice and marked llgr-stale, when "
      "its "
      "restart time is over (RFC 9494); with `bgp graceful-restart`, what neighbors are asked to do with "
      "ours. "
      "Without this line nothing stays longer."));
  rows.push_back(bgp_switch<&Bgp::graceful_restart, &GracefulRestart::preserve_forwarding>(
      "bgp graceful-restart preserve-fw-state",
      {kBgp, kGraceful, "Say that forwarding state is preserved, whatever the kernel had"},
      "Sets the F bit always, for a reflector outside of the path of packets. Without it the bit tells what "
      "the "
      "kernel had."));
  rows.push_back(bgp_switch<&Bgp::graceful_restart, &GracefulRestart::notification>(
      "bgp graceful-restart notification",
      {kBgp, kGraceful, "Graceful restart also after NOTIFICATIONs, RFC 8538"},
      "A NOTIFICATION or an expired hold timer keeps routes too, when the neighbor agrees (N bit)."));
  rows.push_back(bgp_switch<&Bgp::graceful_restart, &GracefulRestart::hard_administrative_reset>(
      "bgp hard-administrative-reset", {kBgp, "Send a hard reset with an administrative reset, RFC 8538"},
      "`clear` makes the neighbor forget our routes although the N bit is set."));
  return rows;
}

std::vector<Command> neighbor_graceful_restart_commands() {
  std::vector<Command> rows;
  rows.push_back(neighbor_mode(Restarts::Restarter, "graceful-restart", "Graceful restart for this neighbor",
                               "This neighbor keeps our routes while we restart, and we keep its."));
  rows.push_back(neighbor_mode(Restarts::Helper, "graceful-restart-helper",
                               "Graceful restart helper for this neighbor", "We only keep its routes."));
  rows.push_back(neighbor_mode(Restarts::Disabled, "graceful-restart-disable",
                               "No graceful restart for this neighbor", "Neither side keeps routes."));
  return rows;
}

}  // namespace cli
