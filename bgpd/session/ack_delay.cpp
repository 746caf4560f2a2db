#include "bgpd/session/ack_delay.hpp"

#include <chrono>
#include <utility>

namespace bgpd::session {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSmall = 512;    // octets: less than a segment, so that Nagle's algorithm might keep it
constexpr auto kClose = 10ms;          // messages that follow one another as closely can share an ACK
constexpr unsigned kMany = 8;          // of them: more than a session's beginning
constexpr auto kKernelDelay = 40ms;    // TCP_DELACK_MIN
constexpr auto kTolerance = 5ms;       // the kernel's timer, and the way there and back
constexpr auto kLongestStall = 100ms;  // what comes later did not wait for an ACK
constexpr unsigned kMostStalls = 2;

}  // namespace

bool AckDelay::after_read(std::size_t octets, rib::TimePoint now) {
  const auto pause = now - std::exchange(last_read_, now);
  if (stalls_ == kMostStalls) return false;
  if (waits_) {
    if (pause < kKernelDelay - kTolerance) {
      // One may come because the one before was acknowledged still; many, because their sender does not wait.
      if (++close_ == 2 * kMany) stalls_ = 0;
    } else {
      waits_ = false;
      close_ = 0;
      if (pause < kLongestStall) ++stalls_;
    }
    return false;
  }
  close_ = pause < kClose && octets < kSmall ? close_ + 1 : 0;
  return waits_ = close_ == kMany;
}

}  // namespace bgpd::session
