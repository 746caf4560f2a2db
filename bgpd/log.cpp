#include "bgpd/log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>

namespace bgpd::log {
namespace {

// The loggers share this sink, so that configure() can exchange what is behind it while they are in use.
std::shared_ptr<spdlog::sinks::dist_sink_mt> shared_sink() {
  static const auto sink = [] {
    auto made = std::make_shared<spdlog::sinks::dist_sink_mt>();
    made->add_sink(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    return made;
  }();
  return sink;
}

spdlog::logger& logger(std::size_t index) {
  static const auto loggers = [] {
    std::array<std::shared_ptr<spdlog::logger>, std::size(kSubsystems)> made;
    for (std::size_t i = 0; i < made.size(); ++i) {
      made[i] = std::make_shared<spdlog::logger>(kSubsystems[i], shared_sink());
      made[i]->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %n: %v");
      made[i]->flush_on(spdlog::level::info);
      made[i]->set_error_handler([](const std::string&) {});  // a full disk must not flood standard error
    }
    return made;
  }();
  return *loggers[index];
}

}  // namespace

std::expected<void, std::string> configure(const Settings& settings) {
  spdlog::sink_ptr sink;
  if (settings.file) {
    try {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(*settings.file);
    } catch (const spdlog::spdlog_ex& error) {
      return std::unexpected("log file " + *settings.file + ": " + error.what());
    }
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  shared_sink()->set_sinks({sink});
  for (std::size_t i = 0; i < std::size(kSubsystems); ++i) {
    auto level = settings.level;
    if (const auto own = settings.levels.find(kSubsystems[i]); own != settings.levels.end())
      level = own->second;
    logger(i).set_level(spdlog::level::from_str(level));
    logger(i).set_pattern("%Y-%m-%d %H:%M:%S.%e %l %n: %v");
  }
  return {};
}

spdlog::logger& daemon() { return logger(0); }
spdlog::logger& config() { return logger(1); }
spdlog::logger& session() { return logger(2); }
spdlog::logger& rib() { return logger(3); }
spdlog::logger& fib() { return logger(4); }
spdlog::logger& mesh() { return logger(5); }
spdlog::logger& api() { return logger(6); }

}  // namespace bgpd::log
