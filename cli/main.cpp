// kulan, also called vtysh: reads options, chooses where lines come from, feeds them to the Shell.
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "cli/config/reader.hpp"
#include "cli/config/writer.hpp"
#include "cli/line_editor.hpp"
#include "cli/options.hpp"
#include "cli/shell.hpp"
#include "cli/show/log.hpp"
#include "cli/watch.hpp"
#include "kulan_version.hpp"

namespace {

using cli::show::Status;

std::atomic<bool>* g_interrupted = nullptr;  // the only thing a signal handler can reach
void on_interrupt(int) {
  if (g_interrupted) g_interrupted->store(true);
}

int g_write_error = 0;  // of standard output; a reader that went away is none
void note_write_error() {
  if (errno != EPIPE) g_write_error = errno;
}

/// When nobody takes any more, what is being listed ends as it does by Ctrl-C.
void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return;
  note_write_error();
  if (g_interrupted) g_interrupted->store(true);
}

std::string hostname() {
  char name[256] = "";
  if (::gethostname(name, sizeof name - 1) != 0) return "kulan";
  const std::string full = name;
  return full.substr(0, full.find('.'));
}

int fail(const std::string& message) {
  std::fflush(stdout);
  std::fprintf(stderr, "kulan: %s\n", message.c_str());
  return 1;
}

