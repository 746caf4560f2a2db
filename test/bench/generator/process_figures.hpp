// What the daemon used, read from /proc: outside, the same for every daemon.
#pragma once

#include <cstdint>
#include <vector>

namespace bench {

/// Of some processes and all their descendants together.
struct ProcessFigures {
  double cpu_seconds = 0;  // user and system
  double resident_mib = 0, peak_mib = 0;
  std::uint64_t context_switches = 0;
  std::uint32_t processes = 0;  // alive
};

class ProcessProbe {
 public:
  explicit ProcessProbe(std::vector<int> ids) : ids_(std::move(ids)) {}
  ProcessFigures read() const;
  /// Cheaper: no memory, no context switches.
  double cpu_seconds() const;
  bool all_are_alive() const;

 private:
  std::vector<int> family() const;
  std::vector<int> ids_;
};

}  // namespace bench
