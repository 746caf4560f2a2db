// Shows one response in every way there is. For any response whatever this must neither crash nor throw, and
// JSON must be JSON: the daemon may be newer than the shell, or not be ours.
#pragma once

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "cli/show/compare.hpp"
#include "cli/show/configuration.hpp"
#include "cli/show/explain.hpp"
#include "cli/show/fib.hpp"
#include "cli/show/history.hpp"
#include "cli/show/neighbors.hpp"
#include "cli/show/route_detail.hpp"
#include "cli/show/route_table.hpp"
#include "cli/show/routes.hpp"
#include "cli/show/summary.hpp"
#include "cli/show/system.hpp"
#include "cli/show/update_groups.hpp"

namespace cli::show {

inline void render_everything(const api::Response& response) {
  const WallClock now(std::chrono::seconds(1795484400));
  std::string text;
  const Sink collect = [&](std::string_view part) { text += part; };
  const auto expect_json = [](const std::string& json) {
    if (!nlohmann::json::accept(json)) std::abort();
  };
  expect_json(summary_json(response.summary(), {}, true, now));
  text += summary_text(response.summary(), {});
  expect_json(neighbors_json(response.neighbors(), now));
  text += neighbors_text(response.neighbors());
  expect_json(route_detail_json(response.routes(), now));
  text += route_detail_text(response.routes(), now);
  for (const auto kind :
       {RouteListingKind::Table, RouteListingKind::Received, RouteListingKind::Advertised}) {
    const auto as_text = text_listing(kind, collect);
    as_text->page(response.routes());
    as_text->finish();
    std::string json;
    const auto as_json = json_listing(kind, [&](std::string_view part) { json += part; });
    as_json->page(response.routes());
    as_json->finish();
    expect_json(json);
  }
  for (const auto kind : {RouteTableKind::List, RouteTableKind::Detail, RouteTableKind::Summary}) {
    const auto as_text = text_route_table(kind, collect);
    as_text->page(response.route_table());
    as_text->finish();
    std::string json;
    const auto as_json = json_route_table(kind, [&](std::string_view part) { json += part; });
    as_json->page(response.route_table());
    as_json->finish();
    expect_json(json);
  }
  expect_json(update_groups_json(response.update_groups()));
  text += update_groups_text(response.update_groups());
  for (const bool as_json : {false, true}) {
    std::string listed;
    CompareListing listing({.json = as_json}, [&](std::string_view part) { listed += part; });
    listing.page(response.comparison());
    listing.finish();
    if (as_json) expect_json(listed);
  }
  for (const bool as_json : {false, true}) {
    std::string events, routes;
    EventListing event_listing(as_json, [&](std::string_view part) { events += part; });
    event_listing.page(response.events(), now);
    event_listing.finish();
    PastRouteListing route_listing(as_json, "", [&](std::string_view part) { routes += part; });
    route_listing.page(response.routes_at(), now);
    route_listing.finish();
    if (as_json) expect_json(events), expect_json(routes);
  }
  expect_json(explain_json(response.explanation()));
  text += explain_text(response.explanation());
  expect_json(fib_audit_json(response.fib()));
  text += fib_audit_text(response.fib());
  expect_json(fib_restart_json(response.fib()));
  text += fib_restart_text(response.fib());
  expect_json(next_hops_json(response.next_hops()));
  text += next_hops_text(response.next_hops());
  expect_json(interfaces_json(response.interfaces()));
  text += interfaces_text(response.interfaces());
  expect_json(interface_details_json(response.interfaces()));
  text += interface_details_text(response.interfaces());
  expect_json(generations_json(response.generations(), now));
  text += generations_text(response.generations(), now);
  expect_json(config_status_json(response.config_status()));
  text += config_status_text(response.config_status());
  expect_json(consequences_json(response.consequences()));
  text += consequences_text(response.consequences());
  expect_json(version_json(response.version()));
  expect_json(status_json(response.status()));
  expect_json(memory_report_json(response.status()));
  text += version_text(response.version()) + status_text(response.status()) +
          memory_report_text(response.status());
}

}  // namespace cli::show
