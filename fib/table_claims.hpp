// Which of this process's kernels writes which table. Each repairs its table until nothing but its own routes
// stands there in our name, so two at one table would take each other's away.
//
// Shared by the kernels of a process, each on its thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>

namespace fib {

class TableClaims {
 public:
  /// The table is `who`'s from here on, and the one before is not. False: it is another's; then `who` has
  /// none.
  bool claim(const void* who, std::uint32_t table) {
    const std::lock_guard lock(mutex_);
    std::erase_if(owners_, [&](const auto& entry) { return entry.second == who && entry.first != table; });
    return owners_.try_emplace(table, who).first->second == who;
  }
  void release(const void* who) {
    const std::lock_guard lock(mutex_);
    std::erase_if(owners_, [&](const auto& entry) { return entry.second == who; });
  }

 private:
  std::mutex mutex_;
  std::map<std::uint32_t, const void*> owners_;
};

}  // namespace fib
