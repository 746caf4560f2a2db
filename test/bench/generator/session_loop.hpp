// All sessions of the generator in one thread: epoll, dialing in a window, keepalives.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "test/bench/generator/received_update.hpp"
#include "test/bench/generator/session.hpp"

namespace bench {

class SessionLoop : private Session::Listener {
 public:
  /// What a scenario does with an UPDATE; it may send.
  using OnUpdate = std::function<void(Session& session, const ReceivedUpdate& update)>;

  SessionLoop();
  ~SessionLoop() override;

  Session& add(const SessionPlan& plan);
  Session& operator[](std::size_t number) { return *sessions_[number]; }
  std::size_t size() const { return sessions_.size(); }

  /// Sessions that dial at the same time; those that fail dial again after 100 ms.
  void dial_from_here_on(std::size_t window) { window_ = window; }
  std::size_t established() const { return established_; }
  bool all_are_up() const { return established_ == sessions_.size(); }
  /// An end that the scenario wants: it counts as no loss and the session stays down.
  void hang_up(Session& session);
  /// Writes to a session: now, and when its socket takes more.
  void send(Session& session, std::span<const std::uint8_t> messages);
  void on_update(OnUpdate callback) { on_update_ = std::move(callback); }
  void on_established(std::function<void(Session&)> callback) { on_established_ = std::move(callback); }

  /// Runs until `done`, or `deadline`: false.
  bool run_until(const std::function<bool()>& done, Clock::time_point deadline);
  void run_for(Clock::duration duration) {
    run_until([] { return false; }, Clock::now() + duration);
  }

  Clock::time_point last_update() const { return last_update_; }
  Clock::time_point last_established() const { return last_established_; }
  std::uint64_t updates() const { return updates_; }
  /// Sessions that were Established and ended although nobody wanted it.
  std::uint64_t lost() const { return lost_; }
  /// Of the last session that ended so, or could not be set up.
  const std::string& last_trouble() const { return last_trouble_; }
  /// Of all sessions.
  Clock::duration longest_silence() const;

 private:
  enum class Wish : std::uint8_t { Up, Down };

  void established(Session& session) override;
  void updated(Session& session, std::span<const std::uint8_t> body) override;
  void closed(Session& session, const std::string& why) override;

  void dial();
  void watch(Session& session);
  void handle(Session& session, std::uint32_t events);
  void tick(Clock::time_point now);

  int epoll_;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::vector<Wish> wishes_;           // by session
  std::vector<bool> was_up_;           // by session
  std::vector<std::uint32_t> queue_;   // sessions to dial, last first
  std::vector<std::uint32_t> failed_;  // to dial again with the next tick
  std::size_t window_ = 0, dialing_ = 0, established_ = 0;
  OnUpdate on_update_;
  std::function<void(Session&)> on_established_;
  ReceivedUpdate update_;
  std::vector<std::uint8_t> room_;
  Clock::time_point last_tick_, last_update_, last_established_;
  std::uint64_t updates_ = 0, lost_ = 0;
  std::string last_trouble_;
};

}  // namespace bench
