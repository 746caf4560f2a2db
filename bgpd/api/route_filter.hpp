// Which routes of the table a listing is about: `show ip bgp regexp`, `community` and their like. Made from
// the request and the lists in force when the listing begins.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "cli/proto/kulan.pb.h"
#include "rib/engine.hpp"
#include "rib/policy/matchers.hpp"

namespace bgpd::api {

class RouteFilter {
 public:
  /// The error is Done's: a list that is not there, or an expression that is none.
  static std::expected<RouteFilter, kulan::api::Done> make(const kulan::api::RouteFilter& wanted,
                                                           const rib::PolicyDefinitions& definitions,
                                                           rib::Family family);

  bool wants(const rib::Prefix& prefix) const;
  bool wants(const rib::PathView& path) const;

 private:
  /// What a path must have of one kind of communities.
  template <typename Value>
  struct Wanted {
    bool any = false;
    std::vector<Value> values;
    std::optional<rib::CommunityMatcher<Value>> list;
    bool fits(std::span<const Value> values_of_path, bool exact) const;
  };

  bool cidr_only_ = false, exact_ = false;
  std::optional<rib::Expression> as_path_;
  std::optional<rib::AsPathMatcher> as_path_list_;
  std::optional<rib::PrefixMatcher> prefix_list_;
  Wanted<rib::Community> communities_;
  Wanted<rib::LargeCommunity> large_communities_;
};

/// The filter of the listing that is under way; one a connection.
class ListingFilter {
 public:
  /// Made for a first page, and kept for those after it. nullptr: the listing has none.
  std::expected<const RouteFilter*, kulan::api::Done> of(const kulan::api::ListRoutes& request,
                                                         const rib::PolicyDefinitions& definitions,
                                                         rib::Family family);
  /// After the last page.
  void forget() { filter_.reset(); }

 private:
  std::string wanted_;  // that filter_ was made of
  rib::Family family_{};
  std::optional<RouteFilter> filter_;
};

}  // namespace bgpd::api
