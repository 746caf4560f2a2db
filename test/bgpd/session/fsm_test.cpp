// The state machine against RFC 4271 §8.2.2, event by event and state by state. No clock runs here.
#include "bgpd/session/fsm.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>

namespace bgpd::session {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr FsmTimes kTimes{.connect_retry = 7s, .connect_attempt = 10s, .idle_hold = 3s, .delay_open = 0s};
const OpenReceived kOpen{90s, 30s};

/// A machine that was led to `state` by the ordinary way.
Fsm at(State state, const OpenReceived& open = kOpen, const FsmTimes& times = kTimes) {
  Fsm fsm(times);
  if (state == State::Idle) return fsm;
  if (state == State::Active) {
    fsm.handle(ManualStartPassive{});
    return fsm;
  }
  fsm.handle(ManualStart{});
  if (state == State::Connect) return fsm;
  fsm.handle(TcpConnectionAcked{});
  if (state == State::OpenSent) return fsm;
  fsm.handle(open);
  if (state == State::OpenConfirm) return fsm;
  fsm.handle(KeepaliveReceived{});
  return fsm;
}

template <typename T>
bool contains(const Actions& actions, const T& wanted) {
  return std::ranges::any_of(actions, [&](const Action& a) {
    const auto* const found = std::get_if<T>(&a);
    return found && *found == wanted;
  });
}

std::optional<wire::Notification> notification_in(const Actions& actions) {
  for (const auto& action : actions)
    if (const auto* const send = std::get_if<SendNotification>(&action)) return send->notification;
  return std::nullopt;
}

std::optional<SessionEnded> ended_in(const Actions& actions) {
  for (const auto& action : actions)
    if (const auto* const ended = std::get_if<SessionEnded>(&action)) return *ended;
  return std::nullopt;
}

wire::Notification fsm_error(wire::FsmError subcode, wire::MessageType type) {
  const std::array data{static_cast<std::uint8_t>(type)};
  return {subcode, data};
}

TEST(Fsm, EveryEventInEveryStateLeadsWhereTheTableSays) {
  constexpr auto I = State::Idle, C = State::Connect, A = State::Active, S = State::OpenSent,
                 F = State::OpenConfirm, E = State::Established;
  const wire::Notification any(wire::CeaseReason::OutOfResources);
  struct Row {
    const char* name;
    Event event;
    std::array<State, 6>
        leads_to;  // from Idle, Connect, Active (passive), OpenSent, OpenConfirm, Established
  };
  const Row table[] = {
      {"1 ManualStart", ManualStart{}, {C, C, A, S, F, E}},
      {"2 ManualStop", ManualStop{}, {I, I, I, I, I, I}},
      {"3 AutomaticStart", AutomaticStart{}, {C, C, A, S, F, E}},
      {"4 ManualStart passive", ManualStartPassive{}, {A, C, A, S, F, E}},
      {"5 AutomaticStart passive", AutomaticStartPassive{}, {A, C, A, S, F, E}},
      {"6 AutomaticStart damped", AutomaticStartDamped{}, {I, C, A, S, F, E}},
      {"7 AutomaticStart damped passive", AutomaticStartDampedPassive{}, {I, C, A, S, F, E}},
      {"8 AutomaticStop", AutomaticStop{}, {I, I, I, I, I, I}},
      {"9 ConnectRetryTimer", ConnectRetryTimerExpires{}, {I, C, A, I, I, I}},
      {"10 HoldTimer", HoldTimerExpires{}, {I, I, I, I, I, I}},
      {"11 KeepaliveTimer", KeepaliveTimerExpires{}, {I, I, I, I, F, E}},
      {"12 DelayOpenTimer", DelayOpenTimerExpires{}, {I, S, S, I, I, I}},
      {"13 IdleHoldTimer", IdleHoldTimerExpires{}, {C, I, I, I, I, I}},
      {"14 TcpConnection valid", TcpConnectionValid{}, {I, C, A, S, F, E}},
      {"15 TcpConnection invalid", TcpConnectionInvalid{}, {I, C, A, S, F, E}},
      {"16 TcpConnection acked", TcpConnectionAcked{}, {I, S, S, S, F, E}},
      {"17 TcpConnection confirmed", TcpConnectionConfirmed{}, {I, S, S, S, F, E}},
      {"18 TcpConnection fails", TcpConnectionFails{"reset"}, {I, A, I, A, I, I}},
      {"19 OPEN", kOpen, {I, I, I, F, I, I}},
      {"21 header error", HeaderInvalid{any}, {I, I, I, I, I, I}},
      {"22 OPEN error", OpenInvalid{any}, {I, I, I, I, I, I}},
      {"23 collision dump", OpenCollisionDump{}, {I, I, I, I, I, I}},
      {"24 NOTIFICATION version", VersionRefused{any}, {I, I, I, I, I, I}},
      {"25 NOTIFICATION", NotificationReceived{any}, {I, I, I, I, I, I}},
      {"26 KEEPALIVE", KeepaliveReceived{}, {I, I, I, I, E, E}},
      {"27 UPDATE", UpdateReceived{}, {I, I, I, I, I, E}},
      {"28 UPDATE error", UpdateInvalid{any}, {I, I, I, I, I, I}},
      {"29 SendHoldTimer", SendHoldTimerExpires{}, {I, I, I, I, I, I}},
      {"ROUTE-REFRESH", RouteRefreshReceived{}, {I, I, I, I, I, E}},
  };
  static_assert(std::variant_size_v<Event> == std::size(table));

  for (const auto& row : table)
    for (const auto from : {I, C, A, S, F, E}) {
      auto fsm = at(from);
      const auto actions = fsm.handle(row.event);

      EXPECT_EQ(name_of(fsm.state()), name_of(row.leads_to[static_cast<std::size_t>(from)]))
          << row.name << " in " << name_of(from);
      // Whatever was up is closed exactly when the machine falls back.
      const bool fell = from >= S && fsm.state() < S;
      EXPECT_EQ(ended_in(actions).has_value(), fell) << row.name << " in " << name_of(from);
      EXPECT_EQ(contains(actions, DropTcp{}) && fell, fell) << row.name << " in " << name_of(from);
      if (fell) {
        EXPECT_EQ(ended_in(actions)->was_established, from == E) << row.name;
        EXPECT_TRUE(contains(actions, StopAllTimers{})) << row.name;
      }
    }
}

// --- Idle --------------------------------------------------------------------------------------------------

TEST(FsmIdle, ManualStartConnectsAtOnceAndStartsTheConnectRetryTimer) {
  auto fsm = at(State::Idle);

  EXPECT_THAT(fsm.handle(ManualStart{}),
              ElementsAre(Action{StartTimer{Timer::ConnectRetry, 10s}}, Action{OpenTcp{}}));
  EXPECT_EQ(fsm.state(), State::Connect);
}

TEST(FsmIdle, PassiveStartListensAndOpensNothing) {
  auto fsm = at(State::Idle);

  EXPECT_THAT(fsm.handle(ManualStartPassive{}), IsEmpty());
  EXPECT_EQ(fsm.state(), State::Active);
}

TEST(FsmIdle, DampedStartWaitsForTheIdleHoldTimer) {
  auto fsm = at(State::Idle);

  EXPECT_THAT(fsm.handle(AutomaticStartDamped{}), ElementsAre(Action{StartTimer{Timer::IdleHold, 3s}}));
  EXPECT_EQ(fsm.state(), State::Idle);
  EXPECT_TRUE(contains(fsm.handle(IdleHoldTimerExpires{}), OpenTcp{}));
  EXPECT_EQ(fsm.state(), State::Connect);
}

TEST(FsmIdle, DampedPassiveStartEndsInActive) {
  auto fsm = at(State::Idle);

  fsm.handle(AutomaticStartDampedPassive{});

  EXPECT_FALSE(contains(fsm.handle(IdleHoldTimerExpires{}), OpenTcp{}));
  EXPECT_EQ(fsm.state(), State::Active);
}

TEST(FsmIdle, ManualStopCallsOffADampedStart) {
  auto fsm = at(State::Idle);
  fsm.handle(AutomaticStartDamped{});

  EXPECT_TRUE(contains(fsm.handle(ManualStop{}), StopAllTimers{}));
}

TEST(FsmIdle, RefusesIncomingConnections) {
  auto fsm = at(State::Idle);

  EXPECT_THAT(fsm.handle(TcpConnectionConfirmed{}), ElementsAre(Action{DropTcp{}}));
}

// --- Connect and Active ------------------------------------------------------------------------------------

TEST(FsmConnect, TcpUpSendsOpenAndSetsALargeHoldTimer) {
  auto fsm = at(State::Connect);

  EXPECT_THAT(fsm.handle(TcpConnectionAcked{}), ElementsAre(Action{StopAllTimers{}}, Action{SendOpen{}},
                                                            Action{StartTimer{Timer::Hold, 240s}}));
}

TEST(FsmConnect, ConnectRetryTimerGivesUpTheAttemptAndMakesAnother) {
  auto fsm = at(State::Connect);

  EXPECT_THAT(fsm.handle(ConnectRetryTimerExpires{}),
              ElementsAre(Action{StartTimer{Timer::ConnectRetry, 10s}}, Action{OpenTcp{}}));
  EXPECT_EQ(fsm.state(), State::Connect);
}

TEST(FsmConnect, AFailedAttemptWaitsInActiveForTheConnectRetryTimer) {
  auto fsm = at(State::Connect);

  EXPECT_TRUE(
      contains(fsm.handle(TcpConnectionFails{"Connection refused"}), StartTimer{Timer::ConnectRetry, 7s}));
  EXPECT_EQ(fsm.state(), State::Active);
  EXPECT_TRUE(contains(fsm.handle(ConnectRetryTimerExpires{}), OpenTcp{}));
  EXPECT_EQ(fsm.state(), State::Connect);
}

TEST(FsmActive, AnAcceptedConnectionIsTakenAtOnce) {
  auto fsm = at(State::Active);

  EXPECT_TRUE(contains(fsm.handle(TcpConnectionConfirmed{}), SendOpen{}));
  EXPECT_EQ(fsm.state(), State::OpenSent);
}

TEST(FsmActive, StopsInSilenceBecauseNoOpenWasSent) {
  auto fsm = at(State::Active);

  EXPECT_EQ(notification_in(fsm.handle(ManualStop{})), std::nullopt);
}

TEST(FsmDelayOpen, WaitsWithItsOpenUntilTheTimerExpires) {  // §8.1.1, optional attribute 3
  auto times = kTimes;
  times.delay_open = 5s;
  auto fsm = at(State::Connect, kOpen, times);

  EXPECT_THAT(fsm.handle(TcpConnectionAcked{}),
              ElementsAre(Action{StopTimer{Timer::ConnectRetry}}, Action{StartTimer{Timer::DelayOpen, 5s}}));
  EXPECT_EQ(fsm.state(), State::Connect);
  EXPECT_TRUE(contains(fsm.handle(DelayOpenTimerExpires{}), SendOpen{}));
  EXPECT_EQ(fsm.state(), State::OpenSent);
}

TEST(FsmDelayOpen, AnOpenOfThePeerEndsTheDelay) {  // event 20
  auto times = kTimes;
  times.delay_open = 5s;
  auto fsm = at(State::Active, kOpen, times);
  fsm.handle(TcpConnectionConfirmed{});

  const auto actions = fsm.handle(kOpen);

  EXPECT_TRUE(contains(actions, SendOpen{}));
  EXPECT_TRUE(contains(actions, SendKeepalive{}));
  EXPECT_TRUE(contains(actions, StartTimer{Timer::Hold, 90s}));
  EXPECT_EQ(fsm.state(), State::OpenConfirm);
}

TEST(FsmDelayOpen, AVersionErrorWhileItRunsIsNotCounted) {  // event 24
  auto times = kTimes;
  times.delay_open = 5s;
  auto fsm = at(State::Connect, kOpen, times);
  fsm.handle(TcpConnectionAcked{});

  fsm.handle(VersionRefused{});

  EXPECT_EQ(fsm.state(), State::Idle);
  EXPECT_EQ(fsm.connect_retry_counter(), 0u);
}

// --- OpenSent ----------------------------------------------------------------------------------------------

TEST(FsmOpenSent, OpenIsAnsweredByKeepaliveAndStartsTheNegotiatedTimers) {
  auto fsm = at(State::OpenSent);

  EXPECT_THAT(fsm.handle(kOpen),
              ElementsAre(Action{StopAllTimers{}}, Action{SendKeepalive{}},
                          Action{StartTimer{Timer::Hold, 90s}}, Action{StartTimer{Timer::Keepalive, 30s}}));
}

TEST(FsmOpenSent, AHoldTimeOfZeroStartsNeitherTimer) {  // §4.2
  auto fsm = at(State::OpenSent);

  EXPECT_THAT(fsm.handle(OpenReceived{0s, 0s}),
              ElementsAre(Action{StopAllTimers{}}, Action{SendKeepalive{}}));
}

TEST(FsmOpenSent, TcpFailureGoesBackToActiveAndCountsNothing) {
  auto fsm = at(State::OpenSent);

  EXPECT_TRUE(contains(fsm.handle(TcpConnectionFails{"reset"}), StartTimer{Timer::ConnectRetry, 7s}));
  EXPECT_EQ(fsm.state(), State::Active);
  EXPECT_EQ(fsm.connect_retry_counter(), 0u);
}

TEST(FsmOpenSent, ABadOpenIsAnsweredWithItsError) {
  auto fsm = at(State::OpenSent);

  EXPECT_EQ(notification_in(fsm.handle(OpenInvalid{wire::OpenError::BadPeerAs})),
            wire::Notification(wire::OpenError::BadPeerAs));
  EXPECT_EQ(fsm.connect_retry_counter(), 1u);
}

TEST(FsmOpenSent, TheLoserOfACollisionSaysSo) {  // §6.8, RFC 4486
  auto fsm = at(State::OpenSent);

  EXPECT_EQ(notification_in(fsm.handle(OpenCollisionDump{})),
            wire::Notification(wire::CeaseReason::ConnectionCollisionResolution));
}

// --- messages out of turn, RFC 6608 ------------------------------------------------------------------------

TEST(FsmErrors, AMessageOutOfTurnNamesTheStateAndItsType) {
  using wire::FsmError;
  using wire::MessageType;
  const auto answer = [](State state, const Event& event) {
    auto fsm = at(state);
    return notification_in(fsm.handle(event));
  };

  EXPECT_EQ(answer(State::OpenSent, KeepaliveReceived{}),
            fsm_error(FsmError::InOpenSent, MessageType::Keepalive));
  EXPECT_EQ(answer(State::OpenSent, UpdateReceived{}), fsm_error(FsmError::InOpenSent, MessageType::Update));
  EXPECT_EQ(answer(State::OpenConfirm, UpdateReceived{}),
            fsm_error(FsmError::InOpenConfirm, MessageType::Update));
  EXPECT_EQ(answer(State::OpenConfirm, RouteRefreshReceived{}),
            fsm_error(FsmError::InOpenConfirm, MessageType::RouteRefresh));
  EXPECT_EQ(answer(State::OpenConfirm, kOpen), fsm_error(FsmError::InOpenConfirm, MessageType::Open));
  EXPECT_EQ(answer(State::Established, kOpen), fsm_error(FsmError::InEstablished, MessageType::Open));
}

TEST(FsmErrors, ANotificationIsNeverAnswered) {  // §6.4
  for (const auto state : {State::OpenSent, State::OpenConfirm, State::Established}) {
    auto fsm = at(state);
    const auto actions = fsm.handle(NotificationReceived{wire::CeaseReason::AdministrativeShutdown});

    EXPECT_EQ(notification_in(actions), std::nullopt) << name_of(state);
    EXPECT_EQ(ended_in(actions)->reason.kind, EndReason::Kind::NotificationReceived) << name_of(state);
  }
}

// --- OpenConfirm and Established ---------------------------------------------------------------------------

TEST(FsmOpenConfirm, KeepaliveMakesItEstablished) {
  auto fsm = at(State::OpenConfirm);

  EXPECT_THAT(fsm.handle(KeepaliveReceived{}),
              ElementsAre(Action{StartTimer{Timer::Hold, 90s}}, Action{SessionUp{}}));
}

TEST(FsmEstablished, KeepaliveAndUpdateRestartTheHoldTimer) {
  auto fsm = at(State::Established);

  EXPECT_THAT(fsm.handle(KeepaliveReceived{}), ElementsAre(Action{StartTimer{Timer::Hold, 90s}}));
  EXPECT_THAT(fsm.handle(UpdateReceived{}), ElementsAre(Action{StartTimer{Timer::Hold, 90s}}));
}

TEST(FsmEstablished, KeepaliveTimerSendsAndStartsAgain) {
  auto fsm = at(State::Established);

  EXPECT_THAT(fsm.handle(KeepaliveTimerExpires{}),
              ElementsAre(Action{SendKeepalive{}}, Action{StartTimer{Timer::Keepalive, 30s}}));
}

TEST(FsmEstablished, WithAHoldTimeOfZeroNothingIsTimed) {
  auto fsm = at(State::Established, OpenReceived{0s, 0s});

  EXPECT_THAT(fsm.handle(KeepaliveReceived{}), IsEmpty());
  EXPECT_THAT(fsm.handle(KeepaliveTimerExpires{}), IsEmpty());
}

TEST(FsmEstablished, HoldTimerExpirySendsErrorCodeFour) {  // §6.5
  auto fsm = at(State::Established);

  EXPECT_EQ(notification_in(fsm.handle(HoldTimerExpires{})),
            wire::Notification(wire::ErrorCode::HoldTimerExpired, 0));
}

TEST(FsmEstablished, ManualStopSendsItsCeaseAndForgetsTheCounter) {
  auto fsm = at(State::Established);
  const auto cease = wire::cease_with_text(wire::CeaseReason::AdministrativeShutdown, "power work");

  EXPECT_EQ(notification_in(fsm.handle(ManualStop{cease})), cease);
  EXPECT_EQ(fsm.connect_retry_counter(), 0u);
}

TEST(FsmEstablished, AHeaderErrorIsToldAsOne) {  // §6.1
  auto fsm = at(State::Established);

  EXPECT_EQ(notification_in(fsm.handle(HeaderInvalid{wire::HeaderError::ConnectionNotSynchronized})),
            wire::Notification(wire::HeaderError::ConnectionNotSynchronized));
}

TEST(FsmEstablished, SendHoldTimerClosesWithoutAMessageThatCouldNotLeave) {  // RFC 9687 §3
  auto fsm = at(State::Established);
  const auto actions = fsm.handle(SendHoldTimerExpires{});

  EXPECT_EQ(notification_in(actions), std::nullopt);
  EXPECT_EQ(ended_in(actions)->reason.kind, EndReason::Kind::SendHoldTimerExpired);
  EXPECT_EQ(fsm.connect_retry_counter(), 1u);
}

}  // namespace
}  // namespace bgpd::session
