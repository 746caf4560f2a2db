#include "test/bench/generator/session_loop.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

namespace bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kRoom = 256 * 1024;
constexpr auto kTick = 100ms;

}  // namespace

SessionLoop::SessionLoop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), room_(kRoom) {
  if (epoll_ < 0) throw std::runtime_error("epoll_create1");
}

SessionLoop::~SessionLoop() { ::close(epoll_); }

Session& SessionLoop::add(const SessionPlan& plan) {
  const auto number = static_cast<std::uint32_t>(sessions_.size());
  sessions_.push_back(std::make_unique<Session>(number, plan, static_cast<Session::Listener&>(*this)));
  wishes_.push_back(Wish::Up);
  was_up_.push_back(false);
  queue_.insert(queue_.begin(), number);
  return *sessions_.back();
}

void SessionLoop::hang_up(Session& session) {
  wishes_[session.number()] = Wish::Down;
  if (session.is_established()) {
    --established_;
  } else if (session.state() != Session::State::Idle) {
    --dialing_;
  }
  session.close();
}

void SessionLoop::send(Session& session, std::span<const std::uint8_t> messages) {
  if (!session.is_established()) return;
  const bool was_idle = !session.has_output();
  session.send(messages);
  if (!was_idle) return;  // its turn comes when the socket takes more
  session.give_output();
  if (session.has_output()) watch(session);
}

bool SessionLoop::run_until(const std::function<bool()>& done, Clock::time_point deadline) {
  std::array<epoll_event, 256> events;
  while (!done()) {
    const auto now = Clock::now();
    if (now >= deadline) return false;
    if (now - last_tick_ >= kTick) tick(now);
    dial();
    // In nanoseconds: what is paced by the deadline shall not wait for a whole millisecond.
    const auto left = std::min<std::chrono::nanoseconds>(deadline - now, 20ms).count();
    const timespec timeout{.tv_sec = 0, .tv_nsec = left};
    const auto count =
        ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    if (count < 0 && errno != EINTR) throw std::runtime_error("epoll_wait");
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      handle(*sessions_[event.data.u32], event.events);
    }
  }
  return true;
}

void SessionLoop::dial() {
  while (dialing_ < window_ && !queue_.empty()) {
    auto& session = *sessions_[queue_.back()];
    queue_.pop_back();
    if (wishes_[session.number()] == Wish::Down) continue;
    if (!session.connect()) {
      last_trouble_ = "cannot dial from " + session.plan().local.to_string();
      failed_.push_back(session.number());
      continue;
    }
    ++dialing_;
    epoll_event event{.events = EPOLLOUT, .data = {.u32 = session.number()}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, session.descriptor(), &event);
  }
}

void SessionLoop::watch(Session& session) {
  epoll_event event{.events = EPOLLIN, .data = {.u32 = session.number()}};
  if (session.has_output()) event.events |= EPOLLOUT;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, session.descriptor(), &event);
}

void SessionLoop::handle(Session& session, std::uint32_t events) {
  using State = Session::State;
  const bool had_output = session.has_output();
  if (session.state() == State::Connecting) {
    session.finish_connect();
    if (session.state() != State::Idle) watch(session);
    return;
  }
  if (session.state() != State::Idle && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
    session.take_input(room_);
  if (session.state() != State::Idle && session.has_output()) session.give_output();
  if (session.state() != State::Idle && session.has_output() != had_output) watch(session);
}

void SessionLoop::tick(Clock::time_point now) {
  last_tick_ = now;
  queue_.insert(queue_.begin(), failed_.begin(), failed_.end());
  failed_.clear();
  for (auto& session : sessions_) session->tick(now);
}

void SessionLoop::established(Session& session) {
  --dialing_;
  ++established_;
  was_up_[session.number()] = true;
  last_established_ = Clock::now();
  if (on_established_) on_established_(session);
}

void SessionLoop::updated(Session& session, std::span<const std::uint8_t> body) {
  ++updates_;
  last_update_ = Clock::now();
  if (!update_.read(body)) throw std::runtime_error("the daemon sent a malformed UPDATE");
  if (on_update_) on_update_(session, update_);
}

void SessionLoop::closed(Session& session, const std::string& why) {
  last_trouble_ = session.plan().local.to_string() + ": " + why;
  if (was_up_[session.number()]) {
    --established_;
    ++lost_;
    was_up_[session.number()] = false;
  } else {
    --dialing_;
  }
  failed_.push_back(session.number());
}

Clock::duration SessionLoop::longest_silence() const {
  Clock::duration longest{};
  for (const auto& session : sessions_) longest = std::max(longest, session->longest_silence());
  return longest;
}

}  // namespace bench
