// Our own routes: a prefix may have several sources at once (`network`, an advertised interface,
// `redistribute`, an aggregate), but is one path in the table: that of the first source in the order of
// LocalSource whose route map permits it.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <string>
#include <vector>

#include "rib/attribute_store.hpp"
#include "rib/loc_rib.hpp"

namespace rib {

class LocalRoutes {
 public:
  LocalRoutes(const Policies& policies, AttributeStore& store, LocRib& loc_rib)
      : policies_(policies), store_(store), loc_rib_(loc_rib) {}

  /// Adds or changes what `source` says about the prefix. False when its route map denies it; it is kept, for
  /// the route map may change.
  bool set(const Prefix& prefix, LocalSource source, const LocalRoute& route, TimePoint now);
  /// False when the source said nothing about it.
  bool remove(const Prefix& prefix, LocalSource source, TimePoint now);
  /// Route maps may answer differently than they did with `before`.
  void policies_changed(const Policies& before, TimePoint now);

  /// Of the route that stands in the table, where the kernel has it from; "" for others.
  std::string_view interface_of(const Prefix& prefix) const;
  /// Likewise, who it is from: Bgp where it is no redistributed one.
  SourceProtocol protocol_of(const Prefix& prefix) const;

  /// Prefixes in the table.
  std::uint64_t count(Family family) const { return count_[index_of(family)]; }

 private:
  struct Entry {
    LocalSource source;
    LocalRoute route;
    Attributes attributes;  // as they count; empty when the route map denies
  };
  struct Known {
    std::vector<Entry> entries;                     // by source
    SourceProtocol protocol = SourceProtocol::Bgp;  // of the one that stands in the table
    /// That one, or nullptr.
    const Entry* first() const;
  };

  void judge(const Prefix& prefix, Entry& entry);
  /// Brings the prefix's path in the table to what its entries say.
  void publish(const Prefix& prefix, Known& own, TimePoint now);

  const Policies& policies_;
  AttributeStore& store_;
  LocRib& loc_rib_;
  boost::unordered_flat_map<Prefix, Known, std::hash<Prefix>> routes_;
  std::uint64_t count_[kFamilyCount] = {};
};

}  // namespace rib
