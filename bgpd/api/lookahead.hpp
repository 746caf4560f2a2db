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

inline const rib::Prefix& prefix_of(const rib::Prefix& prefix) { return prefix; }

/// Entry: a prefix, or something with one that prefix_of() tells, and with what else the pass found out.
template <typename Entry>
class LookaheadOf {
 public:
  static constexpr std::size_t kEntries = 32 * 1024;

  /// At most `limit` entries after `after`, in order. listing: what is listed; find(after, limit) looks into
  /// the table.
  template <typename Find>
  std::vector<Entry> next(const std::string& listing, const std::optional<rib::Prefix>& after,
                          std::size_t limit, const Find& find) {
    if (!after || limit >= kEntries) {  // most listings have one page, and it shall come at once
      *this = {};
      return find(after, limit);
    }
    if (!covers(listing, *after, limit)) {
      entries_ = find(after, kEntries);
      listing_ = listing;
      from_ = after;
      is_rest_ = entries_.size() < kEntries;
    }
    const auto begin = behind(*after);
    const auto left = static_cast<std::size_t>(entries_.end() - begin);
    std::vector<Entry> page(begin, begin + static_cast<std::ptrdiff_t>(std::min(left, limit)));
    if (is_rest_ && left < limit) *this = {};
    return page;
  }

 private:
  auto behind(const rib::Prefix& after) const {
    return std::ranges::upper_bound(entries_, after, {}, [](const Entry& e) { return prefix_of(e); });
  }
  bool covers(const std::string& listing, const rib::Prefix& after, std::size_t limit) const {
    if (!from_ || listing != listing_ || after < *from_) return false;
    return is_rest_ || static_cast<std::size_t>(entries_.end() - behind(after)) >= limit;
  }

  std::string listing_;
  std::optional<rib::Prefix> from_;
  std::vector<Entry> entries_;
  bool is_rest_ = false;  // behind them there is nothing
};

using Lookahead = LookaheadOf<rib::Prefix>;

/// Of `show ip route at`: with the first event after the moment and the last one before it; 0: none.
struct PastPrefix {
  rib::Prefix prefix;
  std::uint64_t first = 0, made = 0;
  std::uint64_t looked_up_to = 0;  // of the history: what came later is not in `first`
};
inline const rib::Prefix& prefix_of(const PastPrefix& entry) { return entry.prefix; }
using PastLookahead = LookaheadOf<PastPrefix>;

}  // namespace bgpd::api
