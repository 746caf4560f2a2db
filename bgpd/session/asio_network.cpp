#include "bgpd/session/asio_network.hpp"

#include <algorithm>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>

#include "bgpd/session/peer_manager.hpp"
#include "bgpd/session/tcp_options.hpp"

namespace bgpd::session {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kBacklog = 4096;                          // thousands of nodes may restart together
constexpr std::chrono::milliseconds kAcceptPause{100};  // when accept fails, e.g. for want of descriptors
constexpr std::chrono::seconds kTellPause{10};

std::string cannot_listen(const rib::IpAddress& address, std::uint16_t port, const error_code& error) {
  auto text =
      "cannot listen on " + address.to_string() + " port " + std::to_string(port) + ": " + error.message();
  if (error == asio::error::address_in_use)
    text += " (does another BGP daemon run? see: ss -ltnp 'sport = :" + std::to_string(port) + "')";
  if (error == asio::error::access_denied) text += " (ports below 1024 need root or CAP_NET_BIND_SERVICE)";
  return text;
}

/// A connection on its way. The stream of events ends with cancel(), even if the socket is already done.
class Attempt : public std::enable_shared_from_this<Attempt> {
 public:
  Attempt(asio::io_context& io, std::shared_ptr<AsioShared> shared, std::string device, ConnectEvents& events)
      : socket_(io), shared_(std::move(shared)), device_(std::move(device)), events_(&events) {}

  void begin(const ConnectRequest& request) {
    if (auto error = prepare(request)) {
      asio::post(socket_.get_executor(),
                 [self = shared_from_this(), why = std::move(*error)] { self->fail(why); });
      return;
    }
    socket_.async_connect(to_asio(request.remote), [self = shared_from_this()](const error_code& error) {
      if (error) return self->fail(error.message());
      if (auto* const events = std::exchange(self->events_, nullptr))
        events->on_connected(std::make_unique<AsioTransport>(std::move(self->socket_), self->shared_),
                             steady_now());
    });
  }

  void cancel() {
    events_ = nullptr;
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  std::optional<std::string> prepare(const ConnectRequest& request) {
    const auto& remote = request.remote.address;
    error_code error;
    socket_.open(remote.is_v4() ? tcp::v4() : tcp::v6(), error);
    if (error) return error.message();
    if (auto failure = bind_to_device(socket_.native_handle(), device_)) return failure;
    set_common_options(socket_.native_handle(), remote.afi());
    if (auto failure = apply_settings(socket_.native_handle(), remote.afi(), request.settings))
      return failure;
    if (!request.settings.password.empty())
      if (auto failure =
              set_md5_password(socket_.native_handle(), rib::Prefix::host(remote), request.settings.password))
        return failure;

    auto local = request.local_address;
    if (!local && !request.local_interface.empty()) {
      local = address_of_interface(request.local_interface, remote);
      if (!local) return "interface " + request.local_interface + " has no address to connect from";
    }
    if (!local) return std::nullopt;
    if (local->afi() != remote.afi())
      return "the local address " + local->to_string() + " is of another family";
    socket_.bind(to_asio({*local, 0, request.remote.interface_index}), error);
    if (error) return "cannot connect from " + local->to_string() + ": " + error.message();
    return std::nullopt;
  }

  void fail(const std::string& why) {
    if (auto* const events = std::exchange(events_, nullptr)) events->on_connect_failed(why, steady_now());
  }

  tcp::socket socket_;
  std::shared_ptr<AsioShared> shared_;
  const std::string device_;
  ConnectEvents* events_;
};

class AttemptHandle final : public ConnectAttempt {
 public:
  explicit AttemptHandle(std::shared_ptr<Attempt> attempt) : attempt_(std::move(attempt)) {}
  ~AttemptHandle() override { attempt_->cancel(); }

