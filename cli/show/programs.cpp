// `ping` and `traceroute`: the system's programs, in this terminal. They are run without a shell, with the
// words that were typed and nothing that could be another option.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <expected>

#include "cli/show/commands.hpp"

namespace cli::show {
namespace {

/// In the child: signals as a program expects them, and it ends with the shell however that ends. Comes back
/// when there is no such program. output: instead of the terminal; -1: that.
void become(char* const* arguments, pid_t shell, int output) {
  if (output >= 0)
    for (const int to : {STDOUT_FILENO, STDERR_FILENO}) ::dup2(output, to);
  for (const int number : {SIGINT, SIGPIPE}) ::signal(number, SIG_DFL);
  ::prctl(PR_SET_PDEATHSIG, SIGINT);
  if (::getppid() == shell) ::execvp(arguments[0], arguments);
}

/// All that comes out of `output`, as it comes.
void pass_on(int output, const Sink& out) {
  std::array<char, 4096> room;
  for (;;) {
    const auto count = ::read(output, room.data(), room.size());
    if (count > 0) {
      out({room.data(), static_cast<std::size_t>(count)});
      std::fflush(stdout);  // who reads a pipe waits for it
    }
    if (count == 0 || (count < 0 && errno != EINTR)) return;
  }
}

/// An errno when it could not be run; else its status, once it has ended. Ctrl-C reaches it by the terminal
/// and only interrupts the wait. out: where its output goes instead of the terminal.
std::expected<int, int> run(char* const* arguments, const Sink* out) {
  const auto shell = ::getpid();
  int failure[2], output[2] = {-1, -1};
  if (::pipe2(failure, O_CLOEXEC) != 0) return std::unexpected(errno);
  if (out && ::pipe2(output, O_CLOEXEC) != 0) {
    const int error = errno;
    for (const int end : failure) ::close(end);
    return std::unexpected(error);
  }
  const pid_t child = ::fork();
  if (child == 0) {
    become(arguments, shell, output[1]);
    const int error = errno;
    static_cast<void>(!::write(failure[1], &error, sizeof error));
    ::_exit(127);
  }
  int error = child < 0 ? errno : 0;
  ::close(failure[1]);
  if (child > 0) static_cast<void>(!::read(failure[0], &error, sizeof error));  // nothing comes: it runs
  ::close(failure[0]);
  if (out) {
    ::close(output[1]);
    pass_on(output[0], *out);
    ::close(output[0]);
  }
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
  const auto status = run(arguments.data(), console.is_filtered ? &console.out : nullptr);
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
    if (arguments.has("-c")) words.insert(words.end(), {"-c", std::to_string(arguments.number("count"))});
    if (arguments.has("ip")) words.emplace_back("-4");
    if (arguments.has("ipv6")) words.emplace_back("-6");
    words.push_back(whom);
    return run_program(console, std::move(words));
  };
}

}  // namespace

std::vector<Command> program_commands() {
  constexpr std::string_view kIp = "By IPv4", kIpv6 = "By IPv6", kWhom = "Address or name";
  return {{.syntax = "ping [-c (1-1000000)$count] [<ip|ipv6>] WORD$whom",
           .help = {"Send echo requests, until Ctrl-C", "So many", "Their number", kIp, kIpv6, kWhom},
           .run = program("ping")},
          {.syntax = "traceroute [<ip|ipv6>] WORD$whom",
           .help = {"The way that packets take, until Ctrl-C", kIp, kIpv6, kWhom},
           .run = program("traceroute")}};
}

}  // namespace cli::show
