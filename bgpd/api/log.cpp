// What the log says, and what is told in it beyond its levels.
#include "bgpd/log.hpp"

#include "bgpd/api/handlers.hpp"
#include "cli/config/edit.hpp"

namespace bgpd::api {
namespace {

constexpr std::size_t kLinesOfPage = 500;

}  // namespace

proto::Done handle_log(const proto::ListLog& request, const Backend& backend, Replies& replies) {
  const auto wanted =
      request.limit() == 0 ? kLinesOfPage : std::min<std::size_t>(request.limit(), kLinesOfPage);
  const auto tail = log::tail(request.after(), request.newest() ? 0 : wanted);
  const auto settings = backend.log_settings();
  auto& to = *replies.emplace_back().mutable_log();
  to.set_file(readable_text(settings.file.value_or("")));
  to.set_level(settings.level);
  for (const auto& [subsystem, level] : settings.levels) to.mutable_levels()->insert({subsystem, level});
  for (const auto& debug : backend.debug_switches()) to.add_debug(readable_text(cli::to_text(debug)));
  to.set_oldest(tail.oldest);
  to.set_newest(tail.newest);
  to.set_life(static_cast<std::uint64_t>(backend.daemon().started.time_since_epoch().count()));
  to.set_first(std::max(request.after() + 1, tail.oldest));
  for (const auto& line : tail.lines) to.add_lines(readable_text(line));
  return done();
}

proto::Done handle_debug(const proto::SetDebug& request, const Caller& caller, Backend& backend) {
  cli::Config scratch;
  scratch.debug = backend.debug_switches();
  const auto result = cli::edit(scratch, {}, request.line());
  if (result.status != cli::EditStatus::Done) return done(proto::Done::INVALID, readable_lines(result.text));
  const auto switches = std::exchange(scratch.debug, {});
  if (scratch != cli::Config{}) return done(proto::Done::INVALID, "The line is no `debug`");
  if (switches == backend.debug_switches()) return done();
  backend.set_debug(switches);
  log::config().info("{} by {}", readable_text(request.line()), text_of(caller.who));
  return done();
}

}  // namespace bgpd::api
