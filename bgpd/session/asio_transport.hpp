// A TCP connection as a Transport, with Asio. Readable sockets are read without blocking into one buffer that
// all connections of the loop share, at most one buffer's worth a turn; so an idle session costs a socket and
// little else, and a busy one does not starve the others.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bgpd/session/ack_delay.hpp"
#include "bgpd/session/io_threads.hpp"
#include "bgpd/session/network.hpp"

namespace bgpd::session {

inline TimePoint steady_now() { return std::chrono::steady_clock::now(); }

class AsioStream;

/// What the connections of one loop share.
struct AsioShared {
  /// What connections have to write because of `work` leaves before this returns, and not in a turn of its
  /// own: that costs a system call for each.
  template <typename Work>
  void write_after(Work&& work) {
    writes_after_work = true;
    work();
    writes_after_work = false;
    write_all();
  }

  /// Does `work` when the connection that is being read has told what it got, in the same turn. False: none
  /// is, or it brings so much that others may as well come first, and nothing happens.
  bool after_little_input(std::function<void()> work) {
    if (brings_little) after_input = std::move(work);
    return brings_little;
  }

  static constexpr std::size_t kLittle = 4096;         // octets
  static constexpr std::size_t kFinishingLimit = 256;  // closing sockets that wait for their last octets
  std::vector<std::uint8_t> buffer = std::vector<std::uint8_t>(128 * 1024);
  std::size_t finishing = 0;
  bool writes_after_work = false;
  bool brings_little = false;  // the connection that is being read
  std::function<void()> after_input;
  std::vector<std::shared_ptr<AsioStream>> writers;  // in write_after()
  IoThreads threads;

  /// Asks each what it has to write, writes, and tells how much that was; the system calls of many beside
  /// each other, as far as there are threads for it.
  void write(std::span<const std::shared_ptr<AsioStream>> streams);

 private:
  static constexpr std::size_t kSideBySide = 256;  // connections
  struct Write;

  void write_all();
  void write_side_by_side(std::span<const std::shared_ptr<AsioStream>> streams);

  std::vector<Octets> ranges_;
};

boost::asio::ip::tcp::endpoint to_asio(const Endpoint& endpoint);
Endpoint from_asio(const boost::asio::ip::tcp::endpoint& endpoint);

/// The socket and what is pending on it. Alive as long as an operation is, so that its owner may go at any
/// time.
class AsioStream : public std::enable_shared_from_this<AsioStream> {
 public:
  AsioStream(boost::asio::ip::tcp::socket socket, std::shared_ptr<AsioShared> shared);
  ~AsioStream();

  void start(TransportEvents& events);
  std::size_t write(std::span<const Octets> ranges);
  void request_write();
  void finish(std::vector<std::uint8_t> last);
  void release();
  int descriptor() { return socket_.native_handle(); }

 private:
  friend struct AsioShared;
  void wait_readable();
  void read();
  void tell_input(Octets input);
  void wait_writable();
  void writable();
  void send_last();
  /// What became of a write of `wanted` octets.
  struct Sent {
    std::size_t octets = 0;
    int error = 0;
  };
  static Sent send(int descriptor, std::span<const Octets> ranges);
  std::size_t note_sent(const Sent& sent, std::size_t wanted);
  void ended(const std::string& why);
  void close();

  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<AsioShared> shared_;
  TransportEvents* events_ = nullptr;
  AckDelay ack_delay_;
  bool waits_readable_ = false, waits_writable_ = false;
  std::string write_error_;
  /// Set by finish().
  struct Finishing {
    explicit Finishing(const boost::asio::any_io_executor& executor) : timer(executor) {}
    std::vector<std::uint8_t> last;
    std::size_t sent = 0;
    boost::asio::steady_timer timer;
  };
  std::unique_ptr<Finishing> finishing_;
};

class AsioTransport final : public Transport {
 public:
  AsioTransport(boost::asio::ip::tcp::socket socket, std::shared_ptr<AsioShared> shared);
  ~AsioTransport() override;

  void start(TransportEvents& events) override { stream_->start(events); }
  std::size_t write(std::span<const Octets> ranges) override { return stream_->write(ranges); }
  void request_write() override { stream_->request_write(); }
  void finish(std::vector<std::uint8_t> last) override;
  bool has_unread_input() const override;
  std::optional<std::string> apply(const TransportSettings& settings) override;
  std::optional<std::string> set_password(const std::string& password) override;
  Endpoint local() const override { return local_; }
  Endpoint remote() const override { return remote_; }

 private:
  Endpoint local_, remote_;
  std::shared_ptr<AsioStream> stream_;
};

}  // namespace bgpd::session
