#include "cli/config/reader.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_set>

#include "cli/command/words.hpp"
#include "cli/config/edit.hpp"
#include "cli/config/foreign_blocks.hpp"
#include "cli/config/wrong_lines.hpp"

namespace cli {

namespace {

constexpr std::size_t kMaximumProblems = 1000;
constexpr std::size_t kMaximumKeptLines = 100000;

struct FileLine {
  std::size_t number;      // from 1
  std::size_t indent;      // blanks before the text
  std::string_view whole;  // without the end of line
  std::string_view text;   // without blanks at either end
};

/// A block whose lines are not ours: kept as a whole, or skipped when the line that opens it is wrong.
struct ForeignBlock {
  std::string name;        // as Config::UnknownLine::block; of kept ones
  std::size_t indent = 0;  // of the line that opened it
  bool in_router = false;  // it stands in router bgp
  bool is_kept = true;
  bool is_guess = false;            // an unknown line with indented lines below it
  std::optional<bool> is_indented;  // are its lines? known with the first
  std::size_t line_count = 0;
  std::optional<std::size_t> problem;  // index of the one that tells of it
};

class Reader {
 public:
  ReadResult read(std::string_view text) {
    if (text.size() > kMaximumFileSize) {
      add_problem({.message = "the file is larger than 16 MiB", .is_dangerous = true});
      return std::move(result_);
    }
    for (std::size_t number = 1; !text.empty(); ++number) {
      if (number > kMaximumLines) {
        add_problem({.line = number,
                     .message = "more than 1000000 lines; the rest is not read",
                     .is_dangerous = true});
        break;
      }
      const auto end = std::min(text.find('\n'), text.size());
      take(number, right_trimmed(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    close_foreign_block();
    for (const auto problem : wrong_lines_.dangerous(result_.config))
      result_.problems[problem].is_dangerous = true;
    if (result_.config.bgp) drop_redundant(*result_.config.bgp);
    result_.config.initial_bgp = {};  // it was the file's
    tell_undefined();
    return std::move(result_);
  }

 private:
  void take(std::size_t number, std::string_view whole) {
    const auto text = trimmed(whole);
    const FileLine line{number, static_cast<std::size_t>(text.data() - whole.data()), whole, text};
    if (text.empty()) return;
    if (text.front() == '!' || text.front() == '#') {
      if (foreign_ && line.indent <= foreign_->indent) close_foreign_block();
      return;
    }
    if (const auto defect = line_defect(whole)) {
      return add_problem(
          {.line = number, .text = printable(whole), .message = *defect, .is_dangerous = true});
    }
    if (foreign_ && belongs_to_foreign_block(line)) return take_foreign_line(line);
    if (is_header(text)) return;
    take_command(line);
  }

  // ------------------------------------------------------------------------------------------------ foreign
  // blocks

  bool belongs_to_foreign_block(const FileLine& line) {
    auto& block = *foreign_;
    const bool is_deeper = line.indent > block.indent;
    if (block.is_guess && (!is_deeper || matches_in(Mode::Config, line.text))) {
      close_foreign_block();
      return false;
    }
    if (!block.is_indented && !ends_a_mode(line.text)) block.is_indented = is_deeper;
    if (block.is_indented.value_or(false)) {
      if (is_deeper) return true;
      close_foreign_block();
      return ends_a_mode(line.text);  // its own exit is eaten
    }
    if (is_deeper) return true;
    // A file without indentation: up to its exit, or to what can only stand further out.
    if (ends_a_mode(line.text)) {
      const bool inner = !block.in_router && starts_with_words(line.text, "exit-address-family");
      if (!inner) close_foreign_block();
      return true;
    }
    const bool is_outer = matches_in(Mode::Config, line.text) || opens_foreign_block(line.text, false) ||
                          (block.in_router && opens_foreign_block(line.text, true));
    if (is_outer) close_foreign_block();
    return !is_outer;
  }

  void take_foreign_line(const FileLine& line) {
    if (!foreign_ || ends_block_itself(line)) return;
    ++foreign_->line_count;
    if (!foreign_->is_kept) return;
    const auto surplus = std::min(line.indent, foreign_->indent + 1);
    keep(foreign_->name, std::string(line.whole.substr(surplus)));
  }

  /// The block's own "exit" is written by the writer.
  bool ends_block_itself(const FileLine& line) const {
    return ends_a_mode(line.text) && line.indent <= foreign_->indent &&
           (foreign_->in_router || !starts_with_words(line.text, "exit-address-family"));
  }

  void open_foreign_block(const FileLine& line, bool is_kept, bool is_guess) {
    ForeignBlock block;
    block.name = inner_block(block_of(context_), line.text);
    block.indent = line.indent;
    block.in_router = !context_.empty();
    block.is_kept = is_kept;
    block.is_guess = is_guess;
    if (!result_.problems.empty() && result_.problems.back().line == line.number)
      block.problem = result_.problems.size() - 1;
    foreign_ = std::move(block);
  }

  void close_foreign_block() {
    if (foreign_ && foreign_->line_count > 0 && foreign_->problem) {
      const auto count =
          std::to_string(foreign_->line_count) + (foreign_->line_count == 1 ? " line" : " lines");
      result_.problems[*foreign_->problem].message +=
          (foreign_->is_kept ? ", with the " : "; skipped the ") + count + " of its block";
    }
    foreign_.reset();
  }

  // -------------------------------------------------------------------------------------------------------
  // commands

  /// What `show running-config` says before the configuration.
  static bool is_header(std::string_view text) {
    return text == "Building configuration..." || text == "Current configuration:";
  }

  static bool matches_in(Mode mode, std::string_view text) {
    const auto match = tree_of(mode).match(text);
    const auto* matched = std::get_if<Matched>(&match);
    return matched && form_of(matched->command).command->leaves == Leave::No;
  }

  /// Lines that are less indented than those of the present block, or begin as only outer ones do, are
  /// outside. True when that left a mode.
  bool leaves_modes_above(const FileLine& line) {
    const auto depth = context_.size();
    while (!context_.empty() && !openings_.empty()) {
      const auto& opening = openings_.back();
      const bool is_left = opening.is_indented && line.indent <= opening.indent;
      if (!is_left) break;
      pop_mode();
    }
    if (context_.size() > 1 && opens_foreign_block(line.text, true)) pop_mode();
    // `ip protocol …` in a VRF's block is of that VRF, `segment-routing` in a router's of that router.
    const bool is_inside = !openings_.empty() && line.indent > openings_.back().indent;
    const bool is_of_mode =
        is_inside && (is_in("vrf") || (is_in("router") && opens_foreign_block(line.text, true)));
    if (!context_.empty() && !is_of_mode && stands_in_configure(line.text)) {
      context_.clear();
      openings_.clear();
    }
    return context_.size() < depth;
  }
  void pop_mode() {
    context_.pop_back();
    openings_.pop_back();
  }

  void take_command(const FileLine& line) {
    if (!openings_.empty() && line.indent > openings_.back().indent) openings_.back().is_indented = true;
    auto context = context_;
    const auto applied = apply_line(result_.config, context, line.text);
    const bool is_understood = applied.status == EditStatus::Done || applied.status == EditStatus::Refused;
    if (!is_understood && ends_a_mode(line.text)) return;  // an exit too many
    if (!is_understood && leaves_modes_above(line)) return take_command(line);
    switch (applied.status) {
      case EditStatus::Done:
        if (const auto warning = warning_of(applied); !warning.empty())
          add_problem({.severity = Problem::Severity::Warning,
                       .line = line.number,
                       .text = std::string(line.whole),
                       .message = std::string(warning)});
        for (const auto& list : applied.lists) named_.push_back({line, applied.form.command, list});
        return enter(std::move(context), line);
      case EditStatus::Refused:
        return report(line, applied, applied.message);
      case EditStatus::Incomplete:
        return report(line, applied, "the command is not complete", listed(applied.expected_keywords));
      case EditStatus::Ambiguous:
        return report(line, applied, "the abbreviation is ambiguous", hint_for(line.text, applied));
      case EditStatus::Unknown:
        break;
    }
    const bool has_wrong_value = !applied.expected_values.empty() && applied.column > 0;
    if (has_wrong_value || (!applied.end_expected && is_broken_guard(context_, line.text))) {
      const auto rest = split_words(line.text.substr(applied.column));
      return report(line, applied,
                    "\"" + std::string(rest.front().text) + "\" is not a value this command can have",
                    hint_for(line.text, applied));
    }
    keep_unknown(line, applied);
  }

  void enter(Context context, const FileLine& line) {
    while (openings_.size() > context.size()) openings_.pop_back();
    if (context != context_ && !context.empty() && openings_.size() == context.size() &&
        context.back() != context_[context.size() - 1])
      openings_.pop_back();
    while (openings_.size() < context.size()) openings_.push_back({line.indent, false});
    context_ = std::move(context);
  }

  /// Lists may be defined behind the lines that name them, so this is known at the end.
  void tell_undefined() {
    std::map<ListName, bool> known;
    const auto before = result_.problems.size();
    for (const auto& [line, command, list] : named_) {
      const auto [entry, is_new] = known.try_emplace(list);
      if (is_new) entry->second = is_defined(result_.config, list);
      if (entry->second) continue;
      add_problem({.severity = Problem::Severity::Warning,
                   .line = line.number,
                   .text = std::string(line.whole),
                   .message = undefined_text(*command, list)});
    }
    if (result_.problems.size() > before)
      std::ranges::stable_sort(result_.problems, {}, [](const Problem& p) { return p.line - 1; });  // 0: last
  }

  void report(const FileLine& line, const Applied& applied, std::string message, std::string hint = {}) {
    if (message.starts_with("% ")) message.erase(0, 2);
    add_problem({.line = line.number,
                 .column = applied.has_column ? line.indent + applied.column + 1 : 0,
                 .text = std::string(line.whole),
                 .message = std::move(message),
                 .hint = std::move(hint)});
    wrong_lines_.add(result_.problems.size() - 1, context_, line.text);
    if (const bool opens = applied.form.command && applied.form.command->enters && !applied.form.is_negated;
        opens || opens_foreign_block(line.text, false) ||
        (!is_in("route-map") && starts_with_words(line.text, "address-family"))) {
      result_.problems.back().is_dangerous = true;  // nobody knows what the block keeps back
      leaves_modes_above(line);
      open_foreign_block(line, false, false);
    }
  }

  bool is_in(std::string_view words) const {
    return !context_.empty() && starts_with_words(context_.front(), words);
  }

  void keep_unknown(const FileLine& line, const Applied& applied) {
    const bool opens = !is_in("route-map") && opens_foreign_block(line.text, !context_.empty());
    const auto block = block_of(context_);
    add_problem({.severity = Problem::Severity::Warning,
                 .line = line.number,
                 .column = line.indent + applied.column + 1,
                 .text = std::string(line.whole),
                 .message = "kulan does not have this command; the line is kept, without effect",
                 .hint = hint_for(line.text, applied)});
    const bool is_known =
        (opens || context_.empty()) && !opened_.insert(block + " / " + std::string(line.text)).second;
    if (!is_known) keep(block, std::string(line.text));
    if (opens || context_.empty()) open_foreign_block(line, true, !opens);
  }

  void keep(std::string block, std::string text) {
    auto& kept = result_.config.unknown_lines;
    if (kept.size() < kMaximumKeptLines) return kept.push_back({std::move(block), std::move(text)});
    if (kept.size() == kMaximumKeptLines && !kept_too_many_)
      add_problem(
          {.message = "more than 100000 lines that kulan does not have; the rest of them is not kept"});
    kept_too_many_ = true;
  }

  // -------------------------------------------------------------------------------------------------------
  // problems

  static std::string listed(const std::vector<std::string>& expected) {
    std::string text;
    for (const auto& word : expected) text += (text.empty() ? "expected " : ", ") + word;
    return text;
  }

  static std::string printable(std::string_view whole) {
    std::string text(whole.substr(0, 120));
    for (auto& c : text)
      if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) c = '?';
    return text;
  }

  void add_problem(Problem problem) {
    auto& problems = result_.problems;
    if (problems.size() < kMaximumProblems) return problems.push_back(std::move(problem));
    if (problems.size() == kMaximumProblems)
      problems.push_back({.message = "too many problems; the rest is not shown", .is_dangerous = true});
  }

  struct Opening {
    std::size_t indent;
    bool is_indented;  // a deeper line was seen
  };

  struct Named {
    FileLine line;
    const Command* command;
    ListName list;
  };

  ReadResult result_;
  std::vector<Named> named_;
  Context context_;
  std::vector<Opening> openings_;  // one per line of context_
  std::optional<ForeignBlock> foreign_;
  std::unordered_set<std::string> opened_;  // lines that may open a block and are kept already
  bool kept_too_many_ = false;
  WrongLines wrong_lines_;
};

}  // namespace

std::size_t ReadResult::error_count() const {
  return static_cast<std::size_t>(std::ranges::count(problems, Problem::Severity::Error, &Problem::severity));
}

bool ReadResult::is_dangerous() const { return std::ranges::any_of(problems, &Problem::is_dangerous); }

ReadResult read_config(std::string_view text) { return Reader().read(text); }

std::string to_text(const Problem& problem, std::string_view file_name) {
  const bool is_error = problem.severity == Problem::Severity::Error;
  std::string text(file_name);
  if (problem.line > 0) text += ":" + std::to_string(problem.line);
  text += (is_error ? ": error: " : ": warning: ") + problem.message + "\n";
  if (problem.text.empty()) return text;
  text += "  " + problem.text + "\n";
  if (problem.column == 0) return problem.hint.empty() ? text : text + "  " + problem.hint + "\n";
  text += "  ";
  for (std::size_t i = 0; i + 1 < problem.column && i < problem.text.size(); ++i)
    text += problem.text[i] == '\t' ? '\t' : ' ';
  return text + "^" + (problem.hint.empty() ? "" : " " + problem.hint) + "\n";
}

std::string to_text(std::span<const Problem> problems, std::string_view file_name) {
  std::string text;
  for (const auto& problem : problems) text += to_text(problem, file_name);
  return text;
}

}  // namespace cli
