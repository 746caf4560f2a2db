// kuland's beginning: options, configuration, daemon. Everything that can be wrong is said here, in one
// place, on standard error, with a non-zero exit status.
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>

#include "bgpd/api/socket_file.hpp"
#include "bgpd/daemon.hpp"
#include "fib/cleanup.hpp"
#include "kulan_version.hpp"

namespace {

int fail(const std::string& message) {
  std::fprintf(stderr, "kuland: %s%s", message.c_str(), message.ends_with('\n') ? "" : "\n");
  return 1;
}

int clean_up(const bgpd::Options& options) {
  if (bgpd::api::is_served(options.socket))
    return fail("a kuland answers on " + options.socket +
                "; kulan -c \"shutdown flush\" ends it and leaves nothing");
  const auto found = fib::clean_up(fib::KernelOptions{}.protocol, !options.dry_run);
  if (!found) return fail(found.error());
  for (const auto& line : *found)
    std::printf("%s %s\n", options.dry_run ? "would remove" : "removed", line.c_str());
  if (found->empty()) std::printf("nothing of kuland is in the kernel\n");
  return 0;
}

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// Names the lines without which the rest is not to run.
std::string why_not_started(const cli::ReadResult& read) {
  constexpr std::size_t kMaximumNamed = 10;
  std::string lines;
  std::size_t count = 0;
  for (const auto& problem : read.problems) {
    if (!problem.is_dangerous) continue;
    if (problem.line == 0) return "it was not read to its end";
    if (++count <= kMaximumNamed) lines += (lines.empty() ? "" : ", ") + std::to_string(problem.line);
  }
  if (count > kMaximumNamed) lines += ", …";
  return "more may come in or go out than is meant without line" + std::string(count == 1 ? " " : "s ") +
         lines;
}

/// --check: all that is wrong with the file, and what a start would make of it.
int check(const bgpd::Options& options, const bgpd::LoadedConfig& loaded) {
  if (loaded.is_built_in) return fail("there is no " + options.config);
  const auto& read = loaded.read;
  std::fputs(cli::to_text(read.problems, options.config).c_str(), stderr);
  const auto errors = read.error_count();
  std::string text = options.config + ": " + (errors == 0 ? "no errors" : counted(errors, "error")) + ", " +
                     counted(read.problems.size() - errors, "warning");
  if (read.is_dangerous())
    text += "; kuland does not start with it: " + why_not_started(read);
  else if (errors > 0)
    text += "; kuland starts without the wrong lines";
  std::printf("%s\n", text.c_str());
  return errors == 0 ? 0 : 1;
}

/// A session takes a descriptor; the soft limit, 1024 as a rule, is meant for programs that call select().
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int run(int argc, char** argv) {
  auto options = bgpd::parse_options(argc, argv);
  if (!options) return fail(options.error());
  if (options->help) return std::fputs(bgpd::usage().c_str(), stdout), 0;
  if (options->version) return std::printf("kuland %s (%s)\n", kVersion, kCommit), 0;

  if (options->cleanup) return clean_up(*options);

  auto loaded = bgpd::load_config(*options);
  if (!loaded) return fail(loaded.error());
  if (options->check) return check(*options, *loaded);
  if (loaded->read.is_dangerous())
    return fail(cli::to_text(loaded->read.problems, options->config) +
                "kuland: not started: " + why_not_started(loaded->read));
  if (loaded->is_built_in && options->config_given)
    std::fprintf(stderr, "kuland: there is no %s; the built-in configuration is used\n",
                 options->config.c_str());

  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  bgpd::Daemon daemon(*options, std::move(*loaded));
  if (const auto started = daemon.start(); !started) return fail(started.error());
  return daemon.run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    return fail(std::string("stopped: ") + error.what());
  }
}
