// What another configuration would do with the routes there are: `commit check`.
//
// A second routing engine, without peers to talk to, is given that configuration and, one slice of the table
// after the other, what the peers have announced; what it makes of each prefix is compared with what the real
// engine makes of it, and the slice is forgotten. So the code that foretells is the code that will do it, and
// memory is that of one slice. The real engine goes on meanwhile: what changes in it is met or missed,
// according to where the walk stands.
//
// Sessions that the commit resets are taken to come back with the routes they have now. With ADD-PATH (RFC
// 7911) each path counts. Used on the routing thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bgpd/originator.hpp"
#include "rib/engine.hpp"

namespace bgpd {

/// So many prefixes, the first of them by name.
struct ForetoldPrefixes {
  static constexpr std::size_t kNamed = 100;
  std::uint64_t count = 0;
  std::vector<rib::Prefix> first;

  void add(const rib::Prefix& prefix) {
    if (count++ < kNamed) first.push_back(prefix);
  }
};

class Forecast {
 public:
  struct Peer {
    rib::PeerHandle handle;  // in the real engine
    std::string name;
    std::optional<rib::PeerUp> after;  // as it would be; nothing: it would be gone, and its routes with it
    bool stays = true;                 // its session goes on, so that it is told what differs
  };
  static constexpr std::size_t kMostOfAggregate = 65536;
  /// The configuration to be.
  struct Settings {
    rib::Speaker speaker;
    rib::PolicyDefinitions policies_before, policies;
    cli::Bgp bgp;  // redistribution, aggregates, backdoors
    Originations originations;
    std::map<rib::Prefix, std::vector<rib::StaticNextHop>> static_routes;
    std::vector<Peer> peers;                           // all whose routes the real engine has
    std::size_t most_of_aggregate = kMostOfAggregate;  // prefixes that are looked at for each
  };

  struct Neighbor {
    std::string name;
    std::uint64_t refused = 0, accepted = 0;  // paths of it that would count no more, or begin to
    ForetoldPrefixes announced, withdrawn, changed;
    bool is_touched() const {
      return refused + accepted + announced.count + withdrawn.count + changed.count > 0;
    }
  };
  /// Of our own: networks, advertised interfaces, what is redistributed, aggregates.
  struct Own {
    ForetoldPrefixes announced, withdrawn;
    ForetoldPrefixes partly;  // aggregates of which only the first most_of_aggregate prefixes were looked at
  };

  Forecast(const rib::Engine& engine, Settings settings, rib::TimePoint now);
  ~Forecast();

  /// One slice, a few milliseconds. False: all is known. The real engine must be there still.
  bool step();
  /// Those whose routes would be others, in the order of the settings.
  std::vector<Neighbor> neighbors() const;
  const Own& own() const { return own_; }

 private:
  struct Shadow;
  struct Member {
    rib::PeerHandle real, shadow;
    Neighbor* told;
  };
  /// Peers that are sent the same, before and after.
  struct Audience {
    rib::Family family;
    bool is_same = false;           // what they are sent differs only where the best path does
    bool makes_up_default = false;  // `default-originate`, before or after
    bool has_several = false;       // paths of a destination, before or after; RFC 7911
    bool default_after = false;     // some slice had what its route map asks for
    std::vector<Member> members;
  };

  void set_up(const Settings& settings, rib::TimePoint now);
  void add_peers(const Settings& settings, rib::TimePoint now);
  void resolve_through_bgp(rib::TimePoint now);
  void gather_audiences(const Settings& settings);
  void gather_others(const Settings& settings);
  void look_at(const std::vector<rib::Prefix>& prefixes, bool compares_aggregates);
  void take_in(const rib::DestinationView& view);
  void forget();
  void settle();
  void compare(const rib::Prefix& prefix, const std::optional<rib::DestinationView>& before);
  void compare_paths(const rib::DestinationView& before, const rib::DestinationView& after);
  bool is_same_route(const rib::PathView* before, const rib::PathView* after) const;
  bool are_same_paths(const std::optional<rib::DestinationView>& before,
                      const std::optional<rib::DestinationView>& after) const;
  void compare_all_sent(const Audience& audience, const rib::Prefix& prefix);
  void compare_sent(const Audience& audience, const rib::Prefix& prefix, const rib::PathView* best_before,
                    const rib::PathView* best_after);
  void compare_sent(const Member& member, const rib::Prefix& prefix, const rib::Exported& before,
                    const rib::Exported& after);
  void note_defaults();
  void compare_defaults();
  bool look_at_others();
  void look_at_aggregate();
  std::uint32_t slice() const;

  const rib::Engine& engine_;
  std::unique_ptr<Shadow> shadow_;
  std::map<rib::PeerHandle, Member> peers_;  // by the real engine's handle
  std::vector<std::unique_ptr<Neighbor>> neighbors_;
  std::vector<Audience> audiences_;
  std::vector<rib::Prefix> aggregates_;
  std::optional<rib::Prefix> last_part_;  // of the last aggregate: it is taken in up to here
  std::size_t parts_ = 0;
  std::size_t most_of_aggregate_;
  std::vector<rib::Prefix> others_;  // that may begin to be in the table
  std::size_t family_ = 0;
  std::uint32_t position_ = 0;
  bool is_done_ = false;
  /// What the slice at hand has put into the shadow, by its handles.
  std::map<std::pair<rib::PeerHandle, rib::Family>, std::vector<rib::Nlri>> taken_in_;
  Own own_;
};

}  // namespace bgpd
