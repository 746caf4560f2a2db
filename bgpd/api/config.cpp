#include "bgpd/api/handlers.hpp"
#include "cli/config/edit.hpp"
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

proto::Done handle_config(const Backend& backend, Replies& replies) {
  replies.emplace_back().mutable_config()->set_text(cli::write_config(backend.running_config()));
  return done();
}

/// The lines are one commit. A wrong line is reported and left out, as when a file is pasted into a terminal.
proto::Done handle_edit(const proto::EditConfig& request, Backend& backend, Replies& replies) {
  if (request.lines_size() > kMaximumLines) return done(proto::Done::INVALID, "Too many lines");
  auto& results = *replies.emplace_back().mutable_edit();
  cli::Config candidate = backend.running_config();
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
  if (candidate == backend.running_config()) return done();
  if (auto committed = backend.commit(candidate); !committed)
    return done(proto::Done::FAILED, readable_lines(committed.error()));
  return done();
}

proto::Done handle_write(Backend& backend) {
  const auto written = backend.write_config();
  return written ? done(proto::Done::OK, *written) : done(proto::Done::FAILED, written.error());
}

proto::Done handle_reload(Backend& backend) {
  const auto reloaded = backend.reload();
  return reloaded ? done() : done(proto::Done::FAILED, readable_lines(reloaded.error()));
}

}  // namespace bgpd::api
