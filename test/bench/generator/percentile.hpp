// Percentiles of measured values.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace bench {

/// The smallest value that `percent` of the values do not exceed (nearest rank); 0 when there are none.
/// percent: above 0, at most 100.
inline double percentile(std::vector<double> values, double percent) {
  if (values.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(values.size())));
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

}  // namespace bench
