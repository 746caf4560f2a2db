// What a show command or an action works with: the daemon, and where text goes.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "cli/client.hpp"
#include "cli/show/format.hpp"

namespace cli::show {

/// How a command ended. Warnings are said and pass, as in vtysh; an error ends a script.
enum class Status : std::uint8_t { Done, Warning, Error };

/// A BGP instance as `vrf` names it.
struct Instance {
  std::string name;
  std::uint32_t id = 0;
};

struct Console {
  Client& client;
  Sink out;
  /// Ctrl-C: long listings end early.
  const std::atomic<bool>* interrupted = nullptr;
  bool in_candidate = false;  // `configure private`: the configuration is the candidate
  /// Set when all instances were asked for: this is the one that is shown now.
  std::optional<Instance> instance = std::nullopt;
  /// Asks who sits at the terminal; absent where nobody does.
  std::function<bool(const std::string& question)> confirms = nullptr;
  /// `out` leads into a filter: what other programs print must go through it.
  bool is_filtered = false;

  bool is_interrupted() const { return interrupted && interrupted->load(); }
  /// Says "% …". What does not exist is a warning; a daemon that cannot be asked, or refuses, is an error.
  Status report(const ClientError& error) const;
};

}  // namespace cli::show
