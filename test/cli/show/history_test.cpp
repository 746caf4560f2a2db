#include "cli/show/history.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <ctime>

#include "cli/show/moment.hpp"
#include "test/cli/show/replies.hpp"

namespace cli::show {
namespace {

using api::Event;

class InUtc : public testing::Test {
 protected:
  InUtc() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
};
using Moment = InUtc;
using HistoryText = InUtc;
using HistoryJson = InUtc;

/// 2026-11-24 01:40:00 UTC.
WallClock now() { return at_noon(); }

TEST_F(Moment, IsReadAsAnAgeATimeOrADate) {
  EXPECT_EQ(parse_moment("10m", now()), 10 * kMinute);
  EXPECT_EQ(parse_moment("2h", now()), 2 * kHour);
  EXPECT_EQ(parse_moment("90", now()), 90'000u);
  EXPECT_EQ(parse_moment("01:30", now()), 10 * kMinute);
  EXPECT_EQ(parse_moment("\"01:30:30\"", now()), 9 * kMinute + 30'000);
  EXPECT_EQ(parse_moment("2026-11-24T00:40", now()), kHour);
  EXPECT_EQ(parse_moment("03:12", now()), 22 * kHour + 28 * kMinute) << "yesterday's";
}

TEST_F(Moment, OfNoSenseOrAheadIsNone) {
  for (const auto* text : {"", "x", "10y", "25:00", "01:30x", "2026-11-24T02:00", "99999999999d", "-5m"})
    EXPECT_FALSE(parse_moment(text, now())) << text;
}

/// A better path, and the session that brought the one before goes.
api::Events events() {
  api::Events events;
  auto& better = *events.add_events();
  better.set_sequence(1);
  better.set_ms(5'000);
  *better.mutable_prefix() = prefix("10.1.0.0/16");
  better.set_neighbor("192.168.77.3");
  better.set_before("192.168.77.2");
  better.set_next_hop(octets("192.168.77.3"));
  better.set_cause(Event::BETTER);
  better.set_reason(api::BEST_LOCAL_PREF);
  auto& down = *events.add_events();
  down.set_sequence(2);
  down.set_ms(1'250);
  down.set_kind(Event::SESSION_DOWN);
  down.set_neighbor("192.168.77.2");
  down.mutable_reset()->set_cause(api::LastReset::HOLD_TIMER_EXPIRED);
  return events;
}

std::string shown(bool json, const api::Events& page) {
  Collected collected;
  EventListing listing(json, collected.sink());
  listing.page(page, now());
  listing.finish();
  return collected.text;
}

TEST_F(HistoryText, AnEventIsALine) {
  EXPECT_EQ(shown(false, events()),
            "2026-11-24 01:39:55.00  10.1.0.0/16          best by 192.168.77.3 via 192.168.77.3, instead of "
            "192.168.77.2: Local Pref\n"
            "2026-11-24 01:39:58.75  192.168.77.2         session is down: " +
                reset_text(events().events(1).reset()) + "\n");
}

TEST_F(HistoryText, WhatIsNotKeptIsSaid) {
  api::Events none;
  EXPECT_EQ(shown(false, none), "No events\n");
  none.set_complete_ms(60'000);
  EXPECT_EQ(shown(false, none), "No events\nEvents before 2026-11-24 01:39:00.00 are not kept any more\n");
}

TEST_F(HistoryText, EveryCauseHasWords) {
  Event event;
  event.set_before("192.168.77.2");
  for (const auto& [cause, words] :
       {std::pair(Event::LEARNED, "learned"), std::pair(Event::CHANGED, "other attributes"),
        std::pair(Event::WITHDRAWN, "withdrawn by 192.168.77.2"),
        std::pair(Event::SESSION_LOST, "session with 192.168.77.2 lost")}) {
    event.set_cause(cause);
    EXPECT_THAT(event_text(event), testing::HasSubstr(words));
  }
  event.set_kind(Event::GONE);
  event.set_cause(Event::REJECTED);
  event.set_state(api::PATH_AS_LOOP);
  EXPECT_EQ(event_text(event), "gone, that of 192.168.77.2: AS loop");
}

TEST_F(HistoryJson, HasStableWords) {
  const auto json = nlohmann::json::parse(shown(true, events()));

  ASSERT_EQ(json["events"].size(), 2u);
  EXPECT_EQ(json["events"][0]["event"], "best");
  EXPECT_EQ(json["events"][0]["cause"], "better");
  EXPECT_EQ(json["events"][0]["selectionReason"], "localPref");
  EXPECT_EQ(json["events"][0]["epochMsec"], 1795484395000);
  EXPECT_EQ(json["events"][1]["event"], "sessionDown");
  EXPECT_TRUE(nlohmann::json::parse(shown(true, {}))["events"].empty());
}

TEST_F(HistoryJson, PastRoutesAreByPrefix) {
  api::RoutesAt routes;
  auto& route = *routes.add_routes();
  *route.mutable_prefix() = prefix("10.1.0.0/16");
  route.set_neighbor("192.168.77.2");
  route.set_next_hop(octets("192.168.77.2"));
  route.set_until_ms(5'000);
  Collected text, json;
  PastRouteListing as_text(false, "At noon", text.sink()), as_json(true, "", json.sink());
  for (auto* listing : {&as_text, &as_json}) {
    listing->page(routes, now());
    listing->finish();
  }

  EXPECT_EQ(text.text,
            "At noon\n\n10.1.0.0/16          by 192.168.77.2 via 192.168.77.2, until 2026-11-24 01:39:55.00\n"
            "\n1 routes\n");
  EXPECT_EQ(nlohmann::json::parse(json.text)["10.1.0.0/16"]["nexthop"], "192.168.77.2");
}

}  // namespace
}  // namespace cli::show
