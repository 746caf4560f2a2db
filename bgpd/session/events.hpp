// What can happen to a session: the events of RFC 4271 §8.1 as plain structs, numbered as there, and event 29
// of RFC 9687. Values only; who makes them is said beside each group.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

#include "bgpd/wire/header.hpp"
#include "bgpd/wire/notification.hpp"

namespace bgpd::session {

// --- administrative events, §8.1.2: from the configuration, discovery or an operator -----------------------
struct ManualStart {};  // 1
struct ManualStop {     // 2
  wire::Notification cease{wire::CeaseReason::AdministrativeShutdown};
};
struct AutomaticStart {};               // 3
struct ManualStartPassive {};           // 4: ManualStart_with_PassiveTcpEstablishment
struct AutomaticStartPassive {};        // 5
struct AutomaticStartDamped {};         // 6: AutomaticStart_with_DampPeerOscillations
struct AutomaticStartDampedPassive {};  // 7
struct AutomaticStop {                  // 8: the system's own decision, e.g. too many prefixes
  wire::Notification cease{wire::CeaseReason::OutOfResources};
};

// --- timer events, §8.1.3: from the connection's TimerSet --------------------------------------------------
struct ConnectRetryTimerExpires {};  // 9
struct HoldTimerExpires {};          // 10
struct KeepaliveTimerExpires {};     // 11
struct DelayOpenTimerExpires {};     // 12
struct IdleHoldTimerExpires {};      // 13
struct SendHoldTimerExpires {};      // 29, RFC 9687 §3

// --- TCP events, §8.1.4: from the transport ----------------------------------------------------------------
struct TcpConnectionValid {};      // 14: a connection comes in and its address is a peer's
struct TcpConnectionInvalid {};    // 15: Tcp_CR_Invalid
struct TcpConnectionAcked {};      // 16: Tcp_CR_Acked, the one we opened is up
struct TcpConnectionConfirmed {};  // 17: the one they opened is up
struct TcpConnectionFails {
  std::string why;
};  // 18

// --- message events, §8.1.5: from the decoder --------------------------------------------------------------
/// 19, or 20 when the DelayOpenTimer runs (the machine knows). The OPEN was checked and negotiated already.
struct OpenReceived {
  std::chrono::seconds hold_time{};  // negotiated; zero: no HoldTimer, no KeepaliveTimer
  std::chrono::seconds keepalive_interval{};
};
struct HeaderInvalid {
  wire::Notification answer;
};  // 21: BGPHeaderErr
struct OpenInvalid {
  wire::Notification answer;
};                            // 22: BGPOpenMsgErr
struct OpenCollisionDump {};  // 23: this connection lost, §6.8
struct VersionRefused {
  wire::Notification received;
};  // 24: NotifMsgVerErr
struct NotificationReceived {
  wire::Notification received;
};                            // 25
struct KeepaliveReceived {};  // 26
struct UpdateReceived {};     // 27
struct UpdateInvalid {
  wire::Notification answer;
};  // 28: UpdateMsgErr
/// RFC 2918: a message like any other for this machine; fits Established only.
struct RouteRefreshReceived {};

using Event =
    std::variant<ManualStart, ManualStop, AutomaticStart, ManualStartPassive, AutomaticStartPassive,
                 AutomaticStartDamped, AutomaticStartDampedPassive, AutomaticStop, ConnectRetryTimerExpires,
                 HoldTimerExpires, KeepaliveTimerExpires, DelayOpenTimerExpires, IdleHoldTimerExpires,
                 TcpConnectionValid, TcpConnectionInvalid, TcpConnectionAcked, TcpConnectionConfirmed,
                 TcpConnectionFails, OpenReceived, HeaderInvalid, OpenInvalid, OpenCollisionDump,
                 VersionRefused, NotificationReceived, KeepaliveReceived, UpdateReceived, UpdateInvalid,
                 SendHoldTimerExpires, RouteRefreshReceived>;

std::string_view name_of(const Event& event);  // "HoldTimer_Expires", as RFC 4271 §8.1 writes it

}  // namespace bgpd::session
