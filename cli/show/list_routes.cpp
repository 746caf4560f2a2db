#include "cli/show/list_routes.hpp"

#include "cli/show/json.hpp"
#include "cli/show/pages.hpp"

namespace cli::show {

Status empty_or_report(const Console& console, const ClientError& error, bool json) {
  const bool is_empty = error.kind == ClientError::Kind::Refused &&
                        (error.code == api::Done::NO_BGP || error.code == api::Done::NOT_FOUND);
  if (!json || !is_empty) return console.report(error);
  console.out("{}\n");
  return Status::Warning;
}

Status no_such_neighbor(const Console& console, std::string_view name, bool json) {
  constexpr std::string_view kNobody = "No such neighbor in this view/vrf";
  const bool is_address = rib::IpAddress::parse(name.substr(0, name.find('%'))).has_value();
  if (json)
    console.out(json_text(is_address ? Json{{"warning", kNobody}} : Json{{"malformedAddressOrName", name}}) +
                "\n");
  else
    console.out((is_address ? std::string(kNobody) : "% Malformed address or name: " + std::string(name)) +
                "\n");
  return Status::Warning;
}

Status list_routes(const Console& console, api::ListRoutes list, RouteListingKind kind, bool json) {
  const auto listing = json ? json_listing(kind, console.out) : text_listing(kind, console.out);
  list.set_shared(true);
  const auto neighbor = list.has_neighbor() ? neighbor_text(list.neighbor()) : "";
  const auto done = for_each_page(
      console, std::move(list), [](auto& request, const auto& wanted) { *request.mutable_routes() = wanted; },
      [](const auto& response) -> const auto& { return response.routes(); },
      [&](const api::Routes& routes) { listing->page(routes); });
  if (!done && !neighbor.empty() && done.error().is_not_found())
    return no_such_neighbor(console, neighbor, json);
  if (!done) return empty_or_report(console, done.error(), json);
  listing->finish();
  return Status::Done;
}

}  // namespace cli::show
