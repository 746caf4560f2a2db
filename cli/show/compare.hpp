// `show compare`: three tables side by side, a line a prefix, page by page.
#pragma once

#include <memory>
#include <string_view>

#include "cli/show/json.hpp"

namespace cli::show {

/// "notInstalled": stable words for programs.
std::string_view code_of(api::ComparedPrefix::Difference difference);

class CompareListing {
 public:
  struct Choice {
    bool json = false;
    bool only_differences = false;
  };
  CompareListing(Choice choice, Sink sink) : choice_(choice), sink_(sink), json_(std::move(sink)) {}

  void page(const api::Comparison& comparison);
  void finish();

 private:
  void begin();

  const Choice choice_;
  Sink sink_;
  JsonStream json_;
  bool has_begun_ = false;
  std::uint64_t prefixes_ = 0, different_ = 0;
};

}  // namespace cli::show
