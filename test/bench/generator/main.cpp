// bgp_load: the load generator of the end-to-end benchmarks. --help lists its scenarios.
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "test/bench/generator/scenario.hpp"

int main(int argc, char** argv) {
  const auto options = bench::parse_options({argv, static_cast<std::size_t>(argc)});
  if (!options) {
    std::fprintf(stderr, "bgp_load: %s (--help says what there is)\n", options.error().c_str());
    return 2;
  }
  if (options->help) {
    std::fputs(bench::usage().c_str(), stdout);
    return 0;
  }
  if (options->print_peers) {
    std::puts(bench::describe_peers(*options).c_str());
    return 0;
  }
  // A socket a peer.
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  try {
    const auto* scenario = bench::find_scenario(options->scenario);
    bench::Run run(*options, scenario->cast(*options));
    scenario->play(run);
    std::puts(run.report().c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bgp_load: %s\n", error.what());
    return 1;
  }
  return 0;
}
