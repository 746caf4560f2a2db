// An Output that nobody hears: of an engine that is only asked, or of which only one thing is wanted.
#pragma once

#include "rib/messages.hpp"

namespace rib {

struct NoOutput : Output {
  void group_opened(GroupId, const ExportProfile&) override {}
  void group_closed(GroupId) override {}
  void member_joined(GroupId, PeerHandle, CohortId) override {}
  void member_left(GroupId, PeerHandle) override {}
  void member_moved(GroupId, GroupId, PeerHandle, CohortId) override {}
  void withdraw(GroupId, const Audience&, std::span<const Nlri>) override {}
  void announce(GroupId, const Audience&, const PathAttributes&, std::span<const Nlri>) override {}
  void end_of_rib(GroupId, CohortId) override {}
  void cohort_done(GroupId, CohortId) override {}
  void fib_changes(std::span<const FibChange>) override {}
  void notice(const Notice&) override {}
};

}  // namespace rib
