// What is stale of one peer's routes, in each family, and until when: while it restarts (RFC 4724 §4.2, with
// the NOTIFICATIONs of RFC 8538), while it stays away for longer (RFC 9494), while it announces its table
// again after that, and while it refreshes (RFC 7313). Pure: the speaker tells what happens and does what is
// answered; time is an argument.
//
//   None --session lost--> Restarting --back--> Returning --End-of-RIB--> None
//                              |                    ^
//                              +--its time over--> LongLived, when agreed
//   None --begin of a refresh--> Refreshing --end--> None              and from each, its time over: --> None
#pragma once

#include <algorithm>
#include <array>

#include "bgpd/session/negotiation.hpp"
#include "bgpd/session/statistics.hpp"

namespace bgpd {

/// The families whose routes stay when a session ends for this reason. RFC 4724 §4.2, RFC 8538 §4.
rib::FamilySet retained_families(const session::Negotiated& negotiated, const session::EndReason& reason);

class StaleRoutes {
 public:
  enum class Phase : std::uint8_t { None, Restarting, Returning, Refreshing, LongLived };
  static constexpr auto kNever = rib::TimePoint::max();

  /// Whose routes; set by the owner.
  rib::PeerHandle handle;

  Phase phase(rib::Family family) const { return at(family).phase; }
  /// kNever when nothing is stale.
  rib::TimePoint until(rib::Family family) const { return at(family).until; }
  rib::TimePoint deadline() const;
  /// The session is gone and routes are kept.
  bool is_waiting() const { return is_waiting_; }

  /// The session ended. Returns the families that stay; none: forget the peer.
  rib::FamilySet lost(const session::Negotiated& negotiated, const session::EndReason& reason,
                      rib::TimePoint now);
  /// The peer is back. Returns the families whose routes still count; the others' go.
  rib::FamilySet returned(const session::Negotiated& negotiated, std::chrono::seconds patience,
                          rib::TimePoint now);
  /// True: what is stale is to be swept.
  bool end_of_rib(rib::Family family);
  bool refresh_ends(rib::Family family);
  /// True: all that the peer announced is stale now. Not while the table after a restart is under way (RFC
  /// 7313 §4).
  bool refresh_begins(rib::Family family, std::chrono::seconds patience, rib::TimePoint now);
  struct Expired {
    rib::FamilySet over;             // to be swept
    rib::FamilySet long_lived_over;  // ... of these, what is long-lived
    rib::FamilySet long_lived;       // whose long life begins
  };
  /// The families whose time is over. When nothing is waited for any more, is_waiting() is false.
  Expired expire(rib::TimePoint now);

 private:
  struct State {
    Phase phase = Phase::None;
    rib::TimePoint until = kNever;
    /// When what is long-lived goes; once set, it stands until the peer has announced its table. RFC 9494
    /// §4.2.
    rib::TimePoint long_lived_until = kNever;
    std::chrono::seconds stale_time{};  // of a long life to come; 0: none
    rib::TimePoint deadline() const { return std::min(until, long_lived_until); }
  };
  State& at(rib::Family family) { return families_[rib::index_of(family)]; }
  const State& at(rib::Family family) const { return families_[rib::index_of(family)]; }
  bool end(rib::Family family, Phase phase);

  std::array<State, rib::kFamilyCount> families_;
  bool is_waiting_ = false;
};

}  // namespace bgpd
