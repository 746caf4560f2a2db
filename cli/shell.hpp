// One session of the shell: the mode it is in, and what a typed line does there. Knows no terminal: lines
// come in, text goes out, so that -c, files, pipes, the line editor and tests drive the same code.
//
// Commands of view and enable mode are rows of cli/show and run here; configuration lines go to the daemon
// with the context they were typed in. TAB and `?` ask the same grammar, locally.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command/tree.hpp"
#include "cli/config/edit.hpp"
#include "cli/show/commands.hpp"

namespace cli {

struct ShellSettings {
  std::string hostname = "host";
  bool user_mode = false;  // -u: look only
  bool trailing_question_mark =
      true;  // "show ip ?" lists, as in -c and pipes; the line editor has a key for it
};

class Shell {
 public:
  Shell(Client& client, show::Sink out, ShellSettings settings);

  /// Does one line; blank lines and comments do nothing.
  show::Status execute(std::string_view line);
  /// The same, with what it prints as the value.
  std::string output_of(std::string_view line);
  /// "host(config-router)# ".
  std::string prompt() const;
  /// `exit` at the outermost.
  bool is_finished() const { return finished_; }
  /// Ctrl-Z, `end`: not with changes in a candidate, which it then says.
  show::Status end_configure();
  /// The input is over: says what of a candidate is lost with it.
  show::Status finish();
  bool is_configuring() const { return configuring_; }

  /// For TAB and `?`; `line` ends at the cursor. Where a neighbor may be named, the daemon is asked who there
  /// is.
  Completion complete(std::string_view line) const;
  std::vector<HelpLine> help(std::string_view line) const;
  /// The lines of one mode's `list`.
  std::vector<std::string> list() const;

  /// docs/cli.md, made from the rows. A test compares it with the file and says how to refresh it.
  std::string reference() const;

  /// Set by a signal handler: what is listed just now ends.
  std::atomic<bool>& interrupted() { return interrupted_; }
  /// Lines of a page, 0: as many as the terminal has; absent where nothing is paged. The owner of the
  /// terminal looks.
  std::optional<unsigned> page_lines() const { return page_lines_; }
  /// What `terminal monitor` does, where there is a terminal.
  void set_monitor(std::function<void(bool)> monitor) { monitor_ = std::move(monitor); }
  /// For `show history`.
  void set_history(std::function<std::vector<std::string>()> history) { history_ = std::move(history); }
  /// For what asks before it acts; without, nothing asks.
  void set_confirm(std::function<bool(const std::string&)> confirms) { confirms_ = std::move(confirms); }
  void set_hostname(std::string hostname) { settings_.hostname = std::move(hostname); }

 private:
  struct Row {
    std::string syntax;
    std::vector<std::string_view> help;
    std::function<show::Status(const show::Console&, const Arguments&)> run;
    bool changes = false;
  };

  /// `watch` may follow: the line is a whole `show` and maybe the begin of that word. Column of it.
  std::optional<std::size_t> offers_watch(std::string_view line) const;
  void add_rows();
  show::Status set_monitoring(bool on) const;
  show::Status begin_configure(const show::Console& console);
  // `configure private`; see shell_candidate.cpp
  void add_candidate_rows();
  show::Status begin_candidate(const show::Console& console);
  /// Drops the candidate and leaves configure, whatever the daemon says.
  void drop_candidate();
  bool has_uncommitted_changes();
  /// A line of the candidate's own commands; nothing when it is the configuration's.
  std::optional<show::Status> execute_candidate(std::string_view line);
  Mode mode() const;
  const Tree& tree() const { return enabled_ ? enable_tree_ : view_tree_; }
  show::Status run(const Matched& matched);
  /// before: what was typed in front of it, such as "do ".
  show::Status execute_piped(std::string_view line, std::string_view before = {});
  show::Status execute_config(std::string_view line);
  show::Status leave_offline(std::string_view line, const ClientError& error);
  std::vector<HelpLine> outer_help(std::string_view line) const;
  // TAB and `?` without and with what the daemon knows; see shell_names.cpp
  Completion keywords_for(std::string_view line) const;
  std::vector<HelpLine> words_for(std::string_view line) const;
  std::vector<HelpLine> known_names(const Completion& completion, std::string_view half) const;
  show::Status print_help(std::string_view line);
  show::Status find(const std::string& pattern) const;
  static std::string mark_of(const Match& match, std::string_view line);
  void say(std::string_view text) const { out_(text); }

  Client& client_;
  show::Sink out_;
  ShellSettings settings_;
  std::vector<Row> rows_;
  Tree view_tree_, enable_tree_;
  std::vector<Row> candidate_rows_;
  Tree candidate_tree_;
  bool in_candidate_ = false;
  bool enabled_ = true;
  bool configuring_ = false;
  Context context_;
  bool finished_ = false;
  std::optional<unsigned> page_lines_;
  bool is_filtered_ = false;  // out_ leads into a filter
  std::atomic<bool> interrupted_ = false;
  std::function<std::vector<std::string>()> history_;
  std::function<bool(const std::string&)> confirms_;
  std::function<void(bool)> monitor_;
};

}  // namespace cli
