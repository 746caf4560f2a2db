// JSON as `show … json` prints it: members in FRR's order, two blanks a level.
//
// Small answers are one Json value. Tables may hold a million routes, so they are written member by member by
// JsonStream, which holds nothing.
#pragma once

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

/// One object, open while members come. Levels are opened and closed by name.
class JsonStream {
 public:
  explicit JsonStream(Sink sink) : sink_(std::move(sink)) {}

  void open(std::string_view name = {}) {
    if (depth_ > 0) key(name);
    sink_("{");
    ++depth_;
    first_ = true;
  }
  void member(std::string_view name, const Json& value, int indent = -1) {
    key(name);
    sink_(json_text(value, indent));
  }
  void members(const Json& object) {
    for (const auto& [name, value] : object.items()) member(name, value);
  }
  void close() {
    --depth_;
    if (!first_) sink_("\n" + std::string(depth_ * 2, ' '));
    sink_(depth_ == 0 ? "}\n" : "}");
    first_ = false;
  }

 private:
  void key(std::string_view name) {
    sink_((first_ ? "\n" : ",\n") + std::string(depth_ * 2, ' ') + json_text(Json(name)) + ": ");
    first_ = false;
  }

  Sink sink_;
  std::size_t depth_ = 0;
  bool first_ = true;
};

}  // namespace cli::show
