// kuland's beginning: options, configuration, daemon. Everything that can be wrong is said here, in one
// place, on standard error, with a non-zero exit status.
#include <sys/resource.h>

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
  if (options->check) {
    if (loaded->is_built_in) return fail("there is no " + options->config);
    for (const auto& warning : loaded->warnings) std::fprintf(stderr, "%s\n", warning.c_str());
    const auto count = loaded->warnings.size();
    std::printf("%s: no errors, %zu warning%s\n", options->config.c_str(), count, count == 1 ? "" : "s");
    return 0;
  }
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
