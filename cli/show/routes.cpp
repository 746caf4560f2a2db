#include "cli/show/routes.hpp"

#include <array>

namespace cli::show {
namespace {

constexpr std::size_t kNetworkWidth = 17, kNextHopWidth = 16, kNextHopColumn = 36, kFirstColumn = 20;

/// Two columns of state and one of origin: "*>i", "D  ", "r> ".
std::array<char, 3> status_letters(const api::Destination& destination, const api::Path& path) {
  std::array<char, 3> letters{' ', ' ', ' '};
  if (is_duplicate(destination, path))
    letters[0] = 'D';
  else if (path.stale())
    letters[0] = 'S';
  else if (path.suppressed())
    letters[0] = 's';
  else if (path.best() && destination.fib() == api::FIB_FAILED)
    letters[0] = 'r';
  else if (path.state() == api::PATH_ACCEPTED)
    letters[0] = '*';
  if (path.best())
    letters[1] = '>';
  else if (path.multipath())
    letters[1] = '=';
  if (!path.own() && path.peer_type() == api::INTERNAL) letters[2] = 'i';
  return letters;
}

/// Pads the column that begins at `begin`; when it is full, the next column begins on a line of its own.
void end_column(std::string& out, std::size_t begin, std::size_t width, std::size_t next_column) {
  const auto length = out.size() - begin;
  if (length < width) return out.append(width - length, ' '), void();
  out += '\n';
  out.append(next_column, ' ');
}

void append_optional(std::string& out, std::size_t width, std::optional<std::uint32_t> value) {
  if (value)
    append_number(out, *value, width);
  else
    out.append(width, ' ');
}

class TextListing : public RouteListing {
 public:
  TextListing(RouteListingKind kind, Sink sink) : kind_(kind), sink_(std::move(sink)) {}

  void page(const api::Routes& routes) override {
    text_.clear();
    total_in_table_ = routes.total_paths();
    listed_in_table_ = routes.listed_paths();
    for (const auto& destination : routes.destinations()) append_destination(text_, routes, destination);
    sink_(text_);
  }

  void finish() override {
    if (kind_ == RouteListingKind::Table && routes_ == 0)
      return sink_("No BGP prefixes displayed, " + std::to_string(total_in_table_) + " exist\n");
    if (kind_ == RouteListingKind::Table) return append_totals(paths_);
    if (kind_ == RouteListingKind::Matching || kind_ == RouteListingKind::Learned) {
      if (routes_ > 0) append_totals(listed_in_table_);  // FRR says nothing about nothing
      return;
    }
    if (routes_ > 0) sink_("\n");
    sink_("Total number of prefixes " + std::to_string(routes_) + "\n");
  }

 private:
  void append_totals(std::uint64_t paths) const {
    sink_("\nDisplayed " + std::to_string(routes_) + " routes and " + std::to_string(paths) +
          " total paths\n");
  }

  void append_header(std::string& out, const api::Routes& routes) {
    append(out, "BGP table version is %llu, local router ID is %s, vrf id %u\n",
           static_cast<unsigned long long>(routes.table_version()),
           identifier_text(routes.router_id()).c_str(), routes.vrf_id());
    append(out, "Default local pref %u, local AS %u\n", routes.default_local_pref(), routes.local_as());
    out +=
        "Status codes:  s suppressed, d damped, h history, * valid, > best, = multipath,\n"
        "               i internal, r RIB-failure, S Stale, R Removed, D duplicate subnet\n"
        "Nexthop codes: @NNN nexthop's vrf id, < announce-nh-self\n"
        "Origin codes:  i - IGP, e - EGP, ? - incomplete\n"
        "RPKI validation codes: V valid, I invalid, N Not found\n"
        "\n"
        "   Network          Next Hop            Metric LocPrf Weight Path\n";
  }

  void append_destination(std::string& out, const api::Routes& routes, const api::Destination& destination) {
    bool first = true;
    for (const auto& path : destination.paths()) {
      if (is_rejected(path.state()) ? !lists_rejected_ : !lists_accepted_) continue;
      if (routes_ == 0 && first) append_header(out, routes);
      const auto letters = status_letters(destination, path);
      out.append(letters.data(), letters.size());
      const auto begin = out.size();
      if (first) prefix_of(destination.prefix()).append_to(out);
      end_column(out, begin, kNetworkWidth, kFirstColumn);
      append_path(out, routes, path);
      first = false;
      ++paths_;
    }
    if (!first) ++routes_;
  }

  void append_path(std::string& out, const api::Routes& routes, const api::Path& path) {
    const auto& attributes = attributes_of(routes, path);
    const auto begin = out.size();
    if (const auto next_hop = address_of(attributes.next_hop())) next_hop->append_to(out);
    end_column(out, begin, kNextHopWidth, kNextHopColumn);
    append_optional(out, 10, attributes.has_med() ? std::optional(attributes.med()) : std::nullopt);
    append_optional(out, 7,
                    attributes.has_local_pref() ? std::optional(attributes.local_pref()) : std::nullopt);
    append_number(out, path.weight(), 7);
    out += ' ';
    append_as_path(out, attributes);
    if (out.back() != ' ') out += ' ';
    out += origin_code(attributes.origin());
    if (is_rejected(path.state())) append(out, " (%s)", rejection_text(path).c_str());
    out += '\n';
  }

  const RouteListingKind kind_;
  const bool lists_rejected_ = kind_ == RouteListingKind::Received || kind_ == RouteListingKind::Filtered;
  const bool lists_accepted_ = kind_ != RouteListingKind::Filtered;
  Sink sink_;
  std::string text_;  // of a page
  std::size_t routes_ = 0, paths_ = 0;
  std::uint64_t total_in_table_ = 0, listed_in_table_ = 0;
};

}  // namespace

std::unique_ptr<RouteListing> text_listing(RouteListingKind kind, Sink sink) {
  return std::make_unique<TextListing>(kind, std::move(sink));
}

}  // namespace cli::show