/// Whether a line that begins with y is typed; Ctrl-C is no.
bool confirms(const std::string& question) {
  constexpr int kLookAtFlagMs = 100;  // the signal may come just before the wait
  print(question);
  std::fflush(stdout);
  std::string answer;
  pollfd terminal{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  char c = 0;
  while (c != '\n' && !g_interrupted->load()) {
    if (::poll(&terminal, 1, kLookAtFlagMs) <= 0) continue;
    if (::read(STDIN_FILENO, &c, 1) != 1) break;
    answer += c;
  }
  if (c != '\n') print("\n");
  return c == '\n' && (answer.starts_with('y') || answer.starts_with('Y'));
}

std::optional<std::string> read_file(const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text;
  char chunk[65536];
  while (file.read(chunk, sizeof chunk) || file.gcount() > 0) {
    text.append(chunk, static_cast<std::size_t>(file.gcount()));
    if (text.size() > cli::kMaximumFileSize) break;  // the reader says that it is too long
  }
  return text;
}

/// -C and -m: nothing here needs a daemon.
int check_file(const cli::Options& options) {
  const auto path = options.file.value_or(cli::kConfigFile);
  const auto text = read_file(path);
  if (!text) return fail("cannot read " + path);
  const auto result = cli::read_config(*text);
  for (const auto& problem : result.problems) std::fputs(cli::to_text(problem, path).c_str(), stderr);
  if (options.mark) print(cli::write_config(result.config));
  return result.has_errors() ? 1 : 0;
}

/// -f: the lines as one commit; what is wrong is reported with its number and left out.
int run_file(cli::Client& client, const std::string& path) {
  const auto text = read_file(path);
  if (!text) return fail("cannot read " + path);
  kulan::api::Request request;
  std::vector<std::size_t> numbers;
  std::size_t number = 0;
  for (std::size_t from = 0; from < text->size();) {
    const auto to = std::min(text->find('\n', from), text->size());
    const auto line = cli::trimmed(std::string_view(*text).substr(from, to - from));
    from = to + 1;
    ++number;
    // "end" and the words around a saved configuration are no configuration.
    if (line == "end" || line == "configure terminal" || line == "conf t") continue;
    request.mutable_edit()->add_lines(std::string(line));
    numbers.push_back(number);
  }
  request.mutable_edit();
  int status = 0;
  const auto done = client.call(std::move(request), [&](const kulan::api::Response& response) {
    for (int i = 0; i < response.edit().results_size(); ++i) {
      const auto& result = response.edit().results(i);
      if (result.kind() == kulan::api::EditResult::OK) continue;
      std::fprintf(stderr, "line %zu: %s\n", numbers[static_cast<std::size_t>(i)], result.text().c_str());
      if (result.kind() != kulan::api::EditResult::WARNING) status = 1;
    }
  });
  return done ? status : fail(done.error().message);
}

class Session {
 public:
  Session(cli::Client& client, const cli::Options& options)
      : options_(options),
        client_(client),
        shell_(client, [](std::string_view text) { print(text); },
               {.hostname = hostname(), .user_mode = options.user_mode}) {
    g_interrupted = &shell_.interrupted();
    client.set_interrupt(g_interrupted);
  }
  ~Session() {
    client_.set_interrupt(nullptr);
    g_interrupted = nullptr;
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// 0 or 1, the exit status so far.
  int run_commands() {
    for (const auto& command : options_.commands) {
      for (std::size_t from = 0; from <= command.size();) {
        const auto to = std::min(command.find('\n', from), command.size());
        if (run(command.substr(from, to - from)) == Status::Error && !options_.keep_going) return 1;
        from = to + 1;
      }
    }
    return shell_.finish() == Status::Error ? 1 : 0;
  }

  int run_input() {
    int status = 0;
    for (std::string line; !shell_.is_finished() && std::getline(std::cin, line);)
      if (run(line) == Status::Error) status = 1;
    if (shell_.finish() == Status::Error) status = 1;
    return options_.keep_going ? 0 : status;
  }

  int run_terminal(cli::Client& client) {
    greet(client);
    const char* home = std::getenv("HOME");
    cli::LineEditor editor({.prompt = [this] { return shell_.prompt(); },
                            .complete = [this](std::string_view line) { return shell_.complete(line); },
                            .help = [this](std::string_view line) { return shell_.help(line); }},
                           options_.history_file.value_or(home ? std::string(home) + "/.kulan_history" : ""),
                           options_.exec_timeout);
    shell_.set_history([&] { return editor.history(); });
    shell_.set_confirm(confirms);
    shell_.set_monitor([&](bool on) { monitor(editor, on); });
    std::string line;
    while (!shell_.is_finished()) {
      switch (editor.read(line)) {
        case cli::LineEditor::Event::Line:
          run_paged(line);
          break;
        case cli::LineEditor::Event::Dropped:
          break;
        case cli::LineEditor::Event::EndMode:
          shell_.end_configure();
          break;
        case cli::LineEditor::Event::EndOfInput:
          shell_.finish();
          return 0;
      }
    }
    return 0;
  }

 private:
  Status run(const std::string& line) {
    if (options_.echo) print(shell_.prompt() + line + "\n");
    if (options_.timestamps) print("# " + cli::show::date_text(std::chrono::system_clock::now()) + "\n");
    const auto watched = cli::watched_command(line);
    const auto status = watched ? run_watched(*watched) : shell_.execute(line);
    if (std::fflush(stdout) != 0) note_write_error();
    return status;
  }

  Status run_watched(const std::string& command) {
    if (!::isatty(STDIN_FILENO) || !::isatty(STDOUT_FILENO)) {
      print("% watch needs a terminal\n");
      return Status::Error;
    }
    cli::watch(command, [&] { return shell_.output_of(command); });
    return Status::Done;
  }

  /// On a connection of its own, whose daemon may be silent without the keys being so.
  void monitor(cli::LineEditor& editor, bool on) {
    constexpr std::chrono::seconds kPatience{1};
    monitor_client_ = on ? std::make_unique<cli::Client>(options_.socket, kPatience) : nullptr;
    if (!on) return editor.set_news(nullptr);
    cli::show::LogFollower begun(*monitor_client_);
    static_cast<void>(begun.poll([](std::string_view) {}));
    editor.set_news([follower = begun, was_there = true]() mutable {
      std::string text;
      const auto done = follower.poll([&](std::string_view line) { text += line; });
      if (!done && was_there) text += "% " + done.error().message + "; the log follows when it is back\n";
      was_there = done.has_value();
      return text;
    });
  }

  /// Through $VTYSH_PAGER, or more, when the terminal paginates.
  void run_paged(const std::string& line) {
    // -e: a short answer asks for no key at its end. A `more` without these options does not read $MORE.
    const auto lines = shell_.page_lines();
    const std::string more =
        "MORE=\"-e" + (lines > 0U ? " -n " + std::to_string(*lines) : "") + " $MORE\" exec more";
    const char* wanted = std::getenv("VTYSH_PAGER");
    const bool paginates = lines && cli::trimmed(line).starts_with("sh") && !cli::watched_command(line);
    std::FILE* pager = paginates ? ::popen(wanted ? wanted : more.c_str(), "w") : nullptr;
    if (!pager) {
      run(line);
      return;
    }
    std::fflush(stdout);
    const int terminal = ::dup(STDOUT_FILENO);
    ::dup2(::fileno(pager), STDOUT_FILENO);
    run(line);
    std::fflush(stdout);
    std::clearerr(stdout);  // the pager may have ended before the listing
    ::dup2(terminal, STDOUT_FILENO);
    ::close(terminal);
    ::pclose(pager);
  }

  void greet(cli::Client& client) {
    kulan::api::Request request;
    request.mutable_version();
    const auto response = client.call(std::move(request));
    print("\nHello, this is Kulan (version " + std::string(kVersion) + ").\n");
    if (response)
      shell_.set_hostname(response->version().hostname());
    else
      print("% " + response.error().message + "\n" + response.error().help());
    print("\n");
    std::fflush(stdout);
  }

  const cli::Options& options_;
  cli::Client& client_;
  cli::Shell shell_;
  std::unique_ptr<cli::Client> monitor_client_;
};

int simple_call(cli::Client& client, kulan::api::Request request) {
  const auto done = client.call(std::move(request));
  return done ? 0 : fail(done.error().message);
}

/// A file that ends early must not pass for the whole answer.
int all_written(int status) {
  return g_write_error ? fail(std::string("cannot write: ") + std::strerror(g_write_error)) : status;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = cli::parse_options(argc, argv);
  if (!options) {
    std::fprintf(stderr, "kulan: %s\n%s", options.error().c_str(), cli::usage().c_str());
    return 2;
  }
  if (options->help) {
    print(cli::usage());
    return 0;
  }
  if (options->version) {
    print("kulan " + std::string(kVersion) + " (" + kCommit + ")\n");
    return 0;
  }
  if (options->check || options->mark) return check_file(*options);

  // Neither a reader that goes away nor Ctrl-C ends the shell: they end a listing.
  struct sigaction action {};
  action.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &action, nullptr);

  cli::Client client(options->socket);
  kulan::api::Request request;
  if (options->boot) {
    request.mutable_reload();
    if (const int status = simple_call(client, std::move(request)); status != 0) return status;
  }
  if (options->file)
    if (const int status = run_file(client, *options->file); status != 0 && !options->keep_going)
      return status;
  if (options->write) {
    request.mutable_write();
    return simple_call(client, std::move(request));
  }
  Session session(client, *options);
  if (!options->commands.empty()) return all_written(session.run_commands());
  if (options->boot || options->file) return 0;
  if (!::isatty(STDIN_FILENO) || !::isatty(STDOUT_FILENO)) return all_written(session.run_input());
  action.sa_handler = on_interrupt;  // without SA_RESTART: a wait for the daemon looks at the flag
  ::sigaction(SIGINT, &action, nullptr);
  return session.run_terminal(client);
}
