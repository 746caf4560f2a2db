// What the routes have in common that an aggregate stands for, kept as counts: one that comes or goes costs
// its own attributes, whatever the number of the others. RFC 4271 §9.2.2.2.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "rib/messages.hpp"

namespace rib {

class AggregateTally {
 public:
  /// as_set: counts the members of AS_PATH and communities, too.
  explicit AggregateTally(bool as_set = false) : as_set_(as_set) {}

  void add(const PathAttributes& attributes) { count(attributes, true); }
  /// What was added before.
  void remove(const PathAttributes& attributes) { count(attributes, false); }
  bool empty() const { return total_ == 0; }

  /// The attributes of an aggregate of these; nothing when there are none, or when they may not be aggregated
  /// (`matching-MED-only`). rule.as_set is that of the constructor.
  std::optional<PathAttributes> aggregated(const AggregateRule& rule, const Speaker& speaker) const;

 private:
  template <typename Value>
  using Counts = std::map<Value, std::uint32_t>;

  void count(const PathAttributes& attributes, bool comes);
  void count_members(const PathAttributes& attributes, bool comes);
  /// What rule.as_set gathers, made when it is asked for and something came or went that makes a difference.
  struct Members {
    AsPath as_path;
    CompactArray<Community> communities;
    CompactArray<ExtendedCommunity> extended_communities;
    CompactArray<LargeCommunity> large_communities;
  };
  const Members& members() const;
  AsPath path() const;

  bool as_set_;
  std::uint32_t total_ = 0;
  std::uint32_t atomic_ = 0;     // ... that have ATOMIC_AGGREGATE
  std::uint32_t with_path_ = 0;  // ... whose AS_PATH is not empty
  std::uint32_t without_med_ = 0;
  Counts<Origin> origins_;
  Counts<std::uint32_t> meds_;             // an absent one is 0
  Counts<std::vector<AsNumber>> leading_;  // the sequences that AS_PATHs begin with
  Counts<AsNumber> as_numbers_;
  Counts<Community> communities_;
  Counts<ExtendedCommunity> extended_communities_;
  Counts<LargeCommunity> large_communities_;
  mutable std::optional<Members> members_;  // nothing: to be made
};

}  // namespace rib
