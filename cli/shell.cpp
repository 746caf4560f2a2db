#include "cli/shell.hpp"

#include <regex.h>
#include <algorithm>

#include "cli/show/filter.hpp"
#include "cli/watch.hpp"

namespace cli {

using show::Console;
using show::Status;

namespace {

constexpr std::string_view kNoMatch = "% There is no matched command.\n";

/// What follows "do " when the line is `do …`; `show …` in configure needs no `do`. Column of it, or nothing.
std::optional<std::size_t> outer_command(std::string_view line) {
  const auto words = split_words(line);
  if (words.empty()) return std::nullopt;
  if (words[0].text == "show" && words.size() > 1) return words[0].column;
  if (words[0].text != "do") return std::nullopt;
  const auto behind = words[0].column + words[0].text.size();
  if (words.size() > 1) return words[1].column;
  return behind < line.size() ? std::optional(line.size()) : std::nullopt;
}

}  // namespace

/// The mark of a line that no command of view or enable mode fits, in the words of the configuration's marks.
std::string Shell::mark_of(const Match& match, std::string_view line) {
  return error_mark(line, failure_of(match, line)) + "\n";
}

Shell::Shell(Client& client, show::Sink out, ShellSettings settings)
    : client_(client), out_(std::move(out)), settings_(std::move(settings)) {
  enabled_ = !settings_.user_mode;
  add_rows();
  add_candidate_rows();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    // A wrong notation is our own mistake; a test asks defects through list().
    if (const auto wrong = enable_tree_.add(rows_[i].syntax, rows_[i].help, i))
      say("% Internal: " + rows_[i].syntax + ": " + *wrong + "\n");
    else if (!rows_[i].changes)
      static_cast<void>(view_tree_.add(rows_[i].syntax, rows_[i].help, i));
  }
}

void Shell::add_rows() {
  for (auto& command : show::all_commands())
    rows_.push_back(
        {std::move(command.syntax), std::move(command.help), std::move(command.run), command.changes});
  const auto add = [this](std::string syntax, std::vector<std::string_view> help, auto run,
                          bool changes = false) {
    rows_.push_back({std::move(syntax), std::move(help),
                     [run](const Console&, const Arguments& arguments) {
                       run(arguments);
                       return Status::Done;
                     },
                     changes});
  };
  constexpr std::string_view kExit = "Leave the shell", kTerminal = "Settings of this terminal";
  rows_.push_back({"configure private",
                   {"Change the configuration", "A candidate, in force when it is committed"},
                   [this](const Console& console, const Arguments&) { return begin_candidate(console); },
                   true});
  rows_.push_back({"configure [terminal]",
                   {"Change the configuration", "Line by line"},
                   [this](const Console& console, const Arguments&) { return begin_configure(console); },
                   true});
  add("exit", {kExit}, [this](const Arguments&) { finished_ = true; });
  add("quit", {kExit}, [this](const Arguments&) { finished_ = true; });
  add("end", {"To enable mode"}, [](const Arguments&) {});
  add("enable", {"Turn on what changes things"},
      [this](const Arguments&) { enabled_ = !settings_.user_mode; });
  add("disable", {"Look only"}, [this](const Arguments&) { enabled_ = false; });
  add("list", {"All commands of this mode"}, [this](const Arguments&) {
    for (const auto& notation : list()) say("  " + notation + "\n");
  });
  rows_.push_back({"find REGEX...",
                   {"Search the commands of all modes", "Extended regular expression"},
                   [this](const Console&, const Arguments& arguments) {
                     std::string pattern;
                     for (const auto& word : arguments.texts("REGEX"))
                       pattern += (pattern.empty() ? "" : " ") + word;
                     return find(pattern);
                   }});
  add("terminal length (0-512)$lines", {kTerminal, "Lines of a page", "0: no pages"},
      [this](const Arguments& arguments) {
        const auto lines = static_cast<unsigned>(arguments.number("lines"));
        page_lines_ = lines > 0 ? std::optional(lines) : std::nullopt;
      });
  add("terminal paginate", {kTerminal, "Show long listings in a pager"},
      [this](const Arguments&) { page_lines_ = 0; });
  add("terminal no <length|paginate>", {kTerminal, "Negate", "No pages", "No pages"},
      [this](const Arguments&) { page_lines_ = std::nullopt; });
  constexpr std::string_view kMonitor = "Show the daemon's log as it is written, in a terminal";
  for (const bool on : {true, false}) {
    std::vector<std::string_view> help{kTerminal, "Negate", kMonitor};
    if (on) help.erase(help.begin() + 1);
    rows_.push_back({on ? "terminal monitor" : "terminal no monitor", help,
                     [this, on](const Console&, const Arguments&) { return set_monitoring(on); }});
  }
  rows_.push_back({"no terminal monitor",
                   {"Negate", kTerminal, kMonitor},
                   [this](const Console&, const Arguments&) { return set_monitoring(false); }});
  add("show history", {"Show running system information", "What was typed"}, [this](const Arguments&) {
    for (const auto& line : history_ ? history_() : std::vector<std::string>{}) say(line + "\n");
  });
}

