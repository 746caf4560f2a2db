// Logging: one spdlog logger per subsystem, all into one sink. No line per route; one per session change.
#pragma once

#include <spdlog/logger.h>

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>

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

/// The subsystem's logger; usable before configure() (standard error, info).
spdlog::logger& daemon();
spdlog::logger& config();
spdlog::logger& session();
spdlog::logger& rib();
spdlog::logger& fib();
spdlog::logger& mesh();
spdlog::logger& api();

}  // namespace bgpd::log
