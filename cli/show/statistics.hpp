// `show bgp … statistics`: the table of a family in numbers, as FRR counts it. Fed page by page.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "cli/show/format.hpp"

namespace cli::show {

/// Destinations come in the order of the table: a network before those inside it.
class TableStatistics {
 public:
  explicit TableStatistics(api::Family family) : family_(family) {}
  void page(const api::Routes& routes);
  std::string text() const;
  std::string json() const;

 private:
  /// What stands inside no other network, and what does not.
  struct Nesting {
    std::uint64_t outermost = 0, inside = 0;
    double addresses = 0;  // of the outermost
  };

  void add(const rib::Prefix& prefix);
  void add(const api::PathAttributes& attributes);
  Nesting nesting() const;
  unsigned address_bits() const { return family_ == api::IPV6_UNICAST ? 128 : 32; }
  /// How many networks of this length the outermost amount to.
  double networks_of(unsigned length) const;

  api::Family family_;
  std::string vrf_;
  std::uint64_t paths_ = 0, aggregates_ = 0, destinations_ = 0, bits_ = 0;
  std::array<std::uint64_t, 129> lengths_{};  // destinations by prefix length
  std::optional<rib::Prefix> first_;
  bool first_holds_all_ = true;
  Nesting nesting_, directly_in_first_;
  std::vector<rib::Prefix> around_;  // the last destination and those that it is inside of, outermost first
  std::uint64_t hops_ = 0, most_hops_ = 0, octets_ = 0, most_octets_ = 0, highest_public_as_ = 0;
};

}  // namespace cli::show
