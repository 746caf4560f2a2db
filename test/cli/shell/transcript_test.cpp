// The program itself: options, pipes, and keys on a terminal.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <fstream>

#include "test/cli/shell/fake_daemon.hpp"

#ifdef KULAN_BINARY
namespace cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// How long a test waits for what must come; never how long it takes.
constexpr int kPatienceMs = 20'000;

struct Result {
  int status = -1;
  std::string output;  // standard output and standard error
};

/// Runs the program with these arguments and this input.
Result run(std::vector<std::string> arguments, const std::string& input = {}) {
  int to_child[2], from_child[2];
  if (::pipe2(to_child, O_CLOEXEC) != 0 || ::pipe2(from_child, O_CLOEXEC) != 0) std::abort();
  arguments.insert(arguments.begin(), KULAN_BINARY);
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(to_child[0], 0);
    ::dup2(from_child[1], 1);
    ::dup2(from_child[1], 2);
    ::execv(KULAN_BINARY, argv.data());
    ::_exit(127);
  }
  ::close(to_child[0]);
  ::close(from_child[1]);
  EXPECT_EQ(::write(to_child[1], input.data(), input.size()), static_cast<ssize_t>(input.size()));
  ::close(to_child[1]);
  Result result;
  char chunk[4096];
  for (ssize_t n; (n = ::read(from_child[0], chunk, sizeof chunk)) > 0;)
    result.output.append(chunk, static_cast<std::size_t>(n));
  ::close(from_child[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

TEST(CommandOption, KeepsTheModeAndSplitsAtNewlines) {
  FakeDaemon daemon;

  const auto result = run(
      {"--socket", daemon.path(), "-c", "conf t", "-c", "router bgp 64512\nneighbor 10.0.0.1 remote-as 1"});

  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_EQ(result.output, "");
  EXPECT_THAT(daemon.running_config(), HasSubstr("neighbor 10.0.0.1 remote-as 1"));
}

TEST(CommandOption, StopsAtTheFirstError) {
  FakeDaemon daemon;

  const auto result = run({"--socket", daemon.path(), "-c", "show foo", "-c", "show version"});

  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, StartsWith("% Unknown command: show foo\n"));
  EXPECT_THAT(result.output, Not(HasSubstr("Kulan")));
}

TEST(CommandOption, GoesOnAfterAWarning) {
  FakeDaemon daemon;

  const auto result = run({"--socket", daemon.path(), "-c", "show ip bgp 1.2.3.4", "-c", "show version"});

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output, StartsWith("% Network not in table\nKulan "));
}

TEST(CommandOption, EchoShowsPromptAndCommand) {
  FakeDaemon daemon;

  EXPECT_THAT(run({"--socket", daemon.path(), "-E", "-c", "show version"}).output,
              testing::ContainsRegex("^[^ ]+# show version\nKulan "));
}

TEST(CommandOption, WithoutADaemonIsAnError) {
  const auto result = run({"--socket", "/nonexistent/sock", "-c", "show ip bgp summary"});

  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.output,
            "% kuland is not running (socket /nonexistent/sock: No such file or directory)\n"
            "% Without it, `show startup-config` shows the saved configuration, and `kulan -C` checks it\n");
}

TEST(FrrsOptions, AreAccepted) {
  FakeDaemon daemon;

  EXPECT_EQ(run({"--vty_socket", std::filesystem::path(daemon.path()).parent_path(), "-d", "bgpd", "-N", "x",
                 "-t", "-u", "--exec-timeout", "5", "-c", "show version"})
                .status,
            0);
  EXPECT_EQ(run({"-h"}).status, 0);
  EXPECT_EQ(run({"--nonsense"}).status, 2);
  EXPECT_THAT(run({"--nonsense"}).output, HasSubstr("unknown option --nonsense"));
  EXPECT_THAT(run({"--socket", "/nonexistent/sock", "-zzz"}).output, HasSubstr("unknown option -z\n"));
  EXPECT_THAT(run({"--exec-timeout", "5m"}).output, HasSubstr("needs a number of seconds, not 5m"));
  EXPECT_THAT(run({"show", "version"}).output, HasSubstr("commands go behind -c"));
}

TEST(FileOption, ReportsWrongLinesByNumberAndDoesTheOthers) {
  FakeDaemon daemon;
  const auto file = daemon.path() + ".conf";
  std::ofstream(file) << "router bgp 64512\n foo\n neighbor 10.0.0.1 remote-as 1\nend\n";

  const auto result = run({"--socket", daemon.path(), "-f", file});

  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, StartsWith("line 2: % Unknown command: foo"));
  EXPECT_THAT(daemon.running_config(), HasSubstr("neighbor 10.0.0.1"));
}

