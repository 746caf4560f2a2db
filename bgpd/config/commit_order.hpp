// How a configuration is put in force: by whom, and whether it is taken back by itself.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "bgpd/operator.hpp"
#include "bgpd/session/settings.hpp"
#include "cli/config/config.hpp"
#include "rib/messages.hpp"

namespace bgpd::config {

struct CommitOrder {
  Operator who{};
  std::string how = {};  // "commit"; "": a line of `configure terminal`, which is no generation
  /// Taken back after this time, unless somebody confirms it. 0: not.
  std::chrono::seconds confirm_within{0};
  /// Taken back after this time, if a session that was up is not. 0: not.
  std::chrono::seconds watch_for{0};
};

/// An Established session as it was before a commit.
struct SessionUp {
  std::string name;
  rib::IpAddress address;
  session::PeerSource source = session::PeerSource::Configured;
};

/// A commit that may still be taken back. It lives in the daemon's memory alone: a restart reads the file.
struct PendingCommit {
  CommitOrder order;
  cli::Config before;
  rib::TimePoint until;
  std::vector<SessionUp> sessions_up;  // before it
};

/// What became of the last one.
struct CommitOutcome {
  std::string text;  // "" : there was none
  rib::TimePoint when;
};

}  // namespace bgpd::config
