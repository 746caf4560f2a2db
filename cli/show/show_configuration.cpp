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

Status show_history(const Console& console, const Arguments& arguments) {
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

/// What is in force, compared with the file or with a generation.
Status show_difference(const Console& console, const Arguments& arguments) {
  api::GetConfig wanted;
  *wanted.mutable_compared_with() =
      arguments.has("generation")
          ? source_of(api::ConfigSource::GENERATION, arguments.number_as<std::uint32_t>("number"))
          : source_of(api::ConfigSource::FILE);
  return show_text(console, wanted);
}

}  // namespace

std::vector<Command> configuration_commands() {
  constexpr std::string_view kShow = "Show running system information", kConfiguration = "The configuration",
                             kNumber = "Number in the history; 0 is the newest";
  return {
      {.syntax = "show configuration history [json]",
       .help = {kShow, kConfiguration, "What was written, read or committed, and by whom",
                "JavaScript Object Notation"},
       .run = show_history},
      {.syntax = "show configuration generation (0-20)$number",
       .help = {kShow, kConfiguration, "One of the history", kNumber},
       .run = show_generation},
      {.syntax = "show configuration diff [<file|generation (0-20)$number>]",
       .help = {kShow, kConfiguration, "What is in force and not in the file (+), or the other way (-)",
                "Compared with the file", "Compared with one of the history", kNumber},
       .run = show_difference},
  };
}

}  // namespace cli::show
