#include "bgpd/api/handlers.hpp"
#include "cli/config/edit.hpp"
#include "cli/config/lines.hpp"
#include "cli/config/writer.hpp"

namespace bgpd::api {
namespace {

constexpr int kMaximumLines = 1 << 20;

proto::EditResult::Kind kind_of(cli::EditStatus status) {
  switch (status) {
    case cli::EditStatus::Done:
      return proto::EditResult::OK;
    case cli::EditStatus::Unknown:
      return proto::EditResult::UNKNOWN_COMMAND;
    case cli::EditStatus::Ambiguous:
      return proto::EditResult::AMBIGUOUS;
    case cli::EditStatus::Incomplete:
      return proto::EditResult::INCOMPLETE;
    case cli::EditStatus::Refused:
      return proto::EditResult::REFUSED;
  }
  return proto::EditResult::REFUSED;
}

}  // namespace

config::Candidate* candidate_of(const Caller& caller, Backend& backend) {
  const auto at = backend.candidates().find(caller.connection);
  return at == backend.candidates().end() ? nullptr : &at->second;
}

std::expected<std::string, std::string> config_text(const proto::ConfigSource& source, const Caller& caller,
                                                    Backend& backend) {
  switch (source.kind()) {
    case proto::ConfigSource::FILE: {
      const auto config = backend.file_config();
      if (!config) return std::unexpected(config.error());
      return cli::write_config(*config);
    }
    case proto::ConfigSource::GENERATION:
      return backend.generations().text(source.generation());
    case proto::ConfigSource::CANDIDATE:
      if (const auto* candidate = candidate_of(caller, backend)) return cli::write_config(candidate->config);
      return std::unexpected("No candidate is open");
    default:
      return cli::write_config(backend.running_config());
  }
}

proto::Done handle_config(const proto::GetConfig& request, const Caller& caller, Backend& backend,
                          Replies& replies) {
  const auto shown = [&](std::string all) {
    return caller.may_change ? std::move(all) : cli::without_secrets(all);
  };
  const auto text = config_text(request.source(), caller, backend);
  if (!text) return done(proto::Done::FAILED, readable_lines(text.error()));
  auto& answer = *replies.emplace_back().mutable_config();
  if (!request.has_compared_with()) {
    answer.set_text(shown(*text));
    return done();
  }
  const auto before = config_text(request.compared_with(), caller, backend);
  if (!before) return done(proto::Done::FAILED, readable_lines(before.error()));
  answer.set_text(shown(cli::difference_text(cli::line_differences(*before, *text))));
  return done();
}

proto::Done handle_generations(const Backend& backend, Replies& replies) {
  auto& answer = *replies.emplace_back().mutable_generations();
  for (const auto& generation : backend.generations().list()) {
    auto& to = *answer.add_generations();
    const auto age =
        std::chrono::duration_cast<std::chrono::milliseconds>(backend.wall_clock() - generation.time);
    to.set_age_ms(static_cast<std::uint64_t>(std::max<std::int64_t>(age.count(), 0)));
    to.set_who(readable_lines(generation.who));
    to.set_how(readable_lines(generation.how));
    to.set_added(static_cast<std::uint32_t>(generation.size.added));
    to.set_removed(static_cast<std::uint32_t>(generation.size.removed));
    to.set_file(readable_lines(generation.file));
  }
  return done();
}

/// The lines are one commit. A wrong line is reported and left out, as when a file is pasted into a terminal.
proto::Done handle_edit(const proto::EditConfig& request, const Caller& caller, Backend& backend,
                        Replies& replies) {
  if (request.lines_size() > kMaximumLines) return done(proto::Done::INVALID, "Too many lines");
  auto* own = request.in_candidate() ? candidate_of(caller, backend) : nullptr;
  if (request.in_candidate() && !own)
    return done(proto::Done::INVALID,
                "No candidate is open; it went with the connection. `configure private` opens one");
  auto& results = *replies.emplace_back().mutable_edit();
  cli::Config candidate = own ? own->config : backend.running_config();
  cli::Context context(request.context().begin(), request.context().end());
  for (const auto& line : request.lines()) {
    auto result = cli::edit(candidate, context, line);
    context = std::move(result.context);
    auto& to = *results.add_results();
    to.set_kind(kind_of(result.status));
    to.set_text(readable_lines(result.text));
    to.set_column(static_cast<std::uint32_t>(result.column));
    for (const auto& opened : context) to.add_context(opened);
    to.set_leaves_configure(result.leaves_configure);
    if (result.leaves_configure) break;
  }
  if (own) {
    own->config = std::move(candidate);
    return done();
  }
  if (candidate == backend.running_config()) return done();
  if (auto committed = backend.commit(candidate, {.who = caller.who}); !committed)
    return done(proto::Done::FAILED, readable_lines(committed.error()));
  return done();
}

proto::Done handle_write(const Caller& caller, Backend& backend) {
  const auto written = backend.write_config(caller.who);
  return written ? done(proto::Done::OK, *written) : done(proto::Done::FAILED, written.error());
}

proto::Done handle_reload(const Caller& caller, Backend& backend) {
  const auto reloaded = backend.reload(caller.who);
  return reloaded ? done() : done(proto::Done::FAILED, readable_lines(reloaded.error()));
}

}  // namespace bgpd::api