 private:
  std::shared_ptr<Attempt> attempt_;
};

}  // namespace

AsioNetwork::AsioNetwork(asio::io_context& io) : io_(io), wake_timer_(io), accept_timer_(io) {}

AsioNetwork::~AsioNetwork() { close_listeners(); }

// --- listening ---------------------------------------------------------------------------------------------

std::expected<void, std::string> AsioNetwork::listen(const std::vector<rib::IpAddress>& addresses,
                                                     std::uint16_t port) {
  addresses_ = addresses;
  port_ = port;
  for (const auto& address : addresses)
    if (auto opened = open_listener(address, port_); !opened) return opened;
  if (!addresses.empty()) return {};

  if (auto opened = open_listener(rib::IpAddress::unspecified(rib::Afi::Ipv4), port_); !opened) return opened;
  error_code error;
  tcp::socket probe(io_);
  probe.open(tcp::v6(), error);
  if (error) return {};  // the kernel has no IPv6
  return open_listener(rib::IpAddress::unspecified(rib::Afi::Ipv6), port_);
}

std::expected<void, std::string> AsioNetwork::listen_again() {
  close_listeners();
  return listen(std::vector(addresses_), port_);
}

std::expected<void, std::string> AsioNetwork::open_listener(const rib::IpAddress& address,
                                                            std::uint16_t port) {
  auto acceptor = std::make_shared<Acceptor>(io_);
  error_code error;
  const auto step = [&](auto&& call) {
    if (!error) call();
  };
  step([&] { acceptor->open(address.is_v4() ? tcp::v4() : tcp::v6(), error); });
  step([&] { acceptor->set_option(Acceptor::reuse_address(true), error); });
  step([&] {
    if (address.is_v6()) acceptor->set_option(asio::ip::v6_only(true), error);
  });
  if (!error)
    if (auto failure = bind_to_device(acceptor->native_handle(), device_)) return std::unexpected(*failure);
  step([&] { acceptor->bind(to_asio({address, port, 0}), error); });
  step([&] { acceptor->listen(kBacklog, error); });
  if (error) return std::unexpected(cannot_listen(address, port, error));

  // The answer to a SYN must satisfy a peer that checks the TTL (RFC 5082) before we know who it is.
  set_common_options(acceptor->native_handle(), address.afi());
  apply_settings(acceptor->native_handle(), address.afi(), {.ttl = 255});
  for (const auto& [remotes, password] : passwords_)
    if (remotes.afi() == address.afi()) set_md5_password(acceptor->native_handle(), remotes, password);

  port_ = acceptor->local_endpoint(error).port();
  acceptors_.push_back(std::move(acceptor));
  if (manager_) accept(acceptors_.back());
  return {};
}

void AsioNetwork::set_manager(PeerManager& manager) {
  manager_ = &manager;
  for (const auto& acceptor : acceptors_) accept(acceptor);
}

void AsioNetwork::close_listeners() {
  error_code ignored;
  for (const auto& acceptor : acceptors_) acceptor->close(ignored);
  acceptors_.clear();
  accept_timer_.cancel();
}

void AsioNetwork::accept(const std::shared_ptr<Acceptor>& acceptor) {
  if (!acceptor->is_open()) return;
  acceptor->async_accept([this, acceptor](const error_code& error, tcp::socket socket) {
    if (error == asio::error::operation_aborted || !acceptor->is_open()) return;
    if (error && error != asio::error::connection_aborted) return accept_later(error.message());
    accept_works();
    if (!error) manager_->accept(std::make_unique<AsioTransport>(std::move(socket), shared_), steady_now());
    accept(acceptor);
  });
}

void AsioNetwork::accept_works() {
  if (!std::exchange(accept_fails_, false) || !tell_) return;
  if (failure_told_ && steady_now() - *failure_told_ >= kTellPause) tell_("connections are accepted again");
}

void AsioNetwork::accept_later(const std::string& why) {
  accept_fails_ = true;
  if (tell_ && (!failure_told_ || steady_now() - *failure_told_ >= kTellPause)) {
    failure_told_ = steady_now();
    tell_("cannot accept a connection: " + why + "; tried again every 100 ms");
  }
  accept_timer_.expires_after(kAcceptPause);
  accept_timer_.async_wait([this](const error_code& error) {
    if (error) return;
    for (const auto& each : acceptors_) {
      error_code ignored;
      each->cancel(ignored);  // those that wait still begin anew with the others
      accept(each);
    }
  });
}

// --- Network -----------------------------------------------------------------------------------------------

std::unique_ptr<ConnectAttempt> AsioNetwork::connect(const ConnectRequest& request, ConnectEvents& events) {
  auto attempt = std::make_shared<Attempt>(io_, shared_, device_, events);
  attempt->begin(request);
  return std::make_unique<AttemptHandle>(std::move(attempt));
}

void AsioNetwork::set_password(const rib::Prefix& remotes, const std::string& password) {
  std::erase_if(passwords_, [&](const auto& entry) { return entry.first == remotes; });
  if (!password.empty()) passwords_.emplace_back(remotes, password);
  for (const auto& acceptor : acceptors_) {
    error_code error;
    const auto local = acceptor->local_endpoint(error);
    if (!error && local.address().is_v4() == remotes.address().is_v4())
      set_md5_password(acceptor->native_handle(), remotes, password);
  }
}

void AsioNetwork::wake_at(TimePoint time) {
  wake_timer_.expires_at(time);
  wake_timer_.async_wait([this](const error_code& error) {
    if (!error && manager_) manager_->on_time(steady_now());
  });
}

}  // namespace bgpd::session
