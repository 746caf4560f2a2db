// `configure private`: a candidate of each connection, what committing it would do, and the commit.
#include <algorithm>

#include "bgpd/api/handlers.hpp"
#include "cli/config/merge.hpp"
#include "cli/config/reader.hpp"
#include "cli/config/writer.hpp"

namespace bgpd::api {
namespace {

using config::Candidate;

proto::Done no_candidate() {
  return done(proto::Done::INVALID,
              "No candidate is open; it went with the connection. `configure private` opens one");
}

std::uint64_t milliseconds(auto duration) {
  const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
}

/// The candidate with what others changed meanwhile; what both changed is the error.
std::expected<cli::Config, std::string> to_commit(const Candidate& candidate, const Backend& backend) {
  if (candidate.base == backend.running_config()) return candidate.config;
  auto merged = cli::merge(candidate.base, candidate.config, backend.running_config());
  if (merged) return merged;
  return std::unexpected(
      "The configuration has changed since the candidate was opened, where the candidate changes it too:\n" +
      readable_lines(merged.error()) + "`discard` takes over what is in force");
}

void put(const std::vector<ConsequencesView::Neighbor>& from, auto& to) {
  for (const auto& neighbor : from) {
    auto& one = *to.Add();
    one.set_name(readable_lines(neighbor.name));
    one.set_reason(readable_lines(neighbor.reason));
    one.set_routes(neighbor.routes);
  }
}

void put(ForetoldPrefixes from, proto::Consequences::Prefixes& to) {
  to.set_count(from.count);
  std::ranges::sort(from.first);
  for (const auto& prefix : from.first) put_prefix(prefix, *to.add_first());
}

/// A base that moves on: later edits are compared with what is in force now.
void rebase(Candidate& candidate, const cli::Config& config) { candidate.base = candidate.config = config; }

}  // namespace

proto::Done handle_config_status(const Caller& caller, Backend& backend, Replies& replies) {
  auto& status = *replies.emplace_back().mutable_config_status();
  for (const auto& [connection, candidate] : backend.candidates()) {
    auto& to = *status.add_candidates();
    to.set_who(readable_lines(candidate.owner.name));
    to.set_process(static_cast<std::uint32_t>(candidate.owner.process));
    to.set_age_ms(milliseconds(backend.wall_clock() - candidate.since));
    to.set_is_changed(candidate.config != candidate.base);
    to.set_is_yours(connection == caller.connection);
  }
  if (const auto& pending = backend.pending_commit()) {
    auto& to = *status.mutable_pending();
    to.set_who(readable_lines(pending->order.who.name));
    to.set_process(static_cast<std::uint32_t>(pending->order.who.process));
    to.set_left_ms(milliseconds(pending->until - backend.now()));
    to.set_watches(pending->order.watch_for.count() > 0);
  }
  status.set_last_outcome(readable_lines(backend.last_commit().text));
  status.set_last_age_ms(milliseconds(backend.now() - backend.last_commit().when));
  return done();
}

proto::Done handle_open_candidate(const Caller& caller, Backend& backend, Replies& replies) {
  const auto& running = backend.running_config();
  backend.candidates().insert_or_assign(caller.connection,
                                        Candidate{caller.who, backend.wall_clock(), running, running});
  return handle_config_status(caller, backend, replies);
}

proto::Done handle_close_candidate(const Caller& caller, Backend& backend) {
  backend.candidates().erase(caller.connection);
  return done();
}

proto::Done handle_load_candidate(const proto::LoadCandidate& request, const Caller& caller,
                                  Backend& backend) {
  auto* candidate = candidate_of(caller, backend);
  if (!candidate) return no_candidate();
  if (request.source().kind() == proto::ConfigSource::RUNNING) {
    rebase(*candidate, backend.running_config());
    return done();
  }
  const auto text = config_text(request.source(), caller, backend);
  if (!text) return done(proto::Done::FAILED, readable_lines(text.error()));
  auto result = cli::read_config(*text);
  if (result.has_errors()) return done(proto::Done::FAILED, "It is no valid configuration");
  candidate->config = std::move(result.config);
  return done();
}

namespace {

void put(const ConsequencesView& view, proto::Consequences& answer) {
  put(view.resets, *answer.mutable_resets());
  put(view.added, *answer.mutable_added());
  put(view.removed, *answer.mutable_removed());
  put(view.unusable, *answer.mutable_unusable());
  for (const auto& neighbor : view.routes) {
    auto& to = *answer.add_routes();
    to.set_name(readable_lines(neighbor.name));
    to.set_refused(neighbor.refused);
    to.set_accepted(neighbor.accepted);
    put(neighbor.announced, *to.mutable_announced());
    put(neighbor.withdrawn, *to.mutable_withdrawn());
    put(neighbor.changed, *to.mutable_changed());
  }
  put(view.own.withdrawn, *answer.mutable_withdrawn());
  put(view.own.announced, *answer.mutable_announced());
  put(view.own.partly, *answer.mutable_partly());
  answer.set_bgp_removed(view.bgp_removed);
  answer.set_changed_neighbors(view.changed_neighbors);
}

class Check final : public LongAnswer {
 public:
  Check(std::unique_ptr<Foresight> foresight, bool is_merged)
      : foresight_(std::move(foresight)), is_merged_(is_merged) {}

