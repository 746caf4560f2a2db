// `ping` and `traceroute`: the system's programs, in this terminal. They are run without a shell, with the
// words that were typed and nothing that could be an option.
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "cli/show/commands.hpp"

extern char** environ;

namespace cli::show {
namespace {

/// A child has signals as a program expects them, whatever the shell does with its own.
class DefaultSignals {
 public:
  DefaultSignals() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGPIPE);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
  }
  ~DefaultSignals() { ::posix_spawnattr_destroy(&attributes_); }
  DefaultSignals(const DefaultSignals&) = delete;
  DefaultSignals& operator=(const DefaultSignals&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

/// Until the child ends; Ctrl-C reaches it by the terminal and only interrupts the wait.
int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return status;
}

/// What it finds out is for who reads it: as in vtysh the command has not failed when nobody answers.
Status run_program(const Console& console, std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::fflush(stdout);
  const DefaultSignals signals;
  pid_t child = 0;
  if (const int error =
          ::posix_spawnp(&child, arguments[0], nullptr, signals.get(), arguments.data(), environ)) {
    console.out(error == ENOENT ? "% " + words[0] + " is not installed on this host\n"
                                : "% " + words[0] + ": " + std::strerror(error) + "\n");
    return Status::Error;
  }
  return wait_for(child) == 0 ? Status::Done : Status::Warning;
}

auto program(const char* name) {
  return [name](const Console& console, const Arguments& arguments) {
    const auto whom = arguments.text("whom");
    if (whom.starts_with('-')) {
      console.out("% " + whom + " is not an address or a name\n");
      return Status::Error;
    }
    std::vector<std::string> words{name};
    if (arguments.has("ip")) words.emplace_back("-4");
    if (arguments.has("ipv6")) words.emplace_back("-6");
    words.push_back(whom);
    return run_program(console, std::move(words));
  };
}

}  // namespace

std::vector<Command> program_commands() {
  const auto row = [](const char* name, std::string_view purpose) -> Command {
    return {.syntax = std::string(name) + " [<ip|ipv6>] WORD$whom",
            .help = {purpose, "By IPv4", "By IPv6", "Address or name"},
            .run = program(name)};
  };
  return {row("ping", "Send echo requests, until Ctrl-C"),
          row("traceroute", "The way that packets take, until Ctrl-C")};
}

}  // namespace cli::show
