// Events of routes and sessions, and the routes of a moment that has passed; page by page.
#pragma once

#include <string>

#include "cli/show/json.hpp"

namespace cli::show {

/// "gone: withdrawn by 192.168.1.2".
std::string event_text(const api::Event& event);
/// "withdrawn"; stable words for programs.
std::string_view code_of(api::Event::Kind kind);
std::string_view code_of(api::Event::Cause cause);

class EventListing {
 public:
  EventListing(bool json, Sink sink) : is_json_(json), sink_(std::move(sink)) {}
  /// `now`: when the page was made.
  void page(const api::Events& events, WallClock now);
  void finish();

 private:
  const bool is_json_;
  Sink sink_;
  bool is_empty_ = true;
  std::string complete_since_;  // "": nothing is missing
};

class PastRouteListing {
 public:
  /// title: "Routes of BGP at …", for people.
  PastRouteListing(bool json, std::string title, Sink sink)
      : is_json_(json), title_(std::move(title)), sink_(sink), json_(std::move(sink)) {}
  void page(const api::RoutesAt& routes, WallClock now);
  void finish();

 private:
  void begin();

  const bool is_json_;
  const std::string title_;
  Sink sink_;
  JsonStream json_;
  bool has_begun_ = false;
  std::uint64_t count_ = 0;
};

}  // namespace cli::show