  bool step() override { return foresight_->step(); }
  proto::Done finish(Replies& replies) override {
    auto& answer = *replies.emplace_back().mutable_consequences();
    put(foresight_->view(), answer);
    answer.set_is_merged(is_merged_);
    return done();
  }

 private:
  std::unique_ptr<Foresight> foresight_;
  bool is_merged_;
};

}  // namespace

proto::Done handle_check_candidate(const Caller& caller, Backend& backend,
                                   std::unique_ptr<LongAnswer>& longer) {
  const auto* candidate = candidate_of(caller, backend);
  if (!candidate) return no_candidate();
  const auto config = to_commit(*candidate, backend);
  if (!config) return done(proto::Done::FAILED, config.error());
  longer = std::make_unique<Check>(backend.foresee(*config), candidate->base != backend.running_config());
  return done();
}

/// Nothing to commit, and a commit that waits: that is its confirmation, as in Junos.
proto::Done handle_commit_candidate(const proto::CommitCandidate& request, const Caller& caller,
                                    Backend& backend, Replies& replies) {
  auto* candidate = candidate_of(caller, backend);
  if (!candidate) return no_candidate();
  const auto config = to_commit(*candidate, backend);
  if (!config) return done(proto::Done::FAILED, config.error());
  const bool is_timed = request.confirm_seconds() > 0 || request.watch_seconds() > 0;
  const bool is_different = *config != backend.running_config();
  const bool confirms = !is_different && !is_timed && backend.pending_commit();
  if (confirms) backend.end_pending_commit(true, caller.who);
  if (is_different) {
    const config::CommitOrder order{.who = caller.who,
                                    .how = request.watch_seconds() > 0 ? "commit watch"
                                           : is_timed                  ? "commit confirmed"
                                                                       : "commit",
                                    .confirm_within = std::chrono::seconds(request.confirm_seconds()),
                                    .watch_for = std::chrono::seconds(request.watch_seconds())};
    if (auto committed = backend.commit(*config, order); !committed)
      return done(proto::Done::FAILED, readable_lines(committed.error()));
  }
  rebase(*candidate, backend.running_config());
  auto end = handle_config_status(caller, backend, replies);
  replies.back().mutable_config_status()->set_nothing_to_commit(!is_different && !confirms);
  return end;
}

proto::Done handle_end_pending_commit(const proto::EndPendingCommit& request, const Caller& caller,
                                      Backend& backend, Replies& replies) {
  if (!backend.pending_commit())
    return done(proto::Done::FAILED,
                "No commit waits to be confirmed" +
                    (backend.last_commit().text.empty() ? std::string()
                                                        : "; " + readable_lines(backend.last_commit().text)));
  backend.end_pending_commit(!request.cancel(), caller.who);
  return handle_config_status(caller, backend, replies);
}

}  // namespace bgpd::api
