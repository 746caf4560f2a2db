#include <chrono>
#include <thread>

#include "cli/show/commands.hpp"
#include "cli/show/configuration.hpp"

namespace cli::show {
namespace {

api::ConfigSource source_of(api::ConfigSource::Kind kind, std::uint32_t generation = 0) {
  api::ConfigSource source;
  source.set_kind(kind);
  source.set_generation(generation);
  return source;
}

Status show_text(const Console& console, const api::GetConfig& wanted) {
  api::Request request;
  *request.mutable_config() = wanted;
  const auto response = console.client.call(std::move(request));
  if (!response) return console.report(response.error());
  console.out(response->config().text());
  return Status::Done;
}

Status show_generations(const Console& console, const Arguments& arguments) {
  api::Request request;
  request.mutable_generations();
  const auto response = console.client.call(std::move(request));
  if (!response) return console.report(response.error());
  const auto now = std::chrono::system_clock::now();
  console.out(arguments.has("json") ? generations_json(response->generations(), now)
                                    : generations_text(response->generations(), now));
  return Status::Done;
}

Status show_generation(const Console& console, const Arguments& arguments) {
  api::GetConfig wanted;
  *wanted.mutable_source() =
      source_of(api::ConfigSource::GENERATION, arguments.number_as<std::uint32_t>("number"));
  return show_text(console, wanted);
}

/// What is in force, compared with the file; the candidate, compared with what is in force.
Status show_difference(const Console& console, const Arguments& arguments) {
  api::GetConfig wanted;
  if (console.in_candidate) *wanted.mutable_source() = source_of(api::ConfigSource::CANDIDATE);
  auto& other = *wanted.mutable_compared_with();
  if (arguments.has("generation"))
    other = source_of(api::ConfigSource::GENERATION, arguments.number_as<std::uint32_t>("number"));
  else if (arguments.has("file") || !console.in_candidate)
    other = source_of(api::ConfigSource::FILE);
  return show_text(console, wanted);
}

Status show_candidate(const Console& console, const Arguments&) {
  api::GetConfig wanted;
  *wanted.mutable_source() = source_of(api::ConfigSource::CANDIDATE);
  return show_text(console, wanted);
}

Status show_status(const Console& console, const Arguments& arguments) {
  api::Request request;
  request.mutable_config_status();
  const auto response = console.client.call(std::move(request));
  if (!response) return console.report(response.error());
  console.out(arguments.has("json") ? config_status_json(response->config_status())
                                    : config_status_text(response->config_status()));
  return Status::Done;
}

Status end_pending_commit(const Console& console, const Arguments& arguments) {
  api::Request request;
  request.mutable_end_pending_commit()->set_cancel(arguments.has("cancel"));
  const auto response = console.client.call(std::move(request));
  if (!response) return console.report(response.error());
  console.out(response->config_status().last_outcome() + "\n");
  return Status::Done;
}

/// Until a watched commit is kept or taken back. Ctrl-C ends the waiting, not the commit.
Status wait_for_outcome(const Console& console) {
  constexpr std::chrono::milliseconds kPause{100};
  for (;;) {
    api::Request request;
    request.mutable_config_status();
    const auto response = console.client.call(std::move(request));
    if (!response) return console.report(response.error());
    const auto& status = response->config_status();
    if (!status.has_pending()) {
      const bool taken_back = status.last_outcome().find(" was taken back: ") != std::string::npos;
      console.out((taken_back ? "% " : "") + status.last_outcome() + "\n");
      return taken_back ? Status::Error : Status::Done;
    }
    if (console.is_interrupted()) {
      console.out("The commit is still watched: `show configuration status`\n");
      return Status::Done;
    }
    std::this_thread::sleep_for(kPause);
  }
}

Status commit_candidate(const Console& console, const Arguments& arguments) {
  constexpr std::uint32_t kMinutes = 10;  // as in Junos
  api::Request request;
  auto& commit = *request.mutable_commit_candidate();
  if (arguments.has("confirmed")) {
    const auto minutes = arguments.number_as<std::uint32_t>("minutes");
    const auto seconds = arguments.number_as<std::uint32_t>("time");
    commit.set_confirm_seconds(seconds > 0 ? seconds : 60 * (minutes > 0 ? minutes : kMinutes));
  }
  if (arguments.has("watch")) commit.set_watch_seconds(arguments.number_as<std::uint32_t>("time"));
  const auto response = console.client.call(std::move(request));
  if (!response) return console.report(response.error());
  const auto& status = response->config_status();
  if (status.nothing_to_commit()) {
    console.out("There is nothing to commit\n");
  } else if (!status.has_pending()) {
    console.out(status.last_outcome() + "\n");
  } else if (status.pending().watches()) {
    console.out("In force; taken back if a session that was up is not after " +
                age_text(status.pending().left_ms()) + "\n");
    return wait_for_outcome(console);
  } else {
    console.out("In force; taken back after " + age_text(status.pending().left_ms()) +
                " unless confirmed: `commit confirm`\n");
  }
  return Status::Done;
}

Status check_candidate(const Console& console, const Arguments& arguments) {
  api::Request request;
  request.mutable_check_candidate();
  const auto response = console.client.call(std::move(request));
  if (!response) return console.report(response.error());
  const auto& found = response->consequences();
  console.out(arguments.has("json") ? consequences_json(found) : consequences_text(found));
  return Status::Done;
}

/// What is in force, a file or a generation becomes the candidate.
Status load_candidate(const Console& console, const Arguments& arguments) {
  api::Request request;
  auto& source = *request.mutable_load_candidate()->mutable_source();
  if (arguments.has("file"))
    source = source_of(api::ConfigSource::FILE);
  else if (arguments.has("rollback"))
    source = source_of(api::ConfigSource::GENERATION, arguments.number_as<std::uint32_t>("number"));
  const auto response = console.client.call(std::move(request));
  return response ? Status::Done : console.report(response.error());
}

}  // namespace

std::vector<Command> configuration_commands() {
  constexpr std::string_view kConfiguration = "The configuration",
                             kKeep = "Keep the commit that waits to be confirmed",
                             kNumber = "Number in the history; 0 is the newest";
  return {
      {.syntax = "show configuration history [json]",
       .help = {kShow, kConfiguration, "What was written, read or committed, and by whom", kJson},
       .run = show_generations},
      {.syntax = "show configuration generation (0-20)$number",
       .help = {kShow, kConfiguration, "One of the history", kNumber},
       .run = show_generation},
      {.syntax = "show configuration diff [<file|generation (0-20)$number>]",
       .help = {kShow, kConfiguration, "What is in force and not in the file (+), or the other way (-)",
                "Compared with the file", "Compared with one of the history", kNumber},
       .run = show_difference},
      {.syntax = "show configuration candidate",
       .help = {kShow, kConfiguration, "What `configure private` has changed, whole"},
       .run = show_candidate},
      {.syntax = "show configuration status [json]",
       .help = {kShow, kConfiguration, "Whose candidates are open, which commit waits to be confirmed",
                kJson},
       .run = show_status},
      {.syntax = "commit [<confirm|cancel>]",
       .help = {kKeep, kKeep, "Take back the commit that waits, now"},
       .run = end_pending_commit,
       .changes = true},
  };
}

std::vector<Command> candidate_commands() {
  constexpr std::string_view kKeep = "Keep the commit that waits to be confirmed",
                             kTakeBack = "And take it back by itself unless it is confirmed";
  return {
      {.syntax = "commit", .help = {"Put the candidate in force"}, .run = commit_candidate},
      {.syntax = "commit check [json]",
       .help = {"Put the candidate in force", "Only say what that would do", kJson},
       .run = check_candidate},
      {.syntax = "commit confirmed [(1-1440)$minutes]",
       .help = {"Put the candidate in force", kTakeBack, "Minutes; 10 unless written"},
       .run = commit_candidate},
      {.syntax = "commit confirmed seconds (1-86400)$time",
       .help = {"Put the candidate in force", kTakeBack, "After seconds", "Seconds"},
       .run = commit_candidate},
      {.syntax = "commit watch (1-86400)$time",
       .help = {"Put the candidate in force", "And take it back if a session that was up is down then",
                "Seconds"},
       .run = commit_candidate},
      {.syntax = "commit <confirm|cancel>",
       .help = {"Put the candidate in force", kKeep, "Take back the commit that waits, now"},
       .run = end_pending_commit},
      {.syntax = "rollback! <file|(0-20)$number>",
       .help = {"Load what was, to be committed", "What the next start reads",
                "Number in the history; 0 is the newest"},
       .run = load_candidate},
      {.syntax = "discard!",
       .help = {"Drop the changes, go on with what is in force"},
       .run = load_candidate},
  };
}

}  // namespace cli::show
