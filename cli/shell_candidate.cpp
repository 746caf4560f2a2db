// `configure private`: the lines go to a candidate of the daemon's, and the candidate has commands of its
// own.
#include "cli/shell.hpp"
#include "cli/show/configuration.hpp"

namespace cli {

using show::Console;
using show::Status;

void Shell::add_candidate_rows() {
  for (auto& command : show::candidate_commands())
    candidate_rows_.push_back({std::move(command.syntax), std::move(command.help), std::move(command.run)});
  candidate_rows_.push_back(
      {"abort!", {"Drop the changes and leave"}, [this](const Console&, const Arguments&) {
         drop_candidate();
         return Status::Done;
       }});
  for (std::size_t i = 0; i < candidate_rows_.size(); ++i)
    if (const auto wrong = candidate_tree_.add(candidate_rows_[i].syntax, candidate_rows_[i].help, i))
      say("% Internal: " + candidate_rows_[i].syntax + ": " + *wrong + "\n");
}

Status Shell::begin_candidate(const Console& console) {
  kulan::api::Request request;
  request.mutable_open_candidate();
  const auto response = client_.call(std::move(request));
  if (!response) return console.report(response.error());
  const auto& status = response->config_status();
  kulan::api::ConfigStatus others;
  for (const auto& candidate : status.candidates())
    if (!candidate.is_yours()) *others.add_candidates() = candidate;
  if (status.has_pending()) *others.mutable_pending() = status.pending();
  if (!others.candidates().empty() || others.has_pending()) say(show::config_status_text(others));
  configuring_ = in_candidate_ = true;
  context_.clear();
  return Status::Done;
}

void Shell::drop_candidate() {
  kulan::api::Request request;
  request.mutable_close_candidate();
  static_cast<void>(client_.call(std::move(request)));
  configuring_ = in_candidate_ = false;
  context_.clear();
}

bool Shell::has_uncommitted_changes() {
  kulan::api::Request request;
  request.mutable_config_status();
  const auto response = client_.call(std::move(request));
  if (!response) return false;
  for (const auto& candidate : response->config_status().candidates())
    if (candidate.is_yours()) return candidate.is_changed();
  return false;
}

Status Shell::finish() {
  if (!in_candidate_ || !has_uncommitted_changes()) return Status::Done;
  say("% Changes that were not committed are dropped\n");
  return Status::Error;
}

/// The words of the candidate's commands are none of the configuration's, so a line that begins with one
/// whole is meant for it, right or wrong.
std::optional<Status> Shell::execute_candidate(std::string_view line) {
  const auto match = candidate_tree_.match(line);
  const auto* matched = std::get_if<Matched>(&match);
  if (!matched) {
    const auto words = split_words(line);
    for (const std::string_view own : {"commit", "rollback", "discard", "abort"})
      if (!words.empty() && words.front().text == own) {
        say(mark_of(match, line));
        return Status::Error;
      }
    return std::nullopt;
  }
  const Console console{client_, out_, &interrupted_, true};
  return candidate_rows_[matched->command].run(console, matched->arguments);
}

}  // namespace cli
