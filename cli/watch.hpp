// `show … watch`: a show command drawn again every second, until a key is pressed. In a terminal only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// "show ip bgp summary" of "show ip bgp summary watch"; nothing when the line is no such one.
std::optional<std::string> watched_command(std::string_view line);

/// A terminal's screen, of which only what changed is written again. Pure: text in, octets out.
class Screen {
 public:
  Screen(std::size_t rows, std::size_t columns) : rows_(rows), columns_(columns) {}

  /// The octets that make the screen show `text`: at first all of it, then the lines that differ, in bold
  /// until the next time. What does not fit is cut.
  std::string draw(std::string_view text);

 private:
  struct Line {
    std::string text;
    bool is_bold = false;
    bool operator==(const Line&) const = default;
  };
  const std::size_t rows_, columns_;
  std::vector<Line> shown_;
  bool has_drawn_ = false;
};

/// Draws what `render` makes, again and again, until a key. The terminal is as before afterwards.
void watch(std::string_view title, const std::function<std::string()>& render);

}  // namespace cli
