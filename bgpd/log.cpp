#include "bgpd/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <deque>
#include <mutex>

namespace bgpd::log {
namespace {

constexpr const char* kPattern = "%Y-%m-%d %H:%M:%S.%e %l %n: %v";

/// Keeps the last lines.
class TailSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  Tail after(std::uint64_t after, std::size_t limit) {
    const std::lock_guard lock(mutex_);
    Tail tail{.oldest = newest_ - lines_.size() + 1, .newest = newest_, .lines = {}};
    const auto skipped = std::clamp<std::uint64_t>(after + 1, tail.oldest, newest_ + 1) - tail.oldest;
    const auto end =
        lines_.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(lines_.size(), skipped + limit));
    tail.lines.assign(lines_.begin() + static_cast<std::ptrdiff_t>(skipped), end);
    return tail;
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    std::string line(text.data(), text.size());
    while (line.ends_with('\n')) line.pop_back();
    octets_ += line.size();
    lines_.push_back(std::move(line));
    ++newest_;
    while (lines_.size() > kTailLines || (octets_ > kTailOctets && lines_.size() > 1)) {
      octets_ -= lines_.front().size();
      lines_.pop_front();
    }
  }
  void flush_() override {}

  std::deque<std::string> lines_;
  std::size_t octets_ = 0;
  std::uint64_t newest_ = 0;
};

std::shared_ptr<TailSink> tail_sink() {
  static const auto sink = std::make_shared<TailSink>();
  return sink;
}

// The loggers share this sink, so that configure() can exchange what is behind it while they are in use.
std::shared_ptr<spdlog::sinks::dist_sink_mt> shared_sink() {
  static const auto sink = [] {
    auto made = std::make_shared<spdlog::sinks::dist_sink_mt>();
    made->set_sinks({std::make_shared<spdlog::sinks::stderr_sink_mt>(), tail_sink()});
    made->set_pattern(kPattern);
    return made;
  }();
  return sink;
}

spdlog::logger& logger(std::size_t index) {
  static const auto loggers = [] {
    std::array<std::shared_ptr<spdlog::logger>, std::size(kSubsystems)> made;
    for (std::size_t i = 0; i < made.size(); ++i) {
      made[i] = std::make_shared<spdlog::logger>(kSubsystems[i], shared_sink());
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
  sink->set_pattern(kPattern);
  shared_sink()->set_sinks({sink, tail_sink()});
  for (std::size_t i = 0; i < std::size(kSubsystems); ++i) {
    auto level = settings.level;
    if (const auto own = settings.levels.find(kSubsystems[i]); own != settings.levels.end())
      level = own->second;
    logger(i).set_level(spdlog::level::from_str(level));
  }
  return {};
}

Tail tail(std::uint64_t after, std::size_t limit) { return tail_sink()->after(after, limit); }

void write_debug(std::string_view subsystem, std::string_view text) {
  const spdlog::details::log_msg message(spdlog::string_view_t(subsystem.data(), subsystem.size()),
                                         spdlog::level::debug,
                                         spdlog::string_view_t(text.data(), text.size()));
  try {
    shared_sink()->log(message);
    shared_sink()->flush();
  } catch (const std::exception&) {  // a full disk, as above
  }
}

spdlog::logger& daemon() { return logger(0); }
spdlog::logger& config() { return logger(1); }
spdlog::logger& session() { return logger(2); }
spdlog::logger& rib() { return logger(3); }
spdlog::logger& fib() { return logger(4); }
spdlog::logger& mesh() { return logger(5); }
spdlog::logger& api() { return logger(6); }

}  // namespace bgpd::log
