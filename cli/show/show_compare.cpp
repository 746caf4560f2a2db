#include "cli/show/commands.hpp"
#include "cli/show/compare.hpp"
#include "cli/show/pages.hpp"

namespace cli::show {
namespace {

/// All pages of what `list` asks for.
std::expected<void, ClientError> list_pages(const Console& console, api::ListCompared list,
                                            CompareListing& listing) {
  return for_each_page(
      console, std::move(list),
      [](auto& request, const auto& wanted) { *request.mutable_compare() = wanted; },
      [](const auto& response) -> const auto& { return response.comparison(); },
      [&](const api::Comparison& comparison) { listing.page(comparison); });
}

Status show_compare(const Console& console, const Arguments& arguments) {
  const bool only_differences = arguments.has("differences") || arguments.has("diff");
  CompareListing listing({.json = arguments.has("json"), .only_differences = only_differences}, console.out);
  std::vector<api::ListCompared> lists;
  if (const auto* prefix = arguments.prefix("prefix")) {
    put_prefix(*prefix, *lists.emplace_back().mutable_prefix());
  } else {
    for (const auto family : {api::IPV4_UNICAST, api::IPV6_UNICAST}) lists.emplace_back().set_family(family);
  }
  for (const auto& list : lists) {
    if (const auto done = list_pages(console, list, listing); !done) return console.report(done.error());
    if (console.is_interrupted()) break;
  }
  listing.finish();
  return Status::Done;
}

}  // namespace

std::vector<Command> compare_commands() {
  return {
      {.syntax = "show compare <all [differences]|PREFIX$prefix> [json]",
       .help = {kShow, "BGP's table, the routing table and the kernel side by side",
                "All networks of both families", "Only those that differ", "One network", kJson},
       .run = show_compare},
      {.syntax = "show fib diff [json]",
       .help = {kShow, "The kernel's side", "Where it differs from our tables", kJson},
       .run = show_compare},
  };
}

}  // namespace cli::show
