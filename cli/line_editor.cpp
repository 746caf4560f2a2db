#include "cli/line_editor.hpp"

#include <histedit.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cwchar>

namespace cli {
namespace {

constexpr int kHistoryLength = 1000;
constexpr std::size_t kFallbackWidth = 80;

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kFallbackWidth;
}

/// Words side by side, as wide as the terminal.
std::string in_columns(const std::vector<std::string>& words) {
  std::size_t width = 0;
  for (const auto& word : words) width = std::max(width, word.size() + 2);
  const auto columns = std::max<std::size_t>(1, terminal_width() / std::max<std::size_t>(width, 1));
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += words[i];
    const bool ends_line = (i + 1) % columns == 0 || i + 1 == words.size();
    text += ends_line ? std::string("\n") : std::string(width - words[i].size(), ' ');
  }
  return text;
}

std::string common_beginning(const std::vector<std::string>& words) {
  auto common = words.front();
  for (const auto& word : words) {
    const auto [end, ignored] = std::mismatch(common.begin(), common.end(), word.begin(), word.end());
    common.erase(end, common.end());
  }
  return common;
}

}  // namespace

struct LineEditor::Impl {
  Impl(Language words, std::string file, std::chrono::seconds wait)
      : language(std::move(words)), history_file(std::move(file)), patience(wait) {}

  static Impl& of(EditLine* line) {
    void* self = nullptr;
    el_get(line, EL_CLIENTDATA, &self);
    return *static_cast<Impl*>(self);
  }
  static std::string before_cursor(EditLine* line) {
    const auto* info = el_line(line);
    return {info->buffer, static_cast<std::size_t>(info->cursor - info->buffer)};
  }
  static void print_below(const std::string& text) {
    std::fputc('\n', stdout);
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
  }

  static char* prompt(EditLine* line) {
    auto& self = of(line);
    return self.prompt_text.data();
  }
  static int read_key(EditLine* line, wchar_t* character);
  void choose_reader();
  void print_news();
  static unsigned char on_tab(EditLine* line, int);
  static unsigned char on_question_mark(EditLine* line, int);
  static unsigned char on_interrupt(EditLine* line, int) {
    of(line).event = Event::Dropped;
    return CC_NEWLINE;
  }
  static unsigned char on_end_mode(EditLine* line, int) {
    of(line).event = Event::EndMode;
    return CC_NEWLINE;
  }

  Language language;
  std::function<std::string()> news;
  std::string history_file;
  std::chrono::seconds patience;
  std::string prompt_text;
  Event event = Event::Line;
  History* history = nullptr;
  EditLine* editor = nullptr;
};

unsigned char LineEditor::Impl::on_tab(EditLine* line, int) {
  const auto typed = before_cursor(line);
  const auto completion = of(line).language.complete(typed);
  if (completion.candidates.empty() || completion.column > typed.size()) return CC_REFRESH_BEEP;
  const auto word_length = typed.size() - completion.column;
  const bool is_only = completion.candidates.size() == 1;
  auto addition = common_beginning(completion.candidates);
  addition.erase(0, std::min(word_length, addition.size()));
  if (is_only) addition += ' ';
  if (!addition.empty()) return el_insertstr(line, addition.c_str()) == 0 ? CC_REFRESH : CC_REFRESH_BEEP;
  print_below(in_columns(completion.candidates));
  return CC_REDISPLAY;
}

unsigned char LineEditor::Impl::on_question_mark(EditLine* line, int) {
  const auto lines = of(line).language.help(before_cursor(line));
  print_below(lines.empty() ? "% There is no matched command.\n" : help_text(lines));
  return CC_REDISPLAY;
}

