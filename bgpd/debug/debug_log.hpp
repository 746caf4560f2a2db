// `debug …`: the switches that are on, and what is written because of them.
//
// The speaker knows of it only while a switch is on. A line is made when it may be written: beyond
// RateLimit they are counted, and the count is told when a second has passed.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string_view>

#include "bgpd/debug/rate_limit.hpp"
#include "bgpd/debug/text.hpp"
#include "bgpd/observer.hpp"
#include "cli/config/config.hpp"
#include "rib/engine.hpp"

namespace bgpd::debug {

class DebugLog final : public Observer {
 public:
  struct Hooks {
    /// One line of a subsystem (log::kSubsystems).
    std::function<void(std::string_view subsystem, std::string_view text)> write;
    InterfaceName interface_name;
    std::function<const rib::Engine&()> engine;
  };

  DebugLog(boost::asio::io_context& io, Hooks hooks);

  void set_switches(cli::DebugSwitches switches);
  const cli::DebugSwitches& switches() const { return switches_; }
  bool is_on() const { return !switches_.empty(); }

  // --- Observer
  void state_changed(const session::Peer& peer, const session::StateChange& change) override;
  void message_passed(const session::Peer& peer, const session::PassedMessage& message) override;
  void attempt_failed(const session::Peer& peer, const std::string& why) override;
  void update_received(const session::Peer& peer, rib::PeerHandle handle,
                       const wire::DecodedUpdate& update) override;
  void update_sent(rib::GroupId group, std::span<const session::Peer* const> members,
                   const rib::PathAttributes* attributes, std::span<const rib::Nlri> prefixes) override;
  bool wants(const rib::Prefix& prefix) const override;
  void best_changed(const rib::EventView& event) override;
  void next_hop_resolved(const rib::NextHopTable::Entry& entry) override;

  // --- the kernel's side
  /// place: "table 100", "VRF red" where it is not the daemon's own.
  void fib_changes(std::span<const rib::FibChange> changes, std::string_view place = {});
  void kernel_event(const fib::KernelEvent& event, std::string_view place = {});
  void stop() { timer_.cancel(); }

 private:
  using Topic = cli::DebugTopic;

  bool is_on(Topic topic) const;
  /// Whether a switch of the topic is about the neighbor, and about the prefix; nullptr: any.
  bool wants(Topic topic, std::string_view neighbor, const rib::Prefix* prefix = nullptr) const;
  template <typename Make>
  void tell(std::string_view subsystem, Make&& make);
  void tell_left_out_later();
  void tell_received(const std::string& name, rib::PeerHandle handle, const rib::Update& update);
  std::vector<std::string> named_among(std::span<const session::Peer* const> members) const;
  std::string fate_of(const rib::Nlri& nlri, rib::PeerHandle handle) const;

  Hooks hooks_;
  boost::asio::steady_timer timer_;
  bool timer_runs_ = false;
  cli::DebugSwitches switches_;
  RateLimit limit_;
};

}  // namespace bgpd::debug
