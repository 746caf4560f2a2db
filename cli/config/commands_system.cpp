// Rows of configure mode: host name, log, forwarding, kernel routes.
#include <algorithm>
#include <cctype>
#include <iterator>
#include <string>

#include "cli/config/command.hpp"

namespace cli {

namespace {

const Config kDefaults;

struct LogLevel {
  std::string_view word, meaning, help;
};
/// Our levels, then those of FRR (RFC 5424 §6.2.1) with the one of ours they mean.
constexpr LogLevel kLogLevels[] = {
    {"trace", "trace", "Everything"},
    {"debug", "debug", "What helps to find a fault"},
    {"info", "info", "Session changes and the like"},
    {"warning", "warning", "What should be looked at"},
    {"error", "error", "What failed"},
    {"critical", "critical", "What stops the daemon"},
    {"off", "off", "Nothing"},
    {"emergencies", "critical", "As FRR: system is unusable"},
    {"alerts", "critical", "As FRR: immediate action needed"},
    {"errors", "error", "As FRR: error conditions"},
    {"warnings", "warning", "As FRR: warning conditions"},
    {"notifications", "info", "As FRR: normal but significant conditions"},
    {"informational", "info", "As FRR: informational messages"},
    {"debugging", "debug", "As FRR: debugging messages"},
};
constexpr std::pair<std::string_view, std::string_view> kSubsystems[] = {
    {"daemon", "Start, stop, signals"},
    {"config", "Reading and applying configuration"},
    {"session", "BGP sessions"},
    {"rib", "Routes and their choice"},
    {"fib", "The kernel's routes and links"},
    {"mesh", "Discovery of other nodes"},
    {"api", "Requests of the shell"},
};

std::string level_syntax() {
  std::string text;
  for (const auto& level : kLogLevels)
    text += (text.empty() ? "<" : "|") + std::string(level.word) + "$severity";
  return text + ">";
}

std::string subsystem_syntax() {
  std::string text;
  for (const auto& [word, help] : kSubsystems)
    text += (text.empty() ? "<" : "|") + std::string(word) + "$subsystem";
  return text + ">";
}

std::vector<std::string_view> with_levels(std::vector<std::string_view> help) {
  for (const auto& level : kLogLevels) help.push_back(level.help);
  return help;
}

std::vector<std::string_view> with_subsystems(std::vector<std::string_view> help) {
  for (const auto& [word, text] : kSubsystems) help.push_back(text);
  return help;
}

std::string level_of(const Arguments& a) {
  const auto word = a.text("severity");
  for (const auto& level : kLogLevels)
    if (level.word == word) return std::string(level.meaning);
  return word;
}

/// A switch of the whole system, written when it differs from the default.
template <bool Config::*member>
Command system_switch(std::string syntax, std::vector<std::string_view> help, std::string_view summary) {
  const auto text = syntax;
  return {.syntax = std::move(syntax),
          .help = std::move(help),
          .scope = Scope::System,
          .set = [](Target& t, const Arguments&) -> Outcome {
            t.config.*member = true;
            return {};
          },
          .unset = [](Target& t, const Arguments&) -> Outcome {
            t.config.*member = false;
            return {};
          },
          .write =
              [text](const Source& s, Lines& lines) {
                if (s.config.*member != kDefaults.*member)
                  lines.push_back(s.config.*member ? text : "no " + text);
              },
          .summary = summary};
}

template <std::uint32_t Config::*member>
Command system_number(std::string keywords, std::string range, std::vector<std::string_view> help,
                      std::string_view summary) {
  return {.syntax = keywords + " " + range + "$value",
          .help = std::move(help),
          .scope = Scope::System,
          .set = [](Target& t, const Arguments& a) -> Outcome {
            t.config.*member = a.number_as<std::uint32_t>("value");
            return {};
          },
          .unset = [](Target& t, const Arguments&) -> Outcome {
            t.config.*member = kDefaults.*member;
            return {};
          },
          .write =
              [keywords](const Source& s, Lines& lines) {
                if (s.config.*member != kDefaults.*member)
                  lines.push_back(keywords + " " + std::to_string(s.config.*member));
              },
          .summary = summary};
}

Command io_threads_command() {
  return {
      .syntax = "io-threads (0-16)$value",
      .help = {"Threads that write to neighbors beside the main one",
               "How many; 0: the main one does it all"},
      .scope = Scope::System,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        t.config.io_threads = a.number_as<std::uint32_t>("value");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.config.io_threads.reset();
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (s.config.io_threads) lines.push_back("io-threads " + std::to_string(*s.config.io_threads));
          },
      .summary =
          "Threads that write to neighbors, for hundreds of them; without this line by the number of "
          "processors: none up to 3, 1 with 4, at most 4.",
  };
}

Command fib_vrf_command() {
  return {
      .syntax = "fib vrf NAME$name",
      .help = {"Routes in the kernel", "The VRF that this daemon is in", "Its device"},
      .scope = Scope::System,
      .set = [](Target& t, const Arguments& a) -> Outcome {
        if (!may_be_interface(a.text("name"))) return "% " + a.text("name") + " is not an interface name";
        t.config.fib_vrf = a.text("name");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.config.fib_vrf.clear();
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (!s.config.fib_vrf.empty()) lines.push_back("fib vrf " + s.config.fib_vrf);
          },
      .summary =
          "This daemon lives in that VRF: its links and its table are all there is (`fib table` counts for "
          "nothing), sessions and beacons go through it. A daemon for each VRF.",
      .no_syntax = "no fib vrf [NAME$name]"};
}

Command inert(std::string syntax, std::vector<std::string_view> help, std::string_view summary) {
  return {.syntax = std::move(syntax),
          .help = std::move(help),
          .scope = Scope::System,
          .set = {},
          .summary = summary,
          .is_inert = true};
}

std::vector<Command> log_commands() {
  std::vector<Command> rows;
  rows.push_back({
      .syntax = "log file FILE$file [" + level_syntax() + "]",
      .help = with_levels({"Logging", "Log to a file", "Path of the file"}),
      .set = [](Target& t, const Arguments& a) -> Outcome {
        t.config.log_file = a.text("file");
        if (a.has("severity")) t.config.log_level = level_of(a);
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.config.log_file.reset();
        t.config.log_level.reset();
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (!s.config.log_file) return;
            lines.push_back("log file " + *s.config.log_file +
                            (s.config.log_level ? " " + *s.config.log_level : ""));
          },
      .summary = "Writes the log to this file instead of standard error.",
  });
  rows.push_back({
      .syntax = "log level " + level_syntax(),
      .help = with_levels({"Logging", "How much is logged"}),
      .set = [](Target& t, const Arguments& a) -> Outcome {
        t.config.log_level = level_of(a);
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.config.log_level.reset();
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (s.config.log_level && !s.config.log_file) lines.push_back("log level " + *s.config.log_level);
          },
      .summary = "How much is logged; `info` without this line.",
  });
  auto help = with_levels(with_subsystems({"Logging", "How much is logged"}));
  rows.push_back({
      .syntax = "log level " + subsystem_syntax() + " " + level_syntax(),
      .help = std::move(help),
      .set = [](Target& t, const Arguments& a) -> Outcome {
        t.config.log_levels[a.text("subsystem")] = level_of(a);
        return {};
      },
      .unset = [](Target& t, const Arguments& a) -> Outcome {
        t.config.log_levels.erase(a.text("subsystem"));
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            for (const auto& [subsystem, level] : s.config.log_levels)
              lines.push_back("log level " + subsystem + " " + level);
          },
      .summary = "How much one part of the daemon logs.",
      .no_syntax = "no log level " + subsystem_syntax() + " [" + level_syntax() + "]",
  });
  rows.push_back(inert("log stdout [" + level_syntax() + "]",
                       with_levels({"Logging", "Log to standard output"}),
                       "The log goes to standard error unless there is a file."));
  rows.push_back(inert("log syslog [" + level_syntax() + "]", with_levels({"Logging", "Log to syslog"}),
                       "Leave syslog to the service manager."));
  rows.push_back(inert("log timestamp precision (0-12)",
                       {"Logging", "Timestamps", "Digits of a second", "Number of digits"},
                       "Timestamps always have milliseconds."));
  return rows;
}

}  // namespace

