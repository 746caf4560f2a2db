// The shell's command line: vtysh's options, whether the program is called kulan or vtysh.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace cli {

/// Where kuland keeps its configuration, unless it is told another place.
inline constexpr char kConfigFile[] = "/etc/kulan/kulan.conf";

struct Options {
  std::string socket = "/run/kulan/kuland.sock";
  std::vector<std::string> commands;  // -c, in order; a newline in one ends a command
  bool boot = false;                  // -b: the daemon reads its file again
  std::optional<std::string> file;    // -f
  bool check = false;                 // -C: only say what is wrong with the file
  bool write = false;                 // -w
  bool echo = false;                  // -E: prompt and command before each answer
  bool mark = false;                  // -m: print the file as kulan writes it, with the ends of blocks marked
  std::optional<std::string> history_file;  // -H
  std::chrono::seconds exec_timeout{};      // without a key for so long a terminal's shell ends; 0: never
  bool timestamps = false;                  // -t
  bool user_mode = false;                   // -u
  bool keep_going = false;                  // -n: the exit status does not tell of errors
  bool version = false, help = false;
};

/// The options, or a message for standard error.
std::expected<Options, std::string> parse_options(int argc, char* const* argv);
std::string usage();

}  // namespace cli