Status Shell::set_monitoring(bool on) const {
  if (!monitor_ && !on) return Status::Done;  // nothing is shown, as was asked
  if (!monitor_) {
    say("% terminal monitor needs a terminal; `show logging follow` does without\n");
    return Status::Warning;
  }
  monitor_(on);
  return Status::Done;
}

/// Without a daemon the mode is entered all the same; each line then says what is wrong.
Status Shell::begin_configure(const Console& console) {
  kulan::api::Request request;
  request.mutable_edit();  // no line: may this user?
  const auto allowed = client_.call(std::move(request));
  if (!allowed && allowed.error().kind == ClientError::Kind::Refused) return console.report(allowed.error());
  configuring_ = true;
  context_.clear();
  return Status::Done;
}

Mode Shell::mode() const {
  if (configuring_) return mode_of(context_).value_or(Mode::Config);
  return enabled_ ? Mode::Enable : Mode::View;
}

std::string Shell::prompt() const {
  return prompt_of(mode(), settings_.hostname + (in_candidate_ ? "[private]" : ""));
}

Status Shell::end_configure() {
  context_.clear();
  if (in_candidate_ && has_uncommitted_changes()) {
    say("% The candidate has changes that are not committed: `commit`, or `abort` to drop them\n");
    return Status::Error;
  }
  if (in_candidate_) drop_candidate();
  configuring_ = false;
  return Status::Done;
}

Status Shell::execute(std::string_view line) {
  interrupted_ = false;
  if (const auto defect = line_defect(line)) {
    say("% " + *defect + "\n");
    return Status::Error;
  }
  const auto text = right_trimmed(line);
  const auto begin = trimmed(text);
  if (begin.empty() || begin.front() == '!' || begin.front() == '#') return Status::Done;
  if (settings_.trailing_question_mark && text.back() == '?')
    return print_help(text.substr(0, text.size() - 1));
  if (begin == "show") return execute_piped(text);
  if (begin == "do") return execute_piped({}, text);
  if (const auto column = outer_command(text))
    return execute_piped(text.substr(*column), text.substr(0, *column));
  if (!configuring_) return execute_piped(text);
  if (in_candidate_)
    if (const auto done = execute_candidate(text)) return *done;
  return execute_config(text);
}

std::string Shell::output_of(std::string_view line) {
  std::string text;
  const auto direct = std::exchange(out_, [&](std::string_view part) { text += part; });
  is_filtered_ = true;
  execute(line);
  is_filtered_ = false;
  out_ = direct;
  return text;
}

Status Shell::execute_piped(std::string_view line, std::string_view before) {
  const auto pipeline = show::split_pipeline(line);
  const auto match = tree().match(pipeline.command);
  const auto* matched = std::get_if<Matched>(&match);
  if (!matched) {
    auto failure = failure_of(match, pipeline.command);
    failure.column += before.size();
    say(error_mark(std::string(before) + std::string(line), failure) + "\n");
    return Status::Error;
  }
  if (pipeline.actions.empty()) return run(*matched);
  if (pipeline.actions.back().empty()) {
    Applied nothing_follows;
    nothing_follows.status = EditStatus::Unknown;
    nothing_follows.column = right_trimmed(line).size() + 1;
    nothing_follows.expected_keywords = show::filter_names();
    say(error_mark(line, nothing_follows) + "\n");
    return Status::Error;
  }
  auto filtered = show::FilteredOutput::make(pipeline.actions, out_);
  if (!filtered) {
    say(filtered.error() + "\n");
    return Status::Warning;  // a script goes on, as in FRR
  }
  const auto direct = out_;
  out_ = [&](std::string_view text) { filtered->write(text); };
  const bool was_filtered = std::exchange(is_filtered_, true);
  const auto status = run(*matched);
  is_filtered_ = was_filtered;
  out_ = direct;
  filtered->finish();
  return status;
}

Status Shell::run(const Matched& matched) {
  const Console console{client_, out_, &interrupted_, in_candidate_, std::nullopt, confirms_, is_filtered_};
  return rows_[matched.command].run(console, matched.arguments);
}

Status Shell::execute_config(std::string_view line) {
  if (line == "list") {
    for (const auto& notation : list()) say("  " + notation + "\n");
    return Status::Done;
  }
  kulan::api::Request request;
  auto& edit = *request.mutable_edit();
  for (const auto& opened : context_) edit.add_context(opened);
  edit.add_lines(std::string(line));
  edit.set_in_candidate(in_candidate_);
  kulan::api::EditResults results;
  const auto done =
      client_.call(std::move(request), [&](const auto& response) { results = response.edit(); });
  if (!done) return leave_offline(line, done.error());
  if (results.results().empty()) return Status::Error;

  const auto& result = results.results(0);
  if (!result.text().empty()) say(result.text() + "\n");
  context_.assign(result.context().begin(), result.context().end());
  if (result.leaves_configure()) return end_configure();
  using kulan::api::EditResult;
  if (result.kind() == EditResult::OK) return Status::Done;
  return result.kind() == EditResult::WARNING ? Status::Warning : Status::Error;
}

