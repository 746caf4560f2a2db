#include <cstdio>
#include <thread>

#include "cli/show/commands.hpp"
#include "cli/show/history.hpp"
#include "cli/show/moment.hpp"

namespace cli::show {
namespace {

std::expected<api::Events, ClientError> ask(const Console& console, const api::ListEvents& list) {
  api::Request request;
  *request.mutable_events() = list;
  const auto response = console.client.call(std::move(request));
  if (!response) return std::unexpected(response.error());
  return response->events();
}

/// All pages; `list` then asks for what comes later.
std::expected<void, ClientError> list_pages(const Console& console, api::ListEvents& list,
                                            EventListing& listing) {
  for (;;) {
    const auto events = ask(console, list);
    if (!events) return std::unexpected(events.error());
    listing.page(*events, wall_clock_now());
    list.set_after(events->last());
    if (!events->more() || console.is_interrupted()) return {};
  }
}

Status show_list(const Console& console, const Arguments& arguments, api::ListEvents list) {
  EventListing listing(arguments.has("json"), console.out);
  if (const auto done = list_pages(console, list, listing); !done) return console.report(done.error());
  listing.finish();
  return Status::Done;
}

Status wrong_time(const Console& console) {
  console.out("% No time: 10m, 03:12, 03:12:30 or 2026-11-27T03:12\n");
  return Status::Error;
}

Status show_history(const Console& console, const Arguments& arguments) {
  api::ListEvents list;
  put_prefix(*arguments.prefix("prefix"), *list.mutable_prefix());
  return show_list(console, arguments, std::move(list));
}

Status show_events(const Console& console, const Arguments& arguments) {
  api::ListEvents list;
  if (arguments.has("since")) {
    const auto age = parse_moment(arguments.text("time"), wall_clock_now());
    if (!age) return wrong_time(console);
    list.set_since_ms(*age);
  }
  list.set_neighbor(arguments.text("name"));
  return show_list(console, arguments, std::move(list));
}

/// New events as they come, until Ctrl-C.
Status follow_events(const Console& console, const Arguments& arguments) {
  api::ListEvents list;
  list.set_newest(true);
  const auto begin = ask(console, list);
  if (!begin) return console.report(begin.error());
  list.clear_newest();
  list.set_after(begin->last());
  list.set_neighbor(arguments.text("name"));
  EventListing listing(false, console.out);
  while (!console.is_interrupted()) {
    if (const auto done = list_pages(console, list, listing); !done) return console.report(done.error());
    std::fflush(stdout);  // who reads a pipe waits for it
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
  return Status::Done;
}

Status show_past_routes(const Console& console, const Arguments& arguments) {
  const auto asked = wall_clock_now();
  const auto age = parse_moment(arguments.text("time"), asked);
  if (!age) return wrong_time(console);
  api::ListRoutesAt list;
  list.set_family(arguments.has("ipv6") ? api::IPV6_UNICAST : api::IPV4_UNICAST);
  if (const auto* prefix = arguments.prefix("prefix")) put_prefix(*prefix, *list.mutable_prefix());
  PastRouteListing listing(arguments.has("json"), "BGP's best routes at " + moment_text(time_of(asked, *age)),
                           console.out);
  for (;;) {
    const auto sent = wall_clock_now();
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(sent - asked).count();
    list.set_ms(*age + static_cast<std::uint64_t>(std::max<std::int64_t>(passed, 0)));
    api::Request request;
    *request.mutable_routes_at() = list;
    const auto response = console.client.call(std::move(request));
    if (!response) return console.report(response.error());
    listing.page(response->routes_at(), sent);
    if (!response->routes_at().has_next() || console.is_interrupted()) break;
    *list.mutable_after() = response->routes_at().next();
  }
  listing.finish();
  return Status::Done;
}

}  // namespace

std::vector<Command> history_commands() {
  constexpr std::string_view kEvents = "Events of routes and sessions",
                             kNeighbor = "Only those that name a neighbor",
                             kName = "Its address, or its interface's name", kRoute = "Routing table",
                             kAt = "BGP's best routes as they were",
                             kTime = "10m (ago), 03:12, 2026-11-27T03:12", kNetwork = "One network";
  return {
      {.syntax = std::string(kBgp) + "history PREFIX$prefix [json]",
       .help = bgp_help({"What became of a network's best path, and when", kNetwork, kJson}),
       .run = show_history},
      {.syntax = "show events [since TIME$time] [neighbor NEIGHBOR$name] [json]",
       .help = {kShow, kEvents, "Only later ones", kTime, kNeighbor, kName, kJson},
       .run = show_events},
      {.syntax = "show events follow [neighbor NEIGHBOR$name]",
       .help = {kShow, kEvents, "As they happen, until Ctrl-C", kNeighbor, kName},
       .run = follow_events},
      {.syntax = "show ip route at TIME$time [A.B.C.D/M$prefix] [json]",
       .help = {kShow, "IPv4 information", kRoute, kAt, kTime, kNetwork, kJson},
       .run = show_past_routes},
      {.syntax = "show ipv6 route at TIME$time [X:X::X:X/M$prefix] [json]",
       .help = {kShow, "IPv6 information", kRoute, kAt, kTime, kNetwork, kJson},
       .run = show_past_routes},
  };
}

}  // namespace cli::show