std::vector<Command> system_commands() {
  std::vector<Command> rows;
  rows.push_back({
      .syntax = "hostname NAME$name",
      .help = {"Set the system's name in prompt and OPEN", "The name"},
      .set = [](Target& t, const Arguments& a) -> Outcome {
        if (!std::isalnum(static_cast<unsigned char>(a.text("name").front())))
          return "Please specify string starting with alphabet or number";
        t.config.hostname = a.text("name");
        return {};
      },
      .unset = [](Target& t, const Arguments&) -> Outcome {
        t.config.hostname.reset();
        return {};
      },
      .write =
          [](const Source& s, Lines& lines) {
            if (s.config.hostname) lines.push_back("hostname " + *s.config.hostname);
          },
      .summary = "Name of this node in the prompt and towards neighbors; the system's without this line.",
  });
  std::ranges::move(log_commands(), std::back_inserter(rows));
  rows.push_back(inert("service integrated-vtysh-config",
                       {"Set up miscellaneous service", "One file for all daemons, as it always is here"},
                       "There is only one file."));
  rows.push_back(system_switch<&Config::ip_forwarding>(
      "ip forwarding", {"IP information", "Turn on IPv4 forwarding"},
      "Turns the kernel's IPv4 forwarding on; without this line it is left as it is."));
  rows.push_back(system_switch<&Config::ipv6_forwarding>(
      "ipv6 forwarding", {"IPv6 information", "Turn on IPv6 forwarding"},
      "Turns the kernel's IPv6 forwarding on; without this line it is left as it is."));
  rows.push_back(system_switch<&Config::resolve_via_default>(
      "ip nht resolve-via-default",
      {"IP information", "Next-hop tracking", "Resolve through the default route"},
      "A next hop may be reached through the default route."));
  rows.push_back(system_number<&Config::fib_metric>(
      "fib metric", "(1-4294967295)",
      {"Routes in the kernel", "Priority of our routes", "Lower is preferred"},
      "Metric of the routes that kulan writes to the kernel."));
  rows.push_back(system_number<&Config::fib_table>(
      "fib table", "(1-4294967295)", {"Routes in the kernel", "Routing table", "Number; 254 is main"},
      "Kernel table that kulan writes to."));
  rows.push_back(fib_vrf_command());
  rows.push_back(system_switch<&Config::fib_next_hop_objects>(
      "fib nexthop-objects",
      {"Routes in the kernel", "Name the kernel's next-hop objects instead of gateways"},
      "Routes written from now on name next-hop objects of the kernel: a third less work for each."));
  rows.push_back(system_number<&Config::fib_audit_seconds>(
      "fib audit interval", "(0-3600)",
      {"Routes in the kernel", "Comparison with the kernel", "How often", "Seconds; 0: only when asked"},
      "How often the kernel's routes are compared with ours and repaired."));
  rows.push_back(system_number<&Config::history_mib>(
      "history size", "(0-1024)",
      {"Events of routes and sessions", "What they may take", "MiB, 32,768 events each; 0: none are kept"},
      "Memory for what `show bgp history` and `show events` tell, taken as it fills; the oldest go first."));
  rows.push_back(io_threads_command());
  return rows;
}

}  // namespace cli
