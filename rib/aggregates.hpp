// `aggregate-address`: one route of ours for all more specific ones, as long as there is one of them. RFC
// 4271 §9.1.4, §9.2.2.2.
//
// Nothing here costs anything without an aggregate. With some, the change log says what comes and goes, so
// that an aggregate knows its contributors by their attribute sets and never walks the table for them; only a
// new or changed rule asks for a walk, which is done in slices.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <map>
#include <vector>

#include "rib/aggregate_tally.hpp"
#include "rib/local_routes.hpp"

namespace rib {

class Aggregates {
 public:
  Aggregates(const Speaker& speaker, const Policies& policies, LocRib& loc_rib, LocalRoutes& local_routes)
      : speaker_(speaker), policies_(policies), loc_rib_(loc_rib), local_routes_(local_routes) {}

  void set_rules(const std::map<Prefix, AggregateRule>& rules, TimePoint now);
  /// Route maps may answer differently than they did with `before`.
  void policies_changed(const Policies& before);
  /// AGGREGATOR carries our AS and identifier.
  void speaker_changed();

  /// Before a part of the change log is told to anybody: who comes and goes, and who is suppressed.
  void note(Family family, std::span<const Change> changes);
  bool has_work() const { return dirty_ || walks_; }
  /// Only while the change log is empty: brings the aggregates into the table, and walks about `budget`
  /// destinations for rules that are new.
  void run(std::size_t budget, TimePoint now);

 private:
  static constexpr Table::Id kAll = UINT32_MAX;

  struct State {
    Prefix prefix;
    AggregateRule rule;
    /// Best paths inside the prefix, by attribute set.
    boost::unordered_flat_map<const AttributeSet*, std::pair<Attributes, std::uint32_t>> contributors;
    AggregateTally tally;         // of their attribute sets
    Table::Id counted_below = 0;  // destinations with smaller ids are counted; kAll: all are
    bool suppresses = false;      // it stands in the table, so that what it covers need not be told
    bool is_dirty = true;

    bool covers(const Prefix& other) const {
      return other.length() > prefix.length() && prefix.contains(other);
    }
  };

  void count(State& state, const Attributes& attributes, bool comes);
  bool is_suppressed(const Destination& destination) const;
  /// True when the flag changed.
  bool update_suppression(Destination& destination);
  void publish(State& state, TimePoint now);
  void walk(std::size_t budget);
  /// The walk has come here.
  void mark_counted(Family family);
  void start_walk();

  const Speaker& speaker_;
  const Policies& policies_;
  LocRib& loc_rib_;
  LocalRoutes& local_routes_;
  std::vector<State> states_;
  bool dirty_ = false;  // some state is
  bool walks_ = false;
  std::size_t walk_family_ = 0;
  Table::Id walk_position_ = 0;
};

}  // namespace rib
