// Candidate configurations: what operators have typed after `configure private` and not committed. One a
// connection of the API; it goes with the connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>

#include "bgpd/operator.hpp"
#include "cli/config/config.hpp"

namespace bgpd::config {

struct Candidate {
  Operator owner;
  std::chrono::system_clock::time_point since;
  cli::Config base;    // in force when it was opened, or last committed or discarded
  cli::Config config;  // as it was changed
};

/// By the connection's number.
using Candidates = std::map<std::uint64_t, Candidate>;

}  // namespace bgpd::config
