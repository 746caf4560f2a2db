// The first prefixes after another one, out of any number that come in no order, with memory for a few times
// as many.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "rib/prefix.hpp"

namespace rib {

class FirstPrefixes {
 public:
  /// limit: so many are wanted, of at most about `offered`.
  FirstPrefixes(const std::optional<Prefix>& after, std::size_t limit, std::size_t offered)
      : after_(after), limit_(limit), room_(limit > offered ? offered + 1 : 4 * limit) {}

  /// False: there is no need to offer it.
  bool wants(const Prefix& prefix) const {
    return limit_ > 0 && (!after_ || *after_ < prefix) && (!bound_ || prefix < *bound_);
  }
  /// Each prefix once at most.
  void offer(const Prefix& prefix) {
    if (!wants(prefix)) return;
    first_.push_back(prefix);
    if (first_.size() >= room_) cut();
  }
  /// In order.
  std::vector<Prefix> take() {
    cut();
    std::sort(first_.begin(), first_.end());
    return std::move(first_);
  }

 private:
  void cut() {
    if (first_.size() <= limit_) return;
    const auto end = first_.begin() + static_cast<std::ptrdiff_t>(limit_);
    std::nth_element(first_.begin(), end - 1, first_.end());
    first_.erase(end, first_.end());
    bound_ = first_.back();
  }

  std::optional<Prefix> after_;
  std::size_t limit_, room_;
  std::vector<Prefix> first_;
  std::optional<Prefix> bound_;  // nothing from here on is among them
};

}  // namespace rib
