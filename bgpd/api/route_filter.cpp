#include "bgpd/api/route_filter.hpp"

#include <algorithm>

namespace bgpd::api {
namespace {

using Done = kulan::api::Done;
template <typename Value>
using Result = std::expected<Value, Done>;

std::unexpected<Done> refusal(Done::Code code, std::string message) {
  Done done;
  done.set_code(code);
  done.set_message(std::move(message));
  return std::unexpected(std::move(done));
}

/// The length that an address had when networks had classes; nothing for the other addresses. RFC 791 §2.3.
std::optional<unsigned> classful_length(const rib::IpAddress& address) {
  if (!address.is_v4()) return std::nullopt;
  const auto first = address.bytes()[0];
  if (first < 128) return 8;
  if (first < 192) return 16;
  return first < 224 ? std::optional(24u) : std::nullopt;
}

/// The list of that name made ready, nothing when none is wanted. what: "community-list".
template <typename Matcher, typename Lists>
Result<std::optional<Matcher>> matcher_of(const std::string& name, const Lists& lists, const char* what) {
  if (name.empty()) return std::nullopt;
  const auto* list = [&] {
    if constexpr (requires { lists.find(name)->second; }) {
      const auto found = lists.find(name);
      return found == lists.end() ? nullptr : &found->second;
    } else {
      return lists.find(name);
    }
  }();
  if (!list) return refusal(Done::NOT_FOUND, name + " " + what + " not found");
  return Matcher(*list);
}

Result<std::optional<rib::Expression>> expression_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  auto expression = rib::Expression::compile(text);
  if (!expression) return refusal(Done::INVALID, "Can't compile regexp " + text + ": " + expression.error());
  return *std::move(expression);
}

constexpr int kPartsOfLargeCommunity = 3;

std::vector<rib::LargeCommunity> large_communities_of(const kulan::api::RouteFilter& wanted) {
  std::vector<rib::LargeCommunity> all;
  for (int i = 0; i + kPartsOfLargeCommunity <= wanted.large_communities_size(); i += kPartsOfLargeCommunity)
    all.push_back(
        {wanted.large_communities(i), wanted.large_communities(i + 1), wanted.large_communities(i + 2)});
  return all;
}

}  // namespace

Result<RouteFilter> RouteFilter::make(const kulan::api::RouteFilter& wanted,
                                      const rib::PolicyDefinitions& definitions, rib::Family family) {
  RouteFilter filter;
  filter.cidr_only_ = wanted.cidr_only();
  filter.exact_ = wanted.exact();
  filter.communities_.any = wanted.any_community();
  for (const auto value : wanted.communities()) filter.communities_.values.push_back({value});
  filter.large_communities_.any = wanted.any_large_community();
  filter.large_communities_.values = large_communities_of(wanted);

  std::optional<Done> problem;
  const auto take = [&](auto& to, auto made) {
    if (made)
      to = *std::move(made);
    else
      problem = made.error();
  };
  take(filter.as_path_, expression_of(wanted.as_path()));
  take(filter.as_path_list_, matcher_of<rib::AsPathMatcher>(wanted.as_path_list(), definitions.as_path_lists,
                                                            "AS-path access-list"));
  take(filter.prefix_list_,
       matcher_of<rib::PrefixMatcher>(wanted.prefix_list(), definitions.prefix_lists[rib::index_of(family)],
                                      "prefix-list"));
  take(filter.communities_.list, matcher_of<rib::CommunityMatcher<rib::Community>>(
                                     wanted.community_list(), definitions.community_lists, "community-list"));
  take(filter.large_communities_.list,
       matcher_of<rib::CommunityMatcher<rib::LargeCommunity>>(
           wanted.large_community_list(), definitions.large_community_lists, "large-community-list"));
  if (problem) return std::unexpected(*std::move(problem));
  return filter;
}

Result<const RouteFilter*> ListingFilter::of(const kulan::api::ListRoutes& request,
                                             const rib::PolicyDefinitions& definitions, rib::Family family) {
  if (!request.has_filter()) {
    forget();
    return nullptr;
  }
  auto wanted = request.filter().SerializeAsString();
  if (filter_ && request.has_after() && wanted == wanted_ && family == family_) return &*filter_;
  auto made = RouteFilter::make(request.filter(), definitions, family);
  if (!made) return std::unexpected(std::move(made.error()));
  wanted_ = std::move(wanted);
  family_ = family;
  filter_ = *std::move(made);
  return &*filter_;
}

bool RouteFilter::wants(const rib::Prefix& prefix) const {
  if (cidr_only_ && classful_length(prefix.address()) == prefix.length()) return false;
  return !prefix_list_ || prefix_list_->ask(prefix).permitted;
}

template <typename Value>
bool RouteFilter::Wanted<Value>::fits(std::span<const Value> values_of_path, bool exact) const {
  if (any && values_of_path.empty()) return false;
  if (list && !list->permits(values_of_path, rib::sorted_text(values_of_path), exact)) return false;
  if (values.empty()) return true;
  if (exact && values.size() != values_of_path.size()) return false;
  return std::ranges::all_of(values, [&](const Value& value) {
    return std::ranges::find(values_of_path, value) != values_of_path.end();
  });
}

bool RouteFilter::wants(const rib::PathView& path) const {
  if (!path.attributes) return false;
  const auto& attributes = *path.attributes;
  if (as_path_ || as_path_list_) {
    const auto text = attributes.as_path.to_string();
    if (as_path_ && !as_path_->is_found_in(text)) return false;
    if (as_path_list_ && !as_path_list_->ask(text).permitted) return false;
  }
  return communities_.fits(attributes.communities.span(), exact_) &&
         large_communities_.fits(attributes.rare->large_communities.span(), exact_);
}

}  // namespace bgpd::api
