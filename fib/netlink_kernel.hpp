// The real Kernel: rtnetlink on a thread of its own. That thread sleeps in poll() until the kernel or the
// owner has something, and for the audit. Events reach the owner through its poster, in order.
//
//   owner's thread                     this thread
//   apply(), set_options() ── inbox ─> OwnRoutes <──> RouteWriter   ──> kernel
//   handler  <── poster ── events <──      ^───────── KernelMonitor <── kernel
#pragma once

#include <functional>
#include <memory>

#include "fib/kernel.hpp"
#include "fib/netlink_socket.hpp"
#include "fib/table_claims.hpp"

namespace fib {

class NetlinkKernel final : public Kernel {
 public:
  /// Runs a function in the owner's thread, later and in order: `[&io](auto f) { asio::post(io,
  /// std::move(f)); }`.
  using Poster = std::function<void(std::function<void()>)>;

  /// Works in the network namespace of the thread that calls start(). `claims` is shared by all kernels of a
  /// process; alone it may be nullptr. `receive_buffer` (octets) is for tests.
  NetlinkKernel(const KernelOptions& options, Poster poster, int receive_buffer = kReceiveBufferSize,
                std::shared_ptr<TableClaims> claims = nullptr);
  /// Stops, if stop() was not called.
  ~NetlinkKernel() override;

  void start(KernelEventHandler handler) override;
  void apply(std::vector<rib::FibChange> changes) override;
  void move(rib::FibMove move) override;
  void set_options(const KernelOptions& options) override;
  void sweep_inherited() override;
  void audit() override;
  void flush() override;
  /// No handler runs after it. Call it, like all of these, from the owner's thread.
  std::size_t stop() override;

 private:
  class Worker;
  const bool writes_;
  const std::shared_ptr<Worker> worker_;
};

}  // namespace fib