TEST(FileOption, TakesASavedConfigurationAsItIs) {
  FakeDaemon daemon;
  const auto file = daemon.path() + ".conf";
  std::ofstream(file) << "frr version 8.4.4\nfrr defaults traditional\n!\nrouter bgp 64512\nexit\n!\nend\n";

  const auto result = run({"--socket", daemon.path(), "-f", file});

  EXPECT_EQ(result.output, "");
  EXPECT_EQ(result.status, 0);
}

TEST(DryRun, NeedsNoDaemon) {
  FakeDaemon directory;
  const auto file = directory.path() + ".conf";
  std::ofstream(file) << "router bgp 64512\n neighbor 10.0.0.1 remote-as 1\n";
  EXPECT_EQ(run({"-C", "-f", file, "--socket", "/nonexistent"}).status, 0);

  std::ofstream(file) << "router bgp nonsense\n";
  const auto result = run({"-C", "-f", file});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, HasSubstr(":1:"));
  EXPECT_EQ(run({"-C", "-f", "/nonexistent/file"}).status, 1);
}

TEST(Pipe, RunsLinesWithoutPrompts) {
  FakeDaemon daemon;

  const auto result =
      run({"--socket", daemon.path()},
          "show version\nconf t\nhostname other\nend\nshow ip b?\nshow foo\nshow running-config\n");

  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, StartsWith("Kulan 0.1.0"));
  EXPECT_THAT(result.output, HasSubstr("\n  bgp  BGP information\n% Unknown command: show foo\n"));
  EXPECT_THAT(result.output, HasSubstr("\nhostname other\n"));
}

