// `ping` and `traceroute`: the system's programs, in this terminal. They are run without a shell, with the
// words that were typed and nothing that could be an option.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <expected>

#include "cli/show/commands.hpp"

namespace cli::show {
namespace {

/// In the child: signals as a program expects them, and it ends with the shell however that ends. Comes back
/// when there is no such program.
void become(char* const* arguments, pid_t shell) {
  for (const int number : {SIGINT, SIGPIPE}) ::signal(number, SIG_DFL);
  ::prctl(PR_SET_PDEATHSIG, SIGINT);
  if (::getppid() == shell) ::execvp(arguments[0], arguments);
}

/// An errno when it could not be run; else its status, once it has ended. Ctrl-C reaches it by the terminal
/// and only interrupts the wait.
std::expected<int, int> run(char* const* arguments) {
  const auto shell = ::getpid();
  int failure[2];
  if (::pipe2(failure, O_CLOEXEC) != 0) return std::unexpected(errno);
  const pid_t child = ::fork();
  if (child == 0) {
    become(arguments, shell);
    const int error = errno;
    static_cast<void>(!::write(failure[1], &error, sizeof error));
    ::_exit(127);
  }
  int error = child < 0 ? errno : 0;
  ::close(failure[1]);
  if (child > 0) static_cast<void>(!::read(failure[0], &error, sizeof error));  // nothing comes: it runs
  ::close(failure[0]);
  int status = 0;
  while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return error != 0 ? std::unexpected(error) : std::expected<int, int>(status);
}

/// What it finds out is for who reads it: as in vtysh the command has not failed when nobody answers.
Status run_program(const Console& console, std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::fflush(stdout);
  const auto status = run(arguments.data());
  if (status) return *status == 0 ? Status::Done : Status::Warning;
  console.out(status.error() == ENOENT ? "% " + words[0] + " is not installed on this host\n"
                                       : "% " + words[0] + ": " + std::strerror(status.error()) + "\n");
  return Status::Error;
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
