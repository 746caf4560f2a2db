// A private network namespace for the calling thread, and a Kernel whose events the test reads at its own
// pace.
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fib/kernel.hpp"
#include "fib/links.hpp"
#include "fib/netlink_kernel.hpp"

namespace fib::test {

using namespace std::chrono_literals;

/// Enters a new namespace; goes back at its end, and with it goes all that was made there.
class NetworkNamespace {
 public:
  NetworkNamespace() : before_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
    if (::unshare(CLONE_NEWNET) != 0)
      problem_ = std::string("no network namespace: ") + std::strerror(errno);
    else if (std::system("ip link set lo up") != 0)
      problem_ = "no `ip` command";
  }
  ~NetworkNamespace() {
    if (before_ < 0) return;
    [[maybe_unused]] const int result = ::setns(before_, CLONE_NEWNET);
    ::close(before_);
  }
  NetworkNamespace(const NetworkNamespace&) = delete;
  NetworkNamespace& operator=(const NetworkNamespace&) = delete;

  /// Why tests cannot run here; empty when they can.
  const std::string& problem() const { return problem_; }

 private:
  int before_;
  std::string problem_;
};

/// Runs a command line; true when it succeeded.
inline bool run(const std::string& command) { return std::system(command.c_str()) == 0; }

/// What a command prints.
inline std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  std::array<char, 4096> buffer{};
  while (const auto length = std::fread(buffer.data(), 1, buffer.size(), pipe))
    text.append(buffer.data(), length);
  ::pclose(pipe);
  return text;
}

/// The owner's side of a NetlinkKernel: events run in the test's thread, while it waits.
class Owner {
 public:
  explicit Owner(KernelOptions options = {}, int receive_buffer = kReceiveBufferSize,
                 std::shared_ptr<TableClaims> claims = nullptr)
      : kernel(
            options, [this](std::function<void()> work) { post(std::move(work)); }, receive_buffer,
            std::move(claims)) {}
  ~Owner() { kernel.stop(); }

  /// Starts and waits for the first dump.
  bool start() {
    kernel.start([this](std::vector<KernelEvent> batch) {
      for (auto& event : batch) {
        links.apply(event);
        for (const auto& result : event.results) results_[result.prefix] = result;
        events.push_back(std::move(event));
      }
    });
    return wait_for([this] { return saw(KernelEvent::Kind::Synchronised); });
  }

  void desire(const std::string& prefix, std::vector<rib::NextHop> next_hops) {
    kernel.apply(
        {{*rib::Prefix::parse(prefix), rib::FibRoute{rib::RouteType::Unicast, std::move(next_hops)}}});
  }
  void desire(const std::string& prefix, rib::RouteType type) {
    kernel.apply({{*rib::Prefix::parse(prefix), rib::FibRoute{type, {}}}});
  }
  void withdraw(const std::string& prefix) { kernel.apply({{*rib::Prefix::parse(prefix), std::nullopt}}); }

  /// Handles events until the condition holds; false when it does not within a long time.
  bool wait_for(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    for (;;) {
      handle_events();
      if (condition()) return true;
      if (std::chrono::steady_clock::now() > deadline) return false;
      // The kernel's tables change without an event for us, so the condition is looked at again now and then.
      std::unique_lock lock(mutex_);
      ready_.wait_for(lock, 2ms, [this] { return !queue_.empty(); });
    }
  }

  void handle_events() {
    std::deque<std::function<void()>> works;
    {
      const std::lock_guard lock(mutex_);
      works.swap(queue_);
    }
    for (auto& work : works) work();
  }

  bool saw(KernelEvent::Kind kind) const {
    return std::ranges::any_of(events, [kind](const auto& event) { return event.kind == kind; });
  }
  /// The last result of a prefix.
  std::optional<rib::FibResult> result_of(const std::string& prefix) const {
    const auto result = results_.find(*rib::Prefix::parse(prefix));
    return result == results_.end() ? std::nullopt : std::optional(result->second);
  }
  bool is_installed(const std::string& prefix) const {
    const auto result = result_of(prefix);
    return result && result->installed;
  }
  bool is_refused(const std::string& prefix, int error) const {
    const auto result = result_of(prefix);
    return result && !result->installed && result->error == error;
  }
  /// The last word on a foreign route; nothing when it is gone or was never told.
  std::optional<rib::KernelRoute> route(const std::string& prefix) const {
    const auto wanted = *rib::Prefix::parse(prefix);
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
      if (event->route.prefix != wanted) continue;
      if (event->kind == KernelEvent::Kind::RouteChanged) return event->route;
      if (event->kind == KernelEvent::Kind::RouteGone) return std::nullopt;
    }
    return std::nullopt;
  }
  std::uint32_t index(const std::string& name) const {
    const auto* link = links.find(name);
    return link == nullptr ? 0 : link->index;
  }
  rib::NextHop via(const std::string& gateway, const std::string& name, std::uint8_t weight = 1) const {
    rib::NextHop hop;
    hop.gateway = rib::IpAddress::parse(gateway);
    hop.interface_index = index(name);
    hop.weight = weight;
    return hop;
  }
  /// Waits until `ip route show` for the prefix says it.
  bool kernel_shows(const std::string& prefix, const std::string& text) {
    return wait_for([&] { return kernel_routes(prefix).find(text) != std::string::npos; });
  }
  bool kernel_shows_nothing(const std::string& prefix) {
    return wait_for([&] { return kernel_routes(prefix).empty(); });
  }
  static std::string kernel_routes(const std::string& prefix) {
    const bool is_v6 = prefix.find(':') != std::string::npos;
    return output_of(std::string("ip ") + (is_v6 ? "-6" : "-4") + " route show table all exact " + prefix);
  }

  NetlinkKernel kernel;
  std::vector<KernelEvent> events;
  Links links;

 private:
  void post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    ready_.notify_one();
  }

  std::map<rib::Prefix, rib::FibResult> results_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> queue_;
};

/// Every behaviour of a route once per family.
struct FamilyCase {
  const char* name;
  const char* prefix;
  const char* other_prefix;
  const char* gateway;        // on eth0
  const char* other_gateway;  // on eth0, too
  const char* far_gateway;    // on eth1
  const char* ip;
};
inline constexpr FamilyCase kIpv4{"Ipv4",      "10.1.2.0/24",  "10.1.3.0/24", "192.0.2.2",
                                  "192.0.2.3", "198.51.100.2", "ip -4"};
inline constexpr FamilyCase kIpv6{
    "Ipv6", "2001:db8:a::/48", "2001:db8:b::/48", "2001:db8::2", "2001:db8::3", "2001:db8:1::2", "ip -6"};

}  // namespace fib::test