/// In place of libedit's own: a key may be long in coming.
int LineEditor::Impl::read_key(EditLine* line, wchar_t* character) {
  constexpr int kPauseMs = 200;
  auto& self = of(line);
  const auto since = std::chrono::steady_clock::now();
  std::mbstate_t state{};
  for (;;) {
    pollfd keys{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&keys, 1, kPauseMs);
    if (ready < 0 && errno != EINTR) return -1;
    if (ready <= 0) {
      self.print_news();
      if (self.patience.count() == 0 || std::chrono::steady_clock::now() - since < self.patience) continue;
      print_below("% No key for " + std::to_string(self.patience.count()) + " s: the shell ends");
      return 0;
    }
    char octet = 0;
    const auto count = ::read(STDIN_FILENO, &octet, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return static_cast<int>(count);
    const auto length = std::mbrtowc(character, &octet, 1, &state);
    if (length == static_cast<std::size_t>(-2)) continue;
    if (length == static_cast<std::size_t>(-1)) *character = static_cast<unsigned char>(octet);
    return 1;
  }
}

void LineEditor::Impl::print_news() {
  const auto text = news ? news() : std::string();
  if (text.empty()) return;
  std::fputs(("\r\x1b[J" + text).c_str(), stdout);
  std::fflush(stdout);
  el_set(editor, EL_REFRESH);
}

void LineEditor::set_news(std::function<std::string()> news) {
  auto& self = *impl_;
  self.news = std::move(news);
  self.choose_reader();
}

void LineEditor::Impl::choose_reader() {
  if (!editor) return;
  if (news || patience.count() > 0)
    el_set(editor, EL_GETCFN, &Impl::read_key);
  else
    el_set(editor, EL_GETCFN, EL_BUILTIN_GETCFN);
}

LineEditor::LineEditor(Language language, std::string history_file, std::chrono::seconds patience)
    : impl_(std::make_unique<Impl>(std::move(language), std::move(history_file), patience)) {
  auto& self = *impl_;
  HistEvent result;
  self.history = history_init();
  if (self.history) {
    ::history(self.history, &result, H_SETSIZE, kHistoryLength);
    ::history(self.history, &result, H_SETUNIQUE, 1);
    if (!self.history_file.empty()) ::history(self.history, &result, H_LOAD, self.history_file.c_str());
  }
  self.editor = el_init("kulan", stdin, stdout, stderr);
  if (!self.editor) return;
  el_set(self.editor, EL_CLIENTDATA, impl_.get());
  self.choose_reader();
  el_set(self.editor, EL_PROMPT, &Impl::prompt);
  el_set(self.editor, EL_EDITOR, "emacs");
  el_set(self.editor, EL_SIGNAL, 1);  // window size, and the terminal restored when the shell is killed
  if (self.history) el_set(self.editor, EL_HIST, ::history, self.history);
  // Ctrl-C and Ctrl-Z are keys while a line is typed, and signals while a command runs.
  el_set(self.editor, EL_SETTY, "-d", "-isig", nullptr);
  el_set(self.editor, EL_ADDFN, "kulan-complete", "Complete the word", &Impl::on_tab);
  el_set(self.editor, EL_ADDFN, "kulan-help", "List what may follow", &Impl::on_question_mark);
  el_set(self.editor, EL_ADDFN, "kulan-drop", "Drop the line", &Impl::on_interrupt);
  el_set(self.editor, EL_ADDFN, "kulan-end", "Leave configure", &Impl::on_end_mode);
  el_set(self.editor, EL_BIND, "^I", "kulan-complete", nullptr);
  el_set(self.editor, EL_BIND, "?", "kulan-help", nullptr);
  el_set(self.editor, EL_BIND, "^C", "kulan-drop", nullptr);
  el_set(self.editor, EL_BIND, "^Z", "kulan-end", nullptr);
  el_set(self.editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  el_set(self.editor, EL_BIND, "^W", "ed-delete-prev-word", nullptr);
}

LineEditor::~LineEditor() {
  HistEvent result;
  if (impl_->history && !impl_->history_file.empty()) {
    const auto old_mask = ::umask(077);
    ::history(impl_->history, &result, H_SAVE, impl_->history_file.c_str());
    ::umask(old_mask);
  }
  if (impl_->editor) el_end(impl_->editor);
  if (impl_->history) history_end(impl_->history);
}

LineEditor::Event LineEditor::read(std::string& line) {
  auto& self = *impl_;
  line.clear();
  if (!self.editor) return Event::EndOfInput;
  self.prompt_text = self.language.prompt();
  self.event = Event::Line;
  int length = 0;
  // libedit prints the prompt before it sets the terminal; a Ctrl-D or Ctrl-C typed in between would be the
  // kernel's.
  el_set(self.editor, EL_PREP_TERM, 1);
  const char* typed = el_gets(self.editor, &length);
  if (self.event != Event::Line) {
    std::fputs("\n", stdout);
    std::fflush(stdout);
    return self.event;
  }
  if (!typed || length <= 0) {
    std::fputs("\n", stdout);
    std::fflush(stdout);
    return Event::EndOfInput;
  }
  line.assign(typed, static_cast<std::size_t>(length));
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  if (self.history && line.find_first_not_of(' ') != std::string::npos &&
      line.find("password") == std::string::npos) {
    HistEvent result;
    ::history(self.history, &result, H_ENTER, line.c_str());
  }
  return Event::Line;
}

std::vector<std::string> LineEditor::history() const {
  std::vector<std::string> lines;
  HistEvent event;
  if (!impl_->history) return lines;
  for (int result = ::history(impl_->history, &event, H_LAST); result == 0;
       result = ::history(impl_->history, &event, H_PREV)) {
    lines.emplace_back(event.str);
    while (!lines.back().empty() && lines.back().back() == '\n') lines.back().pop_back();
  }
  return lines;
}

}  // namespace cli
