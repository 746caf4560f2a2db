// kuland's command line.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "rib/ip_address.hpp"

namespace bgpd {

struct Options {
  std::string config = "/etc/kulan/kulan.conf";
  bool config_given = false;
  std::string socket = "/run/kulan/kuland.sock";
  unsigned socket_mode = 0660;  // who may connect; what they may do is another question
  std::string state_directory = "/var/lib/kulan";
  std::uint16_t bgp_port = 179;
  std::vector<rib::IpAddress> listen;  // empty: every address, IPv4 and IPv6
  bool no_kernel = false;
  std::optional<std::string> log_level, log_file;  // override the file's
  bool check = false;                              // read the configuration, report, end
  bool cleanup = false;                            // remove what a dead daemon left in the kernel, end
  bool dry_run = false;                            // ... or say what it would be
  bool version = false;
  bool help = false;
};

/// The options, or a message for standard error that names the argument.
std::expected<Options, std::string> parse_options(int argc, char* const* argv);

/// The text of --help.
std::string usage();

}  // namespace bgpd
