// What a show command or an action works with: the daemon, and where text goes.
#pragma once

#include <atomic>
#include <functional>

#include "cli/client.hpp"
#include "cli/show/format.hpp"

namespace cli::show {

/// How a command ended. Warnings are said and pass, as in vtysh; an error ends a script.
enum class Status : std::uint8_t { Done, Warning, Error };

struct Console {
  Client& client;
  Sink out;
  /// Ctrl-C: long listings end early.
  const std::atomic<bool>* interrupted = nullptr;
  bool in_candidate = false;  // `configure private`: the configuration is the candidate

  bool is_interrupted() const { return interrupted && interrupted->load(); }
  /// Says "% …". What does not exist is a warning; a daemon that cannot be asked, or refuses, is an error.
  Status report(const ClientError& error) const;
};

}  // namespace cli::show
