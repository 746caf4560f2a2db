// JSON as `show … json` prints it: members in FRR's order, two blanks a level.
//
// Small answers are one Json value. Tables may hold a million routes, so they are written member by member by
// JsonStream, which holds a few kilobytes, and their rows by JsonLine, which makes no value of them at all.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cli/show/format.hpp"

namespace cli::show {

using Json = nlohmann::ordered_json;

/// Text from a peer (hostname, description) may be no UTF-8: such octets are replaced, never thrown about.
inline std::string json_text(const Json& value, int indent = 2) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// Writes one value into a line, as Json::dump() does: `{"valid":true,"path":"64512"}`.
class JsonLine {
 public:
  explicit JsonLine(std::string& out) : out_(out) {}

  void open(char bracket) {
    separate();
    out_ += bracket;
    is_first_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    is_first_ = false;
  }
  /// What follows is its value.
  void key(std::string_view name) {
    separate();
    text(name);
    out_ += ':';
    is_first_ = true;
  }
  void value(std::string_view words) {
    separate();
    text(words);
  }
  void value(std::uint64_t number) {
    separate();
    append_number(out_, number);
  }
  void value(bool is_so) {
    separate();
    out_ += is_so ? "true" : "false";
  }
  template <typename Value>
  void member(std::string_view name, const Value& of_it) {
    key(name);
    if constexpr (std::is_same_v<Value, bool>)
      value(of_it);
    else if constexpr (std::is_integral_v<Value>)
      value(std::uint64_t{of_it});
    else
      value(std::string_view(of_it));
  }
  /// The value is the text that `write(out)` puts: digits, letters, points and the like.
  template <typename Write>
  void text_member(std::string_view name, const Write& write) {
    key(name);
    separate();
    out_ += '"';
    write(out_);
    out_ += '"';
  }

 private:
  void separate() {
    if (!is_first_) out_ += ',';
    is_first_ = false;
  }
  void text(std::string_view words) {
    const bool is_plain =
        std::ranges::all_of(words, [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
    if (!is_plain) {
      out_ += json_text(Json(words));
      return;
    }
    out_ += '"';
    out_ += words;
    out_ += '"';
  }

  std::string& out_;
  bool is_first_ = true;
};

/// One object, open while members come. Levels are opened and closed by name. Whole when the outermost is
/// closed; what a page has brought is there after flush().
class JsonStream {
 public:
  explicit JsonStream(Sink sink) : sink_(std::move(sink)) {}

  void open(std::string_view name = {}) {
    if (depth_ > 0) key(name);
    text_ += '{';
    ++depth_;
    is_first_ = true;
  }
  void member(std::string_view name, const Json& value, int indent = -1) {
    key(name);
    text_ += json_text(value, indent);
    flush_what_is_long();
  }
  /// The value is written by `write(line)`.
  template <typename Write>
  void line_member(std::string_view name, const Write& write) {
    key(name);
    JsonLine line(text_);
    write(line);
    flush_what_is_long();
  }
  void members(const Json& object) {
    for (const auto& [name, value] : object.items()) member(name, value);
  }
  void close() {
    --depth_;
    if (!is_first_) begin_line();
    text_ += depth_ == 0 ? "}\n" : "}";
    is_first_ = false;
    if (depth_ == 0) flush();
  }
  void flush() {
    if (!text_.empty()) sink_(text_);
    text_.clear();
  }

 private:
  void begin_line() {
    text_ += '\n';
    text_.append(depth_ * 2, ' ');
  }
  void key(std::string_view name) {
    if (!is_first_) text_ += ',';
    begin_line();
    JsonLine(text_).value(name);
    text_ += ": ";
    is_first_ = false;
  }
  void flush_what_is_long() {
    constexpr std::size_t kLong = 32 << 10;
    if (text_.size() > kLong) flush();
  }

  Sink sink_;
  std::string text_;
  std::size_t depth_ = 0;
  bool is_first_ = true;
};

}  // namespace cli::show
