#include "bgpd/session/events.hpp"

#include <array>

namespace bgpd::session {

std::string_view name_of(const Event& event) {
  static constexpr std::array<std::string_view, std::variant_size_v<Event>> kNames = {
      "ManualStart",
      "ManualStop",
      "AutomaticStart",
      "ManualStart_with_PassiveTcpEstablishment",
      "AutomaticStart_with_PassiveTcpEstablishment",
      "AutomaticStart_with_DampPeerOscillations",
      "AutomaticStart_with_DampPeerOscillations_and_PassiveTcpEstablishment",
      "AutomaticStop",
      "ConnectRetryTimer_Expires",
      "HoldTimer_Expires",
      "KeepaliveTimer_Expires",
      "DelayOpenTimer_Expires",
      "IdleHoldTimer_Expires",
      "TcpConnection_Valid",
      "Tcp_CR_Invalid",
      "Tcp_CR_Acked",
      "TcpConnectionConfirmed",
      "TcpConnectionFails",
      "BGPOpen",
      "BGPHeaderErr",
      "BGPOpenMsgErr",
      "OpenCollisionDump",
      "NotifMsgVerErr",
      "NotifMsg",
      "KeepAliveMsg",
      "UpdateMsg",
      "UpdateMsgErr",
      "SendHoldTimer_Expires",
      "RouteRefreshMsg",
  };
  return kNames[event.index()];
}

}  // namespace bgpd::session
