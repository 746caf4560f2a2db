// Which routes of the table a listing is about: `show ip bgp regexp`, `community` and their like. Made anew
// for each page from the request and the lists in force, so that nothing has to be kept between pages.
#pragma once

#include <expected>
#include <optional>

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

}  // namespace bgpd::api
