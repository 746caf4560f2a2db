#include <cstdio>
#include <thread>

#include "cli/command/syntax.hpp"
#include "cli/config/edit.hpp"
#include "cli/show/commands.hpp"
#include "cli/show/json.hpp"
#include "cli/show/log.hpp"

namespace cli::show {
namespace {

std::expected<api::Log, ClientError> ask(const Console& console, std::uint64_t after, bool wants_lines) {
  api::Request request;
  request.mutable_log()->set_after(after);
  request.mutable_log()->set_newest(!wants_lines);
  const auto response = console.client.call(std::move(request));
  if (!response) return std::unexpected(response.error());
  return response->log();
}

Status show_debugging(const Console& console, const Arguments& arguments) {
  const auto log = ask(console, 0, false);
  if (!log) return console.report(log.error());
  console.out(arguments.has("json") ? debugging_json(*log) : debugging_text(*log));
  return Status::Done;
}

/// The lines that are there now, not those that come meanwhile.
Status show_logging(const Console& console, const Arguments& arguments) {
  const auto now = ask(console, 0, false);
  if (!now) return console.report(now.error());
  const bool is_json = arguments.has("json");
  if (!is_json) console.out(logging_text(*now) + "\n");
  auto lines = Json::array();
  for (std::uint64_t last = 0; last < now->newest() && !console.is_interrupted();) {
    const auto page = ask(console, last, true);
    if (!page) return console.report(page.error());
    for (const auto& line : page->lines())
      if (is_json)
        lines.push_back(line);
      else
        console.out(line + "\n");
    if (page->lines().empty()) break;
    last = page->first() + static_cast<std::uint64_t>(page->lines_size()) - 1;
  }
  if (!is_json) return Status::Done;
  auto levels = Json::object();
  for (const auto& [subsystem, level] : now->levels()) levels[subsystem] = level;
  console.out(json_text({{"file", now->file()},
                         {"level", now->level()},
                         {"levels", levels},
                         {"debug", std::vector<std::string>(now->debug().begin(), now->debug().end())},
                         {"lines", lines}}) +
              "\n");
  return Status::Done;
}

Status follow_log(const Console& console, const Arguments&) {
  LogFollower follower(console.client);
  while (!console.is_interrupted()) {
    if (const auto done = follower.poll(console.out); !done) return console.report(done.error());
    std::fflush(stdout);  // who reads a pipe waits for it
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
  return Status::Done;
}

/// What bgpd of FRR says to the line; zebra says nothing. "": neither.
std::string confirmation_of(std::string line) {
  constexpr std::string_view kNo = "no ", kOn = " is on";
  const bool is_off = line.starts_with(kNo);
  if (is_off) line.erase(0, kNo.size());
  if (line.starts_with("debug zebra")) return {};
  if (is_off && line == "debug bgp") return "All possible debugging has been turned off\n";
  Config scratch;
  static_cast<void>(edit(scratch, {}, line));
  if (scratch.debug.empty()) return {};
  auto text = scratch.debug.size() > 1 ? "BGP updates debugging is on" : describe(*scratch.debug.begin());
  if (is_off) text.replace(text.find(kOn), kOn.size(), " is off");
  return text + "\n";
}

/// "no debug bgp updates in" as the configuration's rows read it: whatever was typed, abbreviated or
/// `undebug`.
Status set_debug(const Console& console, const Arguments& arguments) {
  std::string line;
  for (const auto& [word, is_keyword] : arguments.written())
    line += (line.empty() ? "" : " ") + (is_keyword && word == "undebug" ? "no debug" : word);
  api::Request request;
  request.mutable_debug()->set_line(line);
  const auto response = console.client.call(std::move(request));
  if (!response) return console.report(response.error());
  console.out(confirmation_of(line));
  return Status::Done;
}

/// Of a row that has no effect: why.
auto say(std::string_view why) {
  return [why](const Console& console, const Arguments&) {
    console.out(std::string(why) + "\n");
    return Status::Done;
  };
}

}  // namespace

std::vector<Command> log_commands() {
  constexpr std::string_view kLog = "The daemon's log", kOff = "Tell no more of it than the log's level";
  std::vector<Command> rows = {
      {.syntax = "show debugging [json]",
       .help = {kShow, "What `debug` has switched on", kJson},
       .run = show_debugging},
      {.syntax = "show logging [json]", .help = {kShow, kLog, kJson}, .run = show_logging},
      {.syntax = "show logging follow",
       .help = {kShow, kLog, "As it is written, until Ctrl-C"},
       .run = follow_log},
  };
  for (const auto& debug : debug_commands()) {
    auto help = debug.help;
    const auto add = [&](std::string syntax) {
      rows.push_back({.syntax = std::move(syntax), .help = help, .run = set_debug, .changes = true});
      if (debug.is_inert) rows.back().run = say(debug.warning);
    };
    if (debug.set || debug.is_inert) add(debug.syntax);
    help[0] = kOff;
    add("un" + debug.syntax);
    help.insert(help.begin(), "Negate");
    add(negated(debug.syntax));
  }
  return rows;
}

}  // namespace cli::show
