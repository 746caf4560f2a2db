// Threads that make system calls beside the loop, for the length of one call of each(): nothing outlives it,
// so what they read needs no lock and no count, and the loop finds all of it done. The loop's own thread
// takes part; with no threads it does everything.
//
//   loop     gather ... | send send send |  tell who wrote how much
//   thread 1            | send send      |
//   thread 2            | send send send |
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bgpd::session {

class IoThreads {
 public:
  static constexpr unsigned kMaximum = 16;

  IoThreads() = default;
  ~IoThreads() { set_count(0); }
  IoThreads(const IoThreads&) = delete;
  IoThreads& operator=(const IoThreads&) = delete;

  /// How many there are from now on, kMaximum at most; fewer where the system has no more. Not from inside
  /// each().
  void set_count(unsigned count);
  unsigned count() const { return static_cast<unsigned>(threads_.size()); }

  /// call(0) ... call(count - 1), each once, in any order and some at the same time; returns when all have
  /// returned. Few calls are not worth waking anybody.
  void each(std::size_t count, const std::function<void(std::size_t)>& call);

  /// As many as are used on a machine with so many processors unless told: the loop and they together keep
  /// half of it for the containers. 0 up to three, 4 at most.
  static unsigned count_for(unsigned processors);

 private:
  static constexpr std::size_t kWorthWaking = 32;  // calls
  static constexpr std::size_t kShare = 8;         // calls taken at once

  void run();
  void take_part(std::unique_lock<std::mutex>& lock);

  std::vector<std::thread> threads_;
  std::mutex mutex_;  // of all below
  std::condition_variable begun_, done_;
  const std::function<void(std::size_t)>* call_ = nullptr;
  std::size_t next_ = 0, end_ = 0;  // calls not taken yet
  unsigned taking_part_ = 0;
  bool stops_ = false;
};

}  // namespace bgpd::session
