// Sessions on real sockets: listeners, connections and the wake-up timer of one io_context that one thread
// runs.
//
// Owned by the daemon. Must outlive the PeerManager that uses it; the io_context must outlive both and is not
// run any more once this is gone.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bgpd/session/asio_transport.hpp"
#include "bgpd/session/network.hpp"
#include "bgpd/session/tcp_options.hpp"

namespace bgpd::session {

class PeerManager;

class AsioNetwork final : public Network {
 public:
  explicit AsioNetwork(boost::asio::io_context& io);
  ~AsioNetwork() override;

  /// addresses: empty for every address, IPv4 and IPv6 (a host without IPv6 listens on IPv4 only).
  /// port: 0 takes a free one, see port(). Errors: a sentence for the operator.
  std::expected<void, std::string> listen(const std::vector<rib::IpAddress>& addresses, std::uint16_t port);
  std::uint16_t port() const { return port_; }
  /// Connections are accepted and wake-ups delivered from here on.
  void set_manager(PeerManager& manager);
  void close_listeners();
  /// Listeners and connections from now on belong to this VRF device; "": to none. Those that listen go on as
  /// they are until listen_again().
  void set_device(std::string device) { device_ = std::move(device); }
  /// Listens as before, on new sockets: the device may be another one of the same name.
  std::expected<void, std::string> listen_again();
  /// Who hears when connections cannot be accepted, for want of descriptors for instance, and when they can
  /// again; seldom, however often that happens.
  void tell_accept_failures(std::function<void(const std::string&)> tell) { tell_ = std::move(tell); }
  /// What sessions have to write because of `work` leaves before this returns.
  template <typename Work>
  void write_after(Work&& work) {
    shared_->write_after(std::forward<Work>(work));
  }
  /// Does `work` when the connection that is being read has told what it got; see AsioShared.
  bool after_little_input(std::function<void()> work) { return shared_->after_little_input(std::move(work)); }
  /// Threads that write beside the loop, see IoThreads. Returns how many there are.
  unsigned set_io_threads(unsigned count) {
    shared_->threads.set_count(count);
    return shared_->threads.count();
  }
  /// Closed connections whose NOTIFICATION has not left yet.
  std::size_t finishing_count() const { return shared_->finishing; }

  // Network
  std::optional<SignatureFailures> signature_failures() const override { return read_signature_failures(); }
  std::unique_ptr<ConnectAttempt> connect(const ConnectRequest& request, ConnectEvents& events) override;
  void set_password(const rib::Prefix& remotes, const std::string& password) override;
  void wake_at(TimePoint time) override;

 private:
  using Acceptor = boost::asio::ip::tcp::acceptor;

  std::expected<void, std::string> open_listener(const rib::IpAddress& address, std::uint16_t port);
  void accept(const std::shared_ptr<Acceptor>& acceptor);
  void accept_later(const std::string& why);
  void accept_works();

  boost::asio::io_context& io_;
  std::shared_ptr<AsioShared> shared_ = std::make_shared<AsioShared>();
  std::vector<std::shared_ptr<Acceptor>> acceptors_;
  std::vector<rib::IpAddress> addresses_;
  std::uint16_t port_ = 0;
  std::string device_;
  std::vector<std::pair<rib::Prefix, std::string>> passwords_;
  PeerManager* manager_ = nullptr;
  boost::asio::steady_timer wake_timer_;
  boost::asio::steady_timer accept_timer_;  // after an error, e.g. no descriptors left
  std::function<void(const std::string&)> tell_;
  std::optional<TimePoint> failure_told_;
  bool accept_fails_ = false;
};

}  // namespace bgpd::session
