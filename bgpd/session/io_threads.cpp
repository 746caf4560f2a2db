#include "bgpd/session/io_threads.hpp"

#include <pthread.h>

#include <algorithm>
#include <system_error>

namespace bgpd::session {

unsigned IoThreads::count_for(unsigned processors) { return std::clamp(processors / 2, 1u, 5u) - 1; }

void IoThreads::set_count(unsigned count) {
  count = std::min(count, kMaximum);
  if (count < threads_.size()) {
    {
      const std::lock_guard lock(mutex_);
      stops_ = true;
    }
    begun_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    stops_ = false;
  }
  try {
    while (threads_.size() < count) {
      threads_.emplace_back([this] { run(); });
      ::pthread_setname_np(threads_.back().native_handle(), "kuland-io");
    }
  } catch (const std::system_error&) {  // the system has no more; fewer do the same work
  }
}

void IoThreads::each(std::size_t count, const std::function<void(std::size_t)>& call) {
  if (threads_.empty() || count < kWorthWaking) {
    for (std::size_t i = 0; i < count; ++i) call(i);
    return;
  }
  std::unique_lock lock(mutex_);
  call_ = &call;
  next_ = 0;
  end_ = count;
  begun_.notify_all();
  take_part(lock);
  // Who has not woken up by now finds nothing to do; only those in the midst of a call are waited for.
  done_.wait(lock, [this] { return taking_part_ == 0; });
  call_ = nullptr;
}

void IoThreads::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    begun_.wait(lock, [this] { return stops_ || next_ < end_; });
    if (stops_) return;
    take_part(lock);
    if (taking_part_ == 0) done_.notify_one();
  }
}

/// lock: held before and after, not during calls.
void IoThreads::take_part(std::unique_lock<std::mutex>& lock) {
  ++taking_part_;
  while (next_ < end_) {
    const auto first = next_;
    next_ = std::min(next_ + kShare, end_);
    const auto last = next_;
    const auto& call = *call_;
    lock.unlock();
    for (auto i = first; i < last; ++i) call(i);
    lock.lock();
  }
  --taking_part_;
}

}  // namespace bgpd::session
