// What `configure terminal` does with one line. The place where it is typed is a context: the lines that
// opened the modes, outermost first, e.g. {"router bgp 64512", "address-family ipv6 unicast"}; empty in
// configure itself. Used by the daemon for the API, by the shell to know where it is, and by the reader for
// each line of a file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command/tree.hpp"
#include "cli/config/command.hpp"
#include "cli/config/grammar.hpp"

namespace cli {

using Context = std::vector<std::string>;

enum class EditStatus : std::uint8_t {
  Done,
  Unknown,     // no such command
  Ambiguous,   // several match
  Incomplete,  // unfinished
  Refused,     // understood, but not possible
};

struct EditResult {
  EditStatus status = EditStatus::Done;
  Context context;                // where the next line is typed; as before after an error
  bool leaves_configure = false;  // `end`, or `exit` at the outermost
  std::string text;  // for the operator: FRR's mark, maybe a second line with a caret; a warning when done
  std::size_t column = 0;  // of the word in error, from 0
};

/// Changes `config` by one line, or leaves it as it was and says why not. A blank line or a comment does
/// nothing. A line that only a parent mode knows leaves the inner modes by itself.
EditResult edit(Config& config, const Context& context, std::string_view line);

/// What a line of a file comes to; more than edit() tells, for the reader.
struct Applied {
  EditStatus status = EditStatus::Done;
  Form form;  // of what was matched
  std::size_t column = 0;
  std::vector<std::string> expected_keywords, expected_values;  // Unknown, Incomplete, Ambiguous
  bool end_expected = false;  // Unknown: the words before it were a whole command
  std::string message;        // Refused
  bool has_column = true;     // Refused: whether one word alone is at fault
  bool left = false, leaves_configure = false;
  std::vector<ListName> lists;  // Done: what the line names
};
/// `context` is changed when the line was done.
Applied apply_line(Config& config, Context& context, std::string_view line);

/// What is to be told of a line that was done; mostly "".
std::string_view warning_of(const Applied& applied);

/// Nothing when a line of the context opens no mode.
std::optional<Mode> mode_of(const Context& context);

/// TAB and `?` at the end of `line`, and all commands, in the mode of the context.
Completion complete(const Context& context, std::string_view line);
std::vector<HelpLine> help(const Context& context, std::string_view line);
std::vector<std::string> list_commands(const Context& context);

/// What a match comes to that is no command.
Applied failure_of(const Match& match, std::string_view line);
/// "% Unknown command: …" and its kin, then a line with a caret under the word in error, or behind the last
/// one where more is wanted: hint_for(), or what could stand there.
std::string error_mark(std::string_view line, const Applied& applied);
/// What a refusal says, and where one word is at fault the line with a caret under it.
std::string refusal_mark(std::string_view line, const Applied& applied);
/// `did you mean "X"?`, `expected …`, or "".
std::string hint_for(std::string_view line, const Applied& applied);

/// The block in which a kept line stands (Config::UnknownLine).
std::string block_of(const Context& context);

}  // namespace cli
