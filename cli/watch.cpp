#include "cli/watch.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cli/command/words.hpp"

namespace cli {
namespace {

constexpr int kPauseMs = 1000;

/// Keys come one by one and unseen, Ctrl-C among them.
class RawKeys {
 public:
  RawKeys() {
    is_terminal_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!is_terminal_) return;
    auto raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  }
  ~RawKeys() {
    if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  RawKeys(const RawKeys&) = delete;
  RawKeys& operator=(const RawKeys&) = delete;

 private:
  termios before_{};
  bool is_terminal_ = false;
};

/// True when a key was pressed, or the terminal is gone, before the pause was over.
bool pause_ends_by_key() {
  pollfd keys{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return ::poll(&keys, 1, kPauseMs) != 0;
}

Screen screen_of_terminal() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return {24, 80};
  return {size.ws_row, size.ws_col};
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

/// At most `columns` characters; octets that continue one do not count (RFC 3629 §3).
std::string_view cut(std::string_view line, std::size_t columns) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < line.size(); ++i)
    if ((static_cast<unsigned char>(line[i]) & 0xc0) != 0x80 && ++characters > columns)
      return line.substr(0, i);
  return line;
}

}  // namespace

std::optional<std::string> watched_command(std::string_view line) {
  const auto words = split_words(line);
  if (line.find('|') != std::string_view::npos) return std::nullopt;  // it is a word of the filter
  if (words.size() < 3 || words.back().text != "watch") return std::nullopt;
  if (words[0].text.size() < 2 || !std::string_view("show").starts_with(words[0].text)) return std::nullopt;
  return std::string(right_trimmed(line.substr(0, words.back().column)));
}

std::string Screen::draw(std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty() && lines.size() < rows_) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = cut(text.substr(0, end), columns_);
    const bool is_new = has_drawn_ && (lines.size() >= shown_.size() || shown_[lines.size()].text != line);
    lines.push_back({std::string(line), is_new});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::string out = has_drawn_ ? "" : "\x1b[H\x1b[2J";
  for (std::size_t i = 0; i < std::max(lines.size(), shown_.size()); ++i) {
    const auto line = i < lines.size() ? lines[i] : Line{};
    if (has_drawn_ && i < shown_.size() && shown_[i] == line) continue;
    out += "\x1b[" + std::to_string(i + 1) + ";1H";
    out += line.is_bold ? "\x1b[1m" + line.text + "\x1b[0m" : line.text;
    out += "\x1b[K";
  }
  shown_ = std::move(lines);
  has_drawn_ = true;
  return out;
}

void watch(std::string_view title, const std::function<std::string()>& render) {
  const RawKeys keys;
  auto screen = screen_of_terminal();
  do {
    print(screen.draw(std::string(title) + "   (any key ends)\n\n" + render()));
  } while (!pause_ends_by_key());
  print("\x1b[" + std::to_string(999) + ";1H\n");
}

}  // namespace cli
