#include "cli/show/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "cli/show/commands.hpp"
#include "cli/show/json.hpp"
#include "cli/show/list_routes.hpp"
#include "cli/show/pages.hpp"

namespace cli::show {

void TableStatistics::page(const api::Routes& routes) {
  vrf_ = routes.vrf();
  for (const auto& destination : routes.destinations()) {
    const auto before = paths_;
    for (const auto& path : destination.paths())
      if (!is_rejected(path.state())) add(attributes_of(routes, path));
    if (paths_ > before) add(prefix_of(destination.prefix()));
  }
}

void TableStatistics::add(const rib::Prefix& prefix) {
  ++lengths_[prefix.length()];
  ++destinations_;
  bits_ += prefix.length();
  while (!around_.empty() && !around_.back().contains(prefix)) around_.pop_back();
  const auto depth = around_.size();
  around_.push_back(prefix);
  if (!first_) first_ = prefix;
  first_holds_all_ = first_holds_all_ && first_->contains(prefix);
  if (depth > 0) ++nesting_.inside;
  if (depth > 1 || (depth == 1 && around_.front() != *first_)) return;
  auto& part = depth == 0 ? nesting_ : directly_in_first_;
  ++part.outermost;
  part.addresses += std::exp2(address_bits() - prefix.length());
}

void TableStatistics::add(const api::PathAttributes& attributes) {
  ++paths_;
  if (attributes.atomic_aggregate()) ++aggregates_;
  const auto path = as_path_of(attributes);
  const std::uint64_t hops = path.length(), octets = path.octets().size();
  hops_ += hops;
  octets_ += octets;
  most_hops_ = std::max(most_hops_, hops);
  most_octets_ = std::max(most_octets_, octets);
  path.for_each([&](rib::AsPath::SegmentType, rib::AsNumber as) {
    if (!rib::is_private_as(as)) highest_public_as_ = std::max<std::uint64_t>(highest_public_as_, as);
  });
}

/// As FRR counts: a network around the whole table, mostly the default route, does not count as one around
/// others.
TableStatistics::Nesting TableStatistics::nesting() const {
  auto all = nesting_;
  if (!first_holds_all_) return all;
  all.inside -= directly_in_first_.outermost;
  all.outermost += directly_in_first_.outermost;
  all.addresses += directly_in_first_.addresses;
  return all;
}

double TableStatistics::networks_of(unsigned length) const {
  return nesting().addresses / std::exp2(address_bits() - length);
}

namespace {

double average(std::uint64_t total, std::uint64_t count) {
  return count == 0 ? 0 : static_cast<double>(total) / static_cast<double>(count);
}

std::string extent_text(unsigned length) { return "/" + std::to_string(length) + " equivalent"; }

/// The lengths that the table's extent is told in.
constexpr std::array<unsigned, 2> kIpv4Extents{8, 24}, kIpv6Extents{32, 48};

}  // namespace

std::string TableStatistics::text() const {
  std::string out;
  const auto count = [&](const char* what, std::uint64_t value) {
    append(out, "%-30s: %12llu\n", what, static_cast<unsigned long long>(value));
  };
  const auto fraction = [&](const char* what, double value) { append(out, "%-30s: %12.2f\n", what, value); };
  const auto nested = nesting();
  append(out, "BGP %s RIB statistics (VRF %s)\n", std::string(family_name(family_)).c_str(),
         vrf_text(vrf_).c_str());
  count("Total Advertisements", paths_);
  count("Total Prefixes", destinations_);
  fraction("Average prefix length", average(bits_, destinations_));
  count("Unaggregateable prefixes", nested.outermost);
  count("Maximum aggregateable prefixes", nested.inside);
  count("BGP Aggregate advertisements", aggregates_);
  append(out, "%-30s: %12g\n", "Address space advertised", nested.addresses);
  if (family_ == api::IPV6_UNICAST) {
    for (const auto length : kIpv6Extents)
      append(out, "%29s : %12g\n", extent_text(length).c_str(), networks_of(length));
  } else {
    append(out, "%29s : %12.2f\n", "% announced", 100 * networks_of(0));
    for (const auto length : kIpv4Extents)
      append(out, "%29s : %12.2f\n", extent_text(length).c_str(), networks_of(length));
  }
  out += '\n';
  count("Advertisements with paths", paths_);
  count("Longest AS-Path (hops)", most_hops_);
  fraction("Average AS-Path length (hops)", average(hops_, paths_));
  count("Largest AS-Path (bytes)", most_octets_);
  fraction("Average AS-Path size (bytes)", average(octets_, paths_));
  count("Highest public ASN", highest_public_as_);
  return out;
}

std::string TableStatistics::json() const {
  const auto nested = nesting();
  Json all{{"instance", "VRF " + vrf_text(vrf_)},
           {"totalAdvertisements", paths_},
           {"totalPrefixes", destinations_},
           {"averagePrefixLength", average(bits_, destinations_)},
           {"unaggregateablePrefixes", nested.outermost},
           {"maximumAggregateablePrefixes", nested.inside},
           {"bgpAggregateAdvertisements", aggregates_},
           {"addressSpaceAdvertised", nested.addresses}};
  if (family_ != api::IPV6_UNICAST) all["%announced"] = 100 * networks_of(0);
  for (const auto length : family_ == api::IPV6_UNICAST ? kIpv6Extents : kIpv4Extents)
    all["/" + std::to_string(length) + "equivalent"] = networks_of(length);
  all["advertisementsWithPaths"] = paths_;
  all["longestAsPath"] = most_hops_;
  all["averageAsPathLengthHops"] = average(hops_, paths_);
  all["largestAsPath"] = most_octets_;
  all["averageAsPathSizeBytes"] = average(octets_, paths_);
  all["highestPublicAsn"] = highest_public_as_;
  all["prefixLength"] = Json::array();
  for (std::size_t length = 0; length < lengths_.size(); ++length)
    if (lengths_[length] > 0) all["prefixLength"].push_back({{std::to_string(length), lengths_[length]}});
  return json_text({{std::string(family_key(family_)), Json::array({std::move(all)})}}) + "\n";
}

namespace {

Status show_statistics(const Console& console, const Arguments& arguments) {
  const bool json = arguments.has("json");
  api::ListRoutes list;
  list.set_family(family_of(arguments).value_or(api::IPV6_UNICAST));  // as plain `show bgp`
  list.set_shared(true);
  TableStatistics statistics(list.family());
  const auto done = for_each_page(
      console, std::move(list), [](auto& request, const auto& wanted) { *request.mutable_routes() = wanted; },
      [](const auto& response) -> const auto& { return response.routes(); },
      [&](const api::Routes& routes) { statistics.page(routes); });
  if (!done) return empty_or_report(console, done.error(), json);
  console.out(json ? statistics.json() : statistics.text());
  return Status::Done;
}

}  // namespace

std::vector<Command> statistics_commands() {
  return {{.syntax = std::string(kBgp) + "statistics [json]",
           .help = bgp_help({"The table in numbers", kJson}),
           .run = show_statistics}};
}

}  // namespace cli::show
