// Logging: one spdlog logger per subsystem, all into one sink. No line per route; one per session change.
#pragma once

#include <spdlog/logger.h>

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgpd::log {

/// Subsystems an operator can turn up alone: `log level session debug`.
inline constexpr const char* kSubsystems[] = {"daemon", "config", "session", "rib", "fib", "mesh", "api"};

struct Settings {
  std::optional<std::string> file;  // nothing: standard error
  std::string level = "info";
  std::map<std::string, std::string> levels;  // per subsystem
  bool operator==(const Settings&) const = default;
};

/// Opens the sink and sets levels; may be called again on reload. The error says which file and why; what was
/// in force then stays.
std::expected<void, std::string> configure(const Settings& settings);

/// What was written last, wherever it went: for `show logging` and `terminal monitor`.
struct Tail {
  std::uint64_t oldest = 1,
                newest = 0;        // numbers of lines, from 1 without gaps; oldest > newest: there is none
  std::vector<std::string> lines;  // those asked for, the first after the number asked for or `oldest`
};
inline constexpr std::size_t kTailLines = 2000, kTailOctets = 256u << 10;
/// At most `limit` lines after number `after`.
Tail tail(std::uint64_t after, std::size_t limit);

/// Writes at level debug whatever the subsystem's level is, because an operator asked for it.
void write_debug(std::string_view subsystem, std::string_view text);

/// The subsystem's logger; usable before configure() (standard error, info).
spdlog::logger& daemon();
spdlog::logger& config();
spdlog::logger& session();
spdlog::logger& rib();
spdlog::logger& fib();
spdlog::logger& mesh();
spdlog::logger& api();

}  // namespace bgpd::log
