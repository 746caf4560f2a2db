// Typing at a terminal: libedit with the keys of the shell. TAB completes, `?` lists without Enter and keeps
// what was typed, Ctrl-C drops the line, Ctrl-Z leaves configure, Ctrl-V takes the next key as it is. Owns
// the terminal's mode while a line is typed and the history file.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command/tree.hpp"

namespace cli {

class LineEditor {
 public:
  struct Language {
    std::function<std::string()> prompt;
    std::function<Completion(std::string_view)> complete;  // up to the cursor
    std::function<std::vector<HelpLine>(std::string_view)> help;
  };
  enum class Event : std::uint8_t {
    Line,
    Dropped,     // Ctrl-C
    EndMode,     // Ctrl-Z
    EndOfInput,  // Ctrl-D, the terminal is gone, or nobody types
  };

  /// history_file: "" keeps no history between sessions. patience: for a key; 0: without end.
  LineEditor(Language language, std::string history_file, std::chrono::seconds patience);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// Waits for a line. Lines that hold a password do not enter the history.
  Event read(std::string& line);
  /// While a line is typed, what `news` returns is printed above it as it comes; nullptr: nothing is.
  void set_news(std::function<std::string()> news);
  /// Oldest first.
  std::vector<std::string> history() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cli
