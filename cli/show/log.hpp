// The daemon's log as it is written, and what `debug` has switched on.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "cli/show/console.hpp"

namespace cli::show {

/// "Log: standard error, level info …".
std::string logging_text(const api::Log& log);
/// "BGP debugging status: …", as FRR's daemons say it.
std::string debugging_text(const api::Log& log);
std::string debugging_json(const api::Log& log);

/// Lines as they come, from the moment it begins.
class LogFollower {
 public:
  explicit LogFollower(Client& client) : client_(client) {}

  /// Gives what was written since the last call to `out`, line by line; the first call only begins. Lines
  /// that the daemon does not have any more are counted instead. After an error the next call goes on.
  std::expected<void, ClientError> poll(const Sink& out);

 private:
  Client& client_;
  bool has_begun_ = false;
  std::uint64_t life_ = 0;  // of the daemon whose lines were shown
  std::uint64_t last_ = 0;
};

}  // namespace cli::show