/// The program on a terminal of its own.
class PseudoTerminal {
 public:
  explicit PseudoTerminal(const std::string& socket, const char* exec_timeout = "0") {
    const winsize size{.ws_row = 40, .ws_col = 100, .ws_xpixel = 0, .ws_ypixel = 0};
    const auto history = socket + ".history";
    child_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
    if (child_ == 0) {
      ::setenv("TERM", "xterm", 1);
      ::setenv("LSAN_OPTIONS", "detect_leaks=0",
               1);  // libedit keeps the names of added functions (el_set EL_ADDFN)
      ::execl(KULAN_BINARY, KULAN_BINARY, "--socket", socket.c_str(), "-H", history.c_str(), "--exec-timeout",
              exec_timeout, nullptr);
      ::_exit(127);
    }
  }
  ~PseudoTerminal() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    ::close(terminal_);
  }

  void press(std::string_view keys) {
    EXPECT_EQ(::write(terminal_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  /// Waits until `text` comes; returns what came since the last call up to its end, without control
  /// sequences.
  std::string read_until(const std::string& text) {
    for (;;) {
      const auto plain = without_controls(seen_);
      if (const auto at = plain.find(text, returned_); at != std::string::npos) {
        const auto from = std::exchange(returned_, at + text.size());
        return plain.substr(from, returned_ - from);
      }
      pollfd descriptor{terminal_, POLLIN, 0};
      char chunk[4096];
      const auto n = ::poll(&descriptor, 1, kPatienceMs) > 0 ? ::read(terminal_, chunk, sizeof chunk) : 0;
      if (n <= 0) {
        ADD_FAILURE() << "waited for \"" << text << "\", saw \"" << plain.substr(returned_) << "\"";
        return plain.substr(returned_);
      }
      seen_.append(chunk, static_cast<std::size_t>(n));
    }
  }
  /// The program's exit status.
  int finish() {
    int status = 0;
    char chunk[4096];
    while (::read(terminal_, chunk, sizeof chunk) > 0) {
    }
    ::waitpid(child_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  static std::string without_controls(const std::string& text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\x1b' && i + 1 < text.size() && text[i + 1] == '[') {
        i += 2;
        while (i < text.size() && (text[i] < '@' || text[i] > '~')) ++i;
      } else if (text[i] != '\r' && text[i] != '\a') {
        plain += text[i];
      }
    }
    return plain;
  }

  int terminal_ = -1;
  pid_t child_ = -1;
  std::string seen_;          // all that came
  std::size_t returned_ = 0;  // of it, without control sequences
};

TEST(Terminal_, TabCompletesWords) {
  FakeDaemon daemon;
  PseudoTerminal terminal(daemon.path());
  terminal.read_until("node1# ");

  terminal.press("sh\tver\t");
  terminal.read_until("show version ");
  terminal.press("\n");

  terminal.read_until("Kulan 0.1.0 (node1)");
}

TEST(Terminal_, TabListsWhatIsPossible) {
  FakeDaemon daemon;
  PseudoTerminal terminal(daemon.path());
  terminal.read_until("node1# ");

  terminal.press("show ip bgp \t");

  EXPECT_THAT(terminal.read_until("summary"), HasSubstr("neighbors"));
}

TEST(Terminal_, AQuestionMarkListsWithoutEnterAndKeepsTheLine) {
  FakeDaemon daemon;
  PseudoTerminal terminal(daemon.path());
  terminal.read_until("node1# ");

  terminal.press("show ver?");
  terminal.read_until("  version  Version of the daemon\n");
  terminal.read_until("node1# show ver");
  terminal.press("sion\n");

  terminal.read_until("Kulan 0.1.0 (node1)");
}

TEST(Terminal_, PromptFollowsTheModeAndControlZLeavesIt) {
  FakeDaemon daemon;
  PseudoTerminal terminal(daemon.path());
  terminal.read_until("node1# ");

  terminal.press("conf t\n");
  terminal.read_until("node1(config)# ");
  terminal.press("router bgp 64512\n");
  terminal.read_until("node1(config-router)# ");
  terminal.press("half a line\x1a");

  terminal.read_until("node1# ");
}

TEST(Terminal_, ControlCDropsTheLine) {
  FakeDaemon daemon;
  PseudoTerminal terminal(daemon.path());
  terminal.read_until("node1# ");

  terminal.press("show nonsense\x03");
  terminal.read_until("node1# ");
  terminal.press("show version\n");

  EXPECT_THAT(terminal.read_until("Kulan 0.1.0"), Not(HasSubstr("Unknown")));
}

TEST(Terminal_, ClearingManySessionsIsAsked) {
  FakeDaemon daemon;
  daemon.established = 7;
  PseudoTerminal terminal(daemon.path());
  const auto clears = [&] {
    return std::ranges::count_if(daemon.requests(), [](const auto& request) { return request.has_clear(); });
  };
  terminal.read_until("node1# ");

  terminal.press("clear ip bgp *\n");
  terminal.read_until("This ends 7 sessions; with `soft` none. Go on? [y/N] ");
  terminal.press("n\n");
  terminal.read_until("node1# ");
  EXPECT_EQ(clears(), 0);
  terminal.press("clear ip bgp *\n");
  terminal.read_until("[y/N] ");
  terminal.press("\x03");
  terminal.read_until("node1# ");
  EXPECT_EQ(clears(), 0);

  terminal.press("clear ip bgp *\n");
  terminal.read_until("[y/N] ");
  terminal.press("y\n");
  terminal.read_until("node1# ");
  EXPECT_EQ(clears(), 1);
}

TEST(Terminal_, ControlDEndsTheShell) {
  FakeDaemon daemon;
  PseudoTerminal terminal(daemon.path());
  terminal.read_until("node1# ");

  terminal.press("\x04");

  EXPECT_EQ(terminal.finish(), 0);
}

TEST(Terminal_, WithoutAKeyTheShellEnds) {
  FakeDaemon daemon;
  PseudoTerminal terminal(daemon.path(), "1");

  terminal.read_until("node1# ");
  terminal.read_until("% No key for 1 s: the shell ends\n");

  EXPECT_EQ(terminal.finish(), 0);
}

TEST(Terminal_, HistoryOutlivesTheSessionWithoutPasswords) {
  FakeDaemon daemon;
  {
    PseudoTerminal terminal(daemon.path());
    terminal.read_until("node1# ");
    terminal.press("show version\n");
    terminal.read_until("Kulan 0.1.0");
    terminal.press("neighbor 1.1.1.1 password secret\nexit\n");
    terminal.finish();
  }
  std::ifstream file(daemon.path() + ".history");
  const std::string history(std::istreambuf_iterator<char>(file), {});
  EXPECT_THAT(history, HasSubstr("version"));
  EXPECT_THAT(history, Not(HasSubstr("secret")));

  PseudoTerminal terminal(daemon.path());
  terminal.read_until("node1# ");
  terminal.press("\x10");  // Ctrl-P: `exit`, typed last
  terminal.read_until("exit");
}

TEST(Terminal_, WithoutADaemonSaysSoAndStaysUsable) {
  FakeDaemon directory;
  PseudoTerminal terminal(directory.path() + ".gone");
  terminal.read_until("kuland is not running");

  terminal.press("sh\t");
  terminal.read_until("show ");
}

}  // namespace
}  // namespace cli
#endif
