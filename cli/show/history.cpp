#include "cli/show/history.hpp"

#include <array>
#include <cstring>

#include "cli/show/explain.hpp"
#include "cli/show/moment.hpp"

namespace cli::show {
namespace {

using Event = api::Event;

/// What became of the path before.
std::string cause_text(const Event& event) {
  const auto& before = event.before();
  switch (event.cause()) {
    case Event::LEARNED:
      return "learned";
    case Event::CHANGED:
      return "other attributes";
    case Event::BETTER:
      return "instead of " + before + ": " + std::string(rib::name_of(reason_of(event.reason())));
    case Event::WITHDRAWN:
      return "withdrawn by " + before;
    case Event::SESSION_LOST:
      return "session with " + before + " lost";
    case Event::REJECTED:
      return "that of " + before + ": " + std::string(rib::name_of(state_of(event.state())));
    default:
      return "?";
  }
}

std::string best_text(const Event& event) {
  auto text = "best by " + event.neighbor();
  if (!event.next_hop().empty()) text += " via " + address_text(event.next_hop());
  return text + ", " + cause_text(event);
}

Json event_json(const Event& event, WallClock now) {
  const auto since_epoch = time_of(now, event.ms()).time_since_epoch();
  Json json{{"sequence", event.sequence()},
            {"epochMsec", std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()},
            {"time", moment_text(time_of(now, event.ms()))},
            {"event", code_of(event.kind())}};
  if (event.has_prefix()) json["prefix"] = prefix_text(event.prefix());
  if (!event.neighbor().empty()) json["neighbor"] = event.neighbor();
  if (!event.before().empty()) json["before"] = event.before();
  if (!event.next_hop().empty()) json["nexthop"] = address_text(event.next_hop());
  if (event.cause() != Event::NONE) json["cause"] = code_of(event.cause());
  if (event.kind() == Event::BEST) json["selectionReason"] = code_of(event.reason());
  if (event.cause() == Event::REJECTED) json["state"] = code_of(event.state());
  if (event.error() != 0) json["errno"] = event.error();
  if (event.has_reset()) {
    json["reset"] = reset_text(event.reset());
    json["code"] = event.reset().code();
    json["subcode"] = event.reset().subcode();
  }
  json["text"] = event_text(event);
  return json;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

}  // namespace

std::string_view code_of(Event::Kind kind) {
  static constexpr std::array<std::string_view, 7> kWords{
      "best", "gone", "kernelRefused", "kernelTook", "sessionUp", "sessionDown", "firstTable"};
  return word_of(kWords, kind);
}

std::string_view code_of(Event::Cause cause) {
  static constexpr std::array<std::string_view, 7> kWords{"none",      "learned",     "changed", "better",
                                                          "withdrawn", "sessionLost", "rejected"};
  return word_of(kWords, cause);
}

std::string event_text(const Event& event) {
  switch (event.kind()) {
    case Event::BEST:
      return best_text(event);
    case Event::GONE:
      return "gone, " + cause_text(event);
    case Event::KERNEL_REFUSED:
      return std::string("the kernel refused it: ") + std::strerror(event.error());
    case Event::KERNEL_TOOK:
      return "the kernel has it now";
    case Event::SESSION_UP:
      return "session is up";
    case Event::SESSION_DOWN:
      return "session is down: " + reset_text(event.reset());
    case Event::FIRST_TABLE:
      return "the rest of its first table is not listed prefix by prefix";
    default:
      return "?";
  }
}

void EventListing::page(const api::Events& events, WallClock now) {
  if (events.has_complete_ms()) complete_since_ = moment_text(time_of(now, events.complete_ms()));
  for (const auto& event : events.events()) {
    if (is_json_) {
      sink_((is_empty_ ? "{\n  \"events\": [\n    " : ",\n    ") + json_text(event_json(event, now), -1));
    } else {
      const auto subject = event.has_prefix() ? prefix_text(event.prefix()) : event.neighbor();
      sink_(moment_text(time_of(now, event.ms())) + "  " + padded(subject, 20) + " " + event_text(event) +
            "\n");
    }
    is_empty_ = false;
  }
}

void EventListing::finish() {
  if (is_json_) {
    std::string end = is_empty_ ? "{\n  \"events\": [" : "\n  ";
    end += "]";
    if (!complete_since_.empty()) end += ",\n  \"completeSince\": " + json_text(Json(complete_since_));
    return sink_(end + "\n}\n");
  }
  if (is_empty_) sink_("No events\n");
  if (!complete_since_.empty()) sink_("Events before " + complete_since_ + " are not kept any more\n");
}

void PastRouteListing::begin() {
  if (std::exchange(has_begun_, true)) return;
  if (is_json_)
    json_.open();
  else
    sink_(title_ + "\n\n");
}

void PastRouteListing::page(const api::RoutesAt& routes, WallClock now) {
  begin();
  for (const auto& route : routes.routes()) {
    ++count_;
    const auto next_hop = address_text(route.next_hop());
    const auto moment = [&](std::uint64_t ms) { return moment_text(time_of(now, ms)); };
    if (is_json_) {
      Json json{{"neighbor", route.neighbor()}};
      if (!next_hop.empty()) json["nexthop"] = next_hop;
      if (route.has_since_ms()) json["since"] = moment(route.since_ms());
      if (route.has_until_ms()) json["until"] = moment(route.until_ms());
      json_.member(prefix_text(route.prefix()), json);
      continue;
    }
    auto line = padded(prefix_text(route.prefix()), 20) + " by " + route.neighbor();
    if (!next_hop.empty()) line += " via " + next_hop;
    if (route.has_since_ms()) line += ", since " + moment(route.since_ms());
    if (route.has_until_ms()) line += ", until " + moment(route.until_ms());
    sink_(line + "\n");
  }
}

void PastRouteListing::finish() {
  begin();
  if (is_json_) return json_.close();
  sink_((count_ > 0 ? "\n" : "") + std::to_string(count_) + " routes\n");
}

}  // namespace cli::show
