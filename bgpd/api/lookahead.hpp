// The prefixes of a listing that goes on page after page: one pass over the table finds those of many pages.
// One a connection; it holds something only while a listing is under way. What comes into the table where a
// pass has been is not listed.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "rib/prefix.hpp"

namespace bgpd::api {

class Lookahead {
 public:
  static constexpr std::size_t kPrefixes = 16 * 1024;

  /// At most `limit` prefixes after `after`, in order. listing: what is listed; find(after, limit) looks into
  /// the table.
  template <typename Find>
  std::vector<rib::Prefix> next(const std::string& listing, const std::optional<rib::Prefix>& after,
                                std::size_t limit, const Find& find) {
    if (!after || limit >= kPrefixes) {  // most listings have one page, and it shall come at once
      *this = {};
      return find(after, limit);
    }
    if (!covers(listing, *after, limit)) {
      prefixes_ = find(after, kPrefixes);
      listing_ = listing;
      from_ = after;
      is_rest_ = prefixes_.size() < kPrefixes;
    }
    const auto begin = std::ranges::upper_bound(prefixes_, *after);
    const auto left = static_cast<std::size_t>(prefixes_.end() - begin);
    std::vector<rib::Prefix> page(begin, begin + static_cast<std::ptrdiff_t>(std::min(left, limit)));
    if (is_rest_ && left < limit) *this = {};
    return page;
  }

 private:
  bool covers(const std::string& listing, const rib::Prefix& after, std::size_t limit) const {
    if (!from_ || listing != listing_ || after < *from_) return false;
    const auto left = prefixes_.end() - std::ranges::upper_bound(prefixes_, after);
    return is_rest_ || static_cast<std::size_t>(left) >= limit;
  }

  std::string listing_;
  std::optional<rib::Prefix> from_;
  std::vector<rib::Prefix> prefixes_;
  bool is_rest_ = false;  // behind them there is nothing
};

}  // namespace bgpd::api
