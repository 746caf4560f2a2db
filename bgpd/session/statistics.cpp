#include "bgpd/session/statistics.hpp"

namespace bgpd::session {

std::string describe(const EndReason& reason) {
  const auto with_text = [&](std::string text) {
    const auto inner = wire::hard_reset_reason(reason.notification).value_or(reason.notification);
    if (const auto words = wire::shutdown_text(inner)) text += " (\"" + *words + "\")";
    return text;
  };
  switch (reason.kind) {
    case EndReason::Kind::NotificationSent:
      return with_text(wire::describe(reason.notification) + " sent");
    case EndReason::Kind::NotificationReceived:
      return with_text(wire::describe(reason.notification) + " received");
    case EndReason::Kind::TcpFailed:
      return reason.text.empty() ? "Connection closed" : reason.text;
    case EndReason::Kind::LocalStop:
      return "Stopped";
    case EndReason::Kind::SendHoldTimerExpired:
      return "Send Hold Timer Expired";
  }
  return {};
}

std::string describe_attempts(const Statistics& statistics) {
  const auto& last = statistics.last_error;
  if (!statistics.last_refusal) return last;
  const auto refusal = describe(statistics.last_refusal->reason);
  if (last.empty() || last == refusal) return refusal;
  return last + "; before that: " + refusal;
}

}  // namespace bgpd::session
