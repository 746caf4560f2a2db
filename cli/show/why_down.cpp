#include "cli/show/why_down.hpp"

#include <algorithm>

namespace cli::show {

std::optional<int> reset_code(const WhyDown& why) {
  switch (why.reset.cause()) {
    case api::LastReset::NONE:  // there was no session yet: what it waits for
      return why.shutdown ? 11
             : why.name.named_by_interface() && why.name.address().size() == 16 &&
                     std::ranges::all_of(why.name.address(), [](char c) { return c == 0; })
                 ? 28
                 : 32;
    case api::LastReset::ADMINISTRATIVE:
      return 11;
    case api::LastReset::CLEARED:
      return 12;
    case api::LastReset::NOTIFICATION_RECEIVED:
      return 13;
    case api::LastReset::CONNECTION_CLOSED:
    case api::LastReset::CONNECTION_FAILED:
    case api::LastReset::SEND_HOLD_TIMER_EXPIRED:
      return 15;
    case api::LastReset::REMOVED:
      return 16;
    case api::LastReset::NOTIFICATION_SENT:
    case api::LastReset::HOLD_TIMER_EXPIRED:  // these end with a NOTIFICATION of ours, too
    case api::LastReset::CONFIGURATION_CHANGED:
    case api::LastReset::COLLISION:
      return 14;
    default:
      return std::nullopt;
  }
}

std::string reset_reason(const WhyDown& why) {
  if (why.reset.cause() != api::LastReset::NONE) return reset_text(why.reset);
  const auto code = reset_code(why);
  return code == 11 ? "Admin. shutdown" : code == 28 ? "Waiting for Peer IPv6 LLA" : "Waiting for peer OPEN";
}

}  // namespace cli::show