/// With the daemon gone, the way out of configure still works.
Status Shell::leave_offline(std::string_view line, const ClientError& error) {
  Config scratch;
  for (std::size_t i = 0; i < context_.size(); ++i)
    static_cast<void>(edit(
        scratch, Context(context_.begin(), context_.begin() + static_cast<std::ptrdiff_t>(i)), context_[i]));
  const auto before = scratch;
  const auto result = edit(scratch, context_, line);
  if (in_candidate_ && error.kind == ClientError::Kind::Refused && error.code == kulan::api::Done::INVALID) {
    drop_candidate();  // it went with a daemon that was restarted
    const Console console{client_, out_, &interrupted_};
    return console.report(error);
  }
  const bool leaves = result.status == EditStatus::Done && scratch == before &&
                      (result.leaves_configure || result.context.size() < context_.size());
  if (error.kind == ClientError::Kind::Refused || !leaves) {
    const Console console{client_, out_, &interrupted_};
    console.report(error);
    return Status::Error;
  }
  context_ = result.context;
  if (result.leaves_configure) {
    configuring_ = in_candidate_ = false;
    context_.clear();
  }
  return Status::Done;
}

Status Shell::print_help(std::string_view line) {
  const auto lines = help(line);
  say(lines.empty() ? std::string(kNoMatch) : help_text(lines));
  return Status::Done;
}

namespace {

void insert_sorted(std::vector<std::string>& words, std::string word) {
  words.insert(std::ranges::upper_bound(words, word), std::move(word));
}

}  // namespace

std::optional<std::size_t> Shell::offers_watch(std::string_view line) const {
  const auto words = split_words(line);
  const bool is_half = !words.empty() && words.back().column + words.back().text.size() == line.size();
  const auto column = is_half ? words.back().column : line.size();
  if (is_half && !std::string_view("watch").starts_with(words.back().text)) return std::nullopt;
  const auto command = line.substr(0, column);
  if (!watched_command(std::string(command) + "watch")) return std::nullopt;
  if (!std::holds_alternative<Matched>(tree().match(command))) return std::nullopt;
  return column;
}

Completion Shell::keywords_for(std::string_view line) const {
  const auto column = configuring_ ? outer_command(line) : std::optional<std::size_t>(0);
  if (!column) {
    auto completion = cli::complete(context_, line);
    if (in_candidate_) {
      const auto own = candidate_tree_.complete(line);
      std::ranges::copy(own.candidates, std::back_inserter(completion.candidates));
      std::ranges::sort(completion.candidates);
    }
    return completion;
  }
  auto completion = tree().complete(line.substr(*column));
  if (offers_watch(line.substr(*column))) insert_sorted(completion.candidates, "watch");
  completion.column += *column;
  return completion;
}

std::vector<HelpLine> Shell::outer_help(std::string_view line) const {
  auto lines = tree().help(line);
  if (!offers_watch(line)) return lines;
  const HelpLine watch{"watch", "Draw again every second until a key, in a terminal"};
  lines.insert(std::ranges::find(lines, "<cr>", &HelpLine::word), watch);
  return lines;
}

std::vector<HelpLine> Shell::words_for(std::string_view line) const {
  if (!configuring_) return outer_help(line);
  if (const auto column = outer_command(line)) return outer_help(line.substr(*column));
  auto lines = cli::help(context_, line);
  if (in_candidate_) std::ranges::copy(candidate_tree_.help(line), std::back_inserter(lines));
  if (const auto words = split_words(line); words.empty() || (words.size() == 1 && line.back() != ' ')) {
    const auto typed = words.empty() ? std::string_view() : words[0].text;
    const auto offer = [&](std::string word, std::string text) {
      if (word.starts_with(typed)) lines.push_back({std::move(word), std::move(text)});
    };
    offer("do", "Run a command of enable mode");
    offer("list", "All commands of this mode");
    std::ranges::sort(lines);
  }
  return lines;
}

std::vector<std::string> Shell::list() const {
  auto all = configuring_ ? list_commands(context_) : tree().notations();
  if (in_candidate_) std::ranges::copy(candidate_tree_.notations(), std::back_inserter(all));
  return all;
}

Status Shell::find(const std::string& pattern) const {
  regex_t regex;
  if (::regcomp(&regex, pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
    say("% Bad regexp '" + pattern + "'\n");
    return Status::Error;
  }
  const auto print = [&](std::string_view mode_name, const std::vector<std::string>& notations) {
    for (const auto& notation : notations)
      if (::regexec(&regex, notation.c_str(), 0, nullptr, 0) == 0)
        say("  (" + std::string(mode_name) + ")  " + notation + "\n");
  };
  print("view", view_tree_.notations());
  print("enable", enable_tree_.notations());
  for (const auto& row : all_modes())
    if (row.mode >= Mode::Config && !is_foreign(row.mode)) print(row.name, tree_of(row.mode).notations());
  ::regfree(&regex);
  return Status::Done;
}

}  // namespace cli
