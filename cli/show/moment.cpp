#include "cli/show/moment.hpp"

#include <charconv>
#include <ctime>

namespace cli::show {
namespace {

using std::chrono::system_clock;

constexpr std::uint64_t kCentury = 100ull * 366 * 24 * 3600 * 1000;

/// `text` read by strptime to its end.
bool reads_as(const std::string& text, const char* format, std::tm& time) {
  const char* end = ::strptime(text.c_str(), format, &time);
  return end && *end == '\0';
}

std::optional<std::uint64_t> age_of(std::tm time, WallClock now) {
  time.tm_isdst = -1;
  const auto seconds = std::mktime(&time);
  const auto age =
      std::chrono::duration_cast<std::chrono::milliseconds>(now - system_clock::from_time_t(seconds));
  if (seconds == -1 || age.count() < 0) return std::nullopt;
  return static_cast<std::uint64_t>(age.count());
}

}  // namespace

std::optional<std::uint64_t> parse_age(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const auto unit = text.substr(static_cast<std::size_t>(end - text.data()));
  std::uint64_t seconds = 1;
  if (unit == "m" || unit == "min")
    seconds = 60;
  else if (unit == "h")
    seconds = 3600;
  else if (unit == "d")
    seconds = 86'400;
  else if (!unit.empty() && unit != "s")
    return std::nullopt;
  if (number > kCentury / 1000 / seconds) return std::nullopt;
  return number * seconds * 1000;
}

std::optional<std::uint64_t> parse_moment(std::string_view text, WallClock now) {
  if (text.size() > 1 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front())
    text = text.substr(1, text.size() - 2);
  if (const auto age = parse_age(text)) return age;
  const std::string whole(text);
  const auto seconds = system_clock::to_time_t(now);
  std::tm today{};
  ::localtime_r(&seconds, &today);
  today.tm_sec = 0;
  for (const auto* format : {"%H:%M:%S", "%H:%M"}) {
    auto time = today;
    if (!reads_as(whole, format, time)) continue;
    if (const auto age = age_of(time, now)) return age;
    --time.tm_mday;
    return age_of(time, now);
  }
  for (const auto* format : {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"}) {
    std::tm time{};
    if (reads_as(whole, format, time)) return age_of(time, now);
  }
  return std::nullopt;
}

std::string moment_text(WallClock when) {
  const auto seconds = system_clock::to_time_t(when);
  std::tm time{};
  ::localtime_r(&seconds, &time);
  const auto hundredths =
      std::chrono::duration_cast<std::chrono::milliseconds>(when - system_clock::from_time_t(seconds))
          .count() /
      10;
  std::string text;
  append(text, "%04d-%02d-%02d %02d:%02d:%02d.%02d", time.tm_year + 1900, time.tm_mon + 1, time.tm_mday,
         time.tm_hour, time.tm_min, time.tm_sec, static_cast<int>(hundredths));
  return text;
}

}  // namespace cli::show
